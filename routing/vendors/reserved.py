"""Numbers of BGP that nobody may use as they like (BOTH-VAL-03, BOTH-VAL-04, RFC-SESS-03)."""

from __future__ import annotations

RESERVED_ASNS = frozenset({0, 23456, 65535, 4294967295})
"""AS 0 (RFC 7607), AS_TRANS (RFC 6793) and the last ones (RFC 7300): no speaker's."""
RESERVED_HIGH = 65535
"""Communities `65535:N` are well known or kept for what will be (RFC 1997, IANA): a device may treat routes by them."""

FIRST_GROUP = 224 << 24
"""The first IPv4 address that is no host's: groups, and what is kept for later."""


def is_router_id(number: int) -> bool:
    """Return whether a number may be a router ID: the address of a host, neither 0/8, 127/8 nor from 224.0.0.0 on."""
    return 1 << 24 <= number < FIRST_GROUP and number >> 24 != 127
