"""The forms of harmless lines whose effect on the text is known: those of the baseline, and some that people add.

Data for `table`. The one idea: single-valued lines are listed with their value apart, so that a new value takes the place of the
old one; what stands here changes nothing that is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from routing.vendors.cisco_ios.execute.forms import Taking
from routing.vendors.cisco_ios.execute.writing import Row, TakenBack, row

_ORDER = (80, "rank", "text")
_ONCE = (
    "version", "ip domain name", "clock timezone", "enable secret 9", "ip ssh version", "ip ssh time-out",
    "ip ssh authentication-retries", "aaa authentication login default", "aaa authorization exec default",
    "aaa accounting exec default", "aaa accounting commands 15 default", "ntp source", "logging buffered",
    "logging trap", "snmp-server trap-source", "snmp-server location", "snmp-server contact",
    "service timestamps debug", "service timestamps log",
)  # fmt: skip
"""Commands with one value: another one takes its place."""
_FLAGS = (
    "service password-encryption", "service sequence-numbers", "service tcp-keepalives-in",
    "service tcp-keepalives-out", "ip forward-protocol nd", "ip bgp-community new-format", "login on-failure log",
    "login on-success log", "aaa new-model", "aaa session-id common", "ntp authenticate", "logging origin-id hostname",
    "snmp-server ifindex persist", "snmp-server enable traps snmp linkdown linkup",
    "no service pad", "no ip source-route", "no ip gratuitous-arps", "no ip bootp server", "no ip domain lookup",
    "no cdp run", "no logging console",
)  # fmt: skip
_SEVERAL = (
    ("username <user:w> <x:text>", "username {user}"),
    ("ntp authentication-key <n:1-4294967295> md5 <x:text>", "ntp authentication-key {n}"),
    ("ntp trusted-key <n:1-4294967295>", "ntp trusted-key {n}"),
    ("ntp server <a:ip>", "ntp server {a}"),
    ("ntp server vrf <v:w> <a:ip>", "ntp server vrf {v} {a}"),
    ("ntp server <a:ip> key <k:1-4294967295>", "ntp server {a}"),
    ("ntp server vrf <v:w> <a:ip> key <k:1-4294967295>", "ntp server vrf {v} {a}"),
    ("logging source-interface <i:if>", "logging source-interface"),
    ("logging source-interface <i:if> vrf <v:w>", "logging source-interface vrf {v}"),
    ("logging host <a:ip>", "logging host {a}"),
    ("logging host <a:ip> vrf <v:w>", "logging host {a} vrf {v}"),
    ("snmp-server user <u:w> <g:w> v3 <x:text>", "snmp-server user {u} {g} v3"),
    ("snmp-server host <a:ip> vrf <v:w> version 3 priv <u:w>", "snmp-server host {a} vrf {v} {u}"),
)
"""Commands of which there may be several, by what tells them apart."""
_SECTIONS = (
    ("archive", "archive"), ("line con 0", "con"), ("line aux 0", "con"), ("tacacs server <name:w>", "tacacs"),
    ("aaa group server tacacs+ <name:w>", "aaa-group"),
)  # fmt: skip
_IN_SECTIONS = (
    ("archive", ("maximum <n:1-14>", "path <x:text>", "write-memory")),
    ("archive-log", ("hidekeys", "logging enable", "logging size <n:1-1000>", "notify syslog contenttype <x:w>")),
    ("con vty", ("exec-timeout <x:text>", "logging synchronous", "stopbits <n:1-2>", "login authentication <x:w>")),
    ("con", ("no exec", "transport input <x:text>")),
    ("tacacs", ("key <x:text>", "timeout <n:1-1000>")),
    ("aaa-group", ("ip vrf forwarding <vrf:w>", "ip tacacs source-interface <i:if>")),
)
_BEHIND_LOGIN = 9


def plain_rows() -> Iterator[Row]:
    """Yield the forms of harmless lines; what begins as one of them may be another command."""
    yield from ((kind, replace(form, loose=True)) for kind, form in _rows())


def _rows() -> Iterator[Row]:
    for words in _ONCE:
        yield from _one(f"{words} <x:text>", words)
    for words in _FLAGS:
        yield from _one(words, words.removeprefix("no "))
    for pattern, key in _SEVERAL:
        yield from _one(pattern, key)
    for pattern, opens in _SECTIONS:
        key = pattern.replace("<name:w>", "{name}")
        yield from row(
            "global", pattern, key, _ORDER, opens=opens, back=TakenBack(Taking.ANY if "<" in pattern else None)
        )
    yield from row(
        "archive", "log config", "log config", (_BEHIND_LOGIN, "text"), opens="archive-log", back=TakenBack(None)
    )
    for kinds, patterns in _IN_SECTIONS:
        for pattern in patterns:
            key = pattern.partition(" <")[0].removeprefix("no ")
            act = "in_vrf" if "vrf forwarding" in pattern else ""
            yield from row(kinds, pattern, key, (_BEHIND_LOGIN, "text"), act=act, back=TakenBack(Taking.ANY))
    for family in ("ipv4", "ipv6"):
        yield from row("tacacs", f"address {family} <a:ip>", "address", (_BEHIND_LOGIN, "text"))
    yield from row("aaa-group", "server name <name:w>", "server name {name}", (_BEHIND_LOGIN + 1, "entered"))


def _one(pattern: str, key: str) -> Iterator[Row]:
    yield from row("global", pattern, key, _ORDER, back=TakenBack(Taking.ANY))
