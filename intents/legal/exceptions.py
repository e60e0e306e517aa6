"""Findings and exceptions -> findings of which some are waived: E12 (art. 17.2).

The one idea: an exception names a requirement and one object, and so does a finding; the two are the same pair or they have
nothing to do with each other. A finding that is waived becomes a note that names the exception, so it is never out of sight.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from intents.finding import Finding, Severity
from intents.legal.references import DECIDING, Reference, check_reference
from intents.legal.registers import LegalException, RecordKind, Register, Registers
from intents.registry import Domain
from intents.rule_packs import load_rules, report_breach

_Pair = tuple[str, str]
"""A requirement and the object that breaks it."""


def apply_exceptions(
    findings: Iterable[Finding], exceptions: Mapping[str, LegalException], on: date
) -> tuple[Finding, ...]:
    """Return the findings of a day, those with an exception in force as notes, and what is wrong with the exceptions: one that
    has ended and is still needed (an error), one that has ended, one that waives nothing."""
    in_force = {_pair(item): item for item in exceptions.values() if item.validity.holds(on)}
    found = tuple(findings)
    broken = {_pair_of(item) for item in found if item.severity is not Severity.INFO}
    waived = (_waived(item, in_force.get(_pair_of(item)), on) for item in found)
    return (*waived, *_of_exceptions(exceptions.values(), broken, in_force, on))


def _pair(exception: LegalException) -> _Pair:
    return exception.requirement, exception.subject


def _pair_of(finding: Finding) -> _Pair:
    """Return what an exception for a finding names, nothing if none can be for it."""
    requirement = finding.rule.requirement if finding.rule is not None else ""
    return (requirement, finding.about) if (requirement, finding.code) in load_rules().waivable_breaches else ("", "")


def _waived(finding: Finding, exception: LegalException | None, on: date) -> Finding:
    """Return the note that a finding is waived; the finding itself if no exception is about it."""
    if exception is None or finding.severity is Severity.INFO:
        return finding
    return report_breach(
        "E12.waived",
        "TR453",
        finding.where,
        on,
        also=(*finding.also, exception.where),
        about=finding.about,
        requirement=exception.requirement,
        subject=exception.subject,
        exception=exception.name,
        reason=exception.reason,
        end=exception.validity.end,
        breach=finding.code,
    )


def _of_exceptions(
    exceptions: Iterable[LegalException], broken: Collection[_Pair], in_force: Collection[_Pair], on: date
) -> Iterator[Finding]:
    for item in exceptions:
        pair, end = _pair(item), item.validity.end
        values: dict[str, object] = {"exception": item.name, "requirement": item.requirement, "subject": item.subject}
        if end is not None and end < on:
            needed = pair in broken and pair not in in_force
            name, code = ("E12", "TR454") if needed else ("E12.idle", "TR455")
            yield report_breach(name, code, item.where, on, also=(), about=item.name, end=end, **values)
        elif item.validity.holds(on) and pair not in broken:
            yield report_breach("E12.idle", "TR456", item.where, on, also=(), about=item.name, **values)


def check_exceptions(registers: Registers, of_level_1: Collection[str], on: date) -> Iterator[Finding]:
    """Yield exceptions in force that nobody could grant: the approver is the provincial People's Committee, for what belongs to
    level I the central operator, and what it decided is a paper."""
    paying = {line.decision_ref for line in registers.budget.values()}
    among = {name for item in registers.exceptions.values() for name in (item.name, item.subject) if "-" in name}
    for item in registers.exceptions.values():
        if not item.validity.holds(on):
            continue
        approvers = frozenset({Domain.CENTRAL_POST}) if item.subject in of_level_1 else DECIDING
        if item.approver not in approvers:
            wanted = ", ".join(sorted(approvers))
            values = {"exception": item.name, "subject": item.subject, "approver": item.approver, "body": wanted}
            yield report_breach("E12", "TR457", item.where, on, also=(), about=item.name, **values)
        elif registers.keeps(Register.RECORDS):
            yield from check_reference(_decision_of(item, among), registers, on)
            if item.decision_ref in paying:
                values = {"exception": item.name, "number": item.decision_ref}
                yield report_breach("E12.subject", "TR475", item.where, on, also=(), about=item.name, **values)


def _decision_of(item: LegalException, among: AbstractSet[str]) -> Reference:
    return Reference(
        requirement="E12",
        field="decision_ref",
        name=item.name,
        number=item.decision_ref,
        kind=RecordKind.DECISION,
        bodies={item.approver},
        begins=item.validity.start,
        where=item.where,
        own={item.name, item.subject},
        among=among,
    )
