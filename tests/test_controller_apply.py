"""Plans of the small example carried out, taken back and gone on with: what is on the devices is what the journal says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.apply.logbook import Logbook, utc_now
from controller.apply.rollout_run import RolloutRules
from controller.fleet.readings import Stop
from controller.journal.device_state import Stage
from controller.journal.records import (
    Aim,
    Armed,
    Begun,
    Checked,
    Confirmed,
    Confirming,
    OfDevice,
    Record,
    RolloutOutcome,
    Saved,
    Sending,
    StopCause,
    Taken,
    WaveBegun,
    WaveEnded,
)
from controller.journal.targets import begun_of
from tests.applied import Night, held, night, scene
from tests.device_faults import Fault, Place, Planned

CASES = [
    ("renumber a LAN", False),
    pytest.param("close a permit", False, marks=pytest.mark.long),
    pytest.param("add a system", True, marks=pytest.mark.long),
    pytest.param("move a site", True, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("name", "back"), CASES)
def test_a_plan_is_carried_out_and_taken_back_line_for_line(name: str, *, back: bool, tmp_path: Path) -> None:
    with night(scene(name, back=back), tmp_path) as found:
        assert found.run() is RolloutOutcome.APPLIED
        assert set(found.stands().values()) == {"standing"}
        assert set(found.state().counts) == {Stage.SAVED}
        assert all(not device.pending and not device.locks for device in found.servers.devices.values())
        assert _saved(found)
        _check_kept_at_once(found)
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}
        assert _saved(found)
        _check_states(found)


def _saved(found: Night) -> bool:
    ios = [device for device in found.servers.devices.values() if device.platform == "cisco_ios"]
    return all(device.startup.blocks() == device.running.blocks() for device in ios)


def _check_kept_at_once(found: Night) -> None:
    """What a Junos device has committed needs no later wave to be kept; whoever stops in between is not told that it is not."""
    kinds = (Confirmed, Saved, WaveEnded)
    said = [(type(record), getattr(record, "device", "")) for record in found.heard if isinstance(record, kinds)]
    for name, device in found.servers.devices.items():
        if device.platform == "junos":
            confirmed = said.index((Confirmed, name))
            assert (Saved, name) in said[confirmed : said.index((WaveEnded, ""), confirmed)]


def _check_states(found: Night) -> None:
    """A Junos device passes through nothing between the two texts."""
    for device in found.servers.devices.values():
        if device.platform == "junos":
            assert [state.made_by for state in device.states][1:] == ["confirmed commit", "confirmed commit"]


def test_lines_stand_in_the_order_of_their_moments_whoever_had_to_wait(tmp_path: Path) -> None:
    plan, heard = scene().plan, list[Record]()
    with held(tmp_path / "journal.jsonl") as journal:
        log = Logbook(journal, heard.append)
        log.write(begun_of(plan, at=utc_now(), operator="an", approvals=(), tool="0", all_or_nothing=False))
        waited = utc_now() - timedelta(seconds=5)
        log.write(WaveBegun(at=waited, number=1, devices=plan.waves[0].devices))
    assert [type(record) for record in heard] == [Begun, WaveBegun]
    assert heard[0].at <= heard[1].at


@pytest.mark.long
def test_twice_is_once(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        found.run()
        logs = {name: len(_changes(found, name)) for name in found.servers.devices}
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED
        assert {name: len(_changes(found, name)) for name in found.servers.devices} == logs
        found.run(Aim.BACK)
        logs = {name: len(_changes(found, name)) for name in found.servers.devices}
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert {name: len(_changes(found, name)) for name in found.servers.devices} == logs


def _changes(found: Night, name: str) -> list[str]:
    return [line for line in found.device(name).log if line.startswith(("line ", "loaded", "armed", "confirmed"))]


@pytest.mark.long
def test_the_canary_goes_first_and_each_wave_waits_for_the_one_before(tmp_path: Path) -> None:
    with night(scene("close a permit"), tmp_path) as found:
        found.run()
        order = [record.device for record in found.heard if isinstance(record, Confirmed)]
        waves = found.state().begun.waves
        assert order[0] == waves[0][0]
        assert [set(order[1:3]), {order[3]}] == [set(waves[1]), set(waves[2])]


def test_a_device_that_fails_goes_back_and_nobody_follows(tmp_path: Path) -> None:
    with night(scene("close a permit"), tmp_path) as found:
        found.device("cpe-phan-dinh-phung").faults.append(Planned(fault=Fault.REFUSE_LINE, nth=90))
        assert found.run() is RolloutOutcome.PARTLY_APPLIED
        assert found.stands()["cpe-phan-dinh-phung"] == "running"
        assert found.stands()["cpe-gia-sang"] == "standing"
        assert found.stands()["dc-edge-1"] == "running"
        state = found.state()
        assert state.stopped is not None
        assert state.stopped.why is StopCause.STOP_RULE
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED
        assert set(found.stands().values()) == {"standing"}


@pytest.mark.long
def test_all_or_nothing_takes_back_what_was_done(tmp_path: Path) -> None:
    with night(scene("close a permit"), tmp_path) as found:
        found.device("dc-edge-1").faults.append(Planned(fault=Fault.REFUSE_LINE, nth=60))
        assert found.run(all_or_nothing=True) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}
        assert found.state().ended is not None


def test_an_interruption_ends_behind_the_device_in_hand_and_is_resumed(tmp_path: Path) -> None:
    def interrupt(record: Record, stop: Stop) -> None:
        if isinstance(record, Sending) and not stop.asked:
            stop.asked = 1

    with night(scene(), tmp_path) as found:
        assert found.run(during=interrupt) is RolloutOutcome.PARTLY_APPLIED
        assert sorted(found.stands().values()) == ["running", "standing"]
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED


def test_a_second_interruption_leaves_a_device_of_which_nobody_knows_until_it_is_read(tmp_path: Path) -> None:
    def interrupt(record: Record, stop: Stop) -> None:
        if isinstance(record, Sending) and record.first > 30:
            stop.asked = 2

    with night(scene(), tmp_path) as found:
        found.run(during=interrupt)
        assert Stage.INDETERMINATE in found.state().counts
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}


def test_a_limit_changes_no_other_device(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        canary = found.scene.plan.waves[0].devices[0]
        assert found.run(rules=RolloutRules(limit=frozenset((canary,)))) is RolloutOutcome.PARTLY_APPLIED
        assert [name for name, where in found.stands().items() if where == "standing"] == [canary]
        stopped = found.state().stopped
        assert stopped is not None
        assert stopped.why is StopCause.LIMIT


def test_nothing_is_begun_behind_the_end_of_the_window(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        assert found.run(rules=RolloutRules(until=datetime.now(UTC))) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}
        stopped = found.state().stopped
        assert stopped is not None
        assert stopped.why is StopCause.WINDOW


def test_another_key_in_the_middle_of_a_night_is_no_login(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        first, last = (wave.devices[0] for wave in found.scene.plan.waves)
        ways = found.ways
        found.servers.swap_key(last)
        assert found.ways == ways, "the key that is known is the old one"
        assert found.run() is RolloutOutcome.PARTLY_APPLIED
        assert found.device(last).logins == 0
        assert found.stands() == {first: "standing", last: "running"}
        assert [event.device for event in found.state().security] == [last]


MOMENTS: tuple[type[Record], ...] = (Checked, Sending, Taken, Armed, Confirming, Confirmed)


@pytest.mark.parametrize("back", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "moment", [MOMENTS[0], MOMENTS[2], *(pytest.param(one, marks=pytest.mark.long) for one in MOMENTS)]
)
def test_another_key_at_any_moment_is_no_login(moment: type[Record], tmp_path: Path, *, back: bool) -> None:
    """Whoever stands in the middle from some moment on gets no attempt to log in, whatever is open or half done."""
    logins: dict[str, int] = {}

    def stand_between(record: Record, _stop: Stop) -> None:
        if isinstance(record, moment) and isinstance(record, OfDevice) and record.device not in logins:
            found.servers.swap_key(record.device)
            logins[record.device] = found.device(record.device).logins

    with night(scene(), tmp_path) as found:
        if back:
            assert found.run() is RolloutOutcome.APPLIED
        found.run(Aim.BACK if back else None, RolloutRules(stop_after=9), during=stand_between)
        assert logins or back, "nobody stood between"
        assert {name: found.device(name).logins for name in logins} == logins


def test_a_foreign_lock_and_a_dirty_candidate_are_left_alone(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        last = found.scene.plan.waves[-1].devices[0]
        device = found.device(last)
        candidate = device.running.copy()
        candidate.command("set system domain-name another.example")  # type: ignore[attr-defined] # a Junos configuration
        found.servers.call(lambda: setattr(device, "candidate", candidate))
        assert found.run() is RolloutOutcome.PARTLY_APPLIED
        assert found.stands()[last] == "running"
        assert device.candidate is candidate
        failure = found.state().devices[last].failure
        assert failure is not None
        assert failure.key == "writing_busy"
        found.servers.call(lambda: setattr(device, "candidate", None))
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED


@pytest.mark.long
def test_the_revert_timer_runs_while_lines_act_and_is_confirmed(tmp_path: Path) -> None:
    with night(scene(), tmp_path, minute=30.0) as found:
        canary = found.device(found.scene.plan.waves[0].devices[0])
        assert found.run(arms=True) is RolloutOutcome.APPLIED
        words = ("armed", "confirmed", "line no ip access-list", "line no ipv6 access-list")
        done = [line for line in canary.log if line.startswith(words)]
        assert done[:2] == ["armed 30", "confirmed"], "no list is deleted while it runs"
        assert len(done) > 2
        assert canary.pending is None
        canary.faults.append(Planned(fault=Fault.REFUSE_LINE, containing="ip access-group"))
        found.run(Aim.BACK, arms=True)
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}
        assert canary.pending is None


@pytest.mark.long
def test_a_device_that_nobody_confirms_goes_back_by_itself_and_is_found_so(tmp_path: Path) -> None:
    with night(scene(), tmp_path, minute=0.7, timeout=1.0) as found:
        canary = found.device(found.scene.plan.waves[0].devices[0])
        canary.faults.append(Planned(fault=Fault.STALL, containing="ip access-group"))
        found.run(arms=True)
        assert any(line.startswith("revert") for line in canary.log)
        assert found.stands()[canary.name] == "running"
        assert found.run(Aim.FORWARD, arms=True) is RolloutOutcome.APPLIED


def test_a_commit_that_says_ok_and_does_nothing_is_not_believed(tmp_path: Path) -> None:
    with night(scene(), tmp_path, minute=0.6) as found:
        last = found.scene.plan.waves[-1].devices[0]
        found.device(last).faults.append(Planned(fault=Fault.DOES_NOTHING, place=Place.COMMIT))
        found.run()
        stands = found.state().devices[last].stage
        assert (stands in {Stage.CONFIRMED, Stage.SAVED}) == (found.stands()[last] == "standing")
