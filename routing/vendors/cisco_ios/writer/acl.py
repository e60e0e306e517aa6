"""Access lists as IOS-XE prints them: one line per entry, with its sequence number.

Turns an `Acl` into lines; whatever one line can't say is refused. The one idea: entries are refused rather than split,
because a split would make the text say something that the model, entry by entry, does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from intents.prefix import Family, format_address
from routing.model import ESTABLISHED, Acl, AclEntry, Action, AddressMatch, FlagMatch, IcmpMatch, NonInitial, PortRange
from routing.refs import acl_entry_ref, acl_ref
from routing.vendors.cisco_ios.names import (
    FLAG_BITS,
    ICMP4,
    ICMP6,
    SCTP,
    TCP,
    UDP,
    icmp_words,
    port_word,
    protocol_word,
    small_number,
)
from routing.vendors.cisco_ios.reader.acl import EXTENDED, STANDARD, ends_closed, non_initial_of, numbered_kind
from routing.vendors.cisco_ios.terms import ALL4, ALL6
from routing.vendors.cisco_ios.writer.page import TextPage
from routing.vendors.conditions import Conditions, conditions_of

_PORTED = frozenset({TCP, UDP, SCTP})
_STANDARD_HEADER = f"ip access-list {STANDARD} "
_T = TypeVar("_T")


def render_acl(page: TextPage, acl: Acl) -> None:
    """Write one access list; ValueError if the platform can't say it."""
    if acl.family is Family.V6 and acl.entries and not ends_closed(acl.entries):
        raise ValueError(f"IPv6 access list {acl.name} must end with an entry for every packet (hidden permits follow)")
    six = acl.family is Family.V6
    header = f"ipv6 access-list {acl.name}" if six else f"ip access-list {_kind(acl)} {acl.name}"
    with page.section(header, acl_ref(acl.name)):
        before = "sequence " if six else ""
        standard = header.startswith(_STANDARD_HEADER)
        for index, entry in enumerate(acl.entries):
            text = standard_text(entry) if standard else entry_text(acl.family, entry)
            page.line(f"{before}{index * 10 + 10} {text}", acl_entry_ref(acl.name, index))


def _kind(acl: Acl) -> str:
    """Return what the name of an IPv4 list makes of it: a number says whether the list is a standard one."""
    number = small_number(acl.name, 99999)
    kind = EXTENDED if number is None else numbered_kind(number)
    if kind is None:
        raise ValueError(f"not a number of an access list: {acl.name}")
    return kind


def standard_text(entry: AclEntry) -> str:
    """Return an entry of a standard list without its sequence number; ValueError if it looks beyond the source."""
    if entry != AclEntry(action=entry.action, sources=entry.sources, log=entry.log):
        raise ValueError("an entry of a standard access list sees the source address only")
    source = _address_text(Family.V4, _one("source", entry.sources))
    return f"{entry.action.value} {source}" + (" log" if entry.log else "")


def entry_text(family: Family, entry: AclEntry) -> str:
    """Return an entry without its sequence number; ValueError if one line can't say it."""
    start, source_ports, end = _words_around(family, conditions_of(entry))
    source = _addresses_text(family, "source", entry.sources)
    destination = _addresses_text(family, "destination", entry.destinations)
    return f"{start} {source}{source_ports} {destination}{end}"


@lru_cache(maxsize=1 << 12)
def _words_around(family: Family, said: Conditions) -> tuple[str, str, str]:
    """Return what stands before, between and behind the addresses of an entry: few entries differ in that."""
    protocol = _one("protocol", said.protocols)
    version = "ip" if family is Family.V4 else "ipv6"
    start = [said.action.value, version if protocol is None else _protocol_text(family, protocol)]
    middle = _port_text(protocol, _one("source port range", said.source_ports))
    end = _port_text(protocol, _one("destination port range", said.destination_ports))
    end += _icmp_text(family, protocol, _one("ICMP type", said.icmp))
    end += _flags_text(protocol, said.tcp_flags)
    end += _fragment_words(said)
    end += ["log"] if said.log else []
    return " ".join(start), "".join(f" {word}" for word in middle), "".join(f" {word}" for word in end)


def _one(what: str, values: tuple[_T, ...] | None) -> _T | None:
    if values is None:
        return None
    if len(values) != 1:
        raise ValueError(f"an entry of an access list takes exactly one {what}, not {len(values)}")
    return values[0]


def _protocol_text(family: Family, protocol: int) -> str:
    if not 1 <= protocol <= 255:
        raise ValueError(f"protocol {protocol} can't be named in an access list")
    return protocol_word(family, protocol)


@lru_cache(maxsize=1 << 16)
def _addresses_text(family: Family, what: str, matches: tuple[AddressMatch, ...] | None) -> str:
    return _address_text(family, _one(what, matches))


def _address_text(family: Family, match: AddressMatch | None) -> str:
    if match is None:
        return "any"
    everything = ALL4 if family is Family.V4 else ALL6
    if not 0 < match.care <= everything or match.value & ~match.care:
        raise ValueError("address match is not canonical: no care bits, or value bits outside them")
    address = format_address(family, match.value).upper()
    if match.care == everything:
        return f"host {address}"
    wildcard = match.care ^ everything
    if family is Family.V4:
        return f"{address} {format_address(family, wildcard)}"
    if wildcard & (wildcard + 1):
        raise ValueError("an IPv6 access list takes prefixes, not other masks")
    return f"{address}/{128 - wildcard.bit_length()}"


def _port_text(protocol: int | None, ports: PortRange | None) -> list[str]:
    if ports is None:
        return []
    if protocol is None or protocol not in _PORTED:
        raise ValueError("ports without TCP, UDP or SCTP")
    low, high = ports
    if not 0 <= low <= high <= 65535:
        raise ValueError(f"not a port range: {ports}")
    if low == high:
        return ["eq", port_word(protocol, low)]
    return ["range", port_word(protocol, low), port_word(protocol, high)]


def _icmp_text(family: Family, protocol: int | None, icmp: IcmpMatch | None) -> list[str]:
    if icmp is None:
        return []
    if protocol != (ICMP4 if family is Family.V4 else ICMP6):
        raise ValueError("ICMP type without the ICMP protocol of the family")
    return [icmp_words(family, icmp)]


def _flags_text(protocol: int | None, flags: tuple[FlagMatch, ...] | None) -> list[str]:
    if flags is None:
        return []
    if protocol != TCP:
        raise ValueError("TCP flags without TCP")
    if flags == ESTABLISHED:
        return ["established"]
    match = _one("TCP flag match", flags)
    if match is None or not match.care or match.care & ~0x3F or match.value & ~match.care:
        raise ValueError("TCP flags that an access list can't match")
    names = [(name, bit) for name, bit in FLAG_BITS.items() if match.care & bit]
    if len(names) == 1 and match.value:
        return [names[0][0]]
    return ["match-all", *(("+" if match.value & bit else "-") + name for name, bit in names)]


def _fragment_words(said: Conditions) -> list[str]:
    only = said.non_initial is NonInitial.ONLY
    if (only and said.layer4) or said.non_initial is not non_initial_of(
        said.action, layer4=said.layer4, fragments=only
    ):
        word = "permit" if said.action is Action.PERMIT else "deny"
        raise ValueError(f"a {word} entry of IOS can't treat non-initial fragments as {said.non_initial.value}")
    return ["fragments"] if only else []
