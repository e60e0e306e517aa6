"""A report -> the same report without what is secret in the lines that it quotes.

The one idea: lines of devices are covered once, before anything is told, so that terminal, JSON, JUnit and the board's page can't
differ in what they give away. The place of a line stays; who may read the text finds it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import assert_never

from controller.drift.report import DriftReport
from controller.jobs.judging import UnknownText
from controller.jobs.verify import VerifyReport
from intents.reason import Reason, map_reason
from routing.config import DeviceConfig
from routing.vendors import VENDORS
from verification.change.judge import ChangeOfAccess
from verification.coverage.lines import Coverage
from verification.drift.difference import DriftLine
from verification.drift.effects import DriftEffect
from verification.drift.found import DeviceDrift
from verification.drift.witness import Witness
from verification.mutation.faults import Fault
from verification.mutation.score import Score, ScoredFault
from verification.mutation.second_score import SecondScore
from verification.questions.judgement import Judgement
from verification.verdicts.question import Answer
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Statement, Step, Verdict, Violated

REDACTED = "•••"
_SECRET = re.compile(
    r"(?i)((?<![a-z0-9])(?:passwords?|passwd|passphrase|secret|key(?:-string)?|auth|priv|authentication-(?:md5|sha\d*)"
    r"|privacy-\w+|snmp\S*\s+community|md5|sha\d*)\s+)\S.*"
)
_HASH = re.compile(r"\$\w{1,4}\$\S+")


def redact_line(platform: str, text: str) -> str:
    """Return a line of a device's text with its secrets hidden, and all that follows a word for a secret covered."""
    vendor = VENDORS.get(platform)
    if vendor is not None:
        text = vendor.hide_secrets(text).removesuffix("\n")
    return _HASH.sub(REDACTED, _SECRET.sub(rf"\1{REDACTED}", text))


def redact_report(report: VerifyReport) -> VerifyReport:
    """Return a report whose lines are covered."""
    redaction = _Redaction(report.compiled.configs, report.unknown)
    return replace(
        report,
        judgement=redaction.judgement(report.judgement),
        change=None if report.change is None else redaction.change(report.change),
        coverage=None if report.coverage is None else redaction.coverage(report.coverage),
        unknown=tuple(
            replace(item, text=redaction.line(item.device, item.text), reason=redaction.of_line(item))
            for item in report.unknown
        ),
    )


def redact_score(report: VerifyReport, score: Score) -> Score:
    """Return what became of seeded faults, their lines covered."""
    redaction = _Redaction(report.compiled.configs, report.unknown)
    return replace(score, faults=tuple(redaction.scored(item) for item in score.faults))


def redact_second(report: VerifyReport, score: SecondScore) -> SecondScore:
    """Return what the second judge says of seeded faults, their lines covered."""
    redaction = _Redaction(report.compiled.configs, report.unknown)
    faults = (
        replace(item, fault=redaction.scored(item.fault), detail=redaction.detail(item.fault.fault.device, item.detail))
        for item in score.faults
    )
    return replace(score, faults=tuple(faults))


def redact_drifts(report: DriftReport) -> DriftReport:
    """Return a report of drifts whose lines are covered."""
    quoted = (
        UnknownText(device=drift.device, line=line.line, text=line.text, reason=Reason("nothing"))
        for drift in report.drifts.found
        for line in (*drift.missing, *drift.added)
    )
    redaction = _Redaction(report.compiled.configs, quoted)
    found = tuple(redaction.drift(item) for item in report.drifts.found)
    doubts = tuple(redaction.reason(item) for item in report.drifts.doubts)
    witness = None if report.witness is None else redaction.witness(report.witness)
    return replace(report, drifts=replace(report.drifts, found=found, doubts=doubts), witness=witness)


_Told = Violated | NotModelled

Quoted = tuple[tuple[str, str], ...]
"""Lines, and how they are shown."""


def _without_quoted(quoted: Quoted, value: str) -> str:
    """Return a value of a reason without what is hidden: lines that it quotes, or single words of them."""
    for text, shown in quoted:
        value = value.replace(text, shown)
        hidden = set(text.split()) - set(shown.split())
        if not hidden.isdisjoint(value.split()):
            value = " ".join(REDACTED if word in hidden else word for word in value.split())
    return _HASH.sub(REDACTED, value)


def _step(step: Step, quoted: Quoted) -> Step:
    return step if isinstance(step, str) else map_reason(step, partial(_without_quoted, quoted))


class _Redaction:
    """Covers what a report quotes; lines that nobody understands are looked for in every reason."""

    def __init__(self, configs: Mapping[str, DeviceConfig], quoted: Iterable[UnknownText]) -> None:
        self._platforms: Mapping[str, str] = {name: item.platform for name, item in sorted(configs.items())}
        self._unknown = dict(self._quoted(quoted))
        self._known: dict[Reason, tuple[_Told, _Told]] = {}

    def _quoted(self, items: Iterable[UnknownText]) -> Iterable[tuple[str, str]]:
        for item in items:
            shown = self.line(item.device, item.text)
            if shown != item.text:
                yield item.text, shown

    def line(self, device: str, text: str) -> str:
        return redact_line(self._platforms.get(device, ""), text)

    def judgement(self, judgement: Judgement) -> Judgement:
        return replace(judgement, answers=tuple(map(self._answer, judgement.answers)))

    def change(self, change: ChangeOfAccess) -> ChangeOfAccess:
        return replace(
            change,
            doubts=tuple(self._doubt(item) for item in change.doubts),
            differences=tuple(self.reason(item) for item in change.differences),
        )

    def drift(self, drift: DeviceDrift) -> DeviceDrift:
        return replace(
            drift,
            missing=tuple(self._drift_line(drift.device, item) for item in drift.missing),
            added=tuple(self._drift_line(drift.device, item) for item in drift.added),
            effects=tuple(self._effect(item) for item in drift.effects),
        )

    def witness(self, witness: Witness) -> Witness:
        differences = (
            replace(
                item,
                culprits=tuple(map(self._culprit, item.culprits)),
                causes=tuple(self.reason(cause) for cause in item.causes),
            )
            for item in witness.differences
        )
        return replace(witness, differences=tuple(differences))

    def _drift_line(self, device: str, line: DriftLine) -> DriftLine:
        return replace(line, path=tuple(self.line(device, part) for part in line.path))

    def _effect(self, effect: DriftEffect) -> DriftEffect:
        culprits = tuple(map(self._culprit, effect.culprits))
        return replace(effect, reason=self.reason(effect.reason, effect.culprits), culprits=culprits)

    def coverage(self, coverage: Coverage) -> Coverage:
        return Coverage(
            devices=tuple(
                replace(item, uncovered=tuple(replace(line, line=self._culprit(line.line)) for line in item.uncovered))
                for item in coverage.devices
            )
        )

    def _answer(self, answer: Answer) -> Answer:
        opinions = tuple(replace(item, verdict=self._verdict(item.verdict)) for item in answer.opinions)
        return replace(answer, verdict=self._verdict(answer.verdict), opinions=opinions)

    def _verdict(self, verdict: Verdict) -> Verdict:
        match verdict:
            case Holds():
                return verdict
            case Disputed(one=one, other=other):
                return Disputed(one=self._statement(one), other=self._statement(other))
            case Violated() | NotModelled():
                return self._told(verdict)
            case _:
                assert_never(verdict)

    def _told(self, verdict: _Told) -> _Told:
        """Return a verdict with a reason, covered: worked out once, for one verdict may answer thousands of questions.

        It is looked up by its reason, as thousands of lines may stand in it; that it is the same one is quickly seen.
        """
        known = self._known.get(verdict.reason)
        if known is None or known[0] != verdict:
            covered = self._doubt(verdict) if isinstance(verdict, NotModelled) else self._violated(verdict)
            known = self._known[verdict.reason] = verdict, covered
        return known[1]

    def _violated(self, verdict: Violated) -> Violated:
        culprits = verdict.culprits
        reason = self.reason(verdict.reason, culprits)
        path = tuple(_step(item, self._hidden(culprits)) for item in verdict.path)
        return replace(verdict, reason=reason, path=path, culprits=tuple(map(self._culprit, culprits)))

    def _doubt(self, verdict: NotModelled) -> NotModelled:
        reason = self.reason(verdict.reason, verdict.culprits)
        return replace(verdict, reason=reason, culprits=tuple(map(self._culprit, verdict.culprits)))

    def _culprit(self, culprit: Culprit) -> Culprit:
        ref = tuple(self.line(culprit.device, part) for part in culprit.ref)
        return replace(culprit, text=self.line(culprit.device, culprit.text), ref=ref)

    def _statement(self, statement: Statement) -> Statement:
        return replace(statement, said=self.reason(statement.said))

    def reason(self, reason: Reason, culprits: tuple[Culprit, ...] = ()) -> Reason:
        """Return a reason; a line that it quotes is shown as everywhere else."""
        return map_reason(reason, partial(_without_quoted, self._hidden(culprits)))

    def _hidden(self, culprits: tuple[Culprit, ...]) -> Quoted:
        """Return the lines with something to hide that a reason may quote, and how they are shown."""
        quoted = {item.text: self.line(item.device, item.text) for item in culprits if item.text}
        return tuple((text, shown) for text, shown in {**self._unknown, **quoted}.items() if shown != text)

    def scored(self, item: ScoredFault) -> ScoredFault:
        detail = self.detail(item.fault.device, item.detail)
        return replace(item, fault=self._fault(item.fault), detail=detail)

    def detail(self, device: str, detail: Reason | None) -> Reason | None:
        return None if detail is None else map_reason(detail, partial(self.line, device))

    def of_line(self, item: UnknownText) -> Reason:
        """Return why a line is not understood, without what is hidden of the line itself."""
        quoted = ((item.text, self.line(item.device, item.text)),)
        reason = map_reason(item.reason, partial(self.line, item.device))
        return map_reason(reason, partial(_without_quoted, quoted))

    def _fault(self, fault: Fault) -> Fault:
        def shown(lines: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(self.line(fault.device, line) for line in lines)

        edits = tuple(replace(edit, before=shown(edit.before), after=shown(edit.after)) for edit in fault.edits)
        return replace(fault, edits=edits)
