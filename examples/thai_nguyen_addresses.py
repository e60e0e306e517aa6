"""Turns the classes in use into the address pools of Thái Nguyên.

The one idea: the position of a class is fixed by a list, so that a class keeps its block whoever joins it; level, then
administrative tier, then class, then slot (regulation TT19 art. 8), twice, once for each inherited block. RFC 1918 and
RFC 3849 space: a fictional plan, not an allocation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bench.workspace_writer import Draft, Value
from examples.thai_nguyen_parties import (
    COMMITTEE,
    COURT,
    DIRECT,
    ELECTED,
    FRONT,
    PARTY,
    PROCURACY,
    SECTOR,
)

VC = "video-conference"
OTHER_PURPOSES = ("party", "government", "court", "procuracy", "front", "sector", VC)
LEVEL_1_CLASSES = (
    (PARTY, "party"), (ELECTED, "government"), (COMMITTEE, "government"), (PARTY, VC), (ELECTED, VC), (COMMITTEE, VC),
)  # fmt: skip
PROVINCE_CLASSES = (
    (PARTY, "party"), (DIRECT, "party"), (ELECTED, "government"), (COMMITTEE, "government"), (COURT, "court"),
    (PROCURACY, "procuracy"), (FRONT, "front"), (SECTOR, "sector"), (PARTY, VC), (DIRECT, VC), (ELECTED, VC),
    (COMMITTEE, VC), (COURT, VC), (PROCURACY, VC),
)  # fmt: skip
REGION_CLASSES = ((COURT, "court"), (PROCURACY, "procuracy"), (COURT, VC), (PROCURACY, VC))
DISTRICT_CLASSES = (
    (PARTY, "party"), (ELECTED, "government"), (COMMITTEE, "government"), (FRONT, "front"), (PARTY, VC), (COMMITTEE, VC),
)  # fmt: skip
"""What only districts had; courts and procuracies go on in the places of `REGION_CLASSES`."""
COMMUNE_CLASSES = (
    (PARTY, "party"), (ELECTED, "government"), (COMMITTEE, "government"), (FRONT, "front"), (PARTY, VC),
    (COMMITTEE, VC),
)  # fmt: skip
SHORT: Mapping[str, str] = {
    PARTY: "party", DIRECT: "party-direct", ELECTED: "council", COMMITTEE: "committee", COURT: "court",
    PROCURACY: "procuracy", FRONT: "front", SECTOR: "sector",
}  # fmt: skip
"""How a category is called in a pool's name."""

Cell = tuple[str, int, str, str, str]
"""Root block, access level, tier, category and purpose of a LAN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An inherited root block: second octet of its IPv4 /13, second group of its IPv6 /36."""

    name: str
    short: str
    octet: int
    group: int

    def v4(self, offset: int, third: int, length: int) -> str:
        """Return a prefix by its place in the block."""
        return f"10.{self.octet + offset}.{third}.0/{length}"

    def v6(self, tier: int, place: int) -> str:
        """Return the /44 at a place (0..15) of a tier's /40."""
        return f"2001:db8:{self.group + tier * 0x100 + place * 0x10:x}::/44"


BLOCKS = (
    Block(name="thai-nguyen", short="tn", octet=192, group=0x1000),
    Block(name="bac-kan", short="bk", octet=200, group=0x2000),
)


def used_cells(draft: Draft) -> frozenset[Cell]:
    """Return which classes have a LAN at which level in which root block."""
    blocks = {f"{row['code']}@{row['valid_from']}": row["root_block"] for row in draft.rows["units"]}
    sites = {row["name"]: row for row in draft.rows["sites"]}
    organisations = {row["name"]: row for row in draft.rows["organisations"]}
    cells = set()
    for row in draft.rows["attachments"]:
        site, party = sites[row["site"]], organisations[row["organisation"]]
        cells.add((blocks[site["unit"]], int(site["level"]), party["tier"], party["category"], row["purpose"]))
    return frozenset(cells)


def make_pools(cells: frozenset[Cell]) -> tuple[Mapping[str, Value], ...]:
    """Return the pools of both root blocks: infrastructure, systems, then a pair for each class in use."""
    pools: list[Mapping[str, Value]] = []
    for block in BLOCKS:
        pools += _infrastructure(block)
        pools += _undedicated(block)
        for position in _positions(block):
            if (block.name, position.level, position.tier, position.category, position.purpose) in cells:
                pools += _dedicated(block, position)
    return tuple(pools)


def _infrastructure(block: Block) -> Iterable[Mapping[str, Value]]:
    prefixes: tuple[tuple[str, str, str, int], ...] = (
        ("links", "link", block.v4(0, 0, 18), 31),
        ("links", "link", f"2001:db8:{block.group:x}::/56", 127),
        ("loopbacks", "loopback", block.v4(0, 128, 20), 32),
        ("loopbacks", "loopback", f"2001:db8:{block.group + 1:x}::/64", 128),
    )
    for prefix in (block.v4(0, 0, 13), f"2001:db8:{block.group:x}::/36"):
        yield {
            "name": _name(block, "root", prefix), "use": "root", "prefix": prefix, "root_block": block.name,
            "owner": "central_post",
        }  # fmt: skip
    for what, use, prefix, slot in prefixes:
        yield {"name": _name(block, what, prefix), "use": use, "prefix": prefix, "root_block": block.name, "slot": slot}


def _undedicated(block: Block) -> Iterable[Mapping[str, Value]]:
    places = [("shared", block.v4(1, 0, 20), 0), ("management", block.v4(1, 240, 22), 15)]
    places += [(purpose, block.v4(1, 64 + 4 * i, 22), 1 + i) for i, purpose in enumerate(OTHER_PURPOSES)]
    for purpose, v4, place in places:
        for prefix, slot in ((v4, 26), (block.v6(1, place), 64)):
            yield {
                "name": _name(block, f"{purpose}-systems", prefix), "use": "lan", "prefix": prefix,
                "root_block": block.name, "slot": slot, "purpose": purpose,
            }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a class of one level lies in a block."""

    level: int
    tier: str
    category: str
    purpose: str
    v4: str
    v6: str


def _positions(block: Block) -> Iterable[Position]:
    shelves: tuple[tuple[int, str, tuple[tuple[str, str], ...], Callable[[int], tuple[str, str]]], ...] = (
        (1, "province", LEVEL_1_CLASSES, lambda i: (block.v4(1, 16 + 4 * i, 22), block.v6(1, 8 + i))),
        (2, "province", PROVINCE_CLASSES, lambda i: (block.v4(2, 16 * i, 20), block.v6(2, i))),
        # The lower half of the district tier's /16 is the districts'; today nobody has a class in it.
        (2, "district", DISTRICT_CLASSES, lambda i: (block.v4(3, 16 * i, 20), block.v6(3, i))),
        (2, "district", REGION_CLASSES, lambda i: (block.v4(3, 128 + 16 * i, 20), block.v6(3, 8 + i))),
        (2, "commune", COMMUNE_CLASSES, lambda i: (block.v4(4 + i // 4, 64 * (i % 4), 18), block.v6(4, i))),
    )
    for level, tier, classes, place in shelves:
        for index, (category, purpose) in enumerate(classes):
            v4, v6 = place(index)
            yield Position(level=level, tier=tier, category=category, purpose=purpose, v4=v4, v6=v6)


def _dedicated(block: Block, at: Position) -> Iterable[Mapping[str, Value]]:
    for prefix, slot in ((at.v4, 26), (at.v6, 64)):
        what = f"{'l1' if at.level == 1 else at.tier}-{SHORT[at.category]}-{'vc' if at.purpose == VC else 'home'}"
        yield {
            "name": _name(block, what, prefix), "use": "lan", "prefix": prefix, "root_block": block.name, "slot": slot,
            "purpose": at.purpose, "level": at.level, "dedicated": {"category": at.category, "tier": at.tier},
        }  # fmt: skip


def _name(block: Block, what: str, prefix: str) -> str:
    return f"{block.short}-{what}-{'v6' if ':' in prefix else 'v4'}"
