"""Statements under `protocols bgp`, as one BGP instance.

The one idea: each statement is kept at its level (protocol, group, neighbour), and a neighbour asks upward: the nearest
level that says a thing wins as a whole, also for import and export lists. What a device would inherit in a way that
isn't certain (families at several levels, lists partly from configuration groups) is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.prefix import Address, Family, Prefix, parse_address, parse_prefix
from intents.reason import Reason, because
from routing.model import (
    OSPF_SOURCES,
    Aggregate,
    BgpInstance,
    BgpNeighbor,
    LocalAs,
    PolicyClause,
    Redistribution,
    RouteSource,
)
from routing.refs import bgp_ref, neighbor_ref
from routing.vendors.junos.reader.bgp_inside import check_inside, one_cluster
from routing.vendors.junos.reader.bgp_lines import REMOVALS, BgpLines, Level, statements_of
from routing.vendors.junos.reader.policies import PROTOCOL_POLICY, Policies
from routing.vendors.junos.reader.reading import JunosReading, Leaf, Leaves

MULTIPATH = 16
PRIVATE = (range(64512, 65536), range(4200000000, 4294967296))
NO_PEERS = tuple(map(parse_prefix, ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8")))
"""Addresses of nobody, and of neighbours that only a statement of their interface would find."""


@dataclass(slots=True)
class BgpContext:
    """What a BGP instance takes from the rest of its device; `ospf`: the families in which OSPF runs beside it."""

    vrf: str | None
    asn: int | None
    router_id: int | None
    loop_asns: tuple[int, ...]
    own: Mapping[Address, int]
    policies: Policies
    reading: JunosReading
    ospf: frozenset[Family] = frozenset()


def finish_bgp(lines: BgpLines, context: BgpContext, aggregates: tuple[Aggregate, ...]) -> BgpInstance | None:
    """Return the instance, or None if it has no AS; unknown lines are recorded."""
    reading = context.reading
    for level in lines.levels.values():
        reading.says(level.first)
    if context.asn is None:
        # Without a neighbour nothing follows from it.
        if any(address is not None for _, address in lines.levels):
            for statement in (statement for level in lines.levels.values() for statement in statements_of(level)):
                reading.unknown(statement, because("bgp_without_as"))
        return None
    neighbors: dict[tuple[Family, int], BgpNeighbor] = {}
    for (group, address), level in lines.levels.items():
        if address is None:
            continue
        levels = [level, lines.levels[group, None], lines.levels[None, None]]
        neighbor = _neighbor(address, levels, context)
        if neighbor is None:
            continue
        if (neighbor.family, neighbor.address) in neighbors:
            reading.unknown(level.first, because("neighbor_in_two_groups"))
        neighbors[neighbor.family, neighbor.address] = neighbor
    families = sorted({family for family, _ in neighbors})
    return BgpInstance(
        vrf=context.vrf,
        asn=context.asn,
        router_id=context.router_id,
        loop_asns=context.loop_asns,
        neighbors=tuple(neighbors[key] for key in sorted(neighbors)),
        redistributions=junos_redistributions(families, ospf=context.ospf),
        aggregates=aggregates,
        maximum_paths=_maximum_paths(lines, context),
        cluster_id=one_cluster(lines, context.reading),
    )


def junos_redistributions(families: list[Family], ospf: frozenset[Family] = frozenset()) -> tuple[Redistribution, ...]:
    """Return what stands for "export policies decide": every local source, per family with a neighbour; `ospf`: its families."""
    local = (RouteSource.AGGREGATE, RouteSource.CONNECTED, RouteSource.STATIC)
    return tuple(
        Redistribution(family=family, source=source)
        for family in families
        for source in sorted(local + (OSPF_SOURCES if family in ospf else ()))
    )


def _maximum_paths(lines: BgpLines, context: BgpContext) -> int:
    """Return 16 if every neighbour has multipath (or there is none and the protocol has), else 1."""
    everywhere = "multipath" in lines.levels[None, None].leaves if lines.levels else False
    answers = {
        everywhere or "multipath" in lines.levels[group, None].leaves or "multipath" in level.leaves
        for (group, address), level in lines.levels.items()
        if address is not None
    } or {everywhere}
    for level in lines.levels.values():
        if "multipath" in level.leaves:
            context.reading.says(level.leaves["multipath"].statement, bgp_ref(context.vrf))
            if len(answers) > 1:
                context.reading.unknown(level.leaves["multipath"].statement, because("multipath_for_some"))
    return MULTIPATH if answers == {True} else 1


def _nearest(levels: list[Level], name: str) -> Leaf | None:
    return next((level.leaves[name] for level in levels if name in level.leaves), None)


def _value(levels: list[Level], name: str) -> str | None:
    leaf = _nearest(levels, name)
    return None if leaf is None else leaf.value


def _neighbor(address: Address, levels: list[Level], context: BgpContext) -> BgpNeighbor | None:
    reading, first = context.reading, levels[0].first
    ref = neighbor_ref(context.vrf, address.family, str(address))
    for level in levels:
        for statement in statements_of(level):
            reading.says(statement)
    for statement in (first, *statements_of(levels[0]), *statements_of(levels[1])):
        reading.says(statement, ref)
    peer_as = _peer_as(levels, context)
    if peer_as is None:
        return None
    internal = peer_as == context.asn
    check_inside(levels, reading, internal=internal)
    local = _local_as(levels, reading)
    if local is not None and local.asn in {peer_as, context.asn}:
        is_peers = local.asn == peer_as
        reading.unknown(first, because("peer_as_is_local_as") if is_peers else because("local_as_is_own"))  # JUN-LAS-03
    if address in context.own or any(p.family is address.family and p.holds(address.value) for p in NO_PEERS):
        reading.unknown(first, because("address_of_no_peer"))  # JUN-SESS-06
    _check_local_address(address, levels, context, internal=internal)
    removal = _value(levels, "remove-private")
    _check_removal(levels, peer_as, context)
    options = _options(address.family, levels, reading)
    description, key = levels[0].leaves.value("description"), _value(levels, "authentication-key")
    return BgpNeighbor(
        family=address.family,
        address=address.value,
        remote_as=peer_as,
        local_as=local,
        imports=_policies(levels, "imports", context) or (),
        exports=_policies(levels, "exports", context) or (PROTOCOL_POLICY,),
        loops=int(options.value("loops") or 1) - 1,
        advertise_peer_as=_value(levels, "advertise-peer-as") == "advertise-peer-as",
        passive=_nearest(levels, "passive") is not None,
        remove_private=None if removal is None else REMOVALS[tuple(removal.split())],
        source=_source(levels) if internal else None,
        client=internal and _nearest(levels, "cluster") is not None,
        guards=() if key is None else (f"password {key}",),
        maximum_prefixes=_limit(options),
        send_communities=True,
        description=description,
    )


def _check_removal(levels: list[Level], peer: int, context: BgpContext) -> None:
    """Record a removal of private ASs that no output shows: beside prepending, a local AS, or of all towards a private AS."""
    leaf = _nearest(levels, "remove-private")
    if leaf is None:
        return
    listed = next((level.exports for level in levels if level.exports), [])
    bodies = [context.policies.bodies[item.value] for item in listed if item.value in context.policies.bodies]
    prepends = any(clause.prepend for body in bodies for clause in body.clauses)
    if prepends or _nearest(levels, "local-as") or (leaf.value and any(peer in numbers for numbers in PRIVATE)):
        context.reading.unknown(leaf.statement, because("removal_unclear"))


def _limit(options: Leaves) -> int | None:
    """A maximum without teardown only logs, so it is no limit."""
    maximum = options.value("maximum")
    return int(maximum) if maximum is not None and "teardown" in options else None


def _local_as(levels: list[Level], reading: JunosReading) -> LocalAs | None:
    with_number = [level for level in levels if "local-as" in level.leaves]
    for level in levels:
        for option in ("private", "no-prepend-global-as"):
            if option in level.leaves and level is not (with_number[0] if with_number else None):
                reading.unknown(level.leaves[option].statement, because("local_as_option_elsewhere"))
    if not with_number:
        return None
    leaves = with_number[0].leaves
    return LocalAs(
        asn=int(leaves["local-as"].value), prepend_in="private" not in leaves, replace="no-prepend-global-as" in leaves
    )


def _peer_as(levels: list[Level], context: BgpContext) -> int | None:
    """Return the AS of a neighbour; None, and its line unknown, if the type of its group says another one (JUN-SESS-09)."""
    peer, kind = _nearest(levels, "peer-as"), _value(levels, "type")
    said = None if peer is None else int(peer.value)
    is_inside = kind == "internal"
    if (said == context.asn or (said is None and is_inside)) is not is_inside or (said is None and not is_inside):
        context.reading.unknown(levels[0].first if peer is None else peer.statement, because("peer_as_not_external"))
        return None
    return context.asn if is_inside else said


def _source(levels: list[Level]) -> int | None:
    said = _value(levels, "local-address")
    return None if said is None else parse_address(said).value


def _check_local_address(address: Address, levels: list[Level], context: BgpContext, *, internal: bool) -> None:
    leaf = _nearest(levels, "local-address")
    if leaf is None:
        return
    local = parse_address(leaf.value)
    length = context.own.get(local)
    if internal and length is not None and local.family is address.family:
        return
    if length is None or not _network(local, length).covers(_network(address, address.family.bits)):
        context.reading.unknown(leaf.statement, because("local_address_elsewhere"))


def _network(address: Address, length: int) -> Prefix:
    shift = address.family.bits - length
    return Prefix(address.family, address.value >> shift << shift, length)


def _options(family: Family, levels: list[Level], reading: JunosReading) -> Leaves:
    """Return the options of the neighbour's own family; a session for another family, or several, isn't modelled."""
    saying = [level for level in levels if level.families]
    for level in saying:
        for found, statement in level.families.items():
            if found is not family:
                reading.unknown(statement, because("family_not_of_neighbor"))
            if level is not saying[0]:
                reading.unknown(statement, because("families_at_several_levels"))
    if family is Family.V6 and not saying:
        reading.unknown(levels[0].first, because("ipv6_neighbor_without_family"))
    return saying[0].options.get(family, Leaves()) if saying else Leaves()


def _policies(levels: list[Level], what: str, context: BgpContext) -> tuple[str, ...] | None:
    """Return the one policy that the nearest level's list amounts to; None if no level has one."""
    listed = next((found for level in levels if (found := level.imports if what == "imports" else level.exports)), None)
    if listed is None:
        return None
    if len({leaf.statement.rank for leaf in listed}) > 1:
        context.reading.unknown(listed[0].statement, because("policy_list_partly_inherited"))
    name = context.policies.chain([leaf.value for leaf in listed])
    if name is None:
        for leaf in listed:
            context.reading.unknown(leaf.statement, because("names_undefined_policy"))
        return None
    reason = _unsure(context.policies.clauses(name), what, levels)
    if reason is not None:
        context.reading.unknown(listed[0].statement, reason)
    return (name,)


def _unsure(clauses: tuple[PolicyClause, ...], what: str, levels: list[Level]) -> Reason | None:
    """Return why conditions on paths and preferences can't be told here: what of them a route that is no BGP route has, and
    whether a local AS stands in the path by then, is on record nowhere (JUN-POL-15)."""
    asking = [clause for clause in clauses if clause.as_paths is not None or clause.local_preferences is not None]
    if what == "exports" and any(clause.sources != (RouteSource.BGP,) for clause in asking):
        return because("condition_of_received_routes")
    if what == "imports" and _nearest(levels, "local-as") and any(clause.as_paths is not None for clause in asking):
        return because("path_with_local_as")
    return None
