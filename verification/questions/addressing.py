"""Does every interface stand where the plan says: its addresses, its tag, switched on, in the right VRF, without stray filters?

Turns the address plan's own entries into what each device's interfaces must be, and compares. The one idea: the plan names the
owner of every interface (an attachment, or a purpose in the backbone), so a VRF is right if all its interfaces have one owner,
and an owner's interfaces on one device are all in one VRF; no name of a VRF needs to be known. This is what keeps a tag, a
VRF or a spare channel right that no session happens to cross today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from intents.prefix import Family, Prefix, format_address, prefix_of
from intents.reason import Reason, because
from intents.registry import AttachmentName, PurposeName
from ipam.address_plan import EntryState, NumberKind
from ipam.keys import AttachmentOwner, ChannelScope, LinkKey, LoopbackKey, Owner, PrefixKey, PurposeOwner
from routing.model import AttachmentPort, BgpNeighbor, Interface, PhysicalLink
from routing.refs import bgp_ref, binding_ref, interface_ref, neighbor_ref
from verification.evidence.declared_state import DeclaredState
from verification.evidence.evidence import Evidence
from verification.packets.permitted_sets import gateway_of
from verification.questions.far_ends import check_distinguishers, check_far_ends, check_presented_asns
from verification.questions.network import NetworkFault, only_family
from verification.routes.adjacency import parent_of
from verification.verdicts.route_entry import table_named

Address = tuple[Family, int, int]
"""Family, value, prefix length."""
_MANAGEMENT = PurposeOwner(PurposeName("management"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInterface:
    """What the plan says of one interface. `port` is its parent's name, "" for a loopback (any name will do); `name` is known
    for attachments' ports only; `peers` says whether a BGP session must cross it (a link between two devices of ours), `hosts`
    whether hosts stand there that must be told of their router."""

    device: str
    port: str
    name: str
    vlan: int | None
    addresses: frozenset[Address]
    owner: Owner
    peers: bool
    hosts: bool = False
    kept: bool = True
    """Whether every declared state plans it just so; only then must that session be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPlace:
    """One interface by all declared states: `options` are what they plan of it, one if they agree; `is_needed`: all plan it."""

    options: tuple[PlannedInterface, ...]
    is_needed: bool


Key = tuple[str, PrefixKey | None]
"""An interface of the plan: device, and the plan's key of its prefixes."""


def check_addressing(evidence: Evidence) -> Iterator[NetworkFault]:
    """Yield every interface that is not as planned, by device; links first, then VRFs, then what nobody planned."""
    found: dict[tuple[str, str], PlannedInterface] = {}
    for place in planned_places(evidence):
        standing = {option: item for option in place.options if (item := _standing(evidence, option)) is not None}
        if not standing and place.is_needed:
            yield _missing(evidence, place.options[0])
        for item in {item.name: item for item in standing.values()}.values():
            faults = {option: tuple(_wrong(evidence, option, item)) for option in standing if standing[option] is item}
            planned = min(faults, key=lambda option: bool(faults[option]))
            found[(planned.device, item.name)] = planned
            yield from faults[planned]
    yield from _mixed_vrfs(evidence, found)
    yield from _unplanned(evidence, found)
    yield from _unspoken_links(evidence, found)
    yield from _stray_neighbors(evidence, found)
    owners = {place: planned.owner for place, planned in found.items()}
    yield from check_presented_asns(evidence, owners)
    yield from check_distinguishers(evidence, owners)
    yield from check_far_ends(evidence)


def planned_places(evidence: Evidence) -> tuple[PlannedPlace, ...]:
    """Return every interface that some declared state plans on devices whose texts are judged: ports first, then by the plan's
    keys."""
    network, roles = evidence.given.network, evidence.given.roles
    ground = _Ground(
        devices=frozenset(network.devices), backbone=roles.backbone, links=network.links, ports=network.ports
    )
    return _planned_places(evidence.states, ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What of a network a plan is laid out on: nothing that a text says."""

    devices: frozenset[str]
    backbone: frozenset[str]
    links: tuple[PhysicalLink, ...]
    ports: tuple[AttachmentPort, ...]


@lru_cache(maxsize=16)
def _planned_places(states: tuple[DeclaredState, ...], ground: _Ground) -> tuple[PlannedPlace, ...]:
    purposes = {name: item.purpose for state in states for name, item in state.declared.registry.attachments.items()}
    plans = [dict(_planned_in(state, ground, purposes)) for state in states]
    ports = dict.fromkeys((port.device, port.subnet) for port in ground.ports)
    ends = dict.fromkeys(key for plan in plans for key in plan if key not in ports)
    every = ([plan[key] for plan in plans if key in plan] for key in (*ports, *sorted(ends, key=lambda x: str(x[1]))))
    return tuple(_place_of(options, is_needed=len(options) == len(plans)) for options in every if options)


def _place_of(planned: Sequence[PlannedInterface], *, is_needed: bool) -> PlannedPlace:
    options = sorted(set(planned), key=repr)
    is_kept = is_needed and len(options) == 1
    return PlannedPlace(options=tuple(replace(item, kept=is_kept) for item in options), is_needed=is_needed)


def _planned_in(
    state: DeclaredState, ground: _Ground, purposes: Mapping[AttachmentName, PurposeName]
) -> Iterator[tuple[Key, PlannedInterface]]:
    """Yield every interface that a declared state plans, with its key."""
    prefixes: dict[PrefixKey | None, list[Prefix]] = {}
    for entry in state.declared.active():
        prefixes.setdefault(entry.key, []).append(entry.prefix)
    tags = {
        (item.scope, item.key): item.value
        for item in state.declared.address_plan.numbers
        if item.kind is NumberKind.VLAN and item.state is EntryState.ACTIVE
    }
    links = {link.name: link for link in ground.links}
    ports = {(port.device, port.subnet): port for port in state.declared.ports}
    for place, port in ports.items():
        yield place, _port(port, prefixes.get(port.subnet, []))
    for key, held in sorted(prefixes.items(), key=lambda item: str(item[0])):
        if isinstance(key, LinkKey) and key.channel in links:
            tag = tags.get((ChannelScope(key.channel), key))
            for device, port_name, low in _ends(links[key.channel]):
                if device in ground.devices and (device, key) not in ports:
                    owner = key.owner
                    if device in ground.backbone and isinstance(owner, AttachmentOwner):
                        owner = PurposeOwner(purposes[owner.attachment])
                    yield (device, key), _link_end((device, port_name, low), tag, held, owner)
        elif isinstance(key, LoopbackKey) and key.device in ground.devices:
            addresses = frozenset((item.family, item.network, item.length) for item in held)
            planned = PlannedInterface(
                device=key.device, port="", name="", vlan=None, addresses=addresses, owner=_MANAGEMENT, peers=False
            )
            yield (key.device, key), planned


def _port(port: AttachmentPort, held: Iterable[Prefix]) -> PlannedInterface:
    """Return the interface that an attachment is plugged in to: the first address of its LAN (the lower one of a link)."""
    return PlannedInterface(
        device=port.device,
        port=parent_of(port.interface),
        name=port.interface,
        vlan=port.vlan,
        addresses=frozenset((item.family, gateway_of(item), item.length) for item in held),
        owner=AttachmentOwner(AttachmentName(port.attachment)),
        peers=False,
        hosts=not port.external,
    )


def _ends(link: PhysicalLink) -> tuple[tuple[str, str, bool], tuple[str, str, bool]]:
    """Return both ends of a channel; the side nearer the backbone has the lower address."""
    return (link.a_device, link.a_interface, True), (link.b_device, link.b_interface, False)


def _link_end(end: tuple[str, str, bool], tag: int | None, held: Iterable[Prefix], owner: Owner) -> PlannedInterface:
    device, port, low = end
    return PlannedInterface(
        device=device,
        port=port,
        name="",
        vlan=tag,
        addresses=frozenset((item.family, item.network if low else item.last, item.length) for item in held),
        owner=owner,
        peers=True,
    )


def _standing(evidence: Evidence, planned: PlannedInterface) -> Interface | None:
    """Return the interface that is meant: by name, by tag on its port, or by its address (loopbacks)."""
    device = evidence.given.network.devices.get(planned.device)
    for item in () if device is None else device.interfaces:
        if planned.name:
            if item.name == planned.name:
                return item
        elif planned.port:
            if parent_of(item.name) == planned.port and item.vlan == planned.vlan and "." in item.name:
                return item
        elif _addresses(item) & planned.addresses:
            return item
    return None


def _addresses(item: Interface) -> frozenset[Address]:
    return frozenset((address.family, address.value, address.length) for address in item.addresses)


def _missing(evidence: Evidence, planned: PlannedInterface) -> NetworkFault:
    return NetworkFault(
        reason=because(
            "interface_missing",
            device=planned.device,
            owner=planned.owner,
            wanted=_wanted(planned),
            addresses=_shown(planned.addresses),
        ),
        device=planned.device,
        ref=interface_ref(planned.name or planned.port),
        family=_only(planned.addresses),
        missing=True,
    )


def _wanted(planned: PlannedInterface) -> Reason | str:
    if planned.name:
        return planned.name
    if not planned.port:
        return because("a_loopback")
    return because("tag_on_port", tag=tag_named(planned.vlan), port=planned.port)


def tag_named(vlan: int | None) -> Reason | str:
    """Return a VLAN tag, or that there is none."""
    return because("no_tag") if vlan is None else str(vlan)


def _only(addresses: Iterable[Address]) -> Family | None:
    return only_family(family for family, _, _ in addresses)


def _wrong(evidence: Evidence, planned: PlannedInterface, item: Interface) -> Iterator[NetworkFault]:
    where = interface_of(planned, item.name)
    ref = interface_ref(item.name)
    addresses, device = _addresses(item), planned.device
    if addresses != planned.addresses or any(address.secondary for address in item.addresses):
        reason = because("other_addresses", where=where, found=_shown(addresses), planned=_shown(planned.addresses))
        yield NetworkFault(reason=reason, device=device, ref=ref, family=_only(addresses ^ planned.addresses))
    family = _only(planned.addresses)
    if item.vlan != planned.vlan:
        reason = because("other_tag", where=where, found=tag_named(item.vlan), planned=tag_named(planned.vlan))
        yield NetworkFault(reason=reason, device=device, ref=ref, family=family)
    if (device, item.name) not in evidence.topology.interfaces:
        yield NetworkFault(reason=because("switched_off", where=where), device=device, ref=ref, family=family)
    if planned.hosts and any(other is Family.V6 for other, _, _ in planned.addresses) and not item.advertises:
        reason = because("router_not_advertised", where=where)
        yield NetworkFault(reason=reason, device=device, ref=ref, family=Family.V6, missing=True)
    if (device, item.name) not in evidence.topology.ports:
        for binding in item.bindings:
            reason = because("stray_filter", where=where)
            found = binding_ref(item.name, str(binding.direction), binding.family)
            yield NetworkFault(reason=reason, device=device, ref=found, family=binding.family)


def interface_of(planned: PlannedInterface, name: str) -> Reason:
    """Return which interface is meant and whose it is."""
    return because("interface_of", device=planned.device, interface=name, owner=planned.owner)


def _shown(addresses: Iterable[Address]) -> Reason | str:
    return addresses_named(f"{format_address(family, value)}/{length}" for family, value, length in sorted(addresses))


def addresses_named(texts: Iterable[str]) -> Reason | str:
    """Return addresses one after the other, or that there is none."""
    return ", ".join(texts) or because("no_address")


def _mixed_vrfs(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield interfaces whose VRF holds another owner, or whose owner has another VRF on the same device."""
    owner_of: dict[tuple[str, str | None], PlannedInterface] = {}
    vrf_of: dict[tuple[str, Owner], str | None] = {}
    for (device, name), planned in found.items():
        vrf = next(item.vrf for item in evidence.given.network.devices[device].interfaces if item.name == name)
        first = owner_of.setdefault((device, vrf), planned)
        own_vrf = vrf_of.setdefault((device, planned.owner), vrf)
        reason = None
        if vrf is None:
            reason = because("in_no_vrf", where=interface_of(planned, name))
        elif first.owner != planned.owner:
            reason = because("vrf_of_two_owners", vrf=vrf, device=device, owner=first.owner, other_owner=planned.owner)
        elif own_vrf != vrf:
            reason = because(
                "owner_in_two_vrfs", owner=planned.owner, device=device, vrf=table_named(own_vrf), other_vrf=vrf
            )
        if reason is not None:
            family = _only(planned.addresses)
            yield NetworkFault(reason=reason, device=device, ref=interface_ref(name), family=family)


def _unplanned(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield interfaces with addresses that stand in a VRF of ours, or on a planned prefix, though nobody planned them."""
    ours = {
        (device, next(item.vrf for item in evidence.given.network.devices[device].interfaces if item.name == name))
        for device, name in found
    }
    planned = {entry.prefix for state in evidence.states for entry in state.declared.active()}
    for device in evidence.given.network.devices.values():
        for item in device.interfaces:
            if not item.addresses or (device.name, item.name) in found:
                continue
            subnets = [prefix_of(address.family, address.value, address.length) for address in item.addresses]
            if (device.name, item.vrf) in ours or any(
                prefix.overlaps(subnet) for subnet in subnets for prefix in planned
            ):
                yield NetworkFault(
                    reason=because(
                        "interface_not_planned",
                        device=device.name,
                        interface=item.name,
                        addresses=_shown(_addresses(item)),
                        vrf=table_named(item.vrf),
                    ),
                    device=device.name,
                    ref=interface_ref(item.name),
                    family=_only(_addresses(item)),
                )


def _stray_neighbors(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield neighbours in VRFs of ours that are not the far end of a planned link, whether or not a session comes up."""
    ours: set[tuple[str, str | None]] = set()
    meant: set[tuple[str, str | None, Family, int]] = set()
    for (device, name), planned in found.items():
        vrf = next(item.vrf for item in evidence.given.network.devices[device].interfaces if item.name == name)
        ours.add((device, vrf))
        for family, value, length in planned.addresses if planned.peers else ():
            subnet = prefix_of(family, value, length)
            meant.add((device, vrf, family, subnet.network + subnet.last - value))
    for name, device_item in evidence.given.network.devices.items():
        for instance in device_item.bgp:
            for neighbor in instance.neighbors if (name, instance.vrf) in ours else ():
                if neighbor.enabled and (name, instance.vrf, neighbor.family, neighbor.address) not in meant:
                    yield _stray_neighbor(name, instance.vrf, neighbor)


def _stray_neighbor(device: str, vrf: str | None, neighbor: BgpNeighbor) -> NetworkFault:
    address = format_address(neighbor.family, neighbor.address)
    reason = because("neighbor_not_planned", device=device, neighbor=address, vrf=table_named(vrf))
    ref = neighbor_ref(vrf, neighbor.family, address)
    return NetworkFault(reason=reason, device=device, ref=ref, family=neighbor.family)


def _unspoken_links(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield links between two devices over which no BGP session comes up, in a family that they have addresses of."""
    spoken = {
        (evidence.topology.nodes[item.receiver][0], item.interface, item.family) for item in evidence.topology.sessions
    }
    for (device, name), planned in found.items():
        for family, value, length in sorted(planned.addresses) if planned.peers and planned.kept else ():
            if (device, name, family) not in spoken:
                vrf = evidence.given.network.devices[device].interfaces
                own = next((item.vrf for item in vrf if item.name == name), None)
                yield NetworkFault(
                    reason=because("no_session_over", prefix=prefix_of(family, value, length), owner=planned.owner),
                    device=device,
                    ref=bgp_ref(own),
                    family=family,
                    missing=True,
                )
