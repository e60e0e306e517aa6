"""Which sessions inside an AS come up.

The one idea: send a packet each way. Two statements make a session if each end speaks from the address that the other one names,
and packets by the routes that need no BGP come from either end to the other, whichever of equal ways they take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Address, Family, Prefix
from routing.model import OSPF_SOURCES, RouteSource
from verification.reference.bgp_sessions import BgpSession, Node, Resolve, Speaker, router_id_of
from verification.reference.cabling import Cables, connected_prefixes, neighbours, owns
from verification.reference.own_routes import Route
from verification.reference.paths import Exit

Tables = Mapping[Node, Mapping[Prefix, Route]]


def inner_sessions(wiring: Cables, own: Tables) -> Iterator[BgpSession]:
    """Yield both directions of every session inside an AS that surely comes up; `own`: every VRF's routes without BGP."""
    speakers = [
        Speaker(device=device, instance=instance, neighbor=neighbor)
        for name, device in sorted(wiring.network.devices.items())
        for instance in device.bgp
        for neighbor in instance.neighbors
        if neighbor.enabled and neighbor.remote_as == instance.asn and (name, instance.vrf) in own
    ]
    for receiver in speakers:
        for sender in speakers:
            if (
                sender.node != receiver.node
                and _agree(wiring, receiver, sender)
                and _meet(wiring, own, receiver, sender)
            ):
                yield BgpSession(
                    sender=sender,
                    receiver=receiver,
                    resolve=_resolver(wiring, own, receiver),
                    sender_id=router_id_of(wiring, sender) or 0,
                    receiver_id=router_id_of(wiring, receiver) or 0,
                )


def _agree(wiring: Cables, one: Speaker, other: Speaker) -> bool:
    identities = (router_id_of(wiring, one), router_id_of(wiring, other))
    return (
        one.instance.asn == other.instance.asn
        and one.neighbor.family is other.neighbor.family
        and one.neighbor.guards == other.neighbor.guards
        and not (one.neighbor.passive and other.neighbor.passive)
        and None not in identities
        and identities[0] != identities[1]
    )


def _meet(wiring: Cables, own: Tables, one: Speaker, other: Speaker) -> bool:
    return (
        _speaks_from(wiring, one) == other.neighbor.address
        and _speaks_from(wiring, other) == one.neighbor.address
        and _ends(wiring, own, one.node, _target(one), ()) == {other.node}
        and _ends(wiring, own, other.node, _target(other), ()) == {one.node}
    )


def _target(speaker: Speaker) -> Address:
    return Address(speaker.neighbor.family, speaker.neighbor.address)


def _speaks_from(wiring: Cables, speaker: Speaker) -> int | None:
    """Return the address that a speaker uses: the one said, else the one in the neighbour's subnet; None if no text says."""
    if speaker.neighbor.source is not None:
        return speaker.neighbor.source
    family, target = speaker.neighbor.family, speaker.neighbor.address
    found = [
        address.value
        for item in wiring.working[speaker.device.name]
        if item.vrf == speaker.instance.vrf
        for address, prefix in zip(
            [a for a in item.addresses if a.family is family], connected_prefixes(item, family), strict=True
        )
        if prefix.holds(target)
    ]
    return found[0] if len(found) == 1 else None


def _ends(wiring: Cables, own: Tables, node: Node, target: Address, before: tuple[Node, ...]) -> set[Node | None]:
    """Return where packets to an address end, by every way that they may take; None is nowhere."""
    if any(item.vrf == node[1] and owns(item, *target) for item in wiring.working[node[0]]):
        return {node}
    route = _longest(own, node, target)
    if route is None or node in before:
        return {None}
    found: set[Node | None] = set()
    for way in _exits(route, target):
        nexts = list(_over(wiring, node, way, target))
        found |= set() if nexts else {None}
        for following in nexts:
            found |= _ends(wiring, own, following, target, (*before, node))
    return found


def _over(wiring: Cables, node: Node, way: Exit, target: Address) -> Iterator[Node]:
    """Yield who gets a packet that leaves by an exit."""
    for item in wiring.working[node[0]]:
        if item.name == way.interface:
            asked = target.value if way.next_hop is None else way.next_hop
            for device, far in neighbours(wiring, node[0], item, target.family, asked):
                yield device, far.vrf


def _longest(own: Tables, node: Node, target: Address) -> Route | None:
    """Return the longest route of a VRF to an address without BGP; the default route does not count."""
    holding = [
        route
        for prefix, route in own[node].items()
        if prefix.length and prefix.family is target.family and prefix.holds(target.value)
    ]
    return max(holding, key=lambda route: route.prefix.length, default=None)


def _exits(route: Route, target: Address) -> tuple[Exit, ...]:
    """Return where packets to an address leave by a route: on its own wire, they go to the address itself."""
    ways = [way for path in route.paths for way in path.exits]
    if route.paths[0].source is RouteSource.CONNECTED:
        return tuple(Exit(interface=way.interface, next_hop=target.value) for way in ways)
    return tuple(ways)


def _resolver(wiring: Cables, own: Tables, receiver: Speaker) -> Resolve:
    """Return how a receiver finds next hops: none that is its own, else by its longest route without BGP."""
    family: Family = receiver.neighbor.family

    def resolve(next_hop: int) -> tuple[int, tuple[Exit, ...]] | None:
        target = Address(family, next_hop)
        working = wiring.working[receiver.device.name]
        if any(item.vrf == receiver.instance.vrf and owns(item, *target) for item in working):
            return None
        route = _longest(own, receiver.node, target)
        if route is None:
            return None
        is_told = route.paths[0].source in OSPF_SOURCES
        return (route.paths[0].metric or 0) if is_told else 0, _exits(route, target)

    return resolve
