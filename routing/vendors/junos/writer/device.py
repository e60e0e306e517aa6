"""A `Device` as Junos `set` lines, one statement a line, in a fixed order.

The one idea: after writing, the text is read back, and a device that would not come back equal is refused; so what stands
in the text is what the model said, or there is no text.

What a device must look like to be written (its canonical form; `canonical` makes the mechanical part of it):

- Interfaces: units are `PARENT.N`; every unit's parent is there too, without addresses, VRF, VLAN or bindings. All units of a
  parent have a VLAN, or none has. No address is secondary. Bindings of a family only where an address of that family is.
  Units of lo0 have no bindings; their filters are `control_filters`, one unit of lo0 per VRF that has one. If the default
  table has a control filter, every VRF with a unit of lo0 has one of its own.
- VRFs: no RD, no route targets, no maps; `families` are those of the addresses of its interfaces.
- ACLs: names differ also between families. Layer-4 conditions mean `NonInitial.SKIP`, none `MATCH`; `ONLY` and "`SKIP`
  without layer-4 conditions" on IPv4 only. Ports only with protocols 6 and 17, flags only with 6 alone (the six old ones),
  ICMP with 1 (IPv6: 58) alone; ICMP types with codes in an entry of their own, one type. No empty ACL.
- Policies: rules all permit, no prefix twice, none inside another that takes less of it than the outer one; default REJECT
  is the last term `reject-all`; a last clause may have the name "". At most one import, exactly one export per neighbour;
  `(default)` (an empty PROTOCOL policy, in `policies`) is "no export policy". Communities are `N:N` or well-known words.
- Static routes: `distance` 5 is Junos' own, else 1 to 19, one per prefix; next hop on a connected network of
  its VRF, or discard alone.
- BGP: `send_communities` True, `enabled` True, `networks` none, `summary_only` False, `maximum_paths` 1 or 16;
  `redistributions` for each family with a neighbour AGGREGATE, CONNECTED, STATIC without policy; `loop_asns` the own AS
  alone (independent-domain) or the ASs of all BGP instances of the device, the default table's included.
- Logins: `Login(service=...)` with nothing else; a service whose options are among the harmless lines must be there.
"""

from __future__ import annotations

from dataclasses import fields

from intents.prefix import format_address
from intents.reason import describe_reason
from routing.model import ControlFilter, Device, Interface, LoginService
from routing.refs import binding_ref, control_filter_ref, interface_ref, login_ref
from routing.vendors.junos.lines import TokenLines, free_text, name_word
from routing.vendors.junos.reader.device import PLATFORM, read
from routing.vendors.junos.reader.interfaces import LOOPBACK
from routing.vendors.junos.reader.logins import LOGINS, opened
from routing.vendors.junos.writer.filter import FAMILY_WORDS, render_acl
from routing.vendors.junos.writer.policy import render_policies
from routing.vendors.junos.writer.routing import render_routing
from routing.vendors.vendor import TextLine


def render(device: Device) -> tuple[TextLine, ...]:
    """Write a device; ValueError if Junos can't say it, or if it isn't in canonical form."""
    written = write(device)
    _check(device, written)
    return written


def write(device: Device) -> tuple[TextLine, ...]:
    """Write a device without reading it back: for one that was rendered before; ValueError if Junos can't say it."""
    if device.platform != PLATFORM:
        raise ValueError(f"{device.name}: not a Junos device")
    if device.unknown:
        raise ValueError(f"{device.name}: lines that aren't understood can't be written from the model")
    lines = TokenLines()
    lines.add(f"system host-name {name_word(device.name)}")
    _render_system(device, lines)
    _render_interfaces(device, lines)
    for acl in device.acls:
        render_acl(acl, lines)
    render_policies(device.policies, lines)
    render_routing(device, lines)
    return tuple(lines.found.values())


def _check(device: Device, written: tuple[TextLine, ...]) -> None:
    """Refuse what would not be read back as it is."""
    found = read(device.name, "".join(f"{line.text}\n" for line in written)).device
    if found == device:
        return
    names = [item.name for item in fields(Device) if getattr(found, item.name) != getattr(device, item.name)]
    unknown = found.unknown[:1]
    reason = "".join(f": {line.path[0]}: {describe_reason(line.reason, 'en')}" for line in unknown)
    raise ValueError(f"{device.name}: not in canonical form in {', '.join(names)}{reason}")


def _render_system(device: Device, lines: TokenLines) -> None:
    implied: dict[LoginService, bool] = {}
    for path in device.harmless:
        (statement,) = path
        service = opened(statement)
        if service is not None:
            implied[service] = True
            lines.add(statement, login_ref(service.value))
        else:
            lines.add(statement)
    words = {service: start for start, service in reversed(LOGINS)}
    for login in device.logins:
        if login.service not in implied:
            lines.add(words[login.service], login_ref(login.service.value))


def _render_interfaces(device: Device, lines: TokenLines) -> None:
    control = {
        item.vrf: [other for other in device.control_filters if other.vrf == item.vrf]
        for item in device.control_filters
    }
    units: dict[str, list[Interface]] = {}
    for interface in device.interfaces:
        parent, dot, _ = interface.name.partition(".")
        units.setdefault(parent, []).extend([interface] if dot else [])
    for interface in device.interfaces:
        name, dot, unit = interface.name.partition(".")
        if dot:
            filters = control.pop(interface.vrf, []) if name == LOOPBACK else []
            _render_unit(interface, f"interfaces {name} unit {unit}", filters, lines)
        else:
            _render_parent(interface, units[name], lines)
    if control:
        raise ValueError(f"{device.name}: a control filter needs a unit of {LOOPBACK} in its VRF")


def _render_parent(parent: Interface, units: list[Interface], lines: TokenLines) -> None:
    tagged = any(unit.vlan is not None for unit in units)
    for statement in _state(parent) + (["vlan-tagging"] if tagged else []):
        lines.add(f"interfaces {parent.name} {statement}", interface_ref(parent.name))
    if not units and _state(parent) == []:
        lines.add(f"interfaces {parent.name}", interface_ref(parent.name))


def _state(interface: Interface) -> list[str]:
    said = [] if interface.description is None else [f"description {free_text(interface.description)}"]
    return said if interface.enabled else [*said, "disable"]


def _render_unit(interface: Interface, start: str, filters: list[ControlFilter], lines: TokenLines) -> None:
    # Every line of a unit also says that its parent is there.
    refs = interface_ref(interface.name), interface_ref(interface.name.partition(".")[0])
    said = _state(interface)
    if interface.vlan is not None:
        said.append(f"vlan-id {interface.vlan}")
    for address in interface.addresses:
        text = f"{format_address(address.family, address.value)}/{address.length}"
        said.append(f"family {FAMILY_WORDS[address.family]} address {text}")
    for statement in said:
        lines.add(f"{start} {statement}", *refs)
    if not (said or interface.bindings or filters):
        lines.add(start, *refs)
    for binding in interface.bindings:
        way = "input" if binding.direction.value == "in" else "output"
        where = f"{start} family {FAMILY_WORDS[binding.family]} filter {way} {name_word(binding.acl)}"
        lines.add(where, *refs, binding_ref(interface.name, binding.direction.value, binding.family))
    for item in filters:
        where = f"{start} family {FAMILY_WORDS[item.family]} filter input {name_word(item.acl)}"
        lines.add(where, *refs, control_filter_ref(item.vrf, item.family))
