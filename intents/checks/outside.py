"""Outside networks together against the Internet, which no VPN leads to (A10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding
from intents.prefix import Family
from intents.reader.reserved import MOST_OUTSIDE, is_too_much, public_addresses
from intents.registry import Registry
from intents.rule_packs import report_breach

_MOST_NAMED = 3


def check_outside(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield each family of whose public addresses the outside networks of the day have more than counterparts can hold."""
    networks = registry.outside_networks.values()
    for family in Family:
        if not is_too_much((prefix for network in networks for prefix in network.prefixes), family):
            continue
        shares = {network.name: public_addresses(network.prefixes, family) for network in networks}
        largest = sorted((item for item in networks if shares[item.name]), key=lambda item: -shares[item.name])
        yield report_breach(
            "A10",
            "TR424",
            largest[0].where,
            on,
            also=tuple(item.where for item in largest[1:_MOST_NAMED]),
            family=f"IPv{family.value}",
            networks=", ".join(item.name for item in largest[:_MOST_NAMED]),
            count=len(largest),
            limit=f"2^{MOST_OUTSIDE[family].bit_length() - 1}",
        )
