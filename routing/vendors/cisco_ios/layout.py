"""The layout of an IOS-XE configuration: lines, sections by indentation, banners; text to paths and back.

The one idea: a line belongs to the nearest line above it that is indented less, but for an address family: the device leaves it
by command alone (IOS-GRAM-09). Comments (`!`), blank lines, what the show command adds (`Building configuration...`, `end`) and
section ends (`exit-address-family`) are not configuration and have no path. A banner is one path element, newlines included,
because its body is not commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from intents.reason import Reason, because
from routing.model import LinePath

LONGEST_LINE = 4096
LONGEST_BANNER = 200  # lines; what is longer is no banner, and can't hide the lines after it
_DEEPEST = 12  # levels of sections; a hostile staircase would cost the square of its depth
SECTION_END = "exit-address-family"
_FAMILY = "address-family"

# Characters that str.split takes for spaces, or that a terminal hides, while the device does not.
STRANGE = re.compile(
    "[\x00-\x02\x04-\x08\x0b-\x1f\x7f-\xa0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
)
_NOISE = ("Building configuration", "Current configuration", "Load for ", "Time source is ")
_BANNER_KINDS = ("motd", "login", "exec", "incoming", "prompt-timeout", "slip-ppp")


class Section(NamedTuple):
    """A top-level line at `start` with what stands below it, up to `end` (indexes from 0, end excluded)."""

    start: int
    end: int


class Banner(NamedTuple):
    """A banner: index after its last line, its whole text, and why it can't be trusted (None if it can)."""

    end: int
    text: str
    fault: Reason | None


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, line ends (also CRLF) removed."""
    return text.replace("\r\n", "\n").split("\n") if "\r" in text else text.split("\n")


def strange_lines(text: str, lines: list[str]) -> dict[int, Reason]:
    """Return the indexes of lines that no device would take as they look, with the reason."""
    found: dict[int, Reason] = {}
    if len(text) > LONGEST_LINE and max(map(len, lines)) > LONGEST_LINE:
        found.update((i, because("line_too_long")) for i, line in enumerate(lines) if len(line) > LONGEST_LINE)
    if STRANGE.search(text) is not None:
        found.update((i, because("invisible_character")) for i, line in enumerate(lines) if STRANGE.search(line))
    return found


def is_noise(line: str) -> bool:
    """Return whether a top-level line is not configuration but something that the show command prints."""
    return line.startswith(_NOISE)


def sections(lines: list[str]) -> Iterator[Section]:
    """Yield the top-level lines with what is indented below them; the lines of a banner are one section."""
    starts = [index for index, line in enumerate(lines) if line and line[0] not in " \t!"]
    first = next((i for i, line in enumerate(lines) if _is_configuration(line)), None)
    if first is not None and (not starts or first < starts[0]):
        starts.insert(0, first)
    done = 0
    for position, start in enumerate(starts):
        if start < done:
            continue
        if lines[start].startswith("banner "):
            banner = banner_at(lines, start)
            if banner is not None and banner.end > start + 1:
                done = banner.end
                yield Section(start, done)
                following = next((i for i in starts[position:] if i >= done), len(lines))
                first = next((i for i in range(done, following) if _is_configuration(lines[i])), None)
                if first is not None:
                    yield Section(first, following)
                continue
        yield Section(start, starts[position + 1] if position + 1 < len(starts) else len(lines))


def _is_configuration(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("!")


def banner_start(line: str) -> tuple[str, int] | None:
    """Return the delimiter of a banner and where its text starts, if the line starts one."""
    words = line.split(None, 2)
    if len(words) != 3 or words[1] not in _BANNER_KINDS:
        return None
    delimiter = "^C" if words[2].startswith("^C") else words[2][0]
    return delimiter, len(line) - len(words[2]) + len(delimiter)


def banner_at(lines: list[str], start: int) -> Banner | None:
    """Return the banner that starts at an index; None if there is none, or it never ends (and hides nothing)."""
    opened = banner_start(lines[start])
    if opened is None:
        return None
    delimiter, at = opened
    body = lines[start][at:]
    index = start
    while delimiter not in body:
        index += 1
        if index == len(lines) or index > start + LONGEST_BANNER:
            return None
        body = lines[index]
    text = "\n".join(line.rstrip() for line in lines[start : index + 1])
    return Banner(index + 1, text, _banner_fault(text.split(None, 2)[2][len(delimiter) :], delimiter))


def _banner_fault(body: str, delimiter: str) -> Reason | None:
    if not body.endswith(delimiter):
        return because("banner_goes_on")
    if delimiter == "^C" and body.count("^") != 1:
        return because("banner_end_unsure")
    return None


def nested(lines: list[str], section: Section) -> Iterator[tuple[int, LinePath]]:
    """Yield index and path of every configuration line of a section, its header first."""
    header = lines[section.start].strip()
    yield section.start, (header,)
    stack: list[tuple[int, LinePath]] = [(0, (header,))]
    for index in range(section.start + 1, section.end):
        raw = lines[index]
        text = raw.strip()
        if not text or text[0] == "!":
            continue
        indent = len(raw) - len(raw.lstrip())
        while len(stack) > 1 and (stack[-1][0] >= indent or len(stack) > _DEEPEST) and _is_left(stack[-1][1][-1], text):
            stack.pop()
        if text == SECTION_END:
            _leave_family(stack)
            continue
        path = (*stack[-1][1], text)
        stack.append((indent, path))
        yield index, path


def _is_left(opened: str, line: str) -> bool:
    """Return whether a line that is indented no deeper than an open one is not below it: an address family stays open until it is
    left, or another one is opened (IOS-GRAM-09)."""
    return not opened.startswith(_FAMILY) or line.startswith(_FAMILY)


def _leave_family(stack: list[tuple[int, LinePath]]) -> None:
    """Close the innermost address family: IOS goes by the command, whatever its indentation."""
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth][1][-1].startswith(_FAMILY):
            del stack[depth:]
            return


@lru_cache(maxsize=16)  # the few texts of the device that is being worked on are asked again and again
def paths(text: str) -> tuple[LinePath, ...]:
    """Return the path of every configuration line of a text, in order."""
    return tuple(path for _, path in numbered_paths(text))


def numbered_paths(text: str) -> Iterator[tuple[int, LinePath]]:
    """Yield number (from 1) and path of every configuration line of a text, in order; a banner has that of its first line."""
    lines = split_lines(text)
    for section in sections(lines):
        header = lines[section.start]
        banner = banner_at(lines, section.start) if header.startswith("banner ") else None
        if banner is not None and section.end >= banner.end:
            yield section.start + 1, (banner.text,)
            is_plain = False
        else:
            is_plain = not is_noise(header) and header.rstrip() != "end"
        for index, path in nested(lines, section):
            if is_plain or (len(path) > 1 and (banner is None or index >= banner.end)):
                yield index + 1, path


def text(found: Iterable[LinePath]) -> str:
    """Return the text that consists of these paths, sections merged, in first-seen order, one space per level."""
    tree = _Tree()
    for path in found:
        level = tree
        for line in path:
            level = level.setdefault(line, _Tree())
    return "".join(f"{line}\n" for line in _branch(tree, 0))


class _Tree(dict[str, "_Tree"]):
    """Lines with what stands below each."""


def _branch(tree: _Tree, depth: int) -> Iterator[str]:
    for line, below in tree.items():
        yield " " * depth + line
        yield from _branch(below, depth + 1)
        if line.startswith("address-family "):
            yield " " * depth + SECTION_END
