"""Options that several commands have, and how a command ends."""
# ruff: noqa: PLC0415 -- start-up time: what ends a command is imported when one runs

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from controller.jobs.second_judge import BatfishAddress
    from verification.batfish.protocol import BatfishSession

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

Batfish = Annotated[
    str | None,
    typer.Option(
        "--batfish", help="Ask this Batfish server too (`off`: not even the workspace's).", metavar="HOST[:PORT]"
    ),
]
BatfishTimeout = Annotated[
    float, typer.Option("--batfish-timeout", min=1, help="Seconds that one call to Batfish may take.")
]
Replay = Annotated[
    Path | None, typer.Option("--replay", help="Take Batfish's answers from a recording.", metavar="FILE")
]

HERE = Path()
DEBUG = "TRUC_DEBUG"
"""What in the environment asks for the whole way to an unexpected end, as `--debug` does."""


def finish(output: Output, folder: Path, action: Callable[[], int]) -> None:
    """Run a command's action and end with its exit code."""
    from controller.boundary import run
    from controller.output.exit_codes import ExitCode

    raise typer.Exit(run(output, folder, lambda: ExitCode(action()), debug=bool(os.environ.get(DEBUG))))


def dial(address: BatfishAddress) -> BatfishSession:
    """Open a session with a Batfish server; its client is slow to import, and perhaps not installed."""
    from intents.reason import because
    from verification.batfish.protocol import BatfishError, Trouble

    try:
        from verification.batfish.client import LiveBatfish
    except ModuleNotFoundError as error:
        raise BatfishError(Trouble.MISSING, because("os_said", said=error)) from error
    return LiveBatfish(address.host, address.port, address.deadline)
