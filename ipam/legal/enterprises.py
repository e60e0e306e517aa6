"""Telecom enterprises of one day: A06, B12 and E09 (art. 6.1, 16).

The one idea: a channel over an enterprise's infrastructure names a row of enterprises.csv; the row says what levels of access
network the enterprise supplies, how secure its part is, and when it last reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from intents.finding import Finding
from intents.legal.days import late_from
from intents.legal.registers import Enterprise, Register, Registers
from intents.reader.suggestions import suggest
from intents.rule_packs import report_breach
from ipam.inventory import Channel, Inventory

LEVEL_II = 2
SECURE_FROM = 3
"""The security level of infrastructure that agencies of a whole province use."""


def report_late_from(item: Enterprise) -> date | None:
    """Return the day from which an enterprise is late with its report: more than a year after its last one, or after its own
    first day if it never reported; None: it is late on every day."""
    last = item.reported_on or item.validity.start
    return late_from(last) if last is not None else None


def check_enterprises(registers: Registers, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield channels of enterprises that supply no such thing, and enterprises that lack what art. 16 asks."""
    if not registers.keeps(Register.ENTERPRISES):
        return
    for channel in inventory.channels.values():
        if channel.enterprise:
            yield from _of_channel(channel, registers.enterprises, on)
    for item in registers.enterprises.values():
        yield from _of_enterprise(item, on)


def _of_channel(channel: Channel, known: Mapping[str, Enterprise], on: date) -> Iterator[Finding]:
    item = known.get(channel.enterprise)
    values: dict[str, object] = {"channel": channel.name, "enterprise": channel.enterprise}
    if item is None:
        values |= {"day": on, "suggestion": suggest(channel.enterprise, known)}
        yield report_breach("A06", "TR441", channel.where, on, also=(), about=channel.name, **values)
    elif channel.level and channel.level not in item.levels:
        values |= {"level": channel.level, "levels": ", ".join(map(str, sorted(item.levels)))}
        yield report_breach("A06", "TR442", channel.where, on, also=(item.where,), about=channel.name, **values)


def _of_enterprise(item: Enterprise, on: date) -> Iterator[Finding]:
    name, where = item.name, item.where
    if LEVEL_II in item.levels and item.security_level < SECURE_FROM:
        level = item.security_level
        yield report_breach("B12", "TR443", where, on, about=name, enterprise=name, level=level, wanted=SECURE_FROM)
    late = report_late_from(item)
    if late is None or late <= on:
        yield report_breach("E09", "TR444", where, on, about=name, enterprise=name, day=item.reported_on or "-")
