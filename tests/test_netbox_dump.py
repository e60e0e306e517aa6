"""The prepared database belongs to the NetBox that is pinned, and what is started for it ends whatever happens."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import netbox_services
from tests.netbox_dump import LOCK, beside, compressed, portable
from tests.netbox_server import BESIDE, DUMP
from tests.netbox_services import NotStartedError, own_folder, postgres, process, valkey, wait_until, why_no_services

ROOT = Path(__file__).parent.parent
_STARTS = """
import time
from tests.netbox_services import own_folder, postgres, valkey
with own_folder() as folder, valkey(folder), postgres(folder):
    print(folder, flush=True)
    time.sleep(60)
"""
needs_services = pytest.mark.skipif(bool(why_no_services()), reason=why_no_services())


def test_the_prepared_database_belongs_to_the_netbox_that_is_pinned() -> None:
    written = json.loads(BESIDE.read_text(encoding="utf-8"))
    assert written == beside(DUMP.read_bytes()), f"{LOCK.name} has changed: python -m tests.netbox_dump"


def test_the_prepared_database_is_plain_sql_of_one_user_without_secrets() -> None:
    text = gzip.decompress(DUMP.read_bytes()).decode()
    assert compressed(text) == DUMP.read_bytes()
    assert portable(text) == text
    rows = text.split("COPY public.users_user (")[1].split("\\.")[0].splitlines()[1:]
    assert len([row for row in rows if row]) == 1
    assert "pbkdf2" not in text


def test_a_newer_guard_is_taken_out_of_a_dump() -> None:
    assert portable("a;\n\\restrict x1Y\nb;\n\\unrestrict x1Y\n") == "a;\nb;\n"


def _running_in(folder: str) -> set[int]:
    """The processes that name a folder."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = path.read_bytes()
        except OSError:
            continue
        if folder.encode() in said:
            found.add(int(path.parent.name))
    return found


@needs_services
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_services_end_with_whoever_started_them(way: signal.Signals) -> None:
    command = [sys.executable, "-c", _STARTS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as starter:
        assert starter.stdout is not None
        folder = starter.stdout.readline().strip()
        assert len(_running_in(folder)) >= 2
        starter.send_signal(way)
    until = time.monotonic() + 20
    while _running_in(folder) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _running_in(folder)
    with own_folder():
        assert not Path(folder).exists()


@needs_services
def test_services_end_when_a_test_fails_and_leave_no_folder() -> None:
    def fail() -> None:
        with own_folder() as folder, valkey(folder), postgres(folder) as database:
            assert database.do("SELECT 47").strip() == "47"
            folders.append(folder)
            raise LookupError

    folders: list[Path] = []
    with pytest.raises(LookupError):
        fail()
    assert not folders[0].exists()
    assert not _running_in(str(folders[0]))


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(netbox_services, "OLDEST_POSTGRES", 99)
    monkeypatch.setattr(netbox_services, "postgres_programs", netbox_services.postgres_programs.__wrapped__)
    monkeypatch.setattr(netbox_services, "_valkey_program", lambda: tmp_path)
    assert why_no_services.__wrapped__() == "not installed: PostgreSQL 99 or newer (apt-get install postgresql)"
    monkeypatch.undo()
    monkeypatch.setattr(netbox_services, "VENV", tmp_path)
    assert why_no_services.__wrapped__() == "no .venv-netbox here (sh scripts/env.sh netbox makes it)"


def test_what_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    said = pytest.raises(NotStartedError, match=r"(?s)service did not start.*no room")
    with process(["sh", "-c", "echo no room; exit 3"], log) as started, said:
        wait_until(lambda: False, started, log)


def test_what_never_answers_is_given_up(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with process(["sleep", "60"], log) as started:
        with pytest.raises(NotStartedError, match="within 0 s"):
            wait_until(lambda: False, started, log, 0.1)
        running = started.pid
    with pytest.raises(ProcessLookupError):
        os.kill(running, 0)
