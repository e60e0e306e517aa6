"""The command line of changing a network: `adopt`, `plan`."""
# ruff: noqa: PLC0415, PLR0913 -- an option is an argument; start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.approving import check_libraries
from controller.cli.options import (
    HERE,
    Batfish,
    BatfishTimeout,
    Json,
    Lang,
    On,
    Platform,
    Replay,
    Workspace,
    dial,
    finish,
)
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from controller.commands.rollout.plan import StatementTarget

app = typer.Typer()


@app.command(cls=SpokenCommand)
def adopt(
    path: Annotated[Path, typer.Argument(help="A folder of captured texts.", metavar="DIR")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new folder for the proposal.", metavar="OUT")
    ] = None,
    leave: Annotated[
        list[str] | None, typer.Option("--leave", help="A VRF that stays another's (repeatable).", metavar="VRF")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Tell what this workspace would open and cut.", metavar="FOLDER"),
    ] = None,
    platform: Platform = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Propose a workspace for a network that truc never wrote; takes nothing over."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.adopt import AdoptRequest, adopt_command

        request = AdoptRequest(texts=path, platform=platform, leave=tuple(leave or ()), out=out, against=against, on=on)
        return adopt_command(output, request)

    finish(output, HERE, action)


@app.command(cls=SpokenCommand)
def plan(
    base: Annotated[Path, typer.Option("--base", help="The workspace as it was carried out last.", metavar="FOLDER")],
    workspace: Workspace = HERE,
    running: Annotated[
        Path | None,
        typer.Option("--running", help="The texts that stand on the devices (those of the base).", metavar="DIR"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the plan.", metavar="FILE")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="How long it may be applied.")] = 7,
    wave: Annotated[int, typer.Option("--wave", min=1, max=500, help="How many sites are changed at once.")] = 20,
    interrupt: Annotated[
        list[str] | None,
        typer.Option("--interrupt", help="Declare that DEVICE is cut off meanwhile.", metavar="DEVICE"),
    ] = None,
    change: Annotated[
        Path | None,
        typer.Option("--change", help="The change request that the change is held against.", metavar="FILE"),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the page for the board.", metavar="FILE")] = None,
    batfish: Batfish = None,
    batfish_timeout: BatfishTimeout = 600,
    replay: Replay = None,
    serial: Annotated[str, typer.Option("--serial", help="The number under which it is filed.")] = "",
    attest: Annotated[
        Path | None, typer.Option("--attest", help="Write a statement of the proved plan.", metavar="FILE")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", "-k", help="Sign it with this key.", metavar="FILE")] = None,
    mutations: Annotated[
        int,
        typer.Option(
            "--mutations", min=0, help="Put so many faults into the new texts, for the statement.", metavar="N"
        ),
    ] = 0,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    undeclared: Annotated[
        bool, typer.Option("--undeclared", help="Write the plan also if it does what nobody declared.")
    ] = False,
    json: Json = False,
) -> None:
    """Order the steps of a change and prove every state between; touches no device."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.rollout.plan import PlanTargets, plan_command
        from controller.jobs.second_judge import SecondJudgeRequest
        from controller.rollout.planning import PlanRequest

        request = PlanRequest(
            base=base,
            workspace=workspace,
            running=running,
            days=days,
            wave=wave,
            serial=serial,
            change=change,
            interrupted=tuple(interrupt or ()),
            second=SecondJudgeRequest(batfish=batfish, deadline=batfish_timeout, dial=dial, replay=replay),
        )
        statement = None if attest is None else _statement(attest, key, mutations)
        targets = PlanTargets(plan=out, page=html, statement=statement, undeclared=undeclared)
        return plan_command(output, request, on, targets)

    finish(output, workspace, action)


def _statement(out: Path, key: Path | None, mutations: int) -> StatementTarget:
    """Return what writes a statement of a proved plan; FindingsError if it can't be signed, or something stands there."""
    check_libraries()
    from controller.approval.gate import now_here
    from controller.commands.rollout.attest import AttestOrder, check_free_places, write_statement
    from controller.commands.rollout.plan import StatementTarget
    from controller.journal.verified import verified_statement
    from controller.output.version import product_version
    from controller.reports.mutations import MutationRun

    check_free_places(out)
    order = AttestOrder(out=out, key=key, now=now_here())
    return StatementTarget(
        path=out,
        state=lambda plan, measured: write_statement(
            order, verified_statement(plan, measured, product_version(), order.now)
        ),
        mutations=MutationRun(count=mutations, seed=1) if mutations else None,
    )
