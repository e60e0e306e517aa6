"""Access lists: the body of a list, as text lines, to entries in the order in which the device tries them.

The one idea: a body is read once per content and process (most lists of a province differ, but the same list is read
again in every later state of a device), so everything here is a function of the body's lines and the object groups.

An IPv6 list ends on the device with hidden entries that permit neighbour advertisements and solicitations before the
hidden deny; they are written out here, unless an entry for every packet stands last (Cisco IOS IPv6 Command Reference,
`ipv6 access-list`). Entries go by sequence number; one without takes the highest so far plus ten.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Family
from intents.reason import Reason, UnclearError, because, unclear
from routing.model import ESTABLISHED, AclEntry, Action, FlagMatch, IcmpMatch, NonInitial, PortRange
from routing.vendors.cisco_ios.names import (
    FLAG_BITS,
    ICMP4,
    ICMP6,
    PROTOCOLS4,
    PROTOCOLS6,
    SCTP,
    TCP,
    UDP,
    small_number,
)
from routing.vendors.cisco_ios.reader.groups import Groups, ServiceMember
from routing.vendors.cisco_ios.terms import (
    PORT_OPERATORS,
    Addresses,
    address_term,
    flag_terms,
    host_match,
    icmp_term,
    port_term,
    wildcard_match,
)

STANDARD = "standard"
EXTENDED = "extended"
IPV6 = "ipv6"

_ACTIONS = {"permit": Action.PERMIT, "deny": Action.DENY}
_PORTED = frozenset({TCP, UDP, SCTP})
_MAX_SEQUENCE = 2147483647
NEIGHBOUR_DISCOVERY = tuple(
    AclEntry(action=Action.PERMIT, protocols=(ICMP6,), icmp=(IcmpMatch(type=kind),)) for kind in (136, 135)
)
"""The two hidden permits at the end of an IPv6 access list."""


class AclBody(NamedTuple):
    """What a body says: entries in order, the body line that each comes from, remarks, and lines not understood."""

    entries: tuple[AclEntry, ...]
    sources: tuple[int, ...]
    remarks: tuple[int, ...]
    unclear: tuple[tuple[int, Reason], ...]


@lru_cache(maxsize=1 << 15)
def read_body(kind: str, body: tuple[str, ...], groups: Groups) -> AclBody:
    """Return the entries of a body (lines as they stand; blank and comment lines allowed)."""
    numbered: list[tuple[int, int, tuple[AclEntry, ...]]] = []
    remarks: list[int] = []
    strange: list[tuple[int, Reason]] = []
    taken: set[int] = set()
    highest = 0
    ascending = True
    for index, raw in enumerate(body):
        words = raw.split()
        if not words or words[0][0] == "!":
            continue
        try:
            number, at = _sequence(kind, words)
            if words[at] == "remark":
                remarks.append(index)
                continue
            number = highest + 10 if number is None else number
            if number in taken or number > _MAX_SEQUENCE:
                raise unclear("sequence_number_taken")
            entries = read_entry(kind, words, at, groups)
        except UnclearError as error:
            strange.append((index, error.reason))
            continue
        except IndexError:
            strange.append((index, because("entry_incomplete")))
            continue
        taken.add(number)
        if number > highest:
            highest = number
        else:
            ascending = False
        numbered.append((number, index, entries))
    if not ascending:
        numbered.sort(key=lambda item: item[0])
    ordered = [entry for _, _, found in numbered for entry in found]
    sources = [index for _, index, found in numbered for _ in found]
    if kind == IPV6 and ordered and not ends_closed(ordered):
        ordered.extend(NEIGHBOUR_DISCOVERY)
        sources.extend((sources[-1], sources[-1]))
    return AclBody(tuple(ordered), tuple(sources), tuple(remarks), tuple(strange))


def numbered_kind(number: int) -> str | None:
    """Return the kind of list that a number names, None if it names none."""
    if 1 <= number <= 99 or 1300 <= number <= 1999:
        return STANDARD
    return EXTENDED if 100 <= number <= 199 or 2000 <= number <= 2699 else None


def ends_closed(entries: list[AclEntry] | tuple[AclEntry, ...]) -> bool:
    """Return whether the hidden end of an IPv6 access list would change nothing."""
    return catches_all(entries[-1]) or tuple(entries[-2:]) == NEIGHBOUR_DISCOVERY


_NOTHING = (None,) * 5


def catches_all(entry: AclEntry) -> bool:
    """Return whether an entry matches every packet."""
    narrow = (entry.protocols, entry.sources, entry.destinations, entry.source_ports, entry.destination_ports)
    layer4 = entry.tcp_flags is not None or entry.icmp is not None
    return narrow == _NOTHING and not layer4 and entry.non_initial is NonInitial.MATCH


def _sequence(kind: str, words: list[str]) -> tuple[int | None, int]:
    """Return the sequence number in front of an entry, if any, and the position after it.

    IPv6 lists have the word `sequence` before the number, IPv4 lists the number alone.
    """
    first = words[0]
    if kind == IPV6 and first == "sequence":
        number, at = small_number(words[1], _MAX_SEQUENCE), 2
    elif kind != IPV6 and first[0].isdigit():
        number, at = small_number(first, _MAX_SEQUENCE), 1
    else:
        return None, 0
    if not number:
        raise unclear("not_a_sequence_number")
    return number, at


def read_entry(kind: str, words: list[str], at: int, groups: Groups) -> tuple[AclEntry, ...]:
    """Read one entry from its action on; several if a service group stands in it. UnclearError or IndexError."""
    action = _ACTIONS.get(words[at])
    if action is None:
        raise unclear("not_an_acl_entry")
    if kind == STANDARD:
        return (_standard_entry(action, words, at + 1),)
    family = Family.V6 if kind == IPV6 else Family.V4
    if words[at + 1] == "object-group" and family is Family.V4:
        members = groups.services.get(words[at + 2], because("service_group_undefined"))
        if isinstance(members, Reason):
            raise UnclearError(members)
        return _service_entries(action, members, words, at + 3, groups)
    return (_extended_entry(action, family, words, at + 1, groups),)


def _standard_entry(action: Action, words: list[str], at: int) -> AclEntry:
    rest = words[at:]
    log = rest[-1] == "log"
    match rest[:-1] if log else rest:
        case ["any"]:
            source: Addresses = None
        case ["host", address] | [address]:
            source = host_match(Family.V4, address)
        case [address, wildcard]:
            source = wildcard_match(address, wildcard)
        case _:
            raise unclear("not_a_standard_entry")
    return AclEntry(action=action, sources=source, log=log)


@lru_cache(maxsize=1 << 10)
def _protocol(family: Family, word: str) -> tuple[int, ...] | None:
    if word == ("ip" if family is Family.V4 else "ipv6"):
        return None
    number = (PROTOCOLS4 if family is Family.V4 else PROTOCOLS6).get(word)
    if number is None:
        number = small_number(word, 255)
        if not number:
            raise unclear("protocol_unknown")
    return (number,)


def _extended_entry(action: Action, family: Family, words: list[str], at: int, groups: Groups) -> AclEntry:
    protocols = _protocol(family, words[at])
    sources, at = address_term(family, words, at + 1, groups.addresses)
    source_ports: tuple[PortRange, ...] | None = None
    if words[at] in PORT_OPERATORS and protocols is not None and protocols[0] in _PORTED:
        source_ports, at = port_term(protocols[0], words, at)
    destinations, at = address_term(family, words, at, groups.addresses)
    destination_ports, options = _behind_addresses(family, protocols, tuple(words[at:]))
    flags, icmp, fragments, log = options
    layer4 = not (source_ports is None and destination_ports is None and flags is None and icmp is None)
    if fragments and layer4:
        raise unclear("fragments_without_ports")
    return AclEntry(
        action=action,
        protocols=protocols,
        sources=sources,
        destinations=destinations,
        source_ports=source_ports,
        destination_ports=destination_ports,
        tcp_flags=flags,
        icmp=icmp,
        non_initial=non_initial_of(action, layer4=layer4, fragments=fragments),
        log=log,
    )


def non_initial_of(action: Action, *, layer4: bool, fragments: bool) -> NonInitial:
    """Return how the device's entry treats a non-initial fragment."""
    if fragments:
        return NonInitial.ONLY
    return NonInitial.SKIP if layer4 and action is Action.DENY else NonInitial.MATCH


class _Options(NamedTuple):
    """What stands after the destination of an entry and its ports."""

    flags: tuple[FlagMatch, ...] | None = None
    icmp: tuple[IcmpMatch, ...] | None = None
    fragments: bool = False
    log: bool = False


@lru_cache(maxsize=1 << 12)
def _behind_addresses(
    family: Family, protocols: tuple[int, ...] | None, rest: tuple[str, ...]
) -> tuple[tuple[PortRange, ...] | None, _Options]:
    """Return the destination ports and options that these words say: few entries differ in them."""
    words, at = list(rest), 0
    ports: tuple[PortRange, ...] | None = None
    if words and protocols is not None and protocols[0] in _PORTED and words[0] in PORT_OPERATORS:
        ports, at = port_term(protocols[0], words, at)
    return ports, _options(family, protocols, words, at)


def _options(family: Family, protocols: tuple[int, ...] | None, words: list[str], at: int) -> _Options:
    flags: tuple[FlagMatch, ...] | None = None
    icmp: tuple[IcmpMatch, ...] | None = None
    fragments = log = False
    if at < len(words) and protocols == (ICMP4 if family is Family.V4 else ICMP6,):
        icmp, at = icmp_term(family, words, at)
    while at < len(words):
        word = words[at]
        if protocols == (TCP,) and flags is None and (word == "established" or word in FLAG_BITS or word in _MODES):
            flags, at = _flags(words, at)
        elif word == "fragments":
            fragments, at = True, at + 1
        elif word in ("log", "log-input"):
            log, at = True, at + 1
        else:
            raise unclear("option_not_modelled")
    return _Options(flags, icmp, fragments, log)


_MODES = frozenset({"match-any", "match-all"})


def _flags(words: list[str], at: int) -> tuple[tuple[FlagMatch, ...], int]:
    word = words[at]
    if word in _MODES:
        return flag_terms(words, at)
    if word == "established":
        return ESTABLISHED, at + 1
    bit = FLAG_BITS[word]
    return (FlagMatch(value=bit, care=bit),), at + 1


def _service_entries(
    action: Action, members: tuple[ServiceMember, ...], words: list[str], at: int, groups: Groups
) -> tuple[AclEntry, ...]:
    """Return one entry per member: neighbours with the same action, so that their order is of no account."""
    sources, at = address_term(Family.V4, words, at, groups.addresses)
    destinations, at = address_term(Family.V4, words, at, groups.addresses)
    rest = words[at:]
    if rest not in ([], ["log"], ["log-input"]):
        raise unclear("option_beside_service_group")
    return tuple(
        AclEntry(
            action=action,
            protocols=member.protocols,
            sources=sources,
            destinations=destinations,
            source_ports=member.source_ports,
            destination_ports=member.destination_ports,
            icmp=member.icmp,
            non_initial=non_initial_of(action, layer4=member.layer4, fragments=False),
            log=bool(rest),
        )
        for member in members
    )
