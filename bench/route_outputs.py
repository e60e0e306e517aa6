"""Route tables as devices print them -> prefixes by VRF: `show ip route` as text, `show route` as JSON.

The one idea: every count that a device prints beside its routes is checked, and a line that is not known raises, so that a table
is read whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from intents.prefix import Family, Prefix, parse_prefix, prefix_of

Sources = Mapping[Prefix, str]
"""The prefixes of one table, each with the device's word for where it came from."""

LOCAL = frozenset({"L", "Local"})
"""Own addresses, which a table of ours does not list as routes."""
_ADDRESS = r"\d+\.\d+\.\d+\.\d+"
_ROUTE = re.compile(
    rf"(?P<code>[A-Za-z])[* ]{{0,2}}(?P<sub>EX|IA|E1|E2|N1|N2|L1|L2|ia|su)?[ *+%p&]*\s(?P<net>{_ADDRESS})(?:/(?P<len>\d+))?"
    r"(?P<rest>\s.*)?"
)
_HEADER = re.compile(
    rf"\s+(?P<net>{_ADDRESS})(?:/(?P<len>\d+))? is (?P<variably>variably )?subnetted, (?P<count>\d+) subnets.*"
)
_WAY = re.compile(rf"\s*(?:\[\d+/\d+\] via {_ADDRESS}|is directly connected,|is a summary,)(?:[ ,(].*)?")
_ABSENT = re.compile(r"% (?:IP routing table vrf|VRF) \S+ does not exist.*")


class UnreadOutputError(ValueError):
    """A line of an output that is not known, or a count that is not met."""


@dataclass(slots=True)
class _Block:
    """Routes below one header: their common length if they say none, and how many the header counts."""

    network: str
    length: int | None
    count: int
    prefixes: set[Prefix] = field(default_factory=set)

    def check(self) -> None:
        if len(self.prefixes) != self.count:
            raise UnreadOutputError(f"{self.network}: {self.count} subnets are said, {len(self.prefixes)} were read")


def read_route_text(text: str) -> Sources | None:
    """Return the routes of one `show ip route [vrf NAME]`, None if the device has no such VRF; UnreadOutputError."""
    lines = [line.rstrip() for line in text.splitlines()]
    if any(_ABSENT.fullmatch(line) for line in lines):
        return None
    if not any(line.startswith("Codes:") for line in lines):
        raise UnreadOutputError("no table")
    start = next((index for index, line in enumerate(lines) if line.startswith("Gateway of last resort")), None)
    found: dict[Prefix, str] = {}
    block: _Block | None = None
    waiting = False
    for line in () if start is None else filter(None, lines[start + 1 :]):
        header = _HEADER.fullmatch(line)
        route = _ROUTE.fullmatch(line)
        if header is not None:
            block = _next_block(block, header)
        elif route is not None:
            prefix = _prefix(route, block)
            found[prefix] = " ".join(part for part in (route["code"], route["sub"]) if part)
            waiting = not (route["rest"] or "").strip()
            _check_way(route["rest"] or "", waiting=waiting)
        elif found and _WAY.fullmatch(line):
            waiting = False
        else:
            raise UnreadOutputError(line)
    if waiting:
        raise UnreadOutputError("a route without a way")
    if block is not None:
        block.check()
    return found


def _check_way(rest: str, *, waiting: bool) -> None:
    if not waiting and _WAY.fullmatch(rest) is None:
        raise UnreadOutputError(rest)


def _next_block(before: _Block | None, header: re.Match[str]) -> _Block:
    if before is not None:
        before.check()
    own = None if header["variably"] else int(header["len"] or 32)
    return _Block(network=header["net"], length=own, count=int(header["count"]))


def _prefix(route: re.Match[str], block: _Block | None) -> Prefix:
    """Return a route's prefix: its own length, else the block's, else that of its class."""
    classful = _classful(route["net"])
    if route["len"] is not None:
        length = int(route["len"])
    else:
        inside = block is not None and block.length is not None and classful == _classful(block.network)
        length = block.length if inside and block is not None and block.length is not None else classful.length
    prefix = parse_prefix(f"{route['net']}/{length}")
    if block is not None and classful == _classful(block.network) and length >= classful.length:
        block.prefixes.add(prefix)
    return prefix


def _classful(address: str) -> Prefix:
    first = int(address.split(".", maxsplit=1)[0])
    length = 8 if first < 128 else 16 if first < 192 else 24
    family, value = parse_prefix(f"{address}/32")[:2]
    return prefix_of(family, value, length)


def read_vrf_names(text: str) -> tuple[str, ...]:
    """Return the names in a `show vrf`: what stands two columns in; lines further in only go on with interfaces."""
    return tuple(line.split()[0] for line in text.splitlines()[1:] if re.match(r"  \S", line))


# JSON of the other platform


_RIBS = {"inet.0": Family.V4, "inet6.0": Family.V6}
_RESOLUTION = frozenset({"Multipath"})
"""Entries that are there to resolve next hops, never routes of their own."""


def read_route_json(text: str) -> Mapping[str, Sources]:
    """Return the active unicast routes of `show route | display json` by instance ("" is the global one); UnreadOutputError."""
    body = "\n".join(line for line in text.splitlines() if not re.fullmatch(r"\s*\{[a-z]+(:\w+)?\}\s*", line))
    try:
        document = json.loads(body)
        tables = [table for part in document["route-information"] for table in part.get("route-table", ())]
        found: dict[str, dict[Prefix, str]] = {}
        for table in tables:
            for instance, routes in _table(table):
                found.setdefault(instance, {}).update(routes)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        if isinstance(error, UnreadOutputError):
            raise
        raise UnreadOutputError(f"{type(error).__name__}: {error}") from error
    return found


def _table(table: Mapping[str, object]) -> Iterator[tuple[str, Sources]]:
    name = _data(table["table-name"])
    rib = next((rib for rib in _RIBS if name == rib or name.endswith(f".{rib}")), None)
    if rib is None:
        return
    found: dict[Prefix, str] = {}
    rows = table.get("rt", [])
    if not isinstance(rows, list):
        raise UnreadOutputError(name)
    for row in rows:
        active = [item for item in row["rt-entry"] if _data(item.get("active-tag")) in {"*", "@"}]
        kept = [item for item in active if _data(item["protocol-name"]) not in _RESOLUTION]
        if kept:
            found[parse_prefix(_data(row["rt-destination"]))] = _data(kept[0]["protocol-name"])
    said, hidden = int(_data(table["destination-count"])), int(_data(table["hidden-route-count"]))
    if not said - hidden <= len(rows) <= said:
        raise UnreadOutputError(f"{name}: {said} destinations are said, {len(rows)} were read")
    yield name.removesuffix(rib).removesuffix("."), found


def _data(value: object) -> str:
    """Return a scalar, which stands in a list of one mapping."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return str(value[0].get("data") or "")
    return ""


_LEFT_OUT = tuple(map(parse_prefix, ("224.0.0.0/4", "ff00::/8", "fe80::/10")))
"""Multicast and link-local routes, which no text says."""


def comparable(routes: Sources) -> Sources:
    """Return the routes that a text says: no own addresses, no multicast, nothing link-local."""
    return {
        prefix: source
        for prefix, source in routes.items()
        if source not in LOCAL and not any(prefix.family is item.family and item.covers(prefix) for item in _LEFT_OUT)
    }
