"""The JSON Schema of the messages of `truc apply`, `truc resume`, `truc rollback` and `truc confirm`."""

from __future__ import annotations

from controller.output.message_parts import (
    COUNT,
    TEXT,
    Schema,
    closed_format,
    counts_of,
    head_of,
    list_of,
    map_of,
    message_of,
    record_of,
    summary_of,
    texts_of,
)


def apply_schema() -> Schema:
    """Return the schema: records of the journal as they are written there, and where the roll-out stands in the end."""
    name = "truc/apply/1"
    event: Schema = {"type": "object", "properties": {"kind": TEXT, "at": TEXT}, "required": ["kind", "at"]}
    edit = record_of({**texts_of("kind line"), "section": list_of(TEXT)})
    return closed_format(
        name,
        head_of(name, {"plan": TEXT}),
        message_of("event", {"event": event}),
        message_of("commands", {"device": TEXT, "edits": list_of(edit)}),
        summary_of({"outcome": TEXT, "devices": map_of(COUNT), **counts_of("errors warnings notes")}),
    )
