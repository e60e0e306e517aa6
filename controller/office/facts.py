"""A workspace of a day -> what reports ask again and again: connections, channels of a site, the newest assessment of a thing.

The one idea: a connection is one organisation (or a system, or an outside network) at one site, with all its attachments there:
that is what the law counts, whatever the number of LANs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from controller.jobs.pipeline import Addressed, Wanted
from controller.office.report import Cell, ReportedObject, word
from intents.finding import Where
from intents.legal.registers import Assessment, Registers
from intents.registry import (
    AdministrativeUnit,
    Attachment,
    Domain,
    InformationSystem,
    Organisation,
    OrganisationName,
    OutsideNetwork,
    Registry,
    Site,
    UnitKey,
)
from ipam.inventory import Channel, InventoryDevice

Reported = (
    Organisation
    | Site
    | InformationSystem
    | OutsideNetwork
    | Attachment
    | AdministrativeUnit
    | Channel
    | InventoryDevice
)


def reported(item: Reported) -> ReportedObject:
    """Return an object as a report names it."""
    return ReportedObject(name=item.name, where=item.where)


def written(name: str, where: Where) -> ReportedObject:
    """Return a row of a register as a report names it."""
    return ReportedObject(name=name, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One party at one site, with its attachments there and the channels of the site."""

    organisation: Organisation | None
    system: InformationSystem | None
    outside: OutsideNetwork | None
    site: Site
    attachments: tuple[Attachment, ...]
    channels: tuple[Channel, ...]

    @property
    def title(self) -> str:
        """Return what the party is called."""
        party = self.organisation or self.system or self.outside
        return party.title if party is not None else ""

    @property
    def since(self) -> date | None:
        """Return the first day of the first attachment, None if it has none."""
        return min((item.validity.start for item in self.attachments if item.validity.start), default=None)

    @property
    def bandwidth(self) -> int:
        """Return the bandwidth of all channels of the site in Mbit/s."""
        return sum(item.bandwidth_mbps for item in self.channels)

    @property
    def objects(self) -> tuple[ReportedObject, ...]:
        """Return what it is made of."""
        party = self.organisation or self.system or self.outside
        first = () if party is None else (reported(party),)
        return (*first, *map(reported, self.attachments), *map(reported, self.channels))


class OfficeFacts:
    """What reports ask of one day; `addressed` is made only if a report needs addresses."""

    def __init__(self, wanted: Wanted, addressed: Addressed | None = None) -> None:
        self.wanted = wanted
        self._addressed = addressed

    @property
    def on(self) -> date:
        return self.wanted.on

    @property
    def registry(self) -> Registry:
        return self.wanted.registry

    @property
    def registers(self) -> Registers:
        return self.wanted.registers

    @property
    def addressed(self) -> Addressed:
        if self._addressed is None:
            raise AssertionError("the report did not say that it needs addresses")
        return self._addressed

    @cached_property
    def channels_of(self) -> Mapping[str, tuple[Channel, ...]]:
        """The access channels of a site; of sites without one (data centres, points of presence) whatever ends there."""
        devices = self.wanted.inventory.devices
        found: dict[str, list[Channel]] = {}
        for channel in self.wanted.inventory.channels.values():
            near, far = devices[channel.a_device].site, devices[channel.b_device].site
            ends = {far} if channel.level else {near, far}
            for site in ends:
                found.setdefault(site, []).append(channel)
        return {
            site: tuple(item for item in channels if item.level) or tuple(channels) for site, channels in found.items()
        }

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """Every connection, by the name of its first attachment."""
        found: dict[tuple[str, str, str, str], list[Attachment]] = {}
        for item in self.registry.attachments.values():
            key = (item.organisation or "", item.system or "", item.outside or "", item.site)
            found.setdefault(key, []).append(item)
        return tuple(self._connection(items) for items in found.values())

    def _connection(self, attachments: list[Attachment]) -> Connection:
        first = attachments[0]
        registry = self.registry
        return Connection(
            organisation=registry.organisations.get(first.organisation) if first.organisation is not None else None,
            system=registry.systems.get(first.system) if first.system is not None else None,
            outside=registry.outside_networks.get(first.outside) if first.outside is not None else None,
            site=registry.sites[first.site],
            attachments=tuple(attachments),
            channels=self.channels_of.get(first.site, ()),
        )

    @cached_property
    def connections_of(self) -> Mapping[str, tuple[Connection, ...]]:
        """The connections of each organisation."""
        found: dict[str, list[Connection]] = {}
        for item in self.connections:
            if item.organisation is not None:
                found.setdefault(item.organisation.name, []).append(item)
        return {name: tuple(items) for name, items in found.items()}

    @cached_property
    def newest_assessment(self) -> Mapping[str, Assessment]:
        """The newest assessment of each thing that was assessed."""
        found: dict[str, Assessment] = {}
        for item in sorted(self.registers.assessments.values(), key=lambda item: (item.day, item.number)):
            found[item.subject] = item
        return found

    def body(self, name: str) -> Cell:
        """Return who issued, approved or hosts something, in words: an organisation, an owner that the law names, or a name."""
        organisation = self.registry.organisations.get(OrganisationName(name))
        if organisation is not None:
            return organisation.title
        return word(f"domain_{name}") if name in set(Domain) else name

    def units_above(self, key: UnitKey) -> Iterator[AdministrativeUnit]:
        """Yield a unit and those that it lies in, the smallest first."""
        unit = self.registry.units.get(key)
        while unit is not None:
            yield unit
            unit = self.registry.units.get(unit.parent) if unit.parent is not None else None

    def place_of(self, key: UnitKey) -> str:
        """Return a unit in words: its own name and those that it lies in."""
        return ", ".join(unit.name for unit in self.units_above(key))

    def in_year(self, day: date | None) -> bool:
        """Return whether a day lies in the year of the report, and not after the report's own day."""
        return day is not None and day.year == self.on.year and day <= self.on
