"""A workspace folder -> registry, settings and intents, all checked.

The one idea: files are read in the order in which they refer to each other, every finding of the stage is collected, and
they are raised once, each with the line that it is about.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from intents.approval import ApprovalRules
from intents.checks.selection import check_intents
from intents.checks.unit_events import check_unit_events
from intents.checks.units import check_units
from intents.finding import Finding, FindingsError, Where, has_errors, make_finding, raise_errors
from intents.model import Intent
from intents.parser.approvers import APPROVERS_FILE, read_approvers
from intents.parser.equipment_names import declare_devices, read_device_table
from intents.parser.intents import read_intents
from intents.parser.registry import (
    ATTACHMENT_COLUMNS,
    ORGANISATION_COLUMNS,
    SITE_COLUMNS,
    UNIT_COLUMNS,
    check_unit_tree,
    declare_names,
    declare_units,
    read_attachment,
    read_organisation,
    read_rows,
    read_site,
    read_table,
    read_unit,
)
from intents.parser.settings import read_settings
from intents.parser.signers import REVOKED_FILE, check_signers, read_revoked, read_signers
from intents.parser.systems import (
    MANAGEMENT,
    check_management,
    named_entries,
    read_outside_networks,
    read_purposes,
    read_systems,
)
from intents.parser.unit_events import read_unit_events
from intents.reader.excerpts import add_excerpts
from intents.reader.nodes import Node
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.unread import is_open, unread_in_intents
from intents.reader.yaml_reader import read_yaml
from intents.reason import because
from intents.registry import Registry
from intents.settings import Settings

INTENTS_FOLDER = "intents"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedIntents:
    """What a workspace says but for its equipment; `intents` in the order of files and lines; `findings` are warnings;
    `approval`: who approves changes, None if the workspace names nobody."""

    registry: Registry
    settings: Settings
    intents: tuple[Intent, ...]
    findings: tuple[Finding, ...] = ()
    approval: ApprovalRules | None = None


def load_intents(folder: Path) -> LoadedIntents:
    """Read registry (of all dates), settings and intents of a workspace; FindingsError if anything is wrong."""
    reading = ParserContext()
    registry = _read_registry(folder, reading)
    settings = read_settings(_read_file(folder, "settings.yaml", reading), reading)
    intents = _read_intents_folder(folder, reading)
    if not has_errors(reading.findings):
        reading.add(check_intents(intents, registry))
    if settings is not None:
        _check_stations(registry, settings, reading)
    approval = _read_approval(folder, settings, reading)
    findings = raise_errors(add_excerpts(folder, reading.findings))
    if settings is None:
        raise AssertionError("settings are absent without a finding")
    return LoadedIntents(registry=registry, settings=settings, intents=intents, findings=findings, approval=approval)


def load_settings(folder: Path) -> Settings | None:
    """Return the settings alone, None for a folder that has none; FindingsError for what is wrong with them."""
    if not (folder / "settings.yaml").exists():
        return None
    reading = ParserContext()
    _read_registry(folder, reading)  # whose names they use
    before = len(reading.findings)
    settings = read_settings(_read_file(folder, "settings.yaml", reading), reading)
    if settings is None:
        raise FindingsError(add_excerpts(folder, list(reading.findings)[before:]))
    return settings


def _read_file(folder: Path, file: str, reading: ParserContext, *kinds: NameKind) -> Node | None:
    root, findings = read_yaml(folder / file, file)
    reading.add(findings, *kinds)
    return root


def _read_registry(folder: Path, reading: ParserContext) -> Registry:
    """Declare the names of every file, then read what refers to them."""
    units = read_table(folder, "units.csv", UNIT_COLUMNS, reading, NameKind.UNIT, NameKind.ROOT_BLOCK)
    organisations = read_table(
        folder, "organisations.csv", ORGANISATION_COLUMNS, reading, NameKind.ORGANISATION, NameKind.LABEL
    )
    sites = read_table(folder, "sites.csv", SITE_COLUMNS, reading, NameKind.SITE)
    attachments = read_table(folder, "attachments.csv", ATTACHMENT_COLUMNS, reading, NameKind.ATTACHMENT)
    device_sites = declare_devices(read_device_table(folder, reading), reading)
    declare_units(units, reading)
    declare_names(organisations, NameKind.ORGANISATION, reading)
    declare_names(sites, NameKind.SITE, reading)
    declare_names(attachments, NameKind.ATTACHMENT, reading)
    purposes_root = _read_file(folder, "purposes.yaml", reading, NameKind.PURPOSE)
    systems_root = _read_file(folder, "systems.yaml", reading, NameKind.SYSTEM, NameKind.SERVICE)
    outside_root = _read_file(folder, "outside_networks.yaml", reading, NameKind.OUTSIDE_NETWORK, NameKind.SERVICE)
    purpose_entries = named_entries(purposes_root, "purposes", NameKind.PURPOSE, reading)
    check_management(purposes_root, purpose_entries, reading)
    system_pairs = list(read_systems(named_entries(systems_root, "systems", NameKind.SYSTEM, reading), reading))
    outside_entries = named_entries(outside_root, "outside_networks", NameKind.OUTSIDE_NETWORK, reading)
    outside_pairs = list(read_outside_networks(outside_entries, device_sites, reading))
    made = [attachment for _, attachment in (*system_pairs, *outside_pairs)]
    table = read_rows(attachments, read_attachment, reading)
    registry = Registry(
        units=read_rows(units, read_unit, reading),
        organisations=read_rows(organisations, read_organisation, reading),
        sites=read_rows(sites, read_site, reading),
        purposes=read_purposes(purpose_entries, reading),
        systems=dict(sorted((system.name, system) for system, _ in system_pairs)),
        outside_networks=dict(sorted((outside.name, outside) for outside, _ in outside_pairs)),
        attachments=dict(sorted((table | {item.name: item for item in made}).items())),
        events=read_unit_events(folder, reading),
    )
    check_unit_tree(registry.units, reading)
    if not has_errors(reading.findings):
        reading.add(check_unit_events(registry))
    reading.findings.extend(check_units(registry))
    return registry


def _read_intents_folder(folder: Path, reading: ParserContext) -> tuple[Intent, ...]:
    inside = folder / INTENTS_FOLDER
    paths = sorted(inside.iterdir()) if inside.is_dir() else ()
    names = [
        path.name
        for path in paths
        if path.name.endswith(".yaml") and not path.name.startswith(".") and not is_open(path.name)
    ]
    if not inside.is_dir() and os.path.lexists(inside):
        where, reason = Where(file=INTENTS_FOLDER), because("is_no_folder")
        reading.findings.append(make_finding("TR134", where, file=INTENTS_FOLDER, reason=reason))
    elif not names:
        shown = f"{INTENTS_FOLDER}/*.yaml"
        reading.findings.append(make_finding("TR101", Where(file=shown), file=shown))
    if paths:
        reading.findings.extend(unread_in_intents(inside, INTENTS_FOLDER, names))
    intents: list[Intent] = []
    for name in names:
        intents += read_intents(_read_file(folder, f"{INTENTS_FOLDER}/{name}", reading), reading)
    return tuple(intents)


def _read_approval(folder: Path, settings: Settings | None, reading: ParserContext) -> ApprovalRules | None:
    """Read who approves changes, with which keys; None if nobody is named, or the settings do not say how many it takes."""
    if not os.path.lexists(folder / APPROVERS_FILE):
        return None
    before = len(reading.findings)
    approvers = read_approvers(folder, reading)
    keys, wrong = read_signers(folder)
    revoked, unread = read_revoked(folder / REVOKED_FILE, REVOKED_FILE)
    reading.add((*wrong, *unread))
    if len(reading.findings) == before:
        reading.add(check_signers(keys, approvers))
    if settings is None or settings.approval is None:
        return None
    return ApprovalRules(settings=settings.approval, approvers=approvers, keys=keys, revoked=revoked)


def _check_stations(registry: Registry, settings: Settings, reading: ParserContext) -> None:
    """Report attachments in purpose management of organisations that may not log in to devices."""
    allowed = set(settings.management.login_from)
    for attachment in registry.attachments.values():
        if attachment.purpose == MANAGEMENT and attachment.organisation not in allowed:
            who = attachment.organisation or attachment.name
            reading.findings.append(make_finding("TR211", attachment.where, also=(settings.where,), name=who))
