"""The BGP tables of all VRFs, as they stand when nothing changes any more.

The one idea: synchronous rounds. Each round makes every table anew from what all tables said in the round before:
originated here, received over a session, leaked from another VRF of the device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from intents.prefix import Prefix, format_address
from routing.model import BgpInstance, Device, Direction, Redistribution, RouteSource, VrfFamily
from routing.refs import bgp_ref, neighbor_ref, vrf_import_ref
from verification.reference.bgp_sessions import BgpSession, Node
from verification.reference.cabling import Cables
from verification.reference.inner_paths import pass_inside
from verification.reference.own_routes import Route
from verification.reference.paths import DISCARD, Exit, Path, announce, apply_policies, behaviour_of, choose, learn

Table = Mapping[Prefix, tuple[Path, ...]]
"""By prefix, the best path first, then those used beside it."""
Tables = Mapping[Node, Table]


def settle(
    wiring: Cables,
    heard: tuple[BgpSession, ...],
    own: Mapping[Node, Mapping[Prefix, Route]],
    prefixes: tuple[Prefix, ...],
) -> Tables | None:
    """Return the BGP tables that a further round leaves as they are; None if there are none within the bound.

    A path grows by one table in each round and none is longer than there are tables; the bound leaves as much again
    for what must first be withdrawn.
    """
    tables: Tables = {}
    for _ in range(3 * len(own) + 10):
        following = _round(wiring, heard, own, prefixes, tables)
        if following == tables:
            return tables
        tables = following
    return None


def _round(
    wiring: Cables,
    heard: tuple[BgpSession, ...],
    own: Mapping[Node, Mapping[Prefix, Route]],
    prefixes: tuple[Prefix, ...],
    before: Tables,
) -> Tables:
    offers: dict[Node, dict[Prefix, list[Path]]] = {node: {} for node in own}
    for node in own:
        device = wiring.network.devices[node[0]]
        for instance in (item for item in device.bgp if item.vrf == node[1]):
            for path in _originated(device, instance, own[node], before.get(node, {}), prefixes):
                offers[node].setdefault(path.prefix, []).append(path)
        for path in _leaked(device, node, before):
            offers[node].setdefault(path.prefix, []).append(path)
    for session in heard:
        for path in _received(session, before.get(session.sender.node, {})):
            offers[session.receiver.node].setdefault(path.prefix, []).append(path)
    chosen = {node: {prefix: choose(paths) for prefix, paths in table.items()} for node, table in offers.items()}
    return {node: table for node, table in chosen.items() if table}


def _originated(
    device: Device,
    instance: BgpInstance,
    own: Mapping[Prefix, Route],
    before: Table,
    prefixes: tuple[Prefix, ...],
) -> Iterator[Path]:
    """Yield at most one path a prefix that this instance announces itself: a network, else redistributed, else
    aggregate."""
    for prefix in prefixes:
        path = _from_own_routes(device, instance, own[prefix]) if prefix in own else None
        if path is None and _is_active(instance, prefix, before):
            path = Path(
                prefix=prefix,
                source=RouteSource.AGGREGATE,
                exits=(DISCARD,),
                local_preference=instance.default_preference,
                line=(device.name, bgp_ref(instance.vrf)),
            )
        if path is not None:
            yield path


def _from_own_routes(device: Device, instance: BgpInstance, route: Route) -> Path | None:
    first = route.paths[0]
    ways = tuple(way for item in route.paths for way in item.exits)
    path = replace(first, exits=ways, local_preference=instance.default_preference)
    if route.prefix in instance.networks:
        return path
    behaviour = behaviour_of(device)
    if not route.prefix.length and not behaviour.redistributes_default:
        return None
    for item in instance.redistributions:
        accepted = _redistribute(device, item, replace(path, origin=behaviour.redistributed_origin))
        if accepted is not None:
            return accepted
    return None


def _redistribute(device: Device, item: Redistribution, path: Path) -> Path | None:
    if item.family is not path.prefix.family or item.source is not path.source:
        return None
    return apply_policies(device, [item.policy] if item.policy is not None else [], path, Direction.OUT)


def _is_active(instance: BgpInstance, prefix: Prefix, table: Table) -> bool:
    """Return whether a prefix is an aggregate of this instance and its table holds something more specific."""
    return any(item.prefix == prefix for item in instance.aggregates) and any(
        prefix.covers(other) and other != prefix for other in table
    )


def _received(session: BgpSession, table: Table) -> Iterator[Path]:
    sender, receiver = session.sender, session.receiver
    family = receiver.neighbor.family
    for prefix, paths in table.items():
        if prefix.family is not family or _is_suppressed(sender.instance, prefix):
            continue
        line = (
            receiver.device.name,
            neighbor_ref(receiver.instance.vrf, family, format_address(family, receiver.neighbor.address)),
        )
        inside = pass_inside(session, paths[0])
        if inside is not None:
            yield replace(inside, line=line)
        sent = announce(sender.device, sender.instance, sender.neighbor, paths[0]) if session.resolve is None else None
        if sent is None:
            continue
        arriving = Path(
            prefix=prefix,
            source=RouteSource.BGP,
            exits=(Exit(interface=session.interface, next_hop=receiver.neighbor.address),),
            as_path=sent.as_path,
            local_preference=receiver.instance.default_preference,
            metric=sent.metric,
            communities=sent.communities,
            origin=sent.origin,
            external=True,
            neighbor=receiver.neighbor.address,
            line=line,
        )
        learned = learn(receiver.device, receiver.instance, receiver.neighbor, arriving)
        if learned is not None:
            yield learned


def _is_suppressed(instance: BgpInstance, prefix: Prefix) -> bool:
    """Return whether a summary-only aggregate stands in for a prefix of the table (which then keeps it active)."""
    return any(
        item.summary_only and item.prefix != prefix and item.prefix.covers(prefix) for item in instance.aggregates
    )


def _leaked(device: Device, node: Node, before: Tables) -> Iterator[Path]:
    """Yield what other VRFs of the device leak into this one: their best paths, but never one leaked into them.

    What is told of a leaked path is the best one's; packets take whatever way its own VRF takes.
    """
    families = {vrf.name: vrf.families for vrf in device.vrfs}
    for mine in families.get(node[1] or "", ()):
        names = [mine.import_map] if mine.import_map is not None else []
        for other in sorted(set(families) - {node[1]}):
            table = before.get((device.name, other), {})
            target = _common_target(mine, families[other]) if table else None
            if target is None:
                continue
            line = (device.name, vrf_import_ref(node[1] or "", mine.family, target))
            for path in _leakable(table, mine):
                accepted = apply_policies(device, names, path, Direction.IN)
                if accepted is not None:
                    weighs = not path.external and behaviour_of(device).own_leaks_weigh
                    yield replace(accepted, source=RouteSource.LEAKED, weighs=weighs, line=line)


def _common_target(mine: VrfFamily, theirs: tuple[VrfFamily, ...]) -> str | None:
    """Return the first route target that one VRF imports and the other exports in the family, None if they do not
    meet."""
    exported = {target for item in theirs if item.family is mine.family for target in item.exports}
    return min(exported.intersection(mine.imports), default=None)


def _leakable(table: Table, mine: VrfFamily) -> Iterator[Path]:
    for prefix, paths in table.items():
        if prefix.family is mine.family and paths[0].source is not RouteSource.LEAKED:
            yield replace(paths[0], exits=tuple(way for path in paths for way in path.exits))
