"""Carrying a change out on every device: wall time against the floor and processor time a device, beside nornir-netmiko.

Run: `python -m bench.bench_apply [--sites N] [--workers 20] [--milliseconds 50]` (the example province's 151 devices; with
`--sites` a made-up province). Every device gets one more syslog server, the smallest change that all get. The devices stand in
a process of their own, each behind a wire that takes so long there and back (`bench.bench_fleet`). The plan is made here, but
not proved, which is another figure (`bench.bench_plan`); carried out it is as `truc apply` does it: all are read, what is done
is worked out anew from the texts, then canary and waves of as many as there are workers.

Floor: round trips that one device needs by itself, times devices, by workers. They are measured: a few devices one after the
other, with the wire and without, the difference by its length. Of the time in which an IOS-XE device acts no other one may act
(ADR 48), so the round trips of that time are added up without workers, and the larger of both is the floor.

Beside it nornir with nornir-netmiko, as many workers, fresh devices behind the same wires: it sends the same lines
(`netmiko_send_config`, `netmiko_commit` on Junos, `netmiko_save_config` on IOS-XE), reads nothing and looks at no answer of its
own.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from nornir.core import Nornir
from nornir.core.configuration import Config, LoggingConfig
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.state import GlobalState
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_netmiko.tasks import (  # type: ignore[import-untyped]  # it has no types
    netmiko_commit,
    netmiko_save_config,
    netmiko_send_config,
)

from bench.bench_fleet import KNOWN, busy, reaches
from bench.generate import main as generate
from controller.apply.derived import PlanEnds
from controller.apply.kept_texts import keep_texts
from controller.apply.logbook import Logbook, utc_now
from controller.apply.opening import read_devices, texts_of
from controller.apply.rollout_run import RolloutRules, RolloutRun
from controller.apply.terms import Patience, RolloutTerms
from controller.apply.ways import PlannedDevice, own_text
from controller.fleet.access import FleetAccess
from controller.fleet.readings import DeviceReach, Stop
from controller.jobs.compile import compile_workspace
from controller.journal.file import open_journal
from controller.journal.holder import Holder
from controller.journal.records import Aim, Resumed, RolloutOutcome
from controller.journal.targets import begun_of
from controller.output.canonical_json import Plain, canonical_file
from controller.output.terminal import Output
from controller.reports.devices import tell_reading
from controller.rollout.filed import FiledPlan, read_plan
from controller.rollout.plan import PLAN_FORMAT, device_part
from controller.rollout.planning import standing_text
from controller.rollout.steps import DeviceChange, change_both_ways
from routing.vendors.change import EditKind
from tests.everyday_changes import change, lock
from tests.province_changes import PROVINCE

ROOT = Path(__file__).parent.parent
TIMEOUT = 120.0
SAMPLE = 3
NOBODY = f"sha256:{0:064}"
OURS, THEIRS = "truc", "nornir-netmiko"
NETMIKO = {"cisco_ios": "cisco_ios", "junos": "juniper_junos"}
_T = TypeVar("_T")


class HeldLock:
    """A lock that knows how long it was held."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = 0.0
        self.held = 0.0

    def __enter__(self) -> None:
        self._lock.acquire()
        self._since = time.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.held += time.monotonic() - self._since
        self._lock.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A change of a whole province: both ends, and where its texts lie."""

    ends: PlanEnds
    texts: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Wall and processor seconds of a piece of work; `alone`: how long devices that act one at a time were acting."""

    wall: float
    cpu: float
    alone: float = 0.0


def timed(action: Callable[[], _T]) -> tuple[_T, Cost]:
    """Do something and tell what it cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = action()
    return result, Cost(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def make_scene(folder: Path, sites: int) -> Scene:
    """Make a province and one with one more syslog server, and the texts of its devices."""
    base, after, texts = folder / "base", folder / "after", folder / "texts"
    if sites:
        generate(["--sites", str(sites), "--seed", "1", str(base)])
    else:
        shutil.copytree(PROVINCE, base)
    before = lock(base)
    shutil.copytree(base, after)
    settings = (base / "settings.yaml").read_text(encoding="utf-8")
    line = next(line for line in settings.splitlines() if line.lstrip().startswith("syslog_servers:"))
    old = line.partition("]")[0]
    address = old.rpartition("[")[2]
    change(after / "settings.yaml", old, f"{old}, {address.rpartition('.')[0]}.14")
    texts.mkdir()
    for config in before.configs.values():
        (texts / config.file_name).write_text(config.text, encoding="utf-8")
    return Scene(
        ends=PlanEnds(before=before, after=compile_workspace(after, None, Output("en", json=True))), texts=texts
    )


@contextmanager
def fleet(texts: Path, milliseconds: float) -> Iterator[tuple[list[DeviceReach], list[DeviceReach], int]]:
    """Serve devices in a process of their own; give where they are, directly and behind their wires, and the process."""
    command = [sys.executable, "-m", "bench.bench_fleet", "serve", str(texts), str(milliseconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as devices:
        assert devices.stdout is not None
        assert devices.stdin is not None
        try:
            yield *reaches(list(iter(devices.stdout.readline, "\n"))), devices.pid
        finally:
            devices.stdin.close()


Ways = Mapping[str, tuple[DeviceChange, DeviceChange]]


def ways_of(ends: PlanEnds, texts: Mapping[str, str]) -> Ways:
    """Return what is done on each device that shows a text, and the way back, as `truc apply` works them out anew."""
    found = {}
    for name, text in texts.items():
        platform = ends.before.configs[name].platform
        wanted = standing_text(ends.before, ends.after, name, text)
        assert own_text(name, platform, text, wanted) is not None
        ways = change_both_ways(name, platform, text, wanted)
        if ways is not None:
            found[name] = (replace(ways[0], start=None), replace(ways[1], start=None))
    return found


def filed(ways: Ways, wave: int) -> FiledPlan:
    """Return a plan of changes as it is filed: the first device alone, then waves."""
    names = sorted(ways)
    waves = [names[:1], *(names[at : at + wave] for at in range(1, len(names), wave))]
    body: dict[str, Plain] = {
        "format": PLAN_FORMAT, "base": NOBODY, "workspace": NOBODY, "running": NOBODY, "made_on": "2026-11-24",
        "expires_on": "2026-12-01", "serial": "", "devices": [device_part(ways[name][0]) for name in names],
        "waves": [{"devices": list(some), "canary": not at} for at, some in enumerate(waves)], "arrivals": {},
        "departures": [], "interrupted": [], "declared": True, "change": None,
    }  # fmt: skip
    return read_plan(canonical_file(body), Path("plan.json"))


def carry_out(ways: Ways, reach: Sequence[DeviceReach], journal: Path, workers: int, *, back: bool = False) -> Cost:
    """Carry changes out as `truc apply` does once the devices are read; return what that cost."""
    devices = {
        item.device: PlannedDevice(reach=item, there=ways[item.device][0], back=ways[item.device][1])
        for item in reach
        if item.device in ways
    }
    plan, alone, rules = filed(ways, workers), HeldLock(), RolloutRules(workers=workers)
    holder = Holder(operator="an", host="here", process=1, since=utc_now())
    with open_journal(journal, holder) as book, FleetAccess(KNOWN, TIMEOUT) as access:
        log = Logbook(book, lambda _record: None)
        terms = RolloutTerms(access=access, log=log, patience=Patience(), stop=Stop(), alone=alone)  # type: ignore[arg-type] # as a lock is used

        def forward() -> RolloutOutcome:
            keep_texts(journal, plan.digest, {name: ways[name][0].running for name in devices})
            log.write(begun_of(plan, at=utc_now(), operator="an", approvals=(), tool="0", all_or_nothing=False))
            return RolloutRun(devices, terms, rules).run()

        outcome, ran = timed(forward)
        assert outcome is RolloutOutcome.APPLIED, outcome
        held = alone.held
        if back:
            log.write(Resumed(at=utc_now(), operator="an", aim=Aim.BACK))
            assert RolloutRun(devices, terms, rules).run() is RolloutOutcome.NOT_APPLIED
    return replace(ran, alone=held)


def read_all(reach: Sequence[DeviceReach], workers: int) -> tuple[dict[str, str], Cost]:
    """Read devices as `truc apply` does before anything; return their texts and what that cost."""
    with FleetAccess(KNOWN, TIMEOUT) as access:
        readings, cost = timed(lambda: read_devices(reach, access.read, workers))
    return texts_of(readings, tell_reading), cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """Round trips that one device of a platform needs by itself, reading before the roll-out included, and of these while it acts
    alone; `own`: seconds that it takes without any wire."""

    all: float
    alone: float
    own: float


def trips_of(ways: Ways, fleets: tuple[Sequence[DeviceReach], ...], rtt: float, out: Path) -> Trips:
    """Measure a few devices one after the other, without the wire and with it."""
    costs = []
    for at, fleet in enumerate(fleets):
        reach = [item for item in fleet if item.device in ways]
        _, read = read_all(reach, 1)
        ran = carry_out(ways, reach, out / f"trips-{at}.jsonl", 1, back=True)
        costs.append(((read.wall + ran.wall) / len(ways), ran.alone / len(ways)))
    (near, near_alone), (far, far_alone) = costs
    return Trips(all=(far - near) / rtt, alone=(far_alone - near_alone) / rtt, own=near)


def typed(change: DeviceChange) -> list[str]:
    """Return the lines of a change as somebody types them."""
    lines: list[str] = []
    for edit in change.edits:
        if edit.kind is not EditKind.COMMIT:
            lines += [line for part in edit.typed for line in part.splitlines()]
    return lines


def by_netmiko(reach: Sequence[DeviceReach], lines: Mapping[str, list[str]], workers: int) -> int:
    """Send lines with nornir-netmiko; return on how many devices that went without an error."""
    ConnectionPluginRegister.auto_register()
    known = next(iter(KNOWN.values()))
    hosts = Hosts({
        item.device: Host(
            name=item.device, hostname=item.address, port=item.port, username=known.user, password=known.password.reveal(),
            platform=NETMIKO[item.platform],
        )
        for item in reach if item.device in lines
    })  # fmt: skip

    def send(task: Task) -> Result:
        task.run(netmiko_send_config, config_commands=lines[task.host.name])
        task.run(netmiko_commit if task.host.platform == NETMIKO["junos"] else netmiko_save_config)
        task.host.close_connections()
        return Result(host=task.host)

    nornir = Nornir(
        inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()),
        config=Config(logging=LoggingConfig(enabled=False)),
        data=GlobalState(),
        runner=ThreadedRunner(num_workers=workers),
    )
    done = nornir.run(send)
    for name, why in sorted(done.failed_hosts.items())[:3]:
        print(f"  {THEIRS}: {name}: {str(why[-1].exception or why[1].exception)[:300]}")
    return len(hosts) - len(done.failed_hosts)


def main() -> None:
    """Print the figures of one province."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=0)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--milliseconds", type=float, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        scene, compiling = timed(lambda: make_scene(out, asked.sites))
        report(scene, compiling, asked.workers, asked.milliseconds, out)


def report(scene: Scene, compiling: Cost, workers: int, milliseconds: float, out: Path) -> None:
    """Carry the change out with truc, then with nornir-netmiko, and print what it cost."""
    rtt = milliseconds / 1000
    with fleet(scene.texts, milliseconds) as (direct, wired, process):
        texts, read = read_all(wired, workers)
        ways, derived = timed(lambda: ways_of(scene.ends, texts))
        trips = {}
        for at, platform in enumerate(("cisco_ios", "junos")):
            names = [name for name, made in sorted(ways.items()) if made[0].platform == platform][:SAMPLE]
            folder = out / str(at)
            folder.mkdir()
            trips[platform] = trips_of({name: ways[name] for name in names}, (direct, wired), rtt, folder)
        before = busy(process)
        ran = carry_out(ways, wired, out / "journal.jsonl", workers)
        theirs = busy(process) - before
    count = {platform: sum(made[0].platform == platform for made in ways.values()) for platform in trips}
    lines = {name: typed(made[0]) for name, made in ways.items()}
    print(
        f"{len(ways)} devices, {sum(map(len, lines.values()))} lines, {workers} workers, {milliseconds:.0f} ms there and back"
    )
    print(f"  both workspaces made and compiled in {compiling.wall:.1f} s; not counted below")
    for platform, one in trips.items():
        print(
            f"  {platform}: {count[platform]} devices; one by itself: {one.all:.1f} round trips, {one.alone:.1f} of them acting"
            f" alone, and {one.own * 1000:.0f} ms of its own"
        )
    side = sum(count[platform] * one.all for platform, one in trips.items()) * rtt / workers
    alone = sum(count[platform] * one.alone for platform, one in trips.items()) * rtt
    wall, cpu = read.wall + ran.wall, read.cpu + derived.cpu + ran.cpu
    print(
        f"  floor: {side:.1f} s side by side, {alone:.1f} s one at a time; wall by floor {wall / max(side, alone):.2f}"
    )
    print(
        f"  {OURS}: read {read.wall:.1f} s, worked out anew {derived.wall:.1f} s, roll-out {ran.wall:.1f} s"
        f" ({ran.alone:.1f} s of it a device acting alone); {cpu / len(ways) * 1000:.0f} ms of processors a device"
        f" (read {read.cpu / len(ways) * 1000:.0f}, worked out {derived.cpu / len(ways) * 1000:.0f},"
        f" roll-out {ran.cpu / len(ways) * 1000:.0f})"
    )
    print(f"  the devices' one process was at work for {theirs:.1f} s meanwhile")
    with fleet(scene.texts, milliseconds) as (_, wired, process):
        fine, cost = timed(lambda: by_netmiko(wired, lines, workers))
        print(
            f"  {THEIRS}: {cost.wall:.1f} s, {cost.cpu / len(ways) * 1000:.0f} ms of processors a device;"
            f" {fine} devices without an error; the devices were at work for {busy(process):.1f} s, start included"
        )


if __name__ == "__main__":
    main()
