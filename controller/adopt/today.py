"""Who reaches whom today -> as few statements as say the same, to be reviewed one by one.

The one idea: destinations that the same places reach by the same services are one statement; a place never counts as reaching
itself, so a group in which all reach all is one statement too. What a statement would say beyond today is a remark on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.adopt.standing import FoundPlace
from intents.prefix import Family
from intents.service import ServiceSet, united
from verification.inspection.reach import PairPassage


class Remark(StrEnum):
    """Where an intent would say more than is so today."""

    ONLY_V4 = "only IPv4"
    """Both ends have IPv6 too, and some of these services go over IPv4 alone."""
    ONLY_V6 = "only IPv6"
    PARTLY = "partly"
    """Only between some of the addresses."""
    UNANSWERED = "unanswered"
    """Replies to some of these services do not come back."""
    BEYOND = "beyond"
    """Packets that belong to no session pass as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayIntent:
    """Places that reach places by the same services, sorted; a place that is in both does not reach itself by it."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: ServiceSet
    remarks: tuple[Remark, ...]


def intents_of_today(passages: Iterable[PairPassage], places: Sequence[FoundPlace]) -> tuple[TodayIntent, ...]:
    """Return what is reached today, grouped; pairs between which no session can be started are in none."""
    families = {item.name: frozenset(prefix.family for prefix in item.standing.prefixes) for item in places}
    pairs: dict[tuple[str, str], list[PairPassage]] = {}
    for passage in passages:
        pairs.setdefault((passage.source, passage.destination), []).append(passage)
    reached: dict[tuple[str, ServiceSet, tuple[Remark, ...]], set[str]] = {}
    for (source, destination), found in pairs.items():
        services = united(item.services for item in found)
        if services:
            both = families[source] & families[destination]
            key = (destination, services, _remarks(found, services, both))
            reached.setdefault(key, set()).add(source)
    return tuple(sorted(_grouped(reached), key=lambda item: (item.destinations, item.sources, item.services.ranges)))


def _remarks(found: Sequence[PairPassage], services: ServiceSet, both: frozenset[Family]) -> tuple[Remark, ...]:
    by_family = {item.family: item.services for item in found}
    said = {
        Remark.ONLY_V4: Family.V6 in both and by_family.get(Family.V6) != services,
        Remark.ONLY_V6: Family.V4 in both and by_family.get(Family.V4) != services,
        Remark.PARTLY: any(item.everywhere != item.services for item in found),
        Remark.UNANSWERED: any(item.unanswered for item in found),
        Remark.BEYOND: any(item.beyond is not None for item in found),
    }
    return tuple(remark for remark, holds in said.items() if holds)


_Said = tuple[ServiceSet, tuple[Remark, ...]]


def _grouped(reached: Mapping[tuple[str, ServiceSet, tuple[Remark, ...]], set[str]]) -> Iterator[TodayIntent]:
    """Yield destinations together that the same places reach; of the others those that all of a group reach, themselves apart."""
    alike: dict[tuple[_Said, frozenset[str]], list[str]] = {}
    for (destination, services, remarks), found in reached.items():
        alike.setdefault(((services, remarks), frozenset(found)), []).append(destination)
    mutual: dict[tuple[_Said, frozenset[str]], list[str]] = {}
    for (said, sources), destinations in alike.items():
        if len(destinations) > 1:
            yield _intent(said, sources, destinations)
        else:
            mutual.setdefault((said, sources | frozenset(destinations)), []).append(destinations[0])
    for (said, members), destinations in mutual.items():
        # With one destination it is a member only because it was added; with several each is reached by the others.
        sources = members - frozenset(destinations) if len(destinations) == 1 else members
        yield _intent(said, sources, destinations)


def _intent(said: _Said, sources: Iterable[str], destinations: Iterable[str]) -> TodayIntent:
    services, remarks = said
    return TodayIntent(
        sources=tuple(sorted(sources)),
        destinations=tuple(sorted(destinations)),
        services=services,
        remarks=remarks,
    )
