"""A page of rendered lines, section by section, with the harmless lines put where their section is.

Turns (section, line, refs) into `TextLine` values indented by one space a level. The one idea: a section is opened
once; when it is closed, the harmless lines that the device has in it are written, so that no line can lose its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from routing.model import LinePath, Ref
from routing.vendors.cisco_ios.layout import SECTION_END
from routing.vendors.vendor import TextLine


class TextPage:
    """Lines written so far; `harmless` are the lines to be put into their sections."""

    def __init__(self, harmless: Iterable[LinePath]) -> None:
        self._lines: list[TextLine] = []
        self._below: dict[LinePath, list[LinePath]] = {}
        self._section: LinePath = ()
        for path in harmless:
            self._below.setdefault(path[:-1], []).append(path)

    def line(self, text: str, *refs: Ref) -> None:
        """Write one line into the open section."""
        self._write((*self._section, text), refs)

    @contextmanager
    def section(self, header: str, *refs: Ref) -> Iterator[None]:
        """Write a header; what is written until the end stands below it."""
        self.line(header, *refs)
        outer = self._section
        self._section = (*outer, header)
        yield
        self._write_below(self._section)
        if header.startswith("address-family "):
            self._lines.append(TextLine(text=" " * len(outer) + SECTION_END, path=()))
        self._section = outer
        if not outer:
            self._lines.append(TextLine(text="!", path=()))

    def write_harmless(self, rest: Iterable[LinePath]) -> None:
        """Write harmless top-level lines in the order given, each with what stands below it."""
        self._below.pop((), None)
        for path in rest:
            self._write(path, ())
            self._write_below(path)

    def finish(self) -> tuple[TextLine, ...]:
        """Return the page; ValueError if a harmless line's section was never written."""
        lost = sorted(path for paths in self._below.values() for path in paths)
        if lost:
            raise ValueError(f"harmless line stands in a section that the device does not have: {lost[0]}")
        return tuple(self._lines)

    def _write(self, path: LinePath, refs: tuple[Ref, ...]) -> None:
        # Only a banner has several lines; all but its first stand at the margin.
        first, *rest = path[-1].split("\n") if "\n" in path[-1] else (path[-1],)
        self._lines.append(TextLine(" " * (len(path) - 1) + first, path, refs))
        self._lines.extend(TextLine(line, path, refs) for line in rest)

    def _write_below(self, section: LinePath) -> None:
        for path in self._below.pop(section, ()):
            self._write(path, ())
            self._write_below(path)
            if path[-1].startswith("address-family "):
                self._lines.append(TextLine(text=" " * (len(path) - 1) + SECTION_END, path=()))
