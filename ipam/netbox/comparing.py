"""What was read and the plan of a lockfile -> the lines in which they differ.

The one idea: both are the same objects, so a difference is an entry that only one has, or that says another line in each;
and whether somebody changed it in NetBox, or only the lockfile went on, the digest beside it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from intents.finding import Finding, Where, make_finding
from intents.reason import because
from ipam.address_plan import AddressPlan, EntryState
from ipam.netbox.mapping import line_of, place_in_plan, things_of
from ipam.netbox.reading import Reading
from ipam.netbox.thing import Thing

_ENDING = {str(EntryState.QUARANTINED), "deprecated"}
"""What plan and NetBox call what goes some day."""


class LineTurn(StrEnum):
    """How a line of the address plan differs between a lockfile and a NetBox."""

    ONLY_LOCKFILE = "only_lockfile"
    ONLY_NETBOX = "only_netbox"
    EDITED = "edited"
    """Somebody changed it in NetBox."""
    BEHIND = "behind"
    """The lockfile says something new that was not exported yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDifference:
    """One entry: its line in the lockfile and in NetBox, "" where it is not there."""

    turn: LineTurn
    lockfile: str
    netbox: str


def compare(reading: Reading, plan: AddressPlan) -> tuple[EntryDifference, ...]:
    """Return every difference, sorted by line."""
    wanted = {thing.entry: line for thing in things_of(plan) if (line := line_of(thing))}
    found = {row.thing.entry: (row, line) for row in reading.rows if (line := line_of(row.thing))}
    differences: list[EntryDifference] = []
    for entry in wanted.keys() | found.keys():
        line = wanted.get(entry, "")
        row, other = found.get(entry, (None, ""))
        if line == other:
            continue
        if row is None or not line:
            turn = LineTurn.ONLY_LOCKFILE if row is None else LineTurn.ONLY_NETBOX
        else:
            turn = LineTurn.BEHIND if row.is_as_written else LineTurn.EDITED
        differences.append(EntryDifference(turn=turn, lockfile=line, netbox=other))
    return sort_differences(differences)


def not_whole(reading: Reading, plan: AddressPlan) -> Iterator[Finding]:
    """Yield an error (TR917) if entries that are in use have no object under their key and of their family, nor in their place.

    An export has not come to its end then, or somebody deleted them; truc itself keeps an entry in quarantine before it goes.
    """
    keys = {_key_of(row.thing) for row in reading.rows}
    places = {place_in_plan(row.thing) for row in reading.rows}
    lost = [
        line_of(thing)
        for thing in things_of(plan)
        if (place := place_in_plan(thing)) is not None
        and {thing.fields.get("status"), thing.fields.get("truc_state")}.isdisjoint(_ENDING)
        and _key_of(thing) not in keys
        and place not in places
    ]
    if lost:
        reason = because("netbox_not_whole", count=len(lost), first=min(lost))
        yield make_finding("TR917", Where(file=reading.shown), reason=reason)


def _key_of(thing: Thing) -> tuple[object, ...]:
    return (thing.endpoint, thing.fields.get("truc_key"), ":" in str(thing.fields.get("prefix", "")))


def sort_differences(differences: Iterable[EntryDifference]) -> tuple[EntryDifference, ...]:
    """Return differences in the order of their lines."""
    return tuple(sorted(differences, key=lambda one: (one.lockfile or one.netbox, one.netbox)))
