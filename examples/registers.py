"""Writes the registers of a workspace as an office would keep them: `python -m examples.registers FOLDER`.

The one idea: whatever the workspace's tables, systems and intents refer to gets its row, so that the example can be read as one
that is in order. All rows are fictional, and say so. No clock and no chance: running it again gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bench.workspace_writer import write_rows
from intents.legal.application_classes import check_application_classes
from intents.legal.registers import ModelFeature, Register, Registers
from intents.model import Intent
from intents.parser.registers import REGISTER_COLUMNS
from intents.registry import Attachment, Category, Domain, Registry, SiteKind, Tier, as_at
from intents.workspace import LoadedIntents, load_intents
from ipam.inventory import Inventory, Role
from ipam.inventory_reader import load_inventory

Row = Mapping[str, str]
FICTIONAL = "(hư cấu)"
SEVERAL = "Nhiều nội dung"
ASSEMBLY = f"Ủy ban Thường vụ Quốc hội {FICTIONAL}"
GRANTED, ASKED, DECIDED = "2025-04-28", "2025-05-12", "2025-06-16"
ASSESSED, ASSESSED_TO = "2026-03-10", "2027-03-09"
YEAR = "2026"
LATEST = "2028-06-30"
COMMENTS: Mapping[Register, str] = {
    Register.RECORDS: "Papers that the other tables refer to. All fictional.",
    Register.ENTERPRISES: "Telecom enterprises that supply channels, with their approved security level (art. 16). Fictional.",
    Register.COUNTERPARTS: "Who runs the networks behind the gateway, with the joint agreement (art. 6.3). Fictional.",
    Register.ASSESSMENTS: "Security assessments of systems, data centres and gateways (art. 7.2). Fictional.",
    Register.EXCEPTIONS: "What is waived for whom, why, and until when (art. 17.2). Fictional.",
    Register.ROOMS: "Equipment rooms: climate in °C and percent, power, contact, yearly inventory (art. 5.3). Fictional.",
    Register.BUDGET: "Who pays for what, in million đồng a year (art. 10, 12, 14.3). Fictional.",
    Register.INCIDENTS: "What went wrong, and when it was mended (art. 16.2). Fictional.",
    Register.MODELS: "Models of equipment. Ports and throughput nominal: take them from the vendor's own papers. Fictional.",
}
ENTERPRISES: Mapping[str, str] = {
    "vnpt-tn": "VNPT Thái Nguyên",
    "viettel-tn": "Viettel Thái Nguyên",
    "mobifone-tn": "MobiFone Thái Nguyên",
}
MODELS: Mapping[str, tuple[int, int, int, str]] = {
    "C8300-1N1S-6T": (4, 2, 2000, f"nominal {FICTIONAL}"),
    "MX150": (10, 4, 20000, f"nominal {FICTIONAL}"),
    "ASR1001-HX": (8, 8, 44000, f"nominal {FICTIONAL}"),
}
"""LAN and WAN ports (copper for LANs, sockets for channels), nominal throughput, source of the ports."""
COUNTERPARTS: Mapping[str, str] = {
    "cuc-bdtw": "Cục Bưu điện Trung ương",
    "bo-cong-an": "Bộ Công an",
    "cuc-thue": "Cục Thuế",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper that something refers to."""

    number: str
    kind: str
    day: str
    issuer: str
    subject: str

    @property
    def row(self) -> Row:
        return {
            "number": self.number,
            "kind": self.kind,
            "date": self.day,
            "issuer": self.issuer,
            "subject": self.subject,
        }


def registers_of(loaded: LoadedIntents, inventory: Inventory) -> dict[Register, list[Row]]:
    """Return the rows of every register."""
    registry = loaded.registry
    counterparts = sorted({item.counterpart for item in registry.outside_networks.values()})
    enterprises = sorted({item.enterprise for item in inventory.channels.values() if item.enterprise})
    level_1 = {item.enterprise for item in inventory.channels.values() if item.enterprise and item.level == 1}
    papers = _one_of_each(_papers(loaded))
    for name in enterprises:
        number = f"5/QĐ-CĐ {name} {FICTIONAL}"
        papers[number] = Paper(
            number=number, kind="approval", day=ASKED, issuer=Domain.PROVINCIAL_PC, subject=f"Cấp độ an toàn của {name}"
        )
    for name in counterparts:
        number = f"6/TT {name} {FICTIONAL}"
        papers[number] = Paper(
            number=number, kind="agreement", day=ASKED, issuer=Domain.CENTRAL_POST, subject=f"Định tuyến với {name}"
        )
    budget = f"7/QĐ-UBND {FICTIONAL}"
    papers[budget] = Paper(
        number=budget, kind="decision", day="2025-12-15", issuer=Domain.PROVINCIAL_PC, subject=f"Dự toán năm {YEAR}"
    )
    for grant in loaded.settings.granted:
        number = grant.decision_ref
        papers[number] = Paper(
            number=number, kind="decision", day=GRANTED, issuer=Domain.CENTRAL_POST, subject="Giao khối địa chỉ"
        )
    for event in registry.events:
        number, subject = event.decision_ref, "Sắp xếp đơn vị hành chính"
        papers[number] = Paper(number=number, kind="reorganisation", day=ASKED, issuer=ASSEMBLY, subject=subject)
    papers |= {paper.number: paper for paper in _yearly()}
    crossing = _crossing(loaded)
    for intent in crossing:
        number = _waiver_of(intent)
        papers[number] = _decided(number, f"Ngoại lệ cho {intent.head.title}")
    return {
        Register.RECORDS: [papers[number].row for number in sorted(papers, key=_by_number)],
        Register.ENTERPRISES: [
            {
                "name": name,
                "title": f"{ENTERPRISES.get(name, name)} {FICTIONAL}",
                "levels": "1;2" if name in level_1 else "2",
                "security_level": "3",
                "approval_ref": f"5/QĐ-CĐ {name} {FICTIONAL}",
                "contact": f"Trực kỹ thuật {name}, 0208 000 000 {FICTIONAL}",
                "reported_on": "2026-10-20",
                "valid_from": "2025-07-01",
            }
            for name in enterprises
        ],
        Register.COUNTERPARTS: [
            {
                "name": name,
                "title": f"{COUNTERPARTS.get(name, name)} {FICTIONAL}",
                "contact": f"Trực kết nối {name}, 024 000 0000 {FICTIONAL}",
                "agreement_ref": f"6/TT {name} {FICTIONAL}",
                "valid_from": "2025-07-01",
            }
            for name in counterparts
        ],
        Register.ASSESSMENTS: list(_assessments(registry, inventory)),
        Register.EXCEPTIONS: list(_exceptions(crossing)),
        Register.ROOMS: list(_rooms(registry, inventory)),
        Register.BUDGET: [_budget(item, registry, budget) for item in registry.attachments.values()],
        Register.INCIDENTS: list(_incidents(inventory)),
        Register.MODELS: list(_models(inventory)),
    }


def _crossing(loaded: LoadedIntents) -> list[Intent]:
    """Return the intents with a flow between application classes."""
    registry, day = loaded.registry, loaded.settings.default_on or date.max
    kept = Registers(missing=frozenset())
    found = {item.about for item in check_application_classes(kept, as_at(registry, day), loaded.intents, day)}
    return [intent for intent in loaded.intents if intent.head.identifier in found]


def _waiver_of(intent: Intent) -> str:
    return f"13/QĐ-UBND {intent.head.identifier} {FICTIONAL}"


def _exceptions(crossing: Sequence[Intent]) -> Iterator[Row]:
    """Yield one exception for every intent that crosses; each ends with its intent, at the latest in two years."""
    for intent in crossing:
        end = intent.head.validity.end
        yield {
            "name": f"nl-{intent.head.identifier}",
            "requirement": "A11",
            "subject": intent.head.identifier,
            "reason": f"{intent.head.title} {FICTIONAL}",
            "approver": Domain.PROVINCIAL_PC,
            "decision_ref": _waiver_of(intent),
            "valid_from": "2025-07-01",
            "valid_to": min(f"{end}", LATEST) if end is not None else LATEST,
        }


def _by_number(number: str) -> tuple[str, int, str]:
    head, _, rest = number.partition("/")
    return rest, int(head) if head.isdigit() else 0, head


def _one_of_each(papers: Iterable[Paper]) -> dict[str, Paper]:
    """Return the papers by number; what several organisations refer to was issued by the department that runs the network, and
    what several things refer to is about no single one of them."""
    found: dict[str, Paper] = {}
    for paper in papers:
        earlier = found.setdefault(paper.number, paper)
        issuer = earlier.issuer if earlier.issuer == paper.issuer else Domain.DEPT_ICT
        subject = earlier.subject if earlier.subject == paper.subject else SEVERAL
        found[paper.number] = replace(earlier, issuer=issuer, subject=subject)
    return found


def _papers(loaded: LoadedIntents) -> Iterator[Paper]:
    """Yield what attachments, systems and intents refer to."""
    registry = loaded.registry
    offices = (item.name for item in registry.organisations.values() if item.domain is Domain.DEPT_ICT)
    ict = min(offices, default=Domain.DEPT_ICT)
    for item in registry.attachments.values():
        asks = _asker(item, registry) or ict
        yield Paper(number=item.request_ref, kind="request", day=ASKED, issuer=asks, subject=f"Đấu nối {item.name}")
        yield _decided(item.decision_ref, "Đăng ký sử dụng dịch vụ")
        if item.justification_ref:
            yield Paper(
                number=item.justification_ref,
                kind="justification",
                day=ASKED,
                issuer=asks,
                subject=f"Thuyết minh {item.name}",
            )
    for intent in loaded.intents:
        head = intent.head
        issuer = Domain.PARTY_OFFICE if head.domain is Domain.PARTY_OFFICE else ict
        yield Paper(number=head.request_ref, kind="request", day=ASKED, issuer=issuer, subject=head.title)
        yield _decided(head.decision_ref, head.title)


def _decided(number: str, subject: str) -> Paper:
    return Paper(number=number, kind="decision", day=DECIDED, issuer=Domain.PROVINCIAL_PC, subject=subject)


def _asker(item: Attachment, registry: Registry) -> str:
    if item.system is not None:
        return registry.systems[item.system].owner
    return item.organisation or ""


def _yearly() -> Iterator[Paper]:
    """Yield what is kept every year: the registration, an inspection, a drill and a training."""
    papers: tuple[tuple[str, str, str, str], ...] = (
        ("8/ĐK-SKHCN", "registration", "2026-01-20", "Đăng ký nhu cầu năm 2026"),
        ("9/BB-SKHCN", "inspection", "2026-05-18", "Kiểm tra hiện trạng mạng truy nhập cấp II"),
        ("10/KH-SKHCN", "drill", "2026-09-10", "Diễn tập ứng cứu sự cố"),
        ("11/KH-SKHCN", "training", "2026-04-22", "Tập huấn vận hành cho cán bộ cấp xã"),
        ("12/CT-SKHCN", "quality_target", "2025-06-20", "Chỉ tiêu chất lượng dịch vụ"),
        ("61/CV-SKHCN", "request", "2026-08-03", "Các sở khai thác kho dữ liệu dùng chung"),
    )
    for number, kind, day, subject in papers:
        full = f"{number} {FICTIONAL}"
        yield Paper(number=full, kind=kind, day=day, issuer=Domain.DEPT_ICT, subject=subject)
    allowed = f"140/QĐ-UBND {FICTIONAL}"
    subject = "Cho phép các sở khai thác kho dữ liệu dùng chung"
    yield Paper(number=allowed, kind="decision", day="2026-08-24", issuer=Domain.PROVINCIAL_PC, subject=subject)
    agreed = f"12/TT-CBĐTW {FICTIONAL}"
    subject = "Thống nhất chính sách định tuyến"
    yield Paper(number=agreed, kind="agreement", day="2026-08-20", issuer=Domain.CENTRAL_POST, subject=subject)


def _assessments(registry: Registry, inventory: Inventory) -> Iterator[Row]:
    """Yield one for every system, data centre and gateway."""
    numbers = {system.assessment_ref: name for name, system in registry.systems.items()}
    others = [
        *(name for name, site in registry.sites.items() if site.kind is SiteKind.DATA_CENTRE),
        *sorted({item.gateway for item in registry.outside_networks.values() if item.gateway in inventory.devices}),
    ]
    pairs = [*numbers.items(), *((f"{at}/BC-ATTT-{name} {FICTIONAL}", name) for at, name in enumerate(others, 1))]
    for number, subject in pairs:
        first = {"number": number, "subject": subject, "unit": f"Trung tâm Ứng cứu sự cố {FICTIONAL}"}
        yield {
            **first,
            "date": "2025-06-10",
            "result": "passed_after_fix",
            "open_findings": "0",
            "valid_to": "2026-06-09",
        }
        again = f"{number.removesuffix(FICTIONAL).strip()}/{YEAR} {FICTIONAL}"
        yield {
            **first,
            "number": again,
            "date": ASSESSED,
            "result": "passed",
            "open_findings": "0",
            "valid_to": ASSESSED_TO,
        }


def _rooms(registry: Registry, inventory: Inventory) -> Iterator[Row]:
    """Yield the room of every site where equipment stands."""
    hosts: dict[str, str] = {}
    for item in registry.attachments.values():
        if item.organisation is not None:
            hosts.setdefault(item.site, item.organisation)
    for name in sorted({device.site for device in inventory.devices.values()}):
        office = registry.sites[name].kind is SiteKind.OFFICE
        level_1 = any(item.role is Role.LEVEL1_CPE for item in inventory.devices.values() if item.site == name)
        yield {
            "site": name,
            "host": hosts.get(name, Domain.DEPT_ICT),
            "kind": "office" if office and not level_1 else "machine_room",
            "temperature": "20-32" if office and not level_1 else "20-25",
            "humidity": "40-80" if office and not level_1 else "40-55",
            "ups": "yes",
            "labelled": "yes",
            "contact": f"Trực 24/7 {name} {FICTIONAL}",
            "phone": "0208 000 000",
            "inventoried_on": "2026-03-31",
            "condition": "good",
        }


def _budget(item: Attachment, registry: Registry, decision: str) -> Row:
    organisation = registry.organisations.get(item.organisation) if item.organisation is not None else None
    local = organisation is not None and organisation.tier is not Tier.PROVINCE
    sector = organisation is not None and organisation.category is Category.VERTICAL_SECTOR_BODY
    source = "own" if sector else "local" if local else "provincial"
    amount = "12" if local else "24"
    return {"subject": item.name, "year": YEAR, "source": source, "amount": amount, "decision_ref": decision}


def _incidents(inventory: Inventory) -> Iterator[Row]:
    """Yield two cable faults of leased channels, if there are any."""
    leased = [item for item in inventory.channels.values() if item.enterprise][:2]
    days = (("2026-02-14", "2026-02-14"), ("2026-08-03", "2026-08-04"))
    for at, (channel, (day, resolved)) in enumerate(zip(leased, days, strict=False), 1):
        yield {
            "number": f"SC-{at}/{YEAR} {FICTIONAL}",
            "date": day,
            "kind": "cable",
            "subject": channel.name,
            "enterprise": channel.enterprise,
            "description": "Đứt cáp do thi công đường",
            "resolved_on": resolved,
        }


def _models(inventory: Inventory) -> Iterator[Row]:
    """Yield the models of the terminal equipment; one that is nobody's is nominal."""
    terminals = (item for item in inventory.devices.values() if item.role in {Role.CPE, Role.LEVEL1_CPE})
    for name in sorted({item.model for item in terminals}):
        lan, wan, throughput, source = MODELS.get(name, (8, 4, 10000, f"{name} {FICTIONAL}"))
        yield {
            "model": name,
            "lan_ports": f"{lan}",
            "wan_ports": f"{wan}",
            "throughput_mbps": f"{throughput}",
            "features": ";".join(ModelFeature),
            "source": source,
        }


def write_registers(folder: Path) -> None:
    """Write the registers of a workspace into it; FindingsError if it can't be read."""
    loaded = load_intents(folder)
    inventory, _ = load_inventory(folder, loaded.registry)
    for register, rows in registers_of(loaded, inventory).items():
        write_rows(folder / register, tuple(REGISTER_COLUMNS[register]), rows, COMMENTS[register])


def main(arguments: Sequence[str]) -> None:
    """Write the registers of the folders given."""
    for name in arguments:
        write_registers(Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
