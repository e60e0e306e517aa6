"""What goes back besides what was asked for: replies that the stateless filters let through, counted.

Turns a policy and an address plan into one row a rule. The one idea: replies are known by their headers alone, so whoever
may answer may also send such packets unasked; that is a fact of the network to be shown, not a fault to be hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
)
from intents.reason import Reason, because
from intents.registry import Attachment, AttachmentName, Registry
from intents.service import ALL_PORTS, ServiceSet, Transport, service_set
from ipam.address_plan import AddressPlan, EntryState
from ipam.keys import LanKey, LoopbackKey

_WHOLE = {
    Transport.TCP: service_set([(Transport.TCP, *ALL_PORTS)]),
    Transport.UDP: service_set([(Transport.UDP, *ALL_PORTS)]),
    Transport.ICMP_ECHO: service_set([(Transport.ICMP_ECHO, 0, 0)]),
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reply:
    """The headers of one kind of reply: the transport, and from which ports (none for echo replies)."""

    transport: Transport
    low: int
    high: int

    def in_words(self) -> Reason:
        """Return it as something that can be said."""
        ports = str(self.low) if self.low == self.high else f"{self.low}-{self.high}"
        match self.transport:
            case Transport.TCP:
                return because("reply_tcp", ports=ports)
            case Transport.UDP:
                return because("reply_udp", ports=ports)
            case Transport.ICMP_ECHO:
                return because("reply_echo")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidueRow:
    """Replies to one rule: who may send them to whom, by which headers, for how many pairs of attachments.

    `replies`: one for each range of ports; `returns` counts (pair, reply).
    """

    rule: Rule
    replies: tuple[Reply, ...]
    pairs: int

    @property
    def returns(self) -> int:
        """Return how many (pair, service) returns there are."""
        return self.pairs * len(self.replies)


def count_replies(rows: Iterable[ResidueRow]) -> tuple[Counter[Reply], Counter[Reply]]:
    """Return how many rules, and how many pairs of attachments, each kind of reply belongs to."""
    rules: Counter[Reply] = Counter()
    pairs: Counter[Reply] = Counter()
    for row in rows:
        for reply in row.replies:
            rules[reply] += 1
            pairs[reply] += row.pairs
    return rules, pairs


def residue(policy: Policy, plan: AddressPlan, registry: Registry) -> tuple[ResidueRow, ...]:
    """Return the residue of every permit that has one, in the order of the policy.

    A transport whose every port the answering side may use itself leaves no residue. Errors of ICMP, which belong to every
    session, are not counted.
    """
    members = _Members(plan, registry)
    permits = [rule for rule in policy.rules if rule.effect is Effect.PERMIT]
    rows = []
    for rule in permits:
        backward = _may_start(policy, rule)
        replies = tuple(_replies(rule.service, backward))
        if replies:
            rows.append(ResidueRow(rule=rule, replies=replies, pairs=members.pairs(rule)))
    return tuple(rows)


def _may_start(policy: Policy, rule: Rule) -> ServiceSet:
    """Return what the answering side may start itself, as far as rules between the very same endpoints say so."""
    permits, forbids = ServiceSet(), ServiceSet()
    for other in policy.rules:
        if other.effect is Effect.FORBID:
            forbids |= other.service
        elif (other.source, other.destination) == (rule.destination, rule.source) and (
            other.same_organisation == rule.same_organisation
        ):
            permits |= other.service
    return permits - forbids


def _replies(service: ServiceSet, backward: ServiceSet) -> Iterator[Reply]:
    for transport, low, high in service.ranges:
        if not backward.covers(_WHOLE[transport]):
            yield Reply(transport=transport, low=low, high=high)


class _Members:
    """The attachments that each endpoint has today, found once; devices stand for themselves."""

    def __init__(self, plan: AddressPlan, registry: Registry) -> None:
        active = [entry.key for entry in plan.prefixes if entry.state is EntryState.ACTIVE]
        lans = {key.attachment for key in active if isinstance(key, LanKey)}
        self._devices = frozenset(key for key in active if isinstance(key, LoopbackKey))
        self._attachments = [item for item in registry.attachments.values() if item.name in lans]
        self._registry = registry
        self._found: dict[Endpoint, frozenset[AttachmentName | LoopbackKey]] = {}

    def pairs(self, rule: Rule) -> int:
        """Return how many ordered pairs of different attachments (or devices) a rule joins."""
        sources, destinations = self._of(rule.source), self._of(rule.destination)
        if not rule.same_organisation:
            return len(sources) * len(destinations) - len(sources & destinations)
        companies = Counter(item.organisation for item in self._attachments if item.name in sources & destinations)
        return sum(count * (count - 1) for count in companies.values())

    def _of(self, endpoint: Endpoint) -> frozenset[AttachmentName | LoopbackKey]:
        if endpoint not in self._found:
            self._found[endpoint] = (
                self._devices
                if isinstance(endpoint, DevicesEndpoint)
                else frozenset(item.name for item in self._attachments if self._is_in(item, endpoint))
            )
        return self._found[endpoint]

    def _is_in(self, attachment: Attachment, endpoint: Endpoint) -> bool:
        match endpoint:
            case ClassEndpoint():
                if attachment.organisation is None or attachment.organisation in endpoint.excluding:
                    return False
                organisation = self._registry.organisations[attachment.organisation]
                mine = (organisation.category, organisation.tier, attachment.purpose)
                return mine == (endpoint.category, endpoint.tier, endpoint.purpose)
            case OrganisationEndpoint():
                return (attachment.organisation, attachment.purpose) == (endpoint.organisation, endpoint.purpose)
            case SystemEndpoint():
                return attachment.system == endpoint.system
            case OutsideEndpoint():
                return attachment.outside == endpoint.outside
            case DevicesEndpoint():
                return False
            case _:
                assert_never(endpoint)
