"""Routes that nobody planned: link prefixes, a device's own address outside the management plane, routes that nothing needs.

The one idea: what is learned over a session or a leak must be an attachment's prefix, or a planned own address in a management
VRF of the backbone; a site's management VRF needs the stations' prefixes and nothing else. Anything else is a stray, even if
nobody happens to send anything there.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Prefix, format_address, prefix_of
from intents.reason import because
from routing.model import InterfaceAddress, Ref
from routing.refs import bgp_ref, neighbor_ref, static_ref, vrf_ref
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.questions.far_ends import prefixes_behind, shown_target
from verification.questions.network import NetworkFault
from verification.routes.best_path import Selected
from verification.verdicts.route_entry import table_named


def check_strays(evidence: Evidence, address_index: AddressIndex, plane: ManagementPlane) -> Iterator[NetworkFault]:
    """Yield learned routes whose prefix is no attachment's and no device's own address in a management VRF.

    Ports of attachments are left out: what may be routed there is the wall's question.
    """
    loopbacks = {prefix for held in plane.loopbacks.values() for prefix in held}
    management = {node: device for device, node in plane.nodes.items()}
    starts = {evidence.start_node(port) for ports in evidence.ports.values() for port in ports}
    sources = {source for state in evidence.states for source in state.declared.login_sources}
    for prefix, state in evidence.control_plane.base.items():
        is_owned = any(region in address_index.owner for region in evidence.regions.inside.get(prefix, ()))
        for node, chosen in state.selected.items():
            if chosen is None or chosen.keys[0][0] == "o" or node in starts:
                continue
            if node not in management:
                is_welcome = is_owned
            elif management[node] in evidence.given.roles.sites:
                is_welcome = any(source.covers(prefix) for source in sources)
            else:
                is_welcome = is_owned or prefix in loopbacks
            if not is_welcome:
                yield _stray(evidence, prefix, node, chosen)


def check_own_routes(evidence: Evidence) -> Iterator[NetworkFault]:
    """Yield static routes and aggregates in VRFs of ours that no link and no attachment needs, whatever they lead to.

    A VRF is ours if an interface in it stands on a planned prefix. What is behind an external attachment is needed where that
    attachment stands, in its VRF; nothing else is routed by hand.
    """
    needed = _needed_by_hand(evidence)
    planned = {entry.prefix for state in evidence.states for entry in state.declared.active()}
    for name, device in sorted(evidence.given.network.devices.items()):
        ours = {
            item.vrf for item in device.interfaces if any(_subnet(address) in planned for address in item.addresses)
        }
        for static in device.statics:
            # a default route has a question of its own
            if static.prefix.length and static.vrf in ours and (name, static.vrf, static.prefix) not in needed:
                reason = because("unneeded_route", device=name, prefix=static.prefix, vrf=table_named(static.vrf))
                ref = static_ref(static.vrf, str(static.prefix), shown_target(static))
                yield NetworkFault(reason=reason, device=name, ref=ref, family=static.prefix.family)
        for instance in device.bgp:
            for item in instance.aggregates if instance.vrf in ours else ():
                reason = because("unneeded_route", device=name, prefix=item.prefix, vrf=table_named(instance.vrf))
                yield NetworkFault(reason=reason, device=name, ref=bgp_ref(instance.vrf), family=item.prefix.family)


def _subnet(address: InterfaceAddress) -> Prefix:
    return prefix_of(address.family, address.value, address.length)


def _needed_by_hand(evidence: Evidence) -> frozenset[tuple[str, str | None, Prefix]]:
    """Return what is behind external attachments, with the device and the VRF that each stands in; also while its port is
    shut."""
    vrfs = {
        (device.name, item.name): item.vrf
        for device in evidence.given.network.devices.values()
        for item in device.interfaces
    }
    return frozenset(
        (port.device, vrfs[port.device, port.interface], prefix)
        for name, ports in evidence.ports.items()
        for port in ports
        if port.external and (port.device, port.interface) in vrfs
        for prefix in prefixes_behind(evidence, name)
    )


def _stray(evidence: Evidence, prefix: Prefix, node: int, chosen: Selected) -> NetworkFault:
    device, vrf = evidence.topology.nodes[node]
    ref: Ref = vrf_ref(vrf or "")
    if chosen.used[0].neighbor:
        ref = neighbor_ref(vrf, prefix.family, format_address(prefix.family, chosen.used[0].neighbor))
    reason = because("stray_route", vrf=table_named(vrf), device=device, prefix=prefix)
    return NetworkFault(reason=reason, device=device, ref=ref, family=prefix.family)
