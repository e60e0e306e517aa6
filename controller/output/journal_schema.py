"""The JSON Schemas of the messages of `truc audit` and `truc history`, and of statements."""

from __future__ import annotations

from controller.output.message_parts import (
    COUNT,
    TEXT,
    TRUTH,
    Schema,
    choice_of,
    closed_format,
    counts_of,
    head_of,
    list_of,
    map_of,
    message_of,
    or_null,
    record_of,
    summary_of,
    texts_of,
)


def journal_schemas() -> dict[str, Schema]:
    """Return the schemas by the names of their formats."""
    rollout = message_of("rollout", {
        **texts_of("began plan base workspace operator tool break_glass"),
        "approvals": list_of(TEXT),
        "open": TRUTH,
        "outcome": choice_of("applied", "partly applied", "not applied"),
        "stages": map_of(COUNT),
        "given_up": list_of(TEXT),
    })  # fmt: skip
    device = message_of("device", {
        "device": TEXT,
        **dict.fromkeys(("plan", "workspace", "since", "text"), or_null(TEXT)),
        "approvals": list_of(TEXT),
        "in_work": or_null(record_of(texts_of("plan stage"))),
        "addresses": or_null(record_of({"given": list_of(TEXT), "use": choice_of("reserved", "active", "free")})),
    })  # fmt: skip
    audited = summary_of({**counts_of("lines rollouts errors warnings notes"), "head": TEXT})
    told = summary_of(counts_of("rollouts devices"))
    applied = record_of({
        **texts_of("plan serial decision_ref base workspace break_glass operator began ended at"),
        "judges": list_of(map_of({})),
        "verdicts": record_of(counts_of("states asked held")),
        "not_modelled": record_of({
            "second_judge": TRUTH, "returns_not_proved": list_of(TEXT), "ways_in_rest_on": list_of(TEXT),
        }),
        "approvals": list_of(TEXT),
        "findings": list_of(TEXT),
        "journal": record_of({**texts_of("identity head"), "lines": COUNT}),
    })  # fmt: skip
    verified = record_of({
        **texts_of("plan serial decision_ref base workspace running at"),
        "judges": list_of(map_of({})),
        "verdicts": record_of(counts_of("states asked held")),
        "not_modelled": record_of({
            "second_judge": TRUTH, "returns_not_proved": list_of(TEXT), "ways_in_rest_on": list_of(TEXT),
        }),
        **counts_of("opens closes"),
        "interrupted": list_of(TEXT),
        "coverage": or_null(record_of(counts_of("modelled covered"))),
        "mutations": or_null(map_of(COUNT)),
    })  # fmt: skip
    kinds = {"kind": choice_of("applied", "verified"), "predicate": {"anyOf": [applied, verified]}}
    stated = summary_of({**texts_of("principal key plan at"), "devices": COUNT, **kinds})
    return {
        "truc/applied/1": closed_format(
            "truc/applied/1",
            head_of("truc/applied/1", texts_of("file")),
            message_of("device", texts_of("device text")),
            stated,
        ),
        "truc/audit/1": closed_format(
            "truc/audit/1", head_of("truc/audit/1", texts_of("file identity")), rollout, audited
        ),
        "truc/history/1": closed_format(
            "truc/history/1", head_of("truc/history/1", texts_of("file")), rollout, device, told
        ),
    }
