"""`truc verify --running DIR`: what a change opens and cuts, in the terminal, as JSON Lines and on the board's page."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from controller.jobs.verify import change_findings
from tests.batfish_cases import RECORDED, texts_of
from tests.change_cases import RECORDED_CHANGES, before_intent, changes_of
from tests.small_builds import compiled
from tests.small_commands import ON, SMALL, truc
from verification.batfish.protocol import BatfishError, Parameters, Row, Snapshot
from verification.batfish.recording import RECORDING_FORMAT, RecordedBatfish
from verification.change.batfish import SeenChanges

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
        {
            "type": "access changes",
            "judges": ["engine"],
            "alone": 0,
            "new": [],
            "undeclared": [],
            "doubts": [],
            "doubt_reasons": [],
            "differences": [],
            "difference_reasons": [],
        }
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
    head = {"format": RECORDING_FORMAT, "batfish": "1", "day": "2026-11-28", "snapshots": []}
    (tmp_path / "of-others.gz").write_bytes(gzip.compress(json.dumps(head).encode()))
    assert truc(*COMMON, "--junit", junit, "--replay", tmp_path / "of-others.gz")[0] == 3
    assert judges_in(junit) == {"second judge": True, "unreachable lines": False}
    assert JUnitXml.fromfile(str(junit)).errors == 1


def test_many_changes_are_told_in_groups_and_what_opens_stands_first(tmp_path: Path) -> None:
    code, text = truc(*COMMON, "--running", write(tmp_path / "running", dict(before_intent("council-and-committee"))))
    assert code == 0
    groups = [line for line in text.splitlines() if line.startswith("  opens ")]
    assert "36 opened, 0 cut" in text
    assert len(groups) == 6
    assert "ubnd-gia-sang-cq -> hdnd-gia-sang-cq, hdnd-phan-dinh-phung-cq, hdnd-tan-cuong-cq: tcp" in text


def test_groups_beyond_the_first_ones_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.reports.change.MOST_GROUPS", 1)
    monkeypatch.setattr("controller.reports.change.MOST_NAMES", 1)
    running = write(tmp_path / "running", dict(before_intent("council-and-committee")))
    _, text = truc(*COMMON, "--running", running)
    assert "hdnd-gia-sang-cq -> ubnd-gia-sang-cq and 2 more: tcp" in text
    assert "and 30 more (--json has all)" in text


def test_judges_who_differ_about_a_change_are_a_finding() -> None:
    starts = frozenset({("cpe-gia-sang", "GigabitEthernet0/0/1.103")})
    found = changes_of("two turns at one port", lambda *_: SeenChanges(starts=starts, flows={}, doubts=()))
    (finding,) = change_findings(found)
    assert (finding.code, dict(finding.values)["count"]) == ("TR830", "2")
    assert change_findings(changes_of("two turns at one port")) == ()


class BothRecordings:
    """A session that answers from what was recorded about cases and about changes."""

    def __init__(self) -> None:
        self._sessions = (RecordedBatfish(RECORDED_CHANGES), RecordedBatfish(RECORDED))
        self.version, self.recorded = self._sessions[0].version, ""

    def upload(self, snapshot: Snapshot) -> None:
        """Take whatever is asked about: who was never asked has no answer."""

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        try:
            return self._sessions[0].ask(question, parameters, snapshot, reference)
        except BatfishError:
            return self._sessions[1].ask(question, parameters, snapshot, reference)

    def discard(self, name: str) -> None:
        """Do nothing."""


class Deaf(BothRecordings):
    """The same server, but it sees no change."""

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        return () if question == "differentialReachability" else super().ask(question, parameters, snapshot, reference)


def test_judges_who_differ_about_a_change_make_it_inconclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.html"
    monkeypatch.setattr("controller.cli.dial", lambda _: Deaf())
    running = write(tmp_path / "running", dict(before_intent("council-and-committee")))
    code, text = truc(*COMMON, "--running", running, "--batfish", "127.0.0.1", "--html", page)
    assert code == 3
    assert "TR830" in text
    assert "the judges differ in 6 points" in text
    assert "nothing of the kind by Batfish" in page.read_text(encoding="utf-8")


def test_a_recording_holds_what_was_answered_about_the_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kept.jsonl.gz"
    monkeypatch.setattr("controller.cli.dial", lambda _: BothRecordings())
    older = (*COMMON, "--running", write(tmp_path / "running", dict(before_intent("council-and-committee"))))
    code, text = truc(*older, "--batfish", "127.0.0.1", "--record", file)
    assert code == 0, text
    assert "(batfish, engine; whole network): 36 opened, 0 cut" in text
    assert "18 of them the engine alone can see (IPv6: 18;" in text
    assert truc(*older, "--replay", file)[0] == 0
    other = write(tmp_path / "others", texts_of("an entry names another port"))
    code, text = truc(*COMMON, "--running", other, "--replay", file)
    assert code == 3
    assert "TR828" in text


@pytest.mark.parametrize(("name", "code"), [("nowhere", "TR701"), ("empty", "TR706")])
def test_a_folder_that_holds_no_running_text_is_an_error(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "empty").mkdir()
    result, text = truc(*COMMON, "--running", tmp_path / name)
    assert result == 1
    assert code in text
