"""Stubs judged as sets of regions: the same as asking for every pair and every route, in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from intents.prefix import Family
from intents.registry import AttachmentName
from tests.mutants import mutants
from tests.small_builds import network_of
from tests.strategies import Province, compile_province, provinces
from verification.engine.failure_states import (
    Inquiry,
    State,
    Tally,
    all_failures,
    components,
    judge_failures,
    judge_whole,
)
from verification.engine.inquiry import open_inquiry
from verification.evidence.evidence import Given, gather
from verification.questions.reachability import Wrong, is_cut, is_excused, join
from verification.questions.segregation import check_wall
from verification.routes.forwarding import Forwarding
from verification.routes.rib import NotSettledError
from verification.routes.surviving import Surviving
from verification.verdicts.failure import NO_FAILURE, Failure

SMALL = Path(__file__).parent.parent / "examples" / "small"


def asked_one_by_one(inquiry: Inquiry, failure: Failure) -> Iterator[Wrong]:
    """Yield what is wrong about routing in one state, with every pair and every route of every attachment asked for."""
    evidence, address_index = inquiry.evidence, inquiry.address_index
    joined = components(evidence, failure)
    cut = frozenset() if failure is NO_FAILURE else evidence.given.network.devices.keys() - joined.keys()
    surviving = Surviving(evidence.topology, failure, frozenset(cut))
    views = {} if failure is NO_FAILURE else evidence.control_plane.under(surviving)
    state = Forwarding(evidence.control_plane, evidence.regions, surviving, views)
    for name, ports in evidence.ports.items():
        for port in ports:
            node = evidence.start_node(port)
            if node in surviving.lost_nodes or is_cut(state, port):
                continue
            for family in Family:
                for destination in inquiry.permitted_matrix.must.of(name, family) if evidence.stays(port) else ():
                    if failure is NO_FAILURE or not is_excused(evidence, port, destination, joined):
                        yield from join(evidence, address_index, state, port, destination, family)
    living = (node for node in evidence.start_ports if node not in surviving.lost_nodes)
    routes = [(node, prefix) for node in living for prefix in evidence.control_plane.prefixes]
    yield from check_wall(evidence, address_index, state, routes, inquiry.permitted_matrix.may)


def routing_faults(tally: Tally) -> set[tuple[AttachmentName, ...]]:
    """Return who is not joined, as pairs, and whose packets get past the wall, alone."""
    return {*tally.joined, *((name,) for name in tally.wall)}


def compare(given_to: Given) -> None:
    """Compare the two ways of asking in the whole network, and then under every failure for what the whole did not show."""
    try:
        inquiry = open_inquiry(gather(given_to))
        judged = judge_whole(inquiry)
        whole = routing_faults(judged.tally)
        dull = Tally()
        dull.add(asked_one_by_one(inquiry, NO_FAILURE))
        assert whole == routing_faults(dull)
        for failure in all_failures(inquiry.evidence):
            (found,), dull = judge_failures(inquiry, judged, [State(failure=failure)]), Tally()
            dull.add(asked_one_by_one(inquiry, failure))
            assert routing_faults(found) - whole == routing_faults(dull) - whole, failure.name
    except NotSettledError:
        return


@settings(max_examples=20)
@given(st.data(), provinces(most_sites=4, fewest_intents=2))
def test_what_is_wrong_about_stubs_is_what_asking_for_every_pair_and_route_finds(
    data: st.DataObject, province: Province
) -> None:
    compiled = compile_province(province)
    network = data.draw(st.one_of(st.just(network_of(compiled)), mutants(network_of(compiled))))
    compare(replace(give(compiled, {}), network=network))


@pytest.fixture(scope="module")
def example() -> Given:
    compiled = compile_network(address(want(SMALL, None)))
    return give(compiled, {name: config.text for name, config in compiled.configs.items()})


@settings(max_examples=20)
@given(data=st.data())
def test_the_same_holds_of_the_small_example_with_some_devices_changed(data: st.DataObject, example: Given) -> None:
    compare(replace(example, network=data.draw(mutants(example.network))))


def test_a_stub_of_the_small_example_stores_no_route_that_it_hears_and_yet_has_one(example: Given) -> None:
    evidence = gather(example)
    plane = evidence.control_plane
    assert plane.stubs.settled
    received = 0
    for prefix, state in plane.base.items():
        for node in plane.stubs.settled:
            if plane.stubs.asks(node, prefix):
                assert not state.offers(node)
                assert state.choice(node) is None
                received += plane.choice(state, prefix, node, evidence.whole.surviving) is not None
    assert received > 100
