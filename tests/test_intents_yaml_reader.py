"""The strict YAML reader: what it reads, where it says things stand, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from intents.finding import Where
from intents.reader.nodes import MappingNode, Node, ScalarNode, SequenceNode
from intents.reader.source_text import FORBIDDEN_IN_VALUE
from intents.reader.yaml_reader import MAXIMUM_DEPTH, parse_yaml

texts = st.text(max_size=12).filter(lambda text: not FORBIDDEN_IN_VALUE.search(text))
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def plain_value(node: Node) -> object:
    """Return the ordinary Python value of a node."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [plain_value(item) for item in node.items]
        case MappingNode():
            return {entry.key: plain_value(entry.value) for entry in node.entries}


def read(text: str) -> object:
    root, findings = parse_yaml(text, "file.yaml")
    assert not findings, findings
    assert root is not None
    return plain_value(root)


def codes(text: str) -> list[str]:
    root, findings = parse_yaml(text, "file.yaml")
    assert root is None
    return [finding.code for finding in findings]


@given(trees)
def test_json_is_read_as_json_means_it(tree: object) -> None:
    assert read(json.dumps(tree, ensure_ascii=False)) == tree


@given(trees)
def test_what_another_writer_wrote_in_quotes_is_read_back(tree: object) -> None:
    text = yaml.safe_dump(tree, default_style='"', allow_unicode=True)
    if "!!" not in text:
        assert read(text) == tree


def test_every_node_knows_its_line_and_column() -> None:
    root, _ = parse_yaml("a:\n  - đ: [1, hai]\n", "f.yaml")
    assert isinstance(root, MappingNode)
    assert root.entries[0].where == Where(file="f.yaml", line=1, column=1)
    outer = root.entries[0].value
    assert isinstance(outer, SequenceNode)
    inner = outer.items[0]
    assert isinstance(inner, MappingNode)
    assert inner.entries[0].where == Where(file="f.yaml", line=2, column=5)
    numbers = inner.entries[0].value
    assert isinstance(numbers, SequenceNode)
    assert [item.where.column for item in numbers.items] == [9, 12]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("12", 12), ("-3", -3), ("+3", 3), ("1.5", 1.5), ("1e3", 1000.0),
        ("2025-07-01", "2025-07-01"), ("10.0.0.0/8", "10.0.0.0/8"), ("2001:db8::/32", "2001:db8::/32"), ("a", "a"),
    ],
)  # fmt: skip
def test_core_scalars_are_read(text: str, value: object) -> None:
    assert read(f"a: {text}") == {"a": value}
    assert read(f'a: "{text}"') == {"a": text}


@pytest.mark.parametrize(
    "text",
    [
        "yes", "No", "on", "OFF", "y", "N", "True", "FALSE", "Null", "~", "010", "-07", "0o17", "0x1F", "0b1", "1_000", "1:30",
        "190:20:30", "1:30.5", ".5", "5.", ".inf", "-.INF", ".nan", "00.5", "=", "99999999999999999999",
    ],
)  # fmt: skip
def test_ambiguous_plain_scalars_are_refused_and_fine_in_quotes(text: str) -> None:
    assert codes(f"a: {text}") == ["TR115"]
    assert read(f"a: '{text}'") == {"a": text}


def test_depth_is_bounded_exactly() -> None:
    deepest = "[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH
    assert read(deepest) is not None
    assert codes(f"[{deepest}]") == ["TR106"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1", "TR107"), ("a: *x", "TR107"), ("a: !!str 1", "TR108"), ("a: !x {}", "TR108"), ("! a", "TR108"),
        ("%YAML 1.1\n---\na: 1", "TR108"), ("%TAG ! tag:x,2000:\n---\na: 1", "TR108"), ("<<: {}", "TR109"),
        ("a: 1\n'a': 2", "TR110"), ("a: 1\n---\nb: 1", "TR111"), ("1: a", "TR133"), ("? {a: 1}\n: b", "TR133"),
        ("a: b: c", "TR105"), ("", "TR136"), ("# nothing", "TR136"), ("---\n...\n---\n", "TR111"),
    ],
)  # fmt: skip
def test_what_could_mean_more_than_it_shows_is_refused(text: str, code: str) -> None:
    assert code in codes(text)


def test_all_findings_of_a_file_are_told_at_once() -> None:
    assert codes("a: yes\nb: 010\na: 2\n") == ["TR115", "TR115", "TR110"]


@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_findings_and_never_an_exception(text: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in text):
        return
    root, findings = parse_yaml(text, "f.yaml")
    assert (root is None) == bool(findings)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), min_size=1))
def test_the_order_of_the_file_is_kept(mapping: Mapping[str, int]) -> None:
    root, _ = parse_yaml("".join(f"{key}: {value}\n" for key, value in mapping.items()), "f.yaml")
    assert isinstance(root, MappingNode)
    assert [entry.key for entry in root.entries] == list(mapping)
