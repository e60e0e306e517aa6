"""Whatever stands in a workspace and is not read is told, but for what may lie there; and what was meant is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.jobs.pipeline import CHANGES, OUT, READ, want
from intents.finding import Finding, FindingsError, Severity
from intents.reader.unread import is_beside, meant_by, unread_in_workspace
from tests.rule_cases import changed

FORBID = """intents:
  - forbid:
      id: x
"""
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
INTENTS = {
    "government.yaml.txt": ERROR,
    "government.yml": ERROR,
    "government.YAML": ERROR,
    "government.json": ERROR,
    "government.bak": ERROR,
    ".government.yaml": ERROR,
    "government": ERROR,
    "government.yaml~": ERROR,
    "edoc.yaml~": WARNING,
    "edoc.yaml.bak": WARNING,
    "edoc.yaml.orig": WARNING,
    "#edoc.yaml#": WARNING,
    "edoc (1).yaml.txt": ERROR,
}
"""Names in the folder of intents that are not read. A copy of a file that is read is told as well, but stops nothing."""
FINE = (
    "README.md",
    "README",
    "LICENSE",
    ".gitignore",
    ".gitkeep",
    "notes.md",
    ".edoc.yaml.swp",
    "~$edoc.yaml",
    ".#edoc.yaml",
)
TOP = {
    "systems.yml": ("systems.yaml", WARNING),
    "sites.csv.txt": ("sites.csv", WARNING),
    "sites.csv.bak": ("sites.csv", WARNING),
    "sites.csv~": ("sites.csv", WARNING),
    "#sites.csv#": ("sites.csv", WARNING),
    "Sites.csv": ("sites.csv", WARNING),
    "sites (1).csv": ("sites.csv", WARNING),
    "sites - Copy.csv": ("sites.csv", WARNING),
    "Copy of sites.csv": ("sites.csv", WARNING),
    "sites.xlsx": ("sites.csv", WARNING),
    ".sites.csv": ("sites.csv", WARNING),
    "organizations.csv": ("organisations.csv", WARNING),
    "outside-networks.yaml": ("outside_networks.yaml", WARNING),
    "truc.lock.csv.bak": ("truc.lock.csv", ERROR),
    "truc.lock": ("truc.lock.csv", ERROR),
    "truc.lock (1).csv": ("truc.lock.csv", ERROR),
    "Running": ("running", ERROR),
    "runing": ("running", ERROR),
}
"""Names in the workspace's folder that look like another's; an error where that one is missing."""


def found_in(workspace: Path) -> tuple[Finding, ...]:
    try:
        return want(workspace, None).findings
    except FindingsError as error:
        return error.findings


@pytest.mark.parametrize("name", INTENTS)
def test_what_is_not_read_among_the_intents_is_told(name: str, tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    (workspace / "intents" / name).write_text(FORBID, encoding="utf-8")
    (finding,) = (item for item in found_in(workspace) if item.code == "TR137")
    assert (finding.where.file, finding.severity) == (f"intents/{name}", INTENTS[name])


@pytest.mark.parametrize("name", FINE)
def test_what_may_lie_beside_is_no_matter(name: str, tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    before = found_in(workspace)
    for folder in (workspace, workspace / "intents"):
        (folder / name).write_text("x", encoding="utf-8")
    assert found_in(workspace) == before
    assert is_beside(name)


@pytest.mark.parametrize("name", TOP)
def test_what_looks_like_a_file_of_the_workspace_is_told_with_the_name_that_is_meant(name: str, tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    (workspace / name).write_text("x", encoding="utf-8")
    (finding,) = (item for item in found_in(workspace) if item.code == "TR140")
    meant, severity = TOP[name]
    assert (dict(finding.values)["meant"], finding.severity) == (meant, severity)
    assert finding.where.file == name


@pytest.mark.parametrize("name", ["intents.yaml", "forbids.yml", "rules.yaml.txt", "old-intents.bak"])
def test_intents_outside_their_folder_are_an_error(name: str, tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    (workspace / name).write_text(FORBID, encoding="utf-8")
    (finding,) = (item for item in found_in(workspace) if item.code == "TR137")
    assert (finding.where.file, finding.severity) == (name, ERROR)


def test_a_missing_file_and_its_look_alike_are_told_together(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    (workspace / "systems.yaml").rename(workspace / "systems.yml")
    assert {(item.code, item.severity) for item in found_in(workspace)} >= {("TR101", ERROR), ("TR140", ERROR)}


def test_all_else_is_one_note(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    for number in range(30):
        (workspace / f"plan-{number:02}.pdf").write_text("x", encoding="utf-8")
    (workspace / "archive").mkdir()
    (finding,) = (item for item in found_in(workspace) if item.code == "TR141")
    assert finding.severity is INFO
    assert dict(finding.values)["count"] == "31"


def test_what_truc_writes_is_no_matter(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    before = found_in(workspace)
    (workspace / "out").mkdir()
    (workspace / ".out.before").mkdir()
    (workspace / "build").mkdir()
    (workspace / "build" / "provenance.json").write_text("{}", encoding="utf-8")
    for name in ("board.html", "report.xml", "answers.jsonl.gz", "journal.jsonl", ".journal.jsonl.lock"):
        (workspace / name).write_text("x", encoding="utf-8")
    assert found_in(workspace) == before


def test_every_file_that_is_read_is_known(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    known = {*READ, CHANGES}
    assert tuple(unread_in_workspace(workspace, known, (OUT,))) == ()
    read = {path.name for path in workspace.iterdir()}
    assert read <= known
    for name in read:
        found = tuple(unread_in_workspace(workspace, known - {name}, (OUT,)))
        assert any(item.where.file == name for item in found) or "TR141" in {item.code for item in found}


def test_nothing_is_meant_by_what_looks_like_nothing() -> None:
    assert meant_by("holiday.jpg", READ) == ""
