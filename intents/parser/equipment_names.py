"""devices.csv -> the names of devices and their sites: all that the registry and the intents need to know of equipment.

The one idea: an outside network names its gateway and a `via` its devices, so their names are looked up here; everything
else about them is read where equipment belongs.
"""

from __future__ import annotations

from pathlib import Path

from intents.parser.registry import columns_of, read_table
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.table import CsvTable
from intents.registry import SiteName

DEVICES_FILE = "devices.csv"
DEVICE_COLUMNS = columns_of(
    "name role platform model site domain ipv6", "lan_interface valid_from valid_to renamed_from"
)


def read_device_table(folder: Path, reading: ParserContext) -> CsvTable:
    """Read devices.csv and record its findings."""
    return read_table(folder, DEVICES_FILE, DEVICE_COLUMNS, reading, NameKind.DEVICE)


def declare_devices(table: CsvTable, reading: ParserContext) -> dict[str, SiteName]:
    """Make every device's name known, without complaint; return the site of each."""
    sites: dict[str, SiteName] = {}
    for row in table.rows:
        reading.declared[NameKind.DEVICE].setdefault(row.text("name"), row.where("name"))
        sites.setdefault(row.text("name"), SiteName(row.text("site")))
    return sites
