"""reach.csv -> where each device is, how it is talked to, and the key that it is known by.

The one idea: the table holds only what nothing else says (a device's address is in the address plan, its platform in
devices.csv), so it may be short; and a cell that should say where a password is kept may hold it, so no message shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from controller.fleet.credentials import CredentialReference, parse_reference
from controller.fleet.readings import STANDARD_PORTS, DeviceReach, DeviceTransport, HostKey
from intents.finding import Finding, Where, raise_errors
from intents.parser.registry import columns_of
from intents.prefix import Address, parse_address
from intents.reader.csv_reader import read_csv
from intents.reader.excerpts import add_excerpts
from intents.reader.fields import RowFields
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.table import CsvTable, Row
from intents.reason import UnclearError
from routing.vendors import VENDORS

REACH_FILE = "reach.csv"
REACH_COLUMNS = columns_of("device", "address port transport host_key credentials")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """What is known of a device without the table: its platform, and its management address ("": none)."""

    platform: str
    address: str


def read_reach(
    folder: Path,
    file: str,
    devices: Mapping[str, KnownDevice],
    declared: Mapping[str, Where],
    credentials: CredentialReference,
) -> tuple[dict[str, DeviceReach], tuple[Finding, ...]]:
    """Return how every device is reached, by name, those that the table does not name by their address in the plan; warnings.

    `declared` are the devices of every day. `credentials` is where those of devices are kept whose row names no other place. A
    device without any address is not among them. FindingsError if the table is wrong; a table that is not there is empty.
    """
    reach = {
        name: DeviceReach(
            device=name,
            platform=known.platform,
            address=known.address,
            port=STANDARD_PORTS[DeviceTransport.CLI],
            transport=DeviceTransport.CLI,
            host_key=None,
            credentials=credentials,
        )
        for name, known in sorted(devices.items())
        if known.address
    }
    if not (folder / file).exists():
        return reach, ()
    reading = ParserContext()
    reading.declared[NameKind.DEVICE].update(declared)
    table, findings = read_csv(folder / file, file, REACH_COLUMNS)
    reading.add((*findings, *table.warnings()))
    named: dict[str, Where] = {}
    for row in table.rows:
        found = _read_row(row, reading, devices, credentials)
        if _is_first(row, named, reading) and found is not None and found.address:
            reach[found.device] = found
    return reach, raise_errors(without_credentials(folder, table, reading.findings))


def _is_first(row: Row, named: dict[str, Where], reading: ParserContext) -> bool:
    where = row.where("device")
    earlier = named.setdefault(row.text("device"), where)
    if earlier is where:
        return True
    RowFields(row, reading).complain("TR864", where, device=row.text("device"), first=str(earlier))
    return False


def _read_row(
    row: Row, reading: ParserContext, devices: Mapping[str, KnownDevice], credentials: CredentialReference
) -> DeviceReach | None:
    fields = RowFields(row, reading)
    name = fields.reference("device", NameKind.DEVICE)
    transport = fields.choice("transport", DeviceTransport, DeviceTransport.CLI)
    port = fields.whole("port", 1, 65535, STANDARD_PORTS[transport])
    address = address_in(fields, "address")
    host_key = host_key_in(row, fields)
    reference = credentials_in(row, fields) or credentials
    known = devices.get(name)
    if known is None or not fields.ok:
        return None
    if transport is DeviceTransport.NETCONF and VENDORS[known.platform].showing.netconf is None:
        fields.complain("TR863", fields.place("transport"), device=name, platform=known.platform)
        return None
    return DeviceReach(
        device=name,
        platform=known.platform,
        address=known.address if address is None else str(address),
        port=port,
        transport=transport,
        host_key=host_key,
        credentials=reference,
    )


def address_in(fields: RowFields, field: str) -> Address | None:
    """Return the address that a row gives, None if it gives none; any may be meant, a tunnel's end on this machine, too."""
    text = fields.optional(field)
    if not text:
        return None
    try:
        return parse_address(text)
    except ValueError:
        fields.complain("TR123", fields.place(field), field=field, text=text, suggestion="")
        return None


def host_key_in(row: Row, fields: RowFields) -> HostKey | None:
    """Return the host key that a row gives, None if it gives none; what is none is complained of."""
    words = row.text("host_key").split()
    if not words:
        return None
    try:
        type_, base64 = words[:2]
        return HostKey(type=type_, base64=base64)
    except ValueError:
        fields.complain("TR865", fields.place("host_key"))
        return None


def credentials_in(row: Row, fields: RowFields) -> CredentialReference | None:
    """Return where a row says that credentials are kept, None if it does not; what is no such place is complained of."""
    text = row.text("credentials")
    if not text:
        return None
    try:
        return parse_reference(text)
    except UnclearError as error:
        fields.complain("TR861", fields.place("credentials"), reason=error.reason)
        return None


def without_credentials(folder: Path, table: CsvTable, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings with their source lines, each cut before the cell of credentials."""
    at = table.index.get("credentials", 0)
    for finding in add_excerpts(folder, findings):
        is_row = finding.where.file == table.shown and finding.where.line > table.header_line
        yield replace(finding, excerpt=_cut(finding.excerpt, at)) if is_row and finding.excerpt else finding


def _cut(line: str, cells: int) -> str:
    """Return the first cells of a line; a separator inside quotes only makes it shorter."""
    ends = [found.start() for found in re.finditer("[,;\t]", line)]
    return line[: ends[cells - 1] + 1 if 0 < cells <= len(ends) else 0] + "…"
