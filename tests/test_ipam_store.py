"""The lockfile as a store: what was changed since it was read is never written over, and what was not is saved whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from controller.jobs.files import Placing
from intents.finding import FindingsError
from intents.messages import describe
from intents.reason import Reason
from ipam.address_plan import AddressPlan, EntryState
from ipam.allocator import allocate
from ipam.store.lockfile import print_plan
from ipam.store.lockfile_store import LockfileStore
from ipam.store.plan_store import NO_PLAN, NOTHING, KeptPlan
from tests.small_registries import ON, PC, POOLS, Numbers, attachment, inventory, organisation, registry

REGISTRY = registry(
    organisations=[organisation("ubnd-a", PC)], attachments=[attachment("ubnd-a", "s-1")], communes=(1,)
)
PLAN, _ = allocate(REGISTRY, inventory(REGISTRY), POOLS, AddressPlan(), Numbers(), ON)
NEXT = replace(PLAN, prefixes=(replace(PLAN.prefixes[0], registration_ref="9/CV"), *PLAN.prefixes[1:]))
LINE = "prefix,lan/other,10.196.15.0/26,communes-gov-v4,active,2026-07-15,,organisation/x,x,government,0,u,r,"


@pytest.fixture
def store(tmp_path: Path) -> LockfileStore:
    return LockfileStore(path=tmp_path / "truc.lock.csv", shown="truc.lock.csv")


def write(store: LockfileStore, plan: AddressPlan) -> KeptPlan:
    store.path.write_text(print_plan(plan), encoding="utf-8")
    return store.load()


def save(store: LockfileStore, plan: AddressPlan, read: KeptPlan) -> None:
    """Save a plan as `compile` does, with a folder of texts beside it."""
    with Placing() as placing:
        store.save(plan, read, placing)
        placing.folder(store.path.parent / "out", {"a.cfg": "new\n"})
        placing.put()


def refused(store: LockfileStore, plan: AddressPlan, read: KeptPlan) -> Reason:
    """Return why a plan is not saved; nothing else may have changed."""
    folder = store.path.parent
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(FindingsError) as caught:
        save(store, plan, read)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in folder.iterdir() if path.name != "truc.lock.csv"] == []
    (finding,) = caught.value.findings
    assert (finding.code, finding.where.file) == ("TR912", "truc.lock.csv")
    reason = dict(finding.values)["change"]
    assert isinstance(reason, Reason)
    return reason


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(LINE + "\n")


def replace_file(path: Path) -> None:
    """Write as most editors do: another file, renamed over the old one."""
    beside = path.with_name("4913~")
    beside.write_text(path.read_text(encoding="utf-8") + LINE + "\n", encoding="utf-8")
    beside.rename(path)


def give_up(path: Path) -> None:
    path.write_text(
        path.read_text(encoding="utf-8").replace(f",{EntryState.ACTIVE},", ",reserved,", 1), encoding="utf-8"
    )


def merge(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "<<<<<<< ours\n", encoding="utf-8")


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a line more": (append, "plan_lines"),
    "a line more, by rename": (replace_file, "plan_lines"),
    "a line that says something else": (give_up, "plan_lines"),
    "deleted": (Path.unlink, "plan_gone"),
    "line ends of Windows": (
        lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")) and None,
        "plan_layout",
    ),
    "a merge": (merge, "plan_broken"),
    "cut off": (lambda path: os.truncate(path, path.stat().st_size // 2), "plan_broken"),
    "no UTF-8": (lambda path: path.write_bytes(b"\xff"), "plan_broken"),
}


@pytest.mark.parametrize("plan", [NEXT, PLAN], ids=["another plan", "the plan that was read"])
@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_since_it_was_read_is_not_written_over(
    name: str, plan: AddressPlan, store: LockfileStore
) -> None:
    change, wanted = CHANGES[name]
    read = write(store, PLAN)
    change(store.path)
    assert refused(store, plan, read).key == wanted


def test_the_first_line_that_was_changed_is_said(store: LockfileStore) -> None:
    read = write(store, PLAN)
    append(store.path)
    assert dict(refused(store, NEXT, read).values) == {"come": "1", "gone": "0", "first": LINE}


def test_a_lockfile_that_somebody_made_meanwhile_is_not_written_over(store: LockfileStore) -> None:
    read = store.load()
    assert read == NO_PLAN
    write(store, NEXT)
    assert refused(store, PLAN, read).key == "plan_made"


def test_a_lockfile_that_became_a_folder_is_not_written_over(store: LockfileStore) -> None:
    read = write(store, PLAN)
    to_folder(store.path)
    with pytest.raises(FindingsError) as caught:
        save(store, NEXT, read)
    assert [item.code for item in caught.value.findings] == ["TR912"]
    assert list(store.path.parent.iterdir()) == [store.path]


def test_what_is_as_it_was_read_is_saved(store: LockfileStore) -> None:
    read = write(store, PLAN)
    os.utime(store.path, (0, 0))
    save(store, NEXT, read)
    kept = store.load()
    assert (kept.plan, kept.findings) == (NEXT, ())
    assert kept.revision not in (read.revision, NOTHING)
    save(store, PLAN, kept)
    assert store.load() == read


def test_a_first_plan_is_saved_even_if_it_is_empty(store: LockfileStore) -> None:
    save(store, AddressPlan(), store.load())
    assert store.load().is_there


def test_a_plan_that_is_the_one_read_is_not_written_again(store: LockfileStore) -> None:
    store.path.write_bytes(print_plan(PLAN).replace("\n", "\r\n").encode())
    number = store.path.stat().st_ino
    save(store, PLAN, store.load())
    assert store.path.stat().st_ino == number
    assert b"\r\n" in store.path.read_bytes()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_refusal_says_what_was_changed_in_both_languages(language: str, store: LockfileStore) -> None:
    read = write(store, PLAN)
    append(store.path)
    with pytest.raises(FindingsError) as caught:
        save(store, NEXT, read)
    (finding,) = caught.value.findings
    assert LINE in describe(finding, language)
