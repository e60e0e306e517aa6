"""What a NetBox says and what the workspace knows of it -> whether a run may go on from there.

The one idea: a plan that grows in NetBox grows from one that this workspace has seen. What is there beyond that may only be what
this very run wants, too: then a run that was cut off has written it, or there is no lockfile yet. All else was done by a person,
or by another run from another state of the workspace, and would be given up or changed unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from intents.finding import FindingsError, Where, make_finding
from intents.reason import Reason, because
from ipam.address_plan import AddressPlan
from ipam.netbox.mapping import HOMES, line_of, things_of
from ipam.netbox.reading import Reading
from ipam.netbox.thing import Thing


def check_known(reading: Reading, kept: AddressPlan, known: AddressPlan, wanted: AddressPlan, on: date) -> None:
    """FindingsError (TR904) if NetBox says other than what is known of it: `kept` is its plan, both with today's names, `wanted`
    the one that would be made of it."""
    edited = frozenset(row.thing.entry for row in reading.rows if not row.is_as_written)
    strange: dict[Reason, list[str]] = {}
    for reason, line in _strange(_entries(kept), _entries(known), _entries(wanted), edited, on):
        strange.setdefault(reason, []).append(line)
    if strange:
        raise FindingsError(
            make_finding("TR904", Where(file=reading.shown), reason=reason, count=len(lines), first=min(lines))
            for reason, lines in sorted(strange.items(), key=lambda item: min(item[1]))
        )


def _entries(plan: AddressPlan) -> Mapping[str, Thing]:
    return {thing.entry: thing for thing in things_of(plan) if thing.entry.partition(" ")[0] in HOMES}


def _strange(
    kept: Mapping[str, Thing],
    known: Mapping[str, Thing],
    wanted: Mapping[str, Thing],
    edited: frozenset[str],
    on: date,
) -> Iterator[tuple[Reason, str]]:
    for entry in kept.keys() | known.keys():
        found, seen = kept.get(entry), known.get(entry)
        if found == seen:
            continue
        if found is None:
            if seen is not None and not _is_over(seen, on):
                yield because("netbox_missing"), line_of(seen)
        elif entry in edited:
            yield because("netbox_edited"), line_of(found)
        elif found != wanted.get(entry) and not _is_over(found, on):
            yield because("netbox_elsewhere"), line_of(found)


def _is_over(thing: Thing, on: date) -> bool:
    """Return whether an entry is quarantined up to a day that has passed: then any run lets go of it."""
    until = thing.fields.get("truc_until")
    return until is not None and str(until) < on.isoformat()
