"""One declared state by address: turns what is declared into who may start what to whom, and where everybody stands.

The one idea: every declared state is worked out by itself, in the same way; what lies between several is the intersection, or the
union, of what each of them says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from ipam.address_plan import AddressPlan, PoolUse
from ipam.endpoints import Resolver
from ipam.keys import PrefixKey
from routing.model import AttachmentPort
from verification.packets.bit_sets import union
from verification.packets.flow_sets import FlowSet, Span, union_of
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import HeaderMatch
from verification.packets.permitted_pairs import NOBODY, Kind, PairPolicy, pair_policy
from verification.packets.permitted_sets import AllowedSets, PacketBounds, allowed_matches, bounds_of
from verification.verdicts.bounds import Bounds, Declared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeclaredState:
    """A declared state and what follows from it alone.

    `kinds`: the rules that an attachment's addresses take part in. `subnets`: the planned subnet of each of its ports, by device,
    interface and family.
    """

    declared: Declared
    resolver: Resolver
    pairs: Mapping[Family, PairPolicy]
    kinds: Mapping[tuple[AttachmentName, Family], Kind]
    places: frozenset[tuple[str, str, str]]
    subnets: Mapping[tuple[str, str, Family], Prefix]

    def has(self, port: AttachmentPort) -> bool:
        """Return whether the attachment of a port stands there in this state."""
        return (port.attachment, port.device, port.interface) in self.places

    def own(self, name: AttachmentName, family: Family) -> tuple[Span, ...]:
        """Return where an attachment's packets come from; () if it has no addresses in this state."""
        return self.pairs[family].own.get(name, ())

    def talks(self, one: AttachmentName, other: AttachmentName, family: Family) -> bool:
        """Return whether one of two attachments may start some session to the other."""
        pairs = self.pairs[family]
        mine, theirs = self.kinds.get((one, family), NOBODY), self.kinds.get((other, family), NOBODY)
        together = self._same_company(one, other)
        return any(
            pairs.services(rules)
            for rules in (
                pairs.touching(mine, theirs, company=together),
                pairs.touching(theirs, mine, company=together),
            )
            if rules
        )

    def _same_company(self, one: AttachmentName, other: AttachmentName) -> bool:
        """Return whether both belong to one organisation, in one purpose."""
        attachments = self.declared.registry.attachments
        mine, theirs = attachments.get(one), attachments.get(other)
        if mine is None or theirs is None or mine.organisation is None:
            return False
        return (mine.organisation, mine.purpose) == (theirs.organisation, theirs.purpose)


def declared_states(bounds: Bounds) -> tuple[DeclaredState, ...]:
    """Return every declared state worked out."""
    return tuple(map(_state_of, bounds.declared))


def _state_of(declared: Declared) -> DeclaredState:
    resolver = Resolver(declared.address_plan)
    routers = router_pools(declared.address_plan)
    pairs = {family: pair_policy(declared.policy, declared.registry, resolver, routers, family) for family in Family}
    active: dict[tuple[PrefixKey | None, Family], Prefix] = {
        (entry.key, entry.prefix.family): entry.prefix for entry in declared.active()
    }
    return DeclaredState(
        declared=declared,
        resolver=resolver,
        pairs=pairs,
        kinds={
            (name, family): _kind_of(side, spans) for family, side in pairs.items() for name, spans in side.own.items()
        },
        places=frozenset((port.attachment, port.device, port.interface) for port in declared.ports),
        subnets={
            (port.device, port.interface, family): active[(port.subnet, family)]
            for port in declared.ports
            for family in Family
            if (port.subnet, family) in active
        },
    )


def router_pools(plan: AddressPlan) -> tuple[Prefix, ...]:
    """Return the pools that routers have addresses from outside LANs: read here, by no code that the builder uses."""
    return tuple(pool.prefix for pool in plan.pools if pool.use in (PoolUse.LINK, PoolUse.LOOPBACK))


def _kind_of(pairs: PairPolicy, spans: tuple[Span, ...]) -> Kind:
    """Return the kind of an attachment's addresses: the rules that any of them takes part in."""
    kinds = [kind for _, _, kind in pairs.kinds_in(spans)]
    return Kind(union(kind.source_of for kind in kinds), union(kind.destination_of for kind in kinds))


def matches_of(states: Iterable[DeclaredState], family: Family) -> frozenset[HeaderMatch]:
    """Return every layer-4 condition that some state's `allowed` is made of."""
    return frozenset(match for state in states for match in allowed_matches(state.pairs[family]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One family of the declared states, over the header space that they share with all filters. `own`: where each attachment's
    packets come from in any state. `unspoofed`: see `PairPolicy`."""

    family: Family
    space: HeaderSpace
    states: tuple[DeclaredState, ...]
    allowed: tuple[AllowedSets, ...]
    own: Mapping[AttachmentName, tuple[Span, ...]]
    unspoofed: tuple[Span, ...]

    def sent_from(self, name: AttachmentName, port: AttachmentPort | None = None) -> PacketBounds:
        """Return what may arrive from an attachment: at a port, or (None) at its LAN."""
        return self._bounds(name, port, sends=True)

    def delivered_to(self, name: AttachmentName, port: AttachmentPort | None = None) -> PacketBounds:
        """Return what may be delivered to an attachment from anywhere: at a port, or (None) at its LAN."""
        return self._bounds(name, port, sends=False)

    def _bounds(self, name: AttachmentName, port: AttachmentPort | None, *, sends: bool) -> PacketBounds:
        return bounds_of(
            [
                self._of_state(state, sets, name, port, sends=sends)
                for state, sets in zip(self.states, self.allowed, strict=True)
            ]
        )

    def _of_state(
        self, state: DeclaredState, sets: AllowedSets, name: AttachmentName, port: AttachmentPort | None, *, sends: bool
    ) -> FlowSet:
        """Return what one state allows there: nothing where it has no such attachment."""
        if name not in sets.pairs.own or (port is not None and not state.has(port)):
            return FlowSet(space=self.space)
        subnet = None if port is None else state.subnets.get((port.device, port.interface, self.family))
        return sets.sent_from(name, subnet) if sends else sets.delivered_to(name, subnet)


def side_of(states: Sequence[DeclaredState], family: Family, space: HeaderSpace) -> Side:
    """Return one family of some states over a header space that knows all of `matches_of(states, family)`."""
    pairs = [state.pairs[family] for state in states]
    names = dict.fromkeys(name for item in pairs for name in item.own)
    return Side(
        family=family,
        space=space,
        states=tuple(states),
        allowed=tuple(AllowedSets(pairs=item, space=space) for item in pairs),
        own={name: union_of(span for item in pairs for span in item.own.get(name, ())) for name in names},
        unspoofed=union_of(span for item in pairs for span in item.unspoofed()),
    )
