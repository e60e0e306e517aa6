"""What lines about VRFs do: definitions, families, route distinguishers, and a deletion that is done later.

The one idea: a VRF that something else still names is not deleted here, because no document says what becomes of those lines;
only its interfaces are documented: they lose their addresses (IOS-EXEC-07).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from routing.vendors.cisco_ios.execute.lines import EMPTY, Block, StandingLine, block_at, drop, put
from routing.vendors.cisco_ios.execute.state import (
    IosState,
    LineOutcome,
    TypedLine,
    put_line,
    refused,
    unmodelled,
)
from routing.vendors.cisco_ios.given_names import vrf_name_fault
from routing.vendors.execution import Accepted, Notice, Unmodelled

NO_ADDRESS = StandingLine("no ip address", (3, 0, 0, 0))


def vrf_block(state: IosState, vrf: str) -> Block | None:
    """Return what stands in a VRF's definition, None if there is none, or it is being deleted."""
    return None if vrf in state.deleting else block_at(state.root, (f"vrf definition {vrf}",))


def missing_vrf(turn: TypedLine, vrf: str, text: str) -> LineOutcome:
    """Return that a VRF is not there; of one that `ip vrf` makes nothing is said (IOS-UP-22)."""
    old_form = f"ip vrf {vrf}"
    return unmodelled(turn, old_form) if f"={old_form}" in turn.state.root else refused(turn, text)


def vrf_of(interface: Block) -> str:
    """Return the VRF of an interface, "" for the global table."""
    entry = interface.get("vrf forwarding")
    return "" if entry is None else entry.text.split()[-1]


def interfaces(root: Block) -> Iterator[tuple[str, Block]]:
    """Yield key and block of every interface."""
    for key, entry in root.items():
        if key.startswith("interface "):
            yield key, entry.below or EMPTY


def without_addresses(root: Block, interface: str, families: tuple[str, ...] = ("ipv4", "ipv6")) -> Block:
    """Return the tree with an interface's addresses of some families taken away."""
    for key in tuple(block_at(root, (interface,)) or EMPTY):
        family = "ipv4" if key.startswith("ip address") else "ipv6" if key.startswith("ipv6 address ") else ""
        if family in families:
            root = drop(root, (interface, key))
    return put(root, (interface, "ip address"), NO_ADDRESS) if "ipv4" in families else root


def new_vrf(turn: TypedLine) -> LineOutcome:
    """Define a VRF, or open its definition."""
    vrf = turn.match.words["vrf"]
    if vrf in turn.state.deleting:
        return refused(turn, f"% Deletion of VRF {vrf} in progress; wait for it to complete")
    fault = vrf_name_fault(vrf)
    if fault is not None:
        return LineOutcome(turn.state, (Unmodelled(fault),))
    if f"=ip vrf {vrf}" in turn.state.root:
        return missing_vrf(turn, vrf, "")
    return put_line(turn)


def set_rd(turn: TypedLine) -> LineOutcome:
    """Set a route distinguisher: it can't be changed in place (IOS-UP-06), and no two VRFs have the same."""
    old = turn.standing
    if old is not None and old.text != turn.match.text:
        return refused(turn, '% Do "no rd" before configuring a new RD')
    for key, entry in turn.state.root.items():
        found = (entry.below or EMPTY).get("rd") if key.startswith("vrf definition ") else None
        if found is not None and found.text == turn.match.text and (key,) != turn.at:
            return refused(turn, "% Cannot set RD, check if it's unique")
    return put_line(turn)


def set_target(turn: TypedLine) -> LineOutcome:
    """Add a route target: it needs the VRF's route distinguisher (IOS-UP-06)."""
    if "rd" not in (block_at(turn.state.root, turn.at[:-1]) or EMPTY):
        return refused(turn, "")
    return put_line(turn)


def remove_family(turn: TypedLine) -> LineOutcome:
    """Take a family from a VRF: its interfaces lose their addresses of the family (IOS-EXEC-07)."""
    if turn.standing is None:
        return LineOutcome(turn.state)
    vrf, family = turn.at[0].removeprefix("vrf definition "), turn.match.words["f"]
    named = _line_in_family(turn.state.root, vrf, family)
    if named is not None:
        return unmodelled(turn, named)
    root = drop(turn.state.root, turn.place)
    start = "ip address " if family == "ipv4" else "ipv6 address "
    lost = False
    for key, block in interfaces(root):
        if vrf_of(block) == vrf and any(entry.text.startswith(start) for entry in block.values()):
            root, lost = without_addresses(root, key, (family,)), True
    said = Notice(f"% {family} addresses from all interfaces in VRF {vrf} have been removed") if lost else Accepted()
    return LineOutcome(replace(turn.state, root=root), (said,))


def _line_in_family(root: Block, vrf: str, family: str) -> str | None:
    """Return a line of routing that uses a family of a VRF."""
    bgp = block_at(root, ("router bgp",)) or EMPTY
    used = bgp.get(f"address-family {family} vrf {vrf}")
    start = f"{'ip' if family == 'ipv4' else 'ipv6'} route vrf {vrf} "
    return used.text if used is not None else next((key for key in root if key.startswith(start)), None)


def remove_vrf(turn: TypedLine) -> LineOutcome:
    """Schedule a VRF for deletion; what stands in it is taken away when that is done (`settled`)."""
    vrf = turn.match.words["vrf"]
    if turn.standing is None or vrf in turn.state.deleting:
        return LineOutcome(turn.state)
    named = next(_lines_naming(turn.state.root, vrf), None)
    if named is not None:
        return unmodelled(turn, named)
    state = replace(turn.state, deleting=turn.state.deleting | {vrf})
    if all(vrf_of(block) != vrf for _, block in interfaces(state.root)):
        state = replace(state, root=drop(state.root, turn.place))
    said = Notice(f"% IPv4 and IPv6 addresses from all interfaces in VRF {vrf} have been removed")
    return LineOutcome(state, (said,))


def _lines_naming(block: Block, vrf: str) -> Iterator[str]:
    """Yield lines that name a VRF, but for its definition and its interfaces."""
    for key, entry in block.items():
        if key in (f"vrf definition {vrf}", "vrf forwarding"):
            continue
        words = entry.text.split()
        if any(one in ("vrf", "forwarding") and other == vrf for one, other in pairwise(words)):
            yield entry.text
        if entry.below:
            yield from _lines_naming(entry.below, vrf)


def settled(state: IosState) -> IosState:
    """Return the state when every scheduled deletion is done: VRFs are gone, their interfaces are in the global table without
    addresses (IOS-EXEC-07)."""
    if not state.deleting:
        return state
    root = state.root
    for vrf in sorted(state.deleting):
        for key, block in tuple(interfaces(root)):
            if vrf_of(block) == vrf:
                root = drop(without_addresses(root, key), (key, "vrf forwarding"))
        root = drop(root, (f"vrf definition {vrf}",))
    return replace(state, root=root, deleting=frozenset())
