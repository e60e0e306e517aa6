"""What a plan has of approvals at one moment, as a value: who signed, who is missing, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.approval.statement import ApprovalStatement
from controller.approval.touched import Touched
from controller.rollout.filed import FiledPlan
from intents.approval import ApprovalRules, Approver, ApproverRole
from intents.finding import Finding, Severity
from intents.registry import Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalCase:
    """A plan, the file that it is in, what it touches, and the rules that stood before it. `newer`: serials of plans from the
    same base that came later and that somebody has signed."""

    plan: FiledPlan
    file: str
    touched: Touched
    rules: ApprovalRules
    newer: tuple[str, ...] = ()

    def needed(self) -> Mapping[Domain, int]:
        """Return how many persons of each touched domain sign."""
        settings, risks = self.rules.settings, self.touched.risks
        return {domain: settings.needed(domain, risks) for domain in self.touched.domains}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A statement that counts: whose it is, the key, and where it is filed."""

    file: str
    digest: str
    statement: ApprovalStatement
    approver: Approver
    fingerprint: str


def persons_for(domain: Domain, signatures: Iterable[Signature]) -> frozenset[str]:
    """Return the persons who have signed as approvers for a domain."""
    return frozenset(
        item.approver.person
        for item in signatures
        if item.statement.role is ApproverRole.APPROVER and item.approver.domain is domain
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A domain of which too few have signed: how many are needed, how many have, and who still may."""

    domain: Domain
    needed: int
    signed: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStanding:
    """What a plan has. `shortages`: also those that a break-glass signature stands in for; `broken_glass`: such signatures;
    `unreviewed`: those of them that nobody has reviewed."""

    case: ApprovalCase
    signatures: tuple[Signature, ...]
    shortages: tuple[Shortage, ...]
    findings: tuple[Finding, ...]
    broken_glass: tuple[Signature, ...] = ()
    unreviewed: tuple[Signature, ...] = ()

    def signed_for(self, domain: Domain) -> frozenset[str]:
        """Return the persons who have signed for a domain."""
        return persons_for(domain, self.signatures)

    @property
    def approved(self) -> bool:
        """Return whether the plan may be carried out."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)
