"""What a difference does -> its class: from what opens a forbidden pair down to what nobody understands.

The one idea: a class is read off what a judge says, never off the lines: the question that has turned, or the pair that packets
newly pass between. A class is a closed name, and classes are in the order in which people must look at them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import assert_never

from intents.reason import Reason, Telling
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import ClaimKind, Disputed, Holds, NotModelled, Verdict, Violated


class DriftClass(StrEnum):
    """What a drift does, worst first."""

    OPENS_FORBIDDEN = "opens-forbidden"
    """Packets pass between a pair that some intent forbids."""
    OPENS_UNDECLARED = "opens-undeclared"
    """Packets pass that no intent permits."""
    BREAKS_PROMISE = "breaks-promise"
    """Something permitted, or something planned, is cut or missing."""
    WEAKENS_FENCE = "weakens-fence"
    """Nothing passes yet: one of the walls that stand behind each other, or a way into a device, is weaker."""
    NEUTRAL = "neutral"
    """Nothing that is judged is otherwise."""
    NOT_MODELLED = "not-modelled"
    """A line that nobody understands, or judges who differ: nothing can be said."""


_RANK = {name: rank for rank, name in enumerate(DriftClass)}
_CUTS = frozenset({"station_cut", "device_cut", "login_closed", "drops_from"})
"""Reasons of a wrong about logins by which somebody who should get in does not."""
_WIDENS = frozenset({"undeclared_lan", "neighbor_not_planned", "vrf_of_two_owners", "in_no_vrf"})
"""Reasons of a wrong about the plan by which something is there that should not be."""


def rank_of(found: DriftClass) -> int:
    """Return how far from the worst a class is."""
    return _RANK[found]


def worst_of(found: Iterable[DriftClass]) -> DriftClass | None:
    """Return the worst class, None of none."""
    return min(found, key=rank_of, default=None)


def class_of_verdict(kind: QuestionKind, verdict: Verdict) -> DriftClass:
    """Return what it means that a question has this verdict since a text differs."""
    match verdict:
        case Holds():
            return DriftClass.NEUTRAL
        case Violated():
            return _class_of_violation(kind, verdict)
        case Disputed() | NotModelled():
            return DriftClass.NOT_MODELLED
        case _:
            assert_never(verdict)


def _class_of_violation(kind: QuestionKind, verdict: Violated) -> DriftClass:
    match kind:
        case QuestionKind.FORBIDDEN:
            return DriftClass.OPENS_FORBIDDEN
        case QuestionKind.ISOLATION:
            return DriftClass.OPENS_UNDECLARED
        case QuestionKind.SESSION | QuestionKind.PURPOSE | QuestionKind.VIA | QuestionKind.ROUTES:
            return DriftClass.BREAKS_PROMISE
        case QuestionKind.SOURCE_FENCE | QuestionKind.DESTINATION_FENCE:
            admits = verdict.claim is not None and verdict.claim.kind is ClaimKind.ADMITTED
            return DriftClass.WEAKENS_FENCE if admits else DriftClass.BREAKS_PROMISE
        case QuestionKind.MANAGEMENT:
            cuts = not _CUTS.isdisjoint(_keys(verdict.reason))
            return DriftClass.BREAKS_PROMISE if cuts else DriftClass.WEAKENS_FENCE
        case QuestionKind.ADDRESSING:
            widens = not _WIDENS.isdisjoint(_keys(verdict.reason))
            return DriftClass.WEAKENS_FENCE if widens else DriftClass.BREAKS_PROMISE
        case (
            QuestionKind.WALL
            | QuestionKind.BACKBONE
            | QuestionKind.TRANSIT
            | QuestionKind.LEAK
            | QuestionKind.ROUTE_FILTER
            | QuestionKind.DEFAULT_ROUTE
            | QuestionKind.OVERLAP
            | QuestionKind.LEVEL
        ):
            return DriftClass.WEAKENS_FENCE
        case _:
            assert_never(kind)


def _keys(telling: Telling) -> Iterator[str]:
    """Yield the keys of a reason and of all reasons in it."""
    if isinstance(telling, Reason):
        yield telling.key
        for _, value in telling.values:
            yield from _keys(value)
    elif isinstance(telling, tuple):
        for item in telling:
            yield from _keys(item)
