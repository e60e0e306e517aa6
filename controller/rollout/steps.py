"""A device's running text and the one that shall stand -> steps forth and back, with what stands on it after each of them.

The one idea: steps are not believed. Each line is executed as the platform documents it; the text after the last one must be the
text that shall stand, line for line, and the way back must end at the running one (law 12).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256

from intents.messages import printable
from intents.reason import Reason, UnclearError, because, map_reason
from routing.vendors import VENDORS
from routing.vendors.change import Edit, EditKind, MadeEdits
from routing.vendors.execution import TextState
from routing.vendors.vendor import Vendor

ACTING = frozenset({EditKind.SWITCH, EditKind.CLEAR, EditKind.COMMIT})
"""Edits after which the device may treat a packet or a route otherwise."""


class StepError(Exception):
    """A device that can't be changed by steps whose effect is known, and why."""

    def __init__(self, device: str, platform: str, reason: Reason) -> None:
        reason = without_secrets(platform, reason)
        super().__init__(device, reason)
        self.device = device
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChange:
    """What is done on one device. `running`, `standing`: its texts before and after, as it prints them; `edits` lead from the
    one to the other, `back` return; `notices` are what it will say that is no error."""

    device: str
    platform: str
    running: str
    standing: str
    edits: tuple[Edit, ...]
    back: tuple[Edit, ...]
    notices: tuple[str, ...] = ()
    start: TextState | None = field(default=None, compare=False, repr=False)
    """The state on which `running` stands, if it is at hand."""

    @property
    def running_digest(self) -> str:
        """The digest of the text that the change was made from."""
        return text_digest(self.running)

    @property
    def standing_digest(self) -> str:
        """The digest of the text that stands after it."""
        return text_digest(self.standing)

    @property
    def reversed(self) -> DeviceChange:
        """The way back as a change of its own."""
        return replace(
            self, running=self.standing, standing=self.running, edits=self.back, back=self.edits, notices=(), start=None
        )

    @property
    def lines(self) -> int:
        """How many lines are typed."""
        return sum(len(edit.typed) for edit in self.edits)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPosition:
    """What stands on a device after some of its edits: the text, and the one whose route policies act. `unsure`: why these may be
    others."""

    edits: int
    text: str
    in_force: str
    unsure: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line that the device does not take, or of which nobody knows what it does, and the number of its edit."""

    edits: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOutcome:
    """What a device does with its edits: what stands at first and after each that acts, what in the end when all that they
    scheduled has come, and which lines it did not take."""

    positions: tuple[EditPosition, ...]
    end: EditPosition
    refused: tuple[RefusedLine, ...] = ()


def without_secrets(platform: str, reason: Reason) -> Reason:
    """Return a reason with a dummy for each secret in the lines that it names: they are those of devices."""
    return map_reason(reason, lambda said: VENDORS[platform].hide_secrets(said).removesuffix("\n"))


def text_digest(text: str) -> str:
    """Return the digest of a text."""
    return f"sha256:{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}"


def change_device(name: str, platform: str, running: str, standing: str) -> DeviceChange | None:
    """Return what is done on a device, None if nothing is; StepError if there is no way whose every line is known."""
    ways = change_both_ways(name, platform, running, standing)
    return None if ways is None else ways[0]


def change_both_ways(name: str, platform: str, running: str, standing: str) -> tuple[DeviceChange, DeviceChange] | None:
    """Return what is done on a device, and the way back as a change of its own; else as `change_device`."""
    vendor = VENDORS[platform]
    if running == standing:
        return None
    before = _state(name, platform, vendor.with_ports(running, standing))
    after = _state(name, platform, vendor.with_ports(standing, running))
    texts = vendor.state_text(before), vendor.state_text(after)
    if texts[0] == texts[1]:
        return None
    there, back = _edits(name, platform, before, texts[1]), _edits(name, platform, after, texts[0])
    for edit in (*there.edits, *back.edits):
        if not _is_text(edit.line):
            raise StepError(name, platform, because("edit_no_text", line=printable(edit.line)))
    change = DeviceChange(
        device=name,
        platform=platform,
        running=texts[0],
        standing=texts[1],
        edits=there.edits,
        back=back.edits,
        notices=there.notices,
        start=before,
    )
    return change, replace(change.reversed, notices=back.notices, start=after)


def _is_text(line: str) -> bool:
    """Return whether a line holds no byte that stands for itself (PEP 383): no plan can say it."""
    return line.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in line)


def _state(name: str, platform: str, text: str) -> TextState:
    """Return the state of a device on which a text stands; StepError for one that no device prints."""
    try:
        return VENDORS[platform].device_state(name, text)
    except UnclearError as error:
        raise StepError(name, platform, error.reason) from error


def _edits(name: str, platform: str, state: TextState, wanted: str) -> MadeEdits:
    vendor = VENDORS[platform]
    try:
        made = vendor.edits(state, wanted)
    except UnclearError as error:
        raise StepError(name, platform, error.reason) from error
    reached = vendor.state_text(vendor.settled(made.state))
    if reached != wanted:
        line = min(set(reached.splitlines()) ^ set(wanted.splitlines()), default="")
        raise StepError(name, platform, because("steps_end_elsewhere", line=line.strip()))
    return made


def last_text(name: str, platform: str, running: str, edits: tuple[Edit, ...]) -> str:
    """Return what stands on a device when all edits are done and what they scheduled has come."""
    vendor = VENDORS[platform]
    state = vendor.device_state(name, running)
    for edit in edits:
        for line in edit.typed:
            state = vendor.execute(state, line).state
    return vendor.state_text(vendor.settled(state))


def outcome(change: DeviceChange) -> EditOutcome:
    """Return what a device does with the edits of a change, one line after the other, from the text that it was made from."""
    vendor = VENDORS[change.platform]
    state = vendor.device_state(change.device, change.running) if change.start is None else change.start
    found = [EditPosition(edits=0, text=change.running, in_force=change.running)]
    refused: list[RefusedLine] = []
    for number, edit in enumerate(change.edits, start=1):
        for line in edit.typed:
            done = vendor.execute(state, line)
            state = done.state
            if not done.is_taken:
                refused.append(RefusedLine(edits=number, line=line))
        if edit.kind in ACTING:
            found.append(_position(vendor, state, number))
    last = vendor.settled(state)
    is_last = last is state and found[-1].edits == len(change.edits)
    end = found[-1] if is_last else _position(vendor, last, len(change.edits))
    return EditOutcome(positions=tuple(found), end=end, refused=tuple(refused))


def _position(vendor: Vendor, state: TextState, edits: int) -> EditPosition:
    force = vendor.text_in_force(state)
    return EditPosition(edits=edits, text=vendor.state_text(state), in_force=force.text, unsure=force.unsure)
