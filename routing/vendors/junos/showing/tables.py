"""What a Junos device shows of its interfaces, routes and neighbours: three operations, answered in XML.

The one idea: one answer holds the tables of all instances, so it is cut into those that were asked for; each must hold as many
destinations as it says, and one that is not in the answer is not had, never empty.

Sources: Juniper, Junos XML API Operational Developer Reference (get-route-information, get-bgp-neighbor-information,
get-interface-information; JUN-SHOW-02); the same elements stand in `show … | display xml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element, ParseError, fromstring

from intents.prefix import Family, Prefix, parse_address, parse_prefix
from intents.reason import because
from routing.vendors.device_tables import (
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

_ASKED = {
    TableKind.INTERFACES: ("show interfaces terse", "<get-interface-information><terse/></get-interface-information>"),
    TableKind.ROUTES: ("show route", "<get-route-information/>"),
    TableKind.NEIGHBORS: ("show bgp neighbor", "<get-bgp-neighbor-information/>"),
}
_LAST_LINE = "</rpc-reply>"
_RIBS = {Family.V4: "inet.0", Family.V6: "inet6.0"}
_GLOBAL = "master"
"""What the global table's instance is called."""
_ACTIVE = frozenset({"*", "@"})
_SOURCES = {
    "Direct": ShownSource.CONNECTED,
    "Static": ShownSource.STATIC,
    "BGP": ShownSource.BGP,
    "Aggregate": ShownSource.AGGREGATE,
    "OSPF": ShownSource.OSPF,
    "OSPF3": ShownSource.OSPF,
}
_LOCAL = "Local"
_DISCARDED = frozenset({"Discard", "Reject"})
_UP = "up"


def queries(scopes: Sequence[TableScope]) -> tuple[TableQuery, ...]:
    """Return what is asked of a device for these tables: one operation for each kind."""
    return tuple(
        TableQuery(
            command=f"{command} | display xml | no-more",
            operation=operation,
            scopes=tuple(scope for scope in scopes if scope.kind is kind),
            last_line=_LAST_LINE,
        )
        for kind, (command, operation) in _ASKED.items()
        if any(scope.kind is kind for scope in scopes)
    )


def read_tables(query: TableQuery, answer: str, templates: Templates) -> tuple[DeviceTable, ...]:
    """Return the tables that an answer holds; UnreadTableError if it is no whole answer. `templates` are not needed."""
    root = _parsed(answer)
    match query.scopes[0].kind:
        case TableKind.INTERFACES:
            return (DeviceTable(scope=query.scopes[0], rows=tuple(_interfaces(_only(root, "interface-information")))),)
        case TableKind.ROUTES:
            found = _routes(_only(root, "route-information"))
            return tuple(_picked(scope, found) for scope in query.scopes)
        case TableKind.NEIGHBORS:
            return tuple(_neighbors(_only(root, "bgp-information"), query.scopes))


def _parsed(answer: str) -> Element:
    """Return the answer as XML; one with a document type is none, so that nothing in it can stand for more than it says."""
    if "<!" in answer:
        raise UnreadTableError(because("table_no_xml"))
    begin = answer.find("<")
    end = answer.rfind(">")
    try:
        return fromstring(answer[begin : end + 1])  # noqa: S314 (without a document type there is nothing to expand)
    except (ParseError, ValueError) as error:
        raise UnreadTableError(because("table_no_xml")) from error


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _name(child) == name)


def _word(element: Element, name: str) -> str:
    found = next(_children(element, name), None)
    return "" if found is None else (found.text or "").strip()


def _count(element: Element, name: str) -> int:
    text = _word(element, name)
    if not text.isdecimal() or len(text) > 9:
        raise UnreadTableError(because("table_no_number", name=name))
    return int(text)


def _only(root: Element, name: str) -> Element:
    found = [item for item in root.iter() if _name(item) == name]
    if len(found) != 1:
        raise UnreadTableError(because("table_no_heading"))
    return found[0]


def _interfaces(root: Element) -> Iterator[ShownInterface]:
    for port in _children(root, "physical-interface"):
        up = _is_up(port)
        yield ShownInterface(name=_named(port), up=up)
        for unit in _children(port, "logical-interface"):
            yield ShownInterface(name=_named(unit), up=up and _is_up(unit))


def _named(element: Element) -> str:
    name = _word(element, "name")
    if not name:
        raise UnreadTableError(because("table_lines_left", lines=1))
    return name


def _is_up(element: Element) -> bool:
    states = (_word(element, "admin-status"), _word(element, "oper-status"))
    if not all(states):
        raise UnreadTableError(because("table_lines_left", lines=1))
    return states == (_UP, _UP)


# routes


def _routes(root: Element) -> Mapping[str, tuple[ShownRow, ...]]:
    """Return the active unicast routes of every table by its name."""
    found: dict[str, tuple[ShownRow, ...]] = {}
    for table in _children(root, "route-table"):
        name = _word(table, "table-name")
        if not any(name == rib or name.endswith(f".{rib}") for rib in _RIBS.values()):
            continue
        rows = list(_children(table, "rt"))
        said, hidden = _count(table, "destination-count"), _count(table, "hidden-route-count")
        if not said - hidden <= len(rows) <= said or name in found:
            raise UnreadTableError(because("table_count_differs", said=said, read=len(rows)))
        routes = sorted(filter(None, map(_route, rows)), key=lambda route: route.prefix)
        if len({route.prefix for route in routes}) != len(routes):
            raise UnreadTableError(because("table_no_prefix"))
        found[name] = tuple(routes)
    return found


def _picked(scope: TableScope, found: Mapping[str, tuple[ShownRow, ...]]) -> DeviceTable:
    assert scope.family is not None
    rib = _RIBS[scope.family]
    name = rib if scope.vrf is None else f"{scope.vrf}.{rib}"
    if name not in found:
        return DeviceTable(scope=scope, missing=because("table_not_in_answer", name=name))
    return DeviceTable(scope=scope, rows=found[name])


def _route(row: Element) -> ShownRoute | None:
    """Return a route, None if it is not in use, the device's own address, or none that a text says."""
    prefix = _prefix(_word(row, "rt-destination"))
    active = [entry for entry in _children(row, "rt-entry") if _word(entry, "active-tag") in _ACTIVE]
    if not active or not is_of_a_text(prefix):
        return None
    protocol = _word(active[0], "protocol-name")
    if not protocol or protocol == _LOCAL:
        return None
    source = _SOURCES.get(protocol, ShownSource.OTHER)
    ways = [_way(hop) for hop in _children(active[0], "nh")]
    if not ways and _word(active[0], "nh-type") in _DISCARDED:
        ways = [ShownWay(interface="")]
    distance = -1 if source is ShownSource.CONNECTED else _count(active[0], "preference")
    return ShownRoute(prefix=prefix, source=source, distance=distance, ways=tuple(ways))


def _prefix(text: str) -> Prefix:
    try:
        return parse_prefix(text)
    except ValueError as error:
        raise UnreadTableError(because("table_no_prefix")) from error


def _address(text: str) -> tuple[Family, int]:
    try:
        return parse_address(text)
    except ValueError as error:
        raise UnreadTableError(because("table_no_prefix")) from error


def _way(hop: Element) -> ShownWay:
    to = _word(hop, "to")
    link_local = to.lower().startswith("fe80:")
    return ShownWay(interface=_word(hop, "via") or None, next_hop=-1 if not to or link_local else _address(to)[1])


# neighbours


def _neighbors(root: Element, scopes: Sequence[TableScope]) -> Iterator[DeviceTable]:
    found: dict[tuple[str, Family], list[ShownNeighbor]] = {}
    for peer in _children(root, "bgp-peer"):
        family, address = _address(_word(peer, "peer-address").partition("+")[0])
        instance, state = _word(peer, "peer-cfg-rti"), _word(peer, "peer-state")
        if not instance or not state:
            raise UnreadTableError(because("table_lines_left", lines=1))
        received, accepted = _prefixes(peer, family)
        shown = ShownNeighbor(address=address, state=state, received=received, accepted=accepted)
        found.setdefault((instance, family), []).append(shown)
    for scope in scopes:
        assert scope.family is not None
        rows = found.get((scope.vrf or _GLOBAL, scope.family))
        if rows is None:
            name = f"{scope.vrf or _GLOBAL} {_RIBS[scope.family]}"
            yield DeviceTable(scope=scope, missing=because("table_not_in_answer", name=name))
        else:
            ordered: list[ShownNeighbor] = sorted(rows, key=_by_address)
            yield DeviceTable(scope=scope, rows=tuple(ordered))


def _by_address(item: ShownNeighbor) -> int:
    return item.address


def _prefixes(peer: Element, family: Family) -> tuple[int, int]:
    """Return how many prefixes a neighbour has told, and how many of them were let in; -1 where nothing is shown."""
    for rib in _children(peer, "bgp-rib"):
        name = _word(rib, "name")
        if name == _RIBS[family] or name.endswith(f".{_RIBS[family]}"):
            return _count(rib, "received-prefix-count"), _count(rib, "accepted-prefix-count")
    return -1, -1
