"""Junos text of any kind is read without a line being skipped: garbage, both forms, hostile files."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.model import Device, Interface
from routing.vendors.junos import VENDOR
from routing.vendors.junos.harmless import HARMLESS
from routing.vendors.junos.tree import words
from tests.strategies_junos import devices

_SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_GARBAGE = (
    "garbage",
    "set",
    "set frobnicate 5",
    "set interfaces",
    "set interfaces ge-0/0/1 unit 0 family inet nonsense",
    "set firewall family inet filter X term t from nonsense 5",
    "set firewall family inet filter X term t then nonsense",
    "set policy-options policy-statement X term t from nonsense",
    "set routing-instances GOV nonsense",
    "set protocols nonsense",
    "set routing-options nonsense",
    "set system services nonsense",
    "delete interfaces ge-0/0/1",
    'set system login message "unterminated',
    "\x00\x01",
)


def _text(device: Device) -> str:
    return "".join(f"{line.text}\n" for line in VENDOR.render(device))


def _braces(text: str) -> str:
    """Write `set` lines as braces, one word a level, the last one a leaf."""
    tree: dict[str, object] = {}
    for line in text.splitlines():
        node = tree
        for word in re.findall(r'"[^"]*"|\S+', line)[1:]:
            child = node.setdefault(word, {})
            assert isinstance(child, dict)
            node = child
    return "".join(_block(tree, 0))


def _block(node: dict[str, object], depth: int) -> list[str]:
    lines = []
    for word, child in node.items():
        assert isinstance(child, dict)
        if child:
            lines += [f"{' ' * depth}{word} {{\n", *_block(child, depth + 1), f"{' ' * depth}}}\n"]
        else:
            lines.append(f"{' ' * depth}{word};\n")
    return lines


@given(devices(), st.lists(st.tuples(st.sampled_from(_GARBAGE), st.integers(0, 200)), min_size=1, max_size=5))
@_SLOW
def test_every_garbage_line_put_anywhere_is_an_unknown_line(device: Device, garbage: list[tuple[str, int]]) -> None:
    lines = _text(device).splitlines()
    for line, at in garbage:
        lines.insert(at % (len(lines) + 1), line)
    found = VENDOR.read(device.name, "\n".join(lines))
    wanted = {number for number, line in enumerate(lines, 1) if line in _GARBAGE}
    reported = set(found.unknown_lines)
    # The same garbage twice is one path, reported at its first line.
    firsts = {lines.index(lines[number - 1]) + 1 for number in wanted}
    assert firsts <= reported
    assert {lines[number - 1] for number in reported} <= set(_GARBAGE)
    assert len(found.device.unknown) == len({lines[number - 1] for number in wanted})


@given(devices())
@_SLOW
def test_braces_of_a_text_mean_the_same_as_its_set_lines(device: Device) -> None:
    plain = tuple(path for path in device.harmless if not path[0].startswith(("inactive: ", "protect ")))
    text = "".join(
        f"{line.text}\n" for line in VENDOR.render(device) if not line.path[0].startswith(("inactive: ", "protect "))
    )
    from_braces, from_lines = VENDOR.read(device.name, _braces(text)).device, VENDOR.read(device.name, text).device
    assert from_braces == from_lines
    assert from_lines.harmless == plain


@pytest.mark.parametrize("description", ["/*", "/*x*/", "a/*", "ge-0/0/*", "*/"])
def test_a_description_that_opens_a_comment_is_read_back(description: str) -> None:
    device = Device(name="r1", platform="junos", interfaces=(Interface(name="ge-0/0/9", description=description),))
    text = "".join(f"{line.text}\n" for line in VENDOR.render(device))
    assert VENDOR.read("r1", text).device.interfaces[0].description == description


@given(devices())
@_SLOW
def test_paths_make_the_text_and_the_text_makes_the_paths(device: Device) -> None:
    lines = VENDOR.render(device)
    text = _text(device)
    paths = VENDOR.paths(text)
    assert paths == tuple(dict.fromkeys(line.path for line in lines))
    assert VENDOR.text(paths) == text
    assert VENDOR.paths(VENDOR.text(paths)) == paths
    assert set(device.harmless) <= set(paths)


@given(devices())
@_SLOW
def test_every_thing_that_a_line_serves_is_read_from_such_a_line(device: Device) -> None:
    lines = VENDOR.render(device)
    found = VENDOR.read(device.name, _text(device))
    for ref, number in found.lines.items():
        assert ref in lines[number - 1].refs, (ref, lines[number - 1].text)
    assert set(found.lines) == {ref for line in lines for ref in line.refs}


@given(devices())
@_SLOW
def test_every_harmless_line_is_on_the_closed_list(device: Device) -> None:
    patterns = [re.compile(pattern) for pattern, _ in VENDOR.harmless()]
    for path in VENDOR.read(device.name, _text(device)).device.harmless:
        assert any(pattern.match(" ".join(path)) for pattern in patterns)


def test_every_harmless_pattern_has_a_reason() -> None:
    assert all(reason for _, reason in HARMLESS)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader_and_none_is_taken_for_a_device(text: str) -> None:
    device = VENDOR.read("r1", text).device
    assert VENDOR.paths(VENDOR.text(VENDOR.paths(text))) is not None
    assert not device.bgp
    assert not device.acls


@given(
    st.lists(
        st.sampled_from(["a", "{", "}", ";", "[", "]", '"', '"x y"', "inactive:", "/*", "*/", "#", "\n", "interfaces"])
    )
)
@settings(max_examples=300, deadline=None)
def test_no_mixture_of_marks_breaks_the_reader(tokens: list[str]) -> None:
    text = " ".join(tokens)
    VENDOR.read("r1", text)
    assert isinstance(VENDOR.paths(text), tuple)


@pytest.mark.parametrize(
    "text",
    [
        "interfaces { " * 100_000,
        "interfaces { " * 100_000 + "}" * 100_000,
        "set " + "x" * 1_000_000,
        "set " + "x " * 500_000,
        "a\x00b;\n" * 1000,
        'set interfaces ge-0/0/1 description "' + "a" * 1_000_000,
        "set firewall family inet filter F term a from protocol tcp\nset firewall family inet filter F term a from tcp-flags "
         '"' + "(" * 5000 + 'ack"',
        "{" * 1000,
        "set " + "[ a " * 1000,
    ],
    ids=range(9),
)  # fmt: skip
def test_hostile_text_ends_in_unknown_lines(text: str) -> None:
    found = VENDOR.read("r1", text)
    assert found.device.unknown
    assert found.unknown_lines


def test_a_statement_is_split_as_it_was_quoted() -> None:
    assert words('system login message "a  b" x') == ["system", "login", "message", "a  b", "x"]


def test_commands_and_inactive_parts_keep_their_form_in_paths() -> None:
    text = "set interfaces ge-0/0/1 disable\ndeactivate interfaces ge-0/0/1\ndelete interfaces x\nwhat is this\nprotect system\n"
    paths = VENDOR.paths(text)
    assert paths == (
        ("inactive: interfaces ge-0/0/1 disable",),
        ("delete interfaces x",),
        ("unparsed: what is this",),
        ("protect system",),
    )
    assert VENDOR.paths(VENDOR.text(paths)) == paths
    assert (
        "\ndeactivate interfaces ge-0/0/1 disable\ndelete interfaces x\nwhat is this\nprotect system\n"
        in VENDOR.text(paths)
    )


def test_the_order_of_braces_of_different_stanzas_does_not_matter() -> None:
    filters = "firewall { filter F { term a { then accept; } } }\n"
    bound = "interfaces { ge-0/0/1 { unit 0 { family inet { filter { input F; } address 10.0.0.1/24; } } } }\n"
    assert VENDOR.read("r1", filters + bound).device == VENDOR.read("r1", bound + filters).device
