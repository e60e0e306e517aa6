"""What an IOS-XE device shows of its interfaces, routes and neighbours: what is asked, and what templates' rows mean.

The one idea: values come from the public templates alone; here is only checked that they took every line. A template passes over
a line that it does not know, so what a table counts (the subnets below a header, the entries of an IPv6 table) must be met, and a
line that gave no row and is no heading makes the table unread.

What the shows print: IOS-SHOW-04, IOS-SHOW-05, IOS-SHOW-06. Of
ntc-templates 9.3.0 two gaps are gone round without reading a value here: its template of `show ipv6 route` ends an interface's
name at a dot, so a dot stands as `_` while it is read; that of `show ip bgp summary` knows IPv4 addresses only, so an IPv6 one
stands as a number in dots.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from intents.prefix import Family, Prefix, parse_address, parse_prefix, prefix_of
from intents.reason import because
from routing.vendors.device_tables import (
    ESTABLISHED,
    DeviceTable,
    ShownInterface,
    ShownNeighbor,
    ShownRoute,
    ShownRow,
    ShownSource,
    ShownWay,
    TableKind,
    TableQuery,
    TableScope,
    Templates,
    UnreadTableError,
    is_of_a_text,
)

Row = Mapping[str, str]
INTERFACES = "show ip interface brief"
ROUTES = {Family.V4: "show ip route", Family.V6: "show ipv6 route"}
SUMMARY = "show ip bgp summary"
_SOURCES = {
    "C": ShownSource.CONNECTED,
    "S": ShownSource.STATIC,
    "B": ShownSource.BGP,
    "O": ShownSource.OSPF,
    "OI": ShownSource.OSPF,
    "OE1": ShownSource.OSPF,
    "OE2": ShownSource.OSPF,
}
_LOCAL = "L"
"""Own addresses, of which no text makes a route."""
_DISCARDED = "Null0"
_STAMP = re.compile(r"Load for five secs: |Time source is |No time source, ")
_HEADER = re.compile(
    r"\s+(?P<net>[\d.]+)(?:/(?P<length>\d+))? is (?P<variably>variably )?subnetted, (?P<count>\d+) subnets.*"
)
_WAY = re.compile(r".*(?:\[\d+/\d+\](?:,| via )|is directly connected|is a summary,).*")
_BEGUN = re.compile(r"\S[\w* %+&p]*\s+[\d.]+(?:/\d+)?\s*")
_V6_HEADER = re.compile(r"IPv6 Routing Table - (?P<vrf>\S+) - (?P<count>\d+) entries\s*")
_NEIGHBORS_HEADER = re.compile(r"Neighbor\s+V\s+AS\s.*State/PfxRcd\s*")


def queries(scopes: Sequence[TableScope]) -> tuple[TableQuery, ...]:
    """Return what is asked of a device for these tables: one command each."""
    return tuple(TableQuery(command=_command(scope), scopes=(scope,)) for scope in scopes)


def _command(scope: TableScope) -> str:
    if scope.kind is TableKind.INTERFACES:
        return INTERFACES
    assert scope.family is not None
    if scope.kind is TableKind.ROUTES:
        return f"{ROUTES[scope.family]}{'' if scope.vrf is None else f' vrf {scope.vrf}'}"
    if scope.vrf is None:
        return f"show bgp ipv{scope.family} unicast summary"
    return f"show bgp vpnv{scope.family} unicast vrf {scope.vrf} summary"


def read_tables(query: TableQuery, answer: str, templates: Templates) -> tuple[DeviceTable, ...]:
    """Return the table that an answer holds; UnreadTableError if it is not, or not wholly, the one that was asked for."""
    (scope,) = query.scopes
    lines = [line.rstrip() for line in answer.split("\n") if line.strip() and not _STAMP.match(line)]
    try:
        return (DeviceTable(scope=scope, rows=_rows(lines, scope, templates)),)
    except KeyError as error:  # the templates of another release name their columns otherwise
        raise UnreadTableError(because("table_no_template")) from error


def _rows(lines: list[str], scope: TableScope, templates: Templates) -> tuple[ShownRow, ...]:
    if scope.kind is TableKind.INTERFACES:
        return _interfaces(lines, templates)
    if scope.kind is TableKind.NEIGHBORS:
        return _neighbors(lines, scope, templates)
    return (_routes4 if scope.family is Family.V4 else _routes6)(lines, scope, templates)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _interfaces(lines: list[str], templates: Templates) -> tuple[ShownInterface, ...]:
    found = templates(INTERFACES, _text(lines))
    if not lines or not lines[0].startswith("Interface ") or len(found) != len(lines) - 1:
        raise UnreadTableError(because("table_lines_left", lines=max(len(lines) - 1 - len(found), 1)))
    return tuple(
        sorted(
            (ShownInterface(name=row["interface"], up=(row["status"], row["proto"]) == ("up", "up")) for row in found),
            key=lambda item: item.name,
        )
    )


# routes


def _routes4(lines: list[str], scope: TableScope, templates: Templates) -> tuple[ShownRoute, ...]:
    start = next((at for at, line in enumerate(lines) if line.startswith("Gateway of last resort")), None)
    if start is None:
        raise UnreadTableError(because("table_no_heading"))
    named = [line.partition(":")[2].strip() for line in lines[:start] if line.startswith("Routing Table:")]
    _check_vrf(named[0] if named else None, scope)
    body = lines[start + 1 :]
    left = [line for line, behind in zip(body, [*body[1:], ""], strict=False) if not _is_known(line, behind)]
    found = templates(ROUTES[Family.V4], _text(lines))
    if left or len(found) != sum(1 for line in body if _WAY.fullmatch(line)):
        raise UnreadTableError(because("table_lines_left", lines=max(len(left), 1)))
    pairs = [(_prefix4(row), row) for row in found]
    _check_subnets(body, {prefix for prefix, _ in pairs})
    return _gathered((prefix, row["protocol"], row, _way4(row)) for prefix, row in pairs)


def _is_known(line: str, behind: str) -> bool:
    """Return whether a line is a header, a way, or a route whose way stands on the line behind it."""
    if _HEADER.fullmatch(line) or _WAY.fullmatch(line):
        return True
    return _BEGUN.fullmatch(line) is not None and behind.startswith(" ") and _WAY.fullmatch(behind) is not None


def _check_vrf(shown: str | None, scope: TableScope) -> None:
    """UnreadTableError unless a table calls itself what was asked for; the global one has no name, or `default`."""
    if shown != scope.vrf and not (scope.vrf is None and shown == "default"):
        raise UnreadTableError(because("table_of_another_vrf", found=shown or "-", wanted=scope.vrf or "-"))


def _check_subnets(body: Sequence[str], prefixes: set[Prefix]) -> None:
    """UnreadTableError unless as many subnets were read below each header as it announces."""
    for line in body:
        header = _HEADER.fullmatch(line)
        if header is None:
            continue
        major = _major(_parsed(f"{header['net']}/32"))
        inside = sum(1 for prefix in prefixes if _major(prefix) == major and prefix.length >= major.length)
        if inside != int(header["count"]):
            raise UnreadTableError(because("table_count_differs", said=header["count"], read=inside))


def _major(prefix: Prefix) -> Prefix:
    """Return the network of classes that a prefix begins in, below whose header IOS lists it."""
    first = prefix.network >> 24
    return prefix_of(Family.V4, prefix.network, 8 if first < 128 else 16 if first < 192 else 24)


def _prefix4(row: Row) -> Prefix:
    return _parsed(f"{row['network']}/{row['prefix_length']}")


def _parsed(text: str) -> Prefix:
    try:
        return parse_prefix(text)
    except ValueError as error:
        raise UnreadTableError(because("table_no_prefix")) from error


def _way4(row: Row) -> ShownWay:
    return _way(row["nexthop_if"], row["nexthop_ip"])


def _way(interface: str, next_hop: str) -> ShownWay:
    """Return a way; a link-local next hop is no address that a text could say."""
    try:
        value = parse_address(next_hop).value if next_hop else -1
    except ValueError as error:
        raise UnreadTableError(because("table_no_prefix")) from error
    link_local = next_hop.upper().startswith("FE80:")
    return ShownWay(
        interface="" if interface == _DISCARDED else interface or None, next_hop=-1 if link_local else value
    )


def _routes6(lines: list[str], scope: TableScope, templates: Templates) -> tuple[ShownRoute, ...]:
    header = next((found for line in lines if (found := _V6_HEADER.fullmatch(line)) is not None), None)
    if header is None:
        raise UnreadTableError(because("table_no_heading"))
    _check_vrf(header["vrf"], scope)
    rows = templates(ROUTES[Family.V6], _text(lines).replace(".", "_"))
    if len(rows) != sum(1 for line in lines if line.lstrip().startswith("via ")):
        raise UnreadTableError(because("table_lines_left", lines=1))
    pairs = [(_parsed(row["network"]), row) for row in rows]
    read = len({prefix for prefix, _ in pairs})
    if read != int(header["count"]):
        raise UnreadTableError(because("table_count_differs", said=header["count"], read=read))
    return _gathered((prefix, row["protocol"], row, _way6(row)) for prefix, row in pairs)


def _way6(row: Row) -> ShownWay:
    return _way(row["nexthop_if"].strip().replace("_", "."), row["nexthop_ip"])


def _gathered(ways: Iterable[tuple[Prefix, str, Row, ShownWay]]) -> tuple[ShownRoute, ...]:
    """Return routes with all their ways, sorted by prefix; without own addresses and what no text says."""
    found: dict[Prefix, ShownRoute] = {}
    for prefix, code, row, way in ways:
        if code == _LOCAL or not is_of_a_text(prefix):
            continue
        source = _SOURCES.get(code, ShownSource.OTHER)
        distance = int(row["distance"]) if row["distance"] and source is not ShownSource.CONNECTED else -1
        before = found.get(prefix)
        if before is not None and before.source is not source:
            raise UnreadTableError(because("table_no_prefix"))
        ways_so_far = () if before is None else before.ways
        found[prefix] = ShownRoute(prefix=prefix, source=source, distance=distance, ways=(*ways_so_far, way))
    return tuple(found[prefix] for prefix in sorted(found))


# neighbours


def _neighbors(lines: list[str], scope: TableScope, templates: Templates) -> tuple[ShownNeighbor, ...]:
    start = next((at for at, line in enumerate(lines) if _NEIGHBORS_HEADER.fullmatch(line)), None)
    if start is None or not any(line.startswith("BGP router identifier ") for line in lines[:start]):
        raise UnreadTableError(because("table_no_heading"))
    body = _one_line_each(lines[start + 1 :])
    addresses: list[int] = []
    standing: list[str] = []
    for number, line in enumerate(body, 1):
        address, _, rest = line.partition(" ")
        try:
            family, value = parse_address(address)
        except ValueError as error:
            raise UnreadTableError(because("table_lines_left", lines=1)) from error
        if family is not scope.family:
            raise UnreadTableError(because("table_of_another_vrf", found=address, wanted=scope.vrf or "-"))
        addresses.append(value)
        standing.append(f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255} {rest}")
    found = templates(SUMMARY, _text([*lines[: start + 1], *standing]))
    if len(found) != len(body):
        raise UnreadTableError(because("table_lines_left", lines=max(len(body) - len(found), 1)))
    rows = zip(addresses, found, strict=True)
    return tuple(
        sorted((_neighbor(address, row["state_or_prefixes_received"]) for address, row in rows), key=_by_address)
    )


def _by_address(item: ShownNeighbor) -> int:
    return item.address


def _one_line_each(lines: Sequence[str]) -> list[str]:
    """Return one line a neighbour: behind a long address the rest stands on the next one."""
    found: list[str] = []
    for line in lines:
        if line.startswith(" ") and found and " " not in found[-1]:
            found[-1] = f"{found[-1]} {line.strip()}"
        else:
            found.append(line)
    return found


def _neighbor(address: int, shown: str) -> ShownNeighbor:
    """Return a neighbour: the last column is a number of prefixes (those that policies let in) if it is up, else its state."""
    if shown.isdecimal():
        return ShownNeighbor(address=address, state=ESTABLISHED, accepted=int(shown))
    return ShownNeighbor(address=address, state=" ".join(shown.split()))
