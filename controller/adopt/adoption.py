"""A folder of captured texts -> everything that `truc adopt` proposes of it, as one value.

The one idea: what is told, what is written and what will be signed come from this value alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from controller.adopt.claims import DeviceClaims, claims_of
from controller.adopt.folder import FoundFolder, read_found
from controller.adopt.proposed import Proposal, address_table, workspace_files
from controller.adopt.record import digest_of_record, lines_file, record_bytes, record_of, whole
from controller.adopt.standing import FoundStanding, find_standing, slug_of
from controller.adopt.today import TodayIntent, intents_of_today
from controller.jobs.inspected import inspected_of
from controller.output.canonical_json import Plain
from controller.output.terminal import Output
from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import describe_reason
from verification.inspection.doubts import Doubt
from verification.inspection.reach import PairPassage, passages, replay
from verification.inspection.tables import Inspection
from verification.inspection.texts import InspectedTexts, LinkKnowledge
from verification.verdicts.flow import Flow, flow_in_words
from verification.verdicts.verdict import NotModelled

RECORD = "adoption.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What was found and is proposed. `reached`: who reaches whom, or why nobody can say; `doubts`: what leaves that open;
    `differing`: examples that the two meanings see otherwise; `files`: what is written but the `record`, by name."""

    folder: FoundFolder
    texts: InspectedTexts
    standing: FoundStanding
    claims: tuple[DeviceClaims, ...]
    reached: tuple[PairPassage, ...] | NotModelled
    today: tuple[TodayIntent, ...]
    doubts: tuple[Doubt, ...]
    differing: tuple[tuple[PairPassage, Flow], ...]
    files: dict[str, str]
    record: dict[str, Plain]
    findings: tuple[Finding, ...]

    @property
    def unknown_lines(self) -> int:
        """Return how many lines are not understood."""
        return sum(len(device.unknown) for device in self.texts.network.devices.values())

    @property
    def is_open(self) -> bool:
        """Return whether something was left out or can't be said."""
        return bool(
            self.folder.left_out
            or self.unknown_lines
            or self.doubts
            or self.differing
            or self.texts.unclear
            or isinstance(self.reached, NotModelled)
        )

    @property
    def digest(self) -> str:
        """Return the digest of the record."""
        return digest_of_record(self.record)

    def written(self) -> dict[str, str]:
        """Return every file of the proposal, the record included, by name."""
        return {**self.files, RECORD: record_bytes(self.record).decode()}


def adopt_folder(path: Path, platform: str | None, leave: Collection[str], output: Output) -> Adoption:
    """Return what is proposed of a folder's texts; `leave`: VRFs that stay another's. FindingsError, OSError. Writes nothing."""
    output.progress("read", 0, 0)
    folder = read_found(path, platform)
    texts = inspected_of(folder.texts, None, LinkKnowledge.SUBNETS).texts
    standing = find_standing(texts.network, leave)
    claims = tuple(claims_of(text, standing) for text in folder.texts.values())
    inspection = Inspection(texts)
    output.progress("judge", 0, 0)
    reached = passages(inspection, [item.standing for item in standing.places])
    known = () if isinstance(reached, NotModelled) else reached
    today = intents_of_today(known, standing.places)
    proposal = Proposal(network=texts.network, standing=standing, today=today)
    files = {
        **{f"workspace/{name}": text for name, text in workspace_files(proposal).items()},
        "addresses.csv": address_table(proposal),
        "reachability.csv": _reachability(known),
        **{f"lines/{slug_of(item.device)}.tsv": lines_file(item) for item in claims},
    }
    files = {name: whole(text) for name, text in files.items()}
    return Adoption(
        folder=folder,
        texts=texts,
        standing=standing,
        claims=claims,
        reached=reached,
        today=today,
        doubts=_doubts(inspection),
        differing=replay(inspection, known),
        files=files,
        record=record_of(folder, claims, files, texts.unclear),
        findings=(*folder.findings, *_names(folder, leave, texts)),
    )


def _doubts(inspection: Inspection) -> tuple[Doubt, ...]:
    """Return what leaves open the routes of any device, each once."""
    devices = sorted(inspection.texts.network.devices)
    return tuple(dict.fromkeys(doubt for name in devices for doubt in inspection.doubts.about(name)))


def _names(folder: FoundFolder, leave: Collection[str], texts: InspectedTexts) -> Iterable[Finding]:
    """Yield devices whose name no workspace can have, two that would have one, and VRFs to leave that nobody has."""
    taken: dict[str, str] = {}
    for name, text in folder.texts.items():
        where = Where(file=text.file)
        if slug_of(name) != name:
            yield make_finding("TR738", where, severity=Severity.WARNING, device=name, name=slug_of(name))
        if taken.setdefault(slug_of(name), name) != name:
            yield make_finding("TR739", where, severity=Severity.WARNING, device=name, other=taken[slug_of(name)])
    known = {vrf.name for device in texts.network.devices.values() for vrf in device.vrfs}
    for vrf in sorted(set(leave) - known):
        yield make_finding("TR740", Where(), severity=Severity.WARNING, vrf=vrf)


_COLUMNS = ("source", "destination", "family", "services", "everywhere", "unanswered", "beyond")


def _reachability(reached: Iterable[PairPassage]) -> str:
    """Return a table of who reaches whom, a row for each pair and family."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for item in reached:
        services = (str(said) for said in (item.services, item.everywhere, item.unanswered))
        beyond = "" if item.beyond is None else _packet(item.beyond)
        writer.writerow((item.source, item.destination, f"IPv{item.family}", *services, beyond))
    return text.getvalue()


def _packet(flow: Flow) -> str:
    return describe_reason(flow_in_words(flow), "en")
