"""The command line: arguments -> one call, an exit code and words.

The one idea: nothing is decided here. Each command checks its folder, calls one function and prints one report; what is slow
to import is imported by the command that needs it, so that `truc --help` is there at once.
"""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from controller.output import Output, prepare_streams
from controller.words import Language

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Read intents, give them addresses, work out what every device must carry, and prove it.",
    epilog="Exit codes: 0 fine, 1 error or violated, 2 changes (--check), 3 inconclusive, 130 interrupted.",
)

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.", metavar="FOLDER")]
On = Annotated[
    str | None, typer.Option("--on", help="The day to work on (YYYY-MM-DD), instead of today.", metavar="DATE")
]
Lang = Annotated[Language, typer.Option("--lang", envvar="TRUC_LANG", help="Language of messages.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON Lines instead of text.")]

HERE = Path()


def _finish(output: Output, folder: Path, action: Callable[[], int]) -> None:
    """Run a command's action and end with its exit code."""
    from controller.boundary import run
    from controller.exit_codes import ExitCode

    raise typer.Exit(run(output, folder, lambda: ExitCode(action())))


@app.command()
def validate(workspace: Workspace = HERE, on: On = None, lang: Lang = Language.EN, *, json: Json = False) -> None:
    """Check every file of a workspace; writes nothing."""
    from controller.validate import validate_workspace

    output = Output(lang, json=json)
    _finish(output, workspace, lambda: validate_workspace(output, workspace, on))


@app.command("compile")
def compile_(
    workspace: Workspace = HERE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the texts (WORKSPACE/out).", metavar="OUT")
    ] = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 2 if something would change.")] = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 2 if something changed.")] = False,
    json: Json = False,
) -> None:
    """Allocate addresses, build every device's text, and write both."""
    from controller.compile_command import compile_command

    output = Output(lang, json=json)
    _finish(
        output, workspace, lambda: compile_command(output, workspace, on, out, check=check, detailed=detailed or check)
    )


@app.command()
def verify(
    workspace: Workspace = HERE,
    configs: Annotated[
        Path | None, typer.Option("--configs", help="Judge the texts in DIR, not the compiled ones.", metavar="DIR")
    ] = None,
    on: On = None,
    lang: Lang = Language.EN,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write a JUnit report too.", metavar="FILE")] = None,
    *,
    no_failures: Annotated[bool, typer.Option("--no-failures", help="Leave single failures out.")] = False,
    json: Json = False,
) -> None:
    """Prove that the texts do what the intents say and nothing else."""
    from controller.verify_command import verify_command

    output = Output(lang, json=json)
    _finish(
        output,
        workspace,
        lambda: verify_command(output, workspace, on, configs, junit, with_failures=not no_failures),
    )


def main() -> None:
    """Start truc; the exit code of a usage error is 1, because 2 means that something changed."""
    prepare_streams()
    try:
        app()
    except SystemExit as ended:
        sys.exit(1 if ended.code == 2 and type(ended.code) is int else ended.code)
