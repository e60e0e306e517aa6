"""The public templates of show commands (ntc-templates, by TextFSM): an answer -> rows of words.

The one idea: whoever knows what a row means says which template reads it; here is only the library, and no template of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from ntc_templates.parse import (  # type: ignore[import-untyped]  # it has no types
    ParsingException,
    parse_output,
)
from textfsm import TextFSMError  # type: ignore[import-untyped]  # as above

from intents.reason import because
from routing.vendors.device_tables import MOST_ROWS, Templates, UnreadTableError


def templates_of(platform: str) -> Templates:
    """Return what reads answers of a platform; it raises UnreadTableError for an answer that its template refuses."""
    return partial(_rows, platform)


def _rows(platform: str, command: str, answer: str) -> Sequence[Mapping[str, str]]:
    try:
        found = parse_output(platform=platform, command=command, data=answer)
    except (ParsingException, TextFSMError) as error:
        raise UnreadTableError(because("table_no_template")) from error
    if len(found) > MOST_ROWS:
        raise UnreadTableError(because("table_too_large", limit=MOST_ROWS))
    return cast("Sequence[Mapping[str, str]]", found)
