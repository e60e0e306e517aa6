"""What somebody signs of a plan -> canonical bytes, and back.

The one idea: a statement is its bytes, as a plan is; it names the plan by its digest and says itself who signs, as what, when and
why, so that nothing around it has to be believed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.output.canonical_json import Plain, canonical_digest, canonical_file
from intents.approval import ApproverRole

STATEMENT_FORMAT = "truc/approval/1"
NAMESPACE = "truc-plan@truc"
"""What is signed in: a signature made for anything else (git, a file, a log-in) approves nothing."""
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_FIELDS = frozenset({
    *("format", "plan", "serial", "author", "decision_ref"),
    *("principal", "role", "reason", "moment", "reviews", "digest"),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStatement:
    """One statement. `plan`: the digest of the plan; `serial`, `author`, `decision_ref`: what the plan says; `reviews`: the
    digest of the statement that a reviewer speaks of, else ""; `moment` in whole seconds, UTC."""

    plan: str
    serial: str
    author: str
    decision_ref: str
    principal: str
    role: ApproverRole
    reason: str
    moment: datetime
    reviews: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledStatement:
    """A statement as it is filed: the name of its file, its bytes, and those of its signature."""

    file: str
    content: bytes
    signature: bytes


def statement_bytes(statement: ApprovalStatement) -> bytes:
    """Return what is signed: canonical JSON with its own digest, ended by a newline."""
    return canonical_file(_body(statement))


def digest_of_statement(statement: ApprovalStatement) -> str:
    """Return the digest of a statement."""
    return canonical_digest(_body(statement))


def read_statement(content: bytes) -> ApprovalStatement | None:
    """Return the statement that some bytes are; None for any others."""
    try:
        whole = json.loads(content)
        if not isinstance(whole, dict) or whole.keys() != _FIELDS or whole["format"] != STATEMENT_FORMAT:
            return None
        texts = {name: value for name, value in whole.items() if isinstance(value, str)}
        statement = ApprovalStatement(
            plan=texts["plan"],
            serial=texts["serial"],
            author=texts["author"],
            decision_ref=texts["decision_ref"],
            principal=texts["principal"],
            role=ApproverRole(texts["role"]),
            reason=texts["reason"],
            moment=datetime.strptime(texts["moment"], _MOMENT).replace(tzinfo=UTC),
            reviews=texts["reviews"],
        )
        return statement if statement_bytes(statement) == content else None
    except (ValueError, KeyError, RecursionError):
        return None


def _body(statement: ApprovalStatement) -> dict[str, Plain]:
    return {
        "format": STATEMENT_FORMAT,
        "plan": statement.plan,
        "serial": statement.serial,
        "author": statement.author,
        "decision_ref": statement.decision_ref,
        "principal": statement.principal,
        "role": str(statement.role),
        "reason": statement.reason,
        "moment": f"{statement.moment.astimezone(UTC):{_MOMENT}}",
        "reviews": statement.reviews,
    }
