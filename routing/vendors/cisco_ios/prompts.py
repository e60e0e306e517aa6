"""Commands that ask back, and those that take the lines below them as their own text: whatever stands below is not a command.

The one idea: such a line is no part of a text that is entered line by line; the device takes the next lines for the answer
(IOS-GRAM-10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from routing.model import LinePath
from routing.vendors.cisco_ios.layout import Section

_ASKING = re.compile(
    r"no service password-recovery|key config-key password-encrypt.*|license accept .*|no username .*"
    r"|crypto key (?:generate|zeroize) .*|crypto pki (?:authenticate|enroll|import) .*|no crypto pki trustpoint .*"
)


def asks_back(path: LinePath) -> bool:
    """Return whether the device answers a line with a question."""
    return len(path) == 1 and _ASKING.fullmatch(" ".join(path[0].split())) is not None


def open_certificates(lines: Sequence[str], section: Section) -> Iterator[int]:
    """Yield the indexes of certificates without `quit`: they take all lines that follow (IOS-GRAM-05)."""
    opened: int | None = None
    for index in range(section.start + 1, section.end):
        words = lines[index].split()
        if words[:1] == ["certificate"]:
            if opened is not None:
                yield opened
            opened = None if words[-1].startswith("nvram:") else index
        elif words[-1:] == ["quit"]:
            opened = None
    if opened is not None:
        yield opened
