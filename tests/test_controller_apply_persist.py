"""Commits on trial that outlive their session: confirmed by whoever has the token, taken back by the device, asked about.

The one idea: the device is the made-up Junos with :confirmed-commit:1.1; nobody but its own state says what became of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from controller.fleet.readings import Stop
from controller.journal.device_state import Stage
from controller.journal.records import Aim, Armed, Confirmed, Confirming, DeadMan, Failed, Record, RolloutOutcome
from intents.reason import because
from tests.applied import PATIENCE, Night, night, scene
from tests.device_faults import Fault, Place, Planned
from tests.device_state import Device

OFFERED = ("candidate:1.0", "confirmed-commit:1.0", "confirmed-commit:1.1", "validate:1.0")
LOCKS = (True, pytest.param(False, marks=pytest.mark.long))
"""Whether others get the candidate's lock while something is on trial; that they do not is tried with netconfd, too."""
SOON = replace(PATIENCE, pauses=(0.1, 0.2), grace=-56.0)
"""With a minute of three seconds: a commit on trial is surely over four seconds after it."""


@contextmanager
def _night(folder: Path, *, locks: bool = True, minute: float = 3.0) -> Iterator[tuple[Night, Device]]:
    """Have the devices up; the Junos one offers 1.1."""
    with night(scene(), folder, minute=minute, timeout=1.5, patience=SOON) as found:
        device = next(device for device in found.servers.devices.values() if device.platform == "junos")
        device.capabilities, device.locks_on_trial = OFFERED, locks
        yield found, device


def _dying(name: str, kind: type[Record]) -> Callable[[Record, Stop], None]:
    """Let a run die when a record about a device is written."""

    def during(record: Record, stop: Stop) -> None:
        if isinstance(record, kind) and record.device == name:  # type: ignore[union-attr]  # kinds of devices only
            stop.asked = 2
            raise KeyboardInterrupt

    return during


def _die(found: Night, device: Device, kind: type[Record], aim: Aim | None = None) -> None:
    with pytest.raises(KeyboardInterrupt):
        found.run(aim, during=_dying(device.name, kind))
    until = time.monotonic() + 5.0
    while device.locks and time.monotonic() < until:
        time.sleep(0.02)
    assert device.pending is not None


def _changes(device: Device) -> list[str]:
    return [line for line in device.log if line.startswith(("loaded", "armed", "confirmed", "revert"))]


def _said(found: Night, device: Device) -> list[Record]:
    return [record for record in found.heard if getattr(record, "device", "") == device.name]


@pytest.mark.long
def test_the_token_stands_in_the_journal_before_it_is_used(tmp_path: Path) -> None:
    with _night(tmp_path) as (found, device):
        assert found.run() is RolloutOutcome.APPLIED
        armed = next(record for record in _said(found, device) if isinstance(record, Armed))
        assert armed.dead_man is DeadMan.PERSISTENT_COMMIT
        assert len(armed.token) == 32
        assert _changes(device) == ["loaded", "armed 3", "confirmed"]
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        tokens = {record.token for record in _said(found, device) if isinstance(record, Armed)}
        assert len(tokens) == 2
        assert device.pending is None


@pytest.mark.parametrize("locks", LOCKS)
def test_what_a_dropped_session_left_on_trial_is_confirmed_by_its_token(tmp_path: Path, *, locks: bool) -> None:
    with _night(tmp_path, locks=locks, minute=20.0) as (found, device):
        _die(found, device, Confirming)
        found.run(Aim.CONFIRM)
        assert device.pending is None
        assert _changes(device) == ["loaded", "armed 20", "confirmed"]
        assert found.state().devices[device.name].stage is Stage.SAVED
        assert found.stands()[device.name] == "standing"


@pytest.mark.parametrize("locks", LOCKS)
def test_what_is_on_trial_is_taken_back_by_the_device_itself(tmp_path: Path, *, locks: bool) -> None:
    with _night(tmp_path, locks=locks, minute=20.0) as (found, device):
        _die(found, device, Confirming)
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert _changes(device) == ["loaded", "armed 20", "revert cancelled"]
        assert set(found.stands().values()) == {"running"}


def test_what_was_confirmed_meanwhile_goes_back_by_a_trial_of_its_own(tmp_path: Path) -> None:
    with _night(tmp_path, minute=20.0) as (found, device):
        _die(found, device, Confirming)
        found.servers.call(device.settle)
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert _changes(device) == ["loaded", "armed 20", "confirmed", "loaded", "armed 20", "confirmed"]
        assert set(found.stands().values()) == {"running"}


@pytest.mark.parametrize("offered", [(), pytest.param(OFFERED, marks=pytest.mark.long)])
def test_a_way_back_that_dies_before_its_confirm_stays_back(offered: tuple[str, ...], tmp_path: Path) -> None:
    with _night(tmp_path, minute=20.0) as (found, device):
        device.capabilities = offered
        assert found.run() is RolloutOutcome.APPLIED
        _die(found, device, Confirming, Aim.BACK)
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert device.pending is None
        assert found.stands()[device.name] == "running"


def test_a_confirm_that_says_ok_and_does_nothing_is_asked_for_again(tmp_path: Path) -> None:
    with _night(tmp_path) as (found, device):
        device.faults.append(Planned(fault=Fault.DOES_NOTHING, place=Place.CONFIRM))
        assert found.run() is RolloutOutcome.APPLIED
        assert device.pending is None
        assert _changes(device) == ["loaded", "armed 3", "confirmed"]


def test_a_device_that_never_confirms_is_believed_only_when_its_time_is_over(tmp_path: Path) -> None:
    with _night(tmp_path) as (found, device):
        device.faults.append(Planned(fault=Fault.DOES_NOTHING, place=Place.CONFIRM, times=3))
        assert found.run() is not RolloutOutcome.APPLIED
        assert _changes(device) == ["loaded", "armed 3", "revert expired"]
        assert not any(isinstance(record, Confirmed) for record in _said(found, device))
        last = _said(found, device)[-1]
        assert isinstance(last, Failed)
        assert last.reason == because("apply_not_confirmed")
        assert found.stands()[device.name] == "running"


def test_a_token_that_comes_late_confirms_nothing(tmp_path: Path) -> None:
    with _night(tmp_path, minute=0.5) as (found, device):
        with pytest.raises(KeyboardInterrupt):
            found.run(during=_dying(device.name, Confirming))
        found.servers.call(lambda: device.revert("expired"))
        assert found.run(Aim.CONFIRM) is not RolloutOutcome.APPLIED
        assert not any(isinstance(record, Confirmed) for record in _said(found, device))
        assert found.state().devices[device.name].failure == because("apply_not_confirmed")
        assert found.stands()[device.name] == "running"


@pytest.mark.long
def test_what_another_has_left_in_the_candidate_is_not_committed_with_a_late_confirm(tmp_path: Path) -> None:
    with _night(tmp_path, locks=False, minute=20.0) as (found, device):
        _die(found, device, Confirming)

        def edit() -> None:
            changed = device.open_candidate(0).copy()
            changed.load("set system location building annex\n", "set")  # type: ignore[attr-defined]  # it is a JunosConfig
            device.candidate = changed

        found.servers.call(edit)
        assert found.run(Aim.CONFIRM) is not RolloutOutcome.APPLIED
        assert device.dirty
        assert device.pending is not None
        assert _changes(device) == ["loaded", "armed 20"]
