"""Video conferences of one day: A25 (art. 8.1, Circular 06/2026 art. 6.2).

The one idea: a purpose is one for conferences if most attachments in it have the service `video_conference`, or if an intent
about it says whose the multipoint control unit is; whoever is attached in it is a room, and the service is nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from intents.expansion import Directory, expand, make_directory
from intents.finding import Finding
from intents.model import Intent, Permit
from intents.policy import ClassEndpoint, Endpoint, OrganisationEndpoint, SystemEndpoint
from intents.registry import LegalService, PurposeName, Registry
from intents.rule_packs import report_breach


def check_conferences(registry: Registry, intents: Iterable[Intent], on: date) -> Iterator[Finding]:
    """Yield intents about conferences that do not say whose the MCU is, attachments among rooms that are none, and rooms where
    no conferences are."""
    directory = make_directory(registry)
    permits = [item for item in intents if isinstance(item, Permit) and item.head.validity.holds(on)]
    about = {item.head.identifier: frozenset(_purposes_of(item, directory, registry)) for item in permits}
    named = frozenset[PurposeName]().union(
        *(about[item.head.identifier] for item in permits if item.mcu_owner is not None)
    )
    purposes = _by_service(registry) | (named & _free(registry))
    for permit in permits:
        name = permit.head.identifier
        if permit.mcu_owner is None and about[name] & purposes:
            yield report_breach("A25", "TR465", permit.head.where, on, about=name, intent=name)
    for item in registry.attachments.values():
        is_room = item.legal_service is LegalService.VIDEO_CONFERENCE
        if item.organisation is not None and is_room is not (item.purpose in purposes):
            code = "TR468" if is_room else "TR466"
            values = {"attachment": item.name, "purpose": item.purpose, "service": item.legal_service}
            yield report_breach("A25", code, item.where, on, also=(), about=item.name, **values)


def _free(registry: Registry) -> frozenset[PurposeName]:
    """Return the purposes that organisations are attached in, and no category is at home in."""
    held = {item.purpose for item in registry.attachments.values() if item.organisation is not None}
    return frozenset(name for name in held if name in registry.purposes and not registry.purposes[name].home_of)


def _by_service(registry: Registry) -> frozenset[PurposeName]:
    """Return the purposes in which more organisations' attachments have the service than have another."""
    rooms: Counter[PurposeName] = Counter()
    for item in registry.attachments.values():
        if item.organisation is not None:
            rooms[item.purpose] += 1 if item.legal_service is LegalService.VIDEO_CONFERENCE else -1
    return frozenset(purpose for purpose, more in rooms.items() if more > 0)


def _purposes_of(permit: Permit, directory: Directory, registry: Registry) -> Iterator[PurposeName]:
    statement, _ = expand(permit, directory)
    for key in statement.grants:
        yield from (purpose for end in key[1:3] if (purpose := _purpose_of(end, registry)) is not None)


def _purpose_of(end: Endpoint, registry: Registry) -> PurposeName | None:
    match end:
        case ClassEndpoint() | OrganisationEndpoint():
            return end.purpose
        case SystemEndpoint():
            system = registry.systems.get(end.system)
            return system.purpose if system is not None else None
        case _:
            return None
