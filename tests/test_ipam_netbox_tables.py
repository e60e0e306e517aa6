"""The tables of a workspace as objects of a NetBox: all come back byte for byte, and what a person puts out of step is seen."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.reader.source_text import FORBIDDEN_IN_VALUE
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import changes_to
from ipam.netbox.reading import Reading
from ipam.netbox.tables_mapping import things_of_tables
from ipam.netbox.tables_reading import COLUMNS, compare_tables, kept_tables
from ipam.store.table_files import TABLES, Line, Tables, check_tables, read_table_files, with_lines
from tests.netbox_memory import answers_of, reading_of
from tests.small_commands import ROOT, SMALL

EXAMPLES = (SMALL, ROOT / "examples" / "thai-nguyen")
NAMES = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?", fullmatch=True)
DAYS = st.sampled_from(["", "2024-12-01", "2025-06-30", "2025-07-01", "2026-01-01"])
TEXTS = (
    st.one_of(
        st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=120),
        st.sampled_from(
            ["-", "truc-x", "Sở Y tế", "Sở Y tế (a)", "x" * 300, 'a,b"c', "#1", "<b>", "=1+1", "unit x", "a; b"]
        ),
    )
    .map(lambda text: unicodedata.normalize("NFC", text).strip())
    .filter(lambda text: text and not FORBIDDEN_IN_VALUE.search(text))
)
SMALL_TABLES: Tables = read_table_files(SMALL).lines()


def line(file: str, **cells: str) -> Line:
    return {column: cells.get(column, "") for column in TABLES[file]}


@st.composite
def tables(draw: st.DrawFn) -> Tables:
    """Draw tables whose lines may stand in any order and name one another, with texts that NetBox can't all keep."""
    keys = [f"{code}@2025-07-01" for code in draw(st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True))]
    units = [
        line(
            "units.csv", code=key.partition("@")[0], valid_from="2025-07-01", name=draw(TEXTS), type="ward", root_block="x",
            parent=draw(st.sampled_from(["", *keys[:at]])), valid_to=draw(DAYS),
        )
        for at, key in enumerate(keys)
    ]  # fmt: skip
    names = draw(st.lists(NAMES, min_size=3, max_size=6, unique=True))
    common = {
        "valid_from": draw(DAYS),
        "valid_to": draw(DAYS),
        "renamed_from": draw(st.sampled_from(["", "old", "old; older"])),
    }
    unit, domain = draw(st.sampled_from(keys)), "dept_ict"
    organisations = [
        line("organisations.csv", name=name, title=draw(TEXTS), category="elected_body", tier="commune", unit=unit,
             domain=domain, labels=draw(st.sampled_from(["", "a", "a; b"])), **common)
        for name in names
    ]  # fmt: skip
    sites = [
        line("sites.csv", name=name, title=draw(TEXTS), unit=unit, kind="office", level="2", **common) for name in names
    ]
    devices = [
        line("devices.csv", name=name, role="cpe", platform=draw(st.sampled_from(["cisco_ios", "junos"])), model=draw(TEXTS),
             site=names[0], domain=domain, lan_interface=draw(st.sampled_from(["", "ge-0/0/9", "x" * 80])), ipv6="yes", **common)
        for name in names
    ]  # fmt: skip
    attachments = [
        line("attachments.csv", name=name, organisation=names[0], site=names[-1], purpose="government", hosts="9",
             legal_service="vpn", connection="main", request_ref=draw(TEXTS), decision_ref=draw(TEXTS), **common)
        for name in names
    ]  # fmt: skip
    channels = [
        line("channels.csv", name=name, a_device=names[0], b_device=names[1], level="2", ducts=draw(st.sampled_from(["", "d"])),
             a_interface=draw(st.sampled_from(["xe-0/0/0", "Gi 0/1", "x" * 70])), b_interface=f"ge-0/0/{at}",
             medium=draw(st.sampled_from(["direct_fibre", "enterprise_infrastructure"])), bandwidth_mbps="10000000",
             enterprise=draw(st.one_of(st.just(""), TEXTS)), valid_from=draw(DAYS), valid_to=draw(DAYS))
        for at, name in enumerate(names)
    ]  # fmt: skip
    found = (units, organisations, sites, attachments, devices, channels)
    return {file: tuple(draw(st.permutations(lines))) for file, lines in zip(TABLES, found, strict=True)}


def reading_of_tables(lines: Tables) -> Reading:
    return reading_of(answers_of(things_of_tables(lines)))


@given(tables())
def test_all_tables_come_back_as_they_were(lines: Tables) -> None:
    reading = reading_of_tables(lines)
    kept = kept_tables(reading)
    assert (kept.findings, kept.tables) == ((), lines)
    changes = changes_to(reading, AddressPlan(), lines)
    assert (changes.count, changes.conflicts, compare_tables(kept, lines)) == (0, (), ())


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_an_example_comes_back_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    files = read_table_files(folder)
    found = kept_tables(reading_of_tables(files.lines())).tables
    for file in TABLES:
        kept = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / file).write_text("".join(kept[:2]), encoding="utf-8")
    empty = read_table_files(tmp_path)
    for file in TABLES:
        text = (folder / file).read_text(encoding="utf-8")
        assert with_lines(empty.tables[file], file, found[file], COLUMNS[file]).text == text
        (tmp_path / file).unlink()
    nothing = read_table_files(tmp_path)
    for file in TABLES:
        text = (folder / file).read_text(encoding="utf-8")
        text = with_lines(nothing.tables[file], file, found[file], COLUMNS[file]).text
        (tmp_path / file).write_text(text, encoding="utf-8")
        assert text == "".join((folder / file).read_text(encoding="utf-8").splitlines(keepends=True)[1:])
    assert not [item for item in check_tables(tmp_path) if item.severity == "error"]
