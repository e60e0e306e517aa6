"""JSON Schemas of the messages of `truc routes` and `truc trace`."""

from __future__ import annotations

from collections.abc import Mapping

from controller.output.message_parts import COUNT, TEXT, TRUTH, Schema
from controller.output.message_parts import FLOW as _FLOW
from controller.output.message_parts import WHOLE_LINE as _WHOLE_LINE
from controller.output.message_parts import closed_format as _format
from controller.output.message_parts import counts_of as _counts
from controller.output.message_parts import head_of as _head
from controller.output.message_parts import list_of as _list
from controller.output.message_parts import message_of as _message
from controller.output.message_parts import or_null as _or_null
from controller.output.message_parts import record_of as _record
from controller.output.message_parts import texts_of as _texts


def _inspection(name: str, *messages: Schema) -> Schema:
    """Return the schema of `truc routes` or `truc trace`: links first, verdicts counted at the end."""
    unclear = _record({**_texts("prefix kind"), "places": _list(_list(TEXT))})
    links = {"known": TEXT, "links": _list(_list(TEXT)), "unclear": _list(unclear)}
    summary = _message("summary", _counts("hold disputed not_modelled"))
    return _format(name, _head(name), _message("links", links), *messages, summary)


def _verdicts(kind: str, about: Mapping[str, Schema]) -> tuple[Schema, ...]:
    verdicts: tuple[dict[str, Schema], ...] = (
        {"verdict": {"const": "holds"}, "judges": _list(TEXT)},
        {"verdict": {"const": "disputed"}, **_texts("one other")},
        {"verdict": {"const": "not modelled"}, "reason": TEXT, "lines": _list(_WHOLE_LINE)},
    )
    return tuple(_message(kind, {**about, **verdict}) for verdict in verdicts)


def routes_schema() -> Schema:
    table: dict[str, Schema] = {"device": TEXT, "vrf": _or_null(TEXT)}
    way = _record({
        "interface": TEXT, "next_hop": _or_null(TEXT), "as_path": _list(COUNT), "line": _or_null(_WHOLE_LINE)
    })  # fmt: skip
    route: dict[str, Schema] = {**_texts("prefix source"), "distance": COUNT, "ways": _list(way)}
    side = _or_null(_record(route))
    return _inspection(
        "truc/routes/1",
        *_verdicts("table", table),
        _message("dispute", {**table, "prefix": TEXT, "engine": side, "walk": side}),
        _message("route", {**table, **route}),
    )


def trace_schema() -> Schema:
    route = _record({
        **_texts("prefix source"), "vrf": _or_null(TEXT), "as_path": _list(COUNT), "line": _or_null(_WHOLE_LINE)
    })  # fmt: skip
    hop = _record({
        "device": TEXT,
        **dict.fromkeys(("vrf", "in", "out", "next_hop"), _or_null(TEXT)),
        "filters": _list(_WHOLE_LINE),
        "route": _or_null(route),
    })  # fmt: skip
    return _inspection(
        "truc/trace/1",
        *_verdicts("packet", {"flow": _FLOW, "failure": TEXT}),
        _message("way", {"disposition": TEXT, "deciding": _or_null(_WHOLE_LINE), "hops": _list(hop)}),
        _message("why", {"each": TRUTH, "lines": _list(_WHOLE_LINE)}),
    )
