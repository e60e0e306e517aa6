"""ACLs as Junos firewall filters: one term per entry, one value per line.

The one idea: a term is written and at once read back; if it would mean anything else, the entry is refused. So whatever
Junos can't say (layer-4 conditions on non-initial fragments, types of ICMP with and without code in one entry, ports
without TCP or UDP) ends in a ValueError here and not in a filter that means less than it should.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from intents.prefix import Family
from intents.reason import describe_reason
from routing.model import Acl, AclEntry, Action, AddressMatch, IcmpMatch, NonInitial, PortRange
from routing.refs import acl_entry_ref, acl_ref
from routing.vendors.conditions import Conditions, conditions_of
from routing.vendors.junos.addresses import format_match
from routing.vendors.junos.flags import format_flags, is_established
from routing.vendors.junos.lines import TokenLines, name_word
from routing.vendors.junos.names import protocol_word
from routing.vendors.junos.reader.term import read_term
from routing.vendors.junos.tree import quote

FAMILY_WORDS = {Family.V4: "inet", Family.V6: "inet6"}


def render_acl(acl: Acl, lines: TokenLines) -> None:
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
        term = f"{start}{index + 1:04d} "
        for clause in clauses:
            lines.add(term + clause, *refs)


def entry_clauses(family: Family, entry: AclEntry) -> tuple[str, ...]:
    """Return the lines of a term without `term NAME`; ValueError if they wouldn't mean the entry."""
    clauses = (
        *_address_conditions(family, "source", entry.sources),
        *_address_conditions(family, "destination", entry.destinations),
        *_other_clauses(family, conditions_of(entry)),
    )
    entries, faults = read_term(family, clauses, ())
    if faults:
        raise ValueError(f"Junos can't say it: {describe_reason(faults[0][1], 'en')}")
    if entries != (entry,):
        raise ValueError("Junos can't say it: layer-4 conditions with fragments, or not in canonical order")
    return clauses


@lru_cache(maxsize=1 << 16)
def _address_conditions(family: Family, end: str, matches: tuple[AddressMatch, ...] | None) -> tuple[str, ...]:
    if matches == ():
        raise ValueError("a condition that nothing meets")
    return tuple(f"from {end}-address {format_match(family, match)}" for match in matches or ())


@lru_cache(maxsize=1 << 12)
def _other_clauses(family: Family, said: Conditions) -> tuple[str, ...]:
    """Return what a term says besides its addresses: few terms differ in that."""
    if () in (said.protocols, said.source_ports, said.destination_ports):
        raise ValueError("a condition that nothing meets")
    word = "protocol" if family is Family.V4 else "payload-protocol"
    found = [f"from {word} {protocol_word(number)}" for number in said.protocols or ()]
    found += [f"from source-port {_port_word(ports)}" for ports in said.source_ports or ()]
    found += [f"from destination-port {_port_word(ports)}" for ports in said.destination_ports or ()]
    if said.tcp_flags is not None:
        established = is_established(said.tcp_flags)
        found.append("from tcp-established" if established else f"from tcp-flags {quote(format_flags(said.tcp_flags))}")
    if said.icmp is not None:
        found += _icmp_conditions(said.icmp)
    if said.non_initial is NonInitial.ONLY:
        found.append("from is-fragment")
    elif said.non_initial is NonInitial.SKIP and not said.layer4:
        found.append("from fragment-offset 0")
    found += ["then log", "then syslog"] if said.log else []
    return (*found, "then accept" if said.action is Action.PERMIT else "then discard")


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
