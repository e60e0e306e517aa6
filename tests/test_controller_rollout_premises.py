"""A premise that does not hold is told with the device, the edit and the line."""

from __future__ import annotations

from controller.rollout.premises import Stand, check_understood
from routing.vendors import VENDORS

RIGHT = """\
vrf definition A
 rd 65000:1
 address-family ipv4
 exit-address-family
 address-family ipv6
 exit-address-family
router bgp 65000
 no bgp default ipv4-unicast
 address-family ipv4 vrf A
  neighbor 192.0.2.1 remote-as 65001
  maximum-paths 16
 exit-address-family
"""
EMPTY = f"{RIGHT} address-family ipv6 vrf A\n exit-address-family\n"
TOLD = f"{RIGHT} address-family ipv6 vrf A\n  neighbor 2001:DB8::1 remote-as 65001\n exit-address-family\n"
EQUAL = TOLD.replace(" 65001\n exit-address-family\n", " 65001\n  maximum-paths 16\n exit-address-family\n")


def stand(edits: int, text: str) -> Stand:
    device = VENDORS["cisco_ios"].read("r1", text).device
    return Stand(edits=edits, device=device, in_force=device)


def test_a_family_in_which_nothing_stands_has_no_number_of_ways() -> None:
    assert [stand(0, text).device.unknown for text in (RIGHT, EMPTY, EQUAL)] == [(), (), ()]
    assert [item.reason.key for item in stand(0, TOLD).device.unknown] == ["maximum_paths_differ"]


def test_a_line_that_is_not_understood_in_between_refuses_the_plan() -> None:
    assert list(check_understood("cisco_ios", "r1", [stand(0, RIGHT), stand(1, EMPTY), stand(2, EQUAL)])) == []
    (fault,) = check_understood("cisco_ios", "r1", [stand(0, RIGHT), stand(1, TOLD), stand(2, EQUAL)])
    assert (fault.device, fault.edits) == ("r1", 1)
    assert fault.reason.key == "premise_unknown"


def test_what_is_not_understood_at_an_end_may_stay_so_until_it_goes() -> None:
    assert list(check_understood("cisco_ios", "r1", [stand(0, TOLD), stand(1, TOLD), stand(2, EQUAL)])) == []
