"""Networks that a real Batfish server was asked about: the small example, right and with faults that a hand can make.

Each case says what is done to the texts and which kinds of questions both judges then find violated. Their recorded answers are
in tests/recorded; `make record-batfish` asks a server anew, and refuses where the judges differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from controller.jobs.evidence import give
from routing.model import Direction
from tests.small_builds import compiled, list_at
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.questions.judgement import Judgement

RECORDED = Path(__file__).parent / "recorded" / "small.jsonl.gz"
GIA_SANG, TAN_CUONG, EDGE = "cpe-gia-sang", "cpe-tan-cuong", "dc-edge-1"
LAN_IN = list_at(GIA_SANG, "GigabitEthernet0/0/1.103", Direction.IN)
LAN_OUT = list_at(GIA_SANG, "GigabitEthernet0/0/1.103", Direction.OUT)
EDGE_OUT = list_at(EDGE, "TenGigabitEthernet0/0/0.102", Direction.OUT)
JUNOS_IN = list_at(TAN_CUONG, "ge-0/0/1.100", Direction.IN)
FIRST_LAN_IN = list_at(GIA_SANG, "GigabitEthernet0/0/1.100", Direction.IN)
NEXT_LAN_IN = list_at(GIA_SANG, "GigabitEthernet0/0/1.104", Direction.IN)


class Edit(NamedTuple):
    """A pattern that fits one place of a device's text, and what stands there instead."""

    device: str
    pattern: str
    instead: str


class Case(NamedTuple):
    """`violated`: the kinds of questions that Batfish must find violated, each of them a finding of the engine too."""

    edits: tuple[Edit, ...]
    violated: frozenset[str]


def case(violated: str, *edits: tuple[str, str, str]) -> Case:
    return Case(tuple(Edit(*item) for item in edits), frozenset(violated.split()))


LAN = r"^(interface GigabitEthernet0/0/1\.103(?:\n [^\n]*)*?)"
CHANNEL = r"^(interface GigabitEthernet0/0/0\.103(?:\n [^\n]*)*?)"
PAIR = "10.196.0.64 0.0.0.63 10.193.0.64 0.0.0.63"
ENTRY = r"^ 20 permit tcp 10\.196\.0\.64 0\.0\.0\.63 10\.193\.0\.64 0\.0\.0\.63 eq 443$"

CASES: Mapping[str, Case] = {
    "right": case(""),
    "an entry of a source fence is gone": case("session source-fence", (GIA_SANG, ENTRY, " remark nothing here")),
    "an entry names another port": case(
        "session source-fence",
        (GIA_SANG, ENTRY, " 20 permit tcp 10.196.0.64 0.0.0.63 10.193.0.64 0.0.0.63 eq 444"),
    ),
    "a source fence admits everything": case(
        "source-fence isolation",
        (GIA_SANG, LAN + rf"\n ip access-group {LAN_IN} in", r"\1"),
        (
            GIA_SANG,
            LAN + rf"\n ip access-group {LAN_OUT} out",
            rf"\1\n ip access-group {LAN_OUT} out",
        ),
    ),
    "a destination fence is gone": case(
        "destination-fence", (GIA_SANG, LAN + rf"\n ip access-group {LAN_OUT} out", r"\1")
    ),
    "both fences let an office's own packets through": case(
        "source-fence destination-fence isolation",
        (GIA_SANG, ENTRY, " 20 permit ip 10.196.0.64 0.0.0.63 any"),
        (
            EDGE,
            rf"^(interface TenGigabitEthernet0/0/0\.102(?:\n [^\n]*)*?)\n ip access-group {EDGE_OUT} out",
            r"\1",
        ),
    ),
    "a Junos filter term is wider": case(
        "source-fence",
        (
            TAN_CUONG,
            rf"^(set firewall family inet filter {JUNOS_IN} term t0003 from source-address 10\.196\.128\.128)/26$",
            r"\1/25",
        ),
    ),
    "a LAN is not announced": case(
        "session purpose", (GIA_SANG, r"^  network 10\.196\.0\.64 mask 255\.255\.255\.192\n", "")
    ),
    "a LAN is switched off": case(
        "session source-fence destination-fence addressing", (GIA_SANG, LAN + r"\n!", r"\1\n shutdown\n!")
    ),
    "a LAN stands in another VRF": case(
        "addressing backbone purpose session wall",
        (GIA_SANG, LAN + r"\n vrf forwarding A-19", r"\1\n vrf forwarding A-12"),
    ),
    "a channel has another tag": case(
        "addressing purpose session",
        (GIA_SANG, CHANNEL + r"\n encapsulation dot1Q 103", r"\1\n encapsulation dot1Q 193"),
    ),
    "a filter in the middle drops what arrives there": case(
        "addressing session",
        (
            "agg-1",
            r"^interface GigabitEthernet0/0/2$",
            r"ip access-list extended MIDDLE\n deny tcp any any eq 443\n permit ip any any\n!\ninterface GigabitEthernet0/0/2",
        ),
        ("agg-1", r"^(interface GigabitEthernet0/0/2\.100(?:\n [^\n]*)*?)\n!", r"\1\n ip access-group MIDDLE in\n!"),
    ),
    "a filter stands on a channel": case(
        "addressing purpose routes session",
        (GIA_SANG, CHANNEL + r"\n!", rf"\1\n ip access-group {FIRST_LAN_IN} in\n!"),
    ),
    "a neighbour has another AS": case(
        "addressing purpose session",
        (GIA_SANG, r"^(  neighbor 10\.192\.0\.78 remote-as) 4200000026$", r"\1 4200000099"),
    ),
    "no packet reaches some lines": case(
        "",
        (
            GIA_SANG,
            ENTRY,
            (
                f" 19 permit tcp {PAIR} fragments\n 20 permit tcp {PAIR} eq 443\n 21 deny tcp {PAIR} eq 443\n"
                f" 22 permit tcp {PAIR} range 443 443"
            ),
        ),
        (
            TAN_CUONG,
            rf"^(set firewall family inet filter {JUNOS_IN} term )t0003( then accept)$",
            (
                r"\1t0003\2\n\1dead from source-address 10.196.128.160/27\n\1dead from destination-address 10.196.128.129/32\n"
                r"\1dead from protocol icmp\n\1dead from icmp-type 8\n\1dead then discard"
            ),
        ),
    ),
    "two filters are chained": case(
        "",
        (
            TAN_CUONG,
            rf"^(set interfaces .* filter )input ({JUNOS_IN})$",
            r"\1input-list FIRST\n\1input-list \2",
        ),
        (
            TAN_CUONG,
            rf"^(set firewall family inet filter ){JUNOS_IN}( term )t0003( then accept)$",
            (
                r"\1FIRST\2a from source-address 10.196.128.128/26\n\1FIRST\2a from destination-address 10.196.128.129/32\n"
                r"\1FIRST\2a from protocol icmp\n\1FIRST\2a from icmp-type 8\n\1FIRST\2a\3\n\g<0>"
            ),
        ),
    ),
    "a default route appears": case(
        "default-route", (EDGE, r"\A", "ip route vrf P-GOVERNMENT 0.0.0.0 0.0.0.0 Null0\n")
    ),
}


class Misread(NamedTuple):
    """A form that Batfish reads otherwise than the device: `pattern` would find it in a text."""

    edits: tuple[Edit, ...]
    pattern: str


def misread(pattern: str, *edits: tuple[str, str, str]) -> Misread:
    return Misread(tuple(Edit(*item) for item in edits), pattern)


TERM = f"firewall family inet filter {JUNOS_IN} term t0003 from"

MISREAD: Mapping[str, Misread] = {
    "an AS override is passed over in silence": misread(
        r"as-override",
        ("agg-1", r"^(  neighbor 10\.192\.0\.87 activate)$", r"\1\n  neighbor 10.192.0.87 as-override"),
    ),
    "an empty bound list denies": misread(
        r"^ip access-list extended (\S+)\n(!|ip|interface)",
        (GIA_SANG, LAN + rf"\n ip access-group {LAN_IN} in", r"\1\n ip access-group NOTHING in"),
        (GIA_SANG, rf"^(ip access-list extended {NEXT_LAN_IN})$", r"ip access-list extended NOTHING\n!\n\1"),
    ),
    "a bracket list widens its term": misread(
        r"^set firewall .* \[ ",
        (
            TAN_CUONG,
            rf"^(set {TERM}) source-address 10\.196\.128\.128/26$",
            r"\1 source-address [ 10.196.128.128/26 10.196.128.192/26 ]",
        ),
    ),
    "flags in brackets pass all flags": misread(
        r'tcp-flags "\(', (TAN_CUONG, r"\A", rf'set {TERM} tcp-flags "(ack | rst)"\n')
    ),
    "tcp-initial is the other way round": misread(r"tcp-initial", (TAN_CUONG, r"\A", rf"set {TERM} tcp-initial\n")),
    "a local AS is taken to replace the device's own": misread(
        r"local-as \d+( no-prepend)?$",
        (GIA_SANG, r"^(  neighbor 10\.192\.0\.78 local-as \d+) no-prepend replace-as$", r"\1"),
    ),
    "a target that two instances share leaks nothing": misread(
        r"auto-export|vrf-target",
        (
            TAN_CUONG,
            r"\A",
            (
                "set routing-instances A-24 vrf-target target:65000:1\nset routing-instances A-23 vrf-target target:65000:1\n"
                "set routing-instances A-23 routing-options auto-export\n"
                "set routing-instances A-24 routing-options auto-export\n"
            ),
        ),
    ),
    "a description that is taken away takes the address along": misread(
        r"no description", (GIA_SANG, r"^( description gia-sang-1 ubnd-gia-sang-cq)$", " no description")
    ),
    "a prefix list that is not there matches nothing": misread(
        r"prefix-list NOWHERE",
        (GIA_SANG, r"^(route-map TRUC-RM4-6c872219cec3 permit 10\n match ip address prefix-list) \S+$", r"\1 NOWHERE"),
    ),
    "an address stays when its interface changes the VRF": misread(
        r"^ ip address [^\n]*\n vrf forwarding",
        (GIA_SANG, r"^( vrf forwarding A-19)\n( ip address 10\.196\.0\.65 255\.255\.255\.192)$", r"\2\n\1"),
    ),
    "a term that says nothing to do is dropped": misread(
        rf"^set {TERM} [^\n]*\n(?![\s\S]*{TERM.removesuffix('from')}then)",
        (TAN_CUONG, rf"^set {TERM.removesuffix(' from')} then accept\n", ""),
    ),
    "entries are taken in their order, not by their numbers": misread(
        r"^ \d+ deny ip any any log\n \d+ permit",
        (
            GIA_SANG,
            rf"^(ip access-list extended {LAN_IN}\n)((?: \d+ [^\n]*\n)*?)( \d+ deny ip any any log\n)",
            r"\1\3\2",
        ),
    ),
    "filters of one name in two families are one": misread(
        rf"^set {TERM.replace('inet', 'inet6')} protocol",
        (TAN_CUONG, rf"^set {TERM} protocol icmp$", rf"set {TERM.replace('inet', 'inet6')} protocol icmp"),
    ),
    "a local AS replaces though it is also put in front": misread(
        r"local-as \d+ replace-as$",
        (GIA_SANG, r"^(  neighbor 10\.192\.0\.78 local-as \d+) no-prepend replace-as$", r"\1 replace-as"),
    ),
}


def texts_of(name: str) -> dict[str, str]:
    """Return the texts of a case."""
    texts = {device: config.text for device, config in compiled().configs.items()}
    edits = CASES[name].edits if name in CASES else MISREAD[name].edits
    for device, pattern, instead in edits:
        texts[device], count = re.subn(pattern, instead, texts[device], flags=re.MULTILINE)
        assert count == 1, f"{name}: {pattern!r} fits {count} times on {device}"
    return texts


@cache
def given_of(name: str) -> Given:
    """Return what the judges get in a case."""
    return give(compiled(), texts_of(name))


@cache
def judged(name: str) -> Judgement:
    """Return what the engine says of a case."""
    return judge_and_replay(given_of(name))
