"""Two VRFs of one device that meet at an aggregation only, and the AS-path loop check between them."""

from __future__ import annotations

from dataclasses import replace

from routing.model import (
    Device,
    LocalAs,
    Network,
)
from tests.small_networks import (
    AGGREGATION_AS,
    bgp,
    interface,
    link,
    neighbor,
    network,
    tcp,
)
from tests.small_walks import end
from verification.reference.walk import walk
from verification.verdicts.flow import Disposition


def hairpin(local_as: tuple[LocalAs | None, LocalAs | None], presented: tuple[int, int]) -> Network:
    """VRFs A and B of one device, AS 65001, that meet at an aggregation only."""
    cpe = Device(
        name="cpe",
        platform="cisco_ios",
        interfaces=(
            interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100),
            interface("lan.200", "10.2.0.1/24", vrf="B", vlan=200),
            interface("up.10", "10.255.0.1/31", vrf="A", vlan=10),
            interface("up.20", "10.255.0.3/31", vrf="B", vlan=20),
        ),
        bgp=(
            bgp("A", 65001, neighbor("10.255.0.0", AGGREGATION_AS, local_as=local_as[0])),
            bgp("B", 65001, neighbor("10.255.0.2", AGGREGATION_AS, local_as=local_as[1])),
        ),
    )
    agg = Device(
        name="agg",
        platform="cisco_ios",
        interfaces=(
            interface("p1.10", "10.255.0.0/31", vrf="GOV", vlan=10),
            interface("p1.20", "10.255.0.2/31", vrf="GOV", vlan=20),
        ),
        bgp=(bgp("GOV", AGGREGATION_AS, neighbor("10.255.0.1", presented[0]), neighbor("10.255.0.3", presented[1])),),
    )
    return network((cpe, agg), (link("channel", "agg p1", "cpe up"),))


def test_one_as_for_each_vrf_lets_two_vrfs_of_a_device_meet_at_the_aggregation() -> None:
    own = (LocalAs(asn=65101), LocalAs(asn=65102))
    (trace,) = walk(hairpin(own, (65101, 65102)), tcp("cpe lan.100", "10.1.0.9", "10.2.0.9"))
    assert trace.disposition is Disposition.DELIVERED_TO_SUBNET
    assert [hop.device for hop in trace.hops] == ["cpe", "agg", "cpe"]


def test_without_a_local_as_the_path_comes_back_to_its_own_device_and_is_dropped() -> None:
    net = hairpin((None, None), (65001, 65001))
    assert end(net, tcp("cpe lan.100", "10.1.0.9", "10.2.0.9")) is Disposition.NO_ROUTE


def test_a_local_as_that_does_not_replace_leaves_the_device_as_in_the_path_which_is_a_loop() -> None:
    own = (LocalAs(asn=65101, replace=False), LocalAs(asn=65102, replace=False))
    assert end(hairpin(own, (65101, 65102)), tcp("cpe lan.100", "10.1.0.9", "10.2.0.9")) is Disposition.NO_ROUTE


def test_a_local_as_in_front_of_received_paths_shows_in_the_path() -> None:
    own = (LocalAs(asn=65101, prepend_in=True), LocalAs(asn=65102))
    (trace,) = walk(hairpin(own, (65101, 65102)), tcp("cpe lan.100", "10.1.0.9", "10.2.0.9"))
    route = trace.hops[0].route
    assert route is not None
    assert route.as_path == (65101, AGGREGATION_AS, 65102)


def test_an_address_of_another_vrf_of_the_device_is_not_the_packets_own() -> None:
    net = hairpin((None, None), (65001, 65001))
    to_other = tcp("cpe lan.100", "10.1.0.9", "10.2.0.1")
    assert end(net, to_other) is Disposition.NO_ROUTE
    assert end(net, replace(to_other, start_interface="lan.200")) is Disposition.ACCEPTED
