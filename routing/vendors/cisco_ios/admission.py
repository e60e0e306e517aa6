"""Who gets a session on an IOS-XE device while no server of names answers: method lists in their order, users, and terms of SSH.

The one idea: of a list the first method that can answer decides (IOS-AAA-02); servers can't here, so a list must go on to the
local users, for the login and for every right that it gives (IOS-UP-09, IOS-UP-10, IOS-UP-13).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.reason import Reason, because
from routing.model import Device, LinePath, LoginService
from routing.vendors.admission import Account, Admission
from routing.vendors.cisco_ios.reader.aaa import FULL_RIGHTS, Aaa, aaa_of

WAY_IN_FACTS = (
    "IOS-ACL-01", "IOS-ACL-04", "IOS-ACL-06", "IOS-REF-07", "IOS-UP-08", "IOS-UP-09", "IOS-UP-10", "IOS-UP-11", "IOS-UP-12",
    "IOS-UP-13", "IOS-AAA-01", "IOS-AAA-02", "IOS-CTL-02", "IOS-CTL-03", "IOS-CTL-04", "IOS-CTL-05", "IOS-CTL-06", "IOS-CTL-07",
)  # fmt: skip
"""The facts about devices of this platform that a verdict about the way in rests on."""

_DEFAULT = "default"
_LEVELS = ("commands 0", "commands 1", "commands 15")
_USER = re.compile(r"username (\S+) (?:.* )?(?:secret|password) .+")
_TERMS = re.compile(
    r"(?:no )?ip ssh (?!authentication-retries |logging |break-string |source-interface |client ).*"  # IOS-CTL-04
    r"|ip domain[ -]name (?!vrf ).*"  # IOS-UP-08, IOS-CTL-07
    r"|login (?:block-for|delay) .*"  # IOS-CTL-02
    r"|aaa (?:local authentication|authentication attempts|password) .*|security authentication failure .*"
    r"|(?:tacacs|radius)(?:-server| server \S+) (?:timeout|retransmit) (?!(?:[1-9]|10)$).*"  # IOS-CTL-06
    r"|line vty .* (?:session-limit|absolute-timeout|privilege level) .*"
)
"""Lines that a session hangs on beside lists and users: what the server speaks, how long it waits, whom it locks out."""
_VTY = re.compile(r"line vty (\d+)(?: (\d+))?")
_FIRST = range(5)
"""Lines that are always there (IOS-UP-11)."""


def admission(device: Device, service: LoginService) -> Admission:
    """Return who gets in by SSH or NETCONF; lines of the device that are not understood are the asker's to look at."""
    aaa = aaa_of(tuple(enumerate(device.harmless)))
    terms = frozenset(path for path in device.harmless if _TERMS.fullmatch(" ".join(path)))
    if service is LoginService.NETCONF:
        found = _refusal(aaa, _DEFAULT, _DEFAULT, ()) if aaa.new_model else because("way_in_asks_no_user")
        refusals = [] if found is None else [found]
    elif aaa.new_model:
        refusals = [item for lists in _lists(device, aaa) if (item := _refusal(aaa, *lists)) is not None]
    else:
        refusals = [because("way_in_asks_no_user")] if _asks_no_user(device) else []
    accounts = frozenset(_accounts(device, aaa))
    if not refusals and not accounts:
        refusals = [because("way_in_no_account")]
    return Admission(accounts=frozenset() if refusals else accounts, refusal=next(iter(refusals), None), terms=terms)


def _accounts(device: Device, aaa: Aaa) -> Iterator[Account]:
    """Yield the users with every right; of several lines about one the last one counts."""
    known = {found[1]: path[0] for path in device.harmless if (found := _USER.fullmatch(path[0])) is not None}
    for name, line in sorted(known.items()):
        if aaa.users[name][0] == FULL_RIGHTS:
            yield Account(name, line)


def _lists(device: Device, aaa: Aaa) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what each vty line asks: the name of its list of logins, of its list of rights, and those of its commands."""
    named: dict[int, dict[str, str]] = {number: {} for number in _FIRST}
    for path in device.harmless:
        for number in _numbers(path[0]) if len(path) == 2 else ():
            named.setdefault(number, {})
    for line, what, kind, name in aaa.asking:
        for number in _numbers(line[1][0]):
            named.setdefault(number, {})[f"{what} {kind}"] = name
    found = {
        (
            item.get("authentication login", _DEFAULT),
            item.get("authorization exec", _DEFAULT),
            tuple(f"{level} {item.get(f'authorization {level}', _DEFAULT)}" for level in _LEVELS),
        )
        for item in named.values()
    }
    return sorted(found)


def _numbers(header: str) -> range:
    found = _VTY.fullmatch(header)
    return range(0) if found is None else range(int(found[1]), int(found[2] or found[1]) + 1)


def _refusal(aaa: Aaa, login: str, rights: str, commands: tuple[str, ...]) -> Reason | None:
    """Return why a local user gets no session with every right, None if one does."""
    asked = aaa.lists.get(("authentication", "login", login))
    if asked is not None and not _reaches_users(asked[0], if_authenticated=False):
        return because("way_in_list_without_users", list=f"aaa authentication login {login}")
    given = aaa.lists.get(("authorization", "exec", rights))
    if given is None:
        return because("way_in_without_rights", list=f"aaa authorization exec {rights}")
    if not _reaches_users(given[0], if_authenticated=True):
        return because("way_in_list_without_users", list=f"aaa authorization exec {rights}")
    for level, name in (item.rsplit(" ", 1) for item in commands):
        found = aaa.lists.get(("authorization", level, name))
        if found is not None and not _reaches_users(found[0], if_authenticated=True):
            return because("way_in_list_without_users", list=f"aaa authorization {level} {name}")
    return None


def _reaches_users(methods: tuple[str, ...], *, if_authenticated: bool) -> bool:
    """Return whether the first method that can answer without a server asks the local users."""
    words = iter(methods)
    for word in words:
        if word == "group":
            next(words, None)
            continue
        return word in ("local", "local-case") or (if_authenticated and word == "if-authenticated")
    return False


def _asks_no_user(device: Device) -> bool:
    """Return whether some line that is always there asks no user, without the new model: SSH knows nobody else (IOS-UP-09)."""
    asking = {number for path in device.harmless if path[1:] == ("login local",) for number in _numbers(path[0])}
    return not asking.issuperset(_FIRST)


_ADMITTING = re.compile(
    r"username \S+ .+"
    r"|enable (?:secret|password) .+"
    r"|(?:tacacs|radius) server \S+(?: / address .+)?|(?:tacacs|radius)-server host .+"
    r"|aaa group server \S+ \S+ / server.* .+"
    r"|snmp-server (?:community|user|group) .+"
    r"|ip ssh pubkey-chain / .+"
    r"|line .+ / password .+"
)
"""Lines without which somebody would not come in: users, passwords, keys, servers of names, SNMP."""


def admits(path: LinePath) -> bool:
    """Return whether a line lets somebody in."""
    return _ADMITTING.fullmatch(" / ".join(path)) is not None
