"""A text as somebody captured it -> the configuration in it, what was stripped from its edges, and its platform.

The one idea: lines stay where they are (what is stripped is left empty), so that line numbers are those of the file; and what is
stripped is told. Only what surely is no configuration goes: prompts and what a show command prints at the edges, and what a pager
and a terminal leave in lines. A line that may have been cut at the terminal's width is named, never joined: it could be joined
wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from routing.vendors import VENDORS


class Edge(StrEnum):
    """What is no configuration in a captured text."""

    PROMPT = "prompt"
    HEADER = "header"
    PAGER = "pager"
    CARRIAGE_RETURN = "carriage-return"
    ESCAPE = "escape"
    OTHER_OUTPUT = "other-output"
    """What other commands printed before or after the configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrippedEdge:
    """One kind of what was stripped, and from which lines (numbers from 1)."""

    edge: Edge
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedText:
    """The configuration in a captured text, line by line as in the file.

    `wrapped`: lines that may have been cut at `width` columns. `prompt`: the name in the prompt that was stripped ("" if none).
    `several`: the prompts of further configurations in the same file.
    """

    text: str
    stripped: tuple[StrippedEdge, ...]
    wrapped: tuple[int, ...] = ()
    width: int = 0
    prompt: str = ""
    several: tuple[str, ...] = ()


_PROMPT = re.compile(
    r"^(?P<prompt>(?:[\w.-]+@)?(?P<name>[A-Za-z][\w.-]{0,62})(?:\([\w./ -]+\))?[#>%])(?:\s.*|[a-z].*)?$"
)
_SHOW = re.compile(r"[#>]\s*(?:do\s+)?sh(?:o|ow)?\s+(?:run|start|conf)\S*(?:\s.*)?$")
_HEADER = re.compile(
    r"^(?:Building configuration|Current configuration|Load for |Time source is |Using \d+ out of \d+ bytes|Startup configuration"
    r"|\{(?:master|primary|secondary|backup|linecard)[^}]*\}\s*$|\[edit[^\]]*\]\s*$|terminal (?:length|width) \d+"
    r"|Connection (?:to|closed)"
    r"|(?:show|sh) (?:run|conf)\S*(?:\s.*)?$|exit\s*$|logout\s*$|quit\s*$)"
)
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PAGER = re.compile(r" ?-{2,3} ?\(?[Mm]ore(?: ?\d+%)?\)? ?-{2,3} ?(?:\x08+(?: +\x08+)?|\r(?: +\r)?)*")
_WIDTHS = (80, 100, 120, 132)


def tidy(raw: str) -> CapturedText:
    """Return the configuration in a captured text."""
    found: dict[Edge, list[int]] = {}
    lines = [_tidy_line(number, line, found) for number, line in enumerate(raw.split("\n"), start=1)]
    several = _cut_out(lines, found)
    prompt = _strip_edge(lines, range(len(lines)), found)
    prompt = _strip_edge(lines, range(len(lines) - 1, -1, -1), found) or prompt
    width, wrapped = _wrapped(lines)
    return CapturedText(
        text="\n".join(lines),
        stripped=tuple(
            StrippedEdge(edge=edge, lines=tuple(sorted(set(found[edge])))) for edge in Edge if edge in found
        ),
        wrapped=wrapped,
        width=width,
        prompt=prompt,
        several=several,
    )


def _tidy_line(number: int, line: str, found: dict[Edge, list[int]]) -> str:
    """Return a line without what a terminal left in it."""
    if "\x1b" in line:
        line = _note(Edge.ESCAPE, number, line, _ESCAPE.sub("", line), found)
    if "ore" in line and "--" in line:
        line = _note(Edge.PAGER, number, line, _PAGER.sub("", line), found)
    return _note(Edge.CARRIAGE_RETURN, number, line, line.rstrip("\r"), found) if line.endswith("\r") else line


def _note(edge: Edge, number: int, before: str, after: str, found: dict[Edge, list[int]]) -> str:
    if before != after:
        found.setdefault(edge, []).append(number)
    return after


def _cut_out(lines: list[str], found: dict[Edge, list[int]]) -> tuple[str, ...]:
    """Empty what other commands printed around the one that shows the configuration; return the prompts of other devices."""
    shows = [index for index, line in enumerate(lines) if _is_show(line)]
    if not shows:
        return ()
    start, prompt = shows[0], _prompt_of(lines[shows[0]])
    others = dict.fromkeys(_prompt_of(lines[index]) for index in shows)
    after = range(start + 1, len(lines))
    end = next((i for i in after if lines[i].startswith(prompt) and _PROMPT.match(lines[i])), len(lines))
    for index in (*range(start), *range(end, len(lines))):
        if lines[index].strip():
            edge = Edge.PROMPT if lines[index].strip() == prompt else Edge.OTHER_OUTPUT
            found.setdefault(edge, []).append(index + 1)
            lines[index] = ""
    return tuple(name for name in others if name != prompt)


def _is_show(line: str) -> bool:
    return ("#" in line or ">" in line) and _SHOW.search(line) is not None and _PROMPT.match(line) is not None


def _prompt_of(line: str) -> str:
    match = _PROMPT.match(line)
    return "" if match is None else match["prompt"]


def _strip_edge(lines: list[str], order: range, found: dict[Edge, list[int]]) -> str:
    """Empty prompts and headers from one end on, up to the first line that is something else; return the prompt's name."""
    name = ""
    for index in order:
        line = lines[index].rstrip()
        if not line or line.startswith("!"):
            continue
        match = _PROMPT.match(line)
        if match is not None and not line.startswith("#"):
            found.setdefault(Edge.PROMPT, []).append(index + 1)
            name = match["name"]
        elif _HEADER.match(line):
            found.setdefault(Edge.HEADER, []).append(index + 1)
        else:
            break
        lines[index] = ""
    return name


def _wrapped(lines: list[str]) -> tuple[int, tuple[int, ...]]:
    """Return the width of the terminal if lines may have been cut there, and these lines (numbers from 1).

    They may if the longest lines have exactly a usual width, and what stands at the left edge below them starts no statement.
    """
    width = max(map(len, lines))
    if width not in _WIDTHS:
        return 0, ()
    cut = tuple(_cut_lines(lines, width))
    return (width, cut) if cut else (0, ())


def _cut_lines(lines: list[str], width: int) -> Iterator[int]:
    for index, line in enumerate(lines[:-1]):
        if len(line) == width and _goes_on(lines[index + 1]):
            yield index + 1


def _goes_on(below: str) -> bool:
    """Return whether a line may be the rest of the one above it."""
    starts = below.startswith((" ", "\t", "!", "#", "}")) or below.strip() in ("", "end")
    return not starts and all(vendor.captured_forms().signs.match(below) is None for vendor in VENDORS.values())


def recognise(text: str) -> str | None:
    """Return the platform whose texts look like this one, None if none or several do."""
    marks = {
        name: sum(1 for _ in vendor.captured_forms().signs.finditer(text))
        for name, vendor in VENDORS.items()
        if vendor.captured_forms().strangers.search(text) is None
    }
    best = max(marks.values(), default=0)
    likely = [name for name, count in marks.items() if count == best]
    return likely[0] if best and len(likely) == 1 else None
