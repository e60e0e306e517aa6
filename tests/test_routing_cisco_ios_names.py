"""Interface names of IOS: every spelling of one is its one form or none, so that no text makes two interfaces of one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.vendors.cisco_ios.names import interface_kind, interface_name

KINDS = (
    "GigabitEthernet", "TenGigabitEthernet", "TwentyFiveGigE", "FortyGigabitEthernet", "FiftyGigE", "HundredGigE",
    "TwoGigabitEthernet", "FiveGigabitEthernet", "FastEthernet", "Ethernet", "Loopback", "Port-channel", "Tunnel", "Vlan",
)  # fmt: skip
NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(lambda parts: "/".join(map(str, parts)))


@given(st.sampled_from(KINDS), NUMBERS, st.none() | st.integers(1, 4094), st.data())
def test_every_beginning_of_a_kind_is_that_kind_or_none(
    kind: str, number: str, sub: int | None, data: st.DataObject
) -> None:
    behind = number if sub is None else f"{number}.{sub}"
    written = kind[: data.draw(st.integers(1, len(kind)))]
    written = "".join(data.draw(st.sampled_from((letter.lower(), letter.upper()))) for letter in written)
    found = interface_name(written + behind)
    meant = [other for other in KINDS if other.lower().startswith(written.lower())]
    assert found in (None, kind + behind) or (
        len(meant) > 1 and found in {other + behind for other in meant if other.lower() == written.lower()}
    )
    assert interface_name(kind + behind) == kind + behind
    assert interface_kind(kind + behind) == kind


@given(st.sampled_from(KINDS), st.text("0123456789/.", max_size=8))
def test_no_two_numbers_name_one_interface(kind: str, number: str) -> None:
    found = interface_name(kind + number)
    parts = number.replace(".", "/").split("/")
    if found is not None:
        assert all(str(int(part)) == part for part in parts)
        assert found == kind + number
