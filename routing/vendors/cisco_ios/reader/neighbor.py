"""Neighbour lines of `router bgp`, at router level or in an address family, and those of peer groups and templates.

Turns one line into a change of `NeighborSettings`. The one idea: what a line sets is either of the session (said at router
level for the global table) or of one family's policy; a line in the wrong place is not understood. Who takes what from whom
is settled when all lines are read (`inheritance`).
"""

from __future__ import annotations

from collections.abc import Callable

from intents.prefix import Family, parse_address
from intents.reason import unclear
from routing.model import LinePath, LocalAs
from routing.vendors.cisco_ios.given_names import check_other_name
from routing.vendors.cisco_ios.names import interface_name, small_number
from routing.vendors.cisco_ios.reader.partial import GroupDraft, InstanceDraft, NeighborDraft, NeighborSettings
from routing.vendors.cisco_ios.terms import LINK_LOCAL, as_number
from routing.vendors.session_keys import ios_key

Line = tuple[int, LinePath]
_DEFAULT_LOOPS = 3


def read_neighbor(instance: InstanceDraft, family: Family | None, words: list[str], line: Line) -> bool:
    """Read a neighbour line; `family` None is the router level, whose family settings are those of IPv4."""
    negated = words[0] == "no"
    if negated:
        words = words[1:]
    if len(words) < 2:
        raise unclear("neighbor_is_a_group")
    try:
        address = parse_address(words[1])
    except ValueError:
        return _read_group(instance, family, words, line, negated)
    if address.family is Family.V6 and address.value >> 118 == LINK_LOCAL:
        raise unclear("link_local_neighbor")  # IOS-BGP6-01
    if family is not None and family is not address.family:
        if negated and words[2:] == ["activate"]:
            return True
        raise unclear("neighbor_of_other_family")
    key = (address.family, address.value)
    known = key in instance.neighbors
    if not known and (negated or not _makes(instance, family, words[2:])):
        raise unclear("neighbor_not_made")
    neighbor = instance.neighbors.get(key) or NeighborDraft(instance.vrf, address.family, address.value, line)
    if negated:
        done = _undo(neighbor.settings, words[2:], line)
    elif words[2:3] in (["peer-group"], ["inherit"]):
        done = _inherit(instance, family, neighbor, words[2:], line)
    else:
        is_session = family is None or neighbor.vrf is not None
        is_policy = family is not None or neighbor.family is Family.V4
        done = _apply(neighbor.settings, words[2:], line, is_session=is_session, is_policy=is_policy)
    if done and not known:
        instance.neighbors[key] = neighbor
    return done


def _makes(instance: InstanceDraft, family: Family | None, words: list[str]) -> bool:
    """Return whether a line makes a neighbour: the device takes no other one before (IOS-BGP-02). What a template says is settled
    when all are read."""
    match words:
        case ["remote-as", *_] | ["inherit", "peer-session", *_]:
            return True
        case ["peer-group", name]:
            group = instance.groups.get((None if instance.vrf is None else family, name))
            return group is None or group.session.remote_as is not None
        case _:
            return False


def _read_group(instance: InstanceDraft, family: Family | None, words: list[str], line: Line, negated: bool) -> bool:
    """Read a line of a peer group, which has a name of its own in each VRF's family and one for all of the global table."""
    name = words[1]
    if ":" in name or "%" in name:
        raise unclear("link_local_neighbor")
    key = (None if instance.vrf is None else family, name)
    if words[2:] == ["peer-group"] and not negated and (family is None or instance.vrf is not None):
        check_other_name(name)
        instance.groups.setdefault(key, GroupDraft(name))
        return True
    group = instance.groups.get(key)
    if group is None:
        raise unclear("peer_group_undefined", name=name)
    of = family or Family.V4
    if negated:
        place = group.session if words[2:] == ["shutdown"] else group.policies.setdefault(of, NeighborSettings())
        return _undo(place, words[2:], line)
    if family is None or instance.vrf is not None:
        done = _apply(group.session, words[2:], line, is_session=True, is_policy=False)
        if done:
            return True
    return _apply(group.policies.setdefault(of, NeighborSettings()), words[2:], line, is_session=False, is_policy=True)


def _inherit(
    instance: InstanceDraft, family: Family | None, neighbor: NeighborDraft, words: list[str], line: Line
) -> bool:
    """Note that a neighbour takes settings from a peer group (IOS-REF-21: it must stand above) or a template."""
    at_session = family is None or neighbor.vrf is not None
    at_policy = family is not None or neighbor.family is Family.V4
    match words:
        case ["peer-group", name]:
            if (None if neighbor.vrf is None else family, name) not in instance.groups:
                raise unclear("peer_group_undefined", name=name)
            if not at_session and neighbor.inherits.get("session group", ("",))[0] != name:
                raise unclear("group_of_one_family")
            kinds = [kind for kind, said in (("session group", at_session), ("policy group", at_policy)) if said]
        case ["inherit", "peer-session", name] if at_session:
            kinds = ["peer-session"]
        case ["inherit", "peer-policy", name] if family is not None:
            kinds = ["peer-policy"]
        case _:
            return False
    for kind in kinds:
        if neighbor.inherits.setdefault(kind, (name, line))[0] != name:
            raise unclear("neighbor_inherits_twice")
    return True


def read_template_line(kind: str, settings: NeighborSettings, line: Line) -> bool:
    """Read a line of a `template peer-session` or `peer-policy`: what a neighbour may say, without its name."""
    text = line[1][-1]
    is_session = kind == "peer-session"
    return _apply(
        settings, text.split(), (line[0], (f"neighbor T {text}",)), is_session=is_session, is_policy=not is_session
    )


def _undo(settings: NeighborSettings, words: list[str], line: Line) -> bool:
    match words:
        case ["activate"]:
            settings.activated = False
        case ["shutdown"]:
            settings.shutdown = False
        case _:
            return False
    settings.lines[words[0]] = line
    return True


def _apply(settings: NeighborSettings, words: list[str], line: Line, *, is_session: bool, is_policy: bool) -> bool:
    if not words:
        return False
    reader = (_SESSION.get(words[0]) if is_session else None) or (_POLICY.get(words[0]) if is_policy else None)
    if reader is None or not reader(settings, words, line[1][-1]):
        return False
    settings.lines[" ".join((words[0], *words[2:3])) if words[0] in _LISTS else words[0]] = line
    return True


def _remote_as(settings: NeighborSettings, words: list[str], text: str) -> bool:
    if len(words) != 2:
        return False
    settings.remote_as = as_number(words[1])
    return True


def _description(settings: NeighborSettings, words: list[str], text: str) -> bool:
    if len(words) < 2:
        return False
    settings.description = text.split(None, 3)[3].strip()
    return True


def _shutdown(settings: NeighborSettings, words: list[str], text: str) -> bool:
    settings.shutdown = True
    return len(words) == 1


def _local_as(settings: NeighborSettings, words: list[str], text: str) -> bool:
    match words[2:]:
        case []:
            prepend, replace = True, False
        case ["no-prepend"]:
            prepend, replace = False, False
        case ["no-prepend", "replace-as"]:
            prepend, replace = False, True
        case _:
            return False
    settings.local_as = LocalAs(asn=as_number(words[1]) if len(words) > 1 else 0, prepend_in=prepend, replace=replace)
    return len(words) > 1


def _password(settings: NeighborSettings, words: list[str], text: str) -> bool:
    """Read a key of TCP MD5 (RFC-SESS-01), of which only a mark is kept (RFC-SESS-08)."""
    kind = words[1] if len(words) == 3 else None
    if len(words) not in (2, 3) or words[1:] in (["0"], ["7"]) or (kind is not None and not kind.isdigit()):
        return False
    settings.guards["password"] = ios_key(kind, words[-1])
    return True


def _ttl_security(settings: NeighborSettings, words: list[str], text: str) -> bool:
    settings.guards["ttl-security"] = "1"
    return words[1:] == ["hops", "1"]


def _update_source(settings: NeighborSettings, words: list[str], text: str) -> bool:
    settings.source = interface_name("".join(words[1:]))
    return len(words) in (2, 3) and settings.source is not None


def _client(settings: NeighborSettings, words: list[str], text: str) -> bool:
    settings.client = True
    return len(words) == 1


def _next_hop_self(settings: NeighborSettings, words: list[str], text: str) -> bool:
    settings.next_hop_self = True
    return len(words) == 1


def _activate(settings: NeighborSettings, words: list[str], text: str) -> bool:
    settings.activated = True
    return len(words) == 1


def _map(settings: NeighborSettings, words: list[str], text: str) -> bool:
    if len(words) != 3 or words[2] not in ("in", "out"):
        return False
    settings.maps[words[0], words[2]] = words[1]
    return True


def _allowas_in(settings: NeighborSettings, words: list[str], text: str) -> bool:
    number = _DEFAULT_LOOPS if len(words) == 1 else small_number(words[1], 10)
    if not number or len(words) > 2:
        return False
    settings.loops = number
    return True


def _maximum_prefix(settings: NeighborSettings, words: list[str], text: str) -> bool:
    number = small_number(words[1], 0x7FFFFFFF) if len(words) > 1 else None
    rest = words[2:]
    if rest and small_number(rest[0], 100):
        rest = rest[1:]  # the threshold of a warning
    match rest:
        case [] | ["warning-only"]:
            pass
        case ["restart", minutes] if small_number(minutes, 65535):
            pass
        case _:
            return False
    if not number:
        return False
    settings.maximum_prefixes = 0 if rest == ["warning-only"] else number
    return True


def _send_community(settings: NeighborSettings, words: list[str], text: str) -> bool:
    if words[1:] not in ([], ["both"], ["standard"], ["extended"]):
        return False
    settings.send_communities = bool(settings.send_communities) or words[1:] != ["extended"]
    return True


_Reader = Callable[[NeighborSettings, list[str], str], bool]
_SESSION: dict[str, _Reader] = {
    "remote-as": _remote_as,
    "description": _description,
    "shutdown": _shutdown,
    "local-as": _local_as,
    "password": _password,
    "ttl-security": _ttl_security,
    "update-source": _update_source,
}
_POLICY: dict[str, _Reader] = {
    "activate": _activate,
    "route-map": _map,
    "prefix-list": _map,
    "allowas-in": _allowas_in,
    "maximum-prefix": _maximum_prefix,
    "send-community": _send_community,
    "route-reflector-client": _client,
    "next-hop-self": _next_hop_self,
}
_LISTS = frozenset({"route-map", "prefix-list"})
