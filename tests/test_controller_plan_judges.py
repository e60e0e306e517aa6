"""The state that a change ends in, judged as the new workspace's own: by the engine, and by Batfish as it was recorded."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from controller.cli import app
from controller.jobs.second_judge import BatfishAddress, SecondJudgeRequest
from controller.output.terminal import Output
from controller.rollout.end import END, judge_end
from controller.rollout.plan import ChangePlan, plan_bytes
from controller.rollout.planning import PlanRequest, make_plan
from intents.finding import Finding
from intents.reason import because
from routing.text_reads import TextReads
from tests.batfish_cases import RECORDED
from tests.test_controller_planning import ends_of, folders, planned
from verification.batfish.protocol import BatfishError, BatfishSession, Trouble

DEAF = 1
"""A port of this machine at which nobody listens."""
PATTERN = ("cpe-gia-sang", "ip access-group TRUC-IN4-")


def deaf(_address: BatfishAddress) -> BatfishSession:
    raise BatfishError(Trouble.UNREACHABLE, because("os_said", said="nobody"))


@cache
def with_batfish() -> tuple[ChangePlan, tuple[Finding, ...]]:
    """Return the plan that leads back to the small example as Batfish knows it."""
    (base, other), ends = folders("close a permit"), ends_of("close a permit")
    request = PlanRequest(base=other, workspace=base, second=SecondJudgeRequest(dial=deaf, replay=RECORDED))
    return make_plan(ends[::-1], request, Output("en", json=True))


def test_both_judges_hold_what_will_stand() -> None:
    plan, _ = with_batfish()
    assert plan.holds
    assert plan.second is not None
    assert plan.second.name == "batfish"
    end = plan.proof.states[-1]
    assert (end.name, end.wrong) == (END, ())
    assert 0 < plan.second.questions <= end.questions
    written = json.loads(plan_bytes(plan))["second_judge"]
    assert (written["snapshot"], written["questions"]) == (plan.second.snapshot, plan.second.questions)


def test_a_plan_says_that_nobody_else_was_asked() -> None:
    assert json.loads(plan_bytes(planned("close a permit")))["second_judge"] is None


def test_a_fault_in_the_last_state_is_seen_by_both_judges() -> None:
    after = ends_of("close a permit")[0]
    device, line = PATTERN
    texts = {name: config.text for name, config in after.configs.items()}
    texts[device] = "".join(f"{one}\n" for one in texts[device].splitlines() if not one.strip().startswith(line))
    found = judge_end(after, texts, TextReads(), Output("en", json=True), None)
    assert {answer.question.kind.value for answer in found.state.wrong} >= {"source-fence"}
    assert found.second is None


def test_an_opinion_that_is_not_had_shuts_the_gate(tmp_path: Path) -> None:
    base, other = folders("renumber a LAN")
    out, page = tmp_path / "plan.json", tmp_path / "plan.html"
    done = CliRunner().invoke(
        app,
        [
            *("plan", "--base", str(base), "-w", str(other), "-o", str(out), "--html", str(page), "--undeclared"),
            *("--batfish", f"127.0.0.1:{DEAF}", "--lang", "en"),
        ],
    )
    assert done.exit_code == 1
    assert "TR822" in done.output
    assert "no plan was written" in done.output
    assert "no second judge was asked" not in done.output
    assert not out.exists()
    shown = page.read_text(encoding="utf-8")
    assert "TR822" in shown
    assert "gave no opinion" in shown
    assert "NOT proved" in shown
