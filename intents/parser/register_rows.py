"""Rows of the registers -> their values.

The one idea: what a row may name is gathered once for all of them; one about what the workspace lacks is told and left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from intents.finding import Severity, make_finding
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
    RoomKind,
)
from intents.reader.conversions import Complaint, to_whole
from intents.reader.fields import RowFields
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
from intents.rule_packs import load_rules

_SPAN = re.compile(r"(0|[1-9][0-9]?|100)-(0|[1-9][0-9]?|100)")
_YEARS = (2000, 2100)
_MOST_FINDINGS, _MOST_AMOUNT = 100_000, 10_000_000


@dataclass(frozen=True)
class KnownNames:
    """What rows may name besides the registry's objects."""

    registry: Registry
    intents: Collection[str]
    devices: Collection[str]
    channels: Collection[str]
    enterprises: Collection[str] = ()
    counterparts: Collection[str] = ()

    @cached_property
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

    @cached_property
    def bodies(self) -> frozenset[str]:
        """Who can issue a paper: organisations, enterprises, counterparts, and the owners that the regulation names."""
        return frozenset((*self.registry.organisations, *self.enterprises, *self.counterparts, *Domain))

    @cached_property
    def assessed(self) -> frozenset[str]:
        """What can be assessed."""
        return frozenset((*self.registry.systems, *self.registry.sites, *self.devices))

    @cached_property
    def fallible(self) -> frozenset[str]:
        """What incidents happen to."""
        return frozenset((*self.registry.sites, *self.devices, *self.channels))

    @cached_property
    def objects(self) -> frozenset[str]:
        """What an exception can be about: every object that stands on its own, of all days."""
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
                *self.enterprises,
            )
        )


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


def read_record(fields: RowFields, names: KnownNames) -> tuple[str, Record] | None:
    """Read one row of records.csv; None if it is not to be kept."""
    kind = fields.choice("kind", RecordKind)
    is_ours = kind is not RecordKind.REORGANISATION
    record = Record(
        number=fields.text("number"),
        kind=kind,
        day=_day(fields, "date"),
        issuer=_known(fields, names, "issuer", names.bodies) if is_ours else fields.prose("issuer"),
        subject=fields.prose("subject"),
        validity=fields.validity(),
        where=fields.place("number"),
    )
    _in_order(fields, "valid_from", record.day, record.validity.start)
    return (record.number, record) if fields.ok else None


def read_enterprise(fields: RowFields, _: KnownNames) -> tuple[str, Enterprise] | None:
    """Read one row of enterprises.csv; None if it is not to be kept."""
    enterprise = Enterprise(
        name=fields.name("name"),
        title=fields.prose("title"),
        levels=_levels(fields),
        security_level=fields.whole("security_level", 1, 5),
        approval_ref=fields.text("approval_ref"),
        contact=fields.prose("contact"),
        reported_on=fields.day("reported_on"),
        validity=fields.validity(),
        where=fields.place("name"),
    )
    return (enterprise.name, enterprise) if fields.ok else None


def read_counterpart(fields: RowFields, _: KnownNames) -> tuple[str, Counterpart] | None:
    """Read one row of counterparts.csv; None if it is not to be kept."""
    counterpart = Counterpart(
        name=fields.name("name"),
        title=fields.prose("title"),
        contact=fields.prose("contact"),
        agreement_ref=fields.text("agreement_ref"),
        validity=fields.validity(),
        where=fields.place("name"),
    )
    return (counterpart.name, counterpart) if fields.ok else None


def read_assessment(fields: RowFields, names: KnownNames) -> tuple[str, Assessment] | None:
    """Read one row of assessments.csv; None if it is not to be kept."""
    assessment = Assessment(
        number=fields.text("number"),
        subject=_known(fields, names, "subject", names.assessed),
        unit=fields.prose("unit"),
        day=_day(fields, "date"),
        result=fields.choice("result", AssessmentResult),
        open_findings=fields.whole("open_findings", 0, _MOST_FINDINGS),
        valid_to=_day(fields, "valid_to"),
        where=fields.place("number"),
    )
    _in_order(fields, "valid_to", assessment.day, assessment.valid_to)
    return (assessment.number, assessment) if fields.ok else None


def read_exception(fields: RowFields, names: KnownNames) -> tuple[str, LegalException] | None:
    """Read one row of exceptions.csv; None if it is not to be kept."""
    waivable = load_rules().waivable
    requirement = fields.text("requirement")
    if requirement and requirement not in waivable:
        place = fields.place("requirement")
        fields.complain("TR164", place, field="requirement", name=requirement, waivable=", ".join(sorted(waivable)))
    exception = LegalException(
        name=fields.name("name"),
        requirement=requirement,
        subject=_known(fields, names, "subject", names.objects),
        reason=fields.prose("reason"),
        approver=_known(fields, names, "approver", names.bodies),
        decision_ref=fields.text("decision_ref"),
        validity=Validity(start=fields.day("valid_from"), end=_day(fields, "valid_to")),
        where=fields.place("name"),
    )
    return (exception.name, exception) if fields.ok else None


def read_room(fields: RowFields, names: KnownNames) -> tuple[str, EquipmentRoom] | None:
    """Read one row of rooms.csv; None if it is not to be kept."""
    room = EquipmentRoom(
        site=_known(fields, names, "site", names.registry.sites),
        host=_known(fields, names, "host", names.bodies),
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


def read_budget(fields: RowFields, names: KnownNames) -> tuple[str, BudgetLine] | None:
    """Read one row of budget.csv; None if it is not to be kept."""
    line = BudgetLine(
        subject=_known(fields, names, "subject", names.registry.attachments),
        year=fields.whole("year", *_YEARS),
        source=fields.choice("source", BudgetSource),
        amount=fields.whole("amount", 0, _MOST_AMOUNT),
        decision_ref=fields.text("decision_ref"),
        where=fields.place("subject"),
    )
    return (f"{line.subject} {line.year}", line) if fields.ok else None


def read_incident(fields: RowFields, names: KnownNames) -> tuple[str, Incident] | None:
    """Read one row of incidents.csv; None if it is not to be kept."""
    incident = Incident(
        number=fields.text("number"),
        day=_day(fields, "date"),
        kind=fields.choice("kind", IncidentKind),
        subject=_known(fields, names, "subject", names.fallible),
        enterprise=_known(fields, names, "enterprise", names.enterprises, required=False),
        description=fields.prose("description"),
        resolved_on=fields.day("resolved_on"),
        where=fields.place("number"),
    )
    _in_order(fields, "resolved_on", incident.day, incident.resolved_on)
    return (incident.number, incident) if fields.ok else None
