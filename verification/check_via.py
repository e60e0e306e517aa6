"""Does traffic that must pass a device pass it? An assertion that is proved, nothing steers.

The one idea: a delivered way that misses every named device is the counterexample; what is not delivered is not this question's.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.registry import AttachmentName
from verification.check_routes import Components, Layout, Wrong
from verification.evidence import Evidence
from verification.flow import SUCCESS
from verification.forwarding import Forwarding

ViaPairs = tuple[tuple[frozenset[AttachmentName], frozenset[AttachmentName], frozenset[str]], ...]
"""Sources, destinations and devices of each assertion, in the order of the policy."""


def check_via(
    evidence: Evidence, layout: Layout, state: Forwarding, vias: ViaPairs, joined: Components | None
) -> Iterator[tuple[int, Wrong]]:
    """Yield, by the assertion's index, ways in one state that miss all its devices; `joined` None is the whole network."""
    for index, (sources, destinations, devices) in enumerate(vias):
        for destination in sorted(destinations):
            for family, regions in ((f, r) for (name, f), r in layout.regions.items() if name == destination):
                for region in regions:
                    if joined is not None and not any(p in state.views for p in evidence.regions.chains[region]):
                        continue
                    for source in sorted(sources):
                        for port in evidence.ports.get(source, ()):
                            node = evidence.start_node(port)
                            if node is None or node in state.alive.dead_nodes:
                                continue
                            for way in state.ways(node, region):
                                if way.end in SUCCESS and devices.isdisjoint(way.devices):
                                    yield (
                                        index,
                                        Wrong(
                                            kind="via",
                                            source=source,
                                            destination=destination,
                                            family=family,
                                            port=port,
                                            region=region,
                                            way=way,
                                            failure=state.alive.failure.name,
                                            reason=f"goes by {', '.join(way.devices)}, not by {', '.join(sorted(devices))}",
                                        ),
                                    )
