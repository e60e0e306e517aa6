"""The policy as tables of who may reach what, with the verdict on each rule.

Turns rules and their answers into parts of a few columns each. The one idea: rows are the policy's own endpoints, so that a
class of a hundred organisations is one row; an organisation has a row only where an intent names it, and those that may do
the same share one. Columns are few enough for a sheet of paper, and a row stands in a part only if it has something there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from controller.board.words import Both, both
from controller.jobs.verify import VerifyReport, verdict_name
from intents.builtin import MANAGEMENT
from intents.checks.levels import SecurityLevels
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Rule,
    SystemEndpoint,
)
from intents.registry import PurposeName, Registry
from intents.service import EVERY_SERVICE, ServiceSet, Transport
from verification.verdicts.question import Answer, QuestionKind, Subject

MOST_COLUMNS = 7
"""Columns of one part: what fits beside the row's name on a sheet of A4."""
MOST_ROWS = 400
MOST_NAMES = 60
"""Names in one row; the rest is counted."""

UNPROVED = "unproved"
_WORST_FIRST = ("violated", "disputed", UNPROVED, "not_modelled", "hold")

_COLUMNS = (SystemEndpoint, OutsideEndpoint, ClassEndpoint, OrganisationEndpoint, DevicesEndpoint)
_ROWS = (ClassEndpoint, OrganisationEndpoint, SystemEndpoint, OutsideEndpoint, DevicesEndpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with a title for people, the name that files use, and where it comes from."""

    title: Both
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One rule in a cell: its verdict, whether it forbids, whether it is for sites of one organisation, its services; `upwards`:
    the verdict on its way into a higher security level ("" if it leads into none, UNPROVED if no control point is named)."""

    verdict: str
    forbids: bool
    within: bool
    services: tuple[Both, ...]
    upwards: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """Sources of one security level (0: they have none) that may do the same, how many more there are, and their marks in each
    column."""

    sources: tuple[Named, ...]
    level: int
    more: int
    cells: tuple[tuple[Mark, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPart:
    """One table: the purpose that its sources stand in, and which of how many tables of that purpose it is; `levels` are the
    security levels of its columns."""

    purpose: Named
    number: int
    parts: int
    columns: tuple[Named, ...]
    levels: tuple[int, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All parts, and how many rows were left out."""

    parts: tuple[MatrixPart, ...]
    left_out: int


Cells = Mapping[Endpoint, tuple[Mark, ...]]


def matrix_of(report: VerifyReport) -> Matrix:
    """Return the tables of a report, by the purpose of the sources."""
    registry = report.compiled.addressed.wanted.registry
    ways = _WaysUp(levels=SecurityLevels(registry), answers=level_answers(report))
    by_purpose: dict[PurposeName, dict[Endpoint, dict[Endpoint, list[Mark]]]] = {}
    for rule, answer in answered_rules(report):
        rows = by_purpose.setdefault(purpose_of(rule.source, registry), {})
        rows.setdefault(rule.source, {}).setdefault(rule.destination, []).append(_mark(rule, answer, ways))
    parts: list[MatrixPart] = []
    room, left_out = MOST_ROWS, 0
    for purpose, rows in sorted(by_purpose.items()):
        frozen = {source: {to: tuple(marks) for to, marks in cells.items()} for source, cells in rows.items()}
        for part in _parts(purpose, frozen, registry, ways.levels):
            kept = part.rows[:room]
            room -= len(kept)
            left_out += len(part.rows) - len(kept)
            if kept:
                parts.append(replace(part, rows=kept))
    return Matrix(parts=tuple(parts), left_out=left_out)


def answered_rules(report: VerifyReport) -> Iterator[tuple[Rule, Answer]]:
    """Yield every rule of the policy with its answer: the judge answers them in the policy's order."""
    kinds = (QuestionKind.SESSION, QuestionKind.FORBIDDEN)
    answers = (item for item in report.judgement.answers if item.question.kind in kinds)
    return zip(report.compiled.addressed.wanted.policy.rules, answers, strict=True)


def level_answers(report: VerifyReport) -> dict[Subject, Answer]:
    """Return the answers about ways into a higher security level, by their assertion."""
    answers = (item for item in report.judgement.answers if item.question.kind is QuestionKind.LEVEL)
    return {answer.question.subject: answer for answer in answers}


@dataclass(frozen=True, slots=True, kw_only=True)
class _WaysUp:
    """Everybody's security level, and what is said of ways into a higher one."""

    levels: SecurityLevels
    answers: Mapping[Subject, Answer]

    def verdict(self, rule: Rule) -> str:
        """Return the worst verdict on what a rule lets into a higher level, "" if that is nothing."""
        answers = (self.answers.get(item.assertion) for item in self.levels.ascents((rule,)))
        found = {UNPROVED if item is None else verdict_name(item) for item in answers}
        return min(found, key=_WORST_FIRST.index, default="")


def purpose_of(endpoint: Endpoint, registry: Registry) -> PurposeName:
    """Return the purpose that an endpoint stands in."""
    match endpoint:
        case ClassEndpoint() | OrganisationEndpoint():
            return endpoint.purpose
        case SystemEndpoint():
            return registry.systems[endpoint.system].purpose
        case OutsideEndpoint():
            return registry.outside_networks[endpoint.outside].purpose
        case DevicesEndpoint():
            return MANAGEMENT
        case _:
            assert_never(endpoint)


def name_endpoint(endpoint: Endpoint, registry: Registry) -> Named:
    """Return an endpoint as people call it."""
    match endpoint:
        case ClassEndpoint():
            category, tier = both(f"category_{endpoint.category}"), both(f"tier_{endpoint.tier}")
            title = both("class_of", category=category, tier=tier)
            if endpoint.excluding:
                without = both("except", names=", ".join(endpoint.excluding))
                title = Both(vi=f"{title.vi}, {without.vi}", en=f"{title.en}, {without.en}")
            return Named(title=title, name=f"{endpoint.category}/{endpoint.tier}")
        case OrganisationEndpoint():
            title = Both(vi=registry.organisations[endpoint.organisation].title)
            return Named(title=title, name=str(endpoint.organisation))
        case SystemEndpoint():
            return Named(title=Both(vi=registry.systems[endpoint.system].title), name=str(endpoint.system))
        case OutsideEndpoint():
            return Named(title=Both(vi=registry.outside_networks[endpoint.outside].title), name=str(endpoint.outside))
        case DevicesEndpoint():
            return Named(title=both("every_device"))
        case _:
            assert_never(endpoint)


def services_of(service: ServiceSet) -> tuple[Both, ...]:
    """Return services shortly, a line for each transport: `tcp 443, 465`."""
    if service == EVERY_SERVICE:
        return (both("every_service"),)
    return tuple(
        Both(vi=" ".join([str(transport), ", ".join(_ports(service, transport))]).strip())
        for transport in Transport
        if service.of(transport)
    )


def _ports(service: ServiceSet, transport: Transport) -> Iterator[str]:
    for low, high in service.of(transport):
        if transport is not Transport.ICMP_ECHO:
            yield str(low) if low == high else f"{low}-{high}"


def _mark(rule: Rule, answer: Answer, ways: _WaysUp) -> Mark:
    return Mark(
        verdict=verdict_name(answer),
        forbids=rule.effect is Effect.FORBID,
        within=rule.same_organisation,
        services=services_of(rule.service),
        upwards=ways.verdict(rule),
    )


def _parts(
    purpose: PurposeName, rows: Mapping[Endpoint, Cells], registry: Registry, levels: SecurityLevels
) -> Iterator[MatrixPart]:
    """Yield the tables of one purpose, of about as many columns each."""
    columns = sorted({to for cells in rows.values() for to in cells}, key=_column_key)
    count = -(-len(columns) // MOST_COLUMNS)
    size = -(-len(columns) // count)
    title = registry.purposes[purpose].title if purpose in registry.purposes else ""
    for number, start in enumerate(range(0, len(columns), size), start=1):
        shown = columns[start : start + size]
        yield MatrixPart(
            purpose=Named(title=Both(vi=title), name=str(purpose)),
            number=number,
            parts=count,
            columns=tuple(name_endpoint(to, registry) for to in shown),
            levels=tuple(map(levels.level, shown)),
            rows=tuple(_rows(rows, shown, registry, levels)),
        )


def _rows(
    rows: Mapping[Endpoint, Cells], columns: list[Endpoint], registry: Registry, levels: SecurityLevels
) -> Iterator[MatrixRow]:
    """Yield the rows that have something in these columns; organisations of one level that may do the same share a row."""
    shown = {
        source: tuple(cells.get(to, ()) for to in columns)
        for source, cells in rows.items()
        if any(to in cells for to in columns)
    }
    groups: dict[object, list[Endpoint]] = {}
    for source in sorted(shown, key=_row_key):
        key = (levels.level(source), shown[source]) if isinstance(source, OrganisationEndpoint) else source
        groups.setdefault(key, []).append(source)
    for sources in groups.values():
        yield MatrixRow(
            sources=tuple(name_endpoint(source, registry) for source in sources[:MOST_NAMES]),
            level=levels.level(sources[0]),
            more=max(0, len(sources) - MOST_NAMES),
            cells=shown[sources[0]],
        )


def _column_key(endpoint: Endpoint) -> tuple[int, str]:
    return (_COLUMNS.index(type(endpoint)), str(endpoint))


def _row_key(endpoint: Endpoint) -> tuple[int, str]:
    return (_ROWS.index(type(endpoint)), str(endpoint))
