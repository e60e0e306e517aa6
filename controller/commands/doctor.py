"""`truc doctor`: is everything here that truc needs?

The one idea: each check is a name, whether it holds, and what was found; the remedy is a finding like any other.
"""

from __future__ import annotations

import locale
import os
import platform
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.jobs.pipeline import store_of, today
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.startup import foreign_ipam
from intents.finding import Where, make_finding
from intents.messages import describe
from intents.reader.conversions import to_date
from intents.reader.nodes import MappingNode, ScalarNode
from intents.reader.yaml_reader import read_yaml

DOCTOR_FORMAT = "truc/doctor/1"
SETTINGS = "settings.yaml"
FIRST, AFTER_LAST = (3, 11), (3, 14)
_PACKAGES = ("intents", "ipam", "routing", "verification", "controller")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at; `doubtful`: it works, but is hardly meant."""

    name: str
    holds: bool
    found: str
    doubtful: bool = False


def examine(folder: Path, output: Output) -> tuple[Check, ...]:
    """Return every check of the surroundings and of a workspace's folder."""
    foreign = foreign_ipam()
    root = Path(__file__).resolve().parent.parent.parent
    encoding = locale.getpreferredencoding(do_setlocale=False)
    return (
        Check(name="python", holds=FIRST <= sys.version_info[:2] < AFTER_LAST, found=platform.python_version()),
        Check(name="packages", holds=all((root / name).is_dir() for name in _PACKAGES), found=str(root)),
        Check(name="ipam", holds=foreign is None, found=str(foreign or root / "ipam")),
        Check(name="locale", holds=True, found=f"{encoding}; truc writes {sys.stdout.encoding}"),
        Check(name="workspace", holds=(folder / SETTINGS).is_file(), found=str(folder)),
        _day_check(folder, output),
        Check(name="writable", holds=True, doubtful=not os.access(folder, os.W_OK | os.X_OK), found=str(folder)),
        _lockfile_check(folder),
    )


def _day_check(folder: Path, output: Output) -> Check:
    """Say whether a workspace stands still in time: an example may, one that is used must not."""
    root, _ = read_yaml(folder / SETTINGS, SETTINGS)
    entries = root.entries if isinstance(root, MappingNode) else ()
    named = [entry.value for entry in entries if entry.key == "default_on"]
    days = [to_date(value.text) for value in named if isinstance(value, ScalarNode)]
    standing = next((day for day in days if isinstance(day, date) and day != today()), None)
    if standing is None:
        return Check(name="day", holds=True, found=output.words("day_today"))
    return Check(name="day", holds=True, doubtful=True, found=output.words("day_standing", on=standing))


def _lockfile_check(folder: Path) -> Check:
    kept = store_of(folder).load()
    if not kept.is_there:
        return Check(name="lockfile", holds=True, found="none yet")
    prefixes, numbers, findings = len(kept.plan.prefixes), len(kept.plan.numbers), len(kept.findings)
    found = f"{prefixes:,} prefixes, {numbers:,} numbers, {findings:,} findings"
    return Check(name="lockfile", holds=not kept.findings, found=found)


def doctor(output: Output, folder: Path) -> ExitCode:
    """Write every check; ERROR if one does not hold (OSError)."""
    checks = examine(folder, output)
    doubtful = any(check.doubtful for check in checks)
    good = all(check.holds for check in checks)
    if output.json:
        start_messages(output, DOCTOR_FORMAT)
        for check in checks:
            known = {"name": check.name, "holds": check.holds, "doubtful": check.doubtful, "found": check.found}
            print_message(output, {"type": "check", **known})
        print_message(output, {"type": "summary", "ok": good})
    else:
        for check in checks:
            output.line(f"  {_mark(check, output)}  {output.words('check_' + check.name)}: {check.found}")
        wrong = ", ".join(output.words("check_" + check.name) for check in checks if not check.holds)
        if wrong:
            output.error(describe(make_finding("TR896", Where(file=str(folder)), checks=wrong), output.language))
        output.say("next_doctor_bad" if not good else "next_doctor_unsure" if doubtful else "next_doctor_good")
    return ExitCode.FINE if good else ExitCode.ERROR


def _mark(check: Check, output: Output) -> str:
    if not check.holds:
        return output.paint("!!", "bad")
    return output.paint("??", "unsure") if check.doubtful else output.paint("ok", "good")
