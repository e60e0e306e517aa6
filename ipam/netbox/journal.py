"""New entries -> NetBox's journal: for whom an address was given out, and at whose request.

The one idea: what is noted follows from the registry alone, so what is noted already can be told from what is missing:
whoever was cut off notes the rest the next time, and nothing twice.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from intents.finding import Where
from intents.reason import because
from intents.registry import Attachment, Registry
from ipam.keys import AttachmentOwner, LanKey, LinkKey, LoopbackKey, OutsideKey, PrefixKey, parse_prefix_key
from ipam.netbox.mapping import NOTE
from ipam.netbox.record import objects
from ipam.netbox.rows import OwnRow
from ipam.netbox.server import Server, refuse, send
from ipam.netbox.thing import OBJECT_TYPES, ObjectKind
from ipam.netbox.writing import BATCH

PATH = "extras/journal-entries/"


_TYPE = OBJECT_TYPES[ObjectKind.PREFIX]


def note_of(key: PrefixKey, registry: Registry) -> str:
    """Return what is noted beside a prefix: what it is for, who asked for it in which document, and where that is written."""
    attachment = _attachment_of(key, registry)
    said = [("prefix for", str(key))]
    if attachment is not None:
        party = attachment.organisation or attachment.system or attachment.outside or "-"
        said += [("party", party), ("purpose", attachment.purpose), ("site", attachment.site)]
        said += [("request", attachment.request_ref), ("decision", attachment.decision_ref)]
        said += [("justification", attachment.justification_ref), ("declared in", _place(attachment.where))]
    return NOTE + "; ".join(f"{name} {_quoted(value)}" for name, value in said if value)


def _attachment_of(key: PrefixKey, registry: Registry) -> Attachment | None:
    match key:
        case LanKey(name) | OutsideKey(name, _) | LinkKey(_, AttachmentOwner(name)):
            return registry.attachments.get(name)
        case LinkKey() | LoopbackKey():
            return None


def _place(where: Where) -> str:
    return f"{where.file}:{where.line}" if where.file else ""


def _quoted(text: str) -> str:
    """Return a text that NetBox shows as it is, whatever marks are in it."""
    return "`" + "".join(letter for letter in text if letter.isprintable() and letter != "`") + "`"


def write_journal(
    server: Server, rows: Sequence[OwnRow], registry: Registry, before: Callable[[], None] = lambda: None
) -> None:
    """Note beside each prefix what is not noted there yet; FindingsError (TR913, TR916)."""
    notes = dict(_notes(rows, registry))
    numbers = sorted(notes)
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        there = set(_noted(server, batch))
        bodies = [_body(number, notes[number]) for number in batch if (number, notes[number]) not in there]
        if bodies:
            before()
            send(server, "POST", PATH, bodies, http.HTTPStatus.CREATED, done=start)


def _notes(rows: Sequence[OwnRow], registry: Registry) -> Iterator[tuple[int, str]]:
    for row in rows:
        if row.thing.endpoint is ObjectKind.PREFIX and row.thing.entry.startswith("prefix "):
            yield row.number, note_of(parse_prefix_key(str(row.thing.fields["truc_key"])), registry)


def _body(number: int, note: str) -> dict[str, Any]:
    return {"assigned_object_type": _TYPE, "assigned_object_id": number, "kind": "info", "comments": note}


def _noted(server: Server, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    fields = "id,assigned_object_id,comments"
    try:
        for one in objects(server, PATH, assigned_object_type=_TYPE, assigned_object_id=tuple(numbers), fields=fields):
            yield int(one["assigned_object_id"]), str(one["comments"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(f"{server.url}/api/{PATH}", because("netbox_shape", said=error)) from None
