"""What a fault is made of: its kind, in words, and edits of lines; and what a rule about lines is.

The one idea: kinds are a closed list, so that a score names every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Protocol, assert_never

from intents.reason import Reason, because


class FaultKind(StrEnum):
    """First those that any line can suffer, then the named ones."""

    DELETED_LINE = "deleted line"
    DELETED_BLOCK = "deleted block"
    DUPLICATED_LINE = "duplicated line"
    MOVED_LINE = "moved line"
    CHANGED_NUMBER = "changed number"
    SWAPPED_WORD = "swapped word"
    TOGGLED_WORD = "toggled word"
    DROPPED_WORD = "dropped word"
    NEGATED_LINE = "negated line"
    DROPPED_RULE = "dropped rule"
    WIDENED_MASK = "widened mask"
    SWAPPED_PREFIX = "swapped prefix"
    EXTRA_IMPORT = "extra RT import"
    WRONG_VRF = "wrong VRF on an interface"
    REORDERED_RULE = "reordered rule"
    UNBOUND_ACL = "ACL unbound"
    LOOSENED_FILTER = "route filter loosened"
    ADDED_LINE = "added line"


def fault_in_words(kind: FaultKind) -> Reason:  # noqa: C901, PLR0912 - a table: one line a kind
    """Return what was done to a text."""
    match kind:
        case FaultKind.DELETED_LINE:
            return because("fault_deleted_line")
        case FaultKind.DELETED_BLOCK:
            return because("fault_deleted_block")
        case FaultKind.DUPLICATED_LINE:
            return because("fault_duplicated_line")
        case FaultKind.MOVED_LINE:
            return because("fault_moved_line")
        case FaultKind.CHANGED_NUMBER:
            return because("fault_changed_number")
        case FaultKind.SWAPPED_WORD:
            return because("fault_swapped_word")
        case FaultKind.TOGGLED_WORD:
            return because("fault_toggled_word")
        case FaultKind.DROPPED_WORD:
            return because("fault_dropped_word")
        case FaultKind.NEGATED_LINE:
            return because("fault_negated_line")
        case FaultKind.DROPPED_RULE:
            return because("fault_dropped_rule")
        case FaultKind.WIDENED_MASK:
            return because("fault_widened_mask")
        case FaultKind.SWAPPED_PREFIX:
            return because("fault_swapped_prefix")
        case FaultKind.EXTRA_IMPORT:
            return because("fault_extra_import")
        case FaultKind.WRONG_VRF:
            return because("fault_wrong_vrf")
        case FaultKind.REORDERED_RULE:
            return because("fault_reordered_rule")
        case FaultKind.UNBOUND_ACL:
            return because("fault_unbound_acl")
        case FaultKind.LOOSENED_FILTER:
            return because("fault_loosened_filter")
        case FaultKind.ADDED_LINE:
            return because("fault_added_line")
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TextEdit:
    """From line `line` (from 1) on, `before` goes and `after` comes; without `before`, `after` comes after that line."""

    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]


class DeviceLines(Protocol):
    """What a rule looks at (`mutation_words.PlainText`)."""

    @property
    def lines(self) -> tuple[str, ...]: ...

    @property
    def set_style(self) -> bool: ...

    def replace(self, index: int, *lines: str) -> TextEdit: ...

    def insert(self, index: int, *lines: str) -> TextEdit: ...


Edits = tuple[TextEdit, ...]
NamedKind = Callable[[DeviceLines, tuple[str, ...], Random], Iterator[Edits]]
"""Yields every instance of a kind in a text; route targets of all texts, and a source of choices."""
