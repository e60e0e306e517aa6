"""An address that another port of the same device gets: what is in its way goes just before, there and back."""

from __future__ import annotations

import pytest

from controller.rollout.steps import DeviceChange, StepError, change_device, last_text, outcome

HEAD = "hostname r1\nvrf definition A\n address-family ipv4\n exit-address-family\n address-family ipv6\n exit-address-family\n"
PORTS = "".join(f"interface GigabitEthernet0/0/{number}\n no ip address\n" for number in (1, 2))
ONE, TWO, BOTH = (f"192.0.2.{number} 255.255.255.{mask}" for number, mask in ((0, 254), (2, 254), (1, 252)))


def ports(**subs: str) -> str:
    """Return a text with sub-interfaces: NUMBER_TAG=VRF ADDRESS (VRF - for none)."""
    text = HEAD + PORTS
    for name, said in subs.items():
        number, _, tag = name.removeprefix("g").partition("_")
        vrf, _, address = said.partition(" ")
        text += f"interface GigabitEthernet0/0/{number}.{tag}\n encapsulation dot1Q {tag}\n"
        text += f" vrf forwarding {vrf}\n" if vrf != "-" else ""
        text += f" ip address {address}\n"
    return text


def plain(one: str, two: str) -> str:
    """Return a text of two ports without sub-interfaces."""
    return HEAD + "".join(f"interface GigabitEthernet0/0/{number}\n {line}\n" for number, line in ((1, one), (2, two)))


def change(running: str, standing: str) -> DeviceChange:
    """Return the change, of which every line is taken, there and back."""
    found = change_device("r1", "cisco_ios", running, standing)
    assert found is not None
    done = outcome(found)
    assert done.refused == ()
    assert done.end.text == found.standing
    assert last_text("r1", "cisco_ios", found.standing, found.back) == found.running
    return found


def addresses(found: DeviceChange) -> list[str]:
    return [f"{edit.section[0].partition('0/0/')[2]}: {edit.line}" for edit in found.edits if "ip address" in edit.line]


@pytest.mark.parametrize(
    ("running", "standing", "lines"),
    [
        (ports(g1_5=f"A {ONE}"), ports(g2_5=f"A {ONE}"), [f"1.5: no ip address {ONE}", f"2.5: ip address {ONE}"]),
        (ports(g2_5=f"- {ONE}"), ports(g1_5=f"- {ONE}"), [f"2.5: no ip address {ONE}", f"1.5: ip address {ONE}"]),
        (
            ports(g1_5=f"A {ONE}", g1_6=f"A {TWO}"),
            ports(g2_5=f"A {BOTH}"),
            [f"1.5: no ip address {ONE}", f"1.6: no ip address {TWO}", f"2.5: ip address {BOTH}"],
        ),
        (
            ports(g1_5=f"A {ONE}", g2_6=f"A {TWO}"),
            ports(g1_5=f"A {TWO}", g2_6=f"A {ONE}"),
            [f"2.6: no ip address {TWO}", f"1.5: ip address {TWO}", f"2.6: ip address {ONE}"],
        ),
        (
            plain("no ip address", f"ip address {ONE}"),
            plain(f"ip address {ONE}", "no ip address"),
            [f"2: no ip address {ONE}", f"1: ip address {ONE}", "2: no ip address"],
        ),
        (
            plain(f"ip address {ONE}", "no ip address"),
            plain("no ip address", f"ip address {ONE}"),
            ["1: no ip address", f"2: ip address {ONE}"],
        ),
    ],
    ids=["in a VRF", "in none", "two in the way", "two swapped", "a whole port", "gone already"],
)
def test_what_is_in_the_way_goes_just_before(running: str, standing: str, lines: list[str]) -> None:
    assert addresses(change(running, standing)) == lines


def test_in_another_vrf_it_is_not_in_the_way() -> None:
    found = change(ports(g1_5=f"A {ONE}"), ports(g2_5=f"- {ONE}"))
    assert addresses(found) == [f"2.5: ip address {ONE}", f"1.5: no ip address {ONE}"]


def test_what_stays_in_the_way_is_refused() -> None:
    with pytest.raises(StepError):
        change_device("r1", "cisco_ios", ports(g1_5=f"A {ONE}"), ports(g1_5=f"A {ONE}", g2_5=f"A {ONE}"))
