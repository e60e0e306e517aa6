"""Routes that nobody planned to be told: link prefixes, or a device's own address outside the management plane.

The one idea: what is learned over a session or a leak must be an attachment's prefix, or a planned own address in a management
VRF of the backbone; a site's management VRF needs the stations' prefixes and nothing else. Anything else is a stray, even if
nobody happens to send anything there.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Prefix, format_address
from intents.reason import because
from routing.model import Ref
from routing.refs import neighbor_ref, vrf_ref
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.questions.network import NetworkFault, table_named
from verification.routes.best_path import Selected


def check_strays(evidence: Evidence, address_index: AddressIndex, plane: ManagementPlane) -> Iterator[NetworkFault]:
    """Yield learned routes whose prefix is no attachment's and no device's own address in a management VRF.

    Ports of attachments are left out: what may be routed there is the wall's question.
    """
    loopbacks = {prefix for held in plane.loopbacks.values() for prefix in held}
    management = {node: device for device, node in plane.nodes.items()}
    starts = {evidence.start_node(port) for ports in evidence.ports.values() for port in ports}
    for prefix, state in evidence.control_plane.base.items():
        is_owned = any(region in address_index.owner for region in evidence.regions.inside.get(prefix, ()))
        for node, chosen in state.selected.items():
            if chosen is None or chosen.keys[0][0] == "o" or node in starts:
                continue
            if node not in management:
                is_welcome = is_owned
            elif management[node] in evidence.given.roles.sites:
                is_welcome = any(source.covers(prefix) for source in evidence.given.login_sources)
            else:
                is_welcome = is_owned or prefix in loopbacks
            if not is_welcome:
                yield _stray(evidence, prefix, node, chosen)


def _stray(evidence: Evidence, prefix: Prefix, node: int, chosen: Selected) -> NetworkFault:
    device, vrf = evidence.topology.nodes[node]
    ref: Ref = vrf_ref(vrf or "")
    if chosen.used[0].neighbor:
        ref = neighbor_ref(vrf, prefix.family, format_address(prefix.family, chosen.used[0].neighbor))
    reason = because("stray_route", vrf=table_named(vrf), device=device, prefix=prefix)
    return NetworkFault(reason=reason, device=device, ref=ref, family=prefix.family)
