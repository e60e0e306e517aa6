"""A fence filled in from a pattern is the fence worked out for itself, name and rules included."""

from __future__ import annotations

import pytest

from controller.jobs.pipeline import address, make_plans
from ipam.endpoints import Resolver
from routing.build.context import Plans
from routing.build.fence_entries import content_name, fence_entries
from routing.build.fences import Fence, Fences, ground_of
from routing.build.peers import Reachability
from routing.build.placement import AttachmentCircuit
from routing.model import Direction
from routing.vendors.vendor import FenceTraits
from tests.rule_cases import SMALL, example

PLATFORMS = (
    FenceTraits(permits_match_fragments=True, several_values=False),
    FenceTraits(permits_match_fragments=False, several_values=True),
)


def plans() -> Plans:
    return make_plans(address(example(SMALL)))


def lone(circuit: AttachmentCircuit, plans: Plans, platform: FenceTraits) -> list[Fence]:
    """The fences of a standing by its own Fences, which has seen no other standing."""
    fences = Fences(Reachability(plans.policy, plans.address_plan, Resolver(plans.address_plan)), plans.resolver)
    return all_fences(fences, circuit, platform)


def all_fences(fences: Fences, circuit: AttachmentCircuit, platform: FenceTraits) -> list[Fence]:
    return [
        fences.fence(circuit, family, direction, platform)
        for family in sorted(circuit.subnet)
        for direction in Direction
    ]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_filled_pattern_is_what_would_be_worked_out_for_the_standing(platform: FenceTraits) -> None:
    given = plans()
    seen = set()
    for circuit in given.circuits:
        for family in sorted(circuit.subnet):
            peers = given.reachability.peers(circuit.membership, family)
            ground = ground_of(circuit, family)
            seen.add(any(peer.prefix in circuit.own.get(family, ()) for peer in peers))
            for direction in Direction:
                fence = given.fences.fence(circuit, family, direction, platform)
                wanted = fence_entries(ground, peers, family, direction, given.infrastructure(family), platform)
                assert fence.acl.entries == tuple(item.entry for item in wanted)
                assert fence.rules == tuple(item.rules for item in wanted)
                assert fence.acl.name == content_name(family, direction, fence.acl.entries)
                assert set(fence.all_rules) == {rule for item in wanted for rule in item.rules}
    assert seen == {True, False}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_fence_does_not_depend_on_the_fences_asked_for_before(platform: FenceTraits) -> None:
    given = plans()
    for circuit in given.circuits:
        assert all_fences(given.fences, circuit, platform) == lone(circuit, given, platform)
