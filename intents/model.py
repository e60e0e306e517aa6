"""What people ask for: one `Intent` per statement, with its place in the file.

The one idea: a closed union of four kinds that still speaks in selectors, names and dates; `policy` turns all of them
together into sets of (source, destination, service).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intents.finding import Where
from intents.registry import (
    ApplicationClass,
    Category,
    Domain,
    McuOwner,
    OrganisationName,
    OutsideName,
    PurposeName,
    SystemName,
    Tier,
    UnitKey,
    Validity,
)
from intents.service import ServiceSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Organisations that meet every given condition, in one purpose; an absent condition does not restrict.

    `anyone` must be True if no condition is given: empty never means any. `purpose` None means each category's home purpose.
    """

    categories: frozenset[Category] | None = None
    tiers: frozenset[Tier] | None = None
    domains: frozenset[Domain] | None = None
    labels: frozenset[str] | None = None
    names: frozenset[OrganisationName] | None = None
    below: UnitKey | None = None
    excluding: frozenset[OrganisationName] = frozenset()
    purpose: PurposeName | None = None
    anyone: bool = False
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTarget:
    """Systems or outside networks by name, and which of their services (by name); `services` None with `every_service`
    True means all services that each of them declares (said explicitly in the file)."""

    systems: frozenset[SystemName] = frozenset()
    outside_networks: frozenset[OutsideName] = frozenset()
    services: frozenset[str] | None = None
    every_service: bool = False
    where: Where


Party = Selector | SystemTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every intent carries: its identifier, owner's domain, request and decision references with their places, and dates."""

    identifier: str
    title: str
    domain: Domain
    request_ref: str
    decision_ref: str
    validity: Validity
    where: Where
    places: Mapping[str, Where] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Sessions that any source may start to any destination. `mutual`: also in the other direction (many to many).
    `service` is given when a destination is a selector, else the targets' own services count. `application_class` is that of
    what organisations do with each other, None if it is not said; what a system is at an end of is of the system's class.
    `mcu_owner` is said of video conferences."""

    head: Head
    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    service: ServiceSet | None = None
    mutual: bool = False
    application_class: ApplicationClass | None = None
    mcu_owner: McuOwner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Sites of one organisation may talk to each other (`within: organisation`), for each selected organisation."""

    head: Head
    organisations: Selector
    service: ServiceSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid:
    """Sessions that no source may start to any destination, whatever is permitted. `service` None with system targets:
    the named services of the targets; a selector destination needs it."""

    head: Head
    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    service: ServiceSet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """An assertion, proved and never steered: traffic from sources to destinations passes one of the named devices."""

    head: Head
    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    devices: frozenset[str]


Intent = Permit | Within | Forbid | Via
