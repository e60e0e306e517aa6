"""The packets that open a login to a device, by service (IANA service names and port numbers)."""

from __future__ import annotations

from routing.model import LoginService, NonInitial, PortRange
from verification.flow import TCP, UDP
from verification.header_space import HeaderMatch


def _opening(protocol: int, ports: tuple[PortRange, ...]) -> HeaderMatch:
    return HeaderMatch(protocols=(protocol,), destination_ports=ports, non_initial=NonInitial.SKIP)


LOGIN_HEADERS = {
    LoginService.SSH: HeaderMatch(protocols=(TCP,), destination_ports=((22, 22),)),
    LoginService.TELNET: HeaderMatch(protocols=(TCP,), destination_ports=((23, 23),)),
    LoginService.NETCONF: HeaderMatch(protocols=(TCP,), destination_ports=((830, 830),)),
    LoginService.SNMP: HeaderMatch(protocols=(UDP,), destination_ports=((161, 161),)),
    LoginService.HTTP: _opening(TCP, ((80, 80), (443, 443))),
}


def login_matches() -> tuple[HeaderMatch, ...]:
    """Return the layer-4 conditions of all ways in: the header space must know them."""
    return tuple(LOGIN_HEADERS.values())
