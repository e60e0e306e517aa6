"""Entries of access lists: by number, each read by the reader and printed by the writer.

The one idea: what the reader does not understand is not entered, whatever the device would make of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Family
from intents.reason import UnclearError, because
from routing.vendors.cisco_ios.execute.lines import EMPTY, StandingLine, block_at, drop, put
from routing.vendors.cisco_ios.execute.state import IosState, LineOutcome, keys_of
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.acl import EXTENDED, IPV6, STANDARD, read_entry
from routing.vendors.cisco_ios.reader.groups import NO_GROUPS
from routing.vendors.cisco_ios.writer.acl import entry_text, standard_text
from routing.vendors.execution import Accepted, Answer, Refused, Unmodelled

KINDS = {"acl4": EXTENDED, "acl-standard": STANDARD, "acl6": IPV6}
_INCOMPLETE = "% Incomplete command."
_STEP = 10
_LAST = 2147483647


class TypedEntry(NamedTuple):
    """An entry as typed: its number (None: the next one), what it says (as the device prints it, if it is understood), and why it
    is not understood."""

    number: int | None
    rule: str
    fault: Answer | None = None


@lru_cache(maxsize=1 << 16)
def typed_entry(kind: str, text: str) -> TypedEntry:
    """Return what a line says in a list of a kind (`acl4`, `acl-standard`, `acl6`)."""
    words = text.split()
    number: int | None = None
    if kind == "acl6" and words[0] == "sequence":
        number, words = small_number(words[1], _LAST) if len(words) > 1 else 0, words[2:]
    elif kind != "acl6" and words[0].isdigit():
        number, words = small_number(words[0], _LAST), words[1:]
    if number == 0 or (number is None and len(words) < len(text.split())):
        return TypedEntry(None, "", Refused("% Invalid input detected at '^' marker."))
    if not words:
        return TypedEntry(number, "")
    try:
        found = read_entry(KINDS[kind], words, 0, NO_GROUPS)
        family = Family.V6 if kind == "acl6" else Family.V4
        rule = standard_text(found[0]) if kind == "acl-standard" else entry_text(family, found[0])
    except UnclearError as error:
        return TypedEntry(number, " ".join(words), Unmodelled(error.reason))
    except IndexError:
        return TypedEntry(number, " ".join(words), Refused(_INCOMPLETE))
    except ValueError:
        return TypedEntry(number, " ".join(words), Unmodelled(because("line_form_not_executed", line=text)))
    return TypedEntry(number, rule)


def printed_entry(kind: str, number: int, rule: str) -> StandingLine:
    """Return the line of an entry."""
    return StandingLine(f"{'sequence ' if kind == 'acl6' else ''}{number} {rule}", (0, number))


def execute_entry(state: IosState, text: str) -> LineOutcome:
    """Add an entry to the access list that is open, or take one from it (IOS-EXEC-01, IOS-EXEC-02)."""
    assert state.mode
    kind, at = state.mode[-1].kind, keys_of(state.mode)
    away = text.startswith("no ")
    typed = typed_entry(kind, text.removeprefix("no "))
    if typed.fault is not None or (not away and not typed.rule):
        return LineOutcome(state, (typed.fault or Refused(_INCOMPLETE),))
    entries = {key: entry for key, entry in (block_at(state.root, at) or EMPTY).items() if key.isdigit()}
    same = next((key for key, entry in entries.items() if _rule(entry) == typed.rule), None)
    if away:
        return _remove(state, typed, entries, same)
    number = str(typed.number or max(map(int, entries), default=0) + _STEP)
    if same is not None:
        return LineOutcome(state, (Accepted(),))  # whatever its number (IOS-EXEC-02)
    if number in entries:
        return LineOutcome(state, (Refused("% Duplicate sequence number"),))
    root = put(state.root, (*at, number), printed_entry(kind, int(number), typed.rule))
    return LineOutcome(replace(state, root=root))


def _rule(entry: StandingLine) -> str:
    words = entry.text.removeprefix("sequence ").split(" ", 1)
    return words[1]


def _remove(state: IosState, typed: TypedEntry, entries: dict[str, StandingLine], same: str | None) -> LineOutcome:
    """Take an entry by its number or by what it says; with both, both must be its own."""
    key = same if typed.number is None else str(typed.number)
    if key is None or key not in entries:
        return LineOutcome(state)
    if typed.rule and _rule(entries[key]) != typed.rule:
        return LineOutcome(state, (Unmodelled(because("effect_beside_line", line=entries[key].text)),))
    assert state.mode
    return LineOutcome(replace(state, root=drop(state.root, (*keys_of(state.mode), key))))
