"""Why a packet arrives: every named line is one that it hangs on, in the texts too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest

from controller.jobs.evidence import give
from routing.model import Device, Network, Ref
from tests.small_builds import compiled
from verification.coverage.loss import without
from verification.coverage.why import why_delivered
from verification.evidence.evidence import Given
from verification.reference.walk import delivers, walk
from verification.sample import draw
from verification.verdicts.flow import Flow

FLOWS = 6
TEXTUAL = ("acl-entry", "neighbor", "static", "vrf-import", "prefix-rule")
"""Things that one line says on IOS, so that the loss of the line is the loss of the thing."""


@cache
def given() -> Given:
    return give(compiled(), {name: item.text for name, item in compiled().configs.items()})


def arriving() -> Iterator[Flow]:
    seen = set()
    for bundle in draw(given(), 40, 3):
        for probe, _ in bundle:
            flow = probe.flow
            if flow.start_device not in seen and delivers(walk(given().network, flow)):
                seen.add(flow.start_device)
                yield flow


@cache
def flows() -> tuple[Flow, ...]:
    return tuple(islice(arriving(), FLOWS))


@pytest.mark.parametrize("number", range(FLOWS))
def test_every_named_line_stops_the_packet_and_no_line_between_two_named_ones_is_forgotten(number: int) -> None:
    flow = flows()[number]
    found = why_delivered(given().network, given().lines, flow)
    assert found is not None
    assert found.each
    named = set(found.lines)
    for device, ref in found.lines:
        lost = without(given().network.devices[device], ref)
        assert lost != given().network.devices[device]
        assert not arrives(_with(given().network, lost), flow)
    passed = {line for trace in walk(given().network, flow) for hop in trace.hops for line in hop.lines}
    entries = {line for line in passed if line[1][0] == "acl-entry"}
    assert all(
        line in named or arrives(_with(given().network, without(given().network.devices[line[0]], line[1])), flow)
        for line in entries
    )


def test_what_does_not_arrive_hangs_on_nothing() -> None:
    flow = flows()[0]
    device = given().network.devices[flow.start_device]
    found = why_delivered(given().network, given().lines, flow)
    assert found is not None
    device_of, ref = found.lines[0]
    assert device_of == device.name
    assert why_delivered(_with(given().network, without(device, ref)), given().lines, flow) is None


def test_a_packet_with_two_ways_hangs_on_what_both_have_in_common() -> None:
    two = next(flow for flow in arriving() if len([t for t in walk(given().network, flow) if t.delivered]) > 1)
    found = why_delivered(given().network, given().lines, two)
    assert found is not None
    assert found.lines


@pytest.mark.parametrize("device", ["cpe-gia-sang", "dc-edge-1"])
def test_a_lost_line_is_a_lost_thing(device: str) -> None:
    """Set beside the reader: a text without the line says what the device without the thing is."""
    text = compiled().configs[device].text
    tried = 0
    for ref, number in sorted(given().lines[device].items()):
        if ref[0] not in TEXTUAL or (ref[0] == "acl-entry" and ref[2] not in ("0", "3")):
            continue
        gone = "\n".join(line for at, line in enumerate(text.split("\n"), start=1) if at != number)
        read = give(compiled(), {**_texts(), device: gone}).network.devices[device]
        assert _part(read, ref) == _part(without(given().network.devices[device], ref), ref), ref
        tried += 1
        if tried == 25:
            break
    assert tried


def _texts() -> dict[str, str]:
    return {name: item.text for name, item in compiled().configs.items()}


def _part(device: Device, ref: Ref) -> object:
    match ref[0]:
        case "acl-entry":
            return device.acls
        case "neighbor":
            return [[(item.family, item.address) for item in instance.neighbors] for instance in device.bgp]
        case "static":
            return device.statics
        case "prefix-rule":
            return device.policies
        case _:
            return device.vrfs


def _with(network: Network, device: Device) -> Network:
    return Network(devices={**network.devices, device.name: device}, links=network.links, ports=network.ports)


def arrives(network: Network, flow: Flow) -> bool:
    names = {item.name for item in network.devices[flow.start_device].interfaces}
    return flow.start_interface in names and delivers(walk(network, flow))
