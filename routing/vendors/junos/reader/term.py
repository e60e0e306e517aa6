"""One term of a Junos firewall filter, its plain addresses apart.

The one idea: nearly every term has other addresses, while the rest of it is one of a few dozen; so the rest is read once per
content, and the addresses are put into the entries that it gives.
"""

from __future__ import annotations

from functools import lru_cache

from intents.prefix import Family
from routing.model import AclEntry, AddressMatch
from routing.vendors.junos.addresses import parse_condition
from routing.vendors.junos.reader.filter import Faults, Lists, read_clauses

_Addresses = tuple[AddressMatch, ...] | None
_SOURCE, _DESTINATION = "from source-address ", "from destination-address "


def read_term(family: Family, clauses: tuple[str, ...], lists: Lists) -> tuple[tuple[AclEntry, ...], Faults]:
    """Return the entries of a term, given its lines without `term NAME`, and what in it isn't understood."""
    plain = _plain_addresses(family, clauses)
    if plain is None:
        return read_clauses(family, clauses, lists)
    sources, destinations, rest = plain
    entries, faults = read_clauses(family, rest, lists)
    if faults:
        return read_clauses(family, clauses, lists)
    return tuple([entry.between(sources, destinations) for entry in entries]), ()


def _plain_addresses(family: Family, clauses: tuple[str, ...]) -> tuple[_Addresses, _Addresses, tuple[str, ...]] | None:
    """Return the sources, the destinations and the other lines of a term; None if its addresses are not plain ones."""
    sources: list[str] = []
    destinations: list[str] = []
    rest: list[str] = []
    for clause in clauses:
        if clause.startswith(_SOURCE):
            sources.append(clause[len(_SOURCE) :])
        elif clause.startswith(_DESTINATION):
            destinations.append(clause[len(_DESTINATION) :])
        elif "address" in clause or "prefix-list" in clause:
            return None
        else:
            rest.append(clause)
    try:
        return _matches(family, tuple(sources)), _matches(family, tuple(destinations)), tuple(rest)
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def _matches(family: Family, texts: tuple[str, ...]) -> _Addresses:
    """Return what plain addresses match, each once, None if there are none; ValueError if one is not plain."""
    return tuple(dict.fromkeys(parse_condition(family, text) for text in texts)) or None
