"""Object groups of networks and services, as an access list uses them.

Turns the bodies of `object-group network` and `object-group service` sections into what they match, group references
resolved. The one idea: a group that is not exactly understood is carried as the reason why, so that every access-list
line that uses it becomes unknown. Source: Cisco IOS Security Configuration Guide, Object Groups for ACLs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from intents.prefix import Family
from intents.reason import Reason, UnclearError, because, unclear
from routing.model import AddressMatch, IcmpMatch, PortRange
from routing.vendors.cisco_ios.names import ICMP4, PROTOCOLS4, SCTP, TCP, UDP, small_number
from routing.vendors.cisco_ios.terms import (
    ALL4,
    PORT_OPERATORS,
    Addresses,
    host_match,
    icmp_term,
    ipv4,
    mask_length,
    port_term,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceMember:
    """One member of a service group."""

    protocols: tuple[int, ...] | None
    source_ports: tuple[PortRange, ...] | None = None
    destination_ports: tuple[PortRange, ...] | None = None
    icmp: tuple[IcmpMatch, ...] | None = None

    @property
    def layer4(self) -> bool:
        """Return whether the member looks beyond the protocol."""
        return any(field is not None for field in (self.source_ports, self.destination_ports, self.icmp))


class Groups:
    """The object groups of one device; compared by identity, so it can key a cache of what was read with it."""

    __slots__ = ("addresses", "services")

    def __init__(
        self, addresses: Mapping[str, Addresses | Reason], services: Mapping[str, tuple[ServiceMember, ...] | Reason]
    ) -> None:
        self.addresses = addresses
        self.services = services


NO_GROUPS = Groups({}, {})

Bodies = Mapping[str, tuple[str, ...]]
"""Lines of the groups of one kind by name."""

_M = TypeVar("_M")
_MemberReader = Callable[[list[str]], Sequence[_M]]
_DEEPEST = 16


def resolve_groups(networks: Bodies, services: Bodies) -> Groups:
    """Return what every group matches; a group that is not clear carries the reason instead."""
    if not networks and not services:
        return NO_GROUPS
    addresses: dict[str, Addresses | Reason] = {}
    for name, members in _resolve(networks, network_member).items():
        if isinstance(members, Reason):
            addresses[name] = members
        else:
            some = [member for member in members if member is not None]
            every = len(some) < len(members)
            addresses[name] = None if every else tuple(sorted(some, key=lambda member: (member.value, member.care)))
    return Groups(addresses, _resolve(services, service_member))


def _resolve(bodies: Bodies, read_member: _MemberReader[_M]) -> dict[str, tuple[_M, ...] | Reason]:
    """Return the members of each group, or the reason why they are not known."""
    done: dict[str, tuple[_M, ...]] = {}
    found: dict[str, tuple[_M, ...] | Reason] = {}
    for name in bodies:
        try:
            found[name] = _members(name, bodies, read_member, done, ())
        except UnclearError as error:
            found[name] = because("object_group_unclear", name=name, why=error.reason)
    return found


def _members(
    name: str,
    bodies: Bodies,
    read_member: _MemberReader[_M],
    done: dict[str, tuple[_M, ...]],
    above: tuple[str, ...],
) -> tuple[_M, ...]:
    """Return the distinct members of a group, those of inner groups included; a group is read once."""
    if name in done:
        return done[name]
    if name in above or len(above) > _DEEPEST:
        raise unclear("group_contains_itself")
    if not bodies.get(name):
        raise unclear("group_empty", name=name)
    found: dict[_M, None] = {}
    for line in bodies[name]:
        words = line.split()
        if words[0] == "group-object" and len(words) == 2:
            found.update(dict.fromkeys(_members(words[1], bodies, read_member, done, (*above, name))))
        else:
            found.update(dict.fromkeys(read_member(words)))
    done[name] = tuple(found)
    return done[name]


def network_member(words: list[str]) -> Sequence[AddressMatch | None]:
    """Return what one member line of a network group matches (None: every address); UnclearError."""
    match words:
        case ["any"]:
            return (None,)
        case ["host", address]:
            return host_match(Family.V4, address) or ()
        case ["range", low, high]:
            return _range_matches(ipv4(low), ipv4(high))
        case [address, mask] if mask[0] == "/":
            length = small_number(mask[1:], 32)
            if length is None:
                raise unclear("not_a_prefix_length")
        case [address, mask]:
            length = mask_length(mask)
        case _:
            raise unclear("member_not_modelled")
    care = ALL4 >> (32 - length) << (32 - length)
    return (AddressMatch(value=ipv4(address) & care, care=care) if length else None,)


def _range_matches(low: int, high: int) -> list[AddressMatch]:
    """Return the prefixes that together are exactly the addresses low..high."""
    if low > high:
        raise unclear("address_range_upside_down")
    found: list[AddressMatch] = []
    while low <= high:
        size = min(low & -low or 1 << 32, 1 << (high - low + 1).bit_length() - 1)
        found.append(AddressMatch(value=low, care=ALL4 & -size))
        low += size
    return found


def service_member(words: list[str]) -> list[ServiceMember]:
    """Return what one member line of a service group matches; UnclearError if not understood."""
    if words[0] == "tcp-udp":
        return [member for number in (TCP, UDP) for member in _ported_member(number, words)]
    if words == ["ip"]:
        return [ServiceMember(protocols=None)]
    number = PROTOCOLS4.get(words[0]) or small_number(words[0], 255)
    if not number:
        raise unclear("protocol_unknown")
    if len(words) == 1:
        return [ServiceMember(protocols=(number,))]
    if number == ICMP4:
        icmp, at = icmp_term(Family.V4, words, 1)
        if icmp is None or at != len(words):
            raise unclear("icmp_type_unknown")
        return [ServiceMember(protocols=(number,), icmp=icmp)]
    if number not in (TCP, UDP, SCTP):
        raise unclear("protocol_without_ports")
    return _ported_member(number, words)


def _ported_member(number: int, words: list[str]) -> list[ServiceMember]:
    at = 1
    source_ports: tuple[PortRange, ...] | None = None
    if at < len(words) and words[at] == "source":
        source_ports, at = _ports(number, words, at + 1)
    destination_ports: tuple[PortRange, ...] | None = None
    if at < len(words):
        destination_ports, at = _ports(number, words, at)
    if at != len(words):
        raise unclear("service_not_modelled")
    return [ServiceMember(protocols=(number,), source_ports=source_ports, destination_ports=destination_ports)]


def _ports(number: int, words: list[str], at: int) -> tuple[tuple[PortRange, ...], int]:
    """Read a port term; a port without operator is one with `eq`."""
    if words[at] in PORT_OPERATORS:
        return port_term(number, words, at)
    ranges, end = port_term(number, ["eq", words[at]], 0)
    return ranges, at + end - 1
