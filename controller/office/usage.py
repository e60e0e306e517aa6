"""Facts -> the yearly report on usage of every reporting unit (art. 14.4) and the Sở's report on operation (art. 11.2, 17.1).

The one idea: a reporting unit is the district that an organisation lies in, and its commune since there are no districts; bodies
of the province report for themselves. What none of them reports has rows of its own, so that the rows add up to the totals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.office.facts import Connection, OfficeFacts, Reported, reported, written
from controller.office.report import (
    Cell,
    Content,
    ReportRow,
    ReportTable,
    counted,
    grouped,
    row,
    summed,
    table,
    word,
)
from intents.legal.registers import EquipmentRoom, Incident, RecordKind
from intents.registry import LegalService, SiteName, Tier, UnitKey, UnitType
from ipam.inventory import BACKBONE_ROLES


class _Rest(StrEnum):
    """What no unit below the province reports, in the order of its rows; a site is the first's that has a connection there."""

    PROVINCE = "province_itself"
    PARTIES = "systems_and_networks"
    """Information systems and outside networks."""
    BACKBONE = "backbone_and_rest"
    """The backbone, sites without a connection, and what incidents were about that is there no more."""


_Reporter = UnitKey | _Rest


def usage(facts: OfficeFacts) -> Content:
    """Return connections, services, channels and incidents of the year by reporting unit."""
    units: dict[_Reporter, _Unit] = {}
    for item in facts.connections:
        units.setdefault(_unit_of(item, facts), _Unit()).connections.append(item)
    homes = _homes(facts)
    for site, key in homes.items():
        units.setdefault(key, _Unit()).sites.append(site)
    for incident in facts.incidents_of_year:
        units.setdefault(_reporter_of(incident, facts, homes), _Unit()).incidents.append(incident)
    found = table(
        "usage_by_unit",
        "reporting_unit organisations sites connections vpn video_conference other_service access_channels bandwidth incidents",
        (_usage_row(facts, key, units[key]) for key in sorted(units, key=_order)),
    )
    sites = table("usage_by_site", _SITE_COLUMNS, (_site_row(facts, item) for item in facts.connections))
    reporting = [facts.registry.units[key] for key in units if not isinstance(key, _Rest)]
    return Content(
        figures=(
            counted("reporting_units", map(reported, reporting)),
            summed("connections", found, "connections"),
            facts.bandwidth(),
            counted("incidents", (written(item.number, item.where) for item in facts.incidents_of_year)),
        ),
        tables=(found, sites),
        notes=(word("shared_channels"),),
    )


@dataclass(slots=True)
class _Unit:
    """What one reporting unit tells of: its connections, the sites that are its own, and what went wrong there."""

    connections: list[Connection] = field(default_factory=list)
    sites: list[SiteName] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


def _order(key: _Reporter) -> tuple[int, str]:
    return (1 + list(_Rest).index(key), "") if isinstance(key, _Rest) else (0, key)


def _unit_of(item: Connection, facts: OfficeFacts) -> _Reporter:
    """Return who reports a connection."""
    organisation = item.organisation
    if organisation is None:
        return _Rest.PARTIES
    if organisation.tier is Tier.PROVINCE:
        return _Rest.PROVINCE
    above = list(facts.units_above(organisation.unit))
    districts = [unit for unit in above if unit.type is UnitType.DISTRICT]
    return next((unit.key for unit in (*districts, *above)), _Rest.PROVINCE)


def _homes(facts: OfficeFacts) -> dict[SiteName, _Reporter]:
    """Return the one unit that reports a site: that of a local body there, so that nothing is counted in two."""
    found: dict[SiteName, _Reporter] = dict.fromkeys(facts.registry.sites, _Rest.BACKBONE)
    for item in facts.connections:
        found[item.site.name] = min(found[item.site.name], _unit_of(item, facts), key=_order)
    return found


def _reporter_of(item: Incident, facts: OfficeFacts, homes: Mapping[SiteName, _Reporter]) -> _Reporter:
    """Return who reports an incident: a backbone device or channel is nobody's, wherever it stands."""
    inventory = facts.wanted.inventory
    channel = inventory.channels.get(item.subject)
    device = inventory.devices.get(channel.b_device if channel is not None else item.subject)
    if (channel is not None and not channel.level) or (device is not None and device.role in BACKBONE_ROLES):
        return _Rest.BACKBONE
    return homes.get(device.site if device is not None else SiteName(item.subject), _Rest.BACKBONE)


def _usage_row(facts: OfficeFacts, key: _Reporter, of_unit: _Unit) -> ReportRow:
    unit = None if isinstance(key, _Rest) else facts.registry.units[key]
    services = Counter(one.legal_service for item in of_unit.connections for one in item.attachments)
    channels = {item.name: item for site in of_unit.sites for item in facts.channels_of.get(site, ()) if item.level}
    cells: tuple[Cell, ...] = (
        unit.name if unit is not None else word(key),
        len({item.organisation.name for item in of_unit.connections if item.organisation}),
        len(of_unit.sites),
        len(of_unit.connections),
        services[LegalService.VPN],
        services[LegalService.VIDEO_CONFERENCE],
        services[LegalService.OTHER_SERVICE] + services[LegalService.DEDICATED_INTERNET],
        len(channels),
        sum(channel.bandwidth_mbps for channel in channels.values()),
        len(of_unit.incidents),
    )
    objects = [
        *((reported(unit),) if unit is not None else ()),
        *(one for item in of_unit.connections for one in item.objects),
        *(reported(facts.registry.sites[site]) for site in of_unit.sites),
        *(written(item.number, item.where) for item in of_unit.incidents),
    ]
    return row(cells, objects)


_SITE_COLUMNS = "organisation site unit since services channels bandwidth"


def _site_row(facts: OfficeFacts, item: Connection) -> ReportRow:
    purposes = ", ".join(sorted({facts.registry.purposes[one.purpose].title for one in item.attachments}))
    cells: tuple[Cell, ...] = (
        item.title,
        item.site.title,
        facts.place_of(item.site.unit),
        item.since or "",
        purposes,
        len(item.channels),
        item.bandwidth,
    )
    return row(cells, item.objects)


def operation(facts: OfficeFacts) -> Content:
    """Return what there is, what went wrong, and what was inspected and practised in the year."""
    registry, inventory, registers = facts.registry, facts.wanted.inventory, facts.registers
    of_year = facts.incidents_of_year
    papers = (item for item in registers.records.values() if facts.in_year(item.day) and item.kind in _KEPT)
    unresolved = [item for item in registers.incidents.values() if item.resolved_on is None]
    earlier = [item for item in unresolved if item not in of_year]
    there: tuple[tuple[str, Iterable[Reported]], ...] = (
        ("organisations", registry.organisations.values()),
        ("sites", registry.sites.values()),
        ("devices", inventory.devices.values()),
        ("channels", inventory.channels.values()),
        ("systems", registry.systems.values()),
    )
    return Content(
        figures=(
            *(counted(key, map(reported, items)) for key, items in there),
            counted("incidents", (written(item.number, item.where) for item in of_year)),
            counted("incidents_open", (written(item.number, item.where) for item in unresolved)),
        ),
        tables=(
            *_by_kind(facts),
            _incident_table("incidents", of_year),
            _incident_table("incidents_earlier", earlier),
            facts.papers("inspections", papers),
            table(
                "rooms",
                "site host kind inventoried condition",
                (_room_row(facts, item) for item in registers.rooms.values()),
            ),
        ),
    )


def _by_kind(facts: OfficeFacts) -> Iterator[ReportTable]:
    """Yield what there is, counted by kind."""
    registry, inventory = facts.registry, facts.wanted.inventory
    levels = [(word(f"level_{item.level}"), reported(item)) for item in registry.sites.values()]
    yield grouped("sites_by_level", "access_level", levels)
    devices = [(word(f"role_{item.role}"), reported(item)) for item in inventory.devices.values()]
    yield grouped("devices_by_role", "role", devices)
    channels = [(word(item.medium), reported(item)) for item in inventory.channels.values()]
    yield grouped("channels_by_medium", "medium", channels)
    systems = registry.systems.values()
    secured = [(word("security_level_of", level=item.security_level), reported(item)) for item in systems]
    yield grouped("systems_by_level", "security_level", secured)


def _room_row(facts: OfficeFacts, item: EquipmentRoom) -> ReportRow:
    site = facts.registry.sites.get(SiteName(item.site))
    cells: tuple[Cell, ...] = (
        site.title if site is not None else item.site,
        facts.body(item.host),
        word(f"room_{item.kind}"),
        item.inventoried_on or "",
        word(f"condition_{item.condition}") if item.condition is not None else "",
    )
    return row(cells, (written(item.site, item.where),))


_KEPT = frozenset({RecordKind.INSPECTION, RecordKind.DRILL, RecordKind.TRAINING})


def _incident_table(key: str, incidents: Iterable[Incident]) -> ReportTable:
    """Return a table of incidents, by day."""
    rows = map(_incident_row, sorted(incidents, key=lambda item: (item.day, item.number)))
    return table(key, "number date incident_kind subject enterprise resolved_on days description", rows)


def _incident_row(item: Incident) -> ReportRow:
    days = (item.resolved_on - item.day).days if item.resolved_on is not None else ""
    cells: tuple[Cell, ...] = (
        item.number,
        item.day,
        word(f"incident_{item.kind}"),
        item.subject,
        item.enterprise or word("none"),
        item.resolved_on or "",
        days,
        item.description,
    )
    return row(cells, (written(item.number, item.where),))
