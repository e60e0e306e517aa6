"""A workspace of a day -> what reports ask again and again: connections, channels of a site, the newest assessment of a thing.

The one idea: a connection is one organisation (or a system, or an outside network) at one site, with all its attachments there:
that is what the law counts, whatever the number of LANs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from controller.jobs.pipeline import Addressed, Wanted
from controller.office.report import Cell, Figure, ReportedObject, ReportTable, row, summed, table, word
from intents.finding import Where
from intents.legal.askers import Askers
from intents.legal.registers import Assessment, Incident, Record, RecordKind, Registers, registers_as_at
from intents.model import Intent
from intents.registry import (
    AdministrativeUnit,
    Attachment,
    Domain,
    InformationSystem,
    Organisation,
    OrganisationName,
    OutsideNetwork,
    Party,
    Registry,
    Site,
    SiteName,
    UnitKey,
    party_of,
)
from intents.rule_packs import asked_since
from ipam.inventory import Channel, InventoryDevice, Role

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


def _whole_year_from(day: date) -> int:
    return day.year if (day.month, day.day) == (1, 1) else day.year + 1


def reported(item: Reported) -> ReportedObject:
    """Return an object as a report names it."""
    return ReportedObject(name=item.name, where=item.where)


def written(name: str, where: Where) -> ReportedObject:
    """Return a row of a register as a report names it."""
    return ReportedObject(name=name, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One party at one site, with its attachments there and the channels of the site."""

    party: Party | None
    site: Site
    attachments: tuple[Attachment, ...]
    channels: tuple[Channel, ...]

    @property
    def title(self) -> str:
        """Return what the party is called."""
        return self.party.title if self.party is not None else ""

    @property
    def organisation(self) -> Organisation | None:
        """Return the party if it is an organisation."""
        return self.party if isinstance(self.party, Organisation) else None

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
        first = () if self.party is None else (reported(self.party),)
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

    @cached_property
    def registers(self) -> Registers:
        """The registers as they were on the day."""
        return registers_as_at(self.wanted.registers, self.on)

    @cached_property
    def intents(self) -> tuple[Intent, ...]:
        """The intents that were known on the day: decided on by then, or in force."""
        return tuple(
            item
            for item in self.wanted.intents
            if item.head.decision_ref in self.registers.records
            or item.head.validity.start is None
            or item.head.validity.start <= self.on
        )

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
    def access_channels(self) -> tuple[Channel, ...]:
        """Every channel of the access network, once: connections at a site share its channels."""
        return tuple(item for item in self.wanted.inventory.channels.values() if item.level)

    @cached_property
    def level_1_sites(self) -> frozenset[SiteName]:
        """The sites where equipment of level I stands."""
        devices = self.wanted.inventory.devices.values()
        return frozenset(item.site for item in devices if item.role is Role.LEVEL1_CPE)

    def access_by_level(self) -> ReportTable:
        """Return the access channels and their bandwidth by level: what every sum of bandwidth is the sum of."""
        levels: dict[int, list[Channel]] = {}
        for item in self.access_channels:
            levels.setdefault(item.level, []).append(item)
        rows = (
            row(
                (word(f"level_{level}"), len(channels), sum(item.bandwidth_mbps for item in channels)),
                map(reported, channels),
            )
            for level, channels in sorted(levels.items())
        )
        return table("access_channels", "access_level access_channels bandwidth", rows)

    def bandwidth(self) -> Figure:
        """Return the bandwidth of the access network: the one sum of it that reports tell."""
        return summed("bandwidth", self.access_by_level(), "bandwidth")

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
        return Connection(
            party=party_of(first, self.registry),
            site=self.registry.sites[first.site],
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

    def papers_of(self, kind: RecordKind) -> tuple[Record, ...]:
        """Return the papers of one kind, the earliest first."""
        found = (item for item in self.registers.records.values() if item.kind is kind)
        return tuple(sorted(found, key=lambda item: (item.day, item.number)))

    @cached_property
    def registrations(self) -> tuple[Record, ...]:
        """The registrations of needs, the earliest first: of those who register for the province, not of an enterprise or of an
        organisation for itself."""
        ours = Askers(self.registers).of_all | {Domain.PROVINCIAL_PC}
        return tuple(item for item in self.papers_of(RecordKind.REGISTRATION) if item.issuer in ours)

    @cached_property
    def first_day(self) -> date:
        """The earliest day that the workspace tells of: of a paper, or of an attachment of today."""
        papers = (item.day for item in self.registers.records.values())
        starts = (item.validity.start for item in self.registry.attachments.values() if item.validity.start)
        return min((*papers, *starts), default=self.on)

    def first_year_of(self, requirement: str) -> int:
        """Return the first year that a yearly duty is asked for: the first whole one of the network, and of the text it is in."""
        return max(_whole_year_from(day) for day in (self.first_day, asked_since(requirement)))

    @cached_property
    def incidents_of_year(self) -> tuple[Incident, ...]:
        """What went wrong in the year of the report, until its day."""
        return tuple(item for item in self.registers.incidents.values() if self.in_year(item.day))

    @cached_property
    def quality_target(self) -> str:
        """The number of the newest paper with a quality target, "" if there is none."""
        targets = [item for item in self.registers.records.values() if item.kind is RecordKind.QUALITY_TARGET]
        return max(targets, key=lambda item: (item.day, item.number)).number if targets else ""

    def contact_at(self, site: str) -> str:
        """Return whom to call at a site, "" if nobody says."""
        room = self.registers.rooms.get(site)
        return f"{room.contact}, {room.phone}" if room is not None else ""

    def room_at(self, site: str) -> tuple[ReportedObject, ...]:
        """Return the row of a site's room, () if there is none."""
        room = self.registers.rooms.get(site)
        return () if room is None else (written(room.site, room.where),)

    def papers(self, key: str, papers: Iterable[Record]) -> ReportTable:
        """Return a table of papers, by day."""
        ordered = sorted(papers, key=lambda item: (item.day, item.number))
        cells = ((item.number, word(item.kind), item.day, self.body(item.issuer), item.subject) for item in ordered)
        rows = (row(one, (written(item.number, item.where),)) for one, item in zip(cells, ordered, strict=True))
        return table(key, "number record_kind date issuer subject", rows)

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
