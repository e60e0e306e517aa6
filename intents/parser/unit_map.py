"""The table of a reorganisation -> rows: which old unit goes, whole or in part, to which new one.

The one idea: a table as an office publishes it, codes and names of both sides; nothing of it is looked up here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from intents.finding import Where
from intents.parser.registry import columns_of, read_rows, read_table
from intents.reader.conversions import UNIT_CODE
from intents.reader.fields import RowFields
from intents.reader.parser_context import D10, ParserContext

MAP_COLUMNS = columns_of("old_province old_code old_name new_code new_name kind", "old_district")
_RULES = {"old_code": D10, "new_code": D10}


class MapKind(StrEnum):
    """Whether a row is all of an old unit, a part of it, or the part that most of it goes to (which decides nothing)."""

    WHOLE = "whole"
    SPLIT = "split"
    SPLIT_DEFAULT = "split_default"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """One row: an old unit by province, district (if there was any), code and name, and a new one by code and name."""

    old_province: str
    old_district: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    kind: MapKind
    where: Where


def read_unit_map(path: Path, reading: ParserContext) -> tuple[MapRow, ...]:
    """Read the table, by codes; findings are recorded."""
    table = read_table(Path(), str(path), MAP_COLUMNS, reading)
    rows = read_rows(table, _read_row, reading)
    return tuple(rows[key] for key in sorted(rows))


def _read_row(fields: RowFields) -> tuple[str, MapRow] | None:
    codes = {field: fields.text(field) for field in ("old_code", "new_code")}
    for field, text in codes.items():
        if not UNIT_CODE.fullmatch(text):
            fields.complain("TR205", fields.place(field), field=field, text=text)
    row = MapRow(
        old_province=fields.text("old_province"),
        old_district=fields.optional("old_district"),
        old_code=codes["old_code"],
        old_name=fields.text("old_name"),
        new_code=codes["new_code"],
        new_name=fields.text("new_name"),
        kind=fields.choice("kind", MapKind),
        where=fields.place("old_code"),
    )
    # a row that stands twice is found later, beside the other rows of its unit: the key tells rows apart by their line
    return (f"{row.old_code}/{row.new_code}/{row.where.line:08}", row) if fields.ok else None
