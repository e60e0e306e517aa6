"""Interface sections, in the order of their lines: on IOS a VRF given after an address removes the address.

Turns `interface X` with what stands below it into an `InterfaceDraft`, and drafts into `Interface` values. The one
idea: the same interface may come twice, so every line edits a draft; what a later line replaces is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from intents.prefix import Family
from intents.reason import UnclearError, because, unclear
from routing.model import AclBinding, Direction, Interface, InterfaceAddress, LinePath
from routing.refs import binding_ref, interface_ref
from routing.vendors.cisco_ios.addresses import Standing, address_fault, clashes, lacks_primary, standing
from routing.vendors.cisco_ios.given_names import is_second_spelling
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import ETHERNET_KINDS, interface_kind, interface_name, small_number
from routing.vendors.cisco_ios.reader.medium import medium_of, read_medium_line
from routing.vendors.cisco_ios.reader.ospf_interface import read_ospf_line
from routing.vendors.cisco_ios.reader.partial import InterfaceDraft, PartialDevice
from routing.vendors.cisco_ios.terms import LINK_LOCAL, ipv4, ipv6_interface, mask_length

MODELLED_KINDS = ETHERNET_KINDS | {"Loopback"}
_READ_KINDS = MODELLED_KINDS | {"Vlan"}
"""Read, but never written: which ports a VLAN interface is up by stands in lines that are not modelled (IOS-SVI-01)."""
_DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT}


def read_interface(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Read one interface section."""
    name = interface_name(words[1]) if len(words) == 2 else None
    if name is None or interface_kind(name) not in _READ_KINDS:
        _set_aside_section(partial, section, name)
        return
    interface = partial.interfaces.get(name)
    if interface is None:
        interface = partial.interfaces[name] = InterfaceDraft(name, section.start)
        partial.say(interface_ref(name), section.start)
    for index, path in nested(partial.lines, section):
        if len(path) == 1:
            continue
        try:
            is_read = len(path) == 2 and (
                read_medium_line(interface.port.medium, path[1].split())
                or _read_advertising(interface, path[1].split())
                or _read_line(interface, index, path)
            )
        except UnclearError as error:
            partial.reject(index, path, error.reason)
            continue
        if not is_read:
            partial.set_aside(index, path)
    for binding, index in interface.bindings.values():
        partial.use_acl(
            index, (partial.lines[section.start].strip(), partial.lines[index].strip()), binding.family, binding.acl
        )


def _set_aside_section(partial: PartialDevice, section: Section, name: str | None) -> None:
    known = name == "Null0"
    for index, path in nested(partial.lines, section):
        if known:
            partial.set_aside(index, path)
        else:
            partial.reject(index, path, because("interface_kind_not_modelled"))


def _read_line(interface: InterfaceDraft, index: int, path: LinePath) -> bool:
    """Apply one line; False if it is none of those modelled, UnclearError if it is malformed, or refused where it stands."""
    text = path[1]
    words = text.split()
    match words:
        case ["description", _, *_]:
            interface.description = text.partition(" ")[2].strip()
        case ["encapsulation", kind, tag] if kind.lower() == "dot1q":
            return _set_vlan(interface, tag, (index, path))
        case ["vrf", "forwarding", vrf] | ["ip", "vrf", "forwarding", vrf]:
            _set_vrf(interface, vrf, (index, path))
        case ["ip", "address", address, mask, *rest] if rest in ([], ["secondary"]):
            _add_address4(interface, address, mask, bool(rest), (index, path))
        case ["ipv6", "address", prefix]:
            _add_address6(interface, prefix, (index, path))
        case ["ipv6", "address", address, "link-local"]:
            interface.link_local = (_link_local(address), (index, path))
        case ["ip", "access-group", acl, way] if way in _DIRECTIONS:
            _bind(interface, Family.V4, acl, _DIRECTIONS[way], index)
        case ["ipv6", "traffic-filter", acl, way] if way in _DIRECTIONS:
            _bind(interface, Family.V6, acl, _DIRECTIONS[way], index)
        case ["shutdown"]:
            interface.enabled = False
        case ["no", *negated]:
            return _undo(interface, negated)
        case ["ipv6", "enable"]:
            interface.ipv6_enable = (index, path)
        case _:
            return read_ospf_line(interface.port, words, (index, path))
    return True


def _read_advertising(interface: InterfaceDraft, words: list[str]) -> bool:
    """Read a line that keeps IPv6 hosts from knowing router or prefix, or takes one back; unasked and never are one for them:
    what an answer told them ends (BOTH-ARP-01)."""
    match words:
        case (
            ["ipv6", "nd", "ra", "suppress"]
            | ["ipv6", "nd", "ra", "suppress", "all"]
            | ["ipv6", "nd", "ra", "lifetime", "0"]
            | ["ipv6", "nd", "prefix", "default", "no-advertise"]
            | ["ipv6", "nd", "prefix", "default", "0", "0"]
        ):
            interface.silent = True
        case ["no", "ipv6", "nd", "ra", "suppress"] | ["no", "ipv6", "nd", "ra", "suppress", "all"]:
            interface.silent = False
        case _:
            return False
    return True


def _set_vlan(interface: InterfaceDraft, tag: str, line: tuple[int, LinePath]) -> bool:
    vlan = small_number(tag, 4094)
    if not vlan or "." not in interface.name:
        return False
    interface.vlan = vlan
    interface.vlan_line = line
    return True


def _set_vrf(interface: InterfaceDraft, vrf: str | None, line: tuple[int, LinePath] | None) -> None:
    if interface.vrf != vrf:
        interface.link_local = None
        interface.addresses.clear()
        interface.family_lines.clear()
    interface.vrf = vrf
    interface.vrf_line = line


def _add_address4(
    interface: InterfaceDraft, address: str, mask: str, secondary: bool, line: tuple[int, LinePath]
) -> None:
    _check_tag(interface)
    found = InterfaceAddress(family=Family.V4, value=ipv4(address), length=mask_length(mask), secondary=secondary)
    if not secondary:
        for old in [a for a in interface.addresses if a.family is Family.V4 and not a.secondary]:
            del interface.addresses[old]
    interface.addresses[found] = line
    interface.family_lines.setdefault(Family.V4, line)


def _add_address6(interface: InterfaceDraft, prefix: str, line: tuple[int, LinePath]) -> None:
    _check_tag(interface)
    value, length = ipv6_interface(prefix)
    interface.addresses[InterfaceAddress(family=Family.V6, value=value, length=length)] = line
    interface.family_lines.setdefault(Family.V6, line)


def _check_tag(interface: InterfaceDraft) -> None:
    """UnclearError for an address on a sub-interface that has no tag yet (IOS-UP-07)."""
    if "." in interface.name and interface.vlan is None and interface_kind(interface.name) in ETHERNET_KINDS:
        raise unclear("subinterface_without_tag")


def _link_local(word: str) -> int:
    value, _ = ipv6_interface(word + "/128")
    if value >> 118 != LINK_LOCAL:
        raise unclear("not_link_local")
    return value


def _bind(interface: InterfaceDraft, family: Family, acl: str, direction: Direction, index: int) -> None:
    if is_second_spelling(acl):
        raise unclear("number_with_zeros")
    interface.bindings[direction, family] = (AclBinding(direction=direction, family=family, acl=acl), index)


def _undo(interface: InterfaceDraft, words: list[str]) -> bool:
    match words:
        case ["shutdown"]:
            interface.enabled = True
        case ["description", *_]:
            interface.description = None
        case ["ip", "address"]:
            _remove_addresses(interface, Family.V4, None)
        case ["ip", "address", address, mask, *rest] if rest in ([], ["secondary"]):
            _remove_addresses(interface, Family.V4, (ipv4(address), mask_length(mask)))
        case ["ipv6", "address"]:
            interface.link_local = None
            _remove_addresses(interface, Family.V6, None)
        case ["vrf", "forwarding", *rest] | ["ip", "vrf", "forwarding", *rest] if rest in ([], [interface.vrf]):
            _set_vrf(interface, None, None)
        case ["ip", "access-group", *name, way] if way in _DIRECTIONS and len(name) < 2:
            _unbind(interface, (_DIRECTIONS[way], Family.V4), name)
        case ["ipv6", "traffic-filter", *name, way] if way in _DIRECTIONS and len(name) < 2:
            _unbind(interface, (_DIRECTIONS[way], Family.V6), name)
        case ["ipv6", "enable"]:
            interface.ipv6_enable = None
        case _:
            return False
    return True


def _unbind(interface: InterfaceDraft, place: tuple[Direction, Family], name: list[str]) -> None:
    """Take the list of a direction away; UnclearError if another is named: no document says what then goes (IOS-REF-28)."""
    bound = interface.bindings.get(place)
    if name and bound is not None and bound[0].acl != name[0]:
        raise unclear("other_list_bound", name=bound[0].acl)
    interface.bindings.pop(place, None)


def _remove_addresses(interface: InterfaceDraft, family: Family, one: tuple[int, int] | None) -> None:
    for old in [a for a in interface.addresses if a.family is family and one in (None, (a.value, a.length))]:
        del interface.addresses[old]


def finish_interfaces(partial: PartialDevice) -> tuple[Interface, ...]:
    """Return the interfaces, and report what the device would refuse."""
    _check_addresses(partial)
    tags: set[tuple[str, int]] = set()
    found = []
    for name, interface in sorted(partial.interfaces.items()):
        _check(partial, interface, tags)
        for binding, index in interface.bindings.values():
            partial.say(binding_ref(name, binding.direction.value, binding.family), index)
        found.append(
            Interface(
                name=name,
                vrf=interface.vrf,
                vlan=interface.vlan,
                addresses=tuple(sorted(interface.addresses, key=lambda a: (a.family, a.secondary, a.value, a.length))),
                enabled=interface.enabled,
                bindings=tuple(
                    sorted((b for b, _ in interface.bindings.values()), key=lambda b: (b.direction, b.family))
                ),
                description=interface.description,
                link_local=None if interface.link_local is None else interface.link_local[0],
                advertises=not interface.silent and advertises(name, interface.addresses),
                medium=medium_of(interface.port.medium, _medium_above(partial, name)),
            )
        )
    return tuple(found)


def _medium_above(partial: PartialDevice, name: str) -> Mapping[str, str]:
    """Return what is said of the port of a sub-interface, nothing for any other interface."""
    port, dot, _ = name.partition(".")
    above = partial.interfaces.get(port) if dot else None
    return {} if above is None else above.port.medium


def advertises(name: str, addresses: Iterable[InterfaceAddress]) -> bool:
    """Return whether an interface sends router advertisements without a line: all with an IPv6 address do (IOS-UP-18)."""
    return interface_kind(name) != "Loopback" and any(item.family is Family.V6 for item in addresses)


def _check(partial: PartialDevice, interface: InterfaceDraft, tags: set[tuple[str, int]]) -> None:
    if interface.name.startswith("Vlan") and interface.enabled and interface.addresses:
        partial.reject(interface.index, (partial.lines[interface.index].strip(),), because("switched_interface"))
    families = {address.family for address in interface.addresses}
    parent = interface.name.partition(".")[0]
    if interface.vlan is not None and interface.vlan_line is not None:
        if (parent, interface.vlan) in tags:
            partial.reject(*interface.vlan_line, because("tag_used_twice"))
        tags.add((parent, interface.vlan))
    if interface.vrf is not None and interface.vrf_line is not None:
        vrf = partial.vrfs.get(interface.vrf)
        if vrf is None:
            partial.reject(*interface.vrf_line, because("vrf_undefined"))
        elif interface.vrf_line[1][-1].split()[0] != partial.lines[vrf.index].split()[0]:
            partial.reject(*interface.vrf_line, because("vrf_of_other_form"))  # IOS-UP-22
        missing = set() if vrf is None else families - vrf.families.keys()
        for family in sorted(missing):
            partial.reject(*interface.family_lines[family], because("vrf_without_family"))
    if Family.V6 in families and not partial.ipv6_routing:
        partial.reject(*interface.family_lines[Family.V6], because("ipv6_without_routing"))
    linked = interface.ipv6_enable or (interface.link_local or (None, None))[1]
    if linked is not None and Family.V6 not in families:
        partial.reject(*linked, because("ipv6_without_address"))


def _check_addresses(partial: PartialDevice) -> None:
    """Report addresses that no interface takes, and of those that don't stand together the later one."""
    lines: dict[Standing, tuple[int, LinePath]] = {}
    for interface in partial.interfaces.values():
        for address, line in interface.addresses.items():
            fault = address_fault(address)
            if fault is not None:
                partial.reject(*line, fault)
            elif interface.enabled:
                lines[standing(interface.vrf, interface.name, address)] = line
            if address.secondary and lacks_primary(interface.addresses):
                partial.reject(*line, because("secondary_without_primary"))
    for one, other in clashes(lines):
        later, earlier = (one, other) if lines[one] > lines[other] else (other, one)
        partial.reject(*lines[later], because("address_overlaps", interface=earlier.interface))
