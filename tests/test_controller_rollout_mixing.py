"""Sites that take in otherwise what comes or goes at another one: they have to come before or behind it, not in any mix."""

from __future__ import annotations

import pytest

from controller.rollout.mixing import tied_to_order
from controller.rollout.premises import Stand
from routing.vendors import VENDORS

VRF = "vrf definition A\n rd 1:1\n address-family ipv4\n"
LAN = "interface Gi0/0/0.{n}\n vrf forwarding A\n encapsulation dot1Q {n}\n ip address 10.0.{n}.1 255.255.255.0\n"
PEER = """\
ip prefix-list P seq 5 {rules}
route-map IN permit 10
 match ip address prefix-list P
interface Gi0/0/1
 vrf forwarding A
 ip address 10.9.0.1 255.255.255.254
router bgp 65001
 address-family ipv4 vrf A
  neighbor 10.9.0.0 remote-as 65000
  neighbor 10.9.0.0 activate
  neighbor 10.9.0.0 route-map IN in
"""
ALL, NOT_ONE = "permit 10.0.0.0/16 le 24", "deny 10.0.1.0/24\nip prefix-list P seq 7 permit 10.0.0.0/16 le 24"
NONE, ONE = "deny 0.0.0.0/0 le 32", "permit 10.0.1.0/24"


def stands(*texts: str) -> tuple[Stand, ...]:
    devices = [VENDORS["cisco_ios"].read("r", VRF + text).device for text in texts]
    assert [device.unknown for device in devices] == [()] * len(devices)
    return tuple(Stand(edits=number, device=one, in_force=one) for number, one in enumerate(devices))


def site(*rules: str) -> tuple[Stand, ...]:
    """A site whose list says one thing after the other."""
    return stands(*(PEER.format(rules=one) for one in rules))


def lan(*numbers: int | None) -> tuple[Stand, ...]:
    """A site at which a LAN comes or goes."""
    return stands(*("hostname r\n" if number is None else LAN.format(n=number) for number in numbers))


LEAVES, COMES, STAYS = (1, None), (None, 1), (1, 1)
CASES = {
    "who takes in more, and somebody leaves": (LEAVES, (NOT_ONE, ALL), True),
    "who takes in less, and somebody leaves": (LEAVES, (ALL, NOT_ONE), False),
    "who takes in less, and somebody comes": (COMES, (ALL, NOT_ONE), True),
    "who takes in more, and somebody comes": (COMES, (NOT_ONE, ALL), False),
    "who is told of somebody who comes": (COMES, (NONE, ONE), False),
    "who forgets somebody who leaves": (LEAVES, (ONE, NONE), False),
    "nobody comes or goes": (STAYS, (NOT_ONE, ALL), False),
    "nothing is taken in otherwise": (LEAVES, (ALL, ALL), False),
    "somebody else leaves": ((2, None), (NOT_ONE, ALL), False),
    "a LAN is moved": ((1, 2), (NOT_ONE, ALL), True),
}


@pytest.mark.parametrize("name", CASES)
def test_only_who_would_take_in_what_one_end_has_is_tied(name: str) -> None:
    numbers, rules, is_tied = CASES[name]
    assert tied_to_order({"here": site(*rules), "there": lan(*numbers)}) == (
        frozenset({"here"}) if is_tied else frozenset()
    )


def test_a_session_that_comes_takes_in_nobody_who_leaves() -> None:
    bare = PEER.format(rules=ALL).partition("router bgp")[0]
    assert tied_to_order({"here": stands(bare, PEER.format(rules=ALL)), "there": lan(1, None)}) == {"here"}
    assert tied_to_order({"here": stands(PEER.format(rules=ALL), bare), "there": lan(1, None)}) == frozenset()
    assert tied_to_order({"here": stands(PEER.format(rules=ALL), bare), "there": lan(None, 1)}) == {"here"}


def test_a_site_s_own_lan_ties_it_too() -> None:
    first, last = (PEER.format(rules=rules) for rules in (NOT_ONE, ALL))
    assert tied_to_order({"here": stands(first + LAN.format(n=1), last)}) == {"here"}


TELLS = """\
interface Gi0/0/1
 vrf forwarding A
 ip address 10.9.1.1 255.255.255.254
router bgp 65002
 address-family ipv4 vrf A
  network 10.0.1.0 mask 255.255.255.0
  neighbor 10.9.1.0 remote-as 65000
  neighbor 10.9.1.0 activate
  neighbor 10.9.1.0 route-map OUT out
"""
MAP = "ip prefix-list O seq 5 permit 10.0.{n}.0/24\nroute-map OUT permit 10\n match ip address prefix-list O\n"
NETWORK = "  network 10.0.1.0 mask 255.255.255.0\n"
HIDDEN = {
    "by a filter": MAP.format(n=2) + TELLS,
    "by a network that is not named": MAP.format(n=1) + TELLS.replace(NETWORK, ""),
}
"""How a site does not tell of a LAN that it has."""


@pytest.mark.parametrize("way", HIDDEN)
def test_a_lan_that_is_there_at_both_ends_and_told_of_at_one_comes_or_goes(way: str) -> None:
    hidden, told = (LAN.format(n=1) + text for text in (HIDDEN[way], MAP.format(n=1) + TELLS))
    assert tied_to_order({"here": site(ALL, NOT_ONE), "there": stands(hidden, told)}) == {"here"}
    assert tied_to_order({"here": site(NOT_ONE, ALL), "there": stands(told, hidden)}) == {"here"}
    assert tied_to_order({"here": site(ALL, NOT_ONE), "there": stands(told, told)}) == frozenset()


def test_a_lan_behind_a_port_that_is_shut_is_not_there_yet() -> None:
    assert tied_to_order(
        {"here": site(ALL, NOT_ONE), "there": stands(LAN.format(n=1) + " shutdown\n", LAN.format(n=1))}
    ) == {"here"}


def test_a_lan_that_changes_its_vrf_leaves_and_comes() -> None:
    other = "vrf definition B\n rd 2:2\n address-family ipv4\n" + LAN.format(n=1)
    moved = other.replace("vrf forwarding A", "vrf forwarding B")
    for rules in ((ALL, NOT_ONE), (NOT_ONE, ALL)):
        assert tied_to_order({"here": site(*rules), "there": stands(other, moved)}) == {"here"}


def test_a_map_that_is_not_there_may_take_in_anything() -> None:
    gone = PEER.format(rules=NOT_ONE).replace("route-map IN in", "route-map GONE in")
    assert tied_to_order({"here": stands(PEER.format(rules=NONE), gone), "there": lan(1, None)}) == {"here"}
