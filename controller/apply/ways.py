"""The way of a device there and back, and where on it a text that was read stands.

The one idea: a device is never believed to be where it should be; its text is compared with what the platform's rules say it
carries after each edit. A text that is none of these is nobody's, and nothing is done about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from controller.fleet.device_secrets import DeviceSecrets
from controller.fleet.readings import DeviceReach
from controller.rollout.steps import DeviceChange, StepError, change_device
from intents.reason import UnclearError, because
from routing.model import LinePath
from routing.vendors import VENDORS
from routing.vendors.change import Edit, EditKind
from routing.vendors.execution import TextState
from routing.vendors.secrets import names_in


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDevice:
    """A device of a plan: how it is reached, and its change there and back, both worked out anew from its own text."""

    reach: DeviceReach
    there: DeviceChange
    back: DeviceChange

    @property
    def name(self) -> str:
        """The name of the device."""
        return self.reach.device

    @property
    def edits(self) -> int:
        """How many edits lead there."""
        return len(self.there.edits)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditWay:
    """Edits of a device from where it stands. `done`: how many of them are done already; `counted`: how many the journal counts
    before the first of them."""

    change: DeviceChange
    going_back: bool
    done: int = 0
    counted: int = 0

    @property
    def left(self) -> tuple[Edit, ...]:
        """The edits that are still to be done."""
        return self.change.edits[self.done :]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditBlock:
    """Edits that are sent at once: `first` to `last`, counted from 1 on their way, as `lines`."""

    first: int
    last: int
    lines: tuple[str, ...]
    kind: EditKind


def own_text(device: str, platform: str, text: str, other: str) -> str | None:
    """Return a text that was read in the form in which plans hold texts; None for one that no plan can be about. `other`: a text
    of the device whose ports it may have, shut."""
    return _in_form(device, platform, VENDORS[platform].with_ports(text, other))


@lru_cache(maxsize=256)
def _in_form(device: str, platform: str, text: str) -> str | None:
    vendor = VENDORS[platform]
    try:
        return vendor.state_text(vendor.device_state(device, text))
    except UnclearError:
        return None


def planned_text(device: PlannedDevice, text: str, secrets: DeviceSecrets) -> str:
    """Return a text that was read in the form of plans, or as it is if it has none. A line that the plan types with a secret
    is shown with it, in the device's own way; in the plan's form it has the secret's name, unless it holds another one."""
    platform, other = device.reach.platform, device.there.standing
    named = named_lines(device)
    if named:
        text = _by_name(platform, text, named, frozenset(VENDORS[platform].paths(device.there.running)), secrets)
    found = own_text(device.name, platform, text, other)
    return text if found is None else found


def named_lines(device: PlannedDevice) -> Mapping[LinePath, LinePath]:
    """Return the lines that come and name a secret, by what all lines have in common that say the same."""
    return _named(device.reach.platform, device.there.running, device.there.standing)


@lru_cache(maxsize=256)
def _named(platform: str, running: str, standing: str) -> Mapping[LinePath, LinePath]:
    if "{{secret:" not in standing:
        return {}
    vendor = VENDORS[platform]
    come = frozenset(vendor.paths(standing)) - frozenset(vendor.paths(running))
    likes = {path: vendor.likeness(path) for path in come if names_in(path[-1])}
    return {like.path: path for path, like in likes.items() if like is not None}


def _by_name(
    platform: str, text: str, named: Mapping[LinePath, LinePath], before: frozenset[LinePath], secrets: DeviceSecrets
) -> str:
    vendor = VENDORS[platform]
    found = []
    for path in vendor.paths(text):
        like = None if path in before else vendor.likeness(path)
        known = None if like is None else named.get(like.path)
        found.append(path if known is None or secrets.holds(platform, known, path) is False else known)
    return vendor.text(tuple(found))


@lru_cache(maxsize=32)
def _state_of(device: str, platform: str, text: str) -> TextState:
    """Return the state on which a text stands; states are values, and those of a way's start are asked for again and again."""
    return VENDORS[platform].device_state(device, text)


def _states_along(change: DeviceChange) -> Iterator[tuple[int, TextState]]:
    """Yield the states of a device after 0, 1, … edits; after some two, of which one is without what was scheduled."""
    vendor = VENDORS[change.platform]
    state = _state_of(change.device, change.platform, change.running)
    yield 0, state
    for number, edit in enumerate(change.edits, start=1):
        for line in edit.typed:
            state = vendor.execute(state, line).state
        yield number, state
        later = vendor.settled(state)
        if later is not state:
            yield number, later


def texts_along(change: DeviceChange) -> Iterator[tuple[int, str]]:
    """Yield the texts that a device carries after 0, 1, … edits; after some two, of which one is without what was scheduled."""
    vendor = VENDORS[change.platform]
    for number, state in _states_along(change):
        yield number, vendor.state_text(state) if number else change.running


def texts_after(change: DeviceChange, edits: int) -> tuple[str, ...]:
    """Return what may stand on a device after some edits: the text before what they scheduled has come, and the one behind it."""
    if edits == 0:
        return (change.running,)
    vendor = VENDORS[change.platform]
    return tuple(vendor.state_text(state) for number, state in _states_along(change) if number == edits)


def text_after(change: DeviceChange, edits: int) -> str:
    """Return what stands on a device after some edits, before what they scheduled has come."""
    return texts_after(change, edits)[0]


def place_on(change: DeviceChange, text: str) -> int | None:
    """Return after how many edits a device carries a text, the fewest if there are several; None: after none."""
    return next((number for number, found in texts_along(change) if found == text), None)


def is_half_made(change: DeviceChange, text: str) -> bool:
    """Return whether a text is the one before the change and some lines of objects that nothing names yet: what is left when
    lines that were sent at once were not all taken."""
    vendor = VENDORS[change.platform]
    start, made = frozenset(vendor.paths(change.running)), _made(change)
    found = frozenset(vendor.paths(text))
    return bool(made) and start <= found and found - start <= made


def _made(change: DeviceChange) -> frozenset[tuple[str, ...]]:
    """Return the lines of what a change makes before anything names it."""
    vendor = VENDORS[change.platform]
    lines = next((at for at, edit in enumerate(change.edits) if edit.kind is not EditKind.CREATE), len(change.edits))
    return frozenset(vendor.paths(text_after(change, lines))) - frozenset(vendor.paths(change.running))


def back_from(device: PlannedDevice, edits: int) -> EditWay:
    """Return the way back from where a device stands after some edits of the plan; StepError if there is none."""
    if edits == device.edits:
        return EditWay(change=device.back, going_back=True)
    return EditWay(change=back_from_text(device, text_after(device.there, edits)), going_back=True)


def back_from_text(device: PlannedDevice, text: str) -> DeviceChange:
    """Return the way back from a text; StepError if there is none.

    Sessions whose policies the plan changes are told again at the end, whether the way binds others or not: a text does not show
    by which policies routes came in.
    """
    name, platform = device.name, device.reach.platform
    found = change_device(name, platform, text, device.there.running)
    clears = tuple(edit for edit in device.back.edits if edit.kind is EditKind.CLEAR)
    if found is None:
        found = replace(device.back, running=text, standing=text, edits=(), back=(), notices=(), start=None)
    elif found.standing != device.there.running:
        raise StepError(name, platform, because("steps_end_elsewhere", line="-"))
    missing = tuple(edit for edit in clears if edit not in found.edits)
    return replace(found, edits=(*found.edits, *missing))


def blocks_of(way: EditWay) -> Iterator[EditBlock]:
    """Yield what is left of a way in portions: what nothing names yet at once, all else edit by edit.

    A section's lines are not typed again while it is open: typed once more they would change nothing, and that is executed too.
    """
    change = way.change
    vendor = VENDORS[change.platform]
    state = _state_of(change.device, change.platform, change.running)
    gathered: list[str] = []
    first, is_fresh = way.done + 1, True
    for number, edit in enumerate(change.edits, start=1):
        before = state
        for line in edit.section:
            state = vendor.execute(state, line).state
        is_open = not is_fresh and state == before
        state = vendor.execute(state, edit.line).state
        if number <= way.done:
            continue
        gathered += (edit.line,) if is_open else edit.typed
        is_fresh = False
        if edit.kind is EditKind.CREATE and _kind_after(change, number) is EditKind.CREATE:
            continue
        yield EditBlock(first=first, last=number, lines=tuple(gathered), kind=edit.kind)
        gathered, first, is_fresh = [], number + 1, _kind_after(change, number) is not edit.kind


def _kind_after(change: DeviceChange, number: int) -> EditKind | None:
    return change.edits[number].kind if number < len(change.edits) else None
