"""Every state of a roll-out of a small province, line by line, each judged whole: what the planner's proof is held against.

The one idea: nothing is argued here. After every line that is typed on any device the network is judged between the bounds of
both ends, with the text that stands and with the one whose policies act, with the sites beside it old, new and mixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from controller.rollout.proof import RolloutProof
from controller.rollout.states_between import StatesBetween
from controller.rollout.steps import ACTING, DeviceChange
from intents.prefix import Family
from routing.model import Network
from routing.vendors import VENDORS
from tests.rollouts import Rollout
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.verdicts.flow import Flow
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import Culprit, Holds, Violated

Texts = Mapping[str, str]
MOST_SUBSETS = 4
"""Up to how many sites every subset of them is tried, old and new."""
MIXES = 4


@dataclass(frozen=True)
class LineState:
    """What stands on a device after some typed lines: its text, and the one whose policies act."""

    text: str
    in_force: str


@dataclass(frozen=True)
class WrongState:
    """A state in which something does not hold that both ends want, or refuse; or the line that a device does not take."""

    state: str
    answers: tuple[Answer, ...] = ()


def line_states(change: DeviceChange, stride: int = 1) -> tuple[list[LineState], list[str]]:
    """Return what stands on a device at first and after every line, what was scheduled included, and the lines that it refuses;
    of edits that make or delete what nothing should name, only after every `stride`-th one."""
    vendor = VENDORS[change.platform]
    state = vendor.device_state(change.device, change.running)
    found, refused = [LineState(change.running, change.running)], []
    for number, edit in enumerate(change.edits):
        looks = number % stride == 0 or edit.kind in ACTING
        for line in edit.typed:
            done = vendor.execute(state, line)
            state = done.state
            if not done.is_taken:
                refused.append(line)
            settled = vendor.settled(state)
            for one in ((state,) if settled is state else (state, settled)) if looks else ():
                now = LineState(vendor.state_text(one), vendor.text_in_force(one).text)
                if now != found[-1]:
                    found.append(now)
    end = vendor.settled(state)
    return [*found, LineState(vendor.state_text(end), vendor.text_in_force(end).text)], refused


def wrong_states(rollout: Rollout, proof: RolloutProof, stride: int = 1) -> Iterator[WrongState]:
    """Yield every state that is wrong, in the order of the plan; the sites of one unit go in any order. `stride`: see
    `line_states`."""
    judging = Judging(rollout)
    texts = {**rollout.running}
    yield from judging.judge("running", texts, whole=True)
    texts |= rollout.arrivals
    yield from judging.judge("joined", texts)
    changes = {item.device: item for item in rollout.changes}
    states = {}
    for name, change in changes.items():
        states[name], refused = line_states(change, stride)
        yield from (WrongState(f"refused: {line}") for line in refused)
    for unit in proof.units:
        yield from judging.unit(unit, texts, states)
        texts |= {name: changes[name].standing for name in unit}
    yield from judging.judge("standing", texts, whole=True, cabled=True)
    left = {name: text for name, text in texts.items() if name not in rollout.departures}
    yield from judging.judge("parted", left, whole=True, cabled=True)


def _is_half_built(answer: Answer, network: Network) -> bool:
    """Return whether an answer is of no account in between: what is half built is not as it is planned; and no packet comes in
    on an interface that has no address of its family (IOS-EXEC-13)."""
    verdict = answer.verdict
    if answer.question.kind is QuestionKind.ADDRESSING:
        return True
    match verdict:
        case Violated(flow=Flow() as flow) if flow.start_device:
            return flow.family not in _families(network, flow.start_device, flow.start_interface)
        case Violated(culprits=(Culprit(device=device, ref=("interface", name)), *_)):
            return not _families(network, device, name)
        case _:
            return False


def _families(network: Network, device: str, interface: str) -> set[Family]:
    found = [item for item in network.devices[device].interfaces if item.name == interface and item.enabled]
    return {address.family for item in found for address in item.addresses}


class Judging:
    """Judges each state once, from what was proved of the one before; `count`: how many were."""

    def __init__(self, rollout: Rollout) -> None:
        self._between = StatesBetween(rollout.ends, rollout.running, rollout.interrupted, rollout.reads)
        self._proven: Proven | None = None
        self._seen: set[object] = set()
        self.count = 0

    def judge(self, state: str, texts: Texts, *, whole: bool = False, cabled: bool = False) -> Iterator[WrongState]:
        """Judge the texts of all devices, unless they were judged before; `whole`: nothing is half built, so all is asked."""
        if self._is_known((whole, cabled, tuple(sorted(texts.items())))):
            return
        given = self._between.given(texts, self._between.cabled if cabled else None)
        if self._is_known((whole, cabled, tuple(given.network.devices.items()))):
            return
        self.count += 1
        proven = self._proven
        self._proven = (
            prove(given, with_failures=False) if proven is None else reprove(proven, delta(proven.given, given))
        )
        wrong = [
            item
            for item in self._proven.judgement.answers
            if not isinstance(item.verdict, Holds) and (whole or not _is_half_built(item, given.network))
        ]
        if wrong:
            yield WrongState(state, tuple(wrong))

    def _is_known(self, key: object) -> bool:
        known = key in self._seen
        self._seen.add(key)
        return known

    def unit(
        self, unit: Sequence[str], texts: Texts, states: Mapping[str, Sequence[LineState]]
    ) -> Iterator[WrongState]:
        """Judge every line of each device with the others as they were and as they will be, all subsets, and random mixes."""
        ends = {name: (states[name][0].text, states[name][-1].text) for name in unit}
        for name in unit:
            for others in (0, 1):
                beside = {**texts, **{one: ends[one][others] for one in unit if one != name}}
                standing, acting = ([(now.text, now.in_force)[way] for now in states[name]] for way in (0, 1))
                for number, text in (*enumerate(standing), *enumerate(acting)):
                    yield from self.judge(f"{name} {number} {others}", {**beside, name: text})
        if 1 < len(unit) <= MOST_SUBSETS:
            for chosen in product((0, 1), repeat=len(unit)):
                mixed = {name: ends[name][end] for name, end in zip(unit, chosen, strict=True)}
                yield from self.judge(f"subset {chosen}", {**texts, **mixed})
        random = Random(len(unit))  # noqa: S311 - the same states each time
        for number in range(MIXES if len(unit) > 1 else 0):
            mixed = {name: random.choice(states[name]).in_force for name in unit}
            yield from self.judge(f"mix {number}", {**texts, **mixed})
