"""What keeps a plan from being approved, each case by itself: cases of the goldens in tests/errors.

The one idea: real keys and real statements; what is another in every run (fingerprints, digests) is written as one word.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from controller.approval.endorsing import Endorsement, endorse
from controller.approval.gate import ApprovalRequest, load_case
from controller.approval.judging import judge_approval
from controller.approval.standing import ApprovalCase
from controller.approval.statement import ApprovalStatement, FiledStatement, statement_bytes
from controller.commands.rollout.approve import ApproveOrder, approve_command
from controller.output.canonical_json import Plain
from controller.output.terminal import Output
from intents.approval import ApproverRole, Risk
from intents.finding import Finding, FindingsError, Where
from intents.parser.signers import read_signers
from intents.reason import Reason, map_reason
from intents.registry import Domain
from tests.signing_office import NOW, changed_plan, copied, make_key, office, signed, stated

Produce = Callable[[Path], object]
_CHANGING = (
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "SHA256:KEY"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:PLAN"),
)


@cache
def case() -> ApprovalCase:
    """Return the case of the office's plan."""
    return replace(load_case(office().request(), NOW), file="plan.json")


def demanding(risk: Risk = Risk.BACKBONE, *, party: bool = False) -> ApprovalCase:
    """Return the same case with another risk: two signatures; `party`: the Party's office signs as well."""
    domains = dict(case().touched.domains)
    if party:
        domains[Domain.PARTY_OFFICE] = ("dang-uy-gia-sang-cq",)
    return replace(case(), touched=replace(case().touched, risks=frozenset({risk}), domains=domains))


def plan_case(**parts: Plain) -> ApprovalCase:
    """Return the case of the plan with some parts of its file replaced."""
    return replace(case(), plan=changed_plan(**parts))


def stable(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with one word for what differs from run to run, none of them twice."""

    def plain(text: str) -> str:
        for pattern, word in _CHANGING:
            text = pattern.sub(word, text)
        return text.replace(str(office().base.parent), "OFFICE")

    def told(value: str | Reason) -> str | Reason:
        return map_reason(value, plain) if isinstance(value, Reason) else plain(value)

    return tuple(replace(item, values=tuple((name, told(value)) for name, value in item.values)) for item in findings)


def judged(
    case_of: Callable[[], ApprovalCase], *statements: Callable[[ApprovalCase], FiledStatement], now: datetime = NOW
) -> Produce:
    """Return a case that judges a plan with some statements beside it."""

    def produce(_: Path) -> object:
        given = case_of()
        return stable(judge_approval(given, [make(given) for make in statements], now).findings)

    return produce


def by(principal: str, key: str = "", **fields: object) -> Callable[[ApprovalCase], FiledStatement]:
    """Return what signs a statement of a case's plan."""
    return lambda given: signed(stated(given.plan, principal, **fields), key)


def _damaged(given: ApprovalCase) -> FiledStatement:
    found = signed(stated(given.plan, "an"))
    return replace(found, content=found.content.replace(b'"an"', b'"in"'))


def _for_git(given: ApprovalCase) -> FiledStatement:
    content = statement_bytes(stated(given.plan, "an"))
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(office().keys / "an")]
    made = subprocess.run(command, input=content, capture_output=True, check=True)
    return FiledStatement(file="an-approver.json", content=content, signature=made.stdout)


def _unknown_key(folder: Path) -> object:
    own = copied(folder)
    endorse(case(), own.plan, Endorsement(key=make_key(folder, "stranger")), NOW)
    return ()


def _other_base(folder: Path) -> object:
    request = ApprovalRequest(plan=office().plan, base=office().after, workspace=office().after)
    return load_case(request, NOW)


def _told(produce: Produce) -> Produce:
    """Return a case whose findings are raised, made stable."""

    def told(folder: Path) -> object:
        try:
            produce(folder)
        except FindingsError as error:
            plain = [replace(item, where=Where(file=Path(item.where.file).name)) for item in error.findings]
            return stable(plain)
        return ()

    return told


def _twice(folder: Path) -> object:
    line = (office().base / "allowed_signers").read_text(encoding="utf-8").splitlines()[0]
    (folder / "allowed_signers").write_text(f"{line}\n{line}\n", encoding="utf-8")
    return stable(read_signers(folder)[1])


def _revoked() -> ApprovalCase:
    key = next(item for item in case().rules.keys if item.principal == "an")
    return replace(case(), rules=replace(case().rules, revoked=frozenset({key.fingerprint})))


def _said(**fields: str) -> ApprovalCase:
    change = json.loads(office().plan.read_bytes())["change"]
    return plan_case(change={**change, **fields})


def _another(statement: ApprovalStatement) -> ApprovalStatement:
    return replace(statement, plan="sha256:" + "0" * 64)


APPROVALS: Mapping[str, Produce] = {
    "TR920-key-twice": _twice,
    "TR921-another-base": _told(_other_base),
    "TR922-expired": judged(case, by("an"), now=NOW + timedelta(days=30)),
    "TR923-too-early": judged(case, by("an"), now=NOW.replace(hour=21, minute=30)),
    "TR924-newer": judged(lambda: replace(case(), newer=("2026-8",)), by("an")),
    "TR925-replayed": judged(case, lambda given: signed(_another(stated(given.plan, "an")))),
    "TR926-for-git": judged(case, _for_git),
    "TR927-changed": judged(case, _damaged),
    "TR928-unknown-key": _told(_unknown_key),
    "TR929-revoked": judged(_revoked, by("an")),
    "TR930-key-ended": judged(case, by("em")),
    "TR931-author": judged(case, by("dung-2")),
    "TR932-one-of-two": judged(demanding, by("an")),
    "TR933-party": judged(lambda: demanding(party=True), by("an"), by("binh")),
    "TR934-no-agreement": judged(lambda: _said(agreement_ref=""), by("an")),
    "TR935-level-1": judged(
        lambda: replace(case(), touched=replace(case().touched, level1=("cpe-tinh-uy",))), by("an")
    ),
    "TR936-no-author": judged(lambda: _said(author=""), by("an")),
    "TR937-no-reason": judged(demanding, by("an", role=ApproverRole.BREAK_GLASS)),
    "TR938-engine-only": judged(lambda: plan_case(second_judge=None), by("an")),
    "TR939-no-key": lambda _: approve_command(Output("en"), ApproveOrder(request=office().request()), NOW),
}
