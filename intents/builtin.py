"""The management plane as rules that nobody can remove: who may log in to devices, and what devices report to.

Turns the list of organisations that may log in into policy rules. The one idea: devices are one endpoint like any other, so
fences, routes and proofs need no special case for management.
"""

from __future__ import annotations

from intents.policy import DevicesEndpoint, Effect, OrganisationEndpoint, Rule
from intents.registry import OrganisationName, PurposeName
from intents.service import ServiceSet, Transport, service_set

MANAGEMENT = PurposeName("management")
BUILTIN = "built-in:management"
"""The identifier under which `Policy.sources` lists the built-in rules."""

LOGIN: ServiceSet = service_set(
    [(Transport.TCP, 22, 22), (Transport.TCP, 830, 830), (Transport.UDP, 161, 161), (Transport.ICMP_ECHO, 0, 0)]
)
"""SSH, NETCONF over SSH (RFC 6242), SNMP and echo, from a management station to a device."""

REPORT: ServiceSet = service_set(
    [(Transport.TCP, 49, 49), (Transport.UDP, 123, 123), (Transport.UDP, 162, 162), (Transport.UDP, 514, 514)]
)
"""TACACS+, NTP, SNMP notifications and syslog, from a device to a management station."""


def management_rules(login_from: tuple[OrganisationName, ...]) -> tuple[Rule, ...]:
    """Return the built-in rules for these organisations' stations in the management purpose."""
    devices = DevicesEndpoint()
    stations = [OrganisationEndpoint(organisation=name, purpose=MANAGEMENT) for name in sorted(set(login_from))]
    return tuple(
        rule
        for station in stations
        for rule in (
            Rule(effect=Effect.PERMIT, source=station, destination=devices, service=LOGIN),
            Rule(effect=Effect.PERMIT, source=devices, destination=station, service=REPORT),
        )
    )
