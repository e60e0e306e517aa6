"""What a change of texts opens and cuts -> what the terminal and JSON Lines say of it.

The one idea: every change is told with who saw it; what may be missing from the list is told beside it, and never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from controller.output.json_lines import Message, flow_message, reason_message
from controller.output.terminal import Output
from intents.messages import printable
from intents.prefix import Family
from intents.reason import describe_reason
from verification.change.access import AccessChange, Turn
from verification.change.judge import ChangeOfAccess, ToldChange
from verification.verdicts.flow import describe_flow

MOST_GROUPS = 20
"""Groups of changes shown on a terminal; the rest is counted, and `--json` has all."""
MOST_NAMES = 4
"""Ends of a group that are named; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup:
    """Changes of one turn with one end in common, seen by the same judges; the first has the packet that is shown."""

    changes: tuple[ToldChange, ...]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]

    @property
    def first(self) -> AccessChange:
        """The change whose packet is shown."""
        return self.changes[0].change


def group_changes(changes: Sequence[ToldChange]) -> tuple[ChangeGroup, ...]:
    """Return changes grouped by their source or by their destination, whatever gives fewer groups; what opens stands first."""
    by_source = _grouped(changes, lambda change: change.source)
    by_destination = _grouped(changes, lambda change: change.destination)
    return min(by_source, by_destination, key=len)


def _grouped(changes: Sequence[ToldChange], end: Callable[[AccessChange], str]) -> tuple[ChangeGroup, ...]:
    found: dict[tuple[bool, str, tuple[str, ...]], list[ToldChange]] = {}
    for item in changes:
        key = (item.change.turn is Turn.CUT, end(item.change), item.judges)
        found.setdefault(key, []).append(item)
    return tuple(
        ChangeGroup(
            changes=tuple(items),
            sources=tuple(dict.fromkeys(str(item.change.source) for item in items)),
            destinations=tuple(dict.fromkeys(str(item.change.destination) for item in items)),
        )
        for _, items in sorted(found.items(), key=lambda pair: pair[0][0])
    )


def print_change(output: Output, change: ChangeOfAccess | None) -> None:
    """Write what opens and what is cut, the first groups with a packet each, and why there may be more."""
    if change is None:
        return
    counts = Counter(item.change.turn for item in change.changes)
    output.say("change", opened=counts[Turn.OPENED], cut=counts[Turn.CUT], judges=", ".join(change.judges) or "-")
    groups = group_changes(change.changes)
    for group in groups[:MOST_GROUPS]:
        _print_group(output, change, group)
    if len(groups) > MOST_GROUPS:
        output.say("more_changes", count=sum(len(group.changes) for group in groups[MOST_GROUPS:]))
    if change.alone:
        v6 = sum(item.change.flow.family is Family.V6 for item in change.changes)
        output.say("change_alone", count=change.alone, v6=v6)
    if change.new:
        output.say("change_new", devices=", ".join(change.new))
    if change.undeclared:
        output.say("change_undeclared", places=printable(", ".join(change.undeclared)))
    for doubt in change.doubts:
        output.say("change_doubt", reason=printable(output.in_words(doubt.reason)))
    if change.differences:
        output.say("change_differs", count=len(change.differences))
    output.line()


def _print_group(output: Output, change: ChangeOfAccess, group: ChangeGroup) -> None:
    judges = group.changes[0].judges
    alone = "" if judges == change.judges else f" ({', '.join(judges)})"
    turn = output.words(f"turn_{group.first.turn}")
    sources, destinations = _named(output, group.sources), _named(output, group.destinations)
    output.line(f"  {turn} {sources} -> {destinations}: {describe_flow(group.first.flow, output.language)}{alone}")


def _named(output: Output, names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return output.words("and_more_names", names=shown, count=more) if more > 0 else shown


def change_messages(change: ChangeOfAccess | None) -> Iterator[Message]:
    """Yield a message for every change of access, then one about all of them; nothing if none was asked for."""
    if change is None:
        return
    for item in change.changes:
        found = item.change
        yield {
            "type": "access change",
            "turn": str(found.turn),
            "source": str(found.source),
            "destination": str(found.destination),
            "flow": flow_message(found.flow),
            "judges": list(item.judges),
            "replayed": item.replayed,
        }
    yield {
        "type": "access changes",
        "judges": list(change.judges),
        "alone": change.alone,
        "new": list(change.new),
        "undeclared": list(change.undeclared),
        "doubts": [describe_reason(item.reason, "en") for item in change.doubts],
        "doubt_reasons": [reason_message(item.reason) for item in change.doubts],
        "differences": [describe_reason(item, "en") for item in change.differences],
        "difference_reasons": [reason_message(item) for item in change.differences],
    }
