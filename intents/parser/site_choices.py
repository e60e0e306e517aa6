"""choices of a reorganisation -> what somebody decided of single sites and organisations, where no rule decides.

The one idea: the table holds exceptions only; a site of a commune that was split must stand in it, all others may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from intents.finding import Where, make_finding
from intents.parser.registry import columns_of, read_rows, read_table
from intents.reader.fields import RowFields
from intents.reader.parser_context import D11, NameKind, ParserContext
from intents.registry import UnitKey

CHOICE_COLUMNS = columns_of("kind name", "unit use")
_RULES = dict.fromkeys(CHOICE_COLUMNS, D11)


class ChosenKind(StrEnum):
    """What a choice is about."""

    SITE = "site"
    ORGANISATION = "organisation"


class SiteUse(StrEnum):
    """What a site is from the first day on."""

    SEAT = "seat"
    """Where the new unit's bodies have their main points."""
    FURTHER = "further"
    """A further point, with the decision as its justification."""
    RELEASE = "release"
    """Given up, with all that stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChoice:
    """The unit that a site or an organisation comes to, and what becomes of the site; None: as the rules say."""

    kind: ChosenKind
    name: str
    unit: UnitKey | None
    use: SiteUse | None
    where: Where


SiteChoices = Mapping[tuple[ChosenKind, str], SiteChoice]


def read_choices(path: Path, sites: Iterable[str], organisations: Iterable[str], reading: ParserContext) -> SiteChoices:
    """Read the table; findings are recorded."""
    for kind, names in ((NameKind.SITE, sites), (NameKind.ORGANISATION, organisations)):
        for name in names:
            reading.declared[kind].setdefault(name, Where())
    table = read_table(Path(), str(path), CHOICE_COLUMNS, reading)
    found: dict[tuple[ChosenKind, str], SiteChoice] = {}
    for choice in read_rows(table, _read_choice, reading).values():
        earlier = found.setdefault((choice.kind, choice.name), choice)
        if earlier is not choice:
            reading.findings.append(
                make_finding("TR201", choice.where, also=(earlier.where,), kind=choice.kind, name=choice.name)
            )
    return found


def _read_choice(fields: RowFields) -> tuple[str, SiteChoice] | None:
    kind = fields.choice("kind", ChosenKind)
    of_site = kind is ChosenKind.SITE
    name = fields.reference("name", NameKind.SITE if of_site else NameKind.ORGANISATION)
    unit, use = fields.optional("unit"), fields.optional("use")
    choice = SiteChoice(
        kind=kind,
        name=name,
        unit=UnitKey(unit) if unit else None,
        use=fields.choice("use", SiteUse) if use and of_site else None,
        where=fields.place("name"),
    )
    return (f"{choice.where.line:08}", choice) if fields.ok else None
