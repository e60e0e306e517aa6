"""Which parts of one IOS-XE line are secrets: `line_spans`.

Turns a line into spans. The one idea: most commands are followed word by word (`secret_words`); here stand the few whose
secrets no word announces, such as those of SNMP and IPsec.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from routing.vendors.cisco_ios.redaction.words import ALGORITHM, Command, follow
from routing.vendors.secrets import Span, is_suspicious, people_spans

_WORD = re.compile(r"\S+")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2060-\u2064\ufeff]")


def remark_start(line: str) -> int:
    """Return where the text of a comment starts, after what makes it one (0 in any other line)."""
    return len(line) - len(line.lstrip().lstrip("! \t")) if line.lstrip().startswith("!") else 0


def line_spans(line: str, in_key_chain: bool) -> tuple[Span, ...]:
    """Return what is secret in a line; `in_key_chain` says that it stands in a key chain, where `key 1` is a number."""
    if line.lstrip().startswith("!"):
        remark = ((match.group(), match.start()) for match in _WORD.finditer(line, remark_start(line)))
        return tuple(people_spans(remark, is_suspicious(line)))
    found = [(match.group(), match.start()) for match in _WORD.finditer(line)]
    words = [_INVISIBLE.sub("", word).lower() for word, _ in found]
    head = 1 if words[:1] in (["no"], ["default"]) else 0
    if len(words) <= head or (
        in_key_chain and words[head] == "key" and words[head + 1 :] == [words[-1]] and words[-1].isdigit()
    ):
        return ()
    command = Command(found, words, head)
    name = next((full for start, full in _SHORTENED.items() if words[head].startswith(start)), words[head])
    _SPECIAL.get(name, follow)(command)
    return tuple(command.spans)


def _hide_snmp(line: Command) -> None:
    kind = line.head + 1
    if line.starts(kind, "com"):
        if kind + 1 < len(line.words):
            line.hide(kind + 1)
    elif line.starts(kind, "us"):
        _hide_snmp_user(line, kind + 3)
    elif line.starts(kind, "ho"):
        _hide_snmp_host(line, kind + 2)
    elif line.starts(kind, "loc", "cont", "chas"):
        line.judge_text(kind + 1)
    elif "community-map" in line.words[:-1]:
        line.hide(line.words.index("community-map") + 1)
    else:
        follow(line)


def _hide_snmp_user(line: Command, at: int) -> None:
    """Hide the keys after `auth sha` and `priv aes 128`."""
    last = len(line.words) - 1
    while at < last:
        at += 1
        if line.words[at - 1] not in ("auth", "priv"):
            continue
        if at < last and ALGORITHM.fullmatch(line.words[at]):
            at += 1
        if at < last and line.words[at - 1] in ("aes", "sha-2", "sha2") and line.words[at].isdigit():
            at += 1
        line.hide(at)
        at += 1


def _hide_snmp_host(line: Command, at: int) -> None:
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


def _hide_crypto(line: Command) -> None:
    """A key that is brought in or taken out has its pass phrase at the end of the line."""
    if (
        line.starts(line.head + 1, "key", "pki", "ca")
        and line.starts(line.head + 2, "imp", "exp")
        and len(line.words) > 5
    ):
        line.hide_from(len(line.words) - 1)
        return
    follow(line)


def _hide_key(line: Command) -> None:
    if line.starts(line.head + 1, "config-key"):
        line.hide_from(line.head + 3)
    else:
        follow(line)


def _hide_banner(line: Command) -> None:
    """A banner on one line, in a form that no running configuration shows; others are seen as a whole (`secrets`)."""
    if not line.starts(line.head, "banner") and not "banner".startswith(line.words[line.head]):
        follow(line)
        return
    rest = line.found[line.head + 2 :]
    delimiter = rest[0][0][0] if rest else ""
    outside = re.compile(rf"(?:(?<!\^)[^^{re.escape(delimiter)}])+")
    inner = ((run.group(), at + run.start()) for word, at in rest for run in outside.finditer(word))
    line.spans.extend(people_spans(inner, is_suspicious(" ".join(word for word, _ in rest))))


def _hide_nothing(line: Command) -> None:
    """The number of a certificate is public; what it is, stands in the lines after it."""


def _hide_set(line: Command) -> None:
    """`set session-key inbound esp 256 cipher X authenticator Y` of a crypto map; all else is of a route map."""
    if not line.starts(line.head + 1, "session"):
        follow(line)
        return
    known = {"inbound", "outbound", "ah", "esp", "cipher", "authenticator"}
    for index in range(line.head + 2, len(line.words)):
        if line.words[index] not in known and line.words[index - 1] not in ("ah", "esp"):
            line.hide(index)


def _hide_ipsec(line: Command) -> None:
    """`ipv6 ospf authentication ipsec spi 256 md5 X`, and the same for encryption: what is no number or algorithm."""
    pairs = list(zip(line.words, line.words[1:], strict=False))
    if ("ipsec", "spi") not in pairs:
        follow(line)
        return
    for index in range(pairs.index(("ipsec", "spi")) + 3, len(line.words)):
        word = line.words[index]
        known = ALGORITHM.fullmatch(word) or word == "esp" or (word.isdigit() and len(word) < 4)
        if not known or index == len(line.words) - 1:
            line.hide(index)


def _hide_rmon(line: Command) -> None:
    if "trap" in line.words[:-1]:
        line.hide(line.words.index("trap") + 1)
    else:
        follow(line)


_SHORTENED = {"snmp-s": "snmp-server", "ban": "banner"}
_SPECIAL: dict[str, Callable[[Command], None]] = {
    "snmp-server": _hide_snmp,
    "snmp": _hide_snmp,
    "banner": _hide_banner,
    "crypto": _hide_crypto,
    "key": _hide_key,
    "certificate": _hide_nothing,
    "set": _hide_set,
    "ospfv3": _hide_ipsec,
    "ip": _hide_ipsec,
    "ipv6": _hide_ipsec,
    "area": _hide_ipsec,
    "rmon": _hide_rmon,
}
