"""A checked statement of an applied plan -> what a person reads of it, and JSON Lines, format truc/applied/1."""

from __future__ import annotations

from pathlib import Path

from controller.journal.applied import AppliedStatement
from controller.output.canonical_json import Plain
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from intents.approval import SignerKey
from intents.messages import printable

APPLIED_FORMAT = "truc/applied/1"


def print_attestation(output: Output, path: Path, statement: AppliedStatement, signer: SignerKey) -> None:
    """Write who signed, what of, and which text stands on which device."""
    said = statement.predicate
    if output.json:
        start_messages(output, APPLIED_FORMAT, file=str(path))
        for device, digest in statement.subjects.items():
            print_message(output, {"type": "device", "device": device, "text": digest})
        who = {"principal": signer.principal, "key": signer.fingerprint}
        summary = {**who, "plan": statement.plan, "audited": said["audited"], "predicate": dict(said)}
        print_message(output, {"type": "summary", "ok": True, "devices": len(statement.subjects), **summary})
        return
    for device, digest in statement.subjects.items():
        output.line(f"{printable(device)}  {digest}")
    output.say(
        "applied_says",
        plan=statement.plan,
        ended=said["ended"],
        devices=len(statement.subjects),
        approvals=_count(said["approvals"]),
    )
    if said["break_glass"]:
        output.say("history_break_glass", reason=printable(str(said["break_glass"])))
    judges = said["judges"] if isinstance(said["judges"], list) else []
    named = [f"{item.get('name')} {item.get('version')}" for item in judges if isinstance(item, dict)]
    output.say("applied_judges", judges=printable(", ".join(named)))
    _say_not_modelled(output, said["not_modelled"])
    output.say("applied_signed", principal=signer.principal, fingerprint=signer.fingerprint, audited=said["audited"])
    output.say("next_applied")


def _say_not_modelled(output: Output, part: Plain) -> None:
    unproved = part if isinstance(part, dict) else {}
    if unproved.get("second_judge"):
        output.say("applied_no_second")
    names = [str(name) for listed in unproved.values() if isinstance(listed, list) for name in listed]
    if names:
        output.say("applied_unproved", names=printable(", ".join(names)))


def _count(part: Plain) -> int:
    return len(part) if isinstance(part, list) else 0
