"""The command for provinces that keep their addresses in NetBox."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from controller.cli.options import HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.choices import NetBoxAction
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()


@app.command(cls=SpokenCommand)
def netbox(
    what: Annotated[
        NetBoxAction,
        typer.Argument(help="`bootstrap` prepares a NetBox, `check` compares, `export` writes there, `import` here."),
    ],
    url: Annotated[
        str | None, typer.Option("--url", envvar="TRUC_NETBOX_URL", help="The NetBox's address.", metavar="URL")
    ] = None,
    token: Annotated[
        str,
        typer.Option(
            "--token",
            envvar="TRUC_NETBOX_TOKEN",
            help="Where its token is kept: env:, file:, keyring: or vault:.",
            metavar="REF",
        ),
    ] = "env:TRUC_NETBOX",  # noqa: S107 (the name of the place, which holds the secret)
    ca: Annotated[
        Path | None,
        typer.Option(
            "--ca", envvar="TRUC_NETBOX_CA", help="Trust these certificates instead of the system's.", metavar="FILE"
        ),
    ] = None,
    workspace: Workspace = HERE,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do what is shown; without it nothing is written.")] = False,
    backup: Annotated[
        Path | None, typer.Option("--backup", help="Where `bootstrap` keeps what it finds.", metavar="FILE")
    ] = None,
    json: Json = False,
) -> None:
    """Compare address plan and tables with a NetBox, write them there, or take them from there."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.addresses.netbox import netbox_command
        from controller.commands.addresses.netbox_request import NetBoxRequest

        request = NetBoxRequest(folder=workspace, url=url, token=token, ca=ca, on=on, yes=yes, backup=backup)
        return netbox_command(output, what, request)

    finish(output, workspace, action)
