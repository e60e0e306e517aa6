"""Who listens to a roll-out -> whether it goes on: people and the system by their words, a screen or a log by being there.

The one idea: whoever stops listening stops nothing that is in hand. What goes forward begins nothing more then, for nobody would
see what comes of it; what goes back goes on to its end, for that is what somebody wants who has lost sight of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from controller.fleet.interruption import stopping
from controller.fleet.readings import Stop
from controller.journal.file import Journal
from controller.journal.records import Aim
from controller.output.terminal import Output


@contextmanager
def listened_to(output: Output, journal: Journal, *, back: bool = False) -> Iterator[Stop]:
    """Give what says whether a roll-out is to end: it was interrupted, or what it says can't be written any more. If it can't be
    before anything is begun, nothing is (OSError). `back`: it goes back from its beginning, not only once something failed."""
    if not back:
        output.flush()
    with stopping() as stop:

        def lose(reason: str) -> None:
            last = journal.state.last
            is_going_back = back or (last is not None and last.aim is Aim.BACK)
            if not is_going_back:
                stop.lose_listener()
            output.error(output.words("apply_unheard_back" if is_going_back else "apply_unheard", reason=reason))

        with output.going_on(lose):
            yield stop
