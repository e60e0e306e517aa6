"""Which routing instance each unit of an interface stands in.

The one idea: a unit stands where a line of an instance names it, else in the default one; the management port stands in the
management instance once that is switched on, without a line (JUN-VRF-01).
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family
from intents.reason import because
from routing.refs import interface_ref
from routing.vendors.junos.reader.instances import MANAGEMENT, Instance, Instances
from routing.vendors.junos.reader.interfaces import Unit
from routing.vendors.junos.reader.reading import JunosReading

_MANAGEMENT_UNITS = ("em0.0", "fxp0.0")


def bind_units(instances: Instances, units: Mapping[str, Unit], reading: JunosReading) -> None:
    """Tell every unit the instance it belongs to."""
    if MANAGEMENT in instances.found and "management-instance" in instances.found[MANAGEMENT].leaves:
        _bind_management(instances.found[MANAGEMENT], units, reading)
    for instance in instances.found.values():
        for name, statement in instance.interfaces.items():
            unit = units.get(name)
            if unit is None:
                reading.unknown(statement, because("names_missing_interface"))
            elif unit.vrf is not None:
                reading.unknown(statement, because("interface_in_two_instances"))
            else:
                unit.vrf = instance.name
                reading.says(statement)
    _advertise(instances, units, reading)


def _advertise(instances: Instances, units: Mapping[str, Unit], reading: JunosReading) -> None:
    """Tell every unit with an IPv6 address whether it sends router advertisements (JUN-UP-15)."""
    for instance in instances.found.values():
        for name, statement in instance.advertising.items():
            unit = units.get(name)
            if unit is None or unit.vrf != instance.name or all(a.family is not Family.V6 for a in unit.addresses):
                reading.unknown(statement, because("advertises_elsewhere"))
            else:
                unit.advertises = True
                reading.says(statement, interface_ref(name))


def _bind_management(instance: Instance, units: Mapping[str, Unit], reading: JunosReading) -> None:
    """Put the management port into its instance; of several, or of another name, none can be told to be it."""
    ports = [unit for name, unit in units.items() if name.startswith(("em", "fxp", "me")) and unit.addresses]
    for unit in ports:
        if unit.name in _MANAGEMENT_UNITS and len(ports) == 1:
            unit.vrf = MANAGEMENT
        else:
            reading.unknown(unit.first, because("management_port"))
    if instance.bgp.levels or instance.aggregates:
        reading.unknown(instance.leaves["management-instance"].statement, because("management_instance_routes"))
