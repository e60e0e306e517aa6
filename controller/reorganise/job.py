"""A workspace as it was and the table of a reorganisation -> the files of the workspace as it will be, with every prefix's fate.

The one idea: what would be written is read again as a workspace of its first day and given addresses before anything is shown, so
that "keep" is what the allocator does and no promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.jobs.pipeline import CHANGES, READ, Addressed, Wanted, address, store_of, want
from controller.jobs.tidy import tidy_text
from controller.output.terminal import Output
from controller.reorganise.access import AccessDifference, compare_access
from controller.rollout.change_request import request_between
from intents.finding import Finding, FindingsError, Where, has_errors, make_finding, raise_errors
from intents.parser.site_choices import SiteChoices, SiteUse, read_choices
from intents.parser.unit_events import EVENT_COLUMNS, EVENTS_FILE
from intents.parser.unit_map import read_unit_map
from intents.reader.csv_cells import join_cells
from intents.reader.csv_reader import read_csv
from intents.reader.excerpts import add_excerpts
from intents.reader.parser_context import ParserContext
from intents.reason import because
from intents.registry import Registry, UnitEvent, as_at
from intents.reorganisation.attachments import decide
from intents.reorganisation.fates import FateKind, Fates, PrefixAction
from intents.reorganisation.order import Order
from intents.reorganisation.succession import Reform, Succession, find_succession
from intents.reorganisation.yaml_names import NewNames, rename_in_yaml
from intents.workspace import INTENTS_FOLDER, LoadedIntents, load_intents
from ipam.address_plan import AddressPlan, EntryState
from ipam.reorganisation.chosen_actions import ChosenLine, actions_of, check_followed, read_chosen
from ipam.reorganisation.prefix_lines import (
    PREFIX_FILE,
    PrefixLine,
    ended_equipment,
    lines_text,
    prefix_lines,
)
from ipam.reorganisation.tables import ChangedTables, change_tables
from ipam.store.table_files import TABLES, read_table_files, with_lines

EVENT_ORDER = ("kind", "date", "from_unit", "to_unit", "decision_ref")
YAML_FILES = frozenset({"systems.yaml", "settings.yaml"})
"""Files that name organisations, beside the intents."""
NO_WORKSPACE = Path()
"""Where files are named from that the command line names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorganiseRequest:
    """What is asked: the workspace and the table, first day and decision; what becomes of the sites of organisations that another
    takes over; what somebody decided of sites and of prefixes; which changes of access are declared."""

    folder: Path
    table: Path
    reform: Reform
    others: SiteUse
    choices: Path | None = None
    prefixes: Path | None = None
    change: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorganised:
    """The outcome. `texts`: every file of the workspace by its name; `changed`: those that differ; `before`: what was wanted on
    the last day; `after`: on the first; `undeclared`: differences of access that nobody declared."""

    succession: Succession
    fates: Fates
    lines: tuple[PrefixLine, ...]
    texts: Mapping[str, str]
    changed: tuple[str, ...]
    before: Wanted
    after: Addressed
    differences: tuple[AccessDifference, ...]
    undeclared: tuple[AccessDifference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """Everything that follows from the tables, before any file is made of it."""

    succession: Succession
    fates: Fates
    lines: tuple[PrefixLine, ...]
    before: Wanted
    tables: ChangedTables


def reorganise(request: ReorganiseRequest, output: Output) -> Reorganised | None:
    """Return what becomes of a workspace, None if all of it stands there already; FindingsError, OSError. Writes nothing."""
    output.progress("want", 0, 0)
    loaded = load_intents(request.folder)
    registry = loaded.registry
    succession = _succession(loaded, request)
    if {_said(item) for item in succession.events} <= {_said(item) for item in registry.events}:
        return None
    raise_errors(
        make_finding("TR259", registry.units[key].where, unit=key) for key in succession.new if key in registry.units
    )
    before = want(request.folder, request.reform.last_day)
    output.progress("reorganise", 0, 0)
    decided = _decide(request, succession, before)
    old = _files(request.folder)
    texts = old | _new_texts(request, decided, old)
    after = _after(texts, request.reform.day)
    _raise(request, _not_followed(decided.lines, after.address_plan))
    differences, undeclared = _compare(request, decided, after.wanted)
    return Reorganised(
        succession=succession,
        fates=decided.fates,
        lines=decided.lines,
        texts=texts,
        changed=tuple(sorted(name for name, text in texts.items() if old.get(name) != text)),
        before=before,
        after=after,
        differences=differences,
        undeclared=undeclared,
    )


def _said(event: UnitEvent) -> tuple[object, ...]:
    """Return what an event says, wherever it is written and whatever it refers to."""
    return event.kind, event.day, event.before, event.after


def _succession(loaded: LoadedIntents, request: ReorganiseRequest) -> Succession:
    reading = ParserContext()
    rows = read_unit_map(request.table, reading)
    if not rows and not reading.findings:
        where = Where(file=str(request.table))
        reading.findings.append(make_finding("TR244", where, unit="-", reason=because("map_without_rows")))
    _raise(request, reading.findings)
    try:
        units = as_at(loaded.registry, request.reform.last_day).units
        return find_succession(units, rows, request.reform, loaded.settings.province)
    except FindingsError as error:
        raise _shown(request, error.findings) from error


def _raise(request: ReorganiseRequest, findings: Iterable[Finding]) -> None:
    """Raise FindingsError if any finding is an error."""
    kept = tuple(findings)
    if has_errors(kept):
        raise _shown(request, kept)


def _shown(request: ReorganiseRequest, findings: Iterable[Finding]) -> FindingsError:
    """Return the findings with their lines: of tables that the command line names, and of the workspace's."""
    return FindingsError(add_excerpts(request.folder, add_excerpts(NO_WORKSPACE, findings)))


def _decide(request: ReorganiseRequest, succession: Succession, before: Wanted) -> _Decided:
    """Return the fate of everything that there was on the last day; FindingsError."""
    kept = store_of(request.folder).load()
    raise_errors(kept.findings)
    files = read_table_files(request.folder)
    lines = files.lines()
    chosen, choices = _chosen(request, before.registry, kept.plan)
    actions, clashing = actions_of(chosen, kept.plan)
    order = Order(
        registry=before.registry,
        names=frozenset(line["name"] for file in ("organisations.csv", "attachments.csv") for line in lines[file]),
        succession=succession,
        reform=request.reform,
        choices=choices,
        others=request.others,
        actions=actions,
    )
    fates, undecided = decide(order)
    ended = ended_equipment(before.inventory, fates)
    planned = prefix_lines(kept.plan, fates, ended, before.inventory)
    _raise(request, (*clashing, *undecided, *check_followed(chosen, planned)))
    tables = change_tables(lines, succession, fates, ended, request.reform)
    return _Decided(succession=succession, fates=fates, lines=planned, before=before, tables=tables)


def _chosen(
    request: ReorganiseRequest, registry: Registry, plan: AddressPlan
) -> tuple[tuple[ChosenLine, ...], SiteChoices]:
    """Read what somebody decided; FindingsError."""
    reading = ParserContext()
    lines = () if request.prefixes is None else read_chosen(request.prefixes, plan, reading)
    choices: SiteChoices = {}
    if request.choices is not None:
        choices = read_choices(request.choices, registry.sites, registry.organisations, reading)
    _raise(request, reading.findings)
    return lines, choices


def _files(folder: Path) -> dict[str, str]:
    """Return all files that are read of a workspace, by name (OSError)."""
    found: dict[str, str] = {}
    for name in (*READ, CHANGES):
        path = folder / name
        for file in sorted(path.rglob("*")) if path.is_dir() else (path,):
            if file.is_file():
                text = file.read_bytes().decode("utf-8", errors="surrogateescape")
                found[file.relative_to(folder).as_posix()] = text
    return found


def _new_texts(request: ReorganiseRequest, decided: _Decided, old: Mapping[str, str]) -> dict[str, str]:
    """Return the files that a reorganisation makes or changes; FindingsError."""
    files, tables = read_table_files(request.folder).tables, decided.tables
    texts = {
        file: with_lines(files[file], file, tables.lines[file], list(TABLES[file]), tables.renamed[file]).text
        for file in TABLES
    }
    texts[EVENTS_FILE] = _events_text(request.folder, decided.succession.events)
    texts[PREFIX_FILE] = lines_text(decided.lines)
    organisations = {str(name): fate.name for name, fate in decided.fates.organisations.items() if fate.name != name}
    names = NewNames(organisations=dict[str, str](organisations), units=decided.succession.after)
    findings: list[Finding] = []
    for file in sorted(old):
        if file in YAML_FILES or file.startswith(f"{INTENTS_FOLDER}/"):
            texts[file], wrong = rename_in_yaml(old[file], file, names)
            findings += wrong
    _raise(request, findings)
    return texts


def _events_text(folder: Path, events: Sequence[UnitEvent]) -> str:
    """Return the table of events with these behind those that it has; FindingsError."""
    header = list(EVENT_ORDER)
    lines: list[str] = []
    if (folder / EVENTS_FILE).exists():
        table, findings = read_csv(folder / EVENTS_FILE, EVENTS_FILE, EVENT_COLUMNS)
        raise_errors(findings)
        header = sorted(table.index, key=lambda name: table.index[name])
        lines = tidy_text(table).splitlines()
    rows: Iterator[Mapping[str, str]] = (
        {
            "kind": item.kind, "date": str(item.day), "from_unit": item.before, "to_unit": item.after or "",
            "decision_ref": item.decision_ref,
        }
        for item in events
    )  # fmt: skip
    lines = lines or [join_cells(header)]
    lines += [join_cells([row[name] for name in header]) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _after(texts: Mapping[str, str], day: date) -> Addressed:
    """Return a workspace of these files with its addresses on its first day; FindingsError."""
    with TemporaryDirectory() as scratch:
        for name, text in texts.items():
            path = Path(scratch) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
        return address(want(Path(scratch), day))


def _not_followed(lines: Iterable[PrefixLine], plan: AddressPlan) -> Iterator[Finding]:
    """Yield the lines that the allocator does not do as they say."""
    used = {(item.prefix, str(item.key)) for item in plan.prefixes if item.state is not EntryState.QUARANTINED}
    for line in lines:
        stays = (line.prefix, str(line.key)) in used
        if stays is not (line.action is PrefixAction.KEEP):
            where = Where(file=PREFIX_FILE)
            yield make_finding("TR258", where, prefix=line.prefix, key=line.key, action=line.action)


def _compare(
    request: ReorganiseRequest, decided: _Decided, after: Wanted
) -> tuple[tuple[AccessDifference, ...], tuple[AccessDifference, ...]]:
    """Return the differences of access between all that goes on, and the undeclared ones; FindingsError."""
    change = None
    if request.change is not None:
        change = request_between(request.change, (decided.before, after), request.folder)
    attachments = decided.fates.attachments
    names = {
        name: attachments[name].name if name in attachments else name
        for name in decided.before.registry.attachments
        if name not in attachments or attachments[name].kind is not FateKind.ENDED
    }
    there = {old: new for old, new in names.items() if new in after.registry.attachments}
    return compare_access(decided.before, after, there, change)
