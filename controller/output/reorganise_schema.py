"""The JSON Schema of what `truc reorganise` says with `--json`, format truc/reorganise/1."""

from __future__ import annotations

from controller.output.message_parts import (
    COUNT,
    DAY,
    TEXT,
    TRUTH,
    Schema,
    closed_format,
    counts_of,
    head_of,
    list_of,
    message_of,
    or_null,
    summary_of,
    texts_of,
)


def reorganise_schema() -> Schema:
    """Return the messages: events, counts of fates and prefixes, classes, differences of access, and what was written."""
    name = "truc/reorganise/1"
    return closed_format(
        name,
        head_of(name),
        message_of("event", {**texts_of("kind from"), "date": DAY, "to": or_null(TEXT)}),
        message_of("fates", {"about": TEXT, **counts_of("unchanged moved renamed merged ended")}),
        message_of("prefixes", counts_of("keep renumber release")),
        message_of("class", {**texts_of("category tier purpose"), **counts_of("points kept renumbered released")}),
        message_of(
            "difference",
            {
                **texts_of("turn source destination services"),
                "example": list_of(TEXT),
                "pairs": COUNT,
                "declared": TRUTH,
            },
        ),
        summary_of({"done": TRUTH, "undeclared": COUNT, "written": list_of(TEXT)}),
    )
