"""ACLs as Junos firewall filters: one term per entry, one value per line.

The one idea: a term is written and at once read back; if it would mean anything else, the entry is refused. So whatever
Junos can't say (layer-4 conditions on non-initial fragments, types of ICMP with and without code in one entry, ports
without TCP or UDP) ends in a ValueError here and not in a filter that means less than it should.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from intents.prefix import Family
from routing.model import Acl, AclEntry, Action, IcmpMatch, NonInitial, PortRange
from routing.refs import acl_entry_ref, acl_ref
from routing.vendors.junos.addresses import format_match
from routing.vendors.junos.flags import format_flags, is_established
from routing.vendors.junos.lines import Lines, name_word
from routing.vendors.junos.names import protocol_word
from routing.vendors.junos.read_filter import read_term
from routing.vendors.junos.tree import quote

FAMILY_WORDS = {Family.V4: "inet", Family.V6: "inet6"}


def render_acl(acl: Acl, lines: Lines) -> None:
    """Write one filter; ValueError for an entry that Junos can't say."""
    if not acl.entries:
        raise ValueError(f"ACL {acl.name}: a filter without terms doesn't commit")
    start = f"firewall family {FAMILY_WORDS[acl.family]} filter {name_word(acl.name)} term t"
    for index, entry in enumerate(acl.entries):
        try:
            clauses = entry_clauses(acl.family, entry)
        except ValueError as error:
            raise ValueError(f"ACL {acl.name}, entry {index}: {error}") from error
        refs = (acl_ref(acl.name), acl_entry_ref(acl.name, index))
        for clause in clauses:
            lines.add(f"{start}{index + 1:04d} {clause}", *refs)


@lru_cache(maxsize=1 << 16)
def entry_clauses(family: Family, entry: AclEntry) -> tuple[str, ...]:
    """Return the lines of a term without `term NAME`; ValueError if they wouldn't mean the entry."""
    clauses = (*_conditions(family, entry), *_actions(entry))
    entries, faults = read_term(family, clauses, ())
    if faults:
        raise ValueError(f"Junos can't say it: {faults[0][1]}")
    if entries != (entry,):
        raise ValueError("Junos can't say it: layer-4 conditions with fragments, or not in canonical order")
    return clauses


def _actions(entry: AclEntry) -> Iterator[str]:
    if entry.log:
        yield "then log"
        yield "then syslog"
    yield "then accept" if entry.action is Action.PERMIT else "then discard"


def _conditions(family: Family, entry: AclEntry) -> Iterator[str]:
    for field in (entry.protocols, entry.sources, entry.destinations, entry.source_ports, entry.destination_ports):
        if field == ():
            raise ValueError("a condition that nothing meets")
    for match in entry.sources or ():
        yield f"from source-address {format_match(family, match)}"
    for match in entry.destinations or ():
        yield f"from destination-address {format_match(family, match)}"
    word = "protocol" if family is Family.V4 else "payload-protocol"
    for number in entry.protocols or ():
        yield f"from {word} {protocol_word(number)}"
    for ports in entry.source_ports or ():
        yield f"from source-port {_port_word(ports)}"
    for ports in entry.destination_ports or ():
        yield f"from destination-port {_port_word(ports)}"
    if entry.tcp_flags is not None:
        established = is_established(entry.tcp_flags)
        yield "from tcp-established" if established else f"from tcp-flags {quote(format_flags(entry.tcp_flags))}"
    if entry.icmp is not None:
        yield from _icmp_conditions(entry.icmp)
    layer4 = entry.source_ports or entry.destination_ports or entry.tcp_flags or entry.icmp
    if entry.non_initial is NonInitial.ONLY:
        yield "from is-fragment"
    elif entry.non_initial is NonInitial.SKIP and not layer4:
        yield "from fragment-offset 0"


def _port_word(ports: PortRange) -> str:
    low, high = ports
    return str(low) if low == high else f"{low}-{high}"


def _icmp_conditions(icmp: tuple[IcmpMatch, ...]) -> Iterator[str]:
    types = dict.fromkeys(match.type for match in icmp)
    codes = [match.code for match in icmp if match.code is not None]
    if not icmp or (codes and (len(types) > 1 or len(codes) < len(icmp))):
        raise ValueError("an ICMP type with a code needs an entry of its own")
    for number in types:
        yield f"from icmp-type {number}"
    for code in codes:
        yield f"from icmp-code {code}"
