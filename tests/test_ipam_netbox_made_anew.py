"""Fields, roles and groups of ours that somebody deleted in a NetBox: what objects said went with them, and nobody emptied it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from intents.reason import because
from ipam.address_plan import AddressPlan
from ipam.netbox.bootstrap import Lack, Preparation, needs
from ipam.netbox.changes import changes_to
from ipam.netbox.mapping import things_of
from ipam.netbox.reading import Reading, Since, kept_plan, made_anew
from ipam.netbox.thing import ObjectKind
from tests.netbox_memory import UPDATED, answers_of, reading_of
from tests.test_ipam_netbox_mapping import PLAN
from tests.test_ipam_netbox_tables import SMALL_TABLES, reading_of_tables

BEFORE, AFTER = "2026-07-14T00:00:00Z", "2026-07-15T00:00:00.000001Z"
EARLY: Since = {need.name: BEFORE for need in needs()}


def bereft(name: str, **values: object) -> Reading:
    """Return what is read where every prefix says nothing in a field."""
    answers = answers_of(things_of(PLAN))
    for thing, answer in answers:
        if thing.endpoint is ObjectKind.PREFIX:
            answer["custom_fields"].pop(name, None)
            answer.update({key: value for key, value in values.items() if key in answer})
    return replace(reading_of(answers), since=EARLY)


@pytest.mark.parametrize("name", ["truc_since", "truc_key", "truc_purpose"])
def test_what_went_with_a_field_is_written_again_and_not_taken_over(name: str) -> None:
    emptied = bereft(name)
    assert {item.code for item in changes_to(emptied, PLAN).conflicts} == {"TR998"}
    assert list(made_anew(emptied)) == []
    lost = replace(emptied, since={**EARLY, name: AFTER})
    changes = changes_to(lost, PLAN)
    assert changes.conflicts == ()
    assert {change.thing.endpoint for change in changes.changed} == {ObjectKind.PREFIX}
    (finding,) = made_anew(lost)
    assert dict(finding.values)["reason"] == because("netbox_made_anew", count=1, first=name)


def test_where_the_digest_went_too_only_what_is_gone_is_written_again() -> None:
    lost = replace(bereft("truc_digest"), since={**EARLY, "truc_digest": AFTER})
    assert changes_to(lost, PLAN).conflicts == ()
    assert changes_to(replace(lost, since=EARLY), PLAN).conflicts == ()  # they say what they have to
    edited = bereft("truc_digest", status={"value": "reserved", "label": "Reserved"})
    conflicts = changes_to(replace(edited, since={**EARLY, "truc_digest": AFTER}), PLAN).conflicts
    assert {dict(item.values)["field"] for item in conflicts} == {"status"}


def test_a_role_that_a_person_took_off_is_an_edit_and_one_that_was_deleted_is_not() -> None:
    emptied = bereft("-", role=None)
    assert {dict(item.values)["field"] for item in changes_to(emptied, PLAN).conflicts} == {"role"}
    roles = {"truc-held", "truc-lan", "truc-link", "truc-loopback", "truc-outside"}
    lost = replace(emptied, since={**EARLY, **dict.fromkeys(roles, AFTER)})
    assert changes_to(lost, PLAN).conflicts == ()
    assert changes_to(lost, PLAN).changed != ()


def test_a_group_that_a_person_took_off_a_tenant_is_an_edit() -> None:
    whole = reading_of_tables(SMALL_TABLES)
    groups = {str(row.thing.fields["group"]) for row in whole.rows if row.thing.endpoint is ObjectKind.TENANT}
    rows = tuple(
        replace(row, thing=replace(row.thing, fields={**row.thing.fields, "group": None}))
        if row.thing.endpoint is ObjectKind.TENANT
        else row
        for row in whole.rows
    )
    emptied = replace(whole, rows=rows, since=EARLY)
    conflicts = changes_to(emptied, AddressPlan(), SMALL_TABLES).conflicts
    assert {dict(item.values)["field"] for item in conflicts} == {"group"}
    lost = replace(emptied, since={**EARLY, **dict.fromkeys(groups, AFTER)})
    assert changes_to(lost, AddressPlan(), SMALL_TABLES).conflicts == ()


@pytest.mark.parametrize("moment", ["", "None", "yesterday", "2026-07-16", "2026-07-16T00:00:00", UPDATED, BEFORE])
def test_a_moment_that_says_nothing_excuses_nobody(moment: str) -> None:
    reading = replace(bereft("truc_since"), since={**EARLY, "truc_since": moment})
    assert {item.code for item in changes_to(reading, PLAN).conflicts} == {"TR998"}
    assert list(made_anew(reading)) == []


def test_a_person_s_edit_beside_a_lost_field_is_still_an_edit() -> None:
    reading = bereft("truc_since", status={"value": "reserved", "label": "Reserved"})
    lost = replace(reading, since={**EARLY, "truc_since": AFTER})
    assert {dict(item.values)["field"] for item in changes_to(lost, PLAN).conflicts} == {"status"}


def test_what_says_all_that_truc_wrote_has_lost_nothing() -> None:
    whole = replace(reading_of(answers_of(things_of(PLAN))), since=dict.fromkeys(EARLY, AFTER))
    assert list(made_anew(whole)) == []
    assert kept_plan(whole).findings == ()


FIRST = next(need for need in needs() if need.path == "extras/custom-fields/")
STATES: dict[str, tuple[Callable[[], Preparation], int]] = {
    "nothing is there": (lambda: _prepared(is_begun=False), 0),
    "a field is not there any more": (lambda: _prepared(is_begun=True), 1),
    "all is there": (lambda: Preparation(lacking=(), since=EARLY, is_begun=True), 0),
}


def _prepared(**values: Any) -> Preparation:
    return Preparation(lacking=(Lack(need=FIRST, found=None),), since=EARLY, **values)


@pytest.mark.parametrize("name", STATES)
def test_a_preparation_that_is_no_more_is_told_where_it_was_begun(name: str) -> None:
    prepared, count = STATES[name]
    reading = reading_of(answers_of(things_of(PLAN)))
    assert [item.code for item in prepared().astray(reading)] == ["TR995"] * count


def test_names_of_what_is_needed_tell_one_another_apart() -> None:
    names = [need.name for need in needs() if need.path not in ("extras/tags/", "ipam/rirs/")]
    assert len(names) == len(set(names))
