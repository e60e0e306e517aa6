"""What it costs to have a province in a NetBox: written there, read whole, compared, taken back; one table, one run.

Each row is a command of truc in a process of its own, at a real NetBox that starts for it, empty, and is gone afterwards
(CONTRIBUTING.md, Servers that nobody here wrote). The floor of a row is its number of requests times what NetBox takes to answer
the smallest question about an object. The rival is pynetbox as its pages show it, an object at a time with the same fields, on a
sample: what it would take for all is worked out from that. Last comes truc's own part of a full read of a larger province, whose
answers lie in files. Run: `python -m bench.bench_netbox [--sites 100] [--sample 200] [--shelf 1000]`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import pynetbox  # type: ignore[import-untyped]  # it has no types

from bench.generate import write_province
from bench.netbox_shelf import Shelf, fill
from controller.jobs.pipeline import address, store_of, want
from ipam.netbox.changes import changes_to
from ipam.netbox.mapping import ENTRY
from ipam.netbox.reading import ALL_READS, Reading, read_netbox
from ipam.netbox.rows import body_of
from ipam.netbox.server import Server, ServerAddress, ServerAnswer
from ipam.store.plan_store import NOTHING
from ipam.store.table_files import TABLES, read_table_files
from tests.netbox_server import NetBox, netbox_server
from tests.small_commands import truc

LOCKFILE = "truc.lock.csv"
URL, TOKEN = "TRUC_NETBOX_URL", "TRUC_NETBOX"
EMPTY = Reading(rows=(), foreign=(), revision=NOTHING, shown="")
Row = dict[str, float]
_TRIPS = 40


# In a process of its own.


def measured(does: Callable[[], object]) -> Row:
    """Do something with a NetBox; returns seconds, those of our processor, requests, and MiB at most."""
    asked: Counter[str] = Counter()
    ask = Server.ask

    def counting(self: Server, method: str, path: str, *more: Any) -> ServerAnswer:
        asked["reads" if method == "GET" else "writes"] += 1
        return ask(self, method, path, *more)

    cpu = time.process_time()
    with patch.object(Server, "ask", counting):
        row = _timed(does)
    cpu = time.process_time() - cpu
    return row | {"cpu": cpu, "reads": asked["reads"], "writes": asked["writes"], "mib": _peak()}


def _timed(does: Callable[[], object]) -> Row:
    begun = time.monotonic()
    does()
    return {"seconds": time.monotonic() - begun}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def command(words: Sequence[str]) -> None:
    """Run a command of truc; AssertionError unless it ends well."""
    code, text = truc(*words)
    assert code == 0, text


def whole() -> Reading:
    return read_netbox(Server(ServerAddress(url=os.environ[URL]), os.environ[TOKEN]), kinds=ALL_READS)


def rival(sample: int) -> dict[str, Row]:
    """Return what pynetbox takes: prefixes made and read one by one, and all of them read in its own pages."""
    prefixes = pynetbox.api(os.environ[URL], token=os.environ[TOKEN]).ipam.prefixes
    bodies, numbers = list(_bodies(whole(), sample)), list[int]()
    made = _timed(lambda: numbers.extend(prefixes.create(body)["id"] for body in bodies))
    read = _timed(lambda: [prefixes.get(number) for number in numbers])
    listed: list[Any] = []
    whole_list = _timed(lambda: listed.extend(prefixes.all()))
    return {
        "made one by one": made | {"objects": len(numbers)},
        "read one by one": read | {"objects": len(numbers)},
        "read as a list": whole_list | {"objects": len(listed)},
    }


def _bodies(found: Reading, count: int) -> Iterator[dict[str, Any]]:
    """Yield what truc wrote of some prefixes, for places where nobody has anything and without what tells whose they are."""
    rows = [row.thing for row in found.rows if row.thing.entry.startswith("prefix ")]
    numbers = found.numbers()
    for place, thing in enumerate(rows[:count]):
        body = body_of(thing, numbers, "pynetbox")
        body["prefix"] = f"10.255.{place // 64}.{place % 64 * 4}/30"
        yield body | {"tags": [], "custom_fields": body["custom_fields"] | {ENTRY: None}}


def one(words: Sequence[str]) -> object:
    """Return what is measured of a command, of a whole reading ("read", "shelf FOLDER"), or of the rival ("rival SAMPLE")."""
    match words:
        case ["read"]:
            return measured(whole)
        case ["rival", sample]:
            return rival(int(sample))
        case ["shelf", folder]:
            return measured(lambda: read_netbox(Shelf(Path(folder)), kinds=ALL_READS))
        case _:
            return measured(lambda: command(words))


# All of it.


def apart(*words: str | Path, known: Mapping[str, str]) -> Any:
    """Return what a process of its own measured."""
    command = [sys.executable, "-m", "bench.bench_netbox", "--one", *(str(word) for word in words)]
    environment = {**os.environ, "PYTHONUTF8": "1", **known}
    return json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout)


@dataclass(frozen=True)
class Bench:
    """A NetBox, how long it takes to answer the smallest question about an object, and how many objects it is to have."""

    netbox: NetBox
    trip: float
    objects: int

    def apart(self, *words: str | Path) -> Any:
        """Return what a process of its own measured."""
        return apart(*words, known={URL: self.netbox.url, TOKEN: self.netbox.token})

    def row(self, name: str, *words: str | Path) -> float:
        """Measure a command and print its row; returns its seconds."""
        found = self.apart(*words)
        floor = (found["reads"] + found["writes"]) * self.trip
        print(
            f"{name:24} {found['reads']:>6} {found['writes']:>6} {found['seconds']:>8.1f} "
            f"{self.objects / found['seconds']:>8.0f} {found['cpu']:>6.1f} {floor:>6.1f} "
            f"{found['seconds'] / floor:>6.1f} {found['mib']:>5.0f}",
            flush=True,
        )
        return float(found["seconds"])


def trip_of(netbox: NetBox) -> float:
    """Return how many seconds NetBox takes for a list that has nothing yet, asked as truc asks."""
    server = Server(ServerAddress(url=netbox.url), netbox.token)
    return median(_timed(lambda: server.get("ipam/prefixes/", limit=1, fields="id"))["seconds"] for _ in range(_TRIPS))


def bench(netbox: NetBox, folder: Path, sample: int) -> None:
    """Print the table for a workspace that is compiled."""
    again, plan = folder.with_name("again"), store_of(folder).load().plan
    again.mkdir()
    objects = changes_to(EMPTY, plan, read_table_files(folder).lines()).count
    own = Bench(netbox, trip_of(netbox), objects)
    print(f"{objects} objects; the smallest question about one: {own.trip * 1000:.0f} ms")
    print(f"{'':24} {'reads':>6} {'writes':>6} {'seconds':>8} {'objects/s':>8} {'CPU s':>6} {'floor':>6} ratio   MiB")
    own.row("bootstrap", "netbox", "bootstrap", "--yes", "--backup", folder.with_name("before.json"))
    written = own.row("export", "netbox", "export", "--yes", "-w", folder)
    read = own.row("full read", "read")
    own.row("check", "netbox", "check", "-w", folder)
    own.row("export, nothing to do", "netbox", "export", "--yes", "-w", folder)
    own.row("import", "netbox", "import", "--yes", "-w", again)
    for file in (LOCKFILE, *TABLES):
        there, back = ((one / file).read_text(encoding="utf-8").splitlines() for one in (folder, again))
        # Of tables, the comment above them is the file's.
        assert there[file in TABLES :] == back, file
    for name, found in own.apart("rival", str(sample)).items():
        each, ours = found["seconds"] / found["objects"], (written if name.startswith("made") else read) / objects
        print(f"pynetbox, {name}: {found['objects']:.0f} prefixes, {1 / each:.0f} a second;", end=" ")
        print(f"for all objects {each * objects:.0f} s, {each / ours:.1f} times what truc takes")


def read_from_files(sites: int, seed: int) -> None:
    """Print what reading costs beside what a NetBox takes for it."""
    with tempfile.TemporaryDirectory() as made:
        folder, shelf = Path(made) / "province", Path(made) / "shelf"
        write_province(sites, seed, folder)
        shelf.mkdir()
        changes = changes_to(EMPTY, address(want(folder, None)).address_plan, read_table_files(folder).lines())
        fill(shelf, (change.thing for change in changes.made))
        found = apart("shelf", shelf, known={})
    print(f"{sites} sites, {changes.count} objects, read from files: {found['cpu']:.1f} CPU s, {found['mib']:.0f} MiB")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--shelf", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.one is not None:
        print(json.dumps(one(asked.one)))
        return
    with tempfile.TemporaryDirectory() as made, netbox_server() as netbox:
        folder = Path(made) / "province"
        write_province(asked.sites, asked.seed, folder)
        command(["compile", "-w", str(folder)])
        bench(netbox, folder, asked.sample)
    read_from_files(asked.shelf, asked.seed)


if __name__ == "__main__":
    main()
