"""A `Reorganised` workspace -> what a person or a script reads of it.

The one idea: first what becomes of everything, in counts; then, class by class, who gives addresses back; then who gains or loses
access among those that go on, which is nobody unless somebody said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import TypeVar

from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reorganise.access import AccessDifference
from controller.reorganise.job import Reorganised, ReorganiseRequest
from controller.reports.findings import tell_findings
from intents.finding import Finding, Where, make_finding
from intents.messages import printable
from intents.policy_words import endpoint_in_words
from intents.registry import EventKind
from intents.reorganisation.fates import FateKind, PrefixAction
from verification.change.access import turn_in_words

REORGANISE_FORMAT = "truc/reorganise/1"
MOST_SHOWN = 20
"""Declared differences that are shown on a terminal; `--json` has all."""
Kind = TypeVar("Kind", EventKind, FateKind, PrefixAction)
Cell = tuple[str, str, str]
"""Category, tier and purpose."""


def print_done(output: Output, request: ReorganiseRequest) -> None:
    """Say that everything stands there already."""
    if output.json:
        start_messages(output, REORGANISE_FORMAT)
        print_message(output, {"type": "summary", "ok": True, "done": True, "undeclared": 0, "written": []})
    else:
        output.say("reorganise_done", day=request.reform.day)


def print_reorganised(
    output: Output, request: ReorganiseRequest, found: Reorganised, written: tuple[Path, ...]
) -> None:
    """Write the whole report; `written`: the folders that it was written into."""
    tell_findings(output, request.folder, _findings(found))
    units, events = found.succession, Counter(item.kind for item in found.succession.events)
    output.say("reorganise_units", old=len(units.after), new=len(units.new), **_counted(EventKind, events))
    for what, counts in _fates(found):
        output.say(what, **counts)
    output.say("reorganise_prefixes", **_actions(found))
    rows = [[*cell, *(f"{number:,}" for number in numbers)] for cell, numbers in _classes(found)]
    if rows:
        names = ("category", "tier", "purpose", "points", "kept", "renumbered", "released")
        output.line()
        output.table([output.words(f"column_{name}") for name in names], rows, (3, 4, 5, 6))
    output.line()
    said = [item for item in found.differences if item not in found.undeclared]
    for item in said[:MOST_SHOWN]:
        output.say("reorganise_declared", **_difference_in_words(output, item))
    if len(said) > MOST_SHOWN:
        output.say("reorganise_more", count=len(said) - MOST_SHOWN)
    if not found.undeclared:
        output.say("reorganise_same", points=sum(numbers[1] for _, numbers in _classes(found)))
    else:
        output.say("reorganise_undeclared", count=len(found.undeclared))
    for folder in written:
        output.say("reorganised", folder=folder, files=len(found.changed))
    shown = printable(quote(str(written[0]))) if written else "OUT"
    output.say("next_reorganise" if written else "next_reorganise_write", folder=shown, day=request.reform.day)


def print_reorganised_json(
    output: Output, request: ReorganiseRequest, found: Reorganised, written: tuple[Path, ...]
) -> None:
    """Write the same as messages."""
    start_messages(output, REORGANISE_FORMAT)
    tell_findings(output, request.folder, _findings(found))
    for event in found.succession.events:
        message = {"kind": event.kind, "date": str(event.day), "from": event.before, "to": event.after}
        print_message(output, {"type": "event", **message})
    for what, counts in _fates(found):
        print_message(output, {"type": "fates", "about": what.removeprefix("reorganise_"), **counts})
    print_message(output, {"type": "prefixes", **_actions(found)})
    for (category, tier, purpose), numbers in _classes(found):
        counted = dict(zip(("points", "kept", "renumbered", "released"), numbers, strict=True))
        print_message(output, {"type": "class", "category": category, "tier": tier, "purpose": purpose, **counted})
    for item in found.differences:
        ends = {"source": str(item.source), "destination": str(item.destination), "services": str(item.services)}
        seen = {"example": list(item.example), "pairs": item.pairs, "declared": item not in found.undeclared}
        print_message(output, {"type": "difference", "turn": item.turn, **ends, **seen})
    summary = {"ok": not found.undeclared, "done": False, "undeclared": len(found.undeclared)}
    print_message(output, {"type": "summary", **summary, "written": [str(folder) for folder in written]})


def _findings(found: Reorganised) -> tuple[Finding, ...]:
    """Return the warnings of the workspace as it will be, and each undeclared difference."""
    return (*found.after.findings, *(undeclared_finding(item) for item in found.undeclared))


def undeclared_finding(item: AccessDifference) -> Finding:
    """Return that a difference of access was declared by nobody."""
    one, other = item.example
    return make_finding(
        "TR247", Where(), turn=turn_in_words(item.turn), source=endpoint_in_words(item.source),
        destination=endpoint_in_words(item.destination), services=item.services, pairs=item.pairs, one=one, other=other,
    )  # fmt: skip


def _difference_in_words(output: Output, item: AccessDifference) -> dict[str, object]:
    return {
        "turn": output.in_words(turn_in_words(item.turn)),
        "source": output.in_words(endpoint_in_words(item.source)),
        "destination": output.in_words(endpoint_in_words(item.destination)),
        "services": item.services,
        "pairs": item.pairs,
    }


def _counted(kinds: Iterable[Kind], counts: Counter[Kind]) -> dict[str, int]:
    """Return counts by name, all of them named."""
    return {str(kind): counts[kind] for kind in kinds}


def _fates(found: Reorganised) -> Iterator[tuple[str, dict[str, int]]]:
    fates = found.fates
    named = (
        ("reorganise_organisations", fates.organisations.values()),
        ("reorganise_sites", fates.sites.values()),
        ("reorganise_attachments", fates.attachments.values()),
    )
    for what, items in named:
        yield what, _counted(FateKind, Counter(item.kind for item in items))


def _actions(found: Reorganised) -> dict[str, int]:
    return _counted(PrefixAction, Counter(item.action for item in found.lines))


def _classes(found: Reorganised) -> list[tuple[Cell, tuple[int, int, int, int]]]:
    """Return, of each class, how many attachments there were, and how many of them keep, change or give back addresses."""
    counts: dict[Cell, Counter[str]] = {}
    registry = found.before.registry
    for name, fate in found.fates.attachments.items():
        item = registry.attachments[name]
        if item.organisation is None:
            continue
        who = registry.organisations[item.organisation]
        counted = counts.setdefault((who.category, who.tier, item.purpose), Counter())
        what = "released" if fate.kind is FateKind.ENDED else "renumbered" if fate.renumbered else "kept"
        counted[what] += 1
    return [
        (cell, (count.total(), count["kept"], count["renumbered"], count["released"]))
        for cell, count in sorted(counts.items())
    ]
