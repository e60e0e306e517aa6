"""The night of the handbook is spent as it is told, in both languages: each command is run, and says what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.output.exit_codes import ExitCode
from tests.applied import scene
from tests.device_faults import Fault, Planned
from tests.device_server import served
from tests.shown_pages import blocks_of
from tests.small_commands import ROOT, truc
from tests.test_controller_apply_command import PASSWORD, Operator

CODES = {"apply": ExitCode.PARTLY_APPLIED}


def told(language: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the commands of the handbook that are shown with what they say, each with its lines."""
    for block in blocks_of((ROOT / "docs" / language / "apply.md").read_text(encoding="utf-8")):
        if block.lines and block.lines[0].startswith("$ truc "):
            command, *lines = block.lines
            yield command.removeprefix("$ truc ").split(), [line for line in lines if line not in {"...", ""}]


def check(lines: list[str], said: str) -> None:
    """Hold the lines that are shown against all that was said: in their order, but for devices that go on side by side."""
    found = [line.rstrip() for line in said.splitlines()]
    for line in lines:
        assert line in found, f"{line!r} is not in:\n{said}"
    for device in {line.partition(":")[0] for line in lines}:
        shown, heard = ([line for line in part if line.startswith(f"{device}:")] for part in (lines, found))
        assert [line for line in heard if line in shown] == shown, device


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_night_that_stops_half_way_goes_as_it_is_told(language: str, tmp_path: Path) -> None:
    made, shown = scene("close a permit"), list(told(language))
    devices = made.devices(minute=60.0)
    for device in devices:
        device.users = {"truc": PASSWORD}
    with served(*devices) as servers:
        operator = Operator(made, servers, tmp_path)
        servers.devices["cpe-phan-dinh-phung"].faults.append(Planned(fault=Fault.DROP, nth=90))
        for (command, *words), lines in shown:
            if command == "history":
                code, said = truc(command, *words, "--journal", tmp_path / "journal.jsonl")
            else:
                code, said = operator.do(command, *(words[-2:] if "--lang" in words else ()))
            assert code == CODES.get(command, ExitCode.FINE), said
            check(lines, said)
    assert [command for (command, *_), _ in shown] == ["apply", "resume", "history", "rollback"]
