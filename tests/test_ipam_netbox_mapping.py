"""The address plan as objects of a NetBox: every plan comes back byte for byte, and what a person puts out of step is seen."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.finding import Where
from intents.messages import LANGUAGES, describe
from intents.prefix import Family, Prefix
from intents.reader.source_text import FORBIDDEN, FORBIDDEN_IN_VALUE
from intents.registry import PurposeName
from ipam.address_plan import AddressPlan, EntryState, NumberEntry, NumberKind, PoolUse, PrefixEntry
from ipam.allocator import allocate
from ipam.keys import PROVINCE, LanKey, LanScope, LoopbackKey, PurposeOwner
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import LineTurn, compare
from ipam.netbox.mapping import HOMES, PLAN_KINDS, line_of, plan_of, shown_name, slug_of, things_of
from ipam.netbox.reading import kept_plan
from ipam.netbox.rows import ForeignRow, ObjectNumbers, ShapeError, UsedRow, read_row
from ipam.netbox.thing import ObjectKind, Thing, UsedKind
from ipam.store.lock_lines import COLUMNS
from ipam.store.lockfile import print_plan
from tests.netbox_memory import SHOWN, answers_of, reading_of
from tests.small_registries import ON, PC, POOLS, Numbers, attachment, inventory, organisation, registry
from tests.test_laws_addresses import Stage, go_through, stages

REGISTRY = registry(
    organisations=[organisation("ubnd-a", PC)], attachments=[attachment("ubnd-a", "s-1")], communes=(1,)
)
PLAN, _ = allocate(REGISTRY, inventory(REGISTRY), POOLS, AddressPlan(), Numbers(), ON)
OLD = ON + timedelta(days=9)
HOSTILE = st.one_of(
    st.text(min_size=1),
    st.sampled_from(
        ["a\nnumber,vrf,,purpose/x,9,active,2026-07-15,,", "\u202eevil\u2066", "<script>alert(1)</script>", "=cmd|' /C x'!A0",
         "\x1b[2J", "'; DROP TABLE x; --", "$(reboot)", 'a,b"c', "\\n", "# x", "<<<<<<< ours", " ",
         "foreign 1", "prefix x 10.0.0.0/8"]
    ),
)  # fmt: skip


def round_trip(plan: AddressPlan) -> AddressPlan:
    """Return a plan as it comes back; what no lockfile may hold comes back, too, and is told."""
    reading = reading_of(answers_of(things_of(plan)))
    kept = kept_plan(reading)
    hidden = FORBIDDEN.search(print_plan(plan)) is not None
    assert {item.code for item in kept.findings} == ({"TR104"} if hidden else set())
    found, wrong = plan_of((row.thing for row in reading.rows), SHOWN)
    assert wrong == ()
    assert kept.plan == (AddressPlan() if hidden else found)
    return found


@given(stages)
def test_every_plan_comes_back_byte_for_byte(steps: list[Stage]) -> None:
    _, plan = go_through(steps, POOLS)[-1]
    reading = reading_of(answers_of(things_of(plan)))
    kept = kept_plan(reading)
    assert (kept.findings, print_plan(kept.plan)) == ((), print_plan(plan))
    assert (changes_to(reading, plan).count, compare(reading, plan)) == (0, ())


@given(
    HOSTILE, HOSTILE, st.sampled_from(EntryState), st.text(alphabet=st.characters(exclude_characters="/"), min_size=1)
)
def test_every_attribute_comes_back_whatever_stands_in_it(
    reference: str, reason: str, state: EntryState, name: str
) -> None:
    first = replace(
        PLAN.prefixes[0], registration_ref=reference, reason=reason, organisation=reference, unit=reason, state=state, until=OLD
    )  # fmt: skip
    vrf = NumberEntry(
        kind=NumberKind.VRF,
        scope=PROVINCE,
        key=PurposeOwner(PurposeName(name)),
        value=7,
        state=state,
        since=ON,
        until=OLD,
        reason=reason,
    )
    tag = NumberEntry(
        kind=NumberKind.VLAN,
        scope=LanScope(name, "ge-0/0/1 x"),
        key=LanKey(PLAN.prefixes[0].key.attachment if isinstance(PLAN.prefixes[0].key, LanKey) else "x"),  # type: ignore[arg-type]
        value=101,
        state=state,
        since=ON,
        until=OLD,
        reason=reason,
    )
    plan = AddressPlan(pools=PLAN.pools, prefixes=(first,), numbers=(tag, vrf))
    assert print_plan(round_trip(plan)) == print_plan(plan)


@pytest.mark.long
def test_a_hundred_thousand_hostile_strings_come_back_as_they_were() -> None:
    draw = random.Random(1)  # noqa: S311 (nothing secret)
    alphabet = "a,\"'\\\n\r\t \x1b\x00\u202e\u2066\u200b\u2028\ufeff<>&{}$(`;|=+-@#%/ệ\U0001f600\ud800"
    first = PLAN.prefixes[0]
    entries = tuple(
        replace(
            first,
            key=LoopbackKey(f"d{number:06}"),
            prefix=Prefix(Family.V4, (10 << 24) + number, 32),
            registration_ref="".join(draw.choices(alphabet, k=draw.randint(0, 12))),
        )
        for number in range(100_000)
    )
    plan = AddressPlan(prefixes=entries)
    assert round_trip(plan) == plan


@given(st.text(), st.text())
def test_names_and_slugs_are_what_netbox_keeps_and_differ_where_their_texts_do(one: str, other: str) -> None:
    for text in (one, other):
        name, slug = shown_name(text, ObjectKind.VLAN), slug_of(text)
        assert len(name) <= 64
        assert (re.search(f"\n|{FORBIDDEN_IN_VALUE.pattern}", name), name) == (None, name.strip())
        assert len(slug) <= 100
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in slug)
    if one != other:
        assert slug_of(one) != slug_of(other)
        assert shown_name(one, ObjectKind.VLAN) != shown_name(other, ObjectKind.VLAN)


def test_every_column_has_one_home() -> None:
    implied = {"root": {"use"}, "vrf": {"kind", "scope"}, "vlan": {"kind"}, "asn": {"kind", "scope"}}
    lines = {"root": "pool", "pool": "pool", "prefix": "prefix", "vrf": "number", "vlan": "number", "asn": "number"}
    for kind, (_, homes) in HOMES.items():
        assert set(homes) | implied.get(kind, set()) == set(COLUMNS[lines[kind]])
        assert len(set(homes.values())) == len(homes)


def test_no_two_objects_are_of_one_entry() -> None:
    things = things_of(PLAN)
    assert len({thing.entry for thing in things}) == len(things)
    assert plan_of(things, "x") == (PLAN, ())
    assert sum(bool(line_of(thing)) for thing in things) == len(PLAN.pools) + len(PLAN.prefixes) + len(PLAN.numbers)


# What a person changes.


def edited(endpoint: ObjectKind, change: Callable[[dict[str, Any]], object]) -> list[tuple[Thing, dict[str, Any]]]:
    """Return the plan's answers, in which somebody changed the last object of a kind."""
    answers = answers_of(things_of(PLAN))
    change(next(answer for thing, answer in reversed(answers) if thing.endpoint is endpoint))
    return answers


def custom(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda answer: answer["custom_fields"].update({name: value})


CONTRADICTIONS: dict[str, tuple[ObjectKind, Callable[[dict[str, Any]], object], str]] = {
    "a prefix moved": (ObjectKind.PREFIX, lambda one: one.update(prefix="10.196.99.0/26"), "truc_entry"),
    "a VLAN group renamed": (ObjectKind.VLAN_GROUP, lambda one: one.update(name="Ủy ban"), "name"),
    "a tenant that is not ours": (ObjectKind.PREFIX, lambda one: one.update(tenant={"id": 999}), "tenant"),
    "another VRF": (ObjectKind.PREFIX, lambda one: one.update(vrf=None), "vrf"),
    "a site as its scope": (ObjectKind.PREFIX, lambda one: one.update(scope_type="dcim.site"), "scope"),
    "a VLAN renamed": (ObjectKind.VLAN, lambda one: one.update(name="x"), "name"),
    "another key": (ObjectKind.ASN, custom("truc_key", "device/other"), "truc_entry"),
    "no entry": (ObjectKind.ASN, custom("truc_entry", None), "truc_entry"),
    "an entry of no kind": (ObjectKind.VRF, custom("truc_entry", "site x"), "truc_entry"),
    "a field that is another kind's": (ObjectKind.PREFIX, custom("truc_owner", "x"), "truc_owner"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_an_object_that_contradicts_itself_is_told_and_no_plan(name: str) -> None:
    endpoint, change, field = CONTRADICTIONS[name]
    reading = reading_of(edited(endpoint, change))
    kept = kept_plan(reading)
    assert kept.plan == AddressPlan()
    assert field in {dict(item.values)["field"] for item in kept.findings if item.code == "TR996"}
    conflicts = changes_to(reading, PLAN).conflicts
    assert [item.code for item in conflicts] == ["TR998"] * len(conflicts) != []


@pytest.mark.parametrize("endpoint", PLAN_KINDS)
def test_an_object_without_its_tag_is_not_ours_and_not_made_again(endpoint: ObjectKind) -> None:
    answers = edited(endpoint, lambda one: one.update(tags=[{"slug": "theirs"}]))
    last = next((thing, answer) for thing, answer in reversed(answers) if thing.endpoint is endpoint)
    reading = reading_of(answers)
    place = Where(file=f"{SHOWN}/{endpoint}/{last[1]['id']}/")
    told = {item.code: dict(item.values) for item in kept_plan(reading).findings if item.where == place}
    assert told == {"TR996": {"entry": last[0].entry, "field": "tags", "text": "-", "other": "truc"}}
    changes = changes_to(reading, PLAN)
    assert ("TR998", place) in {(item.code, item.where) for item in changes.conflicts}
    assert changes.warnings == ()
    # Without the entry, too, it is somebody else's.
    last[1]["custom_fields"]["truc_entry"] = None
    assert place not in {item.where for item in kept_plan(reading_of(answers)).findings}


def test_a_prefix_that_was_moved_is_told_with_where_it_was_and_where_it_is() -> None:
    reading = reading_of(edited(ObjectKind.PREFIX, lambda one: one.update(prefix="10.192.128.9/32")))
    (finding,) = kept_plan(reading).findings
    assert dict(finding.values) == {
        "entry": "prefix loopback/edge-1 10.192.128.2/32",
        "field": "truc_entry",
        "text": "prefix loopback/edge-1 10.192.128.2/32",
        "other": "prefix loopback/edge-1 10.192.128.9/32",
    }


@pytest.mark.parametrize(
    ("endpoint", "change", "code"),
    [
        (ObjectKind.PREFIX, lambda one: one.update(status={"value": "deprecated"}), "TR537"),
        (ObjectKind.PREFIX, lambda one: one.update(status={"value": "container"}), "TR532"),
        (ObjectKind.VRF, custom("truc_number", 1), "TR536"),
        (ObjectKind.ASN, lambda one: one.update(asn=65001), "TR529"),
        (ObjectKind.VLAN, custom("truc_since", "a\nnumber,vrf,,purpose/x,9,active,2026-07-15,,"), "TR532"),
    ],
)
def test_a_line_that_is_none_is_told_where_people_find_what_says_it(
    endpoint: ObjectKind, change: Callable[[dict[str, Any]], object], code: str
) -> None:
    answers = edited(endpoint, change)
    last = next(answer for thing, answer in reversed(answers) if thing.endpoint is endpoint)
    findings = kept_plan(reading_of(answers)).findings
    place = Where(file=f"{SHOWN}/{endpoint}/{last['id']}/")
    assert (code, place) in {(item.code, where) for item in findings for where in (item.where, *item.also)}
    assert {where.line for item in findings for where in (item.where, *item.also)} == {0}


@pytest.mark.parametrize(
    ("endpoint", "change"),
    [
        (ObjectKind.PREFIX, lambda one: one.update(status={"value": "reserved"})),
        (ObjectKind.VLAN, lambda one: one.update(vid=777)),
        (ObjectKind.VRF, custom("truc_state", "reserved")),
        (ObjectKind.ASN, custom("truc_since", "2020-01-01")),
        (ObjectKind.PREFIX, custom("truc_purpose", None)),
    ],
)
def test_an_edit_that_makes_sense_is_another_plan_and_never_written_over(
    endpoint: ObjectKind, change: Callable[[dict[str, Any]], object]
) -> None:
    reading = reading_of(edited(endpoint, change))
    kept = kept_plan(reading)
    assert (kept.findings, kept.plan == PLAN) == ((), False)
    assert [one.turn for one in compare(reading, PLAN)] == [LineTurn.EDITED]
    assert [item.code for item in changes_to(reading, PLAN).conflicts] == ["TR998"]
    # Once it has been taken over, an export has only its own word about it to put right.
    after = changes_to(reading, kept.plan)
    assert (len(after.changed), after.made, after.gone, after.conflicts) == (1, (), (), ())


def test_what_the_lockfile_says_anew_is_written_and_what_it_lost_goes() -> None:
    reading = reading_of(answers_of(things_of(PLAN)))
    first, *rest = PLAN.prefixes
    changes = changes_to(reading, replace(PLAN, prefixes=(replace(first, registration_ref="9/CV"), *rest[:-1])))
    assert [change.thing.fields["truc_registration_ref"] for change in changes.changed] == ["9/CV"]
    assert [row.thing.entry for row in changes.gone] == [f"prefix {rest[-1].key} {rest[-1].prefix}"]
    assert (changes.made, changes.conflicts) == ((), ())


def test_two_objects_of_one_entry_are_told() -> None:
    answers = answers_of(things_of(PLAN))
    thing, answer = answers[-1]
    reading = reading_of([*answers, (thing, {**answer, "id": 9999})])
    assert "TR996" in {item.code for item in kept_plan(reading).findings}
    assert [item.code for item in changes_to(reading, PLAN).conflicts] == ["TR998"]


@given(HOSTILE)
def test_what_somebody_writes_there_changes_nothing_of_a_text(text: str) -> None:
    kept = kept_plan(reading_of(edited(ObjectKind.VLAN_GROUP, lambda one: one.update(name=text))))
    for finding in kept.findings:
        for language in LANGUAGES:
            told = describe(finding, language)
            assert len(told.split("\n")) == 3
            assert not any(letter in told for letter in "\x1b\u202e\u2066\r")


@given(st.sampled_from(PLAN.prefixes), st.integers(0, 128), st.integers(-2, 2))
def test_of_a_prefix_that_is_not_ours_every_entry_that_it_meets_is_counted(
    entry: PrefixEntry, length: int, steps: int
) -> None:
    family = entry.prefix.family
    short = min(length, family.bits)
    size = 1 << (family.bits - short)
    number = max(0, entry.prefix.network // size + steps) % (1 << short)
    prefix = Prefix(family, number * size, short)
    foreign = ForeignRow(endpoint=ObjectKind.PREFIX, number=1, says=str(prefix))
    reading = replace(reading_of(answers_of(things_of(PLAN))), foreign=(foreign,))
    met = [str(one.key) for one in PLAN.prefixes if one.prefix.overlaps(prefix)]
    roots = [pool.name for pool in PLAN.pools if pool.use is PoolUse.ROOT and pool.prefix.covers(prefix)]
    said = [dict(item.values) for item in changes_to(reading, PLAN).warnings]
    assert [(one["count"], one["first"] in (met or ["-"])) for one in said] == [(str(len(met)), True)] * len(roots)


def test_an_address_in_use_where_nothing_is_allocated_is_told() -> None:
    said = [
        "10.196.0.9/26",
        "10.196.9.9/26",
        "10.192.128.0/32",
        "2001:db8:1400::5/64",
        "2001:db8:1fff::5/64",
        "192.0.2.1/24",
        "10.196.9.77/26",
    ]
    rows = [read_row(UsedKind.ADDRESS, {"id": n, "address": one}, ObjectNumbers()) for n, one in enumerate(said)]
    ranged = {"id": 9, "start_address": "10.196.0.62/26", "end_address": "10.196.0.66/26"}
    rows.append(read_row(UsedKind.RANGE, ranged, ObjectNumbers()))
    used = tuple(row for row in rows if isinstance(row, UsedRow))
    found = changes_to(replace(reading_of(answers_of(things_of(PLAN))), used=used), PLAN).warnings
    assert [(item.code, item.where.file, dict(item.values)) for item in found] == [
        ("TR905", f"{SHOWN}/ipam/ip-addresses/1/", {"count": "3", "first": "10.196.9.9/26", "pool": "root-v4"}),
        ("TR905", f"{SHOWN}/ipam/ip-addresses/4/", {"count": "1", "first": "2001:db8:1fff::5/64", "pool": "root-v6"}),
    ]
    for bad in ({"ip": "10.0.0.1"}, "x", "10.0.0.9/33"):
        with pytest.raises(ShapeError):
            read_row(UsedKind.ADDRESS, {"id": 1, "address": bad}, ObjectNumbers())
    for first, last in (("10.0.0.9/24", "10.0.0.1/24"), ("10.0.0.9/24", "2001:db8::1/64")):
        with pytest.raises(ShapeError):
            read_row(UsedKind.RANGE, {"id": 1, "start_address": first, "end_address": last}, ObjectNumbers())


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.pop("id"),
        lambda one: one.update(id=True),
        lambda one: one.update(tags=None),
        lambda one: one.update(custom_fields=[]),
        lambda one: one.update(status="active"),
        lambda one: one.update(prefix={"address": 1}),
        lambda one: one.update(vrf={}),
        custom("truc_entry", ["x"]),
    ],
)
def test_an_answer_of_another_shape_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(ShapeError):
        reading_of(edited(ObjectKind.PREFIX, change))


def test_a_plan_is_not_mixed_up_with_one_prefix_more() -> None:
    more: PrefixEntry = replace(PLAN.prefixes[0], prefix=PLAN.prefixes[0].prefix._replace(length=27))
    assert things_of(replace(PLAN, prefixes=(more, *PLAN.prefixes[1:]))) != things_of(PLAN)
