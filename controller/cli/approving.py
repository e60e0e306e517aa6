"""The command line of approving a plan: `approve`."""
# ruff: noqa: PLC0415, PLR0913 -- an option is an argument; start-up time: the imports inside the command are the ones that are slow

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from controller.cli.options import HERE, Json, Lang, Workspace, finish
from controller.cli.spoken import SpokenCommand
from controller.output.terminal import Output
from controller.output.words import Language
from intents.approval import ApproverRole

app = typer.Typer()

LIBRARIES = frozenset({"sshsig", "cryptography"})


@app.command(cls=SpokenCommand)
def approve(
    plan: Annotated[Path, typer.Argument(help="The file of a plan.", metavar="PLAN")],
    base: Annotated[Path, typer.Option("--base", help="The workspace as it was carried out last.", metavar="FOLDER")],
    workspace: Workspace = HERE,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", "-k", help="Sign with this key, or with that of the agent whose public file it is.", metavar="FILE"
        ),
    ] = None,
    role: Annotated[ApproverRole, typer.Option("--role", help="Sign as this.")] = ApproverRole.APPROVER,
    reason: Annotated[str, typer.Option("--reason", help="Why (to break the glass, or for a waiver).")] = "",
    revoked: Annotated[
        Path | None, typer.Option("--revoked", help="A further list of revoked keys.", metavar="FILE")
    ] = None,
    lang: Lang = Language.EN,
    *,
    check: Annotated[bool, typer.Option("--check", help="Sign nothing; exit 4 if the plan is not approved.")] = False,
    json: Json = False,
) -> None:
    """Sign a plan, or tell who has signed it and who is missing."""
    output = Output(lang, json=json)

    def action() -> int:
        check_libraries()
        from controller.approval.endorsing import Endorsement
        from controller.approval.gate import ApprovalRequest, now_here
        from controller.commands.rollout.approve import ApproveOrder, approve_command

        request = ApprovalRequest(plan=plan, base=base, workspace=workspace, revoked=revoked)
        wanted = None if key is None else Endorsement(key=key, role=role, reason=reason)
        return approve_command(output, ApproveOrder(request=request, wanted=wanted, check=check), now_here())

    finish(output, workspace, action)


def check_libraries() -> None:
    """FindingsError unless the libraries are installed that check signatures."""
    from intents.finding import FindingsError, Where, make_finding
    from intents.reason import because

    try:
        import controller.approval.signatures  # noqa: F401 (only whether it can be)
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in LIBRARIES:
            raise
        reason = because("signing_no_library", package=name)
        raise FindingsError([make_finding("TR939", Where(), reason=reason)]) from error
