"""Statements under `protocols ospf` and `protocols ospf3`, to one `OspfInstance` for each family of an instance.

The one idea: when units, addresses and policies are known, each interface becomes one value, and what hangs on something that no
statement says (a bandwidth, a packet length) is left open there.
Source: Junos OSPF User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family
from intents.reason import because
from routing.model import (
    Action,
    OspfInstance,
    OspfInterface,
    OspfNetwork,
    OspfRedistribution,
    PolicyClause,
    RouteSource,
)
from routing.refs import ospf_ref
from routing.vendors.junos.reader.interfaces import LOOPBACK, Interfaces, Unit
from routing.vendors.junos.reader.medium import has_own_rate, packet_length
from routing.vendors.junos.reader.ospf_lines import OspfLines
from routing.vendors.junos.reader.policies import Policies
from routing.vendors.junos.reader.reading import JunosReading, Leaf, Leaves
from routing.vendors.junos.tree import JunosStatement

INTERNAL, EXTERNAL = 10, 150
"""Preferences of routes of the area and of others (JUN-OSPF-01)."""
_USUAL_REFERENCE = 100_000
_KINDS = {"fe": 100_000, "ge": 1_000_000, "xe": 10_000_000}
"""The bandwidth of a port in kbit/s by its name, where that says it (JUN-OSPF-02)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfContext:
    """What a process is finished with; `units` are those of its instance, `interfaces` all of the device;
    `aggregates`, `bgp`: the instance has such routes."""

    vrf: str | None
    family: Family
    router_id: int | None
    units: Mapping[str, Unit]
    interfaces: Interfaces
    policies: Policies
    reading: JunosReading
    aggregates: bool
    bgp: bool


def finish_ospf(lines: OspfLines, context: OspfContext) -> OspfInstance | None:
    """Return the process, None if there is none or it is not whole; report statements that are not understood after all."""
    reading = context.reading
    if lines.first is None:
        return None
    statements = list(_statements(lines))
    for statement in statements:
        reading.says(statement, ospf_ref(context.vrf, context.family))
    areas = {area for area, _ in lines.interfaces}
    if len(areas) > 1:
        for statement in statements:
            reading.unknown(statement, because("several_areas"))
        return None
    reference = int(lines.leaves.value("reference-bandwidth") or _USUAL_REFERENCE)
    interfaces = [
        found
        for (_, name), leaves in sorted(lines.interfaces.items(), key=lambda item: item[0][1])
        if (found := _interface(name, leaves, reference, context)) is not None
    ]
    _check_loopbacks(lines.first, {name for _, name in lines.interfaces}, context)
    return OspfInstance(
        vrf=context.vrf,
        family=context.family,
        area=min(areas, default=0),
        router_id=context.router_id,
        interfaces=tuple(interfaces),
        redistributions=_redistributions(lines.exports, context),
        distance=INTERNAL,
        external_distance=EXTERNAL,
    )


def _statements(lines: OspfLines) -> Iterator[JunosStatement]:
    for leaves in (lines.leaves, *lines.interfaces.values()):
        yield from (leaf.statement for leaf in leaves.values())
    yield from (leaf.statement for leaf in lines.exports)
    if lines.first is not None:
        yield lines.first


def _interface(name: str, leaves: Leaves, reference: int, context: OspfContext) -> OspfInterface | None:
    unit, reading = context.units.get(name), context.reading
    first = next(iter(leaves.values())).statement
    if unit is None:
        reading.unknown(first, because("names_missing_interface"))
        return None
    lengths = [address.length for address in unit.addresses if address.family is context.family]
    if not lengths:
        reading.unknown(first, because("family_without_address"))
        return None
    is_loopback = name.startswith(f"{LOOPBACK}.")
    if is_loopback and set(lengths) != {context.family.bits}:
        reading.unknown(first, because("ospf_loopback_not_host"))
    if not is_loopback and len(lengths) > 1 and context.family is Family.V4:
        reading.unknown(first, because("ospf_beside_secondary"))
    cost, speed = _cost(unit, leaves, reference, context.interfaces)
    hello = int(leaves.value("hello-interval") or 10)
    return OspfInterface(
        name=name,
        cost=cost,
        speed=speed,
        passive=is_loopback or "passive" in leaves,
        host=is_loopback,
        network=OspfNetwork.POINT_TO_POINT if "interface-type" in leaves else OspfNetwork.BROADCAST,
        hello=hello,
        dead=int(leaves.value("dead-interval") or 4 * hello),
        mtu=packet_length(unit.medium, context.interfaces.parent(unit).medium, context.family),
        priority=int(leaves.value("priority") or 128),
        authentication=leaves.value("authentication") or "",
    )


def _cost(unit: Unit, leaves: Leaves, reference: int, interfaces: Interfaces) -> tuple[int | None, int | None]:
    """Return the cost of an interface and the kbit/s that it comes of by the kind of port; None: not known (JUN-OSPF-02)."""
    said = leaves.value("metric")
    if said is not None:
        return int(said), None
    parent = interfaces.parent(unit)
    if parent.name == LOOPBACK:
        return 0, None
    if unit.name in interfaces.bandwidths or has_own_rate(parent.medium):
        return None, None
    if reference == _USUAL_REFERENCE:
        return 1, None  # every port is at least as fast
    speed = _KINDS.get(parent.name.partition("-")[0])
    return (None, None) if speed is None else (min(max(reference // speed, 1), 65535), speed)


def _check_loopbacks(first: JunosStatement, named: set[str], context: OspfContext) -> None:
    """Report a loopback beside the area: whether its address is told all the same is not documented alike (JUN-OSPF-05)."""
    for name, unit in context.units.items():
        is_told = name in named or all(address.family is not context.family for address in unit.addresses)
        if name.startswith(f"{LOOPBACK}.") and not is_told:
            context.reading.unknown(first, because("ospf_beside_loopback", interface=name))


def _redistributions(exports: list[Leaf], context: OspfContext) -> tuple[OspfRedistribution, ...]:
    """Return what stands for "export policies decide": what no policy accepts stays at home (JUN-OSPF-04)."""
    if not exports:
        return ()
    reading = context.reading
    name = context.policies.chain([leaf.value for leaf in exports])
    if name is None or len({leaf.statement.rank for leaf in exports}) > 1:
        for leaf in exports:
            reading.unknown(leaf.statement, because("names_undefined_policy"))
        return ()
    clauses = context.policies.clauses(name)
    if any(_is_unsure(clause) for clause in clauses):
        reading.unknown(exports[0].statement, because("condition_of_received_routes"))
    sources = [RouteSource.CONNECTED, RouteSource.STATIC]
    if context.aggregates and _may_accept(clauses, RouteSource.AGGREGATE):
        sources.append(RouteSource.AGGREGATE)
    if context.bgp and _may_accept(clauses, RouteSource.BGP):
        sources.append(RouteSource.BGP)
    return tuple(OspfRedistribution(source=source, policies=(name,), metric=0) for source in sorted(sources))


def _is_unsure(clause: PolicyClause) -> bool:
    """Return whether a clause asks for what only BGP's routes have, or moves a metric that is not known."""
    asks = clause.as_paths is not None or clause.local_preferences is not None or clause.asks_communities
    return asks or bool(clause.metric_change)


def _may_accept(clauses: tuple[PolicyClause, ...], source: RouteSource) -> bool:
    return any(
        clause.action is Action.PERMIT and (clause.sources is None or source in clause.sources) for clause in clauses
    )
