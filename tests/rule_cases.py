"""Workspaces with a few changes, and what the road from reading to addresses says of one requirement of the regulation."""

from __future__ import annotations

import shutil
from datetime import date
from functools import cache
from pathlib import Path

from controller.jobs.pipeline import LOCKFILE, Wanted, address, want
from intents.finding import Finding, FindingsError
from intents.rule_packs import load_rules
from ipam.store.lockfile import print_plan

ROOT = Path(__file__).parent.parent
TINY = ROOT / "tests" / "data" / "tiny"
SMALL = ROOT / "examples" / "small"
THAI_NGUYEN = ROOT / "examples" / "thai-nguyen"

Change = tuple[str, str, str]
"""A file, a text in it, and what stands there instead; an empty text means the end of the file."""

SITE_OF_LEVEL_1: tuple[Change, ...] = (
    (
        "sites.csv",
        "tru-so-xa,Trụ sở xã An Bình,05443@2025-07-01,office,2",
        "tru-so-xa,Trụ sở,05443@2025-07-01,office,1",
    ),
    (
        "devices.csv",
        "cpe-xa,cpe,junos,example-cpe,tru-so-xa,dept_ict",
        "cpe-xa,level1_cpe,junos,example-cpe,tru-so-xa,central_post",
    ),
    (
        "channels.csv",
        "agg-1-cpe-xa,agg-1,GigabitEthernet0/0/3,cpe-xa,ge-0/0/1,2,enterprise_infrastructure",
        "agg-1-cpe-xa,dc-edge-1,GigabitEthernet0/0/9,cpe-xa,ge-0/0/1,1,enterprise_infrastructure",
    ),
)
"""Changes of the tiny workspace: the commune's office becomes a site of level I, with one channel of an enterprise."""


def changed(folder: Path, *changes: Change, source: Path = TINY) -> Path:
    """Copy a workspace and change it; every text to be replaced stands there exactly once."""
    workspace = folder / "workspace"
    shutil.copytree(source, workspace)
    for file, old, new in changes:
        path = workspace / file
        before = path.read_text(encoding="utf-8") if old or path.exists() else ""
        assert not old or before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {file}"
        path.write_text(before.replace(old, new) if old else before + new, encoding="utf-8")
    return workspace


def locked(workspace: Path, *changes: tuple[str, str]) -> Path:
    """Write the workspace's lockfile, with changes."""
    text = print_plan(address(want(workspace, None)).address_plan)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (workspace / LOCKFILE).write_text(text, encoding="utf-8")
    return workspace


def findings_of(workspace: Path, on: date | None = None) -> tuple[Finding, ...]:
    """Return what is found on the road from reading to addresses, up to the first stage with errors."""
    try:
        return address(want(workspace, on)).findings
    except FindingsError as error:
        return error.findings


def about(requirement: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that cite a requirement; each has a message, severity and article that its table gives."""
    rules = load_rules()
    parts = [item for item in rules.requirements.values() if item.identifier == requirement]
    found = tuple(item for item in findings if item.rule is not None and item.rule.requirement == requirement)
    for item in found:
        assert item.rule is not None
        assert any(item.code in part.codes and item.severity is part.severity for part in parts), item
        assert any(part.articles.get(item.rule.pack) == item.rule.article for part in parts), item
    return found


def codes(requirement: str, workspace: Path, on: date | None = None) -> set[str]:
    """Return the codes of the breaches of a requirement."""
    return {item.code for item in about(requirement, findings_of(workspace, on))}


@cache
def example(folder: Path) -> Wanted:
    """Return what an example asks for on its own day."""
    return want(folder, None)
