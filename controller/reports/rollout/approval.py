"""What a plan has of approvals -> what a person reads of it, and JSON Lines, format truc/approval-report/1.

The one idea: a line for each domain that must sign, then a line for each who has; the last line says whether it is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from controller.approval.standing import ApprovalStanding, Signature
from controller.approval.touched import names_in_short
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.approval import ApproverRole
from intents.registry import Domain

APPROVAL_REPORT_FORMAT = "truc/approval-report/1"


def tell_approval(output: Output, standing: ApprovalStanding, made: Sequence[Path] = ()) -> None:
    """Write who must sign a plan, who has, what is wrong, and whether it is enough. `made`: statements that are new."""
    if output.json:
        _print_messages(output, standing)
        tell_findings(output, Path(), standing.findings)
        _print_summary(output, standing)
        return
    _print_plan(output, standing)
    tell_findings(output, Path(), standing.findings)
    for file in made:
        output.say("wrote_file", file=file)
    _print_end(output, standing)


def _print_plan(output: Output, standing: ApprovalStanding) -> None:
    case = standing.case
    plan = case.plan
    output.say("approve_plan", digest=plan.digest, serial=plan.serial or "-", expires=plan.expires_on)
    if plan.request is not None:
        request = plan.request
        output.say(
            "approve_request",
            title=request.title,
            author=request.author or "-",
            decision=request.decision_ref,
            window=request.window,
        )
    risks = ", ".join(output.words(f"approve_risk_{risk}") for risk in sorted(case.touched.risks))
    output.say("approve_risks", risks=risks)
    headers = [output.words(f"approve_column_{name}") for name in ("domain", "needed", "signed", "things")]
    output.table(headers, [_domain_row(standing, domain) for domain in case.touched.domains], (1, 2))
    for item in standing.signatures:
        output.say("approve_signature", **_signature_words(output, item))


def _domain_row(standing: ApprovalStanding, domain: Domain) -> list[str]:
    case = standing.case
    return [
        str(domain),
        str(case.needed()[domain]),
        str(len(standing.signed_for(domain))),
        names_in_short(case.touched.domains[domain]),
    ]


def _signature_words(output: Output, item: Signature) -> dict[str, object]:
    statement = item.statement
    return {
        "principal": statement.principal,
        "person": item.approver.person,
        "role": output.words(f"approve_role_{statement.role}"),
        "domain": item.approver.domain,
        "moment": f"{statement.moment:%Y-%m-%d %H:%M}",
        "reason": f": {statement.reason}" if statement.reason else "",
    }


def _print_end(output: Output, standing: ApprovalStanding) -> None:
    if not standing.approved:
        output.say("next_approve_missing")
        output.line(output.paint(output.words("approve_not"), "bad"))
        return
    output.say("next_approve_review" if standing.unreviewed else "next_approve_apply")
    output.line(output.paint(output.words("approve_glass" if standing.broken_glass else "approve_all"), "good"))


def _print_messages(output: Output, standing: ApprovalStanding) -> None:
    case = standing.case
    plan, request = case.plan, case.plan.request
    start_messages(
        output,
        APPROVAL_REPORT_FORMAT,
        digest=plan.digest,
        serial=plan.serial,
        expires=plan.expires_on.isoformat(),
        author="" if request is None else request.author,
        risks=sorted(case.touched.risks),
    )
    candidates = {item.domain: item.candidates for item in standing.shortages}
    for domain, needed in case.needed().items():
        print_message(
            output,
            {
                "type": "domain",
                "domain": domain,
                "needed": needed,
                "signed": len(standing.signed_for(domain)),
                "things": list(case.touched.domains[domain]),
                "candidates": list(candidates.get(domain, ())),
            },
        )
    for item in standing.signatures:
        print_message(output, _signature_message(item))


def _signature_message(item: Signature) -> dict[str, object]:
    statement = item.statement
    return {
        "type": "signature",
        "principal": statement.principal,
        "person": item.approver.person,
        "domain": item.approver.domain,
        "role": statement.role,
        "reason": statement.reason,
        "moment": f"{statement.moment:%Y-%m-%dT%H:%M:%SZ}",
        "key": item.fingerprint,
        "file": item.file,
    }


def _print_summary(output: Output, standing: ApprovalStanding) -> None:
    waived = any(item.statement.role is ApproverRole.WAIVER for item in standing.signatures)
    print_message(
        output,
        {
            "type": "summary",
            "ok": standing.approved,
            "signatures": len(standing.signatures),
            "missing": sum(item.needed - item.signed for item in standing.shortages),
            "broken_glass": len(standing.broken_glass),
            "unreviewed": len(standing.unreviewed),
            "waived": waived,
        },
    )
