"""What an ACL entry matches, and who may log in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family
from routing.model import (
    ESTABLISHED,
    AclEntry,
    Action,
    AddressMatch,
    ControlFilter,
    Device,
    IcmpMatch,
    Login,
    LoginService,
    NonInitial,
)
from tests.small_networks import acl, interface, matching, tcp, value
from verification.reference.acl import entry_matches, judge_acl, may_log_in

FLOW = tcp("d lan", "10.1.0.9", "10.2.0.9")
PERMIT = AclEntry(action=Action.PERMIT)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (PERMIT, True),
        (replace(PERMIT, protocols=(6, 17)), True),
        (replace(PERMIT, protocols=(17,)), False),
        (replace(PERMIT, sources=matching("10.1.0.0/24")), True),
        (replace(PERMIT, sources=matching("10.2.0.0/24")), False),
        (replace(PERMIT, destinations=matching("10.1.0.0/24", "10.2.0.9/32")), True),
        (replace(PERMIT, destinations=(AddressMatch(value=9, care=255),)), True),
        (replace(PERMIT, destinations=()), False),
        (replace(PERMIT, source_ports=((40000, 40000),)), True),
        (replace(PERMIT, source_ports=((1, 39999), (40001, 65535))), False),
        (replace(PERMIT, destination_ports=((0, 442), (444, 500))), False),
        (replace(PERMIT, tcp_flags=ESTABLISHED), False),
        (replace(PERMIT, icmp=(IcmpMatch(type=0),)), False),
        (replace(PERMIT, non_initial=NonInitial.ONLY), False),
        (replace(PERMIT, non_initial=NonInitial.SKIP), True),
    ],
)
def test_every_field_of_an_entry_must_match(entry: AclEntry, *, expected: bool) -> None:
    assert entry_matches(entry, FLOW) is expected


@given(st.integers(0, 255))
def test_established_is_ack_or_rst(flags: int) -> None:
    entry = replace(PERMIT, tcp_flags=ESTABLISHED)
    assert entry_matches(entry, replace(FLOW, tcp_flags=flags)) is (flags & 0b10100 != 0)


def test_a_packet_without_ports_does_not_match_an_entry_with_ports() -> None:
    entry = replace(PERMIT, destination_ports=((0, 65535),))
    assert entry_matches(entry, replace(FLOW, protocol=17))
    assert not entry_matches(entry, replace(FLOW, protocol=47))


def test_icmp_is_the_familys_own_protocol() -> None:
    entry = replace(PERMIT, icmp=(IcmpMatch(type=3, code=4), IcmpMatch(type=11)))
    error = replace(FLOW, protocol=1, icmp_type=3, icmp_code=4)
    assert entry_matches(entry, error)
    assert not entry_matches(entry, replace(error, icmp_code=1))
    assert entry_matches(entry, replace(error, icmp_type=11, icmp_code=1))
    assert not entry_matches(entry, replace(error, protocol=58))
    assert entry_matches(entry, replace(error, protocol=58, family=Family.V6))


@given(st.sampled_from(NonInitial), st.sampled_from(Action), st.booleans())
def test_a_fragment_never_looks_at_ports(non_initial: NonInitial, action: Action, right_port: bool) -> None:
    entry = AclEntry(action=action, destination_ports=((443, 443),), non_initial=non_initial)
    fragment = replace(FLOW, fragment=True, destination_port=443 if right_port else 1)
    assert entry_matches(entry, fragment) is (non_initial is not NonInitial.SKIP)


def test_an_acl_of_the_other_family_does_not_count() -> None:
    device = Device(name="d", platform="cisco_ios", acls=(acl("F", replace(PERMIT, action=Action.DENY)),))
    assert not judge_acl(device, Family.V4, "F", FLOW).passes
    assert judge_acl(device, Family.V6, "F", replace(FLOW, family=Family.V6)).passes


def router(*logins: Login, control_filters: tuple[ControlFilter, ...] = ()) -> Device:
    return Device(
        name="d",
        platform="cisco_ios",
        interfaces=(interface("lan", "10.1.0.1/24", vrf="A"), interface("Loopback0", "10.0.0.1/32", vrf="MGMT")),
        acls=(
            acl("ADMINS", replace(PERMIT, sources=matching("10.9.0.0/24"))),
            acl("TO-LOOPBACK", replace(PERMIT, protocols=(6,), destinations=matching("10.0.0.1/32"))),
        ),
        logins=logins,
        control_filters=control_filters,
    )


def may(device: Device, source: str, vrf: str | None = "MGMT", service: LoginService = LoginService.SSH) -> bool:
    return may_log_in(device, service, vrf, Family.V4, value(source))


def test_a_login_acl_admits_its_sources_only() -> None:
    device = router(Login(service=LoginService.SSH, acls=((Family.V4, "ADMINS"),)))
    assert may(device, "10.9.0.5")
    assert not may(device, "10.1.0.5")
    assert not may(device, "10.9.0.5", service=LoginService.TELNET)


def test_a_login_without_an_acl_is_open_to_everyone_in_its_vrfs() -> None:
    device = router(Login(service=LoginService.SSH, vrfs=("A",)))
    assert may(device, "10.1.0.5", vrf="A")
    assert not may(device, "10.1.0.5")


def test_a_login_acl_that_is_not_defined_is_open() -> None:
    assert may(router(Login(service=LoginService.SSH, acls=((Family.V4, "NOWHERE"),))), "10.1.0.5")


def test_a_login_needs_an_own_address_in_the_vrf() -> None:
    anywhere = router(Login(service=LoginService.SSH))
    assert may(anywhere, "10.1.0.5", vrf="A")
    assert not may(anywhere, "10.1.0.5", vrf="B")
    assert not may(anywhere, "10.1.0.5", vrf=None)


def test_a_control_filter_stands_before_every_login() -> None:
    everywhere = ControlFilter(family=Family.V4, acl="TO-LOOPBACK")
    device = router(Login(service=LoginService.SSH), control_filters=(everywhere,))
    assert may(device, "10.9.0.5")
    assert not may(device, "10.9.0.5", vrf="A")


def test_one_of_two_logins_suffices() -> None:
    narrow = Login(service=LoginService.SSH, acls=((Family.V4, "ADMINS"),))
    wide = Login(service=LoginService.SSH, vrfs=("A",))
    assert may(router(narrow, wide), "10.1.0.5", vrf="A")
    assert not may(router(narrow, wide), "10.1.0.5")


def test_a_family_that_a_login_does_not_listen_in_is_closed() -> None:
    assert not may(router(Login(service=LoginService.SSH, families=(Family.V6,))), "10.9.0.5")
