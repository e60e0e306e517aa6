"""The commands that look something up: tables of a workspace, what a name or line means, schemas."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.completion import (
    offer_devices,
    offer_explained,
    offer_organisations,
    offer_pools,
    offer_schemas,
    offer_sites,
)
from controller.cli.options import HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.choices import Shown
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()


@app.command(cls=SpokenCommand)
def show(
    what: Annotated[Shown, typer.Argument(help="Which table, or `config` for a device's text.")],
    device: Annotated[
        str | None,
        typer.Argument(help="The device, with `config`.", metavar="DEVICE", autocompletion=offer_devices),
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", help="Only what is at a site.", metavar="SITE", autocompletion=offer_sites)
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation",
            help="Only what is about an organisation.",
            metavar="NAME",
            autocompletion=offer_organisations,
        ),
    ] = None,
    pool: Annotated[
        str | None, typer.Option("--pool", help="Only what is in a pool.", metavar="POOL", autocompletion=offer_pools)
    ] = None,
    workspace: Workspace = HERE,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Show addresses, policy, devices, intents or residue as a table, or a device's text."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.show import show as show_table
        from controller.commands.show_filter import ShowFilter

        wanted = ShowFilter(site=site, organisation=organisation, pool=pool)
        return show_table(output, workspace, on, what, device, wanted)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def explain(
    name: Annotated[
        str,
        typer.Argument(
            help="A code (TR112), an intent, DEVICE:LINE or FILE:LINE.", metavar="X", autocompletion=offer_explained
        ),
    ],
    workspace: Workspace = HERE,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Say what a code means, what an intent leads to, or why a line is there."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.explain import explain as explain_name

        return explain_name(output, workspace, on, name)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def schema(
    file: Annotated[
        str | None,
        typer.Argument(
            help="A YAML file of a workspace, or a format of --json; all files if left out.",
            metavar="FILE|FORMAT",
            autocompletion=offer_schemas,
        ),
    ] = None,
    lang: Lang = Language.EN,
) -> None:
    """Write the JSON Schemas of the YAML files, for editors, or of the messages of --json."""
    output = Output(lang)

    def action() -> int:
        from controller.commands.schema import schema as print_schema

        return print_schema(output, file)

    finish(output, HERE, action)
