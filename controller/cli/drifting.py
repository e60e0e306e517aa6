"""The command that compares what is on the devices with what should be."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.options import DEBUG, HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()


@app.command(cls=SpokenCommand)
def drift(
    running: Annotated[
        Path, typer.Option("--running", help="The folder of texts found on the devices.", metavar="DIR")
    ],
    workspace: Workspace = HERE,
    approved: Annotated[
        Path | None,
        typer.Option("--approved", help="The folder of texts that are expected (the compiled ones).", metavar="DIR"),
    ] = None,
    accept: Annotated[
        list[Path] | None,
        typer.Option("--accept", help="A folder of texts of a change in progress (repeatable).", metavar="DIR"),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option("--since", help="An earlier report (--json): days of first sight.", metavar="FILE"),
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write a JUnit report too.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page in both languages.", metavar="FILE")] = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    no_failures: Annotated[bool, typer.Option("--no-failures", help="Leave single failures out.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Judge anew what an earlier run has judged.")] = False,
    json: Json = False,
) -> None:
    """Tell what the texts found on devices do that the expected ones do not; only reads."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.drift import DriftPageFile, DriftRequest, drift_command
        from controller.jobs.judging import Extent

        page = None
        if html is not None:
            from controller.board.report import drift_page

            page = DriftPageFile(path=html, make_page=drift_page)
        request = DriftRequest(
            folder=workspace,
            running=running,
            on=on,
            approved=approved,
            accept=tuple(accept or ()),
            since=since,
            junit=junit,
            page=page,
            extent=Extent(failures=not no_failures),
            uses_cache=not no_cache,
            tells_cache=bool(os.environ.get(DEBUG)),
        )
        return drift_command(output, request)

    finish(output, workspace, action)
