"""Commands of IOS-XE outside configuration mode: which one an abbreviation means, and what the shows print.

The one idea: a command is its words, each of which may be cut short (Cisco IOS Configuration Fundamentals, CLI); what a show
prints of the network, the test gives in `Device.tables`.
"""

from __future__ import annotations

import re

from tests.device_ios_config import Block, IosConfig
from tests.device_state import Device

COMMANDS = (
    "enable", "disable", "exit", "logout", "terminal length", "terminal width", "terminal no monitor", "terminal monitor",
    "configure terminal revert timer", "configure terminal lock", "configure terminal", "configure confirm",
    "configure revert now", "configure revert timer", "configure replace", "write memory", "write", "reload",
    "copy running-config startup-config", "copy running-config", "clear ip bgp", "clear bgp", "ping", "dir", "verify",
    "show running-config", "show startup-config", "show version", "show clock", "show users",
    "show archive config rollback timer", "show archive", "show privilege",
    *(f"show {word}" for word in (
        "ip", "ipv6", "bgp", "interfaces", "vrf", "access-lists", "route-map", "logging", "arp", "cdp", "lldp", "inventory",
        "processes", "memory", "platform", "netconf-yang", "ntp", "snmp", "history", "license", "boot", "environment",
    )),
)  # fmt: skip
USER_COMMANDS = frozenset(
    ("enable", "exit", "logout", "terminal length", "terminal width", "show version", "show clock", "ping")
)


def find(line: str) -> tuple[str, list[str]] | None:
    """Return the command that a line means, in full, and the words behind it."""
    words = line.split()
    best = None
    for command in COMMANDS:
        full = command.split()
        if len(words) >= len(full) and all(f.startswith(w) for f, w in zip(full, words, strict=False)):
            exact = sum(f == w for f, w in zip(full, words, strict=False))
            if best is None or (len(full), exact) > best[0]:
                best = (len(full), exact), command, words[len(full) :]
    return None if best is None else best[1:]


def unknown_neighbor(config: IosConfig, rest: list[str]) -> str:
    """Return what is said of `clear bgp … NEIGHBOR …` if there is no such session in the VRF, "" if there is."""
    who = next((word for word in rest if ":" in word or word[0].isdigit()), "")
    bgp = config.block("router bgp")
    place = f" vrf {rest[rest.index('vrf') + 1]}" if "vrf" in rest[:-1] else ""
    homes = [] if bgp is None else [bgp, *(line for line in bgp.lines.values() if isinstance(line, Block))]
    there = any(
        isinstance(line, str) and line.startswith(f"neighbor {who.upper()} ")
        for home in homes
        if (home.head.endswith(place) if place else " vrf " not in home.head)
        for line in home.lines.values()
    )
    return "" if there or not who else f'% BGP: Unknown neighbor - "{who}"\n'


def show(device: Device, command: str, rest: list[str]) -> str:
    """Return what a show prints; behind `|`, the part that is asked for."""
    config = device.running
    assert isinstance(config, IosConfig)
    piped = " ".join(rest).partition("|")
    text = device.table(f"{command} {piped[0]}".strip())
    if text is None:
        text = _own(device, config, command, piped[0].split())
    if not device.shows_secrets and command.endswith("-config"):
        hidden = hide(text)
        fewer = len(text.encode()) - len(hidden.encode())
        text = _SIZE.sub(lambda found: f"{found[1]}{int(found[2]) - fewer}", hidden, count=1)
    return _part(text, piped[2].split()) if piped[2] else text


def _own(device: Device, config: IosConfig, command: str, rest: list[str]) -> str:
    if command == "show running-config":
        return _blocks(config, " ".join(rest)) if rest else config.shown()
    if command == "show startup-config":
        assert isinstance(device.startup, IosConfig)
        text = device.startup.text()
        return f"Using {len(text.encode())} out of 33554432 bytes\n!\nversion 17.12\n{text}end\n\n"
    if command == "show version":
        return (
            "Cisco IOS XE Software, Version 17.12.04\n"
            "Cisco IOS Software [Dublin], ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), "
            f"Version 17.12.4, RELEASE SOFTWARE (fc3)\n\n{config.hostname} uptime is 1 week, 2 days\n"
            "Configuration register is 0x2102\n\n"
        )
    if command == "show clock":
        return "*08:00:00.000 ICT Mon Nov 30 2026\n"
    if command == "show users":
        rows = "".join(
            f"   vty {at}     truc       idle                 00:00:00\n" for at in range(len(device.sessions))
        )
        return f"    Line       User       Host(s)              Idle       Location\n{rows}\n"
    if command == "show privilege":
        return "Current privilege level is 15\n"
    if command == "show archive config rollback timer":
        if device.pending is None:
            return "%No Rollback Confirmed Change pending\n"
        return f"Timer value: {device.pending.minutes:g} min\n"
    if command == "show archive":
        names = "".join(f"   {at}        {name}\n" for at, name in enumerate(device.files, 1))
        return f"The maximum archive configurations allowed is 14.\n Archive #  Name\n{names}"
    return ""


def hide(text: str) -> str:
    """Return a configuration as it is shown: keys obfuscated, and no users of SNMPv3 (Cisco, SNMP Command Reference)."""
    kept = [line for line in text.splitlines(keepends=True) if not _SNMP_USER.match(line)]
    return "".join(_NTP_KEY.sub(_obfuscated, _KEY.sub(_obfuscated, line)) for line in kept)


_SIZE = re.compile(r"(Current configuration : |Using )(\d+)")
_SNMP_USER = re.compile(r"snmp-server user \S+ \S+ v3 ")
_KEY = re.compile(r"^( key| password)(?! \d ) (?P<secret>\S+)$", re.MULTILINE)
_NTP_KEY = re.compile(r"^(ntp authentication-key \d+ md5) (?P<secret>\S+)(?P<end>)$", re.MULTILINE)
_SALT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def _obfuscated(found: re.Match[str]) -> str:
    """Write a secret in type 7: two digits, then hexadecimal."""
    at = 2
    secret = found["secret"].encode()
    coded = "".join(f"{char ^ _SALT[(at + place) % len(_SALT)]:02X}" for place, char in enumerate(secret))
    seven = f"{at:02d}{coded}"
    return f"{found[1]} {seven} 7" if "end" in found.groupdict() else f"{found[1]} 7 {seven}"


def _blocks(config: IosConfig, head: str) -> str:
    block = config.block(head)
    body = block.text("") if block is not None else ""
    return f"Building configuration...\n\nCurrent configuration : {len(body.encode())} bytes\n!\n{body}end\n\n"


def _part(text: str, asked: list[str]) -> str:
    """Filter as IOS does: include, exclude, begin, section."""
    how, pattern = asked[0], re.compile(" ".join(asked[1:]))
    lines = text.splitlines(keepends=True)
    if "include".startswith(how):
        return "".join(line for line in lines if pattern.search(line))
    if "exclude".startswith(how):
        return "".join(line for line in lines if not pattern.search(line))
    if "begin".startswith(how):
        first = next((at for at, line in enumerate(lines) if pattern.search(line)), len(lines))
        return "".join(lines[first:])
    kept, inside = [], False
    for line in lines:
        inside = bool(pattern.search(line)) or (inside and line.startswith(" "))
        kept += [line] if inside else []
    return "".join(kept)
