"""`truc netbox` is killed while it asks or writes, at every request: the next run ends as if nothing had been.

The proxy before the real NetBox kills the process, by its own number, before it passes a request on or right after NetBox has
done it. Nothing half is found in the workspace: the lockfile is the old or the new, a backup is whole and keeps what it kept.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ipam.address_plan import AddressPlan
from ipam.store.lockfile import print_plan
from tests.netbox_office import LATER, LESS, Office, says
from tests.netbox_proxy import Exchange, Fault, at, at_first_write
from tests.netbox_said import said
from tests.netbox_server import why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

NEEDED = {
    "extras/tags": 1, "ipam/rirs": 1, "ipam/roles": 5, "extras/custom-fields": 52, "tenancy/tenant-groups": 8,
    "dcim/device-roles": 5, "dcim/platforms": 2, "dcim/manufacturers": 2, "circuits/circuit-types": 2,
}  # fmt: skip
NARROW = {"name": "truc_entry", "type": "text", "object_types": ["ipam.prefix"], "unique": True}
"""A field that somebody has made too narrow: `bootstrap` widens it."""


def killing(victim: list[subprocess.Popen[bytes]], *, after: bool) -> Fault:
    """Kill a process at its request: before NetBox gets it, or after it has done it."""

    def do(exchange: Exchange) -> None:
        if after:
            exchange.pass_on()
        victim[0].kill()
        victim[0].wait(20)
        exchange.hang_up()

    return do


def killed(office: Office, number: int, *words: str | Path, after: bool) -> bool:
    """Run a command that is killed at a request, at its first write for 0; return whether it was."""
    victim: list[subprocess.Popen[bytes]] = []
    fault = killing(victim, after=after)
    office.proxy.expect(at(number, fault) if number else at_first_write(fault))
    with office.begin(*words) as process:
        victim.append(process)
        try:
            said_last, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode in (0, 2, -signal.SIGKILL), said_last.decode()
    return process.returncode == -signal.SIGKILL


# An export.


def test_an_export_that_is_killed_at_one_request_after_another_goes_on_until_it_is_done(office: Office) -> None:
    office.keep(LESS)
    assert killed(office, 10, "export", "--yes", after=True)
    assert said(office.netbox.admin) == Counter()
    done = 0
    for after in (True, False, True, True):
        # What NetBox has done is not done again: the first write is always of what is not there yet.
        assert killed(office, 0, "export", "--yes", after=after)
        done += len(office.proxy.writes())
    office.proxy.expect()
    assert office.export() == "ok"
    assert (done, len(office.proxy.writes())) == (3, 5)
    says(office, LESS)


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("start", "plan"), [("ready", LESS), ("exported", LATER)], ids=["first", "later"])
def test_an_export_that_is_killed_at_any_request_is_done_by_the_next(
    office: Office, start: str, plan: AddressPlan, after: bool
) -> None:
    text = office.keep(plan)
    for number in count(1):
        office.netbox.reset(start)
        died = killed(office, number, "export", "--yes", after=after)
        assert (office.folder / "truc.lock.csv").read_text(encoding="utf-8") == text
        if not died:
            break
        office.proxy.expect()
        assert office.export() == "ok"
        says(office, plan)
    assert number == len(office.proxy.asked) + 1


# An import.


OTHER = print_plan(replace(LATER, numbers=LESS.numbers))
"""A lockfile that says other than NetBox, and has nothing in use that is not there."""


def imports(office: Office, folder: Path, before: str | None, numbers: Iterable[int], *, after: bool) -> None:
    """Kill imports at one request after another, until one lives."""
    office = replace(office, folder=folder)
    path = folder / "truc.lock.csv"
    text = print_plan(LESS)
    for number in numbers:
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_text(before, encoding="utf-8")
        died = killed(office, number, "import", "--yes", after=after)
        assert [one.name for one in folder.iterdir()] == ([] if died and before is None else ["truc.lock.csv"])
        assert not path.exists() or path.read_text(encoding="utf-8") == (before if died else text)
        if not died:
            assert number == len(office.proxy.asked) + 1
            break
        office.proxy.expect()
        assert office.ask("import", "--yes")[0] == 0
        assert path.read_text(encoding="utf-8") == text
    says(office, LESS)


def test_an_import_that_is_killed_leaves_the_lockfile_as_it_was(office: Office, tmp_path: Path) -> None:
    office.netbox.reset("exported")
    imports(office, tmp_path, OTHER, (9,), after=True)


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("before", [None, OTHER], ids=["nothing", "other"])
def test_an_import_that_is_killed_at_any_request_leaves_the_lockfile_as_it_was(
    office: Office, tmp_path: Path, before: str | None, after: bool
) -> None:
    office.netbox.reset("exported")
    imports(office, tmp_path, before, count(1), after=after)


# A bootstrap.


def bootstraps(office: Office, folder: Path, numbers: Iterable[int], *, after: bool) -> None:
    """Kill bootstraps, at one request after another, until one lives, of a NetBox that somebody began to prepare."""
    administrator = replace(office, token=office.netbox.token)
    backup = folder / "before.json"
    words = ("bootstrap", "--yes", "--backup", backup)
    for number in numbers:
        office.netbox.reset("empty")
        backup.unlink(missing_ok=True)
        made = office.netbox.admin.make("/api/extras/custom-fields/", NARROW)
        died = killed(administrator, number, *words, after=after)
        if not died:
            assert number == len(office.proxy.asked) + 1
            break
        office.proxy.expect()
        assert administrator.ask(*words)[0] == 0
        assert administrator.ask("bootstrap")[0] == 0
        listed: dict[str, Any] = {path: office.netbox.admin.get(f"/api/{path}/", limit=1000) for path in NEEDED}
        assert {path: found["count"] for path, found in listed.items()} == NEEDED
        kept = json.loads(backup.read_text(encoding="utf-8"))
        assert [one["was"]["object_types"] for one in kept["changed"]] == [made["object_types"]]
        assert len(kept["made"]) == sum(NEEDED.values()) - 1
        assert [one.name for one in folder.iterdir()] == ["before.json"]


def test_a_bootstrap_that_is_killed_is_done_by_the_next_and_its_backup_keeps_what_was_there(
    office: Office, tmp_path: Path
) -> None:
    bootstraps(office, tmp_path, (6, 9), after=True)


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True])
def test_a_bootstrap_that_is_killed_at_any_request_is_done_by_the_next(
    office: Office, tmp_path: Path, after: bool
) -> None:
    bootstraps(office, tmp_path, count(1), after=after)
