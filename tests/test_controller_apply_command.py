"""`truc apply` and its kin as an operator types them, each a process of its own, on devices that listen on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.output.exit_codes import ExitCode
from tests.applied import Scene, scene
from tests.device_faults import Fault, Place, Planned
from tests.device_ios_config import IosConfig
from tests.device_server import Servers, served
from tests.device_state import Device
from tests.fleet import write_down
from tests.small_commands import ROOT, check_messages, truc

PASSWORD = "only-devices-know-it"
START = """
import sys
from controller.cli import app
from controller.commands.rollout.apply import ApprovedPlan
from controller.rollout.filed import load_plan
# The board's signatures are another test's.
sys.modules['controller.cli.applying']._approve = lambda asked: lambda: ApprovedPlan(plan=load_plan(asked.plan))
sys.argv[0] = 'truc'
app()
"""


class Operator:
    """Somebody at a command line, with a plan, its workspaces and devices."""

    def __init__(self, made: Scene, servers: Servers, folder: Path) -> None:
        self.scene, self.servers, self.folder = made, servers, folder
        (folder / "plan.json").write_bytes(made.file)
        write_down(servers, folder)

    def words(self, command: str, *more: str) -> list[str]:
        base, other = self.scene.folders
        reach = ("--reach", str(self.folder / "inventory.csv"), "--timeout", "5")
        return [command, str(self.folder / "plan.json"), "--base", str(base), "-w", str(other), *reach, *more]

    def start(self, command: str, *more: str) -> subprocess.Popen[bytes]:
        settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TRUC_DEVICES": f"truc:{PASSWORD}"}
        return subprocess.Popen(
            [sys.executable, "-c", START, *self.words(command, *more)],
            cwd=self.folder,
            env={**settings, "PYTHONUTF8": "1", "HOME": str(self.folder), "USER": "an", "LOGNAME": "an"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def do(self, command: str, *more: str) -> tuple[int, str]:
        process = self.start(command, *more)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said.decode()

    def device(self, number: int) -> Device:
        """Return the only device of a wave."""
        return self.servers.devices[self.scene.plan.waves[number].devices[0]]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = scene()
    devices = made.devices(minute=20.0)
    for device in devices:
        device.users = {"truc": PASSWORD}
    with served(*devices) as servers:
        yield Operator(made, servers, tmp_path)


def test_a_plan_from_dry_run_to_back(operator: Operator) -> None:
    code, said = operator.do("apply", "--dry-run")
    assert code == ExitCode.FINE, said
    assert "commit" in said
    code, said = operator.do("apply", "--dry-run", "--json")
    assert check_messages(said) == {f"truc/apply/1 {kind}" for kind in ("commands", "summary")}
    assert not any("line " in line for device in operator.servers.devices.values() for line in device.log)
    code, said = operator.do("apply", "--json")
    assert code == ExitCode.FINE, said
    check_messages(said)
    kinds = [
        message["event"]["kind"] for message in map(json.loads, said.splitlines()) if message.get("type") == "event"
    ]
    assert (kinds[0], kinds[-1]) == ("begun", "ended")
    code, said = operator.do("apply")
    assert (code, "nothing was done" in said) == (ExitCode.FINE, True), said
    code, said = operator.do("rollback")
    assert code == ExitCode.FINE, said
    assert all(_stands_as_before(operator, device) for device in operator.servers.devices.values())
    _check_secrets(operator)


def _stands_as_before(operator: Operator, device: Device) -> bool:
    before = next(item for item in operator.scene.devices() if item.name == device.name)
    return sorted("".join(before.running.blocks()).splitlines()) == sorted(
        "".join(device.running.blocks()).splitlines()
    )


def _check_secrets(operator: Operator) -> None:
    for path in operator.folder.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path
    texts = next(path for path in operator.folder.iterdir() if path.name.endswith(".texts"))
    assert texts.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in texts.rglob("*") if path.is_file()} == {0o600}


def test_ctrl_c_ends_behind_the_device_in_hand_and_resume_goes_on(operator: Operator) -> None:
    for device in operator.servers.devices.values():
        device.delay = 0.1
    process = operator.start("apply")
    deadline = time.monotonic() + 60
    while not any(line.startswith("line ") for line in operator.device(0).log):
        assert time.monotonic() < deadline, "nothing was typed"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == ExitCode.INTERRUPTED, said
    assert "stopped as asked" in said
    assert not any("load" in line for line in operator.device(1).log)
    code, said = operator.do("resume")
    assert code == ExitCode.FINE, said
    assert "the plan is applied" in said


@pytest.mark.long
def test_a_failed_device_ends_with_five_and_says_what_to_do(operator: Operator) -> None:
    operator.device(1).faults.append(Planned(fault=Fault.REFUSE_LINE, place=Place.COMMIT))
    code, said = operator.do("apply")
    assert code == ExitCode.PARTLY_APPLIED, said
    assert "TR962" in said
    assert "truc resume" in said
    assert operator.do("resume")[0] == ExitCode.FINE


def test_another_state_is_refused_by_name_and_nothing_is_touched(operator: Operator) -> None:
    device = operator.device(0)
    assert isinstance(device.running, IosConfig)
    device.running.lines["ntp server 192.0.2.9"] = "ntp server 192.0.2.9"
    code, said = operator.do("apply")
    assert code == ExitCode.ERROR
    assert f"TR953 {device.name}" in said
    assert not any(
        "configure" in line or "lock" in line for item in operator.servers.devices.values() for line in item.log
    )
    assert not (operator.folder / "journal.jsonl.texts").exists()


def test_a_wrong_key_is_no_login_and_no_roll_out(operator: Operator) -> None:
    operator.servers.swap_key(operator.device(0).name)
    code, said = operator.do("apply")
    assert code == ExitCode.ERROR
    assert f"TR870 {operator.device(0).name}" in said
    assert operator.device(0).logins == 0


def test_two_operators_are_one_and_one_who_waits(operator: Operator) -> None:
    for device in operator.servers.devices.values():
        device.delay = 0.2
    first = operator.start("apply")
    deadline = time.monotonic() + 60
    while not any(line.startswith("line ") for line in operator.device(0).log):
        assert time.monotonic() < deadline, "nothing was typed"
        time.sleep(0.02)
    code, said = operator.do("apply")
    assert code == ExitCode.LOCKED, said
    assert "TR946" in said
    said = first.communicate(timeout=120)[0].decode()
    assert first.returncode == ExitCode.FINE, said


def test_nothing_is_done_without_approvals(operator: Operator) -> None:
    code, said = truc(*operator.words("apply"), environment={"TRUC_DEVICES": "truc:truc"})
    assert (code, "TR936" in said) == (ExitCode.NOT_APPROVED, True), said
    assert not any(device.log for device in operator.servers.devices.values())


def test_nothing_is_taken_up_that_nobody_began(operator: Operator) -> None:
    code, said = operator.do("rollback")
    assert (code, "TR955" in said) == (ExitCode.ERROR, True)
    assert not any(device.log for device in operator.servers.devices.values())
