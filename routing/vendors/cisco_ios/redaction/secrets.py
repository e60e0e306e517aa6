"""The text of an IOS-XE device without its secrets: `hide_secrets`.

The one idea: a line is judged by its words (`secret_commands`), once per spelling; only what spreads over lines is kept in
mind between them: banners, certificates and keys in blocks, a key that goes on in the next line. Nearly every line of a
large text is a plain one of an access list, a route policy or a session, and is told apart by one pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

from routing.vendors.cisco_ios.harmless import is_harmless
from routing.vendors.cisco_ios.layout import LONGEST_BANNER, SECTION_END, STRANGE, banner_at, banner_start
from routing.vendors.cisco_ios.redaction.commands import line_spans, remark_start
from routing.vendors.cisco_ios.redaction.words import DIGITS, HEX
from routing.vendors.secrets import HIDDEN, Span, is_reference, is_suspicious, people_spans, replace_spans, trimmed

# Lines that hold no secret, in full: numbers, addresses, names and the words of access lists, sessions and lists.
_NAME = r"[\w.:/-]+"
_ADDRESS = r"[\dA-Fa-f.:]+(?:/\d+)?"
_PLAIN = re.compile(
    rf"!?\Z| {{0,3}}(?:(?:sequence )?\d+ (?:permit|deny)(?: (?:{_ADDRESS}|any|host|eq|range|tcp|udp|icmp|ip|ipv6|established"
    r"|log|echo|echo-reply|echo-request|nd-ns|nd-na|unreachable|packet-too-big|time-exceeded|parameter-problem|fragments))+"
    rf"|neighbor {_ADDRESS} (?:remote-as \d+|activate|local-as \d+ no-prepend replace-as|(?:prefix-list|route-map) {_NAME} \w+)"
    rf"|(?:ip|ipv6) prefix-list {_NAME} seq \d+ (?:permit|deny) {_ADDRESS}(?: [gl]e \d+)*"
    rf"|(?:exit-)?address-family(?: ipv[46](?: vrf {_NAME})?)?|(?:vrf forwarding|vrf definition) {_NAME}|encapsulation dot1Q \d+"
    rf"|(?:ip|ipv6) address {_ADDRESS}(?: {_ADDRESS})?|match ipv?6? address prefix-list {_NAME}|interface {_NAME}"
    rf"|ip access-list extended {_NAME}|ipv6 access-list {_NAME}|(?:ip access-group|ipv6 traffic-filter) {_NAME} \w+"
    rf"|rd {_NAME}|maximum-paths \d+|route-map {_NAME} permit \d+|network {_ADDRESS}(?: mask {_ADDRESS})?|no ip address)\Z"
)
Dummy = Callable[[str, str], str]
_WORD = re.compile(r"\S+")
_COMMAND = re.compile(r"\scommand\s", re.IGNORECASE)
_HEX_WORD = re.compile(r"[0-9A-Fa-f]+")
_CACHED = 300  # characters of a line that may be met again
_LONG = 256  # characters of a line from which it keeps its length: readers refuse a line for that
_ONE_WORD_COMMANDS = frozenset({"quit", "exit", "end", "shutdown", "netconf-yang", "exit-address-family"})

# What stands for a secret of each type: an encoded "HIDDEN", or a hash of that shape.
_DUMMIES = {
    "5": f"$1$HIDD${(HIDDEN * 4)[:22]}",
    "7": "0809656A2D3C2B",
    "8": f"$8${(HIDDEN * 3)[:14]}${(HIDDEN * 8)[:43]}",
    "9": f"$9${(HIDDEN * 3)[:14]}${(HIDDEN * 8)[:43]}",
}
_PLAIN_WORD = re.compile(r"\w+")
_ODD = "+"  # ends a dummy for what is no plain word, so that no pattern takes the dummy that didn't take the secret
_KEPT = frozenset({HIDDEN, HIDDEN + _ODD, _DUMMIES["7"] + _ODD, *_DUMMIES.values()})
_LIKE = {"$1$": "5", "$5$": "8", "$6$": "8", "$8$": "8", "$9$": "9"}
_TYPE_7 = re.compile(r"[01]\d(?:[0-9A-Fa-f]{2}){1,14}")
_HEX_DUMMY = re.compile(r"A{16,}")
_DECIMAL = re.compile(r"[0-9]{20,}")
_HEXADECIMAL = re.compile(r"(?=\d*[A-Fa-f])[0-9A-Fa-f]{16,}")


def hide_secrets(text: str) -> str:
    """Return the text with a dummy for each secret: same lines, same words, and the same device when it is read."""
    lines = text.split("\n")
    plain = _PLAIN.match
    rest = [index for index, line in enumerate(lines) if plain(line) is None]
    if not rest:
        return text
    hiding = _Hiding(lines)
    for index in rest:
        hiding.take(index)
    return "\n".join(lines)


class _Hiding:
    """Replaces the secrets of lines, one line after the other; plain lines are not shown to it."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.done = 0  # lines before this one are finished
        self.in_key_chain = False
        self.block = ""  # what the next line may go on with
        self.open: dict[str, int] = {}  # delimiters of banners that may be open, with the line before which they are

    def take(self, index: int) -> None:
        """Replace the secrets of the line at an index, and of the banner that it starts."""
        if index < self.done:
            return
        if index > self.done:
            self.block = ""
        self._follow_sections(index)
        self.done, line = index + 1, self.lines[index]
        if self.block and self._goes_on(index, line):
            return
        if line.startswith(("banner ", "banner\t")) and self._hide_banner(index):
            return
        spans = _spans(line, self.in_key_chain) if len(line) < _CACHED else line_spans(line, self.in_key_chain)
        if spans:
            self._replace(index, spans)
        self.block = _opened(self.lines[index], bool(spans) and spans[-1].end == len(line.rstrip()))

    def _follow_sections(self, index: int) -> None:
        """Note whether the line stands in a key chain."""
        for line in self.lines[self.done : index + 1] if self.in_key_chain else self.lines[index : index + 1]:
            if line and line[0] not in " \t!":
                self.in_key_chain = line.startswith("key chain ")

    def _replace(self, index: int, spans: Iterable[Span]) -> None:
        """Replace spans of a line; where a banner may still be open, with letters that can't end it."""
        line = self.lines[index]
        long = len(line) > _LONG
        delimiters = {delimiter for delimiter, until in self.open.items() if index < until}
        if delimiters:
            dummy: Dummy = partial(_letters, delimiters=delimiters, long=long)
        else:
            dummy = _long_dummy if long else _dummy
        self.lines[index] = replace_spans(line, spans, dummy)

    def _hide_words(self, index: int, start: int = 0, shape: str = "") -> bool:
        words = _WORD.finditer(self.lines[index], start)
        self._replace(index, (trimmed(word.group(), word.start())._replace(shape=shape) for word in words))
        return True

    def _goes_on(self, index: int, line: str) -> bool:
        """Hide a line that continues what the one before it began; False if it doesn't."""
        words, block, self.block = line.split(), self.block, ""
        if not words:
            return False
        alone = len(words) == 1 and not _is_command(words[0])
        if block == "prompt":
            command = _COMMAND.search(line)
            return command is not None and self._hide_words(index, command.end())
        if block in ("certificate", "key") and all(map(_HEX_WORD.fullmatch, words)):
            self.block = block
            return self._hide_words(index, shape=HEX)
        goes_on = (
            (block == "key" and (alone or words[0].startswith(("ssh-", "ecdsa-"))))
            or (block == "pem" and (alone or words[0].endswith(":")) and not words[0].startswith("-----"))
            or (block == "wrapped" and alone and line[0] not in " \t" and len(words[0]) > 1)
        )
        self.block = block if goes_on else ""
        return goes_on and self._hide_words(index)

    def _hide_banner(self, index: int) -> bool:
        """Hide what is secret in a banner, keeping its delimiter; False if none starts here."""
        opened = banner_start(self.lines[index])
        if opened is None:
            return False
        delimiter, start = opened
        banner = banner_at(self.lines, index)
        # If it never ends, or is told by a tab, the lines after it are commands; yet none of them may end it.
        self.done = index + 1 if banner is None or self.lines[index][6] == "\t" else banner.end
        self.open = {one: until for one, until in self.open.items() if index < until}
        self.open[delimiter[0]] = index + LONGEST_BANNER + 1 if banner is None else banner.end
        suspicious = is_suspicious("\n".join(self.lines[index : self.done]))
        outside = _outside({delimiter[0]})
        for at in range(index, self.done):
            line = self.lines[at]
            if line.strip() != SECTION_END:
                first = start if at == index else remark_start(line)
                words = ((word.group(), word.start()) for word in outside.finditer(line, first))
                self._replace(at, people_spans(words, suspicious))
        return True


@lru_cache(maxsize=1 << 16)
def _spans(line: str, in_key_chain: bool) -> tuple[Span, ...]:
    return line_spans(line, in_key_chain)


def _opened(line: str, hides_end: bool) -> str:
    """Return what a line (without its secrets) begins that the next one may go on with, "" for nothing."""
    words = line.lower().split()
    if not words:
        return ""
    if words[0] == "-----begin" and "-----END" not in line:
        return "pem"
    if words[0] == "certificate":
        return "certificate"
    if words[-1] == "key-string":
        return "key"
    if "pattern" in words and "assw" in line.lower():
        return "prompt"
    return "wrapped" if hides_end else ""


def _is_command(word: str) -> bool:
    return word in _ONE_WORD_COMMANDS or word.startswith("!") or is_harmless((word,))


def _dummy(part: str, shape: str) -> str:
    """Return what stands for a secret: of its type if that shows. What makes a line strange stays strange."""
    core, strange = _without_strange(part)
    if _is_kept(core):
        return core + strange
    if shape == DIGITS or _DECIMAL.fullmatch(core):
        return "0" * len(core) + strange
    plain = _PLAIN_WORD.fullmatch(core) is not None
    if shape == "7" or _TYPE_7.fullmatch(core):
        return _DUMMIES["7"] + ("" if plain else _ODD) + strange
    if shape == HEX or _HEXADECIMAL.fullmatch(core):
        return "A" * len(core) + strange
    if plain:
        return HIDDEN + strange
    return _DUMMIES.get(shape if shape in _DUMMIES else _LIKE.get(core[:3], ""), HIDDEN + _ODD) + strange


def _long_dummy(part: str, shape: str) -> str:
    """Return what stands for a secret in a long line, which keeps its length."""
    core, strange = _without_strange(part)
    if _is_kept(core):
        return part
    odd = "" if _PLAIN_WORD.fullmatch(core) else _ODD
    size = len(part) - len(strange)
    return (
        "0" * size
        if shape == DIGITS or _DECIMAL.fullmatch(core)
        else "A" * size
        if shape == HEX
        else "X" * (size - len(odd)) + odd
    ) + strange


def _is_kept(part: str) -> bool:
    return part in _KEPT or _HEX_DUMMY.fullmatch(part) is not None or is_reference(part)


def _letters(part: str, shape: str, delimiters: set[str], long: bool) -> str:
    """Return what stands for a word where a banner may be open: nothing that could end it, and what does end it."""
    core, strange = _without_strange(part)
    letter = next(one for one in map(chr, range(ord("X"), 0x3000)) if one not in delimiters and one.isalpha())
    if not delimiters.isdisjoint(core):
        return _outside(delimiters).sub(lambda run: letter * len(run.group()), core) + strange
    odd = "" if _PLAIN_WORD.fullmatch(core) else next(one for one in "+/=~" if one not in delimiters)
    return letter * ((len(part) - len(strange) if long else len(HIDDEN)) - len(odd)) + odd + strange


def _outside(delimiters: set[str]) -> re.Pattern[str]:
    """Return a pattern of what can be hidden in a banner: no spaces, no delimiters, nothing after a caret."""
    return re.compile(rf"(?:(?<!\^)[^\s^{re.escape(''.join(sorted(delimiters)))}])+")


def _without_strange(part: str) -> tuple[str, str]:
    """Return a part without what no device takes as it looks, and the first of that ("" if there is none)."""
    strange = STRANGE.search(part)
    return (part, "") if strange is None else (STRANGE.sub("", part), strange.group())
