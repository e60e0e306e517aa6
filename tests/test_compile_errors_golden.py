"""Every message of compiling and allocating, produced from the tiny workspace, with its golden text.

A case is a folder `tests/errors/CODE-what/` with `compile.toml`: edits of the tiny workspace (`edit`), and what further goes
in: a `day`, the text of a `lockfile`, lines added to the lockfile that the tiny workspace gives (`lock_lines`) or replaced in
it (`lock_edit`), a table to `import`, a `policy` text. `expected.txt` holds the findings with the case's code in English and
in Vietnamese. What the loader refuses before anything is compiled is produced from values instead (`FROM_VALUES`). To accept
new texts after reading them: `python -m tests.test_compile_errors_golden` in the project's folder.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from intents.compiler import compile_policy
from intents.finding import Finding, FindingsError, Where, has_errors
from intents.messages import LANGUAGES, describe
from intents.model import Permit, Selector, SystemTarget
from intents.policy_text import read_policy
from intents.prefix import parse_prefix
from intents.reader.excerpts import add_excerpts
from intents.registry import AttachmentName, Category, PurposeName, as_at
from intents.settings import PoolSpec
from intents.workspace import load_intents
from ipam.address_plan import AddressPlan, NumberKind
from ipam.allocator import allocate
from ipam.checks_policy import check_plan_rules
from ipam.inventory_reader import inventory_as_at, load_inventory
from ipam.keys import LanKey, LanScope
from ipam.number_allocator import allocate_numbers
from ipam.pools import make_pools
from ipam.renames import likely_renames, places_of, rename_plan
from ipam.store.import_csv import ImportTarget, import_plan
from ipam.store.lockfile import parse_plan, print_plan
from tests.small_registries import (
    FILES,
    ON,
    PC,
    POOLS,
    SHARED,
    WEB,
    Numbers,
    attachment,
    communes_of,
    head,
    inventory,
    named,
    organisation,
    purpose,
    registry,
    system,
    target,
)

TESTS = Path(__file__).parent
TINY = TESTS / "data" / "tiny"
CODES = sorted(
    {
        code
        for folder in ("intents", "ipam")
        for path in (TESTS.parent / folder).glob("*.py")
        for code in re.findall(r'"(TR3[01][0-9]|TR5[0-9]{2})"', path.read_text(encoding="utf-8"))
    }
)
Case = Mapping[str, object]
COURT = Category.PEOPLES_COURT
VALUES = registry(
    organisations=[organisation("ubnd-a")],
    attachments=[attachment("ubnd-a", "s-1")],
    systems=[system("edoc", {"web": WEB, "files": FILES})],
    communes=(1,),
)


def compiled(*, source: Selector | None = None, to: Selector | SystemTarget | None = None) -> tuple[Finding, ...]:
    sources, destinations = (source or communes_of(),), (to or target("edoc", "web"),)
    return compile_policy([Permit(head=head("x"), sources=sources, destinations=destinations)], VALUES, ON)[1]


def compiled_with_two_homes() -> tuple[Finding, ...]:
    two = replace(VALUES, purposes={**VALUES.purposes, SHARED: purpose(SHARED, PC)})
    permit = Permit(head=head("x"), sources=(communes_of(),), destinations=(target("edoc", "web"),))
    return compile_policy([permit], two, ON)[1]


def pool_named_twice() -> tuple[Finding, ...]:
    where = Where(file="settings.yaml", line=12, column=5)
    root = PoolSpec(name="root", use="root", prefix=parse_prefix("10.0.0.0/16"), root_block="tn", slot=16, where=where)
    again = replace(root, prefix=parse_prefix("10.1.0.0/16"), where=Where(file="settings.yaml", line=13, column=5))
    return make_pools([root, again], AddressPlan())[1]


def allocated_without_references() -> tuple[Finding, ...]:
    silent = {name: replace(item, request_ref="", decision_ref="") for name, item in VALUES.attachments.items()}
    found = replace(VALUES, attachments=silent)
    return allocate(found, inventory(found), POOLS, AddressPlan(), Numbers(), ON)[1]


def too_many_vlans() -> tuple[Finding, ...]:
    lans = [LanKey(AttachmentName(f"a-{number:04d}")) for number in range(4000)]
    wanted = [(NumberKind.VLAN, LanScope("cpe-1", "ge-0/0/1"), lan) for lan in lans]
    return allocate_numbers(wanted, (), ON, ON)[1]


FROM_VALUES: Mapping[str, Callable[[], tuple[Finding, ...]]] = {
    "TR301-unknown-service": lambda: compiled(to=target("edoc", "wbe")),
    "TR302-no-home-of-a-class": lambda: compiled(source=replace(communes_of(), categories=frozenset({COURT}))),
    "TR303-two-home-purposes": compiled_with_two_homes,
    "TR313-no-service": lambda: compiled(to=named("ubnd-a")),
    "TR315-unknown-purpose": lambda: compiled(source=communes_of(purpose_name=PurposeName("goverment"))),
    "TR501-pool-named-twice": pool_named_twice,
    "TR515-no-vlan-left": too_many_vlans,
    "TR520-no-registration": allocated_without_references,
}
CASES = sorted(
    [path.parent for path in (TESTS / "errors").glob("TR*/compile.toml")]
    + [TESTS / "errors" / name for name in FROM_VALUES]
)


def make_workspace(case: Case, folder: Path) -> Path:
    """Copy the tiny workspace and apply a case's edits: `old` to `new`, `append`, or whole `content`."""
    workspace = folder / "workspace"
    shutil.copytree(TINY, workspace)
    for edit in edits(case, "edit"):
        path = workspace / edit["file"]
        if "content" in edit:
            path.write_text(edit["content"], encoding="utf-8")
        elif "append" in edit:
            path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
        else:
            before = path.read_text(encoding="utf-8")
            assert before.count(edit["old"]) >= 1, edit["old"]
            path.write_text(before.replace(edit["old"], edit["new"]), encoding="utf-8")
    return workspace


def edits(case: Case, name: str) -> list[dict[str, str]]:
    found = case.get(name, [])
    assert isinstance(found, list)
    return found


def lockfile_of(case: Case, folder: Path) -> AddressPlan | tuple[Finding, ...]:
    """Return the plan so far: none, or the case's lockfile (the tiny workspace's own one, changed), or its findings."""
    text = str(case.get("lockfile", ""))
    if not text and ("lock_lines" in case or "lock_edit" in case):
        _, plan = compile_all(TINY, AddressPlan(), {})
        text = print_plan(plan) + str(case.get("lock_lines", ""))
        for edit in edits(case, "lock_edit"):
            assert edit["old"] in text, edit["old"]
            text = text.replace(edit["old"], edit["new"])
    if not text:
        return AddressPlan()
    (folder / "truc.lock").write_text(text, encoding="utf-8")
    plan, findings = parse_plan(text, "truc.lock")
    return add_excerpts(folder, findings) or plan


def compile_all(workspace: Path, previous: AddressPlan, case: Case) -> tuple[tuple[Finding, ...], AddressPlan]:
    """Return all findings of compiling a workspace, and its plan."""
    loaded = load_intents(workspace)
    day = case.get("day", loaded.settings.default_on)
    assert isinstance(day, date)
    registry = as_at(loaded.registry, day)
    inventory, _ = load_inventory(workspace, loaded.registry)
    inventory, _ = inventory_as_at(inventory, registry, day)
    policy, found = compile_policy(loaded.intents, registry, day)
    pools, pool_findings = make_pools(loaded.settings.pools, previous, day)
    if has_errors(pool_findings):
        return add_excerpts(workspace, (*found, *pool_findings)), previous
    if "import" in case:
        (workspace / "old.csv").write_text(str(case["import"]), encoding="utf-8")
        target = ImportTarget(registry=registry, inventory=inventory, pools=pools, previous=previous, on=day)
        previous, imported = import_plan(workspace / "old.csv", "old.csv", target)
        return add_excerpts(workspace, imported), previous
    carried, _, idle = rename_plan(previous, registry, inventory)
    plan, allocated = allocate(registry, inventory, pools, carried, loaded.settings, day)
    likely = likely_renames(carried, plan, places_of(registry, inventory))
    findings = (*found, *pool_findings, *idle, *likely, *allocated, *check_plan_rules(plan, policy, registry, day))
    return add_excerpts(workspace, findings), plan


def findings_of(folder: Path, scratch: Path) -> tuple[Finding, ...]:
    """Return everything that is found in a case."""
    case = tomllib.loads((folder / "compile.toml").read_text(encoding="utf-8"))
    if "policy" in case:
        try:
            read_policy(case["policy"])
        except FindingsError as error:
            return error.findings
    previous = lockfile_of(case, scratch)
    if isinstance(previous, AddressPlan):
        return compile_all(make_workspace(case, scratch), previous, case)[0]
    return previous


def outcome(folder: Path, scratch: Path) -> str:
    code = folder.name.partition("-")[0]
    found = FROM_VALUES[folder.name]() if folder.name in FROM_VALUES else findings_of(folder, scratch)
    findings = [finding for finding in found if finding.code == code]
    return "\n\n".join(describe(finding, language) for language in reversed(LANGUAGES) for finding in findings) + "\n"


def covered() -> Iterator[str]:
    return (case.name.partition("-")[0] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_in_these_words(case: Path, tmp_path: Path) -> None:
    text = outcome(case, tmp_path)
    assert f" {case.name.partition('-')[0]}" in text
    assert text == (case / "expected.txt").read_text(encoding="utf-8")


def test_every_code_of_compiling_and_allocating_has_a_case() -> None:
    assert sorted(set(covered()) & set(CODES)) == CODES


def test_the_tiny_workspace_compiles_without_warnings() -> None:
    findings, _ = compile_all(TINY, AddressPlan(), {})
    assert [finding.code for finding in findings] == ["TR307"]


if __name__ == "__main__":
    for folder_of_case in CASES:
        folder_of_case.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch_folder:
            expected = outcome(folder_of_case, Path(scratch_folder))
            (folder_of_case / "expected.txt").write_text(expected, encoding="utf-8")
