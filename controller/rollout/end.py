"""The texts that will stand -> the state that the change ends in, judged as `truc verify` judges a workspace's own texts.

The one idea: states in between are judged between two workspaces; the last one is judged by the new workspace alone, under every
single failure, and by the second judge too where one is asked. An opinion that was asked for and is not had shuts the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from controller.jobs.evidence import give_between
from controller.jobs.judging import Extent, judge_texts
from controller.jobs.pipeline import Compiled
from controller.jobs.second_judge import SecondJudgeRequest, find_second, tell_trouble
from controller.output.terminal import Output
from controller.rollout.proof import MOST_WRONG, JudgedState
from intents.finding import Finding
from routing.text_reads import TextReads
from verification.batfish.opinions import ask_batfish
from verification.batfish.protocol import BatfishError
from verification.judge import consult
from verification.verdicts.opinions import SecondJudge
from verification.verdicts.verdict import Holds

END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndJudgement:
    """What is said of the last state: by the engine, and by the second judge if one was asked; `unheard`: why it gave no
    opinion."""

    state: JudgedState
    second: SecondJudge | None = None
    unheard: Finding | None = None


def judge_end(
    after: Compiled, standing: Mapping[str, str], reads: TextReads, output: Output, request: SecondJudgeRequest | None
) -> EndJudgement:
    """Return what both judges say of the texts that will stand; FindingsError for a second judge's address that is none."""
    second = find_second(request, after.addressed.wanted.settings.batfish)
    given = give_between((after,), standing, reads)
    judgement = judge_texts(after, standing, lambda: given, output, Extent(), None).judgement
    unheard = None
    if second is not None:
        output.progress("second", 0, 0)
        try:
            judgement = consult(judgement, given, partial(ask_batfish, second()))
        except BatfishError as error:
            unheard = tell_trouble(error)
    wrong = [answer for answer in judgement.answers if not isinstance(answer.verdict, Holds)]
    return EndJudgement(
        state=JudgedState(name=END, questions=len(judgement.answers), wrong=tuple(wrong[:MOST_WRONG])),
        second=judgement.second,
        unheard=unheard,
    )
