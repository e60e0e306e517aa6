"""Frozen values -> plain JSON values, and back, by the type hints of their classes.

The one idea: a type hint says all that is needed to write a value and to check it when it is read again; what does not fit its
hint is refused, never guessed. A member of a union is written with its type's name, a string as `Words` has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from controller.cache.words import CodecError, Plain, Words

Value = TypeVar("Value")
_SIMPLE = (NoneType, bool, int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How the values of one type are written and read; `made` is the class that they are of."""

    made: type
    write: Callable[[object, Words], Plain]
    read: Callable[[Plain, Words], object]


def encode(value: object, words: Words) -> Plain:
    """Return a value of a dataclass as a plain one; TypeError if it, or a hint in it, has no form, CodecError if a string has
    none."""
    return _form_of(type(value)).write(value, words)


def decode(kind: type[Value], plain: Plain, words: Words) -> Value:
    """Return the value of a dataclass that a plain one stands for; CodecError if it stands for none."""
    form = _form_of(kind)
    try:
        return cast("Value", form.read(plain, words))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:  # constructors check what they get
        raise CodecError(f"not a {kind.__name__}") from error


_FORMS: dict[object, _Form] = {}


def _form_of(hint: object) -> _Form:
    """Return the form of a type hint, made once; TypeError for one that has none."""
    if hint not in _FORMS:
        _FORMS[hint] = _made_form(hint)
    return _FORMS[hint]


def _made_form(hint: object) -> _Form:
    if isinstance(hint, NewType):
        return _form_of(hint.__supertype__)
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _union(tuple(map(_form_of, parts)))
    if origin is tuple:
        return _row(parts[0]) if parts[1:] == (...,) else _record(tuple, lambda: parts, tuple)
    if not isinstance(hint, type):
        raise TypeError(f"no form for {hint}")
    if hint is str:
        return _Form(made=str, write=_write_text, read=lambda plain, words: words.read(plain))
    if hint in _SIMPLE:
        return _simple(hint)
    if issubclass(hint, Enum):
        return _choice(hint)
    if is_dataclass(hint):
        return _dataclass(hint)
    raise TypeError(f"no form for {hint}")


def _write_text(value: object, words: Words) -> Plain:
    if type(value) is not str:
        raise CodecError("not a str")
    return words.write(value)


def _simple(kind: type) -> _Form:
    def read(plain: object) -> Plain:
        if type(plain) is not kind:
            raise CodecError(f"not a {kind.__name__}")
        return cast("Plain", plain)

    return _Form(made=kind, write=lambda value, _: read(value), read=lambda plain, _: read(plain))


def _choice(kind: type[Enum]) -> _Form:
    members = {(type(item.value), item.value): item for item in kind}

    def write(value: object, _: Words) -> Plain:
        if not isinstance(value, kind):
            raise CodecError(f"not a {kind.__name__}")
        plain: Plain = value.value
        return plain

    def read(plain: Plain, _: Words) -> object:
        found = None if isinstance(plain, list) else members.get((type(plain), plain))
        if found is None:
            raise CodecError(f"no {kind.__name__}")
        return found

    return _Form(made=kind, write=write, read=read)


def _row(hint: object) -> _Form:
    """Return the form of tuples of any length."""
    item = _form_of(hint)

    def write(value: object, words: Words) -> Plain:
        if not isinstance(value, tuple):
            raise CodecError("not a tuple")
        return [item.write(part, words) for part in value]

    def read(plain: Plain, words: Words) -> object:
        return tuple([item.read(part, words) for part in _list_of(plain)])

    return _Form(made=tuple, write=write, read=read)


def _dataclass(kind: type) -> _Form:
    named = [item for item in fields(kind) if item.init]
    names = tuple(item.name for item in named)

    def hints() -> Sequence[object]:  # asked for later: a reason holds reasons
        found = get_type_hints(kind)
        return [found[name] for name in names]

    def make(values: Sequence[object]) -> object:
        by_name = dict(zip(names, values, strict=True))
        positional = [by_name.pop(item.name) for item in named if not item.kw_only]
        return kind(*positional, **by_name)

    return _record(kind, hints, make, names)


def _record(
    kind: type,
    hints: Callable[[], Sequence[object]],
    make: Callable[[Sequence[object]], object],
    names: tuple[str, ...] | None = None,
) -> _Form:
    """Return the form of values with a fixed number of parts; `names`: of the parts that are attributes."""
    known: list[_Form] = []

    def forms() -> list[_Form]:
        if not known:
            known.extend(map(_form_of, hints()))
        return known

    def write(value: object, words: Words) -> Plain:
        if type(value) is not kind:
            raise CodecError(f"not a {kind.__name__}")
        parts = cast("Sequence[object]", value) if names is None else [getattr(value, name) for name in names]
        return [form.write(part, words) for form, part in zip(forms(), parts, strict=True)]

    def read(plain: Plain, words: Words) -> object:
        return make([form.read(part, words) for form, part in zip(forms(), _list_of(plain), strict=True)])

    return _Form(made=kind, write=write, read=read)


def _union(members: tuple[_Form, ...]) -> _Form:
    by_class = {form.made: form for form in members}
    by_name = {form.made.__name__: form for form in members}
    if len(by_name) != len(members):
        raise TypeError("members of a union that can't be told apart")

    def write(value: object, words: Words) -> Plain:
        form = by_class.get(type(value))
        if form is None:
            raise CodecError(f"{type(value).__name__} is none of {', '.join(by_name)}")
        return [form.made.__name__, form.write(value, words)]

    def read(plain: Plain, words: Words) -> object:
        name, held = _list_of(plain)
        if not isinstance(name, str) or name not in by_name:
            raise CodecError(f"none of {', '.join(by_name)}")
        return by_name[name].read(held, words)

    return _Form(made=object, write=write, read=read)


def _list_of(plain: Plain) -> list[Plain]:
    if not isinstance(plain, list):
        raise CodecError("not a list")
    return plain
