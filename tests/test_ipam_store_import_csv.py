"""Existing address plans from a table: what is taken over, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from intents.prefix import Family
from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from ipam.store.import_csv import ImportTarget, import_plan
from tests.small_registries import ON, PARTY, PARTY_BODY, POOLS, Numbers, attachment, inventory, organisation, registry

REGISTRY = registry(
    organisations=[organisation("ubnd-a"), organisation("ubnd-b"), organisation("party", PARTY_BODY)],
    attachments=[attachment("ubnd-a", "s-1"), attachment("ubnd-b", "s-2"), attachment("party", "s-1", PARTY)],
    communes=(1, 2),
)
TARGET = ImportTarget(registry=REGISTRY, inventory=inventory(REGISTRY), pools=POOLS, previous=AddressPlan(), on=ON)
A = "lan/ubnd-a-government,10.196.9.0/26,7/CV,2019-03-01"


def imported(
    tmp_path: Path, *lines: str, target: ImportTarget = TARGET
) -> tuple[AddressPlan, list[tuple[str, int, int]]]:
    path = tmp_path / "old.csv"
    path.write_text("\n".join(("key,prefix,registration_ref,since", *lines)) + "\n", encoding="utf-8")
    plan, findings = import_plan(path, "old.csv", target)
    return plan, [(item.code, item.where.line, item.where.column) for item in findings]


def test_what_exists_is_taken_over_with_its_date_and_reference(tmp_path: Path) -> None:
    plan, findings = imported(tmp_path, A)
    assert findings == []
    (entry,) = plan.prefixes
    assert (str(entry.prefix), entry.registration_ref, entry.since) == ("10.196.9.0/26", "7/CV", date(2019, 3, 1))
    assert (str(entry.party), entry.pool) == ("organisation/ubnd-a", "communes-gov-v4")


def test_allocation_keeps_what_was_imported(tmp_path: Path) -> None:
    plan, _ = imported(tmp_path, A)
    after, _ = allocate(REGISTRY, inventory(REGISTRY), POOLS, plan, Numbers(), ON)
    assert after.active(plan.prefixes[0].key)[Family.V4] == plan.prefixes[0].prefix


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("lan/ubnd-x-government,10.196.9.64/26,,2019-03-01", "TR540", 1),
        ("lan/ubnd-b-government,10.196.9.32/27,,2019-03-01", "TR541", 23),
        ("lan/ubnd-b-government,10.197.0.0/26,,2019-03-01", "TR542", 23),
        ("lan/ubnd-b-government,10.196.9.65/26,,2019-03-01", "TR543", 23),
        ("lan/ubnd-b-government,10.196.9.64/26,,1.3.2019", "TR144", 39),
        ("lan/ubnd-b-government,10.196.9.64/26,,2019/3", "TR543", 39),
        ("lan/ubnd-b-government,172.16.0.0/26,,2019-03-01", "TR544", 23),
        ("lan/ubnd-b-government,10.199.0.0/26,,2019-03-01", "TR544", 23),
        ("lan/ubnd-a-government,10.196.9.64/26,,2019-03-01", "TR545", 1),
        ("lan/party-party,2001:db8:1400:9::/64,,2019-03-01", "TR546", 17),
    ],
)
def test_a_line_that_does_not_fit_is_left_out_and_found(tmp_path: Path, line: str, code: str, column: int) -> None:
    plan, findings = imported(tmp_path, A, line)
    assert findings == [(code, 3, column)]
    assert [str(entry.key) for entry in plan.prefixes] == ["lan/ubnd-a-government"]


def test_the_plan_so_far_stays_and_counts(tmp_path: Path) -> None:
    first, _ = imported(tmp_path, A)
    target = replace(TARGET, previous=first)
    again, findings = imported(tmp_path, A, target=target)
    assert (again.prefixes, findings) == (first.prefixes, [("TR545", 2, 1)])
    more, findings = imported(tmp_path, "lan/ubnd-b-government,10.196.9.0/27,,2019-03-01", target=target)
    assert (more.prefixes, findings) == (first.prefixes, [("TR541", 2, 23)])
