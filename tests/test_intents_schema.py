"""The JSON Schemas for editors: valid themselves, met by the tiny workspace, broken by typical mistakes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from intents.parser.schema import make_schemas

TINY = Path(__file__).parent / "data" / "tiny"
FILES = {
    "purposes.yaml": ["purposes.yaml"],
    "systems.yaml": ["systems.yaml"],
    "outside_networks.yaml": ["outside_networks.yaml"],
    "settings.yaml": ["settings.yaml"],
    "intents/*.yaml": ["intents/edoc.yaml", "intents/offices.yaml"],
    "changes/*.yaml": ["changes/offices.yaml"],
}


def _core(file: str) -> Any:
    """Return a file as JSON: dates stay text, as in YAML 1.2."""
    loader = type("CoreLoader", (yaml.SafeLoader,), {})
    loader.yaml_implicit_resolvers = {  # type: ignore[attr-defined]  # a class made here
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load((TINY / file).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a SafeLoader)


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_a_valid_draft_2020_12_schema(name: str) -> None:
    Draft202012Validator.check_schema(make_schemas()[name])


def test_there_is_a_schema_for_every_yaml_file() -> None:
    assert set(make_schemas()) == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_tiny_workspace_meets_the_schemas(name: str) -> None:
    validator = Draft202012Validator(make_schemas()[name])
    for file in FILES[name]:
        assert list(validator.iter_errors(_core(file))) == []


BAD = [
    ("purposes.yaml", (lambda it: it["purposes"].pop("management"))),
    ("purposes.yaml", (lambda it: it["purposes"].update({"Đảng": {"title": "x", "home_of": []}}))),
    ("systems.yaml", (lambda it: it["systems"]["edoc"].pop("services"))),
    ("systems.yaml", (lambda it: it["systems"]["edoc"].update(security_level=6))),
    ("systems.yaml", (lambda it: it["systems"]["edoc"].update(hosts="20"))),
    ("systems.yaml", (lambda it: it["systems"]["edoc"]["services"].update(web={"tcp": []}))),
    ("outside_networks.yaml", (lambda it: it["outside_networks"].update(ndxp={"title": "x"}))),
    ("settings.yaml", (lambda it: it.update(quarantine_day=3))),
    ("settings.yaml", (lambda it: it["pools"][0].update(use="Root"))),
    ("settings.yaml", (lambda it: it["management"]["secrets"].pop("ntp"))),
    ("changes/*.yaml", (lambda it: it["change"].pop("owner"))),
    ("changes/*.yaml", (lambda it: it["change"]["window"].update({"to": "2026-12-06"}))),
    ("changes/*.yaml", (lambda it: it["change"]["interruptions"][0].pop("agreed_by"))),
    ("changes/*.yaml", (lambda it: it["change"]["opens"][0]["to"][0].update(services="any"))),
    ("intents/*.yaml", (lambda it: it["intents"][0]["permit"].pop("decision_ref"))),
    ("intents/*.yaml", (lambda it: it["intents"][0]["permit"].update(fromm=[]))),
    ("intents/*.yaml", (lambda it: it["intents"][0]["permit"]["from"].append({"purpose": "government"}))),
    ("intents/*.yaml", (lambda it: it["intents"][0]["permit"]["to"][0].pop("services"))),
    ("intents/*.yaml", (lambda it: it["intents"][0].update(forbid={}))),
    ("intents/*.yaml", (lambda it: it["intents"][0]["permit"].update(valid_from="1/7/2025"))),
]


@pytest.mark.parametrize(("name", "change"), BAD)
def test_a_typical_mistake_breaks_the_schema(name: str, change: Callable[[Any], object]) -> None:
    document = copy.deepcopy(_core(FILES[name][0]))
    change(document)
    assert list(Draft202012Validator(make_schemas()[name]).iter_errors(document))
