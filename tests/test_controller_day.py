"""A workspace that stands still in time says so; a new one doesn't stand still."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from controller.jobs import pipeline
from controller.output.exit_codes import ExitCode
from tests.small_commands import ON, SMALL, copy_small, edit, start_truc, truc

NOTE = "note: all of this is of 2026-11-24, the workspace's default_on"


@pytest.fixture
def years_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make today a day that is surely not the example's own."""
    monkeypatch.setattr(pipeline, "today", lambda: date(2031, 5, 4))


@pytest.mark.usefixtures("years_later")
@pytest.mark.parametrize(
    "words",
    [("validate",), ("compile", "--check"), ("verify", "--no-failures"), ("show", "addresses"), ("show", "residue"),
     ("ipam", "show"), ("explain", "edoc-all"), ("explain", "core-1:3"), ("routes", "--device", "core-1")],
)  # fmt: skip
def test_a_command_says_in_its_last_line_that_its_day_is_not_today(words: tuple[str, ...]) -> None:
    _, text = truc(*words, "-w", SMALL)
    assert text.splitlines()[-1].startswith(NOTE)
    assert text.count("default_on") == 1
    _, named = truc(*words, "-w", SMALL, "--on", ON)
    assert "default_on" not in named


@pytest.mark.usefixtures("years_later")
def test_a_table_that_is_taken_over_says_so_too(tmp_path: Path) -> None:
    workspace, table = copy_small(tmp_path), tmp_path / "old.csv"
    table.write_text("key,prefix,since,registration_ref\n", encoding="utf-8")
    assert truc("ipam", "import", table, "-w", workspace)[1].splitlines()[-1].startswith(NOTE)


def test_nothing_is_said_on_that_very_day_or_in_a_workspace_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "today", lambda: date(2026, 11, 24))
    assert "default_on" not in truc("validate", "-w", SMALL)[1]
    workspace = copy_small(tmp_path)
    edit(workspace / "settings.yaml", "default_on: 2026-11-24", "default_on: null")
    monkeypatch.setattr(pipeline, "today", lambda: date(2026, 12, 1))
    code, text = truc("validate", "-w", workspace)
    assert (code, "default_on" in text, "on 2026-12-01" in text) == (ExitCode.FINE, False, True)


def test_texts_and_messages_stay_what_they_are() -> None:
    shown = start_truc("show", "config", "core-1", "-w", SMALL)
    assert b"default_on" not in shown.stdout
    assert shown.stderr.startswith(NOTE.encode())
    said = start_truc("validate", "-w", SMALL, "--json")
    assert [json.loads(line)["on"] for line in said.stdout.splitlines()[-1:]] == ["2026-11-24"]
    assert said.stderr.startswith(NOTE.encode())


def test_a_new_workspace_lives_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert truc("init", tmp_path / "w")[0] == ExitCode.FINE
    assert b"default_on" in (SMALL / "settings.yaml").read_bytes()
    assert b"default_on" not in (tmp_path / "w" / "settings.yaml").read_bytes()
    monkeypatch.setattr(pipeline, "today", lambda: date(2026, 12, 24))
    code, text = truc("validate", "-w", tmp_path / "w")
    assert (code, "on 2026-12-24" in text) == (ExitCode.FINE, True)


def test_in_a_new_workspace_a_permit_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truc("init", tmp_path / "w")
    for day, ended in ((date(2027, 6, 30), False), (date(2027, 7, 1), True)):
        monkeypatch.setattr(pipeline, "today", lambda day=day: day)
        code, text = truc("validate", "-w", tmp_path / "w")
        assert (code, "TR304" in text) == (ExitCode.FINE, ended)


@pytest.mark.parametrize(
    ("written", "doubtful"),
    [("2026-11-24", True), ("null", False), ("soon", False), ("[2026-11-24]", False), ("2026-02-30", False)],
)
def test_doctor_doubts_a_day_that_is_not_today(written: str, doubtful: bool, tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    edit(workspace / "settings.yaml", "default_on: 2026-11-24", f"default_on: {written}")
    code, text = truc("doctor", "-w", workspace)
    assert code == ExitCode.FINE
    assert ("??  day of the workspace: 2026-11-24 (default_on)" in text) == doubtful
    _, said = truc("doctor", "-w", workspace, "--json")
    assert [json.loads(line)["doubtful"] for line in said.splitlines() if '"day"' in line] == [doubtful]


def test_doctor_goes_on_where_settings_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_bytes(b"\xff: {")
    code, text = truc("doctor", "-w", tmp_path)
    assert (code, "ok  day of the workspace" in text) == (ExitCode.FINE, True)
