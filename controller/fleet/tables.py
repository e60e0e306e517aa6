"""A session that has shown its device's text -> the tables that go with it, each whole or named.

The one idea: what goes wrong with a table is that table's alone, and the text that was read stays; only a session that has ended
ends the rest, each of which is named with why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controller.fleet.readings import DeviceText, ReadingError, ReadingTrouble
from controller.fleet.sessions import NetconfSession
from controller.fleet.templates import templates_of
from controller.fleet.terminals import Terminal
from intents.reason import Reason, because
from routing.vendors import VENDORS
from routing.vendors.device_tables import (
    DeviceTable,
    DeviceTables,
    TableKind,
    TableQuery,
    TableScope,
    UnreadTableError,
    may_be_asked,
    scopes_of,
)
from routing.vendors.showing import Showing

MOST_CHARACTERS = 64_000_000
"""Characters of one answer that are read."""
_FATAL = frozenset(
    {ReadingTrouble.TIMEOUT, ReadingTrouble.DROPPED, ReadingTrouble.NOT_ASKED, ReadingTrouble.ANOTHER_NAME}
)


def tables_beside(
    read: DeviceText, session: Terminal | NetconfSession, kinds: frozenset[TableKind] = frozenset(TableKind)
) -> DeviceTables:
    """Return the tables, of some kinds, that a device's text says it has, as the device shows them now."""
    reach = read.reach
    vendor = VENDORS[reach.platform]
    scopes = [scope for scope in scopes_of(vendor.read(reach.device, read.text).device) if scope.kind in kinds]
    asked = tuple(scope for scope in scopes if may_be_asked(scope))
    found = [*_not_had((scope for scope in scopes if not may_be_asked(scope)), because("table_name_not_asked"))]
    ended: Reason | None = None
    for query in vendor.table_queries(asked):
        if ended is not None:
            found += _not_had(query.scopes, ended)
            continue
        try:
            found += vendor.read_tables(query, _answer(session, vendor.showing, query), templates_of(reach.platform))
        except UnreadTableError as error:
            found += _not_had(query.scopes, error.reason)
        except ReadingError as error:
            found += _not_had(query.scopes, error.detail)
            ended = error.detail if error.trouble in _FATAL else None
    found.sort(key=lambda table: table.scope.order)
    return DeviceTables(device=reach.device, platform=reach.platform, digest=read.digest, tables=tuple(found))


def _not_had(scopes: tuple[TableScope, ...] | Iterator[TableScope], why: Reason) -> Iterator[DeviceTable]:
    return (DeviceTable(scope=scope, missing=why) for scope in scopes)


def _answer(session: Terminal | NetconfSession, showing: Showing, query: TableQuery) -> str:
    """Return the answer to a query, without lines of the clock; ReadingError, UnreadTableError."""
    if isinstance(session, NetconfSession):
        answer = session.rpc(query.operation)
    else:
        asked = replace(showing, command=query.command, last_line=query.last_line, announced=None)
        answer = session.ask(asked)
        if showing.refusal.match(answer.strip()):
            raise UnreadTableError(because("reading_gap_refused"))
    if not answer.strip():
        raise UnreadTableError(because("reading_gap_empty"))
    if len(answer) > MOST_CHARACTERS:
        raise UnreadTableError(because("table_too_large", limit=MOST_CHARACTERS))
    return showing.settled(answer)
