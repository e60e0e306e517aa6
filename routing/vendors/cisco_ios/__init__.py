"""Cisco IOS-XE: `VENDOR` writes and reads the text of routers of this platform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from intents.reason import Reason
from routing.model import Device, LinePath
from routing.vendors.cisco_ios import layout
from routing.vendors.cisco_ios.baseline import baseline
from routing.vendors.cisco_ios.captured import FORMS, host_name
from routing.vendors.cisco_ios.harmless import PATTERNS
from routing.vendors.cisco_ios.owned import owned
from routing.vendors.cisco_ios.reader.device import PLATFORM, read
from routing.vendors.cisco_ios.reader.interface import advertises
from routing.vendors.cisco_ios.redaction.secrets import hide_secrets
from routing.vendors.cisco_ios.section_order import placed
from routing.vendors.cisco_ios.writer.device import render
from routing.vendors.cisco_ios.written import port_fault, written_fault
from routing.vendors.vendor import (
    BaselineSettings,
    Budget,
    Capabilities,
    CapturedForms,
    ReadDevice,
    TextLine,
    Vendor,
    WrittenFault,
    WrittenKind,
)

# Data-sheet orders of magnitude for an edge router and, by role, for what stands in a core; operators adjust them.
_EDGE = Budget(acl_entries=4_000, vrfs=128, subinterfaces=1_000, bgp_sessions=250, routes=250_000)
_BACKBONE = Budget(acl_entries=16_000, vrfs=1_000, subinterfaces=4_000, bgp_sessions=4_000, routes=1_000_000)

_LOGINS = "who may log in to a device is judged by the engine alone"
_UNREAD_BY_BATFISH = (
    (r"^netconf-yang( ssh ipv[46] access-list name \S+)?$", _LOGINS),
    (r"^snmp-server group \S+ v3 priv access ", _LOGINS),
    (r"^access-class \S+ in vrfname \S+$", _LOGINS),
    (r"^(\d+ )?(permit|deny) .* fragments( log)?$", "non-initial fragments are judged by the engine alone"),
)


class _CiscoIos:
    """The vendor module of platform `cisco_ios`."""

    capabilities = Capabilities(
        platform=PLATFORM,
        leaks=True,
        ipv6=True,
        budgets={"": _EDGE, "core": _BACKBONE, "aggregation": _BACKBONE, "edge": _BACKBONE},
    )

    def canonical(self, device: Device) -> Device:
        """Return the device as its text is read back: interfaces with IPv6 advertise themselves without a line."""
        found = (replace(item, advertises=advertises(item.name, item.addresses)) for item in device.interfaces)
        return replace(device, interfaces=tuple(found))

    def render(self, device: Device) -> tuple[TextLine, ...]:
        """Return the lines of a device; ValueError if IOS-XE can't say it."""
        return render(device)

    def lines(self, device: Device) -> tuple[TextLine, ...]:
        """Return the lines of a device that was rendered before."""
        return render(device)

    def read(self, name: str, text: str) -> ReadDevice:
        """Return the device that a text configures; what is not understood is in it as unknown lines."""
        return read(name, text)

    def paths(self, text: str) -> tuple[LinePath, ...]:
        """Return the path of every configuration line of a text, in order."""
        return layout.paths(text)

    def numbered_paths(self, text: str) -> tuple[tuple[int, LinePath], ...]:
        """Return the path of every configuration line with its number."""
        return tuple(layout.numbered_paths(text))

    def captured_forms(self) -> CapturedForms:
        """Return what IOS texts look like."""
        return FORMS

    def host_name(self, text: str) -> str | None:
        """Return the name that a text gives its device."""
        return host_name(text)

    def text(self, paths: tuple[LinePath, ...]) -> str:
        """Return the text that consists of these paths."""
        return layout.text(paths)

    def merged_text(self, intended: tuple[LinePath, ...], foreign: tuple[LinePath, ...]) -> str:
        """Return the text of what is intended with foreign sections where they must stand."""
        return layout.text(placed(intended, foreign))

    def owned(self, path: LinePath, intended: frozenset[LinePath]) -> bool:
        """Return whether a line found on a device is ours to change."""
        return owned(path, intended)

    def port_fault(self, name: str) -> WrittenFault | None:
        """Return why a name is not the full name of a physical port."""
        return port_fault(name)

    def written_fault(self, kind: WrittenKind, text: str) -> WrittenFault | None:
        """Return why a text can't stand in the platform's texts as what it is."""
        return written_fault(kind, text)

    def baseline(self, settings: BaselineSettings) -> tuple[LinePath, ...]:
        """Return the harmless lines of a complete device, sorted."""
        return baseline(settings)

    def lacking(self, device: Device) -> Iterator[Reason]:  # noqa: ARG002 - other platforms look at it
        """Yield nothing: what nobody can log in by is no way in (IOS-UP-09, IOS-AAA-02)."""
        yield from ()

    def harmless(self) -> tuple[tuple[str, str], ...]:
        """Return the closed list of harmless lines with a reason for each."""
        return PATTERNS

    def unread_by_batfish(self) -> tuple[tuple[str, str], ...]:
        """Return lines that Batfish doesn't read and that no question put to it depends on."""
        return _UNREAD_BY_BATFISH

    def misread_by_batfish(self, device: Device) -> tuple[Reason, ...]:
        """Return nothing: what Batfish takes for something else on this platform makes the judges differ."""
        del device
        return ()

    def interface_name(self, name: str) -> str:
        """Return the name that Batfish makes of every spelling of it."""
        return name.replace("HundredGigE", "HundredGigabitEthernet", 1) if name.startswith("HundredGigE") else name

    def entry_name(self, lines: Sequence[str], number: int) -> str:
        """Return an entry as it is written, without the number of its list."""
        words = lines[number - 1].split()
        return " ".join(words[2:] if words[:1] == ["access-list"] else words)

    def hide_secrets(self, text: str) -> str:
        """Return a text with a dummy for each secret."""
        return hide_secrets(text)


VENDOR: Vendor = _CiscoIos()
