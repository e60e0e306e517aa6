"""The strict CSV reader: cells, their places, and its speed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.finding import MOST_IN_A_FILE, Finding
from intents.reader.csv_reader import read_csv
from intents.reader.lost_text import is_formula, is_lost_value
from intents.reader.source_text import FORBIDDEN_IN_VALUE
from tests.timing import cost

COLUMNS = {"name": True, "title": False, "note": False}
cells = st.text(max_size=8).filter(
    lambda text: not (FORBIDDEN_IN_VALUE.search(text) or "\n" in text or is_formula(text) or is_lost_value(text))
)


def read(folder: Path, content: str | bytes) -> tuple[list[dict[str, str]], tuple[Finding, ...]]:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table, findings = read_csv(path, "table.csv", COLUMNS)
    return [{name: row.text(name) for name in COLUMNS} for row in table.rows], findings


@given(rows=st.lists(st.tuples(cells, cells), max_size=5))
def test_what_the_standard_writer_wrote_is_read_back(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((f"n{at}", *row) for at, row in enumerate(rows))
    found, findings = read(tmp_path_factory.mktemp("csv"), buffer.getvalue())
    assert findings == ()
    wanted = [{"name": f"n{at}", "title": a.strip(" "), "note": b.strip(" ")} for at, (a, b) in enumerate(rows)]
    assert found == wanted


def test_every_cell_knows_its_column_with_and_without_quotes(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('note,name,title\nđđ, a ,b\n"x, ""y""",c,"d"\n', encoding="utf-8")
    table, findings = read_csv(path, "t.csv", COLUMNS)
    assert findings == ()
    plain, quoted = table.rows
    assert [plain.where(name).column for name in ("note", "name", "title")] == [1, 5, 8]
    assert [quoted.where(name).column for name in ("note", "name", "title")] == [2, 12, 15]
    assert (quoted.line, quoted.text("note")) == (3, 'x, "y"')


def test_comments_blank_lines_crlf_and_a_byte_order_mark_are_accepted(tmp_path: Path) -> None:
    found, findings = read(tmp_path, b"\xef\xbb\xbf# c\r\nname,title,note\r\n\r\n# more\r\na,b,c\r\n")
    assert (found, findings) == ([{"name": "a", "title": "b", "note": "c"}], ())


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    found, _ = read(tmp_path, "note,name,title\n1,2,3\n")
    assert found == [{"name": "2", "title": "3", "note": "1"}]


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ("name,title\na,b\n", "TR129", "table.csv:1:1"),
        ("name,titel,note\n", "TR128", "table.csv:1:6"),
        ("name,name,title,note\n", "TR130", "table.csv:1:6"),
        ("name,title,note\na,b\n", "TR127", "table.csv:2:1"),
        ("name,title,note\n,b,c\n", "TR131", "table.csv:2:1"),
        ('name,title,note\na,"b,c\n', "TR126", "table.csv:2:3"),
        ('name,title,note\na,b"c",d\n', "TR126", "table.csv:2:4"),
        ("name,title,note\na,b\tc,d\n", "TR104", "table.csv:2:4"),
        ("name,title,note\na,b\u200bc,d\n", "TR104", "table.csv:2:4"),
        ("name,title,note\na,b\u202ec,d\n", "TR104", "table.csv:2:4"),
        (b"name,title,note\na,b\x00,d\n", "TR104", "table.csv:2:4"),
        (b"name,title,note\na,\xff,d\n", "TR103", "table.csv:2:3"),
        ("", "TR132", "table.csv:1:1"),
    ],
)
def test_a_fault_is_told_with_its_place(content: str | bytes, code: str, place: str, tmp_path: Path) -> None:
    _, findings = read(tmp_path, content)
    assert [(finding.code, str(finding.where)) for finding in findings] == [(code, place)]


def test_a_misspelt_column_is_told_once_with_the_likely_one(tmp_path: Path) -> None:
    _, findings = read(tmp_path, "name,titel,note\n")
    assert dict(findings[0].values)["suggestion"] == "title"


def test_reading_stops_after_very_many_findings(tmp_path: Path) -> None:
    _, findings = read(tmp_path, "name,title,note\n" + "x\n" * 5000)
    assert len(findings) == MOST_IN_A_FILE + 2
    assert findings[-1].code == "TR135"


def test_a_header_of_very_many_words_is_not_read_to_its_end(tmp_path: Path) -> None:
    rows, findings = read(tmp_path, "x," * 20_000 + "\n" + "x\n" * 5000)
    assert len(findings) == MOST_IN_A_FILE + 2
    assert findings[-1].code == "TR135"
    assert rows == []


def test_twenty_thousand_rows_take_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,title,note\n" + "cơ-quan,Ủy ban nhân dân xã,một ghi chú\n" * 20_000, encoding="utf-8")
    table, findings = read_csv(path, "t.csv", COLUMNS)
    assert (len(table.rows), findings) == (20_000, ())
    assert cost(lambda: read_csv(path, "t.csv", COLUMNS)) < 1.0
