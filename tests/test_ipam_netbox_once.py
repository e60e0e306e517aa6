"""What NetBox has once only: an export of whatever plan and tables meets nothing of its own, or is refused before it begins.

The laws run on a NetBox in memory that keeps what is written in the order in which it is written, and refuses what another object
has at that moment, as the real one does (tests/test_real_netbox_named.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.finding import FindingsError
from ipam.address_plan import AddressPlan, NumberEntry, NumberKind
from ipam.netbox.changes import NetBoxChanges, changes_to
from ipam.netbox.conflicts import ThingChange
from ipam.netbox.mapping import things_of
from ipam.netbox.reading import Reading
from ipam.netbox.rows import ForeignRow, OwnRow
from ipam.netbox.server import Server, ServerAddress, ServerAnswer, send
from ipam.netbox.tables_mapping import things_of_tables
from ipam.netbox.thing import ObjectKind, Thing
from ipam.netbox.uniqueness import Take, takes_of
from ipam.netbox.writing import _FIRST, _GONE_FIRST, _REST
from ipam.store.table_files import Tables, read_table_files
from tests.netbox_memory import answers_of, reading_of
from tests.netbox_plans import PLAN
from tests.small_commands import SMALL

LINES = read_table_files(SMALL).lines()
Taken = dict[object, frozenset[Take]]


class TwiceError(Exception):
    """Something would be there twice."""


def put(taken: Taken, key: object, thing: Thing) -> None:
    found = takes_of(thing.endpoint, {**thing.fields, **thing.shown})
    for other, has in taken.items():
        if other != key and has & found:
            raise TwiceError(f"{key}: {has & found}")
    taken[key] = found


def change(taken: Taken, changes: Iterable[ThingChange], kind: ObjectKind) -> None:
    for one in changes:
        if one.thing.endpoint is kind:
            put(taken, one.row.key if one.row else one.thing.entry, one.thing)


def apply(taken: Taken, changes: NetBoxChanges) -> None:
    """Do all changes in the order in which they are written."""
    for row in (row for kind in _GONE_FIRST for row in changes.gone if row.thing.endpoint is kind):
        del taken[row.key]
    for kind in ObjectKind:
        change(taken, changes.emptied, kind)
    for kind in _FIRST:
        change(taken, changes.made, kind)
    for kind in ObjectKind:
        if kind is not ObjectKind.CABLE:
            change(taken, changes.changed, kind)
    for kind in _REST:
        if kind is ObjectKind.CABLE:
            change(taken, changes.changed, kind)
        change(taken, changes.made, kind)


def exported(before: Reading, plan: AddressPlan, lines: Tables | None) -> bool:
    """Return whether an export goes through; TwiceError where NetBox would refuse it half-way."""
    changes = changes_to(before, plan, lines)
    if changes.conflicts:
        assert {one.code for one in changes.conflicts} == {"TR915"}
        return False
    taken: Taken = {row.key: row.takes for row in before.rows}
    for kind in ObjectKind:
        change(taken, changes.freed, kind)
    apply(taken, _read_again(before, changes, plan, lines))
    return True


def _read_again(before: Reading, changes: NetBoxChanges, plan: AddressPlan, lines: Tables | None) -> NetBoxChanges:
    """Return what is left when what others need was let go of."""
    freed = {one.row.key: one.thing for one in changes.freed if one.row is not None}
    rows = tuple(_freed(row, freed[row.key]) if row.key in freed else row for row in before.rows)
    again = changes_to(replace(before, rows=rows), plan, lines)
    assert (again.conflicts, again.freed) == ((), ())
    return again


def _freed(row: OwnRow, thing: Thing) -> OwnRow:
    takes = takes_of(thing.endpoint, {**thing.fields, **thing.shown})
    return replace(row, thing=replace(thing, shown={}), written=thing.digest, takes=takes)


TITLES = st.sampled_from(["Trạm", "Trụ sở", "Kho", "trạm", "Trạm (pop-1)"])


@given(st.lists(TITLES, min_size=6, max_size=6), st.lists(TITLES, min_size=6, max_size=6), st.data())
def test_titles_that_are_handed_on_in_whatever_way_come_through(
    one: list[str], two: list[str], data: st.DataObject
) -> None:
    def titled(titles: Sequence[str]) -> Tables:
        sites = tuple({**line, "title": title} for line, title in zip(LINES["sites.csv"], titles, strict=False))
        left = data.draw(st.lists(st.sampled_from(range(len(sites))), unique=True))
        return {
            **dict.fromkeys(LINES, ()),
            "units.csv": LINES["units.csv"],
            "sites.csv": tuple(line for place, line in enumerate(sites) if place in left),
        }

    before, after = titled(one), titled(two)
    is_done = exported(reading_of(answers_of(things_of_tables(before))), AddressPlan(), after)
    # Told first is only a title that is what another site is called for its key's sake.
    assert is_done or any(title.endswith("(pop-1)") for title in (*one, *two))


NUMBERS = tuple(one for one in PLAN.numbers if one.kind in (NumberKind.VLAN, NumberKind.ASN))


def numbered(draw: st.DrawFn, kind: NumberKind) -> Iterator[NumberEntry]:
    """Yield some entries of a kind with numbers that are apart in their scope."""
    scopes = {one.scope for one in NUMBERS if one.kind is kind}
    for scope in sorted(scopes, key=str):
        entries = [one for one in NUMBERS if one.kind is kind and one.scope == scope]
        kept = draw(st.lists(st.sampled_from(entries), unique=True))
        values = draw(st.permutations(range(100, 100 + len(entries) + 1)))
        yield from (replace(one, value=value) for one, value in zip(kept, values, strict=False))


@st.composite
def plans(draw: st.DrawFn) -> AddressPlan:
    return AddressPlan(numbers=tuple(one for kind in (NumberKind.VLAN, NumberKind.ASN) for one in numbered(draw, kind)))


@given(plans(), plans())
def test_numbers_that_are_handed_on_come_through_or_are_told_first(before: AddressPlan, after: AddressPlan) -> None:
    reading = reading_of(answers_of(things_of(before)))
    if not exported(reading, after, None):
        assert _some_asn_is_another_s(before, after)


def _some_asn_is_another_s(before: AddressPlan, after: AddressPlan) -> bool:
    """Return whether two entries that both stay, one of them with another AS number, meet in one."""
    held = {one.value: one.key for one in before.numbers if one.kind is NumberKind.ASN}
    wanted = {one.key: one.value for one in after.numbers if one.kind is NumberKind.ASN}
    return any(held.get(value, key) != key and held[value] in wanted for key, value in wanted.items())


CHANNELS = LINES["channels.csv"]


@given(st.permutations(range(len(CHANNELS))), st.lists(st.booleans(), min_size=len(CHANNELS), max_size=len(CHANNELS)))
def test_ports_that_are_handed_on_come_through(places: list[int], stays: list[bool]) -> None:
    ends = ("a_device", "a_interface", "b_device", "b_interface")
    moved = tuple(
        {**line, **{name: CHANNELS[place][name] for name in ends}}
        for line, place, one_stays in zip(CHANNELS, places, stays, strict=True)
        if one_stays
    )
    before = reading_of(answers_of(things_of_tables(LINES)))
    assert exported(before, AddressPlan(), {**LINES, "channels.csv": moved})


def test_something_of_ours_that_is_in_the_way_and_stays_is_told_at_its_place() -> None:
    asns = [one for one in PLAN.numbers if one.kind is NumberKind.ASN][:2]
    exchanged = tuple(replace(one, value=other.value) for one, other in zip(asns, reversed(asns), strict=True))
    reading = reading_of(answers_of(things_of(AddressPlan(numbers=tuple(asns)))))
    conflicts = changes_to(reading, AddressPlan(numbers=exchanged)).conflicts
    assert [one.code for one in conflicts] == ["TR915", "TR915"]
    assert {one.where.file for one in conflicts} == {
        f"{reading.shown}/{row.thing.endpoint}/{row.number}/" for row in reading.rows
    }


@pytest.mark.parametrize("given_tag", [True, False])
def test_what_a_person_gave_the_tag_is_taken_over_in_its_place_alone(given_tag: bool) -> None:
    pool = next(thing for thing in things_of(PLAN) if thing.entry.startswith("pool "))
    theirs = Thing(
        endpoint=ObjectKind.PREFIX, entry="", fields={"prefix": pool.fields["prefix"], "status": "container"}
    )
    ((thing, answer),) = answers_of([theirs])
    answer["custom_fields"] = dict.fromkeys(answer["custom_fields"])
    answer["tags"] = answer["tags"] if given_tag else []
    reading = reading_of([(thing, answer)])
    changes = changes_to(reading, PLAN)
    taken = [one.thing.entry for one in changes.changed]
    assert (taken, [one.code for one in changes.conflicts]) == (([pool.entry], []) if given_tag else ([], ["TR915"]))


def test_the_name_in_between_is_somebody_s_and_that_is_told_first() -> None:
    one, two = (dict(line) for line in LINES["sites.csv"][:2])
    before = {**dict.fromkeys(LINES, ()), "units.csv": LINES["units.csv"], "sites.csv": (one, two)}
    after = {**before, "sites.csv": ({**one, "title": two["title"]}, {**two, "title": one["title"]})}
    reading = reading_of(answers_of(things_of_tables(before)))
    assert exported(reading, AddressPlan(), after)
    taken = takes_of(ObjectKind.SITE, {"name": f"{one['title']} ({one['name']})", "slug": "cua-ho"})
    theirs = ForeignRow(endpoint=ObjectKind.SITE, number=99, says="", takes=taken)
    assert not exported(replace(reading, foreign=(theirs,)), AddressPlan(), after)


def test_a_refusal_is_told_at_the_page_of_its_object(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = ServerAnswer(status=400, body={"detail": "1 of 2", "errors": [{"id": 7, "errors": {"vid": ["no"]}}]})
    monkeypatch.setattr(Server, "ask", lambda *_: refusal)
    server = Server(ServerAddress(url="https://ipam.example"), "token")
    with pytest.raises(FindingsError) as caught:
        send(server, "PATCH", "ipam/vlans/", [{"id": 6}, {"id": 7}], 200, done=0)
    (told,) = caught.value.findings
    assert (told.code, told.where.file) == ("TR916", "https://ipam.example/ipam/vlans/7/")
