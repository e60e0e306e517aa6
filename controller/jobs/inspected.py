"""Where texts and links come from (captured files, a table of cables, a workspace) -> what is inspected.

The one idea: texts and links are chosen apart, and how the links are known is kept with them, so that every report can say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.jobs.captured import ReadText, by_name, read_captured, text_lines
from controller.jobs.compile import compile_workspace
from controller.jobs.evidence import give
from controller.jobs.pipeline import address, want
from controller.output.terminal import Output
from intents.finding import Finding, FindingsError, Where, make_finding, raise_errors
from routing.cabling import cabling_of
from routing.layer1_table import read_layer1
from routing.model import Device, Network, PhysicalLink
from routing.subnet_links import links_of_subnets
from routing.vendors import VENDORS
from verification.inspection.texts import InspectedTexts, LinkKnowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSource:
    """Where to find texts (a file or folder; None: compiled ones) and links (a table, a workspace, or subnets)."""

    path: Path | None = None
    platform: str | None = None
    links: Path | None = None
    workspace: Path | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What is inspected, the file of each device, and findings."""

    texts: InspectedTexts
    files: Mapping[str, str]
    findings: tuple[Finding, ...]


def inspect_source(source: TextSource, output: Output) -> Inspected:
    """Return what is inspected; FindingsError, OSError."""
    if source.path is None:
        return _of_workspace(source.workspace or Path(), source.on, output)
    read, findings = read_captured(source.path, source.platform)
    named = by_name(read)
    devices = {name: text.device for name, text in named.items()}
    if source.links is not None:
        links, found = read_layer1(source.links, devices, str(source.links))
        return inspected_of(named, links, LinkKnowledge.TABLE, raise_errors((*findings, *found)))
    if source.workspace is not None:
        links, found = _workspace_links(source.workspace, source.on, devices, output)
        return inspected_of(named, links, LinkKnowledge.WORKSPACE, raise_errors((*findings, *found)))
    return inspected_of(named, None, LinkKnowledge.SUBNETS, findings)


def inspected_of(
    named: Mapping[str, ReadText],
    links: tuple[PhysicalLink, ...] | None,
    knowledge: LinkKnowledge,
    findings: tuple[Finding, ...] = (),
) -> Inspected:
    """Return what is inspected of captured texts; without links those that their subnets suggest."""
    devices = {name: text.device for name, text in sorted(named.items())}
    guessed = links_of_subnets(devices.values()) if links is None else None
    return Inspected(
        texts=InspectedTexts(
            network=Network(devices=devices, links=guessed.links if guessed is not None else links or ()),
            knowledge=knowledge,
            lines={name: text.read.lines for name, text in named.items()},
            texts={name: text_lines(text) for name, text in named.items()},
            unknown={
                name: unknown_numbers(text.device, text.read.unknown_lines, text.captured.text)
                for name, text in named.items()
            },
            unclear=() if guessed is None else guessed.unclear,
        ),
        files={name: text.file for name, text in named.items()},
        findings=findings,
    )


def unknown_numbers(device: Device, lines: tuple[int, ...], text: str) -> tuple[int, ...]:
    """Return the line number of each line that is not understood, in the order in which the device has them (0 if not known)."""
    numbers = frozenset(lines)
    found: dict[tuple[str, ...], list[int]] = {}
    for number, path in VENDORS[device.platform].numbered_paths(text):
        if number in numbers:
            found.setdefault(path, []).append(number)
    for places in found.values():
        places.reverse()
    return tuple(found[item.path].pop() if found.get(item.path) else 0 for item in device.unknown)


def _of_workspace(folder: Path, on: date | None, output: Output) -> Inspected:
    compiled = compile_workspace(folder, on, output)
    hidden = {name: VENDORS[item.platform].hide_secrets(item.text) for name, item in compiled.configs.items()}
    given = give(compiled, hidden)
    texts = InspectedTexts(
        network=given.network,
        knowledge=LinkKnowledge.WORKSPACE,
        lines=given.lines,
        texts=given.texts,
        unknown={
            name: unknown_numbers(device, given.unknown_lines[name], hidden[name])
            for name, device in given.network.devices.items()
        },
    )
    files = {name: config.file_name for name, config in compiled.configs.items()}
    return Inspected(texts=texts, files=files, findings=compiled.findings)


def _workspace_links(
    folder: Path, on: date | None, devices: Mapping[str, Device], output: Output
) -> tuple[tuple[PhysicalLink, ...], tuple[Finding, ...]]:
    """Return the workspace's links between the devices that have a text."""
    addressed = address(want(folder, on))
    wanted = addressed.wanted
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    cabling = cabling_of(wanted.registry, wanted.inventory, addressed.address_plan)
    links = tuple(link for link in cabling.links if {link.a_device, link.b_device} <= devices.keys())
    if not links and len(devices) > 1:
        raise FindingsError([make_finding("TR840", Where(file=str(folder)), folder=folder)])
    return links, wanted.findings
