"""Many who write to one NetBox at once: runs of truc that give out addresses, and people's scripts that know nothing of truc:
half of them look in every VRF what is free in truc's pool, half have NetBox itself allocate, there and in a container of theirs.

The one idea: what stands there in the end is looked at with other eyes than truc's own: every prefix in the pools, whoever has
it, against all others. By hand, in the project's folder: `python -m tests.netbox_writers [WRITERS ALLOCATIONS]`.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from controller.jobs.files import Placing
from intents.registry import Registry
from ipam.address_plan import AddressPlan, PoolUse
from ipam.allocator import allocate
from ipam.keys import LanKey
from ipam.netbox.allocating import AllocatingStore, TakenMeanwhileError, taken_of
from ipam.netbox.changes import changes_to
from ipam.netbox.lease import LeaseHolder, WriteLease, leased
from ipam.netbox.reading import Reading, kept_plan, read_netbox, read_on
from ipam.netbox.server import Server, ServerAddress
from ipam.netbox.writing import Writer
from tests.netbox_api import Api
from tests.netbox_server import NetBox, netbox_server
from tests.small_registries import GOVERNMENT, ON, PC, Numbers, attachment, inventory, organisation, pool, registry

POOL = "10.196.0.0/14"
POOLS = (
    pool("communes-gov-v4", PoolUse.LAN, POOL, 26, GOVERNMENT, PC),
    pool("communes-gov-v6", PoolUse.LAN, "2001:db8:1400::/48", 64, GOVERNMENT, PC),
    pool("links-v4", PoolUse.LINK, "10.192.0.0/17", 31),
    pool("links-v6", PoolUse.LINK, "2001:db8:1000::/108", 127),
    pool("loopbacks-v4", PoolUse.LOOPBACK, "10.192.128.0/20", 32),
    pool("root-v4", PoolUse.ROOT, "10.192.0.0/13", 13),
    pool("root-v6", PoolUse.ROOT, "2001:db8:1000::/36", 36),
)
THEIRS = "10.194.0.0/16"
"""A container of people's own, in no pool."""
SITES = 4
OF_AN_ATTACHMENT = 8
"""Entries that an attachment gets: LAN and link of both families, and numbers for VRF, VLANs and AS."""
PREFIXES = "/api/ipam/prefixes/"
Network = IPv4Network | IPv6Network
_WAIT = 3600.0
_ROUNDS = 50


@dataclass(frozen=True)
class Crowd:
    """How many write: runs of truc, each for some attachments, and scripts, each for some prefixes; `pause`: most seconds between
    two prefixes of a script."""

    runs: int
    attachments: int
    scripts: int
    prefixes: int
    pause: float

    @property
    def allocations(self) -> int:
        return self.runs * self.attachments * OF_AN_ATTACHMENT + self.scripts * self.prefixes


@dataclass(frozen=True)
class Outcome:
    """What stands there in the end: what overlaps, who lacks what, what nobody asked for, what NetBox itself gave out in truc's
    pool; `rounds`: times that runs had to place anew because a script was there first."""

    overlaps: tuple[str, ...]
    missing: tuple[str, ...]
    leaked: tuple[str, ...]
    moved: tuple[str, ...]
    given: tuple[str, ...]
    notes: Counter[int]
    rounds: int
    seconds: float


def name_of(run: int, number: int) -> str:
    return f"o-{run:03d}-{number:03d}"


def registry_of(names: set[str]) -> Registry:
    """Return a registry in which everybody of these has a LAN, at one of some sites."""
    ordered = sorted(names)
    return registry(
        organisations=[organisation(name, PC) for name in ordered],
        attachments=[attachment(name, f"s-{1 + int(name.rpartition('-')[2]) % SITES}") for name in ordered],
        communes=range(1, SITES + 1),
    )


def names_in(plan: AddressPlan) -> set[str]:
    return {
        entry.key.attachment.removesuffix(f"-{GOVERNMENT}") for entry in plan.prefixes if isinstance(entry.key, LanKey)
    }


# Runs of truc.


def grow(server: Server, run: int, count: int) -> int:
    """Give addresses to what a run has to attach, beside what is attached already; returns how often it had to place anew."""
    mine = {name_of(run, number) for number in range(count)}
    with leased(server, LeaseHolder(word=f"run-{run}", shown=f"run {run}"), _WAIT) as lease:
        reading = read_netbox(server)
        known = {row.thing.entry for row in reading.rows}
        for turn in range(_ROUNDS):
            try:
                place(reading, mine, lease, known)
            except TakenMeanwhileError:
                reading = read_on(server, reading)
                continue
            return turn
    raise AssertionError(f"run {run} never got its place")


def place(reading: Reading, mine: set[str], lease: WriteLease, known: set[str]) -> None:
    kept = kept_plan(reading)
    assert kept.findings == ()
    found = registry_of(names_in(kept.plan) | mine)
    plan, wrong = allocate(found, inventory(found), POOLS, kept.plan, Numbers(), ON, taken_of(reading, POOLS))
    assert [item for item in wrong if item.severity == "error"] == []
    store = AllocatingStore(reading=reading, lease=lease, registry=found, news=lambda entry: entry not in known)
    with Placing() as placing:
        store.save(plan, kept, placing)
        placing.put()


# Scripts.


@dataclass(frozen=True)
class Script:
    """One of people's: how many prefixes it takes, in truc's pool or in a container of theirs, by the numbers of both."""

    api: Api
    number: int
    count: int
    pause: float
    pool: int
    theirs: int

    def run(self) -> list[dict[str, Any]]:
        """Return what it took, wherever that is."""
        drawn = random.Random(self.number)  # noqa: S311 (no secret)
        take = self._look_and_take if self.number % 2 else self._have_it_taken
        found: list[dict[str, Any]] = []
        while len(found) < self.count:
            time.sleep(drawn.random() * self.pause)  # so that they do not all ask at once
            found += take(drawn.choice([26, 26, 27, 25]))
        return found

    def _look_and_take(self, length: int) -> Iterator[dict[str, Any]]:
        """Look what lies in the pool, in whichever VRF, and write at once what is free."""
        rows = {row["id"]: row for row in _all(self.api, PREFIXES)}
        pool = ip_network(rows.pop(self.pool)["prefix"])
        used = {ip_network(row["prefix"]) for row in rows.values() if not _is_held(row)}
        there = [one for one in used if one.version == pool.version and one.overlaps(pool)]
        free = (one for one in pool.subnets(new_prefix=length) if not any(one.overlaps(other) for other in there))
        answer = self.api.ask("POST", PREFIXES, {"prefix": str(next(free))})
        assert answer.code in (201, 400, 409, 500), answer
        if answer.code == 201:
            yield answer.body

    def _have_it_taken(self, length: int) -> Iterator[dict[str, Any]]:
        """Have NetBox itself say what is free: it looks at the container's own VRF alone."""
        for container in (self.pool, self.theirs):
            answer = self.api.ask("POST", f"{PREFIXES}{container}/available-prefixes/", {"prefix_length": length})
            assert answer.code in (201, 409, 500), answer
            if answer.code == 201:
                yield answer.body


def _is_held(row: dict[str, Any]) -> bool:
    """Return whether a prefix only keeps NetBox's own allocation out of a pool, as docs/en/netbox.md says."""
    return row["role"] is not None and row["role"]["slug"] == "truc-held"


# All at once.


def crowd_in(netbox: NetBox, crowd: Crowd) -> Outcome:
    """Let everybody write at once to a prepared, empty NetBox, and look at what stands there."""
    begun, address = time.monotonic(), ServerAddress(url=netbox.url)
    first = Server(address, netbox.token)
    empty = read_netbox(first)
    plan, _ = allocate(registry_of(set()), inventory(registry_of(set())), POOLS, AddressPlan(), Numbers(), ON)
    Writer(first, empty.numbers(), lambda _: None).write(changes_to(empty, plan))
    container = netbox.admin.get(PREFIXES, prefix=POOL)["results"][0]["id"]
    theirs = netbox.admin.make(PREFIXES, {"prefix": THEIRS, "status": "container"})["id"]
    api = replace(netbox.admin, seconds=600.0)
    with ThreadPoolExecutor(crowd.runs + crowd.scripts) as pool_of_threads:
        scripts = [
            pool_of_threads.submit(Script(api, number, crowd.prefixes, crowd.pause, container, theirs).run)
            for number in range(crowd.scripts)
        ]
        runs = [
            pool_of_threads.submit(grow, Server(address, netbox.token), run, crowd.attachments)
            for run in range(crowd.runs)
        ]
        rounds = sum(run.result() for run in runs)
        taken = [(number, one) for number, script in enumerate(scripts) for one in script.result()]
    return _looked_at(netbox, crowd, taken, rounds, time.monotonic() - begun)


def _looked_at(
    netbox: NetBox, crowd: Crowd, taken: list[tuple[int, dict[str, Any]]], rounds: int, seconds: float
) -> Outcome:
    pool = ip_network(POOL)
    rows = list(_all(netbox.admin, PREFIXES))
    ours = [row for row in rows if any(tag["slug"] == "truc" for tag in row["tags"])]
    entries = Counter(row["custom_fields"]["truc_key"] for row in ours)
    wanted = {f"lan/{name_of(run, n)}-{GOVERNMENT}" for run in range(crowd.runs) for n in range(crowd.attachments)}
    lans = {key: count for key, count in entries.items() if key and key.startswith("lan/")}
    now = {row["id"]: row for row in rows}
    notes = Counter(note["assigned_object_id"] for note in _all(netbox.admin, "/api/extras/journal-entries/"))
    left = netbox.admin.get("/api/ipam/vrfs/", rd="truc:lock")["count"]
    return Outcome(
        overlaps=tuple(
            _overlaps(
                [row for row in rows if row["status"]["value"] != "container" and not _is_held(row)],
                {row["id"] for row in ours},
            )
        ),
        missing=tuple(sorted(key for key in wanted if lans.get(key) != 2)),
        leaked=(*sorted(lans.keys() - wanted), *(["the right to write"] if left else [])),
        moved=tuple(
            one["prefix"] for _, one in taken if now.get(one["id"], {}).get("last_updated") != one["last_updated"]
        ),
        given=tuple(
            one["prefix"] for number, one in taken if number % 2 == 0 and ip_network(one["prefix"]).overlaps(pool)
        ),
        notes=notes,
        rounds=rounds,
        seconds=seconds,
    )


def _all(api: Api, path: str) -> Iterator[dict[str, Any]]:
    page = api.get(path, start=0, limit=1000)
    yield from page["results"]
    while page["next"]:
        page = api.get(page["next"].removeprefix(api.url))
        yield from page["results"]


def _overlaps(rows: list[dict[str, Any]], ours: set[int]) -> Iterator[str]:
    """Yield pairs that overlap, of which one at least is ours (scripts also get in each other's way).

    Of sorted prefixes, each is held against those before it that are not over yet.
    """
    open_ones: list[tuple[Network, int]] = []
    networks = [(ip_network(row["prefix"]), int(row["id"])) for row in rows]
    for network, number in sorted(
        networks, key=lambda one: (one[0].version, int(one[0].network_address), one[0].prefixlen)
    ):
        open_ones = [
            (one, other)
            for one, other in open_ones
            if one.version == network.version and int(one.broadcast_address) >= int(network.network_address)
        ]
        yield from (f"{one} ({other}) {network} ({number})" for one, other in open_ones if {other, number} & ours)
        open_ones.append((network, number))


def main(writers: int, allocations: int) -> None:
    from tests.test_real_netbox_plan import prepared  # noqa: PLC0415 (pytest's module, for by hand)

    runs, scripts = writers * 3 // 4, writers - writers * 3 // 4
    each = max(1, allocations // (runs * OF_AN_ATTACHMENT))
    crowd = Crowd(runs=runs, attachments=each, scripts=scripts, prefixes=10, pause=runs * 2.0)
    with netbox_server() as netbox:
        prepared(netbox)
        found = crowd_in(netbox, crowd)
    print(f"{crowd}: {crowd.allocations} allocations in {found.seconds:.0f} s, placed anew {found.rounds} times")  # noqa: T201 (a program)
    wrong = {name: getattr(found, name) for name in ("overlaps", "missing", "leaked", "moved", "given")}
    print(", ".join(f"{name} {one}" for name, one in wrong.items()))  # noqa: T201 (a program)
    print(f"notes: {len(found.notes)} prefixes, at most {max(found.notes.values(), default=0)} each")  # noqa: T201 (a program)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3] or ("64", "10000")))
