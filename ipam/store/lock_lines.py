"""The lines of a lockfile: values into fields and fields into values.

The one idea: the columns of each kind of line are written once, in `COLUMNS`; both directions follow them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeVar

from intents.prefix import Prefix, parse_prefix
from intents.registry import Category, Tier
from ipam.address_plan import DedicatedClass, EntryState, NumberEntry, NumberKind, Pool, PoolUse, PrefixEntry, fits
from ipam.keys import parse_number_key, parse_party, parse_prefix_key, parse_scope

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "pool": ("name", "use", "prefix", "root_block", "slot", "purpose", "category", "tier", "level", "owner"),
    "prefix": (
        "key",
        "prefix",
        "pool",
        "state",
        "since",
        "until",
        "party",
        "organisation",
        "purpose",
        "level",
        "unit",
        "registration_ref",
        "reason",
    ),
    "number": ("kind", "scope", "key", "value", "state", "since", "until", "reason"),
}

Value = TypeVar("Value")


class BadFieldError(ValueError):
    """A field that can't be read: finding code, index in the line (0 is the line's kind), column name and text."""

    def __init__(self, code: str, index: int, field: str, text: str) -> None:
        super().__init__(f"{field}: {text!r}")
        self.code = code
        self.index = index
        self.field = field
        self.text = text


def pool_fields(pool: Pool) -> tuple[str, ...]:
    """Return the fields of a pool; a dedicated pool's class has the pool's purpose (ValueError otherwise)."""
    group = pool.dedicated
    if group is not None and group.purpose != pool.purpose:
        raise ValueError(f"pool {pool.name} is dedicated in another purpose than its own")
    return (
        pool.name,
        pool.use,
        str(pool.prefix),
        pool.root_block,
        str(pool.slot),
        pool.purpose,
        group.category if group is not None else "",
        group.tier if group is not None else "",
        str(pool.level),
        pool.owner,
    )


def prefix_fields(entry: PrefixEntry) -> tuple[str, ...]:
    """Return the fields of a prefix entry."""
    return (
        str(entry.key),
        str(entry.prefix),
        entry.pool,
        entry.state,
        _date_text(entry.since),
        _date_text(entry.until),
        str(entry.party),
        entry.organisation,
        entry.purpose,
        str(entry.level),
        entry.unit,
        entry.registration_ref,
        entry.reason,
    )


def number_fields(entry: NumberEntry) -> tuple[str, ...]:
    """Return the fields of a number entry."""
    since, until = _date_text(entry.since), _date_text(entry.until)
    return (entry.kind, str(entry.scope), str(entry.key), str(entry.value), entry.state, since, until, entry.reason)


def read_pool(fields: Sequence[str]) -> Pool:
    """Return the pool that these fields say; BadFieldError if one can't be read."""
    purpose, category, tier = fields[5], fields[6], fields[7]
    dedicated = None
    if category or tier:
        dedicated = DedicatedClass(
            category=_read("pool", fields, 6, Category), tier=_read("pool", fields, 7, Tier), purpose=purpose
        )
    return Pool(
        name=_filled("pool", fields, 0),
        use=_read("pool", fields, 1, PoolUse),
        prefix=_read("pool", fields, 2, _prefix),
        root_block=fields[3],
        slot=_read("pool", fields, 4, _whole),
        purpose=purpose,
        dedicated=dedicated,
        level=_read("pool", fields, 8, _whole),
        owner=fields[9],
    )


def read_prefix(fields: Sequence[str]) -> PrefixEntry:
    """Return the prefix entry that these fields say; BadFieldError if one can't be read."""
    return PrefixEntry(
        key=_read("prefix", fields, 0, parse_prefix_key),
        prefix=_read("prefix", fields, 1, _prefix),
        pool=fields[2],
        state=_read("prefix", fields, 3, _state),
        since=_read("prefix", fields, 4, _date),
        until=_read("prefix", fields, 5, _date) if fields[5] else None,
        party=_read("prefix", fields, 6, parse_party),
        organisation=fields[7],
        purpose=fields[8],
        level=_read("prefix", fields, 9, _whole),
        unit=fields[10],
        registration_ref=fields[11],
        reason=fields[12],
    )


def read_number(fields: Sequence[str]) -> NumberEntry:
    """Return the number entry that these fields say; BadFieldError if one can't be read."""
    kind = _read("number", fields, 0, NumberKind)
    scope = _read("number", fields, 1, parse_scope)
    key = _read("number", fields, 2, parse_number_key)
    if not fits(kind, scope, key):
        raise BadFieldError("TR532", 3, COLUMNS["number"][2], fields[2])
    return NumberEntry(
        kind=kind,
        scope=scope,
        key=key,
        value=_read("number", fields, 3, _whole),
        state=_read("number", fields, 4, _state),
        since=_read("number", fields, 5, _date),
        until=_read("number", fields, 6, _date) if fields[6] else None,
        reason=fields[7],
    )


def join_fields(fields: Sequence[str]) -> str:
    """Return one line; a field with a comma or a quote is quoted, and line ends are written as `\\n`."""
    return ",".join(map(_field_text, fields))


def split_fields(line: str) -> list[str]:
    """Return the fields of a line (inverse of `join_fields`); BadFieldError if its quotes don't close."""
    if '"' not in line and "\\" not in line:
        return line.split(",")
    try:
        (fields,) = csv.reader([line], strict=True)
    except csv.Error as error:
        raise BadFieldError("TR532", 0, "quotes", str(error)) from error
    return [_unescape(field) for field in fields]


def start_of_field(line: str, index: int) -> int:
    """Return the 1-based column where a field starts (past the end of the line if there are fewer)."""
    quoted, commas = False, 0
    for place, character in enumerate(line):
        if commas == index:
            return place + 1
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            commas += 1
    return len(line) + 1


def _field_text(field: str) -> str:
    plain = field.isprintable() and "\\" not in field
    text = field if plain else field.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if "," in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _unescape(field: str) -> str:
    if "\\" not in field:
        return field
    parts = field.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\r", "\r") for part in parts)


def _read(kind: str, fields: Sequence[str], index: int, parse: Callable[[str], Value]) -> Value:
    try:
        return parse(fields[index])
    except (ValueError, KeyError) as error:
        raise BadFieldError("TR532", index + 1, COLUMNS[kind][index], fields[index]) from error


def _filled(kind: str, fields: Sequence[str], index: int) -> str:
    if not fields[index]:
        raise BadFieldError("TR532", index + 1, COLUMNS[kind][index], "")
    return fields[index]


_STATES = {str(state): state for state in EntryState}


def _state(text: str) -> EntryState:
    return _STATES[text]


def _prefix(text: str) -> Prefix:
    prefix = parse_prefix(text)
    if str(prefix) != text:
        raise ValueError("not in canonical form")
    return prefix


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or str(int(text)) != text:
        raise ValueError("not a whole number")
    return int(text)


@lru_cache(maxsize=4096)
def _date(text: str) -> date:
    found = date.fromisoformat(text)
    if found.isoformat() != text:
        raise ValueError("not in the form YYYY-MM-DD")
    return found


@lru_cache(maxsize=4096)
def _date_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()
