"""Lines that a device refuses because what they name stands below them.

The one idea: a running configuration is printed in an order in which it can be entered; a text in another order is not what the
device would have, so a line that names what is not yet there is not understood. What may be named before it is there (access
lists, route maps, prefix lists, templates) is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import LinePath
from routing.vendors.cisco_ios.reader.partial import InstanceDraft, InterfaceDraft, PartialDevice, VrfDraft

_Refused = tuple[int, LinePath, Reason]


def check_order(partial: PartialDevice) -> None:
    """Report lines that stand above what they need."""
    found = [
        *_interfaces(partial),
        *_statics(partial),
        *_vrfs(partial),
        *_instances(partial),
        *_processes(partial),
        *_object_groups(partial),
    ]
    for index, path, reason in found:
        partial.reject(index, path, reason)


def _interfaces(partial: PartialDevice) -> Iterator[_Refused]:
    """Yield bindings to a VRF that is not there yet (IOS-REF-19), and addresses of a family that it has not yet (IOS-UP-05)."""
    for interface in partial.interfaces.values():
        vrf = partial.vrfs.get(interface.vrf or "")
        if vrf is None or interface.vrf_line is None:
            continue
        if interface.vrf_line[0] < vrf.index:
            yield (*interface.vrf_line, because("vrf_defined_below", vrf=vrf.name))
            continue
        yield from _addresses(interface, vrf)


def _addresses(interface: InterfaceDraft, vrf: VrfDraft) -> Iterator[_Refused]:
    for address, (index, path) in interface.addresses.items():
        family = vrf.families.get(address.family)
        if family is not None and index < family.index:
            yield index, path, because("family_defined_below", vrf=vrf.name)


def _statics(partial: PartialDevice) -> Iterator[_Refused]:
    """Yield routes in a VRF, or by a sub-interface, that is not there yet (IOS-REF-20, IOS-REF-23)."""
    for route, index in partial.statics.values():
        path = (partial.lines[index].strip(),)
        vrf = partial.vrfs.get(route.vrf or "")
        if vrf is not None:
            family = vrf.families.get(route.prefix.family)
            if family is None:
                yield index, path, because("vrf_without_family")
            elif index < max(vrf.index, family.index):
                yield index, path, because("vrf_defined_below", vrf=vrf.name)
        if route.interface is not None and "." in route.interface:
            interface = partial.interfaces.get(route.interface)
            if interface is None or index < interface.index:
                yield index, path, because("interface_not_above", interface=route.interface)


def _vrfs(partial: PartialDevice) -> Iterator[_Refused]:
    """Yield route targets above the route distinguisher (IOS-UP-06)."""
    for vrf in partial.vrfs.values():
        if vrf.target_line is not None and vrf.rd_line is not None and vrf.target_line[0] < vrf.rd_line[0]:
            yield (*vrf.target_line, because("distinguisher_below"))


def _instances(partial: PartialDevice) -> Iterator[_Refused]:
    """Yield address families of a VRF above it, its family or its route distinguisher (IOS-REF-20, IOS-UP-06), and what names an
    OSPF process or an interface above it."""
    for instance in partial.instances.values():
        yield from _families(partial, instance)
        for family, (process, line) in instance.processes.items():
            draft = partial.ospf.get((family, process))
            if draft is not None and line[0] < draft.first[0]:
                yield (*line, because("ospf_process_below", process=process))
        for neighbor in instance.neighbors.values():
            source = partial.interfaces.get(neighbor.settings.source or "")
            said = neighbor.settings.lines.get("update-source")
            if source is not None and said is not None and said[0] < source.index:
                yield (*said, because("interface_not_above", interface=source.name))


def _families(partial: PartialDevice, instance: InstanceDraft) -> Iterator[_Refused]:
    vrf = partial.vrfs.get(instance.vrf or "")
    if vrf is None:
        return
    for family, line in instance.families.items():
        own = vrf.families.get(family)
        needed = [vrf.index, *([] if own is None else [own.index]), *([] if vrf.rd_line is None else [vrf.rd_line[0]])]
        if line[0] < max(needed):
            yield (*line, because("vrf_defined_below", vrf=vrf.name))


def _processes(partial: PartialDevice) -> Iterator[_Refused]:
    """Yield OSPF processes above their VRF, and passive interfaces that are not there yet."""
    for draft in partial.ospf.values():
        vrf = partial.vrfs.get(draft.vrf or "")
        if vrf is not None and draft.first[0] < vrf.index:
            yield (*draft.first, because("vrf_defined_below", vrf=vrf.name))
        for name, line in draft.passive_lines.items():
            interface = partial.interfaces.get(name)
            if interface is not None and line[0] < interface.index:
                yield (*line, because("interface_not_above", interface=name))


def _object_groups(partial: PartialDevice) -> Iterator[_Refused]:
    """Yield entries and members that name an object group above its first member (IOS-REF-27)."""
    filled = {
        name: min((index for index, _ in body), default=header[0])
        for bodies in partial.groups.values()
        for name, (header, body) in bodies.items()
    }
    if not filled:
        return
    for acl in partial.acls.values():
        for position, text in enumerate(acl.body):
            for name in _named_groups(text.split(), "object-group"):
                if acl.indexes[position] < filled.get(name, 0):
                    reason = because("object_group_below", name=name)
                    yield acl.indexes[position], acl.path(partial.lines, position), reason
    for bodies in partial.groups.values():
        for _, body in bodies.values():
            for index, path in body:
                for name in _named_groups(path[-1].split(), "group-object"):
                    if index < filled.get(name, 0):
                        yield index, path, because("object_group_below", name=name)


def _named_groups(words: list[str], keyword: str) -> Iterator[str]:
    return (name for word, name in pairwise(words) if word == keyword)


def above_ipv6(partial: PartialDevice) -> bool:
    """Return whether what needs IPv6 routing was read already: IPv6 of OSPF and BGP (IOS-UP-23)."""
    speaks = any(Family.V6 in instance.families for instance in partial.instances.values())
    runs = any(family is Family.V6 for family, _ in partial.ospf)
    return speaks or runs or any(Family.V6 in item.port.settings for item in partial.interfaces.values())
