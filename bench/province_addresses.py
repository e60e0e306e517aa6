"""Turns the classes in use into pools that are big enough, however many sites there are.

The one idea: every pool is a power of two of slots with a quarter in reserve, and pools are laid out biggest first, so
that each is aligned without a gap. Two root blocks: the halves of 10.0.0.0/8 and the first two quarters of
2001:db8::/32 (the end of which outside networks use).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from bench.province_sites import BLOCKS
from bench.workspace_writer import Draft, Value

Cell = tuple[str, str, str, str]
"""Root block, category, tier and purpose."""

SHORT: Mapping[str, str] = {
    "party_building_body": "party",
    "elected_body": "council",
    "peoples_committee_body": "committee",
    "fatherland_front_org": "front",
    "vertical_sector_body": "sector",
}
SYSTEM_PURPOSES = ("party", "front", "video-conference", "shared", "management")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A pool before it has a place: how many slots, each 2**slot_bits IPv4 addresses."""

    name: str
    use: str
    slots: int
    slot_bits: int
    v6_slot: int
    fields: Mapping[str, Value]


def used_cells(draft: Draft) -> Mapping[Cell, int]:
    """Return how many /26 slots each class needs in each root block."""
    blocks = {f"{row['code']}@{row['valid_from']}": row["root_block"] for row in draft.rows["units"]}
    units = {row["name"]: row["unit"] for row in draft.rows["sites"]}
    organisations = {row["name"]: row for row in draft.rows["organisations"]}
    slots: Counter[Cell] = Counter()
    for row in draft.rows["attachments"]:
        if row["purpose"] != "management":
            party = organisations[row["organisation"]]
            cell = (blocks[units[row["site"]]], party["category"], party["tier"], row["purpose"])
            slots[cell] += 4 if int(row["hosts"]) > 48 else 1
    return slots


def make_pools(cells: Mapping[Cell, int], draft: Draft) -> tuple[Mapping[str, Value], ...]:
    """Return the pools of both root blocks, IPv4 and IPv6."""
    pools: list[Mapping[str, Value]] = []
    for number, block in enumerate(BLOCKS):
        needs = [*_infrastructure(draft), *_systems(), *_classes(cells, block)]
        pools += _index_addresses(block, number, needs)
    return tuple(pools)


def _infrastructure(draft: Draft) -> list[Need]:
    # A sub-interface pair for each attachment and channel of its site, and for each purpose and backbone channel.
    links = 2 * len(draft.rows["attachments"]) + 12 * len(draft.rows["channels"])
    return [
        Need(name="links", use="link", slots=links, slot_bits=1, v6_slot=127, fields={}),
        Need(name="loopbacks", use="loopback", slots=len(draft.rows["devices"]), slot_bits=0, v6_slot=128, fields={}),
    ]


def _systems() -> list[Need]:
    return [
        Need(name=purpose, use="lan", slots=16, slot_bits=6, v6_slot=64, fields={"purpose": purpose})
        for purpose in SYSTEM_PURPOSES
    ]


def _classes(cells: Mapping[Cell, int], block: str) -> list[Need]:
    return [
        Need(
            name=f"{tier}-{SHORT[category]}-{purpose}", use="lan", slots=slots, slot_bits=6, v6_slot=64,
            fields={"purpose": purpose, "level": 2, "dedicated": {"category": category, "tier": tier}},
        )
        for (where, category, tier, purpose), slots in sorted(cells.items())
        if where == block
    ]  # fmt: skip


def _index_addresses(block: str, number: int, needs: Sequence[Need]) -> list[Mapping[str, Value]]:
    short = f"b{number + 1}"
    v4 = (10 << 24) + (number << 23)
    v6 = (0x20010DB8 << 96) + (number << 94)
    pools: list[Mapping[str, Value]] = [
        {"name": f"{short}-root-v4", "use": "root", "prefix": f"{IPv4Address(v4)}/9", "root_block": block,
         "owner": "central_post"},
        {"name": f"{short}-root-v6", "use": "root", "prefix": f"{IPv6Address(v6)}/34", "root_block": block,
         "owner": "central_post"},
    ]  # fmt: skip
    end = v4 + (1 << 23)
    for place, need in enumerate(sorted(needs, key=lambda need: (-_bits(need), need.name))):
        bits = _bits(need)
        prefixes = (f"{IPv4Address(v4)}/{32 - bits}", f"{IPv6Address(v6 + (place << 84))}/44")
        v4 += 1 << bits
        if v4 > end:
            raise ValueError(f"{block} is too small for so many sites")
        for prefix, slot, family in zip(prefixes, (32 - need.slot_bits, need.v6_slot), ("v4", "v6"), strict=True):
            head = {"name": f"{short}-{need.name}-{family}", "use": need.use, "prefix": prefix, "root_block": block}
            pools.append({**head, "slot": slot, **need.fields})
    return pools


def _bits(need: Need) -> int:
    """Return how many address bits hold the slots and a quarter more."""
    return (need.slots * 5 // 4).bit_length() + need.slot_bits
