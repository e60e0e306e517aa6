"""Effects of each device's difference alone and of all together -> which device is told for what.

The one idea: what a text does alone is its own; what only several do together is told for each of those that the judge names
(at whose ports the packet starts or ends, whose lines are guilty), and for all where it names none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from routing.model import AttachmentPort
from verification.drift.classes import DriftClass
from verification.drift.effects import DriftEffect


def attribute(
    alone: Mapping[str, tuple[DriftEffect, ...]],
    together: tuple[DriftEffect, ...],
    drifting: Collection[str],
    ports: Collection[AttachmentPort],
) -> dict[str, tuple[DriftEffect, ...]]:
    """Return the effects by device. `alone`: of each device that was judged by itself; `together`: of the network as found;
    `drifting`: all devices whose texts differ."""
    standing = {effect.key for effect in together}
    own = {effect.key for found in alone.values() for effect in found}
    result = {
        name: [replace(effect, hidden=effect.key not in standing) for effect in alone.get(name, ())]
        for name in sorted(drifting)
    }
    for effect in together:
        if effect.key in own or (effect.drift_class is DriftClass.NEUTRAL):
            continue
        for name in (named := _named(effect, drifting, ports)):
            result[name].append(replace(effect, others=tuple(other for other in named if other != name)))
    return {name: tuple(found) for name, found in result.items()}


def _named(effect: DriftEffect, drifting: Collection[str], ports: Collection[AttachmentPort]) -> tuple[str, ...]:
    ends = {effect.source, effect.destination} - {""}
    named = {item.device for item in effect.culprits} | {port.device for port in ports if port.attachment in ends}
    if effect.flow is not None:
        named.add(effect.flow.start_device)
    return tuple(sorted(named & set(drifting))) or tuple(sorted(drifting))
