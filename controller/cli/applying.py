"""The command line of carrying a plan out: `apply`, `resume`, `rollback`, `confirm`."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.approving import check_libraries
from controller.cli.devices import LIBRARIES, MOST_WORKERS
from controller.cli.options import HERE, Json, Lang, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from controller.commands.rollout.apply import ApplyRequest, Approve, OpenFleet
    from controller.probes.rounds import ProbeTable

app = typer.Typer()

Plan = Annotated[Path, typer.Argument(help="A plan that `truc plan --out` has written.", metavar="PLAN")]
Base = Annotated[Path, typer.Option("--base", help="The workspace as it was carried out last.", metavar="FOLDER")]
JournalFile = Annotated[
    Path | None,
    typer.Option("--journal", envvar="TRUC_JOURNAL", help="The network's journal (beside the plan).", metavar="FILE"),
]
Reach = Annotated[
    Path | None, typer.Option("--reach", help="Where devices are, instead of the workspace's reach.csv.", metavar="CSV")
]
CredentialsOption = Annotated[
    str,
    typer.Option(
        "--credentials",
        help="Where user and password are kept: env:NAME, file:PATH, keyring:SERVICE/USER or vault:MOUNT/PATH.",
        metavar="REFERENCE",
    ),
]
Operator = Annotated[
    str | None, typer.Option("--operator", help="Who carries it out (the user who is logged in).", metavar="NAME")
]
Limit = Annotated[
    list[str] | None, typer.Option("--limit", help="Change this device only (repeatable).", metavar="DEVICE")
]
Wave = Annotated[int, typer.Option("--wave", min=1, max=MOST_WORKERS, help="Most devices of a wave in work at once.")]
StopAfter = Annotated[
    int, typer.Option("--stop-after", min=1, help="Begin no further device once so many have failed.")
]
Timeout = Annotated[float, typer.Option("--timeout", min=1, max=3600, help="Seconds that one step may take.")]
ConfirmWithin = Annotated[
    int,
    typer.Option("--confirm-within", min=1, max=120, help="Minutes until a device goes back if it is not confirmed."),
]
Revoked = Annotated[Path | None, typer.Option("--revoked", help="A further list of revoked keys.", metavar="FILE")]
Settle = Annotated[
    float,
    typer.Option(
        "--settle",
        min=0,
        max=3600,
        help="Seconds in which sessions and interfaces that were up have to be up again; 0: do not look.",
    ),
]
Arm = Annotated[bool, typer.Option("--arm", help="Let IOS-XE devices with an archive go back by themselves, too.")]
Probes = Annotated[
    Path | None,
    typer.Option("--probes", help="Send packets from the hosts of this table, before and between.", metavar="CSV"),
]
Secrets = Annotated[
    Path | None,
    typer.Option(
        "--secrets",
        envvar="TRUC_SECRETS",
        help="Where the secrets are kept that lines name: secret, platform, credentials.",
        metavar="CSV",
    ),
]
NewSigners = Annotated[
    bool, typer.Option("--new-signers", help="Take upon yourself that more may sign than at the last roll-out.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print each command and do nothing.")]
CREDENTIALS = "env:TRUC_DEVICES"
PROBE_CREDENTIALS = "env:TRUC_PROBES"
"""Where those of probe hosts are kept: a device's password goes to none of them."""
ATTEMPT = 5.0
"""Seconds that a probe waits for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The options of one of the four commands; those that it has not are as here."""

    plan: Path
    base: Path
    workspace: Path
    journal: Path | None
    reach: Path | None
    credentials: str
    operator: str | None
    timeout: float
    wave: int
    stop_after: int = 1
    confirm_within: int = 5
    settle: float = 60
    limit: tuple[str, ...] = ()
    revoked: Path | None = None
    all_or_nothing: bool = False
    arm: bool = False
    dry_run: bool = False
    probes: Path | None = None
    secrets: Path | None = None
    new_signers: bool = False


@app.command(cls=SpokenCommand)
def apply(
    plan: Plan,
    base: Base,
    workspace: Workspace = HERE,
    journal: JournalFile = None,
    reach: Reach = None,
    credentials: CredentialsOption = CREDENTIALS,
    operator: Operator = None,
    limit: Limit = None,
    wave: Wave = 20,
    stop_after: StopAfter = 1,
    timeout: Timeout = 60,
    confirm_within: ConfirmWithin = 5,
    settle: Settle = 60,
    revoked: Revoked = None,
    probes: Probes = None,
    secrets: Secrets = None,
    lang: Lang = Language.EN,
    *,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="If a device fails, take back what was done on the others.")
    ] = False,
    arm: Arm = False,
    dry_run: DryRun = False,
    new_signers: NewSigners = False,
    json: Json = False,
) -> None:
    """Carry out a signed plan, wave by wave, each device read back."""
    output = Output(lang, json=json)
    asked = _Asked(
        plan=plan,
        base=base,
        workspace=workspace,
        journal=journal,
        reach=reach,
        credentials=credentials,
        operator=operator,
        timeout=timeout,
        wave=wave,
        stop_after=stop_after,
        confirm_within=confirm_within,
        settle=settle,
        limit=tuple(limit or ()),
        revoked=revoked,
        all_or_nothing=all_or_nothing,
        arm=arm,
        dry_run=dry_run,
        probes=probes,
        secrets=secrets,
        new_signers=new_signers,
    )

    def action() -> int:
        from controller.commands.rollout.apply import apply_command

        return apply_command(output, _request(asked), _fleet(), _approve(asked))

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def resume(
    plan: Plan,
    base: Base,
    workspace: Workspace = HERE,
    journal: JournalFile = None,
    reach: Reach = None,
    credentials: CredentialsOption = CREDENTIALS,
    operator: Operator = None,
    limit: Limit = None,
    wave: Wave = 20,
    stop_after: StopAfter = 1,
    timeout: Timeout = 60,
    confirm_within: ConfirmWithin = 5,
    settle: Settle = 60,
    revoked: Revoked = None,
    probes: Probes = None,
    secrets: Secrets = None,
    lang: Lang = Language.EN,
    *,
    arm: Arm = False,
    new_signers: NewSigners = False,
    json: Json = False,
) -> None:
    """Go on with a plan that was begun, from wherever its devices stand."""
    asked = _Asked(
        plan=plan,
        base=base,
        workspace=workspace,
        journal=journal,
        reach=reach,
        credentials=credentials,
        operator=operator,
        timeout=timeout,
        wave=wave,
        stop_after=stop_after,
        confirm_within=confirm_within,
        settle=settle,
        limit=tuple(limit or ()),
        revoked=revoked,
        arm=arm,
        probes=probes,
        secrets=secrets,
        new_signers=new_signers,
    )
    _take_up(Output(lang, json=json), "FORWARD", asked)


@app.command(cls=SpokenCommand)
def rollback(
    plan: Plan,
    base: Base,
    workspace: Workspace = HERE,
    journal: JournalFile = None,
    reach: Reach = None,
    credentials: CredentialsOption = CREDENTIALS,
    operator: Operator = None,
    wave: Wave = 20,
    timeout: Timeout = 60,
    confirm_within: ConfirmWithin = 5,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Take a plan back on every device, line for line, whether it was carried out whole or in part."""
    asked = _Asked(
        plan=plan,
        base=base,
        workspace=workspace,
        journal=journal,
        reach=reach,
        credentials=credentials,
        operator=operator,
        timeout=timeout,
        wave=wave,
        confirm_within=confirm_within,
    )
    _take_up(Output(lang, json=json), "BACK", asked)


@app.command(cls=SpokenCommand)
def confirm(
    plan: Plan,
    base: Base,
    workspace: Workspace = HERE,
    journal: JournalFile = None,
    reach: Reach = None,
    credentials: CredentialsOption = CREDENTIALS,
    operator: Operator = None,
    wave: Wave = 20,
    timeout: Timeout = 60,
    settle: Settle = 60,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Confirm what stands whole on its device and waits for that; sends nothing else."""
    asked = _Asked(
        plan=plan,
        base=base,
        workspace=workspace,
        journal=journal,
        reach=reach,
        credentials=credentials,
        operator=operator,
        timeout=timeout,
        wave=wave,
        settle=settle,
    )
    _take_up(Output(lang, json=json), "CONFIRM", asked)


@app.command(cls=SpokenCommand)
def probe(
    plan: Plan,
    base: Base,
    probes: Annotated[Path, typer.Option("--probes", help="The hosts from which packets are sent.", metavar="CSV")],
    workspace: Workspace = HERE,
    credentials: CredentialsOption = PROBE_CREDENTIALS,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, max=60, help="Seconds to wait for an answer.")
    ] = ATTEMPT,
    lang: Lang = Language.EN,
    *,
    behind: Annotated[
        bool, typer.Option("--behind", help="The plan is carried out: what it promises is asked.")
    ] = False,
    json: Json = False,
) -> None:
    """Send a few real packets beside a plan's proof; opens nothing and changes nothing."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.rollout.probe import ProbeRequest, probe_command

        table = _table(probes, credentials, timeout)
        return probe_command(
            output, ProbeRequest(plan=plan, base=base, workspace=workspace, table=table, behind=behind)
        )

    finish(output, workspace, action)


def _take_up(output: Output, aim: str, asked: _Asked) -> None:
    """Take up a plan that was begun, with an aim of the journal's."""

    def action() -> int:
        from controller.commands.rollout.apply import resume_command
        from controller.journal.records import Aim

        return resume_command(output, _request(asked), Aim[aim], _fleet(), _approve(asked))

    finish(output, asked.workspace, action)


def _request(asked: _Asked) -> ApplyRequest:
    from controller.apply.rollout_run import RolloutRules
    from controller.apply.terms import Patience
    from controller.commands.rollout.apply import ApplyRequest
    from controller.journal.file import JOURNAL_NAME

    return ApplyRequest(
        plan=asked.plan,
        base=asked.base,
        workspace=asked.workspace,
        journal=asked.journal or asked.plan.parent / JOURNAL_NAME,
        reach=asked.reach,
        credentials=asked.credentials,
        operator=asked.operator or getpass.getuser(),
        rules=RolloutRules(
            workers=asked.wave, stop_after=asked.stop_after, limit=frozenset(asked.limit) if asked.limit else None
        ),
        patience=Patience(seconds=asked.confirm_within * 60, arms=asked.arm, settle=asked.settle),
        timeout=asked.timeout,
        all_or_nothing=asked.all_or_nothing,
        dry_run=asked.dry_run,
        new_signers=asked.new_signers,
        probes=None if asked.probes is None else _table(asked.probes, PROBE_CREDENTIALS, ATTEMPT),
        secrets=asked.secrets,
    )


def _table(path: Path, credentials: str, seconds: float) -> ProbeTable:
    """Return what reads and asks probe hosts; its libraries may not be installed (FindingsError)."""
    _fleet()
    from controller.fleet.probing import probe_from
    from controller.probes.rounds import ProbeTable

    return ProbeTable(path=path, credentials=credentials, seconds=seconds, attempt=probe_from)


def _approve(asked: _Asked) -> Approve:
    """Return what judges the signatures of a plan now; its libraries may not be installed (FindingsError)."""
    from controller.commands.rollout.apply import ApprovedPlan, approved_plan

    def approve() -> ApprovedPlan:
        check_libraries()
        from controller.approval.gate import ApprovalRequest, approval_of, now_here

        request = ApprovalRequest(plan=asked.plan, base=asked.base, workspace=asked.workspace, revoked=asked.revoked)
        return approved_plan(approval_of(request, now_here(), using=True))

    return approve


def _fleet() -> OpenFleet:
    """Return what opens ways to devices; its libraries are slow to import, and perhaps not installed (FindingsError)."""
    from intents.finding import FindingsError, Where, make_finding

    try:
        from controller.fleet.access import FleetAccess
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in LIBRARIES:
            raise
        raise FindingsError([make_finding("TR860", Where(), package=error.name)]) from error
    return FleetAccess
