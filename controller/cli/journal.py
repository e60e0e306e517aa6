"""The command line of what was carried out: `audit`, `history`."""
# ruff: noqa: PLC0415, PLR0913 -- an option is an argument; start-up time: the imports inside the commands are the ones that are slow

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.approving import check_libraries
from controller.cli.options import HERE, Json, Lang, On, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from controller.commands.rollout.audit import Attest
    from controller.journal.audit import ApprovalCheck

app = typer.Typer()


@app.command(cls=SpokenCommand)
def audit(
    journal: Annotated[Path | None, typer.Argument(help="The journal of the roll-outs.", metavar="JOURNAL")] = None,
    plan: Annotated[
        list[Path] | None,
        typer.Option("--plan", help="A plan that was carried out (repeatable).", metavar="FILE"),
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="The head that was printed after an earlier run.", metavar="HASH")
    ] = None,
    base: Annotated[
        list[Path] | None,
        typer.Option(
            "--base",
            help="A workspace as it stood before a plan: check signatures, too (repeatable).",
            metavar="FOLDER",
        ),
    ] = None,
    workspace: Workspace = HERE,
    revoked: Annotated[
        Path | None, typer.Option("--revoked", help="The list of keys that were revoked by then.", metavar="FILE")
    ] = None,
    attest: Annotated[
        Path | None,
        typer.Option("--attest", help="Write a statement of the applied plan if nothing is wrong.", metavar="FILE"),
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", "-k", help="Sign it with this key.", metavar="FILE")] = None,
    statement: Annotated[
        Path | None, typer.Option("--statement", help="Check a statement instead of a journal.", metavar="FILE")
    ] = None,
    signers: Annotated[
        Path | None, typer.Option("--signers", help="Who may sign it: a list as allowed_signers is.", metavar="FILE")
    ] = None,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """Check a journal: that no line was changed or cut off, that it tells what its plans say, and that they were approved."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.rollout.audit import audit_command

        if statement is not None:
            return _check_statement(output, statement, signers, revoked)
        file = _named(journal)
        check = _check(file, (*base, workspace), revoked) if base else None
        order = None if attest is None else _attest(attest, key, checked=check is not None)
        return audit_command(output, file, tuple(plan or ()), head, check, order)

    finish(output, HERE, action)


def _named(journal: Path | None) -> Path:
    """Return the journal's file; FindingsError if none is named."""
    from intents.finding import FindingsError, Where, make_finding
    from intents.reason import because

    if journal is None:
        missing = because("usage_missing", name="JOURNAL")
        raise FindingsError([make_finding("TR858", Where(), problem=missing, command="truc audit", suggestion="")])
    return journal


def _check_statement(output: Output, statement: Path, signers: Path | None, revoked: Path | None) -> int:
    """Check a statement with nothing but its file and keys; FindingsError, OSError."""
    check_libraries()
    from controller.approval.attesting import read_keys
    from controller.commands.rollout.attest import check_attestation_command, refuse_attestation
    from intents.reason import because

    if signers is None:
        raise refuse_attestation(statement, because("applied_no_signers"))
    return check_attestation_command(output, statement, read_keys(signers, revoked))


def _attest(out: Path, key: Path | None, *, checked: bool) -> Attest:
    """Return what writes a statement; FindingsError if nobody looks at signatures."""
    check_libraries()
    from controller.approval.gate import now_here
    from controller.commands.rollout.attest import AttestOrder, refuse_attestation, write_attestation
    from intents.reason import because

    if not checked:
        raise refuse_attestation(out, because("applied_no_base"))
    order = AttestOrder(out=out, key=key, now=now_here())
    return lambda plans, found: write_attestation(order, plans, found)


def _check(journal: Path, folders: tuple[Path, ...], revoked: Path | None) -> ApprovalCheck:
    """Return who looks at signatures; FindingsError, OSError."""
    check_libraries()
    from controller.apply.approvals_then import WorkspacesThen, approvals_then
    from controller.approval.gate import now_here
    from controller.boundary import check_folder

    for folder in folders:
        check_folder(folder)
    return approvals_then(WorkspacesThen(journal=journal, folders=folders, revoked=revoked), now_here())


@app.command(cls=SpokenCommand)
def history(
    device: Annotated[str | None, typer.Argument(help="Only what was done on a device.", metavar="DEVICE")] = None,
    journal: Annotated[Path, typer.Option("--journal", help="The journal of the roll-outs.", metavar="FILE")] = Path(
        "journal.jsonl"
    ),
    on: On = None,
    lang: Lang = Language.EN,
    *,
    json: Json = False,
) -> None:
    """List roll-outs, or say which plan stands on a device, on any day."""
    output = Output(lang, json=json)

    def action() -> int:
        from controller.commands.rollout.history import history_command

        return history_command(output, journal, device, on)

    finish(output, HERE, action)
