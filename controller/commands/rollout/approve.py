"""`truc approve`: sign a plan, and tell who has signed and who is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.approval.endorsing import Endorsement, endorse
from controller.approval.folder import read_filed
from controller.approval.gate import ApprovalRequest, load_case
from controller.approval.judging import judge_approval
from controller.boundary import check_folder
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.rollout.approval import tell_approval
from intents.finding import FindingsError, Where, make_finding
from intents.reason import because


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveOrder:
    """What `truc approve` is to do: sign (`wanted`), or only tell (`check`)."""

    request: ApprovalRequest
    wanted: Endorsement | None = None
    check: bool = False


def approve_command(output: Output, order: ApproveOrder, now: datetime) -> ExitCode:
    """Return FINE if a signature was made, or all are there; NOT_APPROVED if it was only asked and some are missing or wrong.
    FindingsError, OSError."""
    request = order.request
    for folder in (request.base, request.workspace):
        check_folder(folder)
    if order.wanted is None and not order.check:
        raise FindingsError([make_finding("TR939", Where(), reason=because("signing_key_unnamed"))])
    case = load_case(request, now)
    made = () if order.wanted is None or order.check else endorse(case, request.plan, order.wanted, now)
    standing = judge_approval(case, read_filed(request.plan), now, using=False)
    tell_approval(output, standing, made)
    return ExitCode.FINE if made or standing.approved else ExitCode.NOT_APPROVED
