"""A session with a device -> its whole text, if it is whole and the device's own.

The one idea: what is read is believed only if its end is there and it names the device that was asked for; a session that only
reads and one that writes ask alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.fleet.lines import Line
from controller.fleet.readings import DeviceReach, ReadingError, ReadingTrouble
from controller.fleet.sessions import NetconfSession
from controller.fleet.terminals import Terminal
from controller.fleet.words import DeviceWords
from intents.reason import Reason, because
from routing.vendors.showing import Gap, Showing

GAPS: Mapping[Gap, Reason] = {
    Gap.REFUSED: because("reading_gap_refused"),
    Gap.NO_END: because("reading_gap_no_end"),
    Gap.SHORT: because("reading_gap_short"),
    Gap.EMPTY: because("reading_gap_empty"),
}


def ask_text(session: Terminal | NetconfSession, line: Line, words: DeviceWords) -> str:
    """Return a device's whole text; ReadingError, also if it is another device's."""
    name = ""
    if isinstance(session, Terminal):
        session.get_ready(words.showing)
        name = session.name(words.showing)
    text = ask_again(session, words.showing)
    check_names(line.reach, name, words.host_name(text))
    return text


def ask_again(session: Terminal | NetconfSession, showing: Showing) -> str:
    """Return the whole text of a device that is ready; ReadingError."""
    answer = session.ask(showing)
    gap = showing.gap(answer)
    if gap is not None:
        trouble = ReadingTrouble.UNEXPECTED if gap in {Gap.REFUSED, Gap.EMPTY} else ReadingTrouble.INCOMPLETE
        raise ReadingError(trouble, GAPS[gap])
    return showing.settled(answer)


def check_names(reach: DeviceReach, prompt: str, found: str | None) -> None:
    """ReadingError unless the name found in a text is that of the device asked for, and the prompt, which may be cut, is, too."""
    if found != reach.device:
        detail = because("reading_names_itself", found=found or "-", wanted=reach.device)
        raise ReadingError(ReadingTrouble.ANOTHER_NAME, detail)
    if prompt and not reach.device.startswith(prompt):
        raise ReadingError(
            ReadingTrouble.ANOTHER_NAME, because("reading_prompt_names", found=prompt, wanted=reach.device)
        )
