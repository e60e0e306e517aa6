"""Changes in one place of a device's text: some lock whoever changes devices out, those beside them lock out nobody.

The one idea: what a change does follows from how it is made, by what the platform's documents say of the line; nothing that
judges is asked. Every kind is tried on every device of its platform that has a place for it. Names are made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from routing.vendors.cisco_ios.reader.device import PLATFORM as IOS
from routing.vendors.junos.reader.device import PLATFORM as JUNOS

MANAGEMENT = "P-MANAGEMENT"
STATIONS = "10.193.240.0"
"""The first address of the LAN of the management stations, of 64."""
Change = Callable[[str], str | None]
"""From a text to the changed one; None where the text has no place for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change of one device, as it is known by construction: whether it locks out, and what is said of it."""

    name: str
    device: str
    text: str
    locks_out: bool


def cases(texts: Mapping[str, str], platforms: Mapping[str, str]) -> Iterator[Case]:
    """Yield every change of every device that has a place for it."""
    for device, text in sorted(texts.items()):
        for locks_out, kinds in ((True, LOCKOUTS[platforms[device]]), (False, HARMLESS[platforms[device]])):
            for name, change in kinds.items():
                changed = change(text)
                if changed is not None:
                    yield Case(name=f"{device}: {name}", device=device, text=changed, locks_out=locks_out)


# Places in a text.


def swap(old: str, new: str, text: str, *, count: int = 1) -> str | None:
    """Put a text in the place of another one."""
    return text.replace(old, new, count) if old in text else None


def matched(pattern: str, new: str, text: str) -> str | None:
    """Put a text in the place of the first that a pattern takes, line by line."""
    changed, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
    return changed if count else None


def without(pattern: str, text: str) -> str | None:
    """Leave every line out that a pattern takes from its start."""
    kept = [line for line in text.splitlines(keepends=True) if re.match(pattern, line) is None]
    return "".join(kept) if len(kept) < text.count("\n") else None


def more(lines: str, text: str) -> str:
    """Put lines behind the text."""
    return f"{text}{lines}\n"


def instead(start: str, line: str, text: str) -> str:
    """Put a line behind the text, and leave out what begins alike."""
    return more(line, without(start, text) or text)


def in_turn(*changes: Change) -> Change:
    """Make several changes of one place, one after the other."""

    def change(text: str) -> str | None:
        found: str | None = text
        for item in changes:
            found = None if found is None else item(found)
        return found

    return change


def swaps(old: str, new: str) -> Change:
    return partial(swap, old, new)


def matches(pattern: str, new: str) -> Change:
    return partial(matched, pattern, new)


def drops(pattern: str) -> Change:
    return partial(without, pattern)


def adds(lines: str) -> Change:
    return partial(more, lines)


def _asks(name: str, *entries: str) -> Change:
    """Let the vty lines ask a list of these entries."""
    lines = "".join(f"\n {number * 10} {entry}" for number, entry in enumerate(entries, start=1))
    return in_turn(
        adds(f"ip access-list extended {name}{lines}"),
        matches(r"^ access-class \S+ in vrf-also$", f" access-class {name} in vrf-also"),
    )


def _managed(line: str, *, everywhere: bool = False) -> Change:
    """Put a line below the first sub-interface of the management VRF, or below each."""

    def change(text: str) -> str | None:
        start = rf"(interface \S+\.\d+\n(?: .*\n)*? vrf forwarding {MANAGEMENT}\n(?: .*\n)*? ip address \S+ \S+\n)"
        changed, count = re.subn(start, rf"\1 {line}\n", text, count=0 if everywhere else 1)
        return changed if count else None

    return change


def _managing_family(pattern: str, new: str) -> Change:
    """Change BGP in the management VRF."""

    def change(text: str) -> str | None:
        start = text.find(f" address-family ipv4 vrf {MANAGEMENT}\n")
        end = text.find(" exit-address-family\n", start)
        if start < 0:
            return None
        changed = re.sub(pattern, new, text[start:end], flags=re.MULTILINE)
        return None if changed == text[start:end] else text[:start] + changed + text[end:]

    return change


def _is_site(change: Change) -> Change:
    """Make a change only on a site's device: it has one uplink, which is its way in."""

    def of_site(text: str) -> str | None:
        one_way = len(re.findall(rf"^interface \S+\.\d+\n(?: .*\n)*? vrf forwarding {MANAGEMENT}$", text, re.MULTILINE))
        return change(text) if one_way == 1 else None

    return of_site


# IOS-XE.

_LIST = r"TRUC-IN4-\w+"
_IN_VRF = f" vrf forwarding {MANAGEMENT}"
_VTY_END = " logging synchronous\n login"
_OFFICES = "ip prefix-list OFFICES seq 5 permit 10.200.0.0/24"
_FIRST_PERMIT = rf"^ 10 permit ip {STATIONS} 0\.0\.0\.63 any$"
_LOGIN = "aaa authentication login default group TRUC-TACACS local"
_RIGHTS = "aaa authorization exec default group TRUC-TACACS local"
_USER = "username truc-admin privilege 15 secret 9 {{secret:admin}}"
_OFFICE = "ip access-list extended OFFICE\n 10 permit ip host 10.200.0.9 any"
_NO_SSH = "ip access-list extended NO-SSH\n 10 deny tcp any any eq 22\n 20 permit ip any any"
_NO_ANSWERS = "ip access-list extended NO-ANSWERS\n 10 deny tcp any eq 22 any\n 20 permit ip any any"
_SECOND_HALF = "permit ip 10.193.240.32 0.0.0.31 any"
_ALL_STATIONS = f"permit ip {STATIONS} 0.0.0.63 any"

_IOS_LOCKOUTS: dict[str, Change] = {
    "the user is gone": drops("username truc-admin"),
    "the user may do little": swaps("truc-admin privilege 15", "truc-admin privilege 1"),
    "the user may not do all": swaps("truc-admin privilege 15", "truc-admin privilege 14"),
    "the user has another secret": swaps("secret 9 {{secret:admin}}", "secret 9 $9$other"),
    "another user instead": swaps("username truc-admin", "username operator"),
    "logins ask servers alone": swaps(_LOGIN, _LOGIN.removesuffix(" local")),
    "logins ask a password that is not the user's": swaps(_LOGIN, f"{_LOGIN.removesuffix(' local')} enable"),
    "logins ask another password before the user": swaps(_LOGIN, f"{_LOGIN.removesuffix(' local')} enable local"),
    "rights ask servers alone": swaps(_RIGHTS, _RIGHTS.removesuffix(" local")),
    "nobody gives rights": drops("aaa authorization exec"),
    "the old model of logins": drops("aaa new-model"),
    "lines take no session": swaps(" transport input ssh", " transport input none"),
    "lines take telnet alone": swaps(" transport input ssh", " transport input telnet"),
    "lines ask another list": _asks("OFFICE", "permit ip host 10.200.0.9 any"),
    "lines ask a list of one station": _asks("ONE", "permit ip host 10.193.240.5 any"),
    "lines ask a list of half the stations": _asks("HALF", f"permit ip {STATIONS} 0.0.0.31 any"),
    "lines ask a list without one station": _asks("SOME", "deny tcp host 10.193.240.5 any eq 22", _ALL_STATIONS),
    "lines ask a list that denies first": _asks("LATE", "deny ip any any", _ALL_STATIONS),
    "lines ask a list of another protocol": _asks("DATAGRAMS", f"permit udp {STATIONS} 0.0.0.63 any"),
    "lines ask a list of another port": _asks("TELNET", f"permit tcp {STATIONS} 0.0.0.63 any eq 23"),
    "lines take no session of a VRF": matches(rf"^ (access-class {_LIST} in) vrf-also$", r" \1"),
    "the list permits another host": matches(_FIRST_PERMIT, " 10 permit ip host 10.200.0.9 any"),
    "the list denies a station before": matches(
        _FIRST_PERMIT, f" 5 deny ip host 10.193.240.5 any\n 10 permit ip {STATIONS} 0.0.0.63 any"
    ),
    "the list permits nobody": drops(rf" 10 permit ip {STATIONS}"),
    "no NETCONF": drops("netconf-yang"),
    "NETCONF asks another list": in_turn(
        adds(_OFFICE), matches(rf"^(netconf-yang ssh ipv4 access-list name) {_LIST}$", r"\1 OFFICE")
    ),
    "the loopback has another address": matches(r"^ ip address 10\.192\.128\.\d+ 255", " ip address 10.192.129.77 255"),
    "the loopback has no address": matches(r"^ ip address 10\.192\.128\.\d+ 255.*$", " no ip address"),
    "the loopback is in another VRF": matches(
        r"^interface Loopback0\n vrf forwarding \S+$",
        "vrf definition ELSEWHERE\n rd 65000:1\n address-family ipv4\n"
        " exit-address-family\n!\ninterface Loopback0\n vrf forwarding ELSEWHERE",
    ),
    "the loopback is not announced": _managing_family(r"^  network 10\.192\.128\.\d+ mask .*\n", ""),
    "the uplink has another tag": _is_site(
        matches(rf"^ encapsulation dot1Q \d+\n{_IN_VRF}$", f" encapsulation dot1Q 999\n{_IN_VRF}")
    ),
    "the uplink has another address": _is_site(
        matches(rf"^{_IN_VRF}\n ip address 10\.192\.0\.\d+ ", f"{_IN_VRF}\n ip address 10.192.63.1 ")
    ),
    "no neighbour in the management VRF": _managing_family(r"^  neighbor .*\n", ""),
    "routes to the stations are not taken": _is_site(
        in_turn(
            adds(f"{_OFFICES}\n!\nroute-map NO-STATIONS permit 10\n match ip address prefix-list OFFICES"),
            _managing_family(r"^(  neighbor \S+ route-map) \S+ in$", r"\1 NO-STATIONS in"),
        )
    ),
    "a filter stops sessions on the way in": in_turn(
        adds(_NO_SSH), _managed("ip access-group NO-SSH in", everywhere=True)
    ),
    "a filter stops answers on the way out": in_turn(
        adds(_NO_ANSWERS), _managed("ip access-group NO-ANSWERS out", everywhere=True)
    ),
    "SSH of version 1": swaps("ip ssh version 2", "ip ssh version 1"),
    "SSH of any version": drops("ip ssh version 2"),
    "SSH waits for a second": swaps("ip ssh time-out 60", "ip ssh time-out 1"),
    "no name of a domain": drops("ip domain name"),
    "another name of the domain": swaps("ip domain name tslcd.example", "ip domain name elsewhere.example"),
    "servers are waited for without end": swaps(" timeout 5", " timeout 1000"),
    "lines ask a list of logins that is nowhere": swaps(
        " login authentication default", " login authentication NOWHERE"
    ),
    "a host key that nobody has said to be known": adds("ip ssh server algorithm hostkey ecdsa-sha2-nistp256"),
    "a policy at the control plane": adds("control-plane\n service-policy input POLICE"),
}

_IOS_HARMLESS: dict[str, Change] = {
    "another banner": swaps("Chi nguoi co tham quyen", "Moi truy cap deu duoc ghi lai"),
    "another server of time": swaps("10.193.240.10 key 1", "10.193.240.14 key 1"),
    "one more server of time": adds(f"ntp server vrf {MANAGEMENT} 10.193.240.15 key 1"),
    "no server of time": drops("ntp server"),
    "another server of logs": matches(r"^logging host \S+ vrf", "logging host 10.193.240.16 vrf"),
    "one more server of logs": adds(f"logging host 10.193.240.17 vrf {MANAGEMENT}"),
    "no server of logs": drops("logging host"),
    "another place": partial(instead, "snmp-server location", "snmp-server location Nha tram 7"),
    "another person to call": partial(instead, "snmp-server contact", "snmp-server contact Truc ca dem"),
    "another server of traps": matches(r"^snmp-server host \S+ vrf", "snmp-server host 10.193.240.18 vrf"),
    "no traps of links": drops("snmp-server enable traps"),
    "sessions may be idle longer": swaps(f" exec-timeout 10 0\n{_VTY_END}", f" exec-timeout 30 0\n{_VTY_END}"),
    "the console may be idle longer": swaps("line con 0\n exec-timeout 10 0", "line con 0\n exec-timeout 30 0"),
    "lines of logs come between words": swaps(_VTY_END, " login"),
    "a smaller buffer of logs": swaps("logging buffered 512000", "logging buffered 64000"),
    "fewer logs": swaps("logging trap informational", "logging trap warnings"),
    "logs of another zone": swaps("clock timezone ICT 7", "clock timezone UTC 0"),
    "more copies of the configuration": swaps(" maximum 14", " maximum 10"),
    "copies elsewhere": swaps(" path bootflash:archive", " path bootflash:copies"),
    "no diary of commands": drops("aaa accounting commands"),
    "no diary of sessions": drops("aaa accounting exec"),
    "logins are not told of": drops("login on-success"),
    "failures are not told of": drops("login on-failure"),
    "another secret of enable": swaps("enable secret 9 {{secret:enable}}", "enable secret 9 $9$another"),
    "one more user": adds("username helper privilege 15 secret 9 $9$helper"),
    "one more user who may do little": adds("username watcher privilege 1 secret 9 $9$watcher"),
    "a list that nothing names": adds(_OFFICE),
    "a list that nothing names denies all": adds("ip access-list extended CLOSED\n 10 deny ip any any"),
    "a list of IPv6 that nothing names": adds("ipv6 access-list CLOSED6\n sequence 10 deny ipv6 any any"),
    "a prefix list that nothing names": adds(_OFFICES),
    "a route map that nothing names": adds("route-map NOTHING deny 10"),
    "a VRF that nothing is in": adds("vrf definition SPARE\n rd 65000:7\n address-family ipv4\n exit-address-family"),
    "a station is permitted twice": matches(
        _FIRST_PERMIT, f" 5 permit ip host 10.193.240.5 any\n 10 permit ip {STATIONS} 0.0.0.63 any"
    ),
    "lines ask a list of the same": _asks("SAME", _ALL_STATIONS),
    "lines ask a list of the same in halves": _asks("HALVES", f"permit ip {STATIONS} 0.0.0.31 any", _SECOND_HALF),
    "lines ask a list of the same, the second half first": _asks(
        "TURNED", _SECOND_HALF, f"permit ip {STATIONS} 0.0.0.31 any"
    ),
    "lines ask a list that denies others first": _asks("OTHERS", "deny ip 10.200.0.0 0.0.0.255 any", _ALL_STATIONS),
    "lines ask a list that says it twice": _asks("TWICE", "permit ip host 10.193.240.5 any", _ALL_STATIONS),
    "lines ask a list that logs": _asks("LOGGED", _ALL_STATIONS, "deny ip any any log"),
    "lines ask a list of TCP": _asks("TCP", f"permit tcp {STATIONS} 0.0.0.63 any"),
    "lines ask a list of the port": _asks("PORT", f"permit tcp {STATIONS} 0.0.0.63 any eq 22"),
    "lines ask a list that denies another port": _asks("NO-TELNET", "deny tcp any any eq 23", _ALL_STATIONS),
    "others are denied by number 5": matches(
        _FIRST_PERMIT, f" 5 deny ip 10.200.0.0 0.0.0.255 any\n 10 {_ALL_STATIONS}"
    ),
    "the rest is denied by a number more": matches(
        _FIRST_PERMIT, f" 10 {_ALL_STATIONS}\n 15 deny ip 10.200.0.0 0.0.0.255 any"
    ),
    "logins ask the users alone": swaps(_LOGIN, "aaa authentication login default local"),
    "rights ask the users alone": swaps(_RIGHTS, "aaa authorization exec default local"),
    "whoever has come in has rights": swaps(
        _RIGHTS, "aaa authorization exec default group TRUC-TACACS if-authenticated"
    ),
    "logins ask on behind the users": swaps(_LOGIN, f"{_LOGIN} enable"),
    "users are asked by letter": swaps(_LOGIN, f"{_LOGIN}-case"),
    "another server of names": swaps(" address ipv4 10.193.240.12", " address ipv4 10.193.240.19"),
    "another key of the server of names": swaps(" key {{secret:tacacs-key}}", " key another"),
    "one more server of names": in_turn(
        adds("tacacs server SECOND\n address ipv4 10.193.240.20\n key {{secret:tacacs-key}}"),
        swaps(" server name TRUC-TACACS-1\n", " server name TRUC-TACACS-1\n server name SECOND\n"),
    ),
    "more tries": swaps("ip ssh authentication-retries 3", "ip ssh authentication-retries 5"),
    "numbers of logs": drops("service sequence-numbers"),
    "times of logs": swaps("log datetime msec localtime show-timezone", "log datetime msec"),
    "dead sessions stay": drops("service tcp-keepalives-in"),
    "a neighbour sees the name": drops("no cdp run"),
    "numbers of interfaces change": drops("snmp-server ifindex persist"),
    "the console shows logs": drops("no logging console"),
    "another text at a port": matches(r"^ description \S+ \S+$", " description doi ten"),
    "another text at the uplink": matches(r"^ description (\S+)$", r" description \1 quan tri"),
    "keys of time": swaps("ntp trusted-key 1", "ntp trusted-key 1\nntp trusted-key 2"),
    "time is taken from anybody": drops("ntp authenticate"),
    "longer text of diary": swaps("  logging size 500", "  logging size 200"),
}

# Junos.

_SOURCES = rf"^(set firewall family inet filter FILTER term t000[12] from source-address) {re.escape(STATIONS)}/26$"
_UNIT = rf"set routing-instances {MANAGEMENT} interface "


def _guarded(pattern: str, new: str) -> Change:
    """Change the filter over the device's own addresses in the management instance."""

    def change(text: str) -> str | None:
        found = re.search(r"^set interfaces lo0 unit 1 family inet filter input (\S+)$", text, re.MULTILINE)
        if found is None:
            return None
        changed = re.sub(pattern.replace("FILTER", re.escape(found[1])), new, text, flags=re.MULTILINE)
        return None if changed == text else changed

    return change


def _uplink(lines: str) -> Change:
    """Put lines behind the text in which PORT and UNIT are the one uplink of a site in the management instance."""

    def change(text: str) -> str | None:
        ports = re.findall(rf"^{_UNIT}(?!lo0)(\S+)\.(\d+)$", text, re.MULTILINE)
        if len(ports) != 1:
            return None
        port, unit = ports[0]
        return more(lines.replace("PORT", port).replace("UNIT", unit), text)

    return change


def _uplink_swaps(pattern: str, new: str) -> Change:
    """Change a line of the one uplink of a site in the management instance."""

    def change(text: str) -> str | None:
        ports = re.findall(rf"^{_UNIT}(?!lo0)(\S+)\.(\d+)$", text, re.MULTILINE)
        if len(ports) != 1:
            return None
        port, unit = ports[0]
        start = rf"set interfaces {port} unit {unit} "
        return matched(rf"^{re.escape(start)}{pattern}$", start + new, text)

    return change


def _other_filter(text: str) -> str | None:
    """Guard the management instance by the filter that guards all others: it has no login."""
    other = re.search(r"^set interfaces lo0 unit 0 family inet filter input (\S+)$", text, re.MULTILINE)
    if other is None:
        return None
    return matched(r"^(set interfaces lo0 unit 1 family inet filter input) \S+$", rf"\1 {other[1]}", text)


_NO_SSH_FILTER = "\n".join(
    f"set {line}"
    for line in (
        "firewall family inet filter NO-SSH term a from protocol tcp",
        "firewall family inet filter NO-SSH term a from destination-port 22",
        "firewall family inet filter NO-SSH term a then discard",
        "firewall family inet filter NO-SSH term b then accept",
        "interfaces PORT unit UNIT family inet filter input NO-SSH",
    )
)


def _user(name: str, of_class: str) -> Change:
    start = f"set system login user {name}"
    return adds(f"{start} class {of_class}\n{start} authentication encrypted-password $6${name}")


_JUNOS_LOCKOUTS: dict[str, Change] = {
    "no SSH": drops("set system services ssh "),
    "no NETCONF": drops("set system services netconf ssh "),
    "the user is gone": drops("set system login user truc "),
    "the user may do nothing": swaps("user truc class TRUC-ADMIN", "user truc class unauthorized"),
    "the user may look": swaps("user truc class TRUC-ADMIN", "user truc class read-only"),
    "the user may operate": swaps("user truc class TRUC-ADMIN", "user truc class operator"),
    "the class may look": swaps("class TRUC-ADMIN permissions all", "class TRUC-ADMIN permissions view"),
    "the class may do nothing": drops("set system login class TRUC-ADMIN permissions"),
    "the user has another secret": swaps('encrypted-password "{{secret:admin}}"', 'encrypted-password "$6$other"'),
    "the user has no secret": drops("set system login user truc authentication"),
    "another user instead": in_turn(
        swaps("login user truc authentication", "login user operator authentication"),
        swaps("login user truc class", "login user operator class"),
    ),
    "the order leaves users out": drops("set system authentication-order password"),
    "the order asks other servers alone": in_turn(
        drops("set system authentication-order password"),
        swaps("set system authentication-order tacplus", "set system authentication-order radius"),
    ),
    "the filter permits another host": _guarded(_SOURCES, r"\1 10.200.0.9/32"),
    "the filter permits but one station": _guarded(_SOURCES, r"\1 10.193.240.5/32"),
    "the filter leaves SSH out": _guarded(
        r"^set firewall family inet filter FILTER term t0001 from destination-port 22\n", ""
    ),
    "the filter leaves NETCONF out": _guarded(
        r"^set firewall family inet filter FILTER term t0001 from destination-port 830\n", ""
    ),
    "the filter refuses": _guarded(r"^(set firewall family inet filter FILTER term t0001 then) accept$", r"\1 discard"),
    "the filter of other instances": _other_filter,
    "the loopback has another address": matches(r"(lo0 unit 1 family inet address) \S+", r"\1 10.192.129.77/32"),
    "the loopback has no address": drops("set interfaces lo0 unit 1 family inet address "),
    "the loopback is switched off": adds("deactivate interfaces lo0 unit 1 family inet address"),
    "the loopback is in no instance": drops(rf"{_UNIT}lo0"),
    "the instance is switched off": adds(f"deactivate routing-instances {MANAGEMENT}"),
    "SSH is switched off": adds("deactivate system services ssh"),
    "users are switched off": adds("deactivate system login user truc"),
    "no neighbour in the management instance": drops(rf"set routing-instances {MANAGEMENT} protocols bgp group"),
    "the uplink has another tag": _uplink_swaps(r"vlan-id \d+", "vlan-id 999"),
    "the uplink has another address": _uplink_swaps(r"family inet address \S+", "family inet address 10.192.63.1/31"),
    "the uplink is switched off": _uplink("deactivate interfaces PORT unit UNIT"),
    "a filter stops sessions on the way in": _uplink(_NO_SSH_FILTER),
    "one session in all": swaps("services ssh connection-limit 5", "services ssh connection-limit 1"),
    "one try a minute": swaps("services ssh rate-limit 5", "services ssh rate-limit 1"),
    "servers are waited for": swaps("10.193.240.12 timeout 5", "10.193.240.12 timeout 90"),
    "SSH of version 1": swaps("ssh protocol-version v2", "ssh protocol-version v1"),
    "ciphers that nobody has said to be known": adds("set system services ssh ciphers aes128-cbc"),
    "users keep to some commands": adds('set system login class TRUC-ADMIN deny-commands "configure"'),
    "users come from elsewhere": adds("set system login class TRUC-ADMIN allow-sources 10.200.0.9/32"),
}


_JUNOS_HARMLESS: dict[str, Change] = {
    "another message": swaps("Chi nguoi co tham quyen", "Moi truy cap deu duoc ghi lai"),
    "another server of time": swaps(
        "set system ntp server 10.193.240.10 key 1", "set system ntp server 10.193.240.14 key 1"
    ),
    "one more server of time": adds("set system ntp server 10.193.240.15 key 1"),
    "no server of time": drops("set system ntp server"),
    "one more server of logs": adds("set system syslog host 10.193.240.16 any notice"),
    "no server of logs": drops("set system syslog host"),
    "fewer logs": swaps("file messages any notice", "file messages any warning"),
    "smaller files of logs": swaps("archive size 1m", "archive size 512k"),
    "fewer files of logs": swaps("archive files 10", "archive files 5"),
    "sessions may be idle longer": swaps("TRUC-ADMIN idle-timeout 10", "TRUC-ADMIN idle-timeout 30"),
    "no end of idle sessions": drops("set system login class TRUC-ADMIN idle-timeout"),
    "more tries": swaps("tries-before-disconnect 3", "tries-before-disconnect 5"),
    "later waiting": swaps("backoff-threshold 1", "backoff-threshold 2"),
    "root is not said to be kept out": drops("set system services ssh root-login"),
    "root comes in with a key": swaps("ssh root-login deny", "ssh root-login deny-password"),
    "sessions are looked at more often": swaps("client-alive-interval 60", "client-alive-interval 30"),
    "sessions live longer": swaps("client-alive-count-max 3", "client-alive-count-max 5"),
    "more sessions": swaps("services ssh connection-limit 5", "services ssh connection-limit 10"),
    "more tries a minute": swaps("services ssh rate-limit 5", "services ssh rate-limit 10"),
    "more sessions of NETCONF": swaps("netconf ssh connection-limit 5", "netconf ssh connection-limit 10"),
    "NETCONF as it was": drops("set system services netconf rfc-compliant"),
    "one more user": _user("helper", "super-user"),
    "one more user who may look": _user("watcher", "read-only"),
    "one more class": adds("set system login class NIGHT permissions view"),
    "the class of the device for the user": swaps("user truc class TRUC-ADMIN", "user truc class super-user"),
    "users alone are asked": drops("set system authentication-order tacplus"),
    "no order": drops("set system authentication-order"),
    "another server of names": in_turn(
        swaps("tacplus-server 10.193.240.12 secret", "tacplus-server 10.193.240.19 secret"),
        swaps("tacplus-server 10.193.240.12 timeout", "tacplus-server 10.193.240.19 timeout"),
    ),
    "another zone": swaps("time-zone GMT-7", "time-zone UTC"),
    "another name of the domain": swaps("domain-name tslcd.example", "domain-name elsewhere.example"),
    "no diary of commands": drops("set system accounting events interactive-commands"),
    "no diary": drops("set system accounting"),
    "fewer copies": swaps("max-configurations-on-flash 49", "max-configurations-on-flash 20"),
    "the console stays": drops("set system ports console"),
    "another secret of root": swaps('encrypted-password "{{secret:enable}}"', 'encrypted-password "$6$another"'),
    "another text at a port": matches(r"^(set interfaces \S+ unit \d+ description) .*$", r"\1 doi-ten"),
    "a filter that nothing names": adds("set firewall family inet filter SPARE term a then discard"),
    "a community that nothing names": adds("set policy-options community SPARE members 65000:7"),
    "a policy that nothing names": adds("set policy-options policy-statement SPARE term a then reject"),
    "a station is named twice": _guarded(
        r"^(set firewall family inet filter FILTER term t0001) then accept$",
        r"\1 from source-address 10.193.240.5/32\n\1 then accept",
    ),
}

Kinds = Mapping[str, Mapping[str, Change]]
LOCKOUTS: Kinds = {IOS: _IOS_LOCKOUTS, JUNOS: _JUNOS_LOCKOUTS}
HARMLESS: Kinds = {IOS: _IOS_HARMLESS, JUNOS: _JUNOS_HARMLESS}
