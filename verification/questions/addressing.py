"""Does every interface stand where the plan says: its addresses, its tag, switched on, in the right VRF, without stray filters?

Turns the address plan's own entries into what each device's interfaces must be, and compares. The one idea: the plan names the
owner of every interface (an attachment, or a purpose in the backbone), so a VRF is right if all its interfaces have one owner,
and an owner's interfaces on one device are all in one VRF; no name of a VRF needs to be known. This is what keeps a tag, a
VRF or a spare channel right that no session happens to cross today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix, format_address, prefix_of
from intents.registry import AttachmentName
from ipam.address_plan import EntryState, NumberKind
from routing.model import AttachmentPort, Interface, PhysicalLink
from routing.refs import bgp_ref, binding_ref, interface_ref
from verification.evidence.evidence import Evidence
from verification.packets.permitted_sets import gateway_of
from verification.questions.far_ends import check_distinguishers, check_far_ends, check_presented_asns
from verification.questions.network import NetworkFault
from verification.routes.adjacency import parent_of

Address = tuple[Family, int, int]
"""Family, value, prefix length."""
_MANAGEMENT = "purpose/management"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInterface:
    """What the plan says of one interface. `port` is its parent's name, "" for a loopback (any name will do); `name` is known
    for attachments' ports only; `peers` says whether a BGP session must cross it (a link between two devices of ours)."""

    device: str
    port: str
    name: str
    vlan: int | None
    addresses: frozenset[Address]
    owner: str
    peers: bool


def check_addressing(evidence: Evidence) -> Iterator[NetworkFault]:
    """Yield every interface that is not as planned, by device; links first, then VRFs, then what nobody planned."""
    found: dict[tuple[str, str], PlannedInterface] = {}
    for planned in planned_interfaces(evidence):
        item = _standing(evidence, planned)
        if item is None:
            yield _missing(evidence, planned)
            continue
        found[(planned.device, item.name)] = planned
        yield from _wrong(evidence, planned, item)
    yield from _mixed_vrfs(evidence, found)
    yield from _unplanned(evidence, found)
    yield from _unspoken_links(evidence, found)
    owners = {place: planned.owner for place, planned in found.items()}
    yield from check_presented_asns(evidence, owners)
    yield from check_distinguishers(evidence, owners)
    yield from check_far_ends(evidence)


def planned_interfaces(evidence: Evidence) -> Iterator[PlannedInterface]:
    """Yield every interface that the plan asks for on devices whose texts are judged, in the order of the plan's keys."""
    prefixes: dict[str, list[Prefix]] = {}
    for entry in evidence.given.address_plan.prefixes:
        if entry.state is EntryState.ACTIVE:
            prefixes.setdefault(entry.key, []).append(entry.prefix)
    tags = {
        (item.scope, item.key): item.value
        for item in evidence.given.address_plan.numbers
        if item.kind is NumberKind.VLAN and item.state is EntryState.ACTIVE
    }
    links = {link.name: link for link in evidence.given.network.links}
    ports = {(port.device, port.subnet): port for ports in evidence.ports.values() for port in ports}
    for port in ports.values():
        yield _port(port, prefixes.get(port.subnet, []))
    for key, held in sorted(prefixes.items()):
        kind, _, rest = key.partition("/")
        channel, _, owner = rest.partition("/")
        if kind == "link" and channel in links:
            tag = tags.get((f"channel/{channel}", key))
            for device, port_name, low in _ends(links[channel]):
                if device in evidence.given.network.devices and (device, key) not in ports:
                    yield _link_end(evidence, (device, port_name, low), tag, held, owner)
        elif kind == "loopback" and rest in evidence.given.network.devices:
            addresses = frozenset((item.family, item.network, item.length) for item in held)
            yield PlannedInterface(
                device=rest, port="", name="", vlan=None, addresses=addresses, owner=_MANAGEMENT, peers=False
            )


def _port(port: AttachmentPort, held: Iterable[Prefix]) -> PlannedInterface:
    """Return the interface that an attachment is plugged in to: the first address of its LAN (the lower one of a link)."""
    return PlannedInterface(
        device=port.device,
        port=parent_of(port.interface),
        name=port.interface,
        vlan=port.vlan,
        addresses=frozenset((item.family, gateway_of(item), item.length) for item in held),
        owner=f"attachment/{port.attachment}",
        peers=False,
    )


def _ends(link: PhysicalLink) -> tuple[tuple[str, str, bool], tuple[str, str, bool]]:
    """Return both ends of a channel; the side nearer the backbone has the lower address."""
    return (link.a_device, link.a_interface, True), (link.b_device, link.b_interface, False)


def _link_end(
    evidence: Evidence, end: tuple[str, str, bool], tag: int | None, held: Iterable[Prefix], owner: str
) -> PlannedInterface:
    device, port, low = end
    if device in evidence.given.roles.backbone and owner.startswith("attachment/"):
        name = AttachmentName(owner.removeprefix("attachment/"))
        owner = f"purpose/{evidence.given.registry.attachments[name].purpose}"
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
    shown = planned.name or (f"tag {planned.vlan} on {planned.port}" if planned.port else "loopback")
    return NetworkFault(
        reason=f"{planned.device} has no interface for {planned.owner}: {shown}, {_shown(planned.addresses)}",
        device=planned.device,
        ref=interface_ref(planned.name or planned.port),
    )


def _wrong(evidence: Evidence, planned: PlannedInterface, item: Interface) -> Iterator[NetworkFault]:
    where = f"{planned.device} {item.name} ({planned.owner})"
    ref = interface_ref(item.name)
    if _addresses(item) != planned.addresses or any(address.secondary for address in item.addresses):
        reason = f"{where} has {_shown(_addresses(item))}, planned is {_shown(planned.addresses)}"
        yield NetworkFault(reason=reason, device=planned.device, ref=ref)
    if item.vlan != planned.vlan:
        reason = f"{where} has tag {item.vlan}, planned is {planned.vlan}"
        yield NetworkFault(reason=reason, device=planned.device, ref=ref)
    if (planned.device, item.name) not in evidence.topology.interfaces:
        yield NetworkFault(reason=f"{where} is switched off", device=planned.device, ref=ref)
    if (planned.device, item.name) not in evidence.topology.ports:
        for binding in item.bindings:
            reason = f"{where} is no attachment's, yet a filter is bound to it"
            found = binding_ref(item.name, str(binding.direction), binding.family)
            yield NetworkFault(reason=reason, device=planned.device, ref=found)


def _shown(addresses: Iterable[Address]) -> str:
    texts = [f"{format_address(family, value)}/{length}" for family, value, length in sorted(addresses)]
    return ", ".join(texts) or "no address"


def _mixed_vrfs(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield interfaces whose VRF holds another owner, or whose owner has another VRF on the same device."""
    owner_of: dict[tuple[str, str | None], PlannedInterface] = {}
    vrf_of: dict[tuple[str, str], str | None] = {}
    for (device, name), planned in found.items():
        vrf = next(item.vrf for item in evidence.given.network.devices[device].interfaces if item.name == name)
        first = owner_of.setdefault((device, vrf), planned)
        own_vrf = vrf_of.setdefault((device, planned.owner), vrf)
        reason = ""
        if vrf is None:
            reason = f"{device} {name} ({planned.owner}) is in no VRF"
        elif first.owner != planned.owner:
            reason = f"VRF {vrf} of {device} holds interfaces of {first.owner} and of {planned.owner}"
        elif own_vrf != vrf:
            reason = f"{planned.owner} is in two VRFs of {device}: {own_vrf} and {vrf}"
        if reason:
            yield NetworkFault(reason=reason, device=device, ref=interface_ref(name))


def _unplanned(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield interfaces with addresses that stand in a VRF of ours, or on a planned prefix, though nobody planned them."""
    ours = {
        (device, next(item.vrf for item in evidence.given.network.devices[device].interfaces if item.name == name))
        for device, name in found
    }
    for device in evidence.given.network.devices.values():
        for item in device.interfaces:
            if item.addresses and (device.name, item.name) not in found and (device.name, item.vrf) in ours:
                yield NetworkFault(
                    reason=f"{device.name} {item.name} with {_shown(_addresses(item))} is in VRF {item.vrf}, not planned",
                    device=device.name,
                    ref=interface_ref(item.name),
                )


def _unspoken_links(evidence: Evidence, found: Mapping[tuple[str, str], PlannedInterface]) -> Iterator[NetworkFault]:
    """Yield links between two devices over which no BGP session comes up, in a family that they have addresses of."""
    spoken = {
        (evidence.topology.nodes[item.receiver][0], item.interface, item.family) for item in evidence.topology.sessions
    }
    for (device, name), planned in found.items():
        for family, value, length in sorted(planned.addresses) if planned.peers else ():
            if (device, name, family) not in spoken:
                vrf = evidence.given.network.devices[device].interfaces
                own = next((item.vrf for item in vrf if item.name == name), None)
                yield NetworkFault(
                    reason=f"no BGP session over {prefix_of(family, value, length)} ({planned.owner}) comes up",
                    device=device,
                    ref=bgp_ref(own),
                )
