"""Cisco IOS-XE: `VENDOR` writes and reads the text of routers of this platform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from intents.reason import Reason
from routing.model import Device, LinePath, LoginService
from routing.vendors.admission import Admission
from routing.vendors.change import MadeEdits
from routing.vendors.cisco_ios import layout
from routing.vendors.cisco_ios.admission import WAY_IN_FACTS, admission, admits
from routing.vendors.cisco_ios.baseline import baseline
from routing.vendors.cisco_ios.changing import edits, with_ports
from routing.vendors.cisco_ios.execute.in_force import in_force
from routing.vendors.cisco_ios.execute.lines import printed
from routing.vendors.cisco_ios.execute.load import running_state, typed_lines
from routing.vendors.cisco_ios.execute.run import execute
from routing.vendors.cisco_ios.execute.state import IosState
from routing.vendors.cisco_ios.execute.vrfs import settled
from routing.vendors.cisco_ios.harmless import PATTERNS
from routing.vendors.cisco_ios.owned import owned
from routing.vendors.cisco_ios.reader.device import PLATFORM, read
from routing.vendors.cisco_ios.reader.interface import advertises
from routing.vendors.cisco_ios.redaction.secrets import hide_secrets
from routing.vendors.cisco_ios.section_order import placed
from routing.vendors.cisco_ios.showing import tables
from routing.vendors.cisco_ios.showing.captured import FORMS, host_name, why_not_whole
from routing.vendors.cisco_ios.showing.running_text import SHOWING
from routing.vendors.cisco_ios.shown import holds, likeness, secret_fault
from routing.vendors.cisco_ios.subjects import edit_subject, subject_of
from routing.vendors.cisco_ios.typing_lines import ENTRY
from routing.vendors.cisco_ios.writer.device import render
from routing.vendors.cisco_ios.written import port_fault, written_fault
from routing.vendors.device_tables import DeviceTable, TableQuery, TableScope, Templates
from routing.vendors.entering import Entry
from routing.vendors.execution import Executed, InForce, TextState
from routing.vendors.subject import Subject
from routing.vendors.vendor import (
    BaselineSettings,
    Budget,
    Capabilities,
    CapturedForms,
    Likeness,
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
        way_in_facts=WAY_IN_FACTS,
        unseen_secrets="snmp-server user ",
        leaks=True,
        ipv6=True,
        budgets={"": _EDGE, "core": _BACKBONE, "aggregation": _BACKBONE, "edge": _BACKBONE},
    )
    showing = SHOWING
    entry: Entry = ENTRY

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

    def table_queries(self, scopes: Sequence[TableScope]) -> tuple[TableQuery, ...]:
        """Return what a device is asked for these tables."""
        return tables.queries(scopes)

    def read_tables(self, query: TableQuery, answer: str, templates: Templates) -> tuple[DeviceTable, ...]:
        """Return the tables that an answer holds."""
        return tables.read_tables(query, answer, templates)

    def text(self, paths: tuple[LinePath, ...]) -> str:
        """Return the text that consists of these paths."""
        return layout.text(paths)

    def merged_text(self, intended: tuple[LinePath, ...], foreign: tuple[LinePath, ...]) -> str:
        """Return the text of what is intended with foreign sections where they must stand."""
        return layout.text(placed(intended, foreign))

    def owned(self, path: LinePath, intended: frozenset[LinePath]) -> bool:
        """Return whether a line found on a device is ours to change."""
        return owned(path, intended)

    def subject_of(self, path: LinePath) -> Subject:
        """Return what a line configures, and which lists and route maps it uses."""
        return subject_of(path)

    def edit_subject(self, typed: LinePath) -> Subject:
        """Return what a line of an edit configures or takes away."""
        return edit_subject(typed)

    def why_not_whole(self, text: str) -> Reason | None:
        """Return what shows that a text does not reach to its end."""
        return why_not_whole(text)

    def port_fault(self, name: str) -> WrittenFault | None:
        """Return why a name is not the full name of a physical port."""
        return port_fault(name)

    def written_fault(self, kind: WrittenKind, text: str) -> WrittenFault | None:
        """Return why a text can't stand in the platform's texts as what it is."""
        return written_fault(kind, text)

    def baseline(self, settings: BaselineSettings) -> tuple[LinePath, ...]:
        """Return the harmless lines of a complete device, sorted."""
        return baseline(settings)

    def admission(self, device: Device, service: LoginService) -> Admission:
        """Return who gets in while no server of names answers."""
        return admission(device, service)

    def admits(self, path: LinePath) -> bool:
        """Return whether a line lets somebody in."""
        return admits(path)

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

    def with_ports(self, text: str, other: str) -> str:
        """Return a text with the ports of another one, shut."""
        return with_ports(text, other)

    def edits(self, state: TextState, standing: str) -> MadeEdits:
        """Return the edits from one text to another: make, switch, let act, take away."""
        return edits(_own(state), standing)

    def device_state(self, name: str, text: str) -> TextState:
        """Return the state of a device on which a text stands."""
        return running_state(name, text)

    def execute(self, state: TextState, line: str) -> Executed:
        """Return the state after one line is typed, and what the device says."""
        outcome = execute(_own(state), line)
        return Executed(state=outcome.state, said=outcome.said)

    def state_text(self, state: TextState) -> str:
        """Return the running text of a state."""
        return printed(_own(state).root)

    def settled(self, state: TextState) -> TextState:
        """Return the state when VRFs that are being deleted are gone."""
        return settled(_own(state))

    def text_in_force(self, state: TextState) -> InForce:
        """Return the text whose route policies sessions took last."""
        return in_force(_own(state))

    def typed_lines(self, text: str) -> tuple[str, ...]:
        """Return the lines with which a text is typed in."""
        return tuple(typed_lines(text))

    def likeness(self, path: LinePath) -> Likeness | None:
        """Return a line as all texts that say the same have it."""
        return likeness(path)

    def secret_fault(self, line: str, secret: str) -> Reason | None:
        """Return why a secret can't stand where a line names it."""
        return secret_fault(line, secret)

    def holds(self, shown: LinePath, secret: str) -> bool | None:
        """Return whether a line that a device shows holds a secret, None if nobody can see it."""
        return holds(shown, secret)

    def hide_secrets(self, text: str) -> str:
        """Return a text with a dummy for each secret."""
        return hide_secrets(text)


def _own(state: TextState) -> IosState:
    if not isinstance(state, IosState):
        raise TypeError("a state of another platform")
    return state


VENDOR: Vendor = _CiscoIos()
