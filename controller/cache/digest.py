"""Values, and the code itself -> digests: what a stored result hangs on.

The one idea: everything that a value is made of goes into its digest, with its class, whether two values that differ in it are
equal or not; so two inputs with one digest are judged alike, and nobody has to think of what could matter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("controller", "intents", "ipam", "routing", "verification")
LIBRARIES = ("numpy", "pyyaml")
"""What computes or reads for us, beside our own packages."""
_HOME = Path(__file__).resolve().parent.parent.parent


def digest_of(*values: object) -> str:
    """Return the digest of values: frozen dataclasses, tuples, sets, mappings and what stands in them; TypeError for others."""
    found = sha256()
    for value in values:
        parts: list[bytes] = []
        _put(value, parts)
        found.update(b"".join(parts))
    return found.hexdigest()


def code_digest(home: Path = _HOME) -> str:
    """Return the digest of every file of the five packages under a folder, of Python and of the libraries; OSError."""
    found = sha256(repr((sys.version, sys.implementation.name, sys.flags.optimize)).encode())
    for name in LIBRARIES:
        found.update(f"{name} {_version_of(name)}\n".encode())
    for path in _code_files(home):
        data = path.read_bytes()
        found.update(f"{path.relative_to(home).as_posix()} {len(data)}\n".encode())
        found.update(data)
    return found.hexdigest()


def code_texts(home: Path = _HOME) -> Iterator[str]:
    """Yield what is written in every file of the five packages, in the same order each time; OSError."""
    return (path.read_text(encoding="utf-8", errors="replace") for path in _code_files(home))


def strings_of(*values: object) -> tuple[str, ...]:
    """Return the strings that values are made of, each once, in the same order each time; TypeError as of `digest_of`."""
    found: dict[str, None] = {}
    for value in values:
        _gather(value, found)
    return tuple(found)


def _code_files(home: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((home / package).rglob("*")):
            if "__pycache__" not in path.parts and path.is_file():
                yield path


def _version_of(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "-"


def _put(value: object, parts: list[bytes]) -> None:
    """Add bytes that tell a value from every other one: each piece says its kind and its length."""
    kind = type(value)
    if type(value) is str:
        data = value.encode("utf-8", errors="surrogatepass")
        parts += (b"%d:" % len(data), data)
        return
    name = _name_of(kind)
    match value:
        case str():
            data = value.encode("utf-8", errors="surrogatepass")
            parts += (name, b" %d:" % len(data), data)
        case None | int() | float() | date():
            parts += (name, repr(value).encode(), b";")
        case frozenset():
            parts += (name, b" %d(" % len(value), *sorted(map(_bytes_of, value)))
        case tuple():
            parts += (name, b" %d(" % len(value))
            for item in value:
                _put(item, parts)
        case Mapping():
            parts += (b"mapping %d(" % len(value),)
            for key, held in value.items():
                _put(key, parts)
                _put(held, parts)
        case _:
            parts.append(name)
            for field in _fields_of(kind):
                _put(getattr(value, field), parts)


def _gather(value: object, found: dict[str, None]) -> None:
    match value:
        case str():
            found[str(value)] = None
        case None | int() | float() | date():
            pass
        case frozenset():
            inner: dict[str, None] = {}
            for item in value:
                _gather(item, inner)
            found.update(dict.fromkeys(sorted(inner)))  # a set has no order of its own
        case tuple():
            for item in value:
                _gather(item, found)
        case Mapping():
            for key, held in value.items():
                _gather(key, found)
                _gather(held, found)
        case _:
            for field in _fields_of(type(value)):
                _gather(getattr(value, field), found)


def _bytes_of(value: object) -> bytes:
    parts: list[bytes] = []
    _put(value, parts)
    return b"".join(parts)


_NAMES: dict[type, bytes] = {}
_FIELDS: dict[type, tuple[str, ...]] = {}


def _name_of(kind: type) -> bytes:
    if kind not in _NAMES:
        place = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        _NAMES[kind] = f"{place}{kind.__qualname__}".encode()
    return _NAMES[kind]


def _fields_of(kind: type) -> tuple[str, ...]:
    """Return the fields that a value is made from; what it works out of them itself adds nothing."""
    if kind not in _FIELDS:
        if not is_dataclass(kind):
            raise TypeError(f"no digest of a {kind.__name__}")
        _FIELDS[kind] = tuple(item.name for item in fields(kind) if item.init)
    return _FIELDS[kind]
