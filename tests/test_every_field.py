"""Every field of every table and YAML file counts: blanked, or with another value, something that people see is otherwise.

What counts: a finding, a device's text, the address plan, a report, what is due, who approves. Fields that only describe are
listed with the reason. The small example here, a half of its fields; all of them, and the example province, by `make laws`.
"""

from __future__ import annotations

import copy
import csv
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.jobs.pipeline import Addressed, Wanted, address, compile_network, want
from controller.office.calendar import due_items
from controller.office.catalogue import REPORTS
from controller.office.connections import registration
from controller.office.facts import OfficeFacts
from controller.office.making import last_registration
from intents.finding import FindingsError
from intents.legal.registers import Register
from tests.hostile_fields import write_file

ROOT = Path(__file__).parent.parent
SMALL, PROVINCE = (ROOT / "examples" / name for name in ("small", "thai-nguyen"))
SHARE = 1 if "TRUC_LAWS" in os.environ else 4
TABLES = ("units", "organisations", "sites", "attachments", "devices", "channels")
NAMED = frozenset({"systems", "outside_networks", "purposes", "services"})
"""Mappings whose keys people choose."""
DESCRIPTIVE: Mapping[str, Mapping[str, str]] = {
    "small": {
        "intents/*.yaml:intents.#.permit.mutual": "both sides of the only one are the same organisations",
        "organisations.csv:labels": "what intents may select by; none does here",
    },
    "thai-nguyen": {
        "intents/*.yaml:intents.#.permit.mutual": "both sides of each are the same organisations",
    },
}
"""Fields of an example that nothing but people read there, each with the reason."""

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One value: its file, the way to it (row and column of a table, keys and numbers in YAML), and the value."""

    file: str
    way: Way
    value: object


@dataclass(slots=True)
class Files:
    """A workspace as values: rows of tables with their header, and YAML documents."""

    content: dict[str, Any] = field(default_factory=dict)

    def changed(self, file: str, way: Way, value: object | None) -> object:
        """Return a file's content with another value in a place; None: without the field."""
        found = copy.deepcopy(self.content[file])
        inner = found
        for step in way[:-1]:
            inner = inner[step]
        last = way[-1]
        if value is not None:
            inner[last] = value
        elif file.endswith(".csv"):
            inner[last] = ""
        else:
            del inner[last]
        return found


@cache
def files_of(source: Path) -> Files:
    found = Files()
    for path in sorted((*source.glob("*.csv"), *source.glob("*.yaml"), *source.glob("intents/*.yaml"))):
        name = str(path.relative_to(source))
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            if name != "truc.lock.csv":
                found.content[name] = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
        else:
            found.content[name] = yaml.safe_load(text)
    return found


def places_of(source: Path) -> dict[str, list[Place]]:
    """Return every value of a workspace by the field that it is a value of."""
    found: dict[str, list[Place]] = {}
    for file, content in files_of(source).content.items():
        pairs = _cells(content) if file.endswith(".csv") else _leaves(content, ())
        for way, value in pairs:
            found.setdefault(_field(file, way, content), []).append(Place(file, way, value))
    return found


def _cells(rows: list[list[str]]) -> Iterator[tuple[Way, object]]:
    for number, row in enumerate(rows[1:], 1):
        yield from (((number, column), value) for column, value in enumerate(row) if value)


def _leaves(value: object, way: Way) -> Iterator[tuple[Way, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*way, key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*way, number))
    else:
        yield way, value


def _field(file: str, way: Way, content: Any) -> str:
    if file.endswith(".csv"):
        return f"{file}:{content[0][int(way[1])]}"
    parts: list[str] = []
    for at, step in enumerate(way):
        chosen = at > 0 and way[at - 1] in NAMED and not isinstance(step, int)
        parts.append("#" if isinstance(step, int) else "*" if chosen else str(step))
    return f"{'intents/*.yaml' if file.startswith('intents/') else file}:{'.'.join(parts)}"


MOST_PLACES = 4
"""Places of one field that are tried."""


def alternatives(places: list[Place]) -> Iterator[tuple[Place, object | None]]:
    """Yield places and what each holds instead: nothing, the value of another place that differs, or one that nobody wrote."""
    for place in places[:: max(1, len(places) // MOST_PLACES)][:MOST_PLACES]:
        yield place, None
        others = [item.value for item in places if item.value != place.value]
        yield from ((place, other) for other in others[:1])
        yield place, _other(place.value)


def _other(value: object) -> object:
    """Return a value of the same kind: the other truth, a number more, a day two years later, more words."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case date():
            return value.replace(year=value.year + 2)
        case list():
            return value[:-1]
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return f"{int(value[:4]) + 2}{value[4:]}"
        case str() if value.isdecimal():
            return str(int(value) + 1)
        case _:
            return f"{value}x"


def effect_of(folder: Path) -> tuple[object, ...]:
    """Return what people see of a workspace: findings; texts, addresses and who approves; reports and what is due."""
    try:
        wanted = want(folder, None)
        addressed = address(wanted)
        compiled = compile_network(addressed)
    except FindingsError as error:
        return ("findings", frozenset((item.code, str(item.values)) for item in error.findings))
    findings = frozenset((item.code, str(item.values)) for item in compiled.findings)
    texts = tuple((name, item.text) for name, item in compiled.configs.items())
    approval = None if wanted.approval is None else (wanted.approval.settings, _people(wanted))
    return (findings, texts, addressed.address_plan.prefixes, addressed.address_plan.numbers, approval)


def _people(wanted: Wanted) -> tuple[object, ...]:
    approval = wanted.approval
    assert approval is not None
    people = approval.approvers.values()
    return tuple((item.principal, item.person, item.domain, item.roles, item.validity) for item in people)


def reported_of(addressed: Addressed) -> tuple[object, ...]:
    """Return what all reports say, and what is due; where something is written does not count."""
    facts = OfficeFacts(addressed.wanted, addressed)
    found: list[object] = [(item.before, item.what, item.requirement) for item in due_items(facts)]
    for kind in REPORTS.values():
        content = registration(facts, facts, last_registration(facts)) if kind.make is None else kind.make(facts)
        found += [(figure.key, figure.value) for figure in content.figures]
        found += [line.cells for table in content.tables for line in table.rows]
    return tuple(found)


@cache
def untouched(source: Path) -> tuple[tuple[object, ...], tuple[object, ...]]:
    return effect_of(source), reported_of(address(want(source, None)))


def counts(source: Path, folder: Path, place: Place, value: object | None) -> bool:
    """Return whether another value in a place is seen in anything."""
    write_file(folder, place.file, files_of(source).changed(place.file, place.way, value))
    try:
        effect = effect_of(folder)
        if effect != untouched(source)[0]:
            return True
        return reported_of(address(want(folder, None))) != untouched(source)[1]
    finally:
        shutil.copyfile(source / place.file, folder / place.file)


def unseen(source: Path, folder: Path, fields: list[str]) -> list[str]:
    """Return the fields that count for nothing."""
    places = places_of(source)
    return [
        name
        for name in fields
        if name not in DESCRIPTIVE[source.name]
        and not any(counts(source, folder, place, value) for place, value in alternatives(places[name]))
    ]


def copied(source: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("out"))
    return folder


@pytest.mark.parametrize("share", range(min(SHARE, 2)))
def test_every_field_of_the_small_example_counts(share: int, tmp_path: Path) -> None:
    fields = sorted(places_of(SMALL))[share::SHARE]
    assert unseen(SMALL, copied(SMALL, tmp_path), fields) == []


@pytest.mark.long
@pytest.mark.parametrize("share", range(12))
def test_every_field_of_the_province_counts(share: int, tmp_path: Path) -> None:
    fields = sorted(places_of(PROVINCE))[share::12]
    assert unseen(PROVINCE, copied(PROVINCE, tmp_path), fields) == []


def test_every_table_and_every_file_of_yaml_is_among_them() -> None:
    for source in (SMALL, PROVINCE):
        files = {name.partition(":")[0] for name in places_of(source)}
        empty = {str(item) for item in Register if len(files_of(source).content[item]) == 1}
        assert files >= {*(f"{name}.csv" for name in TABLES), *Register, "systems.yaml", "settings.yaml"} - empty
        assert len(places_of(source)) > 120
        assert DESCRIPTIVE[source.name].keys() <= places_of(source).keys()
