"""A folder of labs (`snapshots/LAB/configs/DEVICE/…`, `snapshots/LAB/show/DEVICE/…`) -> texts, links and printed tables of each.

The layout is that of the public repository batfish/lab-validation. The one idea: what no reader knows (other platforms, outputs
of other commands) is left out here, and shows as a neighbour without a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.route_outputs import Sources, UnreadOutputError, comparable, read_route_json, read_route_text
from controller.jobs.captured import ReadText, read_file
from controller.jobs.inspected import inspected_of
from intents.finding import Severity
from routing.model import Device, PhysicalLink
from routing.subnet_links import link_name, port_of
from verification.inspection.texts import InspectedTexts, LinkKnowledge

MANAGEMENT = frozenset({"mgmt_junos"})
"""Instances that the devices make by themselves, for their own port: what they print of them is not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One lab: what was read, by device, and the tables that its devices printed, by device and VRF ("" is the global one)."""

    name: str
    read: Mapping[str, ReadText]
    printed: Mapping[str, Mapping[str, Sources]]
    texts: InspectedTexts
    unread: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    read: dict[str, ReadText] = field(default_factory=dict)
    printed: dict[str, Mapping[str, Sources]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def labs_in(folder: Path) -> Iterator[Lab]:
    """Yield every lab with a text that is read, by name."""
    snapshots = folder / "snapshots"
    for path in sorted((snapshots if snapshots.is_dir() else folder).iterdir()):
        found = _Found()
        for device in sorted(path.glob("configs/*")):
            _take(found, path, device)
        if found.read:
            links = _layer1(path / "batfish" / "layer1_topology.json", {n: t.device for n, t in found.read.items()})
            knowledge = LinkKnowledge.TABLE if links else LinkKnowledge.SUBNETS
            texts = inspected_of(found.read, links or None, knowledge).texts
            yield Lab(name=path.name, read=found.read, printed=found.printed, texts=texts, unread=tuple(found.unread))


def _take(found: _Found, lab: Path, folder: Path) -> None:
    """Take a device's text, and the tables that it printed if they can be read."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else (folder,):
        texts, _ = read_file(file, str(file.relative_to(lab)), None, Severity.WARNING) if file.is_file() else ((), ())
        for text in texts:
            name = text.device.name
            if name in found.read:
                found.unread.append(f"{text.file}: {name} has a text already")
                continue
            found.read[name] = text
            try:
                printed = _printed(lab / "show" / folder.stem)
            except UnreadOutputError as error:
                found.unread.append(f"show/{folder.stem}: {error}")
            else:
                found.printed.update({name: printed} if printed else {})


def _printed(folder: Path) -> Mapping[str, Sources]:
    """Return the tables in a folder of outputs by VRF; UnreadOutputError."""
    found: dict[str, Sources] = {}
    for file in sorted(folder.glob("show_ip_route*.txt")):
        named = re.fullmatch(r"show_ip_route(?:_vrf_(\S+))?", file.stem)
        routes = None if named is None else read_route_text(file.read_text(encoding="utf-8", errors="replace"))
        if named is not None and routes is not None:
            found[named[1] or ""] = comparable(routes)
    for file in folder.glob("show_route_*display_json.txt"):
        if file.name == "show_route_|_display_json.txt":
            tables = read_route_json(file.read_text(encoding="utf-8", errors="replace"))
            found |= {name: comparable(routes) for name, routes in tables.items() if name not in MANAGEMENT}
    return found


def _layer1(path: Path, devices: Mapping[str, Device]) -> tuple[PhysicalLink, ...]:
    """Return the cables between devices that were read, none if nobody drew them."""
    if not path.is_file():
        return ()
    found: dict[str, PhysicalLink] = {}
    names = {name.lower(): name for name in devices}
    for edge in json.loads(path.read_text(encoding="utf-8")).get("edges", ()):
        ends = [(names.get(edge[key]["hostname"].lower()), edge[key]["interfaceName"]) for key in ("node1", "node2")]
        ports = sorted((name, _port(devices[name], interface)) for name, interface in ends if name is not None)
        if len(ports) == 2:
            (a, a_port), (b, b_port) = ports
            name = link_name(a, a_port, b, b_port)
            found[name] = PhysicalLink(name=name, a_device=a, a_interface=a_port, b_device=b, b_interface=b_port)
    return tuple(found[name] for name in sorted(found))


def _port(device: Device, interface: str) -> str:
    """Return the device's own spelling of a port."""
    ports = {port_of(item.name).lower(): port_of(item.name) for item in device.interfaces}
    return ports.get(interface.lower(), interface)
