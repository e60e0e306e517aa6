"""The table of a VRF by both meanings, and what is open about it.

The one idea: the engine's table is what is shown; `walk` computes the same for every prefix by its own code, and where the two
differ both are told, never one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from intents.prefix import Prefix
from intents.reason import Reason, because
from verification.inspection.doubts import Doubts, verdict_of
from verification.inspection.texts import InspectedTexts
from verification.reference.table import Tables, tables
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, regions_of
from verification.routes.rib import NotSettledError
from verification.routes.surviving import Surviving
from verification.routes.table import table
from verification.routes.topology import Topology, build_topology
from verification.verdicts.failure import NO_FAILURE, Failure
from verification.verdicts.opinions import ENGINE, WALK
from verification.verdicts.route_entry import RouteDispute, RouteEntry
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedTable:
    """The routes of one VRF (None: the global table), sorted by prefix; `verdict` holds if both meanings say the same and nothing
    leaves the table open."""

    device: str
    vrf: str | None
    entries: tuple[RouteEntry, ...]
    disputes: tuple[RouteDispute, ...]
    verdict: Holds | Disputed | NotModelled


class Inspection:
    """Tables of one set of texts. The engine computes all routes once; `walk` those that may reach the device asked about."""

    def __init__(self, texts: InspectedTexts) -> None:
        self.texts = texts
        self.topology = build_topology(texts.network)
        self._plane = _settled(self.topology)
        self.doubts = Doubts(texts, self.topology, None if isinstance(self._plane, NotModelled) else self._plane)
        self._walked: dict[tuple[str, ...], Tables | None] = {}

    def vrfs(self, device: str) -> tuple[str | None, ...]:
        """Return the VRFs of a device, the global one first."""
        return tuple(vrf for name, vrf in self.topology.nodes if name == device)

    def forwarding(self, failure: Failure = NO_FAILURE) -> Forwarding | NotModelled:
        """Return where packets go by the engine under a failure, or that its routes do not settle."""
        if isinstance(self._plane, NotModelled):
            return self._plane
        surviving = Surviving(self.topology, failure)
        try:
            views = {} if failure is NO_FAILURE else self._plane.under(surviving)
        except NotSettledError as error:
            return NotModelled(reason=error.reason)
        return Forwarding(self._plane, regions_of(self._plane), surviving, views)

    def table(self, device: str, vrf: str | None) -> InspectedTable:
        """Return the table of a VRF; KeyError if the device has no such VRF."""
        node = self.topology.number[(device, vrf)]
        state = self.forwarding()
        walked = self._walk(device)
        mine = {} if isinstance(state, NotModelled) else table(state, node)
        theirs = {} if walked is None else walked.get((device, vrf), {})
        disputes = disputed_routes(mine, theirs)
        unsettled = state if isinstance(state, NotModelled) else None
        return InspectedTable(
            device=device,
            vrf=vrf,
            entries=tuple(mine[prefix] for prefix in sorted(mine)),
            disputes=() if unsettled is not None or walked is None else disputes,
            verdict=unsettled or self._verdict(device, disputes, settled=walked is not None),
        )

    def _walk(self, device: str) -> Tables | None:
        """Return the tables of `walk` for a device and all whose routes may reach it; None if routes do not settle."""
        reaching = tuple(sorted(self.doubts.reaching(device)))
        if reaching not in self._walked:
            network = self.texts.network
            part = replace(
                network,
                devices={name: network.devices[name] for name in reaching},
                links=tuple(item for item in network.links if {item.a_device, item.b_device} <= set(reaching)),
                ports=(),
            )
            self._walked[reaching] = tables(part, NO_FAILURE)
        return self._walked[reaching]

    def _verdict(
        self, device: str, disputes: tuple[RouteDispute, ...], *, settled: bool
    ) -> Holds | Disputed | NotModelled:
        doubted = verdict_of(self.doubts.about(device))
        if doubted is not None:
            return doubted
        if not settled:
            return _disputed(because("routes_settle"), because("routes_never_settle"))
        if disputes:
            return _disputed(*(_in_words(disputes[0].prefix, said) for said in (disputes[0].engine, disputes[0].walk)))
        return Holds(judges=(ENGINE, WALK))


def _settled(topology: Topology) -> ControlPlane | NotModelled:
    """Return all routes, or that those of a prefix never settle."""
    try:
        return ControlPlane(topology)
    except NotSettledError as error:
        return NotModelled(reason=error.reason)


def disputed_routes(engine: Mapping[Prefix, RouteEntry], walk: Mapping[Prefix, RouteEntry]) -> tuple[RouteDispute, ...]:
    """Return the prefixes of which the two meanings say different things, in order."""
    return tuple(
        RouteDispute(prefix=prefix, engine=engine.get(prefix), walk=walk.get(prefix))
        for prefix in sorted(engine.keys() | walk.keys())
        if _differ(engine.get(prefix), walk.get(prefix))
    )


def _differ(one: RouteEntry | None, other: RouteEntry | None) -> bool:
    if one is None or other is None:
        return one is not other
    return not one.agrees(other)


def _disputed(engine: Reason, walk: Reason) -> Disputed:
    return Disputed(one=Statement(judges=(ENGINE,), said=engine), other=Statement(judges=(WALK,), said=walk))


def _in_words(prefix: Prefix, entry: RouteEntry | None) -> Reason:
    if entry is None:
        return because("no_route_to", prefix=prefix)
    ways = ", ".join(
        " ".join(part for part in (way.interface or "-", *(map(str, way.as_path))) if part) for way in entry.ways
    )
    return because("route_to", prefix=prefix, source=entry.source, ways=ways)
