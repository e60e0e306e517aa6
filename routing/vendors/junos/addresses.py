"""Addresses of filter terms: prefixes, IPv4 addresses with any mask, and lists with exceptions.

The one idea: in Junos the longest prefix of a list that holds an address decides (its `except` excludes), and an address in
none of them does not match; since prefixes nest, one sweep with a stack turns that into plain disjoint prefixes.
Source: Junos "Firewall Filter Match Conditions Based on Address Fields".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from intents.prefix import Family, Prefix, format_address, parse_address, prefix_of
from intents.reason import unclear
from routing.model import AddressMatch


@lru_cache(maxsize=1 << 16)
def parse_match(family: Family, text: str) -> AddressMatch:
    """Read `A`, `A/length` or (IPv4) `A/mask` as an address match; ValueError if malformed or of the other family."""
    address, slash, rest = text.partition("/")
    found, value = parse_address(address)
    if found is not family:
        raise unclear("address_of_other_family", text=text)
    full = (1 << family.bits) - 1
    if not slash:
        care = full
    elif rest.isascii() and rest.isdigit() and len(rest) <= 3 and int(rest) <= family.bits:
        care = full ^ (full >> int(rest))
    elif family is Family.V4:
        mask_family, care = parse_address(rest)
        if mask_family is not family:
            raise unclear("not_a_mask", text=text)
    else:
        raise unclear("not_this_prefix", text=text)
    return AddressMatch(value=value & care, care=care)


@lru_cache(maxsize=1 << 16)
def parse_condition(family: Family, text: str) -> AddressMatch:
    """Read an address that stands in a term; ValueError also for an IPv4 prefix with host bits, which no device commits (it
    does commit them in IPv6, and ignores them)."""
    found = parse_match(family, text)
    address, _, length = text.partition("/")
    if family is Family.V4 and length.isdigit() and parse_address(address).value != found.value:
        raise unclear("prefix_with_host_bits", text=text)
    return found


def format_match(family: Family, match: AddressMatch) -> str:
    """Write an address match; ValueError for an IPv6 mask that is no prefix, or for bits outside the mask."""
    length = _length(family, match.care)
    if match.value & ~match.care:
        raise ValueError("an address match with bits outside its mask")
    if length is not None:
        return f"{format_address(family, match.value)}/{length}"
    if family is Family.V6:
        raise ValueError("Junos has no IPv6 masks with gaps")
    return f"{format_address(family, match.value)}/{format_address(family, match.care)}"


def select(family: Family, listed: Iterable[tuple[AddressMatch, bool]]) -> tuple[AddressMatch, ...]:
    """Return what a list of (match, excepted) matches; in the order given if nothing is excepted.

    ValueError if masks with gaps meet exceptions, or if one prefix stands both ways.
    """
    entries = tuple(dict.fromkeys(listed))
    if not any(excepted for _, excepted in entries):
        return tuple(match for match, _ in entries)
    chosen: dict[Prefix, bool] = {}
    for match, excepted in entries:
        length = _length(family, match.care)
        if length is None:
            raise unclear("gapped_mask_beside_exception")
        prefix = Prefix(family, match.value, length)
        if chosen.setdefault(prefix, excepted) is not excepted:
            raise unclear("prefix_with_and_without_except")
    return tuple(
        AddressMatch(value=prefix.network, care=_care(family, prefix.length))
        for low, high in _sweep(sorted(chosen.items()))
        for prefix in _cover(family, low, high)
    )


def _care(family: Family, length: int) -> int:
    full = (1 << family.bits) - 1
    return full ^ (full >> length)


def _length(family: Family, care: int) -> int | None:
    length = care.bit_count()
    return length if care == _care(family, length) else None


def _sweep(entries: list[tuple[Prefix, bool]]) -> Iterator[tuple[int, int]]:
    """Yield the inclusive ranges whose longest prefix is not excepted, in order, neighbours not joined."""
    stack: list[tuple[int, bool]] = []
    at = 0
    for prefix, excepted in entries:
        while stack and stack[-1][0] < prefix.network:
            last, out = stack.pop()
            if not out and at <= last:
                yield at, last
            at = max(at, last + 1)
        if stack and not stack[-1][1] and at < prefix.network:
            yield at, prefix.network - 1
        at = prefix.network
        stack.append((prefix.last, excepted))
    while stack:
        last, out = stack.pop()
        if not out and at <= last:
            yield at, last
        at = max(at, last + 1)


def _cover(family: Family, low: int, high: int) -> Iterator[Prefix]:
    """Yield the fewest prefixes that make up an inclusive range."""
    while low <= high:
        free = (low & -low).bit_length() - 1 if low else family.bits
        free = min(free, (high - low + 1).bit_length() - 1)
        yield prefix_of(family, low, family.bits - free)
        low += 1 << free
