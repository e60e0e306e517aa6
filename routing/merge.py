"""What is foreign on a device is kept: intended text and running text become the text that will stand there.

The one idea: foreign lines are copied into the intended configuration before anything is judged or compared, so that nothing
later has to leave them alone. Ownership is per line path, decided by the vendor module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from intents.finding import Finding, Severity, Where, make_finding
from routing.config import DeviceConfig
from routing.vendors import VENDORS

MAXIMUM_SIZE = 64 * 1024 * 1024


def merge_text(config: DeviceConfig, running: str) -> DeviceConfig:
    """Return the configuration with the foreign lines of a running text merged in."""
    vendor = VENDORS[config.platform]
    intended = vendor.paths(config.text)
    ours = frozenset(intended)
    found = (path for path in vendor.paths(running) if path not in ours and not vendor.owned(path, ours))
    foreign = tuple(dict.fromkeys(found))
    if not foreign:
        return config
    return replace(config, text=vendor.text((*intended, *foreign)), foreign=foreign)


def merge_running(
    configs: Mapping[str, DeviceConfig], folder: Path
) -> tuple[dict[str, DeviceConfig], tuple[Finding, ...]]:
    """Merge the texts of a folder (DEVICE.cfg, DEVICE.conf) into the configurations of the devices they name."""
    merged = dict(configs)
    findings: list[Finding] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        where = Where(file=f"{folder.name}/{path.name}")
        if path.name.startswith(".") or path.suffix not in (".cfg", ".conf"):
            continue
        if path.stem not in configs:
            findings.append(make_finding("TR601", where, severity=Severity.WARNING, device=path.stem))
        elif path.stat().st_size > MAXIMUM_SIZE:
            findings.append(make_finding("TR602", where, limit=MAXIMUM_SIZE))
        else:
            text = path.read_text(encoding="utf-8", errors="replace")
            merged[path.stem] = merge_text(configs[path.stem], text)
    return merged, tuple(findings)
