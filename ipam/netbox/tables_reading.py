"""What was read of a NetBox -> the tables that it says, or why it says none.

The one idea: as for the address plan, what the objects say is made into objects again; where those differ from what was read,
somebody changed a field and not what goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.finding import Finding, Where, make_finding
from intents.reader.csv_cells import join_cells
from intents.reader.source_text import FORBIDDEN_IN_VALUE, forbidden_character
from ipam.netbox.comparing import EntryDifference, LineTurn, sort_differences
from ipam.netbox.mapping import OWN, PLAN_KINDS, PLAN_ONLY
from ipam.netbox.reading import Reading, drifted, let_go_of, place_of
from ipam.netbox.rows import OwnRow
from ipam.netbox.tables_homes import DERIVED, ROW, TABLE_HOMES
from ipam.netbox.tables_mapping import is_bare, line_of_thing, things_of_tables
from ipam.netbox.thing import ObjectKind, Thing
from ipam.store.table_files import TABLES, Line, Tables, line_key

COLUMNS: Mapping[str, tuple[str, ...]] = {file: tuple(homes) for file, _, homes in TABLE_HOMES.values()}
_LAST = 1 << 60
_FORBIDDEN = re.compile(f"\n|{FORBIDDEN_IN_VALUE.pattern}")

LineKey = tuple[str, str]
"""Its file, and what tells a line from all others there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTables:
    """What was read: tables, where each line is kept, and what contradicts itself."""

    tables: Tables
    rows: Mapping[LineKey, OwnRow]
    findings: tuple[Finding, ...] = ()

    @property
    def is_there(self) -> bool:
        """Return whether any line is kept at all."""
        return bool(self.rows)


def kept_tables(reading: Reading) -> KeptTables:
    """Return the tables that our objects say."""
    rows: dict[LineKey, OwnRow] = {}
    lines: dict[str, list[tuple[int, LineKey, Line]]] = {file: [] for file in TABLES}
    findings = list(_unread(reading))
    for row in reading.rows:
        line = line_of_thing(row.thing)
        if not line or _lacks(row.thing, line):
            continue
        file = TABLE_HOMES[row.thing.entry.partition(" ")[0]][0]
        key = (file, line_key(file, line))
        if key in rows:
            findings.append(drifted(reading.shown, row, "truc_entry", key[1], f"id {rows[key].number}"))
        rows[key] = row
        lines[file].append((_place(row.thing), key, line))
        findings += _unwritable(reading, row, line)
    tables = {
        file: tuple(line for _, _, line in sorted(found, key=lambda one: one[:2])) for file, found in lines.items()
    }
    if not findings:
        findings += _contradictions(reading, tables)
    return KeptTables(tables=tables, rows=rows, findings=tuple(let_go_of(reading, ObjectKind.CABLE)) or tuple(findings))


def _unwritable(reading: Reading, row: OwnRow, line: Line) -> Iterator[Finding]:
    """Yield a finding (TR104) for each cell that would be more than a cell, or another than it shows."""
    for text in line.values():
        found = None if text.isascii() and text.isprintable() else _FORBIDDEN.search(text)
        if found is not None:
            yield forbidden_character(found.group(), Where(file=place_of(reading.shown, row)))


def _place(thing: Thing) -> int:
    place = thing.fields.get(ROW)
    return place if isinstance(place, int) else _LAST


def _unread(reading: Reading) -> Iterator[Finding]:
    """Yield a finding for each object that is of no kind, is there twice, or says half a line."""
    seen: dict[str, OwnRow] = {}
    for row in reading.rows:
        if row.thing.endpoint in PLAN_ONLY:
            continue
        entry = row.thing.entry
        kind = entry.partition(" ")[0]
        where = TABLE_HOMES[kind][1] if kind in TABLE_HOMES else None
        if entry in seen:
            yield drifted(reading.shown, row, "truc_entry", entry, f"id {seen[entry].number}")
        elif where is not row.thing.endpoint and DERIVED.get(row.thing.endpoint) != kind:
            yield drifted(reading.shown, row, "truc_entry", entry or "-", "-")
        elif lacking := _lacking_homes(row):
            file = TABLE_HOMES[kind][0]
            place = Where(file=place_of(reading.shown, row))
            yield make_finding("TR867", place, entry=entry, file=file, fields=", ".join(lacking))
        seen.setdefault(entry, row)
    for untagged in reading.foreign:
        if untagged.entry and untagged.endpoint not in PLAN_KINDS:
            yield drifted(reading.shown, untagged, "tags", "-", OWN)


def _lacking_homes(row: OwnRow) -> tuple[str, ...]:
    """Return the fields that must say something and do not; what says nothing at all of a line, and truc made, need not."""
    thing = row.thing
    if is_bare(thing):
        kind = thing.entry.partition(" ")[0]
        if not row.is_given or kind not in TABLE_HOMES:
            return ()
        _, _, homes = TABLE_HOMES[kind]
        return tuple(homes[column] for column in _required(kind) if homes[column] not in thing.fields)
    return _lacks(thing, line_of_thing(thing))


def _lacks(thing: Thing, line: Line) -> tuple[str, ...]:
    kind = thing.entry.partition(" ")[0]
    if not line:
        return ()
    return tuple(TABLE_HOMES[kind][2][column] for column in _required(kind) if not line[column])


def _required(kind: str) -> tuple[str, ...]:
    file, _, homes = TABLE_HOMES[kind]
    return tuple(column for column in homes if TABLES[file][column])


def _contradictions(reading: Reading, tables: Tables) -> Iterator[Finding]:
    """Yield a finding for each field that says another thing than what follows from the lines."""
    made = {thing.entry: thing for thing in things_of_tables(tables)}
    for row in reading.rows:
        thing = row.thing
        if thing.endpoint in PLAN_ONLY or (is_bare(thing) and thing.endpoint not in DERIVED):
            continue
        if thing.entry not in made:
            yield drifted(reading.shown, row, "truc_entry", thing.entry, "-")
            continue
        other = made[thing.entry]
        for name in thing.differing(other):
            if name != ROW:
                values = (str(one.fields.get(name, "-")) for one in (thing, other))
                yield drifted(reading.shown, row, name, *values)


# What was read, beside the tables of a workspace.


def compare_tables(kept: KeptTables, tables: Tables) -> tuple[EntryDifference, ...]:
    """Return every line in which they differ, sorted."""
    ours, theirs = _shown_lines(tables), _shown_lines(kept.tables)
    found: list[EntryDifference] = []
    for key in ours.keys() | theirs.keys():
        line, other = ours.get(key, ""), theirs.get(key, "")
        if line == other:
            continue
        if not line or not other:
            turn = LineTurn.ONLY_NETBOX if not line else LineTurn.ONLY_LOCKFILE
        else:
            turn = LineTurn.BEHIND if kept.rows[key].is_as_written else LineTurn.EDITED
        found.append(EntryDifference(turn=turn, lockfile=line, netbox=other))
    return sort_differences(found)


def _shown_lines(tables: Tables) -> Mapping[LineKey, str]:
    return {
        (file, line_key(file, line)): f"{file}: {shown_line(file, line)}"
        for file, lines in tables.items()
        for line in lines
    }


def shown_line(file: str, line: Line) -> str:
    """Return a line as it stands in its table, its columns in the order of their homes."""
    return join_cells([line.get(column, "") for column in COLUMNS[file]])
