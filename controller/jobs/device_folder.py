"""Readings of devices -> a folder with the text of each, its tables beside it, and `readings.json`, which says what is in it.

The one idea: a text is put in its place the moment it is there, and one of an earlier reading stays where a device is not
reached, told as what it is. Texts hold secrets, so only the user can read them. No time stands in the folder: the same devices
give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast

from controller.fleet.readings import DeviceReading, DeviceText, NotRead
from controller.jobs.files import Placing, naming
from controller.jobs.table_files import tables_file, tables_text
from intents.finding import FindingsError, Where, make_finding
from routing.device_texts import READINGS, SUFFIXES
from routing.vendors import VENDORS

FORMAT = "truc/readings/1"
PRIVATE = 0o600
Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A text that stands in the folder: its name, bytes, lines and SHA-256."""

    name: str
    bytes: int
    lines: int
    digest: str


class DeviceFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, Entry] = {}

    def open(self) -> None:
        """Make the folder ours; FindingsError if it holds texts that no reading wrote, OSError."""
        with naming(self._path):
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        index = self._path / READINGS
        if index.exists():
            self._entries = _read_index(index)
        else:
            other = next((path for path in sorted(self._path.iterdir()) if path.suffix in SUFFIXES), None)
            if other is not None:
                raise FindingsError([make_finding("TR881", Where(file=str(self._path)), other=other.name)])
        self.close()

    def take(self, reading: DeviceReading) -> KeptFile | None:
        """Keep a reading; return the file with the device's text, an earlier one if it was not read, None if there is none.

        OSError.
        """
        reach = reading.reach
        path = self._path / f"{reach.device}{VENDORS[reach.platform].capabilities.suffix}"
        common = {"device": reach.device, "platform": reach.platform, "transport": str(reach.transport)}
        match reading:
            case DeviceText():
                data = reading.data
                tables = tables_file(self._path, reach.device)
                with Placing() as placing:
                    placing.file(path, data, PRIVATE)
                    if reading.tables is not None:
                        placing.file(tables, tables_text(reading.tables).encode(errors="surrogateescape"), PRIVATE)
                    placing.put()
                if reading.tables is None:
                    tables.unlink(missing_ok=True)  # those of an earlier reading are of another text
                file = KeptFile(name=path.name, bytes=len(data), lines=reading.text.count("\n"), digest=reading.digest)
                self._entries[reach.device] = {**common, "read": True, **_described(file), **_tables(reading, tables)}
                return file
            case NotRead():
                earlier = _kept(path)
                described = None if earlier is None else _described(earlier)
                trouble = str(reading.trouble)
                self._entries[reach.device] = {**common, "read": False, "trouble": trouble, "kept": described}
                return earlier

    def close(self) -> None:
        """Write what is in the folder (OSError)."""
        devices = [self._entries[name] for name in sorted(self._entries)]
        text = json.dumps({"format": FORMAT, "devices": devices}, ensure_ascii=False, indent=1) + "\n"
        with Placing() as placing:
            placing.file(self._path / READINGS, text.encode(), PRIVATE)
            placing.put()


def _tables(reading: DeviceText, file: Path) -> Entry:
    """Return what stands in the index of a device's tables; nothing if they were not asked for."""
    tables = reading.tables
    if tables is None:
        return {}
    return {"tables": {"file": file.name, "had": len(tables.tables) - len(tables.missing), "asked": len(tables.tables)}}


def _described(file: KeptFile) -> Entry:
    return {"file": file.name, "bytes": file.bytes, "lines": file.lines, "sha256": file.digest}


def _kept(path: Path) -> KeptFile | None:
    if not path.is_file():
        return None
    data = path.read_bytes()
    return KeptFile(name=path.name, bytes=len(data), lines=data.count(b"\n"), digest=sha256(data).hexdigest())


def _read_index(path: Path) -> dict[str, Entry]:
    """Return the entries of an earlier run; FindingsError if the file is another's."""
    try:
        found = json.loads(path.read_bytes())
        if found["format"] != FORMAT:
            raise ValueError(FORMAT)
        return {str(entry["device"]): cast("Entry", entry) for entry in found["devices"]}
    except (ValueError, KeyError, TypeError) as error:
        raise FindingsError([make_finding("TR882", Where(file=str(path)))]) from error
