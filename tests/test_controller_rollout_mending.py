"""A plan that mends what somebody has done to a device by hand: what is wrong as the network stands may stay so until it goes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from controller.output.terminal import Output
from controller.rollout.plan import ChangePlan, plan_bytes
from controller.rollout.planning import PlanRequest, make_plan
from tests.small_builds import compiled
from tests.small_commands import SMALL
from verification.verdicts.verdict import Violated

CPE = "cpe-gia-sang"


def first(device: str, start: str) -> str:
    """Return the first line of a device that starts so."""
    return next(line for line in compiled().configs[device].text.split("\n") if line.startswith(start))


def text_of(device: str, line: str, instead: str) -> str:
    text = compiled().configs[device].text
    assert f"{line}\n" in text
    return text.replace(f"{line}\n", instead, 1)


@cache
def plan_from(device: str, text: str) -> ChangePlan:
    """Return the plan of a workspace that stays as it is, made while a device carries another text."""
    folder = Path(mkdtemp(prefix="truc-drifted-"))
    for name, config in compiled().configs.items():
        (folder / config.file_name).write_text(text if name == device else config.text, encoding="utf-8")
    request = PlanRequest(base=SMALL, workspace=SMALL, running=folder, interrupted=(), serial="1")
    return make_plan((compiled(), compiled()), request, Output("en", json=True))[0]


LIST = first(CPE, "ip access-list extended TRUC-IN4-")
BOUND = first(CPE, " ip access-group TRUC-IN4-")
MENDED = {
    "an entry too many": (CPE, text_of(CPE, LIST, f"{LIST}\n 5 permit ip any any\n")),
    "a filter that is not bound": (CPE, text_of(CPE, BOUND, "")),
}


@pytest.mark.parametrize("name", MENDED)
def test_what_somebody_opened_is_closed_by_a_plan_that_says_so(name: str) -> None:
    plan = plan_from(*MENDED[name])
    assert plan.holds
    assert plan.closes
    assert not plan.opens
    assert plan.proof.mended
    assert all(isinstance(item.verdict, Violated) for item in plan.proof.mended)
    first_state, *_, last = plan.proof.states
    assert first_state.amiss
    assert not first_state.wrong
    assert not last.amiss
    assert any(state["amiss"] for state in json.loads(plan_bytes(plan))["proof"]["states"] if "amiss" in state)


def test_without_anything_wrong_nothing_is_mended() -> None:
    text = text_of(CPE, first(CPE, "logging trap "), "")
    assert plan_from(CPE, text).proof.mended == ()


def test_what_nobody_understands_is_never_taken_for_what_stays_as_it_is() -> None:
    plan = plan_from(CPE, compiled().configs[CPE].text + "frobnicate all packets\n")
    assert not plan.holds
    assert any(state.wrong for state in plan.proof.states)


def test_what_is_still_wrong_in_the_end_refuses_the_plan() -> None:
    """A LAN that nobody planned is none of our lines, so that it stays, beside something that is mended."""
    device, drifted = MENDED["an entry too many"]
    foreign = "interface GigabitEthernet0/0/5\n vrf forwarding P-GOVERNMENT\n ip address 192.0.2.1 255.255.255.0\n no shutdown\n"
    plan = plan_from(device, drifted + foreign)
    assert plan.proof.mended
    assert not plan.holds
    last = next(state for state in plan.proof.states if state.name == "standing")
    assert last.wrong
    assert not last.amiss
