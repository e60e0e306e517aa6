"""A plan and the two workspaces that it leads between -> whose things it touches, and what it risks.

The one idea: nobody is asked. Owners come from the workspaces, risks from the edits and from what opens, so that whoever wrote
the change does not choose who looks at it (B01).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from controller.jobs.pipeline import Wanted
from controller.output.canonical_json import Plain
from controller.rollout.declared import touched_intents
from controller.rollout.filed import FiledDevice, FiledPlan
from intents.approval import Risk
from intents.finding import NOWHERE
from intents.registry import PARTY_CATEGORIES, Attachment, AttachmentName, Domain, Registry
from ipam.inventory import BACKBONE_ROLES, InventoryDevice, Role
from routing.vendors import VENDORS
from routing.vendors.change import EditKind
from routing.vendors.subject import SubjectKind

_ROUTING = frozenset({
    SubjectKind.POLICY, SubjectKind.BGP, SubjectKind.PROCESS, SubjectKind.STATIC, SubjectKind.VRF,
})  # fmt: skip
"""What decides which routes are learned, told, leaked or preferred."""
_MANAGEMENT = frozenset({SubjectKind.DEVICE, SubjectKind.LOGIN, SubjectKind.OTHER})
"""What truc writes of these kinds is the baseline, and who may log in."""
_LINES = frozenset({EditKind.CREATE, EditKind.SWITCH, EditKind.DELETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a plan touches. `domains`: of each ownership domain, the names of its things; `routing`: devices whose routing policy
    changes; `level1`: equipment of the central operator; `strangers`: devices that stand in neither workspace."""

    domains: Mapping[Domain, tuple[str, ...]]
    risks: frozenset[Risk]
    routing: tuple[str, ...] = ()
    level1: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def touched_by(plan: FiledPlan, base: Wanted, after: Wanted) -> Touched:
    """Return what a plan from one workspace to another touches."""
    names = sorted({*(item.device for item in plan.devices), *plan.arrivals, *plan.departures})
    known = {name: tuple(_known(name, base, after)) for name in names}
    owned: dict[Domain, set[str]] = {}
    for name, devices in known.items():
        for device in devices:
            owned.setdefault(device.domain, set()).add(name)
    for name in touched_intents((base, after)):
        for side in (base, after):
            for intent in side.intents:
                if intent.head.identifier == name:
                    owned.setdefault(intent.head.domain, set()).add(name)
    party = set(_party_attachments(plan, base, after))
    if party:
        owned.setdefault(Domain.PARTY_OFFICE, set()).update(party)
    subjects = {item.device: frozenset(_subjects(item)) for item in plan.devices}
    return Touched(
        domains={domain: tuple(sorted(owned[domain])) for domain in sorted(owned)},
        risks=frozenset(_risks(plan, known, subjects)) or frozenset({Risk.ROUTINE}),
        routing=tuple(sorted(name for name, found in subjects.items() if found & _ROUTING)),
        level1=tuple(name for name, found in known.items() if any(_is_level1(item) for item in found)),
        strangers=tuple(name for name, found in known.items() if not found),
    )


def _known(name: str, base: Wanted, after: Wanted) -> Iterator[InventoryDevice]:
    for side in (base, after):
        if name in side.inventory.devices:
            yield side.inventory.devices[name]


def _is_level1(device: InventoryDevice) -> bool:
    return device.role is Role.LEVEL1_CPE or device.domain is Domain.LEVEL1_HOST


def _subjects(item: FiledDevice) -> Iterator[SubjectKind]:
    vendor = VENDORS[item.platform]
    for edit in item.edits:
        if edit.kind in _LINES:
            yield vendor.edit_subject((*edit.section, edit.line)).kind


def _risks(
    plan: FiledPlan,
    known: Mapping[str, tuple[InventoryDevice, ...]],
    subjects: Mapping[str, frozenset[SubjectKind]],
) -> Iterator[Risk]:
    if plan.body.get("opens"):
        yield Risk.ACCESS
    is_backbone = any(device.role in BACKBONE_ROLES for devices in known.values() for device in devices)
    if is_backbone or any(found & _MANAGEMENT for found in subjects.values()):
        yield Risk.BACKBONE
    if plan.interrupted:
        yield Risk.INTERRUPTION


def _party_attachments(plan: FiledPlan, base: Wanted, after: Wanted) -> Iterator[str]:
    """Yield the attachments of the Party's part whose access, place or size changes, or that are cut off meanwhile (A20)."""
    ends = set(_ends(plan.body, "opens")) | set(_ends(plan.body, "closes"))
    moved = {name for name in _names(base, after) if _stands(base, name) != _stands(after, name)}
    for side in (base, after):
        for name, attachment in side.registry.attachments.items():
            cut_off = not set(plan.interrupted).isdisjoint(_devices_of(side, name))
            if (name in ends or name in moved or cut_off) and _is_party(attachment, side.registry):
                yield name


def _names(*sides: Wanted) -> set[AttachmentName]:
    return {name for side in sides for name in side.registry.attachments}


def _stands(side: Wanted, name: AttachmentName) -> tuple[Attachment | None, tuple[str, ...]]:
    found = side.registry.attachments.get(name)
    bare = None if found is None else replace(found, where=NOWHERE, interface_where=NOWHERE)
    return bare, _devices_of(side, name)


def _devices_of(side: Wanted, name: AttachmentName) -> tuple[str, ...]:
    places = side.inventory.places.get(name, ())
    return tuple(sorted({name for place in places for name in (place.device, place.level1_cpe) if name}))


def _ends(body: Mapping[str, Plain], part: str) -> Iterator[str]:
    """Yield both ends of each access that opens or closes."""
    listed = body.get(part)
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            yield from (str(item.get("from")), str(item.get("to")))


def _is_party(attachment: Attachment, registry: Registry) -> bool:
    owner = attachment.organisation
    if attachment.system is not None and attachment.system in registry.systems:
        owner = registry.systems[attachment.system].owner
    organisation = None if owner is None else registry.organisations.get(owner)
    return organisation is not None and organisation.category in PARTY_CATEGORIES


def names_in_short(names: Iterable[str], most: int = 5) -> str:
    """Return some names as people read them, the rest counted."""
    listed = sorted(names)
    more = len(listed) - most
    return ", ".join(listed[:most]) + (f" + {more}" if more > 0 else "")
