"""`{tcp: [443, "5000-5010"], icmp: echo}` -> a set of services, and `services:` of a system -> named ones."""

from __future__ import annotations

from intents.reader.conversions import Complaint, to_name, to_one_of, to_ports
from intents.reader.node_fields import NodeFields, entries_of
from intents.reader.nodes import Node, ScalarNode
from intents.reader.parser_context import NameKind, ParserContext, located
from intents.service import EVERY_SERVICE, NamedService, ServiceSet, Transport, service_set

SERVICE_FIELDS = ("tcp", "udp", "icmp")
ANY = "any"
MOST_RANGES = 256
"""Ports and ranges of one protocol in one service: each is an entry of every access list that the service is in."""


def read_service(node: Node, reading: ParserContext) -> ServiceSet | None:
    """Read one service: lists of ports and ranges for tcp and udp, and `icmp: echo`; None if anything is wrong."""
    fields = NodeFields(node, reading, SERVICE_FIELDS)
    ranges: list[tuple[Transport, int, int]] = []
    for transport in (Transport.TCP, Transport.UDP):
        if fields.has(transport.value):
            ranges += [(transport, *pair) for pair in _read_ports(fields, transport.value)]
    if fields.has("icmp"):
        icmp = fields.text("icmp")
        if icmp == "echo":
            ranges.append((Transport.ICMP_ECHO, 0, 0))
        elif icmp and isinstance(complaint := to_one_of(icmp, ("echo",)), Complaint):
            fields.reject("icmp", complaint)
    if fields.ok and not ranges:
        fields.complain("TR120", node.where, field="service")
    return service_set(ranges) if fields.ok else None


def _read_ports(fields: NodeFields, field: str) -> list[tuple[int, int]]:
    found: dict[tuple[int, int], None] = {}
    nodes = fields.items(field)
    if len(nodes) > MOST_RANGES:
        fields.complain("TR190", fields.place(field), field=field, count=len(nodes), limit=MOST_RANGES)
        return []
    for node in nodes:
        if not isinstance(node, ScalarNode) or isinstance(node.value, bool) or not isinstance(node.value, int | str):
            fields.complain("TR124", node.where, field=field, text=node.text if isinstance(node, ScalarNode) else "")
            continue
        pair = to_ports(node.text)
        if isinstance(pair, Complaint):
            fields.complain(pair.code, node.where, field=field, **dict(pair.values))
        elif pair in found:
            fields.complain("TR121", node.where, field=field, item=node.text)
        else:
            found[pair] = None
    return list(found)


def read_service_or_any(fields: NodeFields, field: str) -> ServiceSet | None:
    """Read a required service, or `any` for every port and echo; None if anything is wrong."""
    node = fields.node(field)
    if node is None:
        fields.missing(field)
        return None
    if isinstance(node, ScalarNode) and node.value == ANY:
        return EVERY_SERVICE
    service = read_service(node, fields.reading)
    fields.ok = fields.ok and service is not None
    return service


def read_named_services(fields: NodeFields, field: str) -> tuple[NamedService, ...]:
    """Read the required, non-empty mapping of service names to services; sorted by name; the names are declared."""
    node = fields.node(field)
    if node is None:
        fields.missing(field)
        return ()
    found: list[NamedService] = []
    entries = list(entries_of(node, fields.reading))
    for entry in entries:
        named = Complaint("TR117", (("text", ANY),)) if entry.key == ANY else to_name(entry.key)
        if isinstance(named, Complaint):
            complaint, values = named, (("field", field), *named.values)
            fields.reading.add([located(complaint.code, entry.where, values)], NameKind.SERVICE)
            fields.ok = False
        fields.reading.declared[NameKind.SERVICE].setdefault(entry.key, entry.where)
        service = read_service(entry.value, fields.reading)
        if service is not None:
            found.append(NamedService(name=entry.key, ports=service))
    if not entries:
        fields.complain("TR120", node.where, field=field)
    fields.ok = fields.ok and len(found) == len(entries)
    return tuple(sorted(found, key=lambda item: item.name))
