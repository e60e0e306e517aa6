"""What two judges say of the lines of access lists -> the lines that only one of them calls unreachable.

The one idea: a difference is explained only by what the second judge is known not to see, and that is computed: the engine looks
at the same list again as if there were no fragments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from intents.prefix import Family
from routing.model import Acl, AclEntry, NonInitial
from routing.refs import acl_entry_ref, acl_ref
from routing.vendors import VENDORS
from verification.evidence.evidence import Given
from verification.packets.unreachable_entries import unreached
from verification.questions.unreachable_lines import UnreachableLine, bound_acls, entries_by_line, space_of
from verification.verdicts.opinions import ENGINE, LineDifference, LineOpinion, Unseen
from verification.verdicts.verdict import Culprit

_Line = tuple[str, str, str]
"""Device, list, and what the second judge calls the line."""


def line_differences(given: Given, found: Sequence[UnreachableLine], second: LineOpinion) -> tuple[LineDifference, ...]:
    """Return the IPv4 lines that one judge calls unreachable and the other doesn't, sorted by device, list and line."""
    mine = {
        (place.device, place.ref[1], _name(given, place.device, place.line)): place
        for line in found
        if line.family is Family.V4
        for place in line.places
    }
    return tuple(_differences(given, mine, second))


def _differences(given: Given, mine: Mapping[_Line, Culprit], second: LineOpinion) -> Iterator[LineDifference]:
    for line in sorted(mine.keys() ^ second.lines):
        device, name, _ = line
        acl = next(item for item in bound_acls(given.network.devices[device]) if item.name == name)
        said = _said(given, line, acl)
        missing = Culprit(device=device, ref=acl_ref(name), text=line[2])
        place = given.culprit(device, acl_entry_ref(name, said[0])) if said else missing
        unseen = _unseen(acl, said, called=line in second.lines) if (device, name) in second.lists else Unseen.LIST
        yield LineDifference(place=mine.get(line, place), judge=ENGINE if line in mine else second.judge, unseen=unseen)


def _said(given: Given, line: _Line, acl: Acl) -> tuple[int, ...]:
    """Return the entries that a line says; of several lines of one wording, those of the last."""
    device, name, called = line
    lines = entries_by_line(given, (device, name), acl)
    return next((lines[number] for number in sorted(lines, reverse=True) if _name(given, device, number) == called), ())


def _unseen(acl: Acl, said: Sequence[int], *, called: bool) -> Unseen | None:
    """Return why a second judge that calls a line unreachable, or does not, may do so."""
    if said and all(acl.entries[index].non_initial is NonInitial.ONLY for index in said):
        return Unseen.FRAGMENTS
    whole = replace(acl, entries=tuple(_without_fragments(entry) for entry in acl.entries))
    dead = unreached(whole, space_of(acl.family, (whole,)))
    return Unseen.FRAGMENTS if said and (dead.keys() >= set(said)) is called else None


def _without_fragments(entry: AclEntry) -> AclEntry:
    """Return an entry that matches what it matched but fragments; one for fragments alone matches nothing."""
    sources = () if entry.non_initial is NonInitial.ONLY else entry.sources
    return replace(entry, sources=sources, non_initial=NonInitial.SKIP)


def _name(given: Given, device: str, number: int) -> str:
    """Return what the second judge calls the line at a number."""
    return VENDORS[given.network.devices[device].platform].entry_name(given.texts[device], number)
