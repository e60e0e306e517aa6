"""A device without one thing that its text says.

The one idea: a line is lost as a hand would lose it: the thing is gone and whatever names it still stands, so that a list that
loses its last entry, or a neighbour that names a policy which is not there, means what the platform makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from intents.prefix import format_address
from routing.model import BgpInstance, Device, PolicyClause, Ref, RoutePolicy, Vrf, VrfFamily
from routing.refs import static_name
from verification.routes.adjacency import parent_of


def without(device: Device, ref: Ref) -> Device:
    """Return a device without a thing; the same device if nothing is lost with it alone, or the thing is not there."""
    lose = _LOSSES.get(ref[0])
    return device if lose is None else lose(device, *ref[1:])


def _interface(device: Device, name: str) -> Device:
    left = tuple(item for item in device.interfaces if name not in (item.name, parent_of(item.name)))
    return replace(device, interfaces=left)


def _vrf(device: Device, name: str) -> Device:
    return replace(
        device,
        vrfs=tuple(item for item in device.vrfs if item.name != name),
        interfaces=tuple(item for item in device.interfaces if item.vrf != name),
        statics=tuple(item for item in device.statics if item.vrf != name),
        bgp=tuple(item for item in device.bgp if item.vrf != name),
        ospf=tuple(item for item in device.ospf if item.vrf != name),
    )


def _vrf_import(device: Device, vrf: str, family: str, target: str) -> Device:
    return _with_family(
        device, vrf, family, lambda item: replace(item, imports=tuple(one for one in item.imports if one != target))
    )


def _vrf_export(device: Device, vrf: str, family: str, target: str) -> Device:
    return _with_family(
        device, vrf, family, lambda item: replace(item, exports=tuple(one for one in item.exports if one != target))
    )


def _with_family(device: Device, vrf: str, family: str, change: Callable[[VrfFamily], VrfFamily]) -> Device:
    def changed(item: Vrf) -> Vrf:
        families = tuple(change(one) if str(int(one.family)) == family else one for one in item.families)
        return replace(item, families=families)

    return replace(device, vrfs=tuple(changed(item) if item.name == vrf else item for item in device.vrfs))


def _acl_entry(device: Device, name: str, index: str) -> Device:
    at = int(index)
    acls = (
        replace(item, entries=item.entries[:at] + item.entries[at + 1 :]) if item.name == name else item
        for item in device.acls
    )
    return replace(device, acls=tuple(acls))


def _policy(device: Device, name: str) -> Device:
    return replace(device, policies=tuple(item for item in device.policies if item.name != name))


def _clause(device: Device, name: str, index: str) -> Device:
    at = int(index)
    return _with_policy(device, name, lambda item: replace(item, clauses=item.clauses[:at] + item.clauses[at + 1 :]))


def _prefix_rule(device: Device, name: str, index: str, rule: str) -> Device:
    place, at = int(index), int(rule)

    def left(clause: PolicyClause) -> PolicyClause:
        rules = clause.prefixes or ()
        return replace(clause, prefixes=(*rules[:at], *rules[at + 1 :]) or None)

    return _with_policy(
        device,
        name,
        lambda item: replace(
            item, clauses=tuple(left(one) if number == place else one for number, one in enumerate(item.clauses))
        ),
    )


def _with_policy(device: Device, name: str, change: Callable[[RoutePolicy], RoutePolicy]) -> Device:
    return replace(device, policies=tuple(change(item) if item.name == name else item for item in device.policies))


def _static(device: Device, vrf: str, prefix: str, way: str) -> Device:
    gone = (vrf, prefix, way)
    left = (item for item in device.statics if (item.vrf or "", str(item.prefix), static_name(item)) != gone)
    return replace(device, statics=tuple(left))


def _bgp(device: Device, vrf: str) -> Device:
    return replace(device, bgp=tuple(item for item in device.bgp if (item.vrf or "") != vrf))


def _ospf(device: Device, vrf: str, family: str) -> Device:
    left = (item for item in device.ospf if ((item.vrf or ""), str(int(item.family))) != (vrf, family))
    return replace(device, ospf=tuple(left))


def _neighbor(device: Device, vrf: str, family: str, address: str) -> Device:
    def left(instance: BgpInstance) -> BgpInstance:
        found = (
            item
            for item in instance.neighbors
            if (str(int(item.family)), format_address(item.family, item.address)) != (family, address)
        )
        return replace(instance, neighbors=tuple(found))

    return replace(device, bgp=tuple(left(item) if (item.vrf or "") == vrf else item for item in device.bgp))


_LOSSES: Mapping[str, Callable[..., Device]] = {
    "interface": _interface,
    "vrf": _vrf,
    "vrf-import": _vrf_import,
    "vrf-export": _vrf_export,
    "acl-entry": _acl_entry,
    "policy": _policy,
    "clause": _clause,
    "prefix-rule": _prefix_rule,
    "static": _static,
    "bgp": _bgp,
    "ospf": _ospf,
    "neighbor": _neighbor,
}
"""By kind of thing. Bindings, filters and logins are no part of it: without one more passes, never less."""
