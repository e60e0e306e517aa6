"""`router bgp` with its address families, to one `BgpInstance` per VRF.

The one idea: a line is read in its context (router level, or one family of one VRF); neighbours of the global table
may be described at both levels, those of a VRF only in its family. Source: Cisco IOS IP Routing: BGP Command Reference.
"""

from __future__ import annotations

from intents.prefix import Family, format_address
from intents.reason import UnclearError, because, unclear
from routing.model import BgpInstance, BgpNeighbor, LinePath
from routing.refs import bgp_ref, neighbor_ref
from routing.vendors.cisco_ios.given_names import check_other_name
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.inheritance import settle_inheritance
from routing.vendors.cisco_ios.reader.inner_neighbor import check_neighbor, source_of
from routing.vendors.cisco_ios.reader.neighbor import read_neighbor, read_template_line
from routing.vendors.cisco_ios.reader.origination import read_originated
from routing.vendors.cisco_ios.reader.partial import InstanceDraft, NeighborDraft, NeighborSettings, PartialDevice
from routing.vendors.cisco_ios.reader.prefix_lists import synthesized_name
from routing.vendors.cisco_ios.terms import as_number, ipv4, router_number

Line = tuple[int, LinePath]
_Context = tuple[InstanceDraft, Family] | tuple[str, NeighborSettings]
_TEMPLATE_ENDS = ("exit-peer-session", "exit-peer-policy")
_FAMILIES = {"ipv4": Family.V4, "ipv6": Family.V6}


def read_bgp(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Read one `router bgp` section."""
    lines = nested(partial.lines, section)
    try:
        asn = as_number(words[2]) if len(words) == 3 else None
    except UnclearError:
        asn = None
    if asn is None or partial.asn not in (None, asn):
        for index, path in lines:
            partial.reject(index, path, because("second_bgp_process"))
        return
    partial.asn = asn
    header = next(lines)
    context: _Context | None = None
    for index, path in lines:
        try:
            if len(path) == 2:
                context = None
                context = _open(partial, header, (index, path))
                done = context is not None or _read_router_line(partial, header, (index, path))
            else:
                done = len(path) == 3 and context is not None and _read_below(context, (index, path))
                context = None if path[-1] in _TEMPLATE_ENDS else context
        except UnclearError as error:
            partial.reject(index, path, error.reason)
            continue
        if not done:
            partial.set_aside(index, path)


def _open(partial: PartialDevice, header: Line, line: Line) -> _Context | None:
    """Return what the lines below a line belong to, None if nothing does."""
    match line[1][1].split():
        case ["address-family", *_]:
            return _open_family(partial, header, line)
        case ["template", "peer-session" | "peer-policy" as kind, name]:
            check_other_name(name)
            return kind, partial.templates.setdefault((kind, name), NeighborSettings())
        case _:
            return None


def _read_below(context: _Context, line: Line) -> bool:
    """Read a line of an address family or of a template."""
    place, what = context
    if isinstance(place, str):
        done = isinstance(what, NeighborSettings) and read_template_line(place, what, line)
        return done or line[1][2] == f"exit-{place}"
    return isinstance(what, Family) and _read_family_line(place, what, line)


def _instance(partial: PartialDevice, vrf: str | None, line: Line) -> InstanceDraft:
    return partial.instances.setdefault(vrf, InstanceDraft(vrf, line))


def _open_family(partial: PartialDevice, header: Line, line: Line) -> tuple[InstanceDraft, Family]:
    words = [word for word in line[1][1].split()[1:] if word != "unicast"]
    match words:
        case [family]:
            vrf: str | None = None
        case [family, "vrf", name]:
            vrf = name
        case _:
            raise unclear("address_family_not_modelled")
    if family not in _FAMILIES:
        raise unclear("address_family_not_modelled")
    instance = _instance(partial, vrf, header if vrf is None else line)
    instance.families.setdefault(_FAMILIES[family], line)
    return instance, _FAMILIES[family]


def _read_router_line(partial: PartialDevice, header: Line, line: Line) -> bool:
    """Read a line outside the address families: about the process, or about the global table."""
    words = line[1][1].split()
    match words:
        case ["bgp", "router-id", address]:
            partial.bgp_router_id = router_number(address)
        case ["bgp", "router-id", "vrf", "auto-assign"]:
            partial.router_id_of_vrf = line
        case ["bgp", "cluster-id", number]:
            partial.cluster_id = _cluster_number(number)
        case ["bgp", "default", "local-preference", number]:
            partial.default_preference = _preference(number)
        case ["bgp", "deterministic-med"]:
            partial.deterministic_med = True
        case ["no", "bgp", "default", "ipv4-unicast"] | ["bgp", "default", "ipv4-unicast"]:
            _check_no_neighbors(partial)
            partial.default_unicast = words[0] != "no"
        case ["exit-peer-session" | "exit-peer-policy"]:
            return True
        case ["neighbor", _, *_] | ["no", "neighbor", _, *_]:
            return read_neighbor(_instance(partial, None, header), None, words, line)
        case ["network" | "redistribute" | "aggregate-address" | "maximum-paths", *_]:
            return read_originated(_instance(partial, None, header), Family.V4, words, line)
        case _:
            return False
    return True


def _check_no_neighbors(partial: PartialDevice) -> None:
    """UnclearError if there are neighbours already: they keep what was usual when they were made (IOS-BGP-01)."""
    if any(family is Family.V4 for instance in partial.instances.values() for family, _ in instance.neighbors):
        raise unclear("default_below_neighbors")


def _cluster_number(text: str) -> int:
    """Return a cluster ID, said as an address or as a number (IOS-RR-01)."""
    number = small_number(text, 0xFFFFFFFF) if text.isdigit() else ipv4(text)
    if not number:
        raise unclear("not_a_router_id")
    return number


def _preference(text: str) -> int:
    number = small_number(text, 0xFFFFFFFF)
    if number is None:
        raise unclear("not_a_number")
    return number


def _read_family_line(instance: InstanceDraft, family: Family, line: Line) -> bool:
    words = line[1][2].split()
    if words[0] == "neighbor" or words[:2] == ["no", "neighbor"]:
        return read_neighbor(instance, family, words, line)
    if words[:2] == ["bgp", "router-id"] and len(words) == 3 and instance.vrf is not None:
        instance.router_id = router_number(words[2])
        return True
    return read_originated(instance, family, words, line)


def finish_bgp(partial: PartialDevice) -> tuple[BgpInstance, ...]:
    """Return the instances in order, and report neighbours and families that are not whole."""
    found = []
    for vrf in sorted(partial.instances, key=lambda name: name or ""):
        instance = partial.instances[vrf]
        partial.say(bgp_ref(vrf), instance.first[0])
        if vrf is not None and (
            vrf not in partial.vrfs or not instance.families.keys() <= partial.vrfs[vrf].families.keys()
        ):
            partial.reject(*instance.first, because("vrf_or_family_undefined"))
        elif vrf is not None and partial.vrfs[vrf].rd is None:
            partial.reject(*instance.first, because("bgp_without_distinguisher"))
        found.append(_finish_instance(partial, instance))
    return tuple(found)


def _finish_instance(partial: PartialDevice, instance: InstanceDraft) -> BgpInstance:
    asn = partial.asn or 0
    for redistribution, index, path in instance.redistributions.values():
        if redistribution.policy is not None and redistribution.policy not in partial.route_maps:
            partial.reject(index, path, because("route_map_undefined"))
    for family, (process, line) in instance.processes.items():
        draft = partial.ospf.get((family, process))
        if draft is None or draft.vrf != instance.vrf:
            partial.reject(*line, because("ospf_process_undefined", process=process))
    settle_inheritance(partial, instance)
    neighbors = []
    for key in sorted(instance.neighbors):
        neighbor = instance.neighbors[key]
        said = neighbor.settings
        local_as = said.local_as.asn if said.local_as else 0
        if local_as == asn:
            partial.reject(*said.lines["local-as"], because("local_as_is_own"))  # IOS-LAS-03
        if said.remote_as is None:
            partial.reject(*neighbor.first, because("neighbor_without_remote_as"))
        elif said.remote_as == local_as:
            partial.reject(*neighbor.first, because("peer_as_is_local_as"))
        else:
            check_neighbor(partial, neighbor, internal=said.remote_as == asn)
            neighbors.append(_finish_neighbor(partial, neighbor, said.remote_as))
    return BgpInstance(
        vrf=instance.vrf,
        asn=asn,
        router_id=_router_id(partial, instance),
        loop_asns=(asn,),
        neighbors=tuple(neighbors),
        redistributions=tuple(
            sorted((found for found, _, _ in instance.redistributions.values()), key=lambda r: (r.family, r.source))
        ),
        networks=tuple(sorted(instance.networks)),
        aggregates=tuple(instance.aggregates[prefix] for prefix in sorted(instance.aggregates)),
        maximum_paths=_maximum_paths(partial, instance),
        cluster_id=partial.cluster_id,
        default_preference=partial.default_preference,
        deterministic_med=partial.deterministic_med,
    )


def _router_id(partial: PartialDevice, instance: InstanceDraft) -> int | None:
    """Return the router ID that is said for an instance; `vrf auto-assign` says the VRF's highest loopback (IOS-RID-02)."""
    if instance.router_id is not None or instance.vrf is None or partial.router_id_of_vrf is None:
        return partial.bgp_router_id if instance.router_id is None else instance.router_id
    found = [
        address.value
        for interface in partial.interfaces.values()
        if interface.vrf == instance.vrf and interface.enabled and interface.name.startswith("Loopback")
        for address in interface.addresses
        if address.family is Family.V4 and not address.secondary
    ]
    if not found:
        partial.reject(*partial.router_id_of_vrf, because("router_id_without_loopback", vrf=instance.vrf))
    return max(found, default=None)


def _maximum_paths(partial: PartialDevice, instance: InstanceDraft) -> int:
    """Return the number for all families of the instance that say anything: one that is empty has no routes to choose from
    (IOS-DEC-07). Families that differ can't be said in the model."""
    said = instance.paths.keys() | {family for family, _ in (*instance.neighbors, *instance.redistributions)}
    said |= {prefix.family for prefix in (*instance.networks, *instance.aggregates)}
    numbers = {instance.paths[family][0] if family in instance.paths else 1 for family in said}
    if len(numbers) > 1:
        for _, index, path in instance.paths.values():
            partial.reject(index, path, because("maximum_paths_differ"))
    return min(numbers, default=1)


def _finish_neighbor(partial: PartialDevice, neighbor: NeighborDraft, remote_as: int) -> BgpNeighbor:
    partial.say(
        neighbor_ref(neighbor.vrf, neighbor.family, format_address(neighbor.family, neighbor.address)),
        neighbor.first[0],
    )
    said = neighbor.settings
    usual = partial.default_unicast and neighbor.family is Family.V4
    activated = usual if said.activated is None else said.activated
    return BgpNeighbor(
        family=neighbor.family,
        address=neighbor.address,
        remote_as=remote_as,
        enabled=activated and not said.shutdown,
        local_as=said.local_as,
        imports=_policies(neighbor, "in"),
        exports=_policies(neighbor, "out"),
        loops=said.loops or 0,
        guards=tuple(sorted(" ".join(guard) for guard in said.guards.items())),
        source=source_of(partial, neighbor),
        client=bool(said.client),
        next_hop_self=bool(said.next_hop_self),
        maximum_prefixes=said.maximum_prefixes or None,
        send_communities=bool(said.send_communities),
        description=said.description,
    )


def _policies(neighbor: NeighborDraft, way: str) -> tuple[str, ...]:
    names = []
    for (kind, found), name in neighbor.settings.maps.items():
        if found == way:
            names.append(name if kind == "route-map" else synthesized_name(neighbor.family, name))
    return tuple(sorted(names))
