"""A roll-out as it goes on, and where it stands in the end -> what a person or a script reads of it.

The one idea: what is told is what stands in the journal, as soon as it is there; of lines only their number, for a line may hold
a secret, and what is left to a person is said device by device with what to do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from controller.apply.ways import PlannedDevice
from controller.journal.device_state import IN_FORCE, DeviceState, Stage
from controller.journal.plain import write_record
from controller.journal.records import (
    Armed,
    Begun,
    Confirmed,
    Ended,
    Failed,
    Indeterminate,
    LinksSeen,
    Record,
    Resumed,
    RolloutOutcome,
    Saved,
    SecurityEvent,
    Sending,
    StopCause,
    Stopped,
    TurnedBack,
    WaveBegun,
    WaveEnded,
    WentBack,
)
from controller.journal.state import RolloutState
from controller.output.json_lines import print_message
from controller.output.terminal import Output
from controller.reports.findings import count_findings, tell_findings
from controller.rollout.filed import FiledPlan
from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import because
from routing.vendors import VENDORS
from routing.vendors.change import Edit

_MINUTE = 60
_KEYS: Mapping[type, str] = {
    Failed: "apply_failed",
    Indeterminate: "apply_unknown",
    TurnedBack: "apply_turned_back",
    Confirmed: "apply_confirmed",
    Saved: "apply_saved",
    WentBack: "apply_went_back",
    SecurityEvent: "apply_security",
}


class RolloutReport:
    """Hears of every record and tells it; several threads may speak."""

    def __init__(self, output: Output, plan: FiledPlan) -> None:
        self._output = output
        self._total = len(plan.devices)
        self._waves = len(plan.waves)
        self._done: set[str] = set()
        self._not_shown: set[str] = set()
        self._begun = time.monotonic()
        self._turn = threading.Lock()

    def hear(self, record: Record) -> None:
        """Tell one record."""
        with self._turn:
            if isinstance(record, Confirmed | WentBack | Failed | Indeterminate):
                self._done.add(record.device)
            if self._output.json:
                print_message(self._output, {"type": "event", "event": write_record(record)})
                self._output.flush()
            else:
                self._say(record)
            self._output.progress("apply", len(self._done), self._total)

    def _say(self, record: Record) -> None:
        """Say one record, if people read it at all: a device by its own words, the roll-out by its own."""
        output = self._output
        match record:
            case Failed() | Indeterminate() | TurnedBack():
                output.say(_KEYS[type(record)], reason=output.in_words(record.reason), device=_device_of(record))
            case Armed():
                output.say("apply_armed", device=record.device, minutes=record.seconds // _MINUTE)
            case Confirmed() | Saved() | WentBack() | SecurityEvent():
                output.say(_KEYS[type(record)], device=record.device)
            case LinksSeen(not_shown=missing) if missing and record.device not in self._not_shown:
                self._not_shown.add(record.device)
                more = f" (+{len(missing) - 1})" if missing[1:] else ""
                output.say("apply_not_shown", device=record.device, what=output.in_words(missing[0]) + more)
            case Sending() if record.going_back and record.first == 1:
                output.say("apply_going_back", device=record.device)
            case _:
                self._say_course(record)

    def _say_course(self, record: Record) -> None:
        output = self._output
        match record:
            case Begun():
                count = len(record.devices)
                output.say(
                    "apply_begun", digest=record.plan, operator=record.operator, devices=count, waves=self._waves
                )
            case Resumed():
                output.say(
                    "apply_resumed", operator=record.operator, aim=output.words(f"aim_{record.aim.name.lower()}")
                )
            case WaveBegun():
                output.say("apply_wave", number=record.number, of=self._waves, devices=", ".join(record.devices))
            case WaveEnded():
                output.say("apply_wave_ended", number=record.number, minutes=self._left())
            case Stopped():
                output.say(f"apply_stopped_{record.why.name.lower()}")
            case Ended():
                output.say(f"apply_ended_{record.outcome.name.lower()}")
            case _:
                pass

    def _left(self) -> int:
        """Return how many minutes the rest takes if it takes as long as what is done."""
        if not self._done:
            return 0
        each = (time.monotonic() - self._begun) / len(self._done)
        return max(round(each * (self._total - len(self._done)) / _MINUTE), 0)


def _device_of(record: Failed | Indeterminate | TurnedBack) -> str:
    return "" if isinstance(record, TurnedBack) else record.device


def print_rollout(output: Output, folder: Path, rollout: RolloutState, report: RolloutReport) -> None:
    """Say where a roll-out stands, what is left to a person, and what to do next."""
    told = left_to_people(rollout)
    counts = {stage.name.lower(): count for stage, count in rollout.counts.items()}
    tell_findings(output, folder, told)
    if output.json:
        ok = rollout.ended is not None and not told
        body = {"outcome": str(rollout.outcome), "devices": counts, **count_findings(told)}
        print_message(output, {"type": "summary", "ok": ok, **body})
        return
    words = ", ".join(f"{count} {output.words(f'device_stage_{name}')}" for name, count in counts.items())
    output.say("apply_where", devices=len(rollout.devices), counts=words)
    output.say(_next(rollout, told))


def _next(rollout: RolloutState, told: tuple[Finding, ...]) -> str:
    """Return what is said of what comes next."""
    if rollout.ended is None:
        is_late = rollout.stopped is not None and rollout.stopped.why is StopCause.WINDOW
        return "next_apply_window" if is_late else "next_apply_stopped"
    if told:
        return "next_apply_stopped"
    return "next_apply_partly" if rollout.ended.outcome is RolloutOutcome.PARTLY_APPLIED else "next_apply_done"


def left_to_people(rollout: RolloutState) -> tuple[Finding, ...]:
    """Return what a person has to look at: devices of which nobody knows what they carry or that stand half-way, and such as
    would start with another text than the one that acts."""
    return tuple(finding for _, state in sorted(rollout.devices.items()) for finding in _of_device(state))


def _has_old_text(state: DeviceState) -> bool:
    """Return whether a device that failed was read, last of all, with the text that it had before."""
    is_other = state.failure is not None and state.failure.key == "writing_differs"
    return state.stage is not Stage.FAILED or (state.read == state.target.running and not is_other)


def _of_device(state: DeviceState) -> tuple[Finding, ...]:
    found = []
    why = state.failure or because("apply_no_reason")
    where = Where(device=state.device)
    if state.barred:
        found.append(make_finding("TR963", where, device=state.device))
        if not state.is_touched:
            return tuple(found)
    if state.stage is Stage.INDETERMINATE:
        found.append(make_finding("TR960", where, device=state.device, reason=why))
    elif not state.is_settled:
        found.append(
            make_finding("TR961", where, device=state.device, reason=why, done=state.least, of=state.target.edits)
        )
    elif state.failure is not None:
        code = "TR962" if _has_old_text(state) else "TR978"
        found.append(make_finding(code, where, severity=Severity.WARNING, device=state.device, reason=why))
    if not state.is_saved and (state.stage in IN_FORCE or state.stage is Stage.WENT_BACK):
        found.append(make_finding("TR964", where, severity=Severity.WARNING, device=state.device))
    return tuple(found)


def print_commands(
    output: Output, plan: FiledPlan, devices: Mapping[str, PlannedDevice], *, back: bool = False
) -> None:
    """Print what would be typed, wave by wave; a secret is hidden."""
    waves = reversed(plan.waves) if back else plan.waves
    for wave in waves:
        for name in wave.devices:
            change = devices[name].back if back else devices[name].there
            if output.json:
                edits = [_edit_message(change.platform, edit) for edit in change.edits]
                print_message(output, {"type": "commands", "device": name, "edits": edits})
                continue
            output.say("apply_commands", device=name, edits=len(change.edits))
            for edit in change.edits:
                output.line(
                    f"  {edit.kind:7}{' / '.join((*map(str, edit.section), _shown(change.platform, edit.line)))}"
                )
    if output.json:
        print_message(
            output, {"type": "summary", "ok": True, "outcome": "dry run", "devices": {}, **count_findings(())}
        )
    else:
        output.say("next_dry_run")


def _edit_message(platform: str, edit: Edit) -> Mapping[str, object]:
    return {"kind": str(edit.kind), "section": list(edit.section), "line": _shown(platform, edit.line)}


def _shown(platform: str, line: str) -> str:
    return VENDORS[platform].hide_secrets(line).removesuffix("\n")
