"""The commands about the command line itself: help by topic, and completion for shells."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from controller.cli.completion import offer_topics
from controller.cli.options import HERE, Lang, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()
PROGRAM = "truc"
COMPLETE = "_TRUC_COMPLETE"
"""The variable by which a shell asks for completions."""


class Shell(StrEnum):
    """Shells that truc can be completed in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command("help", cls=SpokenCommand)
def help_(
    topic: Annotated[
        str | None,
        typer.Argument(
            help="A document or a command; what there is if left out.", metavar="TOPIC", autocompletion=offer_topics
        ),
    ] = None,
    lang: Lang = Language.EN,
) -> None:
    """Print a document about truc, or what is said of one command."""
    output = Output(lang)

    def action() -> int:
        from controller.commands.help import print_help

        return print_help(output, topic)

    finish(output, HERE, action)


@app.command(cls=SpokenCommand)
def completion(
    shell: Annotated[Shell, typer.Argument(help="Which shell.")],
    lang: Lang = Language.EN,
) -> None:
    """Print a script that lets a shell complete commands, options and names."""
    output = Output(lang)

    def action() -> int:
        from typer.completion import get_completion_script  # type: ignore[attr-defined] # not said to be public

        output.line(get_completion_script(prog_name=PROGRAM, complete_var=COMPLETE, shell=shell.value))
        return 0

    finish(output, HERE, action)


def prepare_completion() -> None:
    """Let typer answer shells that ask for completions."""
    from typer.completion import completion_init  # type: ignore[attr-defined] # as above

    completion_init()
