"""What has to be delivered and what may be: one declared state of the network, or every state that a change passes between.

The one idea: what *must* be is what all declared states ask for, what *may* be is what any of them does. Of one declared state
both are the same; nothing else is different about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from intents.policy import Policy, Rule, ViaAssertion, rule_key
from intents.policy_order import via_key
from intents.prefix import Prefix
from intents.reason import Reason, because
from intents.registry import Attachment, AttachmentName, Registry
from intents.reorganisation.following import goes_on_as
from ipam.address_plan import AddressPlan, EntryState, PrefixEntry
from routing.model import AttachmentPort


class NoBoundsError(Exception):
    """States that no network can stand between, and why: something in them has two owners."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What one declared state asks: who may reach whom, who exists, who has which address and stands where, who may log in.

    `ports`: where its attachments are plugged in. `login_sources`: the LANs of its management stations.
    """

    policy: Policy
    registry: Registry
    address_plan: AddressPlan
    ports: tuple[AttachmentPort, ...]
    login_sources: tuple[Prefix, ...]

    def active(self) -> Iterator[PrefixEntry]:
        """Yield the entries of the plan that are in use."""
        return (entry for entry in self.address_plan.prefixes if entry.state is EntryState.ACTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The declared states that a network is judged between, in any order.

    `policy`: every rule and assertion of any of them, which is what is asked about. `attachments`: everybody who exists in any,
    for words and names: whose they are and for what is the same in all, but for organisations that go on as others. `ports`:
    every place where any has an attachment.
    ValueError without any state; NoBoundsError where a prefix, a port or a name has another owner in one than in another.
    """

    declared: tuple[Declared, ...]
    policy: Policy = field(init=False, compare=False, repr=False)
    attachments: Mapping[AttachmentName, Attachment] = field(init=False, compare=False, repr=False)
    ports: tuple[AttachmentPort, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.declared:
            raise ValueError("bounds of no declared state")
        for one, other in combinations(self.declared, 2):
            _check_owners(one, other)
        found = {name: item for state in self.declared for name, item in state.registry.attachments.items()}
        ports = {port for state in self.declared for port in state.ports}
        object.__setattr__(self, "policy", _united(tuple(state.policy for state in self.declared)))
        object.__setattr__(self, "attachments", found)
        object.__setattr__(self, "ports", tuple(sorted(ports, key=_port_key)))


def _united(policies: tuple[Policy, ...]) -> Policy:
    """Return every statement that some policy makes, each as it is made, with all who ask for it."""
    sources: dict[Rule | ViaAssertion, set[str]] = {}
    for policy in policies:
        statements: tuple[Rule | ViaAssertion, ...] = (*policy.rules, *policy.vias)
        for statement in statements:
            sources.setdefault(statement, set()).update(policy.sources.get(statement, ()))
    return Policy(
        rules=tuple(sorted((item for item in sources if isinstance(item, Rule)), key=rule_key)),
        vias=tuple(sorted((item for item in sources if isinstance(item, ViaAssertion)), key=via_key)),
        sources={statement: tuple(sorted(names)) for statement, names in sources.items()},
    )


def _port_key(port: AttachmentPort) -> tuple[object, ...]:
    return port.attachment, port.device, port.interface, str(port.subnet or ""), port.external, port.vlan or 0


# The premise: nothing has two owners. Quarantine keeps it for whatever is allocated; a state from elsewhere may break it.


def _check_owners(one: Declared, other: Declared) -> None:
    for name in one.registry.attachments.keys() & other.registry.attachments.keys():
        if not _is_same(name, one.registry, other.registry):
            raise NoBoundsError(because("name_of_two_owners", attachment=name))
    places = {(port.device, port.interface): port.attachment for port in other.ports}
    for port in one.ports:
        also = places.get((port.device, port.interface), port.attachment)
        if also != port.attachment:
            place = {"interface": port.interface, "device": port.device}
            raise NoBoundsError(because("port_of_two_owners", **place, owner=port.attachment, other_owner=also))
    _check_prefixes(one, other)


def _is_same(name: AttachmentName, one: Registry, other: Registry) -> bool:
    """Return whether a name is the same attachment in two states: of one party in one purpose, whatever an organisation is
    called, or of one that took the other over with its unit."""
    mine, theirs = one.attachments[name], other.attachments[name]
    if _identity(mine) != _identity(theirs):
        return False
    if mine.organisation is None or theirs.organisation is None or mine.organisation == theirs.organisation:
        return mine.organisation == theirs.organisation
    here, there = one.organisations.get(mine.organisation), other.organisations.get(theirs.organisation)
    if here is None or there is None:
        return False
    return goes_on_as(here, there, other) or goes_on_as(there, here, one)


def _identity(attachment: Attachment) -> tuple[object, ...]:
    return attachment.system, attachment.outside, attachment.purpose


def _check_prefixes(one: Declared, other: Declared) -> None:
    """Refuse a prefix that only `one` has and that overlaps what only `other` has for somebody else."""
    mine, theirs = ({(entry.prefix, entry.key) for entry in state.active()} for state in (one, other))
    gone, come = sorted(mine - theirs), sorted(theirs - mine)
    for prefix, owner in gone:
        for other_prefix, other_owner in come:
            if owner != other_owner and prefix.overlaps(other_prefix):
                words = {"owner": owner, "other_prefix": other_prefix, "other_owner": other_owner}
                raise NoBoundsError(because("prefix_of_two_owners", prefix=prefix, **words))
