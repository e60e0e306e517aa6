"""A CSV table of cables (device, interface, device, interface) -> links, and what is wrong with the table.

The one idea: a name of an interface may be short (`Gi0/1`); it must fit exactly one port of its device, else the row is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from intents.finding import Finding, Where, make_finding
from intents.reader.source_text import open_regular
from intents.reader.suggestions import suggest
from routing.model import Device, PhysicalLink
from routing.subnet_links import link_name, port_of

MAXIMUM_SIZE = 16 << 20
_HEADERS = frozenset({"device", "a_device", "node", "node1"})


def read_layer1(
    path: Path, devices: Mapping[str, Device], shown: str
) -> tuple[tuple[PhysicalLink, ...], tuple[Finding, ...]]:
    """Return the links of a table of at most 16 MB, sorted by name, and findings; OSError. `shown` names the file in findings."""
    links: dict[str, PhysicalLink] = {}
    findings: list[Finding] = []
    opened = open_regular(path, shown, MAXIMUM_SIZE)
    if isinstance(opened, Finding):
        return (), (opened,)
    with opened as file:
        text = file.read(MAXIMUM_SIZE).decode("utf-8-sig", errors="replace")
    for number, cells in _rows(text):
        where = Where(file=shown, line=number)
        if len(cells) != 4:
            findings.append(make_finding("TR716", where, count=len(cells)))
            continue
        ends = [_end(devices, device, interface, where) for device, interface in (cells[:2], cells[2:])]
        findings += [end for end in ends if isinstance(end, Finding)]
        ports = sorted(end for end in ends if not isinstance(end, Finding))
        if len(ports) == 2:
            link = _link(ports[0], ports[1])
            links[link.name] = link
    return tuple(links[name] for name in sorted(links)), tuple(findings)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table with their line numbers; a header, comments and blank lines are no rows."""
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip().strip('"').strip() for cell in line.split(",")]
        is_header = number == 1 and cells[0].lower() in _HEADERS
        if any(cells) and not is_header and not cells[0].startswith("#"):
            yield number, cells


def _end(devices: Mapping[str, Device], device: str, interface: str, where: Where) -> tuple[str, str] | Finding:
    if device not in devices:
        return make_finding("TR717", where, device=device, suggestion=suggest(device, sorted(devices)))
    ports = sorted({port_of(item.name) for item in devices[device].interfaces})
    fitting = [port for port in ports if port == interface] or [port for port in ports if _abbreviates(interface, port)]
    if len(fitting) == 1:
        return device, fitting[0]
    return make_finding("TR718", where, device=device, interface=interface, suggestion=suggest(interface, ports))


def _abbreviates(short: str, name: str) -> bool:
    """Return whether a short name (`gi0/1`, `Gi 0/1`) stands for a long one."""
    kind, number = _parted(port_of(short))
    long_kind, long_number = _parted(name)
    return bool(kind) and number == long_number and long_kind.startswith(kind)


def _parted(name: str) -> tuple[str, str]:
    """Return kind and number of an interface's name."""
    at = next((index for index, letter in enumerate(name) if letter.isdigit()), len(name))
    return name[:at].strip().lower(), name[at:]


def _link(one: tuple[str, str], other: tuple[str, str]) -> PhysicalLink:
    return PhysicalLink(
        name=link_name(*one, *other), a_device=one[0], a_interface=one[1], b_device=other[0], b_interface=other[1]
    )
