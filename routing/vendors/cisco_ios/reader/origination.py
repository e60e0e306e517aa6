"""What a BGP instance announces of its own: `network`, `redistribute`, `aggregate-address`; and how many paths it uses.

Turns the words of one line into a change of an `InstanceDraft`. The one idea: an option that isn't modelled makes the line
unknown, whatever the rest says.
"""

from __future__ import annotations

from functools import lru_cache

from intents.prefix import Family, Prefix, prefix_of
from intents.reason import unclear
from routing.model import OSPF_SOURCES, Aggregate, LinePath, Redistribution, RouteSource
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.partial import InstanceDraft
from routing.vendors.cisco_ios.reader.static import prefix4, prefix6
from routing.vendors.cisco_ios.terms import ipv4

MOST_PATHS = 32
"""Of equal paths (IOS-VAL-09)."""
_SOURCES = {"connected": RouteSource.CONNECTED, "static": RouteSource.STATIC}


def read_originated(instance: InstanceDraft, family: Family, words: list[str], line: tuple[int, LinePath]) -> bool:
    """Read a line about what an instance announces; False if it is none."""
    match words:
        case ["network", *rest]:
            instance.networks.add(_network(family, rest))
        case ["aggregate-address", *rest]:
            aggregate = _aggregate(family, rest)
            instance.aggregates[aggregate.prefix] = aggregate
        case ["redistribute", source, *rest] if source in _SOURCES:
            policy = _redistribution_map(rest)
            redistribution = Redistribution(family=family, source=_SOURCES[source], policy=policy)
            instance.redistributions[family, source] = (redistribution, *line)
        case ["redistribute", "ospf", process, *rest]:
            sources, policy = _ospf_sources(rest)
            for source in OSPF_SOURCES:
                instance.redistributions.pop((family, source), None)
                if source in sources:
                    redistribution = Redistribution(family=family, source=source, policy=policy)
                    instance.redistributions[family, source] = (redistribution, *line)
            instance.processes[family] = (process, line)
        case ["maximum-paths", word]:
            number = small_number(word, MOST_PATHS)
            if not number:
                return False
            instance.paths[family] = (number, *line)
        case _:
            return False
    return True


_KINDS = {
    "internal": frozenset({RouteSource.OSPF}),
    "internal external 1 external 2": frozenset(OSPF_SOURCES),
    "external 1 external 2": frozenset({RouteSource.OSPF_EXTERNAL}),
}
"""What `match` takes; without it routes of the area alone (IOS-OSPF-08)."""


def _ospf_sources(words: list[str]) -> tuple[frozenset[RouteSource], str | None]:
    """Return which routes of OSPF are redistributed, and by which route map."""
    kinds = words[1 : words.index("route-map")] if "route-map" in words else words[1:]
    if words[:1] != ["match"]:
        return _KINDS["internal"], _redistribution_map(words)
    text = " ".join(kinds).replace(" nssa-external 1 nssa-external 2", "")
    if text not in _KINDS:
        raise unclear("option_of_redistribute")
    return _KINDS[text], _redistribution_map(words[1 + len(kinds) :])


def _redistribution_map(words: list[str]) -> str | None:
    match words:
        case []:
            return None
        case ["route-map", name]:
            return name
        case _:
            raise unclear("option_of_redistribute")


@lru_cache(maxsize=1 << 12)
def _classful(value: int) -> int:
    """Return the length of the class of an IPv4 network address (RFC 791); 0.0.0.0 is the default route (IOS-STAT-04)."""
    if value >> 31 == 0 and value:
        return 8
    if value >> 30 == 0b10:
        return 16
    if value >> 29 == 0b110:
        return 24
    raise unclear("address_without_class")


def _network(family: Family, words: list[str]) -> Prefix:
    match words:
        case [prefix] if family is Family.V6:
            return prefix6(prefix)
        case [address, "mask", mask] if family is Family.V4:
            return prefix4(address, mask)
        case [address] if family is Family.V4:
            value = ipv4(address)
            found = prefix_of(Family.V4, value, _classful(value))
            if found.network == value:
                return found
    raise unclear("option_of_network")


def _aggregate(family: Family, words: list[str]) -> Aggregate:
    rest = words[1:] if family is Family.V6 else words[2:]
    if not words or rest not in ([], ["summary-only"]):
        raise unclear("option_of_aggregate")
    prefix = prefix6(words[0]) if family is Family.V6 else prefix4(words[0], words[1] if len(words) > 1 else "")
    return Aggregate(prefix=prefix, summary_only=bool(rest))
