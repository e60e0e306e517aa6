"""The command line of changing a network: `adopt`, `plan`."""
# ruff: noqa: PLC0415, PLR0913 -- an option is an argument; start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
        return plan_command(output, request, on, PlanTargets(plan=out, page=html, undeclared=undeclared))

    finish(output, workspace, action)
