"""What the schemas of messages are made of: lists, records, and the parts that several formats share.

The one idea: every record is closed; a field is left out only where that is said.
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


def list_of(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def or_null(schema: Schema) -> Schema:
    """Return the schema of a thing that may be absent."""
    return {"anyOf": [schema, {"type": "null"}]}


def choice_of(*values: object) -> Schema:
    """Return the schema of one of a few values."""
    return {"enum": list(values)}


def counts_of(names: str) -> dict[str, Schema]:
    """Return the schemas of counts, by these names."""
    return dict.fromkeys(names.split(), COUNT)


def texts_of(names: str) -> dict[str, Schema]:
    """Return the schemas of texts, by these names."""
    return dict.fromkeys(names.split(), TEXT)


def map_of(values: Schema) -> Schema:
    """Return the schema of a mapping of names that nobody fixed."""
    return {"type": "object", "additionalProperties": values}


def record_of(fields: Mapping[str, Schema], optional: str = "") -> Schema:
    """Return the schema of an object with these fields and no others."""
    left_out = optional.split()
    required = [name for name in fields if name not in left_out]
    return {"type": "object", "properties": dict(fields), "required": required, "additionalProperties": False}


def message_of(name: str, fields: Mapping[str, Schema], optional: str = "") -> Schema:
    """Return the schema of a message: a line after the first one."""
    return record_of({"type": {"const": name}, **fields}, optional)


def head_of(name: str, fields: Mapping[str, Schema] | None = None, optional: str = "") -> Schema:
    """Return the schema of the first line."""
    return record_of({"format": {"const": name}, **(fields or {})}, optional)


REASON: Schema = {"$ref": "#/$defs/reason"}
BECAUSE: dict[str, Schema] = {"reason": TEXT, "reason_key": TEXT, "reason_values": {"$ref": "#/$defs/values"}}
DEFS: Mapping[str, Schema] = {
    "reason": record_of({"key": TEXT, "values": {"$ref": "#/$defs/values"}}),
    "values": map_of({"anyOf": [TEXT, REASON, list_of(REASON)]}),
}
PLACE: dict[str, Schema] = {**texts_of("file device"), **counts_of("line column")}
FLOW = record_of(texts_of("text device interface"))
LINE = record_of({**texts_of("device text"), "line": COUNT, "thing": list_of(TEXT)})
FILE_LINE = record_of({**texts_of("file text"), "line": COUNT})
WHOLE_LINE = record_of({**texts_of("file device text"), "line": COUNT, "thing": list_of(TEXT)})

FINDING = message_of(
    "finding",
    {
        "code": {"type": "string", "pattern": "^TR[0-9]{3}$"},
        "severity": choice_of("error", "warning", "info"),
        **PLACE,
        "values": map_of(TEXT),
        "also": list_of(record_of(PLACE)),
        "rule": or_null(record_of(texts_of("requirement article pack"))),
        "text": TEXT,
    },
)
FAILED = message_of("summary", {"ok": {"const": False}, **counts_of("errors warnings notes")})


def closed_format(name: str, head: Schema, *messages: Schema) -> Schema:
    """Return the schema of a whole format: its first line, its messages, findings and failures."""
    return {"$schema": DIALECT, "title": name, "$defs": dict(DEFS), "anyOf": [head, *messages, FINDING, FAILED]}


def summary_of(fields: Mapping[str, Schema]) -> Schema:
    """Return the schema of the last line."""
    return message_of("summary", {"ok": TRUTH, **fields})
