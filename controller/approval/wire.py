"""Bytes as SSH packs them (RFC 4251) -> the strings that they hold."""

from __future__ import annotations

from collections.abc import Iterator


def first_string(data: bytes) -> tuple[bytes, bytes]:
    """Return the first string of some bytes, and what is behind it; ValueError if there is none."""
    length = int.from_bytes(data[:4], "big")
    if len(data) < 4 + length or len(data) < 4:
        raise ValueError("cut off")
    return data[4 : 4 + length], data[4 + length :]


def strings_of(data: bytes) -> Iterator[bytes]:
    """Yield all strings that some bytes consist of; ValueError if there is more or less."""
    while data:
        found, data = first_string(data)
        yield found
