"""A table of probe hosts and the two workspaces of a plan -> rounds of probes: before the plan, in its middle, behind it.

The one idea: a round is asked for by where the plan is, and knows itself what should become of its packets then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.fleet.credentials import CredentialReference, Credentials, parse_reference, resolve
from controller.jobs.pipeline import Addressed
from controller.journal.probe_results import ProbeResult
from controller.probes.hosts import read_probe_hosts
from controller.probes.look import Try, look, wished
from controller.probes.planned import PlannedProbe, lans_of, plan_probes, saying_of
from intents.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTable:
    """Where probe hosts are written down, where credentials are kept of those that name no place, and what asks them for
    connections, for so many `seconds` each at most."""

    path: Path
    credentials: str
    seconds: float
    attempt: Try


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRounds:
    """Probes of a plan, ready to be sent. `seconds`: for each packet's answer, at most."""

    probes: tuple[PlannedProbe, ...]
    credentials: Mapping[CredentialReference, Credentials]
    seconds: float
    attempt: Try

    def look(self, *, behind: bool | None) -> tuple[ProbeResult, ...]:
        """Send what is to be sent before the plan (False), behind it (True), or in its middle (None)."""
        return look(wished(self.probes, behind=behind), self.credentials, self.seconds, self.attempt)


def read_rounds(table: ProbeTable, ends: tuple[Addressed, Addressed]) -> tuple[ProbeRounds, tuple[Finding, ...]]:
    """Return the probes that a table of hosts allows between what is declared before and after, and warnings; FindingsError,
    OSError."""
    before, after = map(saying_of, ends)
    reference = parse_reference(table.credentials)
    hosts, warnings = read_probe_hosts(table.path, str(table.path), lans_of((before, after)), reference)
    probes, left = plan_probes(hosts, before, after)
    reaches = {probe.host.reach for probe in probes}
    secrets = resolve(reach.credentials for reach in reaches if reach is not None)
    found = ProbeRounds(probes=probes, credentials=secrets, seconds=table.seconds, attempt=table.attempt)
    return found, (*warnings, *left)
