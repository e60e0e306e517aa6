"""Captured texts as read -> what a person or a script reads of them.

The one idea: per file first what was made of its lines, then the lines of which nothing was made; at the end which constructs are
most worth adding. Secrets are hidden before a text is read, and lines are covered once more here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from controller.jobs.captured import LineKind, ReadLine, ReadText
from controller.jobs.line_forms import LineForm
from controller.output.json_lines import because_message, print_message
from controller.output.terminal import Output
from controller.reports.redaction import redact_line
from intents.messages import printable
from intents.prefix import format_address
from intents.reason import describe_reason
from routing.model import Device

MOST_SHOWN = 10
"""Lines of a file and forms that are shown unless all are asked for; the rest is counted."""


def percent(texts: Iterable[ReadText]) -> float:
    """Return how many of the lines are understood, in percent (100 if there are none)."""
    counts = Counter(line.kind for text in texts for line in text.lines)
    total = sum(counts.values())
    return 100.0 if not total else 100.0 * (total - counts[LineKind.UNKNOWN]) / total


def found_in(device: Device) -> dict[str, int]:
    """Return how many things of each kind a device has."""
    return {
        "interfaces": len(device.interfaces),
        "vrfs": len(device.vrfs),
        "addresses": sum(len(item.addresses) for item in device.interfaces),
        "sessions": sum(len(instance.neighbors) for instance in device.bgp),
        "statics": len(device.statics),
        "acls": len(device.acls),
        "entries": sum(len(acl.entries) for acl in device.acls),
        "filters": sum(len(item.bindings) for item in device.interfaces) + len(device.control_filters),
        "policies": len(device.policies),
    }


def print_read(output: Output, text: ReadText, *, all_lines: bool) -> None:
    """Write what was made of one file."""
    device = text.device
    output.line(f"{printable(text.file)}: {printable(device.name)} ({device.platform})")
    if not text.named:
        output.say("read_unnamed", name=printable(device.name))
    for item in text.captured.stripped:
        edge = output.words("edge_" + item.edge.replace("-", "_"))
        output.say("read_stripped", edge=edge, count=len(item.lines), lines=_some(item.lines))
    output.say("read_found", **found_in(device))
    counts = {str(kind): text.count(kind) for kind in LineKind}
    output.say("read_lines", total=len(text.lines), percent=f"{percent([text]):.1f}", **counts)
    shown = text.lines if all_lines else [line for line in text.lines if line.kind is LineKind.UNKNOWN]
    for line in shown if all_lines else shown[:MOST_SHOWN]:
        output.line(f"    {_line(output, device.platform, line, with_kind=all_lines)}")
    if not all_lines and len(shown) > MOST_SHOWN:
        output.say("read_more_lines", count=len(shown) - MOST_SHOWN)
    output.line()


def _some(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return shown if len(numbers) <= 5 else f"{shown}, …"


def _line(output: Output, platform: str, line: ReadLine, *, with_kind: bool) -> str:
    path = " / ".join(printable(redact_line(platform, part)) for part in line.path)
    kind = f"{output.words('kind_' + line.kind)}: " if with_kind else ""
    why = "" if line.reason is None else f": {printable(redact_line(platform, output.in_words(line.reason)))}"
    return f"{line.number:>5}  {kind}{path}{why}"


def print_forms(output: Output, forms: tuple[LineForm, ...], *, all_lines: bool) -> None:
    """Write which constructs are most worth adding."""
    if not forms:
        return
    output.say("read_forms")
    shown = forms if all_lines else forms[:MOST_SHOWN]
    rows = [
        [
            f"{item.files:,}",
            f"{item.lines:,}",
            printable(item.form),
            f"{printable(item.example_file)}:{item.example.number}",
        ]
        for item in shown
    ]
    output.table([output.words(f"column_{name}") for name in ("files", "lines", "form", "example")], rows, (0, 1))
    if len(forms) > len(shown):
        output.say("read_more_forms", count=len(forms) - len(shown))
    output.line()


def print_read_end(output: Output, texts: tuple[ReadText, ...]) -> None:
    """Write what to do next and the closing line."""
    counts = {str(kind): sum(text.count(kind) for text in texts) for kind in LineKind}
    whole = sum(1 for text in texts if not text.device.unknown)
    output.say("next_read_unknown" if counts["unknown"] else "next_read")
    closing = output.words(
        "read_closing",
        files=len(texts),
        whole=whole,
        total=sum(len(text.lines) for text in texts),
        percent=f"{percent(texts):.1f}",
        **counts,
    )
    output.line(output.paint(closing, "unsure" if counts["unknown"] else "good"))


def print_read_json(
    output: Output, texts: tuple[ReadText, ...], forms: tuple[LineForm, ...], *, all_lines: bool
) -> None:
    """Write every file, its lines, the forms and a summary as messages."""
    for text in texts:
        _print_file_json(output, text)
        for line in text.lines:
            if all_lines or line.kind is LineKind.UNKNOWN:
                _print_line_json(output, text, line)
    for form in forms:
        example = {"file": form.example_file, "line": form.example.number}
        message = {"type": "form", "form": form.form, "lines": form.lines, "files": form.files, "example": example}
        print_message(output, message)
    counts = {str(kind): sum(text.count(kind) for text in texts) for kind in LineKind}
    whole = sum(1 for text in texts if not text.device.unknown)
    understood = round(percent(texts), 1)
    print_message(output, {"type": "summary", "files": len(texts), "whole": whole, **counts, "percent": understood})


def _print_file_json(output: Output, text: ReadText) -> None:
    device = text.device
    print_message(
        output,
        {
            "type": "file",
            "file": text.file,
            "device": device.name,
            "platform": device.platform,
            "named": text.named,
            "stripped": {str(item.edge): list(item.lines) for item in text.captured.stripped},
            "found": found_in(device),
            **{str(kind): text.count(kind) for kind in LineKind},
            "percent": round(percent([text]), 1),
            "interfaces": [
                {
                    "name": item.name,
                    "vrf": item.vrf,
                    "enabled": item.enabled,
                    "addresses": [f"{format_address(a.family, a.value)}/{a.length}" for a in item.addresses],
                }
                for item in device.interfaces
            ],
            "vrfs": [item.name for item in device.vrfs],
            "sessions": [
                {"vrf": instance.vrf, "neighbor": format_address(n.family, n.address), "remote_as": n.remote_as}
                for instance in device.bgp
                for n in instance.neighbors
            ],
            "acls": [{"name": acl.name, "family": int(acl.family), "entries": len(acl.entries)} for acl in device.acls],
            "policies": [policy.name for policy in device.policies],
        },
    )


def _print_line_json(output: Output, text: ReadText, line: ReadLine) -> None:
    platform = text.device.platform
    path = [redact_line(platform, part) for part in line.path]
    why = {}
    if line.reason is not None:
        found = because_message(line.reason)
        said = redact_line(platform, describe_reason(line.reason, "en"))
        why = {"reason": said, "reason_key": found["reason_key"]}
    message = {"type": "line", "file": text.file, "line": line.number, "kind": str(line.kind), "path": path, **why}
    print_message(output, message)
