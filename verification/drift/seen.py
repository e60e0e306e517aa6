"""What devices show of their interfaces and neighbours -> the network as it is alive: what is down in it, and what nobody knows.

The one idea: an interface that is down is one that its text would shut, and a session that is down one whose statement is not
there; so the network with its failures is a network like any other, and its routes are computed like any others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from intents.prefix import Family, format_address
from intents.reason import Reason, because
from routing.model import BgpInstance, Device, Network
from routing.vendors.device_tables import DeviceTable, DeviceTables, TableKind, TableScope, scopes_of
from verification.routes.adjacency import parent_of

NeighborKey: TypeAlias = tuple[str, str | None, Family, int]
"""Device, VRF, family and address of a neighbour statement."""
MOST_NAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStates:
    """The network with what is seen to be down taken out, and what that is; by device: interfaces (with VRF) that are up though
    the text shuts them, sessions that are established, and the tables of states that are not had; tables that do not fit the
    text they came with."""

    network: Network
    down: tuple[Reason, ...]
    up_though_shut: Mapping[str, tuple[tuple[str, str | None], ...]]
    established: Mapping[str, frozenset[NeighborKey]]
    unsure: Mapping[str, tuple[TableScope, ...]]
    unusable: tuple[tuple[str, TableScope, Reason], ...]


def seen_by(network: Network, shown: Mapping[str, DeviceTables]) -> SeenStates:
    """Return what tables say of interfaces and neighbours."""
    devices: dict[str, Device] = {}
    down: list[Reason] = []
    up_though_shut, established, unsure = {}, {}, {}
    unusable: list[tuple[str, TableScope, Reason]] = []
    for name, device in sorted(network.devices.items()):
        look = _Look(device, shown.get(name))
        devices[name], found = look.alive()
        down += found
        up_though_shut[name] = look.up_though_shut()
        established[name] = look.established()
        unsure[name] = look.unsure
        unusable += [(name, scope, why) for scope, why in look.unusable]
    return SeenStates(
        network=replace(network, devices=devices),
        down=tuple(down),
        up_though_shut=up_though_shut,
        established=established,
        unsure=unsure,
        unusable=tuple(unusable),
    )


class _Look:
    """One device and what it shows of its states; a table that does not fit its text is not used."""

    def __init__(self, device: Device, shown: DeviceTables | None) -> None:
        self._device = device
        self._neighbors = {
            (instance.vrf, neighbor.family, neighbor.address): neighbor.enabled
            for instance in device.bgp
            for neighbor in instance.neighbors
        }
        had = {} if shown is None else {item.scope: item for item in shown.tables if item.missing is None}
        self.unusable = tuple((scope, why) for scope, item in had.items() if (why := self._misfit(item)) is not None)
        wrong = {scope for scope, _ in self.unusable}
        wanted = [scope for scope in scopes_of(device) if scope.kind is not TableKind.ROUTES]
        self._used = {scope: had[scope] for scope in wanted if scope in had and scope not in wrong}
        self.unsure = tuple(scope for scope in wanted if scope not in self._used)
        self._up = {row.name: row.up for item in self._used.values() for row in item.interfaces}

    def _misfit(self, item: DeviceTable) -> Reason | None:
        """Return why a table can't be that of the text, None if it can."""
        scope = item.scope
        if scope.kind is TableKind.INTERFACES:
            names = {row.name for row in item.interfaces}
            lost = sorted(one.name for one in self._device.interfaces if one.name not in names)
            return because("table_other_interfaces", names=", ".join(lost[:MOST_NAMES])) if lost else None
        if scope.kind is TableKind.NEIGHBORS:
            assert scope.family is not None
            stated = {
                address
                for (vrf, family, address), enabled in self._neighbors.items()
                if (vrf, family) == (scope.vrf, scope.family) and enabled
            }
            listed = {address for vrf, family, address in self._neighbors if (vrf, family) == (scope.vrf, scope.family)}
            named = {row.address for row in item.neighbors}
            odd = sorted((stated - named) | (named - listed))
            told = ", ".join(format_address(scope.family, address) for address in odd[:MOST_NAMES])
            return because("table_other_neighbors", names=told) if odd else None
        return None

    def alive(self) -> tuple[Device, list[Reason]]:
        """Return the device without what is down, and what that is."""
        interfaces, down = [], []
        for item in self._device.interfaces:
            if item.enabled and not self._up.get(item.name, True):
                interfaces.append(replace(item, enabled=False))
                if self._up.get(parent_of(item.name), True) or parent_of(item.name) == item.name:
                    down.append(because("seen_interface_down", device=self._device.name, interface=item.name))
            else:
                interfaces.append(item)
        instances = []
        for instance in self._device.bgp:
            quiet = dict(self._quiet(instance))
            down += [
                because(
                    "seen_neighbor_down",
                    device=self._device.name,
                    neighbor=format_address(family, address),
                    state=state,
                )
                for (family, address), state in quiet.items()
            ]
            neighbors = tuple(
                replace(item, enabled=False) if (item.family, item.address) in quiet else item
                for item in instance.neighbors
            )
            instances.append(replace(instance, neighbors=neighbors))
        return replace(self._device, interfaces=tuple(interfaces), bgp=tuple(instances)), down

    def _quiet(self, instance: BgpInstance) -> Iterator[tuple[tuple[Family, int], str]]:
        """Yield the neighbours of an instance that are enabled and have no session, with their state."""
        for scope, item in self._used.items():
            if scope.kind is TableKind.NEIGHBORS and scope.vrf == instance.vrf and scope.family is not None:
                for row in item.neighbors:
                    if not row.established and self._neighbors.get((scope.vrf, scope.family, row.address)):
                        yield (scope.family, row.address), row.state

    def up_though_shut(self) -> tuple[tuple[str, str | None], ...]:
        """Return the interfaces that the text shuts and that are up all the same."""
        shut = {item.name for item in self._device.interfaces if not item.enabled}
        return tuple(
            (item.name, item.vrf)
            for item in self._device.interfaces
            if (item.name in shut or parent_of(item.name) in shut) and self._up.get(item.name, False)
        )

    def established(self) -> frozenset[NeighborKey]:
        """Return the sessions that are up."""
        return frozenset(
            (self._device.name, scope.vrf, scope.family, row.address)
            for scope, item in self._used.items()
            if scope.family is not None
            for row in item.neighbors
            if row.established
        )
