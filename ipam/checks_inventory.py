"""The equipment of one day against the regulation (A04, A06, A16: fibre channels, A18: channels and control points,
A20: whose level I is), and its backbone.

The one idea: two channels are diverse if they share no duct and each says what ducts it runs in; a channel that says
nothing proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from intents.finding import Finding, Severity, Where, make_finding
from intents.registry import Attachment, Domain, Registry
from intents.rule_packs import report_breach
from ipam.inventory import BACKBONE_ROLES, Channel, Inventory, InventoryDevice, Medium, Role

TWO_CHANNELS_FROM = 4
"""The security level from which a system needs two diverse channels (TT06 art. 5.3c)."""
_CARRYING = frozenset({Role.CORE, Role.AGGREGATION})
_CPE_ROLES = frozenset({Role.CPE, Role.LEVEL1_CPE})

Uplinks = Mapping[str, Sequence[Channel]]
Terminals = tuple[InventoryDevice, ...]


def check_inventory_rules(registry: Registry, inventory: Inventory, on: date) -> tuple[Finding, ...]:
    """Return the breaches of A03 and A20 (level I), A04, A06, A16 and A18; registry and inventory are those of the day `on`."""
    uplinks = _uplinks(inventory)
    terminals = _terminals(registry, inventory)
    return (
        *_without_channel(terminals, uplinks, on),
        *_without_enterprise(inventory, on),
        *_level_1_channels(terminals, uplinks, on),
        *_exposed_systems(registry, inventory, uplinks, on),
        *_level_1_owners(registry, inventory, on),
        *_points_elsewhere(registry, inventory, on),
        *_single_ways(inventory, uplinks, on),
        *_level_1_elsewhere(registry, inventory, on),
    )


def check_backbone(inventory: Inventory) -> tuple[Finding, ...]:
    """Return a warning if there are devices and none is a core device."""
    if not inventory.devices or any(device.role is Role.CORE for device in inventory.devices.values()):
        return ()
    return (make_finding("TR234", Where(file="devices.csv"), severity=Severity.WARNING, role=Role.CORE),)


def check_device_sites(registry: Registry, inventory: Inventory, on: date) -> tuple[Finding, ...]:
    """Return a warning for each device whose site does not exist on the day: nobody can say where its addresses come from."""
    return tuple(
        make_finding(
            "TR214",
            device.where,
            severity=Severity.WARNING,
            device=device.name,
            role=device.role,
            site=device.site,
            on=on,
        )
        for device in inventory.devices.values()
        if device.site not in registry.sites
    )


def are_diverse(channels: Iterable[Channel]) -> bool:
    """Return whether some two of the channels share no duct; a channel without ducts counts for nothing."""
    ducts = [frozenset(channel.ducts) for channel in channels if channel.ducts]
    return any(one.isdisjoint(other) for one, other in combinations(ducts, 2))


def _uplinks(inventory: Inventory) -> Uplinks:
    """Return, for each device, the channels that join it to the backbone (a backbone device: to the rest of it)."""
    found: dict[str, list[Channel]] = {}
    for channel in inventory.channels.values():
        ends = [(channel.b_device, channel.a_device)]
        if channel.level == 0:
            ends.append((channel.a_device, channel.b_device))
        for device, other in ends:
            if other in inventory.devices and inventory.devices[other].role in BACKBONE_ROLES:
                found.setdefault(device, []).append(channel)
    return found


def _terminals(registry: Registry, inventory: Inventory) -> Terminals:
    """Return the CPE that attachments stand on (level I: behind our boundary device), sorted by name."""
    names = {
        place.level1_cpe or place.device for name in registry.attachments for place in inventory.places.get(name, ())
    }
    devices = (inventory.devices[name] for name in sorted(names) if name in inventory.devices)
    return tuple(device for device in devices if device.role in _CPE_ROLES)


def _without_channel(terminals: Terminals, uplinks: Uplinks, on: date) -> Iterator[Finding]:
    """Yield terminal equipment that no channel joins to a backbone node: no access link (A04)."""
    for device in terminals:
        if device.name not in uplinks:
            yield report_breach("A04", "TR404", device.where, on, device=device.name, site=device.site)


def _without_enterprise(inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield channels over an enterprise's infrastructure that do not name it (A06)."""
    for channel in inventory.channels.values():
        if channel.medium is Medium.ENTERPRISE_INFRASTRUCTURE and not channel.enterprise:
            yield report_breach("A06", "TR405", channel.where, on, channel=channel.name)


def _level_1_channels(terminals: Terminals, uplinks: Uplinks, on: date) -> Iterator[Finding]:
    """Yield level-I equipment without two fibre channels in separate ducts (A16)."""
    for device in terminals:
        fibre = [item for item in uplinks.get(device.name, ()) if item.medium is Medium.DIRECT_FIBRE]
        if device.role is Role.LEVEL1_CPE and not are_diverse(fibre):
            yield _one_way("A16", "TR408", device.where, on, fibre, device=device.name, site=device.site)


def _exposed_systems(registry: Registry, inventory: Inventory, uplinks: Uplinks, on: date) -> Iterator[Finding]:
    """Yield systems, and attachments of others, of security level 4 or 5 whose device has no two channels in separate ducts
    (A18)."""
    for name, attachment in registry.attachments.items():
        system = registry.systems.get(attachment.system) if attachment.system is not None else None
        if attachment.security_level < TWO_CHANNELS_FROM:
            continue
        what, where = (name, attachment.where) if system is None else (system.name, system.where)
        for device in sorted({place.level1_cpe or place.device for place in inventory.places.get(name, ())}):
            channels = uplinks.get(device, ())
            if not are_diverse(channels):
                values = {"system": what, "level": attachment.security_level, "device": device}
                yield _one_way("A18", "TR412", where, on, channels, about=what, **values)


def _single_ways(inventory: Inventory, uplinks: Uplinks, on: date) -> Iterator[Finding]:
    """Yield core and aggregation devices that one failure cuts off, where there are two planes to stand in (B10, TT06 art.
    5.1a): all that is asked for two ways hangs on them. Edges of data centres have a rule of their own (A19)."""
    if sum(device.role is Role.CORE for device in inventory.devices.values()) < 2:
        return
    for device in inventory.devices.values():
        ways = uplinks.get(device.name, ())
        if ways and device.role in _CARRYING and not (are_diverse(ways) and _neighbours(device.name, ways) > 1):
            yield _one_way("B10.planes", "TR467", device.where, on, ways, about=device.name, device=device.name)


def _neighbours(device: str, channels: Iterable[Channel]) -> int:
    return len({end for item in channels for end in (item.a_device, item.b_device)} - {device})


def _one_way(
    requirement: str, code: str, where: Where, on: date, ways: Sequence[Channel], *, about: str = "", **values: object
) -> Finding:
    """Return that something has no two ways, with those that it has."""
    names, also = ", ".join(item.name for item in ways) or "-", tuple(item.where for item in ways)
    return report_breach(requirement, code, where, on, also=also, about=about, channels=names, **values)


def _level_1_owners(registry: Registry, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield equipment of level I that is not the Central Post Department's (A20): its CPE, and all that stands at such a site."""
    for device in inventory.devices.values():
        site = registry.sites.get(device.site)
        there = device.role is Role.LEVEL1_CPE or (site is not None and site.level == 1)
        if there and device.domain is not Domain.CENTRAL_POST:
            yield report_breach(
                "A20.level1",
                "TR423",
                device.where,
                on,
                device=device.name,
                site=device.site,
                domain=device.domain,
                owner=Domain.CENTRAL_POST,
            )


def _points_elsewhere(registry: Registry, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield control points that are none (A18): that nothing is attached to, so that they carry no fence, and the CPE of somebody
    else, where who comes from below lets himself in."""
    fenced: dict[str, set[str]] = {}
    for name, attachment in registry.attachments.items():
        for place in inventory.places.get(name, ()):
            fenced.setdefault(place.device, set()).add(_whose(attachment))
    for attachment in registry.attachments.values():
        for point in attachment.control_points:
            device = inventory.devices.get(point)
            if device is None or (device.role is Role.EDGE and point in fenced):
                continue
            if _whose(attachment) not in fenced.get(point, ()):
                code = "TR323" if point in fenced else "TR322"
                yield report_breach(
                    "A18.points",
                    code,
                    attachment.where,
                    on,
                    also=(device.where,),
                    attachment=attachment.name,
                    device=point,
                )


def _whose(attachment: Attachment) -> str:
    """Return who stands at an attachment, the same for all sites of one organisation."""
    return attachment.organisation or attachment.name


def _level_1_elsewhere(registry: Registry, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield CPE of level I at a site of another level: level I leads to its three ends only (A03)."""
    for device in inventory.devices.values():
        site = registry.sites.get(device.site)
        if device.role is Role.LEVEL1_CPE and site is not None and site.level != 1:
            yield report_breach(
                "A03",
                "TR426",
                device.where,
                on,
                also=(site.where,),
                device=device.name,
                site=site.name,
                level=site.level,
            )
