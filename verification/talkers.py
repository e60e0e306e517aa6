"""Who talks to whom: from policy and addresses to the ordered pairs of attachments that routing must join.

The one idea: attachments of one kind (the same rules) talk to the same others, so pairs are found kind by kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.policy import Endpoint
from intents.prefix import Family
from intents.registry import AttachmentName
from ipam.endpoints import Resolver
from verification.evidence import Evidence

Pair = tuple[AttachmentName, AttachmentName, Family]
Talkers = Mapping[tuple[AttachmentName, Family], tuple[AttachmentName, ...]]
Talking = Mapping[tuple[AttachmentName, Family], frozenset[AttachmentName]]
"""Who sends to a destination, in a family."""


def talking_pairs(evidence: Evidence) -> tuple[Pair, ...]:
    """Return every ordered pair of attachments that some session or its replies must join, by family."""
    found: list[Pair] = []
    for family in Family:
        names = sorted(name for name, of_family in evidence.own if of_family is family)
        by_kind: dict[object, list[AttachmentName]] = {}
        for name in names:
            by_kind.setdefault(evidence.kinds[(name, family)], []).append(name)
        groups = list(by_kind.values())
        for sources in groups:
            for destinations in groups:
                found += _group_pairs(evidence, sources, destinations, family)
    return tuple(sorted(found, key=lambda item: (item[1], item[0], item[2])))


def by_destination(pairs: tuple[Pair, ...]) -> Talkers:
    """Return who sends to each destination."""
    found: dict[tuple[AttachmentName, Family], list[AttachmentName]] = {}
    for source, destination, family in pairs:
        found.setdefault((destination, family), []).append(source)
    return {key: tuple(names) for key, names in found.items()}


def _group_pairs(
    evidence: Evidence, sources: list[AttachmentName], destinations: list[AttachmentName], family: Family
) -> Iterator[Pair]:
    """Yield the pairs of two kinds that talk: all of them alike, but for those within one organisation."""
    pairs = evidence.sides[family].pairs
    mine, theirs = evidence.kinds[(sources[0], family)], evidence.kinds[(destinations[0], family)]
    verdicts = {
        together: any(
            pairs.services(bits)
            for bits in (
                pairs.touching(mine, theirs, company=together),
                pairs.touching(theirs, mine, company=together),
            )
            if bits
        )
        for together in (False, True)
    }
    if not any(verdicts.values()):
        return
    for one in sources:
        for other in destinations:
            if one != other and verdicts[verdicts[True] != verdicts[False] and evidence.same_company(one, other)]:
                yield one, other, family


def members_of(evidence: Evidence, endpoint: Endpoint) -> frozenset[AttachmentName]:
    """Return the attachments whose own addresses an endpoint holds."""
    resolver = Resolver(evidence.given.address_plan)
    found: set[AttachmentName] = set()
    for (name, family), spans in evidence.own.items():
        holes = resolver.excluded(endpoint, family)
        for prefix in resolver.prefixes(endpoint, family):
            for low, _ in spans:
                if prefix.holds(low) and not any(hole.holds(low) for hole in holes):
                    found.add(name)
    return frozenset(found)
