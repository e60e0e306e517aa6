"""A plan, the clock and what it touches -> what keeps it from being signed at all, whoever signs.

The one idea: a plan that nobody may carry out is not worth a signature; each thing that keeps it back has a message of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from controller.approval.standing import ApprovalCase
from controller.approval.touched import names_in_short
from controller.output.canonical_json import Plain
from controller.rollout.filed import FiledPlan
from intents.finding import Finding, Where, make_finding
from intents.reason import Reason, because


def check_plan(case: ApprovalCase, now: datetime, *, using: bool) -> Iterator[Finding]:
    """Yield what is wrong with a plan at a moment in the time of the place. `using`: it is to be carried out now."""
    plan, where = case.plan, Where(file=case.file)
    touched = case.touched
    for reason in _incomplete(plan):
        yield make_finding("TR936", where, reason=reason)
    if not plan.made_on <= now.date() <= plan.expires_on:
        yield make_finding("TR922", where, first=plan.made_on, last=plan.expires_on, today=now.date())
    yield from _check_window(plan, where, now, using=using)
    for serial in case.newer:
        yield make_finding("TR924", where, serial=plan.serial, newer=serial)
    if touched.level1:
        yield make_finding("TR935", where, reason=because("level1_touched", devices=names_in_short(touched.level1)))
    if touched.strangers:
        yield make_finding(
            "TR935", where, reason=because("stranger_touched", devices=names_in_short(touched.strangers))
        )
    if touched.routing and plan.request is not None and not plan.request.agreement_ref:
        yield make_finding("TR934", where, request=plan.request.name, devices=names_in_short(touched.routing))


def is_newer(serial: str, than: str) -> bool:
    """Return whether a serial comes after another: numbers in them as numbers; a plan without one comes after nothing."""
    return bool(serial and than) and _order(serial) > _order(than)


def _order(serial: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", serial)]


def _check_window(plan: FiledPlan, where: Where, now: datetime, *, using: bool) -> Iterator[Finding]:
    if plan.request is None:
        return
    window = plan.request.window
    start, end = window.moments
    if now > end:
        yield make_finding("TR923", where, window=window, reason=because("window_over"))
    elif using and now < start:
        yield make_finding("TR923", where, window=window, reason=because("window_ahead"))


def _incomplete(plan: FiledPlan) -> Iterator[Reason]:
    if plan.request is None:
        yield because("plan_without_request")
    elif not plan.request.author:
        yield because("plan_without_author", request=plan.request.name)
    if not plan.complete:
        yield because("plan_undeclared")
    if not _is_proved(plan.body.get("proof")):
        yield because("plan_not_proved")


def _is_proved(proof: Plain) -> bool:
    """Return whether a plan's own file says that all was proved."""
    if not isinstance(proof, Mapping) or proof.get("premises") != [] or not isinstance(proof.get("states"), list):
        return False
    states, ways = proof["states"], proof.get("ways_in")
    if not isinstance(states, list) or not states or not isinstance(ways, Mapping) or ways.get("lost") != []:
        return False
    return all(isinstance(state, Mapping) and state.get("wrong") == 0 for state in states)
