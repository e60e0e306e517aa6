"""Networks whose routes may settle in several ways or never, and those that look so and do not (RFC 4264, RFC 3345)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.prefix import Prefix, parse_prefix
from routing.model import Action, BgpNeighbor, Device, Network, PolicyClause, RoutePolicy
from tests.small_networks import bgp, interface, link, neighbor, network
from verification.inspection.tables import disputed_routes
from verification.reference.table import tables
from verification.routes.best_path import ORIGINATED, Candidate, CandidateKey, Selected
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, regions_of
from verification.routes.rib import NotSettledError
from verification.routes.surviving import Surviving
from verification.routes.table import table
from verification.routes.topology import build_topology
from verification.verdicts.failure import NO_FAILURE, Failure, failures

LAN = parse_prefix("10.9.0.0/24")
"""What node 0 originates."""


def preferring(value: int) -> RoutePolicy:
    return RoutePolicy(
        name=f"P{value}", clauses=(PolicyClause(name="10", action=Action.PERMIT, local_preference=value),)
    )


def drawn(
    count: int, edges: dict[tuple[int, int], tuple[int, int]], platforms: Sequence[str] = (), lans: tuple[int, ...] = ()
) -> Network:
    """Nodes 0 to count - 1, each an AS; `edges`: who is joined, and the preference that each end gives what the other tells.

    Node 0 and `lans` have 10.9.0.0/24; the links' own networks are told as well.
    """
    ports: dict[int, list[tuple[str, str]]] = {node: [] for node in range(count)}
    peers: dict[int, list[BgpNeighbor]] = {node: [] for node in range(count)}
    cables = []
    for (one, other), values in edges.items():
        cables.append(link(f"{one}-{other}", f"n{one} to{other}", f"n{other} to{one}"))
        for place, (near, far) in enumerate(((one, other), (other, one))):
            ports[near].append((f"to{far}", f"10.{one}.{other}.{place + 1}/30"))
            imports = () if values[place] == 100 else (f"P{values[place]}",)
            peers[near].append(neighbor(f"10.{one}.{other}.{2 - place}", 65000 + far, imports=imports))
    return network(
        (
            Device(
                name=f"n{node}",
                platform=platforms[node] if platforms else "cisco_ios",
                interfaces=(
                    *(interface(name, address) for name, address in ports[node]),
                    *([interface("lan", "10.9.0.1/24")] if node in (0, *lans) else []),
                ),
                policies=tuple(preferring(value) for value in (50, 200, 300)),
                bgp=(bgp(None, 65000 + node, *peers[node]),),
            )
            for node in range(count)
        ),
        cables,
    )


DISAGREE = {(0, 1): (100, 100), (0, 2): (100, 100), (1, 2): (200, 200)}
BAD_GADGET = {(0, n): (100, 100) for n in (1, 2, 3)} | {(1, 2): (200, 100), (2, 3): (200, 100), (1, 3): (100, 200)}
GOOD_GADGET = {(0, n): (100, 100) for n in (1, 2, 3)} | {(1, 2): (200, 100), (2, 3): (200, 100)}
ONE_WAY = {(0, 1): (100, 100), (0, 2): (100, 100), (1, 2): (200, 100)}


def open_nodes(net: Network) -> set[str]:
    plane = ControlPlane(build_topology(net))
    return {plane.topology.nodes[node][0] for node in plane.open}


def test_two_that_prefer_each_other_have_two_outcomes() -> None:
    assert {"n1", "n2"} <= open_nodes(drawn(3, DISAGREE))


def test_a_preference_one_way_has_one_outcome() -> None:
    net = drawn(3, ONE_WAY)
    assert open_nodes(net) == set()
    plane = ControlPlane(build_topology(net))
    chosen = plane.base[LAN].choice(plane.topology.number[("n1", None)])
    assert chosen is not None
    assert chosen.used[0].attributes.as_path == (65002, 65000)


def test_three_that_prefer_each_other_in_a_ring_never_settle() -> None:
    with pytest.raises(NotSettledError):
        ControlPlane(build_topology(drawn(4, BAD_GADGET)))


def test_three_that_prefer_each_other_in_a_row_have_one_outcome() -> None:
    assert open_nodes(drawn(4, GOOD_GADGET)) == set()


def test_a_failure_that_leaves_two_outcomes_is_not_judged() -> None:
    """While n0 tells n3, n1 and n2 take its better route; without it they disagree."""
    edges = {**DISAGREE, (0, 3): (100, 100), (1, 3): (300, 100), (2, 3): (300, 100)}
    plane = ControlPlane(build_topology(drawn(4, edges)))
    assert set(plane.open.values()).isdisjoint({LAN})
    failure = next(item for item in failures(plane.topology.network, ()) if "0-3" in item.links)
    with pytest.raises(NotSettledError):
        plane.under(Surviving(plane.topology, failure))


def test_two_equal_external_routes_leave_open_what_is_told_on() -> None:
    """n1 hears the same of two ASs and tells n4 the one that came first; nothing but that is open, and only if it is seen."""
    edges = {(0, 2): (100, 100), (0, 3): (100, 100), (1, 2): (200, 100), (1, 3): (200, 100), (1, 4): (100, 100)}
    assert "n4" in open_nodes(drawn(5, edges))


# every order of messages


def simulated(plane: ControlPlane, prefix: Prefix, seed: int) -> dict[int, Selected | None] | None:
    """Let nodes choose one at a time, in a random order, until nobody changes; None if it goes on."""
    process, topology = plane._process, plane.topology
    rng = random.Random(seed)  # noqa: S311 -- the same order of messages each time, no secret
    surviving = Surviving(topology, NO_FAILURE)
    own = {node: plane.base[prefix].offers(node).get(ORIGINATED) for node in range(len(topology.nodes))}
    offers: list[dict[CandidateKey, Candidate]] = [
        {ORIGINATED: item} if (item := own[node]) is not None else {} for node in range(len(topology.nodes))
    ]
    chosen: dict[int, Selected | None] = {}
    quiet = 0
    for _ in range(3000):
        node = rng.randrange(len(topology.nodes))
        found = process.choose(offers[node])
        if found is not None and len(found.used) > 1 and not found.used[0].internal:
            place = rng.randrange(len(found.used)) if chosen.get(node) is None else 0
            found = Selected(
                (found.used[place], *(item for item in found.used if item != found.used[place])),
                (found.keys[place], *(item for item in found.keys if item != found.keys[place])),
            )
        old = chosen.get(node)
        same = found == old or (
            found is not None and old is not None and set(found.keys) == set(old.keys) and old.used[0] in found.used
        )
        quiet = quiet + 1 if same else 0
        if not same:
            chosen[node] = found
            _send(plane, prefix, node, found, offers, surviving)
        if quiet > 40 * len(topology.nodes):
            return chosen
    return None


def _send(
    plane: ControlPlane,
    prefix: Prefix,
    node: int,
    found: Selected | None,
    offers: list[dict[CandidateKey, Candidate]],
    surviving: Surviving,
) -> None:
    for session in plane.topology.sessions:
        if session.sender == node:
            offers[session.receiver].pop(("s", session.number), None)
    if found is None:
        return
    for key, receiver, offer in plane._process.told(prefix, node, found, surviving):
        if offer is not None:
            offers[receiver][key] = offer


NODES = 5
PREFERENCES = st.sampled_from((50, 100, 100, 100, 200, 300))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    count = draw(st.integers(3, NODES))
    pairs = [(one, other) for one in range(count) for other in range(one + 1, count)]
    joined = draw(st.sets(st.sampled_from(pairs), min_size=count - 1, max_size=min(7, len(pairs))))
    edges = {pair: (draw(PREFERENCES), draw(PREFERENCES)) for pair in sorted(joined)}
    platforms = draw(st.lists(st.sampled_from(("cisco_ios", "junos")), min_size=count, max_size=count))
    return drawn(count, edges, platforms, draw(st.sampled_from(((), (1,), (2,)))))


def settled(net: Network) -> ControlPlane | None:
    try:
        return ControlPlane(build_topology(net))
    except NotSettledError:
        return None


@settings(max_examples=150, deadline=None)
@given(networks(), st.integers(0, 1 << 20))
def test_what_has_one_outcome_comes_to_it_in_every_order(net: Network, seed: int) -> None:
    plane = settled(net)
    if plane is None or plane.open:
        return
    for prefix in plane.prefixes:
        found = simulated(plane, prefix, seed)
        assert found is not None
        for node in range(len(plane.topology.nodes)):
            mine, theirs = plane.base[prefix].choice(node), found.get(node)
            assert _ways(mine) == _ways(theirs), plane.topology.nodes[node]


def _ways(chosen: Selected | None) -> set[tuple[CandidateKey, tuple[int, ...], int]]:
    if chosen is None:
        return set()
    pairs = zip(chosen.keys, chosen.used, strict=True)
    return {(key, item.attributes.as_path, item.attributes.local_preference) for key, item in pairs}


def states(plane: ControlPlane) -> Iterator[tuple[Failure, Forwarding]]:
    """Yield the whole network and every failure that is judged."""
    regions = regions_of(plane)
    for failure in (NO_FAILURE, *failures(plane.topology.network, sorted(plane.topology.network.devices))):
        surviving = Surviving(plane.topology, failure)
        try:
            views = {} if failure is NO_FAILURE else plane.under(surviving)
        except NotSettledError:
            continue
        yield failure, Forwarding(plane, regions, surviving, views)


def agrees(net: Network) -> None:
    """Assert that both meanings make the same tables, wherever the engine says that there is one outcome."""
    plane = settled(net)
    if plane is None or plane.open:
        return
    for failure, state in states(plane):
        walked = tables(net, failure)
        assert walked is not None
        for node, key in enumerate(plane.topology.nodes):
            if node not in state.surviving.lost_nodes:
                assert disputed_routes(table(state, node), walked.get(key, {})) == ()


@settings(max_examples=150, deadline=None)
@given(networks())
def test_both_meanings_settle_alike_whatever_fails(net: Network) -> None:
    agrees(net)


def test_what_is_drawn_is_often_judged() -> None:
    """The property tests look at something: networks with preferences, some with one outcome, some with several."""
    rng = random.Random(7)  # noqa: S311 -- as above
    found = []
    for _ in range(60):
        edges = {
            (one, other): (rng.choice((100, 200)), rng.choice((100, 300)))
            for one in range(4)
            for other in range(one + 1, 4)
            if rng.random() < 0.7
        }
        plane = settled(drawn(4, edges))
        found.append(plane is not None and not plane.open)
    assert 10 < sum(found) < 55


def test_listing_too_many_paths_leaves_nodes_open(monkeypatch: pytest.MonkeyPatch) -> None:
    net = drawn(3, {(0, 1): (100, 100), (1, 2): (200, 100)})  # n1 likes n2 better, which only has what n1 tells it
    assert open_nodes(net) == set()
    monkeypatch.setattr("verification.routes.outcomes.MOST_PATHS", 0)
    assert open_nodes(net) != set()
