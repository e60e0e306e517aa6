"""What is no drift: spelling, order without meaning, defaults, noise; and how lines that differ are told."""

from __future__ import annotations

from random import Random

import pytest

from routing.vendors import VENDORS
from tests.drift_injections import drifts_of, expected, forbidding
from tests.drift_noise import as_shown
from verification.drift.classes import DriftClass, class_of_verdict, rank_of
from verification.drift.difference import JudgedText, ReadKind, TextDifference, difference_of
from verification.drift.effects import admission_effects
from verification.drift.found import class_of_device
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import Holds

IOS = """hostname r1
ip access-list extended A
 10 permit tcp any any eq 80
 20 deny tcp any any eq 443
interface GigabitEthernet0/0/1
 description one
 ip address 10.0.0.1 255.255.255.0
 ip access-group A in
ntp server 10.0.0.9
ntp source Loopback0
logging trap informational
line con 0
 exec-timeout 10 0
line vty 0 4
 transport input ssh
"""
JUNOS = """set system host-name r1
set system ntp server 10.0.0.9
set interfaces ge-0/0/1 unit 0 family inet address 10.0.0.1/24
set firewall family inet filter A term one from protocol tcp
set firewall family inet filter A term one then accept
set firewall family inet filter A term two then discard
"""


def difference(platform: str, expected_text: str, found: str) -> TextDifference | None:
    vendor = VENDORS[platform]
    one, other = (JudgedText(text=text, read=vendor.read("r1", text)) for text in (expected_text, found))
    return difference_of(vendor, one, other)


def told(found: TextDifference | None) -> tuple[list[str], list[str]]:
    assert found is not None
    return [line.path[-1] for line in found.missing], [line.path[-1] for line in found.added]


ADMITTING = {
    "cisco_ios": (
        "username somebody privilege 15 secret 9 $9$abc$def", "enable secret 9 $9$abc$def", "snmp-server community public RO",
        "tacacs server OTHER\n address ipv4 192.0.2.9", "ip ssh pubkey-chain\n username somebody",
    ),
    "junos": (
        "set system login user somebody class super-user",
        'set system root-authentication encrypted-password "$6$abc$def"',
        "set system tacplus-server 192.0.2.9 secret abc", "set system authentication-order password",
        "set snmp community public authorization read-only",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("platform", "line"), [(name, line) for name, lines in ADMITTING.items() for line in lines])
def test_a_line_that_lets_somebody_in_is_never_merely_foreign(platform: str, line: str) -> None:
    text = {"cisco_ios": IOS, "junos": JUNOS}[platform]
    found = difference(platform, text, f"{text}{line}\n")
    assert found is not None
    assert found.admitting or found.judged  # as a way in that is modelled
    assert not found.foreign
    if found.admitting:
        effects = admission_effects(found)
        assert class_of_device(found, effects, sure=True) in {DriftClass.WEAKENS_FENCE, DriftClass.NOT_MODELLED}
        assert {effect.reason.key for effect in effects} == {"drift_admits"}
    assert difference(platform, f"{text}{line}\n", f"{text}{line}\n") is None


def test_another_secret_of_somebody_who_is_let_in_is_no_difference() -> None:
    user = "username somebody privilege 15 secret 9 $9$abc$def\n"
    assert difference("cisco_ios", IOS + user, IOS + user.replace("abc", "xyz")) is None
    assert told(difference("cisco_ios", IOS + user, IOS + user.replace("15", "1"))) != ([], [])


@pytest.mark.slow
def test_what_devices_show_of_the_same_is_no_drift() -> None:
    """200 nights of ten devices that nobody touched, each shown otherwise."""
    for night in range(20):
        random = Random(night)  # noqa: S311 - drawn again each time, no secret
        texts = {name: as_shown(forbidding().configs[name].platform, text, random) for name, text in expected().items()}
        assert texts != expected()
        found = drifts_of(texts)
        assert found.found == (), (night, found.found[0])


@pytest.mark.parametrize(
    "found",
    [
        IOS.replace(" 10 permit", " permit").replace(" 20 deny", " 30 deny"),
        IOS.replace("interface GigabitEthernet0/0/1", "interface Gi0/0/1"),
        IOS.replace(" exec-timeout 10 0\n", "").replace("logging trap informational\n", ""),
        IOS + "no cdp run\nversion 17.12\nend\n",
        IOS.replace("\n", "\r\n"),
    ],
    ids=["numbers", "spelling", "defaults", "foreign", "line ends"],
)
def test_the_same_said_otherwise_is_no_difference(found: str) -> None:
    assert difference("cisco_ios", IOS, found) is None


def test_a_changed_default_is_told_with_what_replaces_it() -> None:
    found = difference("cisco_ios", IOS, IOS.replace("exec-timeout 10 0", "exec-timeout 0 0"))
    assert told(found) == (["exec-timeout 10 0"], ["exec-timeout 0 0"])
    assert found is not None
    assert not found.judged
    assert difference("cisco_ios", IOS, IOS.replace("logging trap informational", "logging trap debugging")) is not None


def test_a_changed_server_is_told_with_the_other_one_and_no_further_line() -> None:
    found = difference("cisco_ios", IOS, IOS.replace("ntp server 10.0.0.9", "ntp server 10.0.0.66"))
    assert told(found) == (["ntp server 10.0.0.9"], ["ntp server 10.0.0.66"])
    junos = difference("junos", JUNOS, JUNOS.replace("10.0.0.9", "10.0.0.66"))
    assert told(junos) == (["system ntp server 10.0.0.9"], ["system ntp server 10.0.0.66"])


def test_lines_in_another_order_are_told_where_order_means_something() -> None:
    lines = IOS.split("\n")
    lines[2], lines[3] = " 10 deny tcp any any eq 443", " 20 permit tcp any any eq 80"
    assert difference("cisco_ios", IOS, "\n".join(lines)) is not None
    found = difference("cisco_ios", IOS, "\n".join(lines))
    assert found is not None
    assert found.judged
    assert {line.path[0] for line in found.missing} == {"ip access-list extended A"}
    moved = JUNOS.replace("set firewall family inet filter A term two then discard\n", "")
    moved = moved.replace("set firewall", "set firewall family inet filter A term two then discard\nset firewall", 1)
    found = difference("junos", JUNOS, moved)
    assert found is not None
    assert all("filter A" in line.text for line in (*found.missing, *found.added))
    ordered = JUNOS.split("\n")
    ordered[0], ordered[1] = ordered[1], ordered[0]
    assert difference("junos", JUNOS, "\n".join(ordered)) is None


def test_a_description_is_a_difference_that_needs_no_judge() -> None:
    found = difference("cisco_ios", IOS, IOS.replace("description one", "description two"))
    assert told(found) == (["description one"], ["description two"])
    assert found is not None
    assert not found.judged


def test_lines_that_mean_nothing_are_not_told_beside_those_that_do() -> None:
    """`show running-config all` shows what nobody typed."""
    shown = IOS.replace(" description one\n", " description one\n no shutdown\n ip redirects\n")
    found = difference("cisco_ios", IOS, shown.replace(" ip access-group A in\n", ""))
    assert told(found) == (["ip access-group A in"], [])


def test_an_unknown_line_is_told_with_its_section() -> None:
    found = difference(
        "cisco_ios", IOS, IOS.replace(" description one\n", " description one\n ip policy route-map X\n")
    )
    assert found is not None
    assert found.unknown
    (line,) = found.added
    assert (line.kind, line.line, line.path) == (
        ReadKind.UNKNOWN, 7, ("interface GigabitEthernet0/0/1", "ip policy route-map X")
    )  # fmt: skip


def test_every_kind_of_question_has_a_class_and_holding_is_neutral() -> None:
    for kind in QuestionKind:
        assert class_of_verdict(kind, Holds(judges=())) is DriftClass.NEUTRAL
    assert sorted(DriftClass, key=rank_of) == list(DriftClass)
