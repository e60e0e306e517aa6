"""What `truc netbox` makes of the tables that a NetBox says: texts that read as they are meant, or a finding at the object."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.commands.addresses.netbox_tables import find_tables, put_tables
from controller.jobs.files import Placing
from intents.finding import FindingsError
from ipam.netbox.tables_mapping import things_of_tables
from ipam.netbox.thing import ObjectKind, Thing
from ipam.store.table_files import TABLES
from tests.netbox_memory import SHOWN, answers_of, reading_of
from tests.small_commands import SMALL
from tests.test_ipam_netbox_mapping import custom
from tests.test_ipam_netbox_tables import SMALL_TABLES, edited, given_site, number_of, reading_of_tables, with_site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in TABLES:
        shutil.copy(SMALL / file, tmp_path)
    return tmp_path


def put(folder: Path, text: str = "") -> list[str]:
    """Take over a site more; a `text` is put behind sites.csv just before. Return what changed."""
    found = find_tables(folder, with_site(given_site()))
    assert found.findings == ()
    before = {file: (folder / file).read_bytes() for file in TABLES}
    with Placing() as placing:
        put_tables(folder, found, placing)
        if text:
            with (folder / "sites.csv").open("a", encoding="utf-8") as file:
                file.write(text)
        placing.put()
    return [file for file in TABLES if (folder / file).read_bytes() != before[file]]


def test_what_is_taken_over_changes_its_line_and_no_other_file(folder: Path) -> None:
    lines = (folder / "sites.csv").read_text(encoding="utf-8").splitlines()
    assert put(folder) == ["sites.csv"]
    after = (folder / "sites.csv").read_text(encoding="utf-8").splitlines()
    assert after == [*lines, "tram-y-te,Trạm y tế,05503@2025-07-01,office,2,2026-01-01,"]
    # What is there already is not written again, in whatever order the lines stand.
    (folder / "sites.csv").write_text("\n".join([*after[:2], *reversed(after[2:])]) + "\n", encoding="utf-8")
    found = find_tables(folder, with_site(given_site()))
    assert (found.findings, found.differences, dict(found.texts)) == ((), (), {})


def test_a_table_that_somebody_changed_meanwhile_is_not_written(folder: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        put(folder, "mới,x,x,x,x,x,x\n")
    assert [(item.code, item.where.file) for item in caught.value.findings] == [("TR868", "sites.csv")]
    assert "tram-y-te" not in (folder / "sites.csv").read_text(encoding="utf-8")


def test_a_table_that_is_not_there_is_made(tmp_path: Path) -> None:
    found = find_tables(tmp_path, reading_of_tables(SMALL_TABLES))
    with Placing() as placing:
        put_tables(tmp_path, found, placing)
        placing.put()
    for file in TABLES:
        assert (tmp_path / file).read_text(encoding="utf-8") == (SMALL / file).read_text(encoding="utf-8").partition(
            "\n"
        )[2]


def test_where_no_line_is_kept_no_table_is_emptied(folder: Path) -> None:
    found = find_tables(folder, reading_of([]))
    assert (found.kept.is_there, dict(found.texts), found.findings) == (False, {}, ())


Change = Callable[[dict[str, Any]], object]
DEVICE = "device cpe-so-khcn"
# An edit that no reader of tables would take: whose object, and which finding it is.
WRONG: dict[str, tuple[str, Change, str]] = {
    "a role of theirs": (DEVICE, lambda one: one.update(role={"slug": "router"}), "TR996"),
    "a role of ours that is none": (DEVICE, lambda one: one.update(role={"slug": "truc-router"}), "TR116"),
    "a domain that is none": (DEVICE, custom("truc_domain", "nobody"), "TR116"),
    "a formula": ("attachment so-khcn-cq", custom("truc_request_ref", "=1+1"), "TR146"),
    "what a spreadsheet lost": ("attachment so-khcn-cq", custom("truc_request_ref", "#REF!"), "TR146"),
    "lines in a cell": ("attachment so-khcn-cq", custom("truc_request_ref", "1\nx,y"), "TR104"),
    "a unit that is none": ("organisation so-khcn", custom("truc_unit", "1@2025-07-01"), "TR202"),
    "too many hosts": ("attachment so-khcn-cq", custom("truc_hosts", 70_000), "TR122"),
    "a side of a merge": ("unit 05503@2025-07-01", custom("truc_root_block", "<<<<<<< x"), "TR117"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_table_can_say_is_told_at_its_object(name: str, folder: Path) -> None:
    entry, change, code = WRONG[name]
    found = find_tables(folder, reading_of(edited(entry, change)))
    thing = next(thing for thing in things_of_tables(SMALL_TABLES) if thing.entry == entry)
    places = {(item.code, item.where.file) for item in found.findings}
    assert (code, f"{SHOWN}/{thing.endpoint}/{number_of(entry)}/") in places


def test_an_object_of_a_table_without_its_tag_is_told(folder: Path) -> None:
    found = find_tables(folder, reading_of(edited("site pop-2", lambda one: one.update(tags=[]))))
    place = f"{SHOWN}/dcim/sites/{number_of('site pop-2')}/"
    told = [(item.code, dict(item.values)["field"]) for item in found.findings if item.where.file == place]
    assert told == [("TR996", "tags")]


def test_a_site_that_is_gone_is_told_where_it_is_missed(folder: Path) -> None:
    answers = [(thing, one) for thing, one in answers_of(things_of_tables(SMALL_TABLES)) if thing.entry != "site pop-2"]
    found = find_tables(folder, reading_of(answers))
    assert "TR996" in {item.code for item in found.findings}  # who names it names something that is not ours
    assert f"{SHOWN}/dcim/devices/{number_of('device core-2')}/" in {item.where.file for item in found.findings}
    assert [one.lockfile.partition(",")[0] for one in found.differences if not one.netbox] == ["sites.csv: pop-2"]


def test_a_day_that_would_be_read_as_another_is_told(folder: Path) -> None:
    said = {
        "truc_code": "05509",
        "truc_valid_from": "2026/01/01",
        "truc_unit_type": "commune",
        "truc_root_block": "thai-nguyen",
    }
    region = {
        "id": 9999,
        "last_updated": "2026-07-15T00:00:00Z",
        "tags": [{"slug": "truc"}],
        "name": "Xã mới",
        "parent": {"id": number_of("unit 19@2025-07-01")},
        "custom_fields": said,
    }
    answers = answers_of(things_of_tables(SMALL_TABLES))
    found = find_tables(
        folder, reading_of([*answers, (Thing(endpoint=ObjectKind.REGION, entry="", fields={}), region)])
    )
    ((code, values),) = [(item.code, dict(item.values)) for item in found.findings]
    assert (code, values["field"], values["text"], values["other"]) == (
        "TR996",
        "truc_valid_from",
        "2026/01/01",
        "2026-01-01",
    )
