"""An address plan against what the regulation asks of it: A08, D01, D02, D04, D05, D06, D13, and classes in their pools.

The one idea: these look at the finished plan only, so they hold for allocated, imported and hand-edited entries alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from intents.finding import Finding, Severity, Where, make_finding
from intents.policy import ClassEndpoint, Policy
from intents.prefix import Family, Prefix
from intents.reader.reserved import is_public
from intents.registry import Attachment, AttachmentName, ConnectionKind, LegalService, Registry
from intents.rule_packs import report_breach, rule_on
from ipam.address_plan import AddressPlan, DedicatedClass, EntryState, PoolUse, PrefixEntry
from ipam.inventory import Inventory, InventoryDevice, Role
from ipam.keys import LanKey, OutsideKey, OutsideParty, PrefixKey
from ipam.lan_demand import class_of
from ipam.legal.families import check_families
from ipam.utilisation import utilisation


def check_plan(
    plan: AddressPlan, registry: Registry, inventory: Inventory, reserve_percent: int, on: date
) -> list[Finding]:
    """Return what is wrong with a plan; `reserve_percent` is the free share below which a pool is warned of."""
    lans = _lans(plan)
    found: list[tuple[str, list[Finding]]] = [
        ("D02", _outside_pools(plan, registry)),
        ("A08", _outside_in_our_space(plan, registry)),
        ("D01", _outside_overlaps(plan, registry)),
        ("D04", _attributes(plan, registry)),
        ("D05", _public(lans, registry)),
        ("D13", _without_ipv6(lans, registry, inventory)),
        ("D13", [_told_of_cpe(device) for device in _old_cpe(registry.attachments, inventory)]),
        ("D06", _reserve(plan, reserve_percent)),
    ]
    ruled = [replace(item, rule=rule_on(requirement, on)) for requirement, items in found for item in items]
    return [*ruled, *_without_lan(lans, registry), *check_families(lans, registry, inventory, on)]


def check_classes(policy: Policy, plan: AddressPlan, registry: Registry, on: date) -> tuple[Finding, ...]:
    """Return a finding for each LAN that a class of the policy means but that lies in none of its dedicated pools.

    Such a LAN would get nothing of what its class is permitted, and would escape what its class is forbidden. Classes that
    have neither a pool nor a LAN are listed in one note.
    """
    named = _named_classes(policy)
    dedicated = {pool.name: pool.dedicated for pool in plan.pools}
    without_pool = named - set(dedicated.values())
    findings: list[Finding] = []
    for name, entries in _lans(plan).items():
        attachment = registry.attachments.get(name)
        group = class_of(attachment, registry) if attachment is not None else None
        if attachment is None or group is None or group not in named:
            continue
        without_pool.discard(group)
        for entry in entries:
            if dedicated.get(entry.pool) != group:
                values = {
                    "key": str(entry.key),
                    "prefix": str(entry.prefix),
                    "pool": entry.pool,
                    "group": _class_text(group),
                }
                findings.append(report_breach("D02", "TR522", attachment.where, on, also=(), about="", **values))
    if without_pool:
        names = ", ".join(sorted(map(_class_text, without_pool)))
        findings.append(make_finding("TR524", Where(), severity=Severity.INFO, groups=names, count=len(without_pool)))
    return tuple(findings)


def _named_classes(policy: Policy) -> set[DedicatedClass]:
    ends = [end for rule in policy.rules for end in (rule.source, rule.destination)]
    ends += [end for via in policy.vias for end in (via.source, via.destination)]
    return {
        DedicatedClass(category=end.category, tier=end.tier, purpose=end.purpose)
        for end in ends
        if isinstance(end, ClassEndpoint)
    }


def _class_text(group: DedicatedClass) -> str:
    return f"{group.category}/{group.tier} in {group.purpose}"


def _lans(plan: AddressPlan) -> Mapping[AttachmentName, tuple[PrefixEntry, ...]]:
    found: dict[AttachmentName, list[PrefixEntry]] = {}
    for entry in plan.prefixes:
        if isinstance(entry.key, LanKey) and entry.state is EntryState.ACTIVE:
            found.setdefault(entry.key.attachment, []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def _where(key: PrefixKey, registry: Registry) -> Where:
    """Return where the attachment was written whose LAN it is, or behind which it lies."""
    attachment = registry.attachments.get(key.attachment) if isinstance(key, LanKey | OutsideKey) else None
    return attachment.where if attachment is not None else Where()


def _outside_pools(plan: AddressPlan, registry: Registry) -> list[Finding]:
    pools = {pool.name: pool.prefix for pool in plan.pools}
    return [
        make_finding("TR514", _where(entry.key, registry), key=entry.key, prefix=entry.prefix, pool=entry.pool)
        for entry in plan.prefixes
        if entry.pool
        and entry.state is not EntryState.QUARANTINED
        and not (entry.pool in pools and pools[entry.pool].covers(entry.prefix))
    ]


def _outside(plan: AddressPlan) -> list[tuple[Prefix, OutsideKey]]:
    return [(entry.prefix, entry.key) for entry in plan.prefixes if isinstance(entry.key, OutsideKey)]


def _outside_in_our_space(plan: AddressPlan, registry: Registry) -> list[Finding]:
    """Return outside prefixes that overlap our own root blocks: an address there is ours to give (A08)."""
    ours = [(pool.prefix, pool.name) for pool in plan.pools if pool.use is PoolUse.ROOT]
    return [
        _overlap(prefix, key, other, name, registry)
        for prefix, key in _outside(plan)
        for other, name in ours
        if prefix.overlaps(other)
    ]


def _outside_overlaps(plan: AddressPlan, registry: Registry) -> list[Finding]:
    """Return outside prefixes that overlap each other, each with the nearest around it: they meet in the shared purpose (D01)."""
    found: list[Finding] = []
    above: list[tuple[Prefix, OutsideKey]] = []
    for prefix, key in sorted(_outside(plan)):
        while above and not above[-1][0].covers(prefix):
            above.pop()
        if above:
            (one, first), (other, second) = sorted((above[-1], (prefix, key)), key=lambda item: _number(item[1]))
            found.append(_overlap(other, second, one, str(first), registry))
        above.append((prefix, key))
    return found


def _number(key: OutsideKey) -> tuple[str, int]:
    """Return what sorts keys of outside prefixes as they were written."""
    return key.attachment, key.number


def _overlap(prefix: Prefix, key: OutsideKey, other: Prefix, name: str, registry: Registry) -> Finding:
    return make_finding("TR521", _where(key, registry), key=key, prefix=prefix, other=name, other_prefix=other)


def _attributes(plan: AddressPlan, registry: Registry) -> list[Finding]:
    """Return LANs and outside prefixes without what every allocation must say (D04)."""
    findings: list[Finding] = []
    for entry in plan.prefixes:
        if not isinstance(entry.key, LanKey | OutsideKey) or entry.state is EntryState.QUARANTINED:
            continue
        said = {"purpose": entry.purpose, "unit": entry.unit, "registration_ref": entry.registration_ref}
        if not isinstance(entry.party, OutsideParty):
            said["organisation"] = entry.organisation
        missing = ", ".join(name for name, value in sorted(said.items()) if not value)
        if missing:
            findings.append(make_finding("TR520", _where(entry.key, registry), key=entry.key, missing=missing))
    return findings


def _public(lans: Mapping[AttachmentName, tuple[PrefixEntry, ...]], registry: Registry) -> list[Finding]:
    """Return public LANs of attachments that have no dedicated Internet access (D05)."""
    findings: list[Finding] = []
    for name, entries in lans.items():
        attachment = registry.attachments.get(name)
        if attachment is None or attachment.legal_service is LegalService.DEDICATED_INTERNET:
            continue
        public = [entry.prefix for entry in entries if is_public(entry.prefix)]
        findings += [make_finding("TR519", attachment.where, attachment=name, prefix=prefix) for prefix in public]
    return findings


def _own(registry: Registry) -> Iterable[Attachment]:
    """Return the attachments that need a LAN from our pools."""
    return (
        item
        for item in registry.attachments.values()
        if item.connection is not ConnectionKind.VIA_LAN and item.outside is None
    )


def _without_lan(lans: Mapping[AttachmentName, tuple[PrefixEntry, ...]], registry: Registry) -> list[Finding]:
    """Return attachments that got nothing because the unit of their site doesn't exist on the day."""
    findings: list[Finding] = []
    for attachment in _own(registry):
        site = registry.sites.get(attachment.site)
        unit = site.unit if site is not None else "-"
        if attachment.name not in lans and (site is None or site.unit not in registry.units):
            findings.append(make_finding("TR523", attachment.where, attachment=attachment.name, unit=unit))
    return findings


def _without_ipv6(
    lans: Mapping[AttachmentName, tuple[PrefixEntry, ...]], registry: Registry, inventory: Inventory
) -> list[Finding]:
    """Return one warning for each purpose in which attachments have an IPv4 LAN only (D13) and no CPE is told for it."""
    lacking: dict[str, list[Attachment]] = {}
    for attachment in _own(registry):
        families = {entry.prefix.family for entry in lans.get(attachment.name, ())}
        if families == {Family.V4} and not list(_old_cpe([attachment.name], inventory)):
            lacking.setdefault(attachment.purpose, []).append(attachment)
    findings: list[Finding] = []
    for purpose, attachments in sorted(lacking.items()):
        first = min(attachments, key=lambda item: item.name)
        values = {"purpose": purpose, "first": first.name, "count": str(len(attachments))}
        pairs = tuple(sorted(values.items()))
        findings.append(Finding(code="TR517", severity=Severity.WARNING, where=first.where, values=pairs))
    return findings


def _old_cpe(attachments: Iterable[AttachmentName], inventory: Inventory) -> Iterator[InventoryDevice]:
    """Yield the CPE on which attachments stand and that can't do IPv6, by name."""
    standing = {place.device for name in attachments for place in inventory.places.get(name, ())}
    devices = (inventory.devices[name] for name in sorted(standing) if name in inventory.devices)
    return (device for device in devices if device.role is Role.CPE and not device.ipv6)


def _told_of_cpe(device: InventoryDevice) -> Finding:
    return make_finding("TR518", device.where, severity=Severity.WARNING, device=device.name, model=device.model)


def _reserve(plan: AddressPlan, reserve_percent: int) -> list[Finding]:
    """Return a warning for each pool whose free share is below the threshold (D06)."""
    return [
        make_finding(
            "TR516",
            Where(),
            severity=Severity.WARNING,
            pool=item.pool.name,
            prefix=item.pool.prefix,
            free=f"{item.free_percent:.1f}",
            threshold=reserve_percent,
            largest=item.largest_free or "-",
        )
        for item in utilisation(plan)
        if item.free * 100 < reserve_percent * item.pool.prefix.size
    ]
