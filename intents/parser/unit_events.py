"""unit_events.csv -> what became of units: merged, split, renamed, abolished.

The one idea: units.csv says which units there were and are, this table says which follows which; it may be absent as long as
nothing stands on a unit that ends.
"""

from __future__ import annotations

import os
from pathlib import Path

from intents.parser.registry import columns_of, read_table
from intents.reader.fields import RowFields
from intents.reader.parser_context import D11, NameKind, ParserContext
from intents.registry import EventKind, UnitEvent, UnitKey

EVENTS_FILE = "unit_events.csv"
EVENT_COLUMNS = columns_of("kind date from_unit decision_ref", "to_unit")
_RULES = dict.fromkeys(EVENT_COLUMNS, D11)


def read_unit_events(folder: Path, reading: ParserContext) -> tuple[UnitEvent, ...]:
    """Read the events, in the order of the file; units must be declared."""
    if not os.path.lexists(folder / EVENTS_FILE):
        return ()
    table = read_table(folder, EVENTS_FILE, EVENT_COLUMNS, reading)
    found = (_read_event(RowFields(row, reading, _RULES)) for row in table.rows)
    return tuple(item for item in found if item is not None)


def _read_event(fields: RowFields) -> UnitEvent | None:
    kind, day = fields.choice("kind", EventKind), fields.day("date")
    before = fields.reference("from_unit", NameKind.UNIT)
    after = fields.reference("to_unit", NameKind.UNIT, required=False)
    decision = fields.text("decision_ref")
    if not fields.ok or day is None:
        return None
    return UnitEvent(
        kind=kind,
        day=day,
        before=UnitKey(before),
        after=UnitKey(after) if after else None,
        decision_ref=decision,
        where=fields.place("kind"),
    )
