"""Every fault of the devices at its places, in the middle of a roll-out: what the journal says of a device is what is on it.

The one idea: whatever goes wrong, a device ends in one of the two texts and the journal says so, or that nobody
knows; and the next run, without the fault, ends the night.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.journal.device_state import IN_FORCE, Stage
from controller.journal.records import Aim, RolloutOutcome
from tests.applied import Night, night, scene
from tests.device_faults import Fault, Place, Planned

IOS, JUNOS = "cisco_ios", "junos"
QUICK = (
    (IOS, Fault.REFUSE_LINE, Place.LINE, 36),
    (IOS, Fault.DROP, Place.LINE, 36),
    (IOS, Fault.REBOOT, Place.LINE, 38),
    (JUNOS, Fault.DROP, Place.COMMIT, 1),
    (JUNOS, Fault.DOES_NOTHING, Place.COMMIT, 1),
    (JUNOS, Fault.DROP, Place.CONFIRM, 1),
)
SLOW = (
    (IOS, Fault.REFUSE_LINE, Place.LINE, 5),
    (IOS, Fault.DROP, Place.LINE, 9),
    (IOS, Fault.DROP, Place.LINE, 44),
    (IOS, Fault.STALL, Place.LINE, 38),
    (IOS, Fault.HALF_ANSWER, Place.LINE, 39),
    (IOS, Fault.WRONG_PROMPT, Place.LINE, 38),
    (IOS, Fault.DOES_NOTHING, Place.LINE, 7),
    (IOS, Fault.DOES_NOTHING, Place.COMMIT, 1),
    (IOS, Fault.DROP, Place.COMMIT, 1),
    (IOS, Fault.DROP, Place.LOGIN, 2),
    (IOS, Fault.DROP, Place.LOGIN, 3),
    (IOS, Fault.REBOOT, Place.LOGIN, 3),
    (IOS, Fault.DROP, Place.COMMAND, 6),
    (JUNOS, Fault.REFUSE_LINE, Place.LINE, 1),
    (JUNOS, Fault.DROP, Place.LINE, 1),
    (JUNOS, Fault.DOES_NOTHING, Place.LINE, 1),
    (JUNOS, Fault.REFUSE_LINE, Place.COMMIT, 1),
    (JUNOS, Fault.STALL, Place.COMMIT, 1),
    (JUNOS, Fault.HALF_ANSWER, Place.COMMIT, 1),
    (JUNOS, Fault.REBOOT, Place.COMMIT, 1),
    (JUNOS, Fault.REBOOT, Place.CONFIRM, 1),
    (JUNOS, Fault.REFUSE_LINE, Place.CONFIRM, 1),
    (JUNOS, Fault.DROP, Place.LOGIN, 2),
    (JUNOS, Fault.DROP, Place.LOGIN, 3),
)
CASES = (*QUICK, *(pytest.param(*case, marks=pytest.mark.long) for case in SLOW))


@pytest.mark.parametrize(("platform", "fault", "place", "nth"), CASES, ids=str)
def test_what_the_journal_says_is_what_is_there(
    platform: str, fault: Fault, place: Place, nth: int, tmp_path: Path
) -> None:
    with night(scene(), tmp_path, minute=3.0, timeout=1.5) as found:
        name = next(name for name, device in found.servers.devices.items() if device.platform == platform)
        found.device(name).faults.append(Planned(fault=fault, place=place, nth=nth))
        found.run()
        assert not any(planned.times for planned in found.device(name).faults), "the fault never bit"
        _check(found)
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED
        assert set(found.stands().values()) == {"standing"}
        assert all(device.pending is None for device in found.servers.devices.values())


def _check(found: Night) -> None:
    """What the journal claims of a device holds; of one that is not known it claims nothing."""
    stands = found.stands()
    for name, state in found.state().devices.items():
        if state.stage in IN_FORCE:
            assert stands[name] == "standing", (name, state.stage)
        elif state.stage is not Stage.INDETERMINATE and state.is_settled:
            assert stands[name] == "running", (name, state.stage)


@pytest.mark.parametrize(("platform", "nth"), [(IOS, 36), (IOS, 20), (JUNOS, 1)])
def test_a_way_back_that_fails_too_is_found_again(platform: str, nth: int, tmp_path: Path) -> None:
    with night(scene(), tmp_path, minute=3.0, timeout=1.5) as found:
        assert found.run() is RolloutOutcome.APPLIED
        name = next(name for name, device in found.servers.devices.items() if device.platform == platform)
        place = Place.LINE if platform == IOS else Place.COMMIT
        found.device(name).faults.append(Planned(fault=Fault.DROP, place=place, nth=nth))
        found.run(Aim.BACK)
        _check(found)
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}
