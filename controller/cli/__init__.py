"""The command line: arguments -> one call, an exit code and words.

The one idea: nothing is decided here. Each command names one function and its arguments; what is slow to import is imported
by the command that needs it, so that `truc --help` is there at once.
"""
# ruff: noqa: PLC0415 -- start-up time: the imports inside the commands are the ones that are slow
# ruff: noqa: PLR0913 -- an option is a parameter, and a command has as many as people need

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import Abort

from controller.cli.applying import app as applying
from controller.cli.approving import app as approving
from controller.cli.devices import app as devices
from controller.cli.drifting import app as drifting
from controller.cli.inspection import app as inspection
from controller.cli.journal import app as journal
from controller.cli.lookup import app as lookup
from controller.cli.netbox import app as netbox
from controller.cli.office import app as office
from controller.cli.options import DEBUG, HERE, Batfish, BatfishTimeout, Json, Lang, On, Replay, Workspace, dial, finish
from controller.cli.rollout import app as rollout
from controller.cli.shells import COMPLETE, PROGRAM, prepare_completion
from controller.cli.shells import app as shells
from controller.cli.spoken import SpokenCommand, SpokenGroup, language_of
from controller.cli.tables import app as tables
from controller.cli.usage import refuse_empty
from controller.cli.watching import app as watching
from controller.output.choices import IpamAction
from controller.output.terminal import Output, abandon_output, prepare_streams
from controller.output.words import Language
from controller.startup import foreign_ipam

MOST_FAULTS = 1_000_000
"""Faults that one run may be told to try: some days of work."""

app = typer.Typer(
    cls=SpokenGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Read intents, give them addresses, work out what every device must carry, and prove it.",
    epilog="Exit codes: 0 fine; 1 error or violated; 2 changes; 3 inconclusive; 4 to 6 roll-outs; 130 interrupted.",
)


def _print_version(asked: bool) -> None:
    if asked:
        from controller.output.version import product_version

        Output(Language.EN).line(f"truc {product_version()}")
        raise typer.Exit


@app.callback()
def options(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", envvar=DEBUG, help="Show the whole way to an unexpected end (anywhere).")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that stand before a command; those that end at once have done so."""
    if debug:
        os.environ[DEBUG] = "1"


app.add_typer(lookup)
app.add_typer(inspection)
app.add_typer(devices)
app.add_typer(tables)
app.add_typer(netbox)
app.add_typer(office)
app.add_typer(drifting)
app.add_typer(watching)
app.add_typer(shells)
app.add_typer(rollout)
app.add_typer(applying)
app.add_typer(journal)
app.add_typer(approving)


@app.command(cls=SpokenCommand)
def init(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.", metavar="DIR")],
    on: On = None,
    lang: Lang = Language.EN,
    *,
    empty: Annotated[bool, typer.Option("--empty", help="One of your own: tables that say what to write.")] = False,
    json: Json = False,
) -> None:
    """Make a new workspace: a small example that works, or an empty one."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.init import init_workspace

        return init_workspace(output, folder, on, empty=empty)

    finish(output, folder, action)


@app.command(cls=SpokenCommand)
def validate(workspace: Workspace = HERE, on: On = None, lang: Lang = Language.EN, *, json: Json = False) -> None:
    """Check every file of a workspace; writes nothing."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.validate import validate_workspace

        return validate_workspace(output, workspace, on)

    finish(output, workspace, action)


@app.command("compile", cls=SpokenCommand)
def compile_(
    workspace: Workspace = HERE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the texts (FOLDER/out).", metavar="OUT")
    ] = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 2 if something would change.")] = False,
    detailed: Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 2 if something changed.")] = False,
    json: Json = False,
) -> None:
    """Allocate addresses, build every device's text, and write both."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.compile import compile_command

        return compile_command(output, workspace, on, out, check=check, detailed=detailed or check)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def verify(
    workspace: Workspace = HERE,
    configs: Annotated[
        Path | None, typer.Option("--configs", help="Judge the texts in DIR, not the compiled ones.", metavar="DIR")
    ] = None,
    running: Annotated[
        Path | None,
        typer.Option("--running", help="Tell what the change from the texts in DIR opens and cuts.", metavar="DIR"),
    ] = None,
    mutations: Annotated[
        int, typer.Option("--mutations", min=0, max=MOST_FAULTS, help="Try N faults and count those seen.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Which faults are drawn.")] = 1,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write a JUnit report too.", metavar="FILE")] = None,
    batfish: Batfish = None,
    batfish_timeout: BatfishTimeout = 600,
    record: Annotated[
        Path | None, typer.Option("--record", help="Keep Batfish's answers, if both judges agree.", metavar="FILE")
    ] = None,
    replay: Replay = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the review board's report.", metavar="FILE")
    ] = None,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    no_failures: Annotated[bool, typer.Option("--no-failures", help="Leave single failures out.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Judge anew what an earlier run has judged.")] = False,
    coverage: Annotated[bool, typer.Option("--coverage", help="List the lines that no question rests on.")] = False,
    json: Json = False,
) -> None:
    """Prove that the texts do what the intents say and nothing else."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.verify import BoardFile, VerifyRequest, verify_command
        from controller.jobs.judging import Extent
        from controller.jobs.second_judge import SecondJudgeRequest
        from controller.reports.mutations import MutationRun

        board = None
        if html is not None:
            from controller.board.report import board_page

            board = BoardFile(path=html, make_page=board_page)
        request = VerifyRequest(
            folder=workspace,
            on=on,
            configs=configs,
            running=running,
            junit=junit,
            board=board,
            extent=Extent(failures=not no_failures, coverage=coverage),
            mutations=MutationRun(count=mutations, seed=seed) if mutations else None,
            second=SecondJudgeRequest(
                batfish=batfish, deadline=batfish_timeout, dial=dial, replay=replay, record=record
            ),
            uses_cache=not no_cache,
            tells_cache=bool(os.environ.get(DEBUG)),
        )
        return verify_command(output, request)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def ipam(
    what: Annotated[IpamAction, typer.Argument(help="`show` how full the pools are, `import` a table.")],
    table: Annotated[Path | None, typer.Argument(help="The table, with `import`.", metavar="CSV")] = None,
    workspace: Workspace = HERE,
    on: On = None,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Show how full the pools are, or take over an existing address plan."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.addresses.ipam import ipam as ipam_action

        return ipam_action(output, workspace, on, what, table)

    finish(output, workspace, action)


@app.command(cls=SpokenCommand)
def doctor(workspace: Workspace = HERE, lang: Lang = Language.EN, *, json: Json = False) -> None:
    """Check Python, packages, encoding and the workspace's lockfile."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.doctor import doctor as examine

        return examine(output, workspace)

    finish(output, workspace, action)


def main() -> None:
    """Start truc; the exit code of a usage error is 1, because 2 means that something changed."""
    is_open = prepare_streams()
    if COMPLETE in os.environ:
        prepare_completion()
    foreign = foreign_ipam()
    if foreign is not None:
        sys.exit(_say("TR804", place=str(foreign)))
    if not is_open:
        sys.exit(_say("TR892"))
    words = sys.argv[1:]
    if "--debug" in words:  # it may stand anywhere
        words.remove("--debug")
        os.environ[DEBUG] = "1"
    sys.exit(_start(words))


def _start(words: list[str]) -> int:
    """Run the command that words name, and return its exit code; what is no command, or can't be told, is said."""
    try:
        if any(not word or (word.startswith("--") and word.endswith("=")) for word in words):
            return refuse_empty(words, language_of(words))
        code = typer.main.get_command(app).main(words, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, Abort):
        return 130
    except OSError as error:
        abandon_output()
        return 1 if isinstance(error, BrokenPipeError) else _say("TR898", reason=error.strerror or str(error))
    return code if isinstance(code, int) else 0


def _say(code: str, **values: str) -> int:
    """Say what ends truc before a command runs; nothing that imports the package `ipam` may be needed for it."""
    from intents.finding import Finding, Severity, Where
    from intents.messages import describe

    finding = Finding(code=code, severity=Severity.ERROR, where=Where(), values=tuple(sorted(values.items())))
    with suppress(OSError):
        sys.stderr.write(f"{describe(finding, language_of(sys.argv[1:]))}\n")
    return 1
