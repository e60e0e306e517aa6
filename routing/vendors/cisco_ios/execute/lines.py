"""The lines of a running text as a tree that is never changed: blocks of entries by what each says, not by where it stands.

The one idea: an entry is found by its key (the command without its value), so that a new value takes the place of the old one,
and is printed by its order, so that the text is the same however it came about. A change copies only the blocks above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from routing.vendors.cisco_ios.layout import SECTION_END

Order = tuple[object, ...]
Keys = tuple[str, ...]


class StandingLine(NamedTuple):
    """A line with what stands below it (None: nothing can). Without text it is a group: what all its lines have in common."""

    text: str
    order: Order
    below: Block | None = None


Block = Mapping[str, StandingLine]
EMPTY: Block = MappingProxyType({})


def block_at(root: Block, keys: Keys) -> Block | None:
    """Return the block below an entry, None if the entry is not there."""
    block: Block | None = root
    for key in keys:
        entry = None if block is None else block.get(key)
        if entry is None:
            return None
        block = entry.below if entry.below is not None else EMPTY
    return block


def entry_at(root: Block, keys: Keys) -> StandingLine | None:
    """Return the entry at a place."""
    block = block_at(root, keys[:-1])
    return None if block is None else block.get(keys[-1])


def put(root: Block, keys: Keys, entry: StandingLine, group: Order = ()) -> Block:
    """Return the tree with an entry at a place; a group above it that is missing is made, with the order given."""
    key, rest = keys[0], keys[1:]
    if not rest:
        return {**root, key: entry}
    above = root.get(key) or StandingLine("", group, EMPTY)
    return {**root, key: above._replace(below=put(above.below or EMPTY, rest, entry, group))}


def drop(root: Block, keys: Keys) -> Block:
    """Return the tree without an entry, and without a group that has become empty."""
    key, rest = keys[0], keys[1:]
    above = root.get(key)
    if above is None:
        return root
    if not rest:
        return {name: entry for name, entry in root.items() if name != key}
    below = drop(above.below or EMPTY, rest)
    if not below and not above.text:
        return {name: entry for name, entry in root.items() if name != key}
    return {**root, key: above._replace(below=below)}


def printed(block: Block, depth: int = 0) -> Iterator[str]:
    """Yield the lines of a block as the device prints them, one space a level."""
    for entry in ordered(block):
        if not entry.text:
            yield from printed(entry.below or EMPTY, depth)
            continue
        yield " " * depth + entry.text
        if entry.below:
            yield from printed(entry.below, depth + 1)
        if entry.text.startswith("address-family "):
            yield " " * depth + SECTION_END


def ordered(block: Block) -> list[StandingLine]:
    """Return the entries of a block in the order in which they are printed."""
    return sorted(block.values(), key=_order)


def _order(entry: StandingLine) -> Order:
    return entry.order
