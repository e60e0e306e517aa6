"""A term read with its plain addresses apart says what it says when it is read as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family
from routing.vendors.junos import VENDOR
from routing.vendors.junos.reader.filter import read_clauses
from routing.vendors.junos.reader.term import read_term

CLAUSES = (
    "from source-address 10.0.0.0/8",
    "from source-address 10.0.0.1",
    "from source-address 10.1.0.0/255.255.0.255",
    "from source-address 10.0.0.0/9 except",
    'from source-address "10.2.0.0/16"',
    "from source-address 10.0.0.0/99",
    "from source-address",
    "from destination-address 192.0.2.0/24",
    "from destination-address 198.51.100.7/32",
    "from destination-address 2001:db8::/32",
    "from address 203.0.113.0/24",
    "from source-prefix-list L",
    "from protocol tcp",
    "from protocol udp",
    "from destination-port 443",
    "from port 53",
    "from icmp-type 8",
    "from is-fragment",
    "from banana 1",
    "then log",
    "then accept",
    "then discard",
    "then next term",
    "then count 10.0.0.0/8",
    "",
)


@given(st.sampled_from(list(Family)), st.lists(st.sampled_from(CLAUSES), max_size=6).map(tuple))
def test_plain_addresses_apart_change_nothing(family: Family, clauses: tuple[str, ...]) -> None:
    lists = (("L", ("10.0.0.0/24", "2001:db8:1::/48")),) if any("prefix-list" in clause for clause in clauses) else ()
    assert read_term(family, clauses, lists) == read_clauses(family, clauses, lists)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (0, 3, 1, 4, 2), (3, 0, 4, 1, 2)])
def test_lines_of_two_terms_may_alternate(order: tuple[int, ...]) -> None:
    """The order of the two terms is that of their first lines; within each it is kept."""
    lines = (
        "set firewall family inet filter F term t1 from protocol tcp",
        "set firewall family inet filter F term t1 from source-address 10.0.0.0/8",
        "set firewall family inet filter F term t1 then discard",
        "set firewall family inet filter F term t10 from protocol udp",
        "set firewall family inet filter F term t10 then accept",
    )
    device = VENDOR.read("r1", "".join(f"{lines[index]}\n" for index in order)).device
    wanted = VENDOR.read("r1", "".join(f"{line}\n" for line in lines)).device
    first, last = wanted.acls[0].entries
    assert device.unknown == ()
    assert device.acls[0].entries == ((first, last) if order[0] == 0 else (last, first))
