"""A running IOS text and one that shall stand -> the lines that change the one into the other, in order.

Lists, route maps and their clauses bear names of their content, so they are made under new names first. Then sessions, then
ports: on a port filters come before addresses, so that no packet meets an open one (IOS-EXEC; the order of a sub-interface's
lines is free but for `encapsulation` and `vrf forwarding`, which come first). What goes, goes in reverse: ports, sessions,
policies, lists, VRFs. Only an address in whose place another port gets one goes at once before that, for a device refuses two of
one subnet in a VRF.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network

from intents.reason import UnclearError, unclear
from routing.model import LinePath
from routing.vendors.change import Edit, EditKind, MadeEdits
from routing.vendors.cisco_ios import layout
from routing.vendors.cisco_ios.execute.lines import printed
from routing.vendors.cisco_ios.execute.run import execute
from routing.vendors.cisco_ios.execute.state import IosState
from routing.vendors.cisco_ios.execute.writing import negated
from routing.vendors.cisco_ios.names import ETHERNET_KINDS, interface_kind
from routing.vendors.execution import Accepted, Notice, Refused, Unmodelled

_LIST, _POLICY, _IPV6, _VRF, _LEAK, _SESSION, _PORT, _ROUTE, _OTHER = range(9)
_LEAKING = ("import map ", "route-target import ")
_BEHIND_FILTERS = ("ip address ", "ipv6 address ")
_FIRST_ON_PORT = ("description ", "encapsulation ", "vrf forwarding ")
_FILTERS = ("ip access-group ", "ipv6 traffic-filter ")
_OBJECTS = (_LIST, _POLICY)
_VPN = {"ipv4": "vpnv4", "ipv6": "vpnv6"}


def edits(state: IosState, standing: str) -> MadeEdits:
    """Return the edits from the text of a state to another one, each as `state_text` prints it; UnclearError if some line is not
    taken, or what it does is not known."""
    running = printed(state.root)
    made = tuple(moving(making(running, standing), running, standing))
    made = (*made, *applying(made))
    notices: list[str] = []
    state = _typed(state, made, notices)
    gone = removing(printed(state.root), standing)
    state = _typed(state, gone, notices)
    shut = shutting(printed(state.root), standing)
    state = _typed(state, shut, notices)
    return MadeEdits(edits=(*made, *gone, *shut), state=state, notices=tuple(notices))


def with_ports(text: str, other: str) -> str:
    """Return a text with the physical ports of another one that it doesn't have, shut and without an address."""
    paths = tuple(layout.paths(text))
    there = {path[0] for path in paths}
    missing = dict.fromkeys(
        path[0]
        for path in layout.paths(other)
        if path[0] not in there
        and path[0].startswith("interface ")
        and _is_physical(path[0].removeprefix("interface "))
    )
    shut = ((header, line) for header in missing for line in ("no ip address", "shutdown"))
    return layout.text((*paths, *shut)) if missing else text


def _is_physical(name: str) -> bool:
    return "." not in name and interface_kind(name) in ETHERNET_KINDS


def _typed(state: IosState, edits: Iterable[Edit], notices: list[str]) -> IosState:
    for edit in edits:
        for line in edit.typed:
            state, said = execute(state, line)
            for answer in said:
                match answer:
                    case Refused(text=text):
                        raise unclear("edit_refused", line=line, text=text)
                    case Unmodelled(reason=reason):
                        raise UnclearError(reason)
                    case Notice(text=text):
                        notices.append(text)
                    case Accepted():
                        pass
    return state


def making(running: str, standing: str) -> tuple[Edit, ...]:
    """Return the edits that bring what is in a text and not yet in the running one."""
    there = frozenset(layout.paths(running))
    wanted = tuple(layout.paths(standing))
    headers = {path[0] for path in there}
    objects = frozenset(map(_object_of, headers))
    new = [path for path in wanted if path not in there and not _shuts(path, headers)]
    kinds = {path: _kind(path, objects) for path in new}
    order = sorted(enumerate(new), key=lambda item: (kinds[item[1]] is not EditKind.CREATE, *_place(*item)))
    return tuple(_edit(path, kinds[path]) for _, path in order)


def moving(made: Iterable[Edit], running: str, standing: str) -> Iterator[Edit]:
    """Yield edits, each that sets an address behind those that take away what is in its way on other ports."""
    wanted = frozenset(layout.paths(standing))
    old, new = _vrfs(running), _vrfs(standing)
    leaving = [
        (path, subnet)
        for path in layout.paths(running)
        if path not in wanted and (subnet := _subnet_of(path)) is not None
    ]
    gone: set[LinePath] = set()
    for edit in made:
        subnet = _subnet_of((*edit.section, edit.line))
        for path, other in leaving:
            is_elsewhere = subnet is not None and path[0] != edit.section[0] and path not in gone
            if is_elsewhere and old.get(path[0]) == new.get(edit.section[0]) and _overlap(subnet, other):
                gone.add(path)
                yield Edit(kind=EditKind.SWITCH, line=negated(path[-1]), section=path[:-1])
        if _is_primary(edit.line.removeprefix("no ")):
            gone |= {path for path, _ in leaving if path[:-1] == edit.section and _is_primary(path[-1])}
        yield edit


def _is_primary(line: str) -> bool:
    """Return whether a line says the one address of IPv4 that a port has, or that it has none: either ends what was."""
    return line.startswith("ip address") and not line.endswith(" secondary")


def _vrfs(text: str) -> dict[str, str]:
    """Return the VRF of each port that is in one, by its header."""
    return {path[0]: path[1] for path in layout.paths(text) if len(path) == 2 and path[1].startswith("vrf forwarding ")}


def _subnet_of(path: LinePath) -> IPv4Network | IPv6Network | None:
    """Return the subnet of the address that a line gives to a port."""
    if len(path) != 2 or not path[0].startswith("interface "):
        return None
    try:
        match path[1].split():
            case ["ip", "address", address, mask, *_]:
                return IPv4Interface(f"{address}/{mask}").network
            case ["ipv6", "address", address, *_] if "/" in address:
                return IPv6Interface(address).network
    except ValueError:
        pass
    return None


def _overlap(one: IPv4Network | IPv6Network | None, other: IPv4Network | IPv6Network) -> bool:
    return one is not None and one.version == other.version and one.overlaps(other)


def applying(made: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the commands after which changed policies act: for each neighbour and direction that an edit binds another one
    for."""
    found: dict[str, None] = {}
    for edit in made:
        match edit.section, edit.line.split():
            case (_, family), ["neighbor", peer, "route-map" | "prefix-list", _, way]:
                found[_clear(family, peer, way)] = None
            case _:
                continue
    return tuple(Edit(kind=EditKind.CLEAR, line=line) for line in found)


def removing(now: str, standing: str) -> tuple[Edit, ...]:
    """Return the edits that take away what is in a text and not in the one that shall stand."""
    wanted = frozenset(layout.paths(standing))
    left = [path for path in layout.paths(now) if path not in wanted]
    gone = frozenset(left)
    whole = [path for path in left if path[:-1] not in gone or _is_stripped(path)]
    order = sorted(enumerate(whole), key=lambda item: (-_stage(item[1]), *_leaving(item[0], item[1])))
    kept = frozenset(_object_of(path[0]) for path in wanted if len(path) == 1)
    edits = dict.fromkeys(edit for _, path in order for edit in _removal(path, wanted, kept))
    return tuple(edits)


def shutting(now: str, standing: str) -> tuple[Edit, ...]:
    """Return the edits that shut ports, when all is gone that was there by them."""
    there = frozenset(layout.paths(now))
    headers = {path[0] for path in there}
    left = [path for path in layout.paths(standing) if path not in there and _shuts(path, headers)]
    return tuple(_edit(path, EditKind.SWITCH) for path in left)


def _shuts(path: LinePath, headers: set[str]) -> bool:
    """Return whether a line shuts a port that is there."""
    return path[-1] == "shutdown" and path[0] in headers


def _is_stripped(path: LinePath) -> bool:
    """Return whether a line is taken back although its section goes: what stands on an interface that is deleted may come back
    with it, so nothing is left there; what stands in any other section goes with that."""
    return len(path) == 2 and _stage(path) == _PORT and path[1] != "no ip address"


def _leaving(number: int, path: LinePath) -> tuple[object, ...]:
    """Return where a line goes within its stage: on a port addresses first, filters behind them, the port itself last; of the
    rest the last line first, for what names a server stands behind it."""
    stage = _stage(path)
    if stage != _PORT:
        return (-_leak_rank(path), -number if stage == _OTHER else number)
    rank = 9 if len(path) == 1 else -int(str(_place(number, path)[3]))
    return (-_rank_of(path[0]), path[0], rank, number)


def _stage(path: LinePath) -> int:
    match path[0].split():
        case ["vrf", "definition", *_] if path[-1].startswith(_LEAKING):
            return _LEAK
        case ["vrf", "definition", *_]:
            return _VRF
        case ["ipv6", "unicast-routing"]:
            return _IPV6
        case ["ip" | "ipv6", "access-list" | "prefix-list" | "community-list", *_]:
            return _LIST
        case ["route-map", *_]:
            return _POLICY
        case ["router", "bgp", *_]:
            return _SESSION
        case ["interface", *_]:
            return _PORT
        case ["ip" | "ipv6", "route", *_]:
            return _ROUTE
        case _:
            return _OTHER


def _place(number: int, path: LinePath) -> tuple[object, ...]:
    """Return where a line comes: by stage, then as it stands in the text; a VRF's filter before what it filters, on a port
    filters before addresses."""
    stage = _stage(path)
    if stage == _SESSION:
        return (stage, _session_rank(path), number)
    if stage != _PORT:
        return (stage, _leak_rank(path), number)
    name = path[0]
    if len(path) == 1:
        return (stage, _rank_of(name), name, 0, number)
    line = path[1]
    if line.startswith(_FIRST_ON_PORT):
        part = 1
    elif line.startswith(_FILTERS):
        part = 2
    else:
        part = 4 if line.startswith(_BEHIND_FILTERS) else 3
    return (stage, _rank_of(name), name, part, number)


def _leak_rank(path: LinePath) -> int:
    """Return 1 for what brings routes of other VRFs into one, of which without an import map all come; 0 for all else."""
    return 1 if _stage(path) == _LEAK and path[-1].startswith("route-target import ") else 0


def _session_rank(path: LinePath) -> int:
    """Return when a line of BGP comes: first the instance's own, then how many ways a family takes (all families of a VRF take as
    many, at every moment), then what a neighbour is and may, and that it is one (IOS-EXEC-11: then it takes its policies)."""
    line = path[-1]
    if line.startswith("maximum-paths "):
        return 1
    if line.startswith("neighbor "):
        return 3 if line.endswith(" activate") else 2
    return 2 if line.startswith("address-family ") or len(path) > 2 else 0


def _rank_of(header: str) -> int:
    """Return 0 for a physical port, 1 for a sub-interface: it needs its port."""
    return 1 if "." in header else 0


def _kind(path: LinePath, objects: frozenset[str]) -> EditKind:
    """Return what a new line is for, beside the objects that are there: nothing names an object that is not there yet."""
    is_new = _stage(path) in _OBJECTS and _object_of(path[0]) not in objects
    return EditKind.CREATE if is_new else EditKind.SWITCH


def _object_of(header: str) -> str:
    """Return the name of an object, with the words before it, of any of its lines."""
    words = header.split()
    match words:
        case ["ip" | "ipv6", "prefix-list", _, *_] | ["vrf", "definition", _, *_]:
            return " ".join(words[:3])
        case ["ip", "community-list" | "access-list", _, _, *_]:
            return " ".join(words[:4])
        case ["ipv6", "access-list", _]:
            return " ".join(words[:3])
        case ["route-map", _, *_]:
            return " ".join(words[:2])
        case _:
            return header


def _edit(path: LinePath, kind: EditKind) -> Edit:
    return Edit(kind=kind, line=path[-1], section=path[:-1])


def _removal(path: LinePath, wanted: frozenset[LinePath], kept: frozenset[str]) -> Iterator[Edit]:
    kind = EditKind.DELETE if _stage(path) in _OBJECTS and len(path) == 1 else EditKind.SWITCH
    yield Edit(kind=kind, line=_away(path, wanted, kept), section=path[:-1])


def _away(path: LinePath, wanted: frozenset[LinePath], kept: frozenset[str]) -> str:
    """Return the command that takes a line away; with the last line of an object the object itself. `kept`: objects that stay."""
    if len(path) == 1 and _stage(path) in (_LIST, _POLICY):
        name = _object_of(path[0])
        if name not in kept:
            return f"no {name}"
    words = path[-1].split()
    if words[0] == "neighbor":
        made = any(other[:-1] == path[:-1] and other[-1].split()[:3] == [*words[:2], "remote-as"] for other in wanted)
        if not made:
            return f"no neighbor {words[1]}"
    return negated(path[-1])


def _clear(family: str, peer: str, way: str) -> str:
    match family.split():
        case ["address-family", kind, "vrf", vrf]:
            return f"do clear bgp {_VPN[kind]} unicast vrf {vrf} {peer} soft {way}"
        case ["address-family", kind, *_]:
            return f"do clear bgp {kind} unicast {peer} soft {way}"
        case _:
            return f"do clear bgp {'ipv6' if ':' in peer else 'ipv4'} unicast {peer} soft {way}"
