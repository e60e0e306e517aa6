"""A path -> whether a journal may stand there, said before anything is opened.

The one idea: a journal is a regular file with one name. A device takes what is written and keeps nothing, or never ends; behind a
link it would have a second name, with another lock and other texts beside it.
"""

from __future__ import annotations

import stat
from pathlib import Path

from intents.finding import FindingsError, Where, make_finding
from intents.reason import because


def check_place(path: Path, *, writing: bool) -> None:
    """FindingsError if something stands at a path that is no file for a journal. `writing`: a link to one is none, either."""
    try:
        mode = (path.lstat() if writing else path.stat()).st_mode
    except OSError:  # not there yet, or not to be looked at: opening it says so
        return
    if stat.S_ISREG(mode):
        return
    reason = because("journal_link", target=path.readlink()) if stat.S_ISLNK(mode) else because("not_a_regular_file")
    raise FindingsError([make_finding("TR977", Where(file=str(path)), file=path, reason=reason)])
