"""What a routing state rests on that no text or document says: sessions, next hops and attributes inside an AS.

The one idea: it is looked for when the state is there, among all that was asked to make it; whoever it touches is told, and who
hears of them is doubted with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Address, Prefix
from intents.reason import Reason, because
from routing.model import BgpInstance, RouteSource
from verification.routes.advertisements import Advertisements
from verification.routes.rib import PrefixState
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology


def unsure_nodes(
    topology: Topology, advertisements: Advertisements, surviving: Surviving, states: Mapping[Prefix, PrefixState]
) -> Iterator[tuple[int, Reason]]:
    """Yield nodes whose routes are not sure in a routing state, with the reason; `states`: of every prefix."""
    yield from list(advertisements.unclear.items())
    advertisements.unclear.clear()
    if not topology.pairs:
        return
    for pair in surviving.unsure_pairs:
        for node, address in zip(pair.nodes, pair.addresses(), strict=True):
            yield node, because("session_unsure", neighbor=str(address))
    leaking = {node for leak in topology.leaks for node in (leak.source, leak.target)}
    for pair in topology.pairs:
        yield from ((node, because("leaks_beside_internal")) for node in pair.nodes if node in leaking)
    for router, instance in topology.ospf.graph.routers.items():
        if any(item.source is RouteSource.BGP for item in instance.redistributions):
            yield router.node, because("bgp_in_ospf_inside")
    yield from _inactive(topology, surviving, states)
    for node, address in list(surviving.next_hops.asked):
        if surviving.next_hops.leads_nowhere(node, address):
            yield node, because("next_hop_discarded", address=str(address))
        for prefix in _deciding(surviving, states, node, address):
            yield node, because("next_hop_through", address=str(address), prefix=prefix)


def _inactive(
    topology: Topology, surviving: Surviving, states: Mapping[Prefix, PrefixState]
) -> Iterator[tuple[int, Reason]]:
    """Yield nodes with a session inside the AS whose table uses another route than BGP's, and that then tell nothing
    (JUN-SEND-04): what others would choose is not worked out."""
    inside = {node for pair in topology.pairs for node in pair.nodes if not topology.rules[node].sends_inactive}
    for prefix, state in states.items() if inside else ():
        for node in inside:
            local, chosen = surviving.local(node, prefix), state.choice(node)
            if chosen is None or local is None or chosen.used[0].attributes.source is not RouteSource.BGP:
                continue
            gives_way = local.distance < topology.rules[node].external_distance
            if gives_way and (not chosen.used[0].internal or _passes_on(topology.instances[node])):
                yield node, because("inactive_inside", prefix=prefix)


def _passes_on(instance: BgpInstance) -> bool:
    """Return whether what internal neighbours told is told to anybody."""
    return any(item.client or not instance.is_internal(item) for item in instance.neighbors)


def _deciding(
    surviving: Surviving, states: Mapping[Prefix, PrefixState], node: int, address: Address
) -> Iterator[Prefix]:
    """Yield the default and BGP routes of a node by which an address may resolve instead (IOS-NH-03, IOS-NH-04)."""
    for prefix in surviving.next_hops.unsure(node, address):
        state = states.get(prefix)
        is_own = not prefix.length and surviving.next_hops.has_default(node, address.family)
        if is_own or (state is not None and state.choice(node) is not None):
            yield prefix
