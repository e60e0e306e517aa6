"""A roll-out that is begun or taken up again -> its waves, one after the other, until it is done, stopped or back.

The one idea: a wave begins only when nothing of the one before is in work any more; whoever stops a roll-out, a rule or a person,
stops the beginning of devices, never one in the middle, and only a second word does that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from controller.apply.addresses import addresses_given, settle_addresses
from controller.apply.device_run import DeviceRun
from controller.apply.logbook import utc_now
from controller.apply.terms import RolloutTerms
from controller.apply.ways import PlannedDevice
from controller.journal.device_state import Stage
from controller.journal.next_step import NextStep, next_step
from controller.journal.records import (
    Aim,
    Ended,
    RolloutOutcome,
    StopCause,
    Stopped,
    TurnedBack,
    WaveBegun,
    WaveEnded,
)
from controller.journal.state import RolloutState
from intents.reason import because

_LOOK = 0.1
_REST = frozenset({NextStep.NOTHING, NextStep.PERSON, NextStep.SAVE})
_TROUBLED = frozenset({Stage.FAILED, Stage.INDETERMINATE})
_AT_WORK = frozenset({Stage.IN_HAND, Stage.STANDING, Stage.CONFIRMING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRules:
    """`workers`: most devices at once. `stop_after`: failed devices after which no further one is begun. `limit`: the only
    devices that are changed (None: all). `until`: the moment, with its zone, from which on none is begun."""

    workers: int = 20
    stop_after: int = 1
    limit: frozenset[str] | None = None
    until: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Return whether no device is to be begun any more."""
        return self.until is not None and utc_now() >= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveGate:
    """What is asked between waves. `approved`: whether the plan is approved now; `probed`: whether packets, sent behind a wave of
    this number, arrive and stay out as they should."""

    approved: Callable[[], bool] = lambda: True
    probed: Callable[[int], bool] = lambda _wave: True


class RolloutRun:
    """A run over the devices of a roll-out, in the order of its waves."""

    def __init__(
        self,
        devices: Mapping[str, PlannedDevice],
        terms: RolloutTerms,
        rules: RolloutRules,
        gate: WaveGate | None = None,
    ) -> None:
        self._devices = devices
        self._terms = terms
        self._rules = rules
        self._gate = gate or WaveGate()
        self.shut: StopCause | None = None
        """What the gate behind a wave, or before one, was shut for."""
        troubled = self._troubled()
        self._before = troubled if rules.limit is None else troubled & rules.limit
        self._addresses = addresses_given(devices)

    @property
    def _rollout(self) -> RolloutState:
        return self._terms.log.rollout

    def run(self) -> RolloutOutcome:
        """Carry the roll-out on to where it is going, and return what became of the plan so far."""
        settle_addresses(self._terms.log, self._addresses)
        if self._rollout.aim is Aim.FORWARD:
            self._go_forward()
        if self._rollout.aim is Aim.BACK:
            self._go_back()
        if self._rollout.aim is Aim.CONFIRM:
            self._work(self._devices)
        if not self._terms.stop.asked:
            self._work(self._devices, saving=True)
        settle_addresses(self._terms.log, self._addresses)
        self._close()
        return self._rollout.outcome

    def _go_forward(self) -> None:
        has_worked = False
        for number, wave in self._in_order():
            chosen = [name for name in wave if self._rules.limit is None or name in self._rules.limit]
            waiting = [name for name in chosen if self._step(name) not in _REST]
            if has_worked and waiting and not self._gate.approved():
                self.shut = StopCause.APPROVAL
                break
            if self._rules.is_late or not self._begin(number, chosen, waiting):
                break
            self._work(waiting)
            has_worked = has_worked or bool(waiting)
            is_open = bool(self._rollout.in_wave) and number == self._rollout.open_wave
            if is_open and not any(self._rollout.devices[name].stage in _AT_WORK for name in self._rollout.in_wave):
                self._terms.log.write(WaveEnded(at=utc_now(), number=number))
            if self._is_over():
                break
            if waiting and not self._gate.probed(number):
                self.shut = StopCause.PROBE
                break
        self._turn_back()

    def _in_order(self) -> list[tuple[int, tuple[str, ...]]]:
        """Return the waves, numbered: first those with devices of which nobody knows what they carry, for beside such a one no
        further device is begun."""
        waves = enumerate(self._rollout.begun.waves, start=1)
        return sorted(waves, key=lambda item: not self._before & set(item[1]))

    def _turn_back(self) -> None:
        """Have all go back if something went wrong and the plan is all or nothing."""
        failed, is_probed = self._failed(), self.shut is StopCause.PROBE
        if (failed or is_probed) and self._rollout.begun.all_or_nothing and not self._terms.stop.asked:
            reason = because("apply_turned_back", device=failed[0]) if failed else because("apply_turned_back_probed")
            self._terms.log.write(TurnedBack(at=utc_now(), reason=reason))

    def _begin(self, number: int, chosen: list[str], waiting: list[str]) -> bool:
        """Begin a wave if it is still to be; return whether those behind it may begin, too."""
        if waiting or (chosen and number > self._rollout.wave):
            devices = tuple(waiting or chosen)
            self._terms.log.write(WaveBegun(at=utc_now(), number=number, devices=devices))
            return True
        return number <= self._rollout.wave

    def _go_back(self) -> None:
        """Take back what was done, in the opposite order."""
        for wave in reversed(self._rollout.begun.waves):
            if self._terms.stop.asked:
                return
            self._work([name for name in wave if self._step(name) not in _REST])

    def _work(self, names: Iterable[str], *, saving: bool = False) -> None:
        """Run over devices, some at a time, until all that were begun are done."""
        waiting = deque(names)
        running: set[Future[None]] = set()
        names_of: dict[Future[None], str] = {}
        with ThreadPoolExecutor(self._rules.workers, thread_name_prefix="apply") as pool:
            try:
                while waiting or running:
                    while waiting and len(running) < self._rules.workers and not self._is_over(saving=saving):
                        name = waiting.popleft()
                        run = DeviceRun(self._devices[name], self._terms, saving=saving)
                        names_of[future := pool.submit(run.run)] = name
                        running.add(future)
                    if self._is_over(saving=saving):
                        waiting.clear()
                    done, running = wait(running, _LOOK, FIRST_COMPLETED)
                    for future in done:
                        future.result()
                        self._before -= {names_of[future]}
                    settle_addresses(self._terms.log, self._addresses)
                    if self._terms.stop.asked > 1:
                        self._terms.access.cut()
            except BaseException:
                self._terms.stop.asked = max(self._terms.stop.asked, 2)
                self._terms.access.cut()
                raise

    def _is_over(self, *, saving: bool = False) -> bool:
        """Return whether no further device is to be begun; what is confirmed is saved whatever failed."""
        forward = self._rollout.aim is Aim.FORWARD and not saving
        is_enough = len(self._failed()) >= self._rules.stop_after
        return bool(self._terms.stop.asked) or (forward and (is_enough or self._rules.is_late))

    def _step(self, name: str) -> NextStep:
        return next_step(self._rollout.devices[name], self._rollout.aim)

    def _troubled(self) -> frozenset[str]:
        """Return the devices with which something went wrong, whatever became of them."""
        return frozenset(
            name
            for name, state in self._terms.log.rollout.devices.items()
            if state.stage in _TROUBLED
            or state.barred
            or (state.failure is not None and state.stage is Stage.WENT_BACK)
        )

    def _failed(self) -> list[str]:
        """Return the devices with which something is wrong: what was wrong before this run counts once it was looked at again, or
        if it is not to be."""
        return sorted(self._troubled() - self._before)

    def _close(self) -> None:
        """Write down how the run ends."""
        rollout = self._rollout
        if self._terms.stop.asked:
            why = StopCause.UNHEARD if self._terms.stop.is_unheard else StopCause.INTERRUPTED
            self._terms.log.write(Stopped(at=utc_now(), why=why))
        elif rollout.aim is Aim.FORWARD and self._failed():
            reason = because("apply_failed_devices", count=len(self._failed()))
            self._terms.log.write(Stopped(at=utc_now(), why=StopCause.STOP_RULE, reason=reason))
        elif rollout.aim is Aim.FORWARD and any(self._step(name) not in _REST for name in rollout.devices):
            why = self.shut or (StopCause.WINDOW if self._rules.is_late else StopCause.LIMIT)
            self._terms.log.write(Stopped(at=utc_now(), why=why))
        else:
            given_up = rollout.unsettled
            self._terms.log.write(Ended(at=utc_now(), outcome=rollout.outcome, given_up=given_up))
