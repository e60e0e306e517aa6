"""Ten planners that are wrong, each as what it makes of the right planner's edits of one IOS device.

The one idea: every one of them is a mistake that a tool of this kind was seen to make; what is typed in the end is mostly the
same, so that only the states between tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from controller.rollout.steps import DeviceChange
from routing.vendors.change import Edit, EditKind

Edits = tuple[Edit, ...]
BINDS = ("ip access-group ", "ipv6 traffic-filter ")
ADDRESSES = ("ip address ", "ipv6 address ")


def _first(edits: Edits, chosen: Callable[[Edit], bool]) -> Edits:
    """Return edits with some of them before all others."""
    return (*(item for item in edits if chosen(item)), *(item for item in edits if not chosen(item)))


def _binds(edit: Edit) -> bool:
    return edit.line.startswith(BINDS)


def _is_family(edit: Edit) -> bool:
    return any("ipv6" in line for line in edit.typed)


def bind_before_create(edits: Edits) -> Edits:
    """Bind lists that are not there yet."""
    return _first(edits, _binds)


def delete_first(edits: Edits) -> Edits:
    """Delete what is old before anything stops to name it."""
    return _first(edits, lambda item: item.kind is EditKind.DELETE)


def neighbor_before_route_map(edits: Edits) -> Edits:
    """Let neighbours name route maps that are not there yet."""
    return _first(edits, lambda item: " route-map " in item.line and item.line.startswith("neighbor "))


def no_clear(edits: Edits) -> Edits:
    """Never make new policies act on routes that are there."""
    return tuple(item for item in edits if item.kind is not EditKind.CLEAR)


def text_order(edits: Edits) -> Edits:
    """Type the difference as a configuration prints it: interfaces, sessions, lists, route maps."""
    ranks = {"vrf": 0, "interface": 1, "router": 2}
    return tuple(sorted(edits, key=lambda item: ranks.get(item.typed[0].removeprefix("no ").split()[0], 3)))


def address_before_fence(edits: Edits) -> Edits:
    """Give a new sub-interface its addresses before its filters."""
    found = list(edits)
    for number, edit in enumerate(edits):
        if edit.line.startswith(ADDRESSES):
            found.remove(edit)
            first = next((at for at, item in enumerate(found) if item.section == edit.section and _binds(item)), None)
            found.insert(number if first is None else first, edit)
    return tuple(found)


def prefix_list_deleted_while_matched(edits: Edits) -> Edits:
    """Delete old prefix lists while route maps still look at them."""
    return _first(edits, lambda item: item.kind is EditKind.DELETE and " prefix-list " in f" {item.line} ")


def forgotten_family(edits: Edits) -> Edits:
    """Do nothing about IPv6."""
    return tuple(item for item in edits if not _is_family(item))


def deleted_while_bound_elsewhere(edits: Edits) -> Edits:
    """Delete an old list as soon as the first port has let go of it."""
    found = list(edits)
    for edit in edits:
        if edit.kind is not EditKind.DELETE or "access-list" not in edit.line:
            continue
        name = edit.line.split()[-1]
        first = next((at for at, item in enumerate(found) if item.kind is EditKind.SWITCH and _rebinds(item)), None)
        if first is not None and name:
            found.remove(edit)
            found.insert(first + 1, edit)
    return tuple(found)


def _rebinds(edit: Edit) -> bool:
    return edit.line.removeprefix("no ").startswith(BINDS)


PLANNERS: Mapping[str, Callable[[Edits], Edits]] = {
    "bind before create": bind_before_create,
    "delete first": delete_first,
    "neighbour before route map": neighbor_before_route_map,
    "no clear": no_clear,
    "the difference in text order": text_order,
    "address before fence": address_before_fence,
    "prefix list deleted while matched": prefix_list_deleted_while_matched,
    "forgotten family": forgotten_family,
    "old object deleted while bound elsewhere": deleted_while_bound_elsewhere,
}
"""Nine of them by name; the tenth, which drops foreign lines, is wrong about the text that shall stand."""


def by(planner: Callable[[Edits], Edits], change: DeviceChange) -> DeviceChange:
    """Return what a wrong planner makes of a change; a Junos candidate has no order to get wrong."""
    return change if change.platform != "cisco_ios" else replace(change, edits=planner(change.edits))
