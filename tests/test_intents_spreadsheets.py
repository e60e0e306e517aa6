"""Tables as spreadsheets save them: read where it is certain what was meant, and said once; one finding where it is not."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.finding import Finding, Severity, Where
from intents.messages import describe
from intents.reader.csv_reader import read_csv
from intents.reader.lost_text import lost_letters
from intents.reader.table_source import MAXIMUM_RECODED
from intents.workspace import load_intents
from tests.rule_cases import changed

COLUMNS = {"name": True, "title": False, "valid_from": False, "valid_to": False}
UNITS = {"code": True, "type": True, "name": True}
HEADER = "name,title,valid_from,valid_to\n"
VIETNAMESE = "Ủy ban nhân dân xã Giao Thủy; Trường Sĩ quan, khuỷu, quốc, giữ, ươm, khoẳm, nghiêng, thuở, ngoèo"
TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")


def code_page(text: str) -> bytes:
    """Return a text as Windows saves it in code page 1258: tone marks are characters of their own."""
    found = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = next((item for item in TONES if item in parts), "")
        base = unicodedata.normalize("NFC", parts.replace(tone, "")) if tone else letter
        found += base.encode("cp1258") + tone.encode("cp1258")
    return found


def read(folder: Path, content: str | bytes) -> tuple[list[tuple[str, ...]], tuple[Finding, ...], Finding | None]:
    path = folder / "t.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    table, findings = read_csv(path, "t.csv", COLUMNS)
    return [tuple(row.text(name) for name in COLUMNS) for row in table.rows], findings, table.habits.finding()


ROWS = [("a", "Sở, ngành", "2025-07-01", "2026-12-31"), ("b", "x", "", "")]
PLAIN = HEADER + '# c\na,"Sở, ngành",2025-07-01,2026-12-31\nb,x,,\n'
SEMICOLONS = "name;title;valid_from;valid_to\na;Sở, ngành;2025-07-01;2026-12-31\nb;x;;\n"
CERTAIN: dict[str, tuple[str | bytes, str]] = {
    "semicolons": (SEMICOLONS, "semicolons"),
    "a line that names the separator": ("sep=;\n" + SEMICOLONS, "names the separator"),
    "tabs": (SEMICOLONS.replace(";", "\t"), "tabs"),
    "the day first": (PLAIN.replace("2025-07-01", "01/07/2025").replace("2026-12-31", "31/12/2026"), "day first"),
    "the day first, with points": (PLAIN.replace("2025-07-01", "1.7.2025").replace("2026-12-31", "31.12.2026"), "day first"),
    "the month first": (PLAIN.replace("2025-07-01", "7/1/2025").replace("2026-12-31", "12/31/2026"), "month first"),
    "the year first": (PLAIN.replace("2025-07-01", "2025/7/1").replace("2026-12-31", "2026.12.31"), "otherwise than YYYY"),
    "a time of day": (PLAIN.replace("2025-07-01", "2025-07-01 00:00:00"), "otherwise than YYYY"),
    "capitals in the header": (PLAIN.replace("name,title", "Name,TITLE"), "capital letters"),
    "capitals and semicolons": (SEMICOLONS.replace("name;title", "Name;Title"), "capital letters"),
    "carriage returns alone": (PLAIN.replace("\n", "\r"), "carriage returns"),
    "UTF-16 with a mark": (SEMICOLONS.replace(";", "\t").encode("utf-16"), "UTF-16"),
    "UTF-16 without one": (PLAIN.encode("utf-16-le"), "UTF-16"),
    "UTF-16 the other way round": (PLAIN.encode("utf-16-be"), "UTF-16"),
    "code page 1258": (code_page(PLAIN), "Windows-1258"),
    "letters in parts": (unicodedata.normalize("NFD", PLAIN), "written apart"),
    "empty columns": (
        '# c,,,,,\nname,title,valid_from,valid_to,,\na,"Sở, ngành",2025-07-01,2026-12-31,,\nb,x,,,,\n', "empty columns",
    ),
    "empty rows": (PLAIN + ",,,\n , , ,\n", "empty rows"),
    "comments in quotes": (PLAIN + '"# one, two",,,\n', "comments are in quotes"),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTAIN)
def test_what_is_certain_is_read_and_said_once_with_its_place(name: str, tmp_path: Path) -> None:
    content, said = CERTAIN[name]
    rows, findings, habit = read(tmp_path, content)
    assert (rows, findings) == (ROWS, ())
    assert habit is not None
    assert (habit.code, habit.severity, habit.where.file) == ("TR143", Severity.WARNING, "t.csv")
    assert habit.where.line
    assert said in describe(habit, "en")
    assert "{" not in describe(habit, "vi")


def test_an_address_of_the_web_has_lost_no_letters(tmp_path: Path) -> None:
    rows, findings, habit = read(tmp_path, HEADER + "a,https://example.vn/x?id=1,,\n")
    assert (findings, habit) == ((), None)
    assert rows[0][1] == "https://example.vn/x?id=1"


def test_a_table_in_its_own_form_has_no_habits(tmp_path: Path) -> None:
    assert read(tmp_path, PLAIN) == (ROWS, (), None)


OPEN: dict[str, tuple[str | bytes, str, str]] = {
    "dates either way": (HEADER + "a,x,01/07/2025,02/03/2026\nb,x,05/05/2025,\n", "TR144", "t.csv:2:5"),
    "dates in both orders": (HEADER + "a,x,31/07/2025,07/31/2026\n", "TR144", "t.csv:2:5"),
    "letters that were lost": (code_page(HEADER + "a,Sở ngành,,\n") + b"b,C?ng,,\n", "TR146", "t.csv:3:4"),
    "another code page": (HEADER.encode() + "b,S\xeb,,\n".encode("latin-1"), "TR103", "t.csv:2:4"),
    "VNI": (HEADER.encode() + "a,Xa\xf5 An Bình,,\n".encode("latin-1"), "TR103", "t.csv:2:5"),
    "TCVN3": (HEADER.encode() + b"a,\xae\xb5,,\n", "TR103", "t.csv:2:3"),
    "French": (HEADER.encode() + "a,gar\xe7on,,\n".encode("latin-1"), "TR103", "t.csv:2:6"),
    "Portuguese": (HEADER.encode() + "a,S\xe3o,,\n".encode("latin-1"), "TR103", "t.csv:2:4"),
    "a day that is none": (HEADER + "a,x,31/02/2025,\n", "", ""),
    "cells beyond the header": (HEADER + "a,b,c,d,\n", "TR127", "t.csv:2:1"),
    "a comma outside quotes": ("name,title,valid_from,valid_to,\na,b,c,,,\n", "TR127", "t.csv:2:1"),
    "bidirectional marks in a comment": (HEADER + "# a\u202eb\n", "TR104", "t.csv:2:4"),
}
"""What can be read in two ways, or in none: one finding a file with its place."""


@pytest.mark.parametrize("name", OPEN)
def test_what_is_not_certain_is_one_finding(name: str, tmp_path: Path) -> None:
    content, code, place = OPEN[name]
    _, findings, _ = read(tmp_path, content)
    assert [(item.code, str(item.where)) for item in findings] == ([(code, place)] if code else [])


LOST = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "Err:502")


@pytest.mark.parametrize("value", LOST)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_row_whose_name_was_not_computed_is_no_comment(value: str, separator: str, tmp_path: Path) -> None:
    for written in (value, f'"{value}"', f" {value}"):
        content = (HEADER + f"a,x,,\n{written},t,,\n").replace(",", separator)
        rows, findings, _ = read(tmp_path, content)
        assert rows == [("a", "x", "", "")]
        assert [(item.code, item.where.line) for item in findings] == [("TR146", 3)]


@pytest.mark.parametrize("value", [*LOST, "########"])
def test_a_cell_that_was_not_computed_is_an_error_in_every_column(value: str, tmp_path: Path) -> None:
    _, findings, _ = read(tmp_path, HEADER + f"a,{value},{value},\n")
    assert [item.code for item in findings] == ["TR146", "TR146"]


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "=cmd|' /C calc'!A0", "@SUM(1)", "+cmd|x", "-SUM(2)", "=A1"])
def test_a_formula_is_no_text(value: str, tmp_path: Path) -> None:
    _, findings, _ = read(tmp_path, HEADER + f"a,{value},,\n")
    assert [(item.code, str(item.where)) for item in findings] == [("TR146", "t.csv:2:3")]


@pytest.mark.parametrize("value", ["- a (b)", "+84 280 123", "@home", "a=b", "-", "--", "-5"])
def test_what_only_starts_as_a_formula_may_is_text(value: str, tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + f"a,{value},,\n")[:2] == ([("a", value, "", "")], ())


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("#b,x,,", 1), ("#b;x;;", 0), ("# b,x,,", 0), ("#b,x,", 0), ("#b,,,", 0), ("########", 0), ("#1 in a list", 0),
        ("#b,x,,\n#c,y,,", 2),
    ],
)  # fmt: skip
def test_a_comment_with_as_many_cells_as_the_header_is_a_warning(comment: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + f"a,x,,\n{comment}\n", encoding="utf-8")
    table, findings = read_csv(path, "t.csv", COLUMNS)
    assert (len(table.rows), findings, len(table.like_rows)) == (1, (), count)
    assert [(item.code, item.severity, str(item.where), len(item.also)) for item in table.warnings()] == (
        [("TR147", Severity.WARNING, "t.csv:3:1", count - 1)] if count else []
    )


LOST_LETTERS = {
    "?y ban nh?n d?n x?": "letters_became", "S? Nội vụ, ph??ng 2": "letters_became", "Xã An B\ufffdnh": "letters_became",
    "Sở \ue001": "letters_of_a_font", "So\u0302\u0301\u0323\u0300\u0301": "marks_piled_up",
    "UÛ ban nh©n d©n": "letters_of_tcvn3", "Së N«ng nghiÖp": "letters_of_tcvn3",
}  # fmt: skip


@pytest.mark.parametrize("text", LOST_LETTERS)
def test_letters_that_were_lost_are_seen(text: str) -> None:
    reason = lost_letters(text)
    assert reason is not None
    assert reason.key == LOST_LETTERS[text]


@pytest.mark.parametrize("word", ["đường", "Ủy ban", "dân", "Đảng", "phố cổ", "Ấp", "ưu", "chí", "Kỹ"])
def test_utf_8_that_was_read_as_windows_1252_is_seen(word: str) -> None:
    shown = "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in word.encode("utf-8"))
    reason = lost_letters(f"Xã {shown}")
    assert reason is not None
    assert reason.key == "letters_of_utf8"


@pytest.mark.parametrize(
    "text",
    [
        VIETNAMESE, VIETNAMESE.upper(), "Why? Because.", "Vì sao?", "https://example.vn/a?id=x",
        "«Sở» \u2013 “XÃ” XÃ… XÃ—", "Cisco® 10µm ½ m²",
        "Citroën, garçon, Ærø, Ångström, Äpfel", "(?)", "5? 6?",
    ],
)  # fmt: skip
def test_what_people_write_has_no_lost_letters(text: str) -> None:
    assert lost_letters(text) is None


def test_a_date_that_no_order_makes_a_day_stays_for_who_reads_dates(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + "a,x,31/02/2025,\n")[0] == [("a", "x", "31/02/2025", "")]


def test_cells_keep_their_places_when_they_are_put_back(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + "a,x,1/7/2025,31/12/2026\n", encoding="utf-8")
    (row,) = read_csv(path, "t.csv", COLUMNS)[0].rows
    assert [row.where(name) for name in COLUMNS] == [
        Where(file="t.csv", line=2, column=column) for column in (1, 3, 5, 14)
    ]
    assert row.text("valid_from") == "2025-07-01"


@pytest.mark.parametrize(
    ("days", "units"),
    [
        (("31/12/2026", "01@1/11/2026"), ["01@2026-11-01"]),
        (("", "01@1/11/2026", "02@15/11/2026"), ["01@2026-11-01", "02@2026-11-15"]),
        (("", "01@2026/11/1"), ["01@2026-11-01"]),
        (("", "01@11/11/2026"), ["01@2026-11-11"]),
    ],
)
def test_dates_in_keys_are_written_as_all_dates_of_the_file(
    days: tuple[str, ...], units: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    first, *keys = days
    rows = "".join(f"n{at},{key},{first}\n" for at, key in enumerate(keys))
    path.write_text(f"name,unit,valid_from\n{rows}", encoding="utf-8")
    table, findings = read_csv(path, "t.csv", {"name": True, "unit": True, "valid_from": False})
    assert (findings, [row.text("unit") for row in table.rows]) == ((), units)
    assert table.habits.finding() is not None


def test_a_date_in_a_key_that_may_be_two_days_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,unit\na,01@1/11/2026\nb,nothing@x\n", encoding="utf-8")
    table, (finding,) = read_csv(path, "t.csv", {"name": True, "unit": True})
    assert (finding.code, str(finding.where), len(table.rows)) == ("TR144", "t.csv:2:3", 1)


@pytest.mark.parametrize(
    ("written", "read_as"), [("20.0", "20"), ("20.00", "20"), ("20.5", "20.5"), ("1.000.000", "1.000.000")]
)
def test_whole_numbers_lose_the_decimals_of_a_spreadsheet(written: str, read_as: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"name,hosts\na,{written}\n", encoding="utf-8")
    table, findings = read_csv(path, "t.csv", {"name": True, "hosts": True})
    assert (findings, [row.text("hosts") for row in table.rows]) == ((), [read_as])
    assert (table.habits.finding() is not None) is (written != read_as)


def test_codes_get_their_zeros_back_by_what_the_unit_is(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("code,type,name\n1,province,A\n8,district,B\n4,commune,C\n5467,ward,D\n", encoding="utf-8")
    table, findings = read_csv(path, "units.csv", UNITS)
    assert [row.text("code") for row in table.rows] == ["01", "008", "00004", "05467"]
    habit = table.habits.finding()
    assert habit is not None
    assert (findings, str(habit.where)) == ((), "units.csv:2:1")


def test_a_short_code_beside_one_that_kept_its_zero_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("code,type,name\n1,province,A\n0544,commune,C\n05467,ward,D\n", encoding="utf-8")
    table, _ = read_csv(path, "units.csv", UNITS)
    assert [row.text("code") for row in table.rows] == ["1", "0544", "05467"]
    assert table.habits.finding() is None


def test_every_vietnamese_word_is_known_in_the_code_page(tmp_path: Path) -> None:
    content = code_page(HEADER + f'a,"{VIETNAMESE}",,\n')
    rows, findings, _ = read(tmp_path, content)
    assert findings == ()
    assert rows[0][1] == unicodedata.normalize("NFC", VIETNAMESE)


def test_a_large_table_in_another_encoding_is_refused_before_it_is_recoded(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.write(b"\xff\xfea\0")
        file.truncate(MAXIMUM_RECODED + 2)
    assert [item.code for item in read_csv(path, "t.csv", COLUMNS)[1]] == ["TR102"]


@given(days=st.lists(st.dates(), min_size=1, max_size=6), first=st.booleans())
def test_dates_are_read_rightly_or_not_at_all(
    days: list[object], first: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the spreadsheet's order, no date becomes another one."""
    form = "{0:%d}/{0:%m}/{0.year:04}" if first else "{0:%m}/{0:%d}/{0.year:04}"
    lines = "".join(f"n{at},x,{form.format(day)},\n" for at, day in enumerate(days))
    rows, findings, _ = read(tmp_path_factory.mktemp("t"), HEADER + lines)
    if not findings:
        assert [row[2] for row in rows] == [str(day) for day in days]
    else:
        assert [item.code for item in findings] == ["TR144"]


def test_letters_in_parts_are_the_same_in_yaml(tmp_path: Path) -> None:
    workspace = changed(
        tmp_path,
        ("organisations.csv", ",pilot,", ",thí điểm,"),
        (
            "intents/offices.yaml",
            "organisations: {names: [van-phong-ubnd-tinh], purpose: government}",
            f"organisations: {{labels: [{unicodedata.normalize('NFD', 'thí điểm')}], purpose: government}}",
        ),
    )
    assert load_intents(workspace).findings == ()
