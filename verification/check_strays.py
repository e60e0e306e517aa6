"""Routes that nobody planned to be told: link prefixes, or a device's own address outside the management plane.

The one idea: what is learned over a session or a leak must be an attachment's prefix, or a planned own address in a management
VRF; anything else is a stray, even if nobody happens to send anything there.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import format_address
from routing.model import Ref
from routing.refs import neighbor_ref, vrf_ref
from verification.check_network import NetworkFault
from verification.check_routes import Layout
from verification.evidence import Evidence
from verification.management import management_node, planned_loopbacks


def check_strays(evidence: Evidence, layout: Layout) -> Iterator[NetworkFault]:
    """Yield learned routes whose prefix is no attachment's and no device's own address in a management VRF.

    Ports of attachments are left out: what may be routed there is the wall's question.
    """
    loopbacks = {prefix for held in planned_loopbacks(evidence).values() for prefix in held}
    management = {management_node(evidence, device) for device in evidence.given.network.devices}
    starts = {evidence.start_node(port) for ports in evidence.ports.values() for port in ports}
    for prefix, state in evidence.control_plane.base.items():
        if any(region in layout.owner for region in evidence.regions.inside.get(prefix, ())):
            continue
        for node, chosen in state.selected.items():
            if chosen is None or chosen.keys[0][0] not in ("s", "l") or node in starts:
                continue
            if prefix in loopbacks and node in management:
                continue
            device, vrf = evidence.topology.nodes[node]
            neighbor = chosen.used[0].neighbor
            ref: Ref = vrf_ref(vrf or "")
            if chosen.keys[0][0] == "s":
                ref = neighbor_ref(vrf, prefix.family, format_address(prefix.family, neighbor))
            yield NetworkFault(
                reason=f"VRF {vrf or 'global'} of {device} is told of {prefix}, which is nobody's", device=device, ref=ref
            )
