"""A configuration of IOS-XE as a made-up device keeps it: blocks of lines, printed in one order however they came.

The one idea: a line is kept in a slot; two lines with one slot can't both stand. What a line does to the slots is in
`tests/device_ios_edit.py`; printing follows Cisco's rules for configuration files (one space per mode, `!` between blocks).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import lru_cache

from tests.device_ios_words import NEIGHBOR, ORDER
from tests.device_state import Config

_NUMBERS = re.compile(r"(\d+)")
NUMBERED = frozenset(("acl4", "acl4-standard", "acl6", "prefix-list"))


class Block:
    """A command with the lines below it: slot -> line, or block within the block. A list without a head is one command a line."""

    __slots__ = ("_text", "head", "lines", "mode")

    def __init__(self, head: str, mode: str) -> None:
        self.head = head
        self.mode = mode
        self.lines: dict[str, str | Block] = {}
        self._text: str | None = None

    def touch(self) -> None:
        self._text = None

    def copy(self) -> Block:
        twin = Block(self.head, self.mode)
        twin.lines = {key: line if isinstance(line, str) else line.copy() for key, line in self.lines.items()}
        twin._text = self._text
        return twin

    def text(self, indent: str) -> str:
        """Return head and lines, each line with its break; remembered until something within is touched."""
        if self._text is None:
            self._text = "".join(self._rows(indent))
        return self._text

    def _rows(self, indent: str) -> Iterator[str]:
        inner = indent + " " if self.head else indent
        if self.head:
            yield f"{indent}{self.head}\n"
        for line in self._sorted():
            yield f"{inner}{line}\n" if isinstance(line, str) else line.text(inner)
        if self.mode in {"vrf-family", "bgp-family"}:
            yield f"{indent}exit-address-family\n"

    def _sorted(self) -> list[str | Block]:
        if self.mode in NUMBERED:
            return [self.lines[key] for key in sorted(self.lines, key=_number)]
        if self.mode in {"router", "other", "access-list"}:
            return list(self.lines.values())
        lines = list(self.lines.values())
        if self.mode in {"interface", "subinterface"} and not any(key.startswith("ip address") for key in self.lines):
            lines.append("no ip address")
        return sorted(lines, key=lambda line: place_of(self.mode, line if isinstance(line, str) else line.head))


def _number(key: str) -> int:
    return int(key) if key.isdigit() else -1


@lru_cache(maxsize=8192)
def place_of(mode: str, line: str) -> tuple[int, list[str | int]]:
    """Return where a line is printed within a mode: by the table, then by its words, numbers as numbers."""
    order = ORDER.get(mode, ())
    words = line.split()
    rank = len(order)
    for count in (3, 2, 1):
        start = " ".join(words[:count])
        if start in order:
            rank = order.index(start)
            break
    rest = [int(part) if at % 2 else part for at, part in enumerate(_NUMBERS.split(line))]
    if words[0] == "neighbor" and len(words) > 2:
        attribute = NEIGHBOR.index(words[2]) if words[2] in NEIGHBOR else len(NEIGHBOR)
        address = [int(part) if at % 2 else part for at, part in enumerate(_NUMBERS.split(words[1]))]
        return rank, [*address, attribute, *rest]  # the pieces of a split are words at even places, numbers at odd ones
    return rank, rest


Lines = dict[str, "str | Block"]


class IosConfig:
    """Running, startup or a file of a device; what is `read` is read when it is first asked for."""

    def __init__(self, read: Callable[[], Lines] | None = None) -> None:
        self._read = read
        self._lines: Lines | None = None if read else {}
        self._keys: list[str] = []
        self._printed: list[str] = []
        self.deleting: dict[str, float] = {}  # VRF -> until when its deletion goes on

    @property
    def lines(self) -> Lines:
        if self._lines is None:
            assert self._read is not None
            self._lines = self._read()
        return self._lines

    @lines.setter
    def lines(self, lines: Lines) -> None:
        self._lines = lines

    def copy(self) -> IosConfig:
        if self._lines is None:
            return IosConfig(self._read)
        twin = IosConfig()
        twin._keys, twin._printed = self._keys, self._printed
        twin.lines = {key: line if isinstance(line, str) else line.copy() for key, line in self.lines.items()}
        return twin

    def blocks(self) -> tuple[str, ...]:
        return tuple(self._text_of(key) for key in self._order())

    def _order(self) -> list[str]:
        """Return the slots as they are printed; sorted anew only when there are others."""
        keys = list(self.lines)
        if keys != self._keys:
            self._keys, self._printed = keys, sorted(keys, key=lambda key: place_of("global", key))
        return self._printed

    def _text_of(self, key: str) -> str:
        line = self.lines[key]
        if isinstance(line, str):
            return f"{line}\n"
        return f"{line.text('')}!\n" if line.head else line.text("")

    def text(self) -> str:
        return "".join(self.blocks())

    def shown(self) -> str:
        """Return what `show running-config` prints."""
        body = f"!\n! Last configuration change at 08:00:00 ICT Mon Nov 30 2026 by truc\n!\nversion 17.12\n{self.text()}end\n"
        return f"Building configuration...\n\nCurrent configuration : {len(body.encode())} bytes\n{body}\n"

    @property
    def hostname(self) -> str:
        line = self.lines.get("hostname", "hostname Router")
        return line.split()[1] if isinstance(line, str) else ""

    def in_deletion(self, vrf: str) -> bool:
        return time.monotonic() < self.deleting.get(vrf, 0)

    def block(self, key: str) -> Block | None:
        found = self.lines.get(key)
        return found if isinstance(found, Block) else None

    def interfaces(self, vrf: str | None = None) -> list[Block]:
        """Return all interfaces, or those in one VRF."""
        every = [line for line in self.lines.values() if isinstance(line, Block) and line.mode.endswith("interface")]
        return [one for one in every if vrf is None or one.lines.get("vrf forwarding") == f"vrf forwarding {vrf}"]

    def way_back(self, before: Config, /) -> Iterator[tuple[Config, str]]:
        """Yield the steps of `configure replace`: what is new goes, then what was there comes, block by block."""
        assert isinstance(before, IosConfig)
        now = self.copy()
        for key in [key for key in self._order() if key not in before.lines]:
            del now.lines[key]
            yield now.copy(), f"no {key}"
        for key in before._order():
            if before._text_of(key) != (now._text_of(key) if key in now.lines else ""):
                old = before.lines[key]
                now.lines[key] = old if isinstance(old, str) else old.copy()
                yield now.copy(), key
