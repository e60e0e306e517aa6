"""Whoever stops listening to a roll-out stops nothing in hand: a pipe, a full disk, a lost session, a word from the system.

Each run is a process of its own, on devices that listen on loopback.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from controller.journal.device_state import IN_FORCE, Stage
from controller.journal.reading import read_journal
from controller.journal.records import StopCause, Stopped
from controller.journal.state import RolloutState
from controller.output.exit_codes import ExitCode
from tests.small_commands import ROOT, copy_small, truc
from tests.test_controller_apply_command import PASSWORD, Operator, operator
from tests.test_controller_apply_command import START as WITHOUT_SIGNALS
from tests.test_controller_boundary import wait_until_busy, workers_of

__all__ = ["operator"]  # a fixture
START = WITHOUT_SIGNALS.replace("app()", "from controller.entry import start; start()")
HOSTILE = "an\nplan applied\x1b[31m\u202e"
ENTRY = "import sys; sys.argv[0] = 'truc'; from controller.entry import start; start()"


@contextmanager
def started(
    operator: Operator, *words: str, out: int | IO[bytes] = subprocess.PIPE, terminal: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command whose output goes somewhere, or that a terminal belongs to, as to a session that somebody opened."""

    def own() -> None:
        assert terminal is not None
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TRUC_DEVICES": f"truc:{PASSWORD}"}
    with subprocess.Popen(
        [sys.executable, "-c", START, *operator.words(*words)],
        cwd=operator.folder,
        env={**settings, "PYTHONUTF8": "1", "HOME": str(operator.folder), "USER": "an", "LOGNAME": "an"},
        stdout=out if terminal is None else terminal,
        stderr=subprocess.PIPE if terminal is None else terminal,
        start_new_session=True,
        preexec_fn=None if terminal is None else own,  # noqa: PLW1509 (it needs no lock that a thread might hold)
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def left_alone(process: subprocess.Popen[bytes]) -> str:
    """Read no result any more; return what is said beside it."""
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.wait(60)
    return said


def into_full_disk(operator: Operator, *words: str) -> tuple[int, str]:
    """Return the exit code of a command whose log can't be written, and what is said beside it."""
    with Path("/dev/full").open("wb") as full, started(operator, *words, out=full) as process:
        said = process.communicate(timeout=60)[1].decode()
        return process.returncode, said


def slow(operator: Operator) -> None:
    for device in operator.servers.devices.values():
        device.delay = 0.05


def until_typed(operator: Operator) -> None:
    """Wait until the first device is in the middle of its change."""
    deadline = time.monotonic() + 60
    while not any(line.startswith("line ") for line in operator.device(0).log):
        assert time.monotonic() < deadline, "nothing was typed"
        time.sleep(0.02)


def rollout(operator: Operator) -> RolloutState:
    found = read_journal(operator.folder / "journal.jsonl").state.last
    assert found is not None
    return found


def why_stopped(operator: Operator) -> StopCause:
    records = read_journal(operator.folder / "journal.jsonl").chain.records
    return [record.why for record in records if isinstance(record, Stopped)][-1]


def check_finished(operator: Operator) -> None:
    """The device that was in hand stands whole, and none was begun behind it."""
    stages = {name: state.stage for name, state in rollout(operator).devices.items()}
    first = operator.device(0).name
    assert stages.pop(first) in IN_FORCE
    assert set(stages.values()) == {Stage.UNTOUCHED}
    assert not any("load" in line for line in operator.device(1).log)


def test_a_reader_who_leaves_stops_nothing_in_hand_and_going_back_not_at_all(operator: Operator) -> None:
    """`truc apply | head -1`, then `truc rollback > /dev/full`."""
    slow(operator)
    with started(operator, "apply") as process:
        until_typed(operator)
        said = left_alone(process)
    assert process.returncode == ExitCode.PARTLY_APPLIED, said
    assert "standard output: Broken pipe; what is in hand is finished" in said
    assert f"{operator.device(0).name}: carries the plan's text" in said
    assert "stopped, since nobody hears it" in said
    assert "truc resume" in said
    assert why_stopped(operator) is StopCause.UNHEARD
    check_finished(operator)
    code, said = into_full_disk(operator, "rollback")
    assert code == ExitCode.FINE, said
    assert "standard output: No space left on device; going back goes on" in said
    assert "nothing of the plan stands on any device" in said
    assert rollout(operator).ended is not None


@pytest.mark.long
def test_a_script_that_stops_reading_gets_the_rest_beside_it(operator: Operator) -> None:
    slow(operator)
    with started(operator, "apply", "--json") as process:
        until_typed(operator)
        notice, *messages = left_alone(process).splitlines()
    assert process.returncode == ExitCode.PARTLY_APPLIED
    assert "Broken pipe" in notice
    summary = json.loads(messages[-1])
    assert (summary["type"], summary["ok"], summary["outcome"]) == ("summary", False, "partly applied")
    check_finished(operator)
    code, said = into_full_disk(operator, "resume", "--json")
    assert (code, "TR898" in said) == (ExitCode.ERROR, True), (
        said
    )  # nothing was begun: the first message could not be said
    check_finished(operator)
    code, said = into_full_disk(operator, "rollback", "--json")
    assert code == ExitCode.FINE, said
    assert json.loads(said.splitlines()[-1])["outcome"] == "not applied"


@pytest.mark.long
def test_a_full_disk_under_the_log_is_met_before_a_device_is(operator: Operator) -> None:
    code, said = into_full_disk(operator, "apply")
    assert code == ExitCode.ERROR, said
    assert "no further device is begun" in said
    assert not any(line.startswith("line ") for line in operator.device(0).log)
    assert operator.do("resume")[0] == ExitCode.FINE


def test_a_lost_session_ends_as_one_interruption(operator: Operator) -> None:
    """The terminal goes: the system says so, its shell and whoever tidies up do as well, and nothing can be written any more."""
    slow(operator)
    here, there = pty.openpty()
    with started(operator, "apply", terminal=there) as process:
        os.close(there)
        until_typed(operator)
        os.close(here)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            process.send_signal(number)
        process.wait(60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert why_stopped(operator) is StopCause.INTERRUPTED
    check_finished(operator)


def test_a_word_from_the_system_is_one_interruption_and_no_name_steers_a_terminal(operator: Operator) -> None:
    slow(operator)
    with started(operator, "apply", "--operator", HOSTILE) as process:
        until_typed(operator)
        process.send_signal(signal.SIGTERM)
        said, beside = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED, beside
    assert b"stopped as asked" in said
    assert b"begun by an<U+000A>plan applied<U+001B>[31m<U+202E>: " in said
    assert b"\x1b" not in said
    check_finished(operator)


@pytest.mark.long
def test_a_second_word_ends_now_and_what_is_not_known_is_said(operator: Operator) -> None:
    for device in operator.servers.devices.values():
        device.delay = 1
    with started(operator, "apply") as process:
        until_typed(operator)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[0].decode()
    assert process.returncode == ExitCode.INTERRUPTED, said
    assert time.monotonic() - begun < 10
    assert rollout(operator).devices[operator.device(0).name].stage is Stage.INDETERMINATE
    assert "TR960" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_has_signals_ignored_is_obeyed(number: signal.Signals) -> None:
    """As `nohup` has it; else a word while modules load ends it without one."""
    script = f"import os, signal; signal.signal({int(number)}, signal.SIG_IGN)\n"
    end = f"import controller.interruptions; os.kill(os.getpid(), {int(number)})\n"
    hear = "from controller.entry import _leave\nfrom controller.interruptions import hear_interruptions\n"
    for before, code in ((script, 0), ("import os\n", ExitCode.INTERRUPTED)):
        command = [sys.executable, "-c", f"{before}{hear}hear_interruptions(_leave)\n{end}"]
        assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == code


@pytest.mark.parametrize(
    ("number", "seconds"), [(signal.SIGHUP, 2.5), pytest.param(signal.SIGINT, 8.0, marks=pytest.mark.long)]
)
def test_all_processes_of_a_command_may_hear_it_and_one_answers(
    tmp_path: Path, number: signal.Signals, seconds: float
) -> None:
    """A key, and a terminal that goes, tell every process that was started there."""
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace)
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    command = [sys.executable, "-c", ENTRY, "verify", "-w", str(workspace), "--mutations", "100000"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        wait_until_busy(process.pid, seconds)
        assert bool(workers_of(process.pid)) == (seconds > 5)
        os.killpg(process.pid, number)
        try:
            _, said = process.communicate(timeout=30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == ExitCode.INTERRUPTED
    assert said == b"interrupted: no file is half written; run the command again\n"
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before
