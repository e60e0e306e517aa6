"""What is done on devices -> the secrets that are needed for it, all there before anything is touched.

The one idea: what would fail in the middle of the night for want of a secret is refused at its beginning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from controller.apply.ways import PlannedDevice, named_lines
from controller.fleet.device_secrets import DeviceSecrets, SecretName, open_secrets
from intents.finding import Finding, Where, make_finding, raise_errors
from intents.reason import because
from routing.vendors import VENDORS
from routing.vendors.secrets import names_in


def secrets_for(devices: Collection[PlannedDevice], table: Path | None) -> DeviceSecrets:
    """Return the secrets that lines of devices name, there and back; FindingsError, OSError."""
    needed: dict[SecretName, set[str]] = {}
    for device in devices:
        for edit in (*device.there.edits, *device.there.back):
            for name in names_in(edit.line):
                key = SecretName(name=name, platform=device.reach.platform)
                needed.setdefault(key, set()).add(edit.line)
    found = open_secrets(table, needed)
    raise_errors(_standing(devices, found))
    return found


def _standing(devices: Iterable[PlannedDevice], secrets: DeviceSecrets) -> Iterator[Finding]:
    """Yield a finding for each secret that a device has under another name: what is typed would not be seen in its text."""
    for device in devices:
        platform, named = device.reach.platform, named_lines(device)
        for path in VENDORS[platform].paths(device.there.running) if named else ():
            like = VENDORS[platform].likeness(path)
            line = None if like is None else named.get(like.path)
            if line is not None and secrets.holds(platform, line, path):
                reason = because("secret_there_already", device=device.name)
                name = ", ".join(names_in(line[-1]))
                yield make_finding("TR974", Where(device=device.name), secret=name, platform=platform, reason=reason)
