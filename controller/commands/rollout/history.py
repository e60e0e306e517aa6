"""`truc history`: which roll-outs there were and what stands on a device, on any day, by the journal alone. It only reads."""

from __future__ import annotations

from pathlib import Path

from controller.boundary import parse_day
from controller.journal.history import history
from controller.journal.reading import read_journal
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.rollout.journal import print_history
from intents.finding import FindingsError, Where, make_finding
from intents.reader.suggestions import suggest


def history_command(output: Output, path: Path, device: str | None = None, on: str | None = None) -> ExitCode:
    """Write what a journal says of a day; OSError, and FindingsError for a broken journal or a device that is not in it."""
    day = parse_day(on)
    records = read_journal(path).chain.records
    known = history(records)
    if device is not None and device not in known.standing:
        suggestion = suggest(device, sorted(known.standing))
        where = Where(file=str(path), device=device)
        raise FindingsError([make_finding("TR982", where, file=path, device=device, suggestion=suggestion)])
    print_history(output, path, known if day is None else history(records, day), device)
    if not output.json:
        output.say("next_history" if device is None else "next_history_device")
    return ExitCode.FINE
