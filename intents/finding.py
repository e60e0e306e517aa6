"""One thing wrong, as a value, and where it stands.

The one idea: a `Finding` holds a stable code and named values, never prose; its words come from the message catalogue
(`intents/rules/messages.*.toml`) when it is printed, so that languages and explanations live in data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from intents.reason import Reason


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Where:
    """A place: a file with 1-based line and column (0 where unknown), or a device, or both."""

    file: str = ""
    line: int = 0
    column: int = 0
    device: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return ", ".join(part for part in (place, self.device) if part)


NOWHERE = Where()
"""The place of what nobody wrote anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRef:
    """A requirement (A01 … E16), the article it comes from and the rule pack that was applied."""

    requirement: str
    article: str
    pack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong.

    `code` is a key of the message catalogue; `values` are its named parameters, sorted by name (a reason is said in words only
    where the message is); `also` are further places
    that belong to it (the second source of a contradiction); `excerpt` is the offending source line, if any.
    """

    code: str
    severity: Severity
    where: Where
    values: tuple[tuple[str, str | Reason], ...] = ()
    also: tuple[Where, ...] = ()
    rule: RuleRef | None = None
    excerpt: str = ""


class FindingsError(Exception):
    """A stage ended with errors: carries every finding of that stage, warnings included."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sort_findings(findings)
        super().__init__(f"{len(self.findings)} findings")


def make_finding(
    code: str,
    where: Where,
    *,
    severity: Severity = Severity.ERROR,
    also: tuple[Where, ...] = (),
    rule: RuleRef | None = None,
    excerpt: str = "",
    **values: object,
) -> Finding:
    """Return a finding whose message parameters are given as keywords."""
    pairs = tuple((name, value if isinstance(value, Reason) else str(value)) for name, value in sorted(values.items()))
    return Finding(code=code, severity=severity, where=where, values=pairs, also=also, rule=rule, excerpt=excerpt)


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings without repeats, by place, then code, then values."""
    return tuple(sorted(set(findings), key=lambda item: (item.where, item.code, _order(item))))


def _order(finding: Finding) -> tuple[tuple[str, str], ...]:
    return tuple((name, value if isinstance(value, str) else repr(value)) for name, value in finding.values)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def raise_errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Raise FindingsError if any finding is an error; else return them sorted."""
    kept = sort_findings(findings)
    if has_errors(kept):
        raise FindingsError(kept)
    return kept
