"""What routes decide, judged: the whole network, every single failure, and what no failure changes; from what routes hang on.

The one idea: it is computed from `routing_part` alone, so it still holds of every network whose part is equal, whatever its
lists, logins and other lines say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from verification.engine.failure_states import (
    Inquiry,
    Progress,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingJudgement:
    """What is wrong about routes. `given`: the part that they hang on; `inquiry`: what they were judged by."""

    given: Given
    inquiry: Inquiry
    tally: Tally
    faults: RoutingFaults


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStates:
    """Failures that are being judged: side by side by workers, or when their tally is asked for."""

    inquiry: Inquiry
    whole: WholeNetwork
    tally_of: Callable[[], Tally]

    def judged(self, given: Given) -> RoutingJudgement:
        """Return the judgement, once all failures are judged."""
        faults = routing_faults(self.inquiry)
        tally = Tally()
        tally.merge(self.whole.tally)
        tally.merge(self.tally_of())
        return RoutingJudgement(given=given, inquiry=self.inquiry, tally=tally, faults=faults)


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
    states = all_failures(inquiry.evidence) if with_failures else ()
    judging = partial(judge_failures, inquiry, whole)
    if states and workers is not None:
        with workers(judging) as submit:
            begun = start_failures(submit, states)
            yield RunningStates(inquiry=inquiry, whole=whole, tally_of=partial(collect_failures, begun, progress))
    else:
        yield RunningStates(inquiry=inquiry, whole=whole, tally_of=partial(judging, states, progress))
