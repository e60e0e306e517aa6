"""What `from interface X` of a policy means: the direct routes of X, as prefixes.

The one idea: a policy that names an interface takes its direct routes (not the host route of its own address) in the instance
where the interface stands (JUN-POL-12), so the condition is "a direct route to one of these subnets". Routes that were learned
over the interface, or lead out of it, would match too: where a neighbour or a next hop is on its subnets, a term must say
`from protocol direct` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Address, parse_address, prefix_of
from routing.vendors.junos.reader.instances import Instances
from routing.vendors.junos.reader.interfaces import Unit

LEARNED = "learned"
"""Stands before the subnets of an interface over which routes may be learned, or lead."""


def interface_routes(units: Mapping[str, Unit], instances: Instances) -> dict[str, tuple[str, ...]]:
    """Return the subnets of each unit as text, `LEARNED` before them; left out: units with a subnet that another one has, too."""
    subnets = {name: _subnets(unit) for name, unit in units.items()}
    count: dict[str, int] = {}
    for found in subnets.values():
        for subnet in found:
            count[subnet] = count.get(subnet, 0) + 1
    beyond = list(_addresses(instances))
    speaking = {
        name
        for instance in instances.found.values()
        for lines in instance.ospf.values()
        for _, name in lines.interfaces
    }
    routes = {}
    for name, found in subnets.items():
        if any(count[subnet] > 1 for subnet in found):
            continue
        prefixes = [prefix_of(a.family, a.value, a.length) for a in units[name].addresses]
        learned = name in speaking or any(
            p.family is address.family and p.holds(address.value) for p in prefixes for address in beyond
        )
        routes[name] = ((LEARNED,) if learned else ()) + found
    return routes


def _subnets(unit: Unit) -> tuple[str, ...]:
    return tuple(sorted({str(prefix_of(a.family, a.value, a.length)) for a in unit.addresses}))


def _addresses(instances: Instances) -> Iterator[Address]:
    """Yield the addresses of all neighbours and next hops."""
    for instance in instances.found.values():
        for _, address in instance.bgp.levels:
            if address is not None:
                yield address
        for hops in instance.statics.values():
            for hop in hops:
                if hop != "discard":
                    yield parse_address(hop)
