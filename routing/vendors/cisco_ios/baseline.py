"""The baseline of an IOS-XE device: the harmless lines that every complete device carries.

Turns `BaselineSettings` into line paths. The one idea: forms that the device prints itself, and among those the ones
that Batfish reads without a warning (`username ... secret 9`, an NTP key without its trailing type); only the SNMP
hosts stand in a VRF, as they must, although Batfish does not read that. Secrets are references `{{secret:NAME}}`,
filled in when the text is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.model import LinePath
from routing.vendors.vendor import BaselineSettings

VTY = "line vty 0 4"
_BANNER_END = "^C"


def baseline(settings: BaselineSettings) -> tuple[LinePath, ...]:
    """Return the harmless lines, sorted; ValueError if the banner holds its own delimiter or a secret has no name."""
    found = {*_global_lines(settings), *_aaa_lines(settings), *_server_lines(settings), *_line_sections()}
    return tuple(sorted(found))


def _secret(settings: BaselineSettings, use: str) -> str:
    name = settings.secret_names.get(use)
    if name is None:
        raise ValueError(f"the baseline needs the name of a secret for {use!r}")
    return "{{secret:" + name + "}}"


def banner_line(text: str) -> str:
    """Return the login banner as one path element; ValueError if the text holds the delimiter."""
    lines = [line.rstrip() for line in text.strip().split("\n")]
    if "^" in text or not text.strip():
        raise ValueError("a banner needs text without the character ^")
    body = lines[0] if len(lines) == 1 else "\n" + "\n".join(lines) + "\n"
    return f"banner login {_BANNER_END}{body}{_BANNER_END}"


def _global_lines(settings: BaselineSettings) -> Iterator[LinePath]:
    single = (
        "service timestamps debug datetime msec localtime show-timezone",
        "service timestamps log datetime msec localtime show-timezone",
        "service password-encryption",
        "service sequence-numbers",
        "service tcp-keepalives-in",
        "service tcp-keepalives-out",
        "no service pad",
        "no ip source-route",
        "no ip gratuitous-arps",
        "no ip bootp server",
        "no ip domain lookup",
        "no cdp run",
        "ip forward-protocol nd",
        "ip bgp-community new-format",
        "ip ssh version 2",
        "ip ssh time-out 60",
        "ip ssh authentication-retries 3",
        "login on-failure log",
        "login on-success log",
        f"ip domain name {settings.domain_name}",
        f"clock timezone {settings.timezone}",
        f"enable secret 9 {_secret(settings, 'enable')}",
        f"username truc-admin privilege 15 secret 9 {_secret(settings, 'admin')}",
        banner_line(settings.banner),
        "archive",
    )
    yield from ((line,) for line in single)
    for line in ("log config", "maximum 14", "path bootflash:archive", "write-memory"):
        yield ("archive", line)
    for line in ("hidekeys", "logging enable", "logging size 500", "notify syslog contenttype plaintext"):
        yield ("archive", "log config", line)


def _aaa_lines(settings: BaselineSettings) -> Iterator[LinePath]:
    yield ("aaa new-model",)
    yield ("aaa session-id common",)
    methods = "group TRUC-TACACS local" if settings.tacacs_servers else "local"
    yield (f"aaa authentication login default {methods}",)
    yield (f"aaa authorization exec default {methods}",)
    if not settings.tacacs_servers:
        return
    yield ("aaa accounting exec default start-stop group TRUC-TACACS",)
    yield ("aaa accounting commands 15 default start-stop group TRUC-TACACS",)
    group = "aaa group server tacacs+ TRUC-TACACS"
    yield (group,)
    yield (group, f"ip vrf forwarding {settings.management_vrf}")
    yield (group, f"ip tacacs source-interface {settings.management_interface}")
    for number, server in enumerate(settings.tacacs_servers, start=1):
        name = f"TRUC-TACACS-{number}"
        yield (group, f"server name {name}")
        header = f"tacacs server {name}"
        yield (header,)
        yield (header, f"address {'ipv6' if ':' in server else 'ipv4'} {server}")
        yield (header, f"key {_secret(settings, 'tacacs')}")
        yield (header, "timeout 5")


def _server_lines(settings: BaselineSettings) -> Iterator[LinePath]:
    vrf, interface = settings.management_vrf, settings.management_interface
    yield ("ntp authenticate",)
    yield (f"ntp authentication-key 1 md5 {_secret(settings, 'ntp')}",)
    yield ("ntp trusted-key 1",)
    yield (f"ntp source {interface}",)
    yield from ((f"ntp server vrf {vrf} {server} key 1",) for server in settings.ntp_servers)
    yield ("logging buffered 512000 informational",)
    yield ("logging trap informational",)
    yield ("logging origin-id hostname",)
    yield ("no logging console",)
    yield (f"logging source-interface {interface} vrf {vrf}",)
    yield from ((f"logging host {server} vrf {vrf}",) for server in settings.syslog_servers)
    if settings.snmp_servers:
        auth, priv = _secret(settings, "snmp_auth"), _secret(settings, "snmp_priv")
        yield (f"snmp-server user truc-nms TRUC-SNMP v3 auth sha {auth} priv aes 128 {priv}",)
        yield (f"snmp-server trap-source {interface}",)
        yield ("snmp-server enable traps snmp linkdown linkup",)
        yield ("snmp-server ifindex persist",)
        yield from (
            (f"snmp-server host {server} vrf {vrf} version 3 priv truc-nms",) for server in settings.snmp_servers
        )


def _line_sections() -> Iterator[LinePath]:
    """Return what stands in the line sections; the vty header itself is modelled, not harmless."""
    yield ("line con 0",)
    yield ("line aux 0",)
    for header in ("line con 0", VTY):
        yield (header, "exec-timeout 10 0")
        yield (header, "logging synchronous")
    yield ("line con 0", "stopbits 1")
    yield ("line aux 0", "no exec")
    yield ("line aux 0", "transport input none")
    yield (VTY, "login authentication default")
