"""Access lists as IOS-XE prints them: one line per entry, with its sequence number.

Turns an `Acl` into lines; whatever one line can't say is refused. The one idea: entries are refused rather than split,
because a split would make the text say something that the model, entry by entry, does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from intents.prefix import Family, format_address
from routing.model import ESTABLISHED, Acl, AclEntry, Action, AddressMatch, FlagMatch, NonInitial, PortRange
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
from routing.vendors.cisco_ios.page import Page
from routing.vendors.cisco_ios.read_acl import EXTENDED, STANDARD, ends_closed, non_initial_of, numbered_kind
from routing.vendors.cisco_ios.terms import ALL4, ALL6

_PORTED = frozenset({TCP, UDP, SCTP})
_STANDARD_HEADER = f"ip access-list {STANDARD} "
_T = TypeVar("_T")


def render_acl(page: Page, acl: Acl) -> None:
    """Write one access list; ValueError if the platform can't say it."""
    if acl.family is Family.V6 and acl.entries and not ends_closed(acl.entries):
        raise ValueError(f"IPv6 access list {acl.name} must end with an entry for every packet (hidden permits follow)")
    six = acl.family is Family.V6
    header = f"ipv6 access-list {acl.name}" if six else f"ip access-list {_kind(acl)} {acl.name}"
    with page.section(header, acl_ref(acl.name)):
        for index, entry in enumerate(acl.entries):
            number = f"sequence {index * 10 + 10}" if six else f"{index * 10 + 10}"
            text = standard_text(entry) if header.startswith(_STANDARD_HEADER) else entry_text(acl.family, entry)
            page.line(f"{number} {text}", acl_entry_ref(acl.name, index))


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


@lru_cache(maxsize=1 << 16)
def entry_text(family: Family, entry: AclEntry) -> str:
    """Return an entry without its sequence number; ValueError if one line can't say it."""
    protocol = _one("protocol", entry.protocols)
    words = [entry.action.value]
    words.append(("ip" if family is Family.V4 else "ipv6") if protocol is None else _protocol_text(family, protocol))
    words.append(_address_text(family, _one("source", entry.sources)))
    words.extend(_port_text(protocol, _one("source port range", entry.source_ports)))
    words.append(_address_text(family, _one("destination", entry.destinations)))
    words.extend(_port_text(protocol, _one("destination port range", entry.destination_ports)))
    icmp = _one("ICMP type", entry.icmp)
    if icmp is not None:
        if protocol != (ICMP4 if family is Family.V4 else ICMP6):
            raise ValueError("ICMP type without the ICMP protocol of the family")
        words.append(icmp_words(family, icmp))
    words.extend(_flags_text(protocol, entry.tcp_flags))
    words.extend(_fragment_words(entry))
    if entry.log:
        words.append("log")
    return " ".join(words)


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


def _fragment_words(entry: AclEntry) -> list[str]:
    layer4 = (entry.source_ports, entry.destination_ports, entry.tcp_flags, entry.icmp) != (None, None, None, None)
    only = entry.non_initial is NonInitial.ONLY
    if (only and layer4) or entry.non_initial is not non_initial_of(entry.action, layer4=layer4, fragments=only):
        action = "permit" if entry.action is Action.PERMIT else "deny"
        raise ValueError(f"a {action} entry of IOS can't treat non-initial fragments as {entry.non_initial.value}")
    return ["fragments"] if only else []
