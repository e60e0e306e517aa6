"""Which addresses a network can't have (reserved), which are nobody's in particular (private), and how much of the rest it has.

The one idea: closed tables with their sources. What routers do not forward between networks is reserved (RFC 6890 and what it
points to; fact RFC-ADDR-01); private, shared and documentation ranges are forwarded and therefore not among them.

"The Internet" is whoever nobody agreed with, and it can be written without any default route, as many prefixes of one outside
network or of several. So all of them of a day are added up (A10), and may not hold more than all of Việt Nam was given: some 16
million addresses of IPv4 (VNNIC, reports of 2015 and 2017) and 3.3e31 of IPv6 (VNNIC, May 2024), which is less than a /23. Whom a
province agrees with is a part of that. Of IPv6 there is room for eight times as much.
"""

from __future__ import annotations

from collections.abc import Iterable

from intents.prefix import Family, Prefix, parse_prefix

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
MOST_OUTSIDE = {Family.V4: parse_prefix("0.0.0.0/8").size, Family.V6: parse_prefix("2000::/20").size}
"""How many public addresses of a family outside networks may have."""
PRIVATE = tuple(
    parse_prefix(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "fc00::/7",
        "2001:db8::/32",
        "3fff::/20",
    )
)
"""Not public: RFC 1918 and RFC 4193, and the documentation ranges of RFC 5737, RFC 3849 and RFC 9637."""
_UNICAST = {Family.V4: parse_prefix("0.0.0.0/0"), Family.V6: parse_prefix("2000::/3")}
"""What is given out at all (IPv6: RFC 4291 2.4 and IANA's registry)."""


def reserved_in(prefix: Prefix) -> tuple[Prefix, str] | None:
    """Return the first range that a prefix has addresses of, with the document that reserves it; None if it has none."""
    return next((item for item in _RANGES if item[0].overlaps(prefix)), None)


def is_public(prefix: Prefix) -> bool:
    """Return whether a prefix is not wholly inside private or documentation space."""
    return not any(block.covers(prefix) for block in PRIVATE)


def is_too_much(prefixes: Iterable[Prefix], family: Family) -> bool:
    """Return whether prefixes hold more of a family's public addresses than counterparts can have."""
    return public_addresses(prefixes, family) > MOST_OUTSIDE[family]


def public_addresses(prefixes: Iterable[Prefix], family: Family) -> int:
    """Return how many public addresses of a family some prefixes hold together."""
    whole = _UNICAST[family]
    apart = [*PRIVATE, *(reserved for reserved, _ in _RANGES)]
    found = 0
    for prefix in _outermost(item for item in prefixes if item.family is family):
        found += _common(prefix, whole) - sum(_common(block, prefix) for block in apart if block.overlaps(whole))
    return found


def _outermost(prefixes: Iterable[Prefix]) -> list[Prefix]:
    kept: list[Prefix] = []
    for prefix in sorted(prefixes):
        if not kept or not kept[-1].covers(prefix):
            kept.append(prefix)
    return kept


def _common(one: Prefix, other: Prefix) -> int:
    """Return how many addresses two prefixes share."""
    return min(one.size, other.size) if one.overlaps(other) else 0
