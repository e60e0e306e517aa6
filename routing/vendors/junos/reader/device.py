"""The text of a Junos device into a `Device`: the inverse of `render`, and right for hand-written text too.

The one idea: statements are dealt out by their first word to the module that knows them; each says why it doesn't
understand one, and only then the harmless list is asked. When all are taken, references between modules (filters,
policies, lists, instances) are resolved once, and what doesn't resolve becomes unknown too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from intents.prefix import Address, Family, parse_address
from intents.reason import Reason, because, reason_of
from routing.model import BgpInstance, Device
from routing.refs import RefTable, bgp_ref
from routing.vendors.junos.groups import expand_groups
from routing.vendors.junos.harmless import is_harmless
from routing.vendors.junos.reader.address_checks import check_addresses
from routing.vendors.junos.reader.bgp import BgpContext, finish_bgp
from routing.vendors.junos.reader.bgp_inside import check_sources
from routing.vendors.junos.reader.binding import bind_units
from routing.vendors.junos.reader.chassis import check_ports
from routing.vendors.junos.reader.firewall import Filters, finish_filters, read_filters
from routing.vendors.junos.reader.instances import (
    Instance,
    Instances,
    finish_statics,
    finish_vrfs,
    instance_aggregates,
)
from routing.vendors.junos.reader.interface_routes import interface_routes
from routing.vendors.junos.reader.interfaces import Interfaces, finish_interfaces, finish_loopbacks
from routing.vendors.junos.reader.logins import Logins
from routing.vendors.junos.reader.name_checks import check_names
from routing.vendors.junos.reader.ospf_processes import families_of, finish_processes
from routing.vendors.junos.reader.policies import Policies, apply_paths, finish_policies, read_policies, rejects
from routing.vendors.junos.reader.reading import JunosReading
from routing.vendors.junos.tree import JunosStatement, read_statements
from routing.vendors.vendor import ReadDevice

PLATFORM = "junos"


@dataclass(slots=True)
class _Parts:
    """Everything of a device while it is read."""

    reading: JunosReading = field(default_factory=JunosReading)
    filters: Filters = field(default_factory=Filters)
    interfaces: Interfaces = field(default_factory=Interfaces)
    policies: Policies = field(default_factory=Policies)
    instances: Instances = field(default_factory=Instances)
    logins: Logins = field(default_factory=Logins)


def read(name: str, text: str) -> ReadDevice:
    """Read a device's configuration, as `set` lines or braces; what isn't understood is listed, never skipped."""
    statements, support = expand_groups(read_statements(text))
    parts = _Parts()
    _deal(statements, parts, name)
    for statement in support:
        _settle(statement, statement.fault, parts.reading)
    device = _resolve(name, parts, statements)
    lines = RefTable(parts.reading.lines, dict(parts.reading.runs))
    return ReadDevice(device=device, lines=lines, unknown_lines=parts.reading.unknown_lines()[1])


def _deal(statements: list[JunosStatement], parts: _Parts, name: str) -> None:
    takers: dict[str, Callable[[JunosStatement], Reason | None]] = {
        "firewall": parts.filters.take,
        "interfaces": parts.interfaces.take,
        "policy-options": parts.policies.take,
        "routing-instances": parts.instances.take,
        "routing-options": parts.instances.take,
        "protocols": parts.instances.take,
    }
    for statement in statements:
        if statement.fault:
            _settle(statement, statement.fault, parts.reading)
            continue
        text = statement.text
        taker = parts.instances.take if text == "system management-instance" else takers.get(text.partition(" ")[0])
        if taker is None:
            reason = parts.logins.take(statement, name, parts.reading)
        else:
            try:
                reason = taker(statement)
            except ValueError as error:
                reason = reason_of(error)
        if reason is not None:
            _settle(statement, reason, parts.reading)


def _settle(statement: JunosStatement, reason: Reason | None, reading: JunosReading) -> None:
    """Record a statement that shaped nothing: harmless if it is on the list, else unknown."""
    parsed = statement.fault is None or statement.fault == because("one_engine_only")
    if parsed and is_harmless(statement.text):
        reading.harmless(statement)
    else:
        reading.unknown(statement, reason or because("statement_not_modelled"))


def _resolve(name: str, parts: _Parts, statements: list[JunosStatement]) -> Device:
    reading, instances, units = parts.reading, parts.instances, parts.interfaces.units
    apply_paths(parts.policies, statements, reading)
    read_filters(parts.filters, parts.policies.prefix_list, reading)
    read_policies(parts.policies, interface_routes(units, instances), reading)
    bind_units(instances, units, reading)
    check_addresses(units.values(), reading)
    check_names(instances, parts.filters, parts.policies, reading)
    check_ports(statements, parts.interfaces.parents, reading)
    interfaces = finish_interfaces(parts.interfaces, parts.filters, reading)
    control_filters = finish_loopbacks(parts.interfaces, parts.filters, reading)
    ospf = finish_processes(instances, parts.interfaces, parts.policies, reading)
    bgp = _resolve_bgp(parts, families_of(ospf))
    check_sources(bgp, statements, reading)
    used = {export for instance in bgp for neighbor in instance.neighbors for export in neighbor.exports}
    used |= {name for process in ospf for item in process.redistributions for name in item.policies}
    policies = finish_policies(parts.policies, used)
    _check_forwarding(parts, {policy.name for policy in policies if not rejects(policy)})
    vrfs = finish_vrfs(instances, units.values(), reading)
    statics = finish_statics(instances, units.values(), reading)
    acls = finish_filters(parts.filters, reading)
    logins = parts.logins.finish(reading)
    return Device(
        name=name,
        platform=PLATFORM,
        interfaces=interfaces,
        vrfs=vrfs,
        acls=acls,
        policies=policies,
        statics=statics,
        bgp=bgp,
        ospf=ospf,
        logins=logins,
        control_filters=control_filters,
        harmless=reading.harmless_paths(),
        unknown=reading.unknown_lines()[0],
    )


def _check_forwarding(parts: _Parts, passing: set[str]) -> None:
    """A policy on the way to the forwarding table may spread load, not reject."""
    for instance in parts.instances.found.values():
        leaf = instance.leaves.get("forwarding-table")
        if leaf is not None:
            parts.reading.says(leaf.statement)
            if leaf.value not in passing:
                parts.reading.unknown(leaf.statement, because("forwarding_policy_rejects"))


def _resolve_bgp(parts: _Parts, ospf: Mapping[str | None, frozenset[Family]]) -> tuple[BgpInstance, ...]:
    instances = parts.instances.found
    main = instances[None].leaves.value("autonomous-system")
    everyone = {int(value) for i in instances.values() if (value := i.leaves.value("autonomous-system"))}
    own: dict[str | None, dict[Address, int]] = {}
    for unit in parts.interfaces.units.values():
        mine = own.setdefault(unit.vrf, {})
        mine.update({Address(address.family, address.value): address.length for address in unit.addresses})
    found = []
    for vrf in sorted(instances, key=lambda name: name or ""):
        instance = instances[vrf]
        if instance.bgp.levels or "autonomous-system" in instance.leaves:
            bgp = _bgp_of(instance, main, everyone, own.get(vrf, {}), parts, ospf.get(vrf, frozenset()))
            found.extend([bgp] if bgp else [])
        else:
            _without_bgp(instance, parts.reading)
    return tuple(found)


def _bgp_of(
    instance: Instance,
    main: str | None,
    everyone: set[int],
    own: dict[Address, int],
    parts: _Parts,
    ospf: frozenset[Family],
) -> BgpInstance | None:
    leaves, reading = instance.leaves, parts.reading
    value = leaves.value("autonomous-system") or main
    asn = None if value is None else int(value)
    router_id = leaves.value("router-id")
    independent = "independent-domain" in leaves and asn is not None
    for name in ("autonomous-system", "independent-domain", "router-id"):
        if name in leaves:
            reading.says(leaves[name].statement, bgp_ref(instance.name))
    context = BgpContext(
        vrf=instance.name,
        asn=asn,
        router_id=None if router_id is None else parse_address(router_id).value,
        loop_asns=(asn,) if independent and asn is not None else tuple(sorted(everyone)),
        own=own,
        policies=parts.policies,
        reading=reading,
        ospf=ospf,
    )
    return finish_bgp(instance.bgp, context, instance_aggregates(instance, reading))


def _without_bgp(instance: Instance, reading: JunosReading) -> None:
    for statement in instance.aggregates.values():
        reading.unknown(statement, because("aggregate_without_bgp"))
    if "independent-domain" in instance.leaves:
        reading.unknown(instance.leaves["independent-domain"].statement, because("independent_domain_without_number"))
    if "router-id" in instance.leaves and not instance.speaks_ospf:
        _settle(instance.leaves["router-id"].statement, None, reading)
