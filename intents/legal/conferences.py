"""Video conferences of one day: A25 (art. 8.1, Circular 06/2026 art. 6.2).

The one idea: a purpose in which somebody has the service `video_conference` is one for conferences; whoever is attached in it is
a room, and an intent about it says whose the multipoint control unit is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from intents.expansion import expand, make_directory
from intents.finding import Finding
from intents.model import Intent, Permit
from intents.policy import ClassEndpoint, Endpoint, OrganisationEndpoint, SystemEndpoint
from intents.registry import LegalService, PurposeName, Registry
from intents.rule_packs import report_breach


def check_conferences(registry: Registry, intents: Iterable[Intent], on: date) -> Iterator[Finding]:
    """Yield intents about conferences that do not say whose the MCU is, and attachments among rooms that are none."""
    service = LegalService.VIDEO_CONFERENCE
    purposes = {item.purpose for item in registry.attachments.values() if item.legal_service is service}
    directory = make_directory(registry)
    for intent in intents:
        if not isinstance(intent, Permit) or not intent.head.validity.holds(on) or intent.mcu_owner is not None:
            continue
        statement, _ = expand(intent, directory)
        if any(_purpose_of(end, registry) in purposes for key in statement.grants for end in key[1:3]):
            name = intent.head.identifier
            yield report_breach("A25", "TR465", intent.head.where, on, about=name, intent=name)
    for item in registry.attachments.values():
        if item.organisation is not None and item.purpose in purposes and item.legal_service is not service:
            values = {"attachment": item.name, "purpose": item.purpose, "service": item.legal_service}
            yield report_breach("A25", "TR466", item.where, on, also=(), about=item.name, **values)


def _purpose_of(end: Endpoint, registry: Registry) -> PurposeName | None:
    match end:
        case ClassEndpoint() | OrganisationEndpoint():
            return end.purpose
        case SystemEndpoint():
            system = registry.systems.get(end.system)
            return system.purpose if system is not None else None
        case _:
            return None
