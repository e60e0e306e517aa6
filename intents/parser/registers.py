"""The registers of a workspace (records.csv, enterprises.csv, …) -> `Registers`.

The one idea: a register may be absent, which is kept as a fact; one that is there is read like every table, and what its rows
name (organisations, systems, sites, devices, channels) must be there. Whether a row fits what refers to it is asked elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from intents.finding import Finding, Severity, Where, make_finding, raise_errors
from intents.legal.registers import (
    Assessment,
    AssessmentResult,
    BudgetLine,
    BudgetSource,
    Counterpart,
    Enterprise,
    EquipmentCondition,
    EquipmentRoom,
    Incident,
    IncidentKind,
    LegalException,
    Record,
    RecordKind,
    Register,
    Registers,
    RoomKind,
)
from intents.parser.platform_models import read_model
from intents.parser.registry import columns_of, read_table
from intents.reader.conversions import Complaint, to_whole
from intents.reader.excerpts import add_excerpts
from intents.reader.fields import RowFields
from intents.reader.parser_context import A22, NameKind, ParserContext
from intents.reader.suggestions import suggest
from intents.registry import (
    Attachment,
    Domain,
    InformationSystem,
    Organisation,
    OutsideNetwork,
    Registry,
    Site,
    Validity,
    YesNo,
)
from intents.rule_packs import load_rules, rule_on

REGISTER_COLUMNS: Mapping[Register, Mapping[str, bool]] = {
    Register.RECORDS: columns_of("number kind date issuer subject", "valid_from valid_to"),
    Register.ENTERPRISES: columns_of(
        "name title levels security_level approval_ref contact", "reported_on valid_from valid_to"
    ),
    Register.COUNTERPARTS: columns_of("name title contact agreement_ref", "valid_from valid_to"),
    Register.ASSESSMENTS: columns_of("number subject unit date result open_findings valid_to", ""),
    Register.EXCEPTIONS: {
        **columns_of("name requirement subject reason approver decision_ref", "valid_from"),
        "valid_to": True,
    },
    Register.ROOMS: columns_of(
        "site host kind temperature humidity ups labelled contact phone", "inventoried_on condition"
    ),
    Register.BUDGET: columns_of("subject year source amount decision_ref", ""),
    Register.INCIDENTS: columns_of("number date kind subject description", "enterprise resolved_on"),
    Register.MODELS: columns_of("model lan_ports wan_ports throughput_mbps features source", ""),
}  # fmt: skip
_SPAN = re.compile(r"(0|[1-9][0-9]?|100)-(0|[1-9][0-9]?|100)")
_YEARS = (2000, 2100)
_MOST_FINDINGS, _MOST_AMOUNT = 100_000, 10_000_000
_RULES = {"request_ref": A22, "decision_ref": A22, "subject": rule_on("A02")}

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What rows may name besides the registry's objects."""

    registry: Registry
    intents: Collection[str]
    devices: Collection[str]
    channels: Collection[str]

    @property
    def today(self) -> Mapping[str, str]:
        """Today's name of whatever was called otherwise before."""
        registry = self.registry
        items: tuple[Organisation | Site | InformationSystem | OutsideNetwork | Attachment, ...] = (
            *registry.organisations.values(),
            *registry.sites.values(),
            *registry.systems.values(),
            *registry.outside_networks.values(),
            *registry.attachments.values(),
        )
        return {before: item.name for item in items for before in item.renamed_from}

    @property
    def objects(self) -> frozenset[str]:
        """Every object that stands on its own, of all days."""
        registry = self.registry
        return frozenset(
            (
                *registry.organisations,
                *registry.sites,
                *registry.systems,
                *registry.outside_networks,
                *registry.attachments,
                *self.intents,
                *self.devices,
                *self.channels,
            )
        )


def load_registers(
    folder: Path,
    registry: Registry,
    intents: Collection[str],
    devices: Collection[str],
    channels: Collection[str],
) -> tuple[Registers, tuple[Finding, ...]]:
    """Read the registers of all days; FindingsError if anything is wrong, else warnings come along. Names are of all days."""
    reading = ParserContext()
    names = KnownNames(registry, intents, devices, channels)
    missing = frozenset(item for item in Register if not os.path.lexists(folder / item))
    reader = _Reader(folder, reading, names, missing)
    enterprises = reader.read(Register.ENTERPRISES, NameKind.ENTERPRISE, _read_enterprise)
    counterparts = reader.read(Register.COUNTERPARTS, NameKind.COUNTERPART, _read_counterpart)
    registers = Registers(
        records=reader.read(Register.RECORDS, NameKind.RECORD, _read_record),
        enterprises=enterprises,
        counterparts=counterparts,
        assessments=reader.read(Register.ASSESSMENTS, NameKind.ASSESSMENT, _read_assessment),
        exceptions=reader.read(Register.EXCEPTIONS, NameKind.EXCEPTION, _read_exception),
        rooms=reader.read(Register.ROOMS, None, _read_room),
        budget=reader.read(Register.BUDGET, None, _read_budget),
        incidents=reader.read(Register.INCIDENTS, NameKind.INCIDENT, _read_incident),
        models=reader.read(Register.MODELS, None, lambda fields, _: read_model(fields)),
        missing=missing,
    )
    findings = raise_errors(add_excerpts(folder, reading.findings))
    return registers, (*findings, *_told(missing))


def _told(missing: Collection[Register]) -> tuple[Finding, ...]:
    """Return what is said of registers that are not kept: which requirements are checked by nobody."""
    if not missing:
        return ()
    rules = load_rules()
    resting = sorted({item.identifier for item in rules.requirements.values() if item.registers & set(missing)})
    files = ", ".join(sorted(missing))
    where = Where(file=min(missing))
    return (make_finding("TR160", where, severity=Severity.WARNING, files=files, rules=", ".join(resting)),)


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    reading: ParserContext
    names: KnownNames
    missing: Collection[Register]

    def read(
        self,
        register: Register,
        kind: NameKind | None,
        read: Callable[[RowFields, KnownNames], tuple[str, Item] | None],
    ) -> dict[str, Item]:
        """Read one register: its rows by key; a key that stands twice is a finding."""
        if register in self.missing:
            return {}
        kinds = () if kind is None else (kind,)
        table = read_table(self.folder, register, REGISTER_COLUMNS[register], self.reading, *kinds)
        if kind is not None:
            key_column = next(iter(REGISTER_COLUMNS[register]))
            for row in table.rows:
                self.reading.declared[kind].setdefault(row.text(key_column), row.start)
        found: dict[str, Item] = {}
        places: dict[str, Where] = {}
        for row in table.rows:
            if self.reading.findings.ends(Where(file=table.shown, line=row.line)):
                break
            pair = read(RowFields(row, self.reading, _RULES), self.names)
            if pair is None:
                continue
            key, item = pair
            if key in places:
                told = make_finding("TR161", row.start, also=(places[key],), file=register, name=key)
                self.reading.findings.append(told)
                continue
            found[key], places[key] = item, row.start
        return dict(sorted(found.items()))


def _known(fields: RowFields, names: KnownNames, field: str, known: Collection[str], *, required: bool = True) -> str:
    """Return the name in a field, today's if it was another one before; "" if it is absent and may be. A row about what the
    workspace does not have is told and left out: what rests on it is then told by whatever looks for it."""
    text = fields.text(field) if required else fields.optional(field)
    now = text if text in known else names.today.get(text, text)
    if now and now not in known:
        fields.ok = False
        told = make_finding(
            "TR162",
            fields.place(field),
            severity=Severity.WARNING,
            field=field,
            name=text,
            suggestion=suggest(text, known),
        )
        fields.reading.findings.append(told)
    return now


def _bodies(fields: RowFields, names: KnownNames) -> frozenset[str]:
    """Return who can issue a paper: organisations, enterprises, counterparts, and the owners that the regulation names."""
    declared = fields.reading.declared
    others = (*declared[NameKind.ENTERPRISE], *declared[NameKind.COUNTERPART])
    return frozenset((*names.registry.organisations, *others, *Domain))


def _day(fields: RowFields, field: str) -> date:
    """Return a required day."""
    if not fields.optional(field):
        fields.missing(field)
    return fields.day(field) or date.min


def _span(fields: RowFields, field: str) -> tuple[int, int]:
    """Return two whole numbers, `LOW-HIGH`."""
    text = fields.text(field)
    match = _SPAN.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        fields.complain("TR163", fields.place(field), field=field, text=text)
        return 0, 0
    return int(match[1]), int(match[2])


def _levels(fields: RowFields) -> frozenset[int]:
    found = [to_whole(text, 1, 2) for text in fields.texts("levels") if text]
    for complaint in found:
        if isinstance(complaint, Complaint):
            fields.reject("levels", complaint)
    return frozenset(level for level in found if isinstance(level, int))


def _in_order(fields: RowFields, field: str, start: date, end: date | None) -> None:
    """Complain about a day before the one that it can't precede."""
    if fields.ok and end is not None and end < start:
        fields.complain("TR165", fields.place(field), field=field, start=start, end=end)


def _read_record(fields: RowFields, names: KnownNames) -> tuple[str, Record] | None:
    record = Record(
        number=fields.text("number"),
        kind=fields.choice("kind", RecordKind),
        day=_day(fields, "date"),
        issuer=_known(fields, names, "issuer", _bodies(fields, names)),
        subject=fields.text("subject"),
        validity=fields.validity(),
        where=fields.place("number"),
    )
    _in_order(fields, "valid_from", record.day, record.validity.start)
    return (record.number, record) if fields.ok else None


def _read_enterprise(fields: RowFields, _: KnownNames) -> tuple[str, Enterprise] | None:
    enterprise = Enterprise(
        name=fields.name("name"),
        title=fields.text("title"),
        levels=_levels(fields),
        security_level=fields.whole("security_level", 1, 5),
        approval_ref=fields.text("approval_ref"),
        contact=fields.text("contact"),
        reported_on=fields.day("reported_on"),
        validity=fields.validity(),
        where=fields.place("name"),
    )
    return (enterprise.name, enterprise) if fields.ok else None


def _read_counterpart(fields: RowFields, _: KnownNames) -> tuple[str, Counterpart] | None:
    counterpart = Counterpart(
        name=fields.name("name"),
        title=fields.text("title"),
        contact=fields.text("contact"),
        agreement_ref=fields.text("agreement_ref"),
        validity=fields.validity(),
        where=fields.place("name"),
    )
    return (counterpart.name, counterpart) if fields.ok else None


def _read_assessment(fields: RowFields, names: KnownNames) -> tuple[str, Assessment] | None:
    known = frozenset((*names.registry.systems, *names.registry.sites, *names.devices))
    assessment = Assessment(
        number=fields.text("number"),
        subject=_known(fields, names, "subject", known),
        unit=fields.text("unit"),
        day=_day(fields, "date"),
        result=fields.choice("result", AssessmentResult),
        open_findings=fields.whole("open_findings", 0, _MOST_FINDINGS),
        valid_to=_day(fields, "valid_to"),
        where=fields.place("number"),
    )
    _in_order(fields, "valid_to", assessment.day, assessment.valid_to)
    return (assessment.number, assessment) if fields.ok else None


def _read_exception(fields: RowFields, names: KnownNames) -> tuple[str, LegalException] | None:
    waivable = sorted({item.identifier for item in load_rules().requirements.values() if item.waivable})
    requirement = fields.text("requirement")
    if requirement and requirement not in waivable:
        place = fields.place("requirement")
        fields.complain("TR164", place, field="requirement", name=requirement, waivable=", ".join(waivable))
    exception = LegalException(
        name=fields.name("name"),
        requirement=requirement,
        subject=_known(fields, names, "subject", (*names.objects, *fields.reading.declared[NameKind.ENTERPRISE])),
        reason=fields.text("reason"),
        approver=_known(fields, names, "approver", _bodies(fields, names)),
        decision_ref=fields.text("decision_ref"),
        validity=Validity(start=fields.day("valid_from"), end=_day(fields, "valid_to")),
        where=fields.place("name"),
    )
    return (exception.name, exception) if fields.ok else None


def _read_room(fields: RowFields, names: KnownNames) -> tuple[str, EquipmentRoom] | None:
    room = EquipmentRoom(
        site=_known(fields, names, "site", names.registry.sites),
        host=_known(fields, names, "host", _bodies(fields, names)),
        kind=fields.choice("kind", RoomKind),
        temperature=_span(fields, "temperature"),
        humidity=_span(fields, "humidity"),
        ups=fields.choice("ups", YesNo) is YesNo.YES,
        labelled=fields.choice("labelled", YesNo) is YesNo.YES,
        contact=fields.text("contact"),
        phone=fields.text("phone"),
        inventoried_on=fields.day("inventoried_on"),
        condition=fields.choice("condition", EquipmentCondition, EquipmentCondition.GOOD),
        where=fields.place("site"),
    )
    return (room.site, room) if fields.ok else None


def _read_budget(fields: RowFields, names: KnownNames) -> tuple[str, BudgetLine] | None:
    line = BudgetLine(
        subject=_known(fields, names, "subject", names.registry.attachments),
        year=fields.whole("year", *_YEARS),
        source=fields.choice("source", BudgetSource),
        amount=fields.whole("amount", 0, _MOST_AMOUNT),
        decision_ref=fields.text("decision_ref"),
        where=fields.place("subject"),
    )
    return (f"{line.subject} {line.year}", line) if fields.ok else None


def _read_incident(fields: RowFields, names: KnownNames) -> tuple[str, Incident] | None:
    known = frozenset((*names.registry.sites, *names.devices, *names.channels))
    incident = Incident(
        number=fields.text("number"),
        day=_day(fields, "date"),
        kind=fields.choice("kind", IncidentKind),
        subject=_known(fields, names, "subject", known),
        enterprise=_known(fields, names, "enterprise", fields.reading.declared[NameKind.ENTERPRISE], required=False),
        description=fields.text("description"),
        resolved_on=fields.day("resolved_on"),
        where=fields.place("number"),
    )
    _in_order(fields, "resolved_on", incident.day, incident.resolved_on)
    return (incident.number, incident) if fields.ok else None
