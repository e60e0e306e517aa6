"""What a journal says -> tables that people read, and JSON Lines, formats truc/audit/1 and truc/history/1.

The one idea: roll-outs are told alike by whoever tells them: when, what plan, who, what became of it, how many devices are where.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from controller.journal.audit import Audit
from controller.journal.device_state import stage_in_words
from controller.journal.history import DeviceStanding, History
from controller.journal.moments import moment_in_words
from controller.journal.state import RolloutState, outcome_in_words
from controller.output.json_lines import Message, print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import count_findings, tell_findings

AUDIT_FORMAT = "truc/audit/1"
HISTORY_FORMAT = "truc/history/1"
_SHORT = len("sha256:") + 12


def print_audit(output: Output, path: Path, found: Audit) -> None:
    """Write what was found, the roll-outs and the head."""
    chain, rollouts = found.text.chain, found.text.state.rollouts
    if output.json:
        start_messages(output, AUDIT_FORMAT, file=str(path), identity=chain.identity)
        _print_rollouts_json(output, rollouts)
    else:
        _print_rollouts(output, rollouts)
    tell_findings(output, path.parent, found.findings)
    counts = count_findings(found.findings)
    if output.json:
        totals = {"lines": len(chain.links), "rollouts": len(rollouts), "head": chain.head}
        print_message(output, {"type": "summary", "ok": found.is_fine, **totals, **counts})
        return
    output.say("audit_fine" if found.is_fine else "audit_wrong", file=path, lines=len(chain.links), **counts)
    output.say("audit_head", head=chain.head)


def print_history(output: Output, path: Path, found: History, device: str | None) -> None:
    """Write all roll-outs, or what stands on one device and its roll-outs."""
    rollouts = [item for item in found.rollouts if device is None or device in item.devices]
    shown = [item for name, item in found.standing.items() if device in (None, name)]
    if output.json:
        start_messages(output, HISTORY_FORMAT, file=str(path))
        _print_rollouts_json(output, rollouts)
        for item in shown:
            print_message(output, _standing_message(item))
        print_message(output, {"type": "summary", "ok": True, "rollouts": len(rollouts), "devices": len(shown)})
        return
    _print_rollouts(output, rollouts)
    if device is None:
        output.say("history_devices", devices=len(shown), work=sum(item.in_work is not None for item in shown))
        return
    if not shown:
        output.say("history_none", device=device)
    for item in shown:
        _print_standing(output, item)


def _print_rollouts(output: Output, rollouts: Iterable[RolloutState]) -> None:
    rows = [_row(output, item) for item in rollouts]
    if not rows:
        output.say("history_empty")
        return
    names = ("began", "plan", "operator", "outcome", "devices")
    output.table([output.words(f"column_{name}") for name in names], rows)


def _row(output: Output, rollout: RolloutState) -> list[str]:
    begun = rollout.begun
    outcome = output.words("rollout_open") if rollout.is_open else output.in_words(outcome_in_words(rollout.outcome))
    counts = ", ".join(f"{count} {output.in_words(stage_in_words(stage))}" for stage, count in rollout.counts.items())
    return [moment_in_words(begun.at), begun.plan[:_SHORT], begun.operator, outcome, counts or "-"]


def _print_standing(output: Output, standing: DeviceStanding) -> None:
    begun, since = standing.begun, standing.since
    if begun is None or since is None:
        output.say("history_none", device=standing.device)
    else:
        output.say(
            "history_stands",
            device=standing.device,
            plan=begun.plan,
            since=moment_in_words(since),
            workspace=begun.workspace,
            text=standing.text,
            operator=begun.operator,
        )
        output.say("history_approvals", approvals=", ".join(begun.approvals) or "-")
        if begun.break_glass:
            output.say("history_break_glass", reason=begun.break_glass)
    if standing.in_work is not None:
        other, stage = standing.in_work
        in_words = output.in_words(stage_in_words(stage))
        output.say("history_in_work", device=standing.device, plan=other.plan, stage=in_words)
    if standing.addresses is not None:
        use = output.words(f"addresses_{standing.addresses.use}")
        output.say("history_addresses", addresses=", ".join(standing.addresses.addresses), use=use)


def _print_rollouts_json(output: Output, rollouts: Iterable[RolloutState]) -> None:
    for rollout in rollouts:
        begun = rollout.begun
        message = {
            "type": "rollout",
            "began": begun.at.isoformat(),
            "plan": begun.plan,
            "base": begun.base,
            "workspace": begun.workspace,
            "operator": begun.operator,
            "tool": begun.tool,
            "approvals": list(begun.approvals),
            "break_glass": begun.break_glass,
            "open": rollout.is_open,
            "outcome": str(rollout.outcome),
            "stages": {str(stage): count for stage, count in rollout.counts.items()},
            "given_up": [] if rollout.ended is None else list(rollout.ended.given_up),
        }
        print_message(output, message)


def _standing_message(standing: DeviceStanding) -> Message:
    begun, work, given = standing.begun, standing.in_work, standing.addresses
    return {
        "type": "device",
        "device": standing.device,
        "plan": None if begun is None else begun.plan,
        "workspace": None if begun is None else begun.workspace,
        "approvals": [] if begun is None else list(begun.approvals),
        "since": None if standing.since is None else standing.since.isoformat(),
        "text": standing.text,
        "in_work": None if work is None else {"plan": work[0].plan, "stage": str(work[1])},
        "addresses": None if given is None else {"given": list(given.addresses), "use": str(given.use)},
    }
