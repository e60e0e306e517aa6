"""A `DriftReport` -> what the page about drifts shows, as values.

The one idea: the page says what the terminal says, of as many devices as a person reads, each with its worst effect first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.board.words import Both, both, both_ways
from controller.drift.report import DriftReport
from controller.output.exit_codes import ExitCode
from controller.reports.witness import faults_of
from intents.messages import describe
from verification.drift.classes import DriftClass
from verification.drift.difference import DriftLine
from verification.drift.effects import ACCESS, ADMISSION, DriftEffect
from verification.drift.found import DeviceDrift
from verification.verdicts.flow import flow_in_words
from verification.verdicts.question import QuestionKind, traits_of
from verification.verdicts.verdict import Culprit

MOST_DEVICES = 100
MOST_EFFECTS = 6
MOST_LINES = 12
MOST_CULPRITS = 3
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One effect: its class, the question it is an answer to (none: packets pass), why, and a packet with who shows it."""

    mark: str
    drift_class: Both
    question: Both | None
    subject: Both
    alike: int
    reason: Both
    packet: Both | None
    replay: str
    failure: Both | None
    lines: tuple[Both, ...]
    others: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftCard:
    """A device that drifts."""

    device: str
    mark: str
    drift_class: Both
    since: str
    effects: tuple[EffectRow, ...]
    more_effects: int
    missing: tuple[str, ...]
    added: tuple[str, ...]
    more_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """The page. `state`: hold, violated or inconclusive."""

    state: str
    said: Both
    against: Both
    province: str
    on: str
    counts: tuple[tuple[str, Both, int], ...]
    extent: tuple[tuple[Both, int], ...]
    cards: tuple[DriftCard, ...]
    left_out: int
    not_read: str
    in_progress: str
    doubts: tuple[Both, ...]
    witness: tuple[Both, ...]
    classes: tuple[tuple[Both, Both], ...]
    exit_code: int


def drift_view(report: DriftReport) -> DriftView:
    """Return everything that the page shows."""
    found, texts = report.drifts.found, report.texts
    counts = report.counts
    extent = (
        ("drift_read", len(texts.found)),
        ("drift_drifting", len(found)),
        ("drift_not_read", len(texts.not_read)),
        ("drift_in_progress", len(report.drifts.in_progress)),
    )
    return DriftView(
        state=_state(report),
        said=_said(report),
        against=both("drift_against_approved" if texts.approved else "drift_against_compiled"),
        province=report.compiled.addressed.wanted.settings.province,
        on=report.on.isoformat(),
        counts=tuple((_mark(name), _named(name), counts[name]) for name in DriftClass),
        extent=tuple((both(key), count) for key, count in extent),
        cards=tuple(_card(report, item) for item in found[:MOST_DEVICES]),
        left_out=max(0, len(found) - MOST_DEVICES),
        not_read=", ".join(texts.not_read),
        in_progress=", ".join(report.drifts.in_progress),
        doubts=tuple(both("drift_doubt", reason=both_ways(item)) for item in report.drifts.doubts),
        witness=tuple(_witness(report)),
        classes=tuple((_named(name), both(f"drift_means_{_key(name)}")) for name in DriftClass),
        exit_code=int(report.exit_code),
    )


def _witness(report: DriftReport) -> Iterator[Both]:
    """Yield what devices' tables say of truc's own model: how much was held against it, and its faults."""
    if report.witness is None:
        return
    faults = faults_of(report)
    counts = {
        "devices": report.witness.devices,
        "tables": report.witness.tables,
        "silent": len(report.witness.not_read),
    }
    yield both("drift_witness", **counts, count=len(faults))
    for finding in faults[:MOST_FAULTS]:
        yield Both(vi=" ".join(describe(finding, "vi").split()), en=" ".join(describe(finding, "en").split()))


def _state(report: DriftReport) -> str:
    match report.exit_code:
        case ExitCode.FINE:
            return "hold"
        case ExitCode.INCONCLUSIVE:
            return "inconclusive"
        case _:
            return "violated"


def _said(report: DriftReport) -> Both:
    state, drifting = _state(report), len(report.drifts.found)
    count = drifting + len(report.texts.not_read) if state == "inconclusive" else drifting
    return both(f"drift_state_{state}", count=count, devices=len(report.texts.expected))


def _key(name: DriftClass) -> str:
    return str(name).replace("-", "_")


def _named(name: DriftClass) -> Both:
    return both(f"drift_{_key(name)}")


def _mark(name: DriftClass) -> str:
    """Return the verdict whose colours a class has."""
    match name:
        case DriftClass.OPENS_FORBIDDEN | DriftClass.OPENS_UNDECLARED | DriftClass.BREAKS_PROMISE:
            return "violated"
        case DriftClass.WEAKENS_FENCE:
            return "disputed"
        case DriftClass.NEUTRAL:
            return "hold"
        case DriftClass.NOT_MODELLED:
            return "not_modelled"


def _card(report: DriftReport, drift: DeviceDrift) -> DriftCard:
    file = report.file_name(drift.device)
    missing = drift.missing[:MOST_LINES]
    added = drift.added[: MOST_LINES - len(missing) // 2]
    return DriftCard(
        device=drift.device,
        mark=_mark(drift.drift_class),
        drift_class=_named(drift.drift_class),
        since=report.since[drift.device],
        effects=tuple(_effect(report, item) for item in drift.effects[:MOST_EFFECTS]),
        more_effects=max(0, len(drift.effects) - MOST_EFFECTS),
        missing=tuple(_line(file, item) for item in missing),
        added=tuple(_line(file, item) for item in added),
        more_lines=len(drift.missing) + len(drift.added) - len(missing) - len(added),
    )


def _line(file: str, line: DriftLine) -> str:
    return f"{file}:{line.line}: {line.text}"


def _effect(report: DriftReport, effect: DriftEffect) -> EffectRow:
    kind = None if effect.kind in {ACCESS, ADMISSION} else QuestionKind(effect.kind)
    return EffectRow(
        mark=_mark(effect.drift_class),
        drift_class=_named(effect.drift_class),
        question=None if kind is None else both_ways(traits_of(kind).words.title),
        subject=both_ways(effect.subject),
        alike=effect.alike,
        reason=both_ways(effect.reason),
        packet=None if effect.flow is None else both_ways(flow_in_words(effect.flow)),
        replay=f"replay_{effect.replay}",
        failure=both_ways(effect.failure.in_words()) if effect.failure else None,
        lines=tuple(_culprit(report, item) for item in effect.culprits[:MOST_CULPRITS]),
        others=", ".join(effect.others),
        hidden=effect.hidden,
    )


def _culprit(report: DriftReport, culprit: Culprit) -> Both:
    name = report.file_name(culprit.device)
    if culprit.line:
        return Both(vi=f"{name}:{culprit.line}: {culprit.text}")
    missing = both("no_line", thing=" ".join(part for part in culprit.ref if part))
    return Both(vi=f"{name}: {missing.vi}", en=missing.en)
