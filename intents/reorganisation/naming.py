"""How things are called when the unit that they are named after is called otherwise.

The one idea: a name changes only where the old unit's name stands in it, and never into one that anything else has or had: a name
that comes back would bring another one's addresses with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from intents.reader.conversions import NAME
from intents.registry import AdministrativeUnit


def plain_name(text: str) -> str:
    """Return a name in plain lower-case letters joined by hyphens."""
    parts = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(char for char in parts if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def name_after(name: str, old: AdministrativeUnit, new: AdministrativeUnit, taken: Collection[str]) -> str:
    """Return an identifier that follows its unit's name; as it was if the unit's name is not in it, or no free one is left."""
    was, now = plain_name(old.name), plain_name(new.name)
    if not re.search(rf"(?:^|-){re.escape(was)}(?:-|$)", name):
        return name
    wanted = name.removesuffix(f"-{old.code}").replace(was, now, 1)
    if wanted == name:
        return name
    for candidate in (wanted, f"{wanted}-{new.code}"):
        if candidate not in taken and NAME.fullmatch(candidate):
            return candidate
    return name


def title_after(title: str, old: AdministrativeUnit, new: AdministrativeUnit) -> str:
    """Return words in which the old unit's name is the new one's, its first letter as large as it was."""
    at = title.casefold().find(old.name.casefold())
    if at < 0 or len(title) != len(title.casefold()):
        return title
    name = new.name if title[at].isupper() else new.name[0].lower() + new.name[1:]
    return title[:at] + name + title[at + len(old.name) :]


def free_name(name: str, suffix: str, taken: Collection[str]) -> str:
    """Return a name that nothing has or had, as near to this one as can be."""
    endings = (f"-{suffix}", *(f"-{suffix}-{number}" for number in range(2, 100)))
    most = 48
    return next(found for end in endings if (found := name[: most - len(end)].rstrip("-") + end) not in taken)
