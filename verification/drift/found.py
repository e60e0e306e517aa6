"""What is told of each device that drifts, as values.

The one idea: a device's class is the worst of what its texts do; only where nothing of that is known to happen does it matter
whether everything was understood.
"""

from __future__ import annotations

from dataclasses import dataclass

from intents.reason import Reason
from verification.drift.classes import DriftClass, worst_of
from verification.drift.difference import DriftLine, TextDifference
from verification.drift.effects import DriftEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDrift:
    """A device whose text says something else than it should, what it does, and the lines."""

    device: str
    drift_class: DriftClass
    missing: tuple[DriftLine, ...]
    added: tuple[DriftLine, ...]
    effects: tuple[DriftEffect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifts:
    """All devices that drift, worst first. `in_progress`: those that stand at a text of a change in progress; `alone`: how many
    were judged by themselves, too; `judged`: whether anything had to be judged; `doubts`: why there may be more effects."""

    found: tuple[DeviceDrift, ...] = ()
    in_progress: tuple[str, ...] = ()
    judged: int = 0
    alone: int = 0
    doubts: tuple[Reason, ...] = ()


def class_of_device(difference: TextDifference, effects: tuple[DriftEffect, ...], *, sure: bool) -> DriftClass | None:
    """Return the class of a device that differs, None if what differs is not ours and has no effect. `sure`: whether nothing
    stood in the way of seeing every effect."""
    worst = worst_of(effect.drift_class for effect in effects)
    if worst is not None and worst not in (DriftClass.NEUTRAL, DriftClass.NOT_MODELLED):
        return worst
    if difference.unknown or DriftClass.NOT_MODELLED in {effect.drift_class for effect in effects}:
        return DriftClass.NOT_MODELLED
    if difference.judged and not sure:
        return DriftClass.NOT_MODELLED
    return None if difference.foreign and worst is None else DriftClass.NEUTRAL
