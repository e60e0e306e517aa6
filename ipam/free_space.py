"""The free part of one pool.

The one idea: keep the free space as the unique set of largest aligned blocks (a buddy system), one sorted list of
network addresses for each prefix length; then marking a known prefix, finding the lowest free one and counting what is
left are all a few binary searches, however many prefixes are in use.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from intents.prefix import Prefix, truncate


class FreeSpace:
    """What is free in `pool`; starts whole."""

    __slots__ = ("_blocks", "pool")

    def __init__(self, pool: Prefix) -> None:
        self.pool = pool
        self._blocks: dict[int, list[int]] = {pool.length: [pool.network]}

    @property
    def free(self) -> int:
        """Return the number of free addresses."""
        bits = self.pool.family.bits
        return sum(len(networks) << (bits - length) for length, networks in self._blocks.items())

    @property
    def largest(self) -> Prefix | None:
        """Return the largest free prefix (the lowest of them), None if the pool is full."""
        lengths = [length for length, networks in self._blocks.items() if networks]
        if not lengths:
            return None
        length = min(lengths)
        return Prefix(self.pool.family, self._blocks[length][0], length)

    def holds(self, wanted: Prefix) -> bool:
        """Return whether all of a prefix is free in this pool."""
        return any(
            _present(self._blocks.get(length, []), truncate(wanted.family, wanted.network, length))
            for length in range(wanted.length, self.pool.length - 1, -1)
        )

    def take(self, wanted: Prefix) -> bool:
        """Mark a prefix as used; return False, and change nothing, if not all of it is free in this pool."""
        for length in range(wanted.length, self.pool.length - 1, -1):
            network = truncate(wanted.family, wanted.network, length)
            networks = self._blocks.get(length)
            if networks and _remove(networks, network):
                self._give_back_halves(Prefix(wanted.family, network, length), wanted)
                return True
        return False

    def take_overlap(self, used: Prefix) -> None:
        """Mark whatever part of the pool `used` covers or overlaps; parts that were marked before stay so."""
        if not used.overlaps(self.pool):
            return
        whole = self.pool if used.covers(self.pool) else used
        if self.take(whole):
            return
        for length, networks in self._blocks.items():
            if length > whole.length:
                low = bisect_left(networks, whole.network)
                high = bisect_left(networks, whole.last + 1)
                del networks[low:high]

    def lowest(self, length: int, start: int = 0) -> Prefix | None:
        """Return the lowest free prefix of `length` bits at or above the address `start`; it stays free until taken."""
        family = self.pool.family
        fitting = [(size, networks) for size, networks in self._blocks.items() if networks and size <= length]
        if start <= self.pool.network:
            found = [networks[0] for _, networks in fitting]
        else:
            bits, wanted_size = family.bits, 1 << (family.bits - length)
            aligned = -(-start // wanted_size) * wanted_size
            places = (_first_inside(networks, 1 << (bits - size), aligned) for size, networks in fitting)
            found = [place for place in places if place is not None]
        return Prefix(family, min(found), length) if found else None

    def _give_back_halves(self, block: Prefix, wanted: Prefix) -> None:
        """Free what is left of a block from which `wanted` was taken: one sibling on each level between the two."""
        for length in range(block.length + 1, wanted.length + 1):
            half = truncate(wanted.family, wanted.network, length)
            sibling = half ^ (1 << (wanted.family.bits - length))
            insort(self._blocks.setdefault(length, []), sibling)


def _present(networks: list[int], network: int) -> bool:
    place = bisect_left(networks, network)
    return place < len(networks) and networks[place] == network


def _remove(networks: list[int], network: int) -> bool:
    if not _present(networks, network):
        return False
    del networks[bisect_left(networks, network)]
    return True


def _first_inside(networks: list[int], block_size: int, aligned: int) -> int | None:
    """Return the lowest address inside the blocks at or above `aligned`, None if there is none."""
    place = bisect_left(networks, aligned)
    if place and networks[place - 1] + block_size > aligned:
        return aligned
    return networks[place] if place < len(networks) else None
