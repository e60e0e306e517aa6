"""The commands of the office: reports, and what is due."""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from controller.cli.options import HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.office.report import ReportName
from controller.output.terminal import Output
from controller.output.words import Language

app = typer.Typer()


@app.command(cls=SpokenCommand)
def report(
    name: Annotated[ReportName | None, typer.Argument(help="Which report (--list tells them).", metavar="NAME")] = None,
    workspace: Workspace = HERE,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page in both languages.", metavar="FILE")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a folder of CSV files.", metavar="DIR")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write a workbook.", metavar="FILE")] = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    list_all: Annotated[bool, typer.Option("--list", help="List the reports, what asks for each, and when.")] = False,
    json: Json = False,
) -> None:
    """Make a report that the regulation asks for, as at any day; writes nothing but the files asked for."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.office.report import ReportForms, list_reports, report_command

        if list_all or name is None:
            return list_reports(output, workspace, on)
        forms = ReportForms(html=html, csv=csv, xlsx=xlsx)
        if html is not None:
            from controller.board.office import office_page

            forms = replace(forms, page=office_page)
        if xlsx is not None:
            from controller.reports.office.workbook import workbook_bytes

            forms = replace(forms, workbook=workbook_bytes)
        return report_command(output, workspace, name, on, forms)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def due(workspace: Workspace = HERE, on: On = None, lang: Lang = Language.EN, *, json: Json = False) -> None:
    """Say what the regulation wants done next, and before which day."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.office.report import due_command

        return due_command(output, workspace, on)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def rules(
    name: Annotated[str | None, typer.Argument(help="A requirement, such as A22.", metavar="ID")] = None,
    workspace: Workspace = HERE,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    status: Annotated[bool, typer.Option("--status", help="Say what is known of the workspace.")] = False,
    json: Json = False,
) -> None:
    """Say what the regulation asks, where each requirement is looked at, and what a workspace keeps of it."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.office.rules import rules_command

        return rules_command(output, workspace, on, name, status=status)

    finish(output, workspace, action)
