"""The packets that open a login to a device, by service (IANA service names and port numbers)."""

from __future__ import annotations

from routing.model import FlagMatch, LoginService, NonInitial, PortRange
from verification.packets.headers import HeaderMatch
from verification.verdicts.flow import ACK, RST, SYN, TCP, UDP

_FIRST = (FlagMatch(value=SYN, care=SYN | ACK | RST),)
"""The flags that open a TCP connection (RFC 9293 3.5)."""


def _opening(protocol: int, *ports: PortRange) -> HeaderMatch:
    return HeaderMatch(
        protocols=(protocol,),
        destination_ports=ports,
        tcp_flags=_FIRST if protocol == TCP else None,
        non_initial=NonInitial.SKIP,
    )


LOGIN_HEADERS = {
    LoginService.SSH: _opening(TCP, (22, 22)),
    LoginService.TELNET: _opening(TCP, (23, 23)),
    LoginService.NETCONF: _opening(TCP, (830, 830)),
    LoginService.SNMP: _opening(UDP, (161, 161)),
    LoginService.HTTP: _opening(TCP, (80, 80), (443, 443)),
}


def login_matches() -> tuple[HeaderMatch, ...]:
    """Return the layer-4 conditions of all ways in: the header space must know them."""
    return tuple(LOGIN_HEADERS.values())
