"""Pools of the settings: the tree, overlaps, public space, slots and root blocks that nobody may change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.finding import Finding
from intents.prefix import parse_prefix
from intents.reader.reserved import is_public
from intents.registry import PurposeName
from intents.settings import DedicatedSpec, PoolSpec
from ipam.address_plan import AddressPlan, Pool, PoolUse
from ipam.pools import make_pools
from tests.small_registries import POOLS, at, pool


def spec(found: Pool, line: int = 1) -> PoolSpec:
    group = found.dedicated
    dedicated = None if group is None else DedicatedSpec(category=group.category, tier=group.tier)
    return PoolSpec(
        name=found.name,
        use=found.use,
        prefix=found.prefix,
        root_block=found.root_block,
        slot=found.slot,
        purpose=PurposeName(found.purpose) if found.purpose else None,
        dedicated=dedicated,
        level=found.level,
        owner=found.owner,
        where=at(line, "settings.yaml"),
    )


SPECS = [spec(item, line) for line, item in enumerate(POOLS, start=1)]


def found(*more: PoolSpec, previous: AddressPlan | None = None) -> list[str]:
    names = {item.name for item in more}
    kept = [item for item in SPECS if item.name not in names]
    return [item.code for item in findings_of(*kept, *more, previous=previous)]


def findings_of(*specs: PoolSpec, previous: AddressPlan | None = None) -> tuple[Finding, ...]:
    return make_pools(specs, previous or AddressPlan())[1]


def test_good_pools_become_values_sorted_by_name() -> None:
    assert make_pools(reversed(SPECS), AddressPlan()) == (POOLS, ())


def test_a_pool_outside_every_root_block_is_found() -> None:
    assert found(spec(pool("far", PoolUse.LAN, "172.16.0.0/20", 26, "party"))) == ["TR502"]


def test_a_pool_in_the_root_block_of_another_province_is_found() -> None:
    other = replace(pool("root-bk", PoolUse.ROOT, "10.200.0.0/13", 13), root_block="bk")
    inside = pool("far", PoolUse.LAN, "10.200.0.0/20", 26, "party")
    assert found(spec(other), spec(inside)) == ["TR503"]


def test_overlapping_pools_are_found_with_both_places() -> None:
    (finding,) = findings_of(*SPECS, spec(pool("more", PoolUse.LAN, "10.197.8.0/24", 26, "party"), 99))
    assert (finding.code, finding.where.line, finding.also[0].line) == ("TR504", 99, 6)


def test_root_blocks_must_not_overlap_either() -> None:
    assert found(spec(pool("root-2", PoolUse.ROOT, "10.192.0.0/12", 12))) == ["TR504"]


def test_a_name_is_given_once() -> None:
    (finding,) = findings_of(*SPECS, spec(pool("links-v4", PoolUse.LAN, "10.195.0.0/24", 26, "party"), 99))
    assert finding.code == "TR501"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("10.0.0.0/8", False),
        ("172.31.0.0/16", False),
        ("172.0.0.0/11", True),
        ("192.168.1.0/24", False),
        ("198.51.100.0/26", False),
        ("fd00::/8", False),
        ("2001:db8::/32", False),
        ("2001:db8::/31", True),
        ("8.8.8.0/24", True),
        ("2400:cb00::/32", True),
        ("0.0.0.0/0", True),
    ],
)
def test_private_and_documentation_space_is_not_public(text: str, public: bool) -> None:
    assert is_public(parse_prefix(text)) is public


def test_a_public_pool_is_found_whatever_its_use() -> None:
    root = replace(pool("root-p", PoolUse.ROOT, "8.8.8.0/24", 24), root_block="public")
    links = replace(pool("links-p", PoolUse.LINK, "8.8.8.0/25", 31), root_block="public")
    lans = replace(pool("lans-p", PoolUse.LAN, "8.8.8.128/25", 29, "party"), root_block="public")
    assert found(spec(root), spec(links), spec(lans)) == ["TR505", "TR505", "TR505"]


@pytest.mark.parametrize(
    ("use", "slot"),
    [(PoolUse.LINK, 30), (PoolUse.LOOPBACK, 31), (PoolUse.LAN, 31), (PoolUse.LAN, 19)],
)
def test_a_slot_must_fit_the_use_and_the_pool(use: PoolUse, slot: int) -> None:
    assert found(spec(pool("more", use, "10.195.0.0/20", slot, "party" if use is PoolUse.LAN else ""))) == ["TR506"]


def test_a_root_block_of_the_central_post_is_neither_widened_nor_moved_nor_released() -> None:
    before = AddressPlan(pools=POOLS)
    assert found(previous=before) == []
    for prefix in ("10.192.0.0/12", "10.200.0.0/13", "10.192.0.0/14"):
        changed = replace(pool("root-v4", PoolUse.ROOT, prefix, 12), owner="province")
        assert {"TR507", "TR527"} <= set(found(spec(changed), previous=before))
    kept = [item for item in SPECS if "v6" not in item.name]
    assert [item.code for item in findings_of(*kept, previous=before)] == ["TR508"]


@pytest.mark.parametrize("owner", ["", "dept_ict"])
def test_a_root_block_is_the_central_post_s_whatever_the_lockfile_says(owner: str) -> None:
    own = tuple(replace(item, owner=owner) for item in POOLS)
    changed = pool("root-v4", PoolUse.ROOT, "10.192.0.0/12", 12)
    assert found(spec(changed), previous=AddressPlan(pools=own)) == ["TR507"]
    assert found(spec(replace(changed, owner=owner))) == ["TR527"]
