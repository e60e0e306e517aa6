"""Whether a packet passes an ACL, may enter a device, and who may log in.

The one idea: entries in order, the first that matches decides, and every field of an entry is asked the same way: None
does not restrict, else some element must match. A packet that lacks what a field asks about does not match it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from intents.prefix import Family
from routing.model import (
    Acl,
    AclEntry,
    Action,
    AddressMatch,
    Device,
    Direction,
    Interface,
    Login,
    LoginService,
    NonInitial,
    PortRange,
)
from routing.refs import acl_entry_ref, acl_ref
from verification.verdicts.flow import ICMP4, ICMP6, TCP, UDP, Flow, Line

_SCTP = 132
_WITH_PORTS = frozenset({TCP, UDP, _SCTP})

_LISTENING = {
    LoginService.SSH: ((TCP, 22),),
    LoginService.TELNET: ((TCP, 23),),
    LoginService.NETCONF: ((TCP, 830),),
    LoginService.SNMP: ((UDP, 161),),
    LoginService.HTTP: ((TCP, 80), (TCP, 443)),
}
"""Protocol and ports of each service; a client comes from some port of the dynamic range."""
_CLIENT_PORT = 49152


class Passage(NamedTuple):
    """Whether a packet passes, and the entry or ACL that said so (None where nothing was bound)."""

    passes: bool
    line: Line | None = None


def judge_acl(device: Device, family: Family, name: str, flow: Flow) -> Passage:
    """Return what a device's ACL of a family says of a packet: first match decides, no match denies.

    An ACL that is not defined or has no entries permits everything (IOS; elsewhere the reader reports the line as
    unknown).
    """
    found = _find_acl(device, family, name)
    if found is None or not found.entries:
        return Passage(passes=True)
    for index, entry in enumerate(found.entries):
        if entry_matches(entry, flow):
            return Passage(passes=entry.action is Action.PERMIT, line=(device.name, acl_entry_ref(name, index)))
    return Passage(passes=False, line=(device.name, acl_ref(name)))


def judge_interface(device: Device, interface: Interface, direction: Direction, flow: Flow) -> Iterator[Passage]:
    """Yield what each ACL bound to an interface in a direction says of a packet; it passes if all let it pass."""
    for binding in interface.bindings:
        if binding.direction is direction and binding.family is flow.family:
            yield judge_acl(device, flow.family, binding.acl, flow)


def judge_control(device: Device, vrf: str | None, flow: Flow) -> Iterator[Passage]:
    """Yield what the filters on a device's own addresses in a VRF say: those of the VRF itself, else those for every
    VRF."""
    ours = [item for item in device.control_filters if item.family is flow.family]
    own = [item for item in ours if item.vrf is not None and item.vrf == (vrf or "")]
    for item in own or [item for item in ours if item.vrf is None]:
        yield judge_acl(device, flow.family, item.acl, flow)


def entry_matches(entry: AclEntry, flow: Flow) -> bool:
    """Return whether an ACL entry matches a packet; a non-initial fragment has only addresses and a protocol."""
    if entry.protocols is not None and flow.protocol not in entry.protocols:
        return False
    if not _address_matches(entry.sources, flow.source) or not _address_matches(entry.destinations, flow.destination):
        return False
    if flow.fragment:
        return entry.non_initial is not NonInitial.SKIP
    if entry.non_initial is NonInitial.ONLY:
        return False
    return (
        _port_matches(entry.source_ports, flow.protocol, flow.source_port)
        and _port_matches(entry.destination_ports, flow.protocol, flow.destination_port)
        and _flags_match(entry, flow)
        and _icmp_matches(entry, flow)
    )


def _address_matches(allowed: tuple[AddressMatch, ...] | None, value: int) -> bool:
    return allowed is None or any(value & item.care == item.value for item in allowed)


def _port_matches(allowed: tuple[PortRange, ...] | None, protocol: int, port: int) -> bool:
    if allowed is None:
        return True
    return protocol in _WITH_PORTS and any(low <= port <= high for low, high in allowed)


def _flags_match(entry: AclEntry, flow: Flow) -> bool:
    if entry.tcp_flags is None:
        return True
    return flow.protocol == TCP and any(flow.tcp_flags & item.care == item.value for item in entry.tcp_flags)


def _icmp_matches(entry: AclEntry, flow: Flow) -> bool:
    if entry.icmp is None:
        return True
    own_protocol = ICMP4 if flow.family is Family.V4 else ICMP6
    return flow.protocol == own_protocol and any(
        flow.icmp_type == item.type and item.code in (None, flow.icmp_code) for item in entry.icmp
    )


def _find_acl(device: Device, family: Family, name: str) -> Acl | None:
    return next((acl for acl in device.acls if acl.name == name and acl.family is family), None)


def may_log_in(device: Device, service: LoginService, vrf: str | None, family: Family, source: int) -> bool:
    """Return whether a client at `source`, whose packets arrive in `vrf`, may log in at some own address of the device
    there.

    A login that listens in that VRF and family must exist and its ACL pass the client, and so must the filter on the
    device's own addresses. What stands before the device (ACLs of interfaces, routes) is `walk`'s question.
    """
    logins = [item for item in device.logins if item.service is service and _listens(item, vrf, family)]
    return any(
        _admits(device, login, flow) and all(passage.passes for passage in judge_control(device, vrf, flow))
        for login in logins
        for flow in _attempts(device, service, vrf, family, source)
    )


def _listens(login: Login, vrf: str | None, family: Family) -> bool:
    return family in login.families and (login.vrfs is None or (vrf or "") in login.vrfs)


def _admits(device: Device, login: Login, flow: Flow) -> bool:
    names = [name for family, name in login.acls if family is flow.family]
    return all(judge_acl(device, flow.family, name, flow).passes for name in names)


def _attempts(device: Device, service: LoginService, vrf: str | None, family: Family, source: int) -> Iterator[Flow]:
    """Yield the first packet of a session to each own address in the VRF (a login's ACL may name destinations)."""
    for interface in device.interfaces:
        for address in interface.addresses if interface.vrf == vrf else ():
            for protocol, port in _LISTENING[service] if address.family is family else ():
                yield Flow(
                    family=family,
                    source=source,
                    destination=address.value,
                    protocol=protocol,
                    source_port=_CLIENT_PORT,
                    destination_port=port,
                    tcp_flags=2 if protocol == TCP else 0,
                    start_device=device.name,
                    start_interface=interface.name,
                )
