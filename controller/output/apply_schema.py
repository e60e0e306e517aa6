"""The JSON Schema of the messages of `truc apply`, `truc resume`, `truc rollback`, `truc confirm` and `truc probe`."""

from __future__ import annotations

from controller.output.message_parts import (
    COUNT,
    TEXT,
    TRUTH,
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


def probe_schema() -> Schema:
    """Return the schema of `truc probe`: each packet, what should become of it and what did."""
    name = "truc/probe/1"
    return closed_format(
        name,
        head_of(name, {"plan": TEXT, "behind": TRUTH}),
        message_of("probe", {**texts_of("host target wish end"), "port": COUNT, "changes": TRUTH}),
        summary_of(counts_of("fine wrong silent errors warnings notes")),
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
