"""IP prefixes as small values.

Turns text such as `10.0.0.0/8` or `2001:db8::/32` into a `Prefix` and back. The one idea: a prefix is three integers, so
that it hashes, sorts and compares at the speed of a tuple (a province holds a million of them); parsing and printing are
left to the standard library.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from intents.reason import unclear


class Family(IntEnum):
    """An address family, by its version number."""

    V4 = 4
    V6 = 6

    @property
    def bits(self) -> int:
        """Return the number of bits of an address: 32 or 128."""
        return _BITS[self]


_BITS = {Family.V4: 32, Family.V6: 128}
"""A look-up takes half the time of a property of an enumeration."""


class Address(NamedTuple):
    """One address: family and value as an unsigned integer."""

    family: Family
    value: int

    def __str__(self) -> str:
        return format_address(self.family, self.value)


class Prefix(NamedTuple):
    """A prefix: family, network address as an unsigned integer (host bits zero) and length in bits."""

    family: Family
    network: int
    length: int

    @property
    def size(self) -> int:
        """Return the number of addresses covered."""
        return 1 << (_BITS[self.family] - self.length)

    @property
    def last(self) -> int:
        """Return the highest address covered."""
        return self.network + self.size - 1

    def covers(self, other: Prefix) -> bool:
        """Return whether every address of `other` lies in this prefix."""
        return self.family == other.family and self.length <= other.length and self.holds(other.network)

    def holds(self, value: int) -> bool:
        """Return whether the address `value` (same family) lies in this prefix."""
        return 0 <= value - self.network < 1 << (_BITS[self.family] - self.length)

    def overlaps(self, other: Prefix) -> bool:
        """Return whether the two prefixes share an address."""
        return self.covers(other) or other.covers(self)

    def __str__(self) -> str:
        return f"{format_address(self.family, self.network)}/{self.length}"


ANY4 = Prefix(Family.V4, 0, 0)
ANY6 = Prefix(Family.V6, 0, 0)


def any_prefix(family: Family) -> Prefix:
    """Return the prefix that covers the whole family."""
    return ANY4 if family is Family.V4 else ANY6


def format_address(family: Family, value: int) -> str:
    """Return the canonical text (RFC 5952 for IPv6) of an address."""
    if family is Family.V4:
        return socket.inet_ntop(socket.AF_INET, value.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, value.to_bytes(16, "big"))


def parse_address(text: str) -> Address:
    """Read an IPv4 (dotted quad) or IPv6 address; ValueError if it is neither."""
    family, domain = (Family.V6, socket.AF_INET6) if ":" in text else (Family.V4, socket.AF_INET)
    try:
        return Address(family, int.from_bytes(socket.inet_pton(domain, text), "big"))
    except OSError as error:
        raise unclear("not_an_ip_address", text=text) from error


def parse_prefix(text: str) -> Prefix:
    """Read `address/length`; ValueError if malformed or if host bits are set."""
    family, value, length = parse_interface(text)
    network = truncate(family, value, length)
    if network != value:
        raise unclear("host_bits_in_prefix", text=text)
    return Prefix(family, network, length)


def parse_interface(text: str) -> tuple[Family, int, int]:
    """Read `address/length` with host bits allowed: family, address, length; ValueError if malformed."""
    address_text, slash, length_text = text.partition("/")
    if not slash or not (length_text.isascii() and length_text.isdigit()) or len(length_text) > 3:
        raise unclear("not_this_prefix", text=text)
    family, value = parse_address(address_text)
    length = int(length_text)
    if length > family.bits:
        raise unclear("prefix_length_out_of_range", text=text)
    return family, value, length


def truncate(family: Family, value: int, length: int) -> int:
    """Return `value` with the host bits of a prefix of `length` bits cleared."""
    host_bits = family.bits - length
    return value >> host_bits << host_bits


def prefix_of(family: Family, value: int, length: int) -> Prefix:
    """Return the prefix of `length` bits that holds the address `value`."""
    return Prefix(family, truncate(family, value, length), length)


class PrefixIndex:
    """Prefixes of one family by length: which of them cover another one is found by as many look-ups as there are lengths."""

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        self._by_length: dict[int, dict[int, Prefix]] = {}
        for prefix in prefixes:
            self._by_length.setdefault(prefix.length, {})[prefix.network] = prefix
        self._lengths = sorted(self._by_length, reverse=True)

    def nearest(self, prefix: Prefix) -> Prefix | None:
        """Return the longest of the prefixes that covers this one (itself, if it is among them), None if none does."""
        return self._longest(prefix, prefix.length)

    def above(self, prefix: Prefix) -> Prefix | None:
        """Return the longest of the prefixes that covers this one and is not it."""
        return self._longest(prefix, prefix.length - 1)

    def _longest(self, prefix: Prefix, most: int) -> Prefix | None:
        for length in self._lengths:
            if length <= most:
                found = self._by_length[length].get(truncate(prefix.family, prefix.network, length))
                if found is not None:
                    return found
        return None
