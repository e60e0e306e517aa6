"""Which of several offered routes a node uses: the choice of RFC 4271 9.1, as both platforms apply it to private eBGP.

The one idea: a `Candidate` is a value and `select` a pure function of the offers; own routes (by their weight), local
preference, path length, ORIGIN, metric (same first AS), received before leaked, lowest neighbour (IOS-DEC-01, JUN-DEC-01). Equals
up to the metric are all reckoned with, whether or not a device uses several at once: which one it prefers hangs on which it heard
of first, and no text says that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from routing.model import RouteSource
from verification.routes.adjacency import ForwardingHop
from verification.routes.route_filters import PathAttributes

SessionKey = tuple[Literal["s"], int]
"""An offer over a session, by its number."""
LeakKey = tuple[Literal["l"], int]
"""An offer leaked from another VRF of the device, by its node."""
OriginKey = tuple[Literal["o"], int]
"""A route originated here; there is one."""
CandidateKey = SessionKey | LeakKey | OriginKey
"""Where an offer comes from: a plain tuple, because a province has millions; the tag tells which, and mypy knows no other."""

ORIGINATED: OriginKey = ("o", 0)

Grade = tuple[bool, int, int, int]
"""What is compared first, lower is better: without the weight of an own route, minus local preference, path length, ORIGIN."""


class Candidate(NamedTuple):
    """A route offered to a node: its attributes, ways on, tie-breaker, and whether it came over eBGP into this device.

    `weighs`: a route of the device itself would have its weight here (leaked ones on a platform where they keep it).
    """

    attributes: PathAttributes
    hops: tuple[ForwardingHop, ...]
    neighbor: int
    external: bool
    weighs: bool = False


class Selected(NamedTuple):
    """What a node selected for a prefix: candidates used, best first."""

    used: tuple[Candidate, ...]
    keys: tuple[CandidateKey, ...]


def select(offers: Mapping[CandidateKey, Candidate]) -> Selected:
    """Return the best candidate first, then those that may be used beside it or in its place (received ones beside a received
    one, leaked ones beside a leaked one, equal to it up to the metric)."""
    if len(offers) == 1:
        ((key, candidate),) = offers.items()
        return Selected((candidate,), (key,))
    graded = [(grade(key, candidate), (key, candidate)) for key, candidate in offers.items()]
    best_grade = min(found for found, _ in graded)
    ranked = _lowest_metric(sorted((item for found, item in graded if found == best_grade), key=_rank))
    (best_key, best), *others = ranked
    source = best.attributes.source
    if source not in (RouteSource.BGP, RouteSource.LEAKED):
        return Selected((best,), (best_key,))
    equal = [
        (key, item)
        for key, item in others
        if item.attributes.source is source and (item.attributes.metric or 0) == (best.attributes.metric or 0)
    ]
    kept = [(best_key, best), *equal]
    return Selected(tuple(item for _, item in kept), tuple(key for key, _ in kept))


def grade(key: CandidateKey, candidate: Candidate) -> Grade:
    """Return what is compared first: an offer with a greater grade than the best one's changes nothing."""
    found = candidate.attributes
    return (not _is_own(key, candidate), -found.local_preference, len(found.as_path), found.origin)


def _is_own(key: CandidateKey, candidate: Candidate) -> bool:
    """Return whether a route has the weight of one that the device originates: a leaked one keeps it (IOS-VRF-04)."""
    return key[0] == "o" or (key[0] == "l" and not candidate.external and candidate.weighs)


def _rank(item: tuple[CandidateKey, Candidate]) -> tuple[object, ...]:
    """Return the order among candidates of one grade."""
    key, candidate = item
    leaked = candidate.attributes.source is RouteSource.LEAKED
    return (leaked, candidate.neighbor, candidate.attributes.as_path, key)


def _lowest_metric(ranked: list[tuple[CandidateKey, Candidate]]) -> list[tuple[CandidateKey, Candidate]]:
    """Return those without a better metric from the same first AS."""
    if len({item.attributes.metric or 0 for _, item in ranked}) == 1:
        return ranked
    return [
        (key, item)
        for key, item in ranked
        if all(
            (item.attributes.metric or 0) <= (other.attributes.metric or 0)
            for _, other in ranked
            if other.attributes.as_path[:1] == item.attributes.as_path[:1]
        )
    ]
