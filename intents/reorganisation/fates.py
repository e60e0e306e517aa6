"""What becomes of each organisation, site and attachment of a registry when its units are drawn anew.

The one idea: every one of them has exactly one fate, and the fate says all that changes; who has a name keeps it wherever it
may, for addresses and texts hang on names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.registry import AttachmentName, ConnectionKind, OrganisationName, SiteName, UnitKey


class FateKind(StrEnum):
    """What becomes of a thing."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    """It goes on in another unit."""
    RENAMED = "renamed"
    """It goes on in another unit, under another name."""
    MERGED = "merged"
    """An organisation whose part another one takes over."""
    ENDED = "ended"


class FateGround(StrEnum):
    """Why a thing has its fate."""

    UNTOUCHED = "untouched"
    UNIT = "unit"
    """Its unit is followed by another."""
    SEAT = "seat"
    FURTHER = "further"
    """A further point of the organisation that took over."""
    ABOLISHED = "abolished"
    """Nothing follows its unit."""
    EMPTY = "empty"
    """All that stood at the site ended."""
    RELEASED = "released"
    """The rule for others than the seat gives it up."""
    CHOSEN = "chosen"
    ROOT_BLOCK = "root-block"
    """Its site came into another root block."""


class PrefixAction(StrEnum):
    """What becomes of a prefix: it is kept, given back for another one, or given back."""

    KEEP = "keep"
    RENUMBER = "renumber"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFate:
    """`name`, `title` and `unit` are those of the organisation that goes on (or takes over); "" and None if none does."""

    kind: FateKind
    ground: FateGround
    name: OrganisationName
    title: str
    unit: UnitKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFate:
    """`unit`: where it stands from the first day on, None if it ends."""

    kind: FateKind
    ground: FateGround
    unit: UnitKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFate:
    """Fields of its row from the first day on. `renumbered`: it gives its addresses back and gets others."""

    kind: FateKind
    ground: FateGround
    name: AttachmentName
    organisation: OrganisationName
    connection: ConnectionKind
    justification_ref: str
    renumbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """The fate of everything that there was on the last day, by its name then; `seats`: the old unit at whose site each new unit
    has its seat; `leaving`: sites that come into another root block."""

    organisations: Mapping[OrganisationName, OrganisationFate]
    sites: Mapping[SiteName, SiteFate]
    attachments: Mapping[AttachmentName, AttachmentFate]
    seats: Mapping[UnitKey, UnitKey]
    leaving: frozenset[SiteName] = frozenset()
