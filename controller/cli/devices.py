"""The commands that talk to devices."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.completion import offer_devices
from controller.cli.options import HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from controller.commands.read_devices import ReadFleet

app = typer.Typer()

MOST_WORKERS = 200
LIBRARIES = frozenset({"nornir", "nornir_netmiko", "netmiko", "ncclient", "paramiko", "ntc_templates", "textfsm"})


@app.command("read-devices", cls=SpokenCommand)
def read_devices(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the texts.", metavar="DIR")],
    workspace: Workspace = HERE,
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device", help="This device only (may be repeated).", metavar="DEVICE", autocompletion=offer_devices
        ),
    ] = None,
    reach: Annotated[
        Path | None,
        typer.Option("--reach", help="Where devices are, instead of the workspace's reach.csv.", metavar="CSV"),
    ] = None,
    credentials: Annotated[
        str,
        typer.Option(
            "--credentials",
            help="Where user and password are kept: env:NAME, file:PATH, keyring:SERVICE/USER or vault:MOUNT/PATH.",
            metavar="REFERENCE",
        ),
    ] = "env:TRUC_DEVICES",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=MOST_WORKERS, help="How many devices are asked at once.")
    ] = 20,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, max=3600, help="Seconds that one device may take in all.")
    ] = 60,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    tables: Annotated[
        bool, typer.Option("--tables", help="Read interface states, routes and BGP neighbours, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Read what stands on the devices now; changes nothing on them."""
    output = Output(lang, json=json)

    def action() -> int:
        read_fleet = _fleet()
        from controller.commands.read_devices import ReadDevicesRequest, read_devices_command
        from controller.fleet.readings import Pace
        from controller.jobs.reach import WantedReach

        request = ReadDevicesRequest(
            folder=workspace,
            on=on,
            out=out,
            reach=WantedReach(devices=tuple(device or ()), table=reach, credentials=credentials),
            pace=Pace(workers=workers, timeout=timeout, tables=tables),
        )
        return read_devices_command(output, request, read_fleet)

    finish(output, workspace, action)


def _fleet() -> ReadFleet:
    """Return what talks to devices; its libraries are slow to import, and perhaps not installed (FindingsError)."""
    from intents.finding import FindingsError, Where, make_finding

    try:
        from controller.fleet.sweep import read_fleet
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in LIBRARIES:
            raise
        raise FindingsError([make_finding("TR860", Where(), package=error.name)]) from error
    return read_fleet
