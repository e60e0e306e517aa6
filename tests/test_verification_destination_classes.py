"""What is read off for a destination is what settling it by itself gives, in the whole network and under every failure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.generate import write_province
from controller.jobs.pipeline import address, compile_network, want
from intents.prefix import Prefix
from routing.model import Network
from tests.mutants import mutants
from tests.small_builds import network_of
from tests.strategies import Province, compile_province, provinces
from tests.stub_networks import stub_networks
from verification.routes import control_plane
from verification.routes.best_path import Candidate, CandidateKey, Selected
from verification.routes.control_plane import ControlPlane
from verification.routes.rib import NotSettledError, PrefixState
from verification.routes.surviving import Surviving
from verification.routes.topology import build_topology
from verification.verdicts.failure import failures

SMALL = Path(__file__).parent.parent / "examples" / "small"

Shown = tuple[dict[int, Mapping[CandidateKey, Candidate]], list[tuple[int, Selected | None]], frozenset[int]]


def shown(states: Mapping[Prefix, PrefixState]) -> list[tuple[Prefix, Shown]]:
    """Return all that is in some states, in their order."""
    return [
        (prefix, ({**state.candidates}, list(state.selected.items()), state.changed))
        for prefix, state in states.items()
    ]


def plane_of(network: Network, *, alike: bool) -> ControlPlane:
    topology = build_topology(network)
    if alike:
        return ControlPlane(topology)
    with patch.object(control_plane, "find_destinations", lambda *_: {}):
        return ControlPlane(topology)


def compare(network: Network) -> int:
    """Compare both ways in every state; return how many prefixes were read off in the whole network."""
    try:
        one_by_one = plane_of(network, alike=False)
    except NotSettledError:
        with pytest.raises(NotSettledError):
            plane_of(network, alike=True)
        return 0
    alike = plane_of(network, alike=True)
    assert shown(alike.base) == shown(one_by_one.base)
    assert alike.by_session == one_by_one.by_session
    # where routes may settle in several ways, nothing is read off under a failure: both would do the very same
    for failure in () if alike.advertisements.contested else failures(network, sorted(network.devices)):
        surviving = Surviving(alike.topology, failure)
        try:
            expected = shown(one_by_one.under(surviving))
        except NotSettledError:
            with pytest.raises(NotSettledError):
                alike.under(surviving)
            continue
        assert shown(alike.under(surviving)) == expected, failure.name
    return read_off(alike)


def read_off(plane: ControlPlane) -> int:
    """Return how many prefixes share their class with one before them."""
    return len(plane.destinations) - len({item.number for item in plane.destinations.values()})


def network_in(folder: Path) -> Network:
    return network_of(compile_network(address(want(folder, None))))


@pytest.fixture(scope="module")
def small() -> Network:
    return network_in(SMALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A made-up province, several sites of which hang on each aggregation."""
    folder = tmp_path_factory.mktemp("made")
    write_province(12, 3, folder)
    return network_in(folder)


def test_the_small_example_has_destinations_that_are_routed_alike(small: Network) -> None:
    assert compare(small) > 10


def test_most_destinations_of_a_made_up_province_are_routed_alike(made: Network) -> None:
    assert compare(made) > 40


@settings(max_examples=100)
@given(stub_networks())
def test_the_ways_on_of_a_choice_are_those_of_all_that_it_uses(network: Network) -> None:
    try:
        plane = plane_of(network, alike=True)
    except NotSettledError:
        return
    for state in plane.base.values():
        for chosen in filter(None, state.selected.values()):
            assert plane.hops(chosen) == tuple(hop for item in chosen.used for hop in item.hops)


@settings(max_examples=200)
@given(st.data(), stub_networks())
def test_the_same_holds_of_small_networks_in_which_anything_may_differ(data: st.DataObject, network: Network) -> None:
    compare(data.draw(st.one_of(st.just(network), mutants(network))))


@settings(max_examples=15)
@given(data=st.data())
def test_the_same_holds_of_the_small_example_with_some_devices_changed(data: st.DataObject, small: Network) -> None:
    compare(data.draw(mutants(small)))


@settings(max_examples=6)
@given(data=st.data())
def test_the_same_holds_of_a_made_up_province_with_some_devices_changed(data: st.DataObject, made: Network) -> None:
    compare(data.draw(mutants(made)))


@settings(max_examples=30)
@given(st.data(), provinces(most_sites=4, fewest_intents=1))
def test_the_same_holds_of_provinces_with_some_devices_changed(data: st.DataObject, province: Province) -> None:
    network = network_of(compile_province(province))
    compare(data.draw(st.one_of(st.just(network), mutants(network))))
