"""Where packets may fare otherwise in a second network, so that only these pairs are followed.

Turns the evidence of two networks into sets of regions for each port. The one idea: what a stub is offered is a set already, and
what all its uplinks deliver goes one way; where both networks offer the same, and the lists at both ends permit the same there,
nothing can differ. What sets can't say (no stub, regions in regions, ways that part) is suspected, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from routing.model import Acl, AttachmentPort, Direction
from verification.change.list_contents import ListContents
from verification.evidence.address_index import AddressIndex, RegionSet, index_addresses
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence
from verification.evidence.stub_ribs import StubRibs
from verification.packets.bit_sets import bit, first, nothing, union
from verification.packets.flow_sets import Span, clip, span_of, union_of


class Suspects:
    """Finds, for each port, the regions to which its packets may fare otherwise.

    Regions are numbered; `numbers` has those that belong to the same attachment with one port in both networks. Whoever looks at
    addresses of any other region has to follow packets there.
    """

    def __init__(self, running: Evidence, intended: Evidence, lists: Mapping[Family, ListContents]) -> None:
        self._networks = (running, intended)
        self._lists = lists
        self._touching: dict[tuple[Family, tuple[Span, ...]], RegionSet] = {}
        self._reaches = (_Reach(running), _Reach(intended))
        self.numbers = dict(self._shared()) if _only_fences(running) and _only_fences(intended) else {}
        self.owner = {number: self._reaches[1].address_index.owner[region] for region, number in self.numbers.items()}
        self._places = [self._by_number(reach.address_index) for reach in self._reaches]
        self._of_family = {family: self._set_of(family) for family in Family}
        self._ends = self._changed_ends()

    def at(self, port: AttachmentPort, family: Family) -> RegionSet:
        """Return the numbers of the regions to which packets from a port may fare otherwise."""
        sure: list[RegionSet] = []
        unsure: RegionSet = nothing()
        for evidence, reach, places in zip(self._networks, self._reaches, self._places, strict=True):
            found = reach.of(evidence.start_node(port))
            sure.append(_renumbered(found[0], places))
            unsure |= _renumbered(found[1], places)
        touched = self._touched(port, family)
        return (unsure | sure[0] ^ sure[1] | (sure[0] | sure[1]) & touched) & self._of_family[family]

    def _touched(self, port: AttachmentPort, family: Family) -> RegionSet:
        """Return the regions to which the lists at either end may let other packets of a port pass."""
        lists = self._lists[family]
        one, other = (_acl(evidence, port, Direction.IN, family) for evidence in self._networks)
        found = self._holding(lists.changed(one, other).destinations, family)
        sources = union_of((*lists.sources(one), *lists.sources(other)))
        for changed, regions in self._ends[family].items():
            if clip(changed, sources):
                found |= regions
        return found

    def _holding(self, spans: tuple[Span, ...], family: Family) -> RegionSet:
        """Return the regions that have any of some addresses."""
        if (family, spans) not in self._touching:
            self._touching[family, spans] = union(
                bit(number)
                for region, number in self.numbers.items()
                if region.family is family and clip((span_of(region),), spans)
            )
        return self._touching[family, spans]

    def _changed_ends(self) -> dict[Family, dict[tuple[Span, ...], RegionSet]]:
        """Return the regions at whose ends lists differ, by the sources that are treated otherwise there."""
        found: dict[Family, dict[tuple[Span, ...], RegionSet]] = {family: {} for family in Family}
        for region, number in self.numbers.items():
            (port,) = self._networks[1].ports[AttachmentName(self._reaches[1].address_index.owner[region])]
            one, other = (_acl(evidence, port, Direction.OUT, region.family) for evidence in self._networks)
            sources = self._lists[region.family].changed(one, other).sources
            if sources:
                held = found[region.family]
                held[sources] = held.get(sources, nothing()) | bit(number)
        return found

    def _shared(self) -> Iterator[tuple[Prefix, int]]:
        """Yield the regions that both networks have alike, each with its place among all of the intended one."""
        (one, other), (before, after) = (item.address_index for item in self._reaches), self._networks
        for region, owner in other.owner.items():
            alike = one.owner.get(region) == owner and before.regions.inside[region] == after.regions.inside[region]
            if alike and len(after.ports.get(owner, ())) == 1:
                yield region, other.number[region]

    def _by_number(self, address_index: AddressIndex) -> tuple[dict[int, int], RegionSet]:
        """Return a network's own numbers of the shared regions where they are other ones, and all those that are the same."""
        moved = {address_index.number[region]: number for region, number in self.numbers.items()}
        same: RegionSet = union(bit(mine) for mine, number in moved.items() if mine == number)
        return {mine: number for mine, number in moved.items() if mine != number}, same

    def _set_of(self, family: Family) -> RegionSet:
        return union(bit(number) for region, number in self.numbers.items() if region.family is family)


class _Reach:
    """Which regions the VRF of a port reaches in one network, as far as sets can say."""

    def __init__(self, evidence: Evidence) -> None:
        self.address_index = index_addresses(evidence)
        self._inside = evidence.regions.inside
        self._routes = StubRibs(self.address_index, Deliveries(evidence, self.address_index, evidence.whole))
        self._everything: RegionSet = first(len(self.address_index.order))
        self._within: dict[RegionSet, RegionSet] = {}

    def of(self, node: int | None) -> tuple[RegionSet, RegionSet]:
        """Return the regions that all ways from a node lead to, and those that must be followed to know."""
        if node is None:
            return nothing(), nothing()
        if node not in self._routes.plane.stubs.receives:
            return nothing(), self._everything
        received = self._routes.received(node)
        unsure = (
            received.misrouted
            | received.singly
            | self._below((received.offered | received.singly) & self.address_index.nested)
        )
        return received.offered & ~unsure, unsure

    def _below(self, regions: RegionSet) -> RegionSet:
        """Return all regions inside some regions: packets to them follow these if there is nothing closer."""
        if regions not in self._within:
            members = self.address_index.members(regions)
            self._within[regions] = union(self.address_index.set_of(self._inside[region]) for region in members)
        return self._within[regions]


def _renumbered(found: RegionSet, places: tuple[dict[int, int], RegionSet]) -> RegionSet:
    moved, same = places
    kept = found & same
    for mine, number in moved.items():
        if found & bit(mine):
            kept |= bit(number)
    return kept


def _only_fences(evidence: Evidence) -> bool:
    """Return whether filters stand at attachments' ports only: then a way that delivers passes those at its ends, no other."""
    return all((device, interface) in evidence.topology.ports for device, interface, _, _ in evidence.topology.bound)


def _acl(evidence: Evidence, port: AttachmentPort, direction: Direction, family: Family) -> Acl | None:
    return evidence.filter_of(port.device, port.interface, direction, family)
