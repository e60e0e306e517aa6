"""Who is asked for a name and a password, and whether anybody can answer: AAA lists, groups, servers and local users.

The one idea: a name that nothing defines is not understood, for releases differ in what they do then (IOS-AAA-01); a list whose
every method has nobody behind it, local users or servers, lets nobody in (IOS-UP-09, IOS-AAA-02).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from intents.reason import Reason, because
from routing.model import LinePath
from routing.vendors.cisco_ios.names import interface_name
from routing.vendors.cisco_ios.reader.partial import PartialDevice

Line = tuple[int, LinePath]
_DEFAULT = "default"
_KINDS = {"tacacs+": "tacacs", "radius": "radius"}
"""The groups that every device has, of all servers of a kind."""
_LIST = re.compile(
    r"aaa (authentication|authorization|accounting) (login|enable|exec|commands \d+|system|connection|network) (\S+)(.*)"
)
_USED = re.compile(
    r"(login) authentication (\S+)|authorization (exec|commands \d+) (\S+)|accounting (exec|commands \d+) (\S+)"
)
FULL_RIGHTS = 15
"""The privilege that may run every command."""


@dataclass(slots=True)
class Aaa:
    """What the lines of a text say: lists by what they are for and name, groups by name with the lines of their servers."""

    new_model: bool = False
    lists: dict[tuple[str, str, str], tuple[tuple[str, ...], Line]] = field(default_factory=dict)
    groups: dict[str, list[Line]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    servers: set[tuple[str, str]] = field(default_factory=set)
    addressed: set[str] = field(default_factory=set)
    """The kinds of servers of which one has an address."""
    users: dict[str, tuple[int, Line]] = field(default_factory=dict)
    """The privilege of every local user, and the last line that says it."""
    has_enable: bool = False
    asking: list[tuple[Line, str, str, str]] = field(default_factory=list)
    """Lines of a line section that name a list: what for, of which kind, its name."""
    needing: list[Line] = field(default_factory=list)
    """Lines that a device knows only with `aaa new-model`."""


def aaa_of(lines: Iterable[Line]) -> Aaa:
    """Return what the harmless lines of a text say of logins."""
    found = Aaa()
    for index, path in sorted(lines):
        if len(path) == 1:
            _global(found, (index, path))
        else:
            _within(found, (index, path))
    return found


def _global(found: Aaa, line: Line) -> None:
    words = line[1][0].split()
    match words:
        case ["aaa", "new-model"]:
            found.new_model = True
        case ["no", "aaa", "new-model"]:
            found.new_model = False
        case ["aaa", "group", "server", kind, name]:
            found.groups.setdefault(name, [])
            found.kinds[name] = _KINDS[kind]
            found.needing.append(line)
        case ["aaa", "authentication" | "authorization" | "accounting", *_]:
            _list(found, line)
        case ["tacacs" | "radius" as kind, "server", name]:
            found.servers.add((kind, name))
        case ["tacacs-server" | "radius-server" as kind, "host", *_]:
            found.addressed.add(kind.removesuffix("-server"))
        case ["enable", "secret" | "password", *_]:
            found.has_enable = True
        case ["username", name, *rest]:
            before = found.users.get(name, (1, line))[0]
            is_said = rest[:1] == ["privilege"] and rest[1].isdigit()
            found.users[name] = (int(rest[1]) if is_said else before, line)
        case _:
            pass


def _list(found: Aaa, line: Line) -> None:
    found.needing.append(line)
    said = _LIST.fullmatch(line[1][0])
    if said is not None:
        found.lists[said[1], said[2], said[3]] = (tuple(said[4].split()), line)


def _within(found: Aaa, line: Line) -> None:
    header, text = line[1][0], line[1][1]
    words = header.split()
    if words[:3] == ["aaa", "group", "server"]:
        found.groups.setdefault(words[4], []).append(line)
    elif words[1:2] == ["server"] and text.startswith("address "):
        found.addressed.add(words[0])
    elif words[0] == "aaa" and text.startswith("group "):  # the form of accounting in lines of their own
        found.lists["accounting", " ".join(words[2:-1]), words[-1]] = (("group", text.split()[1]), line)
    elif words[0] == "line":
        used = _USED.fullmatch(text)
        if used is not None:
            what, kind, name = text.split()[0], *(item for item in used.groups() if item is not None)
            found.asking.append((line, {"login": "authentication"}.get(what, what), kind, name))


def check_aaa(partial: PartialDevice, aaa: Aaa) -> None:
    """Report names that nothing defines, lines that need the new model, and users that may do nothing."""
    for line, reason in (*_undefined(partial, aaa), *_without_model(aaa)):
        partial.reject(*line, reason)
    for privilege, line in aaa.users.values():
        if privilege == 0:
            partial.reject(*line, because("user_may_do_nothing"))  # IOS-AAA-02
    is_local = not any(_is_alive(aaa, ("group", name)) for name in (*_KINDS, *aaa.groups))
    if (
        partial.netconf is not None
        and is_local
        and aaa.users
        and max(item for item, _ in aaa.users.values()) < FULL_RIGHTS
    ):
        partial.reject(
            partial.netconf, (partial.lines[partial.netconf].strip(),), because("netconf_without_user")
        )  # IOS-UP-10


def _without_model(aaa: Aaa) -> Iterator[tuple[Line, Reason]]:
    for line in (*aaa.needing, *(line for line, *_ in aaa.asking)):
        if not aaa.new_model:
            yield line, because("needs_aaa_new_model")


def _undefined(partial: PartialDevice, aaa: Aaa) -> Iterator[tuple[Line, Reason]]:
    for methods, line in aaa.lists.values():
        for word, name in pairwise(methods):
            if word == "group" and name not in _KINDS and name not in aaa.groups:
                yield line, because("aaa_group_undefined", name=name)
    for line, what, kind, name in aaa.asking:
        if name != _DEFAULT and (what, kind, name) not in aaa.lists:
            yield line, because("aaa_list_undefined", name=name)
    for group, lines in aaa.groups.items():
        for line in lines:
            yield from ((line, reason) for reason in _undefined_in_group(partial, aaa, group, line[1][1].split()))
    for index, path in partial.settled:
        words = path[0].split()
        if (
            len(path) == 1
            and words[0] == "ip"
            and words[1] in ("tacacs", "radius")
            and words[2:3] == ["source-interface"]
        ):
            yield from (((index, path), reason) for reason in _undefined_interface(partial, words[3]))


def _undefined_in_group(partial: PartialDevice, aaa: Aaa, group: str, words: list[str]) -> Iterator[Reason]:
    match words:
        case ["server", "name", name] if (aaa.kinds.get(group, ""), name) not in aaa.servers:
            yield because("aaa_server_undefined", name=name)
        case ["ip", "vrf", "forwarding", name] | ["vrf", "forwarding", name] if name not in partial.vrfs:
            yield because("vrf_undefined")
        case ["ip", "tacacs" | "radius", "source-interface", name, *_]:
            yield from _undefined_interface(partial, name)
        case _:
            pass


def _undefined_interface(partial: PartialDevice, name: str) -> Iterator[Reason]:
    if interface_name(name) not in partial.interfaces:
        yield because("aaa_interface_undefined", name=name)


def in_vain(partial: PartialDevice, aaa: Aaa, numbers: dict[str, list[int]]) -> set[int]:
    """Return the vty lines by which nobody gets in; `numbers`: those of each header of vty lines."""
    if not aaa.new_model:
        return _in_vain_of_old(partial, aaa, numbers)
    named = {
        (number, what): name
        for line, what, kind, name in aaa.asking
        if kind in ("login", "exec")
        for number in numbers.get(line[1][0], ())
    }
    return {
        number
        for number in {*range(5), *partial.vty}
        if not _lets_in(partial, aaa, "authentication", "login", named.get((number, "authentication"), _DEFAULT))
        or not _lets_in(partial, aaa, "authorization", "exec", named.get((number, "authorization"), _DEFAULT))
    }


def netconf_in_vain(partial: PartialDevice, aaa: Aaa) -> bool:
    """Return whether nobody gets in by NETCONF, which asks the default lists (IOS-UP-10)."""
    return aaa.new_model and not all(
        _lets_in(partial, aaa, what, kind, _DEFAULT)
        for what, kind in (("authentication", "login"), ("authorization", "exec"))
    )


def _lets_in(partial: PartialDevice, aaa: Aaa, what: str, kind: str, name: str) -> bool:
    """Return whether a list lets somebody in. Without a default list logins ask the local users, authorization nobody."""
    said = aaa.lists.get((what, kind, name))
    if said is None:
        return what == "authorization" or bool(aaa.users)
    methods = said[0]
    pairs = zip(methods, (*methods[1:], ""), strict=True)
    has_password = any(
        path[-1].startswith("password ") and path[0].startswith("line vty ") for _, path in partial.settled
    )
    return any(_is_alive(aaa, pair, has_password=has_password) for pair in pairs)


def _is_alive(aaa: Aaa, method: tuple[str, str], *, has_password: bool = False) -> bool:
    """Return whether a method, with the word behind it, has anybody to let in."""
    match method:
        case ["group", name] if name in _KINDS:
            return _KINDS[name] in aaa.addressed
        case ["group", name]:
            return any(line[1][1].startswith(("server name ", "server-private ")) for line in aaa.groups.get(name, ()))
        case ["local" | "local-case", _]:
            return bool(aaa.users)
        case ["enable", _]:
            return aaa.has_enable
        case ["line", _]:
            return has_password
        case ["if-authenticated", _]:
            return True
        case _:
            return False


def _in_vain_of_old(partial: PartialDevice, aaa: Aaa, numbers: dict[str, list[int]]) -> set[int]:
    """Return the vty lines that ask every session for a password, or for a user, that the text has not (IOS-UP-09)."""
    asked: dict[int, str] = {}
    passwords: set[int] = set()
    for _, path in sorted(partial.settled):
        for number in numbers.get(path[0], ()) if len(path) == 2 else ():
            if path[1] in ("login", "login local"):
                asked[number] = path[1]
            elif path[1].startswith("password "):
                passwords.add(number)
    in_vain = {number for number, text in asked.items() if text == "login" and number not in passwords}
    return in_vain | ({number for number, text in asked.items() if text == "login local"} if not aaa.users else set())
