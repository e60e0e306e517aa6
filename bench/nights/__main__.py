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
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench.nights.commands import Ended, UnexpectedError, must, run
from bench.nights.office import SIGNERS, WAIVER, Office, drifting, fleet, open_office, plan_change
from controller.output.exit_codes import ExitCode
from tests.device_faults import Fault, Place, Planned
from tests.device_server import Servers
from tests.province_changes import CHANGES


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
    said = night.carry("apply", codes=(ExitCode.PARTLY_APPLIED,)).said
    for words in (f"TR962 {device.name}", f"{device.name}: is back"):
        if words not in said:
            raise UnexpectedError(f"{words!r} is not said:\n{said[-4000:]}")
    if night.servers.call(device.running.blocks) != before:
        raise UnexpectedError(f"{device.name} does not stand as before")
    night.carry("resume")


def one_that_is_interrupted(night: Night) -> None:
    """Ctrl-C comes in wave 2, and the plan is taken up again."""
    said = night.carry("apply", "--json", codes=(ExitCode.INTERRUPTED,), interrupt_in=2).said
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
    found = drifting(night.type(*drifts, codes=(0, ExitCode.CHANGES)).said)
    if found != {*night.office.drifting}:
        raise UnexpectedError(f"other devices drift than before: {', '.join(sorted(found))}")
    return next(line.rpartition(": ")[2] for line in audit.splitlines() if "follow one another" in line)


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
