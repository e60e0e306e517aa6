"""Does traffic that must pass a device pass it? An assertion that is proved, nothing steers.

The one idea: a delivered way that misses every named device is the counterexample; what is not delivered is not this question's,
nor is a way that another declared state takes for right. Where all ways end on named devices, none is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.evidence.address_index import AddressIndex
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import members_of
from verification.questions.reachability import Components, Failing, Wrong, WrongKind
from verification.routes.forwarding import Way
from verification.routes.topology import grouped
from verification.verdicts.flow import SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaPair:
    """Whom an assertion is about by any declared state that makes it, and the devices that it names. `made`: who they are in each
    declared state, in their order; None where it is not made. `starts`: the ports of its sources, by the node that they enter."""

    sources: frozenset[AttachmentName]
    destinations: frozenset[AttachmentName]
    devices: frozenset[str]
    made: tuple[Ends | None, ...]
    starts: Mapping[int, tuple[AttachmentPort, ...]]

    def binds(self, state: int, source: AttachmentName, destination: AttachmentName) -> bool:
        """Return whether a declared state makes the assertion about a pair."""
        ends = self.made[state]
        return ends is not None and source in ends[0] and destination in ends[1]


Ends = tuple[frozenset[AttachmentName], frozenset[AttachmentName]]
ViaPairs = tuple[ViaPair, ...]
"""Each assertion of the policy, in its order."""


def via_pairs(evidence: Evidence) -> ViaPairs:
    """Return whom every assertion is about."""
    found: list[ViaPair] = []
    for via in evidence.given.bounds.policy.vias:
        made = tuple(
            (members_of(state, via.source), members_of(state, via.destination))
            if via in state.declared.policy.vias
            else None
            for state in evidence.states
        )
        held = [ends for ends in made if ends is not None]
        sources, destinations = (frozenset().union(*(ends[place] for ends in held)) for place in (0, 1))
        found.append(
            ViaPair(
                sources=sources,
                destinations=destinations,
                devices=frozenset(via.devices),
                made=made,
                starts=grouped(_starts(evidence, sources)),
            )
        )
    return tuple(found)


def _starts(evidence: Evidence, sources: Iterable[AttachmentName]) -> Iterator[tuple[int, AttachmentPort]]:
    for source in sorted(sources):
        for port in evidence.ports.get(source, ()):
            node = evidence.start_node(port)
            if node is not None:
                yield node, port


def check_via(
    evidence: Evidence, address_index: AddressIndex, deliveries: Deliveries, vias: ViaPairs, joined: Components | None
) -> Iterator[tuple[int, Wrong]]:
    """Yield, by the assertion's index, ways in one state that miss all its devices; `joined` None is the whole network."""
    state = deliveries.state
    surviving = state.surviving
    for index, via in enumerate(vias):
        losing = sorted(via.starts.keys() & surviving.nodes_with_lost_session)
        for destination in sorted(via.destinations):
            ends_there = all(port.device in via.devices for port in evidence.ports.get(destination, ()))
            for region in (item for family in Family for item in address_index.regions.get((destination, family), ())):
                for node in via.starts if joined is None or state.is_changed(region) else losing:
                    if node in surviving.lost_nodes or (ends_there and deliveries.at(region).from_leaf(node)):
                        continue
                    missed = [way for way in state.ways(node, region) if _misses(via, way)]
                    for port, way in product(via.starts[node] if missed else (), missed):
                        source = AttachmentName(port.attachment)
                        if not _is_right(evidence, via, vias, (source, destination), region.family, way):
                            missed_devices = tuple(sorted(via.devices))
                            failing = Failing(port=port, region=region, way=way, state=state)
                            reason = goes_by(way.devices, missed_devices)
                            wrong = failing.wrong(WrongKind.VIA, source, destination, reason)
                            yield index, replace(wrong, missed=missed_devices)


def _misses(via: ViaPair, way: Way) -> bool:
    """Return whether packets are delivered on a way that passes none of the devices."""
    return way.end in SUCCESS and via.devices.isdisjoint(way.devices)


def _is_right(
    evidence: Evidence,
    via: ViaPair,
    vias: ViaPairs,
    pair: tuple[AttachmentName, AttachmentName],
    family: Family,
    way: Way,
) -> bool:
    """Return whether some declared state lets a pair talk this way: no assertion that it makes about the pair is missed.

    So it is for whom `via` is not made at all."""
    numbers = range(len(evidence.states))
    return not any(via.binds(number, *pair) for number in numbers) or any(
        state.talks(*pair, family)
        and not any(item.binds(number, *pair) and item.devices.isdisjoint(way.devices) for item in vias)
        for number, state in enumerate(evidence.states)
    )


def goes_by(way: Iterable[str], wanted: Iterable[str]) -> Reason:
    """Return that a way misses every device that it must pass."""
    return because("goes_by", way=", ".join(way), wanted=", ".join(wanted))
