"""Folders of texts -> what is expected of every device, what was found on it, and what a change in progress may have put there.

The one idea: whatever a device may stand at is a text of the same kind, wherever it comes from: the expected one first, then
those of a change in progress. A device that was not read is named, never taken for one that does not drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.jobs.evidence import platforms_of, read_folder
from controller.jobs.pipeline import Compiled
from intents.finding import Finding

READINGS = "readings.json"
"""What says, beside the texts of a folder, when and how they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftTexts:
    """Texts by device: all that are expected, those that were found, and for each device those of a change in progress.
    `approved`: whether the expected ones are approved texts, not the compiled ones."""

    expected: Mapping[str, str]
    found: Mapping[str, str]
    accepted: Mapping[str, tuple[str, ...]]
    approved: bool = False

    @property
    def not_read(self) -> tuple[str, ...]:
        """Return the devices of which no text was found."""
        return tuple(sorted(self.expected.keys() - self.found.keys()))

    def by_role(self) -> dict[str, str]:
        """Return every text by what it is: what a judgement of them hangs on."""
        named = {f"expected {name}": text for name, text in self.expected.items()}
        named |= {f"found {name}": text for name, text in self.found.items()}
        return named | {
            f"accepted {name} {number}": text
            for name, texts in self.accepted.items()
            for number, text in enumerate(texts)
        }


def read_texts(
    compiled: Compiled, running: Path, approved: Path | None, accept: tuple[Path, ...]
) -> tuple[DriftTexts, tuple[Finding, ...]]:
    """Return the texts of all folders, and warnings about them; FindingsError. `approved`: None for the compiled texts; `accept`:
    folders of a change in progress, whose texts need not be of all devices."""
    inventory = compiled.addressed.wanted.inventory
    found, warnings = read_folder(running, inventory, complete=False)
    kept = [item for item in warnings if not item.where.file.endswith(f"/{READINGS}")]
    expected: Mapping[str, str] = {name: compiled.configs[name].text for name in sorted(platforms_of(compiled))}
    if approved is not None:
        expected, more = read_folder(approved, inventory)
        kept += more
    accepted: dict[str, tuple[str, ...]] = {}
    for folder in accept:
        texts, more = read_folder(folder, inventory, complete=False)
        kept += more
        for name, text in texts.items():
            accepted[name] = (*accepted.get(name, ()), text)
    texts_read = DriftTexts(expected=expected, found=found, accepted=accepted, approved=approved is not None)
    return texts_read, tuple(kept)
