"""A workspace, and perhaps a folder of texts -> the judge's answers and all that a report says about them.

The one idea: a `VerifyReport` is a value that knows nothing of terminals; terminal, JSON Lines and JUnit print the same one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from controller.cache.store import Store
from controller.jobs.evidence import give, read_folder
from controller.jobs.judging import Extent, Judged, UnknownText, judge_texts
from controller.jobs.pipeline import LOCKFILE, Compiled
from controller.jobs.provenance import intents_of_culprit
from controller.jobs.residue import ResidueRow, residue
from controller.jobs.second_judge import tell_trouble
from controller.output.exit_codes import ExitCode, code_of_answers
from controller.output.terminal import Output
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from ipam.inventory import rendered_devices
from verification.batfish.opinions import ask_batfish
from verification.batfish.protocol import BatfishError, BatfishSession
from verification.change.batfish import ask_changes
from verification.change.judge import AskChanges, ChangeOfAccess, judge_change
from verification.coverage.lines import Coverage
from verification.evidence.evidence import Given
from verification.judge import consult
from verification.questions.judgement import Judgement
from verification.questions.unreachable_lines import BoundLists
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Verdict, Violated


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """All answers with what stands around them; `texts` are those judged, by device."""

    compiled: Compiled
    judgement: Judgement
    texts: Mapping[str, str]
    with_failures: bool
    unknown: tuple[UnknownText, ...]
    residue: tuple[ResidueRow, ...]
    findings: tuple[Finding, ...]
    change: ChangeOfAccess | None = None
    """What the change from the running texts opens and cuts, if that was asked."""
    coverage: Coverage | None = None
    """What the questions rest on, if that was asked."""
    trouble: Finding | None = None
    """Why the second judge, which was asked for, gave no opinion."""

    @property
    def exit_code(self) -> ExitCode:
        """Return what the report says to a script: without the second judge that was asked for, or with one that differs
        about a line of a list or about a change, it is inconclusive at best."""
        code = code_of_answers(self.judgement.answers)
        doubt = self.trouble is not None or bool(self.judgement.lists.disputed) or _is_unsure(self.change)
        return ExitCode.INCONCLUSIVE if code is ExitCode.FINE and doubt else code

    @property
    def worst(self) -> str:
        """Return the key of the worst verdict; judges who differ about a line of a list or about a change are a dispute, too."""
        counts = count_verdicts(self.judgement.answers)
        found = next((name for name in ("violated", "disputed", "not_modelled") if counts[name]), "hold")
        if found != "hold":
            return found
        if self.judgement.lists.disputed or (self.change is not None and self.change.differences):
            return "disputed"
        return "not_modelled" if self.change is not None and self.change.doubts else "hold"

    def file_name(self, device: str) -> str:
        """Return the name of the file that holds a device's text."""
        config = self.compiled.configs.get(device)
        return device if config is None else config.file_name

    def intents_of(self, answer: Answer) -> tuple[str, ...]:
        """Return the intents that an answer is about; for a violated question that no intent asks, those which the guilty
        lines serve."""
        found = set(answer.question.intents)
        if isinstance(answer.verdict, Violated):
            found |= set(answer.verdict.intents)
            if not found:
                found = {name for item in answer.verdict.culprits for name in intents_of_culprit(self.compiled, item)}
        return tuple(sorted(found))


def _is_unsure(change: ChangeOfAccess | None) -> bool:
    return change is not None and bool(change.differences or change.doubts)


def texts_to_judge(compiled: Compiled, folder: Path | None) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
    """Return the compiled texts by device, or those in a folder and warnings about it; FindingsError."""
    if folder is None:
        return {name: item.text for name, item in compiled.configs.items()}, ()
    return read_folder(folder, compiled.addressed.wanted.inventory)


def verify(
    compiled: Compiled,
    texts: Mapping[str, str],
    output: Output,
    *,
    extent: Extent,
    second: Callable[[], BatfishSession] | None = None,
    running: Mapping[str, str] | None = None,
    warnings: tuple[Finding, ...] = (),
    store: Store | None = None,
) -> VerifyReport:
    """Judge texts of all devices; FindingsError if that would say nothing. `second` opens a session with the second judge;
    `running`: the texts that stand on the devices now, to tell what the change to these opens and cuts; `warnings`: what was
    found when the texts were read; `store`: where the engine's judgement is kept for the next run, None for nowhere."""

    @cache
    def given() -> Given:
        output.progress("read", 0, 0)
        return give(compiled, texts)

    judged = judge_texts(compiled, texts, given, output, extent, store)
    report = report_of(compiled, texts, judged, with_failures=extent.failures, warnings=warnings)
    standing = None if running is None else give(compiled, running)
    judgement, change, trouble = _consult(judged.judgement, given, standing, output, second)
    return replace(
        report,
        judgement=judgement,
        findings=(*report.findings, *line_findings(compiled, judgement.lists), *change_findings(change)),
        change=change,
        trouble=trouble,
    )


def report_of(
    compiled: Compiled,
    texts: Mapping[str, str],
    judged: Judged,
    *,
    with_failures: bool,
    warnings: tuple[Finding, ...] = (),
) -> VerifyReport:
    """Return the report of what the engine alone says of texts; FindingsError if that would say nothing."""
    wanted = compiled.addressed.wanted
    check_coverage(judged.judgement, frozenset(device.name for device in rendered_devices(wanted.inventory)), texts)
    return VerifyReport(
        compiled=compiled,
        judgement=judged.judgement,
        texts=texts,
        with_failures=with_failures,
        unknown=judged.unknown,
        coverage=judged.coverage,
        residue=residue(wanted.policy, compiled.addressed.address_plan, wanted.registry),
        findings=(*compiled.findings, *warnings, *lockfile_findings(compiled)),
    )


def _consult(
    judgement: Judgement,
    given: Callable[[], Given],
    running: Given | None,
    output: Output,
    second: Callable[[], BatfishSession] | None,
) -> tuple[Judgement, ChangeOfAccess | None, Finding | None]:
    """Return what both judges say of a network and of the change to it, or what the engine says and why the second one gave no
    opinion."""
    trouble = None
    if second is not None:
        output.progress("second", 0, 0)
        try:
            session = second()
            both = consult(judgement, given(), partial(ask_batfish, session))
            return both, _change(running, given, partial(ask_changes, session)), None
        except BatfishError as error:
            trouble = tell_trouble(error)
    return judgement, _change(running, given, None), trouble


def _change(running: Given | None, intended: Callable[[], Given], ask: AskChanges | None) -> ChangeOfAccess | None:
    return None if running is None else judge_change(running, intended(), ask)


def check_coverage(judgement: Judgement, expected: frozenset[str], devices: Collection[str]) -> None:
    """FindingsError if the judge looked at nothing: no flow, no session, or not every device."""
    sessions = sum(answer.question.kind is QuestionKind.SESSION for answer in judgement.answers)
    missing = sorted(expected - set(devices))
    if missing or not judgement.flows or not sessions:
        shown = ", ".join(missing[:5]) or "-"
        raise FindingsError(
            [
                make_finding(
                    "TR808", Where(), flows=judgement.flows, sessions=sessions, missing=len(missing), devices=shown
                )
            ]
        )


def lockfile_findings(compiled: Compiled) -> tuple[Finding, ...]:
    """Return a note if no address plan is written yet, a warning if the written one is not what was judged."""
    addressed = compiled.addressed
    if addressed.previous.plan == addressed.address_plan:
        return ()
    severity = Severity.WARNING if addressed.previous.is_there else Severity.INFO
    return (make_finding("TR809", Where(file=LOCKFILE), severity=severity),)


def line_findings(compiled: Compiled, lists: BoundLists) -> tuple[Finding, ...]:
    """Return a warning for every line that one judge alone calls unreachable, though the other sees it as well."""
    return tuple(
        make_finding(
            "TR829",
            Where(device=item.place.device),
            severity=Severity.WARNING,
            file=compiled.configs[item.place.device].file_name,
            line=item.place.line,
            text=item.place.text,
            judge=item.judge,
        )
        for item in lists.disputed
    )


def change_findings(change: ChangeOfAccess | None) -> tuple[Finding, ...]:
    """Return a warning if the judges, or the replay, differ about a change of access."""
    if change is None or not change.differences:
        return ()
    count, first = len(change.differences), change.differences[0]
    return (make_finding("TR830", Where(), severity=Severity.WARNING, count=count, what=first),)


def verdict_name(answer: Answer) -> str:
    """Return the key of an answer's verdict in tables and sentences."""
    return name_of(answer.verdict)


def name_of(verdict: Verdict) -> str:
    """Return a verdict's key."""
    match verdict:
        case Holds():
            return "hold"
        case Violated():
            return "violated"
        case Disputed():
            return "disputed"
        case NotModelled():
            return "not_modelled"


def count_verdicts(answers: tuple[Answer, ...]) -> Mapping[str, int]:
    """Return how many questions have each verdict, all four named."""
    counts = Counter(verdict_name(answer) for answer in answers)
    return {name: counts[name] for name in ("hold", "violated", "disputed", "not_modelled")}


def judges_of(answers: tuple[Answer, ...]) -> tuple[str, ...]:
    """Return who judged, sorted."""
    return tuple(
        sorted({judge for answer in answers if isinstance(answer.verdict, Holds) for judge in answer.verdict.judges})
    )
