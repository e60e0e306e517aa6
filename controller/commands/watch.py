"""`truc watch`: judge a workspace, and again whenever a file of it changes, and say what has turned.

The one idea: mistakes in the files are told like anything else that was found, and watching goes on; the last judgement stands
until the next one.
"""

from __future__ import annotations

import gc
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import FrameType

from controller.boundary import check_folder, parse_day, refusal
from controller.commands.ask_socket import Board, answering
from controller.interruptions import hear_as_before, hear_interruptions
from controller.jobs.pipeline import RUNNING
from controller.jobs.resident import Glance, Resident, WatchRequest, day_of, judge_again
from controller.jobs.seen_files import see, see_calm
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.ask import LastJudgement
from controller.reports.redaction import redact_report
from controller.reports.watch import tell_judged, tell_refused, tell_start
from intents.finding import FindingsError
from intents.workspace import INTENTS_FOLDER

PAUSE = 0.5
"""Seconds between two looks where the system does not tell of changes."""

Events = Callable[[Sequence[Path]], Iterator[None]]
"""Yields whenever it is time to look whether something has changed in folders."""


def polled(folders: Sequence[Path]) -> Iterator[None]:
    """Yield now and again."""
    while True:
        time.sleep(PAUSE)
        yield None


def watch_command(
    output: Output,
    folder: Path,
    on: str | None,
    configs: Path | None,
    events: Events | None,
    *,
    with_failures: bool,
    asked_at: Path | None = None,
) -> ExitCode:
    """Judge a workspace again and again, until somebody interrupts it (or `events` end); FindingsError without a workspace.

    `events`: what tells of changes; None where nothing does, so that files are looked at now and again. `asked_at`: a socket at
    which questions about the last judgement are answered.
    """
    check_folder(folder)
    request = WatchRequest(folder=folder, on=parse_day(on), configs=configs, with_failures=with_failures)
    board = Board()
    with answering(asked_at, board), _interrupted() as asked:
        for _ in _watch(output, request, events, board):
            if asked():
                raise KeyboardInterrupt
    return ExitCode.FINE


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Give what tells whether somebody asked to end: an interruption that arrives while garbage is collected ends nothing."""
    heard: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = hear_interruptions(hear)
    try:
        yield lambda: bool(heard)
    finally:
        hear_as_before(before)


def _watch(output: Output, request: WatchRequest, events: Events | None, board: Board) -> Iterator[None]:
    """Yield after each look, whatever it has found."""
    tell_start(output, request, is_told=events is not None)
    watched = [path for path in _folders(request) if path.is_dir()]
    before: Resident | None = None
    seen: Glance | None = None
    for _ in chain([None], _told(events or polled, watched)):
        if seen is None or _look(request) != seen:
            earlier, seen = seen, _calm_look(request)
            if seen != earlier:
                files = () if earlier is None else seen.changed(earlier)
                before = _judge(output, request, files, seen, before, board)
                output.flush()
                gc.collect()  # nothing is collected while a command runs, and this one does not end
        yield None


def _told(events: Events, watched: Sequence[Path]) -> Iterator[None]:
    """Yield with events, and now and again once there are no more to be had (the system has a bound for them)."""
    with suppress(OSError):
        yield from events(watched)
        return
    yield from polled(watched)


def _judge(
    output: Output,
    request: WatchRequest,
    files: Sequence[Path],
    seen: Glance,
    before: Resident | None,
    board: Board,
) -> Resident | None:
    """Judge what stands there and tell it, on the board first; return what is resident after that: the same as before if it is
    refused."""
    started = time.monotonic()
    try:
        resident = judge_again(request, seen, before, output)
    except (FindingsError, OSError) as error:  # OSError: a file that went while it was read
        findings = error.findings if isinstance(error, FindingsError) else [refusal(error)]
        board.last = replace(board.last, is_current=False)
        tell_refused(output, request, files, findings, time.monotonic() - started, is_first=before is None)
        return before
    seconds = time.monotonic() - started
    shown = redact_report(resident.report)
    board.last = LastJudgement(report=shown, is_current=True)
    tell_judged(output, request, files, None if before is None else redact_report(before.report), shown, seconds)
    return resident


def _folders(request: WatchRequest) -> list[Path]:
    folder = request.folder
    found = [folder, folder / INTENTS_FOLDER, folder / RUNNING]
    return found if request.configs is None else [*found, request.configs]


def _look(request: WatchRequest) -> Glance:
    workspace = see(_folders(request)[:3])
    return Glance(workspace=workspace, texts=see(_folders(request)[3:]), day=day_of(request))


def _calm_look(request: WatchRequest) -> Glance:
    see_calm(_folders(request))
    return _look(request)
