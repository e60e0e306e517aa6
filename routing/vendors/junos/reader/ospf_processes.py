"""The OSPF processes of a device, each finished with what stands around it in its routing instance.

The one idea: OSPF in an instance of a VPN follows rules of its own (RFC 4577), so it is read in the default instance and in
virtual routers alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family, parse_address
from intents.reason import because
from routing.model import OspfInstance, RouteSource
from routing.refs import ospf_ref
from routing.vendors.junos.reader.instances import Instance, Instances
from routing.vendors.junos.reader.interfaces import Interfaces
from routing.vendors.junos.reader.ospf import OspfContext, finish_ospf
from routing.vendors.junos.reader.policies import Policies
from routing.vendors.junos.reader.reading import JunosReading


def finish_processes(
    instances: Instances, interfaces: Interfaces, policies: Policies, reading: JunosReading
) -> tuple[OspfInstance, ...]:
    """Return the processes, sorted by instance and family; what is not understood after all is recorded."""
    found = [
        process
        for name in sorted(instances.found, key=lambda name: name or "")
        for process in _of_instance(instances.found[name], interfaces, policies, reading)
    ]
    _check_versions(instances, policies, reading)
    return tuple(found)


def _of_instance(
    instance: Instance, interfaces: Interfaces, policies: Policies, reading: JunosReading
) -> list[OspfInstance]:
    if not instance.speaks_ospf:
        return []
    router_id = instance.leaves.value("router-id")
    units = {name: unit for name, unit in interfaces.units.items() if unit.vrf == instance.name}
    found = []
    for family, lines in sorted(instance.ospf.items()):
        context = OspfContext(
            vrf=instance.name,
            family=family,
            router_id=None if router_id is None else parse_address(router_id).value,
            units=units,
            interfaces=interfaces,
            policies=policies,
            reading=reading,
            aggregates=bool(instance.aggregates),
            bgp=bool(instance.bgp.levels),
        )
        if lines.first is not None and _may_be_of_vpn(instance):
            reading.unknown(lines.first, because("ospf_in_vrf"))
        process = finish_ospf(lines, context)
        if process is not None:
            found.append(process)
            if router_id is not None:
                reading.says(instance.leaves["router-id"].statement, ospf_ref(instance.name, family))
    return found


def _may_be_of_vpn(instance: Instance) -> bool:
    return instance.name is not None and instance.leaves.value("instance-type") != "virtual-router"


def _check_versions(instances: Instances, policies: Policies, reading: JunosReading) -> None:
    """Report OSPFv3 beside policies that ask for `ospf`: which versions that word takes is not documented alike (JUN-OSPF-06)."""
    asks = any(
        RouteSource.OSPF in (clause.sources or ()) for body in policies.bodies.values() for clause in body.clauses
    )
    for instance in instances.found.values():
        first = instance.ospf[Family.V6].first
        if asks and first is not None:
            reading.unknown(first, because("ospf_of_which_version"))


def families_of(processes: tuple[OspfInstance, ...]) -> Mapping[str | None, frozenset[Family]]:
    """Return the families in which OSPF runs, by instance."""
    found: dict[str | None, set[Family]] = {}
    for process in processes:
        found.setdefault(process.vrf, set()).add(process.family)
    return {vrf: frozenset(families) for vrf, families in found.items()}
