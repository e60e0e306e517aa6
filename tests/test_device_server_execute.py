"""Two readings of the vendors' documents, one line at a time: the tests' devices against `Vendor.execute`.

The devices of `tests/device_server.py` and `execute` share no code: what one takes for a platform's behaviour the other may not.
Both get the same lines: those of plans in their order, and the same in orders that no plan has, so that devices refuse. Where
`execute` does not know what a line does, nobody is right and the typing ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from random import Random

import pytest

from controller.rollout.steps import ACTING, DeviceChange, change_device
from routing.vendors import VENDORS
from routing.vendors.change import Edit, EditKind
from routing.vendors.execution import Answer, Notice, Refused, Unmodelled
from tests import device_ios_exec
from tests.device_ios_edit import Typing, load_text, type_line
from tests.device_junos_config import JunosConfig
from tests.device_state import RefusedError
from tests.test_controller_planning import CHANGES, ends_of

_FOLLOWS = re.compile(r"removed due to|have been removed|may reappear")
"""Words of notices: what is said of a line that was taken."""


class Said(Enum):
    """What a device says to a line, in kind."""

    NOTHING = "nothing"
    NOTICE = "notice"
    REFUSAL = "refusal"


class IosDevice:
    """A made-up IOS-XE device in configuration mode; of commands (`do …`) it knows those that clear sessions."""

    def __init__(self, text: str) -> None:
        self.config, self.typing = load_text(text), Typing()

    def say(self, line: str) -> Said:
        if line.startswith("do "):
            command, rest = device_ios_exec.find(line.removeprefix("do ")) or ("", [])
            assert command.startswith("clear")
            return Said.REFUSAL if device_ios_exec.unknown_neighbor(self.config, rest) else Said.NOTHING
        answer = type_line(self.config, self.typing, line)
        if not answer:
            return Said.NOTHING
        return Said.NOTICE if _FOLLOWS.search(answer) else Said.REFUSAL

    def text(self) -> str:
        return self.config.text()


class JunosDevice:
    """A made-up Junos device with its candidate."""

    def __init__(self, text: str) -> None:
        self.running = JunosConfig(text)
        self.candidate = self.running.copy()

    def say(self, line: str) -> Said:
        if line == "commit":
            if self.candidate.check():
                return Said.REFUSAL
            self.running = self.candidate.copy()
            return Said.NOTHING
        try:
            return Said.NOTICE if self.candidate.command(line) else Said.NOTHING
        except RefusedError:
            return Said.REFUSAL

    def text(self) -> str:
        return self.running.set_text()


def kind_of(answers: Sequence[Answer]) -> Said:
    if any(isinstance(answer, Refused) for answer in answers):
        return Said.REFUSAL
    return Said.NOTICE if any(isinstance(answer, Notice) for answer in answers) else Said.NOTHING


def disagreements(change: DeviceChange, edits: Sequence[Edit], *, settles: bool) -> Iterator[str]:
    """Yield where the device and `execute` differ: in what is said to a line, or in what stands after an edit that acts and in
    the end; `settles`: also that the device does not end where the plan says."""
    vendor = VENDORS[change.platform]
    state = vendor.device_state(change.device, change.running)
    device = IosDevice(change.running) if change.platform == "cisco_ios" else JunosDevice(change.running)
    yield from _texts(change, "before", change.running, device.text(), read=True)
    first = next((number for number, edit in enumerate(edits, start=1) if edit.kind in ACTING), 0)
    for number, edit in enumerate(edits, start=1):
        for line in edit.typed:
            done = vendor.execute(state, line)
            if any(isinstance(answer, Unmodelled) for answer in done.said):
                return
            state, said = done.state, device.say(line)
            if said is not kind_of(done.said):
                yield f"{change.device} {number} {edit.section} {line!r}: {said} but {done.said}"
        if edit.kind in ACTING:
            yield from _texts(
                change, f"{number} {edit.line!r}", vendor.state_text(state), device.text(), number == first
            )
    yield from _texts(change, "end", vendor.state_text(vendor.settled(state)), device.text(), read=True)
    if settles:
        yield from _texts(change, "standing", change.standing, device.text())


def _texts(change: DeviceChange, where: str, ours: str, theirs: str, read: bool = False) -> Iterator[str]:
    """Compare two texts: the same lines in the same sections, and if they are `read`, the same device."""
    vendor = VENDORS[change.platform]
    one, other = set(vendor.paths(ours)), set(vendor.paths(theirs))
    for path in sorted(one ^ other):
        yield f"{change.device} {where}: only {'execute' if path in one else 'the device'} has {path}"
    if read and vendor.read(change.device, ours).device != vendor.read(change.device, theirs).device:
        yield f"{change.device} {where}: another device"


@cache
def changes_of(name: str, *, back: bool) -> tuple[DeviceChange, ...]:
    """Return what is done on each device of the small example for an everyday change."""
    before, after = ends_of(name)[::-1] if back else ends_of(name)
    made = (
        change_device(device, config.platform, before.configs[device].text, config.text)
        for device, config in sorted(after.configs.items())
        if device in before.configs
    )
    return tuple(change for change in made if change is not None)


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_device_does_what_a_plan_says(name: str, *, back: bool) -> None:
    changes = changes_of(name, back=back)
    assert changes
    for change in changes:
        assert list(disagreements(change, change.edits, settles=True)) == []


def shuffled(edits: Sequence[Edit], seed: int) -> list[Edit]:
    return Random(seed).sample(edits, len(edits))  # noqa: S311 - the same orders each time


DISORDERED = ("agg-2", "cpe-tan-cuong", "dc-edge-1")
"""An aggregation and a site of Junos, an edge of IOS-XE: the most kinds of lines."""
ORDERS: Mapping[str, Callable[[Sequence[Edit]], list[Edit]]] = {
    "twice": lambda edits: [edit for edit in edits for _ in range(2)],
    "backwards": lambda edits: list(reversed(edits)),
    "shuffled": lambda edits: shuffled(edits, 0),
    "half": lambda edits: shuffled(edits, 1)[::2],
}


@pytest.mark.parametrize("order", ORDERS)
def test_lines_in_an_order_that_no_plan_has_are_answered_alike(order: str) -> None:
    """Refusals above all: names before they are made, addresses before tags, targets before distinguishers."""
    changes = (*changes_of("add a system", back=False), *changes_of("move a site", back=False))
    chosen = [change for change in changes if change.device in DISORDERED]
    assert len(chosen) == len(DISORDERED)
    for change in chosen:
        assert list(disagreements(change, ORDERS[order](change.edits), settles=False)) == []


def test_the_orders_make_devices_refuse() -> None:
    """Else nothing would be compared there."""
    refused = 0
    for change in changes_of("add a system", back=False):
        device = IosDevice(change.running) if change.platform == "cisco_ios" else JunosDevice(change.running)
        lines = [line for edit in ORDERS["shuffled"](change.edits) for line in edit.typed]
        refused += sum(device.say(line) is Said.REFUSAL for line in lines)
    assert refused > 0


def test_a_device_that_does_otherwise_is_seen() -> None:
    """One line that the device gets and `execute` does not."""
    change = changes_of("close a permit", back=False)[0]
    made = sum(edit.kind is EditKind.CREATE for edit in change.edits)
    less = (*change.edits[: made - 1], *change.edits[made:])
    assert list(disagreements(change, less, settles=True)) != []
