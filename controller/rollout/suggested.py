"""What nobody declared -> the YAML lines that would declare it.

The one idea: a refusal is worth most if what it asks for can be copied; whoever copies it still has to mean it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from controller.jobs.pipeline import Compiled
from controller.rollout.declared import Declaration, sessions
from intents.registry import Attachment, AttachmentName, PurposeName
from routing.cabling import cabling_of
from verification.change.access import AccessChange, Turn

Attachments = Mapping[AttachmentName, Attachment]


def suggested_lines(declaration: Declaration, ends: tuple[Compiled, Compiled], cut_off: Sequence[str]) -> list[str]:
    """Return lines that go under `change:`; `cut_off`: devices that might be interrupted."""
    known = {name: item for end in ends for name, item in end.addressed.wanted.registry.attachments.items()}
    undeclared = sessions(declaration.undeclared)
    said = frozenset(() if declaration.request is None else (name for name, _ in declaration.request.intents))
    lines: list[str] = []
    if not set(declaration.touched) <= said:
        lines.append(f"  intents: [{', '.join(sorted({*declaration.touched}))}]")
    for turn, key in ((Turn.OPENED, "opens"), (Turn.CUT, "closes")):
        found = list(_accesses([item for item in undeclared if item.turn is turn], known))
        lines += [f"  {key}:", *found] if found else []
    return [*lines, *interruption_lines(cut_off)]


def interruption_lines(devices: Sequence[str]) -> list[str]:
    """Return the lines that declare that devices are cut off; the times and who agreed are for people to say."""
    if not devices:
        return []
    return [
        "  interruptions:",
        f"    - devices: [{', '.join(devices)}]",
        "      from: YYYY-MM-DD HH:MM",
        "      to: YYYY-MM-DD HH:MM",
        '      way_back: "…"',
        '      agreed_by: "…"',
    ]


def moved_sites(ends: tuple[Compiled, Compiled], cut_off: Iterable[str]) -> tuple[str, ...]:
    """Return the devices with attachments that are cabled otherwise in either workspace, but those that are cut off anyway."""
    cablings = [
        cabling_of(end.addressed.wanted.registry, end.addressed.wanted.inventory, end.addressed.address_plan)
        for end in ends
    ]
    holding = {port.device for cabling in cablings for port in cabling.ports}
    before, after = (frozenset(cabling.links) for cabling in cablings)
    moved = {device for link in before ^ after for device in (link.a_device, link.b_device)}
    return tuple(sorted(moved & holding - set(cut_off)))


def _accesses(changes: Iterable[AccessChange], known: Attachments) -> Iterator[str]:
    """Yield an item for each destination and set of sources."""
    sources: dict[AttachmentName, set[AttachmentName]] = {}
    for item in changes:
        sources.setdefault(item.destination, set()).add(item.source)
    groups: dict[tuple[AttachmentName, ...], list[AttachmentName]] = {}
    for destination, found in sorted(sources.items()):
        groups.setdefault(tuple(sorted(found)), []).append(destination)
    for starts, destinations in groups.items():
        yield f"    - from: [{', '.join(_parties(starts, known))}]"
        yield f"      to: [{', '.join(_parties(destinations, known))}]"


def _parties(names: Iterable[AttachmentName], known: Attachments) -> Iterator[str]:
    """Yield selectors and targets that stand for attachments: organisations by purpose, systems, outside networks."""
    organisations: dict[PurposeName, set[str]] = {}
    systems: set[str] = set()
    outside: set[str] = set()
    for item in (known[name] for name in names):
        if item.organisation is not None:
            organisations.setdefault(item.purpose, set()).add(item.organisation)
        elif item.system is not None:
            systems.add(item.system)
        elif item.outside is not None:
            outside.add(item.outside)
    for purpose, found in sorted(organisations.items()):
        yield f"{{names: [{', '.join(sorted(found))}], purpose: {purpose}}}"
    if systems:
        yield f"{{systems: [{', '.join(sorted(systems))}]}}"
    if outside:
        yield f"{{outside_networks: [{', '.join(sorted(outside))}]}}"
