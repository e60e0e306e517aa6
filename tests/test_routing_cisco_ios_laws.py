"""Laws of the IOS-XE module: reading is the inverse of writing, no line is dropped, paths and text go both ways."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.model import Device, Ref
from routing.vendors.cisco_ios import VENDOR
from routing.vendors.vendor import TextLine
from tests.strategies_cisco_ios import devices

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def joined(lines: tuple[TextLine, ...]) -> str:
    return "".join(f"{line.text}\n" for line in lines)


@FEW
@given(devices())
def test_reading_a_rendered_device_gives_the_device(device: Device) -> None:
    found = VENDOR.read("r1", joined(VENDOR.render(device)))
    assert found.device == device
    assert found.unknown_lines == ()


@FEW
@given(devices())
def test_the_line_table_of_the_reader_is_that_of_the_writer(device: Device) -> None:
    lines = VENDOR.render(device)
    first: dict[Ref, int] = {}
    for number, line in enumerate(lines, start=1):
        for ref in line.refs:
            first.setdefault(ref, number)
    assert dict(VENDOR.read("r1", joined(lines)).lines) == first


@FEW
@given(devices())
def test_rendered_lines_carry_the_paths_that_the_text_has(device: Device) -> None:
    lines = VENDOR.render(device)
    written = tuple(path for path, _ in groupby(line.path for line in lines if line.path))
    assert VENDOR.paths(joined(lines)) == written
    assert VENDOR.paths(VENDOR.text(written)) == written


@FEW
@given(devices())
def test_text_of_paths_configures_the_same_device(device: Device) -> None:
    paths = VENDOR.paths(joined(VENDOR.render(device)))
    assert VENDOR.read("r1", VENDOR.text(paths)).device == device


@FEW
@given(devices())
def test_intended_lines_are_owned(device: Device) -> None:
    paths = VENDOR.paths(joined(VENDOR.render(device)))
    assert all(VENDOR.owned(path, frozenset(paths)) for path in paths)


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def may_be_left_out(line: str) -> bool:
    """Return whether the device means the same without the line, in some context."""
    return (
        line.strip() in ("no ip address", "no shutdown")
        or line.lstrip().startswith("transport input")
        or line.endswith(" activate")
    )


@FEW
@given(devices(), st.data())
def test_a_line_left_out_is_never_without_consequence(device: Device, data: st.DataObject) -> None:
    lines = VENDOR.render(device)
    telling = [
        index
        for index, (line, after) in enumerate(pairwise(lines))
        if line.refs and not may_be_left_out(line.text) and indent(after.text) <= indent(line.text)
    ]
    if telling:
        lost = data.draw(st.sampled_from(telling))
        assert VENDOR.read("r1", joined((*lines[:lost], *lines[lost + 1 :]))).device != device


GARBAGE = st.from_regex(r"(qz[a-z]{1,8} ?[a-z0-9./ ]{0,20}[a-z0-9])", fullmatch=True)


@FEW
@given(
    devices(), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), GARBAGE), min_size=1, max_size=4), st.data()
)
def test_every_garbage_line_is_an_unknown_line(
    device: Device, garbage: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    device = replace(device, harmless=tuple(path for path in device.harmless if "\n" not in path[0]))
    lines = joined(VENDOR.render(device)).splitlines()
    for at, indent, text in garbage:
        lines.insert(at % (len(lines) + 1), " " * indent + text)
    end = data.draw(st.sampled_from(["\n", "\r\n", "  \n"]))
    found = VENDOR.read("r1", end.join(lines) + end)
    expected = {number for number, line in enumerate(lines, start=1) if line.strip() in {g[2] for g in garbage}}
    assert expected <= set(found.unknown_lines)
    assert len(found.unknown_lines) == len(found.device.unknown)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.lists(st.text(max_size=30)).map("\n".join))
def test_any_text_can_be_read(text: str) -> None:
    found = VENDOR.read("r1", text)
    assert len(found.unknown_lines) == len(found.device.unknown)
    VENDOR.paths(text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(devices(), st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
def test_a_damaged_text_can_be_read(device: Device, lost: list[int]) -> None:
    words = joined(VENDOR.render(device)).split(" ")
    for position in lost:
        if len(words) > 1:
            del words[position % len(words)]
    found = VENDOR.read("r1", " ".join(words))
    assert len(found.unknown_lines) == len(found.device.unknown)


HOSTILE = (
    "x" * 1_000_000,
    "ip route\0 10.0.0.0 255.0.0.0 Null0",
    " " * 100_000 + "a",
    "a\rb",
    "\x0b",
    "no\xa0ip http server",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_unknown_and_does_not_crash(text: str) -> None:
    found = VENDOR.read("r1", text)
    assert found.unknown_lines == (1,)
