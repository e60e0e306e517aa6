"""A journal and a day -> which plan stands on which device then.

The one idea: what stands on a device is what the last roll-out left there that brought it to an end; one that is in work on it
stands beside that. The day's end cuts the journal off: what was written later is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from controller.journal.device_state import IN_FORCE, Stage
from controller.journal.moments import end_of_day
from controller.journal.records import Begun, Confirmed, Record
from controller.journal.state import DeviceAddresses, JournalState, RolloutState, follow


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStanding:
    """What stands on a device: the plan that brought it there, when it was confirmed, and the digest of the whole text (None for
    all three: no plan of this journal); `in_work`: a plan that is not settled on it, and where the device is in that;
    `addresses`: what the last plan gave it that gave it any."""

    device: str
    begun: Begun | None
    since: datetime | None
    text: str | None
    in_work: tuple[Begun, Stage] | None = None
    addresses: DeviceAddresses | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All roll-outs that had begun, and what stands on every device that is in one of them, by name."""

    rollouts: tuple[RolloutState, ...]
    standing: Mapping[str, DeviceStanding]


def history(records: Iterable[Record], on: date | None = None) -> History:
    """Return what is known at the end of a day in Viet Nam (None: of all); the first record of a later day ends it."""
    until = None if on is None else end_of_day(on)
    state, confirmed = JournalState(), dict[tuple[int, str], datetime]()
    for record in records:
        if until is not None and record.at >= until:
            break
        state = follow(state, record)
        if isinstance(record, Confirmed):
            confirmed[state.current, record.device] = record.at
    standing: dict[str, DeviceStanding] = {}
    for number, rollout in enumerate(state.rollouts, start=1):
        for name, device in rollout.devices.items():
            before = standing.get(name) or DeviceStanding(device=name, begun=None, since=None, text=None)
            before = replace(before, in_work=None, addresses=rollout.addresses.get(name, before.addresses))
            if device.stage in IN_FORCE:
                since, text = confirmed[number, name], device.target.standing
                standing[name] = replace(before, begun=rollout.begun, since=since, text=text)
            elif device.is_settled:
                standing[name] = before
            else:
                standing[name] = replace(before, in_work=(rollout.begun, device.stage))
    return History(rollouts=state.rollouts, standing=dict(sorted(standing.items())))
