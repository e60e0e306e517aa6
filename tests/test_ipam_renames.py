"""A thing that is only called otherwise keeps its addresses and numbers; what looks like a rename is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.pipeline import LOCKFILE, address, want
from controller.output.exit_codes import ExitCode
from intents.finding import FindingsError, Severity
from intents.parser.systems import MANAGEMENT
from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from ipam.inventory import Inventory
from ipam.pools import make_pools
from ipam.renames import rename_plan
from ipam.store.lockfile import print_plan
from tests.small_commands import ON, SMALL, copy_small, edit, truc
from tests.workspace_edits import substitute

TABLES = {
    "attachment": "attachments.csv", "organisation": "organisations.csv", "site": "sites.csv", "device": "devices.csv",
    "channel": "channels.csv",
}  # fmt: skip
MAPPINGS = {"system": "systems.yaml", "outside network": "outside_networks.yaml", "purpose": "purposes.yaml"}


def names_of(workspace: Path, kind: str) -> list[str]:
    """Return every name of a kind in a workspace, as written."""
    if kind in MAPPINGS:
        text = (workspace / MAPPINGS[kind]).read_text(encoding="utf-8")
        return [name for name in re.findall(r"^  ([a-z0-9-]+):", text, re.MULTILINE) if name != MANAGEMENT]
    return [line.split(",")[0] for line in rows_of(workspace / TABLES[kind])[1]]


def rows_of(table: Path) -> tuple[str, list[str]]:
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return lines[0], lines[1:]


def rename(workspace: Path, kind: str, before: str, now: str, *, told: bool = True) -> None:
    """Rename a thing in all files of a workspace, and say so (`told`) where it is declared."""
    for path in (*workspace.glob("*.csv"), *workspace.glob("*.yaml"), *workspace.glob("intents/*.yaml")):
        if path.name != LOCKFILE:
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(rf"(?<![\w.-]){re.escape(before)}(?![\w.-])", now, text), encoding="utf-8")
    if kind == "device" and (workspace / "running" / f"{before}.cfg").exists():
        (workspace / "running" / f"{before}.cfg").rename(workspace / "running" / f"{now}.cfg")
    if told and kind in MAPPINGS:
        path = workspace / MAPPINGS[kind]
        line = re.compile(rf"^  {now}:(?: \{{|.*\n)", re.MULTILINE)
        told_as = f"renamed_from: {before}"
        text, count = line.subn(
            lambda found: f"{found[0]}{told_as}, " if found[0].endswith("{") else f"{found[0]}    {told_as}\n",
            path.read_text(encoding="utf-8"),
        )
        assert count == 1
        path.write_text(text, encoding="utf-8")
    elif told:
        tell(workspace / TABLES[kind], now, before)


def tell(table: Path, now: str, before: str) -> None:
    """Write `renamed_from` for one row of a table."""
    head, rows = rows_of(table)
    if not head.endswith(",renamed_from"):
        head, rows = f"{head},renamed_from", [f"{row}," for row in rows]
    rows = [f"{row}{before}" if row.startswith(f"{now},") else row for row in rows]
    table.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")


def with_old_names(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the lines of a lockfile with earlier names in place of today's."""
    for now, before in names.items():
        text = re.sub(rf"(?<![\w.-])((?:system-|outside-)?){re.escape(now)}(?![\w.-])", rf"\g<1>{before}", text)
    return sorted(text.splitlines())


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = copy_small(tmp_path)
    assert truc("compile", "-w", folder, "--on", ON)[0] == ExitCode.FINE
    return folder


EACH = [(kind, names_of(SMALL, kind)[0]) for kind in (*TABLES, *MAPPINGS)]


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_rename_that_is_told_changes_no_address_and_no_number(kind: str, name: str, workspace: Path) -> None:
    before = (workspace / LOCKFILE).read_text(encoding="utf-8")
    rename(workspace, kind, name, "zz-renamed")
    code, text = truc("compile", "-w", workspace, "--on", "2026-10-01")
    assert code == ExitCode.FINE, text
    assert "+ 0 new" in text
    assert "- 0 quarantined, x 0 released" in text
    assert "TR550" not in text
    after = (workspace / LOCKFILE).read_text(encoding="utf-8")
    assert with_old_names(after, {"zz-renamed": name}) == sorted(before.splitlines())
    assert truc("compile", "-w", workspace, "--on", "2026-10-02", "--check")[0] == ExitCode.FINE
    if kind in ("attachment", "device"):
        assert truc("verify", "-w", workspace, "--on", "2026-10-02", "--no-failures")[0] == ExitCode.FINE


@pytest.mark.parametrize(("kind", "name"), [item for item in EACH if item[0] != "site"])
def test_what_looks_like_a_rename_offers_the_line(kind: str, name: str, workspace: Path) -> None:
    rename(workspace, kind, name, "zz-renamed", told=False)
    code, text = truc("compile", "-w", workspace, "--on", ON, "--check")
    assert code == ExitCode.CHANGES
    assert re.search(rf"warning TR550 \S+: {kind} {name} is gone and zz-renamed is new", text), text
    assert f"write renamed_from {name} for zz-renamed" in text


def test_a_site_may_be_called_otherwise_without_a_word(workspace: Path) -> None:
    before = (workspace / LOCKFILE).read_bytes()
    rename(workspace, "site", names_of(workspace, "site")[0], "zz-renamed", told=False)
    assert truc("compile", "-w", workspace, "--on", ON)[0] == ExitCode.FINE
    assert (workspace / LOCKFILE).read_bytes() == before


@cache
def first_plan() -> AddressPlan:
    from_files = address(want(SMALL, None))
    return from_files.address_plan


OBJECTS = [(kind, name) for kind in (*TABLES, *MAPPINGS) for name in names_of(SMALL, kind)]


@settings(max_examples=40)
@given(st.sets(st.sampled_from(OBJECTS), min_size=1, max_size=len(OBJECTS)))
def test_any_subset_of_things_may_be_renamed_at_once(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[tuple[str, str]]
) -> None:
    workspace = copy_small(tmp_path_factory.mktemp("renamed"))
    names = {}
    # Longer names first, so that no name is taken for a part of another one.
    for number, (kind, name) in enumerate(sorted(chosen, key=lambda item: (-len(item[1]), item))):
        names[f"zz{number}-n"] = name
        rename(workspace, kind, name, f"zz{number}-n")
    wanted = want(workspace, None)
    carried, count, findings = rename_plan(first_plan(), wanted.registry, wanted.inventory)
    pools, _ = make_pools(wanted.settings.pools, carried, wanted.on)
    plan, _ = allocate(wanted.registry, wanted.inventory, pools, carried, wanted.settings, wanted.on)
    assert with_old_names(print_plan(plan), names) == sorted(print_plan(first_plan()).splitlines())
    assert [item for item in findings if item.severity is not Severity.INFO] == []
    assert count == len([kind for kind, _ in chosen if kind != "site"])


def codes(workspace: Path) -> list[str]:
    """Return the codes of errors and of what is said about renames."""
    try:
        findings = address(want(workspace, None)).findings
    except FindingsError as error:
        findings = error.findings
    return [item.code for item in findings if item.code[:4] in ("TR24", "TR55")]


def test_a_line_that_did_its_work_is_a_note(workspace: Path) -> None:
    rename(workspace, "attachment", "ubnd-gia-sang-cq", "zz-renamed")
    assert codes(workspace) == []
    truc("compile", "-w", workspace)
    assert codes(workspace) == ["TR551"]


def test_a_line_about_nothing_is_a_warning(workspace: Path) -> None:
    rename(workspace, "attachment", "ubnd-gia-sang-cq", "zz-renamed", told=False)
    tell(workspace / "attachments.csv", "zz-renamed", "nobody-knows")
    assert codes(workspace) == ["TR550", "TR552"]


@pytest.mark.parametrize(("kind", "name"), [item for item in EACH if item[0] != "site"])
def test_a_misspelt_earlier_name_is_answered_with_the_one_that_is_gone(kind: str, name: str, workspace: Path) -> None:
    rename(workspace, kind, name, "zz-renamed")
    for path in (*workspace.glob("*.csv"), *workspace.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        if path.name != LOCKFILE and "renamed_from" in text:
            path.write_text(re.sub(rf"(renamed_from: |,){name}(?![\w-])", rf"\g<1>{name}x", text), encoding="utf-8")
    _, text = truc("compile", "-w", workspace, "--on", ON, "--check")
    assert re.search(rf"warning TR552 \S+: {kind} zz-renamed: its renamed_from names {name}x", text), text
    assert f'did you mean "{name}"' in text


def test_without_a_lockfile_nothing_is_said_of_renames(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    rename(workspace, "attachment", "ubnd-gia-sang-cq", "zz-renamed")
    assert codes(workspace) == []


def test_a_chain_of_names_is_written_latest_first(workspace: Path) -> None:
    before = (workspace / LOCKFILE).read_text(encoding="utf-8")
    rename(workspace, "attachment", "ubnd-gia-sang-cq", "zz-renamed", told=False)
    tell(workspace / "attachments.csv", "zz-renamed", "in-between;ubnd-gia-sang-cq")
    assert codes(workspace) == []
    truc("compile", "-w", workspace, "--on", ON)
    after = (workspace / LOCKFILE).read_text(encoding="utf-8")
    assert with_old_names(after, {"zz-renamed": "ubnd-gia-sang-cq"}) == sorted(before.splitlines())


def test_a_name_that_is_still_there_a_swap_and_a_cycle_are_refused(workspace: Path) -> None:
    first, second = names_of(workspace, "attachment")[:2]
    tell(workspace / "attachments.csv", first, second)
    assert codes(workspace) == ["TR240"]
    tell(workspace / "attachments.csv", second, first)
    assert codes(workspace) == ["TR240", "TR240"]


def test_a_name_of_its_own_is_still_there(workspace: Path) -> None:
    edit(workspace / "systems.yaml", "\n  edoc:\n", "\n  edoc:\n    renamed_from: edoc\n")
    assert codes(workspace) == ["TR240"]


def test_two_things_cannot_come_from_one(workspace: Path) -> None:
    first, second = names_of(workspace, "device")[:2]
    tell(workspace / "devices.csv", first, "old")
    tell(workspace / "devices.csv", second, "old")
    assert codes(workspace) == ["TR241"]


@pytest.mark.parametrize("written", ["[old, older]", "[]", "null", "old"])
def test_a_system_names_one_or_several(written: str, tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    edit(workspace / "systems.yaml", "\n  edoc:\n", f"\n  edoc:\n    renamed_from: {written}\n")
    assert codes(workspace) == []


@pytest.mark.parametrize("written", ["Old Name", "[[a]]", "{a: b}", "7"])
def test_what_is_no_name_is_refused_at_its_place(written: str, tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    edit(workspace / "systems.yaml", "\n  edoc:\n", f"\n  edoc:\n    renamed_from: {written}\n")
    with pytest.raises(FindingsError) as raised:
        want(workspace, None)
    assert {(item.code in ("TR114", "TR117"), item.where.file) for item in raised.value.findings} == {
        (True, "systems.yaml")
    }


def test_an_earlier_name_that_an_intent_still_uses_is_answered_with_the_new_one(workspace: Path) -> None:
    rename(workspace, "organisation", "so-tai-chinh", "zz-renamed")
    substitute(workspace, "intents/government.yaml", "names: [zz-renamed]", "names: [so-tai-chinh]")
    _, text = truc("validate", "-w", workspace)
    assert 'did you mean "zz-renamed"' in text


def test_a_purpose_that_nothing_stands_in_is_offered_its_line_too(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    edit(workspace / "purposes.yaml", "  party:", "  spare: {title: Dự phòng, home_of: []}\n  party:")
    assert truc("compile", "-w", workspace, "--on", ON)[0] == ExitCode.FINE
    edit(workspace / "purposes.yaml", "  spare:", "  reserve:")
    assert codes(workspace) == ["TR550"]


def test_the_management_purpose_keeps_its_name(workspace: Path) -> None:
    edit(workspace / "purposes.yaml", "  management: {", "  devices: {renamed_from: management, ")
    with pytest.raises(FindingsError) as raised:
        want(workspace, None)
    assert "TR208" in {item.code for item in raised.value.findings}


def test_a_pool_may_be_called_otherwise_without_a_word(workspace: Path) -> None:
    before = print_plan(address(want(workspace, None)).address_plan)
    name = re.findall(r"- \{?name: ([a-z0-9-]+)", (workspace / "settings.yaml").read_text(encoding="utf-8"))[-1]
    rename(workspace, "pool", name, "zz-renamed", told=False)
    after = print_plan(address(want(workspace, None)).address_plan)
    assert before != after
    assert with_old_names(after, {"zz-renamed": name}) == sorted(before.splitlines())


def test_a_plan_without_renames_stays_the_same_value() -> None:
    wanted = want(SMALL, None)
    plan = first_plan()
    empty = replace(wanted.registry, attachments={})
    assert rename_plan(plan, empty, Inventory(devices={}, channels={}, places={})) == (plan, 0, ())
