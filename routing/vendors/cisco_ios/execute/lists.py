"""What lines of lists do: entries of access lists and prefix lists by number, clauses of route maps, static routes.

The one idea: an entry is read by the vendor's reader and written by the writer, so that it is checked and printed as the device
prints it; a number that is taken is refused (IOS-EXEC-01, IOS-EXEC-03).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from intents.prefix import Family, Prefix, parse_prefix, prefix_of
from intents.reason import UnclearError
from routing.vendors.cisco_ios.addresses import is_no_destination
from routing.vendors.cisco_ios.execute.lines import EMPTY, StandingLine, block_at, drop, put
from routing.vendors.cisco_ios.execute.state import IosState, LineOutcome, TypedLine, put_line, refused, unmodelled
from routing.vendors.cisco_ios.execute.vrfs import interfaces, missing_vrf, vrf_block, vrf_of
from routing.vendors.cisco_ios.given_names import list_name_fault, other_name_fault
from routing.vendors.cisco_ios.reader.prefix_lists import read_rule
from routing.vendors.cisco_ios.terms import ipv4, mask_length
from routing.vendors.cisco_ios.writer.policy import rule_text
from routing.vendors.execution import Unmodelled


def open_list(turn: TypedLine) -> LineOutcome:
    """Open an access list; a standard and an extended one can't share a name (IOS-REF-24)."""
    name, old = turn.match.words["acl"], turn.standing
    if old is not None and old.text != turn.match.text:
        return refused(turn, f"% A named access list with this name already exists: {old.text}")
    fault = None if name.isdigit() and turn.match.form.opens != "acl6" else list_name_fault(name)
    return put_line(turn) if fault is None else LineOutcome(turn.state, (Unmodelled(fault),))


@lru_cache(maxsize=1 << 16)
def rule_line(family: Family, rule: str) -> str | None:
    """Return a rule of a prefix list as the device prints it, None if the device refuses it (IOS-VAL-03)."""
    try:
        return rule_text(read_rule(family, rule))
    except UnclearError:
        return None


def add_rule(turn: TypedLine) -> LineOutcome:
    """Add an entry to a prefix list; without a number it comes last."""
    words, root = turn.match.words, turn.state.root
    kind = turn.match.text.split()[0]
    rule = rule_line(Family.V4 if kind == "ip" else Family.V6, words["rule"] or f"{words['action']} {words['rest']}")
    if rule is None:
        return refused(turn, "% Invalid input detected at '^' marker.")
    fault = other_name_fault(words["name"])
    if fault is not None:
        return LineOutcome(turn.state, (Unmodelled(fault),))
    group = f"{kind} prefix-list {words['name']}"
    entries = block_at(root, (group,)) or EMPTY
    number = words["n"] or str(max((int(key) for key in entries), default=0) // 5 * 5 + 5)
    text = f"{group} seq {number} {rule}"
    if number in entries and entries[number].text == text:
        return LineOutcome(turn.state)
    taken = next(
        (entry.text for key, entry in entries.items() if key == number or entry.text.endswith(f"{key} {rule}")), None
    )
    if taken is not None:
        return refused(turn, f"%Insertion failed - prefix-list entry exists: {taken}")
    made = put(root, (group, number), StandingLine(text, (int(number),)), turn.match.group_order())
    return LineOutcome(replace(turn.state, root=made))


def remove_rule(turn: TypedLine) -> LineOutcome:
    """Take an entry of a prefix list by its number."""
    words = turn.match.text.split()
    return LineOutcome(replace(turn.state, root=drop(turn.state.root, (" ".join(words[1:4]), words[5]))))


def remove_whole(turn: TypedLine) -> LineOutcome:
    """Take all lines of a group: a list, a route map, all routes to a prefix."""
    return LineOutcome(replace(turn.state, root=drop(turn.state.root, turn.place)))


def open_clause(turn: TypedLine) -> LineOutcome:
    """Open a clause of a route map."""
    old, fault = turn.standing, other_name_fault(turn.match.words["name"])
    if fault is not None:
        return LineOutcome(turn.state, (Unmodelled(fault),))
    return unmodelled(turn, old.text) if old is not None and old.text != turn.match.text else put_line(turn)


def put_alone(turn: TypedLine) -> LineOutcome:
    """Put a line where none of its kind stands: whether another one joins it is in no document found."""
    old = turn.standing
    return unmodelled(turn, old.text) if old is not None and old.text != turn.match.text else put_line(turn)


def open_lines(turn: TypedLine) -> LineOutcome:
    """Open vty lines; what part of them, or more of them, would make of those that are there is not followed."""
    words = turn.match.words
    first, last = int(words["from"]), int(words["to"])
    for key, entry in turn.state.root.items():
        if key.startswith("line vty ") and key != turn.match.key():
            low, *high = (int(word) for word in key.split()[2:])
            if low <= last and first <= (high[0] if high else low):
                return unmodelled(turn, entry.text)
    return put_line(turn)


def put_in_vrf(turn: TypedLine) -> LineOutcome:
    """Put a line that needs its VRF (IOS-REF-20)."""
    vrf = turn.match.words["vrf"]
    there = vrf_block(turn.state, vrf) is not None
    return put_line(turn) if there else missing_vrf(turn, vrf, f"% VRF {vrf} not configured.")


def add_static(turn: TypedLine) -> LineOutcome:
    """Add a static route."""
    words, vrf = turn.match.words, turn.match.words["vrf"]
    prefix = _prefix(turn)
    if prefix is None:
        return refused(turn, "%Inconsistent address and mask")  # IOS-VAL-02
    if is_no_destination(prefix):
        return refused(turn, "%Invalid destination prefix")  # IOS-ADDR-05
    family = "ipv4" if prefix.family is Family.V4 else "ipv6"
    if vrf and f"address-family {family}" not in (vrf_block(turn.state, vrf) or EMPTY):
        return missing_vrf(turn, vrf, f"% VRF {vrf} not configured.")  # IOS-REF-20
    leaves, hop = words["i"], words["h"]
    if _is_made(leaves) and f"interface {leaves}" not in turn.state.root:
        return refused(turn, "% Invalid input detected at '^' marker.")  # IOS-REF-23
    if hop and not leaves and _is_own(turn.state, vrf, family, hop):
        return refused(turn, "%Invalid next hop address (it's this router)")  # IOS-STAT-11
    if family == "ipv6" and words["d"] == "255":
        return refused(turn, "% Invalid input detected at '^' marker.")  # IOS-VAL-12
    return put_line(turn)


def _is_made(interface: str) -> bool:
    """Return whether an interface is there only if somebody has made it; ports are there anyway."""
    return "." in interface or interface.startswith("Loopback")


def _prefix(turn: TypedLine) -> Prefix | None:
    words = turn.match.words
    if words["p"]:
        return parse_prefix(words["p"])
    value, length = ipv4(words["a"]), mask_length(words["m"])
    found = prefix_of(Family.V4, value, length)
    return found if found.network == value else None


def _is_own(state: IosState, vrf: str, family: str, hop: str) -> bool:
    start = "ip address " if family == "ipv4" else "ipv6 address "
    return any(
        entry.text.startswith(start) and entry.text.split()[2].partition("/")[0] == hop
        for _, block in interfaces(state.root)
        if vrf_of(block) == vrf
        for entry in block.values()
    )
