"""What a cable joins: ports that forward nothing, and ends that differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import parse_prefix
from routing.model import AttachmentPort, Device, Interface, Network
from routing.subnet_links import links_of_subnets
from tests.small_networks import bgp, chain, find, interface, neighbor, network, tcp, value, with_interface
from tests.small_walks import end
from verification.evidence.not_computed import not_computed
from verification.routes.control_plane import ControlPlane
from verification.routes.topology import build_topology
from verification.verdicts.flow import Disposition

FROM_A = tcp("cpe-1 lan.100", "10.1.0.9", "10.2.0.9")


def without_transit(device: str, name: str) -> Network:
    net = chain()
    return with_interface(net, device, replace(find(net, device, name), transit=False))


@pytest.mark.parametrize(
    ("device", "name"), [("agg", "p1.10"), ("agg", "p2.20"), ("cpe-1", "up.10"), ("cpe-2", "lan.100")]
)
def test_no_packet_is_forwarded_by_a_port_of_the_routing_engine(device: str, name: str) -> None:
    assert end(chain(), FROM_A) is Disposition.DELIVERED_TO_SUBNET
    made = without_transit(device, name)
    assert end(made, FROM_A) is Disposition.INSUFFICIENT_INFO


def test_neither_meaning_follows_a_route_out_of_such_a_port() -> None:
    made = without_transit("cpe-2", "lan.100")
    topology = build_topology(made)
    node = topology.number[("cpe-2", "B")]
    (hop,) = topology.local[node][parse_prefix("10.2.0.0/24")].hops
    assert hop.end == "INSUFFICIENT_INFO"


def line(*ports: Interface) -> tuple[Device, ...]:
    """Two devices with one cable, and eBGP over it."""
    made = []
    for number, port in enumerate(ports, 1):
        peer = neighbor(f"10.0.0.{3 - number}", 65003 - number)
        made.append(
            Device(name=f"r{number}", platform="cisco_ios", interfaces=(port,), bgp=(bgp(None, 65000 + number, peer),))
        )
    return tuple(made)


def reasons(*ports: Interface) -> list[tuple[str, str]]:
    devices = line(*ports)
    topology = build_topology(network(devices, links_of_subnets(devices).links))
    plane = ControlPlane(topology)
    return [(device.name, reason.key) for device in devices for reason in not_computed(device, topology, plane)]


def test_ends_that_differ_leave_both_devices_open() -> None:
    here, there = interface("a", "10.0.0.1/30"), interface("a", "10.0.0.2/30")
    assert reasons(here, there) == []
    assert reasons(replace(here, medium=("speed 100",)), replace(there, medium=("speed 100",))) == []
    differing = [("r1", "other_medium"), ("r2", "other_medium")]
    assert reasons(replace(here, medium=("speed 100",)), there) == differing
    assert reasons(replace(here, medium=("mtu 9000",)), replace(there, medium=("frame mtu 9000",))) == differing


def test_an_address_at_both_ends_leaves_both_devices_open() -> None:
    here, there = interface("a", "10.0.0.1/30", "2001:db8::1/64"), interface("a", "10.0.0.2/30", "2001:db8::2/64")
    one, other = value("fe80::1"), value("fe80::2")
    assert reasons(replace(here, link_local=one), there) == []
    assert reasons(replace(here, link_local=one), replace(there, link_local=other)) == []
    open_ends = [("r1", "address_at_both_ends"), ("r2", "address_at_both_ends")]
    assert reasons(replace(here, link_local=one), replace(there, link_local=one)) == open_ends
    also = interface("a", "10.0.0.2/30", "2001:db8::2/64", "fe80::1/64")
    assert reasons(replace(here, link_local=one), also) == open_ends
    assert reasons(here, interface("a", "10.0.0.2/30", "2001:db8::1/64")) == open_ends
    assert reasons(here, interface("a", "10.0.0.1/30", "2001:db8::2/64")) == open_ends


def test_a_cable_at_a_port_of_the_routing_engine_leaves_both_devices_open() -> None:
    here, there = interface("a", "10.0.0.1/30"), interface("a", "10.0.0.2/30")
    found = reasons(replace(here, transit=False), there)
    assert found == [("r1", "cable_at_management_port"), ("r2", "cable_at_management_port")]


def test_an_attachment_at_a_port_of_the_routing_engine_leaves_its_device_open() -> None:
    port = AttachmentPort(attachment="lan", device="cpe-2", interface="lan.100")
    made = replace(without_transit("cpe-2", "lan.100"), ports=(port,))
    topology = build_topology(made)
    found = list(not_computed(made.devices["cpe-2"], topology, ControlPlane(topology)))
    assert [reason.key for reason in found] == ["cable_at_management_port"]
