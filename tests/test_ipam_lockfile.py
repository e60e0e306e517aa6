"""The lockfile: exact round trip, one line a change, atomic writing, and a reader that skips nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.registry import PurposeName
from ipam.address_plan import AddressPlan, EntryState, NumberEntry, NumberKind, PrefixEntry
from ipam.allocator import allocate
from ipam.keys import PROVINCE, PurposeOwner
from ipam.store.lock_lines import join_fields, split_fields
from ipam.store.lockfile import HEADER, parse_plan, print_plan
from ipam.store.lockfile_store import LockfileStore
from ipam.store.plan_store import NO_PLAN
from tests.small_registries import ON, PC, POOLS, Numbers, attachment, inventory, organisation, registry

REGISTRY = registry(
    organisations=[organisation("ubnd-a", PC), organisation("ubnd-b", PC)],
    attachments=[attachment("ubnd-a", "s-1"), attachment("ubnd-b", "s-2")],
    communes=(1, 2),
)
PLAN, _ = allocate(REGISTRY, inventory(REGISTRY), POOLS, AddressPlan(), Numbers(), ON)
TEXT = print_plan(PLAN)


def codes(text: str) -> list[tuple[str, int, int]]:
    _, findings = parse_plan(text, "truc.lock")
    return [(item.code, item.where.line, item.where.column) for item in findings]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), start=1) if line.startswith(start))


def with_line(line: str) -> str:
    return TEXT + line + "\n"


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_any_text_survives_as_a_field(fields: list[str]) -> None:
    line = join_fields(fields)
    assert "\n" not in line
    assert split_fields(line) == fields


@given(st.text(), st.text(), st.sampled_from(EntryState), st.integers(1, 65535))
def test_every_attribute_survives(reference: str, reason: str, state: EntryState, value: int) -> None:
    first = replace(PLAN.prefixes[0], registration_ref=reference, reason=reason or "x", state=state, until=ON)
    number = NumberEntry(
        kind=NumberKind.VRF,
        scope=PROVINCE,
        key=PurposeOwner(PurposeName("x")),
        value=value,
        state=state,
        since=ON,
        until=ON,
        reason="x",
    )
    plan = AddressPlan(pools=PLAN.pools, prefixes=(first,), numbers=(number,))
    assert parse_plan(print_plan(plan), "truc.lock") == (plan, ())


def test_an_empty_plan_survives() -> None:
    assert parse_plan(print_plan(AddressPlan()), "truc.lock") == (AddressPlan(), ())


def test_a_new_attachment_only_adds_lines() -> None:
    more = registry(
        organisations=[*REGISTRY.organisations.values(), organisation("ubnd-c", PC)],
        attachments=[*REGISTRY.attachments.values(), attachment("ubnd-c", "s-2")],
        communes=(1, 2),
    )
    plan, _ = allocate(more, inventory(more), POOLS, PLAN, Numbers(), ON)
    added = set(print_plan(plan).split("\n")) - set(TEXT.split("\n"))
    assert set(TEXT.split("\n")) <= set(print_plan(plan).split("\n"))
    assert all("ubnd-c" in line for line in added)


def test_a_line_reads_by_itself() -> None:
    line = TEXT.split("\n")[line_of(TEXT, "prefix,lan/ubnd-a-government") - 1]
    assert line == (
        "prefix,lan/ubnd-a-government,10.196.0.0/26,communes-gov-v4,active,2026-07-15,,organisation/ubnd-a,ubnd-a,"
        "government,2,00001@2025-07-01,1/QĐ,"
    )


def test_the_order_of_lines_does_not_matter_to_the_reader() -> None:
    lines = TEXT.rstrip("\n").split("\n")
    assert parse_plan("\n".join((lines[0], *reversed(lines[1:]))) + "\n", "truc.lock") == (PLAN, ())


@pytest.mark.parametrize("marker", ["<<<<<<< ours", "=======", ">>>>>>> theirs", "||||||| base"])
def test_a_merge_conflict_is_one_finding_and_no_plan(marker: str) -> None:
    text = with_line(marker)
    assert parse_plan(text, "truc.lock")[0] == AddressPlan()
    assert codes(text) == [("TR535", text.count("\n"), 1)]


def test_another_format_is_no_plan() -> None:
    assert codes(TEXT.replace("format 1", "format 2")) == [("TR530", 1, 1)]
    assert codes("") == [("TR530", 1, 1)]


def test_a_file_that_is_cut_off_is_no_plan() -> None:
    assert [code for code, _, _ in codes(TEXT[:-1])] == ["TR538"]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("vlan,x", "TR531", 1),
        ("number,vrf,,attachment/x,7,active,2026-07-15,", "TR539", 46),
        ("number,vrf,,attachment/x,07,active,2026-07-15,,", "TR532", 26),
        ("number,vrf,,attachment/x,7,live,2026-07-15,,", "TR532", 28),
        ("number,vrf,,attachment/x,7,active,20260715,,", "TR532", 35),
        ("number,vrf,,,7,active,2026-07-15,,", "TR532", 13),
        ("number,vrf,,x,7,active,2026-07-15,,", "TR532", 13),
        ("number,vrf,,device/x,7,active,2026-07-15,,", "TR532", 13),
        ("number,vrf,channel/c,attachment/x,7,active,2026-07-15,,", "TR532", 22),
        ("number,vlan,port/c,lan/x,100,active,2026-07-15,,", "TR532", 13),
        ("number,vlan,channel/c,link/d/purpose/p,100,active,2026-07-15,,", "TR532", 23),
        ("prefix,lan/x/y,10.197.0.0/26,p,active,2026-07-15,,,,,0,,,", "TR532", 8),
        ("prefix,lan/x,10.197.0.0/26,p,active,2026-07-15,,office/x,,,0,,,", "TR532", 49),
        ("number,vxlan,,attachment/x,7,active,2026-07-15,,", "TR532", 8),
        ("prefix,lan/x,10.196.0.1/26,p,active,2026-07-15,,,,,0,,,", "TR532", 14),
        ("prefix,lan/x,2001:DB8::/64,p,active,2026-07-15,,,,,0,,,", "TR532", 14),
        ('prefix,"lan/x,10.197.0.0/26,p,active,2026-07-15,,,,,0,,,', "TR532", 1),
        ('prefix,"lan/x,y",10.197.0.0/26,p,on,2026-07-15,,,,,0,,,', "TR532", 34),
        ("pool,p,lan,10.197.0.0/20,tn,26,party,party,commune,0,", "TR532", 38),
    ],
)
def test_a_line_that_cannot_be_read_is_found_where_it_is_wrong(line: str, code: str, column: int) -> None:
    assert codes(with_line(line)) == [(code, TEXT.count("\n") + 1, column)]


def test_what_stands_twice_names_both_lines() -> None:
    again = "prefix,lan/ubnd-a-government,10.196.15.0/26,communes-gov-v4,active,2026-07-15,,,,,0,,,"
    _, findings = parse_plan(with_line(again), "truc.lock")
    assert [(item.code, item.also[0].line) for item in findings] == [
        ("TR533", line_of(TEXT, "prefix,lan/ubnd-a-government"))
    ]


def test_prefixes_that_overlap_are_found() -> None:
    other = "prefix,lan/other,10.196.0.32/27,communes-gov-v4,active,2026-07-15,,,,,0,,,"
    assert [code for code, _, _ in codes(with_line(other))] == ["TR534"]


def test_a_number_that_is_given_twice_or_out_of_range_is_found() -> None:
    vrf = next(entry for entry in PLAN.numbers if entry.kind is NumberKind.VRF)
    twice = f"number,vrf,,attachment/other,{vrf.value},active,2026-07-15,,"
    assert [code for code, _, _ in codes(with_line(twice))] == ["TR536"]
    low = "number,vlan,channel/c,link/c/purpose/party,99,active,2026-07-15,,"
    assert [code for code, _, _ in codes(with_line(low))] == ["TR529"]


def test_a_quarantine_needs_a_reason_and_an_end() -> None:
    old = "prefix,lan/old,10.196.15.0/26,communes-gov-v4,quarantined,2026-07-15,{},,,,0,,,{}"
    assert [code for code, _, _ in codes(with_line(old.format("", "moved")))] == ["TR537"]
    assert [code for code, _, _ in codes(with_line(old.format("2026-12-31", "")))] == ["TR537"]
    assert codes(with_line(old.format("2026-12-31", "moved"))) == []


def test_a_printed_plan_is_read_again_and_no_file_is_an_empty_plan(tmp_path: Path) -> None:
    path = tmp_path / "truc.lock"
    store = LockfileStore(path=path, shown="truc.lock")
    assert store.load() == NO_PLAN
    path.write_text(print_plan(PLAN), encoding="utf-8")
    kept = store.load()
    assert (kept.plan, kept.findings, kept.is_there) == (PLAN, (), True)
    assert path.read_bytes().decode("utf-8") == TEXT


def test_a_plan_that_says_two_things_is_not_printed() -> None:
    group = replace(POOLS[0], purpose="party")
    with pytest.raises(ValueError, match="dedicated in another purpose"):
        print_plan(AddressPlan(pools=(group,)))


def test_a_lockfile_with_a_hidden_character_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truc.lock"
    path.write_text(f"{HEADER}\n# \u202e\n", encoding="utf-8")
    assert [item.code for item in LockfileStore(path=path, shown="truc.lock").load().findings] == ["TR104"]


def test_the_active_prefix_of_a_key_is_the_one_in_use() -> None:
    old: PrefixEntry = replace(PLAN.prefixes[0], state=EntryState.QUARANTINED)
    assert AddressPlan(prefixes=(old,)).active(old.key) == {}
    assert PLAN.active(PLAN.prefixes[0].key)[old.prefix.family] == old.prefix
