"""`truc verify`: compile in memory, judge, and report in the forms asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from controller.board.inputs import Edition
from controller.boundary import check_folder, parse_day
from controller.commands.kept import open_store
from controller.jobs.compile import compile_workspace
from controller.jobs.evidence import read_folder
from controller.jobs.files import real_path, write_bytes, write_text
from controller.jobs.judging import Extent
from controller.jobs.pipeline import Compiled, today_of
from controller.jobs.second_judge import SecondJudgeRequest, check_replay, find_second, tell_trouble
from controller.jobs.targets import Target, check_targets
from controller.jobs.verify import VerifyReport, texts_to_judge, verify
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.version import product_version
from controller.reports.findings import tell_findings
from controller.reports.junit import junit_text
from controller.reports.mutations import (
    MutationRun,
    code_of_score,
    code_of_second,
    print_score,
    print_score_json,
    print_second_score,
    print_second_score_json,
    try_mutations,
    try_second,
)
from controller.reports.redaction import redact_report, redact_score, redact_second
from controller.reports.verify import print_end, print_report
from controller.reports.verify_json import print_verify_json, print_verify_summary
from intents.finding import Finding, Severity
from verification.batfish.protocol import BatfishError, BatfishSession
from verification.batfish.recording import RecordingBatfish
from verification.mutation.score import Score
from verification.mutation.second_score import SecondScore

BoardPage = Callable[[VerifyReport, Edition], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFile:
    """Where the board's page goes and what makes it: its library is slow to import, so only who wants a page brings it."""

    path: Path
    make_page: BoardPage


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What to judge and how to tell it. `configs`: a folder of texts, None for the compiled ones; `running`: a folder of those
    that stand on the devices now."""

    folder: Path
    on: str | None = None
    configs: Path | None = None
    running: Path | None = None
    junit: Path | None = None
    board: BoardFile | None = None
    extent: Extent = field(default_factory=Extent)
    mutations: MutationRun | None = None
    second: SecondJudgeRequest | None = None
    uses_cache: bool = True
    tells_cache: bool = False
    """Whether it is told if the cache could not be read or written; what somebody else may have put there is told always."""


def verify_command(output: Output, request: VerifyRequest) -> ExitCode:
    """Return what the verdicts lead to; FindingsError, OSError. Writes nothing but the files asked for."""
    check_folder(request.folder)
    targets = _targets(request)
    check_targets(targets, request.folder, _read_besides(request))
    check_replay(request.second)
    output.owed = [target.path for target in targets]
    compiled = compile_workspace(request.folder, parse_day(request.on), output)
    texts, warnings = texts_to_judge(compiled, request.configs)
    running, warnings_of_running = _running(request, compiled)
    recorder: list[RecordingBatfish] = []
    second = find_second(request.second, compiled.addressed.wanted.settings.batfish)
    if request.second is not None and request.second.record is not None:
        second = _recorded_by(second, recorder)
    found = verify(
        compiled,
        texts,
        output,
        extent=request.extent,
        second=second,
        running=running,
        warnings=(*warnings, *warnings_of_running),
        store=open_store(output, tells=request.tells_cache) if request.uses_cache else None,
    )
    report = redact_report(found)
    if request.junit is not None:
        write_text(request.junit, junit_text(report))
        output.owed.remove(request.junit)
    if output.json:
        print_verify_json(output, report)
    else:
        shown = [item for item in report.findings if item.severity is not Severity.INFO]
        tell_findings(output, request.folder, shown)
        print_report(output, report)
    _tell_trouble(output, report)
    _record(output, request, report, recorder)
    score = _mutate(output, request, report)
    second_score, second_code = _mutate_second(output, report, score, second)
    if request.board is not None:
        write_text(request.board.path, request.board.make_page(report, _edition(request, report, score, second_score)))
        output.owed.remove(request.board.path)
    if output.json:
        print_verify_summary(output, report)
    else:
        for path in (request.junit, None if request.board is None else request.board.path):
            if path is not None:
                output.say("wrote_file", file=path)
        print_end(output, report)
    return report.exit_code or (ExitCode.FINE if score is None else code_of_score(score)) or second_code


def _targets(request: VerifyRequest) -> list[Target]:
    """Return every file that will be written."""
    named = {
        "--junit": request.junit,
        "--html": None if request.board is None else request.board.path,
        "--record": None if request.second is None else request.second.record,
    }
    return [Target(option=option, path=path) for option, path in named.items() if path is not None]


def _read_besides(request: VerifyRequest) -> tuple[Path | None, ...]:
    replay = None if request.second is None else request.second.replay
    return request.configs, request.running, replay


def _running(request: VerifyRequest, compiled: Compiled) -> tuple[dict[str, str] | None, tuple[Finding, ...]]:
    """Return the texts that stand on the devices now, if a folder of them is named, and warnings about it; FindingsError."""
    if request.running is None:
        return None, ()
    return read_folder(request.running, compiled.addressed.wanted.inventory, complete=False)


def _mutate_second(
    output: Output, report: VerifyReport, score: Score | None, second: Callable[[], BatfishSession] | None
) -> tuple[SecondScore | None, ExitCode]:
    """Put the faults that the engine saw to the second judge, if one was asked and answered live."""
    known = report.judgement.second
    if score is None or second is None or known is None or known.recorded:
        return None, ExitCode.FINE
    try:
        found = try_second(report.compiled, report.texts, score, second(), output)
    except BatfishError as error:
        tell_findings(output, report.compiled.addressed.wanted.folder, [tell_trouble(error)])
        return None, ExitCode.INCONCLUSIVE
    found = redact_second(report, found)
    if output.json:
        print_second_score_json(output, found)
    else:
        print_second_score(output, found)
    return found, code_of_second(found)


def _recorded_by(
    opened: Callable[[], BatfishSession] | None, recorder: list[RecordingBatfish]
) -> Callable[[], BatfishSession] | None:
    """Return what opens a session that keeps its answers, and puts it in `recorder`."""
    if opened is None:
        return None

    def recording() -> BatfishSession:
        recorder.append(RecordingBatfish(opened()))
        return recorder[-1]

    return recording


def _tell_trouble(output: Output, report: VerifyReport) -> None:
    """Say why the second judge gave no opinion (as JSON it was said among the messages)."""
    if report.trouble is not None and not output.json:
        tell_findings(output, report.compiled.addressed.wanted.folder, [report.trouble])


def _record(output: Output, request: VerifyRequest, report: VerifyReport, recorder: list[RecordingBatfish]) -> None:
    """Keep the second judge's answers if both judges hold everything; a disagreement is never recorded."""
    if request.second is None or request.second.record is None:
        return
    target = request.second.record
    output.owed.remove(target)
    if report.exit_code or not recorder:
        if not output.json:
            output.say("not_recorded", file=target)
        return
    day = datetime.now(tz=UTC).date().isoformat()
    write_bytes(target, recorder[0].recording(day))
    if not output.json:
        output.say("recorded", file=target)


def _edition(request: VerifyRequest, report: VerifyReport, score: Score | None, second: SecondScore | None) -> Edition:
    """Return what the board's page says besides the report."""
    return Edition(
        workspace=real_path(request.folder).name,
        made_on=today_of(None, None),
        version=product_version(),
        run=request.mutations,
        score=None if score is None else redact_score(report, score),
        second=second,
    )


def _mutate(output: Output, request: VerifyRequest, report: VerifyReport) -> Score | None:
    """Try faults if that was asked for and there is something that holds."""
    if request.mutations is None:
        return None
    if report.exit_code:
        if not output.json:
            output.say("mutations_skipped")
        return None
    output.progress("mutate", 0, 0)
    found = try_mutations(report.compiled, report.texts, request.mutations)
    shown = redact_score(report, found)
    if output.json:
        print_score_json(output, request.mutations, shown)
    else:
        print_score(output, request.mutations, shown)
    return found
