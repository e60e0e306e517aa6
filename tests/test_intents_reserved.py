"""Which prefixes nobody can have: every range of the table, from inside, from around it, and what lies beside it."""

from __future__ import annotations

import pytest

from intents.prefix import parse_prefix
from intents.reader.reserved import reserved_in

RESERVED = (
    "0.0.0.0/0", "0.1.0.0/16", "127.0.0.1/32", "126.0.0.0/7", "169.254.1.0/24", "239.1.0.0/16", "224.0.0.0/4",
    "fec0::/64", "ff02::1/128",
    "240.0.0.0/5", "::/0", "::1/128", "::10.0.0.1/128", "::ffff:10.0.0.0/104", "fe80::/64", "febf::/16", "255.255.255.255/32",
)  # fmt: skip
ORDINARY = (
    "1.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "128.0.0.0/16", "169.253.0.0/16", "192.0.2.0/24", "198.18.0.0/15",
    "223.255.255.0/24",
    "2001:db8::/32", "fc00::/7", "64:ff9b::/96", "::1:0:0:0/80", "2000::/3",
)  # fmt: skip


@pytest.mark.parametrize("text", RESERVED)
def test_what_routers_do_not_forward_is_reserved(text: str) -> None:
    assert reserved_in(parse_prefix(text)) is not None


@pytest.mark.parametrize("text", ORDINARY)
def test_what_routers_forward_is_not(text: str) -> None:
    assert reserved_in(parse_prefix(text)) is None
