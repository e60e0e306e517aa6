"""Statements under `interfaces`, as interfaces with their units, addresses and filters.

The one idea: a unit is an `Interface` named `ge-0/0/1.110`, its parent one without addresses; both always appear. A filter
on a unit of lo0 is not bound to an interface: it is what packets to the device itself must pass in that unit's instance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from intents.prefix import Family, parse_interface, parse_prefix
from intents.reason import Reason, because, reason_of, unclear
from routing.model import AclBinding, ControlFilter, Direction, Interface, InterfaceAddress
from routing.refs import binding_ref, control_filter_ref, interface_ref
from routing.vendors.junos.names import number
from routing.vendors.junos.reader.firewall import Filters
from routing.vendors.junos.reader.medium import medium_of, medium_setting, packet_setting
from routing.vendors.junos.reader.reading import JunosReading, Leaf, Leaves
from routing.vendors.junos.tree import JunosStatement, words

LOOPBACK = "lo0"
FAMILIES = {"inet": Family.V4, "inet6": Family.V6}
_PHYSICAL = re.compile(r"(?:(?:ge|xe|et|fe|mge)-\d+/\d+/\d+(?::\d+)?|lo0|(?:fxp|em|me)\d+)\Z")
"""Not ae: whether its members are up is in no line that is modelled (JUN-UP-06)."""
_LAST_UNIT = 16385
"""The last number of a unit of an Ethernet interface (JUN-VAL-05)."""
_OF_THE_ROUTING_ENGINE = ("fxp", "em", "me")
_SELF = tuple(map(parse_prefix, ("127.0.0.0/8", "::1/128")))
_LISTS = {"input-list": Direction.IN, "output-list": Direction.OUT}


@dataclass(slots=True)
class Unit:
    """A unit, or a parent, while its statements come in."""

    name: str
    first: JunosStatement
    leaves: Leaves = field(default_factory=Leaves)
    media: Leaves = field(default_factory=Leaves)
    addresses: dict[InterfaceAddress, JunosStatement] = field(default_factory=dict)
    families: dict[Family, JunosStatement] = field(default_factory=dict)
    filters: dict[tuple[Family, Direction], list[Leaf]] = field(default_factory=dict)
    vrf: str | None = None
    advertises: bool = False
    said: JunosStatement | None = None

    @property
    def medium(self) -> dict[str, str]:
        """Return what statements say of the medium, by the name of the setting."""
        return {name: leaf.value for name, leaf in self.media.items()}


@dataclass(slots=True)
class Interfaces:
    """All parents and units of a device, by name."""

    parents: dict[str, Unit] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    bandwidths: set[str] = field(default_factory=set)
    """The units of which a harmless statement says a bandwidth, by which OSPF counts."""

    def take(self, statement: JunosStatement) -> Reason | None:
        """Take one statement; return why it isn't understood, or None."""
        parts = words(statement.text)
        if len(parts) < 2 or not _PHYSICAL.match(parts[1]):
            return because("interface_not_modelled")
        name, rest = parts[1], parts[2:]
        parent = self.parents.get(name) or Unit(name, statement)
        match rest:
            case []:
                reason = None
            case ["unit", number_text, *more] if (
                number_text.isascii()
                and number_text.isdigit()
                and len(number_text) < 8
                and int(number_text) <= _LAST_UNIT
            ):
                key = f"{name}.{int(number_text)}"
                unit = self.units.setdefault(key, Unit(key, statement))
                reason = _take_unit(unit, more, statement)
                unit.said = unit.said or (statement if reason is None else None)
                if more[:1] == ["bandwidth"]:
                    self.bandwidths.add(key)
                self.parents[name] = parent
            case ["vlan-tagging" | "flexible-vlan-tagging"]:
                before = parent.leaves.value("tagging")
                parent.leaves.put("tagging", rest[0], statement)
                reason = None if before in (None, rest[0]) else because("tagging_of_two_kinds")  # JUN-UP-05
            case _:
                reason = _take_common(parent, rest, statement)
        if reason is None:
            self.parents[name] = parent
        return reason

    def parent(self, unit: Unit) -> Unit:
        """Return the parent of a unit, of a parent itself."""
        return self.parents[unit.name.partition(".")[0]]


def _take_common(unit: Unit, rest: list[str], statement: JunosStatement) -> Reason | None:
    match rest:
        case ["description", text]:
            unit.leaves.put("description", text, statement)
        case ["disable"]:
            unit.leaves.put("disable", "", statement)
        case _:
            taken = "." not in unit.name and _put_medium(unit, medium_setting(rest), statement)
            return None if taken else because("statement_of_interface")
    return None


def _put_medium(unit: Unit, setting: tuple[str, str] | None, statement: JunosStatement) -> bool:
    if setting is not None:
        unit.media.put(*setting, statement)
    return setting is not None


def _take_unit(unit: Unit, rest: list[str], statement: JunosStatement) -> Reason | None:
    try:
        match rest:
            case []:
                pass
            case ["vlan-id", value]:
                number(value, 1, 4094)
                unit.leaves.put("vlan-id", value, statement)
            case ["family", "inet" | "inet6" as name, *more]:
                return _take_family(unit, FAMILIES[name], more, statement)
            case _:
                return _take_common(unit, rest, statement)
    except ValueError as error:
        return reason_of(error)
    return None


def _take_family(unit: Unit, family: Family, rest: list[str], statement: JunosStatement) -> Reason | None:
    unit.families.setdefault(family, statement)
    match rest:
        case []:
            pass
        case ["address", text] | ["address", text, "primary" | "preferred"]:
            address = _address(family, text)
            if not (unit.name.startswith(f"{LOOPBACK}.") and is_loopback_address(address)):
                unit.addresses.setdefault(address, statement)  # no route is made of 127.0.0.1 on lo0 (JUN-ADDR-04)
        case ["filter", "input" | "output" as way, name]:
            unit.leaves.put(f"filter {int(family)} {way}", name, statement)
        case ["filter", "input-list" | "output-list" as way, name]:
            unit.filters.setdefault((family, _LISTS[way]), []).append(Leaf(name, statement))
        case ["mtu", text] if _put_medium(unit, packet_setting(family, text), statement):
            pass
        case _:
            return because("statement_of_family")
    return None


def is_loopback_address(address: InterfaceAddress) -> bool:
    """Return whether an address is one of those by which every host names itself."""
    return any(prefix.family is address.family and prefix.holds(address.value) for prefix in _SELF)


def _address(family: Family, text: str) -> InterfaceAddress:
    found, value, length = parse_interface(text if "/" in text else f"{text}/{family.bits}")
    if found is not family:
        raise unclear("address_of_wrong_family")
    return InterfaceAddress(family=family, value=value, length=length)


def finish_interfaces(table: Interfaces, filters: Filters, reading: JunosReading) -> tuple[Interface, ...]:
    """Return all parents and units, sorted by name, and record the lines of each."""
    for parent in table.parents.values():
        reading.says(parent.first, interface_ref(parent.name))
    _check_vlans(table, reading)
    found = [*table.parents.values(), *table.units.values()]
    interfaces = (_finish(unit, table.parent(unit), filters, reading) for unit in found)
    return tuple(sorted(interfaces, key=lambda interface: interface.name))


def _finish(unit: Unit, parent: Unit, filters: Filters, reading: JunosReading) -> Interface:
    reading.says(unit.said or unit.first, interface_ref(unit.name))
    for leaf in (*unit.leaves.values(), *unit.media.values()):
        reading.says(leaf.statement)
    for statement in unit.addresses.values():
        reading.says(statement)
    is_loopback = unit.name.startswith(f"{LOOPBACK}.")
    if Family.V6 in unit.families and not is_loopback and not _has_address(unit, Family.V6):
        # It has a link-local address and forwards what comes by it (JUN-IF-03); IPv4 without an address has none (JUN-IF-02).
        reading.unknown(unit.families[Family.V6], because("family_without_address"))
    vlan = unit.leaves.value("vlan-id")
    addresses = sorted(
        unit.addresses, key=lambda address: (address.family, address.secondary, address.value, address.length)
    )
    return Interface(
        name=unit.name,
        vrf=unit.vrf,
        vlan=None if vlan is None else int(vlan),
        addresses=tuple(addresses),
        enabled="disable" not in unit.leaves,
        bindings=() if is_loopback else tuple(_bindings(unit, filters, reading)),
        description=unit.leaves.value("description"),
        medium=tuple(medium_of(unit.medium, {} if parent is unit else parent.medium)),
        advertises=unit.advertises,
        transit=not unit.name.startswith(_OF_THE_ROUTING_ENGINE),
    )


def _has_address(unit: Unit, family: Family) -> bool:
    return any(address.family is family for address in unit.addresses)


def _bindings(unit: Unit, filters: Filters, reading: JunosReading) -> Iterator[AclBinding]:
    for direction in Direction:
        for family in Family:
            name = _bound(unit, family, direction, filters, reading)
            if name is not None:
                yield AclBinding(direction=direction, family=family, acl=name)


def _bound(unit: Unit, family: Family, direction: Direction, filters: Filters, reading: JunosReading) -> str | None:
    """Return the name of the ACL bound here, a composed one for a list of filters; None if there is none."""
    single, several = _filter_leaves(unit, family, direction)
    leaves = single or several
    if not leaves:
        return None
    if (single and several) or len({leaf.statement.rank for leaf in leaves}) > 1:
        reading.unknown(leaves[0].statement, because("filters_from_several_places"))
        return None
    if unit.name.startswith(f"{LOOPBACK}."):
        ref = control_filter_ref(unit.vrf, family)
    else:
        ref = binding_ref(unit.name, direction.value, family)
    acl = filters.chain(family, list(dict.fromkeys(leaf.value for leaf in leaves)))
    for leaf in leaves:
        reading.says(leaf.statement, ref)
        if acl is None:
            reading.unknown(leaf.statement, because("names_undefined_filter"))
    return acl


def _filter_leaves(unit: Unit, family: Family, direction: Direction) -> tuple[list[Leaf], list[Leaf]]:
    """Return the filter of a direction, if there is one, and the list of filters."""
    way = "input" if direction is Direction.IN else "output"
    leaf = unit.leaves.get(f"filter {int(family)} {way}")
    return [] if leaf is None else [leaf], unit.filters.get((family, direction), [])


def _check_vlans(table: Interfaces, reading: JunosReading) -> None:
    """Record what doesn't commit: tags without tagging, tagging without a tag, one tag twice."""
    seen: dict[tuple[str, str], str] = {}
    for unit in table.units.values():
        parent = table.parent(unit)
        vlan = unit.leaves.get("vlan-id")
        tagging = parent.leaves.get("tagging")
        if vlan is not None and tagging is None:
            reading.unknown(vlan.statement, because("vlan_without_tagging"))
        if vlan is None and tagging is not None:
            reading.unknown(unit.first, because("unit_without_vlan"))
        if vlan is not None and seen.setdefault((parent.name, vlan.value), unit.name) != unit.name:
            reading.unknown(vlan.statement, because("vlan_of_other_unit"))


def finish_loopbacks(table: Interfaces, filters: Filters, reading: JunosReading) -> tuple[ControlFilter, ...]:
    """Return the filters on units of lo0, by instance and family."""
    found: dict[tuple[str | None, Family], ControlFilter] = {}
    loopbacks = [unit for unit in table.units.values() if unit.name.startswith(f"{LOOPBACK}.")]
    seen: dict[str | None, Unit] = {}
    for unit in loopbacks:
        if seen.setdefault(unit.vrf, unit) is not unit:
            reading.unknown(unit.first, because("second_loopback"))
        for family in Family:
            for leaves in _filter_leaves(unit, family, Direction.OUT):
                for leaf in leaves:
                    reading.unknown(leaf.statement, because("loopback_output_filter"))
            name = _bound(unit, family, Direction.IN, filters, reading)
            if name is not None:
                found[unit.vrf, family] = ControlFilter(family=family, acl=name, vrf=unit.vrf)
    for unit in loopbacks:
        for family in Family:
            if (None, family) in found and (unit.vrf, family) not in found:
                reading.unknown(unit.first, because("loopback_escapes_filter"))
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0] or "", key[1])))
