"""BGP as IOS-XE prints it: one process, a family section per VRF and family, neighbours with what they carry.

Turns the instances of a device into `router bgp`. The one idea: a neighbour of a VRF is said whole in its family
section, one of the global table in two places (its session above, its policy in the family section), as the device
prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Family, Prefix, format_address
from routing.model import Aggregate, BgpInstance, BgpNeighbor, Device, Redistribution
from routing.refs import bgp_ref, neighbor_ref
from routing.vendors.cisco_ios.terms import LINK_LOCAL
from routing.vendors.cisco_ios.writer.page import TextPage
from routing.vendors.cisco_ios.writer.policy import address_text, bound_list

_FAMILY_WORDS = {Family.V4: "ipv4", Family.V6: "ipv6"}


def render_bgp(page: TextPage, device: Device) -> None:
    """Write the BGP process of a device; ValueError if its instances don't fit into one."""
    if not device.bgp:
        return
    asns = {instance.asn for instance in device.bgp}
    if len(asns) != 1 or any(instance.loop_asns != (instance.asn,) for instance in device.bgp):
        raise ValueError("all BGP instances of an IOS device share one AS, and look for it alone in received paths")
    asn = asns.pop()
    shared = _shared_router_id(device.bgp)
    refs = [bgp_ref(None)] if device.bgp[0].vrf is None else []
    with page.section(f"router bgp {asn}", *refs):
        if shared is not None:
            page.line(f"bgp router-id {address_text(Family.V4, shared)}", *refs)
        page.line("no bgp default ipv4-unicast")
        for instance in device.bgp:
            _render_instance(page, instance, shared)


def _shared_router_id(instances: tuple[BgpInstance, ...]) -> int | None:
    """Return the router ID to be said for the process; ValueError if some instance would wrongly inherit it."""
    found = {instance.router_id for instance in instances}
    if len(found) == 1:
        return found.pop()
    if instances[0].vrf is not None:
        return None
    shared = instances[0].router_id
    if shared is not None and None in found:
        raise ValueError("a BGP instance without router ID would take that of the global table")
    return shared


def _families(instance: BgpInstance) -> list[Family]:
    prefixes: list[Prefix] = [*instance.networks, *(aggregate.prefix for aggregate in instance.aggregates)]
    found = {prefix.family for prefix in prefixes}
    found.update(neighbor.family for neighbor in instance.neighbors)
    found.update(redistribution.family for redistribution in instance.redistributions)
    return sorted(found) or [Family.V4]


def _render_instance(page: TextPage, instance: BgpInstance, shared: int | None) -> None:
    if instance.vrf is None:
        for neighbor in instance.neighbors:
            for line in _session_lines(instance, neighbor):
                page.line(line, _neighbor_ref(instance, neighbor))
    for family in _families(instance):
        vrf = "" if instance.vrf is None else f" vrf {instance.vrf}"
        refs = () if instance.vrf is None else (bgp_ref(instance.vrf),)
        with page.section(f"address-family {_FAMILY_WORDS[family]}{vrf}", *refs):
            if instance.router_id is not None and instance.router_id != shared:
                page.line(f"bgp router-id {address_text(Family.V4, instance.router_id)}", bgp_ref(instance.vrf))
            _render_family(page, instance, family)


def _render_family(page: TextPage, instance: BgpInstance, family: Family) -> None:
    ref = bgp_ref(instance.vrf)
    for prefix in instance.networks:
        if prefix.family is family:
            page.line(_network_text(prefix), ref)
    for aggregate in instance.aggregates:
        if aggregate.prefix.family is family:
            page.line(_aggregate_text(aggregate), ref)
    for redistribution in instance.redistributions:
        if redistribution.family is family:
            page.line(_redistribution_text(redistribution), ref)
    for neighbor in instance.neighbors:
        if neighbor.family is family:
            session = () if instance.vrf is None else _session_lines(instance, neighbor)
            for line in (*session, *_policy_lines(neighbor)):
                page.line(line, _neighbor_ref(instance, neighbor))
    if instance.maximum_paths != 1:
        page.line(f"maximum-paths {instance.maximum_paths}", ref)


def _neighbor_ref(instance: BgpInstance, neighbor: BgpNeighbor) -> tuple[str, ...]:
    return neighbor_ref(instance.vrf, neighbor.family, format_address(neighbor.family, neighbor.address))


def mask_text(length: int) -> str:
    """Return the dotted mask of an IPv4 prefix length."""
    return format_address(Family.V4, (1 << 32) - (1 << 32 - length))


def prefix_words(prefix: Prefix, between: str = " ") -> str:
    """Return a prefix as IOS takes it: address and mask for IPv4, address/length for IPv6."""
    address = address_text(prefix.family, prefix.network)
    if prefix.family is Family.V6:
        return f"{address}/{prefix.length}"
    return f"{address}{between}{mask_text(prefix.length)}"


def _network_text(prefix: Prefix) -> str:
    return f"network {prefix_words(prefix, ' mask ')}"


def _aggregate_text(aggregate: Aggregate) -> str:
    return f"aggregate-address {prefix_words(aggregate.prefix)}" + (" summary-only" if aggregate.summary_only else "")


def _redistribution_text(redistribution: Redistribution) -> str:
    if redistribution.source.value not in ("connected", "static"):
        raise ValueError(f"IOS takes {redistribution.source.value} routes into BGP on its own, or not at all")
    policy = "" if redistribution.policy is None else f" route-map {redistribution.policy}"
    return f"redistribute {redistribution.source.value}{policy}"


def _session_lines(instance: BgpInstance, neighbor: BgpNeighbor) -> Iterator[str]:
    start = f"neighbor {address_text(neighbor.family, neighbor.address)}"
    local = neighbor.local_as
    if neighbor.remote_as in (instance.asn, None if local is None else local.asn):
        raise ValueError(f"{start}: internal BGP is not modelled")
    if local is not None and local.asn == instance.asn:
        raise ValueError(f"{start}: the local AS is the device's own")
    if neighbor.family is Family.V6 and neighbor.address >> 118 == LINK_LOCAL:
        raise ValueError(f"{start}: a link-local neighbour")
    yield f"{start} remote-as {neighbor.remote_as}"
    if local is not None:
        if local.prepend_in and local.replace:
            raise ValueError(f"{start}: IOS replaces the AS only together with no-prepend")
        yield (
            f"{start} local-as {local.asn}"
            + ("" if local.prepend_in else " no-prepend")
            + (" replace-as" if local.replace else "")
        )
    if neighbor.description is not None:
        yield f"{start} description {neighbor.description}"
    if not neighbor.enabled:
        yield f"{start} shutdown"


def _policy_lines(neighbor: BgpNeighbor) -> Iterator[str]:
    start = f"neighbor {address_text(neighbor.family, neighbor.address)}"
    yield f"{start} activate"
    if neighbor.send_communities:
        yield f"{start} send-community both"
    if neighbor.loops:
        yield f"{start} allowas-in {neighbor.loops}"
    for way, names in (("in", neighbor.imports), ("out", neighbor.exports)):
        bound = [bound_list(name) for name in names]
        if bound.count(None) > 1 or len(names) - bound.count(None) > 1:
            raise ValueError(f"{start}: IOS takes one route map and one prefix list per direction")
        for name, found in zip(names, bound, strict=True):
            yield f"{start} route-map {name} {way}" if found is None else f"{start} prefix-list {found[1]} {way}"
    if neighbor.maximum_prefixes is not None:
        yield f"{start} maximum-prefix {neighbor.maximum_prefixes}"
