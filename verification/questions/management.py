"""Do the management stations reach every device, and do devices reach them, whatever single element has failed?

Turns routes into what cuts management off, in one state. The one idea: the same ways that sessions take, between a station's
port and the device's planned own address, and from the VRF that holds it back to the station's LAN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.refs import interface_ref
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.questions.network import NetworkFault, failed
from verification.questions.reachability import Components
from verification.routes.forwarding import Forwarding
from verification.verdicts.flow import SUCCESS


def check_reachable(
    evidence: Evidence,
    address_index: AddressIndex,
    state: Forwarding,
    plane: ManagementPlane,
    joined: Components | None,
) -> Iterator[NetworkFault]:
    """Yield devices that a station does not reach in this state, or that do not reach a station.

    `joined`: component number by device of the physical graph without what failed (None: all is up); two ends in different
    components are excused. Under a failure only regions are looked at whose routes it changes.
    """
    back = any(
        _may_have_changed(state, region)
        for name in plane.stations
        for family in Family
        for region in address_index.kept.get((name, family), ())
    ) or any(
        evidence.start_node(port) in state.surviving.nodes_with_lost_session
        for name in plane.stations
        for port in evidence.ports[name]
    )
    for device, loopbacks in _asked(evidence, state, plane, back):
        for name in plane.stations:
            if _is_excused(evidence, device, name, joined):
                continue
            yield from _to_device(evidence, state, name, device, loopbacks)
            yield from _from_device(evidence, address_index, state, name, device, loopbacks, plane.nodes[device])


def _asked(
    evidence: Evidence, state: Forwarding, plane: ManagementPlane, back: bool
) -> Iterable[tuple[str, tuple[Prefix, ...]]]:
    """Return the devices to look at, with their own addresses: all, or those whose routes a failure touches."""
    if back or not (state.surviving.failure.devices or state.surviving.failure.links):
        return sorted(plane.kept.items())
    views = (prefix for prefix, view in state.views.items() if view.changed)
    covering = {region for prefix in views for region in state.regions.inside.get(prefix, ())}
    return sorted(
        item
        for item in plane.kept.items()
        if not covering.isdisjoint(item[1]) or _is_stub_with_lost_session(evidence, state, plane.nodes[item[0]])
    )


def _is_stub_with_lost_session(evidence: Evidence, state: Forwarding, node: int | None) -> bool:
    """Return whether a failure may take routes from a node of which no view says so."""
    return node in state.surviving.nodes_with_lost_session and node in evidence.control_plane.stubs.settled


def _is_excused(evidence: Evidence, device: str, station: AttachmentName, joined: Components | None) -> bool:
    if joined is None:
        return False
    here = joined.get(device, frozenset())
    return all(here.isdisjoint(joined.get(port.device, frozenset())) for port in evidence.ports.get(station, ()))


def _to_device(
    evidence: Evidence, state: Forwarding, station: AttachmentName, device: str, loopbacks: tuple[Prefix, ...]
) -> Iterator[NetworkFault]:
    for port in filter(evidence.stays, evidence.ports.get(station, ())):
        node = evidence.start_node(port)
        if (port.device, port.interface.rpartition(".")[0]) in state.surviving.failure.interfaces:
            continue
        for region in loopbacks:
            if not _may_have_changed(state, region) and node not in state.surviving.nodes_with_lost_session:
                continue
            known = node is not None and region in evidence.regions.chains
            ways = state.ways(node, region) if known and node is not None else ()
            if not ways or any(way.end not in SUCCESS or way.device != device for way in ways):
                reason = because("station_cut", station=station, device=device, region=region)
                yield _cut(reason, state, device, port.interface, region.family)


def _from_device(
    evidence: Evidence,
    address_index: AddressIndex,
    state: Forwarding,
    station: AttachmentName,
    device: str,
    loopbacks: tuple[Prefix, ...],
    node: int | None,
) -> Iterator[NetworkFault]:
    ends = {(port.device, port.interface) for port in evidence.ports.get(station, ())}
    for family in sorted({prefix.family for prefix in loopbacks}):
        for region in address_index.kept.get((station, family), ()):
            if not _may_have_changed(state, region) and not _is_stub_with_lost_session(evidence, state, node):
                continue
            ways = () if node is None else state.ways(node, region)
            if not ways or any(way.end not in SUCCESS or (way.device, way.interface) not in ends for way in ways):
                reason = because("device_cut", device=device, station=station)
                yield _cut(reason, state, device, "", family)


def _may_have_changed(state: Forwarding, region: Prefix) -> bool:
    """Return whether a failure touches any route that covers a region (always, in the whole network)."""
    if not state.surviving.failure.devices and not state.surviving.failure.links:
        return True
    return state.is_changed(region)


def _cut(reason: Reason, state: Forwarding, device: str, interface: str, family: Family) -> NetworkFault:
    failure = state.surviving.failure.name
    said, ref = failed(reason, failure), interface_ref(interface)
    return NetworkFault(reason=said, device=device, ref=ref, failure=failure, family=family)
