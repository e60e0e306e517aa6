"""A `Device` to the text of an IOS-XE configuration, one function per construct.

The one idea: the order makes every line valid where it stands (VRFs before interfaces, lists before what binds them),
and the spelling is that of `show running-config`, so that a device's own text differs only where it says something
else.
"""

from __future__ import annotations

from intents.prefix import Family
from routing.model import Device, Interface, InterfaceAddress, LinePath, StaticRoute, Vrf
from routing.refs import binding_ref, interface_ref, static_name, static_ref, vrf_export_ref, vrf_import_ref, vrf_ref
from routing.vendors.cisco_ios.writer.acl import render_acl
from routing.vendors.cisco_ios.writer.bgp import mask_text, prefix_words, render_bgp
from routing.vendors.cisco_ios.writer.login import render_services, render_vty
from routing.vendors.cisco_ios.writer.page import TextPage
from routing.vendors.cisco_ios.writer.policy import address_text, render_policies
from routing.vendors.cisco_ios.writer.refusals import check_device
from routing.vendors.vendor import TextLine

_FAMILY_WORDS = {Family.V4: "ipv4", Family.V6: "ipv6"}
# On an empty device these come first: the others are refused or mean something else without them.
_FIRST = (
    "version ",
    "service ",
    "aaa new-model",
    "tacacs server ",
    "radius server ",
    "aaa group server ",
    "key chain ",
)


def render(device: Device) -> tuple[TextLine, ...]:
    """Return the lines of a device; ValueError (before any line is used) if the platform can't say it."""
    check_device(device)
    page = TextPage(device.harmless)
    page.line(f"hostname {device.name}")
    for vrf in device.vrfs:
        _render_vrf(page, vrf)
    if any(address.family is Family.V6 for interface in device.interfaces for address in interface.addresses):
        page.line("ipv6 unicast-routing")
    for acl in device.acls:
        render_acl(page, acl)
    render_policies(page, device.policies)
    for interface in device.interfaces:
        _render_interface(page, interface)
    render_bgp(page, device)
    for route in device.statics:
        _render_static(page, route)
    render_services(page, device.logins)
    page.write_harmless(sorted((path for path in device.harmless if len(path) == 1), key=_harmless_order))
    render_vty(page, device.logins)
    return page.finish()


def _harmless_order(path: LinePath) -> tuple[int, LinePath]:
    return harmless_rank(path[0]), path


def harmless_rank(line: str) -> int:
    """Return how early a harmless line must come."""
    return next((rank for rank, start in enumerate(_FIRST) if line.startswith(start)), len(_FIRST))


def _render_vrf(page: TextPage, vrf: Vrf) -> None:
    ref = vrf_ref(vrf.name)
    with page.section(f"vrf definition {vrf.name}", ref):
        if vrf.description is not None:
            page.line(f"description {vrf.description}", ref)
        if vrf.rd is not None:
            page.line(f"rd {vrf.rd}", ref)
        for family in vrf.families:
            with page.section(f"address-family {_FAMILY_WORDS[family.family]}", ref):
                if family.import_map is not None:
                    page.line(f"import map {family.import_map}", ref)
                for target in family.exports:
                    page.line(f"route-target export {target}", vrf_export_ref(vrf.name, family.family, target))
                for target in family.imports:
                    page.line(f"route-target import {target}", vrf_import_ref(vrf.name, family.family, target))


def _render_interface(page: TextPage, interface: Interface) -> None:
    ref = interface_ref(interface.name)
    with page.section(f"interface {interface.name}", ref):
        if interface.description is not None:
            page.line(f"description {interface.description}", ref)
        if interface.vlan is not None:
            page.line(f"encapsulation dot1Q {interface.vlan}", ref)
        if interface.vrf is not None:
            page.line(f"vrf forwarding {interface.vrf}", ref)
        if not any(address.family is Family.V4 for address in interface.addresses) and "." not in interface.name:
            page.line("no ip address", ref)
        for address in interface.addresses:
            page.line(_address_line(address), ref)
        for binding in interface.bindings:
            words = "ip access-group" if binding.family is Family.V4 else "ipv6 traffic-filter"
            line = f"{words} {binding.acl} {binding.direction.value}"
            page.line(line, binding_ref(interface.name, binding.direction.value, binding.family))
        if not interface.enabled:
            page.line("shutdown", ref)
        elif "." not in interface.name and not interface.name.startswith("Loopback"):
            page.line("no shutdown", ref)  # a factory-new device has its ports shut (IOS-UP-02)


def _address_line(address: InterfaceAddress) -> str:
    text = address_text(address.family, address.value)
    if address.family is Family.V6:
        return f"ipv6 address {text}/{address.length}"
    return f"ip address {text} {mask_text(address.length)}" + (" secondary" if address.secondary else "")


def _render_static(page: TextPage, route: StaticRoute) -> None:
    words = "ip route" if route.prefix.family is Family.V4 else "ipv6 route"
    vrf = "" if route.vrf is None else f" vrf {route.vrf}"
    way = "Null0" if route.discard else route.interface or ""
    if route.next_hop is not None:
        way = f"{way} {address_text(route.prefix.family, route.next_hop)}".strip()
    distance = "" if route.distance == 1 else f" {route.distance}"
    ref = static_ref(route.vrf, str(route.prefix), static_name(route))
    page.line(f"{words}{vrf} {prefix_words(route.prefix)} {way}{distance}", ref)
