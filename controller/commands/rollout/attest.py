"""`truc audit --attest`, `truc plan --attest`, `truc audit --statement`: a signed statement of a plan, written and checked.

The one idea: written only of what an audit found nothing wrong with, or what was proved, and never over anything; checked with
nothing but the file, its signature and keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.approval.attesting import StatementKeys, attest, signer_of
from controller.jobs.files import Placing
from controller.journal.applied import applied_statement
from controller.journal.audit import Audit
from controller.journal.statements import PlanStatement, read_statement, statement_bytes
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.rollout.attestation import print_attestation
from controller.rollout.filed import FiledPlan
from intents.approval import SignerKey
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reason import Reason, because

SUFFIX = ".sig"
"""What `ssh-keygen -Y sign` puts behind the name of the file that it signs."""
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestOrder:
    """Where a statement is written, and with which key it is signed (None: somebody signs it by hand); `now`: when."""

    out: Path
    key: Path | None
    now: datetime


def write_attestation(order: AttestOrder, plans: Mapping[Path, FiledPlan], found: Audit) -> tuple[Path, ...]:
    """Write a statement of the one plan that is given, and its signature; return the files. FindingsError, OSError."""
    check_free_places(order.out)
    if len(plans) != 1:
        raise refuse_attestation(order.out, because("applied_one_plan", count=len(plans)))
    (plan,) = plans.values()
    statement = applied_statement(plan, found, order.now)
    if isinstance(statement, Reason):
        raise FindingsError([_wrong(order.out, statement)])
    return write_statement(order, statement)


def check_free_places(out: Path) -> None:
    """FindingsError if anything stands where a statement or its signature is to be written."""
    for path in (out, signature_file(out)):
        if path.exists() or path.is_symlink():
            raise FindingsError([_wrong(path, because("applied_exists"))])


def write_statement(order: AttestOrder, statement: PlanStatement) -> tuple[Path, ...]:
    """Write a statement, and its signature if there is a key; return the files. FindingsError, OSError."""
    content = statement_bytes(statement)
    files = {order.out: content}
    if order.key is not None:
        files = {signature_file(order.out): attest(content, order.key), **files}
    with Placing() as placing:
        for path, data in files.items():
            placing.file(path, data)
        placing.put()
    return tuple(sorted(files))


def check_attestation_command(output: Output, path: Path, keys: StatementKeys) -> ExitCode:
    """Say what a statement says and who signed it; FindingsError if nobody did who may, OSError."""
    statement, signer = check_attestation(path, keys)
    print_attestation(output, path, statement, signer)
    return ExitCode.FINE


def check_attestation(path: Path, keys: StatementKeys) -> tuple[PlanStatement, SignerKey]:
    """Return a statement and whose key signed it; FindingsError, OSError."""
    content, signature = _read(path), _read(signature_file(path))
    statement = read_statement(content)
    if statement is None:
        raise FindingsError([_wrong(path, because("applied_shape"))])
    signer = signer_of(content, signature, keys, statement.at)
    if isinstance(signer, Reason):
        raise FindingsError([_wrong(path, signer)])
    return statement, signer


def refuse_attestation(out: Path, reason: Reason) -> FindingsError:
    """Return the error that no statement is written, and why."""
    return FindingsError([_wrong(out, reason)])


def signature_file(path: Path) -> Path:
    """Return where the signature of a statement is."""
    return path.with_name(f"{path.name}{SUFFIX}")


def _wrong(path: Path, reason: Reason) -> Finding:
    return make_finding("TR989", Where(file=str(path)), file=path, reason=reason)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)
