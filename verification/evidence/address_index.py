"""Which addresses are whose, as regions: from evidence to an index of everything that a packet can be sent to.

The one idea: regions are numbered, so that a set of them is one integer (bit n is the n-th region) and questions about thousands
of destinations are a few operations on such sets.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from verification.evidence.declared_state import DeclaredState
from verification.evidence.evidence import Evidence
from verification.packets.bit_sets import BitSet, bit, nothing, numbers, union
from verification.packets.flow_sets import clip, span_of, without

RegionSet = BitSet[Prefix]
"""A set of regions: bit n is the n-th of the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressIndex:
    """Index of destinations: the regions of each attachment's own prefixes, and which attachments own a region.

    `regions`, `owner`: by any declared state. `kept`: the regions with addresses that their owner has in every declared state, by
    owner: to those alone anything is promised. `order`: all regions, those with an owner first; `number` is their place in it.
    `nested`: regions that lie in another one or hold one. `at_device`: those whose owner has a port on a device.
    """

    regions: Mapping[tuple[AttachmentName, Family], tuple[Prefix, ...]]
    owner: Mapping[Prefix, AttachmentName]
    kept: Mapping[tuple[AttachmentName, Family], tuple[Prefix, ...]]
    routers: frozenset[Prefix]
    """Regions that hold nothing but devices' own addresses."""
    order: tuple[Prefix, ...]
    number: Mapping[Prefix, int]
    nested: RegionSet
    at_device: Mapping[str, RegionSet]
    site_nodes: frozenset[int]
    """The nodes of devices that stand at sites."""

    def keeps(self, region: Prefix) -> bool:
        """Return whether packets to a region are promised to arrive: its owner has addresses there in every declared state."""
        owner = self.owner.get(region)
        return owner is not None and region in self.kept[(owner, region.family)]

    def set_of(self, regions: Collection[Prefix]) -> RegionSet:
        """Return a set of regions."""
        return union(map(self.bit, regions))

    def bit(self, region: Prefix) -> RegionSet:
        """Return the set of one region."""
        return bit(self.number[region])

    def members(self, found: RegionSet) -> Iterator[Prefix]:
        """Return the regions of a set, in their order."""
        return map(self.order.__getitem__, numbers(found))


def index_addresses(evidence: Evidence) -> AddressIndex:
    """Return the regions that tile every attachment's own prefixes."""
    states = tuple(map(_owners_of, evidence.states))
    routers = {address for held in evidence.topology.own for address in held}
    tiles: dict[tuple[AttachmentName, Family], list[Prefix]] = {key: [] for key in evidence.own}
    kept: dict[tuple[AttachmentName, Family], list[Prefix]] = {key: [] for key in evidence.own}
    owner: dict[Prefix, AttachmentName] = {}
    silent: set[Prefix] = set()
    for prefix in evidence.regions.chains:
        owners = [_owner_in(*state, prefix) for state in states]
        name = next((item for item in owners if item is not None), None)
        if name is not None:
            tiles[(name, prefix.family)].append(prefix)
            owner[prefix] = name
            if None not in owners or _is_partly_kept(evidence, name, prefix):
                kept[(name, prefix.family)].append(prefix)
        elif _is_routers(prefix, routers):
            silent.add(prefix)
    order = (*owner, *(prefix for prefix in evidence.regions.chains if prefix not in owner))
    number = {prefix: index for index, prefix in enumerate(order)}
    return AddressIndex(
        regions={key: tuple(found) for key, found in tiles.items()},
        owner=owner,
        kept={key: tuple(found) for key, found in kept.items()},
        routers=frozenset(silent),
        order=order,
        number=number,
        nested=_nested(evidence, number),
        at_device=_at_devices(evidence, owner, number),
        site_nodes=frozenset(
            node for device in evidence.given.roles.sites for node in evidence.topology.nodes_of.get(device, ())
        ),
    )


def _is_partly_kept(evidence: Evidence, name: AttachmentName, region: Prefix) -> bool:
    """Return whether packets that a region is used for go to an address that its owner has in every declared state."""
    held = clip([span_of(region)], evidence.kept.get((name, region.family), ()))
    return bool(without(held, [span_of(item) for item in evidence.regions.inside[region] if item != region]))


_Spans = tuple[list[tuple[int, int]], list[tuple[int, int, int, AttachmentName]]]
"""The starts of spans, by family and address, and the spans themselves with whose they are."""


def _owners_of(state: DeclaredState) -> _Spans:
    """Return whose every address is in a declared state."""
    spans = sorted(
        (int(family), low, high, name)
        for family, pairs in state.pairs.items()
        for name, found in pairs.own.items()
        for low, high in found
    )
    return [(family, low) for family, low, _, _ in spans], spans


def _owner_in(
    starts: list[tuple[int, int]], spans: list[tuple[int, int, int, AttachmentName]], prefix: Prefix
) -> AttachmentName | None:
    """Return whose a region is, also one of a router's address that somebody put into a LAN that is not there."""
    place = bisect_right(starts, (int(prefix.family), prefix.network)) - 1
    if place >= 0 and spans[place][0] == prefix.family and prefix.last <= spans[place][2]:
        return spans[place][3]
    return None


def _is_routers(prefix: Prefix, routers: set[tuple[Family, int]]) -> bool:
    """Return whether a region holds nothing but devices' own addresses."""
    return prefix.size <= 2 and all(
        (prefix.family, value) in routers for value in range(prefix.network, prefix.last + 1)
    )


def _nested(evidence: Evidence, number: Mapping[Prefix, int]) -> RegionSet:
    chains = evidence.regions.chains.values()
    return union(bit(number[item]) for chain in chains if len(chain) > 1 for item in chain)


def _at_devices(
    evidence: Evidence, owner: Mapping[Prefix, AttachmentName], number: Mapping[Prefix, int]
) -> dict[str, RegionSet]:
    found: dict[str, RegionSet] = {}
    for region, name in owner.items():
        for port in evidence.ports.get(name, ()):
            found[port.device] = found.get(port.device, nothing()) | bit(number[region])
    return found
