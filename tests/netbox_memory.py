"""Objects of a NetBox as its API answers them, made from things in memory: for laws that need a thousand NetBoxes.

The one idea: what is sent is turned into what is answered by the few rules that the real one follows, which
tests/test_real_netbox_plan.py shows; numbers are given out in the order in which objects are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ipam.netbox.reading import Reading
from ipam.netbox.rows import ForeignRow, ObjectNumbers, OwnRow, body_of, read_row
from ipam.netbox.thing import CATALOGUE, NATIVE, Form, Thing
from ipam.store.plan_store import Revision

UPDATED = "2026-07-15T00:00:00.000000Z"
SHOWN = "https://ipam.example"


def answered(thing: Thing, number: int, numbers: ObjectNumbers) -> dict[str, Any]:
    """Return what the API answers of an object that was written as it should be."""
    body = body_of(thing, numbers, "")
    found: dict[str, Any] = {"id": number, "last_updated": UPDATED, "tags": body["tags"]}
    found["custom_fields"] = dict(body.get("custom_fields", {}))
    for name, form in NATIVE[thing.endpoint].items():
        match form:
            case Form.TYPED:
                found |= {f"{name}_type": body[f"{name}_type"], f"{name}_id": body[f"{name}_id"]}
            case Form.CHOICE | Form.PHASE:
                found[name] = {"value": body[name], "label": body[name]}
            case Form.ENTRY:
                found[name] = None if body[name] is None else {"id": body[name], "display": "whatever"}
            case _:
                found[name] = body[name]
    return found


def answers_of(things: Iterable[Thing]) -> list[tuple[Thing, dict[str, Any]]]:
    """Return every object as it is answered, in the order in which they are made."""
    numbers = ObjectNumbers()
    found: list[tuple[Thing, dict[str, Any]]] = []
    for number, thing in enumerate(things, start=1):
        found.append((thing, answered(thing, number, numbers)))
        numbers.add(thing.endpoint, thing.entry, number)
    return found


def reading_of(answers: Iterable[tuple[Thing, dict[str, Any]]]) -> Reading:
    """Return what is read where the API answers this."""
    numbers = ObjectNumbers()
    rows: list[OwnRow] = []
    foreign: list[ForeignRow] = []
    catalogue: list[ForeignRow] = []
    for thing, answer in answers:
        row = read_row(thing.endpoint, answer, numbers)
        if isinstance(row, OwnRow):
            rows.append(row)
            numbers.add(thing.endpoint, row.thing.entry, row.number)
        elif isinstance(row, ForeignRow) and thing.endpoint in CATALOGUE:
            catalogue.append(row)
            numbers.add(thing.endpoint, row.says, row.number)
        elif isinstance(row, ForeignRow):
            foreign.append(row)
    return Reading(
        rows=tuple(rows), foreign=tuple(foreign), revision=Revision("1"), shown=SHOWN, catalogue=tuple(catalogue)
    )
