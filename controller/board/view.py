"""A `VerifyReport` -> everything that the board's page shows, as values, section by section.

The one idea: what is shown, in which words and how much of it, is decided here and can be looked at without a page; the
template only lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.board.change import Change, change_of
from controller.board.coverage import Covered, covered_of
from controller.board.faults import Faults, faults_of
from controller.board.inputs import Edition, Inputs, inputs_of
from controller.board.judges import (
    AloneRow,
    IntentRow,
    KindRow,
    alone_rows,
    intent_rows,
    judges_of_columns,
    kind_rows,
    name_judge,
)
from controller.board.matrix import MOST_NAMES, Matrix, Named, matrix_of, name_endpoint
from controller.board.unreachable import Unreachable, unreachable_of
from controller.board.words import Both, both, both_ways
from controller.board.wrong import Wrongs, wrongs_of
from controller.jobs.residue import ResidueRow, count_replies
from controller.jobs.verify import VerifyReport, count_verdicts, judges_of
from intents.builtin import BUILTIN
from intents.finding import Finding, Severity
from intents.messages import describe
from intents.policy import OrganisationEndpoint
from verification.verdicts.opinions import ENGINE

MOST_ROWS = 300
"""Rows of one table; the rest is counted, and `--json` has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The verdict in one line: `state` is hold, violated or inconclusive; `notes` say how far it goes, `following` what to
    do."""

    state: str
    line: Both
    counts: tuple[tuple[str, int], ...]
    extent: tuple[tuple[Both, int], ...]
    judges: Both
    notes: tuple[Both, ...]
    following: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRow:
    """What may come back unasked: who may send it to whom, and how many more there are; organisations that may get the same
    from the same share a row."""

    source: Named
    destinations: tuple[Named, ...]
    more: int
    within: bool
    replies: tuple[Both, ...]
    pairs: int
    returns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Residue:
    """All of it counted, by kind of reply, and by rule."""

    returns: int
    rules: int
    replies: tuple[tuple[Both, int, int], ...]
    rows: tuple[ReturnRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding in both languages, line by line."""

    severity: str
    vi: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """The page, in the order in which it is read. `faults`: None if none were tried; `mutations_asked`: whether they were
    asked for."""

    headline: Headline
    inputs: Inputs
    matrix: Matrix
    judges: tuple[Both, ...]
    intents: tuple[IntentRow, ...]
    intents_left_out: int
    kinds: tuple[KindRow, ...]
    engine_only: bool
    alone: tuple[AloneRow, ...]
    wrongs: Wrongs
    change: Change
    unreachable: Unreachable
    covered: Covered | None
    residue: Residue
    mutations_asked: bool
    faults: Faults | None
    findings: tuple[FindingRow, ...]
    findings_left_out: int
    exit_code: int


def page_of(report: VerifyReport, edition: Edition) -> BoardPage:
    """Return everything that the page shows."""
    intents = intent_rows(report)
    findings = sorted(report.findings, key=lambda item: list(Severity).index(item.severity))
    return BoardPage(
        headline=headline_of(report),
        inputs=inputs_of(report, edition),
        matrix=matrix_of(report),
        judges=tuple(name_judge(judge) for judge in judges_of_columns(report)),
        intents=intents[:MOST_ROWS],
        intents_left_out=max(0, len(intents) - MOST_ROWS),
        kinds=kind_rows(report),
        engine_only=is_engine_only(report),
        alone=alone_rows(report.judgement.alone),
        wrongs=wrongs_of(report),
        change=change_of(report),
        unreachable=unreachable_of(report),
        covered=covered_of(report),
        residue=residue_of(report),
        mutations_asked=edition.run is not None,
        faults=faults_of(report, edition),
        findings=tuple(finding_row(item) for item in findings[:MOST_ROWS]),
        findings_left_out=max(0, len(findings) - MOST_ROWS),
        exit_code=int(report.exit_code),
    )


def headline_of(report: VerifyReport) -> Headline:
    """Return the verdict on the whole."""
    judgement = report.judgement
    counts = count_verdicts(judgement.answers)
    worst = report.worst
    state = worst if worst in ("hold", "violated") else "inconclusive"
    questions = len(judgement.answers)
    against = counts["violated"] if state == "violated" else counts["disputed"] + counts["not_modelled"]
    said = both(f"verdict_{state}", count=against, questions=questions) if against else both("verdict_hold")
    if state == "inconclusive" and not against:
        said = both("verdict_lines", count=len(judgement.lists.disputed))
    extent = (
        ("flows", judgement.flows),
        ("devices", judgement.devices),
        ("states", judgement.states),
        ("walked", judgement.walked),
    )
    return Headline(
        state=state,
        line=said,
        counts=tuple(counts.items()),
        extent=tuple((both(key), number) for key, number in (("questions", questions), *extent)),
        judges=_judges(report),
        notes=tuple(_notes(report)),
        following=both(f"next_{worst}"),
    )


def is_engine_only(report: VerifyReport) -> bool:
    """Return whether no second judge was asked."""
    return report.judgement.second is None and set(judges_of(report.judgement.answers)) <= {ENGINE}


def _judges(report: VerifyReport) -> Both:
    if is_engine_only(report):
        return both("engine_only")
    names = [name_judge(judge) for judge in judges_of_columns(report)]
    return both(
        "judged_by", judges=Both(vi=", ".join(name.vi for name in names), en=", ".join(name.en for name in names))
    )


def _notes(report: VerifyReport) -> list[Both]:
    """Return what limits the verdict."""
    notes = [both("with_failures" if report.with_failures else "no_failures")]
    answers = report.judgement.answers
    nobody = sum(not answer.question.cases and BUILTIN not in answer.question.intents for answer in answers)
    if nobody:
        notes.append(both("nobody", count=nobody))
    unproved = sum(("breach", "TR320") in item.values for item in report.findings)  # an error, unless it is waived
    if unproved:
        notes.append(both("unproved", count=unproved))
    warnings = sum(item.severity is Severity.WARNING for item in report.findings)
    if warnings:
        notes.append(both("warnings", count=warnings))
    return notes


def residue_of(report: VerifyReport) -> Residue:
    """Return the residue, summed up and by rule."""
    rules, pairs = count_replies(report.residue)
    most = sorted(rules, key=lambda reply: (-pairs[reply], reply))
    rows = _return_rows(report)
    return Residue(
        returns=sum(row.returns for row in report.residue),
        rules=len(report.residue),
        replies=tuple((both_ways(item.in_words()), rules[item], pairs[item]) for item in most[:MOST_ROWS]),
        rows=rows[:MOST_ROWS],
        left_out=max(0, len(rows) - MOST_ROWS) + max(0, len(most) - MOST_ROWS),
    )


def _return_rows(report: VerifyReport) -> tuple[ReturnRow, ...]:
    registry = report.compiled.addressed.wanted.registry
    groups: dict[tuple[object, ...], list[ResidueRow]] = {}
    for row in report.residue:
        rule = row.rule
        alone = None if isinstance(rule.source, OrganisationEndpoint) else rule.source
        groups.setdefault((alone, rule.destination, rule.same_organisation, row.replies), []).append(row)
    return tuple(
        ReturnRow(
            source=name_endpoint(rows[0].rule.destination, registry),
            destinations=tuple(name_endpoint(row.rule.source, registry) for row in rows[:MOST_NAMES]),
            more=max(0, len(rows) - MOST_NAMES),
            within=rows[0].rule.same_organisation,
            replies=tuple(both_ways(reply.in_words()) for reply in rows[0].replies),
            pairs=sum(row.pairs for row in rows),
            returns=sum(row.returns for row in rows),
        )
        for rows in groups.values()
    )


def finding_row(finding: Finding) -> FindingRow:
    """Return a finding in both languages."""
    return FindingRow(
        severity=str(finding.severity),
        vi=tuple(describe(finding, "vi").splitlines()),
        en=tuple(describe(finding, "en").splitlines()),
    )
