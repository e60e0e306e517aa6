"""OSPF in the dull way: who greets whom over which cable, and how much it costs from every router to every other.

The one idea: costs are lowered round by round until nothing gets cheaper (Bellman and Ford); whoever asks which way a router
takes tries each neighbour and sees whether the sum is what it costs in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix, prefix_of
from routing.model import Device, Interface, OspfInstance, OspfInterface, OspfNetwork
from verification.reference.cabling import Cables, parent_of
from verification.reference.paths import Exit

RouterKey = tuple[str, str | None, Family]
"""A device, one of its VRFs, and a family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfRouter:
    """OSPF of one family in one VRF of a device that works."""

    device: Device
    instance: OspfInstance

    @property
    def key(self) -> RouterKey:
        return self.device.name, self.instance.vrf, self.instance.family


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """A neighbour that a router has: over its own interface, at the neighbour's address, and what the way there costs."""

    near: RouterKey
    far: RouterKey
    cost: int
    exit: Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfCosts:
    """All routers, all that are neighbours, and what it costs from each router to each that it reaches."""

    routers: Mapping[RouterKey, OspfRouter]
    greetings: tuple[Greeting, ...]
    costs: Mapping[RouterKey, Mapping[RouterKey, int]]

    def exits(self, root: RouterKey, target: RouterKey) -> tuple[Exit, ...]:
        """Return the first steps of every cheapest way from one router to another."""
        return tuple(
            item.exit
            for item in self.greetings
            if item.near == root
            and target in self.costs[item.far]
            and item.cost + self.costs[item.far][target] == self.costs[root][target]
        )


def ospf_costs(wiring: Cables) -> OspfCosts:
    """Return who speaks OSPF with whom over what works, and all costs."""
    routers = {
        (name, instance.vrf, instance.family): OspfRouter(device=device, instance=instance)
        for name, device in sorted(wiring.network.devices.items())
        if name not in wiring.failure.devices
        for instance in device.ospf
    }
    greetings = tuple(item for router in routers.values() for item in _greetings(wiring, router, routers))
    costs = {root: _cheapest(root, greetings, len(routers)) for root in routers}
    return OspfCosts(routers=routers, greetings=greetings, costs=costs)


def _cheapest(root: RouterKey, greetings: tuple[Greeting, ...], rounds: int) -> dict[RouterKey, int]:
    found = {root: 0}
    for _ in range(rounds):
        for item in greetings:
            if item.near in found:
                cost = found[item.near] + item.cost
                found[item.far] = min(cost, found.get(item.far, cost))
    return found


def speaking(wiring: Cables, router: OspfRouter) -> Iterator[tuple[OspfInterface, Interface]]:
    """Yield what is said of each interface on which a router runs OSPF, with the interface, as far as it works."""
    for said in router.instance.interfaces:
        for item in wiring.working[router.device.name]:
            if item.name == said.name and item.vrf == router.instance.vrf:
                yield said, item


def _greetings(wiring: Cables, router: OspfRouter, routers: Mapping[RouterKey, OspfRouter]) -> Iterator[Greeting]:
    for said, item in speaking(wiring, router):
        for port in wiring.far_ends.get((router.device.name, parent_of(item.name)), ()):
            for far in wiring.on_port.get(port, ()):
                other = routers.get((port[0], far.vrf, router.instance.family))
                if other is None or far.vlan != item.vlan or other.instance.area != router.instance.area:
                    continue
                for theirs in other.instance.interfaces:
                    address = _neighbour_address(item, far, router.instance.family)
                    if theirs.name == far.name and address is not None and _greet(said, theirs):
                        way = Exit(interface=item.name, next_hop=address)
                        yield Greeting(near=router.key, far=other.key, cost=said.cost or 0, exit=way)


def _greet(one: OspfInterface, other: OspfInterface) -> bool:
    """Return whether two ends become neighbours: both greet, with the same timers, network and packet length (RFC-OSPF-02)."""
    if one.passive or other.passive:
        return False
    if (one.hello, one.dead, one.network) != (other.hello, other.dead, other.network):
        return False
    if one.mtu is None or one.mtu != other.mtu or one.authentication != other.authentication:
        return False
    needs_leader = one.network is OspfNetwork.BROADCAST
    return not needs_leader or one.priority > 0 or other.priority > 0


def _neighbour_address(mine: Interface, theirs: Interface, family: Family) -> int | None:
    """Return the other end's address in a subnet that both ends have, None if they have none."""
    for address in mine.addresses:
        for other in theirs.addresses:
            if (
                address.family is family
                and other.family is family
                and prefix_of(family, address.value, address.length) == prefix_of(family, other.value, other.length)
                and address.value != other.value
            ):
                return other.value
    return None


def announced(wiring: Cables, router: OspfRouter) -> Iterator[tuple[Prefix, int]]:
    """Yield the prefixes of a router's own interfaces, each with its cost: those of a loopback as hosts."""
    family = router.instance.family
    for said, item in speaking(wiring, router):
        for address in item.addresses:
            if address.family is family:
                length = family.bits if said.host else address.length
                yield prefix_of(family, address.value, length), said.cost or 0
