"""Sessions inside an AS: which come up, what they carry, what reflectors do, and which route wins, in both meanings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.prefix import Prefix, parse_prefix
from routing.model import Device, Network, RouteSource, StaticRoute
from tests.internal_networks import IOS, JUNOS, Inner
from tests.small_networks import interface, value
from tests.test_verification_outcomes import agrees, settled, simulated
from verification.reference.paths import Path, choose
from verification.routes.adjacency import ForwardingHop
from verification.routes.best_path import Candidate, CandidateKey, Selected, select, surely_better
from verification.routes.control_plane import ControlPlane
from verification.routes.rib import NotSettledError
from verification.routes.route_filters import PathAttributes
from verification.routes.surviving import Surviving
from verification.routes.topology import build_topology
from verification.verdicts.failure import link_failure

OUT = "10.9.0.0/24"
LINE = (("a", "b"), ("b", "c"))
MESH = (("a", "b"), ("b", "c"), ("a", "c"))
BOTH = pytest.mark.parametrize("platform", [IOS, JUNOS])


def everywhere(platform: str, routers: str = "abcd") -> dict[str, str]:
    return dict.fromkeys(routers, platform)


def chosen(net: Network, device: str, prefix: str = OUT) -> Candidate | None:
    """Return what a device uses first by the engine, when `walk` says the same of every table."""
    agrees(net)
    plane = ControlPlane(build_topology(net))
    assert plane.open == {}
    found = plane.base[parse_prefix(prefix)].choice(plane.topology.number[(device, None)])
    return None if found is None else found.used[0]


def reasons(net: Network) -> set[str]:
    return {reason.key for reason in ControlPlane(build_topology(net)).open.values()}


def changed(net: Network, name: str, **said: object) -> Network:
    device = replace(net.devices[name], **said)  # type: ignore[arg-type] # each of its own type
    return replace(net, devices={**net.devices, name: device})


def with_static(net: Network, name: str, prefix: str, next_hop: str | None = None) -> Network:
    static = StaticRoute(
        vrf=None,
        prefix=parse_prefix(prefix),
        next_hop=None if next_hop is None else value(next_hop),
        discard=next_hop is None,
    )
    return changed(net, name, statics=(*net.devices[name].statics, static))


# what is carried


@BOTH
def test_a_route_of_another_as_goes_through_the_own_one(platform: str) -> None:
    inner = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        meshed=MESH,
        borders=(("a", 65001, OUT, 200, None), ("c", 65002, "10.8.0.0/24", 100, None)),
        platforms=everywhere(platform),
    )
    net = inner.build()
    found = chosen(net, "c")
    assert found is not None
    assert (found.attributes.as_path, found.attributes.local_preference) == ((65001,), 200)
    assert found.attributes.next_hop == value("192.168.0.1")
    assert (found.internal, found.hops[0].interface) == (True, "to-b")
    outside = chosen(net, "x1")
    assert outside is not None
    assert outside.attributes.as_path == (65000, 65001)
    assert outside.attributes.local_preference == 100


@BOTH
def test_what_an_internal_neighbour_told_is_not_told_to_another_one(platform: str) -> None:
    net = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        meshed=(("a", "b"), ("b", "c")),
        borders=(("a", 65001, OUT, 100, None),),
        platforms=everywhere(platform),
    ).build()
    assert chosen(net, "b") is not None
    assert chosen(net, "c") is None


def test_the_next_hop_stays_and_must_be_found() -> None:
    inner = Inner(
        routers=("a", "b"),
        cables=(("a", "b"),),
        meshed=(("a", "b"),),
        borders=(("a", 65001, OUT, 100, None),),
        next_hop_self=False,
    )
    assert chosen(inner.build(), "b") is None
    found = chosen(with_static(inner.build(), "b", "10.1.0.0/30", "10.0.0.1"), "b")
    assert found is not None
    assert found.attributes.next_hop == value("10.1.0.2")
    assert reasons(with_static(inner.build(), "b", "0.0.0.0/0", "10.0.0.1")) == {"next_hop_through"}
    assert "next_hop_discarded" in reasons(with_static(inner.build(), "b", "10.1.0.0/30"))


def test_a_next_hop_that_only_bgp_knows_leaves_open_what_follows() -> None:
    inner = Inner(
        routers=("a", "b"),
        cables=(("a", "b"),),
        meshed=(("a", "b"),),
        borders=(("a", 65001, OUT, 100, None),),
        next_hop_self=False,
    )
    net = inner.build()
    instance = replace(net.devices["a"].bgp[0], networks=(parse_prefix("10.1.0.0/30"),))
    assert reasons(changed(net, "a", bgp=(instance,))) == {"next_hop_through"}


def test_an_own_static_route_with_a_next_hop_is_not_told_inside_for_sure() -> None:
    inner = Inner(routers=("a", "b"), cables=(("a", "b"),), meshed=(("a", "b"),), next_hop_self=False)
    net = with_static(inner.build(), "a", OUT, "10.0.0.2")
    instance = replace(net.devices["a"].bgp[0], networks=(parse_prefix(OUT),))
    assert "next_hop_of_own_route" in reasons(changed(net, "a", bgp=(instance,)))


def test_communities_that_stop_at_the_border_do_not_stop_inside() -> None:
    inner = Inner(
        routers=("a", "b"),
        cables=(("a", "b"),),
        meshed=(("a", "b"),),
        borders=(("a", 65001, OUT, 200, None), ("b", 65002, "10.8.0.0/24", 100, None)),
    )
    for community, inside in (("no-export", True), ("no-advertise", False)):
        net = inner.build()
        policy = next(item for item in net.devices["a"].policies if item.name == "P200")
        clause = replace(policy.clauses[0], add_communities=(community,))
        others = [item for item in net.devices["a"].policies if item.name != "P200"]
        net = changed(net, "a", policies=(*others, replace(policy, clauses=(clause,))))
        assert (chosen(net, "b") is not None) is inside
        assert chosen(net, "x1") is None


# reflectors


@BOTH
def test_a_reflector_passes_on_what_clients_and_others_tell(platform: str) -> None:
    inner = Inner(
        routers=("a", "b", "c", "d"),
        cables=(*LINE, ("b", "d")),
        meshed=(("b", "d"),),
        reflects={"b": ("a", "c")},
        borders=(("a", 65001, OUT, 100, None), ("d", 65002, "10.8.0.0/24", 100, None)),
        platforms=everywhere(platform),
    )
    net = inner.build()
    for device in "cd":
        found = chosen(net, device)
        assert found is not None
        assert found.attributes.originator == value("192.168.0.1")
        assert found.attributes.clusters == (value("192.168.0.2"),)
        assert found.attributes.next_hop == value("192.168.0.1" if platform == IOS else "192.168.0.2")
    assert chosen(net, "a", "10.8.0.0/24") is not None


def test_two_others_of_a_reflector_do_not_hear_each_other() -> None:
    inner = Inner(
        routers=("a", "b", "c", "d"),
        cables=(*LINE, ("b", "d")),
        meshed=(("a", "b"), ("b", "d")),
        reflects={"b": ("c",)},
        borders=(("a", 65001, OUT, 100, None),),
    )
    assert chosen(inner.build(), "c") is not None
    assert chosen(inner.build(), "d") is None


def test_only_the_reflectors_own_word_makes_a_client() -> None:
    inner = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        reflects={"b": ("a", "c")},
        borders=(("a", 65001, OUT, 100, None),),
        changes={("b", "a"): {"client": False}, ("b", "c"): {"client": False}, ("c", "b"): {"client": True}},
    )
    assert chosen(inner.build(), "c") is None


@pytest.mark.parametrize("same", [True, False])
def test_reflectors_of_one_cluster_do_not_take_each_others_reflections(same: bool) -> None:
    """a is b's client, d is c's: over one cluster ID what b reflects ends at c."""
    inner = Inner(
        routers=("a", "b", "c", "d"),
        cables=(("a", "b"), ("b", "c"), ("c", "d")),
        meshed=(("b", "c"),),
        reflects={"b": ("a",), "c": ("d",)},
        borders=(("a", 65001, OUT, 100, None),),
        clusters={"b": 7, "c": 7} if same else {},
    )
    assert (chosen(inner.build(), "d") is None) is same
    assert (chosen(inner.build(), "c") is None) is same


@BOTH
def test_the_nearest_next_hop_wins(platform: str) -> None:
    for near, far in ((("a", "b"), ("b", "c")), (("b", "c"), ("a", "b"))):
        inner = Inner(
            routers=("a", "b", "c"),
            cables=LINE,
            meshed=MESH,
            borders=(("a", 65001, OUT, 100, None), ("c", 65001, OUT, 100, None)),
            costs={near: 1, far: 5},
            platforms=everywhere(platform),
        )
        found = chosen(inner.build(), "b")
        assert found is not None
        assert found.hops[0].interface == f"to-{near[0] if near[1] == 'b' else near[1]}"
        assert found.igp_metric == 2


@BOTH
def test_the_lower_router_id_wins_among_equals(platform: str) -> None:
    inner = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        meshed=MESH,
        borders=(("a", 65001, OUT, 100, None), ("c", 65001, OUT, 100, None)),
        platforms=everywhere(platform),
    )
    found = chosen(inner.build(), "b")
    assert found is not None
    assert found.router_id == value("192.168.0.1")


@BOTH
@pytest.mark.parametrize("first", ["a", "c"])
def test_preference_and_metric_decide_between_borders(platform: str, first: str) -> None:
    for said in ({"preference": 200}, {"metric": 1}):
        borders = tuple(
            (
                name,
                65001,
                OUT,
                said.get("preference", 100) if name == first else 100,
                said.get("metric", 5) if name == first else 5,
            )
            for name in ("a", "c")
        )
        inner = Inner(
            routers=("a", "b", "c"), cables=LINE, meshed=MESH, borders=borders, platforms=everywhere(platform)
        )
        for device in "abc":
            found = chosen(inner.build(), device)
            assert found is not None
            assert found.internal is (device != first)
            assert (
                found.hops[0].interface
                == {"a": {"a": "to-x0", "b": "to-a", "c": "to-b"}, "c": {"a": "to-b", "b": "to-c", "c": "to-x1"}}[
                    first
                ][device]
            )


# sessions


@pytest.mark.parametrize("end", ["a", "b"])
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"source": None}, "session_unsure"),  # nobody documents which address it speaks from
        ({"remote_as": 65009}, None),
        ({"enabled": False}, None),
        ({"guards": ("password",)}, None),
        ({"address": value("192.168.0.9")}, None),
    ],
)
def test_a_session_needs_both_ends(end: str, said: dict[str, object], reason: str | None) -> None:
    other = "b" if end == "a" else "a"
    inner = Inner(
        routers=("a", "b"),
        cables=(("a", "b"),),
        meshed=(("a", "b"),),
        borders=(("a", 65001, OUT, 100, None),),
        changes={(end, other): said},
    )
    if reason is None:
        assert chosen(inner.build(), "b") is None
    else:
        assert reasons(inner.build()) == {reason}


def test_a_session_between_neighbours_speaks_from_the_link() -> None:
    said: dict[tuple[str, str], dict[str, object]] = {
        ("a", "b"): {"source": None, "address": value("10.0.0.2")},
        ("b", "a"): {"source": None, "address": value("10.0.0.1")},
    }
    inner = Inner(
        routers=("a", "b"),
        cables=(("a", "b"),),
        meshed=(("a", "b"),),
        borders=(("a", 65001, OUT, 100, None),),
        changes=said,
    )
    found = chosen(inner.build(), "b")
    assert found is not None
    assert found.attributes.next_hop == value("10.0.0.1")


def test_a_session_with_the_own_router_id_does_not_come_up_on_any_platform() -> None:
    inner = Inner(
        routers=("a", "b"),
        cables=(("a", "b"),),
        meshed=(("a", "b"),),
        borders=(("a", 65001, OUT, 100, None),),
        platforms=everywhere(JUNOS),
    )
    net = inner.build()
    twin = replace(net.devices["b"].bgp[0], router_id=net.devices["a"].bgp[0].router_id)
    assert chosen(changed(net, "b", bgp=(twin,)), "b") is None


def test_without_a_way_back_there_is_no_session() -> None:
    net = Inner(
        routers=("a", "b", "c"), cables=LINE, meshed=(("a", "c"),), borders=(("a", 65001, OUT, 100, None),)
    ).build()
    assert chosen(net, "c") is not None
    assert chosen(changed(net, "b", statics=()), "c") is None


def test_a_way_over_somebody_without_a_text_leaves_a_session_open() -> None:
    net = Inner(
        routers=("a", "b", "c"), cables=LINE, meshed=(("a", "c"),), borders=(("a", 65001, OUT, 100, None),)
    ).build()
    devices = {name: item for name, item in net.devices.items() if name != "b"}
    cables = tuple(item for item in net.links if "b" not in (item.a_device, item.b_device))
    assert reasons(replace(net, devices=devices, links=cables)) == {"session_unsure"}


def test_a_way_in_a_circle_beside_one_that_arrives_leaves_a_session_open() -> None:
    """d sends what is for a to b and back to c, which sends it to d."""
    inner = Inner(
        routers=("a", "b", "c", "d"),
        cables=(("a", "b"), ("b", "c"), ("c", "d")),
        meshed=(("a", "d"),),
        borders=(("a", 65001, OUT, 100, None),),
    )
    assert chosen(inner.build(), "d") is not None
    assert reasons(with_static(inner.build(), "c", "192.168.0.1/32", "10.0.2.2")) == {"session_unsure"}


def test_a_session_ends_with_its_last_way_and_comes_back_over_another_one() -> None:
    inner = Inner(
        routers=("a", "b", "c"),
        cables=(("a", "b"), ("b", "c"), ("a", "c")),
        meshed=MESH,
        borders=(("a", 65001, OUT, 100, None),),
    )
    net = inner.build()
    around = with_static(with_static(net, "c", "192.168.0.0/24", "10.0.1.1"), "a", "192.168.0.0/24", "10.0.0.2")
    for made, is_left in ((net, False), (around, True)):
        agrees(made)
        plane = ControlPlane(build_topology(made))
        surviving = Surviving(plane.topology, link_failure(made, "a-c"))
        state = {**plane.base, **plane.under(surviving)}[parse_prefix(OUT)]
        found = state.choice(plane.topology.number[("c", None)])
        assert (found is not None) is is_left


# which route wins: both meanings, step by step


def both(*said: dict[str, object]) -> int:
    """Return which of several routes of one prefix both meanings choose."""
    usual: dict[str, object] = {"as_path": (65001,), "local_preference": 100, "metric": None, "origin": 0}
    offers: dict[CandidateKey, Candidate] = {}
    paths = []
    for place, item in enumerate(said):
        told = usual | {"clusters": (), "internal": True, "igp_metric": 5, "router_id": 9, "neighbor": 9} | item
        attributes = PathAttributes(
            source=RouteSource.BGP,
            **{name: told[name] for name in (*usual, "clusters")},  # type: ignore[arg-type] # each of its own type
        )
        inside = bool(told["internal"])
        marks = {name: told[name] for name in ("neighbor", "igp_metric", "router_id")}
        if not inside:
            marks["igp_metric"] = 0
        hops = (ForwardingHop(interface=f"p{place}"),)
        offers["s", place] = Candidate(attributes, hops, external=not inside, internal=inside, **marks)  # type: ignore[arg-type] # as above
        paths.append(
            Path(
                prefix=parse_prefix(OUT), source=RouteSource.BGP, exits=(), external=not inside, internal=inside,
                line=(f"{place}", ()), **marks, **{name: told[name] for name in (*usual, "clusters")},  # type: ignore[arg-type] # as above
            )
        )  # fmt: skip
    mine = select(offers)
    theirs = choose(paths)
    assert {key[1] for key in mine.keys} == {int(path.line[0]) for path in theirs if path.line is not None}
    assert len(mine.keys) == 1
    return mine.keys[0][1]


BETTER = (
    {"local_preference": 200},
    {"as_path": ()},
    {"origin": 0},
    {"metric": 1},
    {"internal": False},
    {"igp_metric": 1},
    {"router_id": 1},
    {"clusters": ()},
    {"neighbor": 1},
)
"""Each step of the choice; what comes later is worse."""
WORSE = {"origin": 2, "metric": 7, "clusters": (1,), "igp_metric": 9, "router_id": 99, "neighbor": 99}


@pytest.mark.parametrize("step", range(len(BETTER)))
def test_each_step_decides_before_those_behind_it(step: int) -> None:
    """One is better by this step and worse by all behind it that can be; the other the other way round."""
    later = {key: item for better in BETTER[step + 1 :] for key, item in better.items() if key != "internal"}
    mine = {key: WORSE[key] for key in later if key in WORSE} | BETTER[step]
    theirs = later | {
        key: WORSE.get(key, 100 if key == "local_preference" else (65001,)) for key in BETTER[step] if key != "internal"
    }
    before = {
        key: item for better in BETTER[:step] for key, item in better.items() if key in ("origin", "metric", "clusters")
    }
    assert both(before | mine, before | theirs) == 0
    assert both(before | theirs, before | mine) == 1


def test_metrics_of_different_ases_are_not_compared() -> None:
    assert both({"metric": 9, "router_id": 1}, {"metric": 1, "as_path": (65002,), "router_id": 2}) == 0


# several outcomes


def offered(number: int, asn: int, metric: int, far: int) -> tuple[CandidateKey, Candidate]:
    attributes = PathAttributes(source=RouteSource.BGP, as_path=(asn,), metric=metric)
    hops = (ForwardingHop(interface=f"p{number}"),)
    return ("s", number), Candidate(attributes, hops, number, external=False, internal=True, igp_metric=far)


def test_what_a_metric_may_take_out_is_not_surely_better() -> None:
    """The nearest wins, unless a lower metric of its own AS comes, whoever that then loses to."""
    nearest, farther, rival = offered(1, 65001, 5, 1), offered(2, 65002, 0, 9), offered(3, 65001, 1, 20)
    assert surely_better(nearest, farther, (nearest, farther), groups=True)
    assert not surely_better(nearest, farther, (nearest, farther, rival), groups=True)
    assert surely_better(rival, nearest, (nearest, farther, rival), groups=True)
    assert not surely_better(rival, nearest, (nearest, farther, rival), groups=False)
    assert select(dict((nearest, farther, rival))).keys == (("s", 2),)


def test_metrics_behind_reflectors_may_never_settle() -> None:
    """RFC 3345 2.1: b is the nearest, but c's lower metric takes it out; then a is nearer than c, also for r2, which no longer
    tells c's; so r1 goes back to b."""
    assert settled(oscillating(nearer=True)) is None
    calm = settled(oscillating(nearer=False))
    assert calm is not None
    assert calm.open == {}


def oscillating(*, nearer: bool) -> Network:
    """Reflector r1 with clients a (AS 65001) and b (AS 65002, metric 10); reflector r2 with client c (AS 65002, metric 0)."""
    inner = Inner(
        routers=("r1", "r2", "a", "b", "c"),
        cables=(("r1", "r2"), ("r1", "a"), ("r1", "b"), ("r2", "c")),
        meshed=(("r1", "r2"),),
        reflects={"r1": ("a", "b"), "r2": ("c",)},
        borders=(("a", 65001, OUT, 100, None), ("b", 65002, OUT, 100, 10), ("c", 65002, OUT, 100, 0)),
        costs={("r1", "r2"): 1, ("r1", "a"): 4, ("r1", "b"): 1, ("r2", "c"): 10 if nearer else 1},
        platforms=everywhere(IOS, "abc") | {"r1": JUNOS, "r2": JUNOS},
        changes={(one, other): {"exports": ("ALL",)} for one in ("r1", "r2") for other in ("a", "b", "c", "r1", "r2")},
    )
    return inner.build()


def test_border_routers_that_prefer_each_others_route_agree_by_preference() -> None:
    """Two borders with different preferences have one outcome, with equal ones as well: each takes its own (external first)."""
    for preferences, users in (((200, 100), ("a", "a")), ((100, 100), ("a", "b"))):
        inner = Inner(
            routers=("a", "b"),
            cables=(("a", "b"),),
            meshed=(("a", "b"),),
            borders=(("a", 65001, OUT, preferences[0], None), ("b", 65002, OUT, preferences[1], None)),
        )
        net = inner.build()
        first, second = chosen(net, "a"), chosen(net, "b")
        assert first is not None
        assert second is not None
        assert not first.internal
        assert second.internal is (users[1] == "a")


NAMES = ("a", "b", "c", "d")


@st.composite
def networks(draw: st.DrawFn) -> Network:
    routers = NAMES[: draw(st.integers(2, 4))]
    pairs = [(a, b) for i, a in enumerate(routers) for b in routers[i + 1 :]]
    cables = [pair for pair in pairs if draw(st.booleans())] or pairs[:1]
    reflectors = draw(st.sets(st.sampled_from(routers), max_size=2))
    reflects = {
        name: tuple(far for far in routers if far != name and far not in reflectors and draw(st.booleans()))
        for name in sorted(reflectors)
    }
    border = st.tuples(
        st.sampled_from(routers),
        st.sampled_from((65001, 65002)),
        st.sampled_from((OUT, OUT, "10.8.0.0/24")),
        st.sampled_from((100, 100, 200)),
        st.sampled_from((None, 5, 9)),
    )
    platform = draw(st.sampled_from(((IOS,), (JUNOS,), (IOS, JUNOS))))
    return Inner(
        routers=routers,
        cables=tuple(cables),
        meshed=tuple(pair for pair in pairs if draw(st.integers(0, 3))),
        reflects=reflects,
        borders=tuple(draw(st.lists(border, min_size=1, max_size=3))),
        platforms={name: draw(st.sampled_from(platform)) for name in routers},
        clusters={name: 7 for name in reflectors if draw(st.booleans())},
        costs=draw(st.sampled_from((None, {pair: draw(st.integers(1, 3)) for pair in cables}))),
        next_hop_self=draw(st.integers(0, 4)) > 0,
    ).build()


@settings(max_examples=200, deadline=None)
@given(networks())
def test_both_meanings_settle_alike_inside_an_as_whatever_fails(net: Network) -> None:
    agrees(net)


@settings(max_examples=150, deadline=None)
@given(networks(), st.integers(0, 1 << 20))
def test_what_has_one_outcome_inside_an_as_comes_to_it_in_every_order(net: Network, seed: int) -> None:
    plane = settled(net)
    if plane is None or plane.open:
        return
    for prefix in plane.prefixes:
        _same_in_any_order(plane, prefix, seed)


def _same_in_any_order(plane: ControlPlane, prefix: Prefix, seed: int) -> None:
    found = simulated(plane, prefix, seed)
    assert found is not None
    for node in range(len(plane.topology.nodes)):
        mine, theirs = plane.base[prefix].choice(node), found.get(node)
        assert _keys(mine) == _keys(theirs), plane.topology.nodes[node]


def _keys(chosen_ones: Selected | None) -> set[CandidateKey]:
    return set() if chosen_ones is None else set(chosen_ones.keys)


def test_failures_that_leave_inner_routes_unsure_are_not_judged() -> None:
    """b hears two external routes that come first or second once a is gone: only what is sure is told."""
    inner = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        meshed=MESH,
        borders=(("a", 65001, OUT, 200, None), ("b", 65002, OUT, 100, None), ("b", 65003, OUT, 100, None)),
    )
    net = inner.build()
    agrees(net)
    plane = ControlPlane(build_topology(net))
    assert plane.open == {}
    with pytest.raises(NotSettledError):
        plane.under(Surviving(plane.topology, link_failure(net, "a-x0")))


def test_a_junos_route_that_gives_way_to_ospf_is_not_judged() -> None:
    """a has 10.0.1.0/30 by OSPF, and a neighbour of the AS tells it as well: a tells nobody, whatever wins there."""
    inner = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        meshed=MESH,
        borders=(("b", 65001, "10.0.1.0/30", 100, None),),
        costs={},
        platforms={"a": JUNOS, "b": IOS, "c": IOS},
    )
    assert "inactive_inside" not in reasons(inner.build())
    inner.borders = (("a", 65001, "10.0.1.0/30", 100, None),)
    assert "inactive_inside" in reasons(inner.build())


@pytest.mark.parametrize("said", [True, False])
def test_metrics_compared_pair_by_pair_hang_on_the_order_unless_the_text_says_otherwise(said: bool) -> None:
    """c hears AS 65001 with a metric of 9 from a and 1 from d, AS 65002 from b: d's beats a's, b's beats d's, a's beats b's."""
    inner = Inner(
        routers=("a", "b", "c", "d"),
        cables=(("a", "c"), ("b", "c"), ("d", "c")),
        meshed=(("a", "c"), ("b", "c"), ("d", "c")),
        borders=(("a", 65001, OUT, 100, 9), ("b", 65002, OUT, 100, None), ("d", 65001, OUT, 100, 1)),
    )
    net = inner.build()
    instance = replace(net.devices["c"].bgp[0], deterministic_med=said)
    net = changed(net, "c", bgp=(instance,))
    assert ("several_outcomes" in reasons(net)) is not said
    if said:
        found = chosen(net, "c")
        assert found is not None
        assert found.neighbor == value("192.168.0.2")


def test_the_usual_local_preference_is_given_to_routes_of_others_and_own_ones() -> None:
    inner = Inner(
        routers=("a", "b", "c"),
        cables=LINE,
        meshed=MESH,
        borders=(("a", 65001, OUT, 100, None), ("c", 65001, OUT, 100, None)),
    )
    net = inner.build()
    instance = replace(net.devices["c"].bgp[0], default_preference=150, networks=(parse_prefix("192.168.0.3/32"),))
    net = changed(net, "c", bgp=(instance,))
    for device in "ab":
        for prefix in (OUT, "192.168.0.3/32"):
            found = chosen(net, device, prefix)
            assert found is not None
            assert (found.attributes.local_preference, found.neighbor) == (150, value("192.168.0.3"))


def test_a_device_beside_an_as_is_left_alone() -> None:
    net = Inner(routers=("a", "b"), cables=(("a", "b"),), meshed=(("a", "b"),)).build()
    lone = Device(name="z", platform=IOS, interfaces=(interface("p", "10.77.0.1/24"),))
    agrees(replace(net, devices={**net.devices, "z": lone}))
