"""What is up before a change and has nothing to do with it is up behind it, or the device goes back and the roll-out stops."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from controller.apply.links import links_kept
from controller.apply.rollout_run import RolloutRules
from controller.apply.terms import Patience
from controller.apply.ways import PlannedDevice
from controller.journal.device_state import Stage
from controller.journal.records import Aim, LinksSeen, ReadBack, RolloutOutcome, StopCause
from tests.applied import PATIENCE, Night, Scene, night, scene
from tests.device_ios_config import IosConfig
from tests.device_shows import Down, Live
from tests.device_state import Device
from tests.test_controller_apply_persist import OFFERED

QUICK = replace(PATIENCE, settle=0.5)


def of_platform(found: Scene, platform: str) -> PlannedDevice:
    return next(device for _, device in sorted(found.planned.items()) if device.reach.platform == platform)


def changed(device: PlannedDevice, running: Device) -> bool:
    return len(running.states) > 1


def session(device: PlannedDevice) -> tuple[str, str]:
    """Return a session that a change leaves alone: its VRF and address."""
    vrf, _, address = min(links_kept(device).sessions).partition(" ")
    return vrf, address


def with_down(found: Night, name: str, down: Down) -> None:
    found.device(name).live = Live(down)


@pytest.mark.parametrize(
    ("kind", "platform"),
    [
        ("session", "cisco_ios"),
        ("session", "junos"),
        pytest.param("interface", "cisco_ios", marks=pytest.mark.long),
        pytest.param("interface", "junos", marks=pytest.mark.long),
    ],
)
def test_what_falls_with_a_change_takes_it_back(platform: str, kind: str, tmp_path: Path) -> None:
    made = scene("renumber a LAN") if platform == "cisco_ios" else scene("close a permit")
    device = of_platform(made, platform)
    what = session(device)[1] if kind == "session" else min(links_kept(device).interfaces)
    with night(made, tmp_path, patience=QUICK, minute=20.0) as found:
        with_down(found, device.name, lambda it: frozenset({what} if changed(device, it) else ()))
        outcome = found.run(rules=RolloutRules(limit=_up_to(made, device.name)))
        assert outcome is not RolloutOutcome.APPLIED
        assert found.stands()[device.name] == "running"
        state = found.state()
        assert state.devices[device.name].stage is Stage.WENT_BACK
        failure = state.devices[device.name].failure
        assert failure is not None
        assert failure.key == "apply_fallen"
        said = str(dict(failure.values)["what"])
        assert said == " ".join(session(device)) if kind == "session" else said.partition(", ")[0] == what
        assert state.stopped is not None
        assert state.stopped.why is StopCause.STOP_RULE


def _up_to(made: Scene, name: str) -> frozenset[str]:
    """Return the devices of a plan up to the wave of one of them, so that no more are asked."""
    waves = [wave.devices for wave in made.plan.waves]
    number = next(at for at, wave in enumerate(waves) if name in wave)
    return frozenset(device for wave in waves[: number + 1] for device in wave)


def test_what_comes_up_again_in_time_is_waited_for(tmp_path: Path) -> None:
    made = scene("renumber a LAN")
    device = of_platform(made, "cisco_ios")
    looks = 0

    def down(it: Device) -> frozenset[str]:
        nonlocal looks
        looks += changed(device, it)
        return frozenset({session(device)[1]} if 0 < looks < 4 else ())

    with night(made, tmp_path, patience=replace(PATIENCE, settle=30.0)) as found:
        with_down(found, device.name, down)
        assert found.run() is RolloutOutcome.APPLIED
        seen = [item for item in found.heard if isinstance(item, LinksSeen) and item.device == device.name]
        assert seen[-1].sessions == seen[0].sessions
        assert looks >= 4


def test_what_was_down_before_is_not_asked_for(tmp_path: Path) -> None:
    made = scene("renumber a LAN")
    device = of_platform(made, "cisco_ios")
    with night(made, tmp_path, patience=QUICK) as found:
        with_down(found, device.name, lambda _: frozenset({session(device)[1]}))
        assert found.run() is RolloutOutcome.APPLIED
        assert all(
            session(device)[1] not in " ".join(item.sessions) for item in found.heard if isinstance(item, LinksSeen)
        )


@pytest.mark.parametrize("patience", [QUICK, replace(PATIENCE, settle=0.0)], ids=["looked", "not looked"])
def test_what_a_device_does_not_show_is_told_and_never_taken_for_up(patience: Patience, tmp_path: Path) -> None:
    made = scene("renumber a LAN")
    with night(made, tmp_path, patience=patience) as found:
        for device in found.servers.devices.values():
            device.live = None
        assert found.run() is RolloutOutcome.APPLIED
        seen = [item for item in found.heard if isinstance(item, LinksSeen)]
        assert all(item.not_shown and not item.sessions and not item.interfaces for item in seen)
        assert bool(seen) == bool(patience.settle)


def test_a_table_that_is_shown_no_more_is_not_taken_for_up(tmp_path: Path) -> None:
    made = scene("renumber a LAN")
    device = of_platform(made, "cisco_ios")
    answers = Live()
    with night(made, tmp_path, patience=QUICK) as found:
        found.device(device.name).live = lambda it: {} if changed(device, it) else answers(it)
        assert found.run() is not RolloutOutcome.APPLIED
        assert found.stands()[device.name] == "running"


def test_whoever_changes_a_device_while_it_is_waited_for_is_seen(tmp_path: Path) -> None:
    """It is not taken for one whose session fell: nobody knows what it carries."""
    made = scene("renumber a LAN")
    device = of_platform(made, "cisco_ios")
    looks = 0

    def down(it: Device) -> frozenset[str]:
        nonlocal looks
        looks += changed(device, it)
        if looks > 20:
            assert isinstance(it.running, IosConfig)
            it.running.lines["ntp server 192.0.2.9"] = "ntp server 192.0.2.9"
        return frozenset({session(device)[1]} if changed(device, it) else ())

    with night(made, tmp_path, patience=replace(PATIENCE, settle=30.0)) as found:
        with_down(found, device.name, down)
        found.run()
        state = found.state().devices[device.name]
        assert state.stage is Stage.INDETERMINATE
        assert state.failure is not None
        assert state.failure.key == "writing_differs"


def test_what_is_on_trial_is_not_waited_for_until_it_goes_back_by_itself(tmp_path: Path) -> None:
    made = scene("renumber a LAN")
    device = of_platform(made, "junos")
    patience = replace(PATIENCE, settle=600.0, seconds=4)
    with night(made, tmp_path, patience=patience, minute=60.0) as found:
        found.device(device.name).capabilities = OFFERED
        with_down(found, device.name, lambda it: frozenset({session(device)[1]} if changed(device, it) else ()))
        begun = time.monotonic()
        found.run()
        assert time.monotonic() - begun < 60
        state = found.state().devices[device.name]
        assert state.failure is not None
        assert state.failure.key == "apply_fallen"
        assert found.stands()[device.name] == "running"


def test_who_resumes_looks_before_what_stands_is_confirmed(tmp_path: Path) -> None:
    made = scene("renumber a LAN")
    device = of_platform(made, "cisco_ios")

    def stop_behind(record: object, stop: object) -> None:
        if isinstance(record, ReadBack) and record.device == device.name:
            stop.asked = 2  # type: ignore[attr-defined]  # a Stop

    with night(made, tmp_path, patience=QUICK) as found:
        with_down(found, device.name, lambda it: frozenset({session(device)[1]} if changed(device, it) else ()))
        found.run(during=stop_behind)
        found.run(Aim.CONFIRM)
        assert found.state().devices[device.name].stage is not Stage.CONFIRMED
        found.device(device.name).live = Live()
        found.run(Aim.CONFIRM)
        assert found.state().devices[device.name].stage in {Stage.CONFIRMED, Stage.SAVED}
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED


# What a change leaves alone.


def with_text(device: PlannedDevice, standing: str) -> PlannedDevice:
    return replace(device, there=replace(device.there, standing=standing))


def kept_after(edit: Callable[[str, str], str]) -> bool:
    """Return whether a session is left alone by a change of its device's text; `edit` gets text and address."""
    device = of_platform(scene("renumber a LAN"), "cisco_ios")
    vrf, address = session(device)
    text = device.there.running
    edited = edit(text, address)
    assert edited != text
    return f"{vrf} {address}" in links_kept(with_text(device, edited)).sessions


def renumbered(text: str, address: str) -> str:
    """Return a text with another address of its own towards a neighbour on a /31 or /30."""
    start, _, last = address.rpartition(".")
    beside = [f"{start}.{int(last) + step}" for step in (1, -1)]
    own = next(one for one in beside if f"ip address {one} " in text)
    return text.replace(f"ip address {own} ", f"ip address {start}.{int(last) ^ 128} ")


@pytest.mark.parametrize(
    ("edit", "is_kept"),
    [
        (lambda text, address: re.sub(rf"(neighbor {address} remote-as )\d+", r"\g<1>64999", text), False),
        (lambda text, address: re.sub(rf"(  neighbor {address}) (remote-as .*)", r"\1 \2\n\1 shutdown", text), False),
        (lambda text, address: re.sub(rf"  neighbor {address} activate\n", "", text), False),
        (renumbered, False),
        (lambda text, address: re.sub(rf"(neighbor {address} route-map )\S+( in)", r"\1OTHER\2", text), True),
        (lambda text, _: re.sub(r" access-group \S+ in", " access-group OTHER in", text), True),
    ],
    ids=["another AS", "shut", "not activated", "another address on the link", "another policy", "another fence"],
)  # fmt: skip
def test_a_session_whose_end_or_way_changes_is_not_asked_for(edit: Callable[[str, str], str], is_kept: bool) -> None:
    assert kept_after(edit) is is_kept


def test_an_interface_that_is_shut_is_not_asked_for() -> None:
    device = of_platform(scene("renumber a LAN"), "cisco_ios")
    name = next(item for item in sorted(links_kept(device).interfaces) if "." in item)
    edited = device.there.running.replace(f"interface {name}\n", f"interface {name}\n shutdown\n")
    assert name not in links_kept(with_text(device, edited)).interfaces
