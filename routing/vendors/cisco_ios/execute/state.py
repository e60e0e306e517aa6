"""The state of an IOS-XE device while lines are typed, and what a line does to it when nothing special is known of it.

The one idea: beside the text stands what of it acts later: route policies until a soft clear (IOS-UP-16), a VRF's deletion until
it is done (IOS-EXEC-07). Old trees are kept whole, because a tree that is never changed costs nothing to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from intents.reason import because
from routing.vendors.cisco_ios.execute.forms import FormMatch, Taking
from routing.vendors.cisco_ios.execute.lines import EMPTY, Block, Keys, StandingLine, drop, entry_at, put
from routing.vendors.cisco_ios.execute.writing import negated
from routing.vendors.execution import Accepted, Answer, Refused, TextState, Unmodelled


class OpenSection(NamedTuple):
    """A section that is open: its place in the block above, its kind, and its first line."""

    keys: Keys
    kind: str
    header: str


class PolicySession(NamedTuple):
    """A BGP session in one family: `vrf` is "" for the global table."""

    vrf: str
    family: str
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IosState(TextState):
    """What stands on the device, the sections that are open (None: outside configuration mode), and what is still to come.

    `applied` is the text whose policies all sessions had at first; `cleared` that of sessions and directions ("in", "out") whose
    policies were applied again later. `deleting`: VRFs that are scheduled for deletion. `gone`: interfaces that were deleted with
    lines on them. `entered` counts lines.
    """

    root: Block = field(default_factory=dict)
    mode: tuple[OpenSection, ...] | None = ()
    applied: Block = field(default_factory=dict)
    cleared: Mapping[tuple[PolicySession, str], Block] = field(default_factory=dict)
    deleting: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    entered: int = 0


class TypedLine(NamedTuple):
    """A line that is of a known form, typed into a state, and the place of the block that it stands in."""

    state: IosState
    at: Keys
    match: FormMatch

    @property
    def place(self) -> Keys:
        """Return the place of the line."""
        return self.at + self.match.keys()

    @property
    def standing(self) -> StandingLine | None:
        """Return what stands at its place."""
        return entry_at(self.state.root, self.place)


class LineOutcome(NamedTuple):
    """The next state and what the device said."""

    state: IosState
    said: tuple[Answer, ...] = (Accepted(),)


def keys_of(mode: tuple[OpenSection, ...]) -> Keys:
    """Return the place of the block of the innermost open section."""
    return tuple(key for step in mode for key in step.keys)


def refused(turn: TypedLine, text: str) -> LineOutcome:
    """Return the state as it was: the device says why."""
    return LineOutcome(turn.state, (Refused(text),))


def unmodelled(turn: TypedLine, line: str) -> LineOutcome:
    """Return the state as it was: what the line does is in no document found while another line stands."""
    return LineOutcome(turn.state, (Unmodelled(because("effect_beside_line", line=line)),))


def put_line(turn: TypedLine, below: Block | None = None) -> LineOutcome:
    """Put the line in the place of what has its key, and open its section; `below`: what a new section holds."""
    state, match = turn.state, turn.match
    old = turn.standing
    if old is None or old.text != match.text:
        kept = (
            old.below if old is not None and old.below is not None else (below or EMPTY) if match.form.opens else None
        )
        entry = StandingLine(match.text, match.order(state.entered), kept)
        root = put(state.root, turn.place, entry, match.group_order())
        state = replace(state, root=root, entered=state.entered + 1)
    if match.form.opens and state.mode is not None:
        step = OpenSection(match.keys(), match.form.opens, match.text)
        state = replace(state, mode=(*state.mode, step))
    return LineOutcome(state)


def take_line(turn: TypedLine) -> LineOutcome:
    """Take the line back (IOS-GRAM-07); nothing changes if it does not stand."""
    old = turn.standing
    if old is None:
        return LineOutcome(turn.state)
    if turn.match.form.taking is Taking.SAME and old.text != negated(turn.match.text):
        return unmodelled(turn, old.text)
    return LineOutcome(replace(turn.state, root=drop(turn.state.root, turn.place)))
