"""Two opinions of one question become one verdict.

The one idea: any counterexample that replays in `walk` shuts the gate, whoever found it; where the judges differ without one, the
question is disputed; only what both hold, or what is on the short list of things that one of them can't see, holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from intents.reason import because
from verification.verdicts.opinions import BATFISH
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Replay, Statement, Verdict, Violated

Replays = Callable[[Violated], bool]
"""Returns whether `walk` shows what a violation claims of a packet; False for one without a packet."""


def combine_verdicts(engine: Verdict, second: Verdict | None, replays: Replays) -> Verdict:
    """Return the gate's verdict from the engine's (already replayed) and the second judge's (None: it does not see it)."""
    if isinstance(second, Violated) and not isinstance(engine, Violated) and replays(second):
        return replace(second, replay=Replay.AGREES)
    match engine, second:
        case (Holds(), None) | (Violated() | Disputed() | NotModelled(), _):
            return engine
        case Holds(judges=one, states=states), Holds(judges=other):
            return Holds(judges=tuple(sorted({*one, *other})), states=states)
        case Holds(judges=judges), Violated() as found:
            return Disputed(
                one=Statement(judges=judges, said=because("it_holds")),
                other=Statement(judges=(BATFISH,), said=found.reason, flow=found.flow),
            )
        case Holds(), Disputed() | NotModelled() as found:
            return found
        case _:
            raise AssertionError((engine, second))
