"""Every message of the rules of the regulation (TR4…), produced by changes to the tiny workspace, with its golden text.

A case is a folder `tests/errors/CODE-what/` with `rules.toml`: changes of the tiny workspace (`edit`: file, old, new; no `old`
means the end of the file). What no workspace can show is produced from values instead (`FROM_VALUES`). To accept new texts
after reading them: `python -m tests.test_rules_golden` in the project's folder.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from controller.jobs.pipeline import address
from intents.checks.party import check_party_author
from intents.finding import Finding
from intents.messages import LANGUAGES, describe, load_catalogue
from intents.rule_packs import load_rules
from ipam.checks_policy import check_plan_rules
from tests.rule_cases import SMALL, TINY, changed, example, findings_of

ERRORS = Path(__file__).parent / "errors"


def system_without_address() -> tuple[Finding, ...]:
    wanted = example(SMALL)
    plan = address(wanted).address_plan
    without = replace(plan, prefixes=tuple(item for item in plan.prefixes if str(item.key) != "lan/system-lgsp"))
    return check_plan_rules(without, wanted.policy, wanted.registry, wanted.on)


def party_intent_by_the_department() -> tuple[Finding, ...]:
    wanted = example(SMALL)
    assert wanted.approval is not None
    author = wanted.approval.approvers["nguyen-thi-lan"]
    touched = {item.head.identifier: item.head.where for item in wanted.intents}
    return tuple(check_party_author(author, wanted.intents, touched, wanted.on))


FROM_VALUES: Mapping[str, Callable[[], tuple[Finding, ...]]] = {
    "TR406-no-address": system_without_address,
    "TR425-of-the-department": party_intent_by_the_department,
}
CASES = sorted(
    [path.parent for path in ERRORS.glob("TR*/rules.toml")] + [ERRORS / name for name in FROM_VALUES],
)


def outcome(case: Path, folder: Path) -> str:
    """Return the findings with the case's code, in English, then in Vietnamese."""
    if case.name in FROM_VALUES:
        found = FROM_VALUES[case.name]()
    else:
        edits = tomllib.loads((case / "rules.toml").read_text(encoding="utf-8"))["edit"]
        found = findings_of(changed(folder, *((item["file"], item.get("old", ""), item["new"]) for item in edits)))
    findings = [item for item in found if item.code == case.name.partition("-")[0]]
    return "\n\n".join(describe(item, language) for language in reversed(LANGUAGES) for item in findings) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_breach_is_told_in_these_words(case: Path, tmp_path: Path) -> None:
    text = outcome(case, tmp_path)
    assert f" {case.name.partition('-')[0]}" in text
    assert text == (case / "expected.txt").read_text(encoding="utf-8")


def test_every_code_of_the_rules_has_a_case() -> None:
    codes = {code for code in load_catalogue("en").messages if code.startswith("TR4")}
    shown = {case.name.partition("-")[0] for case in CASES}
    assert codes <= shown
    assert shown <= {code for item in load_rules().requirements.values() for code in item.codes}


def test_the_tiny_workspace_breaks_no_rule() -> None:
    assert [item for item in findings_of(TINY) if item.rule is not None] == []


if __name__ == "__main__":
    for folder_of_case in CASES:
        folder_of_case.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch_folder:
            expected = outcome(folder_of_case, Path(scratch_folder))
            (folder_of_case / "expected.txt").write_text(expected, encoding="utf-8")
