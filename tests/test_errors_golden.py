"""Every message of the loader, produced by one change to the tiny workspace, with its golden text.

A case is a folder `tests/errors/CODE-what/`: `case.toml` lists edits of the tiny workspace, `expected.txt` the findings in
English and in Vietnamese. To accept new texts after reading them: `python tests/test_errors_golden.py`.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import pytest

from intents.finding import Finding, FindingsError
from intents.messages import LANGUAGES, describe
from intents.workspace import load_intents
from ipam.inventory_reader import load_inventory

TESTS = Path(__file__).parent
TINY = TESTS / "data" / "tiny"
CASES = sorted(path.parent for path in (TESTS / "errors").glob("TR*/case.toml"))


def make_workspace(case: Path, folder: Path) -> Path:
    """Copy the tiny workspace and apply a case's edits: `old` to `new`, `append`, `content` (or hex), `remove`."""
    workspace = folder / "workspace"
    shutil.copytree(TINY, workspace)
    for edit in tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))["edit"]:
        path = workspace / edit["file"]
        path.parent.mkdir(exist_ok=True)
        if edit.get("remove"):
            path.unlink()
        elif "hex" in edit:
            path.write_bytes(bytes.fromhex(edit["hex"]))
        elif "folder" in edit:
            path.unlink(missing_ok=True)
            path.mkdir()
        elif "content" in edit:
            path.write_text(edit["content"] * edit.get("times", 1), encoding="utf-8")
        elif "append" in edit:
            path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
        else:
            before = path.read_text(encoding="utf-8")
            assert before.count(edit["old"]) == edit.get("count", 1), f"{case.name}: {edit['old']!r}"
            path.write_text(before.replace(edit["old"], edit["new"]), encoding="utf-8")
    return workspace


def findings_of(workspace: Path) -> tuple[Finding, ...]:
    """Load a workspace, then its equipment; return what was found by the first stage that found anything."""
    try:
        loaded = load_intents(workspace)
        _, findings = load_inventory(workspace, loaded.registry)
    except FindingsError as error:
        return error.findings
    return (*loaded.findings, *findings)


def outcome(case: Path, folder: Path) -> str:
    """Return the findings of a case in every language (of very many, only those with the case's code)."""
    findings = findings_of(make_workspace(case, folder))
    if len(findings) > 20:
        findings = tuple(finding for finding in findings if finding.code == case.name.partition("-")[0])
    texts = [describe(finding, language) for language in reversed(LANGUAGES) for finding in findings]
    return "\n\n".join(texts) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_in_these_words(case: Path, tmp_path: Path) -> None:
    text = outcome(case, tmp_path)
    assert re.search(rf"^(error|warning) {case.name.partition('-')[0]} ", text, re.MULTILINE)
    assert text == (case / "expected.txt").read_text(encoding="utf-8")


def test_the_tiny_workspace_has_no_findings() -> None:
    assert findings_of(TINY) == ()


if __name__ == "__main__":
    for folder_of_case in CASES:
        with tempfile.TemporaryDirectory() as scratch:
            (folder_of_case / "expected.txt").write_text(outcome(folder_of_case, Path(scratch)), encoding="utf-8")
