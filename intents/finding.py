"""One thing wrong, as a value, and where it stands.

The one idea: a `Finding` holds a stable code and named values, never prose; its words come from the message catalogue
(`intents/rules/messages.*.toml`) when it is printed, so that languages and explanations live in data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    that belong to it (the second source of a contradiction); `excerpt` is the offending source line, if any; `about` is the name
    of the one object that breaks a rule, where an exception can name it.
    """

    code: str
    severity: Severity
    where: Where
    values: tuple[tuple[str, str | Reason], ...] = ()
    also: tuple[Where, ...] = ()
    rule: RuleRef | None = None
    excerpt: str = ""
    about: str = ""


MOST_OF_A_KIND = 50
"""Findings of one code in one file (or about one device) that are kept; the others are counted."""
MOST_OF_A_CODE = 200
"""Findings of one code that are kept of all files together."""
EVERYWHERE = "*"
"""What stands for all files in the count of those that are not kept."""
MOST_IN_A_FILE = 200
"""Errors in one file after which nothing further of it is read."""
_Kind = tuple[str, Severity, str]


class FindingList:
    """Findings in the order in which they are found: the first of each code in a file and in all, and how many more there are.

    So a table of a million wrong cells costs no more than one of fifty.
    """

    __slots__ = ("_counts", "_errors_in", "_first_left_out", "_kept", "_kept_of", "_left_out")

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._kept: list[Finding] = []
        self._counts: dict[_Kind, int] = {}
        self._errors_in: dict[str, int] = {}
        self._first_left_out: dict[_Kind, Where] = {}
        self._left_out: dict[_Kind, int] = {}
        self._kept_of: dict[tuple[str, Severity], int] = {}
        self.extend(findings)

    def append(self, finding: Finding) -> None:
        """Record a finding."""
        kind = _kind_of(finding)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if finding.severity is Severity.ERROR:
            self._errors_in[kind[2]] = self._errors_in.get(kind[2], 0) + 1
        code, severity, _ = kind
        of_code = self._kept_of.get((code, severity), 0)
        if self._counts[kind] > MOST_OF_A_KIND:
            self._leave_out(kind, finding.where)
        elif of_code >= MOST_OF_A_CODE and code != "TR192":
            self._leave_out((code, severity, EVERYWHERE), finding.where)
        else:
            self._kept_of[code, severity] = of_code + 1
            self._kept.append(finding)

    def _leave_out(self, kind: _Kind, where: Where) -> None:
        self._left_out[kind] = self._left_out.get(kind, 0) + 1
        self._first_left_out.setdefault(kind, where)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Record several findings."""
        for finding in findings:
            self.append(finding)

    def ends(self, where: Where) -> bool:
        """Return whether nothing further of a file is to be read; its last finding then says so, at the place reached."""
        last = last_of_file(self._errors_in.get(where.file, 0), where)
        if last is not None and _kind_of(last) not in self._counts:
            self.append(last)
        return last is not None

    def is_full(self, code: str, file: str) -> bool:
        """Return whether a further error of a code in a file would only be counted."""
        return self._counts.get((code, Severity.ERROR, file), 0) >= MOST_OF_A_KIND

    def __len__(self) -> int:
        """Return how many were recorded, those that are only counted included."""
        return sum(self._counts.values())

    def __iter__(self) -> Iterator[Finding]:
        """Yield what is kept, and one finding for each kind of which there is more, at the place of the first left out."""
        yield from self._kept
        for kind, where in self._first_left_out.items():
            code, severity, file = kind
            more = self._left_out[kind]
            yield make_finding("TR192", where, severity=severity, count=more, other=code, file=file or "-")


def _kind_of(finding: Finding) -> _Kind:
    return finding.code, finding.severity, finding.where.file or finding.where.device


def last_of_file(errors: int, where: Where) -> Finding | None:
    """Return what is said at the place reached when a file has more errors than anybody reads; None if it has not."""
    return make_finding("TR135", where, limit=MOST_IN_A_FILE) if errors > MOST_IN_A_FILE else None


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
    """Return the findings without repeats, by place, then code, then values; of many of a kind the first, and their count."""
    return tuple(sorted(FindingList(sorted(set(findings), key=_place_of)), key=_place_of))


def _place_of(finding: Finding) -> tuple[Where, str, tuple[tuple[str, str], ...]]:
    return finding.where, finding.code, _order(finding)


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
