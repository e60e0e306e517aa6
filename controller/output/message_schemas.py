"""JSON Schemas (Draft 2020-12) of every message of `--json`, by format: what a script may rely on.

The one idea: a format is closed; a message or field that is not here is a fault, found by the tests that read every message.
"""

from __future__ import annotations

from collections.abc import Mapping

Schema = Mapping[str, object]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _choice(*values: object) -> Schema:
    return {"enum": list(values)}


def _counts(names: str) -> dict[str, Schema]:
    return dict.fromkeys(names.split(), COUNT)


def _texts(names: str) -> dict[str, Schema]:
    return dict.fromkeys(names.split(), TEXT)


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _record(fields: Mapping[str, Schema], optional: str = "") -> Schema:
    """Return the schema of an object with these fields and no others."""
    left_out = optional.split()
    required = [name for name in fields if name not in left_out]
    return {"type": "object", "properties": dict(fields), "required": required, "additionalProperties": False}


def _message(name: str, fields: Mapping[str, Schema], optional: str = "") -> Schema:
    return _record({"type": {"const": name}, **fields}, optional)


def _head(name: str, fields: Mapping[str, Schema] | None = None, optional: str = "") -> Schema:
    return _record({"format": {"const": name}, **(fields or {})}, optional)


_REASON: Schema = {"$ref": "#/$defs/reason"}
_BECAUSE: dict[str, Schema] = {"reason": TEXT, "reason_key": TEXT, "reason_values": {"$ref": "#/$defs/values"}}
_DEFS: Mapping[str, Schema] = {
    "reason": _record({"key": TEXT, "values": {"$ref": "#/$defs/values"}}),
    "values": _map({"anyOf": [TEXT, _REASON, _list(_REASON)]}),
}
_PLACE: dict[str, Schema] = {**_texts("file device"), **_counts("line column")}
_FLOW = _record(_texts("text device interface"))
_LINE = _record({**_texts("device text"), "line": COUNT, "thing": _list(TEXT)})
_FILE_LINE = _record({**_texts("file text"), "line": COUNT})
_WHOLE_LINE = _record({**_texts("file device text"), "line": COUNT, "thing": _list(TEXT)})

FINDING = _message(
    "finding",
    {
        "code": {"type": "string", "pattern": "^TR[0-9]{3}$"},
        "severity": _choice("error", "warning", "info"),
        **_PLACE,
        "values": _map(TEXT),
        "also": _list(_record(_PLACE)),
        "rule": _or_null(_record(_texts("requirement article pack"))),
        "text": TEXT,
    },
)
FAILED = _message("summary", {"ok": {"const": False}, **_counts("errors warnings notes")})


def _format(name: str, head: Schema, *messages: Schema) -> Schema:
    return {"$schema": DIALECT, "title": name, "$defs": dict(_DEFS), "anyOf": [head, *messages, FINDING, FAILED]}


def _summary(fields: Mapping[str, Schema]) -> Schema:
    return _message("summary", {"ok": TRUTH, **fields})


def _question() -> tuple[Schema, ...]:
    """Return the messages of an answered question, one for each verdict."""
    about: dict[str, Schema] = {
        **_texts("kind subject"),
        "intents": _list(TEXT),
        "cases": COUNT,
        "rule": {"type": "array", "prefixItems": [TEXT, TEXT, TEXT], "minItems": 3, "maxItems": 3},
    }
    statement = _record({"judges": _list(TEXT), **_BECAUSE, "flow": _or_null(_FLOW)})
    verdicts: tuple[dict[str, Schema], ...] = (
        {"verdict": {"const": "holds"}, "judges": _list(TEXT), "states": COUNT},
        {
            "verdict": {"const": "violated"},
            **_BECAUSE,
            "failure": TEXT,
            "flow": _or_null(_FLOW),
            "replayed": TRUTH,
            "replay": TEXT,
            "seconded": _or_null(TRUTH),
            "path": _list(TEXT),
            "lines": _list(_LINE),
            "touched": _list(TEXT),
        },
        {"verdict": {"const": "disputed"}, **_texts("one other"), "statements": _list(statement)},
        {"verdict": {"const": "not modelled"}, **_BECAUSE, "lines": _list(_LINE)},
    )
    return tuple(_message("question", {**about, **verdict}, "rule") for verdict in verdicts)


def _change() -> tuple[Schema, ...]:
    """Return the messages about what a change opens and cuts."""
    return (
        _message(
            "access change",
            {
                "turn": _choice("opened", "cut"),
                **_texts("source destination"),
                "flow": _FLOW,
                "judges": _list(TEXT),
                "replayed": TRUTH,
            },
        ),
        _message(
            "access changes",
            {
                **dict.fromkeys(("judges", "new", "undeclared", "doubts", "differences"), _list(TEXT)),
                "alone": COUNT,
                "doubt_reasons": _list(_REASON),
                "difference_reasons": _list(_REASON),
            },
        ),
    )


def _mutations() -> tuple[Schema, ...]:
    """Return the messages about faults that were tried, by each judge."""
    detail: dict[str, Schema] = {"detail": TEXT, "detail_reason": _or_null(_REASON)}
    return (
        _message("mutation", {**_texts("fault outcome"), **detail}),
        _message("mutations", {**_counts("count seen refused same unclassified missed"), "seed": {"type": "integer"}}),
        _message("mutation second", {**_texts("fault sight"), "scopes": _list(TEXT), **detail}),
        _message("mutations second", _counts("seen refused alone missed")),
    )


def _verify() -> Schema:
    name = "truc/verify/1"
    second = _record({
        **_texts("name version snapshot"),
        "recorded": _or_null(TEXT),
        **_counts("devices sessions routes questions flows"),
        "seconds": _map(NUMBER),
    })  # fmt: skip
    return _format(
        name,
        _head(name, {"on": DAY, "failures": TRUTH}),
        *_question(),
        _message("alone", {**_texts("scope judge"), "count": COUNT}),
        _message("unknown line", {**_texts("file device text"), "line": COUNT, **_BECAUSE}),
        _message(
            "unreachable line",
            {
                **_texts("file text"),
                "line": COUNT,
                "anomaly": _choice("shadowed", "redundant", "empty"),
                "family": _choice(4, 6),
                "places": _list(_FILE_LINE),
                "covers": _list(_FILE_LINE),
            },
        ),
        _message("line difference", {**_texts("file text judge"), "line": COUNT, "unseen": _or_null(TEXT)}),
        *_change(),
        _message("residue", {**_texts("source destination service"), "replies": _list(TEXT), "pairs": COUNT}),
        *_mutations(),
        _summary({
            **_counts("questions hold violated disputed not_modelled flows devices states walked lists unreachable"),
            "judges": _list(TEXT),
            "second": _or_null(second),
        }),
    )  # fmt: skip


def _read() -> Schema:
    name = "truc/read/1"
    kinds = _counts("modelled harmless unknown")
    found = _counts("interfaces vrfs addresses sessions statics acls entries filters policies")
    interface = _record({"name": TEXT, "vrf": _or_null(TEXT), "enabled": TRUTH, "addresses": _list(TEXT)})
    session = _record({"vrf": _or_null(TEXT), "neighbor": TEXT, "remote_as": _or_null(COUNT)})
    acl = _record({"name": TEXT, "family": _choice(4, 6), "entries": COUNT})
    line: dict[str, Schema] = {"file": TEXT, "line": COUNT, "kind": TEXT, "path": _list(TEXT)}
    return _format(
        name,
        _head(name),
        _message(
            "file",
            {
                **_texts("file device platform"),
                "named": TRUTH,
                "stripped": _map(_list(COUNT)),
                "found": _record(found),
                **kinds,
                "percent": NUMBER,
                "interfaces": _list(interface),
                **dict.fromkeys(("vrfs", "policies"), _list(TEXT)),
                "sessions": _list(session),
                "acls": _list(acl),
            },
        ),
        _message("line", {**line, **_texts("reason reason_key")}, "reason reason_key"),
        _message("form", {"form": TEXT, **_counts("lines files"), "example": _record({"file": TEXT, "line": COUNT})}),
        _message("summary", {**_counts("files whole"), **kinds, "percent": NUMBER}),
    )


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


def _routes() -> Schema:
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


def _trace() -> Schema:
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
    )


def _show() -> Schema:
    name = "truc/show/1"
    tables = (
        "key prefix pool state purpose organisation since",
        "effect source destination service intents",
        "device role platform site attachments",
        "intent kind request decision valid where",
        "source destination reply pairs returns",
        "pool prefix unit used quarantined free free_percent largest",
    )
    return _format(
        name,
        _head(name, _texts("table device"), "device"),
        *(_message("row", _texts(columns)) for columns in tables),
        _message("line", {"line": COUNT, "text": TEXT}),
        _summary({"rows": COUNT}),
    )


def _explain() -> Schema:
    name = "truc/explain/1"
    of_line = dict.fromkeys(("path", "rules", "intents", "facts"), _list(TEXT))
    return _format(
        name,
        _head(name),
        _message("code", _texts("code title what why remedy")),
        _message(
            "intent",
            _texts("id title domain request decision where valid"),
            "title domain request decision where valid",
        ),
        _message("rule", {"text": TEXT}),
        _message("lines", {"file": TEXT, "lines": _list(COUNT)}),
        _message(
            "line", {**_texts("file text"), "line": COUNT, **of_line, "foreign": TRUTH, "things": _list(_list(TEXT))}
        ),
        _summary({}),
    )


def _compile() -> Schema:
    name = "truc/compile/1"
    return _format(
        name,
        _head(name, {"on": DAY}),
        _message("plan change", {"place": TEXT, **_counts("new changed quarantined released")}),
        _message("text change", {"file": TEXT, **_counts("new gone")}),
        _summary({"changes": TRUTH, "written": TRUTH, "out": TEXT, "renamed": COUNT, "devices": COUNT}),
    )


def _watch() -> Schema:
    name = "truc/watch/1"
    verdict = _choice("holds", "violated", "disputed", "not modelled", None)
    text = _record({"device": TEXT, **_counts("new gone")})
    files: dict[str, Schema] = {"files": _list(TEXT), "seconds": NUMBER}
    counts = "hold violated disputed not_modelled questions flows devices states unreachable unknown walked"
    return _format(
        name,
        _head(name, {"failures": TRUTH, "told": TRUTH}),
        _message(
            "turn",
            {
                **_texts("kind subject"),
                "was": verdict,
                "now": verdict,
                "because": _list(_record(_BECAUSE)),
                "lines": _list(_LINE),
            },
        ),
        _message("judged", {"ok": TRUTH, **files, "texts": _list(text), **_counts(counts)}),
        _message("refused", {**files, **_counts("errors warnings notes")}),
    )


def _ask() -> Schema:
    """Return what answers at the socket of `truc watch`; each answer has its own end."""
    counts = "hold violated disputed not_modelled questions unknown"
    return _format(
        "truc/ask/1",
        _head("truc/ask/1"),
        *_question(),
        _message("judged", {"ok": TRUTH, **_counts(counts)}),
        _message("end", {"messages": COUNT, "current": TRUTH}),
        _message("error", dict(_BECAUSE)),
    )


def message_schemas() -> dict[str, Schema]:
    """Return the schema of one message (one line) of each format, by its name."""
    of_day = _counts("intents rules devices attachments errors warnings notes")
    table = _message("table", {"file": TEXT, "changes": TRUTH})
    check = _message("check", {**_texts("name found"), "holds": TRUTH, "doubtful": TRUTH})
    return {
        "truc/init/1": _format("truc/init/1", _head("truc/init/1"), _summary({"folder": TEXT, "files": COUNT})),
        "truc/validate/1": _format("truc/validate/1", _head("truc/validate/1"), _summary({"on": DAY, **of_day})),
        "truc/compile/1": _compile(),
        "truc/verify/1": _verify(),
        "truc/watch/1": _watch(),
        "truc/ask/1": _ask(),
        "truc/read/1": _read(),
        "truc/routes/1": _routes(),
        "truc/trace/1": _trace(),
        "truc/show/1": _show(),
        "truc/explain/1": _explain(),
        "truc/ipam-import/1": _format("truc/ipam-import/1", _head("truc/ipam-import/1"), _summary({"entries": COUNT})),
        "truc/tidy/1": _format("truc/tidy/1", _head("truc/tidy/1"), table, _summary(_counts("tables changes"))),
        "truc/doctor/1": _format("truc/doctor/1", _head("truc/doctor/1"), check, _summary({})),
        "truc/error/1": _format("truc/error/1", _head("truc/error/1")),
    }
