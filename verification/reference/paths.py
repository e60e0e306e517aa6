"""One BGP path through a route policy, out of one table, into another, and the choice among several.

The one idea: a `Path` is a value; a policy, a session's sending half and its receiving half each turn it into another
path or into None, so that what one device learns is a chain of three functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from intents.prefix import Prefix
from routing.model import (
    Action,
    AsPathStep,
    BgpInstance,
    BgpNeighbor,
    CommunityRange,
    Device,
    Direction,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    PrivateRemoval,
    RoutePolicy,
    RouteSource,
)
from routing.vendors import VENDORS
from routing.vendors.vendor import PlatformRules
from verification.verdicts.flow import Line

DEFAULT_PREFERENCE = 100
IGP, INCOMPLETE = 0, 2
HIGHEST = 2**32 - 1
SENDER = -1
"""In the place of a next hop: whoever announces the path."""
STAYING = frozenset({"no-export", "no-advertise", "no-export-subconfed", "local-as"})
"""Communities that keep a route from every eBGP neighbour (RFC 1997; BOTH-SEND-01)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """Where a route leads: out of an interface to a next hop (None: the destination itself), or nowhere (discard)."""

    interface: str | None
    next_hop: int | None = None


DISCARD = Exit(interface=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A route in the BGP table of one VRF.

    `source`: how it came into this table (BGP: received; LEAKED: from another VRF of the device; else originated
    here). `external`: it came over an eBGP session at some point of its way into this device; `weighs`: it has the weight of a
    route that the device itself originates. `neighbor` is the sender's address (0 if there was none); the choice ends with
    the lowest, in place of the router identifier. `origin` is RFC 4271's ORIGIN.

    `internal`: it came over a session inside the AS, from a client here if `from_client`; then `next_hop` is where it leads,
    `igp_metric` how far that is, `router_id` whose it is, and `originator` and `clusters` the marks of reflectors.
    """

    prefix: Prefix
    source: RouteSource
    exits: tuple[Exit, ...]
    as_path: tuple[int, ...] = ()
    local_preference: int = DEFAULT_PREFERENCE
    metric: int | None = None
    communities: frozenset[str] = frozenset()
    origin: int = IGP
    external: bool = False
    weighs: bool = False
    neighbor: int = 0
    internal: bool = False
    from_client: bool = False
    next_hop: int | None = None
    igp_metric: int = 0
    router_id: int = 0
    originator: int = 0
    clusters: tuple[int, ...] = ()
    line: Line | None = None


def apply_policies(device: Device, names: Iterable[str], path: Path, direction: Direction) -> Path | None:
    """Return the path after every named policy accepted it (no name: unchanged), else None.

    A name that is not defined accepts nothing (IOS-REF-01, IOS-REF-02).
    """
    current: Path | None = path
    for name in names:
        policy = next((item for item in device.policies if item.name == name), None)
        if policy is None or current is None:
            return None
        current = apply_policy(policy, current, direction)
    return current


def apply_policy(policy: RoutePolicy, path: Path, direction: Direction) -> Path | None:
    """Return what one policy makes of a path, None if it rejects it; `direction` OUT is an announcement."""
    for clause in policy.clauses:
        if not _clause_matches(clause, path):
            continue
        path = _apply_sets(clause, path)
        if clause.action is Action.PERMIT:
            return path
        if clause.action is Action.DENY:
            return None
    if policy.default is PolicyDefault.PROTOCOL and (direction is Direction.IN or path.source is RouteSource.BGP):
        return path
    return None


def _clause_matches(clause: PolicyClause, path: Path) -> bool:
    return (
        (clause.prefixes is None or _prefix_matches(clause.prefixes, path.prefix))
        and (clause.sources is None or path.source in clause.sources)
        and _communities_match(clause, path.communities)
        and (clause.as_paths is None or any(takes(list(item), list(path.as_path)) for item in clause.as_paths))
        and (clause.local_preferences is None or path.local_preference in clause.local_preferences)
    )


def takes(pattern: list[AsPathStep], ases: list[int]) -> bool:
    """Return whether the first step can take some ASs from the front, and the other steps all that is then left."""
    if not pattern:
        return not ases
    step, *others = pattern
    for count in range(len(ases) + 1):
        if count and not any(low <= ases[count - 1] <= high for low, high in step.ranges):
            return False
        is_enough = count >= step.least and (step.most is None or count <= step.most)
        if is_enough and takes(others, ases[count:]):
            return True
    return False


def _communities_match(clause: PolicyClause, carried: frozenset[str]) -> bool:
    if clause.communities is None and not clause.community_ranges:
        return True
    if clause.communities is not None and any(carried.issuperset(item) for item in clause.communities):
        return True
    return any(_is_within(community, item) for community in carried for item in clause.community_ranges)


def _is_within(community: str, wanted: CommunityRange) -> bool:
    """Return whether `high:low` lies in a range; a community that is a word lies in none."""
    high, colon, low = community.partition(":")
    return colon == ":" and int(high) == wanted.high and wanted.first <= int(low) <= wanted.last


def _prefix_matches(rules: tuple[PrefixRule, ...], prefix: Prefix) -> bool:
    for rule in rules:
        if rule.prefix.covers(prefix) and rule.low <= prefix.length <= rule.high:
            return rule.permit
    return False


def _apply_sets(clause: PolicyClause, path: Path) -> Path:
    kept = frozenset() if clause.replace_communities else path.communities
    return replace(
        path,
        communities=kept | frozenset(clause.add_communities),
        local_preference=_shifted(path.local_preference, clause.local_preference, clause.local_preference_change),
        metric=_changed_metric(clause, path),
        origin=path.origin if clause.origin is None else clause.origin,
        as_path=clause.prepend + path.as_path,
        next_hop=SENDER if clause.next_hop_self else path.next_hop,
    )


def _shifted(value: int, given: int | None, change: int) -> int:
    """Return the value given, else the old one, moved up or down but not beyond 32 bits (JUN-POL-13)."""
    return sorted((0, (value if given is None else given) + change, HIGHEST))[1]


def _changed_metric(clause: PolicyClause, path: Path) -> int | None:
    if clause.metric is None and not clause.metric_change:
        return path.metric
    return _shifted(path.metric or 0, clause.metric, clause.metric_change)


def announce(device: Device, instance: BgpInstance, neighbor: BgpNeighbor, path: Path) -> Path | None:
    """Return what `device` sends of a path to a neighbour, None if an export policy rejects it.

    The path sent is what the policy prepends (before or behind the own AS, as the platform does), the own AS, and the path as
    held. A metric that was received or leaked is not passed on; one set here is. Local preference stays at home; communities go
    only where they are sent, and some of them keep the path at home.
    """
    if path.communities & STAYING or _is_held_back(device, neighbor, path):
        return None
    is_foreign = path.external or path.source is RouteSource.LEAKED or (path.internal and path.as_path != ())
    outgoing = replace(path, metric=None) if is_foreign else path
    accepted = apply_policies(device, neighbor.exports, outgoing, Direction.OUT)
    if accepted is None:
        return None
    own = _own_as(instance, neighbor)
    prepended = accepted.as_path[: len(accepted.as_path) - len(path.as_path)]
    front = own + prepended if behaviour_of(device).prepends_behind_own_as else prepended + own
    return replace(
        accepted,
        as_path=front + _cleaned(instance, neighbor, path.as_path),
        communities=accepted.communities if neighbor.send_communities else frozenset(),
        local_preference=DEFAULT_PREFERENCE,
    )


def _cleaned(instance: BgpInstance, neighbor: BgpNeighbor, held: tuple[int, ...]) -> tuple[int, ...]:
    """Return the path held as it goes out, one AS after the other (JUN-SEND-06)."""
    found: list[int] = []
    ended = neighbor.remove_private is None
    for asn in held:
        is_private = 64512 <= asn <= 65534 or 4200000000 <= asn <= 4294967294
        if neighbor.remove_private is PrivateRemoval.LEADING and (not is_private or asn == neighbor.remote_as):
            ended = True
        if ended or not is_private:
            found.append(asn)
        elif neighbor.remove_private is PrivateRemoval.REPLACE:
            found.append(instance.asn)
    return tuple(found)


def behaviour_of(device: Device) -> PlatformRules:
    """Return what a device's platform does by itself."""
    return VENDORS[device.platform].capabilities.rules


def _is_held_back(device: Device, neighbor: BgpNeighbor, path: Path) -> bool:
    """Return whether a path is not sent to a neighbour because of who it is: it told the path, or its AS is the path's first."""
    behaviour = behaviour_of(device)
    told_it = path.source is RouteSource.BGP and path.neighbor == neighbor.address
    is_first = path.as_path[:1] == (neighbor.remote_as,)
    return (told_it and not behaviour.sends_back) or (
        is_first and not behaviour.sends_to_first_as and not neighbor.advertise_peer_as
    )


def _own_as(instance: BgpInstance, neighbor: BgpNeighbor) -> tuple[int, ...]:
    if neighbor.local_as is None:
        return (instance.asn,)
    if neighbor.local_as.replace:
        return (neighbor.local_as.asn,)
    return (neighbor.local_as.asn, instance.asn)


def learn(device: Device, instance: BgpInstance, neighbor: BgpNeighbor, path: Path) -> Path | None:
    """Return what `device` makes of a path that a neighbour announced, None if it is rejected.

    Rejected: the first AS is not the neighbour's (RFC 4271 6.3, where the platform looks); more own ASs in the path than
    `loops` allows (RFC 4271 9.1.2); an import policy says no.
    """
    if behaviour_of(device).checks_first_as and path.as_path[:1] != (neighbor.remote_as,):
        return None
    own = set(instance.loop_asns)
    in_front: tuple[int, ...] = ()
    if neighbor.local_as is not None:
        own.add(neighbor.local_as.asn)
        in_front = (neighbor.local_as.asn,) if neighbor.local_as.prepend_in else ()
    if sum(asn in own for asn in path.as_path) > neighbor.loops:
        return None
    return apply_policies(device, neighbor.imports, replace(path, as_path=in_front + path.as_path), Direction.IN)


def choose(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the best path first, then those that may be used beside it or in its place.

    Order: own routes (by their weight); highest local preference; shortest AS path; lowest ORIGIN; lowest metric among paths
    with the same first AS (none counts as 0); other ASs' before those of the own AS; nearest next hop; received before leaked;
    lowest neighbour. One of the own AS stands alone: lowest router ID, shortest cluster list, lowest neighbour.

    Assumption, which widens what is
    walked: every path equal to the best up to the metric may be used, whatever ASs it names and however many the device uses
    at once. Both platforms prefer the one that they heard of first (Cisco: "BGP Best Path Selection Algorithm"; Juniper:
    "Understanding BGP Path Selection"), so the text does not say which it is.
    """
    left = list(paths)
    if not left:
        return ()
    left = _lowest(left, [not _is_local(path) for path in left])
    left = _lowest(left, [-path.local_preference for path in left])
    left = _lowest(left, [len(path.as_path) for path in left])
    left = _lowest(left, [path.origin for path in left])
    left = [path for path in left if all(_metric(path) <= _metric(other) for other in left if _same_first(path, other))]
    left = _lowest(left, [path.internal for path in left])
    left = _lowest(left, [path.igp_metric for path in left])
    if left[0].internal:
        return (min(left, key=lambda path: (path.router_id, len(path.clusters), path.neighbor)),)
    best, *others = sorted(left, key=_last_resort)
    if best.source not in (RouteSource.BGP, RouteSource.LEAKED):
        return (best,)
    return (best, *(item for item in others if item.source is best.source and _metric(item) == _metric(best)))


def _lowest(paths: list[Path], keys: list[bool] | list[int]) -> list[Path]:
    lowest = min(keys)
    return [path for path, key in zip(paths, keys, strict=True) if key == lowest]


def _is_local(path: Path) -> bool:
    return path.source not in (RouteSource.BGP, RouteSource.LEAKED) or path.weighs


def _metric(path: Path) -> int:
    return path.metric or 0


def _same_first(one: Path, other: Path) -> bool:
    return one.as_path[:1] == other.as_path[:1]


def _last_resort(path: Path) -> tuple[object, ...]:
    exits = tuple((item.interface or "", item.next_hop or 0) for item in path.exits)
    return (path.source is RouteSource.LEAKED, path.neighbor, path.as_path, exits, path.line or ("", ()))
