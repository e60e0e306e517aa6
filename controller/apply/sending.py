"""The edits of a way -> a device that carries them: line by line, or as a candidate that is tried and kept.

The one idea: a record stands in the journal before anything leaves, and what comes of it is never taken from what the device says
but from its text, read over another connection. Whatever goes wrong here ends the way with an error, and the device is read.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress

from controller.apply.links import LinksUp, fallen, links_kept
from controller.apply.logbook import utc_now
from controller.apply.terms import Look, RolloutTerms
from controller.apply.ways import EditBlock, EditWay, PlannedDevice, blocks_of, text_after, texts_after
from controller.fleet.readings import ReadingError, ReadingTrouble
from controller.fleet.writing import CandidateSession, LineSession, WritingError, WritingTrouble
from controller.journal.records import Armed, Arming, Confirming, DeadMan, LinksSeen, ReadBack, Sending, Taken
from controller.rollout.steps import text_digest
from intents.reason import because
from routing.vendors import VENDORS
from routing.vendors.change import EditKind
from routing.vendors.entering import CandidateEntry, LineEntry

_MINUTE = 60


def send_way(terms: RolloutTerms, device: PlannedDevice, way: EditWay) -> None:
    """Send what is left of a way, and return when the device, read anew, carries the text at its end. ReadingError, WritingError:
    then it is not known what it carries, if anything was sent."""
    if isinstance(VENDORS[device.reach.platform].entry, CandidateEntry):
        _commit(terms, device, way)
    else:
        _type(terms, device, way)


def is_candidate(device: PlannedDevice) -> bool:
    """Return whether a device takes a whole candidate at once, and goes back by itself if nobody confirms."""
    return isinstance(VENDORS[device.reach.platform].entry, CandidateEntry)


def differs(device: PlannedDevice) -> WritingError:
    """Return the error of a device that carries another text than it should."""
    return WritingError(WritingTrouble.DIFFERS, because("writing_differs", device=device.name))


def stands_at(way: EditWay, text: str, done: int) -> bool:
    """Return whether a text is the one that a device carries after so many edits of a way."""
    return text in texts_after(way.change, done)


# A command line.


def _type(terms: RolloutTerms, device: PlannedDevice, way: EditWay) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(terms.access.lines(device.reach))
        if not stands_at(way, terms.form_of(device, session.text()), way.done):
            raise differs(device)
        if terms.log.device(device.name).armed is not None:
            session.confirm()
        session.enter()
        timer = _Timer(terms, device, way, session)
        alone = False
        for block in blocks_of(way):
            if block.kind is not EditKind.CREATE and not alone:
                stack.enter_context(terms.alone)
                alone = True
            timer.turn(block)
            _type_block(terms, device, way, session, block)
        session.leave()
        timer.end()
        _await_text(terms, device, {way.change.standing})
    terms.log.write(read_back(device, way, len(way.change.edits), way.change.standing))
    if not way.going_back:  # the next device acts meanwhile
        await_links(terms, device, way.change.standing)


class _Timer:
    """The revert timer of a device: it runs while lines act, and neither while objects are made nor while they are deleted."""

    def __init__(self, terms: RolloutTerms, device: PlannedDevice, way: EditWay, session: LineSession) -> None:
        entry = VENDORS[device.reach.platform].entry
        timer = entry.timer if isinstance(entry, LineEntry) else None
        text = way.change.running
        self._is_wanted = terms.patience.arms and timer is not None and all(need.search(text) for need in timer.needs)
        self._terms, self._device, self._way, self._session = terms, device, way, session
        self._runs = False
        self._done = way.done

    def turn(self, block: EditBlock) -> None:
        """Start or end it before some edits are sent."""
        if not self._is_wanted:
            return
        if self._runs and block.kind is EditKind.DELETE:
            self._session.leave()
            self.end()
            self._session.enter()
        elif not self._runs and block.kind is not EditKind.CREATE:
            self._start()
        self._done = block.last

    def _start(self) -> None:
        seconds = self._terms.patience.minutes * _MINUTE
        name = self._device.name
        self._session.leave()
        self._terms.log.write(Arming(at=utc_now(), device=name, dead_man=DeadMan.REVERT_TIMER, seconds=seconds))
        self._session.enter(self._terms.patience.minutes)
        self._terms.log.write(Armed(at=utc_now(), device=name, dead_man=DeadMan.REVERT_TIMER, seconds=seconds))
        self._runs = True

    def end(self) -> None:
        """Confirm, outside configuration mode, what stands: it is read over a fresh connection before."""
        if not self._runs:
            return
        self._is_wanted = self._runs = False
        text = _await_text(self._terms, self._device, texts_after(self._way.change, self._done))
        if not self._way.going_back:
            await_links(self._terms, self._device, text)
        if not self._session.confirm():
            raise WritingError(WritingTrouble.DIFFERS, because("apply_not_confirmed"))


def _type_block(
    terms: RolloutTerms, device: PlannedDevice, way: EditWay, session: LineSession, block: EditBlock
) -> None:
    """Send one portion; what nothing names yet is read back before anything does."""
    first, last = way.counted + block.first, way.counted + block.last
    terms.log.write(Sending(at=utc_now(), device=device.name, first=first, last=last, going_back=way.going_back))
    with terms.secrets.unsaid():
        lines = tuple(terms.secrets.filled(device.reach.platform, line) for line in block.lines)
        session.type_lines(lines, frozenset(way.change.notices))
    terms.log.write(Taken(at=utc_now(), device=device.name, edits=last))
    if block.kind is EditKind.CREATE:
        session.leave()
        if terms.form_of(device, session.text()) != text_after(way.change, block.last):
            raise differs(device)
        session.enter()


def _await_text(terms: RolloutTerms, device: PlannedDevice, texts: Collection[str]) -> str:
    """Return the text of a device, read over a fresh connection, once it is one of some: what it does in the background may take
    a while. ReadingError, WritingError."""
    pauses = list(terms.patience.pauses)
    while (text := terms.read_patiently(device)) not in texts:
        if not pauses:
            raise differs(device)
        terms.pause(pauses.pop(0))
    return text


def await_links(terms: RolloutTerms, device: PlannedDevice, text: str, look: Look | None = None) -> None:
    """Return when what was up before, and what the change leaves alone, is up again, while the device carries a text; `look`:
    what was seen just now. Nothing is asked where that was done already, or nobody looked before.

    ReadingError; WritingError if it carries another text, or if something is not up within `settle` seconds, or half of those in
    which the device goes back by itself."""
    state = terms.log.device(device.name)
    if state.seen is None or state.is_up or not terms.patience.settle:
        return
    kept = links_kept(device)
    until = time.monotonic() + min(terms.patience.settle, math.inf if state.armed is None else state.armed.seconds / 2)
    while True:
        look = look or terms.look(device)
        if look.text != text:
            raise differs(device)
        down = fallen(state.seen, kept, look.links)
        if not down:
            terms.log.write(seen_of(device, look.links))
            return
        if time.monotonic() >= until:
            raise WritingError(WritingTrouble.FALLEN, because("apply_fallen", what=", ".join(down)))
        look = None
        terms.pause(terms.patience.pauses[-1])
        if terms.stop.asked > 1:
            raise ReadingError(ReadingTrouble.NOT_ASKED)


def seen_of(device: PlannedDevice, links: LinksUp) -> LinksSeen:
    """Return the record of what a device showed as up."""
    return LinksSeen(
        at=utc_now(),
        device=device.name,
        interfaces=tuple(sorted(links.interfaces)),
        sessions=tuple(sorted(links.sessions)),
        not_shown=links.not_shown,
    )


def read_back(device: PlannedDevice, way: EditWay, edits: int, text: str) -> ReadBack:
    """Return the record of what was read."""
    return ReadBack(
        at=utc_now(),
        device=device.name,
        digest=text_digest(text),
        edits=way.counted + edits,
        going_back=way.going_back,
    )


# A candidate.


def _commit(terms: RolloutTerms, device: PlannedDevice, way: EditWay) -> None:
    with locked(terms, device) as session:
        if terms.form_of(device, session.text()) != way.change.running:
            raise differs(device)
        lines = [edit.line for edit in way.change.edits if edit.kind is not EditKind.COMMIT]
        _stage(terms, device, way, session, lines)
        token = _try(terms, device, way, session)
        look = terms.look(device)
        if look.text != way.change.standing:
            raise differs(device)
        terms.log.write(read_back(device, way, len(way.change.edits), way.change.standing))
        if not way.going_back:
            await_links(terms, device, way.change.standing, look)
        keep(terms, device, session, token)


def _stage(
    terms: RolloutTerms, device: PlannedDevice, way: EditWay, session: CandidateSession, lines: list[str]
) -> None:
    """Load the lines into the candidate, and see that it is the text that shall stand."""
    with terms.secrets.unsaid():
        session.load([terms.secrets.filled(device.reach.platform, line) for line in lines])
    if terms.form_of(device, session.candidate()) != way.change.standing:
        raise differs(device)


def _try(terms: RolloutTerms, device: PlannedDevice, way: EditWay, session: CandidateSession) -> str:
    """Commit on trial; return the token by which it is confirmed."""
    count = len(way.change.edits)
    token = secrets.token_hex(16) if session.outlives() else ""
    dead_man = DeadMan.PERSISTENT_COMMIT if token else DeadMan.CONFIRMED_COMMIT
    seconds = terms.patience.seconds if token else terms.patience.minutes * _MINUTE
    terms.log.write(Arming(at=utc_now(), device=device.name, dead_man=dead_man, seconds=seconds, token=token))
    first = way.counted + 1
    terms.log.write(
        Sending(at=utc_now(), device=device.name, first=first, last=way.counted + count, going_back=way.going_back)
    )
    session.try_commit(seconds, token)
    terms.log.write(Taken(at=utc_now(), device=device.name, edits=way.counted + count))
    terms.log.write(Armed(at=utc_now(), device=device.name, dead_man=dead_man, seconds=seconds, token=token))
    return token


def keep(terms: RolloutTerms, device: PlannedDevice, session: CandidateSession, token: str) -> None:
    """Confirm what stands; it was read. ReadingError, WritingError.

    A device that does not show that nothing waits any more may still take it back: until it would have, nobody knows.
    """
    terms.log.write(Confirming(at=utc_now(), device=device.name))
    if not session.keep(token):
        terms.pause(max(over_at(terms, device) - time.monotonic(), 0.0))
        if terms.stop.asked > 1:
            raise ReadingError(ReadingTrouble.NOT_ASKED)


def over_at(terms: RolloutTerms, device: PlannedDevice) -> float:
    """Return when (monotonic) a device that goes back by itself has surely done so; 0 if none does."""
    armed = terms.log.device(device.name).armed
    if armed is None:
        return 0.0
    # However the clock was moved since: it is at most the whole time.
    left = min((armed.at - utc_now()).total_seconds(), 0.0) + armed.seconds + terms.patience.grace
    return time.monotonic() + left


def take_back(terms: RolloutTerms, device: PlannedDevice, way: EditWay) -> bool:
    """Have a device take back now what it tries for us with a token; False: nothing waits with it, and where it stands was read.
    ReadingError, WritingError."""
    token = _token(terms, device)
    if not token:
        return False
    count = way.counted + len(way.change.edits)
    terms.log.write(Sending(at=utc_now(), device=device.name, first=way.counted + 1, last=count, going_back=True))
    with terms.access.candidate(device.reach) as session:
        if session.take_back(token):
            return True
    if terms.read_patiently(device) != device.there.standing:
        raise differs(device)
    terms.log.write(
        read_back(device, EditWay(change=device.there, going_back=False), device.edits, device.there.standing)
    )
    return False


def _token(terms: RolloutTerms, device: PlannedDevice) -> str:
    armed = terms.log.device(device.name).armed
    return "" if armed is None else armed.token


@contextmanager
def locked(terms: RolloutTerms, device: PlannedDevice, *, on_trial: bool = False) -> Iterator[CandidateSession]:
    """Hold a device's candidate, clean, for a while; what goes wrong leaves it clean, too. ReadingError; WritingError if somebody
    else has it, or has left it dirty.

    `on_trial`: the device may be trying something for us. Some give nobody the lock meanwhile; what they try with a token stays
    ours without it, and then it is enough that the candidate is the text on trial, and nobody's, when the block begins.
    """
    with terms.access.candidate(device.reach) as session:
        if _lock(terms, session, lambda: on_trial and _holds_ours_alone(terms, device, session)):
            with _unlocked_after(session):
                yield session
        else:
            yield session


def _lock(terms: RolloutTerms, session: CandidateSession, is_needless: Callable[[], bool]) -> bool:
    """Lock a candidate; False: there is no lock and no need of one. ReadingError, WritingError.

    Whoever had it in hand and was cut off holds the lock until the device notices; so it is asked for a few times.
    """
    for pause in (*terms.patience.pauses, None):
        try:
            session.lock()
        except WritingError as error:
            if error.trouble is not WritingTrouble.BUSY:
                raise
            if pause is None:
                if is_needless():
                    return False
                raise
            terms.pause(pause)
        else:
            break
    return True


def _holds_ours_alone(terms: RolloutTerms, device: PlannedDevice, session: CandidateSession) -> bool:
    """Return whether a device carries, and would commit, what it may try for us with a token, there or back, and nothing else.
    ReadingError, WritingError."""
    if not _token(terms, device):
        return False
    text = terms.form_of(device, session.text())
    return text in {device.there.running, device.there.standing} and terms.form_of(device, session.candidate()) == text


@contextmanager
def _unlocked_after(session: CandidateSession) -> Iterator[None]:
    """Give the lock back in the end, and the candidate as it was if anything goes wrong."""
    try:
        yield
    except BaseException:  # a journal that takes nothing more, too: what is left there rides along with the next commit
        with suppress(WritingError, ReadingError):
            session.discard()
        raise
    finally:
        with suppress(WritingError, ReadingError):
            session.unlock()
