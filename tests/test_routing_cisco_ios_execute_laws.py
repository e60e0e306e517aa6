"""Laws of `execute` on IOS-XE: a rendered text typed in is the text, every state can be read, undoing brings back what was."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from controller.jobs.pipeline import address, compile_network, want
from routing.model import Device
from routing.vendors.cisco_ios import VENDOR
from routing.vendors.cisco_ios.execute.acts import ACTS
from routing.vendors.cisco_ios.execute.in_force import in_force
from routing.vendors.cisco_ios.execute.lines import printed
from routing.vendors.cisco_ios.execute.load import running_state, state_of, typed_lines, typed_paths
from routing.vendors.cisco_ios.execute.run import execute
from routing.vendors.cisco_ios.execute.state import IosState
from routing.vendors.cisco_ios.execute.table import TABLE
from routing.vendors.cisco_ios.execute.vrfs import settled
from routing.vendors.cisco_ios.execute.writing import negated
from routing.vendors.execution import Accepted, Notice, Unmodelled
from tests.strategies_cisco_ios import devices
from tests.timing import cost

EXAMPLES = Path(__file__).parent.parent / "examples"
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
UNPRINTED = {"no shutdown", "no ip address"}
PLATFORM = VENDOR.capabilities.platform


@cache
def rendered(example: str) -> dict[str, str]:
    """Return the texts of an example's devices of the platform, of the large one a sample."""
    configs = compile_network(address(want(EXAMPLES / example, None))).configs
    texts = {name: config.text for name, config in sorted(configs.items()) if config.platform == PLATFORM}
    chosen = list(texts)[:: 12 if example == "thai-nguyen" else 1]
    return {name: texts[name] for name in chosen}


CASES = [(example, name) for example in ("small", "thai-nguyen") for name in rendered(example)]


def typed_in(state: IosState, text: str) -> IosState:
    for line in text.split("\n"):
        state, said = execute(state, line)
        assert said == (Accepted(),), (line, said)
    return state


def text_of_device(device: Device) -> str:
    return "".join(f"{line.text}\n" for line in VENDOR.render(VENDOR.canonical(device)))


def has_no_entry_twice(text: str) -> bool:
    """Return whether no list says one thing twice: the device would keep the first (IOS-EXEC-02, IOS-EXEC-03)."""
    said = []
    for path in VENDOR.paths(text):
        if path[0].startswith(("ip access-list", "ipv6 access-list")) and len(path) == 2:
            said.append((path[0], path[1].removeprefix("sequence ").split(" ", 1)[1]))
        elif " prefix-list " in path[0]:
            said.append((path[0].split(" seq ")[0], path[0].split(" ", 5)[5]))
    return len(said) == len(set(said))


@pytest.mark.parametrize(("example", "name"), CASES)
def test_a_rendered_text_typed_into_an_empty_device_is_the_text(example: str, name: str) -> None:
    text = rendered(example)[name]
    state = typed_in(IosState(), text)
    canonical = printed(running_state(name, text).root)
    assert printed(state.root) == canonical
    ours, found = set(VENDOR.paths(text)), set(VENDOR.paths(canonical))
    assert {path[-1] for path in ours ^ found} <= UNPRINTED
    assert VENDOR.read(name, canonical).device == VENDOR.read(name, text).device


@FEW
@given(devices())
def test_any_device_typed_in_is_the_device(device: Device) -> None:
    text = text_of_device(device)
    assume(has_no_entry_twice(text))
    state = IosState()
    for line in typed_lines(text):
        state, said = execute(state, line)
        assume(not any(isinstance(answer, Unmodelled) for answer in said))
        assert said == (Accepted(),), (line, said)
    assert printed(state.root) == printed(state_of(text).root)
    assert VENDOR.read("r1", printed(state.root)).device == device


@FEW
@given(devices())
def test_a_printed_text_is_printed_again(device: Device) -> None:
    text = printed(state_of(text_of_device(device)).root)
    assert printed(running_state("r1", text).root) == text
    assert VENDOR.read("r1", text).device == device


@FEW
@given(devices(), st.data())
def test_a_line_typed_again_changes_nothing(device: Device, data: st.DataObject) -> None:
    text = printed(state_of(text_of_device(device)).root)
    path = data.draw(st.sampled_from(VENDOR.paths(text)))
    state = opened(text, path)
    again, said = execute(state, path[-1])
    assume(not any(isinstance(answer, Unmodelled) for answer in said))
    assert said == (Accepted(),)
    assert printed(again.root) == text


def opened(text: str, path: tuple[str, ...]) -> IosState:
    """Return the state of a text with the sections above a line open."""
    state = state_of(text)
    for header in path[:-1]:
        state, said = execute(state, header)
        assert said == (Accepted(),)
    return state


@FEW
@given(devices(), st.data())
def test_what_is_taken_away_and_typed_again_is_what_was_there(device: Device, data: st.DataObject) -> None:
    text = printed(state_of(text_of_device(device)).root)
    assume(has_no_entry_twice(text))
    path = data.draw(st.sampled_from(VENDOR.paths(text)))
    below = [other for other in VENDOR.paths(text) if other[: len(path)] == path]
    state = opened(text, path)
    taken, said = execute(state, negated(path[-1]))
    taken = settled(taken)
    assume(said == (Accepted(),))
    assume(len(below) == len(VENDOR.paths(text)) - len(VENDOR.paths(printed(taken.root))))
    assert not set(below) & set(VENDOR.paths(printed(taken.root)))
    for header in path[:-1]:
        taken = execute(taken, header).state
    for line in typed_paths(below):
        taken, said = execute(taken, line)
        assume(not any(isinstance(answer, Unmodelled) for answer in said))  # a deleted interface (IOS-EXEC-08)
        assert all(isinstance(answer, Accepted | Notice) for answer in said), (line, said)
    assert printed(taken.root) == text


def test_every_act_of_the_table_is_there() -> None:
    assert {form.act for form in TABLE.forms()} - {""} == set(ACTS)


@FEW
@given(devices(), devices(), st.data())
def test_every_state_can_be_read_and_its_policies_in_force_too(one: Device, other: Device, data: st.DataObject) -> None:
    """Lines of another device, typed in any order: what is taken makes no line unknown but such as name what is missing."""
    state = running_state("r1", printed(state_of(text_of_device(one)).root))
    lines = list(typed_lines(text_of_device(other)))
    for line in data.draw(st.lists(st.sampled_from(lines), max_size=12)):
        undone = data.draw(st.booleans())
        state, _ = execute(state, negated(line) if undone and "\n" not in line else line)
        for text in (printed(state.root), in_force(state).text):
            found = VENDOR.read("r1", text).device
            assert {item.reason.key for item in found.unknown} <= MISSING, found.unknown
        assert printed(state_of(printed(state.root)).root) == printed(state.root)


MISSING = {"route_map_undefined", "login_list_undefined", "community_list_undefined"}
"""Why a line may be unknown although the device takes it: it names what is not there."""


def test_a_line_costs_little_on_a_large_device() -> None:
    """Bounded, not measured: 300 lines on a text of thousands, each well under a millisecond on an idle machine."""
    text = max((rendered("thai-nguyen")[name] for name in rendered("thai-nguyen")), key=len)
    state = state_of(text)
    lines = [f"{5 + number} permit udp any eq {number + 1} any" for number in range(0, 3000, 10)]
    lines = ["ip access-list extended NEW", *lines]

    def run() -> None:
        after = state
        for line in lines:
            after, said = execute(after, line)
            assert said == (Accepted(),)

    assert cost(run) < 1.0
