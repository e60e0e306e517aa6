"""What goes before the judge: texts are read back, cables and ports come from the inventory, nothing from the compiler's model.

Turns texts by device into the judge's `Given`. The one idea: whether a text was rendered just now or found in a folder makes
no difference after this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from controller.jobs.pipeline import Addressed, Compiled
from intents.builtin import MANAGEMENT
from intents.finding import Finding, FindingsError, Severity, Where, make_finding, raise_errors
from intents.prefix import Prefix
from ipam.address_plan import EntryState
from ipam.inventory import BACKBONE_ROLES, Inventory, Role, rendered_devices
from ipam.keys import LanKey, LoopbackKey
from routing.cabling import Cabling, cabling_of
from routing.device_texts import read_device_texts
from routing.model import Network, PhysicalLink
from routing.text_reads import TextReads
from routing.vendors import VENDORS
from routing.vendors.vendor import ReadDevice
from verification.evidence.evidence import Given, Roles, lines_of_text
from verification.verdicts.bounds import Bounds, Declared


class SplitTexts(Mapping[str, tuple[str, ...]]):
    """The lines of every text, split when they are first asked for: most are never quoted, and lines take twice the room."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._split: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        if name not in self._split:
            self._split[name] = lines_of_text(self._texts[name])
        return self._split[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTexts:
    """Texts of a workspace that were read before, and what came of it."""

    compiled: Compiled
    texts: Mapping[str, str]
    given: Given

    def kept(self, platforms: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, ReadDevice]:
        """Return the devices whose text and platform are as they were, as they were read."""
        before, given = platforms_of(self.compiled), self.given
        return {
            name: ReadDevice(
                device=given.network.devices[name], lines=given.lines[name], unknown_lines=given.unknown_lines[name]
            )
            for name, text in texts.items()
            if self.texts.get(name) == text and before.get(name) == platforms[name]
        }


def platforms_of(compiled: Compiled) -> dict[str, str]:
    """Return the platform of every device that has a text."""
    return {device.name: device.platform for device in rendered_devices(compiled.addressed.wanted.inventory)}


def give(compiled: Compiled, texts: Mapping[str, str], before: ReadTexts | None = None) -> Given:
    """Return what the judge gets about these texts (by device); `before`: texts that need not be read again."""
    addressed = compiled.addressed
    inventory = addressed.wanted.inventory
    platforms = platforms_of(compiled)
    cabling = cabling_of(addressed.wanted.registry, inventory, addressed.address_plan)
    bounds = Bounds(declared=(declare(addressed, cabling),))
    kept = {} if before is None else before.kept(platforms, texts)
    reads = {
        name: kept[name] if name in kept else VENDORS[platforms[name]].read(name, text)
        for name, text in sorted(texts.items())
    }
    return Given(
        network=Network(
            devices={name: read.device for name, read in reads.items()},
            links=cabling.links,
            ports=bounds.ports,
        ),
        lines={name: read.lines for name, read in reads.items()},
        texts=SplitTexts(texts),
        unknown_lines={name: read.unknown_lines for name, read in reads.items()},
        bounds=bounds if before is None or before.given.bounds != bounds else before.given.bounds,
        roles=roles_of(inventory),
    )


def give_between(
    ends: Sequence[Compiled], texts: Mapping[str, str], reads: TextReads, interrupted: Collection[str] = ()
) -> Given:
    """Return what the judge gets about texts that stand between several declared states; NoBoundsError if something has two
    owners.

    `interrupted`: devices whose attachments are promised nothing meanwhile, nor is anybody's login then: a further declared state
    has none of them. Cables are those of the first state, with those that only others know of; devices and roles those of any.
    """
    cablings = [
        cabling_of(end.addressed.wanted.registry, end.addressed.wanted.inventory, end.addressed.address_plan)
        for end in ends
    ]
    platforms = {name: platform for end in ends for name, platform in platforms_of(end).items()}
    declared = [declare(end.addressed, cabling) for end, cabling in zip(ends, cablings, strict=True)]
    declared += [_without(item, frozenset(interrupted)) for item in declared[:1] if interrupted]
    bounds = Bounds(declared=tuple(declared))
    read = {name: reads.read(name, platforms[name], text) for name, text in sorted(texts.items())}
    return Given(
        network=Network(
            devices={name: item.device for name, item in read.items()},
            links=links_of(ends),
            ports=bounds.ports,
        ),
        lines={name: item.lines for name, item in read.items()},
        texts=SplitTexts(texts),
        unknown_lines={name: item.unknown_lines for name, item in read.items()},
        bounds=bounds,
        roles=united([roles_of(end.addressed.wanted.inventory) for end in ends]),
    )


def links_of(ends: Sequence[Compiled]) -> tuple[PhysicalLink, ...]:
    """Return the cables of several states; one that they have otherwise is plugged in as the first of them has it, and where it
    is to be, a cable waits that leads nowhere."""
    every = [
        link
        for end in ends
        for link in cabling_of(
            end.addressed.wanted.registry, end.addressed.wanted.inventory, end.addressed.address_plan
        ).links
    ]
    found: dict[str, PhysicalLink] = {}
    for link in every:
        found.setdefault(link.name, link)
    plugged = {end for link in found.values() for end in _ends_of(link)}
    waiting = {end: link.name for link in every for end in _ends_of(link) if end not in plugged}
    nowhere = (
        PhysicalLink(
            name=f"{name} ({device} {interface})",
            a_device=device,
            a_interface=interface,
            b_device=device,
            b_interface="",
        )
        for (device, interface), name in sorted(waiting.items())
    )
    return (*found.values(), *nowhere)


def _ends_of(link: PhysicalLink) -> tuple[tuple[str, str], tuple[str, str]]:
    return (link.a_device, link.a_interface), (link.b_device, link.b_interface)


def _without(declared: Declared, devices: frozenset[str]) -> Declared:
    """Return a declared state in which nobody stands on some devices, and nobody is promised a login."""
    gone = {port.attachment for port in declared.ports if port.device in devices}
    attachments = {name: item for name, item in declared.registry.attachments.items() if name not in gone}
    loopbacks = {LoopbackKey(name) for name in devices}
    entries = tuple(entry for entry in declared.address_plan.prefixes if entry.key not in loopbacks)
    return replace(
        declared,
        registry=replace(declared.registry, attachments=attachments),
        address_plan=replace(declared.address_plan, prefixes=entries),
        ports=tuple(port for port in declared.ports if port.device not in devices),
        login_sources=(),
    )


def united(roles: Sequence[Roles]) -> Roles:
    """Return the roles that devices have in any of several states."""
    return Roles(
        backbone=frozenset().union(*(item.backbone for item in roles)),
        transit=frozenset().union(*(item.transit for item in roles)),
        sites=frozenset().union(*(item.sites for item in roles)),
        ipv4_only=frozenset().union(*(item.ipv4_only for item in roles)),
    )


def declare(addressed: Addressed, cabling: Cabling) -> Declared:
    """Return what a workspace with its addresses declares, which is what a network is judged by; `cabling` is its own."""
    wanted = addressed.wanted
    return Declared(
        policy=wanted.policy,
        registry=wanted.registry,
        address_plan=addressed.address_plan,
        ports=cabling.ports,
        login_sources=_stations(addressed),
    )


def _stations(addressed: Addressed) -> tuple[Prefix, ...]:
    """Return the LANs of the management stations: read from registry and plan here, by no code that the builder uses."""
    names = addressed.wanted.settings.management.login_from
    keys = {
        LanKey(name)
        for name, attachment in addressed.wanted.registry.attachments.items()
        if attachment.organisation in names and attachment.purpose == MANAGEMENT
    }
    entries = addressed.address_plan.prefixes
    return tuple(sorted(item.prefix for item in entries if item.key in keys and item.state is EntryState.ACTIVE))


def read_folder(
    folder: Path, inventory: Inventory, *, complete: bool = True
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return the text of every device from a folder of DEVICE.cfg / DEVICE.conf files, and warnings.

    FindingsError for a device without a file (with `complete` False: for a folder without any), a device with two, a file that is
    too large or of no device, and a folder that is not there.
    """
    if not folder.is_dir():
        raise FindingsError([make_finding("TR701", Where(file=str(folder)))])
    platforms = {device.name: device.platform for device in rendered_devices(inventory)}
    texts, found = read_device_texts(folder, platforms, str(folder), strangers=Severity.ERROR)
    findings = list(found)
    if complete:
        told = {value for item in found for name, value in item.values if name == "device"}
        findings += [
            make_finding("TR702", Where(file=str(folder), device=name), device=name)
            for name in sorted(platforms.keys() - texts.keys() - told)
        ]
    if not texts:
        findings.append(make_finding("TR706", Where(file=str(folder))))
    return texts, raise_errors(findings)


def roles_of(inventory: Inventory) -> Roles:
    """Return which devices are backbone and which stand at sites."""
    devices = rendered_devices(inventory)
    return Roles(
        backbone=frozenset(item.name for item in devices if item.role in BACKBONE_ROLES),
        transit=frozenset(item.name for item in devices if item.role in (Role.CORE, Role.AGGREGATION)),
        sites=frozenset(item.name for item in devices if item.role is Role.CPE),
        ipv4_only=frozenset(item.name for item in devices if not item.ipv6),
    )
