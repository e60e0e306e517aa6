"""Objects of the day that belong to nobody: A24 (art. 3.2, 5.2).

The one idea: `unassigned` is an owner that the regulation knows of, so it may be written; it takes a decision, as an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from intents.finding import Finding, Where
from intents.model import Intent
from intents.registry import Domain, Registry
from intents.rule_packs import report_breach
from intents.settings import PoolSpec
from ipam.inventory import Inventory


def check_owners(
    registry: Registry, intents: Iterable[Intent], pools: Iterable[PoolSpec], inventory: Inventory, on: date
) -> Iterator[Finding]:
    """Yield organisations, intents, devices and pools whose domain is `unassigned`."""
    owned: list[tuple[str, str, str, Where]] = [
        *(("pool", item.name, item.owner, item.where) for item in pools),
        *(("organisation", item.name, item.domain, item.where) for item in registry.organisations.values()),
        *(("intent", item.head.identifier, item.head.domain, item.head.where) for item in intents),
        *(("device", item.name, item.domain, item.where) for item in inventory.devices.values()),
    ]
    for kind, name, domain, where in owned:
        if domain == Domain.UNASSIGNED:
            yield report_breach("A24", "TR470", where, on, about=name, kind=kind, name=name, domain=domain)
