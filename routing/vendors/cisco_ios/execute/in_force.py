"""The text whose route policies are those that act now: what sessions had at their last start or soft clear (IOS-UP-16).

The one idea: a session that still has old policies is bound to them in this text; where a list or map of the name says something
else by now, the old one stands here under a name of its own. Routes that come in after a change are judged by the new policy at
once, so what acts on a route lies between this text and the running one: whoever proves a state looks at both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intents.reason import Reason, because
from routing.vendors.cisco_ios.execute.lines import EMPTY, Block, Keys, StandingLine, block_at, drop, printed, put
from routing.vendors.cisco_ios.execute.peering import WAYS, neighbors_of
from routing.vendors.cisco_ios.execute.state import IosState
from routing.vendors.execution import InForce

_OF_WAY = {
    "in": ("route-map in", "prefix-list in", "allowas-in"),
    "out": ("route-map out", "prefix-list out", "send-community"),
}
_SHARED = ("peer-group", "inherit")
_LISTS = {
    "match ip address prefix-list": "ip prefix-list",
    "match ipv6 address prefix-list": "ipv6 prefix-list",
    "match community": "ip community-list standard",
}
_LONGEST = 40


@dataclass(slots=True)
class _Draft:
    """The text in the making; `names` are those that old lists and maps have in it, by list and the text that they come from."""

    root: Block
    names: list[tuple[str, Block, str]] = field(default_factory=list)
    unsure: dict[Reason, None] = field(default_factory=dict)


def in_force(state: IosState) -> InForce:
    """Return the text in which every session has the policies that it took last."""
    draft = _Draft(state.root)
    for session, place in neighbors_of(state.root).items():
        for way in WAYS:
            before = state.cleared.get((session, way), state.applied)
            if before is not state.root:
                _bind(draft, state.root, before, place, way)
    return InForce(text=printed(draft.root), unsure=tuple(draft.unsure))


def _bind(draft: _Draft, now: Block, before: Block, place: Keys, way: str) -> None:
    """Bind a session to what it had before in one direction."""
    old, new = (block_at(root, place) or EMPTY for root in (before, now))
    _note_foreign(draft, (old, new), place[-1].split()[1])
    family = "ip" if place[1].startswith("address-family ipv4") else "ipv6"
    for key in _OF_WAY[way]:
        entry = old.get(key)
        if entry is not None and key not in {"allowas-in", "send-community"}:
            entry = _renamed_binding(draft, now, before, entry, family)
        if entry is None and key in new:
            draft.root = drop(draft.root, (*place, key))
        elif entry is not None and entry != new.get(key):
            draft.root = put(draft.root, (*place, key), entry)


def _note_foreign(draft: _Draft, blocks: tuple[Block, Block], neighbor: str) -> None:
    """Note policy that a neighbour takes from elsewhere, or that is of no form known here."""
    words = {word for block in blocks for key in block if key.startswith("=") for word in key.split()[2:]}
    if words & {*_SHARED, "filter-list", "distribute-list", "unsuppress-map", "advertise-map", "default-originate"}:
        draft.unsure[because("policy_of_group", neighbor=neighbor)] = None


def _renamed_binding(draft: _Draft, now: Block, before: Block, entry: StandingLine, family: str) -> StandingLine:
    """Return a binding to a map or list, by the name that its old contents have."""
    *start, kind, name, way = entry.text.split()
    group = f"route-map {name}" if kind == "route-map" else f"{family} prefix-list {name}"
    kept = _name(draft, now, before, group)
    return entry._replace(text=" ".join((*start, kind, kept, way)))


def _name(draft: _Draft, now: Block, before: Block, group: str) -> str:
    """Return the name of a list or map that says here what it said before: its own, or that of a copy."""
    name = group.rpartition(" ")[2]
    if _is_same(draft, now, before, group):
        return name
    known = next((new for old, root, new in draft.names if old == group and root is before), None)
    return known or _copy(draft, now, before, group)


def _is_same(draft: _Draft, now: Block, before: Block, group: str) -> bool:
    old, new = before.get(group), now.get(group)
    if old is None or new is None:
        return old is new
    if old is not new and old.below != new.below:
        return False
    return all(_is_same(draft, now, before, other) for other in _named(draft, old, group))


def _named(draft: _Draft, entry: StandingLine, group: str) -> Iterator[str]:
    """Yield the lists that a route map looks at; what it looks at beside those is noted as unsure."""
    if not group.startswith("route-map "):
        return
    for clause in (entry.below or EMPTY).values():
        for key, line in (clause.below or EMPTY).items():
            if key.startswith("=match"):
                draft.unsure[because("policy_by_other_list", name=group.rpartition(" ")[2])] = None
            elif key in _LISTS:
                yield from (f"{_LISTS[key]} {name}" for name in line.text.removeprefix(key).split())


def _copy(draft: _Draft, now: Block, before: Block, group: str) -> str:
    """Put the old list or map into the text under a name that nothing has; one that was not there has a name of nothing."""
    start, _, name = group.rpartition(" ")
    number = len(draft.names) + 1
    new = f"{name[:_LONGEST]}-BEFORE-{number}"
    draft.names.append((group, before, new))
    old = before.get(group)
    if old is not None:
        tuple(_named(draft, old, group))  # notes what the map looks at beside lists
        order = tuple(new if part == name else part for part in old.order)
        below = {
            key: _copied(draft, now, before, item, group, f"{start} {new}")
            for key, item in (old.below or EMPTY).items()
        }
        draft.root = put(draft.root, (f"{start} {new}",), StandingLine("", order, below))
    return new


def _copied(draft: _Draft, now: Block, before: Block, item: StandingLine, group: str, new: str) -> StandingLine:
    """Return an entry or clause of a list or map for its copy."""
    below = item.below
    if below is not None:
        below = {
            key: line if key not in _LISTS else line._replace(text=_looking(draft, now, before, key, line.text))
            for key, line in below.items()
        }
    return item._replace(text=new + item.text.removeprefix(group), below=below)


def _looking(draft: _Draft, now: Block, before: Block, key: str, line: str) -> str:
    names = (_name(draft, now, before, f"{_LISTS[key]} {name}") for name in line.removeprefix(key).split())
    return " ".join((key, *names))
