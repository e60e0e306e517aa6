"""Turns the sites of Thái Nguyên into routers, channels and attachments.

The one idea: every site hangs on the aggregation of its old districts; a few have a second channel to the neighbouring
aggregation in ducts of its own. The equipment is fictional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.workspace_writer import Draft, Line
from examples.thai_nguyen_parties import (
    COMMITTEE,
    COURT,
    DIRECT,
    ELECTED,
    HOME,
    LEVEL_1_SITES,
    PARTY,
    PROCURACY,
    PROVINCIAL,
    REFORM,
    SECOND_SITE,
    Commune,
    commune_bodies,
    regional_offices,
)

CORES: Mapping[str, tuple[str, str]] = {"core-1": ("cisco_ios", "05443"), "core-2": ("junos", "01840")}
EDGES: Mapping[str, str] = {"dc-edge-1": "dc-tinh", "dc-edge-2": "dc-du-phong", "gw-1": "cong-ket-noi"}
AGGREGATIONS: Mapping[str, tuple[str, str, str]] = {
    "agg-1": ("cisco_ios", "05443", "trung tâm Thái Nguyên, phía đông"),
    "agg-2": ("junos", "05455", "trung tâm Thái Nguyên, phía tây"),
    "agg-3": ("cisco_ios", "05860", "Sông Công, Phổ Yên, Phú Bình"),
    "agg-4": ("junos", "05830", "Đại Từ, Phú Lương, Định Hóa"),
    "agg-5": ("cisco_ios", "05692", "Đồng Hỷ, Võ Nhai"),
    "agg-6": ("junos", "01843", "Bắc Kạn, Bạch Thông, Chợ Mới"),
    "agg-7": ("cisco_ios", "02020", "Chợ Đồn, Ba Bể, Pác Nặm"),
    "agg-8": ("junos", "02155", "Ngân Sơn, Na Rì"),
}
AREAS: Mapping[str, str] = {
    "Thành phố Thái Nguyên": "agg-1",
    "Thành phố Sông Công": "agg-3",
    "Thành phố Phổ Yên": "agg-3",
    "Huyện Phú Bình": "agg-3",
    "Huyện Đại Từ": "agg-4",
    "Huyện Phú Lương": "agg-4",
    "Huyện Định Hóa": "agg-4",
    "Huyện Đồng Hỷ": "agg-5",
    "Huyện Võ Nhai": "agg-5",
    "Thành Phố Bắc Kạn": "agg-6",
    "Huyện Bạch Thông": "agg-6",
    "Huyện Chợ Mới": "agg-6",
    "Huyện Chợ Đồn": "agg-7",
    "Huyện Ba Bể": "agg-7",
    "Huyện Pác Nặm": "agg-7",
    "Huyện Ngân Sơn": "agg-8",
    "Huyện Na Rì": "agg-8",
}
CITY = ("agg-1", "agg-2")
NEIGHBOURS: Mapping[str, str] = {f"agg-{odd}": f"agg-{odd + 1}" for odd in (1, 3, 5, 7)} | {
    f"agg-{odd + 1}": f"agg-{odd}" for odd in (1, 3, 5, 7)
}
DUAL_HOMED = frozenset(
    {"tru-so-tand-tinh", "tru-so-vksnd-tinh", "tru-so-cong-an", "tru-so-khcn", "tru-so-phuong-phan-dinh-phung",
     "tru-so-phuong-bac-kan"}
)  # fmt: skip
ENTERPRISES = ("vnpt-tn", "viettel-tn")
CONFERENCE_PROVINCIAL = frozenset({PARTY, DIRECT, ELECTED, COMMITTEE, COURT, PROCURACY})
CONFERENCE_COMMUNE = frozenset({PARTY, COMMITTEE})
CODES: Mapping[str, str] = {
    "party": "dang",
    "government": "cq",
    "court": "ta",
    "procuracy": "vks",
    "front": "mt",
    "sector": "nd",
    "video-conference": "vc",
    "management": "qt",
}
"""What an attachment's name ends with."""


def add_backbone(draft: Draft, day: str = REFORM) -> None:
    """Add points of presence, data centres, cores, edges and aggregations, and the channels between them, in units of a day."""
    for core, (platform, commune) in CORES.items():
        site = f"pop-{core}"
        draft.add("sites", name=site, title=f"Điểm lõi {core}", unit=f"{commune}@{day}", kind="network", level=0)
        draft.add_device(core, "core", platform, site)
    draft.add("sites", name="dc-tinh", title="Trung tâm Dữ liệu tỉnh", unit=f"05443@{day}", kind="data_centre", level=0)
    draft.add(
        "sites", name="dc-du-phong", title="Trung tâm Dữ liệu dự phòng", unit=f"01843@{day}", kind="data_centre",
        level=0,
    )  # fmt: skip
    draft.add("sites", name="cong-ket-noi", title="Cổng kết nối", unit=f"05443@{day}", kind="network", level=0)
    for edge, site in EDGES.items():
        draft.add_device(edge, "edge", "cisco_ios", site)
    for name, (platform, commune, area) in AGGREGATIONS.items():
        title = f"Điểm gom {area}"
        draft.add("sites", name=f"pop-{name}", title=title, unit=f"{commune}@{day}", kind="network", level=0)
        draft.add_device(name, "aggregation", platform, f"pop-{name}")
    draft.add_backbone_channel("core-1", "core-2")
    for name in (*EDGES, *AGGREGATIONS):
        for core in CORES:
            draft.add_backbone_channel(core, name)


def add_level_1(draft: Draft) -> None:
    """Add the central operator's routers, each joined by fibre of two ducts to the two data-centre edges."""
    for site in LEVEL_1_SITES:
        router = f"l1-{site.removeprefix('cap1-')}"
        draft.add_device(router, "level1_cpe", "cisco_ios", site, domain="central_post")
        for number, edge in enumerate(("dc-edge-1", "dc-edge-2"), start=1):
            line = Line(name=f"{site}-{number}", level=1, ducts=(f"duct-{site}-{number}",), mbps=1000)
            draft.add_channel(line, edge, router)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A site of level 2 and how it is joined: its aggregation, the ducts and speed of its channel."""

    site: str
    aggregation: str
    duct: str
    mbps: int
    enterprise: str


def level_2_access(communes: tuple[Commune, ...]) -> tuple[Access, ...]:
    """Return every site of level 2 in order; commune sites of one old district share a duct per enterprise."""
    by_code = {commune.code: commune for commune in communes}
    seats = {office.site: office.commune for office in (*PROVINCIAL, *regional_offices())}
    seats[SECOND_SITE[0]] = SECOND_SITE[1]
    found = []
    for number, (site, code) in enumerate(item for item in seats.items() if item[0] not in LEVEL_1_SITES):
        area = AREAS[by_code[code].districts[0]]
        aggregation = CITY[number % 2] if area in CITY else area
        found.append(Access(site=site, aggregation=aggregation, duct=f"duct-{site}", mbps=1000, enterprise=""))
    turns = dict.fromkeys(CITY, 0)
    for number, commune in enumerate(communes):
        area = AREAS[commune.districts[0]]
        if area in CITY:
            area = CITY[sum(turns.values()) % 2]
            turns[area] += 1
        enterprise = ENTERPRISES[number % 2]
        duct = f"duct-{area}-{enterprise}-{1 + number % 6 // 2}"
        site = f"tru-so-{commune.short}"
        found.append(Access(site=site, aggregation=area, duct=duct, mbps=200, enterprise=enterprise))
    return tuple(found)


def add_level_2(draft: Draft, communes: tuple[Commune, ...]) -> None:
    """Add a router and a channel for every site of level 2, and a second channel where the site is dual-homed."""
    for number, access in enumerate(level_2_access(communes)):
        name = access.site.removeprefix("tru-so-")
        router = f"cpe-{name}"
        draft.add_device(router, "cpe", "cisco_ios" if number % 5 < 3 else "junos", access.site)
        first = Line(name=f"{name}-1", level=2, ducts=(access.duct,), mbps=access.mbps, enterprise=access.enterprise)
        draft.add_channel(first, access.aggregation, router)
        if access.site in DUAL_HOMED:
            second = Line(name=f"{name}-2", level=2, ducts=(f"duct-{name}-rieng",), mbps=access.mbps)
            draft.add_channel(second, NEIGHBOURS[access.aggregation], router)


@dataclass(slots=True)
class Attaching:
    """Adds attachments, numbering the requests they were made on."""

    draft: Draft
    number: int = 0

    def attach(self, organisation: str, site: str, purpose: str, hosts: int, justification: str = "") -> None:
        """Add an organisation in a purpose at a site; a justification makes it a further point."""
        self.number += 1
        self.draft.add(
            "attachments", name=f"{organisation}-{CODES[purpose]}{'-2' if justification else ''}",
            organisation=organisation, site=site, purpose=purpose, hosts=hosts,
            legal_service="video_conference" if purpose == "video-conference" else "vpn",
            connection="justified" if justification else "main", justification_ref=justification,
            request_ref=f"{self.number}/CV-ĐK (hư cấu)", decision_ref="1512/QĐ-UBND (hư cấu)",
        )  # fmt: skip


def add_attachments(draft: Draft, communes: tuple[Commune, ...]) -> None:
    """Add every organisation in its home purpose, its video-conference room, and the management stations."""
    attaching = Attaching(draft)
    for office in (*PROVINCIAL, *regional_offices()):
        attaching.attach(office.name, office.site, HOME[office.category], office.hosts)
        if office.category in CONFERENCE_PROVINCIAL:
            attaching.attach(office.name, office.site, "video-conference", 10)
    attaching.attach("so-nn-mt", SECOND_SITE[0], "government", 40, "07/TTr-SNNMT (hư cấu)")
    attaching.attach("so-khcn", "tru-so-khcn", "management", 30)
    for commune in communes:
        site = f"tru-so-{commune.short}"
        for name, _, category, hosts, _ in commune_bodies(commune):
            attaching.attach(name, site, HOME[category], hosts)
            if category in CONFERENCE_COMMUNE:
                attaching.attach(name, site, "video-conference", 8)
