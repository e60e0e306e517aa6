"""A line of configuration -> the form that it has in all texts which say the same, however a device prints it.

The one idea: a device prints its own spelling of what it was told: keys encoded (IOS-SHOW-03), users of SNMPv3 not at all
(IOS-SHOW-02), most defaults never, typed or not (IOS-SHOW-01). Two lines that differ in no more than that are one line.
"""

from __future__ import annotations

import re
from functools import lru_cache

from intents.reason import Reason, because
from routing.model import LinePath
from routing.vendors.cisco_ios.names import interface_name
from routing.vendors.cisco_ios.redaction.commands import line_spans
from routing.vendors.secrets import replace_spans
from routing.vendors.session_keys import unveiled
from routing.vendors.vendor import Likeness

_SECRET = "•"
_TYPED = re.compile(rf"(?<= )\d {_SECRET}")
_TYPE_BEHIND = re.compile(rf"(md5 {_SECRET}) \d+$")
_ENCRYPTED_USER = re.compile(r"^(snmp-server user \S+ \S+ v3) encrypted(?= )")
_NUMBER = re.compile(r"^(?:sequence )?\d+ (?=permit |deny |remark )")
_SEQUENCE = re.compile(r"^(ipv?6? prefix-list \S+) seq \d+(?= )")
_ZONE = re.compile(r"^(clock timezone \S+ -?\d+) 0$")
_OLDER = (
    ("ip domain-name ", "ip domain name "),
    ("ip domain-lookup", "ip domain lookup"),
    ("no ip domain-lookup", "no ip domain lookup"),
)
"""Spellings of releases before 16: the same command (Cisco IOS IP Addressing: DNS Command Reference)."""
_ADDRESS = re.compile(r"(?<![\w.:])(?=[\da-fA-F]*:)[\da-fA-F:]*:[\da-fA-F:.]*(?:/\d+)?(?![\w.:])")
_TYPE_9 = re.compile(r"\$9\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}")
_ENCRYPTED = re.compile(r" 6 \S+$| \S+ 6$")
_VEILED = re.compile(r" 7 (\S+)$| (\S+) 7$")
_NOT_SHOWN = re.compile(r"snmp-server user ")

_DEFAULTS: tuple[tuple[str, str, str], ...] = (
    (r"", "logging trap", "logging trap informational"),
    (r"", "ip ssh authentication-retries", "ip ssh authentication-retries 3"),
    (r"", "service pad", "no service pad"),
    (r"", "cdp run", "no cdp run"),
    (r"interface ", "shutdown", "no shutdown"),
    (r"line ", "exec-timeout", "exec-timeout 10 0"),
    (r"line ", "login", "login authentication default"),
    (r"line ", "stopbits", "stopbits 1"),
    (r"tacacs server ", "timeout", "timeout 5"),
)
"""Start of the section, command, and the line of it that a device leaves out (IOS-SHOW-01, IOS-UP-03)."""


def likeness(path: LinePath) -> Likeness | None:
    """Return a line as all texts that say the same have it, None for one that no device shows."""
    if _NOT_SHOWN.match(path[0]):
        return None
    found = tuple(map(_alike, path))
    section, line = (found[0] if len(found) > 1 else ""), found[-1]
    for start, command, default in _DEFAULTS:
        if line == default and (section.startswith(start) if start else not section):
            return Likeness(path=found, default_of=command)
    return Likeness(path=found)


def secret_fault(line: str, secret: str) -> Reason | None:
    """Return why a secret can't stand where a line names it."""
    wants_hash = re.search(r"\bsecret 9 ", line) is not None
    return because("secret_no_hash", form="$9$SALT$HASH") if wants_hash and not _TYPE_9.fullmatch(secret) else None


def holds(shown: LinePath, secret: str) -> bool | None:
    """Return whether a line holds a secret, as a device shows it (IOS-SHOW-03); type 6 is encrypted with a key of its own."""
    line = shown[-1]
    if _ENCRYPTED.search(line) is not None:
        return None
    veiled = _VEILED.search(line)
    return secret in line.split() if veiled is None else _is(unveiled(veiled[1] or veiled[2]), secret)


def _is(found: str | None, secret: str) -> bool | None:
    return None if found is None else found == secret


def _covered(part: str, shape: str) -> str:
    """Return what stands for a secret, whatever it is."""
    return _SECRET


@lru_cache(maxsize=1 << 16)
def _alike(line: str) -> str:
    if line.startswith("banner "):
        return line.replace("\x03", "^C")
    line = " ".join(line.split())
    line = replace_spans(line, line_spans(line, in_key_chain=False), _covered)
    line = _TYPE_BEHIND.sub(r"\1", _TYPED.sub(_SECRET, line))
    line = _ENCRYPTED_USER.sub(r"\1", _ZONE.sub(r"\1", _SEQUENCE.sub(r"\1", _NUMBER.sub("", line))))
    for older, newer in _OLDER:
        if line.startswith(older):
            line = newer + line.removeprefix(older)
    if line.startswith("interface "):
        name = line.removeprefix("interface ")
        return f"interface {interface_name(name) or name}"
    return _ADDRESS.sub(lambda found: found.group().upper(), line)
