"""`truc doctor`: is everything here that truc needs?

The one idea: each check is a name, whether it holds, and what was found; the remedy is a finding like any other.
"""

from __future__ import annotations

import locale
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from controller.jobs.pipeline import LOCKFILE
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.startup import foreign_ipam
from ipam.lockfile import read_lockfile

DOCTOR_FORMAT = "truc/doctor/1"
FIRST, AFTER_LAST = (3, 11), (3, 14)
_PACKAGES = ("intents", "ipam", "routing", "verification", "controller")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    holds: bool
    found: str


def examine(folder: Path) -> tuple[Check, ...]:
    """Return every check of the surroundings and of a workspace's folder."""
    foreign = foreign_ipam()
    root = Path(__file__).resolve().parent.parent.parent
    encoding = locale.getpreferredencoding(do_setlocale=False)
    return (
        Check(name="python", holds=FIRST <= sys.version_info[:2] < AFTER_LAST, found=platform.python_version()),
        Check(name="packages", holds=all((root / name).is_dir() for name in _PACKAGES), found=str(root)),
        Check(name="ipam", holds=foreign is None, found=str(foreign or root / "ipam")),
        Check(name="locale", holds=True, found=f"{encoding}; truc writes {sys.stdout.encoding}"),
        Check(name="workspace", holds=(folder / "settings.yaml").is_file(), found=str(folder)),
        _lockfile_check(folder),
    )


def _lockfile_check(folder: Path) -> Check:
    path = folder / LOCKFILE
    if not path.exists():
        return Check(name="lockfile", holds=True, found="none yet")
    plan, findings = read_lockfile(path, LOCKFILE)
    found = f"{len(plan.prefixes):,} prefixes, {len(plan.numbers):,} numbers, {len(findings):,} findings"
    return Check(name="lockfile", holds=not findings, found=found)


def doctor(output: Output, folder: Path) -> ExitCode:
    """Write every check; ERROR if one does not hold (OSError)."""
    checks = examine(folder)
    good = all(check.holds for check in checks)
    if output.json:
        start_messages(output, DOCTOR_FORMAT)
        for check in checks:
            print_message(output, {"type": "check", "name": check.name, "holds": check.holds, "found": check.found})
        print_message(output, {"type": "summary", "ok": good})
    else:
        for check in checks:
            mark = output.paint("ok", "good") if check.holds else output.paint("!!", "bad")
            output.line(f"  {mark}  {output.words('check_' + check.name)}: {check.found}")
        output.say("next_doctor_good" if good else "next_doctor_bad")
    return ExitCode.FINE if good else ExitCode.ERROR
