"""The ways into the device: vty lines, the web server, NETCONF and SNMP, to `Login` values.

The one idea: every vty line that can exist is settled on its own (lines 0 to 4 always exist, and take SSH and Telnet
from anywhere if nothing is said), then equal ways in are one `Login`.

An access class without `vrf-also` refuses connections that arrive in a VRF, so the login listens in the global table
only; a family without an access class is open in every VRF. A line that asks for a password or user that the text has
not lets nobody in. If the two families of a line differ in that, the line gives one `Login` per family. The SNMP agent
answers in every VRF to whoever its community's or group's ACL lets in.
Sources: Cisco IOS Security Command Reference, `access-class`; Cisco IOS SNMP Command Reference, `snmp-server group`.
"""

from __future__ import annotations

from intents.prefix import Family
from routing.model import LinePath, Login, LoginService
from routing.refs import login_ref
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.aaa import aaa_of, check_aaa, in_vain, netconf_in_vain
from routing.vendors.cisco_ios.reader.partial import LineDraft, PartialDevice

_LAST_VTY = 1023
_ALWAYS = range(5)
_PROTOCOLS = frozenset({"ssh", "telnet"})
_FAMILY_WORDS = {"ipv4": Family.V4, "ipv6": Family.V6}
_GLOBAL_ONLY = ("",)
Acls = tuple[tuple[Family, str], ...]
Line = tuple[int, LinePath]
AccessClass = tuple[str, bool, Line]


def read_line_section(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Read a `line` section; only vty lines can be reached over the network."""
    numbers = _vty_numbers(words) if words[1:2] == ["vty"] else None
    lines = nested(partial.lines, section)
    if numbers is None:
        for index, path in lines:
            partial.set_aside(index, path)
        return
    next(lines)
    ways = [partial.vty.setdefault(number, LineDraft(section.start)) for number in numbers]
    for index, path in lines:
        if len(path) > 2 or not _read_vty_line(ways, path[1].split(), (index, path)):
            partial.set_aside(index, path)


def _vty_numbers(words: list[str]) -> range | None:
    numbers = [small_number(word, _LAST_VTY) for word in words[2:]]
    match numbers:
        case [int(only)]:
            return range(only, only + 1)
        case [int(first), int(last)] if first <= last:
            return range(first, last + 1)
    return None


def _read_vty_line(ways: list[LineDraft], words: list[str], line: Line) -> bool:
    match words:
        case ["transport", "input", "none"]:
            transport: frozenset[str] = frozenset()
        case ["transport", "input", "all"]:
            transport = _PROTOCOLS
        case ["transport", "input", _, *_] if _PROTOCOLS.issuperset(words[2:]):
            transport = frozenset(words[2:])
        case ["access-class", name, "in", *rest] if rest in ([], ["vrf-also"]):
            return _set_class(ways, Family.V4, (name, bool(rest), line))
        case ["ipv6", "access-class", name, "in", *rest] if rest in ([], ["vrf-also"]):
            return _set_class(ways, Family.V6, (name, bool(rest), line))
        case ["no", "access-class", _, "in", *_]:
            return _set_class(ways, Family.V4, None)
        case ["no", "ipv6", "access-class", _, "in", *_]:
            return _set_class(ways, Family.V6, None)
        case _:
            return False
    for way in ways:
        way.transport = transport
    return True


def _set_class(ways: list[LineDraft], family: Family, value: AccessClass | None) -> bool:
    for way in ways:
        if value is None:
            way.classes.pop(family, None)
        else:
            way.classes[family] = value
    return True


def read_http_line(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Read `[no] ip http ...`; False if it is not about who may reach the server."""
    match words:
        case ["ip", "http", "server" | "secure-server" as kind]:
            partial.http.setdefault(kind, index)
        case ["no", "ip", "http", "server" | "secure-server" as kind]:
            partial.http.pop(kind, None)
        case ["ip", "http", "access-class", name] if name not in _FAMILY_WORDS:
            _guard(partial, index, "http", Family.V4, name)
        case ["ip", "http", "access-class", family, name] if family in _FAMILY_WORDS:
            _guard(partial, index, "http", _FAMILY_WORDS[family], name)
        case _:
            return False
    return True


def _guard(partial: PartialDevice, index: int, service: str, family: Family, acl: str) -> None:
    partial.service_acls[service, family] = (acl, index)


def read_netconf_line(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Read `[no] netconf-yang ...`; False if it is not about who may reach the service."""
    match words:
        case ["netconf-yang"]:
            partial.netconf = index
        case ["no", "netconf-yang"]:
            partial.netconf = None
        case ["netconf-yang", "ssh", family, "access-list", "name", name] if family in _FAMILY_WORDS:
            _guard(partial, index, "netconf", _FAMILY_WORDS[family], name)
        case _:
            return False
    return True


def read_snmp_line(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Read a community or a group with the ACLs that a manager must pass; False for any other line."""
    if len(words) < 3 or words[1] not in ("community", "group"):
        return False
    rest = _after_view(words) if words[1] == "community" else _after_group(words)
    acls: list[tuple[Family, str]] = []
    match rest:
        case []:
            pass
        case ["ipv6"]:
            return False
        case ["ipv6", name6]:
            acls = [(Family.V6, name6)]
        case [name4]:
            acls = [(Family.V4, name4)]
        case ["ipv6", name6, name4]:
            acls = [(Family.V4, name4), (Family.V6, name6)]
        case _:
            return False
    partial.snmp.append((index, tuple(acls)))
    return True


def _after_view(words: list[str]) -> list[str] | None:
    """Return what follows the access mode of `snmp-server community X [view V] [ro|rw]`."""
    at = 3
    if words[at : at + 1] == ["view"]:
        at += 2
    if at < len(words) and words[at].lower() in ("ro", "rw"):
        at += 1
    return words[at:]


def _after_group(words: list[str]) -> list[str] | None:
    """Return what follows `access` of `snmp-server group G v3 priv ...`, nothing if it is not there."""
    at = 4 if len(words) > 3 and words[3] in ("v1", "v2c") else 5
    if at == 5 and (words[3:4] != ["v3"] or words[4:5] not in (["auth"], ["noauth"], ["priv"])):
        return None
    while at + 1 < len(words) and words[at] in ("read", "write", "notify"):
        at += 2
    if at == len(words):
        return []
    return words[at + 1 :] if words[at] == "access" and at + 1 < len(words) else None


def note_login_lists(partial: PartialDevice) -> None:
    """Note which access lists the ways in that are open name, and where."""
    for way in partial.vty.values():
        partial.login_lists.update((*line, family, acl) for family, (acl, _, line) in way.classes.items())
    named = [(index, family, acl) for index, acls in partial.snmp for family, acl in acls]
    on = {"http": bool(partial.http), "netconf": partial.netconf is not None}
    named += [(index, family, acl) for (service, family), (acl, index) in partial.service_acls.items() if on[service]]
    partial.login_lists.update((index, (partial.lines[index].strip(),), family, acl) for index, family, acl in named)


def finish_logins(partial: PartialDevice) -> tuple[Login, ...]:
    """Return the ways in by which anybody gets in, each once, in order."""
    aaa = aaa_of(partial.settled)
    check_aaa(partial, aaa)
    found: set[Login] = set()
    lines = {number: LineDraft(-1) for number in _ALWAYS} | partial.vty
    for number in sorted(lines.keys() - in_vain(partial, aaa, _vty_headers(partial))):
        line = lines[number]
        for protocol in sorted(_PROTOCOLS if line.transport is None else line.transport):
            service = LoginService(protocol)
            found.update(_vty_logins(service, line))
            if line.index >= 0:
                partial.say(login_ref(service.value), line.index)
    if partial.http:
        found.add(Login(service=LoginService.HTTP, acls=_service_acls(partial, "http")))
        partial.say(login_ref("http"), min(partial.http.values()))
    if partial.netconf is not None and not netconf_in_vain(partial, aaa):
        found.add(Login(service=LoginService.NETCONF, acls=_service_acls(partial, "netconf")))
        partial.say(login_ref("netconf"), partial.netconf)
    for index, acls in partial.snmp:
        found.add(Login(service=LoginService.SNMP, acls=acls))
        partial.say(login_ref("snmp"), index)
    return tuple(sorted(found, key=login_order))


def _vty_headers(partial: PartialDevice) -> dict[str, list[int]]:
    """Return the numbers of the vty lines that each header opens."""
    headers = {path[0] for _, path in partial.settled if path[0].startswith("line vty ")}
    return {header: list(_vty_numbers(header.split()) or ()) for header in headers}


def login_order(login: Login) -> tuple[str, bool, tuple[str, ...], Acls, tuple[Family, ...]]:
    """Return the sort key of logins: service, where it listens, ACLs, families."""
    return login.service, login.vrfs is not None, login.vrfs or (), login.acls, login.families


def _vty_logins(service: LoginService, line: LineDraft) -> list[Login]:
    vrfs = {family: _vrfs(line.classes.get(family)) for family in Family}
    acls = tuple((family, line.classes[family][0]) for family in sorted(line.classes))
    if vrfs[Family.V4] == vrfs[Family.V6]:
        return [Login(service=service, vrfs=vrfs[Family.V4], acls=acls)]
    return [
        Login(service=service, vrfs=vrfs[family], acls=tuple(a for a in acls if a[0] is family), families=(family,))
        for family in Family
    ]


def _vrfs(access_class: AccessClass | None) -> tuple[str, ...] | None:
    return None if access_class is None or access_class[1] else _GLOBAL_ONLY


def _service_acls(partial: PartialDevice, service: str) -> Acls:
    return tuple(
        (family, partial.service_acls[service, family][0])
        for family in Family
        if (service, family) in partial.service_acls
    )
