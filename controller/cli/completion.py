"""What a shell offers after TAB: names that stand in the workspace, codes, topics.

The one idea: only first columns and identifiers are read, without a check; what can't be read offers nothing and says nothing.
"""
# ruff: noqa: PLC0415 -- start-up time: a shell asks at every TAB

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

_MOST_BYTES = 4_000_000
_ID = re.compile(r"^\s*(?:- )?\s*(?:\w+: *\{)? *id: *([a-z0-9-]+)", re.MULTILINE)
_POOL = re.compile(r"^\s*- *\{? *name: *([a-z0-9-]+)", re.MULTILINE)


def offer_devices(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the devices of devices.csv."""
    return _starting(_first_cells(_folder(ctx) / "devices.csv"), incomplete)


def offer_sites(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the sites of sites.csv."""
    return _starting(_first_cells(_folder(ctx) / "sites.csv"), incomplete)


def offer_organisations(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the organisations of organisations.csv."""
    return _starting(_first_cells(_folder(ctx) / "organisations.csv"), incomplete)


def offer_pools(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer the pools of settings.yaml."""
    return _starting(_POOL.findall(_text(_folder(ctx) / "settings.yaml")), incomplete)


def offer_explained(ctx: typer.Context, incomplete: str) -> list[str]:
    """Offer what `truc explain` takes: codes, intents, and devices before their lines."""
    from intents.messages import load_catalogue

    intents = (name for path in sorted((_folder(ctx) / "intents").glob("*.yaml")) for name in _ID.findall(_text(path)))
    devices = (f"{name}:" for name in _first_cells(_folder(ctx) / "devices.csv"))
    return _starting((*load_catalogue("en").messages, *intents, *devices), incomplete)


def offer_topics(incomplete: str) -> list[str]:
    """Offer what `truc help` knows."""
    from controller.commands.help import topics

    return _starting(topics(), incomplete)


def offer_schemas(incomplete: str) -> list[str]:
    """Offer what `truc schema` knows."""
    from controller.commands.schema import known_schemas

    return _starting(known_schemas(), incomplete)


def _folder(ctx: typer.Context) -> Path:
    return Path(ctx.params.get("workspace") or ".")


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= _MOST_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _first_cells(path: Path) -> Iterator[str]:
    """Yield the first cell of each row but the header's; comments are no rows."""
    rows = csv.reader(line for line in _text(path).splitlines() if line and not line.startswith("#"))
    header = next(rows, [])
    at = header.index("name") if "name" in header else 0
    yield from (row[at] for row in rows if len(row) > at)
