"""Small registries, inventories, pools and intents for tests, as values with short names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from intents.finding import Where
from intents.model import Head, Selector, SystemTarget
from intents.prefix import parse_prefix
from intents.registry import (
    AdministrativeUnit,
    ApplicationClass,
    Attachment,
    AttachmentName,
    Category,
    Domain,
    InformationSystem,
    Organisation,
    OrganisationName,
    OutsideName,
    OutsideNetwork,
    Purpose,
    PurposeName,
    Registry,
    Site,
    SiteKind,
    SiteName,
    SystemName,
    Tier,
    UnitKey,
    UnitType,
    Validity,
)
from intents.service import NamedService, ServiceSet, Transport, service_set
from ipam.address_plan import DedicatedClass, Pool, PoolUse
from ipam.inventory import Channel, Inventory, InventoryDevice, Medium, Place, Role

ON = date(2026, 7, 15)
ALWAYS = Validity()
PROVINCE = UnitKey("19@2025-07-01")
GOVERNMENT, PARTY, SHARED, MANAGEMENT = (PurposeName(name) for name in ("government", "party", "shared", "management"))
PC, PARTY_BODY = Category.PEOPLES_COMMITTEE_BODY, Category.PARTY_BUILDING_BODY
WEB, FILES = service_set([(Transport.TCP, 443, 443)]), service_set([(Transport.TCP, 445, 445)])


def at(line: int, file: str = "intents/a.yaml") -> Where:
    return Where(file=file, line=line, column=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers that allocation needs."""

    headroom_percent: int = 25
    reserve_warning_percent: int = 0
    quarantine_days: int = 180


def unit(number: int, root_block: str = "tn", validity: Validity = ALWAYS) -> AdministrativeUnit:
    key = UnitKey(f"{number:05d}@2025-07-01")
    return AdministrativeUnit(
        key=key,
        code=f"{number:05d}",
        name=f"Xã {number}",
        type=UnitType.COMMUNE,
        parent=PROVINCE,
        root_block=root_block,
        validity=validity,
        where=at(number, "units.csv"),
    )


def organisation(name: str, category: Category = PC, tier: Tier = Tier.COMMUNE, labels: str = "") -> Organisation:
    return Organisation(
        name=OrganisationName(name),
        title=name,
        category=category,
        tier=tier,
        unit=PROVINCE,
        domain=Domain.USING_ORG,
        labels=frozenset(labels.split()),
        validity=ALWAYS,
        where=at(1, "organisations.csv"),
    )


def attachment(organisation_name: str, site: str, purpose: PurposeName = GOVERNMENT, hosts: int = 20) -> Attachment:
    return Attachment(
        name=AttachmentName(f"{organisation_name}-{purpose}"),
        organisation=OrganisationName(organisation_name),
        site=SiteName(site),
        purpose=purpose,
        hosts=hosts,
        request_ref="1/CV",
        decision_ref="1/QĐ",
        validity=ALWAYS,
        where=at(1, "attachments.csv"),
    )


def system(name: str, services: dict[str, ServiceSet], site: str = "dc") -> tuple[InformationSystem, Attachment]:
    found = InformationSystem(
        name=SystemName(name),
        title=name,
        owner=OrganisationName("office"),
        site=SiteName(site),
        purpose=SHARED,
        hosts=20,
        services=tuple(NamedService(name=item, ports=ports) for item, ports in sorted(services.items())),
        application_class=ApplicationClass.APP_OTHER,
        security_level=3,
        assessment_ref="1/BC",
        validity=ALWAYS,
        where=at(1, "systems.yaml"),
    )
    own = replace(attachment("office", site, SHARED), name=AttachmentName(f"system-{name}"), organisation=None)
    return found, replace(own, system=SystemName(name))


def outside(name: str, *prefixes: str) -> tuple[OutsideNetwork, Attachment]:
    found = OutsideNetwork(
        name=OutsideName(name),
        title=name,
        counterpart="central_post",
        purpose=SHARED,
        gateway="edge-1",
        prefixes=tuple(parse_prefix(text) for text in prefixes),
        services=(NamedService(name="api", ports=WEB),),
        decision_ref="1/QĐ",
        validity=ALWAYS,
        where=at(1, "outside_networks.yaml"),
    )
    own = replace(attachment("office", "dc", SHARED), name=AttachmentName(f"outside-{name}"), organisation=None)
    return found, replace(own, outside=OutsideName(name), hosts=0)


def site(name: str, key: UnitKey, level: int = 2, kind: SiteKind = SiteKind.OFFICE) -> Site:
    return Site(
        name=SiteName(name), title=name, unit=key, kind=kind, level=level, validity=ALWAYS, where=at(1, "sites.csv")
    )


def purpose(name: PurposeName, *categories: Category) -> Purpose:
    return Purpose(name=name, title=name, home_of=frozenset(categories), where=at(1, "purposes.yaml"))


PURPOSES = {
    GOVERNMENT: purpose(GOVERNMENT, PC, Category.ELECTED_BODY),
    MANAGEMENT: purpose(MANAGEMENT),
    PARTY: purpose(PARTY, PARTY_BODY, Category.PARTY_COMMITTEE_DIRECT),
    SHARED: purpose(SHARED),
}


def province() -> AdministrativeUnit:
    found = unit(19)
    return replace(found, key=PROVINCE, code="19", type=UnitType.PROVINCE, parent=None)


def registry(
    organisations: Iterable[Organisation] = (),
    attachments: Iterable[Attachment] = (),
    systems: Iterable[tuple[InformationSystem, Attachment]] = (),
    outsides: Iterable[tuple[OutsideNetwork, Attachment]] = (),
    communes: Iterable[int] = (),
) -> Registry:
    """Return a registry in which site `s-N` stands in commune N and site `dc` in the province."""
    units = [province(), *(unit(number) for number in communes)]
    sites = [
        site("dc", PROVINCE, 0, SiteKind.DATA_CENTRE),
        *(site(f"s-{int(item.code)}", item.key) for item in units[1:]),
    ]
    found_systems, found_outsides = tuple(systems), tuple(outsides)
    standing = [*attachments, *(item for _, item in found_systems), *(item for _, item in found_outsides)]
    return Registry(
        units={item.key: item for item in units},
        organisations={item.name: item for item in organisations},
        sites={item.name: item for item in sites},
        purposes=PURPOSES,
        systems={item.name: item for item, _ in found_systems},
        outside_networks={item.name: item for item, _ in found_outsides},
        attachments={item.name: item for item in sorted(standing, key=lambda one: one.name)},
    )


def device(name: str, role: Role, at_site: str, *, ipv6: bool = True) -> InventoryDevice:
    return InventoryDevice(
        name=name,
        role=role,
        platform="cisco_ios",
        model="example",
        site=SiteName(at_site),
        domain=Domain.DEPT_ICT,
        lan_interface="GigabitEthernet0/0/0",
        ipv6=ipv6,
        validity=ALWAYS,
        where=at(1, "devices.csv"),
    )


def channel(name: str, near: str, far: str, level: int = 2) -> Channel:
    return Channel(
        name=name,
        a_device=near,
        a_interface=f"to-{far}",
        b_device=far,
        b_interface=f"to-{near}",
        level=level,
        medium=Medium.DIRECT_FIBRE,
        enterprise="",
        ducts=(),
        bandwidth_mbps=100,
        validity=ALWAYS,
        where=at(1, "channels.csv"),
    )


def inventory(found: Registry) -> Inventory:
    """Return core-1 and edge-1 in the data centre, and a CPE with one channel at every other site."""
    devices = [device("core-1", Role.CORE, "dc"), device("edge-1", Role.EDGE, "dc")]
    channels = [channel("core-1-edge-1", "core-1", "edge-1", 0)]
    for place in found.sites:
        if place != "dc":
            devices.append(device(f"cpe-{place}", Role.CPE, place))
            channels.append(channel(f"core-1-cpe-{place}", "core-1", f"cpe-{place}"))
    places: dict[AttachmentName, tuple[Place, ...]] = {}
    for name, item in found.attachments.items():
        stands = "edge-1" if item.site == "dc" else f"cpe-{item.site}"
        places[name] = (Place(attachment=name, device=stands, interface="GigabitEthernet0/0/0"),)
    return Inventory(
        devices={item.name: item for item in devices},
        channels={item.name: item for item in channels},
        places=places,
    )


def pool(
    name: str, use: PoolUse, prefix: str, slot: int, purpose_name: str = "", group: Category | None = None
) -> Pool:
    dedicated = None
    if group is not None:
        dedicated = DedicatedClass(category=group, tier=Tier.COMMUNE, purpose=purpose_name)
    return Pool(
        name=name,
        use=use,
        prefix=parse_prefix(prefix),
        root_block="tn",
        slot=slot,
        purpose=purpose_name,
        dedicated=dedicated,
        owner="central_post" if use is PoolUse.ROOT else "",
    )


POOLS = (
    pool("communes-gov-v4", PoolUse.LAN, "10.196.0.0/20", 26, GOVERNMENT, PC),
    pool("communes-gov-v6", PoolUse.LAN, "2001:db8:1400::/56", 64, GOVERNMENT, PC),
    pool("links-v4", PoolUse.LINK, "10.192.0.0/22", 31),
    pool("links-v6", PoolUse.LINK, "2001:db8:1000::/112", 127),
    pool("loopbacks-v4", PoolUse.LOOPBACK, "10.192.128.0/24", 32),
    pool("party-v4", PoolUse.LAN, "10.197.0.0/20", 26, PARTY),
    pool("root-v4", PoolUse.ROOT, "10.192.0.0/13", 13),
    pool("root-v6", PoolUse.ROOT, "2001:db8:1000::/36", 36),
    pool("shared-v4", PoolUse.LAN, "10.193.0.0/24", 26, SHARED),
    pool("shared-v6", PoolUse.LAN, "2001:db8:1100::/56", 64, SHARED),
)


def head(identifier: str, line: int = 1, start: date | None = None, end: date | None = None) -> Head:
    return Head(
        identifier=identifier,
        title=identifier,
        domain=Domain.DEPT_ICT,
        request_ref="1/CV",
        decision_ref="1/QĐ",
        validity=Validity(start=start, end=end),
        where=at(line),
    )


def communes_of(category: Category = PC, *, without: str = "", purpose_name: PurposeName | None = None) -> Selector:
    return Selector(
        categories=frozenset({category}),
        tiers=frozenset({Tier.COMMUNE}),
        excluding=frozenset(OrganisationName(name) for name in without.split()),
        purpose=purpose_name,
        where=at(1),
    )


def named(*names: str, purpose_name: PurposeName | None = None) -> Selector:
    return Selector(names=frozenset(OrganisationName(name) for name in names), purpose=purpose_name, where=at(1))


def target(name: str, *services: str) -> SystemTarget:
    return SystemTarget(
        systems=frozenset({SystemName(name)}),
        services=frozenset(services) or None,
        every_service=not services,
        where=at(1),
    )
