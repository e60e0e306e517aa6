"""Are numbers and neighbours as planned: AS numbers, route distinguishers, and the ways to what is behind a far end?

The one idea: two faults that agree with each other still differ from the plan. Sessions come up between two ends that are wrong
alike, and a route to a device's own address looks as good as one to its neighbour; the plan says which was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because
from intents.registry import AttachmentName
from ipam.address_plan import EntryState, NumberKind
from ipam.keys import AttachmentOwner, DeviceOwner, LanKey, NumberKey, OutsideKey, Owner, PurposeOnDevice, PurposeOwner
from routing.model import AttachmentPort, StaticRoute
from routing.refs import bgp_ref, static_ref, vrf_ref
from verification.evidence.evidence import Evidence
from verification.questions.network import NetworkFault

Owners = Mapping[tuple[str, str], Owner]
"""Whose an interface is by plan, by device and interface."""


def check_presented_asns(evidence: Evidence, owners: Owners) -> Iterator[NetworkFault]:
    """Yield sessions of which an end presents another AS than the plan's, by the sender's interface."""
    planned = _active_numbers(evidence, NumberKind.ASN)
    for session in evidence.topology.sessions:
        device, vrf = evidence.topology.nodes[session.sender]
        owner = owners.get((device, session.peer_interface))
        if owner is None:
            continue
        meant = next((planned[key] for key in _presenting(owner, device) if key in planned), ())
        if session.sender_asn not in meant:
            yield NetworkFault(
                reason=because(
                    "other_asn",
                    device=device,
                    found=session.sender_asn,
                    owner=owner,
                    planned=_numbers_named(meant),
                ),
                device=device,
                ref=bgp_ref(vrf),
                family=session.family,
            )


def _presenting(owner: Owner, device: str) -> Iterator[NumberKey]:
    """Yield whose AS number an owner presents on a device: its own, that of its VRF there, or the device's."""
    match owner:
        case AttachmentOwner():
            yield owner
        case PurposeOwner(purpose):
            yield PurposeOnDevice(purpose, device)
        case _:
            assert_never(owner)
    yield DeviceOwner(device)


def check_distinguishers(evidence: Evidence, owners: Owners) -> Iterator[NetworkFault]:
    """Yield VRFs whose route distinguisher has not the number that the plan gives to whoever stands there, by device."""
    planned = _active_numbers(evidence, NumberKind.VRF)
    devices = evidence.given.network.devices
    vrfs = {(name, item.name): item.vrf for name, device in devices.items() for item in device.interfaces}
    distinguishers = {(name, item.name): item.rd for name, device in devices.items() for item in device.vrfs}
    for place, owner in sorted(owners.items()):
        device, vrf = place[0], vrfs[place]
        distinguisher = distinguishers.get((device, str(vrf)))
        meant = planned.get(owner, ())
        if distinguisher is not None and distinguisher.rpartition(":")[2] not in map(str, meant):
            yield NetworkFault(
                reason=because(
                    "other_distinguisher",
                    vrf=vrf,
                    device=device,
                    owner=owner,
                    found=distinguisher,
                    planned=_numbers_named(meant),
                ),
                device=device,
                ref=vrf_ref(str(vrf)),
            )


def _active_numbers(evidence: Evidence, kind: NumberKind) -> dict[NumberKey, tuple[int, ...]]:
    """Return the numbers of a kind that is unique in the province, by key: what any declared state plans."""
    found: dict[NumberKey, set[int]] = {}
    for state in evidence.states:
        for entry in state.declared.address_plan.numbers:
            if entry.kind is kind and entry.state is EntryState.ACTIVE:
                found.setdefault(entry.key, set()).add(entry.value)
    return {key: tuple(sorted(values)) for key, values in found.items()}


def _numbers_named(numbers: tuple[int, ...]) -> Reason | str:
    return ", ".join(map(str, numbers)) or because("no_number")


def check_far_ends(evidence: Evidence) -> Iterator[NetworkFault]:
    """Yield static routes of external attachments that do not lead to the far end of their link, by attachment."""
    for name, ports in sorted(evidence.ports.items()):
        for port in ports:
            if port.external and (port.device, port.interface) in evidence.topology.interfaces:
                yield from _wrong_ways(evidence, name, port)


def _wrong_ways(evidence: Evidence, name: AttachmentName, port: AttachmentPort) -> Iterator[NetworkFault]:
    vrf = evidence.topology.interfaces[(port.device, port.interface)].vrf
    behind = prefixes_behind(evidence, name)
    here = [item for item in evidence.ports[name] if item.device == port.device]
    for static in evidence.given.network.devices[port.device].statics:
        if static.vrf != vrf or static.prefix not in behind:
            continue
        family = static.prefix.family
        meant = {subnet.last for item in here for subnet in evidence.subnets_of(item, family)}
        if static.next_hop not in meant or static.interface not in (None, *(item.interface for item in here)):
            far = ", ".join(format_address(family, value) for value in sorted(meant)) or because("nobody")
            target = {"target": _target_in_words(static), "planned": far}
            yield NetworkFault(
                reason=because("other_next_hop", device=port.device, prefix=static.prefix, owner=name, **target),
                device=port.device,
                ref=static_ref(static.vrf, str(static.prefix), shown_target(static)),
                family=static.prefix.family,
            )


def prefixes_behind(evidence: Evidence, name: AttachmentName) -> frozenset[Prefix]:
    """Return the planned prefixes behind an external attachment's far end."""
    return frozenset(
        entry.prefix
        for state in evidence.states
        for entry in state.declared.active()
        if isinstance(entry.key, LanKey | OutsideKey) and entry.key.attachment == name
    ) - {subnet for port in evidence.ports[name] for family in Family for subnet in evidence.subnets_of(port, family)}


def shown_target(static: StaticRoute) -> str:
    """Return where a static route leads, as text lines name it."""
    if static.next_hop is None:
        return static.interface or "discard"
    address = format_address(static.prefix.family, static.next_hop)
    return address if static.interface is None else f"{static.interface} {address}"


def _target_in_words(static: StaticRoute) -> Reason | str:
    return because("discarded") if static.next_hop is None and static.interface is None else shown_target(static)
