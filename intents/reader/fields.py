"""Fields of a record (a CSV row or a YAML mapping) -> typed values; what is wrong becomes a Finding at the field's place.

The one idea: a reader that fails returns a stand-in of the right type and remembers that it failed, so that a record is
read in one expression, all its mistakes are found at once, and it is kept only if `ok`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from intents.finding import RuleRef, Where, make_finding
from intents.prefix import ANY4, Prefix
from intents.reader.conversions import (
    Choice,
    Complaint,
    to_choice,
    to_date,
    to_line,
    to_moment,
    to_name,
    to_prefix,
    to_whole,
)
from intents.reader.parser_context import NameKind, ParserContext, located
from intents.reader.table import Row
from intents.reader.wording import says_something
from intents.registry import Validity

_Value = TypeVar("_Value")

NO_RULES: Mapping[str, RuleRef] = {}


class FieldReader(ABC):
    """Reads the fields of one record; `rules` names the requirement behind a field."""

    def __init__(self, reading: ParserContext, rules: Mapping[str, RuleRef]) -> None:
        self.reading = reading
        self.ok = True
        self._rules = rules

    @abstractmethod
    def place(self, field: str) -> Where:
        """Return the place of a field's value (of the record, if the field is absent)."""

    @abstractmethod
    def optional(self, field: str, wanted: str = "text") -> str:
        """Return a field's text; "" if it is absent or (a finding) of another type than `wanted`."""

    @abstractmethod
    def missing(self, field: str) -> None:
        """Record that a required field is absent."""

    def complain(self, code: str, where: Where, **values: object) -> None:
        """Record a finding and that this record is not to be kept."""
        self.ok = False
        rule = self._rules.get(str(values.get("field")))
        self.reading.findings.append(located(code, where, values.items(), rule))

    def reject(self, field: str, complaint: Complaint) -> None:
        """Record a conversion's complaint at a field."""
        self.complain(complaint.code, self.place(field), field=field, **dict(complaint.values))

    def _accepted(self, field: str, value: _Value | Complaint, otherwise: _Value) -> _Value:
        """Return a converted value, or the stand-in with the complaint recorded."""
        if isinstance(value, Complaint):
            self.reject(field, value)
            return otherwise
        return value

    def required(self, field: str, wanted: str = "text") -> str:
        """Return a field's text, which may not be absent."""
        before = self.ok
        self.ok = True
        text = self.optional(field, wanted)
        if not text and self.ok:
            self.missing(field)
        self.ok = self.ok and before
        return text

    def text(self, field: str) -> str:
        """Return a required text."""
        return self.required(field)

    def prose(self, field: str) -> str:
        """Return a required text that people read; a finding if it says nothing."""
        text = self.required(field)
        if text and not says_something(text):
            self.complain("TR480", self.place(field), field=field, text=text)
        return text

    def name(self, field: str) -> str:
        """Return a required name (lower-case letters, digits, `-`; at most 48)."""
        text = self.required(field)
        return self._accepted(field, to_name(text) if text else text, "")

    def day(self, field: str) -> date | None:
        """Return a date, None if absent."""
        text = self.optional(field)
        return self._accepted(field, to_date(text) if text else None, None)

    def moment(self, field: str) -> datetime | None:
        """Return a required date and time, None (a finding) if it is absent or none."""
        text = self.required(field)
        return self._accepted(field, to_moment(text) if text else None, None)

    def validity(self) -> Validity:
        """Return `valid_from` and `valid_to`, both inclusive."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if start is not None and end is not None and end < start:
            self.complain("TR119", self.place("valid_to"), start=start, end=end)
        return Validity(start=start, end=end)

    def choice(self, field: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """Return a member of a closed enumeration; absent means `default`, if there is one."""
        text = self.optional(field) if default is not None else self.required(field)
        if not text:
            return default if default is not None else next(iter(choices))
        return self._accepted(field, to_choice(text, choices), next(iter(choices)))

    def whole(self, field: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between two inclusive bounds; absent means `default`, if there is one."""
        text = self.optional(field, "a whole number") if default is not None else self.required(field, "a whole number")
        if not text:
            return low if default is None else default
        return self._accepted(field, to_whole(text, low, high), low)

    def prefix(self, field: str) -> Prefix:
        """Return a required prefix."""
        text = self.required(field)
        return self._accepted(field, to_prefix(text) if text else ANY4, ANY4)

    def reference(self, field: str, kind: NameKind, *, required: bool = True) -> str:
        """Return a name that must be declared; "" if it is absent and may be."""
        text = self.required(field) if required else self.optional(field)
        if text and not self.reading.refer(kind, text, self.place(field), self._rules.get(field)):
            self.ok = False
        return text

    def earlier_names(self, kind: NameKind, name: str) -> tuple[str, ...]:
        """Return the names in `renamed_from`, latest first; a name that is in use, or that two things had, is a finding."""
        found = self.names_of("renamed_from")
        for text in found:
            where = self.place("renamed_from")
            if isinstance(complaint := to_name(text), Complaint):
                self.complain(complaint.code, where, field="renamed_from", **dict(complaint.values))
            elif text in self.reading.declared[kind]:
                also = self.reading.declared[kind][text]
                finding = make_finding("TR240", where, also=(also,), kind=kind, name=name, before=text)
                self.reading.findings.append(finding)
            elif not self.reading.rename(kind, text, name, where):
                self.ok = False
        return found

    @abstractmethod
    def names_of(self, field: str) -> tuple[str, ...]:
        """Return the names in a field that may be absent, may hold one, or several."""


class RowFields(FieldReader):
    """Reads the cells of one row of a table; required cells are already known to hold something."""

    def __init__(self, row: Row, reading: ParserContext, rules: Mapping[str, RuleRef] = NO_RULES) -> None:
        super().__init__(reading, rules)
        self._row = row

    def place(self, field: str) -> Where:
        """Return the place of a cell."""
        return self._row.where(field)

    def optional(self, field: str, wanted: str = "text") -> str:  # noqa: ARG002 (a cell is always text)
        """Return a cell's text, "" if it is empty."""
        return self._accepted(field, to_line(self._row.text(field)), "")

    def missing(self, field: str) -> None:
        """Record that a required cell is empty."""
        self.complain("TR131", self.place(field), field=field)

    def names_of(self, field: str) -> tuple[str, ...]:
        """Return the names in a cell, separated by `;`."""
        return self.texts(field)

    def texts(self, field: str) -> tuple[str, ...]:
        """Return the parts of a cell that are separated by `;`; none may be empty or stand twice."""
        text = self.optional(field)
        parts = tuple(part.strip(" ") for part in text.split(";")) if text else ()
        seen: set[str] = set()
        for part in parts:
            if not part:
                self.complain("TR131", self.place(field), field=field)
            elif part in seen:
                self.complain("TR121", self.place(field), field=field, item=part)
            seen.add(part)
        return parts

    def references(self, field: str, kind: NameKind) -> tuple[str, ...]:
        """Return the names in a cell, separated by `;`, which must be declared."""
        names = self.texts(field)
        known = [self.reading.refer(kind, name, self.place(field), self._rules.get(field)) for name in names if name]
        self.ok = self.ok and all(known)
        return names
