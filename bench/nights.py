"""Nights of the example province: the five everyday changes from files to confirmed devices, by truc's command line alone.

Run: `python -m bench.nights [NAME …] [--keep DIR]` (`make nights`; all five if none is named). 151 made-up devices stand on
loopback, as `make fleet` serves them; every command is a process of its own, as an operator types it: the base is compiled, the
devices are read, the change is planned from what they show, held against its change request and signed with keys that
ssh-keygen has made for it, and carried out. In one night (`--fails`) a device of wave 2 refuses a line half-way, goes back, and
is tried again by `truc resume`; in one (`--interrupted`) Ctrl-C comes in wave 2. Behind each the journal is audited, signatures
included, and the devices are read and held against the workspace that shall stand: nothing drifts that did not before. `--keep`
leaves keys, workspaces and plans in a folder, so that a second run plans nothing again. Ends with 1 if anything was otherwise
than told beforehand.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.device_faults import Fault, Place, Planned
from tests.device_server import Servers, served
from tests.fleet import device_of, texts_in, write_down
from tests.province_changes import CHANGES, MOVED, PROVINCE
from tests.signing_office import make_key, public_of

ROOT = Path(__file__).parent.parent
TRUC = (sys.executable, "-c", "from controller.entry import start; start()")
AUTHOR = "nguyen-thi-lan"
SIGNERS = ("pham-quang-duc", "tran-van-minh", "hoang-van-thai", "le-thi-hoa")
WAIVER = "tran-van-minh"
COMMUNES = "{categories: [peoples_committee_body], tiers: [commune], purpose: government}"
TALKS = f"""
    - from: [{COMMUNES}]
      to: [{{names: [hdnd-xa-dan-tien], purpose: government}}]
    - from: [{{names: [hdnd-xa-dan-tien], purpose: government}}]
      to: [{{systems: [edoc, official-mail]}}]"""
DECLARED: Mapping[str, str] = {
    "close a permit": f"""
  intents: [warehouse-communes]
  closes:
    - from: [{COMMUNES}]
      to: [{{systems: [data-warehouse]}}]""",
    "add a system": f"""
  intents: [new-portal-communes]
  opens:
    - from: [{COMMUNES}]
      to: [{{systems: [new-portal]}}]""",
    "move a site": f"""
  interruptions:
    - devices: [{MOVED}]
      from: {{first}}
      to: {{last}}
      way_back: the technician plugs the cable back
      agreed_by: UBND xã Kha Sơn""",
    "add a site": """
  opens:
    - from: [{names: [ubnd-xa-kha-son], purpose: government}]
      to:
        - {categories: [elected_body], tiers: [commune], except: [hdnd-xa-sang-moc], purpose: government}
        - {systems: [data-warehouse, edoc, official-mail, one-stop]}
    - from: [{names: [thanh-tra-tinh], purpose: government}]
      to: [{names: [ubnd-xa-kha-son], purpose: government}]""",
    "renumber a LAN": f"\n  opens:{TALKS}\n  closes:{TALKS}",
}
"""What a change request says of each change, in the words of intents."""
REQUEST = """\
change:
  title: {name}
  request_ref: "61/CV-SKHCN (hư cấu)"
  decision_ref: "140/QĐ-UBND (hư cấu)"
  owner: dept_ict
  author: {author}
  agreement_ref: "12/TT-CBĐTW (hư cấu)"
  window: {{from: {first}, to: {last}}}"""
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
MIB = 1024
PARTLY, INTERRUPTED, CHANGES_FOUND = 5, 130, 2


class UnexpectedError(Exception):
    """A command ended otherwise than told beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a command: its exit code, what it said, wall and processor seconds, the most memory it held (MiB)."""

    code: int
    said: str
    seconds: float
    cpu: float
    mib: float


def run(words: Sequence[str | Path], folder: Path, *, interrupt_in: int = 0) -> Ended:
    """Run truc; with `interrupt_in`, press Ctrl-C once a line of that wave is on its way (its events must be asked for)."""
    said: list[str] = []
    began, pressed = time.monotonic(), not interrupt_in
    with subprocess.Popen(
        [*TRUC, *map(str, words)],
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        memory = _Memory(process.pid)
        wave = 0
        for line in iter(process.stdout.readline, b""):
            said.append(line.decode())
            if pressed or not line.startswith(b"{"):
                continue
            event = json.loads(line).get("event", {})
            wave = event.get("number", wave) if event.get("kind") == "wave begun" else wave
            if wave == interrupt_in and event.get("kind") == "taken":
                process.send_signal(signal.SIGINT)
                pressed = True
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(
        code=process.returncode,
        said="".join(said),
        seconds=time.monotonic() - began,
        cpu=used.ru_utime + used.ru_stime,
        mib=memory.most / MIB,
    )


class _Memory:
    """The most memory (KiB) that a process has held, looked up while it runs; 0 where nobody tells. What the system says of it in
    the end counts what this process held when it was started, too."""

    def __init__(self, process: int) -> None:
        self.most = 0
        self._status = Path(f"/proc/{process}/status")
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        with suppress(OSError):
            while found := re.search(r"VmHWM:\s+(\d+)", self._status.read_text(encoding="utf-8")):
                self.most = int(found[1])
                time.sleep(0.05)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HOME": str(folder), "USER": "an",
        "LOGNAME": "an", "TRUC_DEVICES": "truc:truc",
    }  # fmt: skip


def must(ended: Ended, *codes: int) -> Ended:
    """Return what ended; UnexpectedError if not with one of these exit codes."""
    if ended.code not in codes:
        raise UnexpectedError(f"exit code {ended.code}, not {' or '.join(map(str, codes))}:\n{ended.said[-4000:]}")
    return ended


# The office: keys, the base, what the devices show, and plans.


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A folder in which everything lies that is made once: keys, the base, its texts, what devices showed, plans."""

    folder: Path

    @property
    def base(self) -> Path:
        """The workspace as it was carried out last."""
        return self.folder / "base"

    @property
    def texts(self) -> Path:
        """What the base makes of its devices."""
        return self.folder / "texts"

    @property
    def running(self) -> Path:
        """What its devices showed."""
        return self.folder / "running"

    @property
    def day(self) -> str:
        """The day on which it was made, in Viet Nam."""
        return (self.folder / "day").read_text(encoding="utf-8")

    @property
    def drifting(self) -> list[str]:
        """The devices that drifted before any change."""
        found: list[str] = json.loads((self.folder / "drifting.json").read_bytes())
        return found

    def of(self, name: str) -> Path:
        """Return the folder of a change."""
        return self.folder / name.replace(" ", "-")

    def window(self) -> tuple[str, str]:
        """Return the ends of the window of all changes: six days, so that kept plans may be carried out again."""
        last = datetime.fromisoformat(self.day) + timedelta(days=6)
        return f"{self.day} 00:00", f"{last:%Y-%m-%d} 23:59"


def open_office(folder: Path) -> Office:
    """Make keys and the base, and read its devices, unless that was done."""
    office = Office(folder=folder)
    if (folder / "ready").exists():
        return office
    keys = folder / "keys"
    keys.mkdir(parents=True)
    shutil.copytree(PROVINCE, office.base)
    signers = office.base / "allowed_signers"
    text = signers.read_text(encoding="utf-8")
    for name in (AUTHOR, *SIGNERS):
        make_key(keys, name)
    lines = [line if line.startswith("#") else _with_key(line, keys) for line in text.splitlines()]
    signers.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "day").write_text(f"{datetime.now(VIETNAM):%Y-%m-%d}", encoding="utf-8")
    must(run(("compile", "-w", office.base, "-o", office.texts, "--on", office.day), folder), 0)
    with fleet(office, folder / "reach") as (_, reach):
        must(run(("read-devices", "-w", office.base, "-o", office.running, "--reach", reach), folder), 0)
    drifts = ("drift", "-w", office.base, "--running", office.running, "--on", office.day, "--no-failures", "--json")
    found = drifting(must(run(drifts, folder), 0, CHANGES_FOUND).said)
    (folder / "drifting.json").write_text(json.dumps(sorted(found)), encoding="utf-8")
    (folder / "ready").touch()
    return office


def _with_key(line: str, keys: Path) -> str:
    """Return a line of allowed_signers with a key of ours in place of its own."""
    principal, options, *_ = line.split()
    return f"{principal} {options} {public_of(keys / principal)}"


def plan_change(office: Office, name: str) -> Ended | None:
    """Plan a change, as its request declares it; None if that was done."""
    own = office.of(name)
    if (own / "plan.json").exists():
        return None
    shutil.rmtree(own, ignore_errors=True)
    after = own / "after"
    shutil.copytree(office.base, after)
    CHANGES[name](after)
    first, last = office.window()
    request = after / "changes" / "night.yaml"
    request.parent.mkdir(exist_ok=True)
    said = REQUEST.format(name=name, author=AUTHOR, first=first, last=last)
    declared = DECLARED[name].replace("{first}", first).replace("{last}", last)
    request.write_text(f"{said}{declared}\n", encoding="utf-8")
    must(run(("compile", "-w", after, "-o", own / "texts", "--on", office.day), own), 0)
    words = (
        "plan", "--base", office.base, "-w", after, "--running", office.running, "--change", request, "--serial", "2026-1",
        "--on", office.day, "-o", own / "plan.json",
    )  # fmt: skip
    return must(run(words, own), CHANGES_FOUND)


# A night.


@contextmanager
def fleet(office: Office, folder: Path, own: Path | None = None) -> Iterator[tuple[Servers, Path]]:
    """Serve the devices of the base as they stand, and those that a change brings as they were delivered."""
    texts = {path.name: path for path in (() if own is None else texts_in(own / "texts"))}
    texts |= {path.name: path for path in texts_in(office.texts)}
    with served(*(device_of(path) for _, path in sorted(texts.items()))) as servers:
        write_down(servers, folder)
        yield servers, folder / "inventory.csv"


@dataclass(slots=True, kw_only=True)
class Night:
    """One roll-out: where it is done, on what devices, and what was typed so far."""

    office: Office
    name: str
    folder: Path
    servers: Servers
    reach: Path
    done: list[tuple[str, Ended]] = field(default_factory=list)

    @property
    def plan(self) -> Path:
        """The plan's file, with its approvals beside it."""
        return self.folder / "plan.json"

    def type(self, command: str, *words: str | Path, codes: tuple[int, ...] = (0,), interrupt_in: int = 0) -> Ended:
        """Type a command; UnexpectedError if it ends with another exit code."""
        ended = run((command, *words), self.folder, interrupt_in=interrupt_in)
        self.done.append((command, ended))
        return must(ended, *codes)

    def ends(self) -> tuple[str | Path, ...]:
        """Return the words that name the workspaces of the plan."""
        return "--base", self.office.base, "-w", self.office.of(self.name) / "after"

    def sign(self) -> None:
        """Sign, one after the other, until it is approved."""
        keys = self.office.folder / "keys"
        waiver = ("--key", keys / WAIVER, "--role", "waiver", "--reason", "no second judge in this run")
        self.type("approve", self.plan, *self.ends(), *waiver)
        for name in SIGNERS:
            if self.type("approve", self.plan, *self.ends(), "--check", codes=(0, 4)).code == 0:
                return
            self.type("approve", self.plan, *self.ends(), "--key", keys / name)
        self.type("approve", self.plan, *self.ends(), "--check")

    def carry(self, command: str, *words: str, codes: tuple[int, ...] = (0,), interrupt_in: int = 0) -> Ended:
        """Carry the plan out, or take it up again."""
        reach = ("--reach", self.reach)
        return self.type(command, self.plan, *self.ends(), *reach, *words, codes=codes, interrupt_in=interrupt_in)

    def waves(self) -> list[list[str]]:
        """Return the devices of each wave."""
        return [wave["devices"] for wave in json.loads(self.plan.read_bytes())["waves"]]


def one_that_fails(night: Night) -> None:
    """A device of wave 2 refuses a line half-way, goes back, and is tried again."""
    waves, plan = night.waves(), json.loads(night.plan.read_bytes())
    edits = {item["device"]: len(item["edits"]) for item in plan["devices"]}
    device = night.servers.devices[waves[1][0]]
    before = device.running.blocks()
    device.faults.append(Planned(fault=Fault.REFUSE_LINE, place=Place.LINE, nth=max(edits[device.name] // 2, 1)))
    said = night.carry("apply", codes=(PARTLY,)).said
    for words in (f"TR962 {device.name}", f"{device.name}: is back"):
        if words not in said:
            raise UnexpectedError(f"{words!r} is not said:\n{said[-4000:]}")
    if night.servers.call(device.running.blocks) != before:
        raise UnexpectedError(f"{device.name} does not stand as before")
    night.carry("resume")


def one_that_is_interrupted(night: Night) -> None:
    """Ctrl-C comes in wave 2, and the plan is taken up again."""
    said = night.carry("apply", "--json", codes=(INTERRUPTED,), interrupt_in=2).said
    messages = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    if [message["event"] for message in messages if "event" in message][-1]["kind"] != "stopped":
        raise UnexpectedError(f"nothing says that it stopped:\n{said[-4000:]}")
    night.carry("resume")


def look_back(night: Night) -> str:
    """Audit and list what was done, read the devices and hold them against what shall stand; return what the audit said."""
    journal = night.folder / "journal.jsonl"
    audit = night.type("audit", journal, "--plan", night.plan, *night.ends()).said
    night.type("history", "--journal", journal)
    running, after = night.folder / "running", night.office.of(night.name) / "after"
    night.type("read-devices", "-w", after, "-o", running, "--reach", night.reach)
    drifts = ("drift", "-w", after, "--running", running, "--on", night.office.day, "--no-failures", "--json")
    found = drifting(night.type(*drifts, codes=(0, CHANGES_FOUND)).said)
    if found != {*night.office.drifting}:
        raise UnexpectedError(f"other devices drift than before: {', '.join(sorted(found))}")
    return next(line.rpartition(": ")[2] for line in audit.splitlines() if "follow one another" in line)


def drifting(said: str) -> set[str]:
    """Return the devices that drift, by the messages of `truc drift`."""
    messages = (json.loads(line) for line in said.splitlines() if line.startswith("{"))
    return {message["device"] for message in messages if message.get("type") == "drift"}


def spend(office: Office, name: str, asked: argparse.Namespace) -> None:
    """Plan and carry out one change, and print its rows."""
    planned = plan_change(office, name)
    with (
        tempfile.TemporaryDirectory(prefix="truc-night-") as scratch,
        fleet(office, Path(scratch), office.of(name)) as up,
    ):
        night = Night(office=office, name=name, folder=Path(scratch), servers=up[0], reach=up[1])
        shutil.copyfile(office.of(name) / "plan.json", night.plan)
        audit = "-"
        try:
            night.sign()
            if name == asked.fails:
                one_that_fails(night)
            elif name == asked.interrupted:
                one_that_is_interrupted(night)
            else:
                night.carry("apply")
            audit = look_back(night)
        finally:
            _print(name, night, planned, audit)


def _print(name: str, night: Night, planned: Ended | None, audit: str) -> None:
    waves = night.waves()
    print(f"{name}: {sum(map(len, waves))} devices, {len(waves)} waves; audit: {audit}")
    for command, ended in ([] if planned is None else [("plan", planned)]) + night.done:
        row = f"  {command:<14}exit {ended.code:>3}{ended.seconds:>9.1f} s{ended.cpu:>9.1f} CPU s{ended.mib:>8.0f} MiB"
        print(row, flush=True)


def main() -> int:
    """Spend the nights; return 1 if anything was otherwise than told beforehand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", default=list(CHANGES))
    parser.add_argument("--keep", type=Path, help="a folder for keys, workspaces and plans")
    parser.add_argument("--fails", default="close a permit", metavar="NAME")
    parser.add_argument("--interrupted", default="add a system", metavar="NAME")
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="truc-office-") as scratch:
        office = open_office((asked.keep or Path(scratch) / "office").resolve())
        for name in asked.name:
            try:
                spend(office, name, asked)
            except UnexpectedError as error:
                wrong += 1
                print(f"{name}: NOT AS TOLD: {error}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
