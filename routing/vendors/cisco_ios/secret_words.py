"""Which parts of one IOS-XE line are secrets.

Turns a line into spans. The one idea: a line is followed word by word; a word that takes a name spares the next one,
whatever it is, and a word that announces a secret hides what follows it, up to a word that is known to come after a
secret. Keywords may be shortened, as people do when they paste. A value that is none of these is judged by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from routing.vendors.secrets import (
    Span,
    announces,
    announces_in_vietnamese,
    is_suspicious,
    people_spans,
    trimmed,
    word_spans,
)

DIGITS, HEX = "digits", "hex"
"""Shapes of secrets that must stay numbers, or hexadecimal; the other shapes are type digits."""

_WORD = re.compile(r"\S+")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2060-\u2064\ufeff]")

# What stands where the readers look for names: whatever a name looks like, it is not a secret.
_NAMING = re.compile(
    r"(?:match|set (?:comm|extcomm|as-path|metric|local-pref|ip|tag|weight|origin|interface)\S*|snmp-server group"
    r"|key chain|aaa (?:authorization|accounting|authentication (?!banner|fail|password)\S+))(?: .*)?"
    r"|(?:ip|ipv6) (?:access-list(?: standard| extended)?|prefix-list) \S+|ip (?:ext)?community-list(?: standard| expanded)? \S+"
    r"|netconf-yang ssh ipv[46] access-list name \S+|ip http access-class(?: ipv[46])? \S+|ip as-path access-list \S+"
    r"|(?:access-list|object-group \S+|vrf definition|ip vrf(?: forwarding)?|route-map|hostname"
    r"|(?:radius|tacacs) server|class|policy-map"
    r"|class-map(?: match-\S+)?|service-policy \S+|snmp-server view|neighbor|interface|crypto key) \S+"
)
_NAME_FOLLOWS = frozenset({
    "vrf", "forwarding", "definition", "prefix-list", "access-group", "access-class", "traffic-filter", "route-map",
    "object-group", "group-object", "addrgroup", "map", "chain", "key-chain", "keychain", "keyring", "trustpoint",
    "username", "user", "group", "name", "interface", "source-interface", "evaluate", "reflect", "time-range",
    "neighbor", "rsakeypair", "monitor", "algorithm-type", "tacacs-group"
})  # fmt: skip
_ABBREVIATED = frozenset(
    word[:length]
    for word, shortest in (("password", 3), ("passphrase", 5), ("secret", 3), ("key-string", 5), ("pre-shared-key", 5),
                           ("authentication-key", 16), ("message-digest-key", 16), ("server-key", 8))
    for length in range(shortest, len(word))
)  # fmt: skip
_NOT_ANNOUNCING = frozenset({"trusted-key", "config-key", "hash-key", "named-key"})
_TYPES = frozenset("0123456789")
_OPTIONS = frozenset({
    "encrypted", "unencrypted", "clear", "cleartext", "clear-text", "plain", "plaintext", "ascii", "ascii-text",
    "hex", "hexadecimal", "text", "local", "remote", "fallback", "default", "terminal", "pem", "exportable",
    "ssh-rsa", "is", "la", "=", ":"
})  # fmt: skip
_OPTION_WITH_WORD = frozenset({"level", "address", "peer", "hostname", "option", "for", "spi"})
_CHAINED = {"key": ("key-string",), "pre-share": ("key",), "pre-shared-key": ("key",), "psk": ("set-key",)}
_ALGORITHM = re.compile(
    r"(?:(?:esp|ah|hmac|cmac|aes|ssh)-)*(?:md5|sha-?\d*(?:-\d+)*|aes(?:-\w+)*|3?des\d*|null|gcm)(?:-\w+)*"
)
# After these words there is no secret, though one was announced.
_NO_SECRET = frozenset({
    "encryption", "restriction", "min-length", "required", "rollover", "key-chain", "keychain", "chain", "log",
    "generate", "zeroize", "pubkey-chain", "list"
})  # fmt: skip
# Words of a command that can come after its secret.
_AFTERWARDS = frozenset({
    "address", "hostname", "privilege", "role", "view", "access", "timeout", "port", "auth-port", "acct-port",
    "retransmit", "alias", "authenticate", "udp-port", "vrf", "realm", "username"
})  # fmt: skip
_ALONE_AFTERWARDS = frozenset({"single-connection", "no-xauth", "level-1", "level-2", "validate"})
_PEM = re.compile(r"[\"']?-----(?:BEGIN|END)[-\"']*")
_NUMBER = re.compile(r"\d{1,10}")
_MASK = re.compile(r"(?:255|0)\.\d{1,3}\.\d{1,3}\.\d{1,3}")
_GATEWAYS = frozenset({"standby", "vrrp", "glbp"})


def line_spans(line: str, in_key_chain: bool) -> tuple[Span, ...]:
    """Return what is secret in a line; `in_key_chain` says that it stands in a key chain, where `key 1` is a number."""
    line_end = len(line)
    start = line_end - len(line.lstrip("! \t")) if line.lstrip(" \t").startswith("!") else 0
    found = [(match.group(), match.start()) for match in _WORD.finditer(line, start)]
    if start:
        return tuple(people_spans(found, is_suspicious(line)))
    words = [_INVISIBLE.sub("", word).lower() for word, _ in found]
    head = 1 if words[:1] in (["no"], ["default"]) else 0
    if len(words) <= head or (
        in_key_chain and words[head] == "key" and words[head + 1 :] == [words[-1]] and words[-1].isdigit()
    ):
        return ()
    statement = _Statement(found, words, head)
    special = _SPECIAL.get(words[head], _SPECIAL["snmp-server"] if words[head].startswith("snmp-s") else _follow)
    special(statement)
    return tuple(statement.spans)


@dataclass(slots=True)
class _Statement:
    """One line while it is followed: its words with their places, the same in small letters, and what is secret so far."""

    found: list[tuple[str, int]]
    words: list[str]
    head: int
    spans: list[Span] = field(default_factory=list)

    def hide(self, index: int, shape: str = "") -> None:
        """Hide a word as a whole, but for its quotes and the mark of a block of base64."""
        if _PEM.fullmatch(self.found[index][0]) is not None:
            return
        span = trimmed(*self.found[index])
        self.spans.append(Span(span.start, span.end, shape))

    def hide_from(self, index: int) -> None:
        """Hide all words from an index on."""
        for later in range(index, len(self.words)):
            self.hide(later)

    def word(self, index: int) -> str:
        """Return a word in small letters, "" after the last one."""
        return self.words[index] if index < len(self.words) else ""

    def starts(self, index: int, *starts: str) -> bool:
        """Return whether a word is one of these or a longer one."""
        return self.word(index).startswith(starts)


def _follow(line: _Statement, at: int | None = None) -> None:
    """Follow a line word by word from `at` (the words of its command and the name in it are left out)."""
    index = _after_names(line) if at is None else at
    while index < len(line.words):
        word = line.words[index]
        if _is_for_people(word):
            rest = line.found[index + 1 :]
            line.spans.extend(people_spans(rest, is_suspicious(" ".join(word for word, _ in rest))))
            return
        if announces_in_vietnamese(" ".join(line.words[index : index + 2])):
            line.hide_from(index + 1)
            return
        if word in _NAME_FOLLOWS:
            index += 2
        elif _announces(word):
            index = _hide_value(line, index)
        elif (value := _authentication(line, index)) is not None:
            index = _hide_tail(line, value)
        else:
            line.spans.extend(word_spans(*line.found[index]))
            index += 1


def _after_names(line: _Statement) -> int:
    naming = _NAMING.match(" ".join(line.words[line.head :]))
    return line.head + naming.group().count(" ") + 1 if naming else line.head


def _is_for_people(word: str) -> bool:
    return (len(word) >= 4 and "description".startswith(word)) or (len(word) >= 3 and "remark".startswith(word))


def _announces(word: str) -> bool:
    if word in _NOT_ANNOUNCING:
        return False
    return word in _ABBREVIATED or word in ("community", "idtoken") or announces(word)


def _hide_value(line: _Statement, index: int) -> int:
    """Hide what the word at an index announces; return the index at which the line goes on."""
    value = _value_index(line, index)
    if value is None:
        line.spans.extend(word_spans(*line.found[index]))
        return index + 1
    if line.words[line.head] == "tunnel" and _NUMBER.fullmatch(line.words[value]):
        line.hide(value, DIGITS)
        return value + 1
    return _hide_tail(line, value)


def _value_index(line: _Statement, index: int) -> int | None:
    """Return where the value stands that the word at an index announces; None if no secret is said."""
    words, last, keyword = line.words, len(line.words) - 1, line.words[index]
    if line.words[line.head] == "ntp" and keyword == "key":
        return None
    at = index + 1
    while at < last and words[at] not in _NO_SECRET:
        word = words[at]
        if word in _OPTION_WITH_WORD and at + 1 < last:
            at += 2
            if words[at][:4] in ("255.", "0.0.") and at < last:
                at += 1
        elif (
            word in _TYPES
            or word in _OPTIONS
            or word in _CHAINED.get(keyword, ())
            or _ALGORITHM.fullmatch(word)
            or (word.isdigit() and at + 1 < last and _ALGORITHM.fullmatch(words[at + 1]))
        ):
            at += 1
        else:
            break
    nothing = (
        at > last
        or words[at] in _NO_SECRET
        or (at == last and words[at] in _TYPES)
        or (keyword == "hash" and _ALGORITHM.fullmatch(words[at]))
    )
    return None if nothing else at


def _hide_tail(line: _Statement, value: int) -> int:
    """Hide the word at `value`, and what follows it as a secret of several words; return where the line goes on."""
    before = line.word(value - 1)
    line.hide(value, before if before in _TYPES else "")
    index = value + 1
    while index < len(line.words) and not _announces(line.words[index]):
        word, last = line.words[index], index == len(line.words) - 1
        if word in _AFTERWARDS:
            index += 3 if line.word(index + 1) in ("ipv4", "ipv6") else 2
        elif word in _ALONE_AFTERWARDS or _MASK.fullmatch(word) or (last and word in _TYPES):
            index += 1
        else:
            line.hide(index)
            index += 1
    return index


def _authentication(line: _Statement, index: int) -> int | None:
    """Return where the value of `authentication` stands, if the word at an index is that and says one itself."""
    if not line.starts(index, "auth") or not "authentication".startswith(line.words[index]):
        return None
    following, head = line.word(index + 1), line.words[line.head]
    value = index + 1
    if following == "text":
        value = index + 2
    elif following == "mode" and _ALGORITHM.fullmatch(line.word(index + 2)):
        value = index + 3
    elif not (head in _GATEWAYS or line.word(line.head + 1) == "nhrp") or following in ("md5", "key-chain"):
        return None
    while line.word(value) in _TYPES and value + 1 < len(line.words):
        value += 1
    return value if value < len(line.words) else None


def _follow_snmp(line: _Statement) -> None:
    kind = line.head + 1
    if line.starts(kind, "com"):
        if kind + 1 < len(line.words):
            line.hide(kind + 1)
    elif line.starts(kind, "us"):
        _hide_snmp_user(line, kind + 3)
    elif line.starts(kind, "ho"):
        _hide_snmp_host(line, kind + 2)
    elif line.starts(kind, "loc", "cont", "chas"):
        rest = line.found[kind + 1 :]
        line.spans.extend(people_spans(rest, is_suspicious(" ".join(word for word, _ in rest))))
    elif "community-map" in line.words[:-1]:
        line.hide(line.words.index("community-map") + 1)
    else:
        _follow(line)


def _hide_snmp_user(line: _Statement, at: int) -> None:
    """Hide the keys after `auth sha` and `priv aes 128`."""
    last = len(line.words) - 1
    while at < last:
        at += 1
        if line.words[at - 1] not in ("auth", "priv"):
            continue
        if at < last and _ALGORITHM.fullmatch(line.words[at]):
            at += 1
        if at < last and line.words[at - 1] in ("aes", "sha-2", "sha2") and line.words[at].isdigit():
            at += 1
        line.hide(at)
        at += 1


def _hide_snmp_host(line: _Statement, at: int) -> None:
    """Hide the community of a host that traps go to; with version 3 there stands a user."""
    while at < len(line.words):
        if line.starts(at, "trap", "inf"):
            at += 1
        elif line.words[at] == "vrf":
            at += 2
        elif line.starts(at, "ver"):
            if line.word(at + 1) == "3":
                return
            at += 2
        else:
            line.hide(at)
            return


def _follow_crypto(line: _Statement) -> None:
    """A key that is brought in or taken out has its pass phrase at the end of the line."""
    if (
        line.starts(line.head + 1, "key", "pki", "ca")
        and line.starts(line.head + 2, "imp", "exp")
        and len(line.words) > 5
    ):
        line.hide_from(len(line.words) - 1)
        return
    _follow(line)


def _follow_key(line: _Statement) -> None:
    if line.starts(line.head + 1, "config-key"):
        line.hide_from(line.head + 3)
    else:
        _follow(line)


def _follow_certificate(line: _Statement) -> None:
    """The number of a certificate is public; what it is, stands in the lines after it."""


def _follow_set(line: _Statement) -> None:
    """`set session-key inbound esp 256 cipher X authenticator Y` of a crypto map; all else is of a route map."""
    if not line.starts(line.head + 1, "session"):
        _follow(line)
        return
    known = {"inbound", "outbound", "ah", "esp", "cipher", "authenticator"}
    for index in range(line.head + 2, len(line.words)):
        if line.words[index] not in known and line.words[index - 1] not in ("ah", "esp"):
            line.hide(index)


def _follow_ipsec(line: _Statement) -> None:
    """`ipv6 ospf authentication ipsec spi 256 md5 X`, and the same for encryption: what is no number or algorithm."""
    if "ipsec" not in line.words or "spi" not in line.words:
        _follow(line)
        return
    for index in range(line.words.index("spi") + 2, len(line.words)):
        word = line.words[index]
        known = _ALGORITHM.fullmatch(word) or word == "esp" or (word.isdigit() and len(word) < 4)
        if not known or index == len(line.words) - 1:
            line.hide(index)


def _follow_rmon(line: _Statement) -> None:
    if "trap" in line.words[:-1]:
        line.hide(line.words.index("trap") + 1)
    else:
        _follow(line)


_SPECIAL: dict[str, Callable[[_Statement], None]] = {
    "snmp-server": _follow_snmp,
    "snmp": _follow_snmp,
    "crypto": _follow_crypto,
    "key": _follow_key,
    "certificate": _follow_certificate,
    "set": _follow_set,
    "ospfv3": _follow_ipsec,
    "ip": _follow_ipsec,
    "ipv6": _follow_ipsec,
    "area": _follow_ipsec,
    "rmon": _follow_rmon,
}
