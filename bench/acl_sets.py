"""How long proving fences takes: ACLs of sixty entries into flow sets, one after the other.

Prints one line a measurement: `python -m bench.acl_sets [number of ACLs]`. The lists are made from a fixed seed; each has
its own LAN on one side and peers, services, replies and errors on the other, as fences have.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace

from intents.prefix import Family
from routing.model import ESTABLISHED, Acl, AclEntry, Action, AddressMatch, IcmpMatch
from verification.packets.acl_sets import permitted
from verification.packets.header_space import header_space
from verification.packets.headers import header_match

PORTS = (22, 25, 53, 80, 389, 443, 445, 993, 1433, 3306, 5060, 5432, 8080, 8443)
ENTRIES = 60


def main() -> None:
    """Make the lists, then time the header space and both kinds of fence."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    chance = random.Random(46)  # noqa: S311 - the same lists on every run, nothing to guess
    sources = [_fence(number, chance) for number in range(count)]
    targets = [replace(acl, entries=tuple(_turned(entry) for entry in acl.entries)) for acl in sources]
    started = time.perf_counter()
    space = header_space(Family.V4, {header_match(entry) for acl in (*sources, *targets) for entry in acl.entries})
    _report("header space", started, 1, f"{len(tuple(space.headers))} atoms")
    for name, fences in (("source fences", sources), ("destination fences", targets)):
        started = time.perf_counter()
        runs = sum(len(row) for acl in fences for _, _, row in permitted(acl, space).rows)
        _report(name, started, count, f"{runs} runs")


def _report(name: str, started: float, count: int, found: str) -> None:
    spent = time.perf_counter() - started
    sys.stdout.write(f"{name}: {count} in {spent:.2f} s, {1000 * spent / count:.2f} ms each, {found}\n")


def _fence(number: int, chance: random.Random) -> Acl:
    lan = (_match((10 << 24) + (number << 6), 26),)
    entries = [_permit(lan, chance) for _ in range(ENTRIES - 1)]
    return Acl(name=str(number), family=Family.V4, entries=(*entries, AclEntry(action=Action.DENY)))


def _permit(lan: tuple[AddressMatch, ...], chance: random.Random) -> AclEntry:
    peer = (_match((11 << 24) + (chance.randrange(64) << 10), chance.choice((22, 24, 26))),)
    bare = AclEntry(action=Action.PERMIT, protocols=(6,), sources=lan, destinations=peer)
    port = chance.choice(PORTS)
    match chance.randrange(4):
        case 0:
            return replace(bare, destination_ports=((port, port),))
        case 1:
            return replace(bare, source_ports=((port, port),), tcp_flags=ESTABLISHED)
        case 2:
            return replace(bare, protocols=(17,), destination_ports=((port, port),))
        case _:
            return replace(bare, protocols=(1,), icmp=(IcmpMatch(type=chance.choice((3, 11, 12))),))


def _turned(entry: AclEntry) -> AclEntry:
    return replace(entry, sources=entry.destinations, destinations=entry.sources)


def _match(value: int, length: int) -> AddressMatch:
    return AddressMatch(value=value, care=(1 << 32) - (1 << (32 - length)))


if __name__ == "__main__":
    main()
