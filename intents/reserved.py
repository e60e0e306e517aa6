"""Addresses that no network of ours or of others can have: the ranges that routers do not forward between networks.

The one idea: a closed table with its source (RFC 6890 and what it points to; fact RFC-ADDR-01). Private, shared and documentation
ranges are forwarded and therefore not in it.
"""

from __future__ import annotations

from intents.prefix import Prefix, parse_prefix

_RANGES = tuple(
    (parse_prefix(prefix), source)
    for prefix, source in (
        ("0.0.0.0/8", "RFC 791 3.2"),
        ("127.0.0.0/8", "RFC 1122 3.2.1.3"),
        ("169.254.0.0/16", "RFC 3927"),
        ("224.0.0.0/4", "RFC 5771"),
        ("240.0.0.0/4", "RFC 1112 4"),
        ("::/96", "RFC 4291 2.5.2, 2.5.3, 2.5.5.1"),
        ("::ffff:0:0/96", "RFC 4291 2.5.5.2"),
        ("fe80::/10", "RFC 4291 2.5.6"),
        ("fec0::/10", "RFC 3879"),
        ("ff00::/8", "RFC 4291 2.7"),
    )
)

RESERVED = tuple(prefix for prefix, _ in _RANGES)


def reserved_in(prefix: Prefix) -> tuple[Prefix, str] | None:
    """Return the first range that a prefix has addresses of, with the document that reserves it; None if it has none."""
    return next((item for item in _RANGES if item[0].overlaps(prefix)), None)
