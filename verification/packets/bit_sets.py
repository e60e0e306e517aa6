"""Sets of things that are numbered, each one integer: bit n says whether the n-th thing is in it.

The one idea: at run time a set is a plain `int`, so that union, intersection and difference of thousands of members are one
operation each; the type checker alone knows what its members are, and takes no set of regions for one of rules. Who numbers the
things is whoever makes the sets: two numberings of the same things are not told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

_Member = TypeVar("_Member")


class BitSet(Generic[_Member]):
    """A set of numbered things of one kind, for the type checker: every value is an `int`. The empty set is false."""

    if TYPE_CHECKING:

        def __or__(self, other: BitSet[_Member]) -> BitSet[_Member]: ...
        def __and__(self, other: BitSet[_Member]) -> BitSet[_Member]: ...
        def __xor__(self, other: BitSet[_Member]) -> BitSet[_Member]: ...
        def __invert__(self) -> BitSet[_Member]: ...
        def __bool__(self) -> bool: ...
        def bit_count(self) -> int: ...


def from_bits(bits: int) -> BitSet[_Member]:
    """Return the set with these bits."""
    return bits  # type: ignore[return-value] # an integer becomes a set in this module alone


def to_bits(found: BitSet[_Member]) -> int:
    """Return the bits of a set."""
    return found  # type: ignore[return-value] # a set becomes an integer in this module alone


def nothing() -> BitSet[_Member]:
    """Return the set without members."""
    return from_bits(0)


def everything() -> BitSet[_Member]:
    """Return the set of all things, whatever their number."""
    return from_bits(-1)


def bit(number: int) -> BitSet[_Member]:
    """Return the set of one thing."""
    return 1 << number  # type: ignore[return-value] # as above; asked so often that one more call would be felt


def first(count: int) -> BitSet[_Member]:
    """Return the set of the first so many things."""
    return from_bits((1 << count) - 1)


def union(sets: Iterable[BitSet[_Member]]) -> BitSet[_Member]:
    """Return the union of sets."""
    found: BitSet[_Member] = nothing()
    for item in sets:
        found |= item
    return found


def numbers(found: BitSet[_Member]) -> Iterator[int]:
    """Yield the numbers of a set's members, lowest first. Everything has no end."""
    left = to_bits(found)
    while left:
        lowest = left & -left
        yield lowest.bit_length() - 1
        left ^= lowest


def lowest(found: BitSet[_Member]) -> int:
    """Return the lowest number of a set; ValueError if it is empty."""
    if not found:
        raise ValueError("an empty set has no lowest member")
    bits = to_bits(found)
    return (bits & -bits).bit_length() - 1
