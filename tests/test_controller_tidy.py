"""`truc tidy`: every cell and comment stays, doing it twice changes nothing, and nothing is written where anything is open."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.commands.office.tidy import tidy_workspace
from controller.jobs.tidy import TABLES, tidy_tables, tidy_text, write_tables
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from intents.finding import FindingsError
from intents.reader.csv_cells import join_cells
from intents.reader.csv_reader import MAXIMUM_LINE, read_csv
from intents.reader.source_text import FORBIDDEN_IN_VALUE
from tests.rule_cases import SMALL, THAI_NGUYEN, TINY, changed

COLUMNS = {"name": True, "title": False, "valid_from": False}
DATES = st.dates().map(str) | st.just("")
CELLS = st.text(st.characters(codec="utf-8"), max_size=8).filter(
    lambda text: not FORBIDDEN_IN_VALUE.search(text) and "\n" not in text
)
COMMENTS = st.lists(CELLS.map(lambda text: f"# {text}"), max_size=3)
HABITS = st.sampled_from(("plain", "semicolons", "tabs", "wide", "utf-16", "bom", "crlf"))


def written(rows: list[tuple[str, str]], comments: list[str], habit: str) -> bytes:
    """Return a table as some program saves it."""
    lines = ["name,title,valid_from"]
    separator = {"semicolons": ";", "tabs": "\t"}.get(habit, ",")
    for at, (title, day) in enumerate(rows):
        quoted = f'"{title}"'.replace('"' + title + '"', '"' + title.replace('"', '""') + '"')
        lines.append(separator.join((f"n{at}", quoted, day)))
    lines[0] = lines[0].replace(",", separator)
    if habit == "wide":
        lines = [f"{line},," for line in lines] + [",,,,"]
    for at, comment in enumerate(comments):
        lines.insert(min(at * 2, len(lines)), comment)
    text = ("\r\n" if habit == "crlf" else "\n").join(lines) + "\n"
    return text.encode({"utf-16": "utf-16", "bom": "utf-8-sig"}.get(habit, "utf-8"))


@settings(max_examples=200)
@given(rows=st.lists(st.tuples(CELLS, DATES), max_size=5), comments=COMMENTS, habit=HABITS)
def test_tidying_keeps_every_cell_and_comment_and_is_done_once(
    rows: list[tuple[str, str]], comments: list[str], habit: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("tidy") / "t.csv"
    path.write_bytes(written(rows, comments, habit))
    table, findings = read_csv(path, "t.csv", COLUMNS)
    if findings:  # a lone surrogate, or a character that no UTF-16 has
        return
    text = tidy_text(table)
    path.write_text(text, encoding="utf-8", newline="\n")
    again, wrong = read_csv(path, "t.csv", COLUMNS)
    assert wrong == ()
    assert not again.habits.seen
    assert [[row.text(name) for name in COLUMNS] for row in again.rows] == [
        [row.text(name) for name in COLUMNS] for row in table.rows
    ]
    assert len([line for _, line in again.aside if line]) == len([line for _, line in table.aside if line])
    assert tidy_text(again) == text


@pytest.mark.parametrize("folder", [TINY, SMALL, THAI_NGUYEN], ids=lambda path: path.name)
def test_the_examples_are_tidy(folder: Path) -> None:
    assert [table.file for table in tidy_tables(folder) if table.changes] == []


def test_a_workspace_is_tidied_once_and_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = changed(tmp_path)
    path = workspace / "sites.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b",", b";").replace(b"\n", b"\r\n"))
    assert tidy_workspace(Output("en"), workspace, check=True) == ExitCode.CHANGES
    assert path.read_bytes() != before
    assert tidy_workspace(Output("en"), workspace, check=False) == ExitCode.FINE
    assert path.read_bytes() == before
    assert tidy_workspace(Output("en"), workspace, check=True) == ExitCode.FINE
    told = capsys.readouterr().out
    assert "warning TR143 sites.csv:1:1: read as it was meant: here semicolons stand between cells" in told
    assert "1 of 15 tables were rewritten" in told
    assert "0 of 15 tables are not tidy" in told


def test_a_table_that_may_be_absent_is_tidied_where_it_is(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("units.csv", "05443,", "05443,"))
    rows = "principal;person;domain;roles;valid_from;valid_to\nan;Phạm Văn An;dept_ict;approver;2025-07-01;\n"
    (workspace / "approvers.csv").write_text(rows, encoding="utf-8")
    assert tidy_workspace(Output("en"), workspace, check=False) == ExitCode.FINE
    assert (workspace / "approvers.csv").read_text(encoding="utf-8") == rows.replace(";", ",")


def test_json_says_which_tables_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = changed(tmp_path, ("units.csv", "05443,", "5443,"))
    tidy_workspace(Output("en", json=True), workspace, check=True)
    messages = [json.loads(line) for line in io.StringIO(capsys.readouterr().out)]
    assert {item["file"]: item["changes"] for item in messages if item.get("type") == "table"} == {
        file: file == "units.csv" for file in TABLES if file not in ("approvers.csv", "unit_events.csv")
    }
    assert messages[-1]["changes"] == 1


def test_nothing_is_written_while_a_table_can_t_be_read(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("sites.csv", "office,2,,\ntru-so-xa", "office\ntru-so-xa"))
    units = workspace / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("05443,", "5443,"), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in workspace.glob("*.csv")}
    with pytest.raises(FindingsError) as raised:
        tidy_workspace(Output("en"), workspace, check=False)
    assert [(item.code, str(item.where)) for item in raised.value.findings] == [("TR127", "sites.csv:4:1")]
    assert {path.name: path.read_bytes() for path in workspace.glob("*.csv")} == before


def test_a_table_that_would_not_be_the_same_is_left_alone(tmp_path: Path) -> None:
    """A line that fits with semicolons is too long when its commas have to be put in quotes."""
    workspace = changed(tmp_path)
    path = workspace / "channels.csv"
    lines = path.read_text(encoding="utf-8").replace("duct-d;duct-e", "duct-d").replace(",", ";").splitlines()
    room = MAXIMUM_LINE - len(lines[1]) - 1
    lines[1] = lines[1].replace("duct-a", "x," + "x" * (room + len("duct-a") - 2))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(FindingsError) as raised:
        tidy_workspace(Output("en"), workspace, check=False)
    assert [item.code for item in raised.value.findings] == ["TR145"]
    assert path.read_bytes() == before


def test_a_link_to_a_table_stays_a_link(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    kept = tmp_path / "kept.csv"
    (workspace / "sites.csv").rename(kept)
    (workspace / "sites.csv").symlink_to(kept)
    kept.write_bytes(kept.read_bytes().replace(b",", b";"))
    write_tables(workspace, tidy_tables(workspace))
    assert (workspace / "sites.csv").is_symlink()
    assert b";" not in kept.read_bytes()


@given(cells=st.lists(CELLS, min_size=2, max_size=5))
def test_cells_are_joined_as_the_reader_splits_them(cells: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("cells") / "t.csv"
    names = {f"c{at}": False for at in range(len(cells))}
    path.write_text(join_cells(tuple(names)) + "\n" + join_cells(["x", *cells[1:]]) + "\n", encoding="utf-8")
    table, findings = read_csv(path, "t.csv", names)
    assert findings == ()
    assert len(table.rows) == 1
