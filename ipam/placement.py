"""Attachments and equipment -> on which device and interface each attachment stands.

The one idea: an office that names no device means the only one that can be meant at its site; if there is none, or more
than one at the same time, that is a Finding, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from intents.finding import Finding, make_finding
from intents.reader.parser_context import A04, A07
from intents.reader.suggestions import suggest
from intents.registry import Attachment, AttachmentName, ConnectionKind, Registry, SiteKind
from ipam.inventory import Channel, InventoryDevice, Place, Role

Devices = Mapping[str, InventoryDevice]
Outcome = tuple[Place, ...] | Finding


def place_attachments(
    registry: Registry, devices: Devices, channels: Mapping[str, Channel]
) -> tuple[dict[AttachmentName, tuple[Place, ...]], tuple[Finding, ...]]:
    """Return the places of every attachment that has a LAN here (not of `via_lan` ones), and what could not be placed.

    A level-I attachment stands on the boundary device, once for each of its channels.
    """
    at_site: dict[str, list[InventoryDevice]] = {}
    for device in devices.values():
        at_site.setdefault(device.site, []).append(device)
    behind: dict[str, list[Channel]] = {}
    for channel in channels.values():
        behind.setdefault(channel.b_device, []).append(channel)
    taken: dict[tuple[str, str], list[Channel]] = {}
    for channel in channels.values():
        taken.setdefault((channel.a_device, channel.a_interface), []).append(channel)
        taken.setdefault((channel.b_device, channel.b_interface), []).append(channel)
    places: dict[AttachmentName, tuple[Place, ...]] = {}
    findings: list[Finding] = []
    for name, attachment in registry.attachments.items():
        if attachment.connection is ConnectionKind.VIA_LAN:
            continue
        stands_on = _find_device(attachment, registry, devices, at_site)
        if isinstance(stands_on, Finding):
            outcome: Outcome = stands_on
        elif stands_on.role is Role.LEVEL1_CPE:
            outcome = _level1_places(attachment, stands_on, behind)
        else:
            outcome = _place(attachment, stands_on, taken)
        if isinstance(outcome, Finding):
            findings.append(outcome)
        else:
            places[name] = outcome
    return dict(sorted(places.items())), tuple(findings)


def _role_wanted(attachment: Attachment, registry: Registry) -> Role:
    site = registry.sites.get(attachment.site)
    if attachment.outside is not None or site is None or site.kind is not SiteKind.OFFICE:
        return Role.EDGE
    return Role.LEVEL1_CPE if site.level == 1 else Role.CPE


def _find_device(
    attachment: Attachment, registry: Registry, devices: Devices, at_site: Mapping[str, list[InventoryDevice]]
) -> InventoryDevice | Finding:
    role = _role_wanted(attachment, registry)
    if attachment.device:
        return _named_device(attachment, role, devices)
    fitting = [
        device
        for device in at_site.get(attachment.site, ())
        if device.role is role and device.validity.overlaps(attachment.validity)
    ]
    if not fitting:
        rule = A04 if role is not Role.EDGE else None
        name, site = attachment.name, attachment.site
        return make_finding("TR221", attachment.where, rule=rule, attachment=name, site=site, role=role)
    fitting.sort(key=lambda device: (device.validity.start or date.min, device.name))
    latest = fitting[-1]
    rivals = [device for device in fitting[:-1] if device.validity.overlaps(latest.validity)]
    if not rivals:
        return latest
    names = ", ".join(sorted(device.name for device in (*rivals, latest)))
    also = tuple(sorted(device.where for device in (*rivals, latest)))
    name, site = attachment.name, attachment.site
    return make_finding("TR222", attachment.where, also=also, attachment=name, site=site, role=role, devices=names)


def _named_device(attachment: Attachment, role: Role, devices: Devices) -> InventoryDevice | Finding:
    device = devices.get(attachment.device)
    if device is None:
        nearest = suggest(attachment.device, devices)
        return make_finding("TR202", attachment.where, kind="device", name=attachment.device, suggestion=nearest)
    if device.role is not role:
        return make_finding(
            "TR228" if attachment.outside is not None else "TR227",
            attachment.where,
            also=(device.where,),
            rule=A07 if attachment.outside is not None else None,
            attachment=attachment.name,
            device=device.name,
            found=device.role,
            wanted=role,
        )
    if device.site != attachment.site:
        return make_finding(
            "TR226",
            attachment.where,
            also=(device.where,),
            attachment=attachment.name,
            device=device.name,
            found=device.site,
            wanted=attachment.site,
        )
    return device


def _level1_places(attachment: Attachment, cpe: InventoryDevice, behind: Mapping[str, list[Channel]]) -> Outcome:
    channels = [
        channel
        for channel in behind.get(cpe.name, ())
        if channel.level == 1 and channel.validity.overlaps(attachment.validity)
    ]
    if not channels:
        where, also = attachment.where, (cpe.where,)
        return make_finding("TR229", where, also=also, rule=A04, attachment=attachment.name, device=cpe.name)
    return tuple(
        Place(
            attachment=attachment.name,
            device=channel.a_device,
            interface=channel.a_interface,
            channel=channel.name,
            level1_cpe=cpe.name,
        )
        for channel in sorted(channels, key=lambda item: item.name)
    )


def _place(attachment: Attachment, device: InventoryDevice, taken: Mapping[tuple[str, str], list[Channel]]) -> Outcome:
    interface = attachment.interface or device.lan_interface
    if not interface:
        where, also = attachment.where, (device.where,)
        return make_finding("TR230", where, also=also, attachment=attachment.name, device=device.name)
    for channel in taken.get((device.name, interface), ()):
        if attachment.interface and channel.validity.overlaps(attachment.validity):
            return make_finding(
                "TR231",
                attachment.where,
                also=(channel.where,),
                attachment=attachment.name,
                device=device.name,
                interface=interface,
                channel=channel.name,
            )
    return (Place(attachment=attachment.name, device=device.name, interface=interface),)
