"""Random small provinces as values: registry, inventory, intents and pools, valid by construction and cheap to draw.

The one idea: a province is drawn as a few small numbers and choices, and everything else follows from them by plain code, so
that hypothesis shrinks it to the smallest network that still shows a fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st

from controller.jobs.pipeline import Addressed, Compiled, Wanted, compile_network, with_builtin
from intents.compiler import compile_policy
from intents.finding import has_errors, raise_errors
from intents.model import Forbid, Intent, Party, Permit, Selector, SystemTarget, Within
from intents.prefix import parse_address
from intents.registry import (
    Attachment,
    AttachmentName,
    Category,
    Organisation,
    OrganisationName,
    OutsideName,
    PurposeName,
    Registry,
    SystemName,
)
from intents.service import Transport, service_set
from intents.settings import ManagementSettings, SecretNames, Settings
from ipam.address_plan import AddressPlan, Pool, PoolUse
from ipam.allocator import allocate
from ipam.inventory import Channel, Inventory, InventoryDevice, Role
from ipam.placement import place_attachments
from ipam.store.plan_store import NOTHING, KeptPlan
from tests.small_registries import (
    GOVERNMENT,
    MANAGEMENT,
    ON,
    PARTY,
    PARTY_BODY,
    PC,
    SHARED,
    WEB,
    at,
    attachment,
    channel,
    communes_of,
    device,
    head,
    named,
    organisation,
    outside,
    pool,
    registry,
    system,
)

COUNCIL = Category.ELECTED_BODY
IOS, JUNOS = "cisco_ios", "junos"
PORTS = {IOS: "GigabitEthernet0/0/{}", JUNOS: "ge-0/0/{}"}
CLASSES = {PC: GOVERNMENT, COUNCIL: GOVERNMENT, PARTY_BODY: PARTY}
"""Categories of the organisations drawn, each with its purpose."""

DNS = service_set([(Transport.UDP, 53, 53), (Transport.TCP, 53, 53)])
CALLS = service_set([(Transport.UDP, 16384, 16400), (Transport.TCP, 5060, 5060)])
PING = service_set([(Transport.ICMP_ECHO, 0, 0)])

POOLS = (
    pool("council-v4", PoolUse.LAN, "10.196.64.0/22", 27, GOVERNMENT, COUNCIL),
    pool("council-v6", PoolUse.LAN, "2001:db8:1410::/56", 64, GOVERNMENT, COUNCIL),
    pool("government-v4", PoolUse.LAN, "10.193.68.0/24", 27, GOVERNMENT),
    pool("government-v6", PoolUse.LAN, "2001:db8:1120::/56", 64, GOVERNMENT),
    pool("links-v4", PoolUse.LINK, "10.192.0.0/22", 31),
    pool("links-v6", PoolUse.LINK, "2001:db8:1000::/112", 127),
    pool("loopbacks-v4", PoolUse.LOOPBACK, "10.192.128.0/24", 32),
    pool("management-v4", PoolUse.LAN, "10.193.240.0/24", 27, MANAGEMENT),
    pool("management-v6", PoolUse.LAN, "2001:db8:11f0::/56", 64, MANAGEMENT),
    pool("party-v4", PoolUse.LAN, "10.196.128.0/22", 27, PARTY, PARTY_BODY),
    pool("party-v6", PoolUse.LAN, "2001:db8:1420::/56", 64, PARTY, PARTY_BODY),
    pool("pc-v4", PoolUse.LAN, "10.196.0.0/22", 27, GOVERNMENT, PC),
    pool("pc-v6", PoolUse.LAN, "2001:db8:1400::/56", 64, GOVERNMENT, PC),
    pool("root-v4", PoolUse.ROOT, "10.192.0.0/13", 13),
    pool("root-v6", PoolUse.ROOT, "2001:db8:1000::/36", 36),
    pool("shared-v4", PoolUse.LAN, "10.193.0.0/24", 27, SHARED),
    pool("shared-v6", PoolUse.LAN, "2001:db8:1100::/56", 64, SHARED),
)
STATION = OrganisationName("noc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """What a workspace would say."""

    registry: Registry
    inventory: Inventory
    intents: tuple[Intent, ...]
    pools: tuple[Pool, ...] = POOLS
    login_from: tuple[OrganisationName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraw:
    """One office site: who stands there, on what platform, and which backbone devices its channels lead to."""

    members: tuple[tuple[Category, int], ...]
    platform: str
    uplinks: tuple[int, ...]
    level: int = 2
    ipv6: bool = True
    same_duct: bool = False


site_draws = st.builds(
    SiteDraw,
    members=st.lists(
        st.tuples(st.sampled_from(sorted(CLASSES)), st.sampled_from([5, 29, 60])),
        min_size=1,
        max_size=3,
        unique_by=lambda member: member[0],
    ).map(tuple),
    platform=st.sampled_from([IOS, JUNOS]),
    uplinks=st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True).map(tuple),
    level=st.sampled_from([2, 2, 2, 1]),
    ipv6=st.sampled_from([True, True, False]),
    same_duct=st.booleans(),
)


def settings_of(province: Province) -> Settings:
    """Return settings that say as little as possible besides who may log in."""
    names = list(SecretNames.__dataclass_fields__)
    management = ManagementSettings(
        domain_name="tslcd.example",
        ntp_servers=(parse_address("10.193.240.10"),),
        syslog_servers=(),
        tacacs_servers=(parse_address("10.193.240.12"),),
        snmp_servers=(),
        timezone="ICT 7",
        banner="Authorised access only",
        login_from=province.login_from,
        secrets=SecretNames(**{name: name for name in names}),
    )
    return Settings(
        province="Thái Nguyên",
        default_on=ON,
        headroom_percent=0,
        reserve_warning_percent=0,
        quarantine_days=180,
        route_target_asn=4200000000,
        pools=(),
        management=management,
        where=at(1, "settings.yaml"),
    )


def address_province(province: Province, previous: AddressPlan | None = None) -> Addressed:
    """Return the province with a policy and addresses, as `controller.jobs.pipeline` would from files; FindingsError."""
    settings = settings_of(province)
    policy, found = compile_policy(province.intents, province.registry, ON)
    wanted = Wanted(
        folder=Path("nowhere"),
        on=ON,
        registry=province.registry,
        settings=settings,
        intents=province.intents,
        inventory=province.inventory,
        policy=with_builtin(policy, settings),
        findings=raise_errors(found),
    )
    before = AddressPlan() if previous is None else previous
    plan, allocated = allocate(province.registry, province.inventory, province.pools, before, settings, ON)
    findings = raise_errors(allocated)
    kept = KeptPlan(plan=before, revision=NOTHING)
    return Addressed(wanted=wanted, previous=kept, carried=before, renamed=0, address_plan=plan, findings=findings)


def compile_province(province: Province, previous: AddressPlan | None = None) -> Compiled:
    """Return the province compiled to texts."""
    return compile_network(address_province(province, previous))


def backbone_of(
    cores: tuple[str, ...], aggregations: tuple[str, ...], *, edge_ipv6: bool = True
) -> tuple[list[InventoryDevice], list[Channel]]:
    """Return cores in a row, aggregations on the first and the last of them, and `edge-1` on all of them."""
    devices = [_device(f"core-{n}", Role.CORE, "dc", platform) for n, platform in enumerate(cores, 1)]
    devices += [_device(f"agg-{n}", Role.AGGREGATION, "dc", platform) for n, platform in enumerate(aggregations, 1)]
    devices.append(_device("edge-1", Role.EDGE, "dc", IOS, ipv6=edge_ipv6))
    pairs = [("core-1", "core-2")] if len(cores) > 1 else []
    tops = sorted({"core-1", f"core-{len(cores)}"})
    pairs += [(top, item.name) for item in devices[len(cores) :] for top in tops]
    return devices, [channel(f"{near}-{far}", near, far, 0) for near, far in pairs]


def _device(name: str, role: Role, site: str, platform: str, *, ipv6: bool = True) -> InventoryDevice:
    found = device(name, role, site, ipv6=ipv6)
    return replace(found, platform=platform, lan_interface=PORTS[platform].format(0))


def plug(devices: Iterable[InventoryDevice], channels: Iterable[Channel]) -> dict[str, Channel]:
    """Return the channels on the next free port of either device."""
    platforms = {item.name: item.platform for item in devices}
    used = dict.fromkeys(platforms, 0)

    def port(name: str) -> str:
        used[name] += 1
        return PORTS[platforms[name]].format(used[name])

    return {
        item.name: replace(item, a_interface=port(item.a_device), b_interface=port(item.b_device)) for item in channels
    }


def inventory_of(
    found: Registry, sites: tuple[SiteDraw, ...], cores: tuple[str, ...], aggregations: tuple[str, ...]
) -> Inventory:
    """Return the equipment of a province: the backbone, and one CPE at each site with its channels."""
    devices, channels = backbone_of(cores, aggregations, edge_ipv6=sites[0].ipv6)
    middle = [item.name for item in devices if item.role is not Role.EDGE]
    for number, site in enumerate(sites, 1):
        role = Role.CPE if site.level == 2 else Role.LEVEL1_CPE
        cpe = _device(f"cpe-{number}", role, f"s-{number}", site.platform, ipv6=site.ipv6)
        devices.append(cpe)
        ducts = (f"duct-{number}",) * site.same_duct
        for count, index in enumerate(site.uplinks):
            top = middle[index % len(middle)] if site.level == 2 else "edge-1"
            channels.append(replace(channel(f"s-{number}-{count}", top, cpe.name, site.level), ducts=ducts))
    by_name = {item.name: item for item in sorted(devices, key=lambda one: one.name)}
    plugged = dict(sorted(plug(devices, channels).items()))
    places, findings = place_attachments(found, by_name, plugged)
    raise_errors(findings)
    return Inventory(devices=by_name, channels=plugged, places=places)


def registry_of(
    sites: tuple[SiteDraw, ...], *, site_system: bool, branch: bool, station: bool, gateway: bool
) -> Registry:
    """Return who stands where.

    One system takes in at `edge-1` what comes from a lower security level. `site_system`: one stands at the first site.
    `branch`: the first organisation is also at the last site, as far as that is another. `station`: management stations stand
    at the first site. `gateway`: an outside network at the edge.
    """
    organisations: list[Organisation] = []
    standing: list[Attachment] = []
    for number, site in enumerate(sites, 1):
        for category, hosts in site.members:
            name = f"{category.value[:5].replace('_', '-').strip('-')}-{number}"
            organisations.append(organisation(name, category))
            standing.append(attachment(name, f"s-{number}", CLASSES[category], hosts))
    if branch and len(sites) > 1:
        moved = replace(standing[0], site=attachment("x", f"s-{len(sites)}").site)
        standing.append(replace(moved, name=AttachmentName(f"{moved.organisation}-branch")))
    if station:
        organisations.append(organisation(STATION, PC))
        standing.append(attachment(STATION, "s-1", MANAGEMENT))
    edoc, standing_edoc = system("edoc", {"web": WEB, "ping": PING})
    guarded = replace(standing_edoc, security_level=edoc.security_level, control_points=("edge-1",))
    systems = [(edoc, guarded), system("names", {"dns": DNS})]
    if site_system:
        own, place = system("files", {"web": WEB}, "s-1")
        systems.append((replace(own, purpose=GOVERNMENT), replace(place, purpose=GOVERNMENT)))
    outsides = [outside("partner", "198.51.100.0/26", "2001:db8:ffff::/48")] if gateway else []
    found = registry(organisations, standing, systems, outsides, range(1, len(sites) + 1))
    levels = {f"s-{number}": site.level for number, site in enumerate(sites, 1)}
    leveled = {name: replace(item, level=levels.get(name, item.level)) for name, item in found.sites.items()}
    return replace(found, sites=leveled)


@st.composite
def intents_about(draw: st.DrawFn, found: Registry, fewest: int) -> tuple[Intent, ...]:
    """Draw intents that only join what can be joined: one purpose, or anybody with a system of the data centre."""
    by_purpose = {
        purpose: sorted(
            name for name, item in found.organisations.items() if name != STATION and CLASSES[item.category] == purpose
        )
        for purpose in (GOVERNMENT, PARTY)
    }
    choices: list[Intent] = []
    for number in range(draw(st.integers(fewest, fewest + 4))):
        purpose = draw(st.sampled_from([key for key, names in by_purpose.items() if names]))
        names = by_purpose[purpose]
        sources = draw(_selectors(purpose, names))
        heading = head(f"i-{number}", number + 1)
        match draw(st.integers(0, 4)):
            case 0 | 1:
                goal = draw(_targets(found, purpose))
                choices.append(Permit(head=heading, sources=(sources,), destinations=(goal,)))
            case 2:
                goals, mutual = (draw(_selectors(purpose, names)),), draw(st.booleans())
                choices.append(
                    Permit(head=heading, sources=(sources,), destinations=goals, service=CALLS, mutual=mutual)
                )
            case 3:
                choices.append(Within(head=heading, organisations=sources, service=DNS | PING))
            case _:
                targets = _targets(found, purpose)
                against: Party = draw(_selectors(purpose, names)) if draw(st.booleans()) else draw(targets)
                service = CALLS if isinstance(against, Selector) else None
                choices.append(Forbid(head=heading, sources=(sources,), destinations=(against,), service=service))
    linked = draw(st.booleans())
    if found.outside_networks and linked:
        goal = SystemTarget(outside_networks=frozenset({OutsideName("partner")}), every_service=True, where=at(1))
        start = SystemTarget(systems=frozenset({SystemName("edoc")}), every_service=True, where=at(1))
        choices.append(Permit(head=head("gateway", 90), sources=(start,), destinations=(goal,)))
    return tuple(choices)


@st.composite
def _selectors(draw: st.DrawFn, purpose: PurposeName, names: list[OrganisationName]) -> Selector:
    """Draw some organisations of one purpose: a class, a class without somebody, or a name."""
    if draw(st.booleans()):
        return replace(named(draw(st.sampled_from(names))), purpose=purpose)
    category = draw(st.sampled_from([key for key, home in CLASSES.items() if home == purpose]))
    without = draw(st.sampled_from(["", *names]))
    return communes_of(category, without=without, purpose_name=purpose)


@st.composite
def _targets(draw: st.DrawFn, found: Registry, purpose: PurposeName) -> SystemTarget:
    names = [name for name, item in found.systems.items() if item.purpose in (SHARED, purpose)]
    return SystemTarget(systems=frozenset({draw(st.sampled_from(names))}), every_service=True, where=at(1))


def is_consistent(province: Province) -> bool:
    """Return whether no intent forbids all that another permits, which is an error of its own."""
    return not has_errors(compile_policy(province.intents, province.registry, ON)[1])


def provinces(*, most_sites: int = 4, fewest_intents: int = 1) -> st.SearchStrategy[Province]:
    """Return small provinces: one or two cores, up to two aggregations, an edge and one to `most_sites` offices."""
    return _any_provinces(most_sites, fewest_intents).filter(is_consistent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceDraw:
    """What a province is made of; see `registry_of` for the flags."""

    sites: tuple[SiteDraw, ...]
    cores: tuple[str, ...]
    aggregations: tuple[str, ...]
    site_system: bool
    branch: bool
    station: bool
    gateway: bool


def province_of(drawn: ProvinceDraw, intents: tuple[Intent, ...]) -> Province:
    """Return the province that a draw means: one core alone, or two with aggregations that join them a second time."""
    cores = (drawn.cores * 2)[:2] if drawn.aggregations else drawn.cores[:1]
    ours = drawn.sites[0].level == 2
    found = registry_of(
        drawn.sites,
        site_system=ours and drawn.site_system,
        branch=drawn.branch,
        station=ours and drawn.station,
        gateway=drawn.gateway,
    )
    return Province(
        registry=found,
        inventory=inventory_of(found, drawn.sites, cores, drawn.aggregations),
        intents=intents,
        login_from=(STATION,) if ours and drawn.station else (),
    )


platforms = st.sampled_from([IOS, JUNOS])
province_draws = st.builds(
    ProvinceDraw,
    sites=st.lists(site_draws, min_size=1, max_size=4).map(tuple),
    cores=st.lists(platforms, min_size=1, max_size=2).map(tuple),
    aggregations=st.lists(platforms, max_size=2).map(tuple),
    site_system=st.booleans(),
    branch=st.booleans(),
    station=st.booleans(),
    gateway=st.booleans(),
)


@st.composite
def _any_provinces(draw: st.DrawFn, most_sites: int, fewest_intents: int) -> Province:
    drawn = draw(province_draws)
    drawn = replace(drawn, sites=drawn.sites[:most_sites])
    return province_of(drawn, draw(intents_about(province_of(drawn, ()).registry, fewest_intents)))


@st.composite
def growing_provinces(draw: st.DrawFn) -> tuple[Province, Province]:
    """Draw a province, and the same with one more site that no intent names."""
    grown = replace(draw(province_draws.filter(lambda item: len(item.sites) > 1)), branch=False)
    drawn = replace(grown, sites=grown.sites[:-1])
    intents = draw(intents_about(province_of(drawn, ()).registry, 1))
    assume(is_consistent(province_of(grown, intents)))
    return province_of(drawn, intents), province_of(grown, intents)
