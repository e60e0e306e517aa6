"""Which filters may keep OSPF neighbours apart: hellos, and what routers send to each other directly, must pass both ends.

The one idea: packets are put to the filters of both directions, though not every platform filters what it sends itself:
what passes both has nothing to fear.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Family, parse_address
from intents.reason import Reason, because
from routing.model import Device, Direction, OspfInstance
from verification.reference.acl import judge_control, judge_interface
from verification.routes.ospf.graph import OspfNode, shared_subnet
from verification.routes.topology import Topology
from verification.verdicts.flow import Flow

OSPF = 89
_GROUPS = {Family.V4: ("224.0.0.5", "224.0.0.6"), Family.V6: ("ff02::5", "ff02::6")}


def filtered_greetings(device: Device, topology: Topology) -> Iterator[tuple[OspfInstance, Reason]]:
    """Yield the interfaces of a device whose filters may stop packets between it and an OSPF neighbour, by process."""
    for instance in device.ospf:
        key = OspfNode(topology.number[(device.name, instance.vrf)], instance.family)
        names = {edge.hop.interface: edge.hop for edge in topology.ospf.graph.edges[key]}
        for name, hop in sorted(names.items()):
            near = topology.interfaces[(device.name, name)]
            far = topology.interfaces[(topology.nodes[hop.node or 0][0], hop.peer_interface)]
            shared = shared_subnet(near, far, instance.family)
            if shared is not None and not _passes(device, instance, name, (shared[0].value, shared[1].value)):
                yield instance, because("ospf_filtered", interface=name)


def _passes(device: Device, instance: OspfInstance, name: str, ends: tuple[int, int]) -> bool:
    interface = next(item for item in device.interfaces if item.name == name)
    groups = [parse_address(text).value for text in _GROUPS[instance.family]]
    for direction, source, target in ((Direction.IN, ends[1], ends[0]), (Direction.OUT, ends[0], ends[1])):
        for destination in (*groups, target):
            flow = Flow(
                family=instance.family,
                source=source,
                destination=destination,
                protocol=OSPF,
                start_device=device.name,
                start_interface=name,
            )
            passages = list(judge_interface(device, interface, direction, flow))
            if direction is Direction.IN:
                passages += judge_control(device, instance.vrf, flow)
            if not all(item.passes for item in passages):
                return False
    return True
