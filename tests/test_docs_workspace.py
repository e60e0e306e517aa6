"""docs/en/workspace.md shows files as they are: its tree has what a workspace has, its YAML is what the schemas take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from controller.boundary import parse_day
from controller.commands.blank import blank_files
from intents.legal.registers import Register
from intents.parser.schema import make_schemas
from tests.shown_pages import Block, blocks_of

PAGE = (Path(__file__).parent.parent / "docs" / "en" / "workspace.md").read_text(encoding="utf-8")
MADE_LATER = {
    *(
        "unit_events.csv",
        "running/",
        "reach.csv",
        "approvers.csv",
        "allowed_signers",
        "revoked_keys",
        "truc.lock.csv",
        "out/",
    ),
    *Register,
}


def block_of(file: str) -> Block:
    """Return the YAML block under the heading of a file."""
    return next(blocks_of(PAGE.split(f"\n## {file}\n")[1]))


def test_the_tree_names_every_file_of_a_new_workspace() -> None:
    day = parse_day("2026-12-01")
    assert day is not None
    tree = next(block for block in blocks_of(PAGE) if block.lines[0] == "my-network/")
    named = {word for line in tree.lines[1:] for word in re.split(r" {6,}", line.strip())[0].split()}
    there = {str(path).replace("intents/intents", "intents/*") for path in blank_files("en", day)}
    assert named - MADE_LATER == there


@pytest.mark.parametrize("file", make_schemas())
def test_yaml_that_is_shown_is_what_the_schema_takes(file: str) -> None:
    text = "\n".join(block_of(file).lines)
    # What is cut with an ellipsis stands for the fields that the first intent shows.
    cut = text.replace("[…]", "[{all: true}]").replace(
        ", …}", ", title: t, domain: dept_ict, request_ref: 1/CV, decision_ref: 1/QD}"
    )
    cut = cut.replace(
        "# … references as above …",
        "title: t\n      domain: dept_ict\n      request_ref: 1/CV\n      decision_ref: 1/QD",
    )
    shown = yaml.load(cut, Loader=yaml.BaseLoader) if file != "settings.yaml" else yaml.safe_load(cut)  # noqa: S506 -- makes texts, nothing else
    shown = _numbers(shown)
    assert [error.message for error in Draft202012Validator(make_schemas()[file]).iter_errors(shown)] == []


def _numbers(value: object) -> object:
    """Return the value with whole numbers and truth values as YAML 1.2 has them; dates stay text, as truc reads them."""
    match value:
        case dict():
            return {key: _numbers(item) for key, item in value.items()}
        case list():
            return [_numbers(item) for item in value]
        case str() if re.fullmatch(r"[1-9]\d*|0", value):
            return int(value)
        case "true" | "false":
            return value == "true"
        case _:
            return value


def test_a_field_that_no_schema_takes_is_found() -> None:
    wrong = {"purposes": {"management": {"titel": "x", "home_of": []}}}
    assert list(Draft202012Validator(make_schemas()["purposes.yaml"]).iter_errors(wrong)) != []
