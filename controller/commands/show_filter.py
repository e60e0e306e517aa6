"""What `truc show` leaves out: only a site's, an organisation's or a pool's rows.

The one idea: a table says which filters mean something to it; any other is refused, never ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from controller.jobs.pipeline import Addressed
from controller.output.choices import Shown
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Rule,
    SystemEndpoint,
)
from intents.reader.parser_context import NameKind
from intents.reader.suggestions import suggest
from intents.registry import OrganisationName, Registry
from ipam.address_plan import PrefixEntry
from ipam.inventory import Inventory
from ipam.keys import LanKey, LinkKey, LoopbackKey, OutsideKey

FILTERS: Mapping[Shown, tuple[str, ...]] = {
    Shown.ADDRESSES: ("site", "organisation", "pool"),
    Shown.POLICY: ("organisation",),
    Shown.DEVICES: ("site",),
    Shown.INTENTS: ("organisation",),
    Shown.RESIDUE: ("organisation",),
    Shown.CONFIG: (),
}
"""Which filters each table has."""
_KINDS = {"site": NameKind.SITE, "organisation": NameKind.ORGANISATION, "pool": NameKind.POOL}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFilter:
    """Names of a site, an organisation and a pool; None leaves nothing out."""

    site: str | None = None
    organisation: str | None = None
    pool: str | None = None

    def given(self) -> dict[str, str]:
        """Return the names that are given, by filter."""
        named = {"site": self.site, "organisation": self.organisation, "pool": self.pool}
        return {filter_: name for filter_, name in named.items() if name is not None}

    def wants_entry(self, entry: PrefixEntry, addressed: Addressed) -> bool:
        """Return whether a line of the address plan is asked for."""
        return (
            (self.pool is None or entry.pool == self.pool)
            and (self.organisation is None or entry.organisation == self.organisation)
            and (self.site is None or self.site in _sites_of(entry, addressed))
        )

    def wants_device(self, site: str) -> bool:
        """Return whether a device at a site is asked for."""
        return self.site is None or site == self.site

    def wants_rule(self, rule: Rule, registry: Registry) -> bool:
        """Return whether a rule is about the organisation asked for: itself, a class that it is in, or a system of its own."""
        return self.organisation is None or any(
            _is_about(self.organisation, end, registry) for end in (rule.source, rule.destination)
        )


def check_fitting(what: Shown, wanted: ShowFilter) -> None:
    """FindingsError if a table knows no such filter."""
    allowed = FILTERS[what]
    wrong = [name for name in wanted.given() if name not in allowed]
    if wrong:
        options = ", ".join(f"--{name}" for name in allowed) or "-"
        raise FindingsError(
            make_finding("TR852", Where(), what=what, filter=f"--{name}", options=options) for name in wrong
        )


def check_names(wanted: ShowFilter, addressed: Addressed) -> None:
    """FindingsError if a filter names nothing that there is on the day."""
    registry = addressed.wanted.registry
    known: Mapping[str, Iterable[str]] = {
        "site": registry.sites,
        "organisation": registry.organisations,
        "pool": [pool.name for pool in addressed.address_plan.pools],
    }
    found = [_unknown(filter_, name, known[filter_]) for filter_, name in wanted.given().items()]
    if any(found):
        raise FindingsError(item for item in found if item is not None)


def _unknown(filter_: str, name: str, known: Iterable[str]) -> Finding | None:
    names = sorted(map(str, known))
    if name in names:
        return None
    return make_finding("TR853", Where(), kind=_KINDS[filter_], name=name, suggestion=suggest(name, names))


def _is_about(organisation: str, end: Endpoint, registry: Registry) -> bool:
    match end:
        case OrganisationEndpoint():
            return end.organisation == organisation
        case ClassEndpoint():
            return _is_member(OrganisationName(organisation), end, registry)
        case SystemEndpoint():
            return registry.systems[end.system].owner == organisation
        case OutsideEndpoint() | DevicesEndpoint():
            return False


def _is_member(organisation: OrganisationName, end: ClassEndpoint, registry: Registry) -> bool:
    found = registry.organisations[organisation]
    return (
        (found.category, found.tier) == (end.category, end.tier)
        and organisation not in end.excluding
        and any(
            (item.organisation, item.purpose) == (organisation, end.purpose) for item in registry.attachments.values()
        )
    )


def _sites_of(entry: PrefixEntry, addressed: Addressed) -> frozenset[str]:
    """Return where a prefix is: the site of its attachment or device, both ends of a channel."""
    registry, inventory = addressed.wanted.registry, addressed.wanted.inventory
    match entry.key:
        case LanKey(name) | OutsideKey(name, _):
            attachment = registry.attachments.get(name)
            return frozenset() if attachment is None else frozenset((str(attachment.site),))
        case LoopbackKey(device):
            return _device_sites(inventory, (device,))
        case LinkKey(between, _):
            channel = inventory.channels.get(between)
            return frozenset() if channel is None else _device_sites(inventory, (channel.a_device, channel.b_device))
        case _:
            assert_never(entry.key)


def _device_sites(inventory: Inventory, names: Iterable[str]) -> frozenset[str]:
    return frozenset(str(inventory.devices[name].site) for name in names if name in inventory.devices)
