"""Statements under `routing-instances` and `routing-options`, as VRFs and static and aggregate routes.

The one idea: the default instance and every other one take the same statements, so all are read by the same code into the
same drafts; the default instance's name is None. A static next hop counts only if it is on a connected network of its
instance, because that is when Junos installs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from intents.prefix import Family, Prefix, parse_address, parse_prefix, prefix_of
from intents.reason import Reason, because, reason_of, unclear
from routing.model import Aggregate, StaticRoute, Vrf, VrfFamily
from routing.refs import bgp_ref, static_ref, vrf_ref
from routing.vendors.junos.names import administered, as_number, number
from routing.vendors.junos.reader.bgp_lines import BgpLines
from routing.vendors.junos.reader.interfaces import Unit
from routing.vendors.junos.reader.ospf_lines import PROTOCOLS, OspfLines
from routing.vendors.junos.reader.reading import JunosReading, Leaves
from routing.vendors.junos.tree import JunosStatement, words
from routing.vendors.reserved import is_router_id

DEFAULT_PREFERENCE = 5
"""Junos' preference of a static route; those that IOS and Junos rank differently against BGP are not modelled."""


MANAGEMENT = "mgmt_junos"
"""The instance that every device has, and that works once `system management-instance` stands there (JUN-VRF-01)."""


@dataclass(slots=True)
class Instance:
    """One routing instance while its statements come in."""

    name: str | None
    first: JunosStatement | None = None
    leaves: Leaves = field(default_factory=Leaves)
    interfaces: dict[str, JunosStatement] = field(default_factory=dict)
    statics: dict[Prefix, dict[str, JunosStatement]] = field(default_factory=dict)
    preferences: Leaves = field(default_factory=Leaves)
    aggregates: dict[Prefix, JunosStatement] = field(default_factory=dict)
    advertising: dict[str, JunosStatement] = field(default_factory=dict)
    """The units that send router advertisements (JUN-UP-15)."""
    bgp: BgpLines = field(default_factory=BgpLines)
    ospf: dict[Family, OspfLines] = field(default_factory=lambda: {family: OspfLines() for family in Family})

    @property
    def speaks_ospf(self) -> bool:
        """Return whether any statement of OSPF stands in the instance."""
        return any(lines.first is not None for lines in self.ospf.values())


@dataclass(slots=True)
class Instances:
    """All routing instances, the default one as None."""

    found: dict[str | None, Instance] = field(default_factory=lambda: {None: Instance(None)})

    def take(self, statement: JunosStatement) -> Reason | None:
        """Take one statement; return why it isn't understood, or None."""
        parts = words(statement.text)
        try:
            match parts:
                case ["routing-instances", name, *rest] if name != "apply-groups":
                    instance = self.found.setdefault(name, Instance(name))
                    instance.first = instance.first or statement
                    return _take_instance(instance, rest, statement)
                case ["routing-options" | "protocols", *_]:
                    return _take_common(self.found[None], parts, statement)
                case ["system", "management-instance"]:
                    instance = self.found.setdefault(MANAGEMENT, Instance(MANAGEMENT))
                    instance.leaves.put("management-instance", "", statement)
                    instance.first = statement
                    return None
                case _:
                    return because("not_a_routing_instance")
        except ValueError as error:
            return reason_of(error)


def _take_instance(instance: Instance, rest: list[str], statement: JunosStatement) -> Reason | None:
    match rest:
        case []:
            pass
        case ["instance-type", "virtual-router" | "vrf" as kind]:
            instance.leaves.put("instance-type", kind, statement)
        case ["instance-type", _]:
            instance.leaves.put("instance-type", "", statement)
        case ["interface", name]:
            instance.interfaces.setdefault(name if "." in name else f"{name}.0", statement)
        case ["description", text]:
            instance.leaves.put("description", text, statement)
        case ["route-distinguisher", text]:
            instance.leaves.put("route-distinguisher", administered(text), statement)
        case ["vrf-target", text] if text.startswith("target:"):
            instance.leaves.put("vrf-target", administered(text.removeprefix("target:")), statement)
        case ["vrf-table-label"]:
            instance.leaves.put("vrf-table-label", "", statement)
        case ["routing-options" | "protocols", *_]:
            return _take_common(instance, rest, statement)
        case _:
            return because("leaks_or_else", statement=rest[0])
    return None


def _take_common(instance: Instance, parts: list[str], statement: JunosStatement) -> Reason | None:
    match parts:
        case ["protocols", "bgp", *rest]:
            return instance.bgp.take(rest, statement)
        case ["protocols", "router-advertisement", "interface", name]:
            instance.advertising.setdefault(name if "." in name else f"{name}.0", statement)
        case ["protocols", "ospf" | "ospf3" as name, *rest]:
            return instance.ospf[PROTOCOLS[name]].take(rest, statement)
        case ["routing-options", "router-id", text]:
            router_id = parse_address(text)
            if router_id.family is not Family.V4 or not is_router_id(router_id.value):  # RFC-SESS-03
                return because("not_a_router_id")
            instance.leaves.put("router-id", text, statement)
        case ["routing-options", "autonomous-system", *rest]:
            return _take_as(instance, rest, statement)
        case ["routing-options", "static", "route", prefix, *rest]:
            return _take_static(instance, parse_prefix(prefix), Family.V4, rest, statement)
        case ["routing-options", "aggregate", "route", prefix, *rest]:
            return _take_aggregate(instance, parse_prefix(prefix), Family.V4, rest, statement)
        case ["routing-options", "rib", rib, kind, "route", prefix, *rest] if kind in {"static", "aggregate"}:
            family = _rib_family(instance.name, rib)
            take = _take_static if kind == "static" else _take_aggregate
            return take(instance, parse_prefix(prefix), family, rest, statement)
        case ["routing-options", "forwarding-table", "export", name]:
            instance.leaves.put("forwarding-table", name, statement)
        case _:
            return because("this_not_modelled", statement=" ".join(parts[:2]))
    return None


def _rib_family(instance: str | None, rib: str) -> Family:
    start = "" if instance is None else f"{instance}."
    for table, family in (("inet.0", Family.V4), ("inet6.0", Family.V6)):
        if rib == start + table:
            return family
    raise unclear("other_table")


def _take_as(instance: Instance, rest: list[str], statement: JunosStatement) -> Reason | None:
    match rest:
        case [text, *options] if text[0].isdigit():
            instance.leaves.put("autonomous-system", str(as_number(text)), statement)
        case options:
            pass
    match options:
        case []:
            return None if rest else because("no_number_given")
        case ["independent-domain"] | ["independent-domain", "no-attrset"]:
            instance.leaves.put("independent-domain", "", statement)
            return None
        case _:
            return because("option_of_as")


def _take_static(
    instance: Instance, prefix: Prefix, family: Family, rest: list[str], statement: JunosStatement
) -> Reason | None:
    if prefix.family is not family:
        return because("route_in_other_table")
    hops = instance.statics.setdefault(prefix, {})
    match rest:
        case ["discard" | "reject"]:
            hops["discard"] = statement
        case ["next-hop", address] if parse_address(address).family is family:
            hops[str(parse_address(address))] = statement
        case ["preference", text]:
            instance.preferences.put(str(prefix), str(_preference(text)), statement)
        case ["retain" | "no-retain"]:
            instance.preferences.put(f"{prefix} retain", "", statement)
        case _:
            return because("option_of_static_route")
    return None


def _preference(text: str) -> int:
    value = number(text, 0, (1 << 32) - 1)
    if not is_plain_preference(value):
        raise unclear("preference_ranked_otherwise")
    return value


def is_plain_preference(value: int) -> bool:
    """Return whether both meanings' distances (eBGP 20) rank a static route as Junos does (BGP 170): as the better one.

    A worse one would be inactive, and not announced, while a BGP route is there (JUN-STAT-06).
    """
    return 1 <= value < 20


def _take_aggregate(
    instance: Instance, prefix: Prefix, family: Family, rest: list[str], statement: JunosStatement
) -> Reason | None:
    if prefix.family is not family:
        return because("route_in_other_table")
    if rest not in ([], ["discard"], ["reject"]):
        return because("option_of_aggregate_route")
    instance.aggregates.setdefault(prefix, statement)
    return None


def finish_vrfs(instances: Instances, units: Iterable[Unit], reading: JunosReading) -> tuple[Vrf, ...]:
    """Return the VRFs; the families of one are those of its interfaces' addresses."""
    families: dict[str | None, set[Family]] = {}
    for unit in units:
        families.setdefault(unit.vrf, set()).update(address.family for address in unit.addresses)
    vrfs = []
    for name, instance in instances.found.items():
        if name is None or instance.first is None:
            continue
        _check_type(instance, instance.first, reading)
        reading.says(instance.first, vrf_ref(name))
        vrf_families = tuple(VrfFamily(family=family) for family in sorted(families.get(name, ())))
        leaves = instance.leaves
        rd = leaves.value("route-distinguisher")
        vrfs.append(Vrf(name=name, rd=rd, families=vrf_families, description=leaves.value("description")))
    return tuple(sorted(vrfs, key=lambda vrf: vrf.name))


def _check_type(instance: Instance, first: JunosStatement, reading: JunosReading) -> None:
    """A `vrf` without auto-export, vrf-import or VPN sessions leaks nothing on its own device; a virtual router neither."""
    leaves = instance.leaves
    kind = leaves.value("instance-type")
    if "management-instance" in leaves and kind is None and not instance.interfaces:
        kind = "virtual-router"
    if not kind:
        reading.unknown(leaves["instance-type"].statement if kind == "" else first, because("instance_type"))
    for name, leaf in leaves.items():
        reading.says(leaf.statement)
        if kind != "vrf" and name in {"route-distinguisher", "vrf-target", "vrf-table-label"}:
            reading.unknown(leaf.statement, because("belongs_to_vrf_only"))
    if kind == "vrf" and not ("route-distinguisher" in leaves and "vrf-target" in leaves):
        reading.unknown(first, because("vrf_without_target"))


def finish_statics(instances: Instances, units: Iterable[Unit], reading: JunosReading) -> tuple[StaticRoute, ...]:
    """Return the static routes by instance, prefix and next hop."""
    connected: dict[str | None, list[Prefix]] = {}
    for unit in units:
        nets = [prefix_of(address.family, address.value, address.length) for address in unit.addresses]
        connected.setdefault(unit.vrf, []).extend(nets)
    routes = []
    for vrf, instance in instances.found.items():
        for prefix, hops in instance.statics.items():
            if not hops:
                _without_hop(instance, prefix, reading)
            leaf = instance.preferences.get(str(prefix))
            distance = DEFAULT_PREFERENCE if leaf is None else int(leaf.value)
            _check_hops(prefix, hops, connected.get(vrf, ()), reading)
            for hop, statement in hops.items():
                said = [statement] if leaf is None else [statement, leaf.statement]
                for part in said:
                    reading.says(part, static_ref(vrf, str(prefix), hop))
                address = None if hop == "discard" else parse_address(hop).value
                routes.append(
                    StaticRoute(vrf=vrf, prefix=prefix, next_hop=address, discard=address is None, distance=distance)
                )
    return tuple(sorted(routes, key=lambda route: (route.vrf or "", route.prefix, route.next_hop or -1)))


def _without_hop(instance: Instance, prefix: Prefix, reading: JunosReading) -> None:
    for name in (str(prefix), f"{prefix} retain"):
        if name in instance.preferences:
            reading.unknown(instance.preferences[name].statement, because("static_without_next_hop"))


def _check_hops(
    prefix: Prefix, hops: dict[str, JunosStatement], connected: Iterable[Prefix], reading: JunosReading
) -> None:
    for hop, statement in hops.items():
        if hop == "discard":
            if len(hops) > 1:
                reading.unknown(statement, because("discards_and_forwards"))
        elif not any(net.family is prefix.family and net.holds(parse_address(hop).value) for net in connected):
            reading.unknown(statement, because("next_hop_not_connected"))
        if len({statement.rank for statement in hops.values()}) > 1:
            reading.unknown(statement, because("next_hops_partly_inherited"))


def instance_aggregates(instance: Instance, reading: JunosReading) -> tuple[Aggregate, ...]:
    """Return an instance's aggregate routes, sorted."""
    for statement in instance.aggregates.values():
        reading.says(statement, bgp_ref(instance.name))
    return tuple(Aggregate(prefix=prefix) for prefix in sorted(instance.aggregates))
