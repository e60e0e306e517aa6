"""Faults in texts of devices, as values: what could go wrong by hand, drawn over all lines or of a named kind.

Turns texts by device into `Fault`s, and a text with a `Fault` into the faulty text. The one idea: a fault knows nothing of
meaning; it is a change of lines, made by rules about words, so that nothing of the compiler, the readers or the judge can
make it easier to find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from intents.reason import describe_reason
from verification.mutation.edits import FaultKind, TextEdit, fault_in_words
from verification.mutation.kinds import NAMED_KINDS
from verification.mutation.words import (
    Change,
    PlainText,
    change_number,
    drop_word,
    negate,
    plain_text,
    swap_word,
    toggle_word,
)

_Maker = Callable[[PlainText, int, Random], tuple[TextEdit, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One change of the text of one device; `edits` sorted by line, none of them touches what another one does."""

    device: str
    kind: FaultKind
    edits: tuple[TextEdit, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        """Return the numbers (from 1) of the lines of the unmutated text that the fault removes or follows."""
        return tuple(edit.line + offset for edit in self.edits for offset in range(max(1, len(edit.before))))

    @property
    def touched(self) -> tuple[str, ...]:
        """Return the lines that go and the lines that come, in order."""
        return tuple(line for edit in self.edits for line in (*edit.before, *edit.after))


def describe_fault(fault: Fault, language: str) -> str:
    """Return a fault as one line: `core-1:17 changed number: -« rd 1:2» +« rd 1:3»`."""
    gone = " ".join(f"-«{line}»" for edit in fault.edits[:2] for line in edit.before[:2])
    come = " ".join(f"+«{line}»" for edit in fault.edits[:2] for line in edit.after[:2])
    more = " …" if sum(len(edit.before) + len(edit.after) for edit in fault.edits) > 4 else ""
    line = fault.lines[0] if fault.edits else 0
    kind = describe_reason(fault_in_words(fault.kind), language)
    return f"{fault.device}:{line} {kind}: {' '.join(part for part in (gone, come) if part)}{more}"


def mutate(text: str, fault: Fault) -> str:
    """Return the faulty text; ValueError if the text is not the one that the fault was made for."""
    lines = text.split("\n")
    for edit in sorted(fault.edits, key=lambda item: item.line, reverse=True):
        start = edit.line - 1 if edit.before else edit.line
        end = start + len(edit.before)
        if tuple(lines[start:end]) != edit.before:
            raise ValueError(f"not the text of this fault: line {edit.line} of {fault.device}")
        lines[start:end] = edit.after
    return "\n".join(lines)


def uniform_faults(texts: Mapping[str, str], count: int, seed: int) -> tuple[Fault, ...]:
    """Return `count` faults, drawn uniformly over all lines of all devices, then over the kinds that a line can suffer.

    The same line may be drawn twice. ValueError if there is no line.
    """
    plain = {name: plain_text(text) for name, text in sorted(texts.items())}
    places = [(name, index) for name, text in plain.items() for index in range(len(text.lines))]
    if not places:
        raise ValueError("no lines to draw from")
    random = Random(seed)  # noqa: S311 - repeatable draws are the purpose
    return tuple(_one_fault(plain, places, random) for _ in range(count))


def _one_fault(plain: Mapping[str, PlainText], places: list[tuple[str, int]], random: Random) -> Fault:
    while True:
        name, index = random.choice(places)
        for kind in random.sample(sorted(_MAKERS), len(_MAKERS)):
            edits = _MAKERS[kind](plain[name], index, random)
            if edits:
                return Fault(device=name, kind=kind, edits=edits)


def named_faults(texts: Mapping[str, str], seed: int, each: int = 12) -> tuple[Fault, ...]:
    """Return up to `each` faults of every named kind for every device that can suffer it, drawn from all there are."""
    plain = {name: plain_text(text) for name, text in sorted(texts.items())}
    targets = tuple(sorted({target for text in plain.values() for target in text.targets}))
    random = Random(seed)  # noqa: S311 - repeatable draws are the purpose
    found: list[Fault] = []
    for kind, maker in NAMED_KINDS.items():
        for name, text in plain.items():
            all_edits = sorted({edits for edits in maker(text, targets, random) if _changes(edits)})
            chosen = all_edits if len(all_edits) <= each else sorted(random.sample(all_edits, each))
            found += [Fault(device=name, kind=kind, edits=edits) for edits in chosen]
    return tuple(found)


def _changes(edits: tuple[TextEdit, ...]) -> bool:
    return any(edit.before != edit.after for edit in edits)


# The kinds that any line can suffer.


def _delete(text: PlainText, index: int, random: Random) -> tuple[TextEdit, ...]:
    return (text.replace(index),)


def _delete_block(text: PlainText, index: int, random: Random) -> tuple[TextEdit, ...]:
    """Delete a line with all that stands below it; of set lines, all that begin with the same words."""
    inside = text.block(index, random)
    return tuple(text.replace(item) for item in inside) if len(inside) > 1 else ()


def _duplicate(text: PlainText, index: int, random: Random) -> tuple[TextEdit, ...]:
    place = _other_place(text, index, random)
    return () if place is None else (text.insert(place, text.lines[index]),)


def _move(text: PlainText, index: int, random: Random) -> tuple[TextEdit, ...]:
    place = _other_place(text, index, random)
    if place is None or place in (index, index - 1):
        return ()
    return tuple(sorted((text.replace(index), text.insert(place, text.lines[index]))))


def _other_place(text: PlainText, index: int, random: Random) -> int | None:
    """Return a line to stand after: as often in the same section as anywhere in the text."""
    section = text.section(index)
    places = section if random.random() < 0.5 and len(section) > 1 else range(len(text.lines))
    return random.choice(list(places)) if len(places) > 1 else None


def _by_words(change: Change) -> _Maker:
    """Return the maker of faults that put one other line in a line's place."""

    def make(text: PlainText, index: int, random: Random) -> tuple[TextEdit, ...]:
        changed = change(text, index, random)
        same = changed is None or changed == text.lines[index]
        return () if same or changed is None else (text.replace(index, *changed.split("\n")),)

    return make


_MAKERS: dict[FaultKind, _Maker] = {
    FaultKind.DELETED_LINE: _delete,
    FaultKind.DELETED_BLOCK: _delete_block,
    FaultKind.DUPLICATED_LINE: _duplicate,
    FaultKind.MOVED_LINE: _move,
    FaultKind.CHANGED_NUMBER: _by_words(change_number),
    FaultKind.SWAPPED_WORD: _by_words(swap_word),
    FaultKind.TOGGLED_WORD: _by_words(toggle_word),
    FaultKind.DROPPED_WORD: _by_words(drop_word),
    FaultKind.NEGATED_LINE: _by_words(negate),
}
