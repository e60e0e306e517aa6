"""All that judges say of one network, and over how much.

The one idea: answers never stand alone; beside them stands what was looked at, so that a report over nothing can't look like one
over everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from verification.questions.unreachable_lines import BoundLists
from verification.verdicts.opinions import Alone, SecondJudge
from verification.verdicts.question import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All answers, and how much was looked at: devices read, routing states, and flows: (source, destination, family)
    pairs whose sessions must be delivered, and fences proved. `second`: the second judge, if one was asked; `alone`: what
    one judge alone vouches for. `lists`: what was found in bound access lists; it makes no verdict. `walked`: packets of a
    sample that the dull meaning was asked about, whatever the answers were (`verification.sample`)."""

    answers: tuple[Answer, ...]
    devices: int
    states: int
    flows: int
    walked: int = 0
    second: SecondJudge | None = None
    alone: tuple[Alone, ...] = ()
    lists: BoundLists = field(default_factory=BoundLists)
