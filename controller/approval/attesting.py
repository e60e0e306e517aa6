"""A statement of an applied plan, its signature and a list of keys -> who signed it, or why nobody did.

The one idea: signed as approvals are, in a namespace of its own; so no approval passes for a statement, and no statement for
an approval.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from controller.approval.signatures import read_signature
from controller.approval.signing import sign
from intents.approval import SignerKey, fingerprint_of
from intents.finding import FindingsError, Where, make_finding, raise_errors
from intents.parser.signers import read_revoked, read_signers
from intents.reason import Reason, because

NAMESPACE = "truc-statement@truc"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementKeys:
    """Who may sign statements, and which keys are revoked (fingerprints)."""

    signers: tuple[SignerKey, ...]
    revoked: frozenset[str] = frozenset()


def read_keys(signers: Path, revoked: Path | None) -> StatementKeys:
    """Return the keys of a list as OpenSSH has it, and those of a list of revoked ones; FindingsError, OSError."""
    for path in (signers, *([] if revoked is None else [revoked])):
        if not path.exists():
            raise FindingsError([make_finding("TR101", Where(file=str(path)), file=path)])
    found, findings = read_signers(signers.parent, signers.name)
    raise_errors(findings)
    if revoked is None:
        return StatementKeys(signers=found)
    gone, findings = read_revoked(revoked, str(revoked))
    raise_errors(findings)
    return StatementKeys(signers=found, revoked=gone)


def attest(content: bytes, key: Path) -> bytes:
    """Return the signature of a statement, which was checked; FindingsError."""
    signature = sign(content, key, NAMESPACE)
    found = read_signature(content, signature, NAMESPACE)
    if isinstance(found, Reason):
        raise FindingsError([make_finding("TR939", Where(file=str(key)), reason=found)])
    return signature


def signer_of(content: bytes, signature: bytes, keys: StatementKeys, at: datetime) -> SignerKey | Reason:
    """Return whose key signed a statement; `at`: when, as it says itself."""
    found = read_signature(content, signature, NAMESPACE)
    if isinstance(found, Reason):
        return found
    if found.namespace != NAMESPACE:
        return because("void_for_other", found=found.namespace)
    key = next((item for item in keys.signers if item.blob == found.blob), None)
    if key is None:
        return because("applied_unknown_key", fingerprint=fingerprint_of(found.blob))
    if key.fingerprint in keys.revoked:
        return because("void_revoked_key", fingerprint=key.fingerprint, principal=key.principal)
    if key.namespaces and NAMESPACE not in key.namespaces:
        return because("applied_other_namespaces", fingerprint=key.fingerprint, found=", ".join(key.namespaces))
    if not key.holds(at):
        moment = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return because("signer_key_not_valid", fingerprint=key.fingerprint, moment=moment)
    return key
