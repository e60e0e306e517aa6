"""Findings -> the same findings with the source line that each is about.

The one idea: lines are fetched only when there is something to show, from the file itself, so that no reader has to keep
its text.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from intents.finding import Finding
from intents.reader.csv_reader import MAXIMUM_LINE
from intents.reader.table_source import open_table


def add_excerpts(folder: Path, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with their source lines, as far as those can be read; files are named relative to `folder`."""
    kept = tuple(findings)
    wanted: dict[str, set[int]] = defaultdict(set)
    for finding in kept:
        if finding.where.line and not finding.excerpt:
            wanted[finding.where.file].add(finding.where.line)
    lines = {file: _read_lines(folder / file, file, numbers) for file, numbers in wanted.items()}
    return tuple(
        replace(item, excerpt=item.excerpt or lines.get(item.where.file, {}).get(item.where.line, "")) for item in kept
    )


def _read_lines(path: Path, shown: str, numbers: set[int]) -> dict[int, str]:
    opened = open_table(path, shown)
    if isinstance(opened, Finding):
        return {}
    found: dict[int, str] = {}
    last = max(numbers)
    with opened.file as file:
        for number in range(1, last + 1):
            content = file.readline(MAXIMUM_LINE)
            if number in numbers:
                content = content.removeprefix(b"\xef\xbb\xbf") if number == 1 else content
                found[number] = _decode(content.rstrip(b"\r\n"))
            if not content.endswith(b"\n"):
                break
    return found


def _decode(content: bytes) -> str:
    """Return a line as people meant it: in UTF-8, or in the code page that spreadsheets here save in."""
    try:
        line = content.decode("utf-8")
    except UnicodeDecodeError:
        line = content.decode("cp1258", "replace")
    return unicodedata.normalize("NFC", line)
