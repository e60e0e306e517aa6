"""Drifts found, and an earlier report of them -> the report of this day: since when each is known, and what it says to a script.

The one idea: a drift is the same one as long as the same lines differ on the same device, wherever in the texts they stand; then
the day on which it was first seen goes on from report to report.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.cache.digest import digest_of
from controller.drift.texts import DriftTexts
from controller.jobs.pipeline import Compiled
from controller.output.exit_codes import ExitCode
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reason import Reason, because
from routing.vendors import VENDORS
from verification.drift.classes import DriftClass
from verification.drift.found import DeviceDrift, Drifts
from verification.drift.witness import Witness, WitnessClass

DRIFT_FORMAT = "truc/drift/1"
MOST_BYTES = 64_000_000
"""Bytes of an earlier report that are read."""

EXPLAINED = frozenset({WitnessClass.OUTSIDE, WitnessClass.FAILURE, WitnessClass.DRIFT})
"""Differences between tables and predictions that say nothing against the model."""

Since = Mapping[tuple[str, str], str]
"""Device and digest of its difference -> the day on which that was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """All that is told of one day. `digests` and `since` are by device; `witness`: what tables that were read with the texts say
    of truc's own model (None: there are none), which is never a drift."""

    compiled: Compiled
    texts: DriftTexts
    drifts: Drifts
    digests: Mapping[str, str]
    since: Mapping[str, str]
    with_failures: bool
    findings: tuple[Finding, ...] = ()
    witness: Witness | None = None

    @property
    def on(self) -> date:
        """The day of the report."""
        return self.compiled.addressed.wanted.on

    @property
    def counts(self) -> Mapping[DriftClass, int]:
        """How many devices drift in each class, all named."""
        found = Counter(item.drift_class for item in self.drifts.found)
        return {name: found[name] for name in DriftClass}

    @property
    def exit_code(self) -> ExitCode:
        """What the report says to a script: a drift outweighs what nobody can say."""
        counts = self.counts
        if any(count for name, count in counts.items() if name is not DriftClass.NOT_MODELLED):
            return ExitCode.CHANGES
        is_open = counts[DriftClass.NOT_MODELLED] or self.texts.not_read or not self.witness_is_sure
        return ExitCode.INCONCLUSIVE if is_open else ExitCode.FINE

    @property
    def witness_is_sure(self) -> bool:
        """Whether all tables, if there are any, were had, and whatever differs in them is explained."""
        if self.witness is None:
            return True
        return not self.witness.not_read and all(item.witness_class in EXPLAINED for item in self.witness.differences)

    def file_name(self, device: str) -> str:
        """Return the name of the file that holds a device's text."""
        return self.compiled.configs[device].file_name


def report_of_day(
    compiled: Compiled,
    texts: DriftTexts,
    drifts: Drifts,
    known: Since,
    *,
    with_failures: bool,
    findings: Iterable[Finding] = (),
    witness: Witness | None = None,
) -> DriftReport:
    """Return the report of the day that the workspace is compiled for; `known`: what an earlier report says."""
    day = compiled.addressed.wanted.on.isoformat()
    digests = {item.device: digest_of_drift(compiled, item) for item in drifts.found}
    return DriftReport(
        compiled=compiled,
        texts=texts,
        drifts=drifts,
        digests=digests,
        since={name: min(day, known.get((name, digest), day)) for name, digest in digests.items()},
        with_failures=with_failures,
        findings=tuple(findings),
        witness=witness,
    )


def digest_of_drift(compiled: Compiled, drift: DeviceDrift) -> str:
    """Return the digest of what differs: of what lines say, wherever they stand, and of no secret."""
    vendor = VENDORS[compiled.configs[drift.device].platform]
    sides = (drift.missing, drift.added)
    said = [tuple(sorted(like.path for item in side if (like := vendor.likeness(item.path)))) for side in sides]
    return digest_of(drift.device, tuple(said))


def read_since(path: Path | None) -> Since:
    """Return what an earlier report says, nothing without one; FindingsError for a file that is none, OSError."""
    if path is None:
        return {}
    if path.stat().st_size > MOST_BYTES:
        raise _no_report(path, because("too_large_for_report", limit=MOST_BYTES))
    lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    found: dict[tuple[str, str], str] = {}
    for number, line in enumerate(lines, 1):
        message = _message(path, number, line)
        if number == 1 and message.get("format") != DRIFT_FORMAT:
            raise _no_report(path, because("of_another_format", wanted=DRIFT_FORMAT))
        if message.get("type") == "drift":
            device, digest, since = (str(message.get(name, "")) for name in ("device", "digest", "since"))
            found[device, digest] = _day(path, number, since)
    if not lines:
        raise _no_report(path, because("of_another_format", wanted=DRIFT_FORMAT))
    return found


def _message(path: Path, number: int, line: str) -> Mapping[str, object]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _no_report(path, because("no_json_object"), number) from error
    if not isinstance(message, dict):
        raise _no_report(path, because("no_json_object"), number)
    return message


def _day(path: Path, number: int, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _no_report(path, because("no_day_of_drift", text=text[:20]), number) from error


def _no_report(path: Path, reason: Reason, line: int = 0) -> FindingsError:
    return FindingsError([make_finding("TR839", Where(file=str(path), line=line), reason=reason)])
