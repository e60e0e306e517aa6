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


class PrintedBlock(dict[str, StandingLine]):
    """A block that remembers its text at the depth at which it was printed last: a state has most blocks of the one before."""

    __slots__ = ("known",)

    def __init__(self, entries: Block = EMPTY) -> None:
        super().__init__(entries)
        self.known: tuple[int, str] | None = None


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
        return _with(root, key, entry)
    above = root.get(key) or StandingLine("", group, EMPTY)
    return _with(root, key, above._replace(below=put(above.below or EMPTY, rest, entry, group)))


def drop(root: Block, keys: Keys) -> Block:
    """Return the tree without an entry, and without a group that has become empty."""
    key, rest = keys[0], keys[1:]
    above = root.get(key)
    if above is None:
        return root
    if not rest:
        return _without(root, key)
    below = drop(above.below or EMPTY, rest)
    if not below and not above.text:
        return _without(root, key)
    return _with(root, key, above._replace(below=below))


def _with(block: Block, key: str, entry: StandingLine) -> Block:
    found = PrintedBlock(block)
    found[key] = entry
    return found


def _without(block: Block, key: str) -> Block:
    found = PrintedBlock(block)
    del found[key]
    return found


def printed(block: Block, depth: int = 0) -> str:
    """Return the lines of a block as the device prints them, one space a level."""
    if not isinstance(block, PrintedBlock):
        return _printed(block, depth)
    if block.known is None or block.known[0] != depth:
        block.known = depth, _printed(block, depth)
    return block.known[1]


def _printed(block: Block, depth: int) -> str:
    margin = " " * depth
    found: list[str] = []
    for entry in ordered(block):
        if not entry.text:
            found.append(printed(entry.below or EMPTY, depth))
            continue
        found.append(f"{margin}{entry.text}\n")
        if entry.below:
            found.append(printed(entry.below, depth + 1))
        if entry.text.startswith("address-family "):
            found.append(f"{margin}{SECTION_END}\n")
    return "".join(found)


def paths_of(block: Block, above: Keys = ()) -> Iterator[Keys]:
    """Yield every line of a block with those that it stands below, outermost first."""
    for entry in block.values():
        path = (*above, entry.text) if entry.text else above
        if entry.text:
            yield path
        yield from paths_of(entry.below or EMPTY, path)


def ordered(block: Block) -> list[StandingLine]:
    """Return the entries of a block in the order in which they are printed."""
    return sorted(block.values(), key=_order)


def _order(entry: StandingLine) -> Order:
    return entry.order
