"""Reorganisations and what is wrong with each: cases of the goldens in tests/errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from controller.output.terminal import Output
from controller.reorganise.job import Reorganised, ReorganiseRequest, reorganise
from controller.reports.reorganise import undeclared_finding
from intents.parser.site_choices import SiteUse
from intents.reorganisation.succession import Reform
from ipam.reorganisation.prefix_lines import PREFIX_FILE, PREFIX_HEADER
from tests.small_commands import edit
from tests.small_reform import CHOICES, DAY, TABLE, Goes, goes, old, table_text, write_province

Produce = Callable[[Path], object]
REFORM = Reform(day=date.fromisoformat(DAY), decision_ref="1/NQ (fictional)")
CHANGE = """\
change:
  title: Quyền truy cập theo việc sáp nhập
  request_ref: 1/CV-SKHCN (hư cấu)
  decision_ref: 2/QĐ-UBND (hư cấu)
  owner: dept_ict
  window: {from: 2025-06-30 20:00, to: 2025-07-01 06:00}
  opens:
    - from: [{categories: [peoples_committee_body, elected_body], tiers: [commune]}]
      to: [{systems: [edoc]}]
  closes:
    - from: [{categories: [peoples_committee_body], tiers: [commune]}]
      to: [{systems: [edoc]}]
"""
LAN = "10.204.0.0/26,lan/ubnd-phuong-phung-chi-kien-government"


def request_in(
    folder: Path,
    *,
    rows: str = "",
    choices: str = CHOICES,
    prefixes: str = "",
    change: str = "",
    others: SiteUse = SiteUse.FURTHER,
    province: Path | None = None,
) -> ReorganiseRequest:
    """Write a province and the tables beside it, and return what is asked."""
    files = {"map.csv": rows or table_text(TABLE), "choices.csv": choices, PREFIX_FILE: prefixes, "change.yaml": change}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return ReorganiseRequest(
        folder=province or write_province(folder / "province"),
        table=folder / "map.csv",
        reform=REFORM,
        others=others,
        choices=folder / "choices.csv" if choices else None,
        prefixes=folder / PREFIX_FILE if prefixes else None,
        change=folder / "change.yaml" if change else None,
    )


def run(request: ReorganiseRequest) -> Reorganised:
    """Return what becomes of a workspace; FindingsError."""
    found = reorganise(request, Output("en"))
    assert found is not None
    return found


def case(*, rows: str = "", choices: str = CHOICES, prefixes: str = "") -> Produce:
    """Return a case with these tables."""
    return lambda folder: run(request_in(folder, rows=rows, choices=choices, prefixes=prefixes)).after.findings


def table_case(*rows: Goes) -> Produce:
    """Return a case in which rows are added to the table, or (of the same old and new code) stand for those that it has."""
    said = {(row.old.code, row.code) for row in rows}
    kept = tuple(row for row in TABLE if (row.old.code, row.code) not in said)
    return case(rows=table_text((*kept, *rows)))


def less(*codes: str) -> Produce:
    """Return a case in which old communes are missing from the table."""
    return case(rows=table_text(row for row in TABLE if row.old.code not in codes))


def edited(file: str, old_text: str, new_text: str, *, choices: str = CHOICES) -> Produce:
    """Return a case with a change to a file of the workspace."""

    def produce(folder: Path) -> object:
        request = request_in(folder, choices=choices)
        edit(request.folder / file, old_text, new_text)
        return tuple(undeclared_finding(item) for item in run(request).undeclared)

    return produce


def plan_text(lines: str) -> str:
    """Return a table of prefixes as somebody edited it, with all of its columns."""
    return "\n".join((",".join(PREFIX_HEADER), *(f"{line},,," for line in lines.splitlines()))) + "\n"


def _plan(lines: str) -> Produce:
    return case(prefixes=plan_text(lines))


def _in_another_block(action: str) -> Produce:
    """Return a case in which a commune of one root block goes into a unit of the other."""
    rows = (*(row for row in TABLE if row.old.code != "01843"), goes(DUC, "05707", "Xã Sảng Mộc"))
    lan = "10.204.0.64/26,lan/ubnd-phuong-duc-xuan-government"
    return case(rows=table_text(rows), prefixes=plan_text(f"{lan},{action}"))


DUC = old("01843", "Phường Đức Xuân", "phuong-duc-xuan", "058", 1)
NOBODY = old("05999", "Xã Không Có", "xa-khong-co")
OTHERWISE = old("05707", "Xã Sảng Mốc", "xa-sang-moc", "170")
SANG = old("05707", "Xã Sảng Mộc", "xa-sang-moc", "170")

REORGANISATIONS: Mapping[str, Produce] = {
    "TR242-no-such-unit": table_case(goes(NOBODY, "05707", "Xã Sảng Mộc")),
    "TR243-called-otherwise": table_case(goes(OTHERWISE, "05707", "Xã Sảng Mộc")),
    "TR244-whole-and-part": table_case(goes(SANG, "05707", "Xã Sảng Mộc"), goes(SANG, "05500", "Phường Tích Lương")),
    "TR244-two-names": case(
        rows=table_text((*(row for row in TABLE if row.old != SANG), goes(SANG, "05500", "Phường Tích Lượng")))
    ),
    "TR244-single-part": table_case(goes(SANG, "05707", "Xã Sảng Mộc", "split")),
    "TR244-twice": case(rows=table_text((*TABLE, goes(SANG, "05707", "Xã Sảng Mộc")))),
    "TR244-without-rows": case(rows=table_text(())),
    "TR245-another-province": edited("settings.yaml", "province: Thái Nguyên", "province: Cao Bằng"),
    "TR246-left-over": less("01843"),
    "TR247-undeclared": edited("intents/edoc.yaml", "ubnd-xa-sang-moc", "ubnd-phuong-phung-chi-kien"),
    "TR248-no-type": table_case(goes(SANG, "05707", "Sảng Mộc")),
    "TR249-nobody-chose": case(choices=""),
    "TR250-no-successor": case(choices=f"{CHOICES}site,tru-so-xa-sang-moc,05500@2025-07-01,\n"),
    "TR250-no-unit": case(choices=f"{CHOICES}site,tru-so-xa-sang-moc,99999@2025-07-01,\n"),
    "TR251-two-seats": case(
        choices=f"{CHOICES}site,tru-so-phuong-thinh-dan,,seat\nsite,tru-so-xa-quyet-thang,,seat\n"
    ),
    "TR252-of-nobody": _plan("10.194.0.0/26,lan/huyen-gov,keep"),
    "TR252-other-block": _in_another_block("keep"),
    "TR253-system-stays": edited(
        "systems.yaml", "    site: dc-tinh\n    purpose: shared\n    hosts: 20", "    site: tru-so-tinh\n    purpose: "
        "shared\n    hosts: 20", choices=f"{CHOICES}site,tru-so-tinh,,release\n",
    ),
    "TR254-no-such-prefix": _plan("10.0.0.0/26,lan/nobody,keep"),
    "TR255-two-actions": _plan(
        f"{LAN},release\n2001:db8:2400::/64,lan/ubnd-phuong-phung-chi-kien-government,keep"
    ),
    "TR256-follows": _plan("10.192.128.0/32,loopback/agg-1,release"),
    "TR257-below-a-district": edited(
        "intents/edoc.yaml", "names: [ubnd-xa-sang-moc]", "categories: [peoples_committee_body], below: 164@2024-12-01"
    ),
    "TR258-grown": edited(
        "attachments.csv", "ubnd-phuong-phung-chi-kien,tru-so-phuong-phung-chi-kien,government,20",
        "ubnd-phuong-phung-chi-kien,tru-so-phuong-phung-chi-kien,government,200",
    ),
    "TR259-there-already": edited(
        "units.csv", "05707,2024-12-01,,Xã Sảng Mộc,commune,170@2024-12-01,thai-nguyen",
        "05707,2024-12-01,,Xã Sảng Mộc,commune,170@2024-12-01,thai-nguyen\n"
        "05443,2025-07-01,,Phường Phan Đình Phùng,ward,19@2024-12-01,thai-nguyen",
    ),
}  # fmt: skip
