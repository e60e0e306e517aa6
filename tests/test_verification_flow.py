"""A flow is a header that could exist, and one line of text says which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family
from tests.small_networks import tcp, value
from verification.verdicts.flow import SUCCESS, Disposition, Flow, Trace, describe_flow

FLOW = tcp("cpe-1 GigabitEthernet0/0/1.110", "10.1.2.3", "10.9.0.5")
PLACE = "from cpe-1 GigabitEthernet0/0/1.110"


@pytest.mark.parametrize(
    ("flow", "text"),
    [
        (FLOW, "tcp 10.1.2.3:40000 -> 10.9.0.5:443 [SYN]"),
        (replace(FLOW, tcp_flags=18), "tcp 10.1.2.3:40000 -> 10.9.0.5:443 [SYN ACK]"),
        (replace(FLOW, tcp_flags=0), "tcp 10.1.2.3:40000 -> 10.9.0.5:443 [no flags]"),
        (replace(FLOW, fragment=True), "tcp 10.1.2.3 -> 10.9.0.5 [fragment]"),
        (replace(FLOW, protocol=17), "udp 10.1.2.3:40000 -> 10.9.0.5:443"),
        (replace(FLOW, protocol=1, icmp_type=3, icmp_code=4), "icmp 10.1.2.3 -> 10.9.0.5 [type 3 code 4]"),
        (replace(FLOW, protocol=89), "protocol 89 10.1.2.3 -> 10.9.0.5"),
    ],
)
def test_a_flow_is_described_in_one_line(flow: Flow, text: str) -> None:
    assert describe_flow(flow, "en") == f"{text} {PLACE}"


def test_an_ipv6_address_with_a_port_stands_in_brackets() -> None:
    flow = tcp("cpe-1 lan.1", "2001:db8::3", "2001:db8:9::5", port=53)
    assert describe_flow(flow, "en") == "tcp [2001:db8::3]:40000 -> [2001:db8:9::5]:53 [SYN] from cpe-1 lan.1"


def test_a_number_that_does_not_fit_its_field_is_refused() -> None:
    with pytest.raises(ValueError, match="destination_port does not fit 16 bits: 65536"):
        replace(FLOW, destination_port=65536)
    with pytest.raises(ValueError, match="source does not fit 32 bits: -1"):
        replace(FLOW, source=-1)
    with pytest.raises(ValueError, match="source does not fit 32 bits"):
        replace(FLOW, source=value("2001:db8::1"))
    with pytest.raises(ValueError, match="tcp_flags does not fit 8 bits: 256"):
        replace(FLOW, tcp_flags=256)
    with pytest.raises(ValueError, match="protocol does not fit 8 bits: 256"):
        replace(FLOW, protocol=256)


def test_three_of_the_ten_ends_are_arrivals() -> None:
    assert len(Disposition) == 10
    arrived = [end.value for end in Disposition if Trace(hops=(), disposition=end).delivered]
    assert arrived == ["ACCEPTED", "DELIVERED_TO_SUBNET", "EXITS_NETWORK"]
    assert set(arrived) == set(SUCCESS)


def test_an_ipv6_flow_holds_long_addresses() -> None:
    assert replace(FLOW, family=Family.V6, source=value("2001:db8::1")).source == 0x20010DB8 << 96 | 1


def test_a_flow_is_described_in_vietnamese() -> None:
    flow = replace(FLOW, protocol=89)
    assert describe_flow(flow, "vi") == "giao thức 89 10.1.2.3 -> 10.9.0.5 từ cpe-1 GigabitEthernet0/0/1.110"
    assert " [mảnh gói] " in describe_flow(replace(flow, fragment=True), "vi")
