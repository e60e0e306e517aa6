"""A NetBox whose answers lie in files: what truc's own part of a full read costs, of more objects than one wants to wait for.

The one idea: pages are written before by whoever knows the whole, so that the process that is measured holds no more than what it
reads. Numbers follow the order in which objects are made, as in a NetBox.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ipam.netbox.record import PAGE, RECORD
from ipam.netbox.server import Server, ServerAnswer
from ipam.netbox.thing import Thing
from tests.netbox_memory import answers_of


def fill(shelf: Path, things: Iterable[Thing]) -> None:
    """Write the pages of every list."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for thing, answer in answers_of(things):
        rows[thing.endpoint].append(answer)
    for kind, found in rows.items():
        for number, start in enumerate(range(0, len(found), PAGE)):
            page: dict[str, Any] = {"results": found[start : start + PAGE], "next": f"?start={number + 1}"}
            if start + PAGE >= len(found):
                page |= {"next": None, "count": len(found)}
            _file(shelf, kind, number).write_text(json.dumps(page), encoding="utf-8")
        _file(shelf, kind, -1).write_text(json.dumps({"results": [], "count": len(found)}), encoding="utf-8")


def _file(shelf: Path, kind: str, number: int) -> Path:
    return shelf / f"{kind.replace('/', '.')}.{number}.json"


class Shelf(Server):
    """The answers of a folder; nobody writes there."""

    def __init__(self, shelf: Path) -> None:
        self.url, self._shelf = "https://shelf.example", shelf

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> ServerAnswer:
        """Return a page of a list, or how long it is; the record of changes is empty."""
        assert (method, body, headers) == ("GET", None, None)
        query = parse_qs(urlsplit(path).query)
        kind = path.partition("?")[0].rstrip("/")
        found = _file(self._shelf, kind, int(query["start"][0]) if "start" in query else -1)
        if path.startswith(RECORD) or not found.exists():
            return ServerAnswer(status=200, body={"results": [], "next": None, "count": 0})
        return ServerAnswer(status=200, body=json.loads(found.read_bytes()))
