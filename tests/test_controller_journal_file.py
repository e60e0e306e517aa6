"""A journal's file: its owner's alone, one process at a time, written by several threads, repaired and made once."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from controller.boundary import run
from controller.journal.device_state import CannotFollowError
from controller.journal.disk import SystemDisk
from controller.journal.file import Journal, open_journal
from controller.journal.holder import LockedError, NotWrittenError
from controller.journal.reading import read_journal
from controller.journal.records import Checked, Repaired
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from intents.finding import FindingsError
from intents.messages import describe
from tests.journal_cases import BEGUN, CHECKED, HOLDER, WAVE, WHOLE, journal_bytes
from tests.journal_runs import NOW, begun, target
from tests.small_commands import ROOT, SMALL, truc

HOLD = """\
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from controller.journal.file import open_journal
from controller.journal.holder import Holder
holder = Holder(operator="bình", host="noc-2", process=9, since=datetime(2026, 12, 5, tzinfo=UTC))
with open_journal(Path(sys.argv[1]), holder):
    print("open", flush=True)
    time.sleep(60)
"""


def test_a_new_journal_is_its_owner_s_alone_and_has_a_name(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with open_journal(path, HOLDER) as journal:
        assert len(journal.identity) == 32
        assert journal.append(BEGUN) == journal.head
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = read_journal(path)
    assert (found.chain.identity, found.chain.head, found.chain.records) == (journal.identity, journal.head, (BEGUN,))
    with open_journal(tmp_path / "other.jsonl", HOLDER) as other:
        assert other.identity != journal.identity


def test_a_journal_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for record in WHOLE:
        with open_journal(path, HOLDER, identity="made-up") as journal:
            journal.append(record)
    assert path.read_bytes() == journal_bytes(WHOLE)


def test_a_record_that_can_t_follow_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with open_journal(path, HOLDER) as journal:
        journal.append(BEGUN)
        before = path.read_bytes()
        with pytest.raises(CannotFollowError):
            journal.append(BEGUN)
        assert path.read_bytes() == before
        journal.append(CHECKED)
    with pytest.raises(NotWrittenError):
        journal.append(WAVE)
    journal.close()


def test_what_a_crash_left_is_cut_off_and_said(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(journal_bytes(WHOLE[:2]) + b'{"before":')
    with open_journal(path, HOLDER) as journal:
        journal.append(WAVE)
    records = read_journal(path).chain.records
    assert [type(record) for record in records] == [type(BEGUN), type(CHECKED), Repaired, type(WAVE)]


@pytest.mark.parametrize(
    "content", [b"a file of somebody's\n", b"somebody's", journal_bytes(WHOLE).replace(b"1", b"2", 1)]
)
def test_what_is_no_journal_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    with pytest.raises(FindingsError):
        open_journal(path, HOLDER)
    assert path.read_bytes() == content
    path.unlink()
    open_journal(path, HOLDER).close()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, _pipe, _socket, *(lambda path, name=name: path.symlink_to(name) for name in ("/dev/full", "nowhere"))],
)
def test_what_is_no_file_is_refused_by_name_and_left_as_it_is(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    make(path)
    before = path.lstat()
    with pytest.raises(FindingsError) as caught:
        open_journal(path, HOLDER)
    assert [(item.code, dict(item.values)["file"]) for item in caught.value.findings] == [("TR977", str(path))]
    assert (path.lstat().st_mode, path.lstat().st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null", "/dev/zero"])
def test_a_device_is_refused_by_every_command_that_has_a_journal(path: str) -> None:
    """Before the plan is looked at; a reader of /dev/zero would never come to an end."""
    for words in (
        ("apply", "plan.json", "--base", SMALL, "-w", SMALL, "--journal", path),
        ("rollback", "plan.json", "--base", SMALL, "-w", SMALL, "--journal", path),
        ("audit", path),
        ("history", "--journal", path),
    ):
        code, said = truc(*words)
        assert (code, f"TR977 {path}: {path} cannot be a journal" in said) == (ExitCode.ERROR, True), said


def test_a_journal_is_read_through_a_link_and_not_written(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(journal_bytes(WHOLE))
    (tmp_path / "link").symlink_to("journal.jsonl")
    assert read_journal(tmp_path / "link").chain.records == WHOLE
    with pytest.raises(FindingsError) as caught:
        open_journal(tmp_path / "link", HOLDER)
    assert describe(caught.value.findings[0], "en").splitlines()[0].endswith("it is a link to journal.jsonl")


def test_what_the_system_refuses_names_the_file(tmp_path: Path) -> None:
    class Refusing(SystemDisk):
        def sync(self, number: int) -> None:
            os.fsync(number + 100_000)  # no such descriptor

    with pytest.raises(OSError, match=r"Bad file descriptor: '.*journal\.jsonl'"):
        open_journal(tmp_path / "journal.jsonl", HOLDER, disk=Refusing())


def test_another_process_is_told_who_has_it_and_the_lock_ends_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        with pytest.raises(LockedError) as caught:
            open_journal(path, HOLDER)
        process.send_signal(signal.SIGKILL)
    (finding,) = caught.value.findings
    assert dict(finding.values)["holder"] == "bình@noc-2 (9, 2026-12-05 00:00:00 UTC)"
    with open_journal(path, HOLDER), pytest.raises(LockedError, match="1 findings"):
        open_journal(path, HOLDER)


def test_a_lock_of_somebody_else_s_ends_a_command_with_its_own_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.jsonl"
    with open_journal(path, HOLDER):

        def action() -> ExitCode:
            open_journal(path, HOLDER)
            return ExitCode.FINE

        assert run(Output("en"), tmp_path, action) is ExitCode.LOCKED
    assert "TR946" in capsys.readouterr().err


def test_threads_write_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    targets = tuple(target(f"device-{number}", 1, 1) for number in range(40))
    with open_journal(path, HOLDER) as journal, ThreadPoolExecutor(8) as pool:
        journal.append(begun(targets, (tuple(item.device for item in targets),)))
        heads = list(pool.map(lambda item: _check(journal, item.device, item.running), targets))
    found = read_journal(path)
    assert sorted(heads) == sorted(link.digest for link in found.chain.links[2:])
    assert {record.device for record in found.chain.records if isinstance(record, Checked)} == {
        item.device for item in targets
    }


def _check(journal: Journal, device: str, digest: str) -> str:
    return journal.append(Checked(at=NOW, device=device, digest=digest))
