"""Comments and what the command line prints around its output change nothing that a Junos text says, and swallow nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intents.reason import because
from routing.model import Device
from routing.vendors.junos import VENDOR
from routing.vendors.junos.tree import read_statements
from tests.strategies_junos import devices

_SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_SET = "set system services telnet\nset interfaces ge-0/0/1 disable\n"
_BRACES = (
    "system {\n    services {\n        telnet;\n    }\n}\ninterfaces {\n    ge-0/0/1 {\n        disable;\n    }\n}\n"
)
_COMMENT = st.sampled_from(
    ["/* x */ ", "/* a\nset system services ftp\n b */ ", "/**/", "# /* x\n", "/* # */", '/* " */']
)


@given(devices(), st.lists(st.tuples(st.integers(0, 200), _COMMENT), min_size=1, max_size=4))
@_SLOW
def test_a_comment_before_any_line_changes_nothing(device: Device, comments: list[tuple[int, str]]) -> None:
    lines = [f"{line.text}\n" for line in VENDOR.render(device)]
    for at, comment in comments:
        lines.insert(at % (len(lines) + 1), comment)
    assert VENDOR.read(device.name, "".join(lines)).device == device


@given(devices(), st.integers(0, 200))
@_SLOW
def test_from_a_comment_that_is_never_closed_on_every_line_is_unknown(device: Device, at: int) -> None:
    lines = [line.text for line in VENDOR.render(device)]
    at %= len(lines)
    lines.insert(at, "/* never closed")
    found = VENDOR.read(device.name, "\n".join(lines))
    numbered = zip(found.unknown_lines, found.device.unknown, strict=True)
    behind = sorted(line for line, item in numbered if item.reason == because("comment_not_closed"))
    assert behind == list(range(at + 1, len(lines) + 1))


@pytest.mark.parametrize("text", [_SET, _BRACES], ids=["set", "braces"])
@pytest.mark.parametrize("line", range(6))
def test_an_unclosed_comment_is_unknown_in_either_form(text: str, line: int) -> None:
    lines = text.split("\n")
    lines[line % len(lines)] += " /* open"
    device = VENDOR.read("r1", "\n".join(lines)).device
    assert because("comment_not_closed") in {item.reason for item in device.unknown}


@pytest.mark.parametrize("text", [_SET, _BRACES], ids=["set", "braces"])
@pytest.mark.parametrize("role", ["{master:0}", "{master}", "{backup:1}", "{primary:node0}", "{linecard:2}"])
def test_the_role_before_and_behind_a_text_is_no_part_of_it(text: str, role: str) -> None:
    plain = VENDOR.read("r1", text)
    assert plain.unknown_lines == ()
    assert VENDOR.read("r1", f"{text}\n{role}\n\n").device == plain.device
    shown = VENDOR.read("r1", f"\n{role}\n{text}")
    assert shown.device == plain.device
    assert [line - 2 for line in shown.lines.values()] == list(plain.lines.values())


@pytest.mark.parametrize("text", [_SET, _BRACES], ids=["set", "braces"])
def test_a_role_in_the_middle_or_another_word_is_unknown(text: str) -> None:
    assert VENDOR.read("r1", f"{text}{{master:0}}\n{text}").device.unknown
    assert VENDOR.read("r1", f"{text}{{what:0}}\n").device.unknown


@pytest.mark.parametrize(
    "text",
    [
        "set inactive: interfaces ge-0/0/1 disable",
        "set protect interfaces ge-0/0/1",
        "set deactivate interfaces ge-0/0/1 disable",
        "set unparsed: what",
        "set set system services ssh",
        "deactivate set system services ssh",
        "set apply-macro x\nset delete system apply-macro x",
        "protect interfaces ge-0/0/1;",
        "unparsed: what;",
        "deactivate { interfaces; }",
        "delete: interfaces;",
    ],
)
def test_a_command_or_a_mark_is_no_statement(text: str) -> None:
    """`inactive:` and `protect` are said by braces and by commands of their own; as words of a statement they say nothing."""
    found = VENDOR.read("r1", text)
    assert found.unknown_lines == (text.count("\n") + 1,), found.device.unknown


def test_protect_and_inactive_meet_in_either_order() -> None:
    texts = [
        "interfaces { protect: inactive: ge-0/0/1 { disable; } }",
        "interfaces { inactive: protect: ge-0/0/1 { disable; } }",
    ]
    for text in texts:
        assert VENDOR.paths(text) == (("inactive: interfaces ge-0/0/1 disable",),)


def test_the_number_of_an_unknown_line_is_that_of_its_own_text() -> None:
    """Paths are sorted and so are numbers; only together do they say which line is which."""
    text = "set zebra z\nset alpha a\nset mike m\nset interfaces ge-0/0/1 nonsense\nset alpha a\n"
    found = VENDOR.read("r1", text)
    lines = text.splitlines()
    assert [lines[number - 1] for number in found.unknown_lines] == [
        f"set {' '.join(item.path)}" for item in found.device.unknown
    ]
    assert found.unknown_lines == (2, 4, 3, 1)


@given(st.text(st.sampled_from('/*"# \nset;{}a')))
@settings(max_examples=300, deadline=None)
def test_what_is_outside_comments_is_read_line_by_line(text: str) -> None:
    found = read_statements(text)
    assert all(1 <= item.line <= text.count("\n") + 1 for item in found)
