"""Security assessments of one day: A15 before a connection, B07 and C11 after it (art. 7.2).

The one idea: a system, a data centre and a gateway are each a subject that is connected since some day; before that day it has an
assessment without anything open, and today the newest one of it still counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intents.finding import Finding, Where
from intents.legal.registers import Assessment, AssessmentResult, Register, Registers
from intents.reader.suggestions import suggest
from intents.registry import Registry, SiteKind
from intents.rule_packs import report_breach


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedSubject:
    """What is assessed: its name, the number that its entry gives (None: it has no such field), since when it is connected."""

    name: str
    number: str | None
    begins: date
    where: Where


def check_assessments(registers: Registers, registry: Registry, on: date) -> Iterator[Finding]:
    """Yield what is connected today without an assessment that allows it, where assessments are kept."""
    if not registers.keeps(Register.ASSESSMENTS):
        return
    of_subject: dict[str, list[Assessment]] = {}
    until = (item for item in registers.assessments.values() if item.day <= on)
    for item in sorted(until, key=lambda item: (item.day, item.number)):
        of_subject.setdefault(item.subject, []).append(item)
    for subject in subjects_of(registry, on):
        own = of_subject.get(subject.name, [])
        if subject.number is None:
            yield from _before_connection(subject, own, on)
        else:
            yield from _referred_to(subject, subject.number, registers.assessments, on)
        yield from _periodic(subject, own, on)


def subjects_of(registry: Registry, on: date) -> Iterator[AssessedSubject]:
    """Yield what needs an assessment: the systems, the data centres at which something is attached, and the gateways."""
    for system in registry.systems.values():
        begins = system.validity.start or on
        yield AssessedSubject(name=system.name, number=system.assessment_ref, begins=begins, where=system.where)
    starts: dict[str, date] = {}
    for item in registry.attachments.values():
        site = registry.sites.get(item.site)
        if site is not None and site.kind is SiteKind.DATA_CENTRE:
            starts[site.name] = min(starts.get(site.name, on), item.validity.start or on)
    for name, site in registry.sites.items():
        if name in starts:
            yield AssessedSubject(name=name, number=None, begins=starts[name], where=site.where)
    gateways: dict[str, AssessedSubject] = {}
    for outside in registry.outside_networks.values():
        begins = outside.validity.start or on
        known = gateways.get(outside.gateway)
        if known is None or begins < known.begins:
            gateways[outside.gateway] = AssessedSubject(
                name=outside.gateway, number=None, begins=begins, where=outside.where
            )
    yield from gateways.values()


def _referred_to(subject: AssessedSubject, number: str, known: Mapping[str, Assessment], on: date) -> Iterator[Finding]:
    """Yield what is wrong with an `assessment_ref`; of several things the first (A15)."""
    item = known.get(number)
    if item is None:
        yield _told("A15", "TR435", subject, None, on, number=number, suggestion=suggest(number, known))
    elif item.subject != subject.name:
        yield _told("A15", "TR436", subject, item, on, number=number, other=item.subject)
    elif item.day > subject.begins:
        yield _told("A15", "TR437", subject, item, on, number=number, day=item.day, begins=subject.begins)
    elif not is_passed(item):
        yield _not_passed("A15", subject, item, on)


def _before_connection(subject: AssessedSubject, own: Sequence[Assessment], on: date) -> Iterator[Finding]:
    """Yield a data centre or a gateway whose last assessment before something was connected there allows it not (A15)."""
    before = [item for item in own if item.day <= subject.begins]
    if not before:
        yield _told("A15", "TR438", subject, None, on, begins=subject.begins)
    elif not is_passed(before[-1]):
        yield _not_passed("A15", subject, before[-1], on)


def _periodic(subject: AssessedSubject, own: Sequence[Assessment], on: date) -> Iterator[Finding]:
    """Yield a newest assessment that is over (C11), or that left something open (B07) and is not the one of the connection."""
    if not own:
        return
    newest = own[-1]
    if newest.valid_to < on:
        days = (on - newest.valid_to).days
        yield _told("C11", "TR440", subject, newest, on, number=newest.number, end=newest.valid_to, days=days)
    if not is_passed(newest) and newest.number != subject.number and newest.day > subject.begins:
        yield _not_passed("B07", subject, newest, on)


def is_passed(item: Assessment) -> bool:
    """Return whether an assessment left nothing to be mended."""
    return item.result is not AssessmentResult.FAILED and item.open_findings == 0


def _not_passed(requirement: str, subject: AssessedSubject, item: Assessment, on: date) -> Finding:
    values = {"number": item.number, "day": item.day, "open": item.open_findings}
    return _told(requirement, "TR439", subject, item, on, found=item.result, **values)


def _told(
    requirement: str, code: str, subject: AssessedSubject, item: Assessment | None, on: date, **values: object
) -> Finding:
    also = () if item is None else (item.where,)
    return report_breach(
        requirement, code, subject.where, on, also=also, about=subject.name, name=subject.name, **values
    )
