"""Turns rows and plain values into the files of a workspace folder (docs/en/workspace.md).

The one idea: a draft collects rows in the order they are added and gives out router interfaces by counting, so that the
same calls always write the same bytes.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "units": ("code", "valid_from", "valid_to", "name", "type", "parent", "root_block"),
    "organisations": (
        "name", "title", "category", "tier", "unit", "domain", "labels", "valid_from", "valid_to",
    ),
    "sites": ("name", "title", "unit", "kind", "level", "valid_from", "valid_to"),
    "attachments": (
        "name", "organisation", "site", "purpose", "hosts", "legal_service", "connection", "justification_ref",
        "request_ref", "decision_ref", "device", "interface", "valid_from", "valid_to",
    ),
    "devices": (
        "name", "role", "platform", "model", "site", "domain", "lan_interface", "ipv6", "valid_from", "valid_to",
    ),
    "channels": (
        "name", "a_device", "a_interface", "b_device", "b_interface", "level", "medium", "enterprise", "ducts",
        "bandwidth_mbps", "valid_from", "valid_to",
    ),
}  # fmt: skip

MODELS: Mapping[tuple[str, str], str] = {
    ("cisco_ios", "core"): "ASR1002-HX",
    ("cisco_ios", "aggregation"): "C8500-12X",
    ("cisco_ios", "edge"): "C8500-12X",
    ("cisco_ios", "cpe"): "C8300-1N1S-6T",
    ("cisco_ios", "level1_cpe"): "ASR1001-HX",
    ("junos", "core"): "MX204",
    ("junos", "aggregation"): "MX204",
    ("junos", "cpe"): "MX150",
}

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]
"""What a YAML file may hold."""

_PLAIN = re.compile(r"[^\W\d_][\w.-]*(?: [\w.-]+)*|\d{4}-\d\d-\d\d|[0-9a-f.:]+/\d+|\d+(?:\.\d+){3}")
_NOT_STRINGS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def flow(value: Value) -> str:
    """Return a value on one line, in YAML's flow style."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_STRINGS
            return value if plain else json.dumps(value, ensure_ascii=False)
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(flow(item) for item in value) + "]"


def entries(items: Mapping[str, Mapping[str, Value]], indent: int = 2) -> str:
    """Return named entries in block style, each with its fields on lines of their own."""
    pad = " " * indent
    lines: list[str] = []
    for name, fields in items.items():
        lines += [f"{pad}{name}:", *(f"{pad}  {key}: {flow(value)}" for key, value in fields.items())]
    return "\n".join(lines) + "\n"


def kinded_list(items: Iterable[tuple[str, Mapping[str, Value]]]) -> str:
    """Return a list of one-key mappings (`- permit:` and its fields) in block style."""
    lines: list[str] = []
    for kind, fields in items:
        lines += [f"  - {kind}:", *(f"      {key}: {flow(value)}" for key, value in fields.items())]
    return "\n".join(lines) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with newline ends, making the folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def write_table(path: Path, table: str, rows: Iterable[Mapping[str, str]], comment: str) -> None:
    """Write one CSV table with its columns' header and a first comment line."""
    write_rows(path, COLUMNS[table], rows, comment)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]], comment: str) -> None:
    """Write rows below a comment line and a header of these columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {comment}\n")
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def interface_name(platform: str, number: int, *, fast: bool) -> str:
    """Return the name of a router's interface by position; `fast` is 10 Gbit/s."""
    match platform:
        case "cisco_ios":
            return f"{'TenGigabitEthernet' if fast else 'GigabitEthernet'}0/0/{number}"
        case "junos":
            return f"{'xe' if fast else 'ge'}-0/0/{number}"
        case _:
            raise ValueError(f"no such platform: {platform}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel without its ends; no `enterprise` means direct fibre, `ducts` are what it fails together with."""

    name: str
    level: int
    ducts: tuple[str, ...]
    mbps: int
    enterprise: str = ""


@dataclass(slots=True)
class Draft:
    """Rows of all tables so far; `since` is the first day of whatever is added without a date."""

    since: str
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    _platforms: dict[str, str] = field(default_factory=dict)
    _used: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, **values: str | int) -> None:
        """Add a row; `valid_from` is `since` if absent. ValueError on a column that the table doesn't have."""
        unknown = set(values) - set(COLUMNS[table])
        if unknown:
            raise ValueError(f"{table} has no column {sorted(unknown)}")
        self.rows[table].append({"valid_from": self.since} | {key: str(value) for key, value in values.items()})

    def add_device(self, name: str, role: str, platform: str, site: str, *, domain: str = "dept_ict") -> None:
        """Add a device; where attachments stand, its first interface carries the LANs."""
        self._platforms[name] = platform
        has_lan = role in ("edge", "cpe", "level1_cpe")
        lan = self.take_interface(name, fast=role == "edge") if has_lan else ""
        self.add(
            "devices", name=name, role=role, platform=platform, model=MODELS[platform, role], site=site, domain=domain,
            lan_interface=lan, ipv6="yes",
        )  # fmt: skip

    def take_interface(self, device: str, *, fast: bool) -> str:
        """Return the device's next free interface."""
        number = self._used[device]
        self._used[device] += 1
        return interface_name(self._platforms[device], number, fast=fast)

    def add_channel(self, line: Line, a_device: str, b_device: str) -> None:
        """Join two devices at their next free interfaces; `a_device` is nearer the backbone."""
        self.add(
            "channels", name=line.name, a_device=a_device, b_device=b_device, level=line.level,
            a_interface=self.take_interface(a_device, fast=line.level == 0),
            b_interface=self.take_interface(b_device, fast=line.level == 0),
            medium="enterprise_infrastructure" if line.enterprise else "direct_fibre", enterprise=line.enterprise,
            ducts=";".join(line.ducts), bandwidth_mbps=line.mbps,
        )  # fmt: skip

    def add_backbone_channel(self, a_device: str, b_device: str) -> None:
        """Join two backbone devices by direct fibre of 10 Gbit/s in a duct of its own."""
        name = f"{a_device}-{b_device}"
        self.add_channel(Line(name=name, level=0, ducts=(f"duct-{name}",), mbps=10_000), a_device, b_device)

    def write(self, folder: Path, comments: Mapping[str, str]) -> None:
        """Write every table with its comment."""
        for table, rows in self.rows.items():
            write_table(folder / f"{table}.csv", table, rows, comments[table])
