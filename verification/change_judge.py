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
from verification.doubt import doubts_of
from verification.evidence import Given, gather
from verification.flow import Flow, describe_flow
from verification.flow_sets import NotExpressibleError, Span
from verification.opinions import BATFISH, ENGINE
from verification.prefix_state import NotSettledError
from verification.verdict import NotModelled
from verification.walk import walk

AskChanges = Callable[[Given, Given, Sequence[Span]], SeenChanges]
"""Asks a second judge what changes between running and intended texts for packets to these IPv4 addresses. BatfishError."""

REPLAYS = 40
"""How many examples are replayed; the rest are left as they were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldChange:
    """A change with who saw it, and whether `walk` shows its example (None: not asked)."""

    change: AccessChange
    judges: tuple[str, ...]
    replayed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfAccess:
    """All changes; `new`: devices that have no running text; `doubts`: why there may be more, by the texts of either network;
    `differences`: in words, where the judges or `walk` differ. `judges`: who looked."""

    changes: tuple[ToldChange, ...]
    new: tuple[str, ...]
    doubts: tuple[NotModelled, ...]
    differences: tuple[str, ...]
    judges: tuple[str, ...]


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
    told = tuple(_told(running.network, intended.network, found, seen))
    doubts = (doubts_of(before), doubts_of(after))
    return ChangeOfAccess(
        changes=told,
        new=new,
        doubts=tuple(item.verdict for item in doubts if item.devices),
        differences=tuple(_differences(told, running.network, intended.network, seen)),
        judges=(ENGINE,) if seen is None else (BATFISH, ENGINE),
    )


def _nothing_said(reason: str, new: tuple[str, ...]) -> ChangeOfAccess:
    doubts = (NotModelled(reason=reason),)
    return ChangeOfAccess(changes=(), new=new, doubts=doubts, differences=(), judges=())


def _told(
    running: Network, intended: Network, found: Sequence[AccessChange], seen: SeenChanges | None
) -> Iterator[ToldChange]:
    for number, change in enumerate(found):
        both = seen is not None and _key(change) in seen.flows and _is_seen_by_batfish(change, seen)
        yield ToldChange(
            change=change,
            judges=(BATFISH, ENGINE) if both else (ENGINE,),
            replayed=_shows(running, intended, change.turn, change.flow) if number < REPLAYS else None,
        )


def _key(change: AccessChange) -> tuple[Place, Turn]:
    return (change.flow.start_device, change.flow.start_interface), change.turn


def _is_seen_by_batfish(change: AccessChange, seen: SeenChanges) -> bool:
    """Return whether a change is one that Batfish can see: IPv4, whole packets, from a port that stands in both networks."""
    return change.flow.family is Family.V4 and not change.flow.fragment and _key(change)[0] in seen.starts


def _shows(running: Network, intended: Network, turn: Turn, flow: Flow) -> bool:
    """Return whether `walk` delivers a packet in exactly the network that it should be delivered in."""
    arrived = (_delivers(running, flow), _delivers(intended, flow))
    return arrived == ((False, True) if turn is Turn.OPENED else (True, False))


def _delivers(network: Network, flow: Flow) -> bool:
    """Return whether a packet arrives on some way; where its starting point is not there, nobody hears it."""
    device = network.devices.get(flow.start_device)
    is_there = device is not None and any(item.name == flow.start_interface for item in device.interfaces)
    return is_there and any(trace.delivered for trace in walk(network, flow))


def _differences(
    told: Sequence[ToldChange], running: Network, intended: Network, seen: SeenChanges | None
) -> Iterator[str]:
    for item in told:
        if item.replayed is False:
            yield f"{item.change.turn} by the engine, not by walk: {describe_flow(item.change.flow)}"
    if seen is None:
        return
    for line in seen.unread[:1]:
        yield f"Batfish does not read {len(seen.unread)} lines, the first is {line}"
    mine = {_key(item.change): item.change for item in told if _is_seen_by_batfish(item.change, seen)}
    for key, change in mine.items():
        if key not in seen.flows:
            yield f"{change.turn} by the engine, nothing of the kind by Batfish: {describe_flow(change.flow)}"
    for (place, turn), flow in sorted(seen.flows.items()):
        shown = "and by walk" if _shows(running, intended, turn, flow) else "not by walk"
        if (place, turn) not in mine:
            yield f"{turn} by Batfish, nothing of the kind by the engine ({shown}): {describe_flow(flow)}"
