"""Does traffic that must pass a device pass it? An assertion that is proved, nothing steers.

The one idea: a delivered way that misses every named device is the counterexample; what is not delivered is not this question's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.questions.reachability import Components, Failing, Wrong, WrongKind
from verification.routes.forwarding import Forwarding
from verification.verdicts.flow import SUCCESS

ViaPairs = tuple[tuple[frozenset[AttachmentName], frozenset[AttachmentName], frozenset[str]], ...]
"""Sources, destinations and devices of each assertion, in the order of the policy."""


def check_via(
    evidence: Evidence, address_index: AddressIndex, state: Forwarding, vias: ViaPairs, joined: Components | None
) -> Iterator[tuple[int, Wrong]]:
    """Yield, by the assertion's index, ways in one state that miss all its devices; `joined` None is the whole network."""
    for index, (sources, destinations, devices) in enumerate(vias):
        starts = [
            (port, node)
            for source in sorted(sources)
            for port in evidence.ports.get(source, ())
            if (node := evidence.start_node(port)) is not None and node not in state.surviving.lost_nodes
        ]
        nodes_with_lost_session = [item for item in starts if item[1] in state.surviving.nodes_with_lost_session]
        for destination in sorted(destinations):
            for family in Family:
                for region in address_index.regions.get((destination, family), ()):
                    changed = joined is None or state.is_changed(region)
                    for port, node in starts if changed else nodes_with_lost_session:
                        for way in state.ways(node, region):
                            if way.end in SUCCESS and devices.isdisjoint(way.devices):
                                reason = goes_by(way.devices, sorted(devices))
                                failing = Failing(port=port, region=region, way=way, state=state)
                                source = AttachmentName(port.attachment)
                                yield index, failing.wrong(WrongKind.VIA, source, destination, reason)


def goes_by(way: Iterable[str], wanted: Iterable[str]) -> Reason:
    """Return that a way misses every device that it must pass."""
    return because("goes_by", way=", ".join(way), wanted=", ".join(wanted))
