"""References to papers against the register of papers: A17, A21, A22, B04, B05, B12 of one day.

The one idea: a reference is a promise that a paper of a certain kind was issued by a certain body before what it allows began;
each place of a workspace that has one says which kind and which bodies, and one function looks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from intents.change_request import ChangeRequest
from intents.finding import Finding, Where
from intents.legal.askers import Askers
from intents.legal.registers import Record, RecordKind, Register, Registers
from intents.model import Intent
from intents.reader.suggestions import suggest
from intents.reason import Reason, because
from intents.registry import (
    Attachment,
    AttachmentName,
    Domain,
    Organisation,
    OrganisationName,
    Registry,
    Tier,
    Validity,
    organisation_of,
)
from intents.rule_packs import report_breach
from intents.settings import Grant

DECIDING = frozenset({Domain.PROVINCIAL_PC})
"""Art. 9: the provincial People's Committee decides on the start and the end of a service."""
ASKING = frozenset(Domain) - {Domain.TELECOM_ENTERPRISE, Domain.UNASSIGNED}
"""Whoever uses or runs a part of the network asks for services; who only carries it, and nobody, does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A number that somebody wrote: in which field of which object, where, under which requirement; which kind of paper it must
    be, by which bodies, and since when what it allows is there (None: no day is said); of the names that the paper's subject may
    say, `own` are those of what refers to it and `among` those of all things like it."""

    requirement: str
    field: str
    name: str
    number: str
    kind: RecordKind
    bodies: Collection[str]
    begins: date | None
    where: Where
    own: AbstractSet[str] = frozenset()
    among: AbstractSet[str] = frozenset()


def check_references_to_records(
    registers: Registers, registry: Registry, intents: Iterable[Intent], grants: Iterable[Grant], on: date
) -> Iterator[Finding]:
    """Yield references of the day's objects that lead to no paper, or to one that can't allow them, where papers are kept."""
    if not registers.keeps(Register.RECORDS):
        return
    unknown = 0
    attached, asked = tuple(_of_attachments(registers, registry)), tuple(_of_intents(registers, intents, on))
    for rows in (attached, asked):
        yield from _out_of_order(rows, registers, on)
    for reference in (
        *attached,
        *asked,
        *_of_counterparts(registers, registry),
        *_of_events(registers, registry),
        *_of_grants(grants),
        *_of_enterprises(registers),
        *_of_budgets(registers, registry, on),
    ):
        unknown += reference.number not in registers.records
        yield from check_reference(reference, registers, on, suggests=unknown <= MOST_SUGGESTIONS)
    yield from _stopped(registers, registry, on)


def _stopped(registers: Registers, registry: Registry, on: date) -> Iterator[Finding]:
    """Yield attachments of the day that a decision has stopped (A22): one that names them, and counts since they were there."""
    stops: dict[str, list[Record]] = {}
    for paper in registers.records.values():
        if paper.kind is RecordKind.STOP_DECISION and _counts_from(paper) <= on:
            stops.setdefault(paper.subject, []).append(paper)
    for attachment in registry.attachments.values():
        start = attachment.validity.start or date.min  # what ended before was started again
        found = [
            paper for name in _names_of(attachment) for paper in stops.get(name, ()) if _counts_from(paper) >= start
        ]
        if found:
            paper = min(found, key=_counts_from)
            values = {"name": attachment.name, "number": paper.number, "day": _counts_from(paper)}
            also = (paper.where,)
            yield report_breach("A22", "TR469", attachment.where, on, also=also, about=attachment.name, **values)


def _counts_from(paper: Record) -> date:
    return paper.validity.start or paper.day


MOST_SUGGESTIONS = 20
"""Numbers of which the closest one is looked for: it costs more than all the rest."""


def check_reference(
    reference: Reference, registers: Registers, on: date, *, suggests: bool = True
) -> Iterator[Finding]:
    """Yield what is wrong with one reference; of several things the first."""
    record = registers.records.get(reference.number)
    if record is None:
        near = suggest(reference.number, registers.records) if suggests else ""
        yield _told(reference, "TR430", on, (), {"suggestion": near})
        return
    issuer = registers.issuers.get(OrganisationName(record.issuer))
    wrong = _wrong_with(reference, record, issuer, on)
    if wrong is not None:
        code, values = wrong
        yield _told(reference, code, on, (record.where,), values)
        return
    said = {record.subject, *_NAME.findall(record.subject)}
    if said & reference.among and not said & reference.own:
        yield _told(reference, "TR472", on, (record.where,), {"subject": record.subject})


_NAME = re.compile(r"(?<![\w-])[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-])")


def _out_of_order(references: Sequence[Reference], registers: Registers, on: date) -> Iterator[Finding]:
    """Yield requests that are younger than the decision of the same row: nobody decides on what was not asked for (art. 9). The
    names of these references are of one kind."""
    asked = {item.name: item for item in references if item.field == "request_ref"}
    for reference in references:
        request = asked.get(reference.name)
        if reference.field != "decision_ref" or request is None:
            continue
        paper, decision = registers.records.get(request.number), registers.records.get(reference.number)
        if paper is not None and decision is not None and paper.day > decision.day:
            values = {"day": paper.day, "decision": decision.number, "decided": decision.day}
            yield _told(request, "TR473", on, (paper.where, decision.where), values)


def _wrong_with(
    reference: Reference, record: Record, issuer: Organisation | None, on: date
) -> tuple[str, dict[str, object]] | None:
    """Return why a paper can't allow what refers to it: its kind, who issued it, when, or that it does not count on the day."""
    begins = reference.begins or on
    if record.kind is not reference.kind:
        return "TR431", {"found": record.kind, "wanted": reference.kind}
    if record.issuer not in reference.bodies:
        return "TR432", {"found": record.issuer, "wanted": ", ".join(sorted(reference.bodies))}
    if issuer is not None and not _days_of(issuer).holds(record.day):
        return "TR471", {"found": record.issuer, "day": record.day, "why": _why_not(issuer.validity, record.day)}
    if record.day > begins:
        return "TR433", {"day": record.day, "begins": begins}
    if not record.validity.holds(on):
        return "TR434", {"day": on, "why": _why_not(record.validity, on)}
    return None


def _days_of(issuer: Organisation) -> Validity:
    """Return the days on which an organisation could issue a paper. A row that begins with that of its unit can't begin earlier,
    so it does not say that the organisation was new then."""
    days = issuer.validity
    return Validity(end=days.end) if issuer.unit.endswith(f"@{days.start}") else days


def _why_not(days: Validity, on: date) -> Reason:
    """Return why something is not there on a day."""
    if days.start is not None and on < days.start:
        return because("begins_on", day=days.start)
    return because("ended_on", day=days.end)


def _told(reference: Reference, code: str, on: date, also: tuple[Where, ...], values: Mapping[str, object]) -> Finding:
    said = {"field": reference.field, "name": reference.name, "number": reference.number, **values}
    requirement = reference.requirement
    if code == "TR472" and requirement in _SOFT:
        requirement += ".subject"
    return report_breach(requirement, code, reference.where, on, also=also, about=reference.name, **said)


_SOFT = frozenset({"A17", "A22", "B05", "E12"})
"""Requirements under which a subject, which is free text, is warned of: what papers are called follows no rule."""


def check_papers_of_change(registers: Registers, request: ChangeRequest, on: date) -> Iterator[Finding]:
    """Yield papers of a change that can't allow it (B03, B05, B06), where papers are kept: they are older than its window.

    What is stopped is decided on by another kind of paper than what is started; either will do.
    """
    if not registers.keeps(Register.RECORDS):
        return
    head = request.head
    decision = registers.records.get(head.decision_ref)
    decides = decision.kind if decision is not None and decision.kind in _DECISIONS else RecordKind.DECISION
    asks: list[_Ask] = [
        ("B05", "request_ref", RecordKind.REQUEST, frozenset((*registers.issuers, *ASKING))),
        ("B06", "decision_ref", decides, DECIDING),
    ]
    if request.agreement_ref:
        asks.append(("B03", "agreement_ref", RecordKind.AGREEMENT, frozenset({Domain.CENTRAL_POST})))
    numbers = {
        "request_ref": head.request_ref,
        "decision_ref": head.decision_ref,
        "agreement_ref": request.agreement_ref,
    }
    day = request.window.start.date()
    references = tuple(_asked(asks, head.identifier, numbers, day, head.where, head.places))
    yield from _out_of_order(references, registers, on)
    for reference in references:
        yield from check_reference(reference, registers, on)


_DECISIONS = frozenset({RecordKind.DECISION, RecordKind.STOP_DECISION})


_Ask = tuple[str, str, RecordKind, Collection[str]]
"""A requirement, a field, which kind of paper it names, and by which bodies."""


def _of_attachments(registers: Registers, registry: Registry) -> Iterator[Reference]:
    askers = Askers(registers, registry.events)
    among = _names_of_attached(registry)
    for item in registry.attachments.values():
        bodies = askers.of(organisation_of(item, registry))
        own = registry.organisations.get(item.organisation) if item.organisation is not None else None
        local = own is not None and own.tier is not Tier.PROVINCE
        asks: list[_Ask] = [
            ("B05" if local else "A22", "request_ref", RecordKind.REQUEST, bodies),
            ("A22", "decision_ref", RecordKind.DECISION, DECIDING),
        ]
        if item.justification_ref:
            asks.append(("A17", "justification_ref", *_justifying(registers, item.justification_ref, bodies)))
        numbers = {
            "request_ref": item.request_ref,
            "decision_ref": item.decision_ref,
            "justification_ref": item.justification_ref,
        }
        begins, places = item.validity.start, item.places
        called = _names_of(item) | {item.organisation or item.name}
        yield from _asked(asks, item.name, numbers, begins, item.where, places, called, among)


def _justifying(registers: Registers, number: str, bodies: Collection[str]) -> tuple[RecordKind, Collection[str]]:
    """Return what may justify a further point, and by whom: a paper of its own, or the one that put units together."""
    record = registers.records.get(number)
    if record is None or record.kind is not RecordKind.REORGANISATION:
        return RecordKind.JUSTIFICATION, bodies
    return RecordKind.REORGANISATION, {record.issuer}


def _of_events(registers: Registers, registry: Registry) -> Iterator[Reference]:
    """Yield what each recorded change of units rests on (D11), whoever issued it."""
    for event in registry.events:
        record = registers.records.get(event.decision_ref)
        bodies = {record.issuer} if record is not None else frozenset[str]()
        asks: tuple[_Ask, ...] = (("D11", "decision_ref", RecordKind.REORGANISATION, bodies),)
        yield from _asked(asks, event.before, {"decision_ref": event.decision_ref}, event.day, event.where, {})


def _of_grants(grants: Iterable[Grant]) -> Iterator[Reference]:
    """Yield what each root block was given by (D03)."""
    asks: tuple[_Ask, ...] = (("D03", "decision_ref", RecordKind.DECISION, frozenset({Domain.CENTRAL_POST})),)
    for item in grants:
        name = item.root_block or item.to
        yield from _asked(asks, name, {"decision_ref": item.decision_ref}, None, item.where, {})


def _names_of(item: Attachment) -> frozenset[str]:
    """Return what a paper may call an attachment: its name, and that of its system or outside network."""
    return frozenset(name for name in (item.name, item.system, item.outside) if name)


def _names_of_attached(registry: Registry) -> frozenset[str]:
    """Return what papers may call any attachment; a name of one word may be just a word."""
    return frozenset(name for item in registry.attachments.values() for name in _names_of(item) if "-" in name)


def _asked(
    asks: Iterable[_Ask],
    name: str,
    numbers: Mapping[str, str],
    begins: date | None,
    where: Where,
    places: Mapping[str, Where],
    own: AbstractSet[str] = frozenset(),
    among: AbstractSet[str] = frozenset(),
) -> Iterator[Reference]:
    for requirement, field, kind, bodies in asks:
        yield Reference(
            requirement=requirement,
            field=field,
            name=name,
            number=numbers[field],
            kind=kind,
            bodies=bodies,
            begins=begins,
            where=places.get(field, where),
            own=own,
            among=among,
        )


def _of_intents(registers: Registers, intents: Iterable[Intent], on: date) -> Iterator[Reference]:
    asks: tuple[_Ask, ...] = (
        ("A22", "request_ref", RecordKind.REQUEST, frozenset((*registers.issuers, *ASKING))),
        ("A22", "decision_ref", RecordKind.DECISION, DECIDING),
    )
    heads = [intent.head for intent in intents]
    among = {name for head in heads for name in (head.identifier, head.title) if "-" in name or " " in name}
    for head in heads:
        if head.validity.end is None or on <= head.validity.end:
            numbers = {"request_ref": head.request_ref, "decision_ref": head.decision_ref}
            own = {head.identifier, head.title}
            yield from _asked(asks, head.identifier, numbers, head.validity.start, head.where, head.places, own, among)


def _of_counterparts(registers: Registers, registry: Registry) -> Iterator[Reference]:
    among = {*registers.counterparts, *registry.outside_networks}
    for item in registers.counterparts.values():
        asks: tuple[_Ask, ...] = (
            ("B04", "agreement_ref", RecordKind.AGREEMENT, frozenset({Domain.CENTRAL_POST, item.name})),
        )
        own = {item.name, *(key for key, known in registry.outside_networks.items() if known.counterpart == item.name)}
        number = {"agreement_ref": item.agreement_ref}
        yield from _asked(asks, item.name, number, item.validity.start, item.where, {}, own, among)


APPROVING = frozenset({Domain.PROVINCIAL_PC, Domain.CENTRAL_POST})
"""Who approves the security level of an enterprise's part (art. 16.1d)."""


def _of_enterprises(registers: Registers) -> Iterator[Reference]:
    asks: tuple[_Ask, ...] = (("B12", "approval_ref", RecordKind.APPROVAL, APPROVING),)
    among = {name for item in registers.enterprises.values() for name in (item.name, item.title)}
    for item in registers.enterprises.values():
        own, number = {item.name, item.title}, {"approval_ref": item.approval_ref}
        yield from _asked(asks, item.name, number, item.validity.start, item.where, {}, own, among)


PAYING = frozenset({Domain.PROVINCIAL_PC, Domain.FINANCE_DEPT, Domain.DISTRICT_PC, Domain.CENTRAL_POST})
"""Who decides on money (art. 10, 12, 14.3)."""


def _of_budgets(registers: Registers, registry: Registry, on: date) -> Iterator[Reference]:
    """Yield the references of the day's lines: those of its year about what is attached then."""
    among = _names_of_attached(registry)
    asks: tuple[_Ask, ...] = (("A21", "decision_ref", RecordKind.DECISION, PAYING),)
    for item in registers.budget.values():
        attachment = registry.attachments.get(AttachmentName(item.subject))
        if item.year == on.year and attachment is not None:
            own, number = _names_of(attachment), {"decision_ref": item.decision_ref}
            yield from _asked(asks, item.subject, number, None, item.where, {}, own, among)
