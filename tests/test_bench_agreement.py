"""What the measure of agreement takes for a listed form: entries that stand in another order than their numbers."""

from __future__ import annotations

from bench.agreement import in_order

LISTS = """\
ip access-list extended ONE
 10 permit tcp any any
 30 deny ip any any log
 20 permit udp any any
!
ipv6 access-list TWO
 sequence 20 permit icmp any any
 sequence 10 deny ipv6 any any
"""


def test_entries_that_stand_together_are_sorted_by_number_and_nothing_else_moves() -> None:
    assert in_order(LISTS).splitlines() == [
        "ip access-list extended ONE",
        " 10 permit tcp any any",
        " 20 permit udp any any",
        " 30 deny ip any any log",
        "!",
        "ipv6 access-list TWO",
        " sequence 10 deny ipv6 any any",
        " sequence 20 permit icmp any any",
    ]


def test_a_text_in_order_stays_as_it_is() -> None:
    assert in_order(in_order(LISTS)) == in_order(LISTS)
    assert in_order("interface GigabitEthernet0/0/1\n ip address 10.0.0.1 255.255.255.0\n").count("\n") == 2
