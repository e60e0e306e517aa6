"""Security assessments of one day: A15 before a connection, B07 and C11 after it (art. 7.2).

The one idea: a system, a data centre and a gateway are each a subject that is connected since some day; before that day it has an
assessment without anything open, and today the newest one of it still counts. Of several of one day the worst is the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intents.finding import Finding, Where
from intents.legal.registers import Assessment, AssessmentResult, Register, Registers
from intents.reader.suggestions import suggest
from intents.registry import Attachment, Domain, Organisation, Registry, SiteKind
from intents.rule_packs import report_breach


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedSubject:
    """What is assessed: its name, the number that its entry gives (None: it has no such field), since when it is connected
    (`dated`: something says so), and the words by which those who run it are known."""

    name: str
    number: str | None
    begins: date
    dated: bool
    runners: frozenset[str]
    where: Where


def check_assessments(registers: Registers, registry: Registry, on: date) -> Iterator[Finding]:
    """Yield what is connected today without an assessment that allows it, where assessments are kept."""
    if not registers.keeps(Register.ASSESSMENTS):
        return
    of_subject: dict[str, list[Assessment]] = {}
    until = (item for item in registers.assessments.values() if item.day <= on)
    for item in sorted(until, key=lambda item: (item.day, not is_passed(item), item.number)):
        of_subject.setdefault(item.subject, []).append(item)
    for subject in subjects_of(registers, registry, on):
        own = of_subject.get(subject.name, [])
        before = [item for item in own if item.day <= subject.begins]
        if subject.number is None:
            yield from _before_connection(subject, before, on)
        else:
            yield from _referred_to(subject, subject.number, before, registers.assessments, on)
        yield from _periodic(subject, own, on)
        for item in own:
            if item.unit.casefold() in subject.runners:
                yield _told("A15.unit", "TR477", subject, item, on, number=item.number, unit=item.unit)


def subjects_of(registers: Registers, registry: Registry, on: date) -> Iterator[AssessedSubject]:
    """Yield what needs an assessment: the systems, the data centres at which something is attached, and the gateways."""
    attached: dict[str, list[Attachment]] = {}
    for item in registry.attachments.values():
        site = registry.sites.get(item.site)
        at = item.site if site is not None and site.kind is SiteKind.DATA_CENTRE else None
        for name in (at, item.system, _gateway_of(item, registry)):
            if name is not None:
                attached.setdefault(name, []).append(item)
    network = [item for item in registry.organisations.values() if item.domain is Domain.DEPT_ICT]
    running = frozenset((Domain.DEPT_ICT.casefold(), *_words_for(network)))

    def subject(name: str, number: str | None, runners: frozenset[str], where: Where) -> AssessedSubject:
        days = [day for item in attached.get(name, ()) if (day := _connected(item, registers)) is not None]
        return AssessedSubject(
            name=name, number=number, begins=min(days, default=on), dated=bool(days), runners=runners, where=where
        )

    for system in registry.systems.values():
        owner = registry.organisations.get(system.owner)
        runners = frozenset(_words_for([owner] if owner is not None else []))
        yield subject(system.name, system.assessment_ref, runners, system.where)
    for name, site in registry.sites.items():
        if site.kind is SiteKind.DATA_CENTRE and name in attached:
            yield subject(name, None, running, site.where)
    gateways: dict[str, Where] = {}
    for outside in registry.outside_networks.values():
        gateways.setdefault(outside.gateway, outside.where)
    for gateway, where in gateways.items():
        yield subject(gateway, None, running, where)


def _gateway_of(item: Attachment, registry: Registry) -> str | None:
    outside = registry.outside_networks.get(item.outside) if item.outside is not None else None
    return outside.gateway if outside is not None else None


def _words_for(organisations: Iterable[Organisation]) -> Iterator[str]:
    return (word.casefold() for item in organisations for word in (item.name, item.title))


def _connected(item: Attachment, registers: Registers) -> date | None:
    """Return since when something is connected: since the day that it gives, or at the earliest since the decision on it."""
    decision = registers.records.get(item.decision_ref)
    return item.validity.start or (decision.day if decision is not None else None)


def _referred_to(
    subject: AssessedSubject, number: str, before: Sequence[Assessment], known: Mapping[str, Assessment], on: date
) -> Iterator[Finding]:
    """Yield what is wrong with an `assessment_ref`, or with a later assessment before the connection; the first thing (A15)."""
    item = known.get(number)
    if item is None:
        yield _told("A15", "TR435", subject, None, on, number=number, suggestion=suggest(number, known))
    elif item.subject != subject.name:
        yield _told("A15", "TR436", subject, item, on, number=number, other=item.subject)
    elif item.day > subject.begins:
        yield _told("A15", "TR437", subject, item, on, number=number, day=item.day, begins=subject.begins)
    elif subject.dated and item.valid_to < subject.begins:
        yield _told("A15", "TR476", subject, item, on, number=number, end=item.valid_to, begins=subject.begins)
    elif not is_passed(item):
        yield _not_passed("A15", subject, item, on)
    elif before and not is_passed(before[-1]):
        yield _not_passed("A15", subject, before[-1], on)


def _before_connection(subject: AssessedSubject, before: Sequence[Assessment], on: date) -> Iterator[Finding]:
    """Yield a data centre or a gateway whose last assessment before something was connected there allows it not (A15)."""
    if not before:
        yield _told("A15", "TR438", subject, None, on, begins=subject.begins)
    elif not is_passed(before[-1]):
        yield _not_passed("A15", subject, before[-1], on)
    elif subject.dated and before[-1].valid_to < subject.begins:
        last = before[-1]
        yield _told("A15", "TR476", subject, last, on, number=last.number, end=last.valid_to, begins=subject.begins)


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
