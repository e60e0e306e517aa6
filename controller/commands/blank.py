"""`truc init --empty`: the files of a workspace of one's own, with nothing in it but what to write where.

The one idea: each file is a text of its language with marks (`@category@`) for what the code knows: closed lists and bounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from controller.commands.closed_lists import CLOSED_LISTS
from intents.parser.settings import FIRST_PRIVATE_ASN, LAST_PRIVATE_ASN
from intents.parser.systems import MOST_PURPOSES

BLANK = Path(__file__).resolve().parent.parent / "blank"
_MARK = re.compile(r"@([a-z_]+)@")


def blank_files(language: str, on: date) -> dict[Path, bytes]:
    """Return the files by their path in the workspace: comments in that language, examples from that day on."""
    folder = BLANK / language
    known = _marks(on)
    return {
        path.relative_to(folder): _MARK.sub(lambda mark: known[mark[1]], path.read_text(encoding="utf-8")).encode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _marks(on: date) -> Mapping[str, str]:
    return {
        **{name: ", ".join(values) for name, values in CLOSED_LISTS.items()},
        "today": on.isoformat(),
        "most_purposes": str(MOST_PURPOSES),
        "first_asn": str(FIRST_PRIVATE_ASN),
        "last_asn": str(LAST_PRIVATE_ASN),
    }
