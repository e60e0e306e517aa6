"""An `Adoption` -> what a person or a script reads of it.

The one idea: what was left out comes first, then whose lines would be ours and why, then who reaches whom today; the last lines
say what only a person can fill in, and that nothing is taken over.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from controller.adopt.adoption import RECORD, Adoption
from controller.adopt.against import TakeOver
from controller.adopt.claims import total_counts
from controller.adopt.record import counts_of, whole
from controller.adopt.standing import Facing
from controller.adopt.today import TodayIntent
from controller.output.json_lines import (
    because_message,
    finding_message,
    flow_message,
    print_message,
    start_messages,
)
from controller.output.terminal import Output
from controller.reports.change import change_messages, print_change
from controller.reports.findings import tell_findings
from controller.reports.redaction import redact_line
from intents.messages import printable
from routing.model import LinePath
from verification.inspection.doubts import Doubt
from verification.verdicts.flow import describe_flow
from verification.verdicts.verdict import NotModelled

ADOPT_FORMAT = "truc/adopt/1"
MOST_SHOWN = 10
"""Statements, doubts and lines that are shown; the rest is counted."""


def print_adoption(output: Output, adoption: Adoption, taken: TakeOver | None) -> None:
    """Write the whole report but its end."""
    tell_findings(output, Path(), (*adoption.findings, *(() if taken is None else taken.findings)))
    files = adoption.folder.files
    output.say("adopt_files", files=len(files), taken=len(adoption.folder.texts), left=len(adoption.folder.left_out))
    _print_counts(output, adoption)
    _print_unknown(output, adoption)
    _print_standing(output, adoption)
    _print_reached(output, adoption)
    _print_open(output, adoption)
    output.line()
    if taken is not None:
        _print_taken(output, taken)


def _print_counts(output: Output, adoption: Adoption) -> None:
    found = total_counts(adoption.claims)
    ours = sum(count for (is_ours, _, _), count in found.items() if is_ours)
    output.say("adopt_lines", ours=ours, foreign=sum(found.values()) - ours)
    order = sorted(found.items(), key=lambda item: (not item[0][0], item[0][1], item[0][2]))
    rows = [
        [
            output.words("adopt_ours" if is_ours else "adopt_foreign"),
            f"{count:,}",
            output.words(f"subject_{kind}"),
            output.words("ground_" + ground.replace(" ", "_")),
        ]
        for (is_ours, kind, ground), count in order
    ]
    output.table([output.words(f"column_{name}") for name in ("whose", "lines", "kind", "why")], rows, (1,))


def _print_unknown(output: Output, adoption: Adoption) -> None:
    if not adoption.unknown_lines:
        return
    output.say("adopt_unknown", lines=adoption.unknown_lines)
    lines = [
        (text.file, text.device.platform, line.path)
        for text in adoption.folder.texts.values()
        for line in text.device.unknown
    ]
    for file, platform, path in lines[:MOST_SHOWN]:
        output.line(f"    {printable(file)}: {_path(platform, path)}")
    if len(lines) > MOST_SHOWN:
        output.say("adopt_more", count=len(lines) - MOST_SHOWN)


def _path(platform: str, path: LinePath) -> str:
    return " / ".join(printable(redact_line(platform, part)) for part in path)


def _print_standing(output: Output, adoption: Adoption) -> None:
    counts = Counter(item.facing for item in adoption.standing.places)
    purposes = {vrf for item in adoption.standing.places for vrf in item.purposes}
    output.say(
        "adopt_places",
        lans=counts[Facing.LAN],
        outside=counts[Facing.OUTSIDE],
        purposes=len(purposes),
        cables=len(adoption.texts.network.links),
    )
    unsure = sum(len(item.purposes) > 1 for item in adoption.standing.places)
    if unsure:
        output.say("adopt_purpose_unsure", count=unsure)
    behind = [item for item in adoption.standing.places if item.facing is Facing.OUTSIDE and not item.behind]
    for item in behind[:MOST_SHOWN]:
        output.say("adopt_nothing_behind", device=printable(item.device), interface=printable(item.interface))


def _print_reached(output: Output, adoption: Adoption) -> None:
    if isinstance(adoption.reached, NotModelled):
        output.say("adopt_not_reached", reason=printable(output.in_words(adoption.reached.reason)))
        return
    pairs = {(item.source, item.destination) for item in adoption.reached if item.services}
    remarked = sum(bool(item.remarks) for item in adoption.today)
    output.say("adopt_reached", pairs=len(pairs), statements=len(adoption.today), remarked=remarked)
    for item in adoption.today[:MOST_SHOWN]:
        output.line(f"    {_statement(output, item)}")
    if len(adoption.today) > MOST_SHOWN:
        output.say("adopt_more", count=len(adoption.today) - MOST_SHOWN)
    beyond = [item for item in adoption.reached if item.beyond is not None]
    if beyond:
        first = beyond[0].beyond
        packet = "-" if first is None else printable(describe_flow(first, output.language))
        output.say("adopt_beyond", count=len(beyond), flow=packet)


def _statement(output: Output, item: TodayIntent) -> str:
    ends = f"{_named(output, item.sources)} -> {_named(output, item.destinations)}: {item.services}"
    remarks = ", ".join(output.words("remark_" + remark.replace(" ", "_")) for remark in item.remarks)
    return f"{ends} ({remarks})" if remarks else ends


def _named(output: Output, names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:2])
    return output.words("and_more_names", names=shown, count=len(names) - 2) if len(names) > 2 else shown


def _print_open(output: Output, adoption: Adoption) -> None:
    """Write what leaves open who reaches whom."""
    for subnet in adoption.texts.unclear[:MOST_SHOWN]:
        places = ", ".join(f"{device} {name}" for device, name in subnet.places)
        output.say("adopt_unclear", prefix=subnet.prefix, places=printable(places))
    if adoption.doubts:
        output.say("adopt_doubts", count=len(adoption.doubts))
        for doubt in adoption.doubts[:MOST_SHOWN]:
            output.line(f"    {printable(doubt.device)}: {printable(_doubt(output, doubt))}")
        if len(adoption.doubts) > MOST_SHOWN:
            output.say("adopt_more", count=len(adoption.doubts) - MOST_SHOWN)
    for _, flow in adoption.differing[:MOST_SHOWN]:
        output.say("adopt_differing", flow=printable(describe_flow(flow, output.language)))


def _doubt(output: Output, doubt: Doubt) -> str:
    culprit = doubt.culprit
    line = "" if culprit is None or not culprit.text else f" ({culprit.line}: {culprit.text})"
    return f"{output.in_words(doubt.reason)}{line}"


def _print_taken(output: Output, taken: TakeOver) -> None:
    output.say("adopt_taken", foreign=taken.foreign, gone=taken.gone)
    print_change(output, taken.change)
    if taken.unlooked:
        output.say("change_undeclared", places=printable(", ".join(taken.unlooked)))
    if taken.missing:
        output.say("adopt_missing", devices=printable(", ".join(taken.missing)))


def print_adoption_end(output: Output, adoption: Adoption, taken: TakeOver | None, written: Path | None) -> None:
    """Write where the proposal is, what to do next, and the closing line."""
    if written is not None:
        output.say("adopt_wrote", folder=printable(str(written)), record=RECORD, digest=adoption.digest)
    output.say("next_adopt" if written is None else "next_adopt_written")
    if taken is None:
        closing = "adopt_closing_open" if adoption.is_open else "adopt_closing"
    elif taken.change.changes:
        closing = "adopt_closing_changes"
    else:
        closing = "adopt_closing_same" if taken.is_same else "adopt_closing_unsure"
    good = closing in ("adopt_closing", "adopt_closing_same")
    output.line(output.paint(output.words(closing), "good" if good else "unsure"))


def print_adoption_json(output: Output, adoption: Adoption, taken: TakeOver | None, written: Path | None) -> None:
    """Write everything as messages."""
    start_messages(output, ADOPT_FORMAT)
    for finding in (*adoption.findings, *(() if taken is None else taken.findings)):
        print_message(output, finding_message(finding, output.language))
    for file in adoption.folder.files:
        described = {"file": whole(file.name), "state": str(file.state), "device": file.device or None}
        print_message(output, {"type": "file", **described, "sha256": file.digest})
    for claims in adoption.claims:
        print_message(output, {"type": "device", "device": claims.device, "counts": counts_of([claims])})
    for place in adoption.standing.places:
        print_message(
            output,
            {
                "type": "place",
                "name": place.name,
                "device": place.device,
                "interface": place.interface,
                "also": [list(port) for port in place.also],
                "vrf": place.vrf or None,
                "vlan": place.vlan,
                "facing": str(place.facing),
                "prefixes": [str(prefix) for prefix in place.prefixes],
                "behind": [str(prefix) for prefix in place.behind],
                "purposes": list(place.purposes),
                "hint": place.hint,
            },
        )
    for item in adoption.today:
        ends = {"sources": list(item.sources), "destinations": list(item.destinations)}
        remarks = [str(remark) for remark in item.remarks]
        print_message(output, {"type": "reach", **ends, "services": str(item.services), "remarks": remarks})
    for message in _open_messages(adoption):
        print_message(output, message)
    for change in () if taken is None else change_messages(taken.change):
        print_message(output, change)
    print_message(output, _summary(adoption, taken, written))


def _open_messages(adoption: Adoption) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for doubt in adoption.doubts:
        line = 0 if doubt.culprit is None else doubt.culprit.line
        found.append({"type": "doubt", "device": doubt.device, "line": line, **because_message(doubt.reason)})
    if isinstance(adoption.reached, NotModelled):
        found.append({"type": "doubt", "device": "", "line": 0, **because_message(adoption.reached.reason)})
    for subnet in adoption.texts.unclear:
        places = [f"{device} {name}" for device, name in subnet.places]
        found.append({"type": "unclear", "prefix": str(subnet.prefix), "why": str(subnet.kind), "places": places})
    found += [{"type": "differing", "flow": flow_message(flow)} for _, flow in adoption.differing]
    return found


def _summary(adoption: Adoption, taken: TakeOver | None, written: Path | None) -> dict[str, object]:
    found = total_counts(adoption.claims)
    ours = sum(count for (is_ours, _, _), count in found.items() if is_ours)
    return {
        "type": "summary",
        "ok": not adoption.is_open and (taken is None or taken.is_same),
        "files": len(adoption.folder.files),
        "devices": len(adoption.claims),
        "left_out": len(adoption.folder.left_out),
        "ours": ours,
        "foreign": sum(found.values()) - ours,
        "unknown": adoption.unknown_lines,
        "places": len(adoption.standing.places),
        "statements": len(adoption.today),
        "digest": adoption.digest,
        "out": None if written is None else str(written),
        "same_access": None if taken is None else taken.is_same,
        "gone": 0 if taken is None else taken.gone,
        "unlooked": [] if taken is None else list(taken.unlooked),
        "missing": [] if taken is None else list(taken.missing),
    }
