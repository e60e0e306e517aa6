"""One device of a roll-out -> done, back, or left as it is: whatever the journal says comes next, until nothing does.

The one idea: what to do next follows from the journal alone (`next_step`), so a device that a crash left half-way is gone on with
by the same code that began it. The first error ends the way; then the device is read, and its text says what became of it.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

from controller.apply.logbook import utc_now
from controller.apply.sending import (
    await_links,
    differs,
    is_candidate,
    keep,
    locked,
    over_at,
    seen_of,
    send_way,
    stands_at,
    take_back,
)
from controller.apply.terms import RolloutTerms
from controller.apply.ways import (
    EditWay,
    PlannedDevice,
    back_from,
    back_from_text,
    is_half_made,
    place_on,
)
from controller.fleet.readings import ReadingError, ReadingTrouble
from controller.fleet.writing import WritingError, WritingTrouble
from controller.journal.device_state import DeviceState, Stage
from controller.journal.next_step import NextStep, next_step
from controller.journal.records import (
    Aim,
    Alarm,
    Checked,
    Confirmed,
    Confirming,
    Failed,
    Indeterminate,
    ReadBack,
    Saved,
    SecurityEvent,
    WentBack,
)
from controller.rollout.steps import StepError, text_digest
from intents.reason import Reason, because

_MOST_TRIES = 3
"""How often the same is tried with one device in one run."""
_Error = ReadingError | WritingError | StepError


class DeviceRun:
    """A run over one device. `saving`: what stands is kept over a restart, which comes last, and nothing else is done.

    Of a device with a candidate it is noted at once: its commit has kept what stands."""

    def __init__(self, device: PlannedDevice, terms: RolloutTerms, *, saving: bool = False) -> None:
        self._device = device
        self._terms = terms
        self._saving = saving
        self._tries: Counter[NextStep] = Counter()

    @property
    def _state(self) -> DeviceState:
        return self._terms.log.device(self._device.name)

    def run(self) -> None:
        """Do what comes next until nothing does, or until the run is to end now."""
        while self._terms.stop.asked < 2:
            step = next_step(self._state, self._terms.log.rollout.aim)
            is_due = (step is NextStep.SAVE) == self._saving or (step is NextStep.SAVE and is_candidate(self._device))
            if step in {NextStep.NOTHING, NextStep.PERSON} or not is_due:
                self._tell_gone()
                return
            if self._is_tried(step):
                return
            try:
                self._do(step)
            except (ReadingError, WritingError, StepError) as error:
                self._fail(step, error)
        if not self._state.is_settled and self._state.stage is not Stage.INDETERMINATE:
            self._unknown(because("apply_interrupted"))

    def _tell_gone(self) -> None:
        """Write down that a device went back by itself, if what was to be confirmed does not stand on it any more."""
        state = self._state
        if state.stage is Stage.IN_HAND and state.is_known and not state.is_touched and state.armed is not None:
            self._terms.log.write(Failed(at=utc_now(), device=self._device.name, reason=because("apply_not_confirmed")))

    def _is_tried(self, step: NextStep) -> bool:
        """Return whether a step was tried often enough."""
        self._tries[step] += 1
        return self._tries[step] > _MOST_TRIES

    def _do(self, step: NextStep) -> None:
        match step:
            case NextStep.CHECK:
                self._check()
            case NextStep.READ:
                self._read()
            case NextStep.SEND:
                self._send()
            case NextStep.CONFIRM:
                self._confirm()
            case NextStep.GO_BACK:
                self._go_back()
            case NextStep.SAVE:
                self._save()
            case NextStep.NOTHING | NextStep.PERSON:
                raise AssertionError(step)

    # What comes next.

    def _check(self) -> None:
        device = self._device
        look = self._terms.look(device)
        text = look.text
        if text == device.there.running:
            self._terms.log.write(Checked(at=utc_now(), device=device.name, digest=text_digest(text)))
            if self._terms.patience.settle:
                self._terms.log.write(seen_of(device, look.links))
        elif text == device.there.standing:
            self._note(text, device.edits)
        else:
            raise differs(device)

    def _send(self) -> None:
        way = EditWay(change=self._device.there, going_back=False, done=self._state.least)
        if not way.left:
            raise differs(self._device)
        send_way(self._terms, self._device, way)
        if self._state.stage is Stage.CONFIRMING:
            self._confirmed()

    def _confirm(self) -> None:
        """Confirm what was read, if all is up that was: where nothing is armed there is nothing to be asked."""
        device, armed = self._device, self._state.armed
        await_links(self._terms, device, device.there.standing)
        if armed is None:
            digest = text_digest(device.there.standing)
            self._terms.log.write(Confirmed(at=utc_now(), device=device.name, digest=digest))
            return
        if is_candidate(device):
            with locked(self._terms, device, on_trial=True) as session:
                if self._terms.form_of(device, session.text()) != device.there.standing:
                    raise differs(device)
                keep(self._terms, device, session, armed.token)
        else:
            self._terms.log.write(Confirming(at=utc_now(), device=device.name))
            with self._terms.access.lines(device.reach) as lines:
                lines.text()
                lines.confirm()
        self._confirmed()

    def _confirmed(self) -> None:
        text = self._terms.read_patiently(self._device)
        if text == self._device.there.running:
            raise WritingError(WritingTrouble.DIFFERS, because("apply_not_confirmed"))
        if text != self._device.there.standing:
            raise differs(self._device)
        self._terms.log.write(Confirmed(at=utc_now(), device=self._device.name, digest=text_digest(text)))

    def _go_back(self) -> None:
        device = self._device
        text = self._terms.read_patiently(device)
        if text == device.there.running:
            self._settle_back(text)
            return
        way = self._way_back(text)
        if text != device.there.standing or not take_back(self._terms, device, way):
            send_way(self._terms, device, way)
        self._went_back()

    def _way_back(self, text: str) -> EditWay:
        """Return the way back from where a device stands; StepError, WritingError if nobody knows one."""
        state, device = self._state, self._device
        begun = state.start if state.going_back else state.least
        change = back_from(device, begun).change
        known = EditWay(change=change, going_back=True, done=state.least if state.going_back else 0)
        if stands_at(known, text, known.done):
            return known
        place = place_on(change, text)
        if place is not None and state.going_back and place <= state.most:
            self._note_back(text, place)
            return replace(known, done=place)
        if is_half_made(device.there, text):
            change = back_from_text(device, text)
            return EditWay(change=change, going_back=True, counted=state.least if state.going_back else 0)
        raise differs(device)

    def _settle_back(self, text: str) -> None:
        """Write down that a device is back; what is only tried is kept first."""
        device, state = self._device, self._state
        if state.armed is not None and is_candidate(device):
            with locked(self._terms, device, on_trial=True) as session:
                if self._terms.form_of(device, session.text()) != text:
                    raise differs(device)
                if state.read != text_digest(text):
                    self._note_place(text)
                keep(self._terms, device, session, state.armed.token)
        self._went_back()

    def _went_back(self) -> None:
        text = self._terms.read_patiently(self._device)
        if text != self._device.there.running:
            raise differs(self._device)
        self._terms.log.write(WentBack(at=utc_now(), device=self._device.name, digest=text_digest(text)))

    def _note_back(self, text: str, edits: int) -> None:
        self._terms.log.write(
            ReadBack(
                at=utc_now(),
                device=self._device.name,
                digest=text_digest(text),
                edits=edits,
                going_back=True,
            )
        )

    def _save(self) -> None:
        """Keep what stands over a restart; a candidate's commit has done so already."""
        device, state = self._device, self._state
        wanted = device.there.running if state.stage is Stage.WENT_BACK else device.there.standing
        if not is_candidate(device):
            with self._terms.access.lines(device.reach) as lines:
                if self._terms.form_of(device, lines.text()) != wanted:
                    raise differs(device)
                if not lines.save():
                    raise StepError(device.name, device.reach.platform, because("apply_not_saved"))
        self._terms.log.write(Saved(at=utc_now(), device=device.name))

    # What a device carries.

    def _read(self) -> None:
        """Read a device of which it is not known where it stands, and write down where it does."""
        device, state = self._device, self._state
        until = over_at(self._terms, device)
        text = self._awaited(self._terms.read_patiently(device, until=until), until)
        if state.armed is not None and is_candidate(device):
            text = self._awaited(self._read_alone(), until)
        self._note_place(text)

    def _read_alone(self) -> str:
        """Return the text once nobody who was cut off can change it any more: when its candidate can be locked. ReadingError."""
        try:
            with locked(self._terms, self._device, on_trial=True) as session:
                return self._terms.form_of(self._device, session.text())
        except WritingError as error:
            raise ReadingError(ReadingTrouble.UNEXPECTED, error.detail) from error

    def _awaited(self, text: str, until: float) -> str:
        """Return a text that was read; while it is nobody's and the device may still go back, a later one. ReadingError."""
        while self._place(text) is None and time.monotonic() < until and self._terms.stop.asked < 2:
            self._terms.pause(self._terms.patience.pauses[-1])
            text = self._terms.read_patiently(self._device, until=until)
        return text

    def _place(self, text: str) -> tuple[bool, int] | None:
        """Return on which way (back?) and after how many edits a device carries a text, None for none."""
        device, state = self._device, self._state
        if text == device.there.standing and state.least == device.edits and not state.going_back:
            return False, device.edits
        place = place_on(device.there, text)
        if place is None and is_half_made(device.there, text):
            place = 1
        limit = state.start if state.going_back else state.most
        if place is not None and (place <= limit or text == device.there.standing):
            return False, place
        if state.going_back:
            return self._place_back(text)
        return None

    def _place_back(self, text: str) -> tuple[bool, int] | None:
        try:
            place = place_on(back_from(self._device, self._state.start).change, text)
        except StepError:
            return None
        return None if place is None or place > self._state.most else (True, place)

    def _note_place(self, text: str) -> None:
        found = self._place(text)
        going_back, edits = (False, None) if found is None else found
        self._terms.log.write(
            ReadBack(
                at=utc_now(),
                device=self._device.name,
                digest=text_digest(text),
                edits=edits,
                going_back=going_back,
            )
        )

    def _note(self, text: str, edits: int) -> None:
        self._terms.log.write(ReadBack(at=utc_now(), device=self._device.name, digest=text_digest(text), edits=edits))

    # What went wrong.

    def _fail(self, step: NextStep, error: _Error) -> None:
        """Write down what went wrong: the device is read first, if anything was sent."""
        reason = error.reason if isinstance(error, StepError) else error.detail
        if isinstance(error, ReadingError) and error.trouble is ReadingTrouble.KEY_DIFFERS:
            self._terms.log.write(SecurityEvent(at=utc_now(), device=self._device.name, what=Alarm.WRONG_HOST_KEY))
            self._give_up(reason)
            return
        if isinstance(error, WritingError) and error.trouble is WritingTrouble.FALLEN:
            self._give_up(reason)
            return
        if step is NextStep.READ:
            self._unknown(reason)
            return
        if self._is_to_be_read(step, error) and self._terms.stop.asked < 2:
            try:
                self._read()
            except (ReadingError, WritingError) as unread:
                self._fail(NextStep.READ, unread)
                return
        self._judge(step, reason)

    def _is_to_be_read(self, step: NextStep, error: _Error) -> bool:
        """Return whether a device may carry something else than is known: it was touched, or started with what was saved."""
        if next_step(self._state, Aim.FORWARD) is NextStep.READ:
            return True
        is_other = isinstance(error, WritingError) and error.trouble is WritingTrouble.DIFFERS
        was_touched = self._state.is_touched and self._state.stage is not Stage.FAILED
        return is_other and (was_touched or step is NextStep.SAVE)

    def _judge(self, step: NextStep, reason: Reason) -> None:
        """A device that carries what it should after all is gone on with; else it has failed, and goes back if it can."""
        state = self._state
        if state.stage is Stage.INDETERMINATE or (step is NextStep.SEND and state.stage is Stage.STANDING):
            return
        if step in {NextStep.GO_BACK, NextStep.CONFIRM} and self._tries[step] < _MOST_TRIES:
            if step is NextStep.CONFIRM and state.stage is not Stage.STANDING:
                late = because("apply_not_confirmed") if not state.is_touched else reason
                self._terms.log.write(Failed(at=utc_now(), device=self._device.name, reason=late))
            return
        self._give_up(reason)

    def _give_up(self, reason: Reason) -> None:
        state = self._state
        if state.is_known or not state.is_touched:
            self._terms.log.write(Failed(at=utc_now(), device=self._device.name, reason=reason))
        else:
            self._unknown(reason)

    def _unknown(self, reason: Reason) -> None:
        if self._state.stage is Stage.INDETERMINATE and self._state.failure == reason:
            return
        self._terms.log.write(Indeterminate(at=utc_now(), device=self._device.name, reason=reason))
