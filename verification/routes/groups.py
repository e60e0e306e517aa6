"""Sessions that are told alike, and what one of them carries: the values that advertisements are made of.

The one idea: a group knows bounds for everything that it may carry, so that most offers need not be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from intents.prefix import Family, Prefix
from verification.routes.adjacency import Session
from verification.routes.best_path import Candidate, Grade
from verification.routes.route_filters import Filter, PathAttributes


class Group(NamedTuple):
    """Sessions of one node and family with equal sending halves and equal import filters.

    `first` is any of them, `preference` the highest that a receiver may give, `origin` the lowest that either end may. Everybody
    in `always` is told every prefix; a stub only what `stubs` has for it by prefix. `highest`: no preference is above.
    """

    number: int
    family: Family
    exports: tuple[Filter, ...]
    imports: tuple[Filter, ...]
    first: Session
    preference: int
    origin: int | None
    always: tuple[Session, ...]
    stubs: Mapping[Prefix, tuple[Session, ...]]
    highest: int

    def shortest(self, held: int) -> int:
        """Return the fewest ASs that a path has when it arrives, if its sender holds this many."""
        return len(self.first.sender_path) + (0 if self.first.export.remove_private else held)

    def bound(self, held: int) -> Grade:
        """Return the best grade that an offer made of any path of this length can have."""
        return (True, -(self.highest if self.first.internal else self.preference), self.shortest(held), 0)

    def best_grade(self, best: Candidate) -> Grade:
        """Return the best grade that an offer made of a path can have."""
        origin = best.attributes.origin if self.origin is None else min(self.origin, best.attributes.origin)
        preference = self.highest if self.first.internal else self.preference
        return (True, -preference, self.shortest(len(best.attributes.as_path)), origin)

    def advertised(self, prefix: Prefix) -> tuple[Session, ...]:
        """Return the sessions whose receivers settle a prefix."""
        return (*self.always, *self.stubs[prefix]) if prefix in self.stubs else self.always

    def passes(self, prefix: Prefix) -> bool:
        """Return whether a prefix can pass, whatever its attributes."""
        return (
            self.family is prefix.family
            and all(item.may_accept(prefix) for item in self.exports)
            and all(item.may_accept(prefix) for item in self.imports)
        )


class Sent(NamedTuple):
    """What the import filters make of a path, and the AS path as it was sent (loops are looked for in that).

    `held_first`: the first AS of the path as its sender holds it, None if it has none; `learned_from`: the neighbour that the
    sender learned it from, None if it didn't.
    """

    accepted: PathAttributes
    path: tuple[int, ...]
    asns: frozenset[int]
    held_first: int | None
    learned_from: int | None


def through(
    filters: Iterable[Filter], prefix: Prefix, path: PathAttributes, *, announcing: bool
) -> PathAttributes | None:
    """Return the attributes after every filter, None if one rejects."""
    current: PathAttributes | None = path
    for item in filters:
        if current is None:
            return None
        current = item.apply(prefix, current, announcing)
    return current
