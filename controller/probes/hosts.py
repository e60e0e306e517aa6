"""probes.csv -> hosts that stand in the network, from which packets go and on which something answers.

The one idea: a probe host is an ordinary computer behind an attachment, written down by whoever looks after it; nothing is opened
for it, and whoever can't be reached by what is open already is no use as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.fleet.credentials import CredentialReference
from controller.fleet.reach_table import address_in, credentials_in, host_key_in, without_credentials
from controller.fleet.readings import STANDARD_PORTS, DeviceReach, DeviceTransport
from intents.finding import Finding, Where, raise_errors
from intents.parser.registry import columns_of
from intents.prefix import Address, Prefix
from intents.reader.csv_reader import read_csv
from intents.reader.fields import RowFields
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.table import Row
from intents.registry import AttachmentName

PROBE_COLUMNS = columns_of("host attachment address", "ssh_address port host_key credentials answers")
_MOST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeHost:
    """A host at an attachment: its address there, how one logs in to send from it (None: one does not), and the TCP ports on
    which something answers, sorted."""

    name: str
    attachment: AttachmentName
    address: Address
    reach: DeviceReach | None
    answers: tuple[int, ...] = ()


def read_probe_hosts(
    path: Path,
    shown: str,
    lans: Mapping[AttachmentName, tuple[Prefix, ...]],
    credentials: CredentialReference,
) -> tuple[tuple[ProbeHost, ...], tuple[Finding, ...]]:
    """Return the hosts of a table in its order, and warnings. `lans`: the prefixes of every attachment, before and after the
    change; `credentials`: where those are kept of hosts whose row names no place. FindingsError, OSError."""
    reading = ParserContext()
    reading.declared[NameKind.ATTACHMENT].update({name: Where() for name in lans})
    table, findings = read_csv(path, shown, PROBE_COLUMNS)
    reading.add((*findings, *table.warnings()))
    named: dict[str, Where] = {}
    hosts = []
    for row in table.rows:
        host = _host(row, reading, lans, credentials)
        where = row.where("host")
        first = named.setdefault(row.text("host"), where)
        if first is not where:
            RowFields(row, reading).complain("TR966", where, host=row.text("host"), first=str(first))
        elif host is not None:
            hosts.append(host)
    return tuple(hosts), raise_errors(without_credentials(path.parent, table, reading.findings))


def _host(
    row: Row,
    reading: ParserContext,
    lans: Mapping[AttachmentName, tuple[Prefix, ...]],
    credentials: CredentialReference,
) -> ProbeHost | None:
    fields = RowFields(row, reading)
    name = fields.name("host")
    attachment = AttachmentName(fields.reference("attachment", NameKind.ATTACHMENT))
    address = address_in(fields, "address")
    ssh_address = address_in(fields, "ssh_address") or address
    port = fields.whole("port", 1, _MOST_PORT, STANDARD_PORTS[DeviceTransport.CLI])
    host_key = host_key_in(row, fields)
    reference = credentials_in(row, fields) or credentials
    answers = _ports(fields)
    if not fields.ok or address is None:
        return None
    if not any(lan.family is address.family and lan.holds(address.value) for lan in lans[attachment]):
        own = ", ".join(map(str, lans[attachment])) or "-"
        fields.complain("TR967", fields.place("address"), address=str(address), attachment=attachment, lans=own)
        return None
    reach = DeviceReach(
        device=name,
        platform="",
        address=str(ssh_address),
        port=port,
        transport=DeviceTransport.CLI,
        host_key=host_key,
        credentials=reference,
    )
    return ProbeHost(
        name=name,
        attachment=attachment,
        address=address,
        reach=reach if host_key is not None else None,
        answers=answers,
    )


def _ports(fields: RowFields) -> tuple[int, ...]:
    """Return the ports of a cell, with spaces between them."""
    found = set()
    for text in fields.optional("answers").split():
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_PORT):
            fields.complain("TR968", fields.place("answers"), text=text)
            continue
        found.add(int(text))
    return tuple(sorted(found))
