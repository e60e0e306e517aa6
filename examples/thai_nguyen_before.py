"""Turns the commune tables into Thái Nguyên and Bắc Kạn as they were until 2025-06-30: districts, communes and their bodies.

The one idea: the counts are those of the province before the reform (788 organisations, 3 + 248 sites of Thái Nguyên); Bắc Kạn
stands beside it in its own root block. Communes come from the public table, everything else is fictional.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.workspace_writer import Draft, Line
from examples.thai_nguyen_network import AREAS, CITY, CONFERENCE_COMMUNE, CONFERENCE_PROVINCIAL, ENTERPRISES, Attaching
from examples.thai_nguyen_parties import (
    BEFORE,
    BLOCKS,
    COMMITTEE,
    COURT,
    DIRECT,
    ELECTED,
    FRONT,
    HOME,
    LEVEL_1_SITES,
    OLD_PROVINCES,
    PARTY,
    PROCURACY,
    SECTOR,
    Commune,
    Office,
    commune_bodies,
    organisation_domain,
    read_rows,
    slug,
)

OPERATOR = "so-tttt"
CONFERENCE_DISTRICT = CONFERENCE_COMMUNE | {COURT, PROCURACY}
SECOND_SITE = ("tru-so-nn-ptnt-2", "05860")
"""Where Sở Nông nghiệp và PTNT has a second, justified point."""

_PROVINCIAL = f"""
van-phong-tinh-uy|Văn phòng Tỉnh ủy|{PARTY}|cap1-tinh-uy|05443|120|level1_host
ban-to-chuc|Ban Tổ chức Tỉnh ủy|{PARTY}|tru-so-ban-dang-1|05443|60|
uy-ban-kiem-tra|Ủy ban Kiểm tra Tỉnh ủy|{PARTY}|tru-so-ban-dang-1|05443|50|noi-chinh
ban-noi-chinh|Ban Nội chính Tỉnh ủy|{PARTY}|tru-so-ban-dang-1|05443|40|noi-chinh
ban-tuyen-giao|Ban Tuyên giáo Tỉnh ủy|{PARTY}|tru-so-ban-dang-2|05443|40|
ban-dan-van|Ban Dân vận Tỉnh ủy|{PARTY}|tru-so-ban-dang-2|05443|40|
dang-uy-khoi|Đảng ủy khối các cơ quan tỉnh|{DIRECT}|tru-so-du-khoi|05443|40|
dang-uy-quan-su|Đảng ủy Quân sự tỉnh|{DIRECT}|tru-so-du-quan-su|05482|40|
dang-uy-cong-an|Đảng ủy Công an tỉnh|{DIRECT}|tru-so-du-cong-an|05467|45|
dang-uy-dai-hoc|Đảng ủy Đại học Thái Nguyên|{DIRECT}|tru-so-du-dai-hoc|05455|50|
van-phong-hdnd|Văn phòng Đoàn ĐBQH và HĐND tỉnh|{ELECTED}|cap1-hdnd|05443|80|level1_host
van-phong-ubnd|Văn phòng UBND tỉnh|{COMMITTEE}|cap1-ubnd|05443|150|mot-cua;level1_host
so-noi-vu|Sở Nội vụ|{COMMITTEE}|tru-so-noi-vu|05443|90|
so-tu-phap|Sở Tư pháp|{COMMITTEE}|tru-so-tu-phap|05443|70|
so-ke-hoach|Sở Kế hoạch và Đầu tư|{COMMITTEE}|tru-so-ke-hoach|05443|70|
so-tai-chinh|Sở Tài chính|{COMMITTEE}|tru-so-tai-chinh|05443|90|
so-cong-thuong|Sở Công Thương|{COMMITTEE}|tru-so-cong-thuong|05443|90|
so-nn-ptnt|Sở Nông nghiệp và PTNT|{COMMITTEE}|tru-so-nn-ptnt|05443|110|
so-gtvt|Sở Giao thông vận tải|{COMMITTEE}|tru-so-gtvt|05443|80|
so-xay-dung|Sở Xây dựng|{COMMITTEE}|tru-so-xay-dung|05443|80|
so-tn-mt|Sở Tài nguyên và Môi trường|{COMMITTEE}|tru-so-tn-mt|05443|90|
{OPERATOR}|Sở Thông tin và Truyền thông|{COMMITTEE}|tru-so-tttt|05443|80|van-hanh
so-ldtbxh|Sở Lao động - Thương binh và Xã hội|{COMMITTEE}|tru-so-ldtbxh|05443|80|
so-vhttdl|Sở Văn hóa, Thể thao và Du lịch|{COMMITTEE}|tru-so-vhttdl|05443|90|
so-khcn|Sở Khoa học và Công nghệ|{COMMITTEE}|tru-so-khcn|05443|60|
so-gddt|Sở Giáo dục và Đào tạo|{COMMITTEE}|tru-so-gddt|05443|100|
so-y-te|Sở Y tế|{COMMITTEE}|tru-so-y-te|05443|100|
thanh-tra-tinh|Thanh tra tỉnh|{COMMITTEE}|tru-so-thanh-tra|05443|60|noi-chinh
ban-dan-toc|Ban Dân tộc|{COMMITTEE}|tru-so-dan-toc|05443|40|
bql-khu-cong-nghiep|Ban Quản lý các khu công nghiệp|{COMMITTEE}|tru-so-bql-kcn|05518|50|
tand-tinh|Tòa án nhân dân tỉnh|{COURT}|tru-so-tand-tinh|05443|100|noi-chinh
vksnd-tinh|Viện kiểm sát nhân dân tỉnh|{PROCURACY}|tru-so-vksnd-tinh|05443|100|noi-chinh
mttq-tinh|Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh|{FRONT}|tru-so-mttq-tinh|05443|80|
hoi-phu-nu|Hội Liên hiệp Phụ nữ tỉnh|{FRONT}|tru-so-mttq-tinh|05443|30|
hoi-nong-dan|Hội Nông dân tỉnh|{FRONT}|tru-so-hoi-nong-dan|05443|30|
hoi-cuu-chien-binh|Hội Cựu chiến binh tỉnh|{FRONT}|tru-so-hoi-ccb|05443|20|
tinh-doan|Tỉnh đoàn|{FRONT}|tru-so-tinh-doan|05443|30|
lien-doan-lao-dong|Liên đoàn Lao động tỉnh|{FRONT}|tru-so-ldld|05443|30|
cong-an-tinh|Công an tỉnh|{SECTOR}|tru-so-cong-an|05467|150|noi-chinh
bo-chi-huy-quan-su|Bộ Chỉ huy Quân sự tỉnh|{SECTOR}|tru-so-quan-su|05482|80|
thue-tinh|Cục Thuế tỉnh Thái Nguyên|{SECTOR}|tru-so-thue|05443|150|tai-khoa
kho-bac|Kho bạc Nhà nước tỉnh|{SECTOR}|tru-so-kho-bac|05443|90|tai-khoa
bao-hiem-xa-hoi|Bảo hiểm xã hội tỉnh|{SECTOR}|tru-so-bhxh|05443|110|
hai-quan|Chi cục Hải quan|{SECTOR}|tru-so-hai-quan|05518|60|tai-khoa
thong-ke|Cục Thống kê tỉnh|{SECTOR}|tru-so-thong-ke|05455|50|
ngan-hang-nha-nuoc|Ngân hàng Nhà nước tỉnh|{SECTOR}|tru-so-nhnn|05443|60|tai-khoa
ban-to-chuc-bac-kan|Ban Tổ chức Tỉnh ủy Bắc Kạn|{PARTY}|tru-so-ban-dang-bk|01840|30|
so-nn-ptnt-bac-kan|Sở Nông nghiệp và PTNT tỉnh Bắc Kạn|{COMMITTEE}|tru-so-nn-ptnt-bk|01840|40|
tand-tinh-bac-kan|Tòa án nhân dân tỉnh Bắc Kạn|{COURT}|tru-so-tand-bk|01840|50|noi-chinh
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district of before: its code, name, province, and the commune in which its offices stood."""

    code: str
    title: str
    province: str
    seat: str

    @property
    def short(self) -> str:
        return slug(self.title)


def provincial() -> tuple[Office, ...]:
    """Return the bodies of both provinces."""
    found = []
    for line in _PROVINCIAL.strip().splitlines():
        name, title, category, site, commune, hosts, labels = line.split("|")
        found.append(
            Office(
                name=name, title=title, category=category, site=site, commune=commune, hosts=int(hosts), labels=labels
            )
        )
    return tuple(found)


def read_old_communes() -> tuple[Commune, ...]:
    """Return the 280 communes by code; those whose names differ in tone marks or in nothing get their code as a suffix."""
    rows = sorted(read_rows("tn_communes_before.csv"), key=lambda row: row["commune_code"])
    times = Counter(slug(row["commune"]) for row in rows)
    return tuple(
        Commune(
            code=row["commune_code"], title=row["commune"], type=row["type"], block=BLOCKS[row["province"]],
            districts=(row["district"],),
            short=(name := slug(row["commune"])) + ("" if times[name] == 1 else f"-{row['commune_code']}"),
        )
        for row in rows
    )  # fmt: skip


def read_districts() -> tuple[District, ...]:
    """Return the 17 districts by code, each with its first commune as its seat."""
    found: dict[str, District] = {}
    for row in sorted(read_rows("tn_communes_before.csv"), key=lambda row: (row["district_code"], row["commune_code"])):
        district = District(
            code=row["district_code"], title=row["district"], province=row["province"], seat=row["commune_code"]
        )
        found.setdefault(district.code, district)
    return tuple(found.values())


def district_offices(district: District) -> tuple[Office, ...]:
    """Return a district's six bodies at its four sites."""
    inner = district.title[0].lower() + district.title[1:]
    committee = "Thành ủy" if "thành" in inner else "Huyện ủy"
    bodies = (
        ("dang-uy", f"{committee} {inner}", PARTY, "du", 40, ""),
        ("mttq", f"Ủy ban MTTQ Việt Nam {inner}", FRONT, "du", 25, ""),
        ("hdnd", f"Hội đồng nhân dân {inner}", ELECTED, "ubnd", 25, ""),
        ("ubnd", f"Ủy ban nhân dân {inner}", COMMITTEE, "ubnd", 90, ""),
        ("tand", f"Tòa án nhân dân {inner}", COURT, "tand", 40, "noi-chinh"),
        ("vksnd", f"Viện kiểm sát nhân dân {inner}", PROCURACY, "vksnd", 30, "noi-chinh"),
    )
    return tuple(
        Office(
            name=f"{short}-{district.short}", title=title, category=category, site=f"tru-so-{site}-{district.short}",
            commune=district.seat, hosts=hosts, labels=labels, tier="district",
        )
        for short, title, category, site, hosts, labels in bodies
    )  # fmt: skip


def add_old_units(draft: Draft, communes: tuple[Commune, ...], districts: tuple[District, ...]) -> None:
    """Add both provinces, their districts and their communes."""
    for title, code in OLD_PROVINCES.items():
        draft.add("units", code=code, name=title, type="province", root_block=BLOCKS[title])
    codes = {district.title: district.code for district in districts}
    for district in districts:
        parent = f"{OLD_PROVINCES[district.province]}@{BEFORE}"
        draft.add(
            "units", code=district.code, name=district.title, type="district", parent=parent,
            root_block=BLOCKS[district.province],
        )  # fmt: skip
    for commune in communes:
        draft.add(
            "units", code=commune.code, name=commune.title, type=commune.type,
            parent=f"{codes[commune.districts[0]]}@{BEFORE}", root_block=commune.block,
        )  # fmt: skip


def _unit_of(office: Office, districts: tuple[District, ...]) -> str:
    """Return the unit of a body above the communes: its district, or its province."""
    own = next((item for item in districts if office.tier == "district" and office.name.endswith(item.short)), None)
    if own is not None:
        return f"{own.code}@{BEFORE}"
    province = "Tỉnh Bắc Kạn" if office.name.endswith("-bac-kan") else "Tỉnh Thái Nguyên"
    return f"{OLD_PROVINCES[province]}@{BEFORE}"


def old_offices(districts: tuple[District, ...]) -> tuple[Office, ...]:
    """Return all bodies above the communes."""
    return (*provincial(), *(office for district in districts for office in district_offices(district)))


def add_old_organisations(draft: Draft, communes: tuple[Commune, ...], districts: tuple[District, ...]) -> None:
    """Add the bodies of provinces, districts and communes."""
    for office in old_offices(districts):
        draft.add(
            "organisations", name=office.name, title=office.title, category=office.category, tier=office.tier,
            unit=_unit_of(office, districts), domain=_domain(office.name, office.category), labels=office.labels,
        )  # fmt: skip
    for commune in communes:
        for name, title, category, _, labels in commune_bodies(commune):
            draft.add(
                "organisations", name=name, title=title, category=category, tier="commune",
                unit=f"{commune.code}@{BEFORE}", domain=_domain(name, category), labels=labels,
            )  # fmt: skip


def _domain(name: str, category: str) -> str:
    return "dept_ict" if name == OPERATOR else "using_org" if name == "so-khcn" else organisation_domain(name, category)


def _office_sites(districts: tuple[District, ...]) -> Mapping[str, tuple[str, str]]:
    """Return title and commune of each site above the communes."""
    found: dict[str, tuple[str, str]] = {}
    for office in old_offices(districts):
        title, commune = found.get(office.site, ("", office.commune))
        found[office.site] = (f"{title}; {office.title}" if title else f"Trụ sở {office.title}", commune)
    found[SECOND_SITE[0]] = ("Trụ sở thứ hai của Sở Nông nghiệp và PTNT", SECOND_SITE[1])
    return found


def add_old_sites(draft: Draft, communes: tuple[Commune, ...], districts: tuple[District, ...]) -> None:
    """Add 3 sites of level 1, those of level 2 of provinces and districts, and one of each commune."""
    for site, (title, commune) in _office_sites(districts).items():
        level = 1 if site in LEVEL_1_SITES else 2
        draft.add("sites", name=site, title=title, unit=f"{commune}@{BEFORE}", kind="office", level=level)
    for item in communes:
        title = f"Trụ sở {item.title[0].lower()}{item.title[1:]}"
        draft.add(
            "sites", name=f"tru-so-{item.short}", title=title, unit=f"{item.code}@{BEFORE}", kind="office", level=2
        )


def add_old_access(draft: Draft, communes: tuple[Commune, ...], districts: tuple[District, ...]) -> None:
    """Add a router and a channel for every site of level 2, each on the aggregation of its district."""
    areas = {commune.code: AREAS[commune.districts[0]] for commune in communes}
    for number, (site, code) in enumerate(_level_2(communes, districts)):
        name = site.removeprefix("tru-so-")
        area = CITY[number % 2] if areas[code] in CITY else areas[code]
        router, enterprise = f"cpe-{name}", ENTERPRISES[number % 2]
        draft.add_device(router, "cpe", "cisco_ios" if number % 5 < 3 else "junos", site)
        duct = f"duct-{area}-{enterprise}-{1 + number % 6 // 2}"
        line = Line(name=f"{name}-1", level=2, ducts=(duct,), mbps=200, enterprise=enterprise)
        draft.add_channel(line, area, router)
        if site == "tru-so-tand-tinh":
            second = Line(name=f"{name}-2", level=2, ducts=(f"duct-{name}-rieng",), mbps=200)
            draft.add_channel(second, CITY[1] if area == CITY[0] else CITY[0], router)


def _level_2(communes: tuple[Commune, ...], districts: tuple[District, ...]) -> Iterator[tuple[str, str]]:
    for site, (_, commune) in _office_sites(districts).items():
        if site not in LEVEL_1_SITES:
            yield site, commune
    for item in communes:
        yield f"tru-so-{item.short}", item.code


def add_old_attachments(draft: Draft, communes: tuple[Commune, ...], districts: tuple[District, ...]) -> None:
    """Add every body in its home purpose, its video-conference room, and the management stations."""
    attaching = Attaching(draft)
    for office in old_offices(districts):
        attaching.attach(office.name, office.site, HOME[office.category], office.hosts)
        if office.category in (CONFERENCE_PROVINCIAL if office.tier == "province" else CONFERENCE_DISTRICT):
            attaching.attach(office.name, office.site, "video-conference", 10)
    attaching.attach("so-nn-ptnt", SECOND_SITE[0], "government", 40, "07/TTr-SNNPTNT (hư cấu)")
    attaching.attach(OPERATOR, "tru-so-tttt", "management", 30)
    for commune in communes:
        site = f"tru-so-{commune.short}"
        for name, _, category, hosts, _ in commune_bodies(commune):
            attaching.attach(name, site, HOME[category], hosts)
            if category in CONFERENCE_COMMUNE:
                attaching.attach(name, site, "video-conference", 8)
