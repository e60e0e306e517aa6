"""Tables and packets of texts without any intent: both meanings agree, and what leaves them open is named."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.boundary import parse_day
from controller.jobs.inspected import TextSource, inspect_source
from controller.output.terminal import Output
from intents.prefix import Family, parse_prefix
from intents.reason import Reason, because
from routing.model import (
    Acl,
    AclEntry,
    Action,
    BgpNeighbor,
    Device,
    Network,
    PolicyClause,
    RoutePolicy,
    RouteSource,
    StaticRoute,
    UnknownLine,
)
from routing.subnet_links import links_of_subnets
from tests.small_commands import ON, SMALL
from tests.small_networks import bgp, interface, neighbor, network, tcp, value
from verification.inspection.tables import Inspection, disputed_routes
from verification.inspection.texts import InspectedTexts, LinkKnowledge
from verification.inspection.traces import inspect_flow
from verification.reference.routes import all_routes, peerings_of, routes_to
from verification.reference.table import named_prefixes, tables
from verification.reference.walk import walk
from verification.verdicts.failure import NO_FAILURE, Failure, failures, link_failure
from verification.verdicts.flow import Disposition, Flow
from verification.verdicts.route_entry import RouteEntry, RouteWay
from verification.verdicts.verdict import Holds, NotModelled


def small() -> InspectedTexts:
    return inspect_source(TextSource(workspace=SMALL, on=parse_day(ON)), Output("en")).texts


SMALL_TEXTS = small()
SMALL_INSPECTION = Inspection(SMALL_TEXTS)


def texts(*devices: Device) -> InspectedTexts:
    """Devices whose links are guessed from subnets; nobody knows their lines."""
    made = network(devices, links_of_subnets(devices).links)
    return InspectedTexts(network=made, knowledge=LinkKnowledge.SUBNETS, lines={}, texts={}, unknown={})


def line(*names: str, near: str = "", acl_in: str = "", **changes: tuple[StaticRoute, ...]) -> InspectedTexts:
    """Devices in a row, each with a LAN and eBGP to the next; `near` has an unknown line; `acl_in` is bound between a and b."""
    found = []
    for number, name in enumerate(names, start=1):
        left, right = number - 1, number
        ports = [interface("lan", f"10.1.{number}.1/24")]
        peers = []
        if number > 1:
            ports.append(interface("left", f"10.0.{left}.2/30", acl_in=acl_in if number == 2 else ""))
            peers.append(neighbor(f"10.0.{left}.1", 65000 + left))
        if number < len(names):
            ports.append(interface("right", f"10.0.{right}.1/30"))
            peers.append(neighbor(f"10.0.{right}.2", 65001 + number))
        unknown = (UnknownLine(path=("frobnicate",), reason=because("not_modelled")),) if name == near else ()
        device = Device(
            name=name,
            platform="cisco_ios",
            interfaces=tuple(ports),
            bgp=(bgp(None, 65000 + number, *peers),),
            unknown=unknown,
            statics=changes.get(name, ()),
        )
        found.append(device)
    return texts(*found)


def prefixes(of: InspectedTexts, device: str) -> dict[str, RouteSource]:
    return {str(item.prefix): item.source for item in Inspection(of).table(device, None).entries}


def doubts(of: InspectedTexts, device: str) -> set[tuple[str, str]]:
    found = Inspection(of).doubts.about(device)
    return {(doubt.device, doubt.reason.key) for doubt in found}


@pytest.mark.parametrize("enabled", [True, False])
def test_two_neighbours_in_one_subnet_leave_open_whose_next_hop_is_passed_on(enabled: bool) -> None:
    peers = (neighbor("10.0.0.2", 65002), replace(neighbor("10.0.0.3", 65003), enabled=enabled))
    hub = Device(
        name="a",
        platform="cisco_ios",
        interfaces=(interface("lan", "10.0.0.1/24"), interface("other", "10.0.1.1/24")),
        bgp=(bgp(None, 65001, *peers, neighbor("10.0.1.2", 65004)),),
    )
    assert (("a", "shared_segment") in doubts(texts(hub), "a")) is enabled


# tables


@pytest.mark.parametrize("device", sorted(SMALL_TEXTS.network.devices))
def test_both_meanings_make_the_same_tables_of_the_small_example(device: str) -> None:
    for vrf in SMALL_INSPECTION.vrfs(device):
        table = SMALL_INSPECTION.table(device, vrf)
        assert (table.disputes, table.verdict) == ((), Holds(judges=("engine", "walk")))
        lines = [way.line for entry in table.entries for way in entry.ways]
        assert all(item is not None and SMALL_TEXTS.culprit(*item).line for item in lines)


@pytest.mark.parametrize("failure", [NO_FAILURE, link_failure(SMALL_TEXTS.network, SMALL_TEXTS.network.links[0].name)])
def test_a_whole_table_is_what_one_destination_after_the_other_makes(failure: Failure) -> None:
    made = SMALL_TEXTS.network
    whole = all_routes(peerings_of(made, failure), named_prefixes(made))
    assert whole is not None
    for prefix in named_prefixes(made):
        single = routes_to(made, failure, prefix.family, prefix.network)
        for node, held in single.routes.items():
            assert whole[node].get(prefix) == next((route for route in held if route.prefix == prefix), None)


def test_a_table_says_where_its_routes_come_from() -> None:
    static = StaticRoute(vrf=None, prefix=parse_prefix("10.7.0.0/16"), next_hop=value("10.0.1.2"))
    found = line("a", "b", "c", a=(static,))
    assert prefixes(found, "a") == {
        "10.0.1.0/30": RouteSource.CONNECTED,
        "10.0.2.0/30": RouteSource.BGP,
        "10.1.1.0/24": RouteSource.CONNECTED,
        "10.1.2.0/24": RouteSource.BGP,
        "10.1.3.0/24": RouteSource.BGP,
        "10.7.0.0/16": RouteSource.STATIC,
    }
    far = next(item for item in Inspection(found).table("a", None).entries if str(item.prefix) == "10.1.3.0/24")
    assert far.distance == 20
    assert far.ways[0].as_path == (65002, 65003)
    assert far.ways[0].next_hop == value("10.0.1.2")
    assert far.ways[0].line == ("a", ("neighbor", "", "4", "10.0.1.2"))


def test_a_difference_between_the_meanings_is_told() -> None:
    prefix, other = parse_prefix("10.0.0.0/8"), parse_prefix("10.1.0.0/16")
    way = RouteWay(interface="Gi0", next_hop=1, as_path=(65001,))
    entry = RouteEntry(prefix=prefix, source=RouteSource.BGP, distance=20, ways=(way,))
    longer = replace(entry, ways=(replace(way, as_path=(65001, 65001)),))
    unaware = replace(entry, ways=(replace(way, next_hop=-1),))
    assert disputed_routes({prefix: entry}, {prefix: entry}) == ()
    assert disputed_routes({prefix: entry}, {prefix: unaware}) == ()
    assert [item.prefix for item in disputed_routes({prefix: entry}, {prefix: longer})] == [prefix]
    assert [item.walk for item in disputed_routes({prefix: entry}, {})] == [None]
    assert [item.engine for item in disputed_routes({prefix: entry}, {prefix: entry, other: entry})] == [None]
    for changed in (replace(entry, distance=200), replace(entry, source=RouteSource.STATIC)):
        assert not entry.agrees(changed)


def test_routes_that_never_settle_are_not_modelled() -> None:
    preferring = RoutePolicy(name="P", clauses=(PolicyClause(name="10", action=Action.PERMIT, local_preference=200),))
    ring = []
    for number, name in enumerate("abc"):
        after, before = (number + 1) % 3, (number + 2) % 3
        ports = (
            interface("lan", "10.9.0.1/24") if name == "d" else interface("lan", f"10.9.{number}.1/24"),
            interface("right", f"10.0.{number}.1/30"),
            interface("left", f"10.0.{before}.2/30"),
            interface("up", f"10.5.{number}.1/30"),
        )
        peers = (
            neighbor(f"10.0.{number}.2", 65001 + after, imports=("P",)),
            neighbor(f"10.0.{before}.1", 65001 + before),
            neighbor(f"10.5.{number}.2", 65009),
        )
        ring.append(
            Device(
                name=name,
                platform="cisco_ios",
                interfaces=ports,
                policies=(preferring,),
                bgp=(bgp(None, 65001 + number, *peers),),
            )
        )
    hub = Device(
        name="hub",
        platform="cisco_ios",
        interfaces=(interface("lan", "10.8.0.1/24"), *(interface(f"d{n}", f"10.5.{n}.2/30") for n in range(3))),
        bgp=(bgp(None, 65009, *(neighbor(f"10.5.{n}.1", 65001 + n) for n in range(3))),),
    )
    found = texts(*ring, hub)
    assert tables(found.network, NO_FAILURE) is None
    verdict = Inspection(found).table("a", None).verdict
    assert isinstance(verdict, NotModelled)
    assert verdict.reason.key == "not_settled"


# what leaves a table open


def test_an_unknown_line_touches_whoever_hears_of_its_device() -> None:
    found = line("a", "b", "c", near="c")
    assert doubts(found, "a") == doubts(found, "c") == {("c", "not_modelled")}
    verdict = Inspection(found).table("a", None).verdict
    assert isinstance(verdict, NotModelled)


def test_an_unknown_line_does_not_touch_who_hears_nobody() -> None:
    still = Device(name="z", platform="cisco_ios", interfaces=(interface("p", "10.1.3.9/24"),))
    found = texts(*line("a", "b", "c", near="c").network.devices.values(), still)
    assert doubts(found, "z") == set()
    assert isinstance(Inspection(found).table("z", None).verdict, Holds)


def test_a_neighbour_without_a_text_leaves_the_table_open() -> None:
    whole = line("a", "b", "c").network.devices
    found = texts(whole["a"], whole["b"])
    assert doubts(found, "a") == {("b", "neighbor_without_text")}


def test_a_neighbour_behind_a_shut_interface_leaves_nothing_open() -> None:
    device = line("a", "b").network.devices["a"]
    shut = tuple(replace(item, enabled=item.name != "right") for item in device.interfaces)
    assert doubts(texts(replace(device, interfaces=shut)), "a") == set()


def test_a_neighbour_to_whom_no_link_is_known_leaves_the_table_open() -> None:
    devices = line("a", "b").network.devices
    tagged = tuple(replace(item, vlan=7) if item.name == "left" else item for item in devices["b"].interfaces)
    found = texts(devices["a"], replace(devices["b"], interfaces=tagged))
    assert doubts(found, "a") == {("a", "neighbor_without_link"), ("b", "neighbor_without_link")}


def test_a_filter_that_may_keep_a_session_down_leaves_the_table_open() -> None:
    acl = Acl(name="X", family=Family.V4, entries=(AclEntry(action=Action.PERMIT, protocols=(17,)),))
    found = line("a", "b", acl_in="X")
    devices = dict(found.network.devices)
    devices["b"] = replace(devices["b"], acls=(acl,))
    assert doubts(replace(found, network=replace(found.network, devices=devices)), "a") >= {("b", "session_filtered")}
    passing = replace(acl, entries=(AclEntry(action=Action.PERMIT),))
    devices["b"] = replace(devices["b"], acls=(passing,))
    assert doubts(replace(found, network=replace(found.network, devices=devices)), "a") == set()


def test_whatever_may_bring_routes_from_others_is_known_to_doubts() -> None:
    """A new field of a device may be a new way to hear of routes: `Doubts.reaching` must follow it, or a table that others touch
    would be called understood."""
    local = {"name", "platform", "interfaces", "vrfs", "acls", "policies", "statics", "logins", "control_filters"}
    told = {"harmless", "unknown"}
    assert {item.name for item in fields(Device)} == local | told | {"bgp", "ospf"}
    assert {item.name for item in fields(BgpNeighbor)} >= {"address", "enabled"}


# packets


def packet(source: str, destination: str, start: str = "a lan") -> Flow:
    return tcp(start, source, destination)


def test_a_packet_is_followed_and_checked_at_each_step() -> None:
    found = Inspection(line("a", "b", "c"))
    walked = inspect_flow(found, packet("10.1.1.9", "10.1.3.9"))
    assert isinstance(walked.verdict, Holds)
    assert [trace.disposition for trace in walked.traces] == [Disposition.DELIVERED_TO_SUBNET]
    assert [hop.device for hop in walked.traces[0].hops] == ["a", "b", "c"]


def test_a_packet_over_a_device_with_an_unknown_line_is_not_modelled() -> None:
    walked = inspect_flow(Inspection(line("a", "b", "c", near="b")), packet("10.1.1.9", "10.1.3.9"))
    assert isinstance(walked.verdict, NotModelled)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_packet_of_the_small_example_is_judged_alike(data: st.DataObject) -> None:
    made = SMALL_TEXTS.network
    backbone = sorted(name for name in made.devices if not name.startswith("cpe"))
    port = data.draw(st.sampled_from(made.ports))
    owned = [item for device in made.devices.values() for i in device.interfaces for item in i.addresses]
    target = data.draw(st.sampled_from(owned))
    source = data.draw(st.sampled_from([item for item in owned if item.family is target.family]))
    flow = Flow(
        family=target.family,
        source=source.value + data.draw(st.integers(0, 3)),
        destination=target.value + data.draw(st.integers(0, 3)),
        protocol=data.draw(st.sampled_from((6, 17, 1, 58, 47))),
        source_port=data.draw(st.sampled_from((0, 443, 40000))),
        destination_port=data.draw(st.sampled_from((22, 443, 179))),
        tcp_flags=data.draw(st.sampled_from((0, 2, 16))),
        fragment=data.draw(st.booleans()),
        start_device=port.device,
        start_interface=port.interface,
    )
    failure = data.draw(st.sampled_from((NO_FAILURE, *failures(made, backbone))))
    walked = inspect_flow(SMALL_INSPECTION, flow, failure)
    assert walked.traces == walk(made, flow, failure)
    assert isinstance(walked.verdict, Holds), walked


def reason_of(found: InspectedTexts) -> Reason:
    verdict = Inspection(found).table("a", None).verdict
    assert isinstance(verdict, NotModelled)
    return verdict.reason


def test_a_verdict_names_the_first_lines_and_counts_the_rest() -> None:
    found = line("a", "b")
    many = tuple(UnknownLine(path=(f"frobnicate {n}",), reason=because("not_modelled")) for n in range(9))
    devices = {**found.network.devices, "b": replace(found.network.devices["b"], unknown=many)}
    reason = reason_of(replace(found, network=Network(devices=devices, links=found.network.links)))
    assert dict(reason.values)["more"] == "4"
