"""`router ospf` and `ipv6 router ospf`, to one `OspfInstance` for each family of a VRF.

The one idea: a process says what it runs on by addresses (`network`) or the interfaces say it, so interfaces are looked at when
all lines are known; several processes or areas in one VRF, and every option that is not modelled, make lines unknown.
Source: Cisco IOS IP Routing: OSPF Command Reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intents.prefix import Family
from intents.reason import UnclearError, because, unclear
from routing.model import (
    LinePath,
    OspfDefault,
    OspfInstance,
    OspfInterface,
    OspfNetwork,
    OspfRedistribution,
    RouteSource,
)
from routing.refs import ospf_ref
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import interface_kind, interface_name, small_number
from routing.vendors.cisco_ios.reader.medium import packet_length
from routing.vendors.cisco_ios.reader.ospf_interface import (
    OspfSettings,
    area_number,
    authentication_of,
    cost_of,
)
from routing.vendors.cisco_ios.reader.partial import InterfaceDraft, OspfDraft, OspfNetworkLine, PartialDevice
from routing.vendors.cisco_ios.terms import ipv4
from routing.vendors.reserved import FIRST_GROUP

DISTANCE = 110
"""Of routes of the area and of external ones (IOS-OSPF-01)."""
_SOURCES = {"connected": RouteSource.CONNECTED, "static": RouteSource.STATIC, "bgp": RouteSource.BGP}
_METRICS = {RouteSource.CONNECTED: 20, RouteSource.STATIC: 20, RouteSource.BGP: 1}
"""Metrics of redistributed routes where no line says one (IOS-OSPF-06)."""


def read_ospf(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Read one section; `words` from `ospf` on."""
    family = Family.V6 if partial.lines[section.start].startswith("ipv6") else Family.V4
    lines = nested(partial.lines, section)
    header = next(lines)
    draft: OspfDraft | None = None
    match words:
        case ["ospf", process] if small_number(process, 65535):
            draft = partial.ospf.setdefault((family, process), OspfDraft(family, process, None, header))
        case ["ospf", process, "vrf", vrf] if small_number(process, 65535) and family is Family.V4:
            draft = partial.ospf.setdefault((family, process), OspfDraft(family, process, vrf, header))
        case _:
            pass
    if draft is None:
        for index, path in (header, *lines):
            partial.reject(index, path, because("routing_protocol_not_modelled"))
        return
    for index, path in lines:
        try:
            done = len(path) == 2 and _read_line(draft, path[1].split(), (index, path))
        except UnclearError as error:
            partial.reject(index, path, error.reason)
            continue
        if not done:
            partial.set_aside(index, path)


def _read_line(draft: OspfDraft, words: list[str], line: tuple[int, LinePath]) -> bool:
    match words:
        case ["router-id", address]:
            draft.router_id = ipv4(address)
            return 0 < draft.router_id < FIRST_GROUP
        case ["network", address, wildcard, "area", area] if draft.family is Family.V4:
            number = area_number(area)
            if number is None:
                return False
            draft.networks.append(OspfNetworkLine(ipv4(address), ipv4(wildcard), number, line))
        case ["auto-cost", "reference-bandwidth", number]:
            draft.reference = small_number(number, 4294967) or draft.reference
            return bool(small_number(number, 4294967))
        case ["capability", "vrf-lite"]:
            draft.vrf_lite = True
        case ["area", area, "authentication", *kind] if draft.family is Family.V4 and kind in ([], ["message-digest"]):
            number = area_number(area)
            if number is None:
                return False
            draft.authentication[number] = kind[0] if kind else "simple"
        case _:
            return _read_told(draft, words, line)
    return True


def _read_told(draft: OspfDraft, words: list[str], line: tuple[int, LinePath]) -> bool:
    """Read a line about what a process greets nobody on, or tells from elsewhere."""
    match words:
        case ["passive-interface", "default"]:
            draft.passive_default, draft.passive = True, {}
        case ["no", "passive-interface", "default"]:
            draft.passive_default, draft.passive = False, {}
        case ["passive-interface", name] | ["no", "passive-interface", name]:
            found = interface_name(name)
            if found is None:
                return False
            draft.passive[found] = words[0] != "no"
        case ["redistribute", source, *rest] if source in _SOURCES:
            draft.redistributions[source] = (_redistribution(draft.family, source, rest), line)
            draft.asn = rest[0] if source == "bgp" else draft.asn
        case ["default-information", "originate", *rest]:
            draft.default = _default(rest)
        case _:
            return False
    return True


def _redistribution(family: Family, source: str, words: list[str]) -> OspfRedistribution:
    """Return what a line redistributes; without `subnets` older releases take whole classes alone (IOS-OSPF-06)."""
    found = _SOURCES[source]
    rest = words[1:] if found is RouteSource.BGP else words
    options = dict(_options(rest, flags=("subnets",), values=("route-map", "metric", "metric-type", "tag")))
    if family is Family.V4 and "subnets" not in options:
        raise unclear("classes_alone")
    if found is RouteSource.BGP and (not words or not words[0].isdigit()):
        raise unclear("option_of_redistribute")
    return OspfRedistribution(
        source=found,
        policies=(options["route-map"],) if "route-map" in options else (),
        metric=_number(options.get("metric", str(_METRICS[found])), 0xFFFFFE),
        type=_type(options),
    )


def _default(words: list[str]) -> OspfDefault:
    """Return what `default-information originate` tells; its metric is 1 where no line says one (IOS-OSPF-07)."""
    options = dict(_options(words, flags=("always",), values=("metric", "metric-type")))
    return OspfDefault(
        always="always" in options, metric=_number(options.get("metric", "1"), 0xFFFFFE), type=_type(options)
    )


def _options(words: list[str], flags: tuple[str, ...], values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield options with their values; UnclearError for another one."""
    left = list(words)
    while left:
        word = left.pop(0)
        if word in flags:
            yield word, ""
        elif word in values and left:
            yield word, left.pop(0)
        else:
            raise unclear("option_of_redistribute")


def _number(word: str, most: int) -> int:
    found = small_number(word, most)
    if found is None:
        raise unclear("option_of_redistribute")
    return found


def _type(options: dict[str, str]) -> int:
    kind = options.get("metric-type", "2")
    if kind not in ("1", "2"):
        raise unclear("option_of_redistribute")
    return int(kind)


@dataclass(slots=True)
class _Found:
    """The interfaces of a process, and the areas that they are in."""

    interfaces: list[OspfInterface] = field(default_factory=list)
    areas: set[int] = field(default_factory=set)


def finish_ospf(partial: PartialDevice) -> tuple[OspfInstance, ...]:
    """Return the processes that are whole, sorted by VRF and family, and report those that are not."""
    found: dict[tuple[str, Family], OspfInstance] = {}
    for draft in partial.ospf.values():
        key = (draft.vrf or "", draft.family)
        made = None if key in found else _finish(partial, draft)
        if key in found:
            partial.reject(*draft.first, because("second_ospf_process"))
        if made is not None:
            found[key] = made
            partial.say(ospf_ref(draft.vrf, draft.family), draft.first[0])
    _check_processes(partial)
    return tuple(found[key] for key in sorted(found))


def _check_processes(partial: PartialDevice) -> None:
    """Report interface lines that name a process of no section (the device makes one then), or one of another VRF."""
    for interface in partial.interfaces.values():
        for family, said in interface.port.settings.items():
            draft = None if said.process is None else partial.ospf.get((family, said.process))
            if said.line is not None and (draft is None or draft.vrf != interface.vrf):
                partial.reject(*said.line, because("ospf_process_undefined", process=said.process or ""))


def _finish(partial: PartialDevice, draft: OspfDraft) -> OspfInstance | None:
    if draft.vrf is not None and (draft.vrf not in partial.vrfs or not draft.vrf_lite):
        partial.reject(*draft.first, because("ospf_in_vrf"))
        return None
    found = _Found()
    for _, interface in sorted(partial.interfaces.items()):
        areas = _areas(draft, interface)
        if areas:
            found.areas |= areas
            found.interfaces.append(_interface(partial, draft, interface, min(areas)))
    if len(found.areas) > 1:
        partial.reject(*draft.first, because("several_areas"))
        return None
    for redistribution, line in draft.redistributions.values():
        if redistribution.source is RouteSource.BGP and draft.asn != str(partial.asn):
            partial.reject(*line, because("other_bgp_process"))
        if any(name not in partial.route_maps for name in redistribution.policies):
            partial.reject(*line, because("route_map_undefined"))
    return OspfInstance(
        vrf=draft.vrf,
        family=draft.family,
        area=min(found.areas, default=0),
        router_id=draft.router_id,
        interfaces=tuple(found.interfaces),
        redistributions=tuple(item for _, (item, _) in sorted(draft.redistributions.items())),
        default=draft.default,
        distance=DISTANCE,
        external_distance=DISTANCE,
    )


def _areas(draft: OspfDraft, interface: InterfaceDraft) -> set[int]:
    """Return the areas that lines put an interface in: what it says itself beats `network` (IOS-OSPF-05)."""
    if interface.vrf != draft.vrf:
        return set()
    said = interface.port.settings.get(draft.family, OspfSettings())
    if said.process == draft.process and said.area is not None:
        has_address = any(address.family is draft.family for address in interface.addresses)
        return {said.area} if has_address else set()
    if said.process is not None:
        return set()
    primary = [a.value for a in interface.addresses if a.family is Family.V4 and not a.secondary]
    return {line.area for line in draft.networks for value in primary if (value ^ line.address) & ~line.wildcard == 0}


def _interface(partial: PartialDevice, draft: OspfDraft, interface: InterfaceDraft, area: int) -> OspfInterface:
    name = interface.name
    for address, line in interface.addresses.items():
        if address.family is draft.family and address.secondary:
            partial.reject(*line, because("ospf_beside_secondary"))
    parent_name, dot, _ = name.partition(".")
    above = partial.interfaces.get(parent_name) if dot else None
    parent = None if above is None else above.port
    said = interface.port.settings.get(draft.family, OspfSettings())
    is_loopback = interface_kind(name) == "Loopback"
    cost, speed = cost_of(name, interface.port, parent, draft.reference, draft.family)
    hello = said.numbers.get("hello-interval", 10)
    return OspfInterface(
        name=name,
        cost=cost,
        speed=speed,
        passive=is_loopback or draft.passive.get(name, draft.passive_default),
        host=is_loopback and said.network is not OspfNetwork.POINT_TO_POINT,
        network=said.network or OspfNetwork.BROADCAST,
        hello=hello,
        dead=said.numbers.get("dead-interval", 4 * hello),
        mtu=packet_length(interface.port.medium, {} if parent is None else parent.medium, draft.family),
        priority=said.numbers.get("priority", 1),
        authentication=authentication_of(said, draft.authentication.get(area, "")),
    )
