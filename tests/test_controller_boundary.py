"""Whatever ends a command is said with a code: what was being done and where to look; never a traceback that nobody asked for."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from controller import boundary
from controller.boundary import FIRST_DAY, LAST_DAY, parse_day
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from intents.finding import FindingsError
from tests.small_commands import ROOT, SMALL, START, check_messages, copy_small, start_truc, truc


def broken() -> ExitCode:
    raise KeyError("10.0.0.0/8")


def run(action: Callable[[], ExitCode], *, debug: bool = False) -> ExitCode:
    output = Output("en")
    output.progress("judge", 0, 0)
    return boundary.run(output, SMALL, action, debug=debug)


def test_what_nobody_thought_of_is_told_with_what_was_done_and_where_to_look(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(broken) is ExitCode.ERROR
    said = capsys.readouterr().err
    assert said.startswith("error TR890: KeyError while judging the whole network: '10.0.0.0/8'\n")
    assert f"--debug, which shows the whole way to tests/{Path(__file__).name}:" in said
    assert "Traceback" not in said


def test_the_whole_way_is_shown_to_who_asks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(broken, debug=True) is ExitCode.ERROR
    said = capsys.readouterr().err
    assert said.index("Traceback") < said.index("raise KeyError") < said.index("TR890")


@pytest.mark.parametrize(
    "error", [RecursionError("deep"), AssertionError(), ValueError("a\nb"), UnicodeError("\udcff")]
)
def test_every_exception_has_words(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> ExitCode:
        raise error

    assert run(action) is ExitCode.ERROR
    assert f"TR890: {type(error).__name__} while" in capsys.readouterr().err


def test_no_memory_is_no_fault_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> ExitCode:
        raise MemoryError

    assert run(action) is ExitCode.ERROR
    assert "TR894" in capsys.readouterr().err


def test_messages_for_scripts_say_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert boundary.run(Output("en", json=True), SMALL, broken) is ExitCode.ERROR
    assert '"code": "TR890"' in capsys.readouterr().out


@pytest.mark.parametrize("words", [("--debug", "validate"), ("validate", "--debug")])
def test_debug_may_stand_anywhere(words: tuple[str, ...], tmp_path: Path) -> None:
    """An unreadable file is refused by the system: the way to it is shown."""
    (tmp_path / "settings.yaml").mkdir()
    plain = start_truc("init", tmp_path / "settings.yaml" / ("x" * 300))
    asked = start_truc(*words, "-w", tmp_path / ("x" * 300))
    assert (plain.returncode, b"TR803" in plain.stderr, b"Traceback" in plain.stderr) == (1, True, False)
    assert (asked.returncode, b"TR803" in asked.stderr, b"Traceback" in asked.stderr) == (1, True, True)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1989-12-31", "2200-01-01"])
def test_a_day_that_is_too_far_is_refused(text: str) -> None:
    with pytest.raises(FindingsError) as raised:
        parse_day(text)
    assert [item.code for item in raised.value.findings] == ["TR895"]


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
@pytest.mark.parametrize("command", ["validate", "compile"])
def test_the_first_and_the_last_day_end_in_words(command: str, day: object, tmp_path: Path) -> None:
    code, text = truc(command, "-w", copy_small(tmp_path), "--on", str(day))
    assert code in (ExitCode.FINE, ExitCode.ERROR)
    assert "TR890" not in text


def test_a_closed_output_is_said_before_anything_is_done(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    closed = ("sh", "-c", 'exec "$@" >&-', "sh")
    result = start_truc("compile", "-w", workspace, before=closed)
    assert (result.returncode, b"TR892" in result.stderr) == (ExitCode.ERROR, True)
    assert not (workspace / "truc.lock.csv").exists()


@pytest.mark.parametrize("streams", ["2>&-", "<&-", "<&- 2>&-"])
def test_other_closed_streams_stop_nothing(streams: str, tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    closed = ("sh", "-c", f'exec "$@" {streams}', "sh")
    assert start_truc("compile", "-w", workspace, before=closed).returncode == ExitCode.FINE
    assert b"TR804" not in (workspace / "truc.lock.csv").read_bytes()
    assert start_truc("validate", "-w", tmp_path, before=closed).returncode == ExitCode.ERROR


def cut_off(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Return a command whose reader has gone before it says anything."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-c", START, *(str(word) for word in words)]
        return subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("show", "addresses", "-w", SMALL), ("schema",)])
def test_a_reader_who_has_gone_ends_a_command_quietly(words: tuple[str | Path, ...]) -> None:
    result = cut_off(*words)
    assert (result.returncode, result.stderr) == (ExitCode.ERROR, b"")


def test_files_that_are_owed_to_a_reader_who_has_gone_are_named(tmp_path: Path) -> None:
    page, lines = tmp_path / "page.html", tmp_path / "lines.xml"
    words = ("verify", "-w", SMALL, "--no-failures", "--mutations", "400", "--json")
    result = cut_off(*words, "--junit", lines, "--html", page)
    assert result.returncode == ExitCode.ERROR
    assert page.exists() or f"not written: {page}".encode() in result.stderr
    assert lines.exists()


def wait_until_busy(number: int, seconds: float) -> None:
    """Wait until a process and those that work for it have used so much processor time: modules are loaded then, however busy the
    machine is."""
    deadline = time.monotonic() + 60
    while sum(map(used_by, (number, *workers_of(number)))) < seconds and time.monotonic() < deadline:
        time.sleep(0.05)  # nothing tells of another process's time but asking again


def workers_of(number: int) -> list[int]:
    return [int(name) for name in Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()]


def used_by(number: int) -> float:
    """Return the processor time that a process has used, in seconds; 0 if it has ended meanwhile."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("seconds", [2.5, 8.0])
def test_an_interruption_is_said_and_leaves_nothing_half_written(tmp_path: Path, seconds: float) -> None:
    """Also while other processes work for this one, which hear nothing of it."""
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace)
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    command = [sys.executable, "-c", START, "verify", "-w", str(workspace), "--mutations", "100000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until_busy(process.pid, seconds)
        assert bool(workers_of(process.pid)) == (seconds > 5)
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == ExitCode.INTERRUPTED
    assert b"interrupted: no file is half written" in said
    assert b"Traceback" not in said
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["nowhere.gz", ".", "units.csv"])
def test_answers_that_cannot_be_replayed_are_told_before_any_work(name: str, tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    (workspace / "organisations.csv").write_text("broken\n", encoding="utf-8")
    code, text = truc("verify", "-w", workspace, "--replay", workspace / name)
    assert (code, text.startswith("error TR828"), "TR128" in text) == (ExitCode.ERROR, True, False)
    assert not re.search(r"b'|Error|make record", text)


INTERRUPTED_WHILE_LOADING = """
import importlib.abc, os, signal, sys

module = sys.argv.pop(1)

class Interrupting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from controller.entry import start
start()
"""


@pytest.mark.parametrize(
    "module", ["controller.cli", "typer", "controller.boundary", "intents.finding", "ipam.store.lockfile"]
)
def test_an_interruption_while_modules_load_leaves_no_traceback(module: str) -> None:
    """Some of the modules are loaded before the command line takes over, some by it, some by the command."""
    command = [sys.executable, "-c", INTERRUPTED_WHILE_LOADING, module, "validate", "-w", str(SMALL)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert (result.returncode, b"Traceback" in result.stderr) == (ExitCode.INTERRUPTED, False)


@pytest.mark.parametrize("words", [("validate", ""), ("compile", "-o", ""), ("compile", "--out=")])
def test_an_empty_word_has_a_code(words: tuple[str, ...]) -> None:
    result = start_truc(*words)
    assert (result.returncode, result.stdout) == (ExitCode.ERROR, b"")
    assert result.stderr.startswith(b"error TR891: ")
    assert start_truc(*words, environment={"TRUC_LANG": "vi"}).stderr.startswith("lỗi TR891: ".encode())


def test_an_empty_word_is_a_message_where_messages_are_asked_for() -> None:
    result = start_truc("validate", "--json", "--on", "")
    assert (result.returncode, result.stderr) == (ExitCode.ERROR, b"")
    assert check_messages(result.stdout.decode()) == {"truc/error/1 finding", "truc/error/1 summary"}


def test_a_language_that_is_none_is_told_in_english() -> None:
    assert start_truc("validate", "--lang", "fr").stderr.startswith(b"error TR858: ")
    assert start_truc("validate", "--lang=vi", "--frob").stderr.startswith("lỗi TR858: ".encode())
