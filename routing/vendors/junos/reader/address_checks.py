"""Addresses of interfaces that a device refuses, or that mean different things on different releases.

The one idea: an address that doesn't commit stands on no device, so nothing may be claimed of a text with one (JUN-ADDR-01);
two units of one instance whose subnets overlap commit or not by release (JUN-ADDR-03), so both lines are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from intents.prefix import Family, Prefix, parse_prefix, prefix_of
from intents.reason import Reason, because
from routing.model import InterfaceAddress
from routing.vendors.junos.reader.interfaces import LOOPBACK, Unit, is_loopback_address
from routing.vendors.junos.reader.reading import JunosReading

_NEVER = tuple(map(parse_prefix, ("0.0.0.0/8", "224.0.0.0/3", "::/128", "ff00::/8")))


def check_addresses(units: Iterable[Unit], reading: JunosReading) -> None:
    """Record the addresses that a device refuses, and those of units whose subnets overlap; units know their instances."""
    by_instance: dict[tuple[str | None, Family], list[tuple[Unit, InterfaceAddress]]] = {}
    for unit in units:
        for address, statement in unit.addresses.items():
            by_instance.setdefault((unit.vrf, address.family), []).append((unit, address))
            reason = _refused(unit, address)
            if reason is not None:
                reading.unknown(statement, reason)
    for held in by_instance.values():
        for unit, address in _meeting(held):
            reading.unknown(unit.addresses[address], because("subnets_overlap"))


def _refused(unit: Unit, address: InterfaceAddress) -> Reason | None:
    subnet = _subnet(address)
    if any(prefix.family is address.family and prefix.holds(address.value) for prefix in _NEVER):
        return because("address_of_no_interface")
    if is_loopback_address(address):
        return because("loopback_address_elsewhere")
    if address.length < address.family.bits - 1:
        if address.value == subnet.network:
            return because("address_of_network")
        if address.family is Family.V4 and address.value == subnet.last:
            return because("address_of_broadcast")
    return None


def _meeting(held: list[tuple[Unit, InterfaceAddress]]) -> Iterator[tuple[Unit, InterfaceAddress]]:
    """Yield the addresses of different units whose subnets overlap; a loopback's host address may lie in another subnet."""
    lengths = {address.length for _, address in held}
    seen: dict[Prefix, list[tuple[Unit, InterfaceAddress]]] = {}
    for unit, address in held:
        seen.setdefault(_subnet(address), []).append((unit, address))
    for subnet, inside in seen.items():
        for length in sorted(length for length in lengths if length <= subnet.length):
            around = seen.get(prefix_of(subnet.family, subnet.network, length), [])
            pairs = combinations(inside, 2) if around is inside else ((one, two) for one in inside for two in around)
            for one, two in pairs:
                if one[0] is not two[0] and (one[1].value == two[1].value or not _is_host(one, two)):
                    yield from (one, two)


def _is_host(one: tuple[Unit, InterfaceAddress], two: tuple[Unit, InterfaceAddress]) -> bool:
    """Return whether one of two overlapping subnets is the host address of a loopback, inside the other."""
    return one[1].length != two[1].length and any(
        _is_loopback(unit) and address.length == address.family.bits for unit, address in (one, two)
    )


def _is_loopback(unit: Unit) -> bool:
    return unit.name.startswith(f"{LOOPBACK}.")


def _subnet(address: InterfaceAddress) -> Prefix:
    return prefix_of(address.family, address.value, address.length)
