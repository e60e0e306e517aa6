"""The commands that rewrite a workspace's tables."""
# ruff: noqa: PLC0415, PLR0913 -- an option is an argument; start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from controller.cli.options import HERE, Json, Lang, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.choices import OtherSites
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


@app.command(cls=SpokenCommand)
def reorganise(
    table: Annotated[Path, typer.Argument(help="Which old unit goes to which new one.", metavar="MAP")],
    effective: Annotated[str, typer.Option("--effective", help="The first day of the new units.", metavar="DATE")],
    decision: Annotated[str, typer.Option("--decision", help="The decision that says so.", metavar="REF")],
    workspace: Workspace = HERE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new folder for the changed workspace.", metavar="OUT")
    ] = None,
    others: Annotated[
        OtherSites, typer.Option("--others", help="What becomes of the sites of bodies that another takes over.")
    ] = OtherSites.FURTHER,
    choices: Annotated[
        Path | None, typer.Option("--choices", help="What was decided of single sites.", metavar="CSV")
    ] = None,
    prefixes: Annotated[
        Path | None, typer.Option("--prefixes", help="reorganisation.csv as you have edited it.", metavar="CSV")
    ] = None,
    change: Annotated[
        Path | None,
        typer.Option("--change", help="A change request that says who gains or loses access.", metavar="FILE"),
    ] = None,
    lang: Lang = Language.EN,
    *,
    in_place: Annotated[bool, typer.Option("--in-place", help="Change the workspace itself.")] = False,
    json: Json = False,
) -> None:
    """Redraw administrative units by a table: units, organisations, sites, attachments, and what becomes of each prefix."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.addresses.reorganise import ReorganiseWords, reorganise_command

        words = ReorganiseWords(
            folder=workspace,
            table=table,
            effective=effective,
            decision=decision,
            others=others,
            choices=choices,
            prefixes=prefixes,
            change=change,
            out=out,
            in_place=in_place,
        )
        return reorganise_command(output, words)

    finish(output, workspace, action)
