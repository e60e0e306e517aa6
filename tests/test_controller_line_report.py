"""What the terminal and JSON Lines say of lines that no packet reaches, and of judges who differ about one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from controller.jobs.judging import Extent
from controller.jobs.verify import VerifyReport, line_findings, verify
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.words import Language
from controller.reports.unreachable_lines import MOST_LINES, line_messages, print_lines
from controller.reports.verify import print_end
from tests.batfish_cases import texts_of
from tests.small_builds import compiled
from tests.small_commands import validator
from verification.questions.unreachable_lines import Anomaly, BoundLists
from verification.verdicts.opinions import BATFISH, ENGINE, LineDifference, Unseen


@cache
def judged() -> VerifyReport:
    """Return the report of the small example with three lines that no packet reaches."""
    texts = texts_of("no packet reaches some lines")
    return verify(compiled(), texts, Output(Language.EN, json=True), extent=Extent(failures=False))


def with_lists(lists: BoundLists) -> VerifyReport:
    return replace(judged(), judgement=replace(judged().judgement, lists=lists))


def differing(*differences: tuple[str, Unseen | None]) -> BoundLists:
    lists = judged().judgement.lists
    place = lists.unreachable[0].places[0]
    found = tuple(LineDifference(place=place, judge=judge, unseen=unseen) for judge, unseen in differences)
    return replace(lists, differences=found)


def printed(report: VerifyReport, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    output = Output(Language.EN)
    print_lines(output, report)
    print_end(output, report)
    return capsys.readouterr().out


def test_a_line_is_told_with_its_place_its_reason_and_what_covers_it(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(judged(), capsys)
    assert "3 lines of 102 different access lists are reached by no packet (2 shadowed, 1 redundant, 0 empty)" in said
    line = judged().judgement.lists.unreachable[0].places[0].line
    assert f"  cpe-gia-sang.cfg:{line}: 21 deny tcp 10.196.0.64 0.0.0.63 10.193.0.64 0.0.0.63 eq 443\n" in said
    assert f"    shadowed, the contrary is done by cpe-gia-sang.cfg:{line - 1}: 20 permit tcp" in said
    assert judged().exit_code is ExitCode.FINE


def test_a_long_list_is_cut_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    line = judged().judgement.lists.unreachable[0]
    many = replace(line, places=line.places * 3, covers=line.covers * 4)
    empty = replace(line, anomaly=Anomaly.EMPTY, covers=())
    said = printed(with_lists(BoundLists(lists=9, skipped=2, unreachable=(many, *[empty] * MOST_LINES))), capsys)
    assert "2 access lists were not looked at line by line" in said
    assert " (also in 2 more lists)\n" in said
    assert " and 3 more lines\n" in said
    assert "    empty: it matches nothing\n" in said
    assert "  … and 1 more\n" in said


def test_a_difference_that_is_explained_is_counted_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    explained = with_lists(differing((BATFISH, Unseen.FRAGMENTS), (ENGINE, Unseen.LIST), (ENGINE, Unseen.LIST)))
    said = printed(explained, capsys)
    assert "1 lines are unreachable to one judge only, because non-initial fragments decide" in said
    assert "2 lines are unreachable to the engine only, because Batfish has not the whole list" in said
    assert (explained.exit_code, explained.worst) == (ExitCode.FINE, "hold")
    assert line_findings(compiled(), explained.judgement.lists) == ()


def test_a_difference_that_nothing_explains_is_a_finding_and_leaves_the_report_inconclusive(
    capsys: pytest.CaptureFixture[str],
) -> None:
    disputed = with_lists(differing((BATFISH, None)))
    assert "next: the judges differ; report this with the workspace" in printed(disputed, capsys)
    assert (disputed.exit_code, disputed.worst) == (ExitCode.INCONCLUSIVE, "disputed")
    (finding,) = line_findings(compiled(), disputed.judgement.lists)
    assert (finding.code, dict(finding.values)["judge"]) == ("TR829", "batfish")


def test_json_has_every_line_with_all_its_places_and_covers_and_every_difference() -> None:
    report = with_lists(differing((BATFISH, Unseen.FRAGMENTS), (ENGINE, None)))
    messages = list(line_messages(report))
    assert [item["type"] for item in messages] == ["unreachable line"] * 3 + ["line difference"] * 2
    assert [error for item in messages for error in validator("truc/verify/1").iter_errors(item)] == []
    first = report.judgement.lists.unreachable[0]
    line, cover = first.places[0], first.covers[0]
    assert messages[0] == {
        "type": "unreachable line",
        "anomaly": "shadowed",
        "family": 4,
        "file": "cpe-gia-sang.cfg",
        "line": line.line,
        "text": line.text,
        "places": [{"file": "cpe-gia-sang.cfg", "line": line.line, "text": line.text}],
        "covers": [{"file": "cpe-gia-sang.cfg", "line": cover.line, "text": cover.text}],
    }
    assert [(item["judge"], item["unseen"]) for item in messages[3:]] == [("batfish", "fragments"), ("engine", None)]
