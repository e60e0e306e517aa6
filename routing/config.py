"""One device's text, its platform, and which line paths are ours.

Turns a `Device` into a `DeviceConfig` by its vendor module. The one idea: the text is a sequence of lines that each know what
they say (`Ref`), so that a line of text leads to an intent and back. A province has millions of lines and few are ever
asked about, so only the text is kept; its lines are written once more for whoever wants them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from routing.model import Device, LinePath
from routing.vendors import VENDORS
from routing.vendors.vendor import TextLine


class Source:
    """The device that a text was rendered from; compared by identity, so that it can key a cache of its lines."""

    __slots__ = ("device",)

    def __init__(self, device: Device) -> None:
        self.device = device


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfig:
    """The whole text that will stand on a device (foreign lines merged in), and what its own lines come from."""

    device: str
    platform: str
    source: Source = field(compare=False, repr=False)
    text: str
    foreign: tuple[LinePath, ...] = ()

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """Return the device's own lines as rendered."""
        return _rendered(self.source)

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
        source=Source(device),
        text="".join([f"{line.text}\n" for line in lines]),
    )


@lru_cache(maxsize=8)
def _rendered(source: Source) -> tuple[TextLine, ...]:
    """Return the lines of a device; the last few devices asked about are remembered."""
    vendor = VENDORS[source.device.platform]
    return vendor.lines(vendor.canonical(source.device))
