"""A checked statement of a plan, applied or proved -> what a person reads of it, and JSON Lines, format truc/applied/1."""

from __future__ import annotations

from pathlib import Path

from controller.journal.statements import PlanStatement, StatementKind
from controller.output.canonical_json import Plain
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from intents.approval import SignerKey
from intents.messages import printable

APPLIED_FORMAT = "truc/applied/1"


def print_attestation(output: Output, path: Path, statement: PlanStatement, signer: SignerKey) -> None:
    """Write who signed, what of, and which text stands on which device."""
    said = statement.predicate
    if output.json:
        start_messages(output, APPLIED_FORMAT, file=str(path))
        for device, digest in statement.subjects.items():
            print_message(output, {"type": "device", "device": device, "text": digest})
        who = {"principal": signer.principal, "key": signer.fingerprint}
        kind = statement.kind.name.lower()
        summary = {**who, "kind": kind, "plan": statement.plan, "at": said["at"], "predicate": dict(said)}
        print_message(output, {"type": "summary", "ok": True, "devices": len(statement.subjects), **summary})
        return
    for device, digest in statement.subjects.items():
        output.line(f"{printable(device)}  {digest}")
    if statement.kind is StatementKind.APPLIED:
        _say_applied(output, statement)
    else:
        _say_verified(output, statement)
    judges = said["judges"] if isinstance(said["judges"], list) else []
    named = [f"{item.get('name')} {item.get('version')}" for item in judges if isinstance(item, dict)]
    output.say("applied_judges", judges=", ".join(named))
    _say_not_modelled(output, said["not_modelled"])
    output.say("applied_signed", principal=signer.principal, fingerprint=signer.fingerprint, at=said["at"])
    output.say("next_applied")


def _say_applied(output: Output, statement: PlanStatement) -> None:
    said = statement.predicate
    output.say(
        "applied_says",
        plan=statement.plan,
        ended=said["ended"],
        devices=len(statement.subjects),
        approvals=_count(said["approvals"]),
    )
    if said["break_glass"]:
        output.say("history_break_glass", reason=said["break_glass"])


def _say_verified(output: Output, statement: PlanStatement) -> None:
    said = statement.predicate
    verdicts, coverage = _object(said["verdicts"]), _object(said["coverage"])
    counts = {"opens": said["opens"], "closes": said["closes"], "devices": len(statement.subjects)}
    output.say("verified_says", plan=statement.plan, **counts)
    output.say("verified_asked", states=verdicts.get("states"), asked=verdicts.get("asked"), held=verdicts.get("held"))
    if coverage:
        output.say("verified_coverage", covered=coverage.get("covered"), modelled=coverage.get("modelled"))
    faults = _object(said["mutations"])
    if faults:
        told = ", ".join(f"{name} {count}" for name, count in faults.items() if name != "seed")
        output.say("verified_mutations", counts=told, seed=faults.get("seed"))
    else:
        output.say("verified_no_mutations")


def _say_not_modelled(output: Output, part: Plain) -> None:
    unproved = _object(part)
    if unproved.get("second_judge"):
        output.say("applied_no_second")
    names = [str(name) for listed in unproved.values() if isinstance(listed, list) for name in listed]
    if names:
        output.say("applied_unproved", names=", ".join(names))


def _object(part: Plain) -> dict[str, Plain]:
    return part if isinstance(part, dict) else {}


def _count(part: Plain) -> int:
    return len(part) if isinstance(part, list) else 0
