"""The JSON Schema of the messages of `truc drift`."""

from __future__ import annotations

from controller.output.message_parts import (
    BECAUSE,
    COUNT,
    DAY,
    FLOW,
    LINE,
    REASON,
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


def drift_schema() -> Schema:
    """Return the schema of `truc drift`."""
    name = "truc/drift/1"
    classes = choice_of(
        *("opens-forbidden", "opens-undeclared", "breaks-promise", "weakens-fence", "neutral", "not-modelled")
    )
    witness = choice_of("model-fault", "unsettled", "not-modelled", "outside", "failure", "drift")
    line = record_of({
        "line": COUNT, "path": list_of(TEXT), "kind": choice_of("modelled", "harmless", "unknown"), "ours": TRUTH
    })  # fmt: skip
    effect = record_of({
        "class": classes,
        **texts_of("kind subject source destination was now"),
        **BECAUSE,
        "flow": or_null(FLOW),
        "failure": TEXT,
        "replayed": TRUTH,
        "replay": TEXT,
        "lines": list_of(LINE),
        "alike": COUNT,
        "together_with": list_of(TEXT),
        "hidden": TRUTH,
    })  # fmt: skip
    lists: dict[str, Schema] = {"missing": list_of(line), "added": list_of(line), "effects": list_of(effect)}
    return closed_format(
        name,
        head_of(name, {"on": DAY, "against": choice_of("compiled", "approved"), "failures": TRUTH}),
        message_of("drift", {**texts_of("device file digest"), "class": classes, "since": DAY, **lists}),
        message_of("in progress", {"device": TEXT}),
        message_of("not read", {"device": TEXT}),
        message_of("witness", {
            "class": witness, **texts_of("device predicted shown"), "vrf": or_null(TEXT), "prefix": or_null(TEXT),
            "lines": list_of(LINE), "facts": list_of(TEXT), "causes": list_of(TEXT),
        }),
        message_of("down", {"reason": TEXT, "because": REASON}),
        message_of("not witnessed", {**texts_of("device reason"), "table": or_null(TEXT), "because": REASON}),
        summary_of({
            **counts_of("devices read drifting in_progress not_read judged alone"),
            "classes": map_of(COUNT),
            "doubts": list_of(TEXT),
            "doubt_reasons": list_of(REASON),
            "witness": or_null(record_of({**counts_of("devices tables routes not_read down"), "classes": map_of(COUNT)})),
        }),
    )  # fmt: skip
