"""Turns the commune tables into units, organisations and sites of Thái Nguyên after 2025-07-01.

The one idea: the counts are those of the province after the reform (418 organisations, 3 + 138 sites); communes come
from the public tables, everything else is a fictional list standing here in full.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.workspace_writer import Draft

REFORM = "2025-07-01"
BEFORE = "2024-12-01"
LAST_DAY_BEFORE = "2025-06-30"
PROVINCE = f"19@{REFORM}"
BLOCKS: Mapping[str, str] = {"Tỉnh Thái Nguyên": "thai-nguyen", "Tỉnh Bắc Kạn": "bac-kan"}
OLD_PROVINCES: Mapping[str, str] = {"Tỉnh Thái Nguyên": "19", "Tỉnh Bắc Kạn": "06"}
DATA = Path(__file__).parent / "data"

PARTY = "party_building_body"
DIRECT = "party_committee_direct"
ELECTED = "elected_body"
COMMITTEE = "peoples_committee_body"
COURT = "peoples_court"
PROCURACY = "peoples_procuracy"
FRONT = "fatherland_front_org"
SECTOR = "vertical_sector_body"

HOME: Mapping[str, str] = {
    PARTY: "party",
    DIRECT: "party",
    ELECTED: "government",
    COMMITTEE: "government",
    COURT: "court",
    PROCURACY: "procuracy",
    FRONT: "front",
    SECTOR: "sector",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """A commune or ward of today; `short` is its name in identifiers, `districts` the old ones it was made of."""

    code: str
    title: str
    type: str
    short: str
    block: str
    districts: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.code}@{REFORM}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A provincial or regional organisation: its main site's name, that site's commune code, LAN size and labels."""

    name: str
    title: str
    category: str
    site: str
    commune: str
    hosts: int
    labels: str = ""
    tier: str = "province"


def _office(text: str) -> Office:
    name, title, category, site, commune, hosts, labels = (part.strip() for part in text.split("|"))
    return Office(
        name=name, title=title, category=category, site=site, commune=commune, hosts=int(hosts), labels=labels
    )


PROVINCIAL = tuple(
    _office(line)
    for line in f"""
van-phong-tinh-uy|Văn phòng Tỉnh ủy|{PARTY}|cap1-tinh-uy|05443|120|level1_host
ban-to-chuc|Ban Tổ chức Tỉnh ủy|{PARTY}|tru-so-ban-dang-1|05443|60|
uy-ban-kiem-tra|Ủy ban Kiểm tra Tỉnh ủy|{PARTY}|tru-so-ban-dang-1|05443|50|noi-chinh
ban-tuyen-giao-dan-van|Ban Tuyên giáo và Dân vận Tỉnh ủy|{PARTY}|tru-so-ban-dang-2|05443|60|
ban-noi-chinh|Ban Nội chính Tỉnh ủy|{PARTY}|tru-so-ban-dang-2|05443|40|noi-chinh
dang-uy-cac-co-quan-dang|Đảng ủy các cơ quan Đảng tỉnh|{DIRECT}|tru-so-du-co-quan-dang|05443|40|
dang-uy-ubnd-tinh|Đảng ủy Ủy ban nhân dân tỉnh|{DIRECT}|tru-so-du-ubnd|05443|40|
dang-uy-quan-su|Đảng ủy Quân sự tỉnh|{DIRECT}|tru-so-du-quan-su|05482|40|
dang-uy-cong-an|Đảng ủy Công an tỉnh|{DIRECT}|tru-so-du-cong-an|05467|45|
dang-uy-dai-hoc|Đảng ủy Đại học Thái Nguyên|{DIRECT}|tru-so-du-dai-hoc|05455|50|
van-phong-hdnd|Văn phòng Đoàn ĐBQH và HĐND tỉnh|{ELECTED}|cap1-hdnd|05443|80|level1_host
van-phong-ubnd|Văn phòng UBND tỉnh|{COMMITTEE}|cap1-ubnd|05443|150|level1_host;mot-cua
so-noi-vu|Sở Nội vụ|{COMMITTEE}|tru-so-noi-vu|05443|120|
so-tu-phap|Sở Tư pháp|{COMMITTEE}|tru-so-tu-phap|05443|70|
so-tai-chinh|Sở Tài chính|{COMMITTEE}|tru-so-tai-chinh|05443|140|
so-cong-thuong|Sở Công Thương|{COMMITTEE}|tru-so-cong-thuong|05443|90|
so-nn-mt|Sở Nông nghiệp và Môi trường|{COMMITTEE}|tru-so-nn-mt|05443|150|
so-xay-dung|Sở Xây dựng|{COMMITTEE}|tru-so-xay-dung|05443|130|
so-vhttdl|Sở Văn hóa, Thể thao và Du lịch|{COMMITTEE}|tru-so-vhttdl|05443|90|
so-khcn|Sở Khoa học và Công nghệ|{COMMITTEE}|tru-so-khcn|05443|110|van-hanh
so-gddt|Sở Giáo dục và Đào tạo|{COMMITTEE}|tru-so-gddt|05443|100|
so-y-te|Sở Y tế|{COMMITTEE}|tru-so-y-te|05443|100|
so-dan-toc-ton-giao|Sở Dân tộc và Tôn giáo|{COMMITTEE}|tru-so-dan-toc|05443|60|
thanh-tra-tinh|Thanh tra tỉnh|{COMMITTEE}|tru-so-thanh-tra|05443|60|noi-chinh
bql-khu-cong-nghiep|Ban Quản lý các khu công nghiệp|{COMMITTEE}|tru-so-bql-kcn|05518|50|
tand-tinh|Tòa án nhân dân tỉnh|{COURT}|tru-so-tand-tinh|05443|100|noi-chinh
vksnd-tinh|Viện kiểm sát nhân dân tỉnh|{PROCURACY}|tru-so-vksnd-tinh|05443|100|noi-chinh
mttq-tinh|Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh|{FRONT}|tru-so-mttq-tinh|05443|80|
cong-an-tinh|Công an tỉnh|{SECTOR}|tru-so-cong-an|05467|150|noi-chinh
bo-chi-huy-quan-su|Bộ Chỉ huy Quân sự tỉnh|{SECTOR}|tru-so-quan-su|05482|80|
thue-tinh|Thuế tỉnh Thái Nguyên|{SECTOR}|tru-so-thue|05443|150|tai-khoa
kho-bac|Kho bạc Nhà nước khu vực|{SECTOR}|tru-so-kho-bac|05443|90|tai-khoa
bao-hiem-xa-hoi|Bảo hiểm xã hội tỉnh|{SECTOR}|tru-so-bhxh|05443|110|
hai-quan|Hải quan khu vực|{SECTOR}|tru-so-hai-quan|05518|60|tai-khoa
thong-ke|Thống kê tỉnh|{SECTOR}|tru-so-thong-ke|05455|50|
ngan-hang-nha-nuoc|Ngân hàng Nhà nước khu vực|{SECTOR}|tru-so-nhnn|05443|60|tai-khoa
""".strip().splitlines()
)

SECOND_SITE = ("tru-so-nn-mt-2", "01843")
"""Where Sở Nông nghiệp và Môi trường has a second, justified point: the former department of Bắc Kạn."""

REGIONS = ("05443", "05518", "05830", "05692", "05908", "01840", "02020")
"""Seats of the seven regional courts and procuracies; regional bodies take the tier that districts had."""

LEVEL_1_SITES = ("cap1-hdnd", "cap1-tinh-uy", "cap1-ubnd")
UPLANDS = frozenset({"Huyện Võ Nhai", "Huyện Định Hóa", "Huyện Pác Nặm", "Huyện Ngân Sơn", "Huyện Na Rì"})
PILOTS = frozenset({"05443", "05467", "05518", "05860", "01840"})


def regional_offices() -> tuple[Office, ...]:
    """Return the regional courts and procuracies, numbered from 1."""
    kinds = (("tand", "Tòa án nhân dân", COURT, 50), ("vksnd", "Viện kiểm sát nhân dân", PROCURACY, 40))
    return tuple(
        Office(
            name=f"{short}-khu-vuc-{number}", title=f"{title} khu vực {number}", category=category,
            site=f"tru-so-{short}-kv-{number}", commune=seat, hosts=hosts, labels="noi-chinh", tier="district",
        )
        for number, seat in enumerate(REGIONS, start=1)
        for short, title, category, hosts in kinds
    )  # fmt: skip


def slug(text: str) -> str:
    """Return a Vietnamese name in plain lower-case letters joined by hyphens."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "-".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the commune tables."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_communes() -> tuple[Commune, ...]:
    """Return the 92 communes by code; those whose names differ in tone marks only get their code as a suffix."""
    rows = sorted(read_rows("tn_communes_after.csv"), key=lambda row: row["commune_code"])
    times = Counter(slug(row["commune"]) for row in rows)
    communes = []
    for row in rows:
        short = slug(row["commune"])
        communes.append(
            Commune(
                code=row["commune_code"],
                title=row["commune"],
                type=row["type"],
                short=short if times[short] == 1 else f"{short}-{row['commune_code']}",
                block=BLOCKS[row["origin_province"]],
                districts=tuple(row["origin_districts"].split("|")),
            )
        )
    return tuple(communes)


def add_units(draft: Draft, communes: tuple[Commune, ...]) -> None:
    """Add both old provinces with their districts and communes, then the province of today and its communes."""
    old = {"valid_from": BEFORE, "valid_to": LAST_DAY_BEFORE}
    for title, code in OLD_PROVINCES.items():
        draft.add("units", code=code, name=title, type="province", root_block=BLOCKS[title], **old)
    rows = sorted(read_rows("tn_communes_before.csv"), key=lambda row: (row["district_code"], row["commune_code"]))
    for code, (title, province) in {row["district_code"]: (row["district"], row["province"]) for row in rows}.items():
        parent = f"{OLD_PROVINCES[province]}@{BEFORE}"
        draft.add("units", code=code, name=title, type="district", parent=parent, root_block=BLOCKS[province], **old)
    for row in rows:
        draft.add(
            "units", code=row["commune_code"], name=row["commune"], type=row["type"],
            parent=f"{row['district_code']}@{BEFORE}", root_block=BLOCKS[row["province"]], **old,
        )  # fmt: skip
    draft.add("units", code="19", name="Tỉnh Thái Nguyên", type="province", root_block="thai-nguyen")
    for commune in communes:
        draft.add(
            "units", code=commune.code, name=commune.title, type=commune.type, parent=PROVINCE, root_block=commune.block
        )


def commune_bodies(commune: Commune) -> tuple[tuple[str, str, str, int, str], ...]:
    """Return name, title, category, hosts and labels of the four organisations that share a commune's building."""
    spread = int(commune.code) % 21
    inner = commune.title[0].lower() + commune.title[1:]
    marks = [("mien-nui", UPLANDS.intersection(commune.districts)), ("thi-diem", commune.code in PILOTS)]
    labels = ";".join(label for label, holds in marks if holds)
    return (
        (f"dang-uy-{commune.short}", f"Đảng ủy {inner}", PARTY, 20 + spread % 8, labels),
        (f"hdnd-{commune.short}", f"Hội đồng nhân dân {inner}", ELECTED, 20 + spread % 5, labels),
        (f"ubnd-{commune.short}", f"Ủy ban nhân dân {inner}", COMMITTEE, 20 + spread, labels),
        (f"mttq-{commune.short}", f"Ủy ban MTTQ Việt Nam {inner}", FRONT, 20 + spread % 7, labels),
    )


def organisation_domain(name: str, category: str) -> str:
    """Return who owns an organisation's part of the network."""
    if category in (PARTY, DIRECT):
        return "party_office"
    return "dept_ict" if name == "so-khcn" else "using_org"


def add_organisations(draft: Draft, communes: tuple[Commune, ...]) -> None:
    """Add 36 provincial, 14 regional and 4 x 92 commune organisations."""
    for office in (*PROVINCIAL, *regional_offices()):
        draft.add(
            "organisations", name=office.name, title=office.title, category=office.category, tier=office.tier,
            unit=PROVINCE, domain=organisation_domain(office.name, office.category), labels=office.labels,
        )  # fmt: skip
    for commune in communes:
        for name, title, category, _, labels in commune_bodies(commune):
            draft.add(
                "organisations", name=name, title=title, category=category, tier="commune", unit=commune.key,
                domain=organisation_domain(name, category), labels=labels,
            )  # fmt: skip


def add_office_sites(draft: Draft, communes: tuple[Commune, ...]) -> None:
    """Add 3 sites of level 1 and 138 of level 2; organisations that name the same site share it."""
    titles: dict[str, tuple[str, str]] = {}
    for office in (*PROVINCIAL, *regional_offices()):
        title, commune = titles.get(office.site, ("", office.commune))
        titles[office.site] = (f"{title}; {office.title}" if title else f"Trụ sở {office.title}", commune)
    titles[SECOND_SITE[0]] = ("Trụ sở thứ hai của Sở Nông nghiệp và Môi trường", SECOND_SITE[1])
    for site, (title, commune) in titles.items():
        level = 1 if site in LEVEL_1_SITES else 2
        draft.add("sites", name=site, title=title, unit=f"{commune}@{REFORM}", kind="office", level=level)
    for item in communes:
        title = f"Trụ sở {item.title[0].lower()}{item.title[1:]}"
        draft.add("sites", name=f"tru-so-{item.short}", title=title, unit=item.key, kind="office", level=2)
