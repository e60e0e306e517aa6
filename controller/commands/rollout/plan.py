"""`truc plan`: from the workspace that was carried out last to the one that shall be, as a file that a board can sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from controller.board.plan import plan_page
from controller.boundary import check_folder, parse_day
from controller.jobs.compile import compile_workspace
from controller.jobs.evidence import give
from controller.jobs.files import write_bytes
from controller.jobs.judging import Extent, judge_texts
from controller.jobs.pipeline import Compiled
from controller.jobs.second_judge import check_replay
from controller.jobs.targets import Target, check_targets
from controller.journal.verified import Measured
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.version import product_version
from controller.reports.findings import tell_findings
from controller.reports.mutations import MutationRun, try_mutations
from controller.reports.rollout.plan import print_plan, print_plan_end, print_plan_json, print_suggestion, refusals
from controller.rollout.filed import FiledPlan, read_plan
from controller.rollout.plan import ChangePlan, plan_bytes
from controller.rollout.planning import PlanRequest, make_plan, standing_texts
from controller.rollout.suggested import moved_sites, suggested_lines
from intents.finding import Finding, FindingsError, Severity, Where, make_finding, raise_errors
from intents.reader.suggestions import suggest

State: TypeAlias = Callable[[FiledPlan, Measured], tuple[Path, ...]]
"""Writes a statement of a plan, and says in which files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTarget:
    """Where a statement of a proved plan is written, and what writes it: its libraries may not be installed. `mutations`: how
    many faults are put into the texts that shall stand, to see how well the judges see."""

    path: Path
    state: State
    mutations: MutationRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTargets:
    """Where a plan is written, its page, and a statement of it; `undeclared`: the plan also if it does what nobody declared."""

    plan: Path | None = None
    page: Path | None = None
    statement: StatementTarget | None = None
    undeclared: bool = False


def plan_command(output: Output, request: PlanRequest, on: str | None, targets: PlanTargets) -> ExitCode:
    """Return FINE if nothing is to be done, CHANGES if something is and it is proved and declared, else ERROR; FindingsError,
    OSError.

    Writes nothing but the plan, and that only if it is proved and declared, and its page. Touches no device.
    """
    _check(request, targets)
    day = parse_day(on)
    ends = (compile_workspace(request.base, day, output), compile_workspace(request.workspace, day, output))
    _check_devices(request, ends)
    plan, findings = make_plan(ends, request, output)
    refused = _is_refused(plan, targets)
    unread = unread_findings(request) if targets.plan is not None and plan.changes else ()
    _tell(output, request, plan, ends, (*findings, *unread))
    if targets.page is not None:
        write_bytes(targets.page, plan_page(plan, ends, product_version()).encode("utf-8"))
    if targets.plan is not None and plan.changes and not refused:
        write_bytes(targets.plan, plan_bytes(plan))
    if targets.statement is not None and plan.changes and not refused:
        _state(output, request, plan, ends, targets.statement)
    if not output.json:
        _say_next(output, plan, targets, refused=refused)
        print_plan_end(output, plan)
    if refused:
        return ExitCode.ERROR
    return ExitCode.CHANGES if plan.changes else ExitCode.FINE


def _state(
    output: Output,
    request: PlanRequest,
    plan: ChangePlan,
    ends: tuple[Compiled, Compiled],
    target: StatementTarget,
) -> None:
    """Write a statement of a plan that holds, with how well the judges see in the texts that shall stand."""
    standing = standing_texts(ends, request)
    given = give(ends[1], standing)
    coverage = judge_texts(ends[1], standing, lambda: given, output, Extent(coverage=True), None).coverage
    measured = Measured(coverage=coverage)
    if target.mutations is not None:
        output.progress("mutate", 0, 0)
        score = try_mutations(ends[1], standing, target.mutations)
        measured = Measured(coverage=coverage, score=score, seed=target.mutations.seed)
    files = target.state(read_plan(plan_bytes(plan), target.path), measured)
    if not output.json:
        for file in files:
            output.say("wrote_file", file=file)


def _check(request: PlanRequest, targets: PlanTargets) -> None:
    for folder in (request.base, request.workspace):
        check_folder(folder)
    if request.base.resolve() == request.workspace.resolve():
        raise FindingsError([make_finding("TR886", Where(), folder=request.workspace)])
    statement = None if targets.statement is None else targets.statement.path
    named = (("--out", targets.plan), ("--html", targets.page), ("--attest", statement))
    written = [Target(option=option, path=path) for option, path in named if path is not None]
    replayed = None if request.second is None else request.second.replay
    check_targets(written, request.workspace, (request.running, request.change, replayed))
    check_replay(request.second)


def _check_devices(request: PlanRequest, ends: tuple[Compiled, Compiled]) -> None:
    """FindingsError if a device that is said to be cut off is in neither workspace: then nothing would be."""
    known = {name for end in ends for name in end.addressed.wanted.inventory.devices}
    raise_errors(
        make_finding("TR806", Where(), device=name, suggestion=suggest(name, known))
        for name in request.interrupted
        if name not in known
    )


def _is_refused(plan: ChangePlan, targets: PlanTargets) -> bool:
    """Return whether the gate is shut: something is not proved, or a change request and the change differ, or a plan is to be
    written of what nobody declared."""
    declaration = plan.declaration
    if declaration.request is not None:
        return not plan.holds or not declaration.complete
    return not plan.holds or (targets.plan is not None and not declaration.is_silent and not targets.undeclared)


def unread_findings(request: PlanRequest) -> tuple[Finding, ...]:
    """Return what is said of a plan that is to be carried out if it is made from texts that no device has shown."""
    if request.running is not None:
        return ()
    return (make_finding("TR973", Where(), severity=Severity.WARNING, base=request.base),)


def _tell(
    output: Output,
    request: PlanRequest,
    plan: ChangePlan,
    ends: tuple[Compiled, Compiled],
    findings: tuple[Finding, ...],
) -> None:
    told = (*(item for item in findings if item.severity is not Severity.INFO), *refusals(plan))
    moved = () if plan.holds else moved_sites(ends, plan.interrupted)
    lines = suggested_lines(plan.declaration, ends, (*plan.declaration.interruptions, *moved))
    if output.json:
        print_plan_json(output, plan, told, lines)
        return
    print_plan(output, plan)
    tell_findings(output, request.workspace, told)
    print_suggestion(output, lines, moved)


def _say_next(output: Output, plan: ChangePlan, targets: PlanTargets, *, refused: bool) -> None:
    if targets.page is not None:
        output.say("wrote_file", file=targets.page)
    if not plan.holds:
        output.say("next_plan_refused")
    elif refused:
        output.say("next_plan_undeclared" if plan.declaration.request is None else "next_plan_request")
    elif targets.plan is not None and plan.changes:
        output.say("wrote_file", file=targets.plan)
        output.say("next_plan", file=targets.plan)
