"""Equipment rooms of one day: A14 and E06 (art. 5.3, Circular 06/2026 annex I.3).

The one idea: every site where equipment stands has a room; what a room must be is a table by its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from intents.checks.level_1 import LEVEL_1_HOST
from intents.finding import Finding
from intents.legal.days import late_from
from intents.legal.registers import EquipmentCondition, EquipmentRoom, Register, Registers, RoomKind
from intents.reader.wording import says_something
from intents.registry import OrganisationName, Registry, Site, SiteKind
from intents.rule_packs import report_breach
from ipam.inventory import Inventory, Role

_Span = tuple[int, int]
CLIMATE: Mapping[RoomKind, tuple[_Span, _Span]] = {
    RoomKind.MACHINE_ROOM: ((20, 25), (40, 55)),
    RoomKind.OFFICE: ((20, 32), (40, 80)),
}
"""The temperature (°C) and the relative humidity (percent) that a kind of room must keep within."""
_OF_ALL = frozenset({Role.CORE, Role.AGGREGATION, Role.LEVEL1_CPE})
"""What many agencies hang on stands in a machine room, and so does a data centre."""
FEWEST_DIGITS = 3
"""Of a telephone number that somebody can call."""


def inventory_late_from(room: EquipmentRoom, site: Site) -> date | None:
    """Return the day from which a room's inventory is late: more than a year after the last one, or after the site's first day
    if there was none; None: it is late on every day."""
    last = room.inventoried_on or site.validity.start
    return late_from(last) if last is not None else None


def check_rooms(registers: Registers, registry: Registry, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield sites with equipment and no room, and rooms of such sites that are not as they must be, where rooms are kept."""
    if not registers.keeps(Register.ROOMS):
        return
    of_level_1 = {item.site for item in inventory.devices.values() if item.role is Role.LEVEL1_CPE}
    shared = {item.site for item in inventory.devices.values() if item.role in _OF_ALL}
    shared |= {name for name, site in registry.sites.items() if site.kind is SiteKind.DATA_CENTRE}
    for name in sorted({item.site for item in inventory.devices.values()} & registry.sites.keys()):
        room = registers.rooms.get(name)
        if room is None:
            yield report_breach("A14", "TR446", registry.sites[name].where, on, about=name, site=name)
        else:
            yield from _room(room, on)
            yield from _inventoried(room, registry.sites[name], on, yearly=name in of_level_1)
            if room.kind is RoomKind.OFFICE and name in shared:
                yield report_breach("A14", "TR478", room.where, on, also=(), about=name, site=name, kind=room.kind)
            if name in of_level_1 and not _is_host(room.host, registry):
                yield report_breach("A14", "TR479", room.where, on, also=(), about=name, site=name, host=room.host)


def _is_host(name: str, registry: Registry) -> bool:
    """Return whether a body is one of the three offices that give equipment of level I its room (art. 5.3a)."""
    organisation = registry.organisations.get(OrganisationName(name))
    return organisation is not None and LEVEL_1_HOST in organisation.labels


def _room(room: EquipmentRoom, on: date) -> Iterator[Finding]:
    """Yield what a room lacks (A14)."""
    temperature, humidity = CLIMATE[room.kind]
    measured = (("temperature", room.temperature, temperature), ("humidity", room.humidity, humidity))
    for field, (low, high), (lowest, highest) in measured:
        if low < lowest or high > highest:
            spans = {"span": f"{low}-{high}", "limits": f"{lowest}-{highest}", "kind": room.kind}
            yield report_breach(
                "A14", "TR447", room.where, on, also=(), about=room.site, site=room.site, field=field, **spans
            )
    lacking = (
        ("ups", room.ups),
        ("labelled", room.labelled),
        ("contact", says_something(room.contact) and any(map(str.isalpha, room.contact))),
        ("phone", sum(map(str.isdigit, room.phone)) >= FEWEST_DIGITS),
    )
    fields = ", ".join(field for field, there in lacking if not there)
    if fields:
        yield report_breach("A14", "TR448", room.where, on, about=room.site, site=room.site, fields=fields)


def _inventoried(room: EquipmentRoom, site: Site, on: date, *, yearly: bool) -> Iterator[Finding]:
    """Yield equipment of level I that was not counted within the year, and any that was found in need of repair (E06)."""
    late = inventory_late_from(room, site)
    if yearly and (late is None or late <= on):
        day = room.inventoried_on or "-"
        yield report_breach("E06", "TR449", room.where, on, about=room.site, site=room.site, day=day)
    if room.condition not in {None, EquipmentCondition.GOOD}:
        yield report_breach("E06", "TR450", room.where, on, about=room.site, site=room.site, found=room.condition)
