"""Which interface addresses a device refuses: alone, or beside those of other interfaces.

The one idea: what `ip address` refuses can't stand in a running configuration, so whoever reads it there knows nothing of the
interface, and whoever would write it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from intents.prefix import Family, Prefix, prefix_of
from intents.reason import Reason, because
from routing.model import InterfaceAddress
from routing.vendors.cisco_ios.terms import LINK_LOCAL, NO_HOSTS4

_NO_DESTINATIONS = tuple(Prefix(Family.V4, octet << 24, length) for octet, length in ((0, 8), (127, 8), (224, 4)))
_LONGEST_WITH_BROADCAST = 30


class Standing(NamedTuple):
    """An address of an interface that is not shut, its subnet, and the table that it is in ("": the global one)."""

    vrf: str
    subnet: Prefix
    interface: str
    address: InterfaceAddress


def standing(vrf: str | None, interface: str, address: InterfaceAddress) -> Standing:
    """Return an address of an interface with its subnet."""
    return Standing(vrf or "", prefix_of(address.family, address.value, address.length), interface, address)


def address_fault(address: InterfaceAddress) -> Reason | None:
    """Return why no interface takes an address, whatever else there is; None if one may."""
    if address.family is Family.V6:
        is_group, is_link_local = address.value >> 120 == 0xFF, address.value >> 118 == LINK_LOCAL
        return because("not_a_host_address") if address.value <= 1 or is_group or is_link_local else None
    if address.value >> 24 in NO_HOSTS4 or address.length == 0:
        return because("not_a_host_address")
    subnet = prefix_of(address.family, address.value, address.length)
    if address.length <= _LONGEST_WITH_BROADCAST and address.value in (subnet.network, subnet.last):
        return because("network_or_broadcast_address")  # IOS-ADDR-01
    return None


def is_no_destination(prefix: Prefix) -> bool:
    """Return whether no static route leads to a prefix: groups, the loopback net, and 0/8 but for 0/0 (IOS-ADDR-05)."""
    return prefix.family is Family.V4 and any(block.covers(prefix) for block in _NO_DESTINATIONS)


def clashes(found: Iterable[Standing]) -> Iterator[tuple[Standing, Standing]]:
    """Yield pairs of addresses that don't stand together: one address twice in a table, overlapping subnets of two interfaces
    (IOS-ADDR-02), and subnets of one interface that overlap without being the same one (IPv4)."""
    enclosing: list[Standing] = []
    for item in sorted(found, key=_order):
        enclosing = [other for other in enclosing if _covers(other, item)]
        yield from ((other, item) for other in enclosing if not _agree(other, item))
        enclosing.append(item)


def lacks_primary(addresses: Iterable[InterfaceAddress]) -> bool:
    """Return whether there are secondary addresses without a primary one (IOS-ADDR-06)."""
    kinds = {address.secondary for address in addresses if address.family is Family.V4}
    return kinds == {True}


def _order(item: Standing) -> tuple[str, Prefix, str, int]:
    return item.vrf, item.subnet, item.interface, item.address.value


def _covers(one: Standing, other: Standing) -> bool:
    return one.vrf == other.vrf and one.subnet.covers(other.subnet)


def _agree(one: Standing, other: Standing) -> bool:
    if one.interface != other.interface or one.address.value == other.address.value:
        return False
    return one.address.family is Family.V6 or one.address.length == other.address.length
