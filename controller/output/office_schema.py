"""The JSON Schemas of the messages of `truc report`, `truc due` and `truc rules`."""

from __future__ import annotations

from collections.abc import Mapping

from controller.output.message_parts import (
    COUNT,
    DAY,
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

_OBJECTS: Schema = list_of(record_of(texts_of("name where")))
_STATES = ("broken", "waived", "held", "not_reached", "no_register", "elsewhere", "not_checkable")


def office_schemas() -> Mapping[str, Schema]:
    """Return the schemas by format."""
    cell: Schema = {"type": ["string", "integer", "null"]}
    report, reports, due, rules = "truc/report/1", "truc/reports/1", "truc/due/1", "truc/rules/1"
    basis = {
        **texts_of("report commit digest"),
        "on": DAY,
        "changed": TRUTH,
        "rules": list_of(TEXT),
        "missing": list_of(TEXT),
        "due": or_null(DAY),
    }
    rule: dict[str, Schema] = {
        **texts_of("requirement asks article pack needs"),
        "stages": list_of(TEXT),
        "codes": list_of(TEXT),
    }
    status: dict[str, Schema] = {
        "state": choice_of(*_STATES),
        "findings": list_of(record_of(texts_of("code where"))),
        "missing": list_of(TEXT),
    }
    return {
        report: closed_format(
            report,
            head_of(report, basis),
            message_of("figure", {"figure": TEXT, "value": COUNT, "objects": _OBJECTS}),
            message_of("row", {"table": TEXT, "cells": map_of(cell), "objects": _OBJECTS}),
            summary_of(counts_of("rows")),
        ),
        reports: closed_format(
            reports,
            head_of(reports, {"on": DAY}),
            message_of("report", texts_of("report title rules due")),
            summary_of(counts_of("rows")),
        ),
        due: closed_format(
            due,
            head_of(due, {"on": DAY}),
            message_of("due", {
                "before": DAY, "state": choice_of("overdue", "soon", "later"), **texts_of("what requirement article pack"),
                "objects": _OBJECTS,
            }),
            summary_of(counts_of("rows")),
        ),
        rules: closed_format(
            rules,
            head_of(rules, {"on": or_null(DAY)}),
            message_of("rule", rule),
            message_of("status", {**rule, **status}),
            message_of("summary", {"ok": TRUTH, **counts_of("rules"), "states": map_of(COUNT)}, "states"),
        ),
    }  # fmt: skip
