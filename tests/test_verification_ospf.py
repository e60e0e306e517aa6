"""OSPF: both meanings and brute force say the same of drawn networks, whole and under every failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings

from intents.prefix import Prefix
from routing.model import Network, RouteSource
from tests.ospf_networks import Drawing, Way, beside_ospf, built, drawings, expected
from verification.inspection.tables import disputed_routes
from verification.reference.routes import own_tables, peerings_of
from verification.reference.table import named_prefixes, tables
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, regions_of
from verification.routes.surviving import Surviving
from verification.routes.table import table
from verification.routes.topology import Topology, build_topology
from verification.verdicts.failure import NO_FAILURE, Failure, failures
from verification.verdicts.route_entry import RouteEntry

OSPF = (RouteSource.OSPF, RouteSource.OSPF_EXTERNAL)


def states(made: Network) -> tuple[Failure, ...]:
    return (NO_FAILURE, *failures(made, sorted(made.devices)))


def by_engine(plane: ControlPlane, failure: Failure) -> dict[tuple[str, str | None], dict[Prefix, RouteEntry]]:
    surviving = Surviving(plane.topology, failure)
    views = {} if failure is NO_FAILURE else plane.under(surviving)
    state = Forwarding(plane, regions_of(plane), surviving, views)
    return {
        key: dict(table(state, node))
        for node, key in enumerate(plane.topology.nodes)
        if node not in surviving.lost_nodes
    }


def shown(held: Mapping[Prefix, RouteEntry]) -> dict[Prefix, RouteEntry]:
    """A table without AS paths: under a failure the engine keeps an old one where nothing hangs on it."""
    return {
        prefix: replace(entry, ways=tuple(replace(way, as_path=()) for way in entry.ways))
        for prefix, entry in held.items()
    }


def assert_same(made: Network) -> None:
    """Both meanings make the same tables in every state."""
    plane = ControlPlane(build_topology(made))
    for failure in states(made):
        mine, theirs = by_engine(plane, failure), tables(made, failure)
        assert theirs is not None
        for key, held in mine.items():
            assert disputed_routes(shown(held), shown(theirs[key])) == (), (failure.name, key)


def metrics_by_engine(topology: Topology, drawing: Drawing, failure: Failure) -> dict[tuple[int, Prefix], Way]:
    surviving = Surviving(topology, failure)
    found = {}
    for number in range(len(drawing.lans)):
        node = topology.number[(f"r{number}", None)]
        for prefix in topology.local[node]:
            route = surviving.local(node, prefix)
            if route is not None and route.source in OSPF:
                cables = frozenset(int(hop.interface.removeprefix("c")) for hop in route.hops)
                found[number, prefix] = Way(route.metric, cables)
    return found


def metrics_by_walk(made: Network, failure: Failure) -> dict[tuple[int, Prefix], Way]:
    prefixes = named_prefixes(made)
    found = {}
    for (device, _), routes in own_tables(peerings_of(made, failure), prefixes).items():
        for prefix, route in routes.items():
            if route.paths[0].source in OSPF:
                cables = frozenset(
                    int((way.interface or "").removeprefix("c")) for path in route.paths for way in path.exits
                )
                found[int(device.removeprefix("r")), prefix] = Way(route.paths[0].metric or 0, cables)
    return found


def visible(drawing: Drawing, offered: dict[tuple[int, Prefix], Way]) -> dict[tuple[int, Prefix], Way]:
    """Of what OSPF offers, what a router's own static and connected routes do not hide."""
    own = set(beside_ospf(drawing))
    return {key: way for key, way in offered.items() if key not in own}


@settings(max_examples=120, deadline=None)
@given(drawings())
def test_both_meanings_and_brute_force_find_the_same_ways_in_every_state(drawing: Drawing) -> None:
    made = built(drawing)
    topology = build_topology(made)
    for failure in states(made):
        wanted = visible(drawing, expected(drawing, failure))
        assert metrics_by_engine(topology, drawing, failure) == wanted
        assert metrics_by_walk(made, failure) == wanted


@settings(max_examples=40, deadline=None)
@given(drawings())
def test_both_meanings_make_the_same_tables_of_drawn_networks_in_every_state(drawing: Drawing) -> None:
    assert_same(built(drawing))
