"""A province small enough to be reorganised in a test: a workspace on the day before, and the table of what goes where.

The one idea: the tiny workspace's meaning (YAML) with communes of one's own, two bodies and one site each, so that a property can
draw them; the default has every trap of the real table once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.workspace_writer import Draft, Line
from controller.jobs.pipeline import LOCKFILE, address, want
from ipam.store.lockfile import print_plan

TINY = Path(__file__).parent / "data" / "tiny"
BEFORE, LAST_DAY, DAY = "2024-12-01", "2025-06-30", "2025-07-01"
PROVINCES = (("19", "Tỉnh Thái Nguyên", "thai-nguyen"), ("06", "Tỉnh Bắc Kạn", "bac-kan"))
TYPES = {"Phường": "ward", "Xã": "commune", "Thị trấn": "township"}
COMMENTS = dict.fromkeys(("units", "organisations", "sites", "attachments", "devices", "channels"), "Fictional.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCommune:
    """A commune of before: province by number, district by code, name and the word in its identifiers."""

    code: str
    name: str
    word: str
    district: str = "164"
    province: int = 0

    @property
    def key(self) -> str:
        return f"{self.code}@{BEFORE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """A row of the table: an old commune, a new one, and whether all of the old one goes there."""

    old: OldCommune
    code: str
    name: str
    kind: str = "whole"


def old(code: str, name: str, word: str, district: str = "164", province: int = 0) -> OldCommune:
    """Return a commune of before."""
    return OldCommune(code=code, name=name, word=word, district=district, province=province)


GIA_SANG = old("05461", "Phường Gia Sàng", "phuong-gia-sang")
CAM_GIA = old("05467", "Phường Cam Giá", "phuong-cam-gia")
THINH_DAN = old("05455", "Phường Thịnh Đán", "phuong-thinh-dan")
QUYET_THANG = old("05491", "Xã Quyết Thắng", "xa-quyet-thang")
TRUNG_THANH = old("05476", "Phường Trung Thành", "phuong-trung-thanh-05476")
OTHER_TRUNG_THANH = old("05888", "Phường Trung Thành", "phuong-trung-thanh-05888", "172")
SANG_MOC = old("05707", "Xã Sảng Mộc", "xa-sang-moc", "170")
PHUNG_CHI_KIEN = old("01840", "Phường Phùng Chí Kiên", "phuong-phung-chi-kien", "058", 1)
DUC_XUAN = old("01843", "Phường Đức Xuân", "phuong-duc-xuan", "058", 1)
COMMUNES = (
    *(GIA_SANG, CAM_GIA, THINH_DAN, QUYET_THANG, TRUNG_THANH, OTHER_TRUNG_THANH),
    *(PHUNG_CHI_KIEN, DUC_XUAN, SANG_MOC),
)
"""The last is the one that intents name; it goes on alone."""


def goes(commune: OldCommune, code: str, name: str, kind: str = "whole") -> Goes:
    """Return a row of the table."""
    return Goes(old=commune, code=code, name=name, kind=kind)


TABLE = (
    goes(GIA_SANG, "05467", "Phường Gia Sàng", "split"),
    goes(GIA_SANG, "05443", "Phường Phan Đình Phùng", "split_default"),
    goes(CAM_GIA, "05467", "Phường Gia Sàng", "split_default"),
    goes(CAM_GIA, "05500", "Phường Tích Lương", "split"),
    goes(TRUNG_THANH, "05500", "Phường Tích Lương"),
    goes(THINH_DAN, "05455", "Phường Quyết Thắng"),
    goes(QUYET_THANG, "05455", "Phường Quyết Thắng"),
    goes(OTHER_TRUNG_THANH, "05476", "Phường Trung Thành"),
    goes(SANG_MOC, "05707", "Xã Sảng Mộc"),
    goes(PHUNG_CHI_KIEN, "01840", "Phường Đức Xuân"),
    goes(DUC_XUAN, "01840", "Phường Đức Xuân"),
)
CHOICES = """\
kind,name,unit,use
site,tru-so-phuong-gia-sang,05467@2025-07-01,
site,tru-so-phuong-cam-gia,05500@2025-07-01,
"""


def table_text(rows: Iterable[Goes]) -> str:
    """Return the table of a reorganisation."""
    lines = ["old_province,old_district,old_code,old_name,new_code,new_name,kind"]
    for row in rows:
        province, district = PROVINCES[row.old.province][1], f"Huyện {row.old.district}"
        lines.append(f"{province},{district},{row.old.code},{row.old.name},{row.code},{row.name},{row.kind}")
    return "\n".join(lines) + "\n"


def write_province(folder: Path, communes: Sequence[OldCommune] = COMMUNES, *, locked: bool = True) -> Path:
    """Write the workspace of before, with its lockfile."""
    _draft(communes).write(folder, COMMENTS)
    for name in ("purposes.yaml", "systems.yaml", "outside_networks.yaml", "settings.yaml"):
        (folder / name).write_text(_then((TINY / name).read_text(encoding="utf-8"), communes), encoding="utf-8")
    (folder / "intents").mkdir()
    for path in (TINY / "intents").glob("*.yaml"):
        text = _then(path.read_text(encoding="utf-8"), communes)
        (folder / "intents" / path.name).write_text(text, encoding="utf-8")
    if locked:
        (folder / LOCKFILE).write_text(print_plan(address(want(folder, None)).address_plan), encoding="utf-8")
    return folder


def copied(folder: Path, target: Path) -> Path:
    """Return a copy of a workspace that may be changed."""
    shutil.copytree(folder, target)
    return target


def _then(text: str, communes: Sequence[OldCommune]) -> str:
    """Return a file of the tiny workspace with the days, names and pools of this province."""
    text = text.replace("2025-07-01", BEFORE).replace("default_on: 2026-07-15", f"default_on: {LAST_DAY}")
    text = text.replace("Tỉnh Thử Nghiệm", "Thái Nguyên").replace("ubnd-xa-an-binh", f"ubnd-{communes[-1].word}")
    if "\npools:\n" not in text:
        return text
    head, _, rest = text.partition("\npools:\n")
    pools, _, tail = rest.partition("\nmanagement:\n")
    tail = tail.partition("granted:\n")[0]
    first = pools.replace("thu-nghiem", "thai-nguyen")
    second = pools.replace("thu-nghiem", "bac-kan").replace("{name: ", "{name: bk-").replace("2001:db8:1", "2001:db8:2")
    for octet in (192, 193, 194, 196):
        second = second.replace(f"10.{octet}.", f"10.{octet + 8}.")
    return f"{head}\npools:\n{first}\n{second}\nmanagement:\n{tail}"


def _draft(communes: Sequence[OldCommune]) -> Draft:
    draft = Draft(since=BEFORE)
    for code, name, block in PROVINCES:
        draft.add("units", code=code, name=name, type="province", root_block=block)
    for district, number in sorted({(item.district, item.province) for item in communes}):
        code, _, block = PROVINCES[number]
        draft.add(
            "units", code=district, name=f"Huyện {district}", type="district", parent=f"{code}@{BEFORE}",
            root_block=block,
        )  # fmt: skip
    for item in communes:
        kind = next(value for word, value in TYPES.items() if item.name.startswith(word))
        block = PROVINCES[item.province][2]
        draft.add(
            "units", code=item.code, name=item.name, type=kind, parent=f"{item.district}@{BEFORE}", root_block=block
        )
    _add_province(draft)
    _add_district(draft, communes[0])
    for item in communes:
        _add_commune(draft, item)
    return draft


def _add_province(draft: Draft) -> None:
    unit = f"19@{BEFORE}"
    draft.add(
        "organisations", name="van-phong-ubnd-tinh", title="Văn phòng UBND tỉnh", category="peoples_committee_body",
        tier="province", unit=unit, domain="using_org",
    )  # fmt: skip
    for site, kind, level in (
        ("nut-mang-tinh", "network", 0),
        ("dc-tinh", "data_centre", 0),
        ("tru-so-tinh", "office", 2),
    ):
        draft.add("sites", name=site, title=f"Địa điểm {site}", unit=unit, kind=kind, level=level)
    draft.add_device("core-1", "core", "cisco_ios", "nut-mang-tinh")
    draft.add_device("agg-1", "aggregation", "cisco_ios", "nut-mang-tinh")
    draft.add_device("dc-edge-1", "edge", "cisco_ios", "dc-tinh")
    draft.add_backbone_channel("core-1", "agg-1")
    draft.add_backbone_channel("core-1", "dc-edge-1")
    _add_site_router(draft, "tinh", "tru-so-tinh")
    for purpose, code, hosts in (("government", "gov", 40), ("management", "mgmt", 6)):
        _attach(draft, f"vp-tinh-{code}", "van-phong-ubnd-tinh", "tru-so-tinh", purpose, hosts)


def _add_district(draft: Draft, seat: OldCommune) -> None:
    """Add the People's Committee of the first commune's district, at a site in that commune."""
    draft.add(
        "organisations", name="ubnd-huyen", title=f"Ủy ban nhân dân huyện {seat.district}",
        category="peoples_committee_body", tier="district", unit=f"{seat.district}@{BEFORE}", domain="using_org",
    )  # fmt: skip
    draft.add("sites", name="tru-so-huyen", title="Trụ sở huyện", unit=seat.key, kind="office", level=2)
    _add_site_router(draft, "huyen", "tru-so-huyen")
    _attach(draft, "huyen-gov", "ubnd-huyen", "tru-so-huyen", "government", 30)


def _add_commune(draft: Draft, item: OldCommune) -> None:
    inner, site = item.name[0].lower() + item.name[1:], f"tru-so-{item.word}"
    draft.add("sites", name=site, title=f"Trụ sở {inner}", unit=item.key, kind="office", level=2)
    _add_site_router(draft, item.word, site)
    bodies = (
        ("ubnd", "Ủy ban nhân dân", "peoples_committee_body", "using_org", "government"),
        ("dang-uy", "Đảng ủy", "party_building_body", "party_office", "party"),
    )
    for short, title, category, domain, purpose in bodies:
        name = f"{short}-{item.word}"
        draft.add(
            "organisations", name=name, title=f"{title} {inner}", category=category, tier="commune", unit=item.key,
            domain=domain,
        )  # fmt: skip
        _attach(draft, f"{name}-{purpose}", name, site, purpose, 20)


def _add_site_router(draft: Draft, name: str, site: str) -> None:
    draft.add_device(f"cpe-{name}", "cpe", "cisco_ios", site)
    draft.add_channel(Line(name=f"to-{name}", level=2, ducts=(f"duct-{name}",), mbps=200), "agg-1", f"cpe-{name}")


def _attach(draft: Draft, name: str, organisation: str, site: str, purpose: str, hosts: int) -> None:
    draft.add(
        "attachments", name=name, organisation=organisation, site=site, purpose=purpose, hosts=hosts,
        legal_service="vpn", connection="main", request_ref="1/CV (fictional)", decision_ref="1/QĐ-UBND (fictional)",
    )  # fmt: skip
