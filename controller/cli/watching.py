"""The command that does not end by itself: a workspace judged again whenever it changes."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.options import HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from controller.commands.watch import Events

app = typer.Typer()


@app.command(cls=SpokenCommand)
def watch(
    workspace: Workspace = HERE,
    configs: Annotated[
        Path | None, typer.Option("--configs", help="Judge the texts in DIR, not the compiled ones.", metavar="DIR")
    ] = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    no_failures: Annotated[bool, typer.Option("--no-failures", help="Leave single failures out.")] = False,
    socket: Annotated[
        Path | None,
        typer.Option("--socket", help="Answer questions about the last judgement at this socket.", metavar="PATH"),
    ] = None,
    json: Json = False,
) -> None:
    """Judge again whenever a file changes, and say what has turned."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.watch import watch_command

        return watch_command(output, workspace, on, configs, _events(), with_failures=not no_failures, asked_at=socket)

    finish(output, workspace, action)


def _events() -> Events | None:
    """Return what tells of changes, None if the library for it is not installed."""
    try:
        from controller.jobs.file_events import events
    except ModuleNotFoundError:
        return None
    return events
