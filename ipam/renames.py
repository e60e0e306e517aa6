"""A plan with yesterday's names -> the same plan with today's, so that what is only called otherwise keeps what it has.

The one idea: an entry's key says what it is for, so a rename is a change of keys before anything is compared or allocated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from intents.finding import Finding, Severity, Where, make_finding
from intents.reader.parser_context import NameKind
from intents.reader.suggestions import suggest
from intents.registry import (
    AttachmentName,
    ConnectionKind,
    Registry,
)
from ipam.address_plan import AddressPlan, EntryState, NumberEntry, Pool, PrefixEntry, number_order, prefix_order
from ipam.inventory import Inventory, Role
from ipam.key_names import Naming, name_number_key, name_party, name_prefix_key, name_scope
from ipam.keys import (
    LanKey,
    LinkKey,
    LoopbackKey,
    NoParty,
    OrganisationParty,
    OutsideKey,
    OutsideParty,
    Party,
    PurposeOnDevice,
    PurposeOwner,
    SystemParty,
)

Names = Mapping[NameKind, Mapping[str, str]]
"""By kind, today's name of each earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """One object that had other names before: latest first; `has_entries`: whether the plan must know it by some name;
    `derived`: it is called so because something else is."""

    kind: NameKind
    name: str
    before: tuple[str, ...]
    where: Where
    has_entries: bool = True
    derived: bool = False


def renamed_objects(registry: Registry, inventory: Inventory) -> Iterator[Renamed]:
    """Yield everything that says how it was called before; a system's or outside network's attachment goes with it."""
    for organisation in registry.organisations.values():
        name, before, where = organisation.name, organisation.renamed_from, organisation.where
        yield Renamed(kind=NameKind.ORGANISATION, name=name, before=before, where=where, has_entries=False)
    for system in registry.systems.values():
        yield from _with_attachment(NameKind.SYSTEM, "system", system.name, system.renamed_from, system.where)
    for outside in registry.outside_networks.values():
        yield from _with_attachment(
            NameKind.OUTSIDE_NETWORK, "outside", outside.name, outside.renamed_from, outside.where
        )
    for purpose in registry.purposes.values():
        yield Renamed(kind=NameKind.PURPOSE, name=purpose.name, before=purpose.renamed_from, where=purpose.where)
    for attachment in registry.attachments.values():
        if attachment.organisation is not None:
            yield Renamed(
                kind=NameKind.ATTACHMENT,
                name=attachment.name,
                before=attachment.renamed_from,
                where=attachment.where,
                has_entries=attachment.connection is not ConnectionKind.VIA_LAN,
            )
    for device in inventory.devices.values():
        ours, before = device.role is not Role.LEVEL1_CPE, device.renamed_from
        yield Renamed(kind=NameKind.DEVICE, name=device.name, before=before, where=device.where, has_entries=ours)
    for channel in inventory.channels.values():
        before = channel.renamed_from
        yield Renamed(kind=NameKind.CHANNEL, name=channel.name, before=before, where=channel.where)


def _with_attachment(kind: NameKind, word: str, name: str, before: tuple[str, ...], where: Where) -> Iterator[Renamed]:
    yield Renamed(kind=kind, name=name, before=before, where=where)
    names = tuple(f"{word}-{item}" for item in before)
    yield Renamed(
        kind=NameKind.ATTACHMENT, name=f"{word}-{name}", before=names, where=where, has_entries=False, derived=True
    )


def rename_plan(
    plan: AddressPlan, registry: Registry, inventory: Inventory
) -> tuple[AddressPlan, int, tuple[Finding, ...]]:
    """Return a plan with today's names, how many things it knew by other ones, and notes about lines that rename nothing."""
    known = names_in(plan)
    names: dict[NameKind, dict[str, str]] = {kind: {} for kind in NameKind}
    findings: list[Finding] = []
    count = 0
    today = {(item.kind, item.name) for item in renamed_objects(registry, inventory)}
    for item in renamed_objects(registry, inventory):
        if not item.before:
            continue
        there = known[item.kind]
        former = next((name for name in item.before if name in there), None)
        if item.name not in there and former is not None:
            names[item.kind][former] = item.name
            count += not item.derived
        elif (meant := _meant(item, there, today)) or (item.has_entries and (plan.prefixes or plan.numbers)):
            findings.append(_idle(item, done=item.name in there, meant=meant))
    return (_with_names(plan, names) if count else plan), count, tuple(findings)


def _meant(item: Renamed, there: set[str], today: set[tuple[NameKind, str]]) -> str:
    """Return the name of a thing that is gone which a misspelt earlier name is close to, "" if there is none."""
    if item.derived or item.name in there:
        return ""
    gone = sorted(there - {name for kind, name in today if kind is item.kind})
    return next((found for name in item.before if (found := suggest(name, gone))), "")


def _idle(item: Renamed, *, done: bool, meant: str) -> Finding:
    """Return that a line renames nothing: it has done so already, or there was nothing of that name."""
    before, warning = ", ".join(item.before), Severity.WARNING
    if done:
        return make_finding("TR551", item.where, severity=Severity.INFO, kind=item.kind, name=item.name, before=before)
    return make_finding(
        "TR552", item.where, severity=warning, kind=item.kind, name=item.name, before=before, suggestion=meant
    )


def names_in(plan: AddressPlan) -> Mapping[NameKind, set[str]]:
    """Return the names in a plan's keys and parties that are in use, by kind."""
    found: dict[NameKind, set[str]] = {kind: set() for kind in NameKind}

    def note(kind: NameKind, name: str) -> str:
        found[kind].add(name)
        return name

    for prefix in plan.prefixes:
        if prefix.state is not EntryState.QUARANTINED:
            name_prefix_key(prefix.key, note)
            name_party(prefix.party, note)
    for number in plan.numbers:
        if number.state is not EntryState.QUARANTINED:
            name_number_key(number.key, note)
    return found


def _with_names(plan: AddressPlan, names: Names) -> AddressPlan:
    def today(kind: NameKind, name: str) -> str:
        return names[kind].get(name, name)

    prefixes = (_prefix(entry, today) for entry in plan.prefixes)
    numbers = (_number(entry, today) for entry in plan.numbers)
    return replace(
        plan,
        pools=tuple(_pool(item, today) for item in plan.pools),
        prefixes=tuple(sorted(prefixes, key=prefix_order)),
        numbers=tuple(sorted(numbers, key=number_order)),
    )


def _pool(pool: Pool, naming: Naming) -> Pool:
    purpose = naming(NameKind.PURPOSE, pool.purpose)
    dedicated = replace(pool.dedicated, purpose=purpose) if pool.dedicated is not None else None
    return replace(pool, purpose=purpose, dedicated=dedicated)


def _prefix(entry: PrefixEntry, naming: Naming) -> PrefixEntry:
    return replace(
        entry,
        key=name_prefix_key(entry.key, naming),
        party=name_party(entry.party, naming),
        organisation=naming(NameKind.ORGANISATION, entry.organisation),
        purpose=naming(NameKind.PURPOSE, entry.purpose),
    )


def _number(entry: NumberEntry, naming: Naming) -> NumberEntry:
    return replace(entry, key=name_number_key(entry.key, naming), scope=name_scope(entry.scope, naming))


def places_of(registry: Registry, inventory: Inventory) -> Mapping[tuple[NameKind, str], Where]:
    """Return where everything that can be renamed is written."""
    return {(item.kind, item.name): item.where for item in renamed_objects(registry, inventory)}


def likely_renames(
    before: AddressPlan, after: AddressPlan, wheres: Mapping[tuple[NameKind, str], Where]
) -> Iterable[Finding]:
    """Yield a warning for each thing that is gone while exactly one new one is alike in all else: perhaps it is only renamed."""
    old, new = _faces(before), _faces(after)
    gone = {item: face for item, face in old.items() if item not in new}
    come = {item: face for item, face in new.items() if item not in old and item in wheres}
    former_by_face, alike_by_face = _by_face(gone), _by_face(come)
    for kind, name in sorted(come):
        face = come[kind, name]
        former = former_by_face.get((kind, face), ())
        if len(former) == len(alike_by_face[kind, face]) == 1:
            yield make_finding(
                "TR550", wheres[kind, name], severity=Severity.WARNING, kind=kind, name=name, before=former[0]
            )


Face = frozenset[object]
"""What is seen of a thing in a plan, but for its name and its addresses."""


def _by_face(things: Mapping[tuple[NameKind, str], Face]) -> Mapping[tuple[NameKind, Face], list[str]]:
    found: dict[tuple[NameKind, Face], list[str]] = {}
    for (kind, name), face in things.items():
        found.setdefault((kind, face), []).append(name)
    return found


def _faces(plan: AddressPlan) -> Mapping[tuple[NameKind, str], Face]:
    found: dict[tuple[NameKind, str], set[object]] = {}
    for number in plan.numbers:
        if number.state is not EntryState.QUARANTINED and isinstance(number.key, PurposeOwner | PurposeOnDevice):
            device = number.key.device if isinstance(number.key, PurposeOnDevice) else None
            found.setdefault((NameKind.PURPOSE, number.key.purpose), set()).add(device)
    for entry in plan.prefixes:
        if entry.state is not EntryState.QUARANTINED:
            for thing, face in _faces_of(entry):
                found.setdefault(thing, set()).add(face)
    return {item: frozenset(face) for item, face in found.items()}


def _faces_of(entry: PrefixEntry) -> Iterator[tuple[tuple[NameKind, str], object]]:
    """Yield what an entry shows of each thing that it is about."""
    match entry.key:
        case LanKey(attachment):
            kind, name = _of_lan(entry.party, attachment)
            party = entry.party if kind is NameKind.ATTACHMENT else None
            face = (party, entry.organisation, entry.purpose, entry.level, entry.unit, entry.registration_ref)
            yield (kind, name), (entry.prefix.family, face)
            if entry.purpose:
                yield (NameKind.PURPOSE, entry.purpose), entry.key
        case LinkKey(channel, owner):
            yield (NameKind.CHANNEL, channel), (entry.prefix.family, owner)
        case LoopbackKey(device):
            yield (NameKind.DEVICE, device), ("loopback", entry.unit)
        case OutsideKey():
            pass
        case _:
            assert_never(entry.key)
    if isinstance(entry.party, OrganisationParty):
        yield (NameKind.ORGANISATION, entry.organisation), (entry.key, entry.prefix)


def _of_lan(party: Party, attachment: AttachmentName) -> tuple[NameKind, str]:
    """Return what a LAN belongs to: an attachment, or the system or outside network whose attachment it is."""
    match party:
        case SystemParty(system):
            return NameKind.SYSTEM, system
        case OutsideParty(outside):
            return NameKind.OUTSIDE_NETWORK, outside
        case OrganisationParty() | NoParty():
            return NameKind.ATTACHMENT, attachment
        case _:
            assert_never(party)
