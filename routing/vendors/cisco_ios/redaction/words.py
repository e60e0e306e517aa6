"""Which words of an IOS-XE line are secrets, whatever its command.

The one idea: a line is followed word by word; a word that takes a name spares the next one,
whatever it is, and a word that announces a secret hides what follows it, up to a word that is known to come after a
secret. Keywords may be shortened, as people do when they paste. A value that is none of these is judged by its shape.
"""

from __future__ import annotations

import re
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

# What stands where the readers look for names: whatever a name looks like, it is not a secret.
_NAMING = re.compile(
    r"(?:match|set (?:comm|extcomm|as-path|metric|local-pref|ip|tag|weight|origin|interface)\S*|snmp-server group|key chain"
    r"|aaa (?:authorization|accounting|authentication (?!banner|fail|password)\S+))(?: .*)?"
    r"|(?:ip|ipv6) (?:access-list(?: standard| extended)?|prefix-list) \S+"
    r"|ip (?:ext)?community-list(?: standard| expanded)? \S+|ip as-path access-list \S+"
    r"|netconf-yang ssh ipv[46] access-list name \S+|ip http access-class(?: ipv[46])? \S+"
    r"|(?:access-list|object-group \S+|vrf definition|ip vrf(?: forwarding)?|route-map|hostname|(?:radius|tacacs) server"
    r"|class|policy-map|class-map(?: match-\S+)?|service-policy \S+|snmp-server view|neighbor|interface|crypto key) \S+"
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
_OPTION_WITH_WORD = frozenset({"address", "peer", "hostname", "option", "for", "spi"})
_CHAINED = {"key": ("key-string",), "pre-share": ("key",), "pre-shared-key": ("key",), "psk": ("set-key",)}
ALGORITHM = re.compile(
    r"(?:(?:esp|ah|hmac|cmac|aes|ssh)-)*(?:md5|sha-?\d*(?:-\d{1,3})*|aes|3?des|null|gcm)(?:-(?:\d{1,3}|[chg]?mac|cbc|ctr|gcm))*"
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


@dataclass(slots=True)
class Command:
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

    def judge_text(self, index: int) -> None:
        """Judge all words from an index on as a text for people."""
        rest = self.found[index:]
        self.spans.extend(people_spans(rest, is_suspicious(" ".join(word for word, _ in rest))))

    def word(self, index: int) -> str:
        """Return a word in small letters, "" after the last one."""
        return self.words[index] if index < len(self.words) else ""

    @property
    def is_password(self) -> bool:
        """Return whether the rest of the line is a password, spaces included: of a line, a user, or of `enable`."""
        return self.starts(self.head, "pass", "ena", "user")

    def starts(self, index: int, *starts: str) -> bool:
        """Return whether a word is one of these or a longer one."""
        return self.word(index).startswith(starts)


def follow(line: Command) -> None:
    """Follow a line word by word, after the words of its command and the name in it."""
    index = _after_names(line)
    while index < len(line.words):
        word = line.words[index]
        if _is_for_people(word):
            line.judge_text(index + 1)
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


def _after_names(line: Command) -> int:
    naming = _NAMING.match(" ".join(line.words[line.head :]))
    return line.head + naming.group().count(" ") + 1 if naming else line.head


def _is_for_people(word: str) -> bool:
    return (len(word) >= 4 and "description".startswith(word)) or (len(word) >= 3 and "remark".startswith(word))


def _announces(word: str) -> bool:
    if word in _NOT_ANNOUNCING:
        return False
    return word in _ABBREVIATED or word in ("community", "idtoken") or announces(word)


def _hide_value(line: Command, index: int) -> int:
    """Hide what the word at an index announces; return the index at which the line goes on."""
    value = _value_index(line, index)
    if value is None:
        line.spans.extend(word_spans(*line.found[index]))
        return index + 1
    if line.words[line.head] == "tunnel" and _NUMBER.fullmatch(line.words[value]):
        line.hide(value, DIGITS)
        return value + 1
    return _hide_tail(line, value)


def _value_index(line: Command, index: int) -> int | None:
    """Return where the value stands that the word at an index announces; None if no secret is said."""
    words, last, keyword = line.words, len(line.words) - 1, line.words[index]
    if line.words[line.head] == "ntp" and keyword == "key" and line.word(index + 1).isdigit():
        return None
    at = index + 1
    while at < last and words[at] not in _NO_SECRET:
        size = _option_size(line, keyword, at)
        if size == 0:
            break
        at += size
    if at > last or (at == last and words[at] in _TYPES) or (keyword == "hash" and ALGORITHM.fullmatch(words[at])):
        return None
    whole = line.is_password and words[at : at + 2] != ["encryption", "aes"]
    return at if whole or words[at] not in _NO_SECRET else None


def _option_size(line: Command, keyword: str, at: int) -> int:
    """Return how many words from `at` on stand between a word that announces a secret and the secret."""
    words, last, word, following = line.words, len(line.words) - 1, line.words[at], line.words[at + 1]
    if word in _TYPES or word in _CHAINED.get(keyword, ()):
        return 1
    if word == "level" and following.isdigit() and at + 1 < last:
        return 2
    if line.is_password:
        return 0
    if word in _OPTIONS or ALGORITHM.fullmatch(word):
        return 1
    if word.isdigit() and at + 1 < last and ALGORITHM.fullmatch(following):
        return 1
    if word in _OPTION_WITH_WORD and at + 1 < last:
        return 3 if _MASK.fullmatch(words[at + 2]) and at + 2 < last else 2
    return 0


def _hide_tail(line: Command, value: int) -> int:
    """Hide the word at `value`, and what follows it as a secret of several words; return where the line goes on."""
    before = line.word(value - 1)
    line.hide(value, before if before in _TYPES else "")
    index = value + 1
    if line.is_password:
        line.hide_from(index)
        return len(line.words)
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


def _authentication(line: Command, index: int) -> int | None:
    """Return where the value of `authentication` stands, if the word at an index is that and says one itself."""
    if not line.starts(index, "auth") or not "authentication".startswith(line.words[index]):
        return None
    following, head = line.word(index + 1), line.words[line.head]
    value = index + 1
    if following == "text":
        value = index + 2
    elif following == "mode" and ALGORITHM.fullmatch(line.word(index + 2)):
        value = index + 3
    elif not (head in _GATEWAYS or line.word(line.head + 1) == "nhrp") or following in ("md5", "key-chain"):
        return None
    while line.word(value) in _TYPES and value + 1 < len(line.words):
        value += 1
    return value if value < len(line.words) else None
