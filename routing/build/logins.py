"""Who may log in to a device: from the management stations' LANs only, in the management VRF only; in customer VRFs nobody.

The one idea: one access list of the stations' prefixes, used by every way in; a platform fences either each login (access
class) or all packets to the device's own addresses (a filter on the loopback).
"""

from __future__ import annotations

from dataclasses import replace

from intents.policy import DevicesEndpoint, Rule
from intents.prefix import Family, Prefix
from routing.build.context import DeviceBuilder, Plans
from routing.build.fence_entries import (
    ECHO_REPLY,
    ECHO_REQUEST,
    ERRORS,
    ICMP,
    NEIGHBOR_DISCOVERY,
    content_name,
    match_prefix,
)
from routing.build.placement import MANAGEMENT, purpose_vrf
from routing.build.platform_entries import TCP, UDP
from routing.model import (
    ESTABLISHED,
    Acl,
    AclEntry,
    Action,
    ControlFilter,
    Direction,
    IcmpMatch,
    Login,
    LoginService,
    NonInitial,
)
from routing.refs import control_filter_ref, login_ref

BGP_PORT = 179
LOGIN_PORTS = ((22, 22), (830, 830))
SNMP_PORT = 161
REPLY_PORTS = ((123, 123),)
"""UDP source ports of answers to what a device itself asks (NTP)."""


def add_logins(builder: DeviceBuilder, plans: Plans) -> None:
    """Add the ways into the device and what fences them."""
    platform = plans.platform(builder.device.name)
    if platform.control_filter:
        builder.logins += [Login(service=item) for item in (LoginService.NETCONF, LoginService.SNMP, LoginService.SSH)]
        for family in Family:
            _add_control_filters(builder, family, plans)
        return
    lists = tuple((family, _station_list(builder, family, plans)) for family in Family)
    for service in (LoginService.NETCONF, LoginService.SNMP, LoginService.SSH):
        builder.serve(login_ref(service), _device_rules(plans))
        builder.logins.append(Login(service=service, acls=lists))


def _stations(family: Family, plans: Plans) -> tuple[Prefix, ...]:
    return tuple(sorted(prefix for prefix in plans.login_sources if prefix.family is family))


def _device_rules(plans: Plans) -> tuple[Rule, ...]:
    """Return the rules about reaching devices."""
    reach = DevicesEndpoint()
    return tuple(rule for rule in plans.purpose_rules(MANAGEMENT) if reach in (rule.source, rule.destination))


def _serve_first(builder: DeviceBuilder, name: str, count: int, plans: Plans) -> str:
    """Note that the first entries of a list are there for the management stations."""
    builder.serve_entries(name, (_device_rules(plans),) * count)
    return name


def _keep(builder: DeviceBuilder, family: Family, entries: tuple[AclEntry, ...]) -> str:
    name = content_name(family, Direction.IN, entries)
    builder.acls[name] = Acl(name=name, family=family, entries=entries)
    return name


def _station_list(builder: DeviceBuilder, family: Family, plans: Plans) -> str:
    permits = tuple(
        AclEntry(action=Action.PERMIT, sources=(match_prefix(prefix),)) for prefix in _stations(family, plans)
    )
    name = _keep(builder, family, (*permits, AclEntry(action=Action.DENY, log=True)))
    return _serve_first(builder, name, len(permits), plans)


def _add_control_filters(builder: DeviceBuilder, family: Family, plans: Plans) -> None:
    """One filter for the management VRF, one without any login for every other VRF."""
    closed = (*_everywhere(family, plans), AclEntry(action=Action.DENY, log=True))
    builder.control_filters.append(ControlFilter(family=family, acl=_keep(builder, family, closed)))
    stations = _from_stations(family, plans)
    opened = _serve_first(builder, _keep(builder, family, (*stations, *closed)), len(stations), plans)
    builder.control_filters.append(ControlFilter(family=family, acl=opened, vrf=purpose_vrf(MANAGEMENT)))
    builder.serve(control_filter_ref(purpose_vrf(MANAGEMENT), family), _device_rules(plans))


def _everywhere(family: Family, plans: Plans) -> tuple[AclEntry, ...]:
    """BGP with link neighbours, echo, ICMP errors and neighbour discovery."""
    links = tuple(match_prefix(prefix) for prefix in plans.infrastructure(family))
    bgp = AclEntry(action=Action.PERMIT, protocols=(TCP,), sources=links, non_initial=NonInitial.SKIP)
    kinds = sorted(
        {
            ECHO_REQUEST[family],
            ECHO_REPLY[family],
            *ERRORS[family],
            *(NEIGHBOR_DISCOVERY if family is Family.V6 else ()),
        }
    )
    sessions = (
        replace(bgp, destination_ports=((BGP_PORT, BGP_PORT),)),
        replace(bgp, source_ports=((BGP_PORT, BGP_PORT),), tcp_flags=ESTABLISHED),
    )
    return (
        *(sessions if links else ()),
        AclEntry(
            action=Action.PERMIT,
            protocols=(ICMP[family],),
            icmp=tuple(IcmpMatch(type=kind) for kind in kinds),
            non_initial=NonInitial.SKIP,
        ),
    )


def _from_stations(family: Family, plans: Plans) -> tuple[AclEntry, ...]:
    stations = tuple(match_prefix(prefix) for prefix in _stations(family, plans))
    if not stations:
        return ()
    entry = AclEntry(action=Action.PERMIT, sources=stations, non_initial=NonInitial.SKIP)
    return (
        replace(entry, protocols=(TCP,), destination_ports=LOGIN_PORTS),
        replace(entry, protocols=(TCP,), tcp_flags=ESTABLISHED),
        replace(entry, protocols=(UDP,), destination_ports=((SNMP_PORT, SNMP_PORT),)),
        replace(entry, protocols=(UDP,), source_ports=REPLY_PORTS),
    )
