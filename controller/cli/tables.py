"""The command that rewrites a workspace's tables."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from typing import Annotated

import typer

from controller.cli.options import HERE, Json, Lang, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()


@app.command(cls=SpokenCommand)
def tidy(
    workspace: Workspace = HERE,
    lang: Lang = Language.EN,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 2 if a table is not tidy.")] = False,
    json: Json = False,
) -> None:
    """Rewrite the tables in one form, whatever a spreadsheet made of them."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.office.tidy import tidy_workspace

        return tidy_workspace(output, workspace, check=check)

    finish(output, workspace, action)
