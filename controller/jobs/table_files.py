"""Tables that a device showed -> `NAME.tables.json` beside its text, format truc/tables/1, and back.

The one idea: the file says of every table that was asked for whether it is had, and of which text; what does not fit the form to
the last field is no file of ours, so that half a file is never a small one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from intents.finding import Finding
from intents.prefix import Family, format_address, parse_address, parse_prefix
from intents.reader.source_text import open_regular
from intents.reason import Reason, describe_reason, load_reasons, parameters_of_reason
from routing.device_texts import TABLES_SUFFIX
from routing.vendors.device_tables import (
    DeviceTable,
    DeviceTables,
    ShownInterface,
    ShownNeighbor,
    ShownRoute,
    ShownRow,
    ShownSource,
    ShownWay,
    TableKind,
    TableScope,
)

TABLES_FORMAT = "truc/tables/1"
MOST_BYTES = 256_000_000
Plain = Mapping[str, object]
_Kind = TypeVar("_Kind", str, int, bool, list[object], dict[str, object])


class NoTablesError(Exception):
    """A file is none of the format; nothing of it is used."""


def tables_file(folder: Path, device: str) -> Path:
    """Return the file of a device's tables."""
    return folder / f"{device}{TABLES_SUFFIX}"


def tables_text(tables: DeviceTables) -> str:
    """Return the file's text: the same tables give the same bytes."""
    document = {
        "format": TABLES_FORMAT,
        "device": tables.device,
        "platform": tables.platform,
        "text_sha256": tables.digest,
        "tables": [_plain(table) for table in tables.tables],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _plain(table: DeviceTable) -> Plain:
    scope = table.scope
    family = None if scope.family is None else int(scope.family)
    head = {"kind": str(scope.kind), "vrf": scope.vrf, "family": family, "had": table.missing is None}
    if table.missing is not None:
        values = {name: describe_reason(value, "en") for name, value in table.missing.values}
        why = {"text": describe_reason(table.missing, "en"), "key": table.missing.key, "values": values}
        return {**head, "why": why}
    return {**head, "rows": [_plain_row(row, scope.family or Family.V4) for row in table.rows]}


def _plain_row(row: ShownRow, family: Family) -> Plain:
    match row:
        case ShownInterface():
            return {"name": row.name, "up": row.up}
        case ShownNeighbor():
            counts = {"received": _shown(row.received), "accepted": _shown(row.accepted)}
            return {"address": format_address(family, row.address), "state": row.state, **counts}
        case ShownRoute():
            ways = [
                {
                    "interface": way.interface,
                    "next_hop": None if way.next_hop < 0 else format_address(family, way.next_hop),
                }
                for way in row.ways
            ]
            head = {"prefix": str(row.prefix), "source": str(row.source), "distance": _shown(row.distance)}
            return {**head, "ways": ways}


def _shown(count: int) -> int | None:
    return None if count < 0 else count


def read_tables_file(path: Path, device: str) -> DeviceTables | None:
    """Return the tables in a file, None if there is none; NoTablesError if it is no such file, or another device's."""
    opened = open_regular(path, str(path), MOST_BYTES)
    if isinstance(opened, Finding):
        if path.exists():
            raise NoTablesError
        return None
    with opened as file:
        data = file.read(MOST_BYTES + 1)
    try:
        document = _as(dict[str, object], json.loads(data))
        found = _tables(document)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise NoTablesError from error
    if document["format"] != TABLES_FORMAT or found.device != device:
        raise NoTablesError
    return found


def _as(kind: type[_Kind], value: object) -> _Kind:
    """Return a value that is of a kind; TypeError if it is not (a truth value is no number)."""
    plain = getattr(kind, "__origin__", kind)
    if type(value) is not plain:
        raise TypeError(kind)
    return value


def _closed(value: object, names: str) -> dict[str, object]:
    """Return a record with exactly these fields; TypeError, ValueError."""
    found = _as(dict[str, object], value)
    if found.keys() != set(names.split()):
        raise ValueError(names)
    return found


def _tables(document: object) -> DeviceTables:
    found = _closed(document, "format device platform text_sha256 tables")
    tables = tuple(map(_table, _as(list[object], found["tables"])))
    if len({table.scope for table in tables}) != len(tables):
        raise ValueError("a table stands there twice")
    return DeviceTables(
        device=_as(str, found["device"]),
        platform=_as(str, found["platform"]),
        digest=_as(str, found["text_sha256"]),
        tables=tables,
    )


def _table(value: object) -> DeviceTable:
    had = _as(bool, _as(dict[str, object], value)["had"])
    found = _closed(value, f"kind vrf family had {'rows' if had else 'why'}")
    kind, vrf, family = TableKind(_as(str, found["kind"])), found["vrf"], found["family"]
    scope = TableScope(
        kind=kind,
        vrf=None if vrf is None else _as(str, vrf),
        family=None if family is None else Family(_as(int, family)),
    )
    if (kind is TableKind.INTERFACES) != (scope.family is None):
        raise ValueError("routes and neighbours are of one family, interfaces of none")
    if not had:
        return DeviceTable(scope=scope, missing=_reason(found["why"]))
    rows = _as(list[object], found["rows"])
    if kind is TableKind.INTERFACES:
        return DeviceTable(scope=scope, rows=_once(map(_interface, rows)))
    assert scope.family is not None
    read = _route if kind is TableKind.ROUTES else _neighbor
    return DeviceTable(scope=scope, rows=_once(read(row, scope.family) for row in rows))


def _once(rows: Iterable[ShownRow]) -> tuple[ShownRow, ...]:
    """Return rows, each about another thing; ValueError."""
    found = tuple(rows)
    if len({_about(row) for row in found}) != len(found):
        raise ValueError("a row stands there twice")
    return found


def _about(row: ShownRow) -> object:
    match row:
        case ShownInterface():
            return row.name
        case ShownNeighbor():
            return row.address
        case ShownRoute():
            return row.prefix


def _reason(value: object) -> Reason:
    """Return why a table is not had; a key that the catalogue does not know makes no reason."""
    found = _closed(value, "text key values")
    key = _as(str, found["key"])
    values = {name: _as(str, item) for name, item in _as(dict[str, object], found["values"]).items()}
    if parameters_of_reason(load_reasons("en")[key]) != values.keys():
        raise ValueError(key)
    return Reason(key, tuple(sorted(values.items())))


def _interface(value: object) -> ShownInterface:
    found = _closed(value, "name up")
    return ShownInterface(name=_as(str, found["name"]), up=_as(bool, found["up"]))


def _route(value: object, family: Family) -> ShownRoute:
    found = _closed(value, "prefix source distance ways")
    prefix = parse_prefix(_as(str, found["prefix"]))
    if prefix.family is not family:
        raise ValueError(prefix)
    return ShownRoute(
        prefix=prefix,
        source=ShownSource(_as(str, found["source"])),
        distance=_number(found["distance"]),
        ways=tuple(_way(way, family) for way in _as(list[object], found["ways"])),
    )


def _way(value: object, family: Family) -> ShownWay:
    found = _closed(value, "interface next_hop")
    interface, next_hop = found["interface"], found["next_hop"]
    return ShownWay(
        interface=None if interface is None else _as(str, interface),
        next_hop=-1 if next_hop is None else _address(next_hop, family),
    )


def _neighbor(value: object, family: Family) -> ShownNeighbor:
    found = _closed(value, "address state received accepted")
    return ShownNeighbor(
        address=_address(found["address"], family),
        state=_as(str, found["state"]),
        received=_number(found["received"]),
        accepted=_number(found["accepted"]),
    )


def _address(value: object, family: Family) -> int:
    found = parse_address(_as(str, value))
    if found.family is not family:
        raise ValueError(found)
    return found.value


def _number(value: object) -> int:
    if value is None:
        return -1
    number = _as(int, value)
    if number < 0:
        raise ValueError(number)
    return number
