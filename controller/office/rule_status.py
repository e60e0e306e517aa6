"""A workspace and a day -> of every requirement: broken, held, or not looked at, and why not.

The one idea: what this command can look at it does, as far as the workspace lets it; of the rest it says which command looks, or
what that would take. A requirement that nothing has looked at is never called held.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from controller.jobs.pipeline import address, compile_network, want
from intents.finding import Finding, FindingsError, Severity
from intents.legal.registers import Register
from intents.rule_packs import Obligation, RuleStage, load_rules

WAIVED = "TR453"
"""What is told of a breach that an exception waives."""
HERE = (RuleStage.VALIDATE, RuleStage.COMPILE)
"""What a look at the workspace takes in."""


class RuleState(StrEnum):
    """What is known of a requirement after looking at the workspace."""

    BROKEN = "broken"
    WAIVED = "waived"
    """Broken, and an exception in force says that it may be."""
    HELD = "held"
    NOT_REACHED = "not_reached"
    """Something else was wrong before it could be looked at."""
    NO_REGISTER = "no_register"
    """The register that it is checked against is not kept."""
    ELSEWHERE = "elsewhere"
    """Another command looks."""
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStatus:
    """One requirement on the day: its state, the findings that break it, and the registers that are missing for it."""

    obligation: Obligation
    state: RuleState
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()


def rule_status(folder: Path, on: date | None) -> tuple[tuple[RuleStatus, ...], date | None]:
    """Return every requirement's status, and the day (None if the workspace could not be read so far); OSError."""
    findings, reached, day = _look(folder, on)
    missing = frozenset(item for item in Register if not (folder / item).exists())
    return tuple(_status(item, findings, reached, missing) for item in load_rules().obligations.values()), day


def _look(folder: Path, on: date | None) -> tuple[tuple[Finding, ...], frozenset[RuleStage], date | None]:
    """Return what is found in the workspace, which stages were looked at to their end, and the day."""
    day = on
    reached: list[RuleStage] = []
    try:
        wanted = want(folder, on)
        day = wanted.on
        reached.append(RuleStage.VALIDATE)
        findings = compile_network(address(wanted)).findings
        reached.append(RuleStage.COMPILE)
    except FindingsError as error:
        findings = error.findings
    return tuple(findings), frozenset(reached), day


def _status(
    item: Obligation, findings: Collection[Finding], reached: Collection[RuleStage], missing: Collection[str]
) -> RuleStatus:
    looked_at = {item.identifier, *item.through}
    told = [one for one in findings if one.rule is not None and one.rule.requirement in looked_at]
    broken = tuple(one for one in told if one.severity is not Severity.INFO)
    waived = tuple(one for one in findings if one.code == WAIVED and dict(one.values)["requirement"] in looked_at)
    lacking = tuple(sorted(_registers(item) & set(missing)))
    here = [stage for stage in item.stages if stage in HERE]
    if broken:
        return RuleStatus(obligation=item, state=RuleState.BROKEN, findings=broken)
    if waived:
        return RuleStatus(obligation=item, state=RuleState.WAIVED, findings=waived)
    if item.needs:
        return RuleStatus(obligation=item, state=RuleState.NOT_CHECKABLE)
    if lacking:
        return RuleStatus(obligation=item, state=RuleState.NO_REGISTER, missing=lacking)
    if not here:
        return RuleStatus(obligation=item, state=RuleState.ELSEWHERE)
    held = all(stage in reached for stage in here)
    return RuleStatus(obligation=item, state=RuleState.HELD if held else RuleState.NOT_REACHED)


def _registers(item: Obligation) -> frozenset[str]:
    """Return the registers that a requirement or any part of it rests on."""
    requirements = load_rules().requirements.values()
    looked_at = {item.identifier, *item.through}
    return frozenset(name for one in requirements if one.identifier in looked_at for name in one.registers)
