"""What a change of texts opens and cuts, by all judges: every example replayed, and every difference between judges told.

Turns two networks into a `ChangeOfAccess`. The one idea: a change is told with who saw it; a start for which only one judge sees
a change is a difference, never a change less.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import Network
from verification.change.access import AccessChange, Place, Turn, access_changes, destinations_of, turn_in_words
from verification.change.batfish import SeenChanges
from verification.evidence.evidence import Evidence, Given, gather
from verification.packets.flow_sets import NotExpressibleError, Span, size_of, union_of
from verification.questions.network import undeclared_lans
from verification.questions.unknown_lines import unknowns_of
from verification.reference.routes import Peerings, WalkRoutes, peerings_of, routes_to
from verification.reference.walk import walk
from verification.routes.rib import NotSettledError
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.flow import Flow, flow_in_words
from verification.verdicts.opinions import BATFISH, ENGINE
from verification.verdicts.verdict import NotModelled

AskChanges = Callable[[Given, Given, Sequence[Sequence[Span]]], SeenChanges]
"""Asks a second judge what changes between running and intended texts for packets to groups of IPv4 addresses. BatfishError."""

REPLAYS = 40
"""To how many addresses examples are replayed in each network; other changes are left as they were found."""
MOST_GROUPS = 6
"""Groups of destinations that are asked about each by itself, besides those that nothing changes for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldChange:
    """A change with who saw it, and whether `walk` shows its example (None: not asked). `group`: of which destinations a second
    judge's answer is compared with it (None: it can't see changes of the kind, or was not asked)."""

    change: AccessChange
    judges: tuple[str, ...]
    group: int | None
    replayed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfAccess:
    """All changes; `new`: devices that have no running text; `undeclared`: LANs of the running texts that are nobody's, so that
    nothing is said about them; `doubts`: why there may be more, by the texts of either network; `differences`: where the
    judges or `walk` differ. `judges`: who looked."""

    changes: tuple[ToldChange, ...]
    new: tuple[str, ...]
    undeclared: tuple[str, ...] = ()
    doubts: tuple[NotModelled, ...]
    differences: tuple[Reason, ...]
    judges: tuple[str, ...]

    @property
    def alone(self) -> int:
        """The number of changes that the engine alone can see, though a second judge looked."""
        return 0 if BATFISH not in self.judges else sum(item.group is None for item in self.changes)


def judge_change(running: Given, intended: Given, ask: AskChanges | None = None) -> ChangeOfAccess:
    """Return what the change from running to intended texts opens and cuts; BatfishError."""
    new = tuple(sorted(intended.network.devices.keys() - running.network.devices.keys()))
    try:
        before, after = gather(running), gather(intended)
    except NotSettledError as error:
        return nothing_said(error.reason, new)
    return judge_gathered(before, after, ask, new=new)


def judge_gathered(
    before: Evidence, after: Evidence, ask: AskChanges | None = None, *, new: tuple[str, ...] = (), most: int = REPLAYS
) -> ChangeOfAccess:
    """Return the same of networks whose evidence is there already; `new`: devices of the second alone; `most`: to how many
    addresses examples are replayed. BatfishError."""
    try:
        found = access_changes(before, after)
    except NotExpressibleError as error:
        return nothing_said(error.reason, new)
    groups = _groups(found, destinations_of(before, after, Family.V4))
    seen = None if ask is None else ask(before.given, after.given, [group.spans for group in groups])
    replays = _Replays(before, after, most)
    told = tuple(_told(found, seen, groups, replays))
    doubts = tuple(item.verdict for item in (unknowns_of(before), unknowns_of(after)) if item.devices)
    return ChangeOfAccess(
        changes=tuple(item for item in told if not _stays_home(item.change, after)),
        new=new,
        undeclared=tuple(f"{device} {interface}" for device, interface in undeclared_lans(before)),
        doubts=doubts if seen is None else (*doubts, *seen.doubts),
        differences=tuple(_differences(told, seen, replays)),
        judges=(ENGINE,) if seen is None else (BATFISH, ENGINE),
    )


def nothing_said(reason: Reason, new: tuple[str, ...] = ()) -> ChangeOfAccess:
    """Return that nothing can be said of a change, and why."""
    doubts = (NotModelled(reason=reason),)
    return ChangeOfAccess(changes=(), new=new, doubts=doubts, differences=(), judges=())


def _stays_home(change: AccessChange, evidence: Evidence) -> bool:
    """Return whether packets only turn round at their own LAN's gateway: whoever stands there reaches its neighbours anyway."""
    return change.source == change.destination and len(evidence.ports[change.source]) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Destinations that a second judge is asked about in one question."""

    names: frozenset[AttachmentName]
    spans: tuple[Span, ...]


def _groups(
    found: Sequence[AccessChange], destinations: Mapping[AttachmentName, tuple[Span, ...]]
) -> tuple[_Group, ...]:
    """Return all destinations in groups of those that the same changes: one of them then hides no other one.

    The largest groups stand by themselves, the others together; all of them, where two destinations share an address.
    """
    turns: dict[AttachmentName, set[tuple[Place, Turn]]] = {name: set() for name in destinations}
    for change in found:
        if _is_whole(change):
            turns[change.destination].add((_place(change), change.turn))
    alike: dict[frozenset[tuple[Place, Turn]], set[AttachmentName]] = {frozenset(): set()}
    for name, kinds in turns.items():
        alike.setdefault(frozenset(kinds), set()).add(name)
    still, *others = alike.values()
    others.sort(key=lambda names: (-len(names), sorted(names)))
    parts = [still, *others[:MOST_GROUPS], set().union(*others[MOST_GROUPS:])]
    spans = [union_of(span for name in names for span in destinations[name]) for names in parts]
    whole = union_of(span for held in destinations.values() for span in held)
    if sum(map(size_of, spans)) != size_of(whole):
        return (_Group(names=frozenset(destinations), spans=whole),)
    return tuple(_Group(names=frozenset(names), spans=held) for names, held in zip(parts, spans, strict=True) if names)


def _told(
    found: Sequence[AccessChange], seen: SeenChanges | None, groups: Sequence[_Group], replays: _Replays
) -> Iterator[ToldChange]:
    number = {name: index for index, group in enumerate(groups) for name in group.names}
    for change in found:
        group = number[change.destination]
        replayed = replays.shows(change) if replays.has_room(change.flow) else None
        comparable = seen is not None and _is_whole(change) and _place(change) in seen.starts
        if comparable and replayed:  # where packets arrive in both networks, but elsewhere, Batfish sees no difference
            comparable = replays.turn(change.flow) is change.turn
        both = seen is not None and comparable and (group, _place(change), change.turn) in seen.flows
        yield ToldChange(
            change=change,
            judges=(BATFISH, ENGINE) if both else (ENGINE,),
            group=group if comparable else None,
            replayed=replayed,
        )


def _place(change: AccessChange) -> Place:
    return change.flow.start_device, change.flow.start_interface


def _is_whole(change: AccessChange) -> bool:
    """Return whether a change is of packets that Batfish can follow: IPv4, no non-initial fragments."""
    return change.flow.family is Family.V4 and not change.flow.fragment


class _Replays:
    """Asks `walk` about packets in both networks; routes to an address are computed once in each."""

    def __init__(self, running: Evidence, intended: Evidence, most: int) -> None:
        self._most = most
        self._networks = (running.given.network, intended.given.network)
        self._peerings: list[Peerings] = []
        self._ends = {
            name: frozenset((port.device, port.interface) for port in ports) for name, ports in intended.ports.items()
        }
        self._routes: dict[tuple[Family, int], tuple[WalkRoutes, ...]] = {}

    def has_room(self, flow: Flow) -> bool:
        """Return whether one more packet to this address may be replayed."""
        return len(self._routes) < self._most or (flow.family, flow.destination) in self._routes

    def shows(self, change: AccessChange) -> bool:
        """Return whether a change's packet reaches its destination in exactly the network that it should be delivered in."""
        return self.turn(change.flow, self._ends[change.destination]) is change.turn

    def turn(self, flow: Flow, ends: Collection[Place] | None = None) -> Turn | None:
        """Return how a packet's fate changes; `ends`: where it must arrive, None: wherever it does."""
        key = (flow.family, flow.destination)
        if key not in self._routes:
            self._peerings = self._peerings or [peerings_of(network, NO_FAILURE) for network in self._networks]
            self._routes[key] = tuple(
                routes_to(network, NO_FAILURE, *key, peerings)
                for network, peerings in zip(self._networks, self._peerings, strict=True)
            )
        before, after = (
            _arrives(network, flow, routes, ends)
            for network, routes in zip(self._networks, self._routes[key], strict=True)
        )
        if before == after:
            return None
        return Turn.OPENED if after else Turn.CUT


def _arrives(network: Network, flow: Flow, routes: WalkRoutes, ends: Collection[Place] | None) -> bool:
    """Return whether a packet arrives on some way; where its starting point is not there, nobody hears it."""
    device = network.devices.get(flow.start_device)
    if device is None or all(item.name != flow.start_interface for item in device.interfaces):
        return False
    return any(
        trace.delivered and (ends is None or (trace.hops[-1].device, trace.hops[-1].out_interface) in ends)
        for trace in walk(network, flow, routes=routes)
    )


def _differences(told: Sequence[ToldChange], seen: SeenChanges | None, replays: _Replays) -> Iterator[Reason]:
    for item in told:
        if item.replayed is False:
            packet = flow_in_words(item.change.flow)
            yield because("turn_of_engine_not_walk", turn=turn_in_words(item.change.turn), flow=packet)
    if seen is None:
        return
    mine = {(item.group, _place(item.change), item.change.turn): item for item in told if item.group is not None}
    for key, item in mine.items():
        if key not in seen.flows:
            packet = flow_in_words(item.change.flow)
            yield because("turn_of_engine_not_batfish", turn=turn_in_words(item.change.turn), flow=packet)
    for (group, place, turn), flow in sorted(seen.flows.items()):
        shown = replays.turn(flow) is turn if replays.has_room(flow) else None
        said, packet = turn_in_words(turn), flow_in_words(flow)
        if (group, place, turn) not in mine:
            yield because("turn_of_batfish_not_engine", turn=said, walked=_walked(shown), flow=packet)
        elif shown is False:
            yield because("turn_of_batfish_not_walk", turn=said, flow=packet)


def _walked(shown: bool | None) -> Reason:
    """Return what `walk` says of a packet (None: it was not asked)."""
    if shown is None:
        return because("walk_not_asked")
    return because("and_by_walk") if shown else because("not_by_walk")
