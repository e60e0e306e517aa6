"""Numbers of BGP that nobody may use as they like (BOTH-VAL-03, BOTH-VAL-04)."""

from __future__ import annotations

RESERVED_ASNS = frozenset({0, 23456, 65535, 4294967295})
"""AS 0 (RFC 7607), AS_TRANS (RFC 6793) and the last ones (RFC 7300): no speaker's."""
RESERVED_HIGH = 65535
"""Communities `65535:N` are well known or kept for what will be (RFC 1997, IANA): a device may treat routes by them."""
