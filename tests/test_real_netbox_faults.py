"""Whatever goes wrong between truc and a NetBox: a run ends with a finding, and the same command afterwards with the plan.

Faults are made by a proxy before the real server (tests/netbox_proxy.py), at every request of an export; what NetBox says in the
end is read without truc (tests/netbox_said.py). tests/golden/netbox-faults.txt says which finding each of them ends in, by what
was asked; `python -m tests.test_real_netbox_faults` writes it anew (an hour).
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest

from controller.commands.addresses import netbox_alone
from ipam.address_plan import AddressPlan
from ipam.netbox import record
from ipam.store.lockfile import print_plan
from tests.netbox_office import LATER, LESS, Office, hurry, impatient, office_of, put_tables, says
from tests.netbox_proxy import (
    FAULTS,
    Asked,
    Exchange,
    Fault,
    Proxy,
    at,
    at_first_write,
    behind_writes,
    every_question_once,
    first,
    since,
    through,
)
from tests.netbox_said import lines_of, said
from tests.netbox_server import netbox_server, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

GOLDEN = Path(__file__).parent / "golden" / "netbox-faults.txt"
ASKED = ("GET", "POST", "PATCH", "DELETE")
EVERY = (*(name for name in FAULTS if name not in ("503", "empty", "mislabelled")), "revoked")
"""What ends an export, wherever it happens."""
HEALED = ("deadlock", "500-page", "504-after", "503", "silence", "reset", "lost", "half", "page", "huge")
"""What is no matter if the question is answered when it is asked again."""


@dataclass(frozen=True)
class Course:
    """An export from a database that is kept to a plan, and all of its requests."""

    start: str
    plan: AddressPlan
    asked: tuple[Asked, ...]

    @property
    def writes(self) -> tuple[int, ...]:
        return tuple(one.number for one in self.asked if one.is_write)

    def questions(self, first: int, last: int) -> tuple[int, ...]:
        return tuple(one.number for one in self.asked if one.method == "GET" and first <= one.number <= last)

    @property
    def others(self) -> tuple[int, ...]:
        """The requests about the right to write."""
        return tuple(one.number for one in self.asked if one.method != "GET" and not one.is_write)


def course(office: Office, start: str, plan: AddressPlan) -> Course:
    """Return what is asked for when nothing goes wrong."""
    office.netbox.reset(start)
    office.keep(plan)
    return asked_by(office, start, plan)


def asked_by(office: Office, start: str, plan: AddressPlan) -> Course:
    """Return what an export asks for from what is there now."""
    office.proxy.expect()
    assert office.export() == "ok"
    says(office, plan)
    office.proxy.writes()
    return Course(start, plan, tuple(sorted(office.proxy.asked, key=lambda one: one.number)))


def meets(office: Office, taken: Course, number: int, name: str) -> str:
    """Return how an export ends to which a fault happens: at a write, or at a question and whatever is asked after it.

    What happens before the first write lets nothing be written.
    """
    when = at if number in taken.writes else since
    office.proxy.expect(when(number, office.fault(name)))
    with impatient() if name == "silence" else nullcontext():
        ended = office.export()
    assert number >= taken.writes[0] or not office.proxy.writes()
    return ended


def ends(office: Office, taken: Course, number: int, name: str) -> str:
    """Return how an export ends to which a fault happens; and see that the next run, without one, makes all good."""
    office.netbox.reset(taken.start)
    office.keep(taken.plan)
    ended = meets(office, taken, number, name)
    office.proxy.expect()
    if name == "revoked":
        assert office.export() == "TR993"
        office = replace(office, token=office.netbox.token)  # somebody makes another
    assert office.export() == "ok"
    says(office, taken.plan)
    return ended


def ends_of(office: Office, name: str) -> Iterator[tuple[str, str]]:
    """Yield how exports end to which a fault happens, at each of their requests, by what is asked then."""
    ready, later = course(office, "ready", LESS), course(office, "exported", LATER)
    office.netbox.reset("ready")
    office.keep(LESS)
    for number in ready.questions(1, ready.writes[0]):
        if name == "revoked" or number > ready.others[0]:  # whoever can't give the right back has it the next time
            office.netbox.reset("ready")
        yield "GET", meets(office, ready, number, name)
    assert said(office.netbox.admin) == Counter()
    for taken in (ready, later):
        for number in taken.writes:
            yield taken.asked[number - 1].method, ends(office, taken, number, name)
    # What is read again behind the last write: all is there already, so each run takes it to the other of two plans, each with
    # writes and questions of its own.
    course(office, "exported", LATER)
    office.keep(LESS)
    back = asked_by(office, "exported", LESS)
    office.netbox.reset("exported")
    for index in count():
        if name == "revoked":
            office.netbox.reset("exported")
        taken = later if said(office.netbox.admin) == lines_of(print_plan(LESS)) else back
        office.keep(taken.plan)
        met: list[Exchange] = []
        office.proxy.expect(behind_writes(len(taken.writes), index, office.fault(name), met))
        with impatient() if name == "silence" else nullcontext():
            ended = office.export()
        says(office, taken.plan)
        if not any(one.method == "GET" for one in met):
            break
        yield "GET", ended


def known_ends() -> dict[str, dict[str, str]]:
    """Return how an export ends, by fault and by what is asked when it happens."""
    _, *rows = (line.split() for line in GOLDEN.read_text(encoding="utf-8").splitlines())
    return {name: dict(zip(ASKED, found, strict=True)) for name, *found in rows}


# A spread of all faults: one export that meets one after another.

QUESTIONS = (("429", 2), ("half", 5), ("object", 9), ("redirect", 14), ("reset", 23))
WRITES = ("lost", "deadlock", "half", "504-after", "reset", "null", "403-page", "object")
"""Faults that meet the first write of a run; five of them happen when NetBox has done what it was asked to."""


@pytest.mark.slow
def test_an_export_that_meets_one_fault_after_another_goes_on_until_it_is_done(office: Office) -> None:
    office.keep(LESS)
    known = known_ends()
    for name, number in QUESTIONS:
        office.proxy.expect(since(number, FAULTS[name]))
        assert office.export() == known[name]["GET"]
        assert office.proxy.writes() == []
    assert said(office.netbox.admin) == Counter()
    done = 0
    for name in WRITES:
        # What NetBox did of it is not done again.
        office.proxy.expect(at_first_write(FAULTS[name]))
        assert office.export() == known[name]["POST"]
        done += len(office.proxy.writes())
    office.proxy.expect(every_question_once(FAULTS["lost"]))
    assert office.export() == "ok"
    assert (done, len(office.proxy.writes())) == (5, 3)
    says(office, LESS)


# Every fault, at every request.


@pytest.mark.long
@pytest.mark.parametrize("name", EVERY)
def test_a_fault_at_any_request_ends_in_its_finding_and_the_next_run_makes_all_good(office: Office, name: str) -> None:
    known = known_ends()[name]
    assert {(asked, end) for asked, end in ends_of(office, name)} == set(known.items())


@pytest.mark.long
@pytest.mark.parametrize("name", HEALED)
def test_a_question_that_is_answered_when_it_is_asked_again_is_no_matter(office: Office, name: str) -> None:
    office.keep(LESS)
    office.proxy.expect(every_question_once(FAULTS[name]))
    with impatient() if name == "silence" else nullcontext():
        assert office.export() == "ok"
    questions = [one for one in office.proxy.asked if one.method == "GET"]
    assert sum(one.passed for one in questions) in (len(questions), len(questions) // 2)
    says(office, LESS)


@pytest.mark.long
@pytest.mark.parametrize("name", ["lost", "reset", "half", "500-page", "504-after", "null", "429"])
def test_a_fault_at_what_is_asked_about_the_right_to_write_is_no_matter(office: Office, name: str) -> None:
    """Who has it is looked up, whatever was answered; if it is not given back, this office's next run has it all the same."""
    for number in course(office, "ready", LESS).others:
        office.netbox.reset("ready")
        office.proxy.expect(at(number, FAULTS[name]))
        assert office.export() == "ok"
        says(office, LESS)
        office.keep(LATER)
        office.proxy.expect()
        assert office.export() == "ok"
        says(office, LATER)
        office.keep(LESS)


@pytest.mark.long
def test_what_an_answer_says_counts_and_not_what_kind_it_is_said_to_be(office: Office) -> None:
    office.keep(LESS)
    office.proxy.expect(since(1, FAULTS["mislabelled"]))
    assert office.export() == "ok"
    says(office, LESS)


# Somebody else, in the middle of it.


@pytest.mark.long
def test_another_export_in_the_middle_of_one_does_nothing_twice(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(office, folder=tmp_path, proxy=Proxy(office.netbox.url, office.netbox.url))
    taken = course(office, "ready", LESS)
    put_tables(other.folder)
    other.keep(LESS)
    found: dict[str, set[str]] = defaultdict(set)
    monkeypatch.setattr(netbox_alone, "WAIT", 0.0)
    for one in taken.asked:
        office.netbox.reset("ready")
        ended: list[str] = []
        office.proxy.expect(at(one.number, first(lambda: ended.append(other.export()))))  # noqa: B023 (called in this turn)
        found["during" if one.number > taken.others[0] else "before"].add(office.export())
        has_to_wait = (
            taken.others[0] < one.number <= taken.writes[-1]
        )  # behind the last write there is nothing left to write
        assert ended == ["TR902" if has_to_wait else "ok"]
        office.proxy.expect()
        assert office.export() == "ok"
        says(office, LESS)
    # It is seen and read again; or it has to wait.
    assert found["before"] <= {"ok", "TR912"}
    assert found["during"] == {"ok"}


@pytest.mark.parametrize(
    "what", ["moved", pytest.param("deleted", marks=pytest.mark.long), pytest.param("added", marks=pytest.mark.long)]
)
def test_a_row_that_goes_between_two_pages_is_seen(office: Office, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    office.netbox.reset("exported")
    office.keep(LESS)
    monkeypatch.setattr(record, "PAGE", 2)
    admin = office.netbox.admin
    rows = [one["id"] for one in admin.get("/api/ipam/prefixes/", tag="truc")["results"]]
    place = f"/api/ipam/prefixes/{rows[0 if what == 'moved' else -1]}/"

    def does() -> None:
        if what == "added":
            admin.make("/api/ipam/prefixes/", {"prefix": "10.196.0.128/26"})
        else:
            answer = (
                admin.ask("PATCH", place, {"prefix": "10.199.0.0/26"})
                if what == "moved"
                else admin.ask("DELETE", place)
            )
            assert answer.code in (200, 204)

    done: list[str] = []

    def trouble(exchange: Exchange) -> Fault | None:
        is_second = "/ipam/prefixes/?start=" in exchange.path and "start=0&" not in exchange.path
        if not is_second or done:
            return None
        done.append(exchange.path)
        return first(does, through)

    office.proxy.expect(trouble)
    ended = office.export()
    assert done != []
    assert any("/ipam/prefixes/?" in one.path and "&id=" in one.path for one in office.proxy.asked)  # it was read again
    assert ended == {"moved": "TR998", "deleted": "ok", "added": "ok"}[what]
    if what == "moved":
        assert admin.get(place)["prefix"] == "10.199.0.0/26"
    else:
        says(office, LESS)


# The goldens.


def table() -> str:
    """Return how every export ends."""
    patch = pytest.MonkeyPatch()
    rows = [["fault", *ASKED]]
    with netbox_server() as netbox, tempfile.TemporaryDirectory() as folder, office_of(netbox, Path(folder)) as office:
        hurry(patch)
        for name in EVERY:
            found: dict[str, set[str]] = {asked: set() for asked in ASKED}
            for asked, end in ends_of(office, name):
                found[asked].add(end)
            rows.append([name, *("|".join(sorted(found[asked])) for asked in ASKED)])
    patch.undo()
    return lined(rows)


def lined(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    GOLDEN.write_text(table(), encoding="utf-8")
