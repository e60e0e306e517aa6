"""Two workspaces and the changes of their devices -> the proof that no state between them opens or cuts anything (law 13).

The one idea: a roll-out has more states than anybody could judge, so premises about each device are checked, and whole
judgements between the bounds of both workspaces are made where they stand for all others: before, with all stubs changed, after
each position of every device that is no stub or can't be mixed with them (these go one by one), and of random states to attack
the argument. What is wrong before the first line (somebody has changed a device by hand) no plan can undo at once: until the end
it may stay as it is, by the same packet, and must be gone then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from controller.jobs.pipeline import Compiled
from controller.rollout.mixing import tied_to_order
from controller.rollout.premises import (
    PremiseFault,
    Stand,
    acting,
    check_arrival,
    check_choices,
    check_fences,
    check_logins,
    check_told_alike,
    check_understood,
    check_unnamed,
    is_stub,
)
from controller.rollout.states_between import StatesBetween, Texts
from controller.rollout.steps import DeviceChange, EditOutcome, EditPosition, last_text, outcome
from controller.rollout.way_in import Moment, WayInFault, WayInWatch, WaysIn, found_of, moment_of
from intents.reason import because
from routing.model import PhysicalLink
from routing.text_reads import TextReads
from routing.vendors.change import EditKind
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.evidence.routing_part import routing_device
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import Holds, Violated

SAMPLES = 4
MOST_WRONG = 20
WHOLE_STATES = ("running", "standing", "parted")
"""States in which nothing is half built."""
_LAST = WHOLE_STATES[1:]
"""States in which nothing may be wrong any more, whatever was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedState:
    """One state that was judged whole: what it is called, the device in the middle of its edits, what does not hold there, and
    which devices nobody who changes them gets to. `amiss`: what does not hold there either, as it did not before the plan."""

    name: str
    device: str = ""
    edits: int = 0
    questions: int
    wrong: tuple[Answer, ...] = ()
    amiss: tuple[Answer, ...] = ()
    lost: tuple[WayInFault, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether all that is asked of it holds."""
        return not self.wrong and not self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutProof:
    """What was shown of all states between two: premises that do not hold, and the states judged whole. `stubs` go in any order
    and any number at once; `sequence` one after the other; `units` has all in order, the stubs as one. `stands`: how many
    positions of devices were looked at. `ways_in`: what was found of whoever changes devices."""

    stubs: tuple[str, ...]
    sequence: tuple[str, ...]
    units: tuple[tuple[str, ...], ...]
    stands: int
    faults: tuple[PremiseFault, ...]
    states: tuple[JudgedState, ...]
    ways_in: WaysIn

    @property
    def holds(self) -> bool:
        """Return whether every premise and every judged state holds."""
        return not self.faults and not self.ways_in_lost and all(not state.wrong for state in self.states)

    @property
    def mended(self) -> tuple[Answer, ...]:
        """Return what is wrong as the network stands, and not any more in the end."""
        return next((state.amiss for state in self.states), ())

    @property
    def ways_in_lost(self) -> tuple[WayInFault, ...]:
        """Return where whoever changes devices gets no longer into one, or is not known to."""
        return (*self.ways_in.faults, *(fault for state in self.states for fault in state.lost))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    change: DeviceChange
    outcome: EditOutcome
    stands: tuple[Stand, ...]


def prove_rollout(  # noqa: PLR0913 - two ends, what is done, and what it is done beside
    ends: tuple[Compiled, Compiled],
    running: Texts,
    changes: Sequence[DeviceChange],
    samples: int = SAMPLES,
    *,
    arrivals: Texts | None = None,
    departures: Sequence[str] = (),
    interrupted: Collection[str] = (),
    reads: TextReads | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> RolloutProof:
    """Return the proof of a roll-out that starts from the running texts of all devices.

    `arrivals`: texts of devices that are joined to the network before the others are changed; `departures`: that are taken out
    behind them. `interrupted`: devices whose attachments nothing is promised to in between: they are without the network when
    cables are changed over, which is behind the last edit.
    """
    between = StatesBetween(ends, running, interrupted, reads)
    devices = {change.device: _device(between, change) for change in changes}
    proven = prove(between.given(running), with_failures=False)
    alone = {name: item.stands for name, item in sorted(devices.items()) if _chooses_alone(proven, item)}
    tied = tied_to_order(alone)
    stubs = tuple(name for name in alone if name not in tied)
    watch = WayInWatch(ends, between.given({}), between.devices(running), interrupted)
    states = _States(between, proven, watch, {change.device: change for change in changes})
    states.keep("running")
    if arrivals:
        running = {**running, **arrivals}
        states.judge("joined", running)
    faults = [fault for item in devices.values() for fault in _premises(item, between, stubs)]
    order = _Order(states, devices, stubs, samples, progress or (lambda *_: None))
    texts = order.go(running)
    states.judge("standing", texts, links=between.cabled)
    if departures:
        left = {name: text for name, text in texts.items() if name not in departures}
        states.judge("parted", left, links=between.cabled)
    return RolloutProof(
        stubs=stubs,
        sequence=tuple(name for unit in order.units if unit != stubs for name in unit),
        units=tuple(order.units),
        stands=sum(len(item.stands) for item in devices.values()),
        faults=(*faults, *order.faults),
        states=tuple(states.found),
        ways_in=found_of(
            watch,
            [(item.change, item.stands) for item in devices.values()],
            lambda change: _device(between, change.reversed).stands,
        ),
    )


class _Order:
    """Finds an order in which every state holds: all stubs together are one unit, every other device is one. The one idea: go on
    with any unit after which everything holds; that some order is wrong is often but a matter of who comes first."""

    def __init__(
        self,
        states: _States,
        devices: Mapping[str, _Device],
        stubs: tuple[str, ...],
        samples: int,
        tell: Callable[[str, int, int], None],
    ) -> None:
        self._states, self._devices, self._stubs, self._samples, self._tell = states, devices, stubs, samples, tell
        self.units: list[tuple[str, ...]] = []
        self.faults: list[PremiseFault] = []

    def go(self, texts: Texts) -> Texts:
        """Return the texts after all units."""
        left = [self._stubs] if self._stubs else []
        left += [(name,) for name in sorted(self._devices.keys() - set(self._stubs))]
        total = len(left)
        while left:
            self._tell("plan_states", total - len(left), total)
            unit, texts = self._next(left, texts)
            left.remove(unit)
            self.units.append(unit)
        return texts

    def _next(self, left: Sequence[tuple[str, ...]], texts: Texts) -> tuple[tuple[str, ...], Texts]:
        """Return the first unit after which everything holds, the first one of all if there is none."""
        before = self._states.mark()
        for unit in left:
            after, faults = self._through(unit, texts)
            if not faults and not self._states.wrong_since(before):
                return unit, after
            self._states.back_to(before)
        after, faults = self._through(left[0], texts)
        self.faults += faults
        return left[0], after

    def _through(self, unit: tuple[str, ...], texts: Texts) -> tuple[Texts, list[PremiseFault]]:
        if unit == self._stubs:
            return self._all_stubs(texts)
        return _one_by_one(self._states, self._devices[unit[0]], texts), []

    def _all_stubs(self, texts: Texts) -> tuple[Texts, list[PremiseFault]]:
        before = self._states.proven
        changed = {**texts, **{name: self._devices[name].change.standing for name in self._stubs}}
        after = self._states.judge("stubs_changed", changed)
        faults = _told_alike(before, after, self._stubs)
        for mix in _mixes(texts, self._devices, self._stubs, self._samples):
            self._states.judge("sample", mix)
        return changed, faults


def _device(between: StatesBetween, change: DeviceChange) -> _Device:
    found = outcome(change)
    stands = tuple(between.stand(change.device, item) for item in found.positions)
    return _Device(change=change, outcome=found, stands=stands)


def _chooses_alone(proven: Proven, item: _Device) -> bool:
    return proven.parts is not None and is_stub(proven.parts.filtered.evidence, item.change.device, item.stands)


def _premises(item: _Device, between: StatesBetween, stubs: Sequence[str]) -> Iterator[PremiseFault]:
    name = item.change.device
    ports = [port for port in between.given({}).network.ports if port.device == name]
    yield from check_arrival(item.change, item.outcome)
    yield from _unnamed(item, between)
    yield from check_understood(item.change.platform, name, item.stands)
    yield from check_fences(name, item.stands, ports)
    yield from check_logins(name, item.stands)
    if name in stubs:
        yield from check_choices(name, item.stands)


def _unnamed(item: _Device, between: StatesBetween) -> Iterator[PremiseFault]:
    """Check what is made before the first edit that acts, and what is deleted behind the last one; a candidate acts all at
    once."""
    edits, name = item.change.edits, item.change.device
    if any(edit.kind is EditKind.COMMIT for edit in edits):
        return
    made = sum(edit.kind is EditKind.CREATE for edit in edits)
    if any(edit.kind is not EditKind.CREATE for edit in edits[:made]):
        yield PremiseFault(device=name, edits=made, reason=because("premise_order"))
    if made:
        text = last_text(name, item.change.platform, item.change.running, edits[:made])
        after = between.stand(name, EditPosition(edits=made, text=text, in_force=text)).device
        yield from check_unnamed(name, item.stands[0].device, after, made)
    standing = EditPosition(edits=len(edits), text=item.change.standing, in_force=item.change.standing)
    last = item.stands[-1]
    yield from check_unnamed(name, last.device, between.stand(name, standing).device, last.edits)


class _States:
    """Judges states one after the other, each from what was proved of the one before."""

    def __init__(
        self, between: StatesBetween, proven: Proven, watch: WayInWatch, changes: Mapping[str, DeviceChange]
    ) -> None:
        self._between, self.proven, self._watch, self._changes = between, proven, watch, changes
        self.found: list[JudgedState] = []
        self._before = frozenset(map(_packet, self._wrong("running")))

    def _wrong(self, name: str) -> list[Answer]:
        answers = self.proven.judgement.answers
        return [answer for answer in answers if not isinstance(answer.verdict, Holds) and _matters(name, answer)]

    def keep(self, name: str, device: str = "", edits: int = 0) -> None:
        answers, found = self.proven.judgement.answers, self._wrong(name)
        amiss = [item for item in found if name not in _LAST and _is_mendable(item) and _packet(item) in self._before]
        wrong = [item for item in found if item not in amiss]
        self.found.append(
            JudgedState(
                name=name,
                device=device,
                edits=edits,
                questions=len(answers),
                wrong=tuple(wrong[:MOST_WRONG]),
                amiss=tuple(amiss),
                lost=self._lost(name, device, edits),
            )
        )

    def _lost(self, name: str, device: str, edits: int) -> tuple[WayInFault, ...]:
        if self.proven.parts is None:
            return ()
        moment = moment_of(self._changes[device], edits, state=name) if device else Moment(state=name)
        evidence = self.proven.parts.filtered.evidence
        return tuple(self._watch.routes(evidence, moment, is_whole=name in WHOLE_STATES))

    def mark(self) -> tuple[int, Proven]:
        """Return where this is, to go back to."""
        return len(self.found), self.proven

    def back_to(self, mark: tuple[int, Proven]) -> None:
        """Forget what was judged since."""
        count, self.proven = mark
        del self.found[count:]

    def wrong_since(self, mark: tuple[int, Proven]) -> bool:
        """Return whether anything was wrong since."""
        return any(not state.holds for state in self.found[mark[0] :])

    def judge(
        self,
        name: str,
        texts: Texts,
        device: str = "",
        edits: int = 0,
        links: tuple[PhysicalLink, ...] | None = None,
    ) -> Proven:
        given = self._between.given(texts, links)
        self.proven = reprove(self.proven, delta(self.proven.given, given))
        self.keep(name, device, edits)
        return self.proven


def _is_mendable(answer: Answer) -> bool:
    """Return whether it is known what is wrong; of what nobody understands nobody knows that it stays as it is."""
    return isinstance(answer.verdict, Violated)


def _packet(answer: Answer) -> tuple[object, ...]:
    """Return what does not hold, and by what it is shown, without the lines that are to blame."""
    verdict = answer.verdict
    shown = (verdict.reason, verdict.flow, verdict.failure) if isinstance(verdict, Violated) else ()
    return (answer.question, *shown)


def _matters(state: str, answer: Answer) -> bool:
    """Return whether an answer counts in a state: what is half built is not yet as it is planned, and need not be."""
    return state in WHOLE_STATES or answer.question.kind is not QuestionKind.ADDRESSING


def _one_by_one(states: _States, item: _Device, texts: Texts) -> dict[str, str]:
    """Judge every position of a device at which it may treat routes otherwise than at the one before; return the texts after
    it."""
    name, known = item.change.device, {routing_device(acting(item.stands[0].in_force))}
    for position, stand in zip(item.outcome.positions, item.stands, strict=True):
        for text, device in ((position.text, stand.device), (position.in_force, stand.in_force)):
            part = routing_device(acting(device))
            if part not in known:
                known.add(part)
                states.judge("position", {**texts, name: text}, name, position.edits)
    return {**texts, name: item.change.standing}


def _told_alike(before: Proven, after: Proven, stubs: Sequence[str]) -> list[PremiseFault]:
    if before.parts is None or after.parts is None:
        return []
    evidence = (before.parts.filtered.evidence, after.parts.filtered.evidence)
    return list(check_told_alike(*evidence, frozenset(stubs)))


def _mixes(
    running: Texts, devices: Mapping[str, _Device], stubs: Sequence[str], count: int
) -> Iterator[dict[str, str]]:
    """Yield random states: every stub anywhere in its edits."""
    random = Random(len(devices))  # noqa: S311 - which states attack the argument is drawn the same way each time
    for _ in range(count if stubs else 0):
        yield {**running, **{name: random.choice(devices[name].outcome.positions).in_force for name in stubs}}
