"""The JSON Schema of what `truc approve` says with `--json`, format truc/approval-report/1."""

from __future__ import annotations

from controller.output.message_parts import (
    DAY,
    TEXT,
    TRUTH,
    Schema,
    closed_format,
    counts_of,
    head_of,
    list_of,
    message_of,
    summary_of,
    texts_of,
)


def approval_schema() -> Schema:
    """Return the messages: the plan, who must sign, who has, and whether it is enough."""
    name = "truc/approval-report/1"
    return closed_format(
        name,
        head_of(name, {**texts_of("digest serial author"), "expires": DAY, "risks": list_of(TEXT)}),
        message_of(
            "domain",
            {
                "domain": TEXT,
                **counts_of("needed signed"),
                **dict.fromkeys(("things", "candidates"), list_of(TEXT)),
            },
        ),
        message_of("signature", texts_of("principal person domain role reason moment key file")),
        summary_of({**counts_of("signatures missing broken_glass unreviewed"), "waived": TRUTH}),
    )
