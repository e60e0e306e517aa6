"""Records -> plain values that canonical JSON can hold, and back.

The one idea: the type hints of a record say all that is needed to write it and to check it when it is read again; what does not
fit its hint is refused, never guessed. A time has one form: UTC, to the microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Union, cast, get_args, get_origin, get_type_hints

from controller.journal.records import Record
from controller.output.canonical_json import Plain, list_in, object_in, text_in
from intents.reason import Reason, Telling

_MOST = 2**53 - 1
"""The largest number that RFC 8785 writes."""
_Form = tuple[Callable[[object], Plain], Callable[[Plain], object]]
"""How values of one type are written and read."""


def write_record(record: Record) -> dict[str, Plain]:
    """Return a record as an object with its kind."""
    kind: type = type(record)
    return {"kind": _name(kind), **{name: write(getattr(record, name)) for name, (write, _) in _forms(kind).items()}}


def read_record(plain: Plain) -> Record:
    """Return the record that an object stands for; ValueError or TypeError if it stands for none."""
    given = object_in(plain)
    kind = _KINDS.get(given.get("kind"))
    if kind is None:
        raise ValueError("no kind of record")
    return cast("Record", _made(kind, {name: value for name, value in given.items() if name != "kind"}))


def _made(kind: type, given: Mapping[str, Plain]) -> object:
    forms = _forms(kind)
    if given.keys() != forms.keys():
        raise ValueError(f"not the fields of {kind.__name__}")
    return kind(**{name: read(given[name]) for name, (_, read) in forms.items()})


def _name(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()


_KINDS: Mapping[object, type] = {_name(kind): kind for kind in get_args(Record)}


@cache
def _forms(kind: type) -> Mapping[str, _Form]:
    hints = get_type_hints(kind)
    return {item.name: _form(hints[item.name]) for item in fields(kind)}


def _form(hint: object) -> _Form:
    """Return how values of a type are written and read; TypeError for a type that records do not have."""
    parts = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return _or_none(_form(next(part for part in parts if part is not NoneType)))
    if get_origin(hint) is tuple:
        return _row(_form(parts[0]))
    if hint is datetime:
        return _write_time, _read_time
    if hint is Reason:
        return _write_reason, _read_reason
    if not isinstance(hint, type):
        raise TypeError(hint)
    if issubclass(hint, StrEnum):
        return str, lambda plain: hint(text_in(plain))
    if is_dataclass(hint):
        forms = _forms(hint)
        return (
            lambda value: {name: write(getattr(value, name)) for name, (write, _) in forms.items()},
            lambda plain: _made(hint, object_in(plain)),
        )
    if hint in (str, bool, int):
        return (lambda value: cast("Plain", value)), lambda plain: _exact(plain, hint)
    raise TypeError(hint)


def _exact(plain: Plain, kind: type) -> object:
    if type(plain) is not kind or (isinstance(plain, int) and abs(plain) > _MOST):
        raise ValueError(f"no {kind.__name__}")
    return plain


def _or_none(form: _Form) -> _Form:
    write, read = form
    return (
        lambda value: None if value is None else write(value),
        lambda plain: None if plain is None else read(plain),
    )


def _row(form: _Form) -> _Form:
    write, read = form
    return (
        lambda value: [write(item) for item in cast("tuple[object, ...]", value)],
        lambda plain: tuple(read(item) for item in list_in(plain)),
    )


def _write_time(value: object) -> Plain:
    return cast("datetime", value).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _read_time(plain: Plain) -> datetime:
    found = datetime.fromisoformat(text_in(plain).removesuffix("Z")).replace(tzinfo=UTC)
    if _write_time(found) != plain:
        raise ValueError("a time in another form")
    return found


def _write_reason(value: object) -> Plain:
    reason = cast("Reason", value)
    return {"key": reason.key, "values": {name: _write_telling(item) for name, item in reason.values}}


def _write_telling(telling: Telling) -> Plain:
    if isinstance(telling, tuple):
        return [_write_reason(item) for item in telling]
    return telling if isinstance(telling, str) else _write_reason(telling)


def _read_reason(plain: Plain) -> Reason:
    given = object_in(plain)
    if given.keys() != {"key", "values"}:
        raise ValueError("no reason")
    values = sorted(object_in(given["values"]).items())
    return Reason(text_in(given["key"]), tuple((name, _read_telling(item)) for name, item in values))


def _read_telling(plain: Plain) -> Telling:
    if isinstance(plain, list):
        return tuple(_read_reason(item) for item in plain)
    return plain if isinstance(plain, str) else _read_reason(plain)
