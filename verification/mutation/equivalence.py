"""Does a faulty text behave as the right one does? Found by enumeration, with no code of the engine.

Turns an unmutated network and one device read from a faulty text into the first difference of behaviour, or None. The one
idea: behaviour is four lists that can be gone through: what each bound filter does with corner packets, who may log in, what
each attachment's interface is, and where packets to every stretch of addresses end from every VRF, in every failure state.

What is not behaviour here, and is listed instead (`Same.notes`): which of several equal ways is taken while every end stays
the same, route distinguishers, router identifiers, limits on prefixes, logging, descriptions and names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because
from routing.model import AclEntry, Device, Direction, Interface, LoginService, Network
from verification.mutation.affected_prefixes import affected_prefixes, routing_part
from verification.mutation.equivalent_acls import differing_packet
from verification.mutation.equivalent_routes import Ends, RoutingState, route, stretches, with_others
from verification.reference.acl import may_log_in
from verification.reference.bgp_sessions import Node
from verification.reference.table import named_prefixes
from verification.verdicts.failure import Failure, FailureName
from verification.verdicts.route_entry import table_named

Entries = tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first thing that behaves differently."""

    what: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Nothing behaves differently; `notes` say what is written differently and was not counted."""

    notes: tuple[Reason, ...] = ()


class Unmutated:
    """A network in which nothing is wrong yet, with its routes under every failure, each computed when first asked for."""

    def __init__(self, network: Network, states: tuple[Failure, ...]) -> None:
        self.network = network
        self.states = states
        self._prefixes = named_prefixes(network)
        self._routed: dict[FailureName, tuple[RoutingState, Ends]] = {}

    def compare(self, after: Device) -> Difference | Same:
        """Return the first difference that one device, read from a faulty text, makes to the network's behaviour."""
        before = self.network.devices[after.name]
        found = next(self._differences(before, after), None)
        return Same(notes=tuple(_notes(before, after))) if found is None else Difference(what=found)

    def compare_without_routes(self, after: Device) -> Difference | Same | None:
        """Return the same where it can be said without computing routes; None if the fault may change some."""
        before = self.network.devices[after.name]
        found = next(self._local_differences(before, after), None)
        if found is not None:
            return Difference(what=found)
        return None if routing_part(before) != routing_part(after) else Same(notes=tuple(_notes(before, after)))

    def _differences(self, before: Device, after: Device) -> Iterator[Reason]:
        yield from self._local_differences(before, after)
        if routing_part(before) != routing_part(after):
            yield from self._route_differences(before, after)

    def _local_differences(self, before: Device, after: Device) -> Iterator[Reason]:
        yield from _port_differences(self.network, before, after)
        yield from _filter_differences(before, after)
        yield from _login_differences(before, after)

    def _route_differences(self, before: Device, after: Device) -> Iterator[Reason]:
        network = replace(self.network, devices={**self.network.devices, after.name: after})
        prefixes = tuple(sorted({*self._prefixes, *named_prefixes(network)}, key=lambda item: (item.length, item)))
        affected = affected_prefixes(before, after, prefixes)
        if any(instance.aggregates for device in network.devices.values() for instance in device.bgp):
            affected = prefixes
        for failure in self.states:
            state, ends = self._state(failure)
            other = with_others(route(network, failure, affected), state, affected)
            if state.settled != other.settled:
                yield because("differs_unsettled", failure=failure.name.in_words())
            yield from _end_differences(state, ends, other, prefixes, failure)

    def _state(self, failure: Failure) -> tuple[RoutingState, Ends]:
        if failure.name not in self._routed:
            state = route(self.network, failure, self._prefixes)
            self._routed[failure.name] = (state, Ends(state))
        return self._routed[failure.name]


# Routes.


def _end_differences(
    one: RoutingState, one_ends: Ends, other: RoutingState, prefixes: Iterable[Prefix], failure: Failure
) -> Iterator[Reason]:
    """Yield starting points and addresses whose ends differ; only where some route or some wire does."""
    if one.routes == other.routes and _wires(one) == _wires(other):
        return
    ends = Ends(other)
    addresses = _touched(one, other, prefixes)
    for (device, name), (here, there) in _starts(one, other).items():
        for family, address in addresses:
            before = one_ends.of(here, family, address)
            after = ends.of(there, family, address)
            if before != after:
                yield because(
                    "differs_in_end",
                    failure=failure.name.in_words(),
                    device=device,
                    interface=name,
                    destination=format_address(family, address),
                    before=_shown(before),
                    after=_shown(after),
                )


def _shown(ends: Iterable[tuple[str, str, str]]) -> str:
    return ", ".join(" ".join(part for part in end if part) for end in sorted(ends))


def _wires(state: RoutingState) -> Mapping[str, tuple[Interface, ...]]:
    return {
        name: tuple(replace(item, bindings=(), description=None) for item in interfaces)
        for name, interfaces in state.wiring.working.items()
    }


def _touched(one: RoutingState, other: RoutingState, prefixes: Iterable[Prefix]) -> tuple[tuple[Family, int], ...]:
    """Return the addresses to try: all if a wire differs, else those inside prefixes whose routes differ anywhere."""
    addresses = stretches(prefixes)
    if _wires(one) != _wires(other):
        return addresses
    changed: set[Prefix] = set()
    for node in one.routes.keys() | other.routes.keys():
        here, there = one.routes.get(node, {}), other.routes.get(node, {})
        changed |= {prefix for prefix in here.keys() | there.keys() if here.get(prefix) != there.get(prefix)}
    return tuple(
        (family, address)
        for family, address in addresses
        if any(prefix.family is family and prefix.holds(address) for prefix in changed)
    )


def _starts(one: RoutingState, other: RoutingState) -> Mapping[tuple[str, str], tuple[Node, Node]]:
    """Return where packets can start in both states, one interface for each pair of VRFs.

    An interface that works in one state only needs no start of its own: whoever sends to its addresses sees it.
    """
    found: dict[tuple[Node, Node], tuple[str, str]] = {}
    for device, interfaces in one.wiring.working.items():
        others = {item.name: item.vrf for item in other.wiring.working[device] if item.addresses}
        for item in interfaces:
            if item.addresses and item.name in others:
                found.setdefault(((device, item.vrf), (device, others[item.name])), (device, item.name))
    return {start: nodes for nodes, start in found.items()}


# Filters.


def _filter_differences(before: Device, after: Device) -> Iterator[Reason]:
    one, other = _bound(before), _bound(after)
    for key in sorted(one.keys() | other.keys()):
        if one.get(key) != other.get(key):
            family = key[2]
            packet = differing_packet(family, one.get(key), other.get(key))
            if packet is not None:
                yield because(
                    "differs_in_filter", device=before.name, where=key[0], way=key[1], packet=packet.in_words()
                )


def _bound(device: Device) -> Mapping[tuple[str, str, Family], Entries]:
    """Return what filters each interface, direction and family, and (as interface "vrf NAME") each VRF's own addresses."""
    acls = {(acl.family, acl.name): tuple(replace(item, log=False) for item in acl.entries) for acl in device.acls}
    found = {
        (item.name, str(binding.direction), binding.family): acls.get((binding.family, binding.acl), ())
        for item in device.interfaces
        for binding in item.bindings
    }
    for vrf in {item.vrf for item in device.interfaces if item.addresses}:
        for family in Family:
            ours = [item for item in device.control_filters if item.family is family]
            own = [item for item in ours if item.vrf is not None and item.vrf == (vrf or "")]
            for item in own or [item for item in ours if item.vrf is None]:
                found[(f"vrf {vrf or ''}", str(Direction.IN), family)] = acls.get((family, item.acl), ())
    return {key: entries for key, entries in found.items() if entries}


# Logins.


def _login_differences(before: Device, after: Device) -> Iterator[Reason]:
    if _login_part(before) == _login_part(after):
        return
    vrfs = {item.vrf for device in (before, after) for item in device.interfaces}
    for family in Family:
        sources = _login_sources(family, (before, after))
        for service in LoginService:
            for vrf in sorted(vrfs, key=lambda name: name or ""):
                for source in sources:
                    one = may_log_in(before, service, vrf, family, source)
                    if one != may_log_in(after, service, vrf, family, source):
                        who = format_address(family, source)
                        ends = {"vrf": table_named(vrf), "device": before.name, "source": who}
                        opened = because("login_opens") if not one else because("login_closes")
                        yield because("differs_in_login", service=service, **ends, change=opened)


def _login_part(device: Device) -> tuple[object, ...]:
    acls = {(acl.family, acl.name): acl.entries for acl in device.acls}
    used = {(family, name) for login in device.logins for family, name in login.acls}
    used |= {(item.family, item.acl) for item in device.control_filters}
    places = tuple((item.name, item.vrf, item.addresses) for item in device.interfaces)
    return (device.logins, device.control_filters, tuple((key, acls.get(key)) for key in sorted(used)), places)


def _login_sources(family: Family, devices: tuple[Device, ...]) -> tuple[int, ...]:
    """Return the corners of all sources that a filter on the way into one of the devices names."""
    last = (1 << family.bits) - 1
    found = {0, last}
    for device in devices:
        names = {name for login in device.logins for _, name in login.acls} | {
            item.acl for item in device.control_filters
        }
        for acl in device.acls:
            for entry in acl.entries if acl.family is family and acl.name in names else ():
                for match in entry.sources or ():
                    high = match.value | (last & ~match.care)
                    found |= {match.value, high, max(0, match.value - 1), min(last, high + 1)}
    return tuple(sorted(found))


# Attachments' interfaces, and what is only noted.


def _port_differences(network: Network, before: Device, after: Device) -> Iterator[Reason]:
    one, other = ({item.name: item for item in device.interfaces} for device in (before, after))
    for port in network.ports:
        if port.device == before.name:
            here, there = one.get(port.interface), other.get(port.interface)
            if _plug(here) != _plug(there):
                states = {"before": _plug_shown(here), "after": _plug_shown(there)}
                yield because("differs_in_port", device=port.device, interface=port.interface, **states)


def _plug(interface: Interface | None) -> tuple[object, ...] | None:
    """Return what the LAN notices of an interface."""
    return None if interface is None else (interface.vlan, interface.enabled, interface.addresses)


def _plug_shown(interface: Interface | None) -> Reason:
    if interface is None:
        return because("no_interface")
    addresses = ", ".join(f"{format_address(item.family, item.value)}/{item.length}" for item in interface.addresses)
    tag = because("no_tag") if interface.vlan is None else interface.vlan
    said = because("interface_has", tag=tag, addresses=addresses or because("no_address"))
    return said if interface.enabled else because("and_switched_off", interface=said)


def _notes(before: Device, after: Device) -> Iterator[Reason]:
    """Yield what the two devices say differently though they behave alike."""
    if before.harmless != after.harmless:
        yield because("note_harmless")
    if routing_part(before) != routing_part(after):
        yield because("note_routing")
    if before.acls != after.acls:
        yield because("note_filters")
    if [(item.name, item.rd) for item in before.vrfs] != [(item.name, item.rd) for item in after.vrfs]:
        yield because("note_distinguishers")
    for instance, other in zip(before.bgp, after.bgp, strict=False):
        limits = [[one.maximum_prefixes for one in item.neighbors] for item in (instance, other)]
        if instance.router_id != other.router_id or limits[0] != limits[1]:
            yield because("note_limits", vrf=table_named(instance.vrf))
