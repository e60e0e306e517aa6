"""Words of a line made wrong: another number, a word of the same kind from elsewhere, its opposite, or nothing.

Turns a text into `PlainText` (lines, sections, words by kind) and a line of it into a wrong line. The one idea: two styles of
text are known, sections by indentation and set lines, and in both a line is words; what a word means is not asked, only what
it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from verification.mutation.edits import TextEdit

_OCTETS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_PREFIX4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}")
_ADDRESS6 = re.compile(r"(?=.*:.*:)[0-9A-Fa-f:]+(?:/\d{1,3})?")
_MASK = re.compile(r"(?:255|254|252|248|240|224|192|128|0)(?:\.(?:255|254|252|248|240|224|192|128|0)){3}")
_WILDCARD = re.compile(r"0\.(?:0|1|3|7|15|31|63|127|255)\.(?:0|1|3|7|15|31|63|127|255)\.(?:0|1|3|7|15|31|63|127|255)")
_TARGET = re.compile(r"(?:target:)?\d+:\d+")
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")

_OPPOSITES = (
    ("permit", "deny"), ("accept", "reject"), ("accept", "discard"), ("in", "out"), ("input", "output"),
    ("import", "export"), ("connected", "static"), ("tcp", "udp"), ("eq", "gt"), ("eq", "neq"), ("exact", "orlonger"),
    ("upto", "prefix-length-range"), ("host", "any"), ("inet", "inet6"), ("ip", "ipv6"), ("ipv4", "ipv6"), ("icmp", "tcp"),
    ("icmp", "ip"), ("echo", "echo-reply"), ("unreachable", "redirect"), ("established", "fragments"), ("le", "ge"),
    ("ssh", "telnet"), ("ssh", "all"), ("source-address", "destination-address"), ("source-port", "destination-port"),
    ("tcp-established", "is-fragment"), ("external", "internal"), ("nd-ns", "nd-na"), ("group", "local"),
    ("transport", "login"), ("set", "deactivate"), ("set", "delete"), ("access-class", "no access-class"),
    ("virtual-router", "vrf"), ("unicast", "multicast"), ("source-prefix-list", "destination-prefix-list"),
)  # fmt: skip
_TOGGLES: Mapping[str, tuple[str, ...]] = {
    word: tuple(sorted({other for pair in _OPPOSITES if word in pair for other in pair if other != word}))
    for pair in _OPPOSITES
    for word in pair
}

Change = Callable[["PlainText", int, Random], "str | None"]
"""Makes of a line (by index from 0) a wrong one, possibly several lines; None if it can't."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """The lines of one text. `set_style`: every line is a whole path. `words`: by kind, all words that occur, sorted."""

    lines: tuple[str, ...]
    set_style: bool
    words: Mapping[tuple[str, ...], tuple[str, ...]]

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the route targets and what looks like them."""
        return self.words.get(("target",), ())

    def replace(self, index: int, *lines: str) -> TextEdit:
        """Return the edit that puts these lines in a line's place."""
        return TextEdit(line=index + 1, before=(self.lines[index],), after=lines)

    def insert(self, index: int, *lines: str) -> TextEdit:
        """Return the edit that puts these lines after a line."""
        return TextEdit(line=index + 1, before=(), after=lines)

    def section(self, index: int) -> list[int]:
        """Return the lines beside a line: same section and depth; of set lines, those with the same first three words."""
        if self.set_style:
            start = self.lines[index].split()[:3]
            return [item for item, line in enumerate(self.lines) if line.split()[:3] == start]
        depth = depth_of(self.lines[index])
        first = last = index
        while first > 0 and depth_of(self.lines[first - 1]) >= depth and depth:
            first -= 1
        while last + 1 < len(self.lines) and depth_of(self.lines[last + 1]) >= depth and depth:
            last += 1
        return [item for item in range(first, last + 1) if depth_of(self.lines[item]) == depth]

    def block(self, index: int, random: Random) -> list[int]:
        """Return a line and all below it; of set lines, all that share some first words with it (three or more)."""
        if self.set_style:
            words = self.lines[index].split()
            if len(words) < 5:
                return [index]
            start = words[: random.randrange(4, len(words))]
            return [item for item, line in enumerate(self.lines) if line.split()[: len(start)] == start]
        end = index + 1
        while end < len(self.lines) and depth_of(self.lines[end]) > depth_of(self.lines[index]):
            end += 1
        return list(range(index, end))


def plain_text(text: str) -> PlainText:
    """Return a text as lines; the newline at its end ends the last line and starts none."""
    lines = tuple(text.removesuffix("\n").split("\n")) if text else ()
    found: dict[tuple[str, ...], set[str]] = {}
    for line in lines:
        words = line.split()
        for position, word in enumerate(words):
            found.setdefault(kind_of_word(words, position), set()).add(word)
    return PlainText(
        lines=lines,
        set_style=any(line.startswith("set ") for line in lines),
        words={kind: tuple(sorted(items)) for kind, items in found.items()},
    )


def depth_of(line: str) -> int:
    """Return how far a line is indented."""
    return len(line) - len(line.lstrip(" "))


def kind_of_word(words: list[str], position: int) -> tuple[str, ...]:
    """Return what a word looks like; one that looks like nothing known is like those at its place after the same word."""
    word = words[position]
    looks = (
        ("mask", _MASK), ("wildcard", _WILDCARD), ("address4", _OCTETS), ("prefix4", _PREFIX4), ("address6", _ADDRESS6),
        ("target", _TARGET),
    )  # fmt: skip
    for name, pattern in looks:
        if pattern.fullmatch(word) and not (name == "mask" and word == "0.0.0.0"):  # noqa: S104 - a mask, nothing is bound
            return (name, "prefix" if "/" in word else "") if name == "address6" else (name,)
    if word.startswith("TRUC-"):
        return ("name", word.split("-")[1])
    return ("word", words[0], words[position - 1] if position else "", str(position))


def change_number(text: PlainText, index: int, random: Random) -> str | None:
    """Return the line with one number changed: an octet, a mask, a length, a port, a tag, an AS, the last of a name."""
    pieces = re.split(r"(\s+)", text.lines[index])
    places = [
        at for at, piece in enumerate(pieces) if any(char.isdigit() for char in piece) or _ADDRESS6.fullmatch(piece)
    ]
    if not places:
        return None
    at = random.choice(places)
    pieces[at] = _other_number(pieces[at], random)
    return "".join(pieces)


def _other_number(word: str, random: Random) -> str:
    if _MASK.fullmatch(word) or _WILDCARD.fullmatch(word):
        return _other_mask(word, random)
    if _OCTETS.fullmatch(word) or _PREFIX4.fullmatch(word):
        address, slash, length = word.partition("/")
        if slash and random.random() < 0.4:
            return f"{address}/{_near(int(length), 32, random)}"
        octets = address.split(".")
        at = random.randrange(4)
        octets[at] = str(_near(int(octets[at]), 255, random))
        return ".".join(octets) + slash + length
    if _ADDRESS6.fullmatch(word):
        address, slash, length = word.partition("/")
        if slash and random.random() < 0.4:
            return f"{address}/{_near(int(length), 128, random)}"
        groups = address.split(":")
        at = random.choice([place for place, group in enumerate(groups) if group] or [0])
        groups[at] = f"{_near(int(groups[at] or '0', 16), 0xFFFF, random):x}"
        return ":".join(groups) + slash + length
    return _LAST_NUMBER.sub(lambda found: str(_near(int(found[0]), 4294967295, random)), word, count=1)


def _other_mask(word: str, random: Random) -> str:
    """Return a mask or wildcard mask one bit shorter or longer."""
    value = int.from_bytes(bytes(int(octet) for octet in word.split(".")), "big")
    wildcard = value < 1 << 31
    bits = (value if wildcard else value ^ 0xFFFFFFFF).bit_length()
    bits = min(32, max(0, bits + random.choice((-1, 1))))
    changed = (1 << bits) - 1
    return ".".join(str(octet) for octet in (changed if wildcard else changed ^ 0xFFFFFFFF).to_bytes(4, "big"))


def _near(number: int, most: int, random: Random) -> int:
    choices = {number + 1, number - 1, number * 2, number // 2, number ^ 1 << random.randrange(7)}
    return random.choice(sorted(item for item in choices if 0 <= item <= most and item != number) or [most])


def swap_word(text: PlainText, index: int, random: Random) -> str | None:
    """Return the line with one word replaced by another of its kind from elsewhere in the text."""
    pieces = re.split(r"(\s+)", text.lines[index])
    words = [piece for piece in pieces if piece.strip()]
    choices = []
    for position, word in enumerate(words):
        others = [item for item in text.words[kind_of_word(words, position)] if item != word]
        if others:
            choices.append((position, others))
    if not choices:
        return None
    position, others = random.choice(choices)
    places = [at for at, piece in enumerate(pieces) if piece.strip()]
    pieces[places[position]] = random.choice(others)
    return "".join(pieces)


def toggle_word(text: PlainText, index: int, random: Random) -> str | None:
    """Return the line with one word turned into its opposite."""
    pieces = re.split(r"(\s+)", text.lines[index])
    places = [at for at, piece in enumerate(pieces) if piece in _TOGGLES]
    if not places:
        return None
    at = random.choice(places)
    pieces[at] = random.choice(_TOGGLES[pieces[at]])
    return "".join(pieces)


def drop_word(text: PlainText, index: int, random: Random) -> str | None:
    """Return the line without one of its words; the first word of a set line stays."""
    line = text.lines[index]
    words = line.split()
    first = 1 if text.set_style else 0
    if len(words) < 2:
        return None
    del words[random.randrange(first, len(words))]
    return " " * depth_of(line) + " ".join(words)


def negate(text: PlainText, index: int, random: Random) -> str | None:
    """Return the line taken back: with `no` before it (or without the one it has), a set line deactivated."""
    line = text.lines[index]
    if text.set_style:
        return f"{line}\ndeactivate{line.removeprefix('set')}" if line.startswith("set ") else None
    body = line.lstrip(" ")
    if not body or body.startswith("!"):
        return None
    return " " * depth_of(line) + (body.removeprefix("no ") if body.startswith("no ") else f"no {body}")
