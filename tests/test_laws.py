"""Laws 2 and 4 to 9, of whole provinces: what is wanted, what stands in the texts and what the judge says of them agree."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled, address, compile_network, want
from intents.prefix import Family, Prefix
from routing.config import render_device
from routing.model import Device, Direction, Network, Vrf, VrfFamily
from routing.vendors import VENDORS
from tests.corner_flows import Corners, Question
from tests.mutants import mutants
from tests.small_builds import network_of
from tests.small_networks import interface
from tests.strategies import Province, compile_province, growing_provinces, provinces
from verification.engine.engine import judge
from verification.evidence.address_index import index_addresses
from verification.evidence.evidence import Evidence, Given, gather
from verification.reference.acl import judge_interface
from verification.reference.routes import routes_to
from verification.reference.walk import delivers, walk
from verification.routes.forwarding import Forwarding
from verification.routes.rib import NotSettledError
from verification.routes.surviving import Surviving
from verification.verdicts.failure import NO_FAILURE, Failure, FailureName, failures
from verification.verdicts.flow import TCP, Flow, describe_flow
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import ClaimKind, Holds, Violated

ROOT = Path(__file__).parent.parent


def read_back(compiled: Compiled) -> Network:
    """Return the network that the texts make."""
    return give(compiled, {name: config.text for name, config in compiled.configs.items()}).network


# Law 2, and the pipeline's part of laws 1 and 4.


@settings(max_examples=20)
@given(provinces(most_sites=3))
def test_a_policy_that_permits_nothing_builds_a_network_that_drops_everything(province: Province) -> None:
    silent = replace(province, intents=(), login_from=())
    corners = Corners(compile_province(silent), read_back(compile_province(silent)))
    for _, flow in (*corners.likely_flows(7), *corners.unlikely_flows(193, 11)):
        assert not delivers(walk(corners.network, flow, routes=corners.routes(flow))) or is_local(corners, flow), flow


def is_local(corners: Corners, flow: Flow) -> bool:
    """Return whether a packet goes no further than the wire it came from: to the gateway, or a neighbour there."""
    starts = (flow.start_device, flow.start_interface)
    return any(corners.allows(flow, port) for port in corners.network.ports if (port.device, port.interface) == starts)


@settings(max_examples=20)
@given(st.data(), provinces())
def test_the_order_of_intents_changes_no_text(data: st.DataObject, province: Province) -> None:
    shuffled = replace(province, intents=tuple(data.draw(st.permutations(province.intents))))
    assert texts_of(compile_province(province)) == texts_of(compile_province(shuffled))


@settings(max_examples=20)
@given(provinces())
def test_compiling_twice_changes_nothing(province: Province) -> None:
    first = compile_province(province)
    second = compile_province(province, first.addressed.address_plan)
    assert second.addressed.address_plan == first.addressed.address_plan
    assert texts_of(second) == texts_of(first)


@settings(max_examples=25)
@given(growing_provinces())
def test_a_further_site_moves_no_address_and_changes_only_what_it_is_plugged_into(
    pair: tuple[Province, Province],
) -> None:
    small, grown = pair
    before = compile_province(small)
    after = compile_province(grown, before.addressed.address_plan)
    plans = [item.addressed.address_plan for item in (before, after)]
    assert {(item.key, item.prefix) for item in plans[0].prefixes} <= {
        (item.key, item.prefix) for item in plans[1].prefixes
    }
    assert set(plans[0].numbers) <= set(plans[1].numbers)
    new = set(grown.inventory.channels) - set(small.inventory.channels)
    plugged = {grown.inventory.channels[name].a_device for name in new}
    for name, text in texts_of(before).items():
        assert name in plugged or texts_of(after)[name] == text, name


def texts_of(compiled: Compiled) -> dict[str, str]:
    return {name: config.text for name, config in compiled.configs.items()}


# Laws 8 and 9.


@settings(max_examples=40)
@given(provinces())
def test_reading_a_rendered_device_gives_the_device_and_leaves_no_line_out(province: Province) -> None:
    compiled = compile_province(province)
    for name, device in compiled.built.devices.items():
        vendor = VENDORS[device.platform]
        found = vendor.read(name, compiled.configs[name].text).device
        assert found == vendor.canonical(device)
        assert not found.unknown


@settings(max_examples=20)
@given(provinces())
def test_rendering_twice_gives_the_same_bytes(province: Province) -> None:
    for device in compile_province(province).built.devices.values():
        assert render_device(device) == render_device(device)


DIGEST = """
import hashlib
from pathlib import Path
from controller.jobs.pipeline import address, compile_network, want
configs = compile_network(address(want(Path("examples/small"), None))).configs
print(hashlib.sha256("".join(configs[name].text for name in configs).encode()).hexdigest())
"""


def test_no_byte_depends_on_the_seed_of_hashing() -> None:
    configs = compile_network(address(want(ROOT / "examples" / "small", None))).configs
    here = hashlib.sha256("".join(config.text for config in configs.values()).encode()).hexdigest()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == here


def test_a_leak_between_vrfs_is_refused_where_the_platform_has_none() -> None:
    families = (VrfFamily(family=Family.V4, imports=("64512:1",), exports=("64512:2",)),)
    lan = interface("ge-0/0/0.100", "10.1.0.1/24", vrf="A-1", vlan=100)
    device = Device(name="edge-9", platform="junos", interfaces=(lan,), vrfs=(Vrf(name="A-1", families=families),))
    with pytest.raises(ValueError, match="edge-9"):
        render_device(device)


# Law 6.


@settings(max_examples=12)
@given(provinces(most_sites=3, fewest_intents=3))
def test_a_packet_is_delivered_iff_it_is_allowed(province: Province) -> None:
    compiled = compile_province(province)
    corners = Corners(compiled, read_back(compiled))
    assert not list(misjudged(corners, (*corners.likely_flows(), *corners.unlikely_flows())))


def misjudged(corners: Corners, asked: Iterable[Question]) -> Iterator[str]:
    """Yield packets that are delivered though not allowed, and allowed ones to a host that some way drops.

    To free space in a class's pool a packet may be allowed that finds nobody; what routers take themselves is a question of
    its own.
    """
    for port, flow in asked:
        traces = walk(corners.network, flow, routes=corners.routes(flow))
        allowed = corners.allows(flow, port)
        if delivers(traces) and not allowed:
            yield f"delivered: {describe_flow(flow, 'en')}"
        if allowed and corners.is_somebody(flow) and not all(trace.delivered for trace in traces):
            yield f"dropped: {describe_flow(flow, 'en')}"


# Law 7.


@settings(max_examples=40)
@given(provinces())
def test_the_judge_finds_nothing_wrong_with_what_was_built(province: Province) -> None:
    compiled = compile_province(province)
    judgement = judge(give(compiled, texts_of(compiled)))
    assert [item for item in judgement.answers if not isinstance(item.verdict, Holds)] == []


def open_network(network: Network) -> Network:
    """Return a network without any filter."""
    return replace(
        network,
        devices={
            name: replace(
                device,
                interfaces=tuple(replace(item, bindings=()) for item in device.interfaces),
                control_filters=(),
            )
            for name, device in network.devices.items()
        },
    )


def states_of(network: Network, backbone: frozenset[str]) -> list[Failure]:
    return [NO_FAILURE, *failures(network, sorted(backbone & network.devices.keys()))]


@settings(max_examples=60)
@given(st.data(), provinces(most_sites=3))
def test_the_engine_and_the_walk_send_every_packet_the_same_way(data: st.DataObject, province: Province) -> None:
    compiled = compile_province(province)
    network = open_network(data.draw(st.one_of(st.just(network_of(compiled)), mutants(network_of(compiled)))))
    given_to = replace(give(compiled, {}), network=network)
    evidence = settled(given_to)
    if evidence is None:
        return
    failure = data.draw(st.sampled_from(states_of(network, given_to.roles.backbone)))
    regions = data.draw(
        st.lists(st.sampled_from(sorted(evidence.regions.chains)), min_size=1, max_size=10, unique=True)
    )
    surviving = Surviving(evidence.topology, failure)
    views = {} if failure is NO_FAILURE else evidence.control_plane.under(surviving)
    state = Forwarding(evidence.control_plane, evidence.regions, surviving, views)
    for region in regions:
        compare_ways(evidence, state, region, failure)


def test_the_engine_and_the_walk_agree_about_the_small_example_under_every_failure() -> None:
    compiled = compile_network(address(want(ROOT / "examples" / "small", None)))
    given_to = give(compiled, {name: config.text for name, config in compiled.configs.items()})
    evidence = gather(replace(given_to, network=open_network(given_to.network)))
    owned = sorted(index_addresses(evidence).owner)
    for failure in states_of(given_to.network, given_to.roles.backbone):
        surviving = Surviving(evidence.topology, failure)
        views = {} if failure is NO_FAILURE else evidence.control_plane.under(surviving)
        state = Forwarding(evidence.control_plane, evidence.regions, surviving, views)
        for region in owned:
            compare_ways(evidence, state, region, failure)


def settled(given_to: Given) -> Evidence | None:
    """Return the evidence, or None where routes never settle, of which the walk must say the same."""
    try:
        return gather(given_to)
    except NotSettledError as error:
        prefix = error.prefix
    assert not routes_to(given_to.network, NO_FAILURE, prefix.family, prefix.network).settled
    return None


def compare_ways(evidence: Evidence, state: Forwarding, region: Prefix, failure: Failure) -> None:
    """Compare where packets from every working port to one region end, and over which devices."""
    network = evidence.given.network
    address = free_address(evidence, region)
    if address is None:
        return
    routes = routes_to(network, failure, region.family, address)
    for port in network.ports:
        node = evidence.start_node(port)
        parent = port.interface.rpartition(".")[0] or port.interface
        if node is None or node in state.surviving.lost_nodes or (port.device, parent) in failure.interfaces:
            continue
        flow = Flow(
            family=region.family,
            source=1,
            destination=address,
            protocol=TCP,
            start_device=port.device,
            start_interface=port.interface,
        )
        walked = {
            (item.disposition, tuple(hop.device for hop in item.hops)) for item in walk(network, flow, failure, routes)
        }
        assert {(way.end, way.devices) for way in state.ways(node, region)} == walked, (
            describe_flow(flow, "en"),
            failure.name,
        )


def free_address(evidence: Evidence, region: Prefix) -> int | None:
    """Return an address in a region and in no more specific one that no device has, None if none is found."""
    inner = [item for item in evidence.regions.inside.get(region, ()) if item != region]
    own = {address for held in evidence.topology.own for address in held}
    quarters = [region.network + region.size * part // 8 for part in range(8)]
    for value in (region.network + 2, region.last, *quarters, *(item + 3 for item in quarters)):
        if region.holds(value) and (region.family, value) not in own and not any(item.holds(value) for item in inner):
            return value
    return None


@settings(max_examples=50)
@given(st.data(), provinces(most_sites=3, fewest_intents=2))
def test_every_counterexample_can_be_walked(data: st.DataObject, province: Province) -> None:
    compiled = compile_province(province)
    network = data.draw(mutants(network_of(compiled)))
    given_to = replace(give(compiled, {}), network=network)
    states = {item.name: item for item in states_of(network, given_to.roles.backbone)}
    for answer in judge(given_to).answers:
        if isinstance(answer.verdict, Violated) and answer.verdict.flow is not None:
            assert replays(network, answer, answer.verdict, states), answer


def replays(network: Network, answer: Answer, verdict: Violated, states: dict[FailureName, Failure]) -> bool:
    """Return whether the walk does with a counterexample what the verdict says."""
    flow, claim = verdict.flow, verdict.claim
    assert flow is not None
    match answer.question.kind:
        case QuestionKind.SOURCE_FENCE | QuestionKind.DESTINATION_FENCE:
            assert claim is not None
            ((device, name),) = claim.places
            interface = next(item for item in network.devices[device].interfaces if item.name == name)
            passages = judge_interface(network.devices[device], interface, Direction(claim.direction), flow)
            return all(item.passes for item in passages) == (claim.kind is ClaimKind.ADMITTED)
        case QuestionKind.ISOLATION | QuestionKind.FORBIDDEN:
            return delivers(walk(network, flow))
        case _ if claim is not None and claim.kind is ClaimKind.DROPPED:
            return any(not item.delivered for item in walk(network, flow))
        case _:
            found = walk(open_network(network), flow, states[verdict.failure])
            return any(not item.hops or tuple(hop.device for hop in item.hops) == verdict.path for item in found)


@settings(max_examples=60)
@given(st.data(), provinces(most_sites=3, fewest_intents=2))
def test_no_packet_goes_wrong_in_a_network_of_which_all_holds(data: st.DataObject, province: Province) -> None:
    compiled = compile_province(province)
    network = data.draw(mutants(network_of(compiled)))
    answers = judge(replace(give(compiled, {}), network=network)).answers
    if all(isinstance(item.verdict, Holds) for item in answers):
        corners = Corners(compiled, network)
        assert not list(misjudged(corners, (*corners.likely_flows(9), *corners.unlikely_flows(397, 9))))
