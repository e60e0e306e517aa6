"""Which of several offered routes a node uses: the choice of RFC 4271 9.1, as both platforms apply it.

The one idea: a `Candidate` is a value and `select` a pure function of the offers; own routes (by their weight), local
preference, path length, ORIGIN, metric (same first AS), external before internal, metric to the next hop, and of internal ones
router ID, length of the cluster list, neighbour (IOS-DEC-01, JUN-DEC-01). External ones that are equal so far are all reckoned
with, whether or not a device uses several at once: which one it prefers hangs on which it heard of first, and no text says that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    `internal`: it came over iBGP, by `igp_metric` (the one to its next hop), from a speaker with this `router_id` (or that of
    the route's originator, if it was reflected), which is a client here if `from_client`.
    """

    attributes: PathAttributes
    hops: tuple[ForwardingHop, ...]
    neighbor: int
    external: bool
    weighs: bool = False
    internal: bool = False
    igp_metric: int = 0
    router_id: int = 0
    from_client: bool = False


Offer = tuple[CandidateKey, Candidate]


class Selected(NamedTuple):
    """What a node selected for a prefix: candidates used, best first."""

    used: tuple[Candidate, ...]
    keys: tuple[CandidateKey, ...]


def select(offers: Mapping[CandidateKey, Candidate]) -> Selected:
    """Return the best candidate first, then those that may be used beside it or in its place (received ones beside a received
    one, leaked ones beside a leaked one, equal to it up to the metric; an internal one stands alone)."""
    if len(offers) == 1:
        ((key, candidate),) = offers.items()
        return Selected((candidate,), (key,))
    (best_key, best), *others = _ranked(offers)
    source = best.attributes.source
    if best.internal or source not in (RouteSource.BGP, RouteSource.LEAKED):
        return Selected((best,), (best_key,))
    equal = [(key, item) for key, item in others if item.attributes.source is source and _med(item) == _med(best)]
    kept = [(best_key, best), *equal]
    return Selected(tuple(item for _, item in kept), tuple(key for key, _ in kept))


def contenders(offers: Mapping[CandidateKey, Candidate]) -> tuple[Offer, ...]:
    """Return the offers of which the one that came first may be the best: all that are left before router IDs are compared, if
    these are not internal (IOS-DEC-06, JUN-DEC-03)."""
    ranked = _ranked(offers)
    first = ranked[0][1]
    is_own = first.attributes.source not in (RouteSource.BGP, RouteSource.LEAKED)
    return tuple(ranked[:1] if first.internal or is_own else ranked)


def order_matters(offers: Iterable[Offer]) -> bool:
    """Return whether comparing offers pair by pair, as IOS does, may end otherwise in another order (IOS-DEC-05): if one first AS
    tells several metrics, and there is another first AS."""
    graded = [(grade(key, item), item) for key, item in offers]
    best = min((found for found, _ in graded), default=None)
    equal = [item for found, item in graded if found == best]
    ases = {_first(item) for item in equal}
    return len(ases) > 1 and len({(_first(item), _med(item)) for item in equal}) > len(ases)


def surely_better(one: Offer, other: Offer, every: Iterable[Offer], *, groups: bool) -> bool:
    """Return whether an offer keeps another one from being used whichever of `every` offer (both among them) are there, too.

    `groups`: the node compares metrics AS by AS, whatever came first.
    """
    mine = grade(*one)
    if mine != grade(*other):
        return mine < grade(*other)
    rivals = [(key, item) for key, item in every if grade(key, item) == mine]
    if not groups and order_matters(rivals):
        return all(_beats(one, rival) for rival in rivals if rival != one)
    if _first(one[1]) == _first(other[1]) and _med(one[1]) != _med(other[1]):
        return _med(one[1]) < _med(other[1])
    if any(_first(item) == _first(one[1]) and _med(item) < _med(one[1]) for _, item in rivals):
        return False
    return _beats(one, other)


def wins_in_any_order(offers: Sequence[Offer]) -> bool:
    """Return whether one offer beats each of the others, so that no order of comparing them pair by pair ends elsewhere."""
    return any(all(_beats(one, other) for other in offers if other != one) for one in offers)


def _beats(one: Offer, other: Offer) -> bool:
    """Return whether one of two offers would be chosen if there were no others, whatever came first."""
    mine, theirs = grade(*one), grade(*other)
    if mine != theirs:
        return mine < theirs
    if _first(one[1]) == _first(other[1]) and _med(one[1]) != _med(other[1]):
        return _med(one[1]) < _med(other[1])
    if one[0] == ORIGINATED:
        return True
    left, right = _late(one[1]), _late(other[1])
    return left < right if one[1].internal and other[1].internal else left[:2] < right[:2]


def grade(key: CandidateKey, candidate: Candidate) -> Grade:
    """Return what is compared first: an offer with a greater grade than the best one's changes nothing."""
    found = candidate.attributes
    return (not _is_own(key, candidate), -found.local_preference, len(found.as_path), found.origin)


def _ranked(offers: Mapping[CandidateKey, Candidate]) -> list[Offer]:
    """Return what is left before router IDs are compared, the best first."""
    graded = [(grade(key, candidate), (key, candidate)) for key, candidate in offers.items()]
    best_grade = min(found for found, _ in graded)
    left = _lowest_metric(sorted((item for found, item in graded if found == best_grade), key=_rank))
    if not any(item.internal for _, item in left):
        return left
    nearest = min(_late(item)[:2] for _, item in left)
    return [(key, item) for key, item in left if _late(item)[:2] == nearest]


def _is_own(key: CandidateKey, candidate: Candidate) -> bool:
    """Return whether a route has the weight of one that the device originates: a leaked one keeps it (IOS-VRF-04)."""
    return key[0] == "o" or (key[0] == "l" and not candidate.external and candidate.weighs)


def _first(item: Candidate) -> tuple[int, ...]:
    """Return the neighbouring AS of a path, none if it starts in the own one (RFC 4271 9.1.2.2)."""
    return item.attributes.as_path[:1]


def _med(item: Candidate) -> int:
    return item.attributes.metric or 0


def _late(item: Candidate) -> tuple[bool, int, int, int, int]:
    """Return what is compared after the metric: external first, the metric to the next hop; of internal ones router ID, length of
    the cluster list, neighbour (IOS-DEC-01, JUN-DEC-01, RFC-RR-05)."""
    return (item.internal, item.igp_metric, item.router_id, len(item.attributes.clusters), item.neighbor)


def _rank(item: Offer) -> tuple[object, ...]:
    """Return the order among candidates of one grade."""
    key, candidate = item
    leaked = candidate.attributes.source is RouteSource.LEAKED
    late = _late(candidate) if candidate.internal else ()
    return (leaked, candidate.internal, late, candidate.neighbor, candidate.attributes.as_path, key)


def _lowest_metric(ranked: list[Offer]) -> list[Offer]:
    """Return those without a better metric from the same first AS."""
    if len({_med(item) for _, item in ranked}) == 1:
        return ranked
    return [
        (key, item)
        for key, item in ranked
        if all(_med(item) <= _med(other) for _, other in ranked if _first(other) == _first(item))
    ]
