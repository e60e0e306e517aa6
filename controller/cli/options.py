"""Options that several commands have, and how a command ends."""
# ruff: noqa: PLC0415 -- start-up time: what ends a command is imported when one runs

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from controller.output.terminal import Output
from controller.output.words import Language

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.", metavar="FOLDER")]
On = Annotated[str | None, typer.Option("--on", help="The day (YYYY-MM-DD) instead of today.", metavar="DATE")]
Lang = Annotated[Language, typer.Option("--lang", envvar="TRUC_LANG", help="Language of messages.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON Lines instead of text.")]

Platform = Annotated[str | None, typer.Option("--platform", help="The texts' platform, if it is not recognised.")]
Links = Annotated[
    Path | None, typer.Option("--links", help="Cables: device,interface,device,interface.", metavar="CSV")
]
LinksOf = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Take links (and texts, without DIR) from here.", metavar="FOLDER"),
]
Anyway = Annotated[bool, typer.Option("--anyway", help="Show what is not modelled all the same.")]

HERE = Path()
DEBUG = "TRUC_DEBUG"
"""What in the environment asks for the whole way to an unexpected end, as `--debug` does."""


def finish(output: Output, folder: Path, action: Callable[[], int]) -> None:
    """Run a command's action and end with its exit code."""
    from controller.boundary import run
    from controller.output.exit_codes import ExitCode

    raise typer.Exit(run(output, folder, lambda: ExitCode(action()), debug=bool(os.environ.get(DEBUG))))
