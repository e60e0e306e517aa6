"""Our own prefixes beside netaddr's: reading 50,000 of them, and giving out the lowest free /26 of a pool 2,000 times.

Prints one line a measurement, the best of five: `python -m bench.prefixes`. Both give out the same addresses, or it ends in an
error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from netaddr import IPNetwork
from netaddr.contrib.subnet_splitter import SubnetSplitter

from intents.prefix import parse_prefix
from ipam.free_space import FreeSpace

POOL = "10.192.0.0/12"
READ = [f"10.{number >> 8 & 255}.{number & 255}.0/24" for number in range(50_000)]
GIVEN, LENGTH, RUNS = 2_000, 26, 5


def main() -> int:
    """Measure both, and tell whether they agree."""
    given = {"ours": ours_given(), "netaddr": theirs_given()}
    _report("read 50,000", lambda: [parse_prefix(text) for text in READ], lambda: [IPNetwork(text) for text in READ])
    _report("give out 2,000", ours_given, theirs_given)
    if given["ours"] != given["netaddr"]:
        sys.stderr.write("ours and netaddr give out different addresses\n")
        return 1
    return 0


def ours_given() -> list[str]:
    """Return the prefixes that our free space gives out."""
    space, found = FreeSpace(parse_prefix(POOL)), []
    for _ in range(GIVEN):
        lowest = space.lowest(LENGTH)
        if lowest is None or not space.take(lowest):
            raise ValueError("the pool is full")
        found.append(str(lowest))
    return found


def theirs_given() -> list[str]:
    """Return the prefixes that netaddr's splitter gives out."""
    splitter = SubnetSplitter(POOL)
    return [str(splitter.extract_subnet(LENGTH, 1)[0]) for _ in range(GIVEN)]


def _report(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    mine, other = (min(_milliseconds(work) for _ in range(RUNS)) for work in (ours, theirs))
    sys.stdout.write(f"{what}: ours {mine:.0f} ms, netaddr {other:.0f} ms\n")


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
