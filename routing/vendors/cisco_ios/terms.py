"""The terms of access-list entries: addresses, ports, TCP flags and ICMP types from words, cached per spelling.

The one idea: a term is read by a function that takes the words and a position and returns the value and the next
position; whatever is not exactly understood raises `UnclearError` with the reason, and the whole line is then unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from intents.prefix import Family, parse_address, parse_interface, truncate
from intents.reason import Reason, UnclearError, because, unclear
from routing.model import AddressMatch, FlagMatch, IcmpMatch, PortRange
from routing.vendors.cisco_ios.names import FLAG_BITS, ICMP4_NAMES, ICMP6_NAMES, port_names, small_number
from routing.vendors.reserved import RESERVED_ASNS

ALL4 = 0xFFFFFFFF
ALL6 = (1 << 128) - 1
NO_HOSTS4 = frozenset({0, 127, *range(224, 256)})
"""First octets of addresses that no interface has: "Not a valid host address" (IOS-ADDR-03)."""
LINK_LOCAL = 0xFE80 >> 6
"""The first ten bits of a link-local IPv6 address."""
PORT_OPERATORS = frozenset({"eq", "neq", "lt", "gt", "range"})

Addresses = tuple[AddressMatch, ...] | None
AddressGroups = Mapping[str, "Addresses | Reason"]
"""Object groups by name: what they match, or why that is not known."""


@lru_cache(maxsize=1 << 16)
def ipv4(word: str) -> int:
    """Return the value of a dotted quad; UnclearError if it is none."""
    try:
        family, value = parse_address(word)
    except ValueError:
        raise unclear("not_an_ipv4_address") from None
    if family is not Family.V4:
        raise unclear("not_an_ipv4_address")
    return value


def router_number(word: str) -> int:
    """Return a router ID; UnclearError for what a device or its neighbours refuse (RFC-SESS-03)."""
    number = ipv4(word)
    if not is_router_number(number):
        raise unclear("not_a_router_id")
    return number


def is_router_number(number: int) -> bool:
    """Return whether a number may be a router ID (IOS-RID-05): 0.0.0.1 may, though no interface can have it."""
    return number != 0 and number >> 24 not in NO_HOSTS4 - {0}


def mask_length(word: str) -> int:
    """Return the prefix length that a contiguous IPv4 mask says; UnclearError if it is none."""
    host_bits = ipv4(word) ^ ALL4
    if host_bits & (host_bits + 1):
        raise unclear("mask_not_contiguous")
    return 32 - host_bits.bit_length()


@lru_cache(maxsize=1 << 16)
def wildcard_match(address: str, wildcard: str) -> Addresses:
    """Return what an IPv4 address and wildcard match (None: any); discontiguous wildcards are exact."""
    care = ipv4(wildcard) ^ ALL4
    return (AddressMatch(value=ipv4(address) & care, care=care),) if care else None


def ipv6_interface(word: str) -> tuple[int, int]:
    """Return the value and length of an IPv6 address with its prefix length; UnclearError if it is none."""
    try:
        family, value, length = parse_interface(word)
    except ValueError:
        raise unclear("not_an_ipv6_prefix") from None
    if family is not Family.V6:
        raise unclear("not_an_ipv6_prefix")
    return value, length


@lru_cache(maxsize=1 << 16)
def prefix6_match(word: str) -> Addresses:
    """Return what an IPv6 prefix matches (None: any); host bits are ignored, as the device does."""
    value, length = ipv6_interface(word)
    care = ALL6 >> (128 - length) << (128 - length)
    return (AddressMatch(value=truncate(Family.V6, value, length), care=care),) if length else None


@lru_cache(maxsize=1 << 16)
def host_match(family: Family, word: str) -> Addresses:
    """Return what `host X` matches."""
    if family is Family.V4:
        return (AddressMatch(value=ipv4(word), care=ALL4),)
    if "/" in word:
        raise unclear("not_an_ipv6_address")
    return prefix6_match(word + "/128")


def address_term(family: Family, words: list[str], at: int, groups: AddressGroups) -> tuple[Addresses, int]:
    """Read the address term that starts at a position: what it matches and the position after it."""
    word = words[at]
    if word == "any":
        return None, at + 1
    if word == "host":
        return host_match(family, words[at + 1]), at + 2
    if word == "object-group":
        if family is Family.V6:
            raise unclear("object_groups_of_ipv6")
        group = groups.get(words[at + 1], because("object_group_undefined"))
        if isinstance(group, Reason):
            raise UnclearError(group)
        return group, at + 2
    if family is Family.V4:
        return wildcard_match(word, words[at + 1]), at + 2
    return prefix6_match(word), at + 1


def port_term(protocol: int, words: list[str], at: int) -> tuple[tuple[PortRange, ...], int]:
    """Read the port term that starts at a position with its operator."""
    operator = words[at]
    names = port_names(protocol)
    if operator == "range":
        low, high = _port(names, words[at + 1]), _port(names, words[at + 2])
        if low > high:
            raise unclear("port_range_upside_down")
        return ((low, high),), at + 3
    end = at + 1
    ports: list[int] = []
    while end < len(words) and (words[end] in names or words[end].isdigit()):
        ports.append(_port(names, words[end]))
        end += 1
    if operator == "eq" and end == at + 2:
        return _one_port(protocol, words[at + 1]), end
    return _port_ranges(operator, ports), end


@lru_cache(maxsize=1 << 14)
def _one_port(protocol: int, word: str) -> tuple[PortRange, ...]:
    port = _port(port_names(protocol), word)
    return ((port, port),)


def _port(names: Mapping[str, int], word: str) -> int:
    number = names.get(word)
    if number is None:
        number = small_number(word, 65535)
    if number is None:
        raise unclear("not_a_port")
    return number


def _port_ranges(operator: str, ports: list[int]) -> tuple[PortRange, ...]:
    if not ports or (len(ports) > 1 and operator in ("lt", "gt")):
        raise unclear("wrong_number_of_ports")
    if operator == "lt":
        found = [(0, ports[0] - 1)]
    elif operator == "gt":
        found = [(ports[0] + 1, 65535)]
    else:
        found = [(port, port) for port in ports]
    merged = merge_ranges(found)
    if operator == "neq":
        merged = other_ports(merged)
    if not merged or any(low > high for low, high in merged):
        raise unclear("no_port_left")
    return merged


def merge_ranges(ranges: Iterable[PortRange]) -> tuple[PortRange, ...]:
    """Return the same ports as sorted ranges that neither overlap nor touch."""
    merged: list[PortRange] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def other_ports(ranges: tuple[PortRange, ...]) -> tuple[PortRange, ...]:
    """Return all ports that are in none of the sorted ranges."""
    found: list[PortRange] = []
    low = 0
    for first, last in ranges:
        if low < first:
            found.append((low, first - 1))
        low = last + 1
    if low <= 65535:
        found.append((low, 65535))
    return tuple(found)


def flag_terms(words: list[str], at: int) -> tuple[tuple[FlagMatch, ...], int]:
    """Read `match-any` or `match-all` with its signed flags."""
    mode = words[at]
    end = at + 1
    matches: set[FlagMatch] = set()
    value = care = 0
    while end < len(words) and words[end][0] in "+-":
        bit = FLAG_BITS.get(words[end][1:])
        if bit is None or care & bit:
            raise unclear("tcp_flag_twice")
        wanted = bit if words[end][0] == "+" else 0
        matches.add(FlagMatch(value=wanted, care=bit))
        value |= wanted
        care |= bit
        end += 1
    if not care:
        raise unclear("no_tcp_flag")
    if mode == "match-all":
        return (FlagMatch(value=value, care=care),), end
    return tuple(sorted(matches, key=lambda match: (match.care, match.value))), end


def icmp_term(family: Family, words: list[str], at: int) -> tuple[tuple[IcmpMatch, ...] | None, int]:
    """Read an ICMP type, by name or as number and code; None if none stands there."""
    names = ICMP4_NAMES if family is Family.V4 else ICMP6_NAMES
    named = names.get(words[at])
    if named is not None:
        return (IcmpMatch(type=named[0], code=named[1]),), at + 1
    kind = small_number(words[at], 255)
    if kind is None:
        return None, at
    code = small_number(words[at + 1], 255) if at + 1 < len(words) else None
    return (IcmpMatch(type=kind, code=code),), at + (1 if code is None else 2)


@lru_cache(maxsize=1 << 14)
def as_number(word: str) -> int:
    """Return an AS number, plain or as `high.low`; UnclearError if it is none that a speaker may use."""
    high, dot, low = word.partition(".")
    if dot:
        upper, lower = small_number(high, 65535), small_number(low, 65535)
        number = None if upper is None or lower is None else upper << 16 | lower
    else:
        number = small_number(word, 0xFFFFFFFF)
    if number is None or number in RESERVED_ASNS:
        raise unclear("not_an_as_number")
    return number
