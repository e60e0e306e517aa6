"""A value of plain parts -> canonical JSON (RFC 8785), and its digest: what is signed is the same bytes on every machine.

Who reads such a file takes its parts by the kind that they must be of: `text_in`, `truth_in`, `object_in`, `list_in`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TypeAlias

import rfc8785

Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"


def canonical_bytes(value: Plain) -> bytes:
    """Return a value as canonical JSON."""
    return rfc8785.dumps(value)


def canonical_digest(value: Plain) -> str:
    """Return the digest of a value: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{sha256(rfc8785.dumps(value)).hexdigest()}"


def canonical_file(body: dict[str, Plain]) -> bytes:
    """Return an object as a file: canonical JSON with its own digest, ended by a newline."""
    return rfc8785.dumps({**body, "digest": canonical_digest(body)}) + b"\n"


def text_in(part: Plain) -> str:
    """Return a text; TypeError if a part is of another kind."""
    if not isinstance(part, str):
        raise TypeError("no text")
    return part


def truth_in(part: Plain) -> bool:
    """Return true or false; TypeError if a part is of another kind."""
    if not isinstance(part, bool):
        raise TypeError("neither true nor false")
    return part


def object_in(part: Plain) -> dict[str, Plain]:
    """Return an object; TypeError if a part is of another kind."""
    if not isinstance(part, dict):
        raise TypeError("no object")
    return part


def list_in(part: Plain) -> list[Plain]:
    """Return a list; TypeError if a part is of another kind."""
    if not isinstance(part, list):
        raise TypeError("no list")
    return part
