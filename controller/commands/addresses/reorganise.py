"""`truc reorganise`: units drawn anew, from a table, into a folder to be reviewed (or, if asked, into the workspace itself)."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.jobs.alone import alone_in
from controller.jobs.files import Placing, naming
from controller.jobs.targets import Target, check_targets
from controller.output.choices import OtherSites
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reorganise.job import Reorganised, ReorganiseRequest, reorganise
from controller.reports.reorganise import print_done, print_reorganised, print_reorganised_json
from intents.finding import FindingsError, Where, make_finding
from intents.parser.site_choices import SiteUse
from intents.reorganisation.succession import Reform


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorganiseWords:
    """What the command line says: with `out` a new folder is written, with `in_place` the workspace, else nothing."""

    folder: Path
    table: Path
    effective: str
    decision: str
    others: OtherSites
    choices: Path | None
    prefixes: Path | None
    change: Path | None
    out: Path | None
    in_place: bool


def reorganise_command(output: Output, words: ReorganiseWords) -> ExitCode:
    """Tell what a reorganisation does, and write the workspace after it where that is asked; FindingsError, OSError.

    ERROR if somebody gains or loses access that nobody declared: a new folder is written all the same, to be looked at, the
    workspace itself is not.
    """
    check_folder(words.folder)
    request = _request(words)
    if words.out is not None:
        _check_out(request, words.out)
    with alone_in(request.folder) if words.in_place else nullcontext():
        found = reorganise(request, output)
        written = () if found is None else _write(found, words)
    if found is None:
        print_done(output, request)
        return ExitCode.FINE
    report = print_reorganised_json if output.json else print_reorganised
    report(output, request, found, written)
    return ExitCode.ERROR if found.undeclared else ExitCode.FINE


def _request(words: ReorganiseWords) -> ReorganiseRequest:
    """Return what is asked; FindingsError if the day is none."""
    day = parse_day(words.effective)
    if day is None:
        raise AssertionError("a day that is required is absent")
    return ReorganiseRequest(
        folder=words.folder,
        table=words.table,
        reform=Reform(day=day, decision_ref=words.decision),
        others=SiteUse(words.others),
        choices=words.choices,
        prefixes=words.prefixes,
        change=words.change,
    )


def _check_out(request: ReorganiseRequest, out: Path) -> None:
    """FindingsError if the folder to write has something in it, or lies where it may not; OSError."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FindingsError([make_finding("TR802", Where(file=str(out)), folder=out)])
    read = [request.table, request.choices, request.prefixes, request.change]
    check_targets([Target(option="-o", path=out, is_folder=True)], request.folder, read)


def _write(found: Reorganised, words: ReorganiseWords) -> tuple[Path, ...]:
    """Put all files in their places together, or none; return what was written."""
    folders = []
    with Placing() as placing:
        if words.out is not None:
            placing.folder(words.out, found.texts)
            folders.append(words.out)
        if words.in_place and not found.undeclared:
            for name in found.changed:
                with naming(words.folder / name):
                    placing.file(words.folder / name, found.texts[name].encode("utf-8", errors="surrogateescape"))
            folders.append(words.folder)
        placing.put()
    return tuple(folders)
