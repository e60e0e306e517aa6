"""Facts -> organisations with what is known of each (E05), level-I equipment (E06), assessments (E07), enterprises (E09).

The one idea: a cell that should say something and does not is a gap, which is counted; nothing is filled in for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from controller.office.facts import Connection, OfficeFacts, reported, written
from controller.office.report import (
    Cell,
    Content,
    ReportedObject,
    ReportRow,
    Word,
    counted,
    gaps_of,
    grouped,
    row,
    table,
    word,
)
from intents.legal.registers import Assessment, AssessmentResult, Enterprise
from intents.registry import Organisation, SiteKind

DUE_SOON = timedelta(days=90)
"""How long before its end an assessment is due."""


def organisations(facts: OfficeFacts) -> Content:
    """Return each organisation with category, level, services, sites, channels, last assessment, security level and contact."""
    found = table(
        "organisations",
        "organisation category tier unit access_level services sites channels last_assessment security_level contact",
        (_organisation_row(facts, item) for item in facts.registry.organisations.values()),
    )
    categories = [(word(item.category), reported(item)) for item in facts.registry.organisations.values()]
    alone = [item for item in facts.registry.organisations.values() if item.name not in facts.connections_of]
    return Content(
        figures=(
            counted("organisations", map(reported, facts.registry.organisations.values())),
            counted("without_connection", map(reported, alone)),
            gaps_of(found),
        ),
        tables=(grouped("by_category", "category", categories), found),
    )


def _organisation_row(facts: OfficeFacts, item: Organisation) -> ReportRow:
    connected = facts.connections_of.get(item.name, ())
    systems = [system for system in facts.registry.systems.values() if system.owner == item.name]
    newest = [facts.newest_assessment[one.name] for one in systems if one.name in facts.newest_assessment]
    nothing: Word = word("not_applicable")
    levels = sorted({str(one.site.level) for one in connected if one.site.level})
    cells: tuple[Cell, ...] = (
        item.title,
        word(item.category),
        word(f"tier_{item.tier}"),
        facts.place_of(item.unit),
        ", ".join(levels),
        ", ".join(_services(facts, connected)),
        ", ".join(sorted({one.site.title for one in connected})),
        sum(len(one.channels) for one in connected),
        max((one.day for one in newest), default="") if systems else nothing,
        max((one.security_level for one in systems), default=0) if systems else nothing,
        "; ".join(sorted({facts.contact_at(one.site.name) for one in connected} - {""})),
    )
    objects: list[ReportedObject] = [
        reported(item),
        *(one for connection in connected for one in connection.objects),
        *map(reported, systems),
        *(written(one.number, one.where) for one in newest),
        *(room for one in connected for room in facts.room_at(one.site.name)),
    ]
    return row(cells, objects)


def _services(facts: OfficeFacts, connected: tuple[Connection, ...]) -> list[str]:
    return sorted({facts.registry.purposes[one.purpose].title for item in connected for one in item.attachments})


def level_1(facts: OfficeFacts) -> Content:
    """Return the equipment of level I with the yearly inventory of its room, and its channels."""
    inventory = facts.wanted.inventory
    sites = facts.level_1_sites
    devices = [item for item in inventory.devices.values() if item.site in sites]
    channels = [item for item in facts.access_channels if item.level == 1]
    found = table("level_1_devices", _LEVEL_1_COLUMNS, _level_1_rows(facts, sites))
    ways = table(
        "level_1_channels",
        "channel site medium enterprise ducts bandwidth",
        (
            row(
                (
                    item.name,
                    facts.registry.sites[inventory.devices[item.b_device].site].title,
                    word(item.medium),
                    item.enterprise or word("none"),
                    ", ".join(item.ducts),
                    item.bandwidth_mbps,
                ),
                (reported(item),),
            )
            for item in channels
        ),
    )
    return Content(
        figures=(
            counted("level_1_devices", map(reported, devices)),
            counted("level_1_channels", map(reported, channels)),
            gaps_of(found),
        ),
        tables=(found, ways),
    )


_LEVEL_1_COLUMNS = "device model platform site host temperature humidity ups labelled inventoried_on condition contact"


def _level_1_rows(facts: OfficeFacts, sites: Collection[str]) -> Iterator[ReportRow]:
    for item in facts.wanted.inventory.devices.values():
        if item.site not in sites:
            continue
        room = facts.registers.rooms.get(item.site)
        site = facts.registry.sites[item.site]
        if room is None:
            yield row((item.name, item.model, item.platform, site.title, *("",) * 8), (reported(item), reported(site)))
            continue
        recent = room.inventoried_on if facts.in_year(room.inventoried_on) else None
        cells: tuple[Cell, ...] = (
            item.name,
            item.model,
            item.platform,
            site.title,
            facts.body(room.host),
            f"{room.temperature[0]}-{room.temperature[1]} °C",
            f"{room.humidity[0]}-{room.humidity[1]} %",
            word("yes" if room.ups else "no"),
            word("yes" if room.labelled else "no"),
            recent or "",
            word(f"condition_{room.condition}") if recent is not None else "",
            facts.contact_at(item.site),
        )
        yield row(cells, (reported(item), reported(site), *facts.room_at(item.site)))


def assessments(facts: OfficeFacts) -> Content:
    """Return the newest assessment of every system, data centre and gateway, and whether it is valid, due or overdue."""
    subjects = dict(_assessed(facts))
    lines = [_assessment_row(facts, name, item) for name, item in subjects.items()]
    found = table("assessments", "subject kind number assessor date result open_findings valid_to days state", lines)
    states = [(line.cells[-1], subjects[name]) for line, name in zip(lines, subjects, strict=True)]
    order: dict[Cell, int] = {word(key): at for at, key in enumerate(("overdue", "missing", "failed", "due", "valid"))}
    return Content(
        figures=(
            counted("subjects", subjects.values()),
            *(counted(f"state_{key}", (item for state, item in states if state == word(key))) for key in _STATES),
        ),
        tables=(grouped("by_state", "state", states, order), found),
    )


_STATES = ("valid", "due", "overdue", "missing", "failed")


def _assessed(facts: OfficeFacts) -> Iterator[tuple[str, ReportedObject]]:
    """Yield what is to be assessed, by name: systems, data centres, gateways of outside networks."""
    for system in facts.registry.systems.values():
        yield system.name, reported(system)
    for site in facts.registry.sites.values():
        if site.kind is SiteKind.DATA_CENTRE:
            yield site.name, reported(site)
    for gateway in sorted({item.gateway for item in facts.registry.outside_networks.values()}):
        device = facts.wanted.inventory.devices.get(gateway)
        if device is not None:
            yield gateway, reported(device)


def _assessment_row(facts: OfficeFacts, name: str, subject: ReportedObject) -> ReportRow:
    newest = facts.newest_assessment.get(name)
    kind = word(
        "system" if name in facts.registry.systems else "data_centre" if name in facts.registry.sites else "gateway"
    )
    if newest is None:
        return row((name, kind, *("",) * 7, word("missing")), (subject,))
    state = state_of(newest, facts.on)
    cells: tuple[Cell, ...] = (
        name,
        kind,
        newest.number,
        newest.unit,
        newest.day,
        word(f"result_{newest.result}"),
        newest.open_findings,
        newest.valid_to,
        (newest.valid_to - facts.on).days,
        word(state),
    )
    return row(cells, (subject, written(newest.number, newest.where)))


def state_of(item: Assessment, on: date) -> str:
    """Return whether an assessment is valid, due within three months, overdue, or no good."""
    if item.result is AssessmentResult.FAILED or item.open_findings:
        return "failed"
    if item.valid_to < on:
        return "overdue"
    return "due" if item.valid_to - on <= DUE_SOON else "valid"


def enterprises(facts: OfficeFacts) -> Content:
    """Return each enterprise with what it supplies, its approved security level, incidents of the year and its last report."""
    named = sorted({item.enterprise for item in facts.wanted.inventory.channels.values() if item.enterprise})
    rows = [_enterprise_row(facts, name) for name in sorted({*named, *facts.registers.enterprises})]
    found = table(
        "enterprises",
        "enterprise levels channels bandwidth security_level approval approved_on incidents reported_on contact",
        rows,
    )
    supplied = [item for item in facts.wanted.inventory.channels.values() if item.enterprise]
    return Content(
        figures=(
            counted("enterprises", (line.objects[0] for line in rows if line.objects)),
            counted("channels_of_enterprises", map(reported, supplied)),
            gaps_of(found),
        ),
        tables=(found,),
    )


def _enterprise_row(facts: OfficeFacts, name: str) -> ReportRow:
    item: Enterprise | None = facts.registers.enterprises.get(name)
    channels = [one for one in facts.wanted.inventory.channels.values() if one.enterprise == name]
    wrong = [one for one in facts.incidents_of_year if one.enterprise == name]
    approval = facts.registers.records.get(item.approval_ref) if item is not None else None
    objects = [
        *(() if item is None else (written(item.name, item.where),)),
        *map(reported, channels),
        *(written(one.number, one.where) for one in wrong),
        *(() if approval is None else (written(approval.number, approval.where),)),
    ]
    cells: tuple[Cell, ...] = (
        item.title if item is not None else name,
        ", ".join(map(str, sorted(item.levels))) if item is not None else "",
        len(channels),
        sum(one.bandwidth_mbps for one in channels),
        item.security_level if item is not None else "",
        approval.number if approval is not None else "",
        approval.day if approval is not None else "",
        len(wrong),
        item.reported_on or "" if item is not None else "",
        item.contact if item is not None else "",
    )
    return row(cells, objects)
