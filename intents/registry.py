"""Who and what exists, in business terms, with validity dates.

The one idea: every object carries the dates between which it exists, and `as_at` gives the registry of one date, so that
nothing after it ever asks about time. `renamed_from` says how a thing was called before, latest name first. No addresses
and no equipment here. Identifiers of Vietnamese legal terms are those
of the glossary (Decision 46/2024, Circular 06/2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NewType

from intents.finding import NOWHERE, Where
from intents.prefix import Prefix
from intents.reason import Reason, because
from intents.service import NamedService

UnitKey = NewType("UnitKey", str)
"""An administrative unit's key: `CODE@YYYY-MM-DD`, code and first day of validity (a bare code is never a key, D10)."""
OrganisationName = NewType("OrganisationName", str)
SiteName = NewType("SiteName", str)
SystemName = NewType("SystemName", str)
OutsideName = NewType("OutsideName", str)
PurposeName = NewType("PurposeName", str)
AttachmentName = NewType("AttachmentName", str)


LOWEST_LEVEL, HIGHEST_LEVEL = 1, 5
"""Security levels (Decree 331/2026, before it Decree 85/2016); whose level nobody declares has the lowest."""


class Category(StrEnum):
    """The eight agency categories of Decision 46/2024 art. 2."""

    PARTY_BUILDING_BODY = "party_building_body"
    PARTY_COMMITTEE_DIRECT = "party_committee_direct"
    ELECTED_BODY = "elected_body"
    PEOPLES_COMMITTEE_BODY = "peoples_committee_body"
    PEOPLES_COURT = "peoples_court"
    PEOPLES_PROCURACY = "peoples_procuracy"
    FATHERLAND_FRONT_ORG = "fatherland_front_org"
    VERTICAL_SECTOR_BODY = "vertical_sector_body"


PARTY_CATEGORIES = frozenset({Category.PARTY_BUILDING_BODY, Category.PARTY_COMMITTEE_DIRECT})
"""The categories whose part is run as the office of the provincial Party committee directs (A20)."""


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"


class Tier(StrEnum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Domain(StrEnum):
    """Ownership domains (regulation 2.4)."""

    CENTRAL_POST = "central_post"
    DEPT_ICT = "dept_ict"
    PARTY_OFFICE = "party_office"
    LEVEL1_HOST = "level1_host"
    USING_ORG = "using_org"
    TELECOM_ENTERPRISE = "telecom_enterprise"
    DISTRICT_PC = "district_pc"
    PROVINCIAL_PC = "provincial_pc"
    FINANCE_DEPT = "finance_dept"
    UNASSIGNED = "unassigned"


class LegalService(StrEnum):
    """Service classes of Decision 8/2023 art. 6.1."""

    VPN = "vpn"
    VIDEO_CONFERENCE = "video_conference"
    DEDICATED_INTERNET = "dedicated_internet"
    OTHER_SERVICE = "other_service"


class ApplicationClass(StrEnum):
    """Application classes of Decision 46/2024 art. 8.2."""

    APP_PARTY = "app_party"
    APP_COUNCIL_COMMITTEE = "app_council_committee"
    APP_OTHER = "app_other"


class McuOwner(StrEnum):
    """Whose the multipoint control unit of a video conference is (Circular 06/2026 art. 6.2)."""

    CENTRE = "centre"
    LOCALITY = "locality"


class UnitType(StrEnum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    WARD = "ward"
    TOWNSHIP = "township"


class SiteKind(StrEnum):
    OFFICE = "office"
    DATA_CENTRE = "data_centre"
    NETWORK = "network"
    """A point of presence of the network itself: cores, aggregation, gateway."""


class ConnectionKind(StrEnum):
    """How a site is connected for an organisation (TT06/2026 art. 5.3): its one main point, a further point with a written
    justification, or none of its own (through its own LAN)."""

    MAIN = "main"
    JUSTIFIED = "justified"
    VIA_LAN = "via_lan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """First and last day on which a thing exists, both inclusive; None is unbounded."""

    start: date | None = None
    end: date | None = None

    def holds(self, on: date) -> bool:
        """Return whether the thing exists on that day."""
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)

    def overlaps(self, other: Validity) -> bool:
        """Return whether the two share a day."""
        starts = [day for day in (self.start, other.start) if day is not None]
        ends = [day for day in (self.end, other.end) if day is not None]
        return not starts or not ends or max(starts) <= min(ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrativeUnit:
    """A province, district, commune, ward or township; `root_block` names the inherited address block its sites use."""

    key: UnitKey
    code: str
    name: str
    type: UnitType
    parent: UnitKey | None
    root_block: str
    validity: Validity
    where: Where


class EventKind(StrEnum):
    """What becomes of a unit on the first day after it (D11)."""

    MERGE = "merge"
    """It is joined with others into one."""
    SPLIT = "split"
    """Its parts go to several units."""
    RENAME = "rename"
    """It goes on whole as one other: under another name, code, type or superior unit."""
    ABOLISH = "abolish"
    """Nothing takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvent:
    """A recorded change of units (D11): `before` ends the day before `day`; `after` begins on it, None if nothing follows."""

    kind: EventKind
    day: date
    before: UnitKey
    after: UnitKey | None
    decision_ref: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    name: OrganisationName
    title: str
    category: Category
    tier: Tier
    unit: UnitKey
    domain: Domain
    labels: frozenset[str]
    validity: Validity
    where: Where
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place; `level` is the access level (1 or 2), 0 for a network site or a data centre."""

    name: SiteName
    title: str
    unit: UnitKey
    kind: SiteKind
    level: int
    validity: Validity
    where: Where
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What the network is used for by one kind of owner; `home_of` lists the categories whose selectors mean this purpose
    when none is named; `title` is for people. At most 12 in a workspace."""

    name: PurposeName
    title: str
    home_of: frozenset[Category]
    where: Where
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationSystem:
    """A system attached where it is hosted; `purpose` is the purpose it stands in; `hosts` sizes its LAN;
    `quality_ref` names its own quality target, "" for that of all services."""

    name: SystemName
    title: str
    owner: OrganisationName
    site: SiteName
    purpose: PurposeName
    hosts: int
    services: tuple[NamedService, ...]
    application_class: ApplicationClass
    security_level: int
    assessment_ref: str
    validity: Validity
    where: Where
    renamed_from: tuple[str, ...] = ()
    quality_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideNetwork:
    """A network that is not ours, behind the gateway (art. 6.3): counterpart, purpose, the gateway device's name, its
    prefixes as agreed with the counterpart, and the next hops at the counterpart's end."""

    name: OutsideName
    title: str
    counterpart: str
    purpose: PurposeName
    gateway: str
    prefixes: tuple[Prefix, ...]
    services: tuple[NamedService, ...]
    decision_ref: str
    validity: Validity
    where: Where
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One organisation in one purpose at one site, or one information system where it is hosted, or one outside network at
    the gateway: exactly one of `organisation`, `system`, `outside` is set.

    `hosts` sizes the LAN. `device` and `interface` place it when the office says so, else the site's only edge device and
    its LAN interface; `interface_where` is where the interface is written, `places` are where its references are.
    `control_points`: the devices at which what comes from a lower security level is let in.
    """

    name: AttachmentName
    organisation: OrganisationName | None = None
    system: SystemName | None = None
    outside: OutsideName | None = None
    site: SiteName
    purpose: PurposeName
    hosts: int
    legal_service: LegalService = LegalService.VPN
    connection: ConnectionKind = ConnectionKind.MAIN
    justification_ref: str = ""
    request_ref: str = ""
    decision_ref: str = ""
    device: str = ""
    interface: str = ""
    interface_where: Where = NOWHERE
    security_level: int = LOWEST_LEVEL
    control_points: tuple[str, ...] = ()
    validity: Validity
    where: Where
    renamed_from: tuple[str, ...] = ()
    places: Mapping[str, Where] = field(default_factory=dict, compare=False)


REFERENCES = ("justification_ref", "request_ref", "decision_ref")
"""Fields of attachments and intents that name papers."""


Party = Organisation | InformationSystem | OutsideNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Something that exists on other days only, for messages: it begins later, or (`later` is False) has ended on `day`."""

    day: date
    later: bool
    where: Where

    @property
    def reason(self) -> Reason:
        """Return which of the two it is."""
        return because("begins_on", day=self.day) if self.later else because("ended_on", day=self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything that exists, by name; mappings are sorted by key and never changed. `absent` tells, in the registry of one day,
    of the parties of other days (by `organisation`, `system` or `outside network` and name) and of attachments by their party.
    `events` are the recorded changes of units, of all days."""

    units: Mapping[UnitKey, AdministrativeUnit]
    organisations: Mapping[OrganisationName, Organisation]
    sites: Mapping[SiteName, Site]
    purposes: Mapping[PurposeName, Purpose]
    systems: Mapping[SystemName, InformationSystem]
    outside_networks: Mapping[OutsideName, OutsideNetwork]
    attachments: Mapping[AttachmentName, Attachment]
    absent: Mapping[tuple[str, str], Absence] = field(default_factory=dict, compare=False)
    events: tuple[UnitEvent, ...] = ()


def organisation_of(attachment: Attachment, registry: Registry) -> Organisation | None:
    """Return the organisation that an attachment is for: its own, or the owner of its system; None for an outside network, and
    for one that is not there on the day."""
    system = registry.systems.get(attachment.system) if attachment.system is not None else None
    name = system.owner if system is not None else attachment.organisation
    return registry.organisations.get(name) if name is not None else None


def party_of(attachment: Attachment, registry: Registry) -> Party | None:
    """Return what is attached: an organisation, a system or an outside network; None if it is not there on the day."""
    if attachment.system is not None:
        return registry.systems.get(attachment.system)
    if attachment.outside is not None:
        return registry.outside_networks.get(attachment.outside)
    return registry.organisations.get(attachment.organisation) if attachment.organisation is not None else None


def as_at(registry: Registry, on: date) -> Registry:
    """Return the registry of one day: only what exists then (purposes have no dates)."""
    return replace(
        registry,
        units={key: item for key, item in registry.units.items() if item.validity.holds(on)},
        organisations={key: item for key, item in registry.organisations.items() if item.validity.holds(on)},
        sites={key: item for key, item in registry.sites.items() if item.validity.holds(on)},
        systems={key: item for key, item in registry.systems.items() if item.validity.holds(on)},
        outside_networks={key: item for key, item in registry.outside_networks.items() if item.validity.holds(on)},
        attachments={key: item for key, item in registry.attachments.items() if item.validity.holds(on)},
        absent=dict(_absent(registry, on)),
    )


def _absent(registry: Registry, on: date) -> Iterator[tuple[tuple[str, str], Absence]]:
    parties: tuple[tuple[str, Iterable[Party]], ...] = (
        ("organisation", registry.organisations.values()),
        ("system", registry.systems.values()),
        ("outside network", registry.outside_networks.values()),
    )
    for attachment in registry.attachments.values():
        absence = _absence(attachment, on)
        if absence is not None:
            yield ("attachment", f"{attachment.organisation}/{attachment.purpose}"), absence
    for kind, items in parties:
        for item in items:
            absence = _absence(item, on)
            if absence is not None:
                yield (kind, item.name), absence


def _absence(item: Party | Attachment, on: date) -> Absence | None:
    start, end = item.validity.start, item.validity.end
    if start is not None and on < start:
        return Absence(day=start, later=True, where=item.where)
    return Absence(day=end, later=False, where=item.where) if end is not None and end < on else None
