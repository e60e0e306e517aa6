"""Who may approve a change, with which key, and how many of them: what an office lays down, and no plan can change.

The one idea: a person signs for one ownership domain; how many of a domain sign is looked up by what the change risks. All of it
is data of the workspace that was carried out last.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from intents.finding import Where
from intents.registry import Domain, Validity


class ApproverRole(StrEnum):
    """What somebody may sign as."""

    APPROVER = "approver"
    """For a domain that the change touches."""
    BREAK_GLASS = "break_glass"
    """Alone, in an emergency, with a reason; somebody reviews it afterwards."""
    WAIVER = "waiver"
    """That a change may go although no second judge has seen it, with a reason."""
    REVIEWER = "reviewer"
    """That an emergency was one."""


class Risk(StrEnum):
    """What a change risks, told from the plan; a plan may have several."""

    ROUTINE = "routine"
    """Whatever else is not there."""
    ACCESS = "access"
    """Something can be reached afterwards that could not before."""
    BACKBONE = "backbone"
    """Backbone devices, the management plane or who may log in."""
    INTERRUPTION = "interruption"
    """Somebody is cut off meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSettings:
    """How many of each touched domain sign, by risk: `more` says it for one domain, `signatures` for all others; `days`: how
    old a signature may be when it is used."""

    days: int
    signatures: Mapping[Risk, int]
    more: Mapping[tuple[Domain, Risk], int] = field(default_factory=dict)

    def needed(self, domain: Domain, risks: Iterable[Risk]) -> int:
        """Return how many persons of a domain sign a change with these risks."""
        return max(self.more.get((domain, risk), self.signatures[risk]) for risk in risks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """One row of approvers.csv: `principal` is what allowed_signers calls a person's key; a person may have several."""

    principal: str
    person: str
    domain: Domain
    roles: frozenset[ApproverRole]
    validity: Validity
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """One line of allowed_signers: a public key, the namespaces it may sign in (() all) and its time (None: without an end)."""

    principal: str
    kind: str
    blob: bytes
    namespaces: tuple[str, ...]
    valid_after: datetime | None
    valid_before: datetime | None
    where: Where

    @property
    def fingerprint(self) -> str:
        """The key's fingerprint as OpenSSH prints it."""
        return fingerprint_of(self.blob)

    def holds(self, moment: datetime) -> bool:
        """Return whether the key may sign at a moment."""
        begun = self.valid_after is None or self.valid_after <= moment
        return begun and (self.valid_before is None or moment < self.valid_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """All that a workspace lays down; `revoked` are fingerprints."""

    settings: ApprovalSettings
    approvers: Mapping[str, Approver]
    keys: tuple[SignerKey, ...]
    revoked: frozenset[str] = frozenset()


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of a public key's blob."""
    return f"SHA256:{b64encode(sha256(blob).digest()).decode().rstrip('=')}"
