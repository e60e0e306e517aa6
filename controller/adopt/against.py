"""An adoption and a workspace that says the same network -> what taking it over would open and cut: it must be nothing.

The one idea: what would stand on each device is the workspace's text with the foreign lines of today merged in, and the judge
tells one network from the other, both read from text. Texts of today are compared as they are; their secrets go nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.adopt.adoption import Adoption
from controller.adopt.claims import foreign_of
from controller.adopt.standing import find_standing
from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled
from controller.output.terminal import Output
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from routing.config import DeviceConfig
from routing.merge import merge_text
from routing.model import LinePath, Network
from routing.vendors import VENDORS
from verification.change.judge import ChangeOfAccess, judge_change


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """What changes of access if a workspace's texts take the place of those of today. `missing`: devices of the workspace of
    which no text was taken; `foreign`: lines of today that stay, `gone`: those that do not; `unlooked`: LANs of today about which
    nothing is said."""

    change: ChangeOfAccess
    missing: tuple[str, ...]
    foreign: int
    gone: int
    unlooked: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_same(self) -> bool:
        """Return whether nothing opens and nothing is cut, and that is sure of all devices."""
        return not (self.change.changes or self.change.new or self.missing or self.is_unsure)

    @property
    def is_unsure(self) -> bool:
        """Return whether something may be missing in the list of changes."""
        return bool(self.change.doubts or self.change.differences or self.unlooked)


def take_over(adoption: Adoption, compiled: Compiled, output: Output) -> TakeOver:
    """Return what a workspace changes of the access of today; FindingsError if it has none of the devices, OSError."""
    known = compiled.configs.keys() & adoption.folder.texts.keys()
    strangers = tuple(
        make_finding("TR741", Where(file=text.file), severity=Severity.WARNING, device=name)
        for name, text in adoption.folder.texts.items()
        if name not in known
    )
    if not known:
        raise FindingsError([*strangers, make_finding("TR742", Where(file=str(compiled.addressed.wanted.folder)))])
    today = {name: adoption.folder.original(name) for name in sorted(known)}
    merged = {name: merge_text(compiled.configs[name], text) for name, text in today.items()}
    output.progress("judge", 0, 0)
    after = give(compiled, {name: item.text for name, item in merged.items()})
    change = judge_change(give(compiled, today), after)
    gone = {name: _gone(today[name], item) for name, item in merged.items()}
    apart = _apart(adoption, after.network, gone)
    return TakeOver(
        change=replace(change, undeclared=()),
        missing=tuple(sorted(compiled.configs.keys() - known)),
        foreign=sum(len(item.foreign) for item in merged.values()),
        gone=sum(map(len, gone.values())),
        unlooked=tuple(place for place in change.undeclared if place not in apart),
        findings=(*compiled.findings, *strangers),
    )


def _apart(adoption: Adoption, after: Network, gone: Mapping[str, frozenset[LinePath]]) -> frozenset[str]:
    """Return the interfaces of tables that stay another's, and of which nothing changes: before and after they meet the same
    tables, all of them another's, and no foreign line of their devices goes."""
    before = adoption.standing
    same = before.groups & find_standing(after, {vrf for _, vrf in before.left}).groups
    theirs = {table for group in same if not any(map(before.takes, group)) for table in group}
    touched = {
        item.device
        for item in adoption.claims
        if not gone.get(item.device, frozenset()).isdisjoint(claim.path for claim in foreign_of(item))
    }
    return frozenset(
        f"{name} {item.name}"
        for name, device in adoption.texts.network.devices.items()
        for item in device.interfaces
        if (name, item.vrf or "") in theirs and name not in touched
    )


def _gone(today: str, merged: DeviceConfig) -> frozenset[LinePath]:
    """Return the lines of today that would not stand any more."""
    vendor = VENDORS[merged.platform]
    return frozenset(vendor.paths(today)) - frozenset(vendor.paths(merged.text))
