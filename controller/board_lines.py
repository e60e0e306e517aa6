"""Lines of devices as the board may see them: with their place, and without what is secret in them.

The one idea: whatever the page quotes from a device's text goes through `shown_line`, so that one place decides what stays
covered.
"""

from __future__ import annotations

import re
from dataclasses import replace

from controller.board_words import Both, both
from controller.verify import VerifyReport
from routing.vendors import VENDORS
from verification.mutation import Fault
from verification.verdict import Culprit

COVER = "•••"
_SECRET = re.compile(
    r"(?i)((?<![a-z0-9])(?:passwords?|passwd|passphrase|secret|key(?:-string)?|auth|priv|authentication-(?:md5|sha\d*)"
    r"|privacy-\w+|snmp\S*\s+community|md5|sha\d*)\s+)\S.*"
)
_HASH = re.compile(r"\$\w{1,4}\$\S+")


def shown_line(platform: str, text: str) -> str:
    """Return a line of a device's text with its secrets hidden, and all that follows a word for a secret covered."""
    vendor = VENDORS.get(platform)
    if vendor is not None:
        text = vendor.hide_secrets(text).removesuffix("\n")
    return _HASH.sub(COVER, _SECRET.sub(rf"\1{COVER}", text))


def shown_of(report: VerifyReport, device: str, text: str) -> str:
    """Return a line of this device's text as it may be shown."""
    config = report.compiled.configs.get(device)
    return shown_line("" if config is None else config.platform, text)


def culprit_line(report: VerifyReport, culprit: Culprit) -> Both:
    """Return a guilty line as `FILE:LINE: text`, or what is missing in which file."""
    name = report.file_name(culprit.device)
    if culprit.line:
        return Both(vi=f"{name}:{culprit.line}: {shown_of(report, culprit.device, culprit.text)}")
    thing = shown_of(report, culprit.device, " ".join(part for part in culprit.ref if part))
    missing = both("no_line", thing=thing)
    return Both(vi=f"{name}: {missing.vi}", en=missing.en)


def shown_reason(report: VerifyReport, reason: str, culprits: tuple[Culprit, ...]) -> str:
    """Return a judge's reason; where it quotes one of the guilty lines, that line is shown as everywhere else."""
    for item in culprits:
        shown = shown_of(report, item.device, item.text)
        if item.text and shown != item.text:
            reason = reason.replace(repr(item.text), repr(shown)).replace(item.text, shown)
    return reason


def shown_fault(report: VerifyReport, fault: Fault) -> Fault:
    """Return a seeded fault whose lines are as they may be shown."""

    def shown(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(shown_of(report, fault.device, line) for line in lines)

    edits = tuple(replace(edit, before=shown(edit.before), after=shown(edit.after)) for edit in fault.edits)
    return replace(fault, edits=edits)
