"""`truc verify --running DIR`: what a change opens and cuts, in the terminal, as JSON Lines and on the board's page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.batfish_cases import texts_of
from tests.small_builds import compiled
from tests.small_commands import ON, SMALL, truc

COMMON = ("verify", "-w", SMALL, "--on", ON, "--no-failures")


def write(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / compiled().configs[name].file_name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def narrow(tmp_path: Path) -> Path:
    """Return a folder of running texts in which one entry is missing."""
    return write(tmp_path / "running", texts_of("an entry of a source fence is gone"))


def test_the_same_texts_change_nothing(tmp_path: Path) -> None:
    code, text = truc(*COMMON, "--running", write(tmp_path / "running", texts_of("right")))
    assert code == 0
    assert "Change from the running texts (engine; whole network): 0 opened, 0 cut" in text


def test_what_is_opened_is_told_in_every_form(tmp_path: Path, narrow: Path) -> None:
    page = tmp_path / "page.html"
    code, text = truc(*COMMON, "--running", narrow, "--html", page)
    assert code == 0
    assert "1 opened, 0 cut" in text
    assert "opens ubnd-gia-sang-cq -> system-edoc: tcp 10.196.0.66:40000 -> 10.193.0.68:443 [SYN]" in text
    assert "10.193.0.68:443" in page.read_text(encoding="utf-8")
    _, lines = truc(*COMMON, "--running", narrow, "--json")
    told = [json.loads(line) for line in lines.splitlines()]
    (one,) = (item for item in told if item.get("type") == "access change")
    assert (one["turn"], one["source"], one["destination"]) == ("opened", "ubnd-gia-sang-cq", "system-edoc")
    assert (one["judges"], one["replayed"]) == (["engine"], True)
    assert [item for item in told if item.get("type") == "access changes"] == [
        {"type": "access changes", "judges": ["engine"], "new": [], "doubts": [], "differences": []}
    ]


def test_without_running_texts_nothing_is_said_of_a_change(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    code, text = truc(*COMMON, "--html", page)
    assert code == 0
    assert "Change from" not in text
    assert "--running" in page.read_text(encoding="utf-8")


def test_a_device_without_a_running_text_is_named_as_new(tmp_path: Path) -> None:
    texts = {name: text for name, text in texts_of("right").items() if name != "cpe-gia-sang"}
    code, text = truc(*COMMON, "--running", write(tmp_path / "running", texts))
    assert code == 0
    assert "new devices, without a running text: cpe-gia-sang" in text


def test_a_running_line_that_nobody_understands_makes_it_inconclusive(tmp_path: Path) -> None:
    texts = texts_of("right")
    texts["agg-1"] += "frobnicate password hunter2\n"
    code, text = truc(*COMMON, "--running", write(tmp_path / "running", texts))
    assert code == 3
    assert "there may be more: agg-1:" in text
    assert "hunter2" not in text


def judges_in(path: Path) -> dict[str, bool]:
    """Return the cases of the judges' suite, and whether each is open."""
    suites = {suite.name: suite for suite in JUnitXml.fromfile(str(path))}
    return {case.name: bool(case.result) for case in suites["judges"]} if "judges" in suites else {}


def test_no_junit_report_is_all_green_where_the_command_is_not(tmp_path: Path, narrow: Path) -> None:
    junit = tmp_path / "junit.xml"
    assert truc(*COMMON, "--junit", junit)[0] == 0
    assert judges_in(junit) == {}
    assert truc(*COMMON, "--junit", junit, "--running", narrow)[0] == 0
    assert judges_in(junit) == {"change of access": False}
    assert truc(*COMMON, "--junit", junit, "--replay", tmp_path / "nothing.gz")[0] == 3
    assert judges_in(junit) == {"second judge": True, "unreachable lines": False}
    assert JUnitXml.fromfile(str(junit)).errors == 1


@pytest.mark.parametrize(("name", "code"), [("nowhere", "TR701"), ("empty", "TR706")])
def test_a_folder_that_holds_no_running_text_is_an_error(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "empty").mkdir()
    result, text = truc(*COMMON, "--running", tmp_path / name)
    assert result == 1
    assert code in text
