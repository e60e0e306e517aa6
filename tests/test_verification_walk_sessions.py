"""A session comes up in both directions or in none, and only if both ends say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family
from routing.model import BgpNeighbor, Device, Interface, LocalAs, Network
from tests.small_networks import AGGREGATION_AS, chain, changed, interface, link, neighbor, network, with_interface
from verification.reference.bgp_sessions import sessions
from verification.reference.cabling import wire
from verification.verdicts.failure import NO_FAILURE, Failure, FailureKind, FailureName, link_failure


def up(net: Network, failure: Failure = NO_FAILURE, family: Family = Family.V4) -> set[tuple[str, str]]:
    """Sender and receiver of every direction that is up."""
    return {
        (item.sender.device.name, item.receiver.device.name)
        for item in sessions(wire(net, failure))
        if item.receiver.neighbor.family is family
    }


ALL = {("cpe-1", "agg"), ("agg", "cpe-1"), ("cpe-2", "agg"), ("agg", "cpe-2")}
WITHOUT_FIRST = {("cpe-2", "agg"), ("agg", "cpe-2")}


def with_statement(net: Network, device: str, old: str, new: BgpNeighbor) -> Network:
    """The network in which one device's statement about the neighbour `old` is another."""
    found = net.devices[device]
    (instance,) = found.bgp
    family, address = new.family, neighbor(old, 1).address
    kept = tuple(item for item in instance.neighbors if (item.family, item.address) != (family, address))
    return changed(net, replace(found, bgp=(replace(instance, neighbors=(*kept, new)),)))


def test_every_session_of_the_chain_is_up_in_both_directions_and_families() -> None:
    assert up(chain()) == ALL
    assert up(chain(), family=Family.V6) == ALL


@pytest.mark.parametrize(
    ("device", "old", "new"),
    [
        ("cpe-1", "10.255.0.0", neighbor("10.255.0.0", 65099)),
        ("agg", "10.255.0.1", neighbor("10.255.0.1", 65099)),
        ("cpe-1", "10.255.0.0", neighbor("10.255.0.0", AGGREGATION_AS, enabled=False)),
        ("agg", "10.255.0.1", neighbor("10.255.0.1", 65001, enabled=False)),
        ("cpe-1", "10.255.0.0", neighbor("10.255.0.0", AGGREGATION_AS, local_as=LocalAs(asn=65101))),
        ("agg", "10.255.0.1", neighbor("10.255.0.5", 65001)),
        ("cpe-1", "10.255.0.0", neighbor("10.255.0.4", AGGREGATION_AS)),
    ],
)
def test_a_fault_in_one_statement_takes_down_both_directions_of_that_session(
    device: str, old: str, new: BgpNeighbor
) -> None:
    net = with_statement(chain(), device, old, new)
    assert up(net) == WITHOUT_FIRST
    assert up(net, family=Family.V6) == ALL


def test_a_local_as_is_what_the_other_end_must_name() -> None:
    net = with_statement(
        chain(), "cpe-1", "10.255.0.0", neighbor("10.255.0.0", AGGREGATION_AS, local_as=LocalAs(asn=65101))
    )
    assert up(with_statement(net, "agg", "10.255.0.1", neighbor("10.255.0.1", 65101))) == ALL


@pytest.mark.parametrize(
    "fault",
    [
        interface("p1.10", "10.255.0.0/31", vrf="GOV", vlan=11),
        interface("p1.10", "10.255.0.0/31", vrf="COURT", vlan=10),
        interface("p1.10", "10.255.0.0/31", vrf="GOV", vlan=10, enabled=False),
        interface("p1.10", "10.255.0.0/32", vrf="GOV", vlan=10),
        interface("p1.10", "10.255.0.6/31", vrf="GOV", vlan=10),
    ],
    ids=["tag", "vrf", "shut", "mask", "address"],
)
def test_a_fault_of_the_interface_at_one_end_takes_down_both_directions(fault: Interface) -> None:
    assert up(with_interface(chain(), "agg", fault)) == WITHOUT_FIRST


def test_a_failed_link_takes_its_session_down_even_if_only_the_link_is_named() -> None:
    net = chain()
    assert up(net, link_failure(net, "channel-1")) == WITHOUT_FIRST
    assert up(net, Failure(name=FailureName(FailureKind.LINK, "f"), links=frozenset({"channel-1"}))) == WITHOUT_FIRST
    assert (
        up(net, Failure(name=FailureName(FailureKind.LINK, "f"), interfaces=frozenset({("cpe-1", "up")})))
        == WITHOUT_FIRST
    )
    assert (
        up(net, Failure(name=FailureName(FailureKind.LINK, "f"), interfaces=frozenset({("cpe-1", "up.10")})))
        == WITHOUT_FIRST
    )
    assert up(net, Failure(name=FailureName(FailureKind.LINK, "f"), devices=frozenset({"cpe-1"}))) == WITHOUT_FIRST


def test_ports_without_sub_interfaces_are_told_apart() -> None:
    """Two cables between plain ports of two devices: the session runs over the right one only."""
    left = Device(
        name="left",
        platform="junos",
        interfaces=(interface("a", "10.255.0.0/31"), interface("b", "10.255.1.0/31")),
        bgp=(replace(chain().devices["cpe-1"].bgp[0], vrf=None, neighbors=(neighbor("10.255.1.1", 65002),)),),
    )
    right = replace(
        left,
        name="right",
        interfaces=(interface("a", "10.255.0.1/31"), interface("b", "10.255.1.1/31")),
        bgp=(replace(left.bgp[0], asn=65002, neighbors=(neighbor("10.255.1.0", 65001),)),),
    )
    straight = network((left, right), (link("1", "left a", "right a"), link("2", "left b", "right b")))
    crossed = network((left, right), (link("1", "left a", "right b"), link("2", "left b", "right a")))
    assert up(straight) == {("left", "right"), ("right", "left")}
    assert up(crossed) == set()
