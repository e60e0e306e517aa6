"""Which routes a packet finds: several ways, failures, leaks, aggregates, policies, and no end of change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family, parse_prefix
from routing.model import (
    Action,
    Aggregate,
    BgpInstance,
    Device,
    Direction,
    LocalAs,
    Network,
    PolicyClause,
    PolicyDefault,
    RoutePolicy,
    RouteSource,
    StaticRoute,
    Vrf,
    VrfFamily,
)
from routing.refs import bgp_ref, vrf_import_ref
from tests.small_networks import bgp, exactly, interface, link, neighbor, network, tcp, value
from verification.failure import NO_FAILURE, Failure, device_failure, duct_failure, failures, link_failure
from verification.flow import Disposition, Flow, Trace
from verification.walk import walk
from verification.walk_paths import Exit, Path, announce, apply_policies, choose, learn

LEFT_TO_RIGHT = tcp("left lan.1", "10.1.0.9", "10.2.0.9")


def diamond(maximum_paths: int = 1) -> Network:
    """left and right, each joined to both agg-1 and agg-2; left's channels share the duct `river`."""
    left = Device(
        name="left",
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", "10.1.0.1/24", vrf="A", vlan=1),
            interface("u1.10", "10.255.1.1/31", vrf="A", vlan=10),
            interface("u2.10", "10.255.2.1/31", vrf="A", vlan=10),
        ),
        bgp=(
            bgp("A", 65001, neighbor("10.255.1.0", 65011), neighbor("10.255.2.0", 65012), maximum_paths=maximum_paths),
        ),
    )
    right = Device(
        name="right",
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", "10.2.0.1/24", vrf="B", vlan=1),
            interface("u1.20", "10.255.3.1/31", vrf="B", vlan=20),
            interface("u2.20", "10.255.4.1/31", vrf="B", vlan=20),
        ),
        bgp=(bgp("B", 65002, neighbor("10.255.3.0", 65011), neighbor("10.255.4.0", 65012)),),
    )
    links = (
        link("left-1", "agg-1 l", "left u1", "river"),
        link("left-2", "agg-2 l", "left u2", "river"),
        link("right-1", "agg-1 r", "right u1"),
        link("right-2", "agg-2 r", "right u2"),
    )
    aggregations = (
        middle("agg-1", 65011, "10.255.1.0/31", "10.255.3.0/31"),
        middle("agg-2", 65012, "10.255.2.0/31", "10.255.4.0/31"),
    )
    return network((left, right, *aggregations), links)


def middle(name: str, asn: int, to_left: str, to_right: str) -> Device:
    peers = [str(parse_prefix(text)).split("/")[0][:-1] + "1" for text in (to_left, to_right)]
    return Device(
        name=name,
        platform="cisco_ios",
        interfaces=(interface("l.10", to_left, vrf="GOV", vlan=10), interface("r.20", to_right, vrf="GOV", vlan=20)),
        bgp=(bgp("GOV", asn, neighbor(peers[0], 65001), neighbor(peers[1], 65002)),),
    )


def ways(net: Network, flow: Flow, failure: Failure = NO_FAILURE) -> list[tuple[str, ...]]:
    """The devices on each way that delivers the packet."""
    return [tuple(hop.device for hop in trace.hops) for trace in walk(net, flow, failure) if trace.delivered]


def only(net: Network, flow: Flow, failure: Failure = NO_FAILURE) -> Trace:
    (trace,) = walk(net, flow, failure)
    return trace


def test_equal_paths_are_all_walked_as_far_as_the_device_uses_them() -> None:
    assert ways(diamond(maximum_paths=2), LEFT_TO_RIGHT) == [("left", "agg-1", "right"), ("left", "agg-2", "right")]
    assert ways(diamond(maximum_paths=1), LEFT_TO_RIGHT) == [("left", "agg-1", "right")]


@pytest.mark.parametrize("failing", ["left-1", "right-1"])
def test_a_failed_link_moves_the_packet_to_the_other_aggregation(failing: str) -> None:
    net = diamond(maximum_paths=2)
    assert ways(net, LEFT_TO_RIGHT, link_failure(net, failing)) == [("left", "agg-2", "right")]


def test_a_failed_device_moves_the_packet_and_a_failed_duct_stops_it() -> None:
    net = diamond(maximum_paths=2)
    assert ways(net, LEFT_TO_RIGHT, device_failure(net, "agg-1")) == [("left", "agg-2", "right")]
    assert only(net, LEFT_TO_RIGHT, duct_failure(net, "river")).disposition is Disposition.NO_ROUTE
    assert only(net, LEFT_TO_RIGHT, device_failure(net, "left")).disposition is Disposition.NEIGHBOR_UNREACHABLE


def test_every_single_failure_is_listed_once_and_a_lone_duct_is_its_link() -> None:
    net = diamond()
    assert [failure.name for failure in failures(net, ("agg-2", "agg-1"))] == [
        "device/agg-1",
        "device/agg-2",
        "duct/river",
        "link/left-1",
        "link/left-2",
        "link/right-1",
        "link/right-2",
    ]
    assert device_failure(net, "agg-1").interfaces == {("left", "u1"), ("right", "u1")}
    with pytest.raises(ValueError, match="not in the network: agg-9"):
        failures(net, ("agg-9",))


def leaking(*, import_map: str | None = "TO-GOV") -> Network:
    """A data-centre edge: system VRF SYS and purpose VRF GOV leak into each other, prefix by prefix; COURT hears GOV
    only."""
    edge = Device(
        name="edge",
        platform="cisco_ios",
        interfaces=(
            interface("lan.9", "10.9.0.1/24", vrf="SYS", vlan=9),
            interface("lan.8", "10.8.0.1/24", vrf="COURT", vlan=8),
            interface("p.10", "10.255.0.0/31", vrf="GOV", vlan=10),
        ),
        vrfs=(
            vrf("COURT", imports=("1:gov",), exports=("1:court",)),
            vrf("GOV", imports=("1:court", "1:sys"), exports=("1:gov",), import_map=import_map),
            vrf("SYS", imports=("1:gov",), exports=("1:sys",), import_map="TO-SYS"),
        ),
        policies=(exactly("TO-GOV", "10.9.0.0/24", "10.8.0.0/24"), exactly("TO-SYS", "10.1.0.0/24")),
        bgp=(
            bgp("COURT", 65020),
            bgp("GOV", 65020, neighbor("10.255.0.1", 65001, local_as=LocalAs(asn=65021))),
            bgp("SYS", 65020),
        ),
    )
    left = Device(
        name="left",
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", "10.1.0.1/24", vrf="A", vlan=1),
            interface("lan.2", "10.1.1.1/24", vrf="A", vlan=2),
            interface("up.10", "10.255.0.1/31", vrf="A", vlan=10),
        ),
        bgp=(bgp("A", 65001, neighbor("10.255.0.0", 65021)),),
    )
    return network((edge, left), (link("cable", "edge p", "left up"),))


def vrf(name: str, *, imports: tuple[str, ...], exports: tuple[str, ...], import_map: str | None = None) -> Vrf:
    family = VrfFamily(family=Family.V4, imports=imports, exports=exports, import_map=import_map)
    return Vrf(name=name, families=(family,))


def test_a_leaked_route_is_announced_on_and_followed_into_the_other_vrf() -> None:
    trace = only(leaking(), tcp("left lan.1", "10.1.0.9", "10.9.0.9"))
    assert trace.disposition is Disposition.DELIVERED_TO_SUBNET
    last = trace.hops[-1]
    assert (last.vrf, last.out_interface) == ("GOV", "lan.9")
    assert last.route is not None
    assert (last.route.source, last.route.vrf) == (RouteSource.LEAKED, "SYS")
    assert last.route.line == ("edge", vrf_import_ref("GOV", Family.V4, "1:sys"))


def test_a_leaked_bgp_route_leads_out_of_the_vrf_that_learned_it() -> None:
    back = tcp("edge lan.9", "10.9.0.9", "10.1.0.9")
    assert ways(leaking(), back) == [("edge", "left")]


def test_an_import_map_leaks_exactly_its_prefixes() -> None:
    assert only(leaking(), tcp("edge lan.9", "10.9.0.9", "10.1.1.9")).disposition is Disposition.NO_ROUTE


def test_a_leaked_route_is_not_leaked_on() -> None:
    """SYS leaks into GOV and GOV into COURT, yet COURT learns nothing of SYS; it does learn what GOV heard itself."""
    assert only(leaking(), tcp("edge lan.8", "10.8.0.9", "10.9.0.9")).disposition is Disposition.NO_ROUTE
    assert ways(leaking(), tcp("edge lan.8", "10.8.0.9", "10.1.0.9")) == [("edge", "left")]


def test_an_import_map_that_is_not_defined_leaks_everything() -> None:
    net = leaking(import_map="NOWHERE")
    assert only(net, tcp("left lan.1", "10.1.0.9", "10.9.0.9")).delivered


def test_the_gateway_address_of_a_leaked_lan_accepts() -> None:
    assert only(leaking(), tcp("left lan.1", "10.1.0.9", "10.9.0.1")).disposition is Disposition.ACCEPTED


def aggregating(*, summary_only: bool, right_lan: str = "10.2.0.1/24") -> Network:
    net = diamond()
    aggregates = (Aggregate(prefix=parse_prefix("10.2.0.0/16"), summary_only=summary_only),)
    agg = net.devices["agg-1"]
    right = net.devices["right"]
    changed = (
        replace(agg, bgp=tuple(replace(item, aggregates=aggregates) for item in agg.bgp)),
        replace(right, interfaces=(interface("lan.1", right_lan, vrf="B", vlan=1), *right.interfaces[1:])),
    )
    kept = {name: device for name, device in net.devices.items() if name != "agg-2"}
    return replace(net, devices={**kept, **{device.name: device for device in changed}})


@pytest.mark.parametrize(("summary_only", "length"), [(True, 16), (False, 24)])
def test_a_summary_only_aggregate_hides_what_it_stands_for(*, summary_only: bool, length: int) -> None:
    trace = only(aggregating(summary_only=summary_only), LEFT_TO_RIGHT)
    assert trace.delivered
    assert trace.hops[0].route is not None
    assert trace.hops[0].route.prefix.length == length


def test_the_free_space_of_an_aggregate_ends_where_the_aggregate_is_made() -> None:
    trace = only(aggregating(summary_only=True), replace(LEFT_TO_RIGHT, destination=value("10.2.99.9")))
    assert (trace.disposition, trace.hops[-1].device) == (Disposition.NULL_ROUTED, "agg-1")
    assert trace.deciding == ("agg-1", bgp_ref("GOV"))


def test_an_aggregate_lives_only_while_something_more_specific_does() -> None:
    net = aggregating(summary_only=True, right_lan="10.3.0.1/24")
    assert only(net, replace(LEFT_TO_RIGHT, destination=value("10.2.99.9"))).disposition is Disposition.NO_ROUTE


def test_a_network_statement_announces_a_route_that_exists_and_nothing_else() -> None:
    net = diamond()
    right = net.devices["right"]
    statement = BgpInstance(
        vrf="B",
        asn=65002,
        loop_asns=(65002,),
        neighbors=right.bgp[0].neighbors,
        networks=(parse_prefix("10.66.0.0/24"), parse_prefix("10.67.0.0/24")),
    )
    discard = StaticRoute(vrf="B", prefix=parse_prefix("10.66.0.0/24"), discard=True)
    net = replace(net, devices={**net.devices, "right": replace(right, bgp=(statement,), statics=(discard,))})
    present = only(net, replace(LEFT_TO_RIGHT, destination=value("10.66.0.9")))
    assert (present.disposition, present.hops[-1].device) == (Disposition.NULL_ROUTED, "right")
    assert only(net, replace(LEFT_TO_RIGHT, destination=value("10.67.0.9"))).disposition is Disposition.NO_ROUTE
    assert only(net, LEFT_TO_RIGHT).disposition is Disposition.NO_ROUTE


def test_a_floating_static_route_waits_until_bgp_is_gone() -> None:
    net = diamond()
    floating = StaticRoute(vrf="A", prefix=parse_prefix("10.2.0.0/24"), discard=True, distance=250)
    net = replace(net, devices={**net.devices, "left": replace(net.devices["left"], statics=(floating,))})
    quiet = tuple(replace(item, redistributions=()) for item in net.devices["left"].bgp)
    net = replace(net, devices={**net.devices, "left": replace(net.devices["left"], bgp=quiet)})
    assert ways(net, LEFT_TO_RIGHT) == [("left", "agg-1", "right")]
    assert only(net, LEFT_TO_RIGHT, duct_failure(net, "river")).disposition is Disposition.NULL_ROUTED


def test_routes_that_never_settle_give_no_answer() -> None:
    """Three devices each prefer the way over the next one to their own: no choice of all three can last (Griffin,
    1999)."""
    net = ring()
    flow = tcp("r-1 lan.1", "10.1.0.9", "10.0.0.9")
    assert {trace.disposition for trace in walk(net, flow)} == {Disposition.INSUFFICIENT_INFO}
    assert only(net, replace(flow, destination=value("10.1.0.1"))).disposition is Disposition.ACCEPTED


def ring() -> Network:
    names = ("r-1", "r-2", "r-3")
    origin = Device(
        name="origin",
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", "10.0.0.1/24", vlan=1),
            *(interface(f"p{n}.1", f"10.254.{n}.0/31", vlan=1) for n in (1, 2, 3)),
        ),
        bgp=(bgp(None, 65100, *(neighbor(f"10.254.{n}.1", 65100 + n) for n in (1, 2, 3))),),
    )
    links = [link(f"to-{n}", f"origin p{n}", f"r-{n} up") for n in (1, 2, 3)]
    links += [link(f"ring-{n}", f"r-{n} next", f"r-{n % 3 + 1} previous") for n in (1, 2, 3)]
    return network((origin, *(ring_device(name, n) for n, name in enumerate(names, 1))), links)


def ring_device(name: str, n: int) -> Device:
    """Marks what the origin says as direct; over the next device takes nothing but direct routes, and prefers them."""
    following, previous = n % 3 + 1, (n - 2) % 3 + 1
    direct = PolicyClause(name="10", action=Action.PERMIT, add_communities=("1:1",))
    better = PolicyClause(
        name="10", action=Action.PERMIT, communities=(("1:1",),), replace_communities=True, local_preference=200
    )
    return Device(
        name=name,
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", f"10.{n}.0.1/24", vlan=1),
            interface("next.1", f"10.255.{n}.0/31", vlan=1),
            interface("previous.1", f"10.255.{previous}.1/31", vlan=1),
            interface("up.1", f"10.254.{n}.1/31", vlan=1),
        ),
        policies=(
            RoutePolicy(name="DIRECT", clauses=(direct,)),
            RoutePolicy(name="NEXT", clauses=(better,)),
            RoutePolicy(name="NOTHING", clauses=()),
        ),
        bgp=(
            bgp(
                None,
                65100 + n,
                neighbor(f"10.254.{n}.0", 65100, imports=("DIRECT",)),
                neighbor(f"10.255.{n}.1", 65100 + following, imports=("NEXT",)),
                neighbor(f"10.255.{previous}.0", 65100 + previous, imports=("NOTHING",)),
            ),
        ),
    )


# One path at a time.

PREFIX = parse_prefix("10.2.0.0/24")
DEVICE = Device(name="d", platform="cisco_ios")
LEARNED = Path(
    prefix=PREFIX, source=RouteSource.BGP, exits=(Exit(interface="up"),), as_path=(65010, 65002), external=True
)


def applied(policy: RoutePolicy, path: Path, direction: Direction) -> Path | None:
    return apply_policies(replace(DEVICE, policies=(policy,)), (policy.name,), path, direction)


def test_a_policy_without_an_end_rejects_on_ios_and_falls_to_the_protocol_on_junos() -> None:
    ios = RoutePolicy(name="P", clauses=())
    junos = replace(ios, default=PolicyDefault.PROTOCOL)
    own = replace(LEARNED, source=RouteSource.CONNECTED)
    assert applied(ios, LEARNED, Direction.IN) is None
    assert applied(junos, LEARNED, Direction.IN) == LEARNED
    assert applied(junos, LEARNED, Direction.OUT) == LEARNED
    assert applied(junos, own, Direction.OUT) is None


def test_a_clause_without_action_sets_and_goes_on() -> None:
    clauses = (
        PolicyClause(name="10", action=None, local_preference=150),
        PolicyClause(name="20", action=Action.DENY, sources=(RouteSource.STATIC,)),
        PolicyClause(name="30", action=Action.PERMIT, metric=7, prepend=(65002,), add_communities=("1:1",)),
    )
    policy = RoutePolicy(name="P", clauses=clauses)
    changed = applied(policy, LEARNED, Direction.IN)
    assert changed == replace(
        LEARNED, local_preference=150, metric=7, as_path=(65002, 65010, 65002), communities=frozenset({"1:1"})
    )
    assert applied(policy, replace(LEARNED, source=RouteSource.STATIC), Direction.IN) is None


def test_a_deny_rule_of_a_prefix_list_makes_the_condition_fail() -> None:
    permitted = exactly("P", "10.2.0.0/24")
    (clause,) = permitted.clauses
    assert clause.prefixes is not None
    denied = replace(permitted, clauses=(replace(clause, prefixes=(replace(clause.prefixes[0], permit=False),)),))
    assert applied(permitted, LEARNED, Direction.IN) == LEARNED
    assert applied(denied, LEARNED, Direction.IN) is None


def test_an_announcement_carries_the_own_as_and_leaves_what_was_received_at_home() -> None:
    held = replace(LEARNED, local_preference=300, metric=9, communities=frozenset({"1:1"}))
    plain = neighbor("10.255.0.1", 65003)
    sent = announce(DEVICE, bgp(None, 65001, plain), plain, held)
    assert sent == replace(held, as_path=(65001, 65010, 65002), metric=None, local_preference=100)
    silent = announce(DEVICE, bgp(None, 65001, plain), replace(plain, send_communities=False), held)
    assert silent is not None
    assert silent.communities == frozenset()


@pytest.mark.parametrize(("loops", "accepted"), [(0, False), (1, False), (2, True)])
def test_own_ass_in_a_received_path_are_counted(*, loops: int, accepted: bool) -> None:
    statement = replace(neighbor("10.255.0.1", 65010, local_as=LocalAs(asn=65101)), loops=loops)
    path = replace(LEARNED, as_path=(65010, 65001, 65101))
    assert (learn(DEVICE, bgp("A", 65001, statement), statement, path) is not None) is accepted


def test_a_path_must_begin_with_the_neighbours_as() -> None:
    statement = neighbor("10.255.0.1", 65010)
    assert learn(DEVICE, bgp(None, 65001, statement), statement, LEARNED) == LEARNED
    assert learn(DEVICE, bgp(None, 65001, statement), statement, replace(LEARNED, as_path=(65002,))) is None


def ordered() -> list[Path]:
    """Paths from best to worst, each better than the next by one step of the choice."""
    return [
        replace(LEARNED, source=RouteSource.STATIC, as_path=(), external=False),
        replace(LEARNED, local_preference=200, as_path=(65010, 65011, 65002)),
        replace(LEARNED, as_path=(65010,)),
        replace(LEARNED, metric=None, neighbor=5),
        replace(LEARNED, metric=5, neighbor=1),
        replace(LEARNED, source=RouteSource.LEAKED, metric=5),
    ]


@given(st.permutations(range(6)), st.integers(0, 5))
def test_the_choice_does_not_depend_on_the_order_of_the_paths(order: list[int], first: int) -> None:
    paths = ordered()
    offered = [paths[index] for index in order if index >= first]
    assert choose(offered, 1) == (paths[first],)


def test_a_metric_is_compared_only_between_paths_from_the_same_as() -> None:
    near = replace(LEARNED, as_path=(65011, 65002), metric=50, neighbor=1)
    far = replace(LEARNED, metric=10, neighbor=2)
    assert choose([far, near], 4) == (near,)
    assert choose([far, replace(near, metric=10)], 4) == (replace(near, metric=10), far)
