"""The tables of a workspace beside those that a NetBox says: what differs, and the tables as they would be.

The one idea: before a table is put in its place, all of them are read together as the next run would read them; what is wrong
then is told at the object that says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.jobs.files import Placing
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from ipam.netbox.comparing import EntryDifference
from ipam.netbox.reading import Reading, drifted, place_of
from ipam.netbox.tables_homes import TABLE_HOMES
from ipam.netbox.tables_reading import COLUMNS, KeptTables, compare_tables, kept_tables
from ipam.store.table_files import (
    TABLES,
    Line,
    TableFiles,
    TableText,
    check_tables,
    content_of,
    line_key,
    read_table_files,
    with_lines,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTables:
    """The tables of a workspace, what a NetBox says of them, in which lines they differ, the `texts` of those that would be
    written then, and what is wrong with what it says."""

    files: TableFiles
    kept: KeptTables
    differences: tuple[EntryDifference, ...]
    texts: Mapping[str, TableText]
    findings: tuple[Finding, ...]


def find_tables(folder: Path, reading: Reading) -> FoundTables:
    """Compare the tables of a workspace with what was read; FindingsError (a table can't be read), OSError."""
    files = read_table_files(folder)
    kept = kept_tables(reading)
    differences = compare_tables(kept, files.lines())
    texts = {} if kept.findings or not kept.is_there else dict(_texts(files, kept))
    findings = kept.findings or (tuple(_wrong(files, kept, texts, reading)) if texts else ())
    return FoundTables(files=files, kept=kept, differences=differences, texts=texts, findings=findings)


def _texts(files: TableFiles, kept: KeptTables) -> Iterator[tuple[str, TableText]]:
    """Yield the tables that say other than they should, and those that are not there."""
    ours = files.lines()
    for file in TABLES:
        wanted = {line_key(file, line): _whole(file, line) for line in kept.tables[file]}
        if files.contents[file] is None or wanted != {line_key(file, line): line for line in ours[file]}:
            yield file, with_lines(files.tables[file], file, kept.tables[file], COLUMNS[file])


def _whole(file: str, line: Line) -> Line:
    return {column: line.get(column, "") for column in TABLES[file]}


def _wrong(files: TableFiles, kept: KeptTables, texts: Mapping[str, TableText], reading: Reading) -> Iterator[Finding]:
    """Yield what is wrong with the tables as they would be, each in itself, with one another, or read otherwise than said."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for file, content in files.contents.items():
            (folder / file).write_bytes(texts[file].text.encode("utf-8") if file in texts else content or b"")
        wrong = [item for item in check_tables(folder) if item.severity is Severity.ERROR]
        if wrong:
            yield from (_at_its_object(item, kept, texts, reading) for item in wrong)
            return
        again = read_table_files(folder).tables
    for file, text in texts.items():
        said = {line_key(file, line): line for line in kept.tables[file]}
        for row in again[file].rows:
            key = text.keys[row.line]
            known = kept.rows[file, key]
            for column, home in TABLE_HOMES[known.thing.entry.partition(" ")[0]][2].items():
                if said[key][column] != row.text(column):
                    yield drifted(reading.shown, known, home, said[key][column], row.text(column))


def _at_its_object(finding: Finding, kept: KeptTables, texts: Mapping[str, TableText], reading: Reading) -> Finding:
    """Return a finding at the object whose line it is about, without the line, which stands nowhere yet."""
    also = tuple(_object(place, kept, texts, reading) for place in finding.also)
    where = _object(finding.where, kept, texts, reading)
    return replace(finding, where=where, also=also, excerpt=finding.excerpt if where == finding.where else "")


def _object(where: Where, kept: KeptTables, texts: Mapping[str, TableText], reading: Reading) -> Where:
    key = texts[where.file].keys.get(where.line) if where.file in texts else None
    return where if key is None else Where(file=place_of(reading.shown, kept.rows[where.file, key]))


def put_tables(folder: Path, found: FoundTables, placing: Placing) -> None:
    """Have the tables written with what else is put in its place, if nobody changed one since (FindingsError, TR868)."""
    placing.before(lambda: _check_unchanged(folder, found.files))
    for file, text in found.texts.items():
        placing.file(folder / file, text.text.encode("utf-8"))


def _check_unchanged(folder: Path, files: TableFiles) -> None:
    for file, content in files.contents.items():
        if content_of(folder / file) != content:
            raise FindingsError([make_finding("TR868", Where(file=file), file=file)])
