"""The ways into a device as IOS-XE prints them: vty lines, web server, NETCONF, SNMP group.

Turns `Login` values into lines. The one idea: every service is said, also when it is off, because silence means
"open" for the vty lines. Each different pair of access classes gets five vty lines of its own.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from intents.prefix import Family
from routing.model import Login, LoginService
from routing.refs import login_ref
from routing.vendors.cisco_ios.writer.page import TextPage
from routing.vendors.cisco_ios.writer.policy import NAMESPACE

_VTY_SERVICES = (LoginService.SSH, LoginService.TELNET)
_FAMILY_WORDS = {Family.V4: "ipv4", Family.V6: "ipv6"}


def _of(logins: tuple[Login, ...], service: LoginService) -> list[Login]:
    return [login for login in logins if login.service is service]


def render_services(page: TextPage, logins: tuple[Login, ...]) -> None:
    """Write web server, NETCONF and SNMP; ValueError if the platform can't say one."""
    http = _of(logins, LoginService.HTTP)
    netconf = _of(logins, LoginService.NETCONF)
    if len(http) > 1 or len(netconf) > 1:
        raise ValueError("IOS has one web server and one NETCONF server")
    page.line("no ip http server")
    if not http:
        page.line("no ip http secure-server")
    for login in http:
        page.line("ip http secure-server", login_ref("http"))
        for family, acl in login.acls:
            page.line(f"ip http access-class {_FAMILY_WORDS[family]} {acl}", login_ref("http"))
    for login in netconf:
        page.line("netconf-yang", login_ref("netconf"))
        for family, acl in login.acls:
            page.line(f"netconf-yang ssh {_FAMILY_WORDS[family]} access-list name {acl}", login_ref("netconf"))
    for number, login in enumerate(_of(logins, LoginService.SNMP)):
        page.line(_snmp_group(number, login), login_ref("snmp"))


def _snmp_group(number: int, login: Login) -> str:
    acls = dict(login.acls)
    name = f"{NAMESPACE}SNMP" + (f"-{number + 1}" if number else "")
    words = ["snmp-server", "group", name, "v3", "priv"]
    if acls:
        words.append("access")
    if Family.V6 in acls:
        words.extend(("ipv6", acls[Family.V6]))
    if Family.V4 in acls:
        words.append(acls[Family.V4])
    return " ".join(words)


def render_vty(page: TextPage, logins: tuple[Login, ...]) -> None:
    """Write the vty lines."""
    groups: dict[tuple[tuple[str, ...] | None, tuple[tuple[Family, str], ...]], list[LoginService]] = {}
    for login in logins:
        if login.service in _VTY_SERVICES:
            groups.setdefault((login.vrfs, login.acls), []).append(login.service)
    if not groups:
        with page.section("line vty 0 4"):
            page.line("transport input none")
    for number, ((vrfs, acls), services) in enumerate(groups.items()):
        refs = [login_ref(service.value) for service in services]
        with page.section(f"line vty {number * 5} {number * 5 + 4}", *refs):
            for family, acl in acls:
                word = "access-class" if family is Family.V4 else "ipv6 access-class"
                page.line(f"{word} {acl} in" + (" vrf-also" if vrfs is None else ""), *refs)
            page.line(f"transport input {' '.join(service.value for service in sorted(services, reverse=True))}", *refs)


def check_login(login: Login, filled: AbstractSet[str]) -> None:
    """Refuse a login that IOS can't say, or of which nobody knows who gets in: ValueError. `filled`: lists with entries."""
    if login.families != (Family.V4, Family.V6):
        raise ValueError(f"IOS listens for both families: login {login.service.value} can't be for one alone")
    if [family for family, _ in login.acls] != sorted({family for family, _ in login.acls}):
        raise ValueError(f"login {login.service.value} has two ACLs for one family")
    missing = sorted({acl for _, acl in login.acls} - filled)
    if missing:
        raise ValueError(f"login {login.service.value}: access list {missing[0]} is not defined, or empty")
    if login.vrfs is None:
        return
    if login.service not in _VTY_SERVICES or login.vrfs != ("",) or len(login.acls) != 2:
        raise ValueError(
            f"IOS limits login {login.service.value} to the global table only by an access class per family"
        )
