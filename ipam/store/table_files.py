"""The tables of a workspace as lines of text, and lines put into tables that are there.

The one idea: what is put into a table changes what it says and nothing else: a line that stays keeps its place, with the comments
around it, and what is new comes at the end. Whether lines agree with one another, the readers of the tables say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intents.finding import Finding, FindingsError, has_errors
from intents.parser.equipment_names import DEVICE_COLUMNS, DEVICES_FILE, declare_devices, read_device_table
from intents.parser.registry import (
    ATTACHMENT_COLUMNS,
    ORGANISATION_COLUMNS,
    SITE_COLUMNS,
    UNIT_COLUMNS,
    check_unit_tree,
    declare_names,
    declare_units,
    read_attachment,
    read_organisation,
    read_rows,
    read_site,
    read_table,
    read_unit,
)
from intents.reader.csv_cells import join_cells
from intents.reader.csv_reader import MAY_BE_ABSENT, read_csv
from intents.reader.excerpts import add_excerpts
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.table import CsvTable
from intents.registry import Registry
from ipam.inventory_reader import CHANNEL_COLUMNS, load_inventory

TABLES: Mapping[str, Mapping[str, bool]] = {
    "units.csv": UNIT_COLUMNS,
    "organisations.csv": ORGANISATION_COLUMNS,
    "sites.csv": SITE_COLUMNS,
    "attachments.csv": ATTACHMENT_COLUMNS,
    DEVICES_FILE: DEVICE_COLUMNS,
    "channels.csv": CHANNEL_COLUMNS,
}
"""The tables of registry and equipment: whether the cells of each column must hold something."""

Line = Mapping[str, str]
"""A line of a table: column -> text, "" where nothing stands."""
Tables = Mapping[str, Sequence[Line]]
"""File -> its lines, in their order."""


def line_key(file: str, line: Line) -> str:
    """Return what tells a line from all others of its table."""
    return f"{line['code']}@{line['valid_from']}" if file == "units.csv" else line["name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFiles:
    """The tables of a folder as they were read; `contents` are the bytes, None for a file that is not there."""

    tables: Mapping[str, CsvTable]
    contents: Mapping[str, bytes | None]

    def lines(self) -> Tables:
        """Return what the tables say."""
        return {
            file: tuple({column: row.text(column) for column in TABLES[file]} for row in table.rows)
            for file, table in self.tables.items()
        }


def content_of(path: Path) -> bytes | None:
    """Return a file's bytes, None if it is not there (OSError)."""
    return path.read_bytes() if path.exists() else None


def read_table_files(folder: Path) -> TableFiles:
    """Read the tables that are there; FindingsError if one can't be read."""
    tables: dict[str, CsvTable] = {}
    findings: list[Finding] = []
    contents = {file: content_of(folder / file) for file in TABLES}
    for file, columns in TABLES.items():
        table, wrong = (CsvTable(shown=file), ()) if contents[file] is None else read_csv(folder / file, file, columns)
        tables[file] = table
        findings += wrong
    if findings:
        raise FindingsError(add_excerpts(folder, findings))
    return TableFiles(tables=tables, contents=contents)


def check_tables(folder: Path) -> tuple[Finding, ...]:
    """Return what is wrong with the tables of a folder, each in itself and with one another."""
    reading = ParserContext()
    reading.unknown.add(NameKind.PURPOSE)  # which purposes there are is no table's to say
    kinds = {
        "units.csv": (NameKind.UNIT, NameKind.ROOT_BLOCK),
        "organisations.csv": (NameKind.ORGANISATION, NameKind.LABEL),
        "sites.csv": (NameKind.SITE,),
        "attachments.csv": (NameKind.ATTACHMENT,),
    }
    units, organisations, sites, attachments = (
        read_table(folder, file, TABLES[file], reading, *named) for file, named in kinds.items()
    )
    declare_devices(read_device_table(folder, reading), reading)
    declare_units(units, reading)
    for table, kind in (
        (organisations, NameKind.ORGANISATION),
        (sites, NameKind.SITE),
        (attachments, NameKind.ATTACHMENT),
    ):
        declare_names(table, kind, reading)
    registry = Registry(
        units=read_rows(units, read_unit, reading),
        organisations=read_rows(organisations, read_organisation, reading),
        sites=read_rows(sites, read_site, reading),
        purposes={},
        systems={},
        outside_networks={},
        attachments=read_rows(attachments, read_attachment, reading),
    )
    check_unit_tree(registry.units, reading)
    if has_errors(reading.findings):
        return add_excerpts(folder, reading.findings)
    try:
        _, findings = load_inventory(folder, registry)
    except FindingsError as error:
        findings = error.findings
    return (*reading.findings, *findings)


# Lines into a table.


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """A table as text; `keys` tell for its lines by number which they are."""

    text: str
    keys: Mapping[int, str]


def with_lines(
    table: CsvTable, file: str, lines: Sequence[Line], order: Sequence[str], renamed: Mapping[str, str] | None = None
) -> TableText:
    """Return a table in which these lines stand and no others; `order` is that of the columns of a new one; `renamed`: today's
    key of lines that had another."""
    columns = sorted(table.index, key=lambda name: table.index[name])
    columns = columns or [name for name in order if name not in MAY_BE_ABSENT]
    columns += [name for name in order if name not in columns and any(line.get(name) for line in lines)]
    wanted = {line_key(file, line): line for line in lines}
    numbered: list[tuple[int, str, str]] = [(number, text, "") for number, text in table.aside]
    numbered.append((table.header_line, join_cells(columns), ""))
    for row in table.rows:
        key = line_key(file, {column: row.text(column) for column in TABLES[file]})
        key = (renamed or {}).get(key, key)
        line = wanted.pop(key, None)
        if line is not None:
            numbered.append((row.line, _printed(line, columns), key))
    printed = [(text, key) for _, text, key in sorted(numbered)]
    while not printed[-1][0]:
        printed.pop()
    printed += [(_printed(line, columns), key) for key, line in wanted.items()]
    keys = {number: key for number, (_, key) in enumerate(printed, start=1) if key}
    return TableText(text="".join(f"{text}\n" for text, _ in printed), keys=keys)


def _printed(line: Line, columns: Sequence[str]) -> str:
    return join_cells([line.get(column, "") for column in columns])
