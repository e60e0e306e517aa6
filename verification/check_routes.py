"""What routing makes of the policy: permitted pairs are joined, others are not even routable; from evidence to findings of fact.

The one idea: everything is asked of *ways* (where packets from a node to a region end, filters ignored), so one routine serves
the whole network and every failure: it looks only at pairs whose destination's routes differ in that state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.allowed_pairs import NOBODY
from verification.evidence import Evidence
from verification.flow import SUCCESS, Disposition
from verification.flow_sets import Span
from verification.forwarding import Forwarding, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing wrong about routing: what it breaks, between whom, where the packet went, in which state."""

    kind: str
    source: AttachmentName
    destination: AttachmentName | None
    family: Family
    port: AttachmentPort
    region: Prefix
    way: Way
    failure: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Index of destinations: the regions of each attachment's own prefixes, and which attachments own a region."""

    regions: Mapping[tuple[AttachmentName, Family], tuple[Prefix, ...]]
    owner: Mapping[Prefix, AttachmentName]


def lay_out(evidence: Evidence) -> Layout:
    """Return the regions that tile every attachment's own prefixes."""
    known = evidence.regions
    by_family: dict[Family, list[Prefix]] = {family: [] for family in Family}
    for prefix in known.chains:
        by_family[prefix.family].append(prefix)
    for found in by_family.values():
        found.sort(key=lambda item: item.network)
    regions: dict[tuple[AttachmentName, Family], tuple[Prefix, ...]] = {}
    owner: dict[Prefix, AttachmentName] = {}
    routers = {
        (family, value) for held in evidence.topology.own for family, value in held
    }
    for (name, family), spans in evidence.own.items():
        tiles = [
            prefix
            for prefix in by_family[family]
            if _inside(prefix, spans) and not (prefix.size == 1 and (family, prefix.network) in routers)
        ]
        regions[(name, family)] = tuple(tiles)
        owner.update(dict.fromkeys(tiles, name))
    return Layout(regions=regions, owner=owner)


def _inside(prefix: Prefix, spans: Iterable[Span]) -> bool:
    return any(low <= prefix.network and prefix.last <= high for low, high in spans)


def check_joined(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    pairs: Iterable[tuple[AttachmentName, AttachmentName, Family]],
    joined: Mapping[str, int] | None,
) -> Iterator[Wrong]:
    """Yield what keeps a pair that talks from being joined: source's port to destination, in one state.

    `joined`: component number by device of the physical graph without the failed element; None: everything is up. Two
    ends in different components are excused.
    """
    for source, destination, family in pairs:
        for port in evidence.ports.get(source, ()):
            if _excused(evidence, port, destination, joined):
                continue
            if (port.device, _parent(port.interface)) in state.alive.failure.interfaces:
                continue
            yield from _join(evidence, layout, state, port, source, destination, family)


def _parent(name: str) -> str:
    return name.rpartition(".")[0] or name


def _excused(
    evidence: Evidence, port: AttachmentPort, destination: AttachmentName, joined: Mapping[str, int] | None
) -> bool:
    if joined is None:
        return False
    here = joined.get(port.device)
    return here is None or all(joined.get(other.device) != here for other in evidence.ports.get(destination, ()))


def _join(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    port: AttachmentPort,
    source: AttachmentName,
    destination: AttachmentName,
    family: Family,
) -> Iterator[Wrong]:
    node = evidence.start_node(port)
    ends = {(item.device, item.interface) for item in evidence.ports.get(destination, ())}
    regions = layout.regions.get((destination, family), ())
    if node is None or not regions:
        missing = Way(Disposition.NO_ROUTE, port.device, port.interface, (port.device,), ())
        any_region = next(iter(regions), Prefix(family, 0, 0))
        reason = "the interface is missing or down" if node is None else "no device has the destination's prefix"
        yield _wrong("session", source, destination, family, port, any_region, missing, state, reason)
        return
    for region in regions:
        for way in state.ways(node, region):
            if way.end not in SUCCESS or (way.device, way.interface) not in ends:
                yield _wrong("session", source, destination, family, port, region, way, state, _ended(way))
                return


def _ended(way: Way) -> str:
    return f"ends {way.end} on {way.device} {way.interface}".rstrip()


def _wrong(
    kind: str,
    source: AttachmentName,
    destination: AttachmentName | None,
    family: Family,
    port: AttachmentPort,
    region: Prefix,
    way: Way,
    state: Forwarding,
    reason: str,
) -> Wrong:
    return Wrong(
        kind=kind,
        source=source,
        destination=destination,
        family=family,
        port=port,
        region=region,
        way=way,
        failure=state.alive.failure.name,
        reason=reason,
    )


def check_wall(
    evidence: Evidence, layout: Layout, state: Forwarding, routes: Iterable[tuple[int, Prefix]]
) -> Iterator[Wrong]:
    """Yield what an attachment can reach, filters ignored, though neither may talk to the other.

    `routes`: (node, prefix) pairs to look at: every route of a node in the whole network, the changed ones under a failure.
    """
    starts = {evidence.start_node(port): port for ports in evidence.ports.values() for port in ports}
    for node, prefix in routes:
        port = starts.get(node)
        if port is None:
            continue
        for region in evidence.regions.inside.get(prefix, ()):
            if state.matched(node, region) == prefix:
                yield from _leads_astray(evidence, layout, state, node, port, region)


def _leads_astray(
    evidence: Evidence, layout: Layout, state: Forwarding, node: int, port: AttachmentPort, region: Prefix
) -> Iterator[Wrong]:
    source = AttachmentName(port.attachment)
    for way in state.ways(node, region):
        if way.end not in SUCCESS or (way.device, way.interface) == (port.device, port.interface):
            continue
        name = evidence.topology.ports.get((way.device, way.interface))
        if name is None and _is_router(evidence, way):
            if not _may_reach(evidence, source, region):
                reason = f"{way.device}'s own address {region} is routable from {source}"
                yield _wrong("wall", source, None, region.family, port, region, way, state, reason)
            continue
        if name is None:
            yield _wrong("wall", source, None, region.family, port, region, way, state, "leads to an undeclared LAN")
            continue
        other = AttachmentName(name)
        if other == source:
            continue
        if layout.owner.get(region) != other:
            reason = f"{region} is delivered to {other}, whose prefix it is not"
            yield _wrong("wall", source, other, region.family, port, region, way, state, reason)
        elif set(way.devices[1:-1]) & evidence.given.roles.sites:
            yield _wrong("transit", source, other, region.family, port, region, way, state, "a site carries it")
        elif not any(evidence.talks(source, other, region.family)):
            reason = f"{other} is routable though no intent lets the two talk"
            yield _wrong("wall", source, other, region.family, port, region, way, state, reason)


def _is_router(evidence: Evidence, way: Way) -> bool:
    """Return whether a way ends on an interface that only the device itself is behind (a loopback)."""
    found = evidence.topology.interfaces.get((way.device, way.interface))
    return found is not None and all(item.length == item.family.bits for item in found.addresses)


def _may_reach(evidence: Evidence, source: AttachmentName, region: Prefix) -> bool:
    """Return whether an attachment may start anything to the addresses of a region, or be started to from there."""
    pairs = evidence.sides[region.family].pairs
    mine = evidence.kinds.get((source, region.family), NOBODY)
    for _, _, kind in pairs.kinds_in(((region.network, region.last),)):
        for bits in (pairs.touching(mine, kind, company=False), pairs.touching(kind, mine, company=False)):
            if bits and pairs.services(bits):
                return True
    return False
