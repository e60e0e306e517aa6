"""The list of hostile lines: what operators type into devices, with what each does, as data.

Turns `tests/data/hostile/PLATFORM.toml` into entries. The one idea: a line is written once, with names in braces for the objects
that it hits (`{lan}`, `{acl_in}`, `{neighbor}`), and says what the device does by one of four words.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "hostile"


class Expected(StrEnum):
    """What a line does. CHANGE: the device does something else, so it never holds (or the device refuses the line, which
    nobody may claim to know). UNKNOWN: it may do anything. NONE: surely nothing about forwarding, routes or logins, so it is
    never violated. KEPT: something else, while all that is asked of the small example still holds, so nothing is expected."""

    CHANGE = "change"
    UNKNOWN = "unknown"
    NONE = "none"
    KEPT = "kept"


class Place(StrEnum):
    """Where a line is put: first in the file, in a section that it fits, or last (its section opened once more)."""

    TOP = "top"
    SECTION = "section"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A hostile line, or a few that belong together.

    `section`: where it fits (names of `hostile_places`). `at`: what is expected where that differs by place; `edge`: on an edge,
    where systems stand. `raw`: put as it stands, not indented. `braces`: Junos text in braces. `open`: why it is known to be read
    wrongly, empty if it is not.
    """

    platform: str
    kind: str
    section: str
    expected: Expected
    text: str
    why: str
    at: tuple[tuple[Place, Expected], ...] = ()
    edge: Expected | None = None
    raw: bool = False
    braces: bool = False
    open: str = ""

    def expected_at(self, place: Place, *, edge: bool) -> Expected:
        """Return what is expected at a place of a device."""
        return dict(self.at).get(place, self.edge if edge and self.edge is not None else self.expected)


def load_entries(folder: Path = FOLDER) -> tuple[Entry, ...]:
    """Return all entries in the order of the files; ValueError for one that is not well-formed."""
    found: list[Entry] = []
    for path in sorted(folder.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for group in data["group"]:
            found.extend(_entry(data["platform"], group, line) for line in group["lines"])
    return tuple(found)


def _entry(platform: str, group: dict[str, Any], line: list[Any]) -> Entry:
    if len(line) not in (3, 4):
        raise ValueError(f"{platform}, {group['kind']}: not [class, text, why, options]: {line}")
    expected, text, why = line[:3]
    options = dict(line[3]) if len(line) == 4 else {}
    at = tuple((place, Expected(options.pop(place))) for place in Place if place in options)
    edge = options.pop("edge", None)
    return Entry(
        platform=platform,
        kind=group["kind"],
        section=options.pop("in", group["in"]),
        expected=Expected(expected),
        text=text.replace("\\n", "\n"),
        why=why,
        at=at,
        edge=None if edge is None else Expected(edge),
        raw=options.pop("raw", group.get("raw", False)),
        braces=group.get("braces", False),
        open=options.pop("open", ""),
        **options,
    )
