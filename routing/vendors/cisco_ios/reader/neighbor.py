"""Neighbour lines of `router bgp`, at router level or in an address family.

Turns one line into a change of a `NeighborDraft`. The one idea: what a line sets is either of the session (said at router
level for the global table) or of one family's policy; a line in the wrong place is not understood.
"""

from __future__ import annotations

from collections.abc import Callable

from intents.prefix import Family, parse_address
from intents.reason import unclear
from routing.model import LinePath, LocalAs
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.partial import InstanceDraft, NeighborDraft
from routing.vendors.cisco_ios.reader.policy import as_number

_DEFAULT_LOOPS = 3


def read_neighbor(instance: InstanceDraft, family: Family | None, words: list[str], line: tuple[int, LinePath]) -> bool:
    """Read a neighbour line; `family` None is the router level, whose family settings are those of IPv4."""
    negated = words[0] == "no"
    if negated:
        words = words[1:]
    try:
        address = parse_address(words[1])
    except (ValueError, IndexError):
        raise unclear("neighbor_is_a_group") from None
    if family is not None and family is not address.family:
        if negated and words[2:] == ["activate"]:
            return True
        raise unclear("neighbor_of_other_family")
    key = (address.family, address.value)
    known = key in instance.neighbors
    neighbor = instance.neighbors.get(key) or NeighborDraft(instance.vrf, address.family, address.value, line)
    if negated:
        done = _undo_neighbor(neighbor, words[2:])
    else:
        done = _apply_neighbor(neighbor, family, words[2:], line[1][-1])
    if done and not known:
        instance.neighbors[key] = neighbor
    return done


def _undo_neighbor(neighbor: NeighborDraft, words: list[str]) -> bool:
    match words:
        case ["activate"]:
            neighbor.activated = False
        case ["shutdown"]:
            neighbor.shutdown = False
        case _:
            return False
    return True


def _apply_neighbor(neighbor: NeighborDraft, family: Family | None, words: list[str], text: str) -> bool:
    session = _SESSION.get(words[0]) if words else None
    if session is not None and (family is None or neighbor.vrf is not None):
        return session(neighbor, words, text)
    policy = _POLICY.get(words[0]) if words else None
    if policy is not None and (family is not None or neighbor.family is Family.V4):
        return policy(neighbor, words, text)
    return False


def _remote_as(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    if len(words) != 2:
        return False
    neighbor.remote_as = as_number(words[1])
    return True


def _description(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    if len(words) < 2:
        return False
    neighbor.description = text.split(None, 3)[3].strip()
    return True


def _shutdown(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    neighbor.shutdown = True
    return len(words) == 1


def _local_as(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    match words[2:]:
        case []:
            prepend, replace = True, False
        case ["no-prepend"]:
            prepend, replace = False, False
        case ["no-prepend", "replace-as"]:
            prepend, replace = False, True
        case _:
            return False
    neighbor.local_as = LocalAs(asn=as_number(words[1]) if len(words) > 1 else 0, prepend_in=prepend, replace=replace)
    return len(words) > 1


def _password(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    neighbor.guards.add("password")
    return len(words) == 2 or (len(words) == 3 and words[1].isdigit())


def _ttl_security(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    neighbor.guards.add("ttl-security")
    return words[1:] == ["hops", "1"]


def _activate(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    neighbor.activated = True
    return len(words) == 1


def _map(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    if len(words) != 3 or words[2] not in ("in", "out"):
        return False
    neighbor.maps[words[0], words[2]] = words[1]
    return True


def _allowas_in(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    number = _DEFAULT_LOOPS if len(words) == 1 else small_number(words[1], 10)
    if not number or len(words) > 2:
        return False
    neighbor.loops = number
    return True


def _maximum_prefix(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    number = small_number(words[1], 0x7FFFFFFF) if len(words) > 1 else None
    rest = words[2:]
    if rest and small_number(rest[0], 100):
        rest = rest[1:]  # the threshold of a warning
    if not number or (rest not in ([], ["warning-only"]) and rest[0] != "restart") or len(rest) > 2:
        return False
    neighbor.maximum_prefixes = None if rest == ["warning-only"] else number
    return True


def _send_community(neighbor: NeighborDraft, words: list[str], text: str) -> bool:
    if words[1:] not in ([], ["both"], ["standard"], ["extended"]):
        return False
    neighbor.send_communities = neighbor.send_communities or words[1:] != ["extended"]
    return True


_Reader = Callable[[NeighborDraft, list[str], str], bool]
_SESSION: dict[str, _Reader] = {
    "remote-as": _remote_as,
    "description": _description,
    "shutdown": _shutdown,
    "local-as": _local_as,
    "password": _password,
    "ttl-security": _ttl_security,
}
_POLICY: dict[str, _Reader] = {
    "activate": _activate,
    "route-map": _map,
    "prefix-list": _map,
    "allowas-in": _allowas_in,
    "maximum-prefix": _maximum_prefix,
    "send-community": _send_community,
}
