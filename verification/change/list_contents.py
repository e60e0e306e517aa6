"""The contents of all lists of two networks: what each permits, and where two of them differ, over one header space.

The one idea: lists that say the same are one; where a packet's fate hangs on two lists, it can only differ at addresses at which
these permit different packets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intents.prefix import Family
from routing.model import Acl, AclEntry
from verification.evidence.evidence import Evidence
from verification.packets.acl_sets import permitted
from verification.packets.flow_sets import FlowSet, NotExpressibleError, Span, clip, rectangle, union_of, whole
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import HeaderMatch, HeaderSet, header_match

Course = tuple[int, ...]
"""A way that delivers, by the filters on it: numbers of list contents, in order."""
Courses = frozenset[Course]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDifference:
    """Addresses between which two lists may permit different packets: everything else both treat alike."""

    sources: tuple[Span, ...]
    destinations: tuple[Span, ...]


NOWHERE = AddressDifference(sources=(), destinations=())


class ListContents:
    """The contents of all lists of both networks, numbered; what each permits, worked out once."""

    def __init__(self, family: Family, networks: Iterable[Evidence]) -> None:
        self.family = family
        self._number: dict[tuple[AclEntry, ...], int] = {}
        self._acls: list[Acl] = []
        self._permitted: dict[int, FlowSet] = {}
        self._differences: dict[tuple[int, int], AddressDifference] = {}
        matches: set[HeaderMatch] = set()
        for evidence in networks:
            for (_, kind, _), acl in sorted(evidence.acls.items()):
                if kind is family and acl.entries not in self._number:
                    self._number[acl.entries] = len(self._acls)
                    self._acls.append(acl)
                    matches |= {header_match(entry) for entry in acl.entries}
        self.space: HeaderSpace = header_space(family, matches)
        self.whole: HeaderSet = self.space.unfragmented

    def number(self, acl: Acl) -> int:
        """Return the number of a list's content."""
        return self._number[acl.entries]

    def delivered(self, courses: Courses, spans: Iterable[Span]) -> FlowSet:
        """Return the packets to some addresses that pass all lists of any of some ways."""
        found = FlowSet(space=self.space)
        everything = rectangle(self.space, whole(self.family), spans, self.space.full)
        for course in sorted(courses):
            packets = everything
            for number in course:
                packets &= self._permits(number)
            found |= packets
        return found

    def differing(self, before: Courses, after: Courses, spans: Sequence[Span]) -> Sequence[Span]:
        """Return those of some addresses at which two fates may differ: of two single ways, where some list on one permits other
        packets than the list that takes its place on the other."""
        if len(before) != 1 or len(after) != 1:
            return spans
        (one,), (other,) = before, after
        if len(one) != len(other):
            return spans
        pairs = zip(one, other, strict=True)
        found = union_of(span for old, new in pairs if old != new for span in self._changed(old, new).destinations)
        return clip(spans, found)

    def changed(self, one: Acl | None, other: Acl | None) -> AddressDifference:
        """Return where two lists, or none and one, may permit different packets."""
        if one is None or other is None:
            return NOWHERE if one is other else self._everywhere
        return self._changed(self.number(one), self.number(other))

    def sources(self, acl: Acl | None) -> tuple[Span, ...]:
        """Return the sources from which a list (None: no filter) permits any packet."""
        if acl is None:
            return whole(self.family)
        try:
            return union_of((low, high) for low, high, _ in self._permits(self.number(acl)).rows)
        except NotExpressibleError:  # a packet that hangs on it is told as such where its fate is asked
            return whole(self.family)

    @property
    def _everywhere(self) -> AddressDifference:
        return AddressDifference(sources=whole(self.family), destinations=whole(self.family))

    def _changed(self, old: int, new: int) -> AddressDifference:
        if old == new:
            return NOWHERE
        if (old, new) not in self._differences:
            self._differences[old, new] = self._compared(old, new)
        return self._differences[old, new]

    def _compared(self, old: int, new: int) -> AddressDifference:
        try:
            one, other = self._permits(old), self._permits(new)
        except NotExpressibleError:
            return self._everywhere
        rows = ((one - other) | (other - one)).rows
        return AddressDifference(
            sources=union_of((low, high) for low, high, _ in rows),
            destinations=union_of((low, high) for _, _, row in rows for low, high, _ in row),
        )

    def _permits(self, number: int) -> FlowSet:
        if number not in self._permitted:
            self._permitted[number] = permitted(self._acls[number], self.space)
        return self._permitted[number]
