"""`truc apply`, `truc resume`, `truc rollback`, `truc confirm`: a plan carried out on the devices, on, back, or kept.

The one idea: everything that can be refused is refused before a device is touched; from then on the journal is what happened, and
each of the four commands only says where it goes from there.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from controller.apply.derived import Count, PlanEnds
from controller.apply.kept_texts import keep_texts, kept_folder, kept_texts
from controller.apply.logbook import Logbook, utc_now
from controller.apply.needed_secrets import secrets_for
from controller.apply.opening import (
    check_free,
    check_journal,
    check_limit,
    check_signers,
    check_unused,
    check_workspaces,
    is_applied,
    open_devices,
    read_devices,
    texts_of,
)
from controller.apply.rollout_run import RolloutRules, RolloutRun, WaveGate
from controller.apply.terms import Patience, RolloutTerms
from controller.apply.ways import PlannedDevice
from controller.approval.signers import rules_in_lines, widened
from controller.approval.standing import ApprovalStanding
from controller.boundary import check_folder
from controller.commands.rollout.listening import listened_to
from controller.fleet.credentials import CredentialReference, Credentials, resolve
from controller.fleet.device_secrets import DeviceSecrets
from controller.fleet.readings import DeviceReach, Stop
from controller.fleet.writing import DeviceAccess
from controller.jobs.compile import compile_workspace
from controller.jobs.reach import WantedReach, reach_of
from controller.journal.device_state import IN_FORCE
from controller.journal.file import Journal, open_journal
from controller.journal.holder import Holder, LockedError
from controller.journal.place import check_place
from controller.journal.probe_results import ProbeResult
from controller.journal.records import Aim, Probed, Reopened, Resumed, RolloutOutcome, SignersKnown, StopCause
from controller.journal.state import RolloutState
from controller.journal.targets import begun_of
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import start_messages
from controller.output.terminal import Output
from controller.output.version import product_version
from controller.probes.look import judge_look
from controller.probes.rounds import ProbeRounds, ProbeTable, read_rounds
from controller.reports.devices import tell_reading
from controller.reports.findings import tell_failure, tell_findings
from controller.reports.rollout.apply import RolloutReport, print_commands, print_rollout
from controller.reports.rollout.probes import count_probes
from controller.rollout.filed import FiledPlan, load_plan
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from intents.reason import because

APPLY_FORMAT = "truc/apply/1"
OpenFleet: TypeAlias = Callable[
    [Mapping[CredentialReference, Credentials], float], AbstractContextManager[DeviceAccess]
]
"""Opens ways to devices: `controller.fleet.access.FleetAccess`, whose libraries may not be installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan:
    """A plan, and whether it may be carried out: why not (errors), the digests of what approves it, why glass was broken, and who
    may sign by its base, one rule a line."""

    plan: FiledPlan
    findings: tuple[Finding, ...] = ()
    approvals: tuple[str, ...] = ()
    break_glass: str = ""
    signers: tuple[str, ...] = ()


Approve: TypeAlias = Callable[[], ApprovedPlan]
"""Returns the plan whose signatures were judged: `approved_plan` of `controller.approval.gate`, whose libraries may not be
installed."""


def approved_plan(standing: ApprovalStanding) -> ApprovedPlan:
    """Return a plan with what it has of approvals."""
    return ApprovedPlan(
        plan=standing.case.plan,
        findings=standing.findings,
        approvals=tuple(item.digest for item in standing.signatures),
        break_glass="; ".join(item.statement.reason for item in standing.broken_glass),
        signers=rules_in_lines(standing.case.rules),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """What is asked for. `journal`: the file; `reach`: the table of other ways to devices; `timeout`: seconds of each step;
    `secrets`: the table of where those are kept that lines name."""

    plan: Path
    base: Path
    workspace: Path
    journal: Path
    reach: Path | None
    credentials: str
    operator: str
    rules: RolloutRules
    patience: Patience
    timeout: float
    all_or_nothing: bool = False
    dry_run: bool = False
    probes: ProbeTable | None = None
    secrets: Path | None = None
    new_signers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A plan that may be carried out, and what it needs."""

    plan: FiledPlan
    ends: PlanEnds
    reach: Mapping[str, DeviceReach]
    check: ApprovedPlan
    approve: Approve
    rounds: ProbeRounds | None


def apply_command(output: Output, request: ApplyRequest, open_fleet: OpenFleet, approve: Approve) -> ExitCode:
    """Carry out a plan that nobody has begun; FindingsError, OSError."""
    prepared = _prepare(output, request, approve, free=request.dry_run)
    if isinstance(prepared, ExitCode):
        return prepared
    return _with_journal(output, request, lambda journal: _apply(output, request, prepared, open_fleet, journal))


def resume_command(
    output: Output, request: ApplyRequest, aim: Aim, open_fleet: OpenFleet, approve: Approve
) -> ExitCode:
    """Take up a plan that was begun: on, back, or only confirming what stands; FindingsError, OSError.

    Going back needs neither an approval nor a window: it must always be possible.
    """
    prepared = _prepare(output, request, approve, free=aim is not Aim.FORWARD)
    if isinstance(prepared, ExitCode):
        return prepared
    return _with_journal(output, request, lambda journal: _resume(output, request, aim, prepared, open_fleet, journal))


def _prepare(output: Output, request: ApplyRequest, approve: Approve, *, free: bool = False) -> _Work | ExitCode:
    """Return what is needed, or the exit code if it is not approved. `free`: what needs no approval and no window."""
    for folder in (request.base, request.workspace):
        check_folder(folder)
    check_place(request.journal, writing=True)
    check = ApprovedPlan(plan=load_plan(request.plan)) if free else approve()
    plan = check.plan
    refused = [item for item in check.findings if item.severity is Severity.ERROR]
    if refused:
        tell_failure(output, request.workspace, refused)
        return ExitCode.NOT_APPROVED
    check_workspaces(plan, request.base, request.workspace)
    before, after = (compile_workspace(folder, plan.made_on, output) for folder in (request.base, request.workspace))
    names = tuple(device.device for device in plan.devices)
    wanted = WantedReach(devices=names, table=request.reach, credentials=request.credentials)
    reaches, warnings = reach_of(after.addressed.wanted, wanted) if names else ((), ())
    if output.json:
        start_messages(output, APPLY_FORMAT, plan=plan.digest)
    tell_findings(output, request.workspace, (*warnings, *check.findings))
    reach = {item.device: item for item in reaches}
    ends = PlanEnds(before=before, after=after)
    rounds = _rounds(output, request, ends)
    return _Work(plan=plan, ends=ends, reach=reach, check=check, approve=approve, rounds=rounds)


def _rounds(output: Output, request: ApplyRequest, ends: PlanEnds) -> ProbeRounds | None:
    """Return the probes that go with the roll-out, None if none were asked for; FindingsError, OSError."""
    if request.probes is None or request.dry_run:
        return None
    both = (ends.before.addressed, ends.after.addressed)
    rounds, warnings = read_rounds(request.probes, both)
    tell_findings(output, request.workspace, warnings)
    return rounds


def _with_journal(output: Output, request: ApplyRequest, action: Callable[[Journal], ExitCode]) -> ExitCode:
    """Do something with the journal in hand; LOCKED if somebody else has it."""
    holder = Holder(operator=request.operator, host=platform.node(), process=os.getpid(), since=utc_now())
    try:
        journal = open_journal(request.journal, holder)
    except LockedError as error:
        tell_failure(output, request.workspace, error.findings)
        return ExitCode.LOCKED
    with journal:
        return action(journal)


def _apply(output: Output, request: ApplyRequest, work: _Work, open_fleet: OpenFleet, journal: Journal) -> ExitCode:
    known = check_free(journal.state, work.plan)
    check_limit(work.plan, None, request.rules.limit or ())
    with open_fleet(_credentials(work.reach.values()), request.timeout) as access:
        count = _counting(output, "devices", len(work.reach))
        readings = read_devices(work.reach.values(), access.read, request.rules.workers, count)
        texts = texts_of(readings, tell_reading)
        kept = {} if known is None else kept_texts(request.journal, work.plan.digest)
        if kept and is_applied(work.plan, work.ends, work.reach, kept, texts):
            output.say("apply_nothing")
            return ExitCode.FINE
        check_unused(known)
        if not request.dry_run and not _is_signed_by_known(output, request, work, journal):
            return ExitCode.NOT_APPROVED
        devices = _open(output, work, texts)
        if request.dry_run:
            print_commands(output, work.plan, devices)
            return ExitCode.FINE
        secrets = secrets_for(devices.values(), request.secrets)
        probed = () if work.rounds is None else work.rounds.look(behind=False)
        if not _tell_probes(output, request.workspace, probed, probed):
            return ExitCode.ERROR
        keep_texts(request.journal, work.plan.digest, texts)
        begun = begun_of(
            work.plan,
            at=utc_now(),
            operator=request.operator,
            approvals=work.check.approvals,
            tool=product_version(),
            all_or_nothing=request.all_or_nothing,
            break_glass=work.check.break_glass,
        )
        with listened_to(output, journal) as stop:
            report = RolloutReport(output, work.plan)
            log = Logbook(journal, report.hear)
            log.write(begun)
            _note_signers(request, work, log, journal)
            if probed:
                log.write(Probed(at=utc_now(), wave=0, results=probed))
            return _run(output, request, work, devices, _terms(request, access, log, stop, secrets), report)


def _resume(
    output: Output, request: ApplyRequest, aim: Aim, work: _Work, open_fleet: OpenFleet, journal: Journal
) -> ExitCode:
    reopened, rollout = check_journal(journal.state, work.plan, aim)
    check_limit(work.plan, rollout, request.rules.limit or ())
    if aim is Aim.FORWARD and not _is_signed_by_known(output, request, work, journal):
        return ExitCode.NOT_APPROVED
    texts = kept_texts(request.journal, work.plan.digest)
    devices = _open(output, work, texts, kept_folder(request.journal, work.plan.digest))
    if request.dry_run:
        print_commands(output, work.plan, devices, back=aim is Aim.BACK)
        return ExitCode.FINE
    secrets = secrets_for(devices.values(), request.secrets) if aim is Aim.FORWARD else DeviceSecrets()
    with (
        open_fleet(_credentials(work.reach.values()), request.timeout) as access,
        listened_to(output, journal, back=aim is Aim.BACK) as stop,
    ):
        report = RolloutReport(output, work.plan)
        log = Logbook(journal, report.hear)
        if reopened:
            log.write(Reopened(at=utc_now(), number=reopened))
        log.write(
            Resumed(
                at=utc_now(),
                operator=request.operator,
                aim=aim,
                approvals=work.check.approvals,
                break_glass=work.check.break_glass,
            )
        )
        if aim is Aim.FORWARD:
            _note_signers(request, work, log, journal)
        return _run(output, request, work, devices, _terms(request, access, log, stop, secrets), report)


def _is_signed_by_known(output: Output, request: ApplyRequest, work: _Work, journal: Journal) -> bool:
    """Return whether nobody more may sign than the journal knows, or whether the operator takes that upon himself."""
    try:
        check_signers(journal.state, work.check.signers, accepted=request.new_signers)
    except FindingsError as error:
        tell_failure(output, request.workspace, error.findings)
        return False
    return True


def _note_signers(request: ApplyRequest, work: _Work, log: Logbook, journal: Journal) -> None:
    """Write down who may sign, if that is not known; by whom it was accepted, if it is more than before."""
    known, rules = journal.state.signers, work.check.signers
    if rules and (known is None or known.rules != rules):
        is_more = known is not None and bool(widened(known.rules, rules))
        log.write(SignersKnown(at=utc_now(), rules=rules, accepted=request.operator if is_more else ""))


def _open(
    output: Output, work: _Work, texts: Mapping[str, str], kept_in: Path | None = None
) -> dict[str, PlannedDevice]:
    count = _counting(output, "apply_steps", len(work.plan.devices))
    return open_devices(work.plan, work.ends, work.reach, texts, count, kept_in)


def _counting(output: Output, stage: str, total: int) -> Count:
    """Return what shows how far a stage is."""
    count: Count = partial(output.progress, stage, total=total)
    count(0)
    return count


def _run(
    output: Output,
    request: ApplyRequest,
    work: _Work,
    devices: Mapping[str, PlannedDevice],
    terms: RolloutTerms,
    report: RolloutReport,
) -> ExitCode:
    window = None if work.plan.request is None else work.plan.request.window
    rules = request.rules if window is None else replace(request.rules, until=window.moments[1])
    gate = WaveGate(
        approved=partial(_is_approved, output, request.workspace, work),
        probed=partial(_is_probed, output, request.workspace, work, terms.log),
    )
    run = RolloutRun(devices, terms, rules, gate)
    outcome = run.run()
    print_rollout(output, request.workspace, terms.log.rollout, report)
    if terms.stop.asked and not terms.stop.is_unheard:
        return ExitCode.INTERRUPTED
    code = _exit_code(outcome, terms.log.rollout)
    return ExitCode.ERROR if run.shut is StopCause.PROBE and code is ExitCode.FINE else code


def _is_probed(output: Output, folder: Path, work: _Work, log: Logbook, wave: int) -> bool:
    """Return whether probes behind a wave do what they should."""
    if work.rounds is None:
        return True
    rollout = log.rollout
    is_behind = all(state.stage in IN_FORCE for state in rollout.devices.values())
    results = work.rounds.look(behind=True if is_behind else None)
    log.write(Probed(at=utc_now(), wave=wave, results=results))
    return _tell_probes(output, folder, results, None if rollout.probed is None else rollout.probed.results)


def _tell_probes(
    output: Output, folder: Path, results: Sequence[ProbeResult], before: Sequence[ProbeResult] | None
) -> bool:
    """Tell what became of probes; return whether nothing is open that should not be, and nothing is cut."""
    found = tuple(judge_look(results, before))
    tell_findings(output, folder, found)
    if results and not output.json:
        output.say("apply_probed", **count_probes(results, found))
    return not any(item.severity is Severity.ERROR for item in found)


def _is_approved(output: Output, folder: Path, work: _Work) -> bool:
    """Return whether a plan is approved now, as it was when it was begun; why it is not is told."""
    refused = judge_again(work.plan, work.approve)
    tell_findings(output, folder, refused)
    return not refused


def judge_again(plan: FiledPlan, approve: Approve) -> tuple[Finding, ...]:
    """Return why a plan that was begun is not to go on."""
    try:
        check = approve()
    except FindingsError as error:
        return tuple(error.findings)
    except OSError as error:
        reason = because("os_said", said=error.strerror or type(error).__name__)
        return (make_finding("TR965", Where(file=str(error.filename or "")), digest=plan.digest, reason=reason),)
    if check.plan.digest != plan.digest:
        return (make_finding("TR965", Where(), digest=plan.digest, reason=because("apply_other_plan")),)
    return tuple(item for item in check.findings if item.severity is Severity.ERROR)


def _exit_code(outcome: RolloutOutcome, rollout: RolloutState) -> ExitCode:
    wanted = RolloutOutcome.NOT_APPLIED if rollout.aim is Aim.BACK else RolloutOutcome.APPLIED
    if outcome is RolloutOutcome.PARTLY_APPLIED or (outcome is wanted and rollout.ended is None):
        return ExitCode.PARTLY_APPLIED
    return ExitCode.FINE if outcome is wanted else ExitCode.ERROR


def _terms(
    request: ApplyRequest, access: DeviceAccess, log: Logbook, stop: Stop, secrets: DeviceSecrets
) -> RolloutTerms:
    return RolloutTerms(access=access, log=log, patience=request.patience, stop=stop, secrets=secrets)


def _credentials(fleet: Iterable[DeviceReach]) -> Mapping[CredentialReference, Credentials]:
    return resolve(reach.credentials for reach in fleet if reach.host_key is not None)
