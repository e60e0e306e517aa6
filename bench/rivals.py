"""What truc, hier_config and annet type to change one IOS-XE device, and what every state in between lets through or cuts.

Run: `python -m bench.rivals [--python PATH] [--cases N] [--seed N]`; PATH is a Python that has hier_config or annet (both MIT;
nothing of ours needs them): `python -m venv DIR && DIR/bin/pip install hier_config==3.7.1 annet==4.8.3`, then DIR/bin/python.

The one idea: a case is one device of a roll-out that truc proves, with all others as they stand when its turn comes. Each tool
gets the same two texts of it and no word about order, which neither rival claims to keep; what it makes is typed line by line
into the same `Vendor.execute` and judged by the look that the roll-out laws use on truc. Nothing is judged behind a line of which
nobody knows what it does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from controller.rollout.steps import DeviceChange, StepError, change_device
from routing.vendors import VENDORS
from routing.vendors.change import Edit, EditKind
from routing.vendors.execution import Refused, TextState, Unmodelled
from tests.rollout_states import Judging, line_states
from tests.rollouts import KINDS, DrawnChange, Rollout, rollout_of
from tests.test_controller_planning import CHANGES, declared, ends_of
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import Violated

DRIVER = Path(__file__).parent / "rival_lines.py"
RIVALS = ("hier_config", "annet")
PLATFORM = "cisco_ios"
OPENS = frozenset(
    {
        QuestionKind.FORBIDDEN,
        QuestionKind.ISOLATION,
        QuestionKind.SOURCE_FENCE,
        QuestionKind.DESTINATION_FENCE,
        QuestionKind.WALL,
        QuestionKind.MANAGEMENT,
    }
)
"""Questions about what nobody may do."""
CUTS = frozenset({QuestionKind.SESSION})


@dataclass(frozen=True, slots=True)
class Case:
    """One device of a roll-out: what truc types there, and the texts of all devices when its turn comes."""

    name: str
    rollout: Rollout
    change: DeviceChange
    beside: dict[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """What a tool makes of a case, and the CPU milliseconds that it took."""

    edits: tuple[Edit, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of the lines of one tool in one case. `ends`: the text that shall stand stands; `acts`: the policies that act in
    the end are those of the text that stands; `refused` counts lines; `unknown`: of some line, or some state, nobody knows what
    it does."""

    lines: int
    milliseconds: float
    states: int
    ends: bool
    acts: bool
    violated: frozenset[QuestionKind]
    refused: int
    unknown: bool

    @property
    def is_clean(self) -> bool:
        """Return whether the end is right, everything is known, and nothing is wrong in any state."""
        return self.ends and self.acts and not (self.violated or self.refused or self.unknown)


# Cases.


def cases_of(name: str, rollout: Rollout) -> Iterator[Case]:
    """Yield each IOS device of a roll-out that truc proves whole, those of one unit each as the first of it."""
    proof = rollout.proof(samples=1)
    if not proof.holds:
        return
    texts = {**rollout.running, **rollout.arrivals}
    changes = {item.device: item for item in rollout.changes}
    for unit in proof.units:
        for device in unit:
            if changes[device].platform == PLATFORM:
                yield Case(f"{name}: {device}", rollout, changes[device], dict(texts))
        texts |= {device: changes[device].standing for device in unit}


def everyday_cases(random: Random) -> Iterator[Case]:
    """Yield a device of each of the small example's everyday changes, there and back."""
    for name in CHANGES:
        for way, ends in (("there", ends_of(name)), ("back", ends_of(name)[::-1])):
            found = list(cases_of(f"{name}, {way}", rollout_of(DrawnChange(ends, declared(name)))))
            if found:
                yield random.choice(found)


def drawn_cases(kind: str, count: int, random: Random) -> list[Case]:
    """Return a device of each of the first roll-outs of a kind that truc proves, `count` of them at most."""
    found: list[Case] = []

    @seeded(random.getrandbits(32))
    @settings(
        max_examples=4 * count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(KINDS[kind])
    def keep(drawn: DrawnChange) -> None:
        if len(found) == count:
            return
        try:
            cases = list(cases_of(f"{kind} {len(found) + 1}", rollout_of(drawn)))
        except StepError:
            return
        found.extend(random.sample(cases, min(1, len(cases))))

    keep()
    return found


def all_cases(count: int, seed: int) -> Iterator[Case]:
    """Yield some `count` cases: ten everyday ones, the others drawn, as many of each kind."""
    random = Random(seed)  # noqa: S311 - the same cases each time
    yield from everyday_cases(random)
    for kind in KINDS:
        yield from drawn_cases(kind, max(1, (count - 2 * len(CHANGES)) // len(KINDS)), random)


# Tools.


def made_by_truc(case: Case) -> Made:
    """Return truc's edits, planned anew to be timed: the way back is made and executed, too."""
    change, began = case.change, time.process_time()
    made = change_device(change.device, change.platform, change.running, change.standing)
    assert made is not None
    return Made(made.edits, (time.process_time() - began) * 1000)


def made_by_rival(python: Path, name: str, cases: Sequence[Case]) -> tuple[str, list[Made]]:
    """Return a rival's version and what it makes of each case; CalledProcessError where it is not installed, or fails."""
    asked = json.dumps([(case.change.running, case.change.standing) for case in cases])
    done = subprocess.run([str(python), str(DRIVER), name], input=asked, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["version"], [Made(edits_of(item["lines"]), item["milliseconds"]) for item in told["made"]]


def edits_of(lines: Sequence[str]) -> tuple[Edit, ...]:
    """Return lines as edits; headers of sections are lines as well, typed where the tool types them."""
    return tuple(Edit(kind=EditKind.SWITCH, line=line) for line in lines)


# What comes of it.


def seen(case: Case, made: Made) -> Seen:
    """Return what comes of a tool's lines in a case, each state judged with all other devices as they stand."""
    known, state, refused, unknown = _typed(case.change, made.edits)
    change = replace(case.change, edits=known, start=None)
    judging = Judging(case.rollout)
    wrong = list(judging.judge("before", case.beside))
    assert not wrong, case.name
    states, _ = line_states(change)
    wrong = list(judging.unit((change.device,), case.beside, {change.device: states}))
    answers = [answer for item in wrong for answer in item.answers]
    vendor = VENDORS[change.platform]
    end = vendor.settled(state)
    stands = vendor.state_text(end)
    return Seen(
        lines=sum(len(edit.typed) for edit in made.edits),
        milliseconds=made.milliseconds,
        states=judging.count,
        ends=unknown is None and stands == change.standing,
        acts=unknown is None and vendor.text_in_force(end).text == stands,
        violated=frozenset(item.question.kind for item in answers if isinstance(item.verdict, Violated)),
        refused=refused,
        unknown=unknown is not None or any(not isinstance(item.verdict, Violated) for item in answers),
    )


def _typed(change: DeviceChange, edits: Sequence[Edit]) -> tuple[tuple[Edit, ...], TextState, int, str | None]:
    """Return the edits before the first line of which nobody knows what it does, the state behind them, how many lines the
    device refused, and that line."""
    vendor = VENDORS[change.platform]
    state, refused = vendor.device_state(change.device, change.running), 0
    for number, edit in enumerate(edits):
        for line in edit.typed:
            done = vendor.execute(state, line)
            if any(isinstance(item, Unmodelled) for item in done.said):
                return tuple(edits[:number]), state, refused, line
            state = done.state
            refused += any(isinstance(item, Refused) for item in done.said)
    return tuple(edits), state, refused, None


# The table.

COLUMNS: Sequence[tuple[str, Callable[[Sequence[Seen]], float]]] = (
    ("cases", len),
    ("end text", lambda found: sum(item.ends for item in found)),
    ("in force", lambda found: sum(item.acts for item in found)),
    ("states", lambda found: sum(item.states for item in found)),
    ("opens", lambda found: sum(bool(item.violated & OPENS) for item in found)),
    ("cuts", lambda found: sum(bool(item.violated & CUTS) for item in found)),
    ("else", lambda found: sum(bool(item.violated - OPENS - CUTS) for item in found)),
    ("refused", lambda found: sum(item.refused > 0 for item in found)),
    ("unknown", lambda found: sum(item.unknown for item in found)),
    ("clean", lambda found: sum(item.is_clean for item in found)),
    ("lines", lambda found: sum(item.lines for item in found)),
    ("CPU ms", lambda found: sum(item.milliseconds for item in found) / max(1, len(found))),
)


def row(tool: str, found: Sequence[Seen]) -> str:
    """Return a row of the table: cases but for states judged, lines typed, and CPU milliseconds a case."""
    return f"{tool:<18}" + "".join(f"{round(column(found)):>9}" for _, column in COLUMNS)


def main() -> None:
    """Print a row for each tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, help="a Python that has hier_config or annet")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", action="store_true", help="print each case as well")
    asked = parser.parse_args()
    cases = list(all_cases(asked.cases, asked.seed))
    tools = [("truc", [made_by_truc(case) for case in cases])]
    for name in RIVALS:
        if asked.python is None:
            print(f"{name} is not there: no --python")
            continue
        try:
            version, made = made_by_rival(asked.python, name, cases)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} is not there: {error} {getattr(error, 'stderr', '').strip()}")
            continue
        tools.append((f"{name} {version}", made))
    print(f"{'tool':<18}" + "".join(f"{title:>9}" for title, _ in COLUMNS), flush=True)
    for tool, made in tools:
        found = []
        for case, item in zip(cases, made, strict=True):
            found.append(seen(case, item))
            if asked.each:
                print(f"  {case.name}: {found[-1]}", flush=True)
        print(row(tool, found), flush=True)


if __name__ == "__main__":
    main()
