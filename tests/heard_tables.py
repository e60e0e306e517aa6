"""Devices' answers about the small example, read as truc reads them, and what its model makes of them.

The one idea: a case changes what devices show (facts, or the words of an answer), never what truc makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from controller.fleet.templates import templates_of
from routing.model import Device
from routing.vendors import VENDORS
from routing.vendors.device_tables import DeviceTable, DeviceTables, TableQuery, UnreadTableError, scopes_of
from tests.batfish_cases import given_of
from tests.device_tables import Shown, ios_tables, junos_tables
from verification.drift.witness import Witness, hear
from verification.evidence.evidence import Given
from verification.inspection.texts import InspectedTexts, LinkKnowledge

Answers = dict[str, str]
Edit = Callable[[Answers], None]


def answers_of(device: Device, shown: Shown) -> Answers:
    """Return what a device answers to every command."""
    return (ios_tables if device.platform == "cisco_ios" else junos_tables)(shown)


def tables_of(device: Device, shown: Shown, edit: Edit | None = None) -> DeviceTables:
    """Return a device's tables as truc reads them; `edit` changes its answers."""
    answers = answers_of(device, shown)
    if edit is not None:
        edit(answers)
    found = [table for query in queries_of(device) for table in read(device, query, answers)]
    return DeviceTables(device=device.name, platform=device.platform, digest="", tables=tuple(found))


def queries_of(device: Device) -> tuple[TableQuery, ...]:
    return VENDORS[device.platform].table_queries(scopes_of(device))


def read(device: Device, query: TableQuery, answers: Answers) -> tuple[DeviceTable, ...]:
    answer = answers[query.command.partition(" |")[0]]
    try:
        return VENDORS[device.platform].read_tables(query, answer, templates_of(device.platform))
    except UnreadTableError as error:
        return tuple(DeviceTable(scope=scope, missing=error.reason) for scope in query.scopes)


def inspected(given: Given) -> InspectedTexts:
    devices = given.network.devices
    links = tuple(link for link in given.network.links if {link.a_device, link.b_device} <= devices.keys())
    return InspectedTexts(
        network=replace(given.network, ports=(), links=links),
        knowledge=LinkKnowledge.WORKSPACE,
        lines=given.lines,
        texts=given.texts,
        unknown=given.unknown_lines,
    )


def without(given: Given, device: str) -> Given:
    """Return the network of the texts of all devices but one."""
    devices = {name: item for name, item in given.network.devices.items() if name != device}
    return replace(given, network=replace(given.network, devices=devices))


def heard(
    shown: Mapping[str, Shown],
    edits: Mapping[str, Edit] | None = None,
    texts: InspectedTexts | None = None,
    declared: InspectedTexts | None = None,
) -> Witness:
    """Return what the model makes of devices that show this; `texts`: others than the example's."""
    texts = texts or inspected(given_of("right"))
    devices = texts.network.devices
    tables = {name: tables_of(devices[name], item, (edits or {}).get(name)) for name, item in shown.items()}
    return hear(texts, tables, declared)
