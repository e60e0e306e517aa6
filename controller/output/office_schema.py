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
    return {"truc/report/1": _report(), "truc/reports/1": _reports(), "truc/due/1": _due(), "truc/rules/1": _rules()}


def _report() -> Schema:
    name = "truc/report/1"
    cell: Schema = {"type": ["string", "integer", "null"]}
    basis = {
        **texts_of("report commit digest"),
        "on": DAY,
        "changed": TRUTH,
        "rules": list_of(TEXT),
        "missing": list_of(TEXT),
        "due": or_null(DAY),
    }
    return closed_format(
        name,
        head_of(name, basis),
        message_of("figure", {"figure": TEXT, "value": COUNT, "objects": _OBJECTS}),
        message_of("row", {"table": TEXT, "cells": map_of(cell), "objects": _OBJECTS}),
        summary_of(counts_of("rows")),
    )


def _reports() -> Schema:
    name = "truc/reports/1"
    report = message_of("report", texts_of("report title rules due"))
    return closed_format(name, head_of(name, {"on": DAY}), report, summary_of(counts_of("rows")))


def _due() -> Schema:
    name = "truc/due/1"
    item: dict[str, Schema] = {
        "before": DAY,
        "state": choice_of("overdue", "soon", "later", "done_late", "unshown"),
        **texts_of("what requirement article pack"),
        "objects": _OBJECTS,
    }
    return closed_format(name, head_of(name, {"on": DAY}), message_of("due", item), summary_of(counts_of("rows")))


def _rules() -> Schema:
    name = "truc/rules/1"
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
    summary: dict[str, Schema] = {"ok": TRUTH, **counts_of("rules"), "states": map_of(COUNT)}
    return closed_format(
        name,
        head_of(name, {"on": or_null(DAY)}),
        message_of("rule", rule),
        message_of("status", {**rule, **status}),
        message_of("summary", summary, "states"),
    )
