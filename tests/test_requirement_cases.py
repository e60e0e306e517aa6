"""Each requirement with a workspace that breaks it and the nearest one that meets it, through the command line.

A case is a few edits of a workspace: `truc validate` on the broken one tells the requirement with the code, and on the mended one
it does not. A further case of the same requirement is one more line of the table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from controller.jobs.pipeline import LOCKFILE
from tests.rule_cases import SMALL, THAI_NGUYEN, TINY, Change, changed
from tests.small_commands import truc


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Edits of a workspace that break a requirement and edits that meet it; `locked`: of its lockfile, once it is written."""

    requirement: str
    code: str
    name: str
    breaks: tuple[Change, ...] = ()
    meets: tuple[Change, ...] = ()
    locked: tuple[tuple[str, str], ...] = ()
    lock_meets: tuple[tuple[str, str], ...] = field(default=())
    source: Path = TINY


def office_of_level(level: int) -> tuple[Change, ...]:
    """Return the edits that give one office of the small example a security level, and itself as the control point."""
    text = (SMALL / "attachments.csv").read_text(encoding="utf-8")
    comment, header, *rows = text.splitlines()
    more = [f",{level},cpe-so-khcn" if row.startswith(KHCN) else ",," for row in rows]
    lines = (comment, f"{header},security_level,control_points", *map("".join, zip(rows, more, strict=True)))
    return (("attachments.csv", text, "".join(f"{line}\n" for line in lines)),)


ANY_LEVEL: tuple[Change, ...] = tuple(
    (
        "settings.yaml",
        f"prefix: {prefix}, root_block: thu-nghiem, slot: {slot}, purpose: {purpose}, level: 2",
        f"prefix: {prefix}, root_block: thu-nghiem, slot: {slot}, purpose: {purpose}",
    )
    for prefix, slot, purpose in (
        ("10.194.0.0/20", 26, "government"),
        ('"2001:db8:1200::/44"', 64, "government"),
        ("10.194.16.0/20", 26, "management"),
        ('"2001:db8:1210::/44"', 64, "management"),
    )
)
"""Pools of the tiny workspace that serve systems and level I, too."""
LEVEL_1: tuple[Change, ...] = (
    *ANY_LEVEL,
    ("sites.csv", "Trụ sở Văn phòng UBND tỉnh,19@2025-07-01,office,2", "Trụ sở,19@2025-07-01,office,1"),
    (
        "devices.csv",
        "cpe-tinh,cpe,cisco_ios,example-cpe,tru-so-tinh,dept_ict",
        "cpe-tinh,level1_cpe,cisco_ios,x,tru-so-tinh,central_post",
    ),
    ("channels.csv", "agg-1-cpe-tinh,agg-1,GigabitEthernet0/0/2", "agg-1-cpe-tinh,dc-edge-1,GigabitEthernet0/0/8"),
    (
        "channels.csv",
        "cpe-tinh,GigabitEthernet0/0/1,2,direct_fibre,,duct-c",
        "cpe-tinh,GigabitEthernet0/0/1,1,direct_fibre,,duct-c",
    ),
    (
        "channels.csv",
        "",
        "l1-b,dc-edge-1,GigabitEthernet0/0/7,cpe-tinh,GigabitEthernet0/0/2,1,direct_fibre,,duct-x,100,,\n",
    ),
)
"""The tiny workspace with the provincial office at a site of level I."""
OFFICE = "Văn phòng UBND tỉnh,peoples_committee_body,province,19@2025-07-01,using_org,"
HOST: Change = ("organisations.csv", OFFICE, OFFICE + "level1_host")
PARTY_ROW = "dang-uy-xa-an-binh,Đảng ủy xã An Bình,party_building_body,commune,05443@2025-07-01,party_office,"
MAIL_SITE = "title: Thư công vụ\n    owner: van-phong-ubnd-tinh\n    site: dc-tinh\n    purpose: shared"

XA_PREFIX = "10.196.0.0/26,communes-pc-gov-v4"
XA_GOV = f"{XA_PREFIX},active,2026-07-15,,organisation/ubnd-xa-an-binh,ubnd-xa-an-binh"
"""What the tiny workspace's lockfile says of a commune's LAN."""
PLANE = "core-2-agg-1,core-2,xe-0/0/1,"
EDOC_POINT = ("systems.yaml", '    control_points: [dc-edge-1]\n    assessment_ref: "12/BC')
KHCN = "so-khcn-cq,so-khcn,tru-so-khcn,government,60"
SAME_CODE = "05467,2026-01-01,,Phường Gia Sàng Mới,ward,19@2025-07-01,thai-nguyen\n"
ROOT_V4 = "prefix: 10.192.0.0/13, root_block: thu-nghiem, owner: central_post"
LAST = "  - {name: root-v6,"
OUTSIDE = ("outside_networks.yaml", "[198.51.100.0/26, 2001:db8:ffff::/48]")
OTHER_HALF = """
  half:
    title: Nửa kia
    counterpart: cuc-bdtw
    purpose: shared
    gateway: dc-edge-1
    prefixes: [{}]
    services: {{api: {{tcp: [443]}}}}
    request_ref: "106/CV-SKHCN (hư cấu)"
    decision_ref: "26/QĐ-UBND (hư cấu)"
"""
SHARED_V4 = (
    "settings.yaml",
    "  - {name: shared-v4, use: lan, prefix: 10.193.0.0/20, root_block: thai-nguyen, slot: 26, purpose: shared}\n",
)
SHARED_V6 = (
    "settings.yaml",
    "  - {name: shared-v6, use: lan, prefix: 2001:db8:1100::/44, root_block: thai-nguyen, slot: 64, purpose: shared}\n",
)
COURT = "purpose: court, level: 2, dedicated: {category: peoples_court, tier: province}"
COURTS_V4 = (
    "settings.yaml",
    f"  - {{name: tn-province-court-home-v4, use: lan, prefix: 10.194.64.0/20, root_block: thai-nguyen, slot: 26, {COURT}}}\n",
)
COMMUNES = "tiers: [commune]}]\n      to: [{systems: [data-warehouse]"
GRANTED = "31/QĐ-CBĐTW (fictional),decision,2025-04-28"
GRANT = '  - {prefix: 10.192.0.0/13, root_block: thu-nghiem, decision_ref: "31/QĐ-CBĐTW (fictional)"}\n'
GRANT_V6 = GRANT.replace("10.192.0.0/13", '"2001:db8:1000::/36"')
NEIGHBOUR = '  - {{prefix: {}, to: Tỉnh láng giềng, decision_ref: "32/QĐ-CBĐTW (fictional)"}}\n'
L1_EXTRA = "l1-them,level1_cpe,cisco_ios,ASR1001-HX,{},central_post,GigabitEthernet0/0/0,yes,2025-07-01,\n"
EDOC_REQUEST = "45/CV-SKHCN (hư cấu),request,2025-05-12,so-khcn,"
COMMUNE_REQUEST = "\n9/CV-ĐK (hư cấu),request,2025-05-12,ubnd-gia-sang,"
ICT_ROW = "peoples_committee_body,province,19@2025-07-01,dept_ict,"
ICT_BEFORE: Change = (
    "organisations.csv",
    "",
    f"so-tttt,Sở Thông tin và Truyền thông,{ICT_ROW},2025-07-01,2026-02-28\n",
)
"""The department that ran the network before the one of today."""
COMMITTEE_BEFORE = "ubnd-truoc,UBND trước,peoples_committee_body,commune,05467@2025-07-01,using_org,,{},{}\n"
VNPT = 'vnpt-tn, 0208 000 000 (hư cấu)",2026-10-20'
POP_ROOM = "Trực 24/7 pop-1 (hư cấu),0208 000 000,2026-03-31"
LEVEL_1_ROOM = "Trực 24/7 cap1-hdnd (hư cấu),0208 000 000,2026-03-31"
FAR_AT = ",edoc,Trung tâm Ứng cứu sự cố (hư cấu),2026-03-10,passed,0,2027-03-09"
FAR = FAR_AT.replace("2026-03-10", "2098-03-10").replace("2027-03-09", "2099-03-09")
NO_LINE: Change = ("budget.csv", "so-khcn-qt,2026,provincial,24,7/QĐ-UBND (hư cấu)\n", "")
WAIVER = "nl-1,A21,so-khcn-qt,Chờ dự toán bổ sung,provincial_pc,{},2026-09-01,2026-12-31\n"
TEAM = "Trung tâm Ứng cứu sự cố (hư cấu)"
EDOC_AGAIN = "{}," + f"edoc,{TEAM}" + ",{},{},0,2027-06-09\n"
EDOC_FIRST = f"12/BC-ATTT (hư cấu),edoc,{TEAM},2025-06-10,passed_after_fix,0,2026-06-09"
GATEWAY_FIRST = f"2/BC-ATTT-dc-edge-1 (hư cấu),dc-edge-1,{TEAM},2025-06-10,passed_after_fix,0,2026-06-09"
SAYING: tuple[tuple[str, str, str, str, str], ...] = (
    ("A06", "enterprises.csv", '"Trực kỹ thuật vnpt-tn, 0208 000 000 (hư cấu)"', "{}", "contact of an enterprise"),
    ("A06", "enterprises.csv", "VNPT Thái Nguyên (hư cấu)", "{}", "title of an enterprise"),
    ("A07", "counterparts.csv", '"Trực kết nối cuc-bdtw, 024 000 0000 (hư cấu)"', "{}", "contact of a counterpart"),
    (
        "A15",
        "assessments.csv",
        "16/BC-ATTT (hư cấu),budget,Trung tâm Ứng cứu sự cố (hư cấu)",
        "16/BC-ATTT (hư cấu),budget,{}",
        "unit of an assessment",
    ),
    (
        "A13",
        "models.csv",
        "encrypted_management,nominal (hư cấu)\nMX150",
        "encrypted_management,{}\nMX150",
        "source of a model",
    ),
    ("A22", "records.csv", "Chỉ tiêu chất lượng dịch vụ", "{}", "subject of a paper"),
    ("E09", "incidents.csv", "gia-sang-1,Đứt cáp do thi công đường", "gia-sang-1,{}", "description of an incident"),
)
"""Requirement, file, a text, what stands there instead with a gap, and what the text is."""
WAITS = "Chờ dự toán bổ sung"
EDOC_DECIDED = "decision,2025-06-16,provincial_pc,Các cơ quan chính quyền dùng quản lý văn bản và điều hành,,"
VNPT_DAYS = f"{VNPT},2025-07-01,"
VNPT_LATER = "vnpt-tn,VNPT,2,3,5/QĐ-CĐ vnpt-tn (hư cấu),Ca trực vnpt-tn,2026-10-20,{},\n"
CBDTW_BEFORE = "cuc-bdtw,Cục Bưu điện,Ca trực,6/TT cuc-bdtw (hư cấu),,{}\n"


def rooms(count: int) -> Change:
    """Return so many further LANs at one office of the small example, each of which has a VRF of its own on the CPE there."""
    papers = "05/TTr-STC (hư cấu),5/CV-ĐK (hư cấu),12/QĐ-UBND (hư cấu)"
    row = f"phong-{{}},so-tai-chinh,tru-so-tan-cuong,government,5,vpn,justified,{papers},,,2025-07-01,\n"
    return "attachments.csv", "", "".join(row.format(number) for number in range(count))


def further_root(prefix: str, lans: bool = False) -> Change:
    """Return a further root block in the tiny workspace, perhaps with a pool of LANs that fills it."""
    line = f"{{name: root-p, use: root, prefix: {prefix}, root_block: thu-nghiem, owner: central_post}}"
    more = f"  - {{name: lans-p, use: lan, prefix: {prefix}, root_block: thu-nghiem, slot: 26, purpose: shared}}\n"
    return "settings.yaml", LAST, f"  - {line}\n{more if lans else ''}{LAST}"


def abolished(day: str) -> Change:
    """Return the event that ends the commune of Tân Cương the day before."""
    head = "kind,date,from_unit,to_unit,decision_ref"
    return "unit_events.csv", "", f"{head}\nabolish,{day},05503@2025-07-01,,1/NQ (hư cấu)\n"


def resolution(kind: str, issuer: str) -> Change:
    """Return the paper that such an event names."""
    return "records.csv", "", f"1/NQ (hư cấu),{kind},2026-05-12,{issuer},Sắp xếp đơn vị hành chính,,\n"


def stop(day: str, begins: str = "", number: int = 99) -> Change:
    """Return the paper that stops an attachment of the small example."""
    row = f"{number}/QĐ-UBND (hư cấu),stop_decision,{day},provincial_pc,so-tai-chinh-cq,{begins},\n"
    return "records.csv", "", row


ENDS_LATER = (("units.csv", "05503,2025-07-01,,Xã", "05503,2025-07-01,2026-12-31,Xã"), abolished("2027-01-01"))
REORGANISED = resolution("reorganisation", "Ủy ban Thường vụ Quốc hội")
CASES = (
    Case(
        requirement="A03",
        code="TR414",
        name="a department at a site of level I",
        breaks=LEVEL_1,
        meets=(*LEVEL_1, HOST),
    ),
    Case(
        requirement="A03",
        code="TR414",
        name="a department beside the office of the committee",
        source=THAI_NGUYEN,
        breaks=(("attachments.csv", "so-tu-phap-cq,so-tu-phap,tru-so-tu-phap", "so-tu-phap-cq,so-tu-phap,cap1-ubnd"),),
    ),
    Case(
        requirement="A03",
        code="TR415",
        name="a commune that calls itself host",
        breaks=(("organisations.csv", PARTY_ROW, PARTY_ROW + "level1_host"),),
        meets=(("organisations.csv", PARTY_ROW, PARTY_ROW + "host"),),
    ),
    Case(
        requirement="A03",
        code="TR415",
        name="a second host of one end",
        source=THAI_NGUYEN,
        breaks=(
            (
                "organisations.csv",
                "so-noi-vu,Sở Nội vụ,peoples_committee_body,province,19@2025-07-01,using_org,",
                "so-noi-vu,Sở Nội vụ,peoples_committee_body,province,19@2025-07-01,using_org,level1_host",
            ),
        ),
    ),
    Case(
        requirement="A03",
        code="TR416",
        name="a shared system at a site of level I",
        breaks=(*LEVEL_1, HOST, ("systems.yaml", MAIL_SITE, MAIL_SITE.replace("dc-tinh", "tru-so-tinh"))),
        meets=(
            *LEVEL_1,
            HOST,
            ("systems.yaml", MAIL_SITE, MAIL_SITE.replace("dc-tinh", "tru-so-tinh").replace("shared", "government")),
        ),
    ),
    Case(
        requirement="A12",
        code="TR417",
        name="a Party organisation in the government purpose",
        breaks=(("attachments.csv", "tru-so-xa,party,12", "tru-so-xa,government,12"),),
        meets=(("attachments.csv", "tru-so-xa,party,12", "tru-so-xa,party,13"),),
    ),
    Case(
        requirement="A12",
        code="TR417",
        name="a committee in the Party's purpose",
        breaks=(
            (
                "attachments.csv",
                "vp-tinh-gov,van-phong-ubnd-tinh,tru-so-tinh,government",
                "vp-tinh-gov,van-phong-ubnd-tinh,tru-so-tinh,party",
            ),
        ),
    ),
    Case(
        requirement="A12",
        code="TR417",
        name="a court in the procuracy's purpose",
        source=THAI_NGUYEN,
        breaks=(
            (
                "attachments.csv",
                "tand-tinh-ta,tand-tinh,tru-so-tand-tinh,court",
                "tand-tinh-ta,tand-tinh,tru-so-tand-tinh,procuracy",
            ),
        ),
    ),
    Case(
        requirement="A12",
        code="TR417",
        name="a system of the State in the Party's purpose",
        breaks=(("systems.yaml", MAIL_SITE, MAIL_SITE.replace("shared", "party")),),
        meets=(*ANY_LEVEL, ("systems.yaml", MAIL_SITE, MAIL_SITE.replace("shared", "government"))),
    ),
    Case(
        requirement="A12",
        code="TR418",
        name="a purpose that is home to the Party and the State",
        breaks=(
            (
                "purposes.yaml",
                "[peoples_committee_body, elected_body]",
                "[peoples_committee_body, party_committee_direct]",
            ),
            ("purposes.yaml", "[party_building_body, party_committee_direct]", "[party_building_body]"),
        ),
        meets=(("purposes.yaml", "[peoples_committee_body, elected_body]", "[peoples_committee_body, peoples_court]"),),
    ),
    Case(
        requirement="A17",
        code="TR410",
        name="a second main site in another purpose",
        source=SMALL,
        breaks=(
            (
                "attachments.csv",
                "so-tai-chinh,tru-so-tai-chinh,video-conference",
                "so-tai-chinh,tru-so-gia-sang,video-conference",
            ),
        ),
        meets=(
            (
                "attachments.csv",
                "so-tai-chinh,tru-so-tai-chinh,video-conference,10,video_conference,main,",
                "so-tai-chinh,tru-so-gia-sang,video-conference,10,video_conference,justified,05/TTr-STC (hư cấu)",
            ),
        ),
    ),
    Case(
        requirement="A17",
        code="TR419",
        name="a further point of an organisation without a main one",
        breaks=(("attachments.csv", "tru-so-xa,party,12,vpn,main,", "tru-so-xa,party,12,vpn,justified,1/TTr"),),
    ),
    Case(
        requirement="A17",
        code="TR419",
        name="an organisation that is connected through its own LAN only",
        breaks=(("attachments.csv", "tru-so-xa,party,12,vpn,main,", "tru-so-xa,party,12,vpn,via_lan,"),),
    ),
    Case(
        requirement="A18",
        code="TR420",
        name="a shared system of level 1",
        breaks=(("systems.yaml", "app_other\n    security_level: 3", "app_other\n    security_level: 1"),),
        meets=(
            *ANY_LEVEL,
            ("systems.yaml", "app_other\n    security_level: 3", "app_other\n    security_level: 1"),
            ("systems.yaml", MAIL_SITE, MAIL_SITE.replace("shared", "government")),
        ),
    ),
    Case(
        requirement="A20",
        code="TR421",
        name="a Party organisation under using_org",
        breaks=(("organisations.csv", PARTY_ROW, PARTY_ROW.replace("party_office", "using_org")),),
    ),
    Case(
        requirement="A20",
        code="TR421",
        name="a committee under party_office",
        breaks=(("organisations.csv", OFFICE, OFFICE.replace("using_org", "party_office")),),
        meets=(("organisations.csv", OFFICE, OFFICE.replace("using_org", "provincial_pc")),),
    ),
    Case(
        requirement="A20",
        code="TR423",
        name="the CPE of level I in the department's hands",
        source=THAI_NGUYEN,
        breaks=(("devices.csv", "ASR1001-HX,cap1-hdnd,central_post", "ASR1001-HX,cap1-hdnd,dept_ict"),),
    ),
    Case(
        requirement="A20",
        code="TR423",
        name="another device at a site of level I",
        source=THAI_NGUYEN,
        breaks=(("devices.csv", "", "cpe-them,cpe,junos,MX150,cap1-hdnd,dept_ict,ge-0/0/0,yes,2025-07-01,\n"),),
        meets=(("devices.csv", "", "cpe-them,cpe,junos,MX150,cap1-hdnd,central_post,ge-0/0/0,yes,2025-07-01,\n"),),
    ),
    Case(
        requirement="D10",
        code="TR212",
        name="a commune's code one digit short",
        breaks=(("units.csv", "05443,2025-07-01", "0544,2025-07-01"),),
    ),
    Case(
        requirement="D10",
        code="TR212",
        name="a province's code with a digit too many",
        breaks=(("units.csv", "19,2025-07-01,,Tỉnh", "019,2025-07-01,,Tỉnh"),),
    ),
    Case(
        requirement="D10",
        code="TR213",
        name="an organisation in a commune that had ended before it began",
        source=SMALL,
        breaks=(
            (
                "organisations.csv",
                "Đảng ủy phường Gia Sàng,party_building_body,commune,05467@2025-07-01",
                "Đảng ủy phường Gia Sàng,party_building_body,commune,05467@2024-12-01",
            ),
        ),
    ),
    Case(
        requirement="D10",
        code="TR213",
        name="a site in a commune that had ended before it began",
        source=SMALL,
        breaks=(("sites.csv", "Trụ sở phường Gia Sàng,05467@2025-07-01", "Trụ sở phường Gia Sàng,05467@2024-12-01"),),
    ),
    Case(
        requirement="D10",
        code="TR213",
        name="a commune below a province that had ended before it",
        source=SMALL,
        breaks=(("units.csv", "Xã Tân Cương,commune,19@2025-07-01", "Xã Tân Cương,commune,19@2024-12-01"),),
    ),
    Case(
        requirement="D11",
        code="TR422",
        name="a site and organisations that outlive their commune",
        source=SMALL,
        breaks=(
            ("units.csv", "05503,2025-07-01,,Xã", "05503,2025-07-01,2026-06-30,Xã"),
            abolished("2026-07-01"),
            REORGANISED,
        ),
        meets=(*ENDS_LATER, REORGANISED),
    ),
    Case(
        requirement="D02",
        code="TR525",
        name="a LAN moved by hand into another class's pool",
        locked=(
            (
                "prefix,lan/xa-gov,10.196.0.0/26,communes-pc-gov-v4",
                "prefix,lan/xa-gov,10.196.64.128/26,communes-party-v4",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR526",
        name="a LAN moved by hand, and its purpose with it",
        locked=(
            (
                f"prefix,lan/xa-gov,{XA_GOV},government",
                f"prefix,lan/xa-gov,{XA_GOV.replace(XA_PREFIX, '10.196.64.128/26,communes-party-v4')},party",
            ),
        ),
    ),
    Case(
        requirement="D02",
        code="TR525",
        name="a system's LAN moved by hand into a class's pool",
        locked=(
            (
                "prefix,lan/system-mail,10.193.0.64/26,shared-dc-v4",
                "prefix,lan/system-mail,10.196.0.64/26,communes-pc-gov-v4",
            ),
        ),
    ),
    Case(
        requirement="D02",
        code="TR525",
        name="a LAN within a class's pool of the same purpose that is not its own",
        source=SMALL,
        locked=(
            (
                "prefix,lan/hdnd-tan-cuong-cq,10.196.64.128/26,commune-council-v4",
                "prefix,lan/hdnd-tan-cuong-cq,10.196.1.0/26,commune-committee-v4",
            ),
        ),
    ),
    Case(
        requirement="D03",
        code="TR507",
        name="a root block widened after the lock, whose owner was taken away",
        source=SMALL,
        locked=(
            (
                "pool,root-v4,root,10.192.0.0/13,thai-nguyen,13,,,,0,central_post",
                "pool,root-v4,root,10.192.0.0/14,thai-nguyen,14,,,,0,",
            ),
        ),
    ),
    Case(
        requirement="D03",
        code="TR527",
        name="a root block without an owner",
        breaks=(
            (
                "settings.yaml",
                ROOT_V4,
                "prefix: 10.192.0.0/13, root_block: thu-nghiem",
            ),
        ),
    ),
    Case(
        requirement="D03",
        code="TR527",
        name="a root block of the department",
        breaks=(
            (
                "settings.yaml",
                ROOT_V4,
                "prefix: 10.192.0.0/13, root_block: thu-nghiem, owner: dept_ict",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR520",
        name="a registration blanked in the lockfile",
        locked=(
            (
                f"{XA_GOV},government,2,05443@2025-07-01,2/QĐ-UBND (fictional),",
                f"{XA_GOV},government,2,05443@2025-07-01,,",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR520",
        name="nobody's LAN in the lockfile",
        locked=(
            (
                XA_GOV,
                "10.196.0.0/26,communes-pc-gov-v4,active,2026-07-15,,,ubnd-xa-an-binh",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR526",
        name="a purpose falsified in the lockfile",
        locked=(
            (
                f"{XA_GOV},government",
                f"{XA_GOV},party",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR554",
        name="a unit falsified in the lockfile",
        locked=(
            (
                f"{XA_GOV},government,2,05443@2025-07-01,2/QĐ-UBND (fictional),",
                f"{XA_GOV},government,2,05500@2025-07-01,2/QĐ-UBND (fictional),",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR554",
        name="a level falsified in the lockfile",
        locked=(
            (
                f"{XA_GOV},government,2,05443@2025-07-01,2/QĐ-UBND (fictional),",
                f"{XA_GOV},government,1,05443@2025-07-01,2/QĐ-UBND (fictional),",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR554",
        name="another registration in the lockfile",
        locked=(
            (
                f"{XA_GOV},government,2,05443@2025-07-01,2/QĐ-UBND (fictional),",
                f"{XA_GOV},government,2,05443@2025-07-01,3/QĐ-UBND (fictional),",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR526",
        name="an organisation falsified in the lockfile",
        locked=(
            (
                f"{XA_GOV},government",
                XA_GOV.removesuffix("ubnd-xa-an-binh") + "dang-uy-xa-an-binh,government",
            ),
        ),
    ),
    Case(
        requirement="D04",
        code="TR526",
        name="a link of the backbone falsified in the lockfile",
        locked=(
            (
                "prefix,link/core-1-agg-1/purpose/party,10.192.0.18/31,links-v4,active,2026-07-15,,,,party",
                "prefix,link/core-1-agg-1/purpose/party,10.192.0.18/31,links-v4,active,2026-07-15,,,,government",
            ),
        ),
    ),
    Case(
        requirement="D05",
        code="TR505",
        name="a public pool for LANs",
        breaks=(further_root("8.8.8.0/24", lans=True),),
        meets=(
            further_root("172.16.8.0/24", lans=True),
            ("settings.yaml", "", GRANT.replace("10.192.0.0/13", "172.16.8.0/24")),
        ),
    ),
    Case(
        requirement="D05",
        code="TR505",
        name="a root block of shared address space",
        breaks=(further_root("100.64.0.0/10"),),
    ),
    Case(
        requirement="A07",
        code="TR138",
        name="half of the address space as an outside network",
        source=SMALL,
        breaks=((*OUTSIDE, '["::/1", "8000::/1"]'),),
    ),
    Case(
        requirement="A10",
        code="TR424",
        name="the Internet as large prefixes",
        source=SMALL,
        breaks=((*OUTSIDE, "[1.0.0.0/8, 2.0.0.0/7, 4.0.0.0/6, 16.0.0.0/4]"),),
        meets=((*OUTSIDE, "[1.0.0.0/8]"),),
    ),
    Case(
        requirement="A10",
        code="TR424",
        name="the Internet of IPv6 in quarters",
        source=SMALL,
        breaks=((*OUTSIDE, '["2000::/5", "2800::/5", "3000::/5"]'),),
        meets=((*OUTSIDE, '["2400::/21", "2600::/21"]'),),
    ),
    Case(
        requirement="B10",
        code="TR467",
        name="the second plane is gone",
        source=SMALL,
        breaks=(
            (
                "channels.csv",
                f"{PLANE}agg-1,TenGigabitEthernet0/0/1,0,direct_fibre,,duct-agg-1-b,10000,2025-07-01,\n",
                "",
            ),
        ),
    ),
    Case(
        requirement="B10",
        code="TR467",
        name="both planes in one duct",
        source=SMALL,
        breaks=(("channels.csv", "duct-agg-1-b", "duct-agg-1-a"),),
    ),
    Case(
        requirement="",
        code="TR260",
        name="one duct in two spellings",
        source=SMALL,
        breaks=(("channels.csv", "duct-tai-chinh-b", "Duct_Tai-Chinh A"),),
        meets=(("channels.csv", "duct-tai-chinh-b", "duct-tai-chinh-c"),),
    ),
    Case(
        requirement="A18",
        code="TR320",
        name="a system of level 3 that names no control point",
        source=SMALL,
        breaks=((*EDOC_POINT, '    assessment_ref: "12/BC'),),
    ),
    Case(
        requirement="A18",
        code="TR323",
        name="the senders' own devices as control points",
        source=SMALL,
        breaks=((*EDOC_POINT, EDOC_POINT[1].replace("dc-edge-1", "cpe-gia-sang, cpe-tan-cuong")),),
    ),
    Case(
        requirement="A18",
        code="TR412",
        name="an office of level 4 on one channel",
        source=SMALL,
        breaks=office_of_level(4),
        meets=office_of_level(1),
    ),
    Case(
        requirement="D10",
        code="TR217",
        name="one code for two units at a time",
        source=SMALL,
        breaks=(("units.csv", "", SAME_CODE),),
    ),
    Case(
        requirement="A24",
        code="TR470",
        name="a pool that belongs to nobody",
        breaks=(("settings.yaml", "{name: links-v4,", "{name: links-v4, owner: unassigned,"),),
    ),
    Case(
        requirement="A25",
        code="TR468",
        name="the only room among offices",
        source=SMALL,
        breaks=(("attachments.csv", f"{KHCN},vpn", f"{KHCN},video_conference"),),
    ),
    Case(
        requirement="A25",
        code="TR466",
        name="no room at all in the purpose of an intent that names the MCU's owner",
        source=SMALL,
        breaks=tuple(
            ("attachments.csv", f"{room},video_conference", f"{room},vpn")
            for room in (
                "so-khcn,tru-so-khcn,video-conference,10",
                "so-tai-chinh,tru-so-tai-chinh,video-conference,10",
                "ubnd-gia-sang,tru-so-gia-sang,video-conference,8",
                "ubnd-phan-dinh-phung,tru-so-phan-dinh-phung,video-conference,8",
                "ubnd-tan-cuong,tru-so-tan-cuong,video-conference,8",
            )
        ),
    ),
    Case(
        requirement="A19",
        code="TR460",
        name="a data centre in an enterprise's building, whoever it is",
        source=SMALL,
        breaks=(
            ("channels.csv", "duct-dc-b", "duct-dc-a"),
            ("rooms.csv", "dc-tinh,dept_ict", "dc-tinh,telecom_enterprise"),
        ),
    ),
    Case(
        requirement="A10",
        code="TR424",
        name="what was given out of IPv6, which is little of all that can be",
        source=SMALL,
        breaks=((*OUTSIDE, '["2400::/12", "2600::/12", "2a00::/12", "2c00::/12", "2001:200::/23", "2001:800::/22"]'),),
    ),
    Case(
        requirement="A10",
        code="TR424",
        name="the Internet in two halves, one outside network each",
        source=SMALL,
        breaks=((*OUTSIDE, "[32.0.0.0/9]"), ("outside_networks.yaml", "", OTHER_HALF.format("33.0.0.0/8"))),
        meets=((*OUTSIDE, "[32.0.0.0/9]"), ("outside_networks.yaml", "", OTHER_HALF.format("172.16.0.0/12"))),
    ),
    Case(
        requirement="",
        code="TR510",
        name="a pool of IPv4 is gone",
        source=SMALL,
        breaks=((*SHARED_V4, ""),),
    ),
    Case(
        requirement="D02",
        code="TR522",
        name="a pool of IPv4 of a class is gone",
        source=THAI_NGUYEN,
        breaks=((*COURTS_V4, ""),),
    ),
    Case(
        requirement="",
        code="TR510",
        name="systems without IPv4, of which nobody says that it is meant",
        source=SMALL,
        breaks=((*SHARED_V4, ""),),
        meets=((*SHARED_V4, ""), (*SHARED_V6, SHARED_V6[1].replace("}", ", alone: true}"))),
    ),
    Case(
        requirement="",
        code="TR528",
        name="a pool that is not alone",
        source=SMALL,
        breaks=((*SHARED_V6, SHARED_V6[1].replace("}", ", alone: true}")),),
        meets=((*SHARED_V6, SHARED_V6[1].replace("}", ", alone: false}")),),
    ),
    Case(
        requirement="D05",
        code="TR505",
        name="a pool of IPv4 that became public",
        source=SMALL,
        breaks=((*SHARED_V4, SHARED_V4[1].replace("10.193.0.0/20", "113.160.0.0/20")),),
    ),
    Case(
        requirement="",
        code="TR603",
        name="more VRFs than a CPE holds",
        source=SMALL,
        breaks=(rooms(40),),
        meets=(rooms(20),),
    ),
    Case(
        requirement="",
        code="TR214",
        name="devices at a site that has ended",
        source=SMALL,
        breaks=(("sites.csv", "network,0,2025-07-01,\npop-2", "network,0,2025-07-01,2026-06-30\npop-2"),),
        meets=(("sites.csv", "network,0,2025-07-01,\npop-2", "network,0,2025-07-01,2026-12-31\npop-2"),),
    ),
    Case(
        requirement="",
        code="TR215",
        name="an exception that leaves out nobody",
        source=SMALL,
        breaks=(("intents/government.yaml", COMMUNES, COMMUNES.replace("}", ", except: [hdnd-gia-sang]}", 1)),),
        meets=(("intents/government.yaml", COMMUNES, COMMUNES.replace("}", ", except: [ubnd-gia-sang]}", 1)),),
    ),
    Case(
        requirement="D03",
        code="TR548",
        name="a root block widened before the first lock",
        breaks=(("settings.yaml", ROOT_V4, ROOT_V4.replace("10.192.0.0/13", "10.192.0.0/12")),),
    ),
    Case(
        requirement="D03",
        code="TR548",
        name="a root block moved before the first lock",
        breaks=(("settings.yaml", GRANT, GRANT.replace("10.192.0.0/13", "10.200.0.0/13")),),
    ),
    Case(
        requirement="D03",
        code="TR553",
        name="nothing that says what was granted",
        breaks=(("settings.yaml", GRANT, ""), ("settings.yaml", GRANT_V6, ""), ("settings.yaml", "granted:\n", "")),
    ),
    Case(
        requirement="D03",
        code="TR430",
        name="a root block that no paper gave",
        breaks=(("settings.yaml", GRANT, GRANT.replace("31/QĐ-CBĐTW (fictional)", "zzz")),),
    ),
    Case(
        requirement="D03",
        code="TR432",
        name="a root block that the department gave itself",
        breaks=(("records.csv", f"{GRANTED},central_post,", f"{GRANTED},dept_ict,"),),
    ),
    Case(
        requirement="D11",
        code="TR431",
        name="a unit that ends by a paper of another kind",
        source=SMALL,
        breaks=(*ENDS_LATER, resolution("decision", "provincial_pc")),
        meets=(*ENDS_LATER, REORGANISED),
    ),
    Case(
        requirement="A22",
        code="TR469",
        name="a service that a decision stopped",
        source=SMALL,
        breaks=(stop("2026-01-01"), stop("2024-01-01", number=100)),
        meets=(stop("2024-01-01"),),
    ),
    Case(
        requirement="A22",
        code="TR469",
        name="a service that an old decision stopped by now",
        source=SMALL,
        breaks=(stop("2024-01-01", "2026-01-01"),),
        meets=(stop("2024-01-01", "2027-01-01"),),
    ),
    Case(
        requirement="D12",
        code="TR549",
        name="a neighbour's root block",
        breaks=(("settings.yaml", "", NEIGHBOUR.format("10.192.0.0/13")),),
        meets=(("settings.yaml", "", NEIGHBOUR.format("10.200.0.0/13")),),
    ),
    Case(
        requirement="D12",
        code="TR549",
        name="a root block around a part that is a neighbour's",
        breaks=(("settings.yaml", "", NEIGHBOUR.format("10.196.192.0/18")),),
    ),
    Case(
        requirement="A03",
        code="TR426",
        name="equipment of level I at a site of level 2",
        source=THAI_NGUYEN,
        breaks=(("devices.csv", "", L1_EXTRA.format("tru-so-noi-vu")),),
        meets=(("devices.csv", "", L1_EXTRA.format("cong-ket-noi").replace("level1_cpe", "edge")),),
    ),
    Case(
        requirement="A22",
        code="TR471",
        name="a request by a department that had ended",
        source=SMALL,
        breaks=(ICT_BEFORE, ("records.csv", EDOC_REQUEST, "45/CV-SKHCN (hư cấu),request,2026-05-12,so-tttt,")),
        meets=(ICT_BEFORE, ("records.csv", EDOC_REQUEST, "45/CV-SKHCN (hư cấu),request,2025-05-12,so-tttt,")),
    ),
    Case(
        requirement="A22",
        code="TR471",
        name="a request by a department that was not there yet",
        source=SMALL,
        breaks=(
            ("organisations.csv", "", f"so-moi,Sở mới,{ICT_ROW},2026-10-01,\n"),
            ("records.csv", EDOC_REQUEST, "45/CV-SKHCN (hư cấu),request,2025-05-12,so-moi,"),
        ),
        meets=(
            ("organisations.csv", "", f"so-moi,Sở mới,{ICT_ROW},2025-07-01,\n"),
            ("records.csv", EDOC_REQUEST, "45/CV-SKHCN (hư cấu),request,2025-05-12,so-moi,"),
        ),
    ),
    Case(
        requirement="B05",
        code="TR471",
        name="a commune's request by a committee that had ended",
        source=SMALL,
        breaks=(
            ("organisations.csv", "", COMMITTEE_BEFORE.format("2025-07-01", "2026-02-28")),
            ("records.csv", COMMUNE_REQUEST, "\n9/CV-ĐK (hư cấu),request,2026-03-12,ubnd-truoc,"),
        ),
        meets=(
            ("organisations.csv", "", COMMITTEE_BEFORE.format("2025-07-01", "2026-02-28")),
            ("records.csv", COMMUNE_REQUEST, "\n9/CV-ĐK (hư cấu),request,2025-05-12,ubnd-truoc,"),
        ),
    ),
    Case(
        requirement="E09",
        code="TR474",
        name="an enterprise that reports in the future",
        source=SMALL,
        breaks=(
            (
                "enterprises.csv",
                VNPT,
                VNPT.replace("2026-10-20", "2099-10-20"),
            ),
        ),
        meets=(
            (
                "enterprises.csv",
                VNPT,
                VNPT.replace("2026-10-20", "2026-11-24"),
            ),
        ),
    ),
    Case(
        requirement="E09",
        code="TR444",
        name="an enterprise that reported a year and a day ago",
        source=SMALL,
        breaks=(
            (
                "enterprises.csv",
                VNPT,
                VNPT.replace("2026-10-20", "2025-11-23"),
            ),
        ),
        meets=(
            (
                "enterprises.csv",
                VNPT,
                VNPT.replace("2026-10-20", "2025-11-24"),
            ),
        ),
    ),
    Case(
        requirement="E06",
        code="TR474",
        name="a room that was counted in the future",
        source=SMALL,
        breaks=(("rooms.csv", POP_ROOM, POP_ROOM.replace("2026-03-31", "2098-12-31")),),
        meets=(("rooms.csv", POP_ROOM, POP_ROOM.replace("2026-03-31", "2026-11-24")),),
    ),
    Case(
        requirement="E06",
        code="TR449",
        name="equipment of level I that was counted a year and a day ago",
        source=THAI_NGUYEN,
        breaks=(("rooms.csv", LEVEL_1_ROOM, LEVEL_1_ROOM.replace("2026-03-31", "2025-11-23")),),
        meets=(("rooms.csv", LEVEL_1_ROOM, LEVEL_1_ROOM.replace("2026-03-31", "2025-11-24")),),
    ),
    Case(
        requirement="A15",
        code="TR474",
        name="an assessment of a day that has not come",
        source=SMALL,
        breaks=(("assessments.csv", FAR_AT, FAR),),
        meets=(("assessments.csv", FAR_AT, FAR_AT.replace("2026-03-10", "2026-11-24")),),
    ),
    Case(
        requirement="E09",
        code="TR474",
        name="a fault that was mended in the future",
        source=SMALL,
        breaks=(("incidents.csv", "vnpt-tn,2026-02-14", "vnpt-tn,2099-02-14"),),
        meets=(("incidents.csv", "vnpt-tn,2026-02-14", "vnpt-tn,2026-11-24"),),
    ),
    Case(
        requirement="D04",
        code="TR474",
        name="a LAN in use since a day that has not come",
        locked=((f"{XA_PREFIX},active,2026-07-15", f"{XA_PREFIX},active,2098-07-15"),),
    ),
    Case(
        requirement="B12",
        code="TR472",
        name="an enterprise with the approval of another",
        source=SMALL,
        breaks=(("enterprises.csv", "5/QĐ-CĐ vnpt-tn (hư cấu)", "5/QĐ-CĐ viettel-tn (hư cấu)"),),
        meets=(
            ("enterprises.csv", "5/QĐ-CĐ vnpt-tn (hư cấu)", "5/QĐ-CĐ viettel-tn (hư cấu)"),
            ("records.csv", "Cấp độ an toàn của viettel-tn", "Cấp độ an toàn của viettel-tn và vnpt-tn"),
        ),
    ),
    Case(
        requirement="A22",
        code="TR472",
        name="a request for another LAN of the organisation",
        source=SMALL,
        breaks=(("attachments.csv", "main,,2/CV-ĐK (hư cấu)", "main,,1/CV-ĐK (hư cấu)"),),
        meets=(
            ("attachments.csv", "main,,2/CV-ĐK (hư cấu)", "main,,1/CV-ĐK (hư cấu)"),
            ("records.csv", "Đấu nối so-khcn-cq,", "Đấu nối so-khcn,"),
        ),
    ),
    Case(
        requirement="A22",
        code="TR472",
        name="an intent with the decision on another one",
        source=SMALL,
        breaks=(("intents/government.yaml", '"121/QĐ-UBND (hư cấu)"', '"120/QĐ-UBND (hư cấu)"'),),
        meets=(("intents/government.yaml", '"121/QĐ-UBND (hư cấu)"', '"140/QĐ-UBND (hư cấu)"'),),
    ),
    Case(
        requirement="A22",
        code="TR473",
        name="a request that is younger than the decision",
        source=SMALL,
        breaks=(("records.csv", "\n1/CV-ĐK (hư cấu),request,2025-05-12", "\n1/CV-ĐK (hư cấu),request,2025-06-20"),),
        meets=(("records.csv", "\n1/CV-ĐK (hư cấu),request,2025-05-12", "\n1/CV-ĐK (hư cấu),request,2025-06-16"),),
    ),
    Case(
        requirement="A22",
        code="TR473",
        name="an intent that was asked for after it was decided",
        source=SMALL,
        breaks=(("records.csv", EDOC_REQUEST, EDOC_REQUEST.replace("2025-05-12", "2025-06-20")),),
        meets=(("records.csv", EDOC_REQUEST, EDOC_REQUEST.replace("2025-05-12", "2025-06-16")),),
    ),
    *(
        Case(
            requirement="A22",
            code="TR432",
            name=f"an intent that {issuer} asks for",
            source=SMALL,
            breaks=(("records.csv", EDOC_REQUEST, EDOC_REQUEST.replace("so-khcn", issuer)),),
            meets=(("records.csv", EDOC_REQUEST, EDOC_REQUEST.replace("so-khcn", "party_office")),),
        )
        for issuer in ("telecom_enterprise", "unassigned")
    ),
    Case(
        requirement="E12",
        code="TR475",
        name="an exception by the decision about the budget",
        source=SMALL,
        breaks=(NO_LINE, ("exceptions.csv", "", WAIVER.format("7/QĐ-UBND (hư cấu)"))),
        meets=(NO_LINE, ("exceptions.csv", "", WAIVER.format("140/QĐ-UBND (hư cấu)"))),
    ),
    Case(
        requirement="A15",
        code="TR439",
        name="a failed assessment of the day before the one that passed",
        source=SMALL,
        breaks=(("assessments.csv", EDOC_FIRST, EDOC_AGAIN.format("0/BC", "2025-06-10", "failed") + EDOC_FIRST),),
        meets=(("assessments.csv", EDOC_FIRST, EDOC_AGAIN.format("0/BC", "2025-06-09", "failed") + EDOC_FIRST),),
    ),
    Case(
        requirement="B07",
        code="TR439",
        name="a failed assessment of the day of the newest",
        source=SMALL,
        breaks=(("assessments.csv", EDOC_FIRST, EDOC_AGAIN.format("0/BC", "2026-03-10", "failed") + EDOC_FIRST),),
        meets=(("assessments.csv", EDOC_FIRST, EDOC_AGAIN.format("0/BC", "2026-03-09", "failed") + EDOC_FIRST),),
    ),
    Case(
        requirement="A15",
        code="TR476",
        name="an assessment that was over when the system was connected",
        source=SMALL,
        breaks=(("assessments.csv", EDOC_FIRST, EDOC_FIRST.replace("2026-06-09", "2025-06-30")),),
        meets=(("assessments.csv", EDOC_FIRST, EDOC_FIRST.replace("2026-06-09", "2025-07-01")),),
    ),
    Case(
        requirement="A15",
        code="TR476",
        name="an assessment of a gateway that was over when a network was connected",
        source=SMALL,
        breaks=(("assessments.csv", GATEWAY_FIRST, GATEWAY_FIRST.replace("2026-06-09", "2025-06-12")),),
        meets=(("assessments.csv", GATEWAY_FIRST, GATEWAY_FIRST.replace("2026-06-09", "2025-06-16")),),
    ),
    Case(
        requirement="A15",
        code="TR438",
        name="a gateway that was assessed after the decision on a network without a day",
        source=SMALL,
        breaks=(("assessments.csv", GATEWAY_FIRST, GATEWAY_FIRST.replace("2025-06-10", "2025-06-20")),),
        meets=(
            ("assessments.csv", GATEWAY_FIRST, GATEWAY_FIRST.replace("2025-06-10", "2025-06-20")),
            ("outside_networks.yaml", "    request_ref:", "    valid_from: 2025-07-01\n    request_ref:"),
        ),
    ),
    Case(
        requirement="A15",
        code="TR477",
        name="a system that its owner assesses",
        source=SMALL,
        breaks=(("assessments.csv", EDOC_FIRST, EDOC_FIRST.replace(TEAM, "Sở Khoa học và Công nghệ")),),
        meets=(("assessments.csv", EDOC_FIRST, EDOC_FIRST.replace(TEAM, "Sở Tài chính")),),
    ),
    Case(
        requirement="A15",
        code="TR477",
        name="a gateway that is assessed by who runs it",
        source=SMALL,
        breaks=(("assessments.csv", GATEWAY_FIRST, GATEWAY_FIRST.replace(TEAM, "so-khcn")),),
        meets=(("assessments.csv", GATEWAY_FIRST, GATEWAY_FIRST.replace(TEAM, "so-tai-chinh")),),
    ),
    *(
        Case(
            requirement="A14",
            code="TR478",
            name=f"an office that is the room of {site}",
            source=THAI_NGUYEN,
            breaks=(("rooms.csv", f"\n{site},{host},machine_room", f"\n{site},{host},office"),),
        )
        for site, host in (("pop-core-1", "dept_ict"), ("cap1-hdnd", "van-phong-hdnd"), ("dc-tinh", "dept_ict"))
    ),
    Case(
        requirement="A14",
        code="TR479",
        name="a room of level I at an enterprise",
        source=THAI_NGUYEN,
        breaks=(("rooms.csv", "cap1-hdnd,van-phong-hdnd,", "cap1-hdnd,vnpt-tn,"),),
        meets=(("rooms.csv", "cap1-hdnd,van-phong-hdnd,", "cap1-hdnd,van-phong-ubnd,"),),
    ),
    *(
        Case(
            requirement=requirement,
            code="TR480",
            name=f"a {field} that is {said}",
            source=SMALL,
            breaks=((file, old, new.format(said)),),
            meets=((file, old, new.format("Ca trực")),),
        )
        for (requirement, file, old, new, field), said in zip(
            SAYING, ("-", "x", "--", "n/a", "?", "xxx", "."), strict=True
        )
    ),
    Case(
        requirement="E12",
        code="TR480",
        name="an exception without a reason",
        source=SMALL,
        breaks=(NO_LINE, ("exceptions.csv", "", WAIVER.format("140/QĐ-UBND (hư cấu)").replace(WAITS, "Không có"))),
        meets=(NO_LINE, ("exceptions.csv", "", WAIVER.format("140/QĐ-UBND (hư cấu)"))),
    ),
    Case(
        requirement="A14",
        code="TR448",
        name="a letter for a contact",
        source=SMALL,
        breaks=(("rooms.csv", "Trực 24/7 pop-1 (hư cấu)", "x"),),
        meets=(("rooms.csv", "Trực 24/7 pop-1 (hư cấu)", "Ca trực"),),
    ),
    Case(
        requirement="A22",
        code="TR434",
        name="a decision that begins to count tomorrow",
        source=SMALL,
        breaks=(("records.csv", EDOC_DECIDED, EDOC_DECIDED.replace(",,", ",2026-11-25,")),),
        meets=(("records.csv", EDOC_DECIDED, EDOC_DECIDED.replace(",,", ",2026-11-24,")),),
    ),
    Case(
        requirement="A21",
        code="TR116",
        name="a source of money that is none",
        source=SMALL,
        breaks=(("budget.csv", "so-khcn-qt,2026,provincial", "so-khcn-qt,2026,cash"),),
    ),
    Case(
        requirement="",
        code="TR161",
        name="an enterprise twice on one day",
        source=SMALL,
        breaks=(
            ("enterprises.csv", VNPT_DAYS, VNPT_DAYS + "2026-10-31"),
            ("enterprises.csv", "", VNPT_LATER.format("2026-10-31")),
        ),
        meets=(
            ("enterprises.csv", VNPT_DAYS, VNPT_DAYS + "2026-10-31"),
            ("enterprises.csv", "", VNPT_LATER.format("2026-11-01")),
        ),
    ),
    Case(
        requirement="",
        code="TR161",
        name="a counterpart twice on one day",
        source=SMALL,
        breaks=(("counterparts.csv", "", CBDTW_BEFORE.format("2025-07-01")),),
        meets=(("counterparts.csv", "", CBDTW_BEFORE.format("2025-06-30")),),
    ),
    Case(
        requirement="B12",
        code="TR443",
        name="the row of the day of an enterprise with an earlier one",
        source=SMALL,
        breaks=(
            ("enterprises.csv", VNPT_DAYS, VNPT_DAYS + "2026-10-31"),
            ("enterprises.csv", "", VNPT_LATER.format("2026-11-01").replace(",2,3,", ",2,2,")),
        ),
        meets=(
            ("enterprises.csv", VNPT_DAYS, VNPT_DAYS + "2026-12-31"),
            ("enterprises.csv", "", VNPT_LATER.format("2027-01-01").replace(",2,3,", ",2,2,")),
        ),
    ),
    Case(
        requirement="A22",
        code="TR472",
        name="a request for a LAN that is called as an organisation is",
        source=SMALL,
        breaks=(
            ("attachments.csv", "so-khcn-cq,so-khcn,", "so-khcn,so-khcn,"),
            ("budget.csv", "so-khcn-cq,", "so-khcn,"),
            ("records.csv", "Đấu nối so-khcn-cq,", "Đấu nối so-khcn-vc,"),
        ),
        meets=(
            ("attachments.csv", "so-khcn-cq,so-khcn,", "so-khcn,so-khcn,"),
            ("budget.csv", "so-khcn-cq,", "so-khcn,"),
            ("records.csv", "Đấu nối so-khcn-cq,", "Đấu nối so-khcn,"),
            ("records.csv", "Đấu nối so-khcn-vc,", "Đấu nối thiết bị họp của so-khcn,"),
        ),
    ),
)


def told(workspace: Path) -> tuple[int, set[tuple[str, str]]]:
    """Return how `truc validate` ends, and requirement ("" for what is of no requirement) and code of all that it finds."""
    code, output = truc("validate", "-w", workspace, "--json")
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    found = [item for item in messages if item.get("type") == "finding"]
    return code, {(item["rule"]["requirement"] if item["rule"] else "", item["code"]) for item in found}


def edited(case: Case, folder: Path, changes: tuple[Change, ...], locked: tuple[tuple[str, str], ...]) -> Path:
    """Return a copy of the case's workspace with these changes, and with these of its lockfile."""
    workspace = changed(folder, *changes, source=case.source)
    if not case.locked:
        return workspace
    assert truc("compile", "-w", workspace)[0] == 0
    lock = workspace / LOCKFILE
    text = lock.read_text(encoding="utf-8")
    for old, new in locked:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    lock.write_text(text, encoding="utf-8")
    return workspace


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.requirement}: {case.name}")
def test_a_workspace_that_breaks_it_is_told_and_the_nearest_that_meets_it_is_not(case: Case, tmp_path: Path) -> None:
    wanted = (case.requirement, case.code)
    _, broken = told(edited(case, tmp_path / "breaks", case.breaks, case.locked))
    assert wanted in broken
    code, met = told(edited(case, tmp_path / "meets", case.meets, case.lock_meets))
    assert code == 0, met
    assert wanted not in met


PARTY_CHANGE = """\
change:
  title: Đảng ủy cấp xã thôi dùng hệ thống văn bản của Đảng
  request_ref: 61/CV-VPTU (hư cấu)
  decision_ref: 140/QĐ-UBND (hư cấu)
  owner: party_office
  author: {author}
  window: {{from: 2026-11-25 22:00, to: 2026-11-26 04:00}}
  intents: [party-edoc-communes]
  closes:
    - from: [{{categories: [party_building_body], tiers: [commune], purpose: party}}]
      to: [{{systems: [party-edoc]}}]
"""


@pytest.mark.long
@pytest.mark.parametrize(("author", "breaks"), [("nguyen-thi-lan", True), ("le-thi-hoa", False)])
def test_an_author_of_another_domain_changes_no_intent_of_the_party(author: str, breaks: bool, tmp_path: Path) -> None:
    base = changed(tmp_path / "base", source=SMALL)
    until = ("intents/party.yaml", "      from:", "      valid_to: 2026-01-31\n      from:")
    after = changed(tmp_path / "after", until, source=SMALL)
    change = tmp_path / "change.yaml"
    change.write_text(PARTY_CHANGE.format(author=author), encoding="utf-8")
    _, output = truc("plan", "--base", base, "-w", after, "--on", "2026-11-24", "--change", change)
    assert ("TR425" in output) is breaks, output
    assert "TR83" not in output
