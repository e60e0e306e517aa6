"""Does traffic that must pass a device pass it? An assertion that is proved, nothing steers.

The one idea: a delivered way that misses every named device is the counterexample; what is not delivered is not this question's,
nor is a way that another declared state takes for right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import members_of
from verification.questions.reachability import Components, Failing, Wrong, WrongKind
from verification.routes.forwarding import Forwarding, Way
from verification.verdicts.flow import SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaPair:
    """Whom an assertion is about by any declared state that makes it, and the devices that it names. `made`: who they are in each
    declared state, in their order; None where it is not made."""

    sources: frozenset[AttachmentName]
    destinations: frozenset[AttachmentName]
    devices: frozenset[str]
    made: tuple[Ends | None, ...]

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
        found.append(ViaPair(sources=sources, destinations=destinations, devices=frozenset(via.devices), made=made))
    return tuple(found)


def check_via(
    evidence: Evidence, address_index: AddressIndex, state: Forwarding, vias: ViaPairs, joined: Components | None
) -> Iterator[tuple[int, Wrong]]:
    """Yield, by the assertion's index, ways in one state that miss all its devices; `joined` None is the whole network."""
    for index, via in enumerate(vias):
        starts = [
            (port, node)
            for source in sorted(via.sources)
            for port in evidence.ports.get(source, ())
            if (node := evidence.start_node(port)) is not None and node not in state.surviving.lost_nodes
        ]
        nodes_with_lost_session = [item for item in starts if item[1] in state.surviving.nodes_with_lost_session]
        for destination in sorted(via.destinations):
            for family in Family:
                for region in address_index.regions.get((destination, family), ()):
                    changed = joined is None or state.is_changed(region)
                    for port, node in starts if changed else nodes_with_lost_session:
                        for way in state.ways(node, region):
                            source = AttachmentName(port.attachment)
                            if way.end not in SUCCESS or not via.devices.isdisjoint(way.devices):
                                continue
                            if not _is_right(evidence, via, vias, (source, destination), family, way):
                                reason = goes_by(way.devices, sorted(via.devices))
                                failing = Failing(port=port, region=region, way=way, state=state)
                                yield index, failing.wrong(WrongKind.VIA, source, destination, reason)


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
