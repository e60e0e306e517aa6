"""A statement of a plan, applied or proved, as canonical bytes, and back.

The one idea: a statement stands alone. It is an in-toto Statement (v1): its subjects are the devices by the digests of texts, its
predicate says the rest; so whoever has the file and the keys needs neither a journal nor a workspace. Bytes that are not what
`statement_bytes` writes are none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from controller.output.canonical_json import Plain, canonical_bytes

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_PREFIX = "sha256:"


class StatementKind(StrEnum):
    """What is stated, by its predicate type: a name, no address. The top-level domain `invalid` (RFC 2606) is nobody's, so nobody
    else can ever mean something by it."""

    APPLIED = "https://truc.invalid/applied-plan/v1"
    VERIFIED = "https://truc.invalid/verified-plan/v1"


_FIELDS = {
    StatementKind.APPLIED: frozenset({
        *("plan", "serial", "decision_ref", "base", "workspace", "judges", "verdicts", "not_modelled"),
        *("approvals", "break_glass", "operator", "began", "ended", "at", "findings", "journal"),
    }),
    StatementKind.VERIFIED: frozenset({
        *("plan", "serial", "decision_ref", "base", "workspace", "judges", "verdicts", "not_modelled"),
        *("running", "opens", "closes", "interrupted", "coverage", "mutations", "at"),
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStatement:
    """What is stated of a plan. `subjects`: digests of the texts that stand, or shall, by device; `predicate`: all else; `at`:
    when it was looked at, which is when it is signed."""

    kind: StatementKind
    subjects: Mapping[str, str]
    predicate: Mapping[str, Plain]
    at: datetime

    @property
    def plan(self) -> str:
        """The digest of the plan."""
        return str(self.predicate["plan"])


def state(
    kind: StatementKind, subjects: Mapping[str, str], predicate: Mapping[str, Plain], at: datetime
) -> PlanStatement:
    """Return a statement; `predicate` without its moment."""
    moment = moment_text(at)
    return PlanStatement(
        kind=kind,
        subjects=dict(sorted(subjects.items())),
        predicate={**predicate, "at": moment},
        at=datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC),
    )


def statement_bytes(statement: PlanStatement) -> bytes:
    """Return what is signed: canonical JSON, ended by a newline."""
    subjects: list[Plain] = [
        {"name": name, "digest": {"sha256": digest.removeprefix(_PREFIX)}}
        for name, digest in sorted(statement.subjects.items())
    ]
    body: dict[str, Plain] = {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": str(statement.kind),
        "predicate": dict(statement.predicate),
    }
    return canonical_bytes(body) + b"\n"


def read_statement(content: bytes) -> PlanStatement | None:
    """Return the statement that some bytes are; None for any others."""
    try:
        whole = json.loads(content)
        if whole["_type"] != STATEMENT_TYPE:
            return None
        predicate = whole["predicate"]
        statement = PlanStatement(
            kind=StatementKind(whole["predicateType"]),
            subjects={item["name"]: _PREFIX + item["digest"]["sha256"] for item in whole["subject"]},
            predicate=predicate,
            at=datetime.strptime(predicate["at"], _MOMENT).replace(tzinfo=UTC),
        )
        is_whole = predicate.keys() == _FIELDS[statement.kind] and statement_bytes(statement) == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return statement if is_whole else None


def moment_text(at: datetime) -> str:
    """Return a moment as statements have it: in UTC, to the second."""
    return f"{at.astimezone(UTC):{_MOMENT}}"
