"""Laws 12 to 15: what is typed leads where it shall and back, and no state in between opens or cuts anything; each state of small
provinces is judged whole, and planners that are wrong are caught by the same look.

400 changes here, 10,000 by `make rollouts`, where what makes and deletes unnamed objects is looked at line by line, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from controller.rollout.steps import DeviceChange, change_device, last_text, outcome
from tests.drawn_otherwise import drawn_otherwise
from tests.rollout_states import wrong_states
from tests.rollouts import KINDS, DrawnChange, Rollout, rollout_of
from tests.wrong_planners import PLANNERS, Edits, by

TIMES = int(os.environ.get("TRUC_LAWS", "1"))
STRIDE = 1 if TIMES > 1 else 12
CHANGES = {
    "policy": 60, "attachment": 60, "renumbering": 60, "system": 60, "site": 60, "channel": 50, "moved channel": 50,
}  # fmt: skip
KEPT = dict.fromkeys(CHANGES, 0.9) | {"moved channel": 0.4}
"""The share of plans that must hold, of those with a host to change devices from (some draw the management station itself): of
moved channels half are drawn whose interruption nobody declares, by chance more."""
OFFICE = {
    "cisco_ios": "ip access-list extended OFFICE\n 10 permit ip any any\n",
    "junos": "set firewall family inet filter OFFICE term all then accept\n",
}
FOREIGN = {
    "cisco_ios": OFFICE["cisco_ios"] + "ip sla 7\n udp-jitter 192.0.2.7 5000\n",
    "junos": OFFICE["junos"] + "set system location building office\n",
}


def test_four_hundred_changes_are_tried() -> None:
    assert sum(CHANGES.values()) == 400
    assert CHANGES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_no_state_of_a_roll_out_opens_or_cuts(kind: str) -> None:
    """Law 13, and law 12 on the way: a plan that is said to hold holds after every line on every device. By `make rollouts` also
    the converse: what is refused is wrong after some line, and most are plans that hold."""
    held: list[bool] = []

    @settings(max_examples=CHANGES[kind] * TIMES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(KINDS[kind])
    def law(drawn: DrawnChange) -> None:
        rollout = rollout_of(drawn)
        assert list(lost(rollout)) == []
        proof = rollout.proof(samples=1)
        if not any(fault.reason.key == "way_in_no_host" for fault in proof.ways_in_lost):
            held.append(proof.holds)
        found = next(wrong_states(rollout, proof, STRIDE), None)
        if proof.holds:
            assert found is None
        elif TIMES > 1:
            assert found is not None or proof.ways_in_lost, proof.faults

    drawn_otherwise(law)()
    assert TIMES == 1 or sum(held) >= KEPT[kind] * len(held) > 0


def lost(rollout: Rollout) -> Iterator[str]:
    """Yield what law 12 forbids: a line not taken, another end than the text that shall stand, policies that don't act, a way
    back that ends elsewhere."""
    for change in rollout.changes:
        done = outcome(change)
        yield from (f"{change.device}: {item.line}" for item in done.refused)
        if (done.end.text, done.end.in_force) != (change.standing, change.standing):
            yield f"{change.device}: the end"
        if last_text(change.device, change.platform, change.standing, change.back) != change.running:
            yield f"{change.device}: the way back"


@settings(max_examples=12)
@given(KINDS["policy"])
def test_what_is_not_ours_stays_in_every_state(drawn: DrawnChange) -> None:
    """Law 14."""
    rollout = rollout_of(drawn, FOREIGN)
    assert list(lost(rollout)) == []
    assert list(dropped(rollout)) == []


def dropped(rollout: Rollout) -> Iterator[str]:
    """Yield foreign lines that are not there any more at some position."""
    for change in rollout.changes:
        done = outcome(change)
        lines = OFFICE[change.platform].splitlines()
        assert set(lines) <= set(change.running.splitlines())
        for position in (*done.positions, done.end):
            yield from (f"{change.device}: {line}" for line in lines if line not in position.text.splitlines())


@settings(max_examples=12)
@given(KINDS["policy"])
def test_nothing_is_left_to_do_when_it_is_done(drawn: DrawnChange) -> None:
    """Law 15: nothing is typed a second time, and what was planned from one text is not for another one."""
    for change in rollout_of(drawn).changes:
        assert change_device(change.device, change.platform, change.standing, change.standing) is None
        assert change_device(change.device, change.platform, outcome(change).end.text, change.standing) is None
        assert change.running_digest != change.standing_digest


# Wrong planners.


@cache
def tried() -> tuple[Rollout, ...]:
    """Return roll-outs that hold, of several kinds, with lists, policies and both families changed on IOS devices."""
    found: list[Rollout] = []
    for kind in ("policy", "attachment", "renumbering"):

        @settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(KINDS[kind])
        def keep(drawn: DrawnChange) -> None:
            rollout = rollout_of(drawn)
            if any(change.platform == "cisco_ios" for change in rollout.changes):
                found.append(rollout)

        keep()
    return tuple(found)


@pytest.mark.parametrize("name", PLANNERS)
def test_a_wrong_planner_is_caught(name: str) -> None:
    """Line by line, and by the proof: what the one sees, the other must not hold."""
    caught = 0
    for rollout in tried():
        wrong = with_planner(rollout, PLANNERS[name])
        if wrong.changes == rollout.changes:
            continue
        proof = wrong.proof(samples=1)
        seen = any(lost(wrong)) or next(wrong_states(wrong, proof, STRIDE), None) is not None
        assert not (seen and proof.holds)
        caught += seen
        if caught:
            break
    assert caught, name


def test_a_planner_that_drops_foreign_lines_is_caught() -> None:
    rollout = next(item for item in map(with_foreign, tried()) if item.changes)
    assert list(dropped(rollout)) != []


def with_planner(rollout: Rollout, planner: Callable[[Edits], Edits]) -> Rollout:
    return replace(rollout, changes=tuple(by(planner, change) for change in rollout.changes))


def with_foreign(rollout: Rollout) -> Rollout:
    """Return a roll-out from texts with foreign lines to texts without them."""
    return replace(rollout, changes=tuple(map(_dropping, rollout.changes)))


def _dropping(change: DeviceChange) -> DeviceChange:
    made = change_device(change.device, change.platform, change.running + OFFICE[change.platform], change.standing)
    assert made is not None
    return made
