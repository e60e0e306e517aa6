"""What lines about BGP do: the process, its families, neighbours, and which of their lines start a session anew.

The one idea: a session that starts anew takes the policies that stand at that moment; all others keep what they had until a soft
clear (IOS-EXEC-11).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from intents.reason import because
from routing.vendors.cisco_ios.execute.lines import EMPTY, Block, block_at, drop, entry_at
from routing.vendors.cisco_ios.execute.state import (
    IosState,
    LineOutcome,
    PolicySession,
    TypedLine,
    put_line,
    refused,
    take_line,
    unmodelled,
)
from routing.vendors.cisco_ios.execute.vrfs import missing_vrf, vrf_block
from routing.vendors.execution import Unmodelled

BGP = "router bgp"
WAYS = ("in", "out")
_SESSION_LINES = ("remote-as", "local-as", "description", "shutdown")
_RESTARTING = frozenset({"remote-as", "local-as", "shutdown", "activate"})
FAMILIES = ("ipv4", "ipv6")


def open_bgp(turn: TypedLine) -> LineOutcome:
    """Start BGP, or open it; there is one AS (IOS-EXEC-10)."""
    old = turn.standing
    if old is not None and old.text != turn.match.text:
        return refused(turn, f"BGP is already running; AS is {old.text.split()[-1]}")
    return put_line(turn)


def open_family(turn: TypedLine) -> LineOutcome:
    """Open the family of a VRF: it needs the VRF with its route distinguisher and this family (IOS-REF-20)."""
    block = vrf_block(turn.state, turn.match.words["vrf"])
    if block is None or "rd" not in block or f"address-family {turn.match.words['f']}" not in block:
        vrf = turn.match.words["vrf"]
        return missing_vrf(turn, vrf, f"% VRF {vrf} does not exist or does not have a RD")
    return put_line(turn)


def of_family(turn: TypedLine, family: str) -> LineOutcome:
    """Add a network or an aggregate in a section of its family; an aggregate with other options takes no other's place."""
    if turn.at[-1].split()[1] != family:
        return refused(turn, "% Invalid input detected at '^' marker.")
    old = turn.standing
    return unmodelled(turn, old.text) if old is not None and old.text != turn.match.text else put_line(turn)


def set_router_id(turn: TypedLine) -> LineOutcome:
    """Set or take the router ID: all sessions that have it start anew."""
    outcome = put_line(turn) if turn.match.form.taking is None else take_line(turn)
    if outcome.state.root is turn.state.root:
        return outcome
    if turn.at == (BGP,):
        return LineOutcome(replace(outcome.state, applied=outcome.state.root, cleared={}))
    peers = [key.split()[1] for key in block_at(outcome.state.root, turn.at) or EMPTY if key.startswith("neighbor ")]
    return LineOutcome(_restarted(outcome.state, [found for peer in peers for found in _sessions(turn, peer)]))


def set_neighbor(turn: TypedLine) -> LineOutcome:
    """Say something of a neighbour, which must have been made by its AS (IOS-EXEC-10)."""
    key, peer = turn.match.form.key, turn.match.words["peer"]
    in_vrf = " vrf " in turn.at[-1]
    if not in_vrf and (turn.at == (BGP,)) is not (key in _SESSION_LINES):
        return unmodelled(turn, turn.at[-1])
    home = turn.at if in_vrf else (BGP,)
    made = entry_at(turn.state.root, (*home, f"neighbor {peer}", "remote-as"))
    if made is None and key != "remote-as":
        return refused(turn, "% Specify remote-as or peer-group commands first")
    if made is None and "bgp default ipv4-unicast" not in (block_at(turn.state.root, (BGP,)) or EMPTY):
        return LineOutcome(turn.state, (Unmodelled(because("active_by_default", neighbor=peer)),))  # IOS-AF-01
    outcome = put_line(turn)
    if key not in _RESTARTING or outcome.state.root is turn.state.root:
        return outcome
    return LineOutcome(_restarted(outcome.state, _sessions(turn, peer)))


def unset_session(turn: TypedLine) -> LineOutcome:
    """Take a line back with which a session starts anew."""
    outcome = take_line(turn)
    return LineOutcome(_restarted(outcome.state, _sessions(turn, turn.match.words["peer"])), outcome.said)


def remove_neighbor(turn: TypedLine) -> LineOutcome:
    """Delete a neighbour with all that is said of it, of one of the global table also in its families."""
    group = f"neighbor {turn.match.words['peer']}"
    block = block_at(turn.state.root, turn.at) or EMPTY
    if group not in block:
        return LineOutcome(turn.state)
    if turn.at != (BGP,) and " vrf " not in turn.at[-1]:
        return unmodelled(turn, turn.at[-1])
    asn = turn.match.words["as"]
    made = entry_at(block, (group, "remote-as"))
    if asn and (made is None or made.text.split()[-1] != asn):
        return unmodelled(turn, group if made is None else made.text)
    root = drop(turn.state.root, (*turn.at, group))
    if turn.at == (BGP,):
        for family in FAMILIES:
            if block_at(root, (BGP, f"address-family {family}")) is not None:
                root = drop(root, (BGP, f"address-family {family}", group))
    return LineOutcome(replace(turn.state, root=root))


def _sessions(turn: TypedLine, peer: str) -> tuple[PolicySession, ...]:
    if turn.at == (BGP,):
        return tuple(PolicySession("", family, peer) for family in FAMILIES)
    return (session_of(turn.at[-1], peer),)


def session_of(family_line: str, peer: str) -> PolicySession:
    """Return the session of a neighbour in an address family."""
    words = family_line.split()
    return PolicySession(words[3] if len(words) > 3 else "", words[1], peer)


def _restarted(state: IosState, sessions: Iterable[PolicySession]) -> IosState:
    return applied_again(state, sessions, WAYS)


def applied_again(state: IosState, sessions: Iterable[PolicySession], ways: Iterable[str]) -> IosState:
    """Return the state in which sessions have the policies that stand now, in some directions."""
    ways = tuple(ways)
    now = {(session, way): state.root for session in sessions for way in ways}
    return replace(state, cleared={**state.cleared, **now})


def neighbors_of(root: Block) -> dict[PolicySession, tuple[str, ...]]:
    """Return the sessions of a text with the place of what is said of each in its family."""
    found: dict[PolicySession, tuple[str, ...]] = {}
    for key, entry in (block_at(root, (BGP,)) or EMPTY).items():
        if key.startswith("address-family "):
            for group in entry.below or EMPTY:
                if group.startswith("neighbor "):
                    found[session_of(key, group.split()[1])] = (BGP, key, group)
    return found
