"""A NetBox that has not all that is in use, edits of what says whose an object is, and moments in any zone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipam.address_plan import AddressPlan, EntryState
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import not_whole
from ipam.netbox.mapping import things_of
from ipam.netbox.reading import Reading
from ipam.netbox.rows import etag_of
from ipam.netbox.thing import ObjectKind
from tests.netbox_memory import answers_of, reading_of
from tests.test_ipam_netbox_mapping import OLD, PLAN, edited

WHOLE = reading_of(answers_of(things_of(PLAN)))


def without(*kinds: ObjectKind) -> Reading:
    return replace(WHOLE, rows=tuple(row for row in WHOLE.rows if row.thing.endpoint not in kinds))


def test_a_netbox_with_all_of_a_plan_is_whole() -> None:
    assert list(not_whole(WHOLE, PLAN)) == []


@pytest.mark.parametrize("kind", [ObjectKind.PREFIX, ObjectKind.VRF, ObjectKind.VLAN, ObjectKind.ASN])
def test_what_is_in_use_and_not_there_is_told(kind: ObjectKind) -> None:
    (finding,) = not_whole(without(kind), PLAN)
    assert finding.code == "TR917"


@pytest.mark.parametrize("colons", [False, True])
def test_one_family_of_a_key_does_not_stand_for_the_other(colons: bool) -> None:
    rows = tuple(
        row
        for row in WHOLE.rows
        if row.thing.endpoint is not ObjectKind.PREFIX or (":" in str(row.thing.fields["prefix"])) is colons
    )
    (finding,) = not_whole(replace(WHOLE, rows=rows), PLAN)
    assert finding.code == "TR917"


def test_what_is_in_quarantine_may_be_gone() -> None:
    plan = AddressPlan(
        pools=PLAN.pools,
        prefixes=tuple(
            replace(entry, state=EntryState.QUARANTINED, until=OLD, reason="gone") for entry in PLAN.prefixes
        ),
        numbers=tuple(replace(entry, state=EntryState.QUARANTINED, until=OLD, reason="gone") for entry in PLAN.numbers),
    )
    assert list(not_whole(without(*ObjectKind), plan)) == []


def test_who_has_the_same_place_under_another_name_has_lost_nothing() -> None:
    rows = tuple(
        replace(
            row, thing=replace(row.thing, fields={**row.thing.fields, "truc_key": f"{row.thing.fields['truc_key']}-2"})
        )
        if "truc_key" in row.thing.fields
        else row
        for row in WHOLE.rows
    )
    assert list(not_whole(replace(WHOLE, rows=rows), PLAN)) == []


@pytest.mark.parametrize("kind", [ObjectKind.PREFIX, ObjectKind.VRF, ObjectKind.VLAN, ObjectKind.ASN])
def test_whose_an_object_is_a_person_may_not_change(kind: ObjectKind) -> None:
    answers = edited(kind, lambda one: one["custom_fields"].update(truc_entry="prefix lan/nobody 10.194.0.0/25"))
    conflicts = changes_to(reading_of(answers), PLAN).conflicts
    assert "truc_entry" in {dict(item.values)["field"] for item in conflicts if item.code == "TR998"}


@pytest.mark.parametrize(
    "updated",
    ["2026-12-01T09:29:40.978065Z", "2026-12-01T16:29:40.978065+07:00", "2026-12-01T09:29:40.978065+00:00",
     "2026-11-30T21:29:40.978065-12:00"],
)  # fmt: skip
def test_an_entity_tag_says_the_moment_in_utc_whatever_zone_a_netbox_is_set_to(updated: str) -> None:
    assert etag_of(updated) == 'W/"2026-12-01T09:29:40.978065+00:00"'


def test_a_whole_second_has_no_fraction_in_the_tag_either() -> None:
    assert etag_of("2026-12-01T16:29:40+07:00") == 'W/"2026-12-01T09:29:40+00:00"'
