"""Access lists as conditions of route maps: what `match ip address LIST` says of a route, as rules over prefixes.

The one idea: a standard list looks at a route's network address, whatever its length; an extended one at the address by its
source and at the mask by its destination (IOS-REF-26). So an entry is one rule for the routes inside its prefix, and one for
each shorter prefix that begins at the same address.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from intents.prefix import Family, Prefix, truncate
from intents.reason import unclear
from routing.model import AclEntry, Action, AddressMatch, NonInitial, PrefixRule
from routing.vendors.cisco_ios.given_names import is_second_spelling
from routing.vendors.cisco_ios.reader.acl import EXTENDED, IPV6, read_body
from routing.vendors.cisco_ios.reader.groups import NO_GROUPS
from routing.vendors.cisco_ios.reader.partial import AclDraft, PartialDevice
from routing.vendors.cisco_ios.reader.prefix_lists import Rules
from routing.vendors.cisco_ios.terms import ALL4

_LENGTHS = range(33)
_NOTHING = PrefixRule(prefix=Prefix(Family.V4, 0, 0), low=0, high=32, permit=False)


def network_rules(partial: PartialDevice, name: str) -> tuple[Rules, list[int]]:
    """Return the rules of an access list with the index of each one's line; none if the list is not defined: it matches every
    route (IOS-REF-12). UnclearError if it is not sure what the list says of routes."""
    if is_second_spelling(name):
        raise unclear("number_with_zeros")
    acl = partial.acls.get(name)
    if acl is None:
        return (), []
    if acl.kind == IPV6:
        raise unclear("acl_of_other_family")
    body = read_body(acl.kind, tuple(acl.body), NO_GROUPS)
    if body.unclear or not body.entries:
        raise unclear("acl_says_nothing_of_routes", name=name)
    rules: list[PrefixRule] = []
    indexes: list[int] = []
    for entry, position in zip(body.entries, body.sources, strict=True):
        for rule in entry_rules(entry, extended=acl.kind == EXTENDED, name=name):
            rules.append(rule)
            indexes.append(acl.indexes[position])
    return (tuple(rules), indexes) if rules else ((_NOTHING,), [acl.indexes[body.sources[0]]])


def is_extended(acl: AclDraft | None) -> bool:
    """Return whether a list looks at the mask of a route, too."""
    return acl is not None and acl.kind == EXTENDED


def entry_rules(entry: AclEntry, *, extended: bool, name: str) -> Iterator[PrefixRule]:
    """Yield the rules that an entry is for routes."""
    plain = (entry.protocols, entry.source_ports, entry.destination_ports, entry.tcp_flags, entry.icmp) == (None,) * 5
    if not plain or entry.non_initial is not NonInitial.MATCH:
        raise unclear("acl_says_nothing_of_routes", name=name)
    address, length = _prefix(entry.sources, name)
    lengths = {bits for bits in _LENGTHS if not extended or _has_mask(entry.destinations, bits, name)}
    permit = entry.action is Action.PERMIT
    inside = sorted(bits for bits in lengths if bits >= length)
    for _, run in groupby(enumerate(inside), key=lambda item: item[1] - item[0]):
        bounds = [bits for _, bits in run]
        yield PrefixRule(prefix=Prefix(Family.V4, address, length), low=bounds[0], high=bounds[-1], permit=permit)
    for bits in sorted(bits for bits in lengths if bits < length and truncate(Family.V4, address, bits) == address):
        yield PrefixRule(prefix=Prefix(Family.V4, address, bits), low=bits, high=bits, permit=permit)


def _one(matches: tuple[AddressMatch, ...] | None, name: str) -> AddressMatch:
    if matches is None:
        return AddressMatch(value=0, care=0)
    if len(matches) != 1:
        raise unclear("acl_says_nothing_of_routes", name=name)
    return matches[0]


def _prefix(matches: tuple[AddressMatch, ...] | None, name: str) -> tuple[int, int]:
    found = _one(matches, name)
    free = found.care ^ ALL4
    if free & (free + 1):
        raise unclear("acl_says_nothing_of_routes", name=name)
    return found.value, 32 - free.bit_length()


def _has_mask(matches: tuple[AddressMatch, ...] | None, bits: int, name: str) -> bool:
    found = _one(matches, name)
    return (ALL4 >> (32 - bits) << (32 - bits)) & found.care == found.value
