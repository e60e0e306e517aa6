"""NetBox's own record of changes -> what was written there since it was looked at.

The one idea: what is remembered of the record is a set of numbers, not the greatest one: a change that took its number early and
was done late is new all the same, as long as fewer than a thousand came in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from intents.reason import because
from ipam.netbox.server import Server, refuse

PAGE = 1000
"""Objects in one answer: as many as NetBox gives."""
RECORD = "core/object-changes/"
_LONGEST_NUMBER = 20

RecordMark = frozenset[int]
"""The numbers of the newest changes that are known of, at most a page of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One change: its number, and what was changed: a kind as NetBox calls it, and a number."""

    number: int
    kind: str
    changed: int


def mark_of(server: Server) -> RecordMark:
    """Return what is known of the record now; FindingsError (TR993)."""
    page = server.get(RECORD, limit=PAGE, ordering="-id", fields="id")
    try:
        return frozenset(int(one["id"]) for one in page["results"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(server.url, because("netbox_shape", said=error)) from None


def recorded_since(server: Server, mark: RecordMark) -> Iterator[Recorded]:
    """Yield the changes that a mark does not know, as they are asked for; FindingsError (TR993)."""
    for one in objects(server, RECORD, min(mark, default=0), fields="id,changed_object_type,changed_object_id"):
        try:
            kind, changed = str(one["changed_object_type"]), int(one["changed_object_id"])
            found = Recorded(number=int(one["id"]), kind=kind, changed=changed)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise refuse(server.url, because("netbox_shape", said=error)) from None
        if found.number not in mark:
            yield found


def marked(mark: RecordMark, recorded: Sequence[Recorded]) -> RecordMark:
    """Return a mark that knows more changes."""
    return frozenset(sorted(mark | {one.number for one in recorded})[-PAGE:])


def objects(server: Server, path: str, start: int = 0, **query: object) -> Iterator[Any]:
    """Yield the objects of a list from a number on, following its cursor; FindingsError (TR993).

    Of the address of the next page only the number where it starts is taken: it leads nowhere else, and never back.
    """
    while True:
        page = server.get(path, start=start, limit=PAGE, **query)
        if not isinstance(page, dict) or not isinstance(page.get("results"), list):
            raise refuse(f"{server.url}/api/{path}", because("netbox_shape", said="results"))
        yield from page["results"]
        if not page.get("next"):
            return
        following = _start_of(page["next"])
        if following <= start:
            raise refuse(f"{server.url}/api/{path}", because("netbox_shape", said="next"))
        start = following


def _start_of(following: object) -> int:
    """Return the number at which the next page starts, 0 if it says none."""
    found = parse_qs(urlsplit(str(following)).query).get("start", ["0"])[-1]
    return int(found) if found.isascii() and found.isdigit() and len(found) < _LONGEST_NUMBER else 0
