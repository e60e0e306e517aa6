"""A policy is named by what it says: the same content has the same name as ever, another content another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import parse_prefix
from routing.build.route_filters import _named
from routing.model import Action, AsPathStep, PolicyClause, PrefixRule

_CLAUSE = PolicyClause(
    name="10", action=Action.PERMIT, prefixes=(PrefixRule(prefix=parse_prefix("10.0.0.0/24"), low=24, high=24),)
)


def test_a_name_stays_while_the_model_grows() -> None:
    assert _named((_CLAUSE,)).name == "TRUC-RM4-130e44d8dd5a"
    assert _named(()).name == "TRUC-RM-50dc5bc55e46"


@pytest.mark.parametrize(
    "other",
    [
        replace(_CLAUSE, metric=5),
        replace(_CLAUSE, metric_change=5),
        replace(_CLAUSE, origin=0),
        replace(_CLAUSE, local_preferences=(100,)),
        replace(_CLAUSE, as_paths=((AsPathStep(((1, 1),)),),)),
        replace(_CLAUSE, as_paths=()),
    ],
)
def test_whatever_a_clause_says_is_in_the_name(other: PolicyClause) -> None:
    assert _named((other,)).name != _named((_CLAUSE,)).name


def test_clauses_are_named_one_after_the_other() -> None:
    assert _named((_CLAUSE, _CLAUSE)).name == "TRUC-RM4-566e51d0a34e"
