"""The small example as built, and how tests look things up in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from controller.jobs.pipeline import Compiled, address, compile_network, make_plans
from intents.prefix import Family, Prefix
from routing.build.context import Plans
from routing.build.peers import Peer
from routing.build.placement import AttachmentCircuit
from routing.cabling import cabling_of
from routing.model import (
    Acl,
    Action,
    BgpNeighbor,
    Device,
    Direction,
    Network,
    RoutePolicy,
)
from tests.rule_cases import SMALL, example


@cache
def plans() -> Plans:
    return make_plans(address(example(SMALL)))


@cache
def compiled() -> Compiled:
    return compile_network(address(example(SMALL)))


def network_of(done: Compiled) -> Network:
    """The intended devices, with the cables and ports that the judges work out for themselves."""
    addressed = done.addressed
    cabling = cabling_of(addressed.wanted.registry, addressed.wanted.inventory, addressed.address_plan)
    return Network(devices=done.built.devices, links=cabling.links, ports=cabling.ports)


def devices() -> Iterator[Device]:
    yield from compiled().built.devices.values()


def list_at(device: str, interface: str, direction: Direction, family: Family = Family.V4) -> str:
    """Return the name of the filter that is bound at an interface: it follows its content, so a test should not know it."""
    found = next(item for item in compiled().built.devices[device].interfaces if item.name == interface)
    return next(item.acl for item in found.bindings if (item.direction, item.family) == (direction, family))


def circuit(name: str) -> AttachmentCircuit:
    return next(item for item in plans().circuits if item.attachment.name == name)


def peers(name: str, family: Family = Family.V4) -> tuple[Peer, ...]:
    return plans().reachability.peers(circuit(name).membership, family)


def lan(name: str) -> Prefix:
    (prefix,) = circuit(name).own[Family.V4]
    return prefix


def fence(name: str, direction: Direction, done: Compiled | None = None) -> Acl:
    """The fence of an attachment in IPv4."""
    place = circuit(name)
    device = (done or compiled()).built.devices[place.place.device]
    port = next(item for item in device.interfaces if item.name == place.interface)
    bound = next(item.acl for item in port.bindings if (item.direction, item.family) == (direction, Family.V4))
    return next(item for item in device.acls if item.name == bound)


def prefixes_of(policy: RoutePolicy) -> set[Prefix]:
    """The prefixes of an exact filter."""
    rules = [rule for clause in policy.clauses for rule in clause.prefixes or ()]
    assert all(rule.low == rule.high == rule.prefix.length for rule in rules)
    assert all(clause.action is Action.PERMIT for clause in policy.clauses if clause.prefixes)
    return {rule.prefix for rule in rules}


def sessions(device: Device) -> Iterator[tuple[str, BgpNeighbor]]:
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            yield instance.vrf or "", neighbor


def policy_named(device: Device, name: str) -> RoutePolicy:
    return next(item for item in device.policies if item.name == name)
