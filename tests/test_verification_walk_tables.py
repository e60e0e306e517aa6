"""What VRFs of one device leak into each other, and tables that never settle."""

from __future__ import annotations

from dataclasses import replace

from intents.prefix import Family
from routing.model import (
    Action,
    Device,
    LocalAs,
    Network,
    PolicyClause,
    RoutePolicy,
    RouteSource,
    Vrf,
    VrfFamily,
)
from routing.refs import vrf_import_ref
from tests.small_networks import (
    bgp,
    exactly,
    interface,
    link,
    neighbor,
    network,
    tcp,
    value,
)
from tests.small_walks import only, ways
from verification.reference.walk import walk
from verification.verdicts.flow import Disposition


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


def test_an_import_map_that_is_not_defined_leaks_nothing() -> None:
    """No document says what a device does (IOS-REF-18): the engine claims nothing of such a network."""
    net = leaking(import_map="NOWHERE")
    assert not only(net, tcp("left lan.1", "10.1.0.9", "10.9.0.9")).delivered


def test_the_gateway_address_of_a_leaked_lan_accepts() -> None:
    assert only(leaking(), tcp("left lan.1", "10.1.0.9", "10.9.0.1")).disposition is Disposition.ACCEPTED


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


def test_a_family_that_is_not_leaked_stays_in_its_vrf() -> None:
    net = leaking()
    edge = net.devices["edge"]
    lan = interface("lan.9", "10.9.0.1/24", "2001:db8:9::1/64", vrf="SYS", vlan=9)
    purpose = interface("lan.7", "2001:db8:7::1/64", vrf="GOV", vlan=7)
    open_maps = (exactly("TO-GOV", "10.9.0.0/24", "2001:db8:9::/64"), *edge.policies[1:])
    changed = replace(edge, interfaces=(lan, purpose, *edge.interfaces[1:]), policies=open_maps)
    net = replace(net, devices={**net.devices, "edge": changed})
    flow = tcp("edge lan.7", "2001:db8:7::9", "2001:db8:9::9")
    assert only(net, flow).disposition is Disposition.NO_ROUTE
    families = (Family.V4, Family.V6)
    both = tuple(
        replace(item, families=tuple(replace(found, family=family) for found in item.families for family in families))
        for item in changed.vrfs
    )
    net = replace(net, devices={**net.devices, "edge": replace(changed, vrfs=both)})
    assert only(net, flow).disposition is Disposition.DELIVERED_TO_SUBNET
