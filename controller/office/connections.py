"""Facts -> registration with its 20 % test (Circular 06/2026 art. 11), connection database (art. 10), requests (art. 14.2).

The one idea: what is registered and what is kept as a database are the same connections, seen with other columns; the test sets
today beside the day of the last registration.
"""

from __future__ import annotations

from collections.abc import Iterable

from controller.office.facts import Connection, OfficeFacts, reported, written
from controller.office.report import (
    Cell,
    Content,
    Figure,
    ReportedObject,
    ReportRow,
    ReportTable,
    Word,
    counted,
    gaps_of,
    numbered,
    row,
    table,
    word,
)
from intents.legal.registers import Record, RecordKind
from intents.registry import Attachment, InformationSystem
from ipam.inventory import Channel

MOST_GROWTH = 20
"""Percent by which connections or a channel's bandwidth may grow without a detailed justification (art. 11.1b)."""


def connections(facts: OfficeFacts) -> Content:
    """Return the connection database: documents, organisation, connection time, channels, bandwidth, quality."""
    found = table(
        "connections",
        "organisation site unit documents since channels bandwidth medium ducts enterprises security_level quality contact",
        (_connection_row(facts, item) for item in facts.connections),
    )
    return Content(
        figures=(
            numbered("connections", (item.objects for item in facts.connections)),
            facts.bandwidth(),
            gaps_of(found),
        ),
        tables=(found, facts.access_by_level()),
        notes=(word("shared_channels"),),
    )


def _connection_row(facts: OfficeFacts, item: Connection) -> ReportRow:
    papers = sorted({number for one in item.attachments for number in (one.request_ref, one.decision_ref) if number})
    system = item.party if isinstance(item.party, InformationSystem) else None
    media = sorted({channel.medium for channel in item.channels})
    enterprises = sorted({channel.enterprise for channel in item.channels if channel.enterprise})
    documents = [facts.registers.records[number] for number in papers if number in facts.registers.records]
    cells: tuple[Cell, ...] = (
        item.title,
        item.site.title,
        facts.place_of(item.site.unit),
        "; ".join(papers),
        item.since or "",
        len(item.channels),
        item.bandwidth,
        word("both_media") if len(media) > 1 else word(media[0]) if media else "",
        "; ".join(", ".join(channel.ducts) for channel in item.channels if channel.ducts),
        ", ".join(enterprises) or word("none"),
        word("security_level_of", level=system.security_level) if system is not None else word("not_applicable"),
        facts.quality_target,
        facts.contact_at(item.site.name),
    )
    others = [written(record.number, record.where) for record in documents]
    return row(cells, (*item.objects, *others, *facts.room_at(item.site.name)))


def registration(facts: OfficeFacts, then: OfficeFacts | None, last: Record | None) -> Content:
    """Return what Mẫu 01 asks for, and the test; `then`: the day of the `last` registration, None if there was none."""
    found = table(
        "registration",
        "organisation unit contact service_type channels bandwidth site since commitment",
        (line for item in facts.connections for line in _registration_rows(facts, item)),
    )
    test = _growth(facts, then) if then is not None else table("growth", _GROWTH_COLUMNS, ())
    grown = [line for line in test.rows if line.cells[-1] == word("needs_justification")]
    notes: tuple[Word, ...] = (
        (word("no_registration"),)
        if last is None
        else (word("last_registration", number=last.number, day=str(last.day)),)
    )
    justified = [
        item
        for item in facts.registers.records.values()
        if item.kind is RecordKind.JUSTIFICATION
        and last is not None
        and item.day > last.day
        and facts.in_year(item.day)
    ]
    if grown:
        notes = (*notes, word("growth_justified" if justified else "growth_unjustified", count=len(grown)))
    return Content(
        figures=(
            numbered("connections", (item.objects for item in facts.connections)),
            facts.bandwidth(),
            Figure(key="grown", value=len(grown), objects=tuple(one for line in grown for one in line.objects)),
            gaps_of(found),
        ),
        tables=(found, test, table("off_cycle", "what kind since", _off_cycle(facts, last)), facts.access_by_level()),
        notes=(*notes, word("shared_channels")),
    )


def _off_cycle(facts: OfficeFacts, last: Record | None) -> Iterable[ReportRow]:
    """Return attachments and access channels that began after the last registration: they want a Mẫu 01 of their own."""
    if last is None:
        return ()
    started: tuple[tuple[Attachment | Channel, str], ...] = (
        *((item, "attachment") for item in facts.registry.attachments.values()),
        *((item, "channel") for item in facts.access_channels),
    )
    return [
        row((item.name, word(kind), item.validity.start), (reported(item),))
        for item, kind in started
        if item.validity.start is not None and item.validity.start > last.day
    ]


def _registration_rows(facts: OfficeFacts, item: Connection) -> Iterable[ReportRow]:
    by_service: dict[str, list[Attachment]] = {}
    for one in item.attachments:
        by_service.setdefault(one.legal_service, []).append(one)
    for service, attachments in sorted(by_service.items()):
        cells: tuple[Cell, ...] = (
            item.title,
            facts.place_of(item.site.unit),
            facts.contact_at(item.site.name),
            word(f"service_{service}"),
            len(item.channels),
            item.bandwidth,
            item.site.title,
            min((one.validity.start for one in attachments if one.validity.start), default=""),
            word("commitment_made") if all(one.request_ref for one in attachments) else "",
        )
        yield row(cells, (*item.objects, *facts.room_at(item.site.name)))


_GROWTH_COLUMNS = "what before now percent growth"


def _growth(facts: OfficeFacts, then: OfficeFacts) -> ReportTable:
    """Return number of connections, and bandwidth of every access channel that was there, then and now."""
    lines = [_growth_row(word("connections"), len(then.connections), len(facts.connections), _parties(facts))]
    before = {item.name: item for item in then.access_channels}
    for name, item in facts.wanted.inventory.channels.items():
        if name in before and item.bandwidth_mbps != before[name].bandwidth_mbps:
            lines.append(_growth_row(name, before[name].bandwidth_mbps, item.bandwidth_mbps, (reported(item),)))
    return table("growth", _GROWTH_COLUMNS, lines)


def _parties(facts: OfficeFacts) -> Iterable[ReportedObject]:
    return (one for item in facts.connections for one in item.objects)


def _growth_row(what: Cell, before: int, now: int, objects: Iterable[ReportedObject]) -> ReportRow:
    """Return both numbers and whether the growth needs a justification: more than 20 of a hundred, compared in whole numbers."""
    grown = 100 * now > (100 + MOST_GROWTH) * before
    percent = f"{100 * (now - before) / before:+.1f} %" if before else word("not_applicable")
    return row((what, before, now, percent, word("needs_justification" if grown else "within_limit")), objects)


def requests(facts: OfficeFacts) -> Content:
    """Return every request, who made it, and what it led to: attachments, systems and intents of the day."""
    led: dict[str, list[ReportedObject]] = {}
    for item in facts.registry.attachments.values():
        led.setdefault(item.request_ref, []).append(reported(item))
    for intent in facts.intents:
        led.setdefault(intent.head.request_ref, []).append(written(intent.head.identifier, intent.head.where))
    asked = [item for item in facts.registers.records.values() if item.kind is RecordKind.REQUEST]
    found = table(
        "requests",
        "number date issuer subject led_to",
        (
            row(
                (
                    item.number,
                    item.day,
                    facts.body(item.issuer),
                    item.subject,
                    ", ".join(one.name for one in led[item.number][:9]),
                )
                if item.number in led
                else (item.number, item.day, facts.body(item.issuer), item.subject, word("pending")),
                (written(item.number, item.where), *led.get(item.number, ())),
            )
            for item in sorted(asked, key=lambda item: (item.day, item.number))
        ),
    )
    waiting = [item for item in asked if item.number not in led]
    return Content(
        figures=(
            counted("requests", (written(item.number, item.where) for item in asked)),
            counted("requests_pending", (written(item.number, item.where) for item in waiting)),
        ),
        tables=(found,),
    )
