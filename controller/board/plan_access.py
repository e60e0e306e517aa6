"""What a plan opens and closes -> sentences of who reaches whom by what, as people call them.

The one idea: whoever gets the same to the same end shares a sentence, and all members of a class are called by the class. That
something opens is told by the texts; by which services is the difference of the two policies, which the texts are proved to carry
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from controller.board.matrix import Named, name_endpoint, services_of
from controller.board.words import Both, both_ways
from controller.jobs.pipeline import Wanted
from controller.rollout.declared import attachments_of, is_reply, sessions, stands_for
from intents.policy import ClassEndpoint, Effect, Endpoint, OrganisationEndpoint, OutsideEndpoint, SystemEndpoint
from intents.registry import Attachment, AttachmentName
from intents.service import ServiceSet, united
from verification.change.access import AccessChange, Turn
from verification.verdicts.flow import flow_in_words

MOST_SENTENCES = 100
MOST_NAMES = 40
Ends = tuple[Wanted, Wanted]
"""Both workspaces: as it was, as it shall be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """A sentence: who begins or ceases to reach whom by which services, with an example; no services: not by a change of policy.
    `replies`: only answers do."""

    opens: bool
    sources: tuple[Named, ...]
    more: int
    destination: Named
    services: tuple[Both, ...]
    packet: Both
    pairs: int
    replies: bool
    declared: bool


def access_rows(
    changes: Iterable[AccessChange], undeclared: Iterable[AccessChange], ends: Ends
) -> tuple[AccessRow, ...]:
    """Return sentences, what opens first; a change that is but the reply to another one is in that one's sentence."""
    unsaid = {(item.turn, item.source, item.destination) for item in undeclared}
    groups: dict[tuple[Turn, AttachmentName, bool, bool, ServiceSet], list[AccessChange]] = {}
    for item in sessions(changes):
        declared = (item.turn, item.source, item.destination) not in unsaid
        key = (item.turn, item.destination, is_reply(item), declared, _difference(item, ends))
        groups.setdefault(key, []).append(item)
    rows = (_row(items, ends, key[4], declared=key[3]) for key, items in groups.items())
    return tuple(sorted(rows, key=lambda row: (not row.opens, row.declared, row.replies)))


def _difference(change: AccessChange, ends: Ends) -> ServiceSet:
    """Return by which services only the later policy (only the earlier one, if it closes) lets the source start sessions."""
    before, after = (_permitted(change, end) for end in ends)
    return after - before if change.turn is Turn.OPENED else before - after


def _permitted(change: AccessChange, wanted: Wanted) -> ServiceSet:
    attachments, registry = wanted.registry.attachments, wanted.registry
    source, destination = attachments.get(change.source), attachments.get(change.destination)
    if source is None or destination is None:
        return ServiceSet()
    rules = [
        rule
        for rule in wanted.policy.rules
        if stands_for(source, rule.source, registry)
        and stands_for(destination, rule.destination, registry)
        and (not rule.same_organisation or source.organisation == destination.organisation)
    ]
    permitted, forbidden = (united(rule.service for rule in rules if rule.effect is effect) for effect in Effect)
    return permitted - forbidden


def _row(items: list[AccessChange], ends: Ends, services: ServiceSet, *, declared: bool) -> AccessRow:
    first = items[0]
    opens = first.turn is Turn.OPENED
    sources = tuple(_names({item.source for item in items}, ends, ends[1 if opens else 0]))
    return AccessRow(
        opens=opens,
        sources=sources[:MOST_NAMES],
        more=max(0, len(sources) - MOST_NAMES),
        destination=_name(first.destination, ends),
        services=services_of(services) if services else (),
        packet=both_ways(flow_in_words(first.flow)),
        pairs=len({item.source for item in items}),
        replies=is_reply(first),
        declared=declared,
    )


def _names(found: set[AttachmentName], ends: Ends, end: Wanted) -> Iterator[Named]:
    """Yield what attachments are called: classes that are there whole, then what is left, each once."""
    left, registry = set(found), end.registry
    for cell in _cells(found, end):
        members = set(attachments_of(cell, registry))
        if len(members) > 1 and members <= left:
            left -= members
            yield name_endpoint(cell, registry)
    yield from dict.fromkeys(_name(name, ends) for name in sorted(left))


def _cells(found: Iterable[AttachmentName], end: Wanted) -> list[ClassEndpoint]:
    cells = set()
    for name in found:
        item = end.registry.attachments.get(name)
        if item is not None and item.organisation is not None:
            who = end.registry.organisations[item.organisation]
            cells.add(ClassEndpoint(category=who.category, tier=who.tier, purpose=item.purpose))
    return sorted(cells)


def _name(name: AttachmentName, ends: Ends) -> Named:
    """Return an attachment as people call its party, by the later workspace that knows it."""
    registry = next(end.registry for end in ends[::-1] if name in end.registry.attachments)
    return name_endpoint(_party_of(registry.attachments[name]), registry)


def _party_of(item: Attachment) -> Endpoint:
    if item.system is not None:
        return SystemEndpoint(system=item.system)
    if item.outside is not None:
        return OutsideEndpoint(outside=item.outside)
    if item.organisation is None:
        raise AssertionError(f"{item.name} is nobody's")
    return OrganisationEndpoint(organisation=item.organisation, purpose=item.purpose)
