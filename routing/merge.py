"""What is foreign on a device is kept: intended text and running text become the text that will stand there.

The one idea: foreign lines are copied into the intended configuration before anything is judged or compared, so that nothing
later has to leave them alone. Ownership is per line path, decided by the vendor module; a line that a device prints otherwise
than it was typed, its key encoded, is the line that was typed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from intents.finding import Finding, Severity
from routing.config import DeviceConfig
from routing.device_texts import read_device_texts
from routing.model import LinePath
from routing.vendors import VENDORS
from routing.vendors.vendor import Vendor


def merge_text(config: DeviceConfig, running: str, before: DeviceConfig | None = None) -> DeviceConfig:
    """Return the configuration with the foreign lines of a running text merged in; `before`: what was intended when the running
    text was made, so that what was ours then is not kept."""
    if running == config.text:
        return config
    vendor = VENDORS[config.platform]
    intended = vendor.paths(config.text)
    ours = frozenset(intended)
    once = frozenset[LinePath]() if before is None else before.ours
    shown = vendor.paths(running)
    found = (
        path
        for path in shown
        if path not in ours and path not in once and not vendor.owned(path, ours) and not vendor.owned(path, once)
    )
    foreign = tuple(_not_alike(vendor, tuple(dict.fromkeys(found)), (ours | once).difference(shown)))
    if not foreign:
        return config
    return replace(config, text=vendor.merged_text(intended, foreign), foreign=foreign)


def _not_alike(vendor: Vendor, found: Collection[LinePath], typed: Collection[LinePath]) -> Iterator[LinePath]:
    """Yield the lines found that say nothing that was typed and is not shown as it was. Where several say the same but for what
    is secret, nobody knows which of them was typed, and all stay: so it is with communities, whose name is the secret."""
    told = {path: like.path for path in typed if (like := vendor.likeness(path)) is not None} if found else {}
    shown = {path: like.path for path in found if (like := vendor.likeness(path)) is not None}
    said, times = frozenset(told.values()), Counter(shown.values())
    yield from (path for path in found if path not in shown or shown[path] not in said or times[shown[path]] > 1)


def merge_running(
    configs: Mapping[str, DeviceConfig], folder: Path
) -> tuple[dict[str, DeviceConfig], tuple[Finding, ...]]:
    """Merge the texts of a folder (DEVICE.cfg, DEVICE.conf) into the configurations of the devices they name."""
    platforms = {name: config.platform for name, config in configs.items()}
    running, findings = read_device_texts(folder, platforms, folder.name, strangers=Severity.WARNING)
    merged = {name: merge_text(configs[name], text) for name, text in running.items()}
    return {**configs, **merged}, findings
