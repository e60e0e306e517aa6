"""Turns a number of sites into units, organisations, sites, routers and attachments of a made-up province.

The one idea: a fifth of the sites (at most 40) are provincial bodies, all others are communes whose four organisations
share a building; communes alternate between two inherited root blocks.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.workspace_writer import Draft, Line

BLOCKS = ("block-1", "block-2")
SITES_PER_AGGREGATION = 20
MOST_AGGREGATIONS = 60
MOST_DEPARTMENTS = 40
VC = "video-conference"
COMMUNE_BODIES = (
    ("du", "party_building_body", "party", "party_office"),
    ("hd", "elected_body", "government", "using_org"),
    ("ub", "peoples_committee_body", "government", "using_org"),
    ("mt", "fatherland_front_org", "front", "using_org"),
)
"""Short name, category, home purpose and domain of the four organisations of a commune."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """A commune with its LAN size; `dual` sites have two channels, `junos` is the platform of their router."""

    number: int
    hosts: int
    dual: bool
    junos: bool

    @property
    def unit(self) -> str:
        return f"{self.number:05d}@2025-07-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """What chance has decided."""

    departments: tuple[Commune, ...]
    communes: tuple[Commune, ...]

    @property
    def aggregations(self) -> int:
        sites = len(self.departments) + len(self.communes)
        return min(max(-(-sites // SITES_PER_AGGREGATION), 2), MOST_AGGREGATIONS)


def make_province(sites: int, chance: random.Random) -> Province:
    """Return a province of so many sites of level II."""
    if sites < 4:
        raise ValueError(f"a province has at least 4 sites, not {sites}")
    departments = min(max(sites // 5, 2), MOST_DEPARTMENTS)
    drawn = [
        Commune(number=number, hosts=chance.randint(20, 40), dual=chance.random() < 0.05, junos=chance.random() < 0.4)
        for number in range(1, sites + 1)
    ]
    return Province(departments=tuple(drawn[:departments]), communes=tuple(drawn[departments:]))


def add_backbone(draft: Draft, province: Province) -> None:
    """Add cores, data-centre edges, the gateway and aggregations, each joined to both cores."""
    unit = "00@2025-07-01"
    places = [("dc-1", "data_centre"), ("dc-2", "data_centre"), ("pop-0", "network")]
    places += [(f"pop-{number}", "network") for number in range(1, province.aggregations + 1)]
    for site, kind in places:
        draft.add("sites", name=site, title=site, unit=unit, kind=kind, level=0)
    draft.add_device("core-1", "core", "cisco_ios", "pop-0")
    draft.add_device("core-2", "core", "junos", "pop-0")
    edges = {"dc-edge-1": "dc-1", "dc-edge-2": "dc-2", "gw-1": "pop-0"}
    for edge, site in edges.items():
        draft.add_device(edge, "edge", "cisco_ios", site)
    aggregations = [f"agg-{number}" for number in range(1, province.aggregations + 1)]
    for number, name in enumerate(aggregations, start=1):
        draft.add_device(name, "aggregation", "cisco_ios" if number % 2 else "junos", f"pop-{number}")
    draft.add_backbone_channel("core-1", "core-2")
    for name in (*edges, *aggregations):
        draft.add_backbone_channel("core-1", name)
        draft.add_backbone_channel("core-2", name)


def add_departments(draft: Draft, province: Province) -> None:
    """Add provincial bodies, every fourth of a vertical sector; the first one runs the management stations."""
    for number, commune in enumerate(province.departments, start=1):
        name, site = f"so-{number}", f"tru-so-{number}"
        sector = number % 4 == 0
        draft.add(
            "organisations", name=name, title=f"Sở {number}", tier="province", unit="00@2025-07-01",
            category="vertical_sector_body" if sector else "peoples_committee_body",
            domain="dept_ict" if number == 1 else "using_org", labels="chi-cuc" if sector else "",
        )  # fmt: skip
        draft.add("sites", name=site, title=f"Trụ sở {number}", unit="00@2025-07-01", kind="office", level=2)
        _add_router(draft, province, commune, site)
        _attach(draft, name, site, "sector" if sector else "government", commune.hosts + 80)
        if not sector:
            _attach(draft, name, site, VC, 10)
    _attach(draft, "so-1", "tru-so-1", "management", 20)


def add_communes(draft: Draft, province: Province) -> None:
    """Add communes, each a unit of its own with four organisations in one building."""
    for commune in province.communes:
        number = commune.number
        site = f"tru-so-{number}"
        draft.add(
            "units", code=f"{number:05d}", name=f"Xã {number}", type="commune", parent="00@2025-07-01",
            root_block=BLOCKS[number % 2],
        )  # fmt: skip
        draft.add("sites", name=site, title=f"Trụ sở xã {number}", unit=commune.unit, kind="office", level=2)
        _add_router(draft, province, commune, site)
        for short, category, purpose, domain in COMMUNE_BODIES:
            name = f"{short}-{number}"
            draft.add(
                "organisations", name=name, title=f"{short.upper()} xã {number}", category=category, tier="commune",
                unit=commune.unit, domain=domain, labels="mien-nui" if number % 50 == 0 else "",
            )  # fmt: skip
            _attach(draft, name, site, purpose, commune.hosts)
            if short == "ub":
                _attach(draft, name, site, VC, 8)


def _add_router(draft: Draft, province: Province, commune: Commune, site: str) -> None:
    name = f"cpe-{commune.number}"
    draft.add_device(name, "cpe", "junos" if commune.junos else "cisco_ios", site)
    area = commune.number % province.aggregations
    first = Line(name=f"{name}-1", level=2, ducts=(f"duct-{commune.number // 3}",), mbps=200, enterprise="vnpt")
    draft.add_channel(first, f"agg-{area + 1}", name)
    if commune.dual:
        second = Line(name=f"{name}-2", level=2, ducts=(f"duct-{name}",), mbps=200)
        draft.add_channel(second, f"agg-{(area + 1) % province.aggregations + 1}", name)


def _attach(draft: Draft, organisation: str, site: str, purpose: str, hosts: int) -> None:
    draft.add(
        "attachments", name=f"{organisation}-{purpose}", organisation=organisation, site=site, purpose=purpose,
        hosts=hosts, legal_service="video_conference" if purpose == VC else "vpn", connection="main",
        request_ref="1/CV (hư cấu)", decision_ref="1/QĐ (hư cấu)",
    )  # fmt: skip
