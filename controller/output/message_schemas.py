"""JSON Schemas (Draft 2020-12) of every message of `--json`, by format: what a script may rely on.

The one idea: a format is closed; a message or field that is not here is a fault, found by the tests that read every message.
"""

from __future__ import annotations

from controller.output.apply_schema import apply_schema, probe_schema
from controller.output.approval_schema import approval_schema
from controller.output.drift_schema import drift_schema
from controller.output.inspection_schema import routes_schema, trace_schema
from controller.output.journal_schema import journal_schemas
from controller.output.message_parts import BECAUSE as _BECAUSE
from controller.output.message_parts import COUNT, DAY, NUMBER, TEXT, TRUTH, Schema
from controller.output.message_parts import FILE_LINE as _FILE_LINE
from controller.output.message_parts import FLOW as _FLOW
from controller.output.message_parts import LINE as _LINE
from controller.output.message_parts import REASON as _REASON
from controller.output.message_parts import choice_of as _choice
from controller.output.message_parts import closed_format as _format
from controller.output.message_parts import counts_of as _counts
from controller.output.message_parts import head_of as _head
from controller.output.message_parts import list_of as _list
from controller.output.message_parts import map_of as _map
from controller.output.message_parts import message_of as _message
from controller.output.message_parts import or_null as _or_null
from controller.output.message_parts import record_of as _record
from controller.output.message_parts import summary_of as _summary
from controller.output.message_parts import texts_of as _texts
from controller.output.office_schema import office_schemas
from controller.output.reorganise_schema import reorganise_schema


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


def _netbox() -> Schema:
    line = {"turn": _choice("only_lockfile", "only_netbox", "edited", "behind"), **_texts("lockfile netbox")}
    return _format(
        "truc/netbox/1",
        _head("truc/netbox/1", _texts("action url")),
        _message("line", line),
        _message("need", {"name": TEXT, "is_there": TRUTH}),
        _summary({"done": TRUTH, **_counts("made changed gone")}),
        _summary(_counts("differences drifted ours others branches")),
    )


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
        _message(
            "coverage",
            {
                **_texts("device file"),
                "modelled": COUNT,
                "percent": NUMBER,
                "uncovered": _list(_record({"line": COUNT, "text": TEXT, **_BECAUSE})),
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


def _read_devices() -> Schema:
    name = "truc/read-devices/1"
    device = {**_texts("device platform address"), "transport": _choice("cli", "netconf"), "read": TRUTH}
    nullable = dict.fromkeys(("trouble", "file", "sha256"), _or_null(TEXT))
    tables = _or_null(_record(_counts("asked had")))
    counts = {**_counts("port bytes lines"), "seconds": NUMBER, "tables": tables}
    told = _message("device", {**device, **nullable, **counts})
    return _format(name, _head(name), told, _summary(_counts("devices read not_read")))


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


def _plan() -> Schema:
    """Return the messages of `truc plan`: what is not proved, what opens and closes, the waves, what would declare the rest."""
    name = "truc/plan-report/1"
    counts = "opens closes undeclared devices lines interrupted"
    return _format(
        name,
        _head(name, {"on": DAY, "expires": DAY}),
        _message("premise", {"device": TEXT, "edits": COUNT, **_BECAUSE}),
        _message(
            "state",
            {
                **_texts("state device"),
                **_counts("edits questions"),
                **dict.fromkeys(("wrong", "amiss"), _list(_record(_BECAUSE))),
            },
        ),
        _message("pair", {"turn": _choice("opened", "cut"), **_texts("source destination"), "declared": TRUTH}),
        _message("wave", {"number": COUNT, "canary": TRUTH, "devices": _list(TEXT)}),
        _message("suggestion", {"lines": _list(TEXT)}),
        _summary({"declared": TRUTH, "digest": TEXT, **_counts(counts)}),
    )


def _adopt() -> Schema:
    name = "truc/adopt/1"
    counted = _record({"ours": TRUTH, **_texts("kind reason"), "lines": COUNT})
    place = {**_texts("name device interface"), "vrf": _or_null(TEXT), "vlan": _or_null(COUNT), **_texts("facing hint")}
    counts = "files devices left_out ours foreign unknown places statements gone"
    return _format(
        name,
        _head(name),
        _message("file", {**_texts("file state sha256"), "device": _or_null(TEXT)}),
        _message("device", {"device": TEXT, "counts": _list(counted)}),
        _message(
            "place",
            {**place, "also": _list(_list(TEXT)), **dict.fromkeys(("prefixes", "behind", "purposes"), _list(TEXT))},
        ),
        _message("reach", {"services": TEXT, **dict.fromkeys(("sources", "destinations", "remarks"), _list(TEXT))}),
        _message("doubt", {"device": TEXT, "line": COUNT, **_BECAUSE}),
        _message("unclear", {**_texts("prefix why"), "places": _list(TEXT)}),
        _message("differing", {"flow": _FLOW}),
        *_change(),
        _summary(
            {
                **_counts(counts),
                "digest": TEXT,
                "out": _or_null(TEXT),
                "same_access": _or_null(TRUTH),
                "unlooked": _list(TEXT),
                "missing": _list(TEXT),
            }
        ),
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
        "truc/plan-report/1": _plan(),
        "truc/approval-report/1": approval_schema(),
        "truc/apply/1": apply_schema(),
        "truc/probe/1": probe_schema(),
        "truc/drift/1": drift_schema(),
        **journal_schemas(),
        **office_schemas(),
        "truc/watch/1": _watch(),
        "truc/ask/1": _ask(),
        "truc/read/1": _read(),
        "truc/read-devices/1": _read_devices(),
        "truc/adopt/1": _adopt(),
        "truc/routes/1": routes_schema(),
        "truc/trace/1": trace_schema(),
        "truc/show/1": _show(),
        "truc/explain/1": _explain(),
        "truc/ipam-import/1": _format("truc/ipam-import/1", _head("truc/ipam-import/1"), _summary({"entries": COUNT})),
        "truc/netbox/1": _netbox(),
        "truc/reorganise/1": reorganise_schema(),
        "truc/tidy/1": _format("truc/tidy/1", _head("truc/tidy/1"), table, _summary(_counts("tables changes"))),
        "truc/doctor/1": _format("truc/doctor/1", _head("truc/doctor/1"), check, _summary({})),
        "truc/error/1": _format("truc/error/1", _head("truc/error/1")),
    }
