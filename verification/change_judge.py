"""What a change of texts opens and cuts, by all judges: every example replayed, and every difference between judges told.

Turns two networks into a `ChangeOfAccess`. The one idea: a change is told with who saw it; a start for which only one judge sees
a change is a difference, never a change less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from intents.prefix import Family
from routing.model import Network
from verification.access_change import AccessChange, Place, Turn, access_changes, destinations_of
from verification.batfish_change import SeenChanges
from verification.check_network import undeclared_lans
from verification.doubt import doubts_of
from verification.evidence import Evidence, Given, gather
from verification.failure import NO_FAILURE
from verification.flow import Flow, describe_flow
from verification.flow_sets import NotExpressibleError, Span
from verification.opinions import BATFISH, ENGINE
from verification.prefix_state import NotSettledError
from verification.verdict import NotModelled
from verification.walk import delivers, walk
from verification.walk_routes import WalkRoutes, routes_to

AskChanges = Callable[[Given, Given, Sequence[Span]], SeenChanges]
"""Asks a second judge what changes between running and intended texts for packets to these IPv4 addresses. BatfishError."""

REPLAYS = 40
"""To how many addresses examples are replayed in each network; other changes are left as they were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldChange:
    """A change with who saw it, and whether `walk` shows its example (None: not asked). `comparable`: whether Batfish can see
    changes of the kind at all."""

    change: AccessChange
    judges: tuple[str, ...]
    comparable: bool
    replayed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfAccess:
    """All changes; `new`: devices that have no running text; `undeclared`: LANs of the running texts that are nobody's, so that
    nothing is said about them; `doubts`: why there may be more, by the texts of either network; `differences`: in words, where
    the judges or `walk` differ. `judges`: who looked."""

    changes: tuple[ToldChange, ...]
    new: tuple[str, ...]
    undeclared: tuple[str, ...] = ()
    doubts: tuple[NotModelled, ...]
    differences: tuple[str, ...]
    judges: tuple[str, ...]

    @property
    def alone(self) -> int:
        """The number of changes that the engine alone can see, though a second judge looked."""
        return 0 if BATFISH not in self.judges else sum(not item.comparable for item in self.changes)


def judge_change(running: Given, intended: Given, ask: AskChanges | None = None) -> ChangeOfAccess:
    """Return what the change from running to intended texts opens and cuts; BatfishError."""
    new = tuple(sorted(intended.network.devices.keys() - running.network.devices.keys()))
    try:
        before, after = gather(running), gather(intended)
        found = access_changes(before, after)
    except NotSettledError as error:
        return _nothing_said(f"the routes to {error.prefix} do not settle", new)
    except NotExpressibleError as error:
        return _nothing_said(str(error), new)
    seen = None if ask is None else ask(running, intended, destinations_of(before, after, Family.V4))
    replays = _Replays(running.network, intended.network)
    told = tuple(_told(found, seen, replays))
    doubts = tuple(item.verdict for item in (doubts_of(before), doubts_of(after)) if item.devices)
    return ChangeOfAccess(
        changes=tuple(item for item in told if not _stays_home(item.change, after)),
        new=new,
        undeclared=tuple(f"{device} {interface}" for device, interface in undeclared_lans(before)),
        doubts=doubts if seen is None else (*doubts, *seen.doubts),
        differences=tuple(_differences(told, seen, replays)),
        judges=(ENGINE,) if seen is None else (BATFISH, ENGINE),
    )


def _nothing_said(reason: str, new: tuple[str, ...]) -> ChangeOfAccess:
    doubts = (NotModelled(reason=reason),)
    return ChangeOfAccess(changes=(), new=new, doubts=doubts, differences=(), judges=())


def _stays_home(change: AccessChange, evidence: Evidence) -> bool:
    """Return whether packets only turn round at their own LAN's gateway: whoever stands there reaches its neighbours anyway."""
    return change.source == change.destination and len(evidence.ports[change.source]) == 1


def _told(found: Sequence[AccessChange], seen: SeenChanges | None, replays: _Replays) -> Iterator[ToldChange]:
    for change in found:
        comparable = seen is not None and _is_seen_by_batfish(change, seen)
        both = seen is not None and comparable and _key(change) in seen.flows
        yield ToldChange(
            change=change,
            judges=(BATFISH, ENGINE) if both else (ENGINE,),
            comparable=comparable,
            replayed=replays.shows(change.turn, change.flow) if replays.has_room(change.flow) else None,
        )


def _key(change: AccessChange) -> tuple[Place, Turn]:
    return (change.flow.start_device, change.flow.start_interface), change.turn


def _is_seen_by_batfish(change: AccessChange, seen: SeenChanges) -> bool:
    """Return whether a change is one that Batfish can see: IPv4, whole packets, from a port that stands in both networks."""
    return change.flow.family is Family.V4 and not change.flow.fragment and _key(change)[0] in seen.starts


class _Replays:
    """Asks `walk` about packets in both networks; routes to an address are computed once in each."""

    def __init__(self, running: Network, intended: Network) -> None:
        self._networks = (running, intended)
        self._routes: dict[tuple[Family, int], tuple[WalkRoutes, ...]] = {}

    def has_room(self, flow: Flow) -> bool:
        """Return whether one more packet to this address may be replayed."""
        return len(self._routes) < REPLAYS or (flow.family, flow.destination) in self._routes

    def shows(self, turn: Turn, flow: Flow) -> bool:
        """Return whether a packet is delivered in exactly the network that it should be delivered in."""
        key = (flow.family, flow.destination)
        if key not in self._routes:
            self._routes[key] = tuple(routes_to(network, NO_FAILURE, *key) for network in self._networks)
        arrived = [
            _delivers(network, flow, routes) for network, routes in zip(self._networks, self._routes[key], strict=True)
        ]
        return arrived == ([False, True] if turn is Turn.OPENED else [True, False])


def _delivers(network: Network, flow: Flow, routes: WalkRoutes) -> bool:
    """Return whether a packet arrives on some way; where its starting point is not there, nobody hears it."""
    device = network.devices.get(flow.start_device)
    is_there = device is not None and any(item.name == flow.start_interface for item in device.interfaces)
    return is_there and delivers(walk(network, flow, routes=routes))


def _differences(told: Sequence[ToldChange], seen: SeenChanges | None, replays: _Replays) -> Iterator[str]:
    for item in told:
        if item.replayed is False:
            yield f"{item.change.turn} by the engine, not by walk: {describe_flow(item.change.flow)}"
    if seen is None:
        return
    mine = {_key(item.change): item.change for item in told if item.comparable}
    for key, change in mine.items():
        if key not in seen.flows:
            yield f"{change.turn} by the engine, nothing of the kind by Batfish: {describe_flow(change.flow)}"
    for (place, turn), flow in sorted(seen.flows.items()):
        shown = replays.shows(turn, flow)
        if (place, turn) not in mine:
            walked = "and by walk" if shown else "not by walk"
            yield f"{turn} by Batfish, nothing of the kind by the engine ({walked}): {describe_flow(flow)}"
        elif not shown:
            yield f"{turn} by Batfish, not by walk: {describe_flow(flow)}"
