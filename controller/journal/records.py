"""What can happen in a roll-out, as a closed union of values: who did what, when, by which plan, and what was read afterwards.

The one idea: whatever may change a device is written down before it is done (`Sending`, `Arming`, `Confirming`), and what came of
it afterwards; so whoever finds a journal that ends anywhere knows all that a device may carry. A secret is never part of a
record: a reason is a key of the catalogue and values that may be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.journal.probe_results import ProbeResult
from intents.reason import Reason

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class DeadMan(StrEnum):
    """What takes a change back if nobody confirms it in time."""

    NONE = "none"
    REVERT_TIMER = "revert timer"
    CONFIRMED_COMMIT = "confirmed commit"
    """Bound to the session: it reverts as the session ends."""
    PERSISTENT_COMMIT = "persistent confirmed commit"
    """Outlives the session; whoever has its token confirms it."""


class Aim(StrEnum):
    """Where a roll-out is going."""

    FORWARD = "forward"
    BACK = "back"
    CONFIRM = "confirm"
    """Only what stands already is confirmed; nothing is sent."""


class StopCause(StrEnum):
    """Why a roll-out stopped before its end."""

    INTERRUPTED = "interrupted"
    STOP_RULE = "stop rule"
    LIMIT = "limit"
    """Only a part was asked for."""
    WINDOW = "window"
    """The window was over before all devices were begun."""
    APPROVAL = "approval"
    """The plan was not approved any more before a wave began."""
    PROBE = "probe"
    """A packet arrived that should not, or one no longer arrived that should."""


class RolloutOutcome(StrEnum):
    """What became of a plan."""

    APPLIED = "applied"
    PARTLY_APPLIED = "partly applied"
    NOT_APPLIED = "not applied"


class Alarm(StrEnum):
    """What makes a device one that nothing may be sent to."""

    WRONG_HOST_KEY = "wrong host key"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTarget:
    """A device of the plan: digests of its text before and after, how many edits there are and how many lead back from there."""

    device: str
    running: str
    standing: str
    edits: int
    back: int

    def __post_init__(self) -> None:
        _check_digests(self.running, self.standing)
        _check_counts(self.edits, self.back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What all records have: when, in UTC."""

    at: datetime

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise ValueError("a time of a record is in UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Happened):
    """A roll-out begins: of the plan with this digest, made from `base` for `workspace` (digests), under these approvals
    (digests), by this operator with this version of the tool. `break_glass`: the reason that was given, "" if it is none.
    `waves`: every device of `devices`, once."""

    plan: str
    base: str
    workspace: str
    operator: str
    approvals: tuple[str, ...]
    tool: str
    devices: tuple[DeviceTarget, ...]
    waves: tuple[tuple[str, ...], ...]
    all_or_nothing: bool
    break_glass: str = ""

    def __post_init__(self) -> None:
        Happened.__post_init__(self)
        _check_digests(self.plan, self.base, self.workspace, *self.approvals)
        in_waves = [device for wave in self.waves for device in wave]
        if sorted(in_waves) != sorted(item.device for item in self.devices) or len(set(in_waves)) < len(in_waves):
            raise ValueError("every device stands in one wave, once")
        if not all(self.waves):
            raise ValueError("a wave without a device")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignersKnown(Happened):
    """Who may sign by the base of the plan that has begun, one rule a line. `accepted`: by whom, if that is more than who might
    before; "" if it is not."""

    rules: tuple[str, ...]
    accepted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Happened):
    """An earlier roll-out, counted from 1, is the one that is taken up again: those after it have left nothing on any device."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveBegun(Happened):
    """A wave begins, counted from 1, with these of its devices (`--limit` leaves some out)."""

    number: int
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveEnded(Happened):
    """No device of the wave is in work any more, and its gate was looked at."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed(Happened):
    """Packets were sent through the network, behind a wave (0: before the first)."""

    wave: int
    results: tuple[ProbeResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Happened):
    """A device was read and stands as the plan expects it: `digest` is the plan's running one."""

    device: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksSeen(Happened):
    """What a device showed as up, before its change and again after it: interfaces by name, and BGP sessions as VRF (`-`: the
    global table) and address of the other end. `not_shown`: tables that were not had, each with why."""

    device: str
    interfaces: tuple[str, ...]
    sessions: tuple[str, ...]
    not_shown: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Happened):
    """Edits `first` to `last` (counted from 1) are about to be sent; written before the first byte is. `going_back`: edits of the
    way back: the plan's, if it starts where all edits are done, else one that was worked out from where the device stands."""

    device: str
    first: int
    last: int
    going_back: bool = False

    def __post_init__(self) -> None:
        Happened.__post_init__(self)
        if not 1 <= self.first <= self.last:
            raise ValueError("edits are counted from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Happened):
    """The device has taken edits up to this one: `edits` of the way that it is on are done, and no more were sent."""

    device: str
    edits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming(Happened):
    """The dead-man's handle is about to be set; written before, so that the token is never lost. `token`: the persist-id."""

    device: str
    dead_man: DeadMan
    seconds: int
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed(Happened):
    """The device has said that it goes back by itself if nobody confirms within `seconds` from now."""

    device: str
    dead_man: DeadMan
    seconds: int
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack(Happened):
    """A device was read over a fresh connection: the digest of its text in the plan's form, and after how many edits it stands so
    (None: after none of them). `going_back`: counted on the way back."""

    device: str
    digest: str
    edits: int | None
    going_back: bool = False

    def __post_init__(self) -> None:
        Happened.__post_init__(self)
        _check_digests(self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirming(Happened):
    """What stands is about to be confirmed; written before."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Happened):
    """What stands stays: nothing takes it back by itself any more. `digest`: as it was read afterwards."""

    device: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Happened):
    """What stands is also what the device starts with."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WentBack(Happened):
    """A device was read and stands again as before the plan, nothing pending. `digest`: the plan's running one."""

    device: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Happened):
    """Something went wrong with one device, and where it stands is known; a confirmed one stays confirmed."""

    device: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Indeterminate(Happened):
    """Nobody knows what a device carries; from here on it is only read."""

    device: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent(Happened):
    """A device is not who it should be; nothing more is tried with it until somebody resumes."""

    device: str
    what: Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedBack(Happened):
    """All that was done is taken back from here on (all or nothing), also after a crash."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Happened):
    """The roll-out stops here, and may be resumed."""

    why: StopCause
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Happened):
    """Somebody takes the roll-out up again, also after its end or a crash. Devices in work are to be read again, and
    no wave is open. `approvals`, `break_glass`: those by which it goes forward from here, as of `Begun`; other aims need none."""

    operator: str
    aim: Aim
    approvals: tuple[str, ...] = ()
    break_glass: str = ""

    def __post_init__(self) -> None:
        Happened.__post_init__(self)
        _check_digests(*self.approvals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Happened):
    """The roll-out is over. `given_up`: devices that nobody knows the state of, or that stand half-way, left to a person."""

    outcome: RolloutOutcome
    given_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved(Happened):
    """Addresses that the plan gives to a device, not in use yet."""

    device: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated(Happened):
    """The reserved addresses of a device are in use: it is confirmed."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Happened):
    """The addresses of a device are free again: it went back or was never touched."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired(Happened):
    """A line at the end that a crash had left half-written was cut off: so many bytes with this digest."""

    length: int
    digest: str


OfDevice = (
    Checked | LinksSeen | Sending | Taken | Arming | Armed | ReadBack | Confirming | Confirmed | Saved | WentBack | Failed
    | Indeterminate | SecurityEvent
)  # fmt: skip
"""What happened to one device."""
OfAddresses = Reserved | Activated | Released
OfRollout = Begun | WaveBegun | WaveEnded | Probed | TurnedBack | Stopped | Resumed | Ended
OfJournal = SignersKnown | Reopened | Repaired
"""What is about no one roll-out."""
Record = OfDevice | OfAddresses | OfRollout | OfJournal


def _check_digests(*digests: str) -> None:
    for digest in digests:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("no digest")


def _check_counts(*counts: int) -> None:
    if min(counts) < 0:
        raise ValueError("less than none")
