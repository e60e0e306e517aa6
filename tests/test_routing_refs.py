"""A table by Ref answers the same whether a thing is listed or looked up in place."""

from __future__ import annotations

import pytest

from routing.refs import RefTable, acl_entry_ref, acl_ref, vrf_ref


def table() -> RefTable[int]:
    return RefTable({acl_ref("A"): 3, vrf_ref("V"): 9}, {"A": (4, 0, 6)})


def test_a_table_is_the_same_as_its_listing() -> None:
    listed = {acl_ref("A"): 3, vrf_ref("V"): 9, acl_entry_ref("A", 0): 4, acl_entry_ref("A", 2): 6}
    assert dict(table()) == listed
    assert len(table()) == len(listed)
    assert table() == listed


@pytest.mark.parametrize("ref", [acl_entry_ref("A", 1), acl_entry_ref("A", 3), acl_entry_ref("B", 0), acl_ref("B")])
def test_a_thing_of_which_nothing_is_known_is_not_in_the_table(ref: tuple[str, ...]) -> None:
    assert ref not in table()
    assert table().get(ref, 0) == 0
