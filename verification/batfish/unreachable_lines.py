"""Which lines of IPv4 lists Batfish calls unreachable: one question about all lists that a text binds.

The one idea: the answer names unreachable lines only, so that an empty one would look like agreement; Batfish must show first
that it has every list.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Family
from intents.reason import because
from routing.model import Direction
from verification.batfish.fences import filters_named, lists_named
from verification.batfish.protocol import BatfishError, BatfishSession, Row, Snapshot, Trouble
from verification.batfish.tables import Facts
from verification.evidence.evidence import Given
from verification.questions.unreachable_lines import Place, bound_acls
from verification.verdicts.opinions import BATFISH, LineOpinion


def ask_lines(session: BatfishSession, snapshot: Snapshot, given: Given, facts: Facts) -> LineOpinion:
    """Return Batfish's opinion. BatfishError if a list that is bound is not in the answer."""
    bound = {
        (name, acl.name)
        for name, device in given.network.devices.items()
        for acl in bound_acls(device)
        if acl.family is Family.V4
    }
    names = {name for _, name in bound}
    if not names:
        return LineOpinion(judge=BATFISH, lists=frozenset(), lines=frozenset())
    standing = lists_named(session, names, snapshot)
    held = frozenset((device, name) for device, name in bound if (facts.nodes[device], name) in standing)
    unread = {item.device for item in (*facts.unread, *facts.undefined)}  # it may have dropped whole lists
    missing = sorted(place for place in bound - held - frozenset(_renamed(given, facts)) if place[0] not in unread)
    if missing or not held:
        device, name = (missing or sorted(bound))[0]
        raise BatfishError(Trouble.INCOMPLETE, because("list_not_in_answer", acl=name, device=device))
    rows = session.ask("filterLineReachability", {"filters": filters_named(names)}, snapshot)
    found = frozenset((*place, line) for row in rows for place, line in _lines(row, facts) if place in held)
    return LineOpinion(judge=BATFISH, lists=frozenset(place for place in held if place[0] not in unread), lines=found)


def _renamed(given: Given, facts: Facts) -> Iterator[Place]:
    """Yield lists at whose place Batfish has one of another name: it makes one of several filters that are chained."""
    for name, device in given.network.devices.items():
        for interface in device.interfaces:
            seen = facts.interfaces.get((name, interface.name))
            for binding in interface.bindings if seen is not None else ():
                if seen is not None and seen.filters[binding.direction is Direction.OUT] not in ("", binding.acl):
                    yield name, binding.acl


def _lines(row: Row, facts: Facts) -> Iterator[tuple[Place, str]]:
    """Yield the lists that a row is about, each with the line."""
    for source in row["Sources"]:
        node, _, name = str(source).partition(": ")
        yield (facts.devices.get(node, ""), name), " ".join(str(row["Unreachable_Line"]).split())
