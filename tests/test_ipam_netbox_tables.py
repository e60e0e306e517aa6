"""The tables of a workspace as objects of a NetBox: all come back byte for byte, and what a person puts out of step is seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.messages import LANGUAGES, describe
from intents.reader.source_text import FORBIDDEN_IN_VALUE
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import LineTurn
from ipam.netbox.mapping import things_of
from ipam.netbox.reading import Reading
from ipam.netbox.rows import ForeignRow
from ipam.netbox.tables_homes import TABLE_HOMES
from ipam.netbox.tables_mapping import line_of_thing, things_of_tables
from ipam.netbox.tables_reading import COLUMNS, compare_tables, kept_tables
from ipam.netbox.thing import ObjectKind, Thing
from ipam.netbox.uniqueness import takes_of
from ipam.store.table_files import TABLES, Line, Tables, check_tables, read_table_files, with_lines
from tests.netbox_memory import answers_of, reading_of
from tests.small_commands import ROOT, SMALL
from tests.test_ipam_netbox_mapping import HOSTILE, PLAN, custom

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


def test_what_is_called_alike_is_told_apart_and_read_by_its_title() -> None:
    alike = tuple(
        {**one, "title": title} for one, title in zip(SMALL_TABLES["sites.csv"], ("Trạm", "TRẠM"), strict=False)
    )
    own = {**SMALL_TABLES["sites.csv"][2], "title": f"Trạm ({SMALL_TABLES['sites.csv'][2]['name']})"}
    lines = {**SMALL_TABLES, "sites.csv": (*alike, own, *SMALL_TABLES["sites.csv"][3:])}
    answers = answers_of(things_of_tables(lines))
    names = [one["name"] for thing, one in answers if thing.endpoint is ObjectKind.SITE]
    assert names[:3] == ["Trạm (pop-1)", "TRẠM (pop-2)", "Trạm (dc-tinh)"]
    assert len({name.casefold() for name in names}) == len(names)
    assert kept_tables(reading_of(answers)).tables == lines


# What a person changes.


def edited(
    entry: str, change: Callable[[dict[str, Any]], object], lines: Tables = SMALL_TABLES
) -> list[tuple[Thing, dict[str, Any]]]:
    """Return the answers of a NetBox that says the small tables, in which somebody changed one object."""
    answers = answers_of(things_of_tables(lines))
    change(next(answer for thing, answer in answers if thing.entry == entry))
    return answers


def number_of(entry: str) -> int:
    return next(number for number, thing in enumerate(things_of_tables(SMALL_TABLES), start=1) if thing.entry == entry)


def to(entry: str, field: str) -> Callable[[dict[str, Any]], object]:
    return lambda answer: answer.update({field: {"id": number_of(entry)}})


def patched(entry: str, side: str) -> Callable[[dict[str, Any]], object]:
    ends = [{"object_type": "dcim.interface", "object_id": number_of(entry)}]
    return lambda answer: answer.update({f"{side}_terminations": ends})


SITE, DEVICE, CABLE = "site tru-so-khcn", "device cpe-so-khcn", "cable so-khcn-1"
CIRCUIT, PATCH = "circuit gia-sang-1", "patch a gia-sang-1"

# An edit that makes sense: of which line, and what it says then.
EDITS: dict[str, tuple[str, Callable[[dict[str, Any]], object], str, str]] = {
    "a tenant renamed": ("organisation so-khcn", lambda one: one.update(name="Sở KHCN mới"), "organisations.csv", "Sở KHCN mới"),
    "a tenant of a long name": (
        "organisation so-khcn", lambda one: one.update(name="Sở " + "x" * 97), "organisations.csv", "Sở " + "x" * 97,
    ),
    "with a blank that does not break": (SITE, lambda one: one.update(name="Sở\u00a0KHCN"), "sites.csv", "Sở\u00a0KHCN"),
    "with letters in parts": (SITE, lambda one: one.update(name=unicodedata.normalize("NFD", "Sở Ệ")), "sites.csv", "Sở Ệ"),
    "an organisation of another kind": (
        "organisation so-khcn",
        lambda one: one.update(group={"slug": "truc-elected_body"}),
        "organisations.csv",
        "elected_body",
    ),
    "a site in another unit": (SITE, to("unit 05503@2025-07-01", "region"), "sites.csv", "05503@2025-07-01"),
    "a unit below another": (
        "unit 05503@2025-07-01", to("unit 05443@2025-07-01", "parent"), "units.csv", "commune,05443@2025-07-01",
    ),
    "a device at another site": (DEVICE, to("site pop-1", "site"), "devices.csv", "pop-1"),
    "a device of another role": (DEVICE, lambda one: one.update(role={"slug": "truc-edge"}), "devices.csv", ",edge,"),
    "an attachment moved": ("attachment so-khcn-cq", to("site pop-1", "site"), "attachments.csv", "pop-1"),
    "an attachment of another": (
        "attachment so-khcn-cq", to("organisation so-tai-chinh", "tenant"), "attachments.csv", "so-tai-chinh",
    ),
    "a decision": (
        "attachment so-khcn-cq", custom("truc_decision_ref", "99/QĐ"), "attachments.csv", "99/QĐ",
    ),
    "a cable moved": (CABLE, patched("interface dc-edge-1 TenGigabitEthernet0/0/0", "a"), "channels.csv", "dc-edge-1,Ten"),
    "a circuit of another enterprise": (CIRCUIT, to("enterprise viettel-tn", "provider"), "channels.csv", "viettel-tn"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_that_makes_sense_is_another_line_and_never_written_over(name: str) -> None:
    entry, change, file, says = EDITS[name]
    reading = reading_of(edited(entry, change))
    kept = kept_tables(reading)
    assert kept.findings == ()
    (one,) = compare_tables(kept, SMALL_TABLES)
    assert (one.turn, one.netbox.startswith(f"{file}: "), says in one.netbox) == (LineTurn.EDITED, True, True)
    assert says not in one.lockfile
    assert [item.code for item in changes_to(reading, AddressPlan(), SMALL_TABLES).conflicts] == ["TR998"]
    # Once it has been taken over, an export has its own word about it to put right, and what goes with it.
    after = changes_to(reading, AddressPlan(), kept.tables)
    assert (after.made, after.gone, after.emptied, after.conflicts) == ((), (), (), ())
    assert 1 <= len(after.changed) <= 2


# An edit that leaves something out of step: which field is told.
CONTRADICTIONS: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "a site closed": (SITE, lambda one: one.update(status={"value": "retired"}), "status"),
    "another key": (SITE, lambda one: one.update(slug="x"), "truc_entry"),
    "a device renamed": (DEVICE, lambda one: one.update(name="x"), "truc_entry"),
    "another entry": (DEVICE, custom("truc_entry", "device x"), "truc_entry"),
    "an entry of another kind": (DEVICE, custom("truc_entry", "site x"), "truc_entry"),
    "an entry of no kind": (DEVICE, custom("truc_entry", "router x"), "truc_entry"),
    "a type of another maker": (DEVICE, to("model juniper MX204", "device_type"), "device_type"),
    "a place that is not ours": (DEVICE, lambda one: one.update(site={"id": 9999}), "site"),
    "a long name cut otherwise": (SITE, custom("truc_title", "y" * 200), "name"),
    "a circuit that ends elsewhere": ("end a gia-sang-1", lambda one: one.update(termination_id=1), "termination"),
    "a circuit's cable moved": (PATCH, patched("interface agg-1 GigabitEthernet0/0/4", "a"), "a_terminations"),
    "a cable to something else": (
        CABLE, lambda one: one.update(a_terminations=[{"object_type": "dcim.rearport", "object_id": 1}]), "truc_a_device",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_an_object_that_contradicts_itself_is_told(name: str) -> None:
    entry, change, field = CONTRADICTIONS[name]
    reading = reading_of(edited(entry, change))
    told = kept_tables(reading).findings
    assert {item.code for item in told} <= {"TR996", "TR867"}
    assert field in {dict(item.values).get("field", field) for item in told} != set()
    conflicts = {item.code for item in changes_to(reading, AddressPlan(), SMALL_TABLES).conflicts}
    # What says that it is another device keeps the name of the one that has to be made.
    is_in_the_way = name in ("another entry", "an entry of another kind")
    assert conflicts == ({"TR915", "TR998"} if is_in_the_way else {"TR998"})


def given_site(**said: object) -> dict[str, Any]:
    """Return what the API answers of a site that a person made and gave our tag."""
    custom_fields = {"truc_site_kind": "office", "truc_level": 2, "truc_valid_from": "2026-01-01", "truc_entry": None}
    answer = {
        "id": 9999,
        "last_updated": "2026-07-15T00:00:00Z",
        "tags": [{"slug": "truc"}, {"slug": "theirs"}],
        "name": "Trạm y tế",
        "slug": "tram-y-te",
        "region": {"id": number_of("unit 05503@2025-07-01")},
        "status": {"value": "planned"},
        "custom_fields": custom_fields,
    }
    return answer | said


def with_site(answer: dict[str, Any], lines: Tables = SMALL_TABLES) -> Reading:
    answers = answers_of(things_of_tables(lines))
    return reading_of([*answers, (Thing(endpoint=ObjectKind.SITE, entry="", fields={}), answer)])


def test_what_a_person_made_there_with_all_that_a_line_needs_is_a_line_more() -> None:
    reading = with_site(given_site())
    kept = kept_tables(reading)
    assert kept.findings == ()
    (one,) = compare_tables(kept, SMALL_TABLES)
    assert (one.turn, one.lockfile) == (LineTurn.ONLY_NETBOX, "")
    assert one.netbox == "sites.csv: tram-y-te,Trạm y tế,05503@2025-07-01,office,2,2026-01-01,,"
    assert kept.tables["sites.csv"][-1]["name"] == "tram-y-te"
    # Until it is taken over, an export lets it be; then it gets truc's word, and nothing else of it is touched.
    assert [item.code for item in changes_to(reading, AddressPlan(), SMALL_TABLES).conflicts] == ["TR998"]
    changes = changes_to(reading, AddressPlan(), kept.tables)
    ((thing, row),) = [(change.thing, change.row) for change in changes.changed]
    assert row is not None
    assert (thing.entry, row.number, thing.differing(row.thing)) == ("site tram-y-te", 9999, ("truc_row",))
    assert (changes.conflicts, changes.made) == ((), ())


def test_what_says_half_a_line_is_told_with_what_it_lacks() -> None:
    kept = kept_tables(with_site(given_site(custom_fields={}, region=None)))
    ((code, values),) = [(item.code, dict(item.values)) for item in kept.findings]
    assert (code, values["entry"], values["file"]) == ("TR867", "site tram-y-te", "sites.csv")
    assert set(str(values["fields"]).split(", ")) == {"region", "truc_site_kind", "truc_level"}
    # An object of truc's from which somebody took what its line needs is told so, too.
    kept = kept_tables(reading_of(edited(SITE, custom("truc_level", None))))
    assert [(item.code, dict(item.values)["fields"]) for item in kept.findings] == [("TR867", "truc_level")]


def test_an_object_of_others_that_gets_the_tag_is_filled_where_it_says_nothing_else() -> None:
    new = {**SMALL_TABLES["sites.csv"][-1], "name": "tram-y-te", "title": "Trạm y tế"}
    lines = {**SMALL_TABLES, "sites.csv": (*SMALL_TABLES["sites.csv"], new)}
    reading = with_site(given_site(custom_fields={}))
    changes = changes_to(reading, AddressPlan(), lines)
    assert ([change.thing.entry for change in changes.changed], changes.conflicts) == (["site tram-y-te"], ())
    reading = with_site(given_site(custom_fields={}, name="Trạm xá"))
    assert [dict(item.values)["text"] for item in changes_to(reading, AddressPlan(), lines).conflicts] == ["Trạm xá"]


def without(file: str, name: str) -> Tables:
    return {**SMALL_TABLES, file: tuple(one for one in SMALL_TABLES[file] if one["name"] != name)}


def test_what_no_line_says_any_more_is_emptied_and_channels_go() -> None:
    fewer = {
        **without("channels.csv", "gia-sang-1"),
        "sites.csv": without("sites.csv", "tru-so-tan-cuong")["sites.csv"],
    }
    changes = changes_to(reading_of_tables(SMALL_TABLES), AddressPlan(), fewer)
    gone = {"circuit gia-sang-1", "end a gia-sang-1", "end b gia-sang-1", "patch a gia-sang-1", "patch b gia-sang-1"}
    assert ({row.thing.entry for row in changes.gone}, changes.made, changes.conflicts) == (gone, (), ())
    (thing,) = [change.thing for change in changes.emptied]
    assert (thing.entry, line_of_thing(thing), thing.fields["status"]) == (
        "site tru-so-tan-cuong",
        {},
        "decommissioning",
    )
    # It says no line, is nobody's edit, and may be filled again.
    answers = answers_of(thing if one.entry == thing.entry else one for one in things_of_tables(SMALL_TABLES))
    reading = reading_of(answers)
    assert "tru-so-tan-cuong" not in {one["name"] for one in kept_tables(reading).tables["sites.csv"]}
    again = changes_to(reading, AddressPlan(), SMALL_TABLES)
    assert ([change.thing.entry for change in again.changed], again.conflicts) == ([thing.entry], ())
    # What somebody changed meanwhile is not emptied.
    reading = reading_of(edited(thing.entry, lambda one: one.update(name="mới")))
    assert [item.code for item in changes_to(reading, AddressPlan(), fewer).conflicts] == ["TR998"]


def test_a_plan_alone_leaves_the_tables_be() -> None:
    reading = reading_of_tables(SMALL_TABLES)
    changes = changes_to(reading, PLAN)
    assert (changes.changed, changes.gone, changes.emptied, changes.conflicts) == ((), (), (), ())
    assert {change.thing.entry for change in changes.made} & {
        thing.entry for thing in things_of_tables(SMALL_TABLES)
    } == set()
    # Nor does it matter to the plan what a tenant is called; the tables find what the plan named, and say more of it.
    bare = reading_of(answers_of(things_of(PLAN)))
    named = changes_to(bare, PLAN, {**SMALL_TABLES, "organisations.csv": (ORGANISATION,)})
    assert (named.changed[0].thing.entry, named.conflicts) == ("organisation ubnd-a", ())
    # What a plan still names and no table says any more is emptied all the same.
    full = reading_of_tables({**SMALL_TABLES, "organisations.csv": (ORGANISATION,), "attachments.csv": ()})
    fewer = changes_to(full, PLAN, {**SMALL_TABLES, "organisations.csv": (), "attachments.csv": ()})
    assert [change.thing.entry for change in fewer.emptied] == ["organisation ubnd-a"]


ORGANISATION = {**SMALL_TABLES["organisations.csv"][0], "name": "ubnd-a"}


@pytest.mark.parametrize(
    ("endpoint", "fields", "entry"),
    [
        (ObjectKind.SITE, {"slug": "tru-so-khcn", "name": "Trụ sở"}, "site tru-so-khcn"),
        (ObjectKind.DEVICE, {"site": "site pop-1", "name": "CORE-1"}, "device core-1"),
        (ObjectKind.TENANT, {"slug": "so-khcn", "group": "their-own"}, "organisation so-khcn"),
        (ObjectKind.CIRCUIT, {"provider": "enterprise vnpt-tn", "cid": "gia-sang-1"}, "circuit gia-sang-1"),
        (ObjectKind.CABLE, {"b_terminations": "interface agg-1 GigabitEthernet0/0/2"}, "cable so-khcn-1"),
        (ObjectKind.CIRCUIT_TERMINATION, {"circuit": "circuit gia-sang-1", "term_side": "A"}, "end a gia-sang-1"),
        (
            ObjectKind.LOCATION,
            {"site": "site tru-so-khcn", "slug": "so-khcn-cq", "name": "Tầng 3"},
            "attachment so-khcn-cq",
        ),
    ],
)
def test_what_is_of_others_and_in_the_way_is_told(endpoint: ObjectKind, fields: dict[str, str], entry: str) -> None:
    foreign = ForeignRow(endpoint=endpoint, number=7, says="", takes=takes_of(endpoint, fields))
    reading = replace(reading_of([]), foreign=(foreign,))
    (conflict,) = changes_to(reading, AddressPlan(), SMALL_TABLES).conflicts
    assert (conflict.code, dict(conflict.values)["entry"]) == ("TR915", entry)


@pytest.mark.parametrize(
    ("endpoint", "fields"),
    [
        (ObjectKind.DEVICE, {"site": "site other", "name": "core-1"}),
        (ObjectKind.CIRCUIT, {"provider": "enterprise another", "cid": "gia-sang-1"}),
        (ObjectKind.LOCATION, {"site": "foreign 9", "slug": "so-khcn-cq"}),
        (ObjectKind.LOCATION, {"site": "site tru-so-khcn", "slug": "so-khcn-cq", "parent": "somebody's"}),
    ],
)
def test_what_netbox_keeps_apart_from_ours_is_not_in_the_way(endpoint: ObjectKind, fields: dict[str, str]) -> None:
    foreign = ForeignRow(endpoint=endpoint, number=7, says="", takes=takes_of(endpoint, fields))
    assert changes_to(replace(reading_of([]), foreign=(foreign,)), AddressPlan(), SMALL_TABLES).conflicts == ()


def test_what_is_told_by_its_name_is_used_whoever_made_it() -> None:
    entries = ("model juniper MX204", "enterprise vnpt-tn")
    endpoints = (ObjectKind.DEVICE_TYPE, ObjectKind.PROVIDER)
    rows = tuple(ForeignRow(endpoint=one, number=7, says=says) for one, says in zip(endpoints, entries, strict=True))
    reading = replace(reading_of([]), catalogue=rows)
    made = {change.thing.entry for change in changes_to(reading, AddressPlan(), SMALL_TABLES).made}
    assert made == {thing.entry for thing in things_of_tables(SMALL_TABLES)} - set(entries)


def test_of_two_channels_on_one_interface_the_later_has_the_cable() -> None:
    first = next(one for one in SMALL_TABLES["channels.csv"] if one["name"] == "so-khcn-1")
    old = {**first, "name": "so-khcn-0", "valid_from": "2025-01-01", "valid_to": "2025-06-30"}
    lines = {**SMALL_TABLES, "channels.csv": (*SMALL_TABLES["channels.csv"], old)}
    things = {thing.entry: thing for thing in things_of_tables(lines)}
    assert ("cable so-khcn-1" in things, "circuit so-khcn-0" in things, "patch a so-khcn-0" in things) == (
        True,
        True,
        False,
    )
    assert kept_tables(reading_of_tables(lines)).tables == lines


# What is written there by others, and what it does to a table.


@given(HOSTILE)
def test_what_somebody_writes_there_changes_nothing_of_a_text(text: str) -> None:
    kept = kept_tables(reading_of(edited(SITE, lambda one: one.update(name=text))))
    for finding in kept.findings:
        for language in LANGUAGES:
            told = describe(finding, language)
            assert len(told.split("\n")) == 3
            assert not any(letter in told for letter in "\x1b\u202e\u2066\r")
    if not kept.findings:
        files = read_table_files(SMALL)
        written = with_lines(
            files.tables["sites.csv"], "sites.csv", kept.tables["sites.csv"], COLUMNS["sites.csv"]
        ).text
        assert written.count("\n") == (SMALL / "sites.csv").read_text(encoding="utf-8").count("\n")


def test_lines_are_put_into_a_table_that_keeps_all_else(tmp_path: Path) -> None:
    head = "kind,name,title,unit,level,valid_from,valid_to"
    text = f"# head\n{head}\n# a\noffice,a,A,u,1,,\n\n# b\noffice,b,B,u,2,,\n# end\n\n"
    (tmp_path / "sites.csv").write_text(text, encoding="utf-8")
    table = read_table_files(tmp_path).tables["sites.csv"]
    b, c = (line("sites.csv", name=name, title=f"{name}, x", unit="u", kind="office", level="2") for name in "bc")
    found = with_lines(table, "sites.csv", [c, b], COLUMNS["sites.csv"])
    after = f'# head\n{head}\n# a\n\n# b\noffice,b,"b, x",u,2,,\n# end\noffice,c,"c, x",u,2,,\n'
    assert (found.text, found.keys) == (after, {6: "b", 8: "c"})
    renamed = with_lines(table, "sites.csv", [{**c, "renamed_from": "old"}], COLUMNS["sites.csv"])
    assert renamed.text.splitlines()[1] == f"{head},renamed_from"


def test_every_column_has_one_home() -> None:
    for kind, (file, _, homes) in TABLE_HOMES.items():
        assert set(homes) == set(TABLES[file])
        assert len(set(homes.values())) == len(homes), kind


def alone(answer: dict[str, Any]) -> Reading:
    return reading_of([(Thing(endpoint=ObjectKind.SITE, entry="", fields={}), answer)])


def test_a_site_of_others_that_is_called_so_is_in_the_way_whatever_its_slug() -> None:
    title = next(str(one["title"]) for one in SMALL_TABLES["sites.csv"] if one["name"] == "tru-so-khcn")
    answer = given_site(tags=[], name=title, slug="khac", custom_fields={}, region=None)
    (conflict,) = changes_to(alone(answer), AddressPlan(), SMALL_TABLES).conflicts
    told = {name: str(value) for name, value in conflict.values}
    assert (conflict.code, told["entry"], told["text"]) == ("TR915", "site tru-so-khcn", title)
    assert changes_to(alone({**answer, "name": "Khác"}), AddressPlan(), SMALL_TABLES).conflicts == ()
