"""Things that texts say and no question rests on, with the reason: their loss changes no answer.

The one idea: a thing is left out only for a reason that can be shown, of the texts alone and under every failure: nothing binds
it, nothing reaches it, it never comes up. Everything else counts as covered, so that what is called unused surely is.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from intents.prefix import Family, format_address
from intents.reason import Reason, because
from routing.model import BgpInstance, Device, OspfInstance, Ref, StaticRoute, Vrf, VrfFamily
from routing.refs import (
    acl_entry_ref,
    acl_ref,
    binding_ref,
    interface_ref,
    neighbor_ref,
    ospf_ref,
    static_name,
    static_ref,
    vrf_export_ref,
    vrf_import_ref,
    vrf_ref,
)
from verification.coverage.policies import Announced, unused_policies
from verification.evidence.evidence import Evidence
from verification.questions.unreachable_lines import JudgedLists, bound_acls

Unused = Mapping[Ref, Reason]


def unused_things(evidence: Evidence, lists: JudgedLists, announced: Announced, device: Device) -> Unused:
    """Return what of a device no question rests on. `lists`: its bound lists judged; `announced`: all prefixes of the network."""
    without_routes = dict(_around_routes(evidence, device))
    named = _named_policies(device, without_routes)
    return {
        **dict(_of_lists(lists, device)),
        **without_routes,
        **dict(unused_policies(announced, device, named)),
    }


def _of_lists(lists: JudgedLists, device: Device) -> Iterator[tuple[Ref, Reason]]:
    dead = {(content.acl.family, name): content.dead or {} for content, name in lists.of_device[device.name]}
    bound = {(acl.family, acl.name) for acl in bound_acls(device)}
    for acl in device.acls:
        unbound = (acl.family, acl.name) not in bound
        unreached = dead.get((acl.family, acl.name), {})
        if len(unreached) == len(acl.entries):  # a list that loses its last entry lets everything pass
            unreached = {}
        if unbound:
            yield acl_ref(acl.name), because("coverage_unbound")
        for index in range(len(acl.entries)):
            if unbound:
                yield acl_entry_ref(acl.name, index), because("coverage_unbound")
            elif index in unreached:
                yield acl_entry_ref(acl.name, index), because("coverage_unreachable")


def _around_routes(evidence: Evidence, device: Device) -> Iterator[tuple[Ref, Reason]]:
    up = {name: item for (of, name), item in evidence.topology.interfaces.items() if of == device.name}
    named = {(acl.family, acl.name) for acl in device.acls if acl.entries}
    for item in device.interfaces:
        if item.name not in up:
            yield interface_ref(item.name), because("coverage_down")
        for binding in item.bindings:
            if item.name not in up:
                yield binding_ref(item.name, binding.direction, binding.family), because("coverage_down")
            elif (binding.family, binding.acl) not in named:
                yield binding_ref(item.name, binding.direction, binding.family), because("coverage_no_list")
    for static in device.statics:
        if not _has_way(evidence, device, static):
            yield _static_ref(static), because("coverage_no_way")
    yield from _of_vrfs(device)
    for instance in device.bgp:
        yield from _of_bgp(evidence, device, instance)
    for ospf in device.ospf:
        if not _runs(ospf, frozenset(up)):
            yield ospf_ref(ospf.vrf, ospf.family), because("coverage_down")


def _static_ref(static: StaticRoute) -> Ref:
    """Return the name of a static route, as readers give it."""
    return static_ref(static.vrf, str(static.prefix), static_name(static))


def _has_way(evidence: Evidence, device: Device, static: StaticRoute) -> bool:
    """Return whether a static route can be installed while nothing fails; failures only take ways away."""
    if static.discard:
        return True
    if static.interface is not None:
        return (device.name, static.interface) in evidence.topology.interfaces
    node = evidence.topology.number[(device.name, static.vrf)]
    return static.next_hop is not None and any(
        route.source == "connected" and prefix.family is static.prefix.family and prefix.holds(static.next_hop)
        for prefix, route in evidence.topology.local[node].items()
    )


def _of_vrfs(device: Device) -> Iterator[tuple[Ref, Reason]]:
    used = {item.vrf for held in (device.interfaces, device.statics, device.bgp, device.ospf) for item in held}
    for vrf in device.vrfs:
        if vrf.name not in used:
            yield vrf_ref(vrf.name), because("coverage_empty_vrf")
        for mine in vrf.families:
            others = tuple(_others(device, vrf, mine))
            for target in mine.imports:
                if not any(target in other.exports for other in others):
                    yield vrf_import_ref(vrf.name, mine.family, target), because("coverage_no_partner")
            for target in mine.exports:
                if not any(target in other.imports for other in others):
                    yield vrf_export_ref(vrf.name, mine.family, target), because("coverage_no_partner")


def _others(device: Device, vrf: Vrf, mine: VrfFamily) -> Iterator[VrfFamily]:
    for other in device.vrfs:
        if other.name != vrf.name:
            yield from (item for item in other.families if item.family is mine.family)


def _of_bgp(evidence: Evidence, device: Device, instance: BgpInstance) -> Iterator[tuple[Ref, Reason]]:
    up = _sessions(evidence, device, instance)
    for item in instance.neighbors:
        if (item.family, item.address) not in up:
            address = format_address(item.family, item.address)
            yield neighbor_ref(instance.vrf, item.family, address), because("coverage_no_session")


def _sessions(evidence: Evidence, device: Device, instance: BgpInstance) -> frozenset[tuple[Family, int]]:
    """Return the neighbours of an instance to which a session comes up, or might."""
    node = evidence.topology.number[(device.name, instance.vrf)]
    found = evidence.topology.sessions_of.get(device.name, ())
    ends = [(item.receiver, item.accept) for item in found] + [(item.sender, item.export) for item in found]
    return frozenset((item.family, item.address) for of, item in ends if of == node)


def _runs(ospf: OspfInstance, up: Container[str]) -> bool:
    return any(item.name in up for item in ospf.interfaces)


def _named_policies(device: Device, unused: Unused) -> frozenset[str]:
    """Return the policies that something names on which a question may rest."""
    named = {
        name
        for instance in device.bgp
        for item in instance.neighbors
        if neighbor_ref(instance.vrf, item.family, format_address(item.family, item.address)) not in unused
        for name in (*item.imports, *item.exports)
    }
    named |= {
        name for vrf in device.vrfs for item in vrf.families for name in (item.import_map, item.export_map) if name
    }
    named |= {item.policy for instance in device.bgp for item in instance.redistributions if item.policy}
    return frozenset(named | {name for ospf in device.ospf for item in ospf.redistributions for name in item.policies})
