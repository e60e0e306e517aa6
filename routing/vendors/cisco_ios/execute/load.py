"""A running text to a state.

The one idea: what stands on a device has been taken by it, so nothing is checked here: a line of a known form is put where it
would have been, any other line is kept as it stands, in the order in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from intents.prefix import Family
from intents.reason import unclear
from routing.model import Device, LinePath
from routing.vendors.cisco_ios import layout
from routing.vendors.cisco_ios.execute.entries import KINDS, printed_entry, typed_entry
from routing.vendors.cisco_ios.execute.forms import FormMatch
from routing.vendors.cisco_ios.execute.lines import EMPTY, Order, PrintedBlock, StandingLine, printed
from routing.vendors.cisco_ios.execute.lists import rule_line
from routing.vendors.cisco_ios.execute.run import banner_entry
from routing.vendors.cisco_ios.execute.state import IosState
from routing.vendors.cisco_ios.execute.table import TABLE
from routing.vendors.cisco_ios.execute.vrfs import NO_ADDRESS
from routing.vendors.cisco_ios.execute.words import take_word, word_kind
from routing.vendors.cisco_ios.reader.device import read

_FOREIGN = "foreign"
_UNPRINTED = {"no shutdown": "shutdown", "no ip address": "ip address"}
"""Lines that say what is so without them, unless the other stands above."""
_RANKS = {
    "global": (("ip vrf ", 11), ("object-group ", 25), ("router ", 43), ("ipv6 router ", 43)),
    "bgp": (("template ", 2),),
}
"""Sections of others that stand above ours, which may name them (`section_order`)."""
_OTHERS = 85
_STEP = 10


@dataclass(slots=True)
class _Draft:
    """A block that is being filled, and the kind of section that it is."""

    kind: str
    lines: dict[str, StandingLine] = field(default_factory=PrintedBlock)
    header: str = ""


def running_state(name: str, text: str) -> IosState:
    """Return the state of a device on which a text stands, as it prints it; global configuration is open.

    UnclearError for a text that would be read as another device in the order in which devices print lines: no device prints it.
    """
    state = state_of(text)
    there = printed(state.root)
    if there != text and _told(name, there) != _told(name, text):
        raise unclear("text_in_no_printed_order")
    return state


def _told(name: str, text: str) -> tuple[Device, int, int]:
    """Return what a text says of a device, and how many lines of it say nothing, or are not understood."""
    device = read(name, text).device
    return replace(device, harmless=(), unknown=()), len(device.harmless), len(device.unknown)


def state_of(text: str) -> IosState:
    """Return the state of a text, put into the order in which devices print lines."""
    top = _Draft("global")
    drafts: dict[LinePath, _Draft] = {(): top}
    for number, path in enumerate(layout.paths(text)):
        above = drafts.get(path[:-1]) or _kept(top, path[-2], number)
        drafts.setdefault(path[:-1], above)
        if path in drafts and drafts[path].header == path[-1]:
            continue
        drafts[path] = _placed(above, path[-1], number)
    for draft in drafts.values():
        if draft.kind == "interface" and draft.header != "interface Null0":
            draft.lines.setdefault("ip address", NO_ADDRESS)
    return IosState(root=top.lines, applied=top.lines, cleared={}, entered=len(drafts))


def _placed(above: _Draft, line: str, number: int) -> _Draft:
    """Put a line into a block; return the block below it."""
    if above.kind in KINDS:
        return _placed_entry(above, line, number)
    if above.kind == "global" and line.startswith("banner "):
        above.lines[" ".join(line.split()[:2])] = banner_entry(line)
        return _Draft(_FOREIGN)
    if above.kind == "interface" and _UNPRINTED.get(line, "") not in above.lines and line in _UNPRINTED:
        return _Draft(_FOREIGN)
    found = None if above.kind == _FOREIGN else TABLE.find(above.kind, line)
    if not isinstance(found, FormMatch) or found.form.taking is not None:
        return _kept(above, line, number)
    return _placed_rule(above, found, number) if found.form.act == "rule" else _placed_line(above, found, number)


def _placed_line(above: _Draft, found: FormMatch, number: int) -> _Draft:
    """Put a line of a known form; a second one with its key is kept beside it: no device prints both."""
    place = above.lines
    *groups, key = found.keys()
    for group in groups:
        place = _below(place, group, StandingLine("", found.group_order()))
    if key in place and place[key].text != found.text:
        return _kept(above, found.text, number)
    entry = StandingLine(found.text, found.order(number))
    if found.form.opens:
        return _Draft(found.form.opens, _below(place, key, entry), found.text)
    place[key] = entry
    return _Draft(_FOREIGN)


def _below(place: dict[str, StandingLine], key: str, entry: StandingLine) -> dict[str, StandingLine]:
    """Return the lines below an entry, which is made if it is not there."""
    found = place.setdefault(key, entry._replace(below=PrintedBlock()))
    assert isinstance(found.below, dict)
    return found.below


def _kept(above: _Draft, line: str, number: int) -> _Draft:
    """Keep a line as it stands, behind those of known forms, or where those that may name it come after it."""
    words = line.split()
    if above.kind in ("bgp", "bgp-family") and words[0] == "neighbor" and len(words) > 2:
        return _kept_neighbor(above, line, number)
    key = f"={line}"
    ranks = _RANKS.get(above.kind, ())
    rank = next((rank for start, rank in ranks if line.startswith(start)), _OTHERS)
    return _Draft(_FOREIGN, _below(above.lines, key, StandingLine(line, (rank, number))), line)


def _kept_neighbor(above: _Draft, line: str, number: int) -> _Draft:
    """Keep a line of a neighbour among its others: what makes it a member of a group comes first, groups before their members."""
    _, who, word, *_ = line.split()
    peer = take_word(word_kind("ip"), who)
    first = 10 if above.kind == "bgp" else 13
    order: Order = (first - 1, number) if peer is None else (first, peer.sort)
    group = _below(above.lines, f"neighbor {who}" if peer is None else f"neighbor {peer.text}", StandingLine("", order))
    rank = 0 if word in ("peer-group", "inherit") else _OTHERS
    group[f"={line}"] = StandingLine(line, (rank, number))
    return _Draft(_FOREIGN)


def _placed_entry(above: _Draft, line: str, number: int) -> _Draft:
    """Put an entry under its number, understood or not: its place decides what it does."""
    typed = typed_entry(above.kind, line)
    highest = max((int(key) for key in above.lines if key.isdigit()), default=0)
    if not typed.rule or typed.rule.startswith("remark "):
        place = (0, highest, number) if typed.number is None else (0, typed.number, number)
        above.lines[f"={line}"] = StandingLine(line, place)
        return _Draft(_FOREIGN)
    sequence = typed.number or highest + _STEP
    if str(sequence) in above.lines:
        return _kept(above, line, number)
    above.lines[str(sequence)] = printed_entry(above.kind, sequence, typed.rule)
    return _Draft(_FOREIGN)


def _placed_rule(above: _Draft, found: FormMatch, number: int) -> _Draft:
    words = found.words
    word = found.text.split()[0]
    rule = rule_line(Family.V4 if word == "ip" else Family.V6, words["rule"] or f"{words['action']} {words['rest']}")
    group = f"{word} prefix-list {words['name']}"
    entries = above.lines[group].below or EMPTY if group in above.lines else EMPTY
    sequence = int(words["n"] or max(map(int, entries), default=0) + 5)
    if rule is None or str(sequence) in entries:
        return _kept(above, found.text, number)
    place = _below(above.lines, group, StandingLine("", found.group_order()))
    place[str(sequence)] = StandingLine(f"{group} seq {sequence} {rule}", (sequence,))
    return _Draft(_FOREIGN)


def typed_lines(text: str) -> Iterator[str]:
    """Yield the lines with which a text is typed in."""
    return typed_paths(layout.paths(text))


def typed_paths(paths: Iterable[LinePath]) -> Iterator[str]:
    """Yield the lines with which paths are typed in: each one's own, the end of each address family, banners whole."""
    family = 0
    for path in paths:
        if len(path) <= family:
            yield layout.SECTION_END
            family = 0
        yield path[-1]
        family = len(path) if path[-1].startswith("address-family ") else family
    if family:
        yield layout.SECTION_END
