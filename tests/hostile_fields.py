"""Every field of a workspace that holds text, taken from the columns of its tables and the schemas of its YAML files.

The one idea: nobody lists the fields: a new one is among them as soon as the parsers know it, and a test says where no
example of it stands.
"""

from __future__ import annotations

import copy
import csv
import fnmatch
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from controller.jobs.tidy import TABLES
from examples.registers import write_registers
from intents.legal.registers import Register
from intents.parser.schema import make_schemas
from tests.rule_cases import TINY

Step = str | int
Way = tuple[Step, ...]
INTENTS = "intents/*.yaml"
CHANGES = "changes/*.yaml"
KEY = "<key>"
"""The last step of a way to a name that is the key of a mapping."""


@dataclass(frozen=True, slots=True, order=True)
class Field:
    """A column of a table, or the way through a YAML file's schema (`*`: any name, `#`: any item of a list)."""

    file: str
    way: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}:{'.'.join(self.way)}"


def text_fields() -> list[Field]:
    """Return every field that holds text."""
    columns = [Field(file, (column,)) for file, names in TABLES.items() for column in names]
    found = {Field(file, way) for file, schema in make_schemas().items() for way in _ways(schema, ())}
    return sorted({*columns, *found})


def _ways(schema: object, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the ways to every text of a schema; numbers and truth values are texts of a file as well."""
    assert isinstance(schema, Mapping)
    for choice in schema.get("anyOf", ()):
        if "required" not in choice or len(choice) > 1:
            yield from _ways(choice, way)
    kind = schema.get("type")
    if kind == "array":
        yield from _ways(schema["items"], (*way, "#"))
    elif kind == "object":
        for name, inner in schema.get("properties", {}).items():
            yield from _ways(inner, (*way, name))
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield (*way, "*", KEY)
            yield from _ways(schema["additionalProperties"], (*way, "*"))
    elif not ("anyOf" in schema and kind is None):
        yield way


def rich_workspace() -> dict[str, object]:
    """Return a workspace in which every field has a value: the tiny one with what it leaves out."""
    found: dict[str, object] = {}
    for path in sorted(TINY.rglob("*")):
        name = str(path.relative_to(TINY))
        if path.suffix == ".csv":
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
            header, *rows = csv.reader(lines)
            more = [column for column in TABLES[name] if column not in header]
            found[name] = [header + more, *(row + [""] * len(more) for row in rows)]
        elif path.suffix == ".yaml":
            found[name] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return _with_registers(_fill({name: item for name, item in found.items() if name not in set(Register)}))


def _with_registers(found: dict[str, object]) -> dict[str, object]:
    """Add the registers that go with the workspace, every cell filled in some row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in found.items():
            write_file(folder, file, content)
        write_registers(folder)
        made = {str(item): _rows_of(folder / item) for item in Register}
    _, (attachment, *_), *_ = made[Register.BUDGET]
    decision = next(row[0] for row in made[Register.RECORDS] if row[1] == "decision")
    waived = ["far-site", "A17", attachment, "Xa trụ sở", "provincial_pc", decision, "2025-07-01", "2029-01-01"]
    made[Register.EXCEPTIONS].append(waived)
    return found | made


def _rows_of(path: Path) -> list[list[str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.reader(lines))


def _fill(found: dict[str, object]) -> dict[str, object]:
    systems, settings, outside = found["systems.yaml"], found["settings.yaml"], found["outside_networks.yaml"]
    intents, purposes = found["intents/edoc.yaml"], found["purposes.yaml"]
    assert isinstance(systems, dict)
    assert isinstance(settings, dict)
    assert isinstance(outside, dict)
    assert isinstance(intents, dict)
    assert isinstance(purposes, dict)
    systems["systems"]["edoc"] |= {
        "device": "dc-edge-1",
        "interface": "GigabitEthernet0/0/0",
        "valid_to": date(2029, 1, 1), "renamed_from": ["documents", "exchange"],
    }  # fmt: skip
    purposes["purposes"]["shared"] |= {"renamed_from": "common"}
    purposes["purposes"]["party"] |= {"renamed_from": ["office", "union"]}
    given = {"prefix": "10.200.0.0/13", "to": "Bắc Kạn", "decision_ref": "32/QĐ"}
    settings |= {
        "granted": [*settings["granted"], given],
        "batfish": "batfish.example:9996",
        "store": "lockfile",
        "netbox": "https://ipam.example.vn",
    }
    settings["management"] |= {"controllers": ["10.194.16.10"], "break_glass": ["10.194.16.11"]}
    settings["approval"] = {
        "days": 14,
        "signatures": {"routine": 1, "access": 1, "backbone": 2, "interruption": 2},
        "more": [{"domain": "party_office", "risk": "backbone", "signatures": 1}],
    }
    found["approvers.csv"] = [
        [*TABLES["approvers.csv"]],
        ["tran-van-minh", "Trần Văn Minh", "dept_ict", "approver;waiver", "2025-07-01", "2029-01-01"],
    ]
    units, events = found["units.csv"], [[*TABLES["unit_events.csv"]]]
    assert isinstance(units, list)
    units += [
        ["05446", "2024-12-01", "2025-06-30", "Xã An Hòa", "commune", "", "thu-nghiem"],
        ["05449", "2024-12-01", "2025-06-30", "Xã An Lạc", "commune", "", "thu-nghiem"],
    ]
    for unit in ("05446", "05449"):
        event = {"kind": "merge", "date": "2025-07-01", "from_unit": f"{unit}@2024-12-01"}
        event |= {"to_unit": "05443@2025-07-01", "decision_ref": "1/NQ"}
        events.append([event[column] for column in events[0]])
    found["unit_events.csv"] = events
    for pool in settings["pools"]:
        if pool["name"].startswith("province-gov"):
            pool |= {
                "alone": False,
                "owner": "dept_ict",
                "dedicated": {"category": "peoples_committee_body", "tier": "province"},
            }
    outside["outside_networks"]["ndxp"] = {
        "title": "Nền tảng", "counterpart": "cuc-bdtw", "purpose": "shared", "gateway": "dc-edge-1",
        "interface": "GigabitEthernet0/0/7", "prefixes": ["198.51.100.0/26"],
        "services": {"api": {"tcp": [443], "udp": [53], "icmp": "echo"}},
        "valid_from": date(2025, 7, 1), "valid_to": date(2029, 1, 1), "decision_ref": "2/QĐ", "request_ref": "2/CV",
        "renamed_from": "platform", "security_level": 2, "control_points": ["dc-edge-1"],
    }  # fmt: skip
    systems["systems"]["mail"] |= {"renamed_from": "post", "quality_ref": settings["quality_ref"]}
    outside["outside_networks"]["bank"] = outside["outside_networks"]["ndxp"] | {
        "interface": "GigabitEthernet0/0/8",
        "prefixes": ["203.0.113.0/26"],
        "renamed_from": ["treasury", "fund"],
    }
    head = {
        "title": "Thử", "domain": "dept_ict", "request_ref": "9/CV", "decision_ref": "9/QĐ", "valid_from": date(2025, 7, 1),
        "valid_to": date(2029, 1, 1),
    }  # fmt: skip
    conditions = {
        "categories": ["peoples_committee_body"], "tiers": ["commune"], "domains": ["using_org"], "labels": ["pilot"],
        "names": ["ubnd-xa-an-binh"], "below": "05443@2025-07-01", "except": ["van-phong-ubnd-tinh"], "purpose": "government",
    }  # fmt: skip
    everybody, to_all = (
        {"all": True},
        [{"systems": ["mail"], "services": ["web"]}, {"outside_networks": ["ndxp"], "services": "any"}],
    )
    service = {"tcp": [443, "8000-8080"], "udp": [53], "icmp": "echo"}
    other, over = {"tcp": [99], "udp": ["90-98"], "icmp": "echo"}, {**head, "valid_to": date(2025, 8, 1)}
    both = [{"systems": ["mail"]}, {"outside_networks": ["ndxp"]}]
    more = [
        {"permit": {"id": "f1", **head, "from": [conditions, everybody, *both], "to": to_all}},
        {"permit": {"id": "f2", **head, "from": [conditions], "to": [conditions], "service": service, "mutual": False}},
        {
            "permit": {
                "id": "f3",
                **head,
                "from": [conditions],
                "to": [everybody],
                "service": "any",
                "mcu_owner": "locality",
            }
        },
        {"forbid": {"id": "f4", **head, "from": [conditions, everybody, *both], "to": [everybody], "service": other}},
        {"forbid": {"id": "f5", **head, "from": [conditions], "to": to_all}},
        {"forbid": {"id": "f6", **over, "from": [conditions], "to": [conditions], "service": "any"}},
        {"within": {"id": "f7", **head, "organisations": conditions, "service": service}},
        {"within": {"id": "f8", **head, "organisations": everybody, "service": "any"}},
        {"via": {"id": "f9", **head, "from": [conditions, everybody, *both], "to": to_all, "devices": ["dc-edge-1"]}},
        {"via": {"id": "f10", **head, "from": [conditions], "to": [conditions, everybody], "devices": ["dc-edge-1"]}},
    ]
    intents["intents"] += copy.deepcopy(more)
    request = found["changes/offices.yaml"]
    assert isinstance(request, dict)
    request["change"] |= {"author": "tran-van-minh", "agreement_ref": "9/TT"}
    anyone = [conditions, everybody, *both]
    request["change"] |= copy.deepcopy({name: [{"from": anyone, "to": anyone}] for name in ("opens", "closes")})
    return found


class _Dumper(yaml.SafeDumper):
    """Writes every value out where it stands."""

    def ignore_aliases(self, data: object) -> bool:
        """Return True: no value is named once and meant again."""
        del data
        return True


def _cell(text: str) -> str:
    """Return a cell in quotes where it must be: Python's own writers differ by version in whether a carriage return is such."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if any(mark in text for mark in ',"\n') else text


def write_file(folder: Path, file: str, content: object) -> None:
    """Write one file of a workspace from its values."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if file.endswith(".csv"):
        assert isinstance(content, list)
        text = "".join(",".join(map(_cell, row)) + "\n" for row in content)
        path.write_text(text, encoding="utf-8", newline="")
    else:
        text = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
        path.write_text(text, encoding="utf-8")


def place_of(field: Field, workspace: Mapping[str, object]) -> tuple[str, Way] | None:
    """Return the first file and way in a workspace's values where a field has a value; None if it has none."""
    for file in fnmatch.filter(workspace, field.file):
        content = workspace[file]
        if file.endswith(".csv"):
            assert isinstance(content, list)
            return file, (1, content[0].index(field.way[0]))
        way = _find(content, field.way)
        if way is not None:
            return file, way
    return None


def _find(value: object, way: tuple[str, ...]) -> Way | None:
    if not way:
        return None if isinstance(value, dict | list) else ()
    step, rest = way[0], way[1:]
    if step == "#":
        options: list[tuple[Step, object]] = list(enumerate(value)) if isinstance(value, list) else []
    elif not isinstance(value, dict):
        return None
    elif step == "*":
        if rest == (KEY,):
            return (next(iter(value)), KEY) if value else None
        options = list(value.items())
    else:
        options = [(step, value[step])] if step in value else []
    for at, inner in options:
        found = _find(inner, rest)
        if found is not None:
            return (at, *found)
    return None


def inject(content: object, way: Way, text: str) -> object:
    """Return a file's values with a text at the end of a way."""
    changed = copy.deepcopy(content)
    target = changed
    *steps, last = way
    if last == KEY:
        *steps, last = steps
        for step in steps:
            target = target[step]  # type: ignore[index] # a way leads through mappings and lists
        assert isinstance(target, dict)
        items = [(text if key == last else key, inner) for key, inner in target.items()]
        target.clear()
        target.update(items)
        return changed
    for step in steps:
        target = target[step]  # type: ignore[index] # a way leads through mappings and lists
    target[last] = text  # type: ignore[index] # a way leads through mappings and lists
    return changed
