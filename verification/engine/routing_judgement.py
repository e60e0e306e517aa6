"""What routes decide, judged: the whole network, every single failure, and what no failure changes; from what routes hang on.

The one idea: it is computed from `routing_part` alone, so it still holds of every network whose part is equal, whatever its
lists, logins and other lines say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from intents.prefix import Prefix
from verification.engine.failure_states import (
    Inquiry,
    Progress,
    State,
    Tally,
    WholeNetwork,
    all_failures,
    collect_failures,
    judge_failures,
    judge_whole,
    start_failures,
)
from verification.engine.inquiry import open_inquiry
from verification.engine.network_answers import RoutingFaults, routing_faults
from verification.engine.workers import Workers
from verification.evidence.evidence import Given, gather_routes
from verification.evidence.impact import rerouted
from verification.routes.forwarding import Regions
from verification.verdicts.failure import FailureName


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingJudgement:
    """What is wrong about routes. `given`: the part that they hang on; `inquiry`: what they were judged by; `tally`: of all
    states, `failures`: of each single failure."""

    given: Given
    inquiry: Inquiry
    tally: Tally
    failures: Mapping[FailureName, Tally]
    faults: RoutingFaults


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStates:
    """Failures that are being judged: side by side by workers, or when their tally is asked for."""

    inquiry: Inquiry
    whole: WholeNetwork
    states: tuple[State, ...]
    tallies_of: Callable[[], tuple[Tally, ...]]

    def judged(self, given: Given) -> RoutingJudgement:
        """Return the judgement, once all failures are judged."""
        faults = routing_faults(self.inquiry)
        found = self.tallies_of()
        tally = Tally()
        for item in (self.whole.tally, *found):
            tally.merge(item)
        return RoutingJudgement(
            given=given,
            inquiry=self.inquiry,
            tally=tally,
            failures={state.failure.name: item for state, item in zip(self.states, found, strict=True)},
            faults=faults,
        )


@contextmanager
def running_states(
    given: Given,
    known: RoutingJudgement | None,
    *,
    with_failures: bool,
    progress: Progress | None,
    workers: Workers | None,
) -> Iterator[RunningStates]:
    """Begin to judge what routes decide (`given`: a `routing_part`), and do what else there is to do inside; NotSettledError.

    `known`: of a network that is judged between the same bounds.
    """
    inquiry = open_inquiry(gather_routes(given, None if known is None else known.inquiry.evidence))
    whole = judge_whole(inquiry)
    states = tuple(states_to_judge(inquiry, given, known)) if with_failures else ()
    judging = partial(judge_failures, inquiry, whole)
    running = partial(RunningStates, inquiry=inquiry, whole=whole, states=states)
    is_much = not whole.tally.is_clean or any(item.among is None for item in states)  # else forking takes longer
    if workers is not None and states and is_much:
        with workers(judging) as submit:
            begun = start_failures(submit, states)
            yield running(tallies_of=partial(collect_failures, begun, progress))
    else:
        yield running(tallies_of=partial(judging, states, progress))


def states_to_judge(inquiry: Inquiry, given: Given, known: RoutingJudgement | None) -> Iterator[State]:
    """Yield every single failure. In one in which nothing was wrong, only what is routed otherwise since can be."""
    evidence, among = inquiry.evidence, None
    if known is not None:
        found = rerouted(known.given.network, given.network, evidence.control_plane.prefixes)
        among = None if found is None else _beside(evidence.regions, found)
    for failure in all_failures(evidence):
        before = None if known is None else known.failures.get(failure.name)
        yield State(failure=failure, among=among if before is not None and before.is_clean else None)


def _beside(regions: Regions, prefixes: frozenset[Prefix]) -> frozenset[Prefix]:
    """Return prefixes with all others that decide where packets go that they may lead: those inside, and those around these."""
    inside = {region for prefix in prefixes for region in regions.inside[prefix]}
    return frozenset(prefix for region in inside for prefix in regions.chains[region])
