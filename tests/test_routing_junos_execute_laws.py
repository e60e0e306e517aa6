"""Laws of `execute` on Junos, and those that hold on every platform: typing a text in, reading every state, undoing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from controller.jobs.pipeline import address, compile_network, want
from routing.model import Device
from routing.vendors import VENDORS
from routing.vendors.execution import Accepted, Notice, Unmodelled
from routing.vendors.junos import VENDOR
from routing.vendors.junos.execute.candidate import printed, read_candidate, without, words_of
from routing.vendors.junos.execute.run import JunosState, execute, running_state
from tests.strategies_junos import devices
from tests.timing import cost

EXAMPLES = Path(__file__).parent.parent / "examples"
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
COMMIT = {VENDOR.capabilities.platform: ("commit",)}


@cache
def rendered(example: str) -> dict[str, tuple[str, str]]:
    """Return platform and text of an example's devices, of the large one a sample."""
    configs = compile_network(address(want(EXAMPLES / example, None))).configs
    chosen = sorted(configs)[:: 12 if example == "thai-nguyen" else 1]
    return {name: (configs[name].platform, configs[name].text) for name in chosen}


CASES = [(example, name) for example in ("small", "thai-nguyen") for name in rendered(example)]


@pytest.mark.parametrize(("example", "name"), CASES)
def test_every_platform_s_text_typed_into_an_empty_device_is_the_text(example: str, name: str) -> None:
    platform, text = rendered(example)[name]
    vendor = VENDORS[platform]
    state = vendor.device_state(name, "")
    for line in (*vendor.typed_lines(text), *COMMIT.get(platform, ())):
        executed = vendor.execute(state, line)
        assert executed.is_taken, (line, executed.said)
        state = executed.state
    whole = vendor.state_text(vendor.device_state(name, text))
    assert vendor.state_text(vendor.settled(state)) == whole
    found, given_text = vendor.read(name, whole).device, vendor.read(name, text).device
    assert (found.acls, found.bgp, found.policies, found.interfaces) == (
        given_text.acls,
        given_text.bgp,
        given_text.policies,
        given_text.interfaces,
    )
    assert found.unknown == given_text.unknown == ()


@pytest.mark.parametrize("platform", VENDORS)
def test_a_state_belongs_to_its_platform(platform: str) -> None:
    vendor = VENDORS[platform]
    other = next(VENDORS[name] for name in VENDORS if name != platform)
    state = vendor.device_state("r1", "")
    assert vendor.text_in_force(state).text == vendor.state_text(state) == ""
    for call in (other.state_text, other.text_in_force, lambda found: other.execute(found, "")):
        with pytest.raises(TypeError):
            call(state)


def text_of(device: Device) -> str:
    return "".join(f"{line.text}\n" for line in VENDOR.render(device))


@FEW
@given(devices())
def test_any_device_typed_in_and_committed_is_the_device(device: Device) -> None:
    assume("deactivate" not in text_of(device))  # an empty container and what is switched off in it: see `candidate`
    state = JunosState(name=device.name)
    for line in (*VENDOR.typed_lines(text_of(device)), "commit"):
        state, said = execute(state, line)
        assume(not any(isinstance(answer, Unmodelled) for answer in said))
        assert said == (Accepted(),), (line, said)
    assert printed(state.committed) == printed(read_candidate(text_of(device)))
    assert VENDOR.read(device.name, printed(state.committed)).device == device


@FEW
@given(devices())
def test_a_printed_text_is_printed_again(device: Device) -> None:
    state = running_state(device.name, text_of(device))
    text = printed(state.committed)
    assert printed(running_state(device.name, text).committed) == text
    assert VENDOR.read(device.name, text).device == device


@FEW
@given(devices(), st.data())
def test_a_statement_set_again_changes_nothing(device: Device, data: st.DataObject) -> None:
    state = running_state(device.name, text_of(device))
    line = data.draw(st.sampled_from(printed(state.committed).splitlines()))
    assume(line.startswith("set "))
    after, said = execute(state, line)
    assume(not any(isinstance(answer, Unmodelled) for answer in said))
    assert said == (Accepted(),)
    assert after == state


@FEW
@given(devices(), st.data())
def test_a_section_that_is_deleted_and_set_again_is_what_it_was(device: Device, data: st.DataObject) -> None:
    assume("deactivate" not in text_of(device))  # an empty container and what is switched off in it: see `candidate`
    state = running_state(device.name, text_of(device))
    text = printed(state.committed)
    section = data.draw(st.sampled_from(sorted(state.committed.parts)))
    lines = [line for line in text.splitlines() if words_of(line)[1 : len(section) + 1] == section]
    state, said = execute(state, f"delete {' '.join(section)}")
    assume(not any(isinstance(answer, Unmodelled) for answer in said))
    for line in lines:
        state, said = execute(state, line)
        assume(not any(isinstance(answer, Unmodelled) for answer in said))
        assert all(isinstance(answer, Accepted | Notice) for answer in said), (line, said)
    assert printed(state.candidate) == text


@FEW
@given(devices(), st.data())
def test_a_deletion_takes_what_is_below_and_nothing_else(device: Device, data: st.DataObject) -> None:
    candidate = read_candidate(text_of(device))
    before = set(printed(candidate).splitlines())
    words = data.draw(st.sampled_from(sorted(words_of(line)[1:] for line in before if line.startswith("set "))))
    start = words[: data.draw(st.integers(1, len(words)))]
    found = without(candidate, start)
    assert found is not None
    after = set(printed(found).splitlines())
    assert all(words_of(line)[1 : len(start) + 1] == start for line in before - after)
    assert not [line for line in after if line.startswith("set ") and words_of(line)[1 : len(start) + 1] == start]
    assert len(after - before) <= 1


@FEW
@given(devices(), devices(), st.data())
def test_every_committed_state_can_be_read(one: Device, other: Device, data: st.DataObject) -> None:
    state = running_state(one.name, text_of(one))
    lines = VENDOR.typed_lines(text_of(other).replace(f"host-name {other.name}", f"host-name {one.name}"))
    for line in data.draw(st.lists(st.sampled_from(lines), max_size=10)):
        verb = data.draw(st.sampled_from(["set ", "delete ", "deactivate "]))
        state, _ = execute(state, verb + line.partition(" ")[2])
        state, _ = execute(state, "commit")
        assert VENDOR.read(one.name, printed(state.committed)).device.unknown == ()


def test_a_line_costs_little_on_a_large_device() -> None:
    texts = [(name, text) for name, (platform, text) in rendered("thai-nguyen").items() if platform in COMMIT]
    name, text = max(texts, key=lambda item: len(item[1]))
    state = running_state(name, text)
    start = "firewall family inet filter NEW term"
    lines = [f"set {start} t{number} from source-port {number}" for number in range(250)]
    lines += [f"delete {start} t{number}" for number in range(50)]

    def run() -> None:
        after = state
        for line in lines:
            after, said = execute(after, line)
            assert said == (Accepted(),)

    assert cost(run) < 1.0
