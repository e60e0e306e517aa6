"""One device's text, its platform, and which line paths are ours.

Turns a `Device` into a `DeviceConfig` by its vendor module. The one idea: the text is a sequence of lines that each know what
they say (`Ref`), so that a line of text leads to an intent and back.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.model import Device, LinePath
from routing.vendors import VENDORS
from routing.vendors.vendor import TextLine


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfig:
    """The text of a device: its own lines as rendered, and the whole text that will stand on it (foreign lines merged in)."""

    device: str
    platform: str
    lines: tuple[TextLine, ...]
    text: str
    foreign: tuple[LinePath, ...] = ()

    @property
    def ours(self) -> frozenset[LinePath]:
        """Return the paths of our own lines."""
        return frozenset(line.path for line in self.lines if line.path)

    @property
    def file_name(self) -> str:
        """Return the name of the file that holds the text."""
        return self.device + VENDORS[self.platform].capabilities.suffix


def render_device(device: Device) -> DeviceConfig:
    """Return a device's text; ValueError (with the device's name) if its platform can't say it."""
    vendor = VENDORS[device.platform]
    try:
        lines = vendor.render(vendor.canonical(device))
    except ValueError as error:
        raise ValueError(f"{device.name}: {error}") from error
    return DeviceConfig(
        device=device.name,
        platform=device.platform,
        lines=lines,
        text="".join(f"{line.text}\n" for line in lines),
    )
