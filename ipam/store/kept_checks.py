"""The address plan that is kept, before anything is allocated over it: lines that nobody but a hand can have written (D02, D04).

The one idea: what truc writes into a lockfile agrees with itself, whatever the workspace was then. So a line that does not agree
with the lockfile's own pools was changed by hand, and is told instead of quietly mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from intents.finding import Finding, Where, make_finding
from intents.registry import Attachment, AttachmentName, Registry, UnitKey
from intents.rule_packs import report_breach, rule_on
from ipam.address_plan import AddressPlan, EntryState, Pool, PrefixEntry
from ipam.keys import (
    AttachmentOwner,
    LanKey,
    LinkKey,
    LoopbackKey,
    NoParty,
    OrganisationParty,
    OutsideKey,
    OutsideParty,
    PurposeOwner,
)
from ipam.lan_demand import class_of
from ipam.requests import MANAGEMENT

Purposes = Mapping[AttachmentName, set[str]]
MOST_NAMED = 5
_SAID = ("organisation", "purpose", "level", "unit", "registration_ref")
"""What the workspace says of an allocation, and a kept plan repeats."""


def check_kept(plan: AddressPlan, registry: Registry, on: date) -> list[Finding]:
    """Return the LANs that stand in a pool which can't have given them (D02), and lines that lack or falsify what they say (D04).

    What is quarantined may say what it said once.
    """
    pools = {pool.name: pool for pool in plan.pools}
    active = [entry for entry in plan.prefixes if entry.state is not EntryState.QUARANTINED]
    said = _purposes(active)
    findings: list[Finding] = []
    for entry in active:
        where = _where(entry, registry)
        if missing := ", ".join(_missing(entry)):
            findings.append(make_finding("TR520", where, rule=rule_on("D04", on), key=entry.key, missing=missing))
            continue
        false = tuple(_falsified(entry, said, pools, registry))
        for field, value, wanted in false:
            findings.append(
                make_finding(
                    "TR526",
                    where,
                    rule=rule_on("D04", on),
                    key=entry.key,
                    field=field,
                    said=value or "-",
                    wanted=wanted,
                )
            )
        if not false and isinstance(entry.key, LanKey) and (pool := _wrong_pool(entry, pools, registry)) is not None:
            findings.append(
                make_finding("TR525", where, rule=rule_on("D02", on), key=entry.key, prefix=entry.prefix, pool=pool)
            )
    return findings


def check_renewed(before: AddressPlan, after: AddressPlan, on: date) -> list[Finding]:
    """Return what is told of lines that say something else since (D04): the workspace was changed, or the kept plan was."""
    kept = {(entry.key, entry.prefix): entry for entry in before.prefixes if entry.state is EntryState.ACTIVE}
    changes = [
        f"{entry.key}: {', '.join(said)}"
        for entry in after.prefixes
        if entry.state is EntryState.ACTIVE
        and (known := kept.get((entry.key, entry.prefix))) is not None
        and (said := tuple(_said_otherwise(known, entry)))
    ]
    if not changes:
        return []
    once = list(dict.fromkeys(changes))  # most have a line of each family
    named = "; ".join(once[:MOST_NAMED]) + ("; …" if len(once) > MOST_NAMED else "")
    return [report_breach("D04.renewed", "TR554", Where(), on, count=len(changes), changes=named)]


def check_since(plan: AddressPlan, registry: Registry, latest: date, on: date) -> Iterator[Finding]:
    """Yield prefixes that are in use since a day that may not have come (D04): a slip, or a plan made for a later day."""
    for entry in plan.prefixes:
        if entry.state is EntryState.ACTIVE and entry.since > latest:
            values: dict[str, object] = {"name": entry.key, "field": "since", "day": entry.since}
            yield report_breach("D04.since", "TR474", _where(entry, registry), on, also=(), about="", **values)


def _said_otherwise(before: PrefixEntry, after: PrefixEntry) -> Iterator[str]:
    for name in _SAID:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{name} {old or '-'} -> {new or '-'}"


def _purposes(entries: Iterable[PrefixEntry]) -> Purposes:
    """Return the purposes that the lines of each attachment name, of its LAN and of its links."""
    found: dict[AttachmentName, set[str]] = {}
    for entry in entries:
        match entry.key:
            case LanKey(name) | LinkKey(owner=AttachmentOwner(name)):
                found.setdefault(name, set()).add(entry.purpose)
            case _:
                pass
    return found


def _where(entry: PrefixEntry, registry: Registry) -> Where:
    attachment = _attachment(entry, registry)
    return attachment.where if attachment is not None else Where()


def _attachment(entry: PrefixEntry, registry: Registry) -> Attachment | None:
    return registry.attachments.get(entry.key.attachment) if isinstance(entry.key, LanKey | OutsideKey) else None


def _missing(entry: PrefixEntry) -> Iterator[str]:
    """Yield what a LAN or an outside prefix must say and does not."""
    if not isinstance(entry.key, LanKey | OutsideKey):
        return
    said = {"purpose": entry.purpose, "unit": entry.unit, "registration_ref": entry.registration_ref}
    if not isinstance(entry.party, OutsideParty):
        said["organisation"] = entry.organisation
    if isinstance(entry.party, NoParty):
        yield "party"
    yield from (name for name, value in sorted(said.items()) if not value)


def _falsified(
    entry: PrefixEntry, said: Purposes, pools: Mapping[str, Pool], registry: Registry
) -> Iterator[tuple[str, str, str]]:
    """Yield each field whose value another field of the plan belies: field, what it says, what it must be."""
    wanted = _purpose_of(entry, said, pools, registry)
    if wanted and entry.purpose != wanted:
        yield "purpose", entry.purpose, wanted
    if isinstance(entry.party, OrganisationParty) and entry.organisation != entry.party.organisation:
        yield "organisation", entry.organisation, entry.party.organisation


def _purpose_of(entry: PrefixEntry, said: Purposes, pools: Mapping[str, Pool], registry: Registry) -> str:
    """Return the purpose that an entry must say, "" if only the entry knows.

    That of the key of infrastructure; and today's, if another line of the attachment or the LAN's own pool has it: then it
    is not the attachment that was changed.
    """
    match entry.key:
        case LoopbackKey():
            return MANAGEMENT
        case LinkKey(owner=PurposeOwner(purpose)):
            return purpose
        case LanKey(name) | LinkKey(owner=AttachmentOwner(name)) if name in registry.attachments:
            today = registry.attachments[name].purpose
            of_pool = pools[entry.pool].purpose if entry.pool in pools else ""
            return today if today in {*said.get(name, ()), of_pool} else ""
        case _:
            return ""


def _wrong_pool(entry: PrefixEntry, pools: Mapping[str, Pool], registry: Registry) -> str | None:
    """Return the pool in which a LAN lies though the plan's own pools say that it can't have been given there, or None."""
    here = next((pool for pool in pools.values() if pool.purpose and pool.prefix.covers(entry.prefix)), None)
    attachment = _attachment(entry, registry)
    if here is None or attachment is None or attachment.outside is not None:
        return None
    unit = registry.units.get(UnitKey(entry.unit))
    as_then = attachment.purpose == entry.purpose and (attachment.organisation or "") in ("", entry.organisation)
    wrong = (
        here.name != entry.pool,
        here.purpose != entry.purpose,
        unit is not None and unit.root_block != here.root_block,
        here.dedicated is not None and as_then and here.dedicated != class_of(attachment, registry),
    )
    return here.name if any(wrong) else None
