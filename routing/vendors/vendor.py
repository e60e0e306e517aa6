"""What a vendor module offers: capabilities, `render`, its inverse `read`, a baseline, who owns a line, which words are secret.

The one idea: everything a platform does differently lives behind this protocol; nothing outside a vendor module tests for
a platform's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from intents.reason import Reason
from routing.model import Device, LinePath, LoginService, Ref
from routing.vendors.admission import Admission
from routing.vendors.change import MadeEdits, WayBack
from routing.vendors.device_tables import DeviceTable, TableQuery, TableScope, Templates
from routing.vendors.entering import Entry
from routing.vendors.execution import Executed, InForce, TextState
from routing.vendors.showing import Showing
from routing.vendors.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits of a platform; a device over one of them is a Finding."""

    acl_entries: int
    vrfs: int
    subinterfaces: int
    bgp_sessions: int
    routes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRules:
    """What devices of a platform do by themselves, beside what their text says: each a fact of docs/en/platform-facts.md.

    The defaults are IOS-XE's. Both judges' meanings rest on these values; where one is wrong, both are.
    """

    prepends_behind_own_as: bool = True
    """ASs that an export policy prepends stand behind the sender's own AS (IOS-SEND-01), else before it (JUN-SEND-01)."""
    checks_first_as: bool = True
    """A path whose first AS is not the neighbour's is refused (IOS-RECV-03, JUN-RECV-02)."""
    sends_to_first_as: bool = True
    """A path is sent to a neighbour whose AS is its first one (IOS-SEND-02), else only if the statement says so (JUN-SEND-02)."""
    sends_back: bool = True
    """A path is sent back to the neighbour that it was learned from (IOS-SEND-07), else not (JUN-SEND-03)."""
    sends_inactive: bool = True
    """The best BGP path is told also where the table uses another source's route (IOS-SEND-03), else not (JUN-SEND-04)."""
    unusable_distance: int | None = 255
    """A static route of this distance is never installed (IOS-STAT-03, JUN-STAT-05)."""
    resolves_recursively: bool = True
    """A static route's next hop resolves through any route but the default (IOS-STAT-01, IOS-STAT-02), else only through a
    connected network (JUN-STAT-01)."""
    aggregates_start_anew: bool = True
    """An aggregate has an empty AS path (IOS-AGG-01), else what its contributors have in common (JUN-AGG-02)."""
    redistributes_default: bool = False
    """Redistributing static routes carries 0/0, too (IOS-STAT-04, JUN-STAT-10)."""
    redistributed_origin: int = 2
    """ORIGIN of a redistributed route: 0 IGP, 2 incomplete (IOS-ORIGIN-01, JUN-ORIGIN-01)."""
    own_leaks_weigh: bool = True
    """A route of the device itself that is leaked keeps its weight in the other VRF and beats received ones (IOS-VRF-04)."""
    parent_is_configured: bool = True
    """A physical interface that no section names is shut (IOS-UP-02); else it is up by default (JUN-UP-05)."""
    refuses_own_router_id: bool = True
    """An OPEN that names the receiver's own router ID is refused on external sessions, too (RFC-SESS-03)."""
    groups_metrics: bool = False
    """MEDs are compared AS by AS, in whatever order paths came (JUN-DEC-02), else path by path, by age (IOS-DEC-05)."""
    external_distance: int = 20
    """Administrative distance of what BGP learned from another AS (IOS-DIST-01, JUN-DIST-01)."""
    internal_distance: int = 200
    """That of what BGP learned inside the AS (IOS-DIST-01, JUN-DIST-01)."""
    local_distance: int = 200
    """That of an aggregate that BGP makes (IOS-DIST-01, JUN-DIST-01)."""
    tells_metric_of_ospf: bool = True
    """What BGP takes from OSPF carries its metric as MED (IOS-OSPF-09), else nobody has said what it carries (JUN-OSPF-07)."""
    router_id_of_instance: bool = False
    """Without a statement the router ID comes from the instance's own interfaces (JUN-UP-07), else from the global table's
    (IOS-RID-01)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceTraits:
    """What a platform's filters mean: `permits_match_fragments`: a permit with ports also admits non-initial fragments (IOS);
    `several_values`: one entry may name several addresses and ports (Junos)."""

    permits_match_fragments: bool = True
    several_values: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the platform can do here, each absence with its reason in the vendor module.

    `leaks`: prefix-exact leaking between VRFs of the device. `budgets`: by role name, "" for every other role.
    `loopback`: name of the management loopback; `control_interface`: of the one whose filter guards the other VRFs.
    `instance_asn`: BGP in a VRF has an AS of its own, else neighbours get a
    local AS. `targets`: VRFs carry RDs and route targets. `originates_by_export`: own routes enter BGP by export policy
    alone, else by naming each one (`network`). `control_filter`: logins are fenced by a filter on the loopback, else by
    a list of each login. `fences`: what its filters mean. `suffix` of files that hold its texts.
    `rules`: what its devices do by themselves. `way_back`: what they do if a change is not confirmed.
    `way_in_facts`: the facts about them that a verdict about a way in rests on. `unseen_secrets`: a regular expression of lines
    that no device shows as they were typed, their secret or all of them, so that nobody can see whether one stands.
    """

    platform: str
    leaks: bool
    ipv6: bool
    budgets: Mapping[str, Budget]
    loopback: str = "Loopback0"
    instance_asn: bool = False
    targets: bool = True
    originates_by_export: bool = False
    control_filter: bool = False
    control_interface: str = ""
    fences: FenceTraits = field(default_factory=FenceTraits)
    suffix: str = ".cfg"
    rules: PlatformRules = field(default_factory=PlatformRules)
    way_back: WayBack = WayBack.REPLACE
    way_in_facts: tuple[str, ...] = ()
    unseen_secrets: str = ""


class TextLine(NamedTuple):
    """One rendered line: its text without newline, its path (sections first, the line itself last) and what it serves.

    `refs` are the things of the model that this line (helps to) say; empty for fixed lines and section ends.
    """

    text: str
    path: LinePath
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDevice:
    """A device read from text; `lines` gives the 1-based line number that first says each thing."""

    device: Device
    lines: Mapping[Ref, int]
    unknown_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSettings:
    """What the baseline of every device needs (shapes only, secrets are references by name, never values).

    Addresses are texts. `management_vrf` is the VRF that carries them; `secret_names` maps what a line needs
    ("tacacs", "snmp_auth", "snmp_priv", "ntp", "enable", "admin") to the reference name printed as `{{secret:NAME}}`.
    """

    domain_name: str
    management_vrf: str
    management_interface: str
    ntp_servers: tuple[str, ...]
    syslog_servers: tuple[str, ...]
    tacacs_servers: tuple[str, ...]
    snmp_servers: tuple[str, ...]
    banner: str
    timezone: str
    secret_names: Mapping[str, str]


class WrittenKind(StrEnum):
    """What an office writes that comes to stand in a device's text: by the field's name in the workspace."""

    DEVICE = "device"
    PURPOSE = "purpose"
    DOMAIN_NAME = "domain_name"
    TIMEZONE = "timezone"
    BANNER = "banner"


class WrittenFault(NamedTuple):
    """Why a text that an office writes can't stand in texts of a platform, what may stand there, and what was probably meant
    ("" if nobody can say)."""

    reason: Reason
    wanted: Reason
    suggestion: str = ""


class CapturedForms(NamedTuple):
    """What tells texts of a platform from others: `signs`, lines that they have; `strangers`, lines that they never have
    (those of platforms that look alike)."""

    signs: re.Pattern[str]
    strangers: re.Pattern[str]


class Likeness(NamedTuple):
    """A line as all texts that say the same have it. `default_of`: the command that the line says the default of, so that a text
    without a line of this command in the section says it, too ("": of none)."""

    path: LinePath
    default_of: str = ""


class Vendor(Protocol):
    """A platform. `render` refuses (ValueError) a feature that the platform lacks, before it writes any text."""

    capabilities: Capabilities
    showing: Showing
    entry: Entry

    def canonical(self, device: Device) -> Device:
        """Return the same device in the form that reading its text gives back (mechanical differences only)."""
        ...

    def render(self, device: Device) -> tuple[TextLine, ...]: ...

    def lines(self, device: Device) -> tuple[TextLine, ...]:
        """Return what `render` returns for a device that it has accepted before: no need to prove the text again."""
        ...

    def read(self, name: str, text: str) -> ReadDevice: ...

    def paths(self, text: str) -> tuple[LinePath, ...]:
        """Return the path of every configuration line of a text, in order (comments and blank lines left out)."""
        ...

    def numbered_paths(self, text: str) -> tuple[tuple[int, LinePath], ...]:
        """Return what `paths` returns, each with the number (from 1) of its line."""
        ...

    def captured_forms(self) -> CapturedForms:
        """Return what texts of the platform look like when nobody says what they are."""
        ...

    def host_name(self, text: str) -> str | None:
        """Return the name that a text gives its device, None if it gives none."""
        ...

    def table_queries(self, scopes: Sequence[TableScope]) -> tuple[TableQuery, ...]:
        """Return what a device is asked for these tables, each in one query."""
        ...

    def read_tables(self, query: TableQuery, answer: str, templates: Templates) -> tuple[DeviceTable, ...]:
        """Return the tables of a query's scopes that an answer holds (lines end with `\\n`), each whole or named;
        UnreadTableError if it is not the answer. `templates` reads what a command line prints."""
        ...

    def text(self, paths: tuple[LinePath, ...]) -> str:
        """Return the text that consists of these paths (inverse of `paths`), sections merged, in first-seen order."""
        ...

    def merged_text(self, intended: tuple[LinePath, ...], foreign: tuple[LinePath, ...]) -> str:
        """Return the text of the intended paths and foreign ones, in an order in which it can be entered."""
        ...

    def owned(self, path: LinePath, intended: frozenset[LinePath]) -> bool:
        """Return whether a line found on a device is ours to change, given the paths that we intend there.

        Ours: what is intended; and whatever stands inside something that only we make (interfaces and VRFs that the
        intended paths name, ACLs, prefix lists and route maps in our namespace `TRUC-`, BGP in our VRFs).
        """
        ...

    def subject_of(self, path: LinePath) -> Subject:
        """Return what a line configures, and which lists and policies it uses, whoever wrote it."""
        ...

    def edit_subject(self, typed: LinePath) -> Subject:
        """Return what a line of an edit configures or takes away, behind the headers of the sections that it is typed in."""
        ...

    def why_not_whole(self, text: str) -> Reason | None:
        """Return what shows that a text, as a device prints it, does not reach to its end; None if nothing does."""
        ...

    def port_fault(self, name: str) -> WrittenFault | None:
        """Return why a name is not the full name of a physical port, None if it is."""
        ...

    def written_fault(self, kind: WrittenKind, text: str) -> WrittenFault | None:
        """Return why a text can't stand in the platform's texts as what it is, None if it can."""
        ...

    def baseline(self, settings: BaselineSettings) -> tuple[LinePath, ...]:
        """Return the harmless lines that make a complete device: AAA, SSH, logging, NTP, SNMP, banner."""
        ...

    def admission(self, device: Device, service: LoginService) -> Admission:
        """Return who gets a session with every right by SSH or NETCONF while no server of names answers."""
        ...

    def admits(self, path: LinePath) -> bool:
        """Return whether a line lets somebody in who is not without it: a user, a password, a key, a server of names."""
        ...

    def lacking(self, device: Device) -> Iterator[Reason]:
        """Yield what a whole text needs before it stands on a device, or lets anybody in, and this one has not."""
        ...

    def harmless(self) -> tuple[tuple[str, str], ...]:
        """Return the closed list of harmless lines: (regular expression over the space-joined path, reason)."""
        ...

    def unread_by_batfish(self) -> tuple[tuple[str, str], ...]:
        """Return lines that mean something, that Batfish doesn't read, and that may be left out there all the same: (regular
        expression over a text line or over what Batfish says of it, reason)."""
        ...

    def misread_by_batfish(self, device: Device) -> tuple[Reason, ...]:
        """Return what Batfish takes for something else in a device's text without a word, and how."""
        ...

    def interface_name(self, name: str) -> str:
        """Return what Batfish calls an interface that the device calls so."""
        ...

    def entry_name(self, lines: Sequence[str], number: int) -> str:
        """Return what Batfish calls the ACL entry whose first line is this one (numbers from 1), blanks made single."""
        ...

    def with_ports(self, text: str, other: str) -> str:
        """Return a text with the ports that another text of the device configures, shut, where it has none of them: a device
        prints every physical port, whatever stands on it."""
        ...

    def edits(self, state: TextState, standing: str) -> MadeEdits:
        """Return the edits that change the text of a state into the one that shall stand, as `state_text` prints it, executed;
        UnclearError if a line is refused, or what it does is not known."""

    def device_state(self, name: str, text: str) -> TextState:
        """Return the state of a device of a name on which a text stands, in configuration mode; UnclearError for a text that
        means something else in the order in which devices print lines."""
        ...

    def execute(self, state: TextState, line: str) -> Executed:
        """Return the state after one line is typed, and what the device says; TypeError for a state of another platform."""
        ...

    def state_text(self, state: TextState) -> str:
        """Return the text that acts in a state, as the device prints it, for `read`; of what is scheduled, as it is before."""
        ...

    def settled(self, state: TextState) -> TextState:
        """Return the state when everything that a line has scheduled for later is done."""
        ...

    def text_in_force(self, state: TextState) -> InForce:
        """Return the text whose route policies act on the routes that are there; what comes in meets those of `state_text`."""
        ...

    def typed_lines(self, text: str) -> tuple[str, ...]:
        """Return the lines with which a whole text is typed into an empty device; Junos wants a commit behind them."""

    def likeness(self, path: LinePath) -> Likeness | None:
        """Return a line in the form in which lines that a device prints of the same are equal: spelling, numbers of entries and
        secrets left out; None for one that devices do not show."""
        ...

    def secret_fault(self, line: str, secret: str) -> Reason | None:
        """Return why a secret can't stand where a line names it, None if it can: some lines want a hash of a kind."""
        ...

    def holds(self, shown: LinePath, secret: str) -> bool | None:
        """Return whether a line that a device shows holds a secret: what is only veiled is unveiled, a hash is as it was typed;
        None for what the device itself encrypts."""
        ...

    def hide_secrets(self, text: str) -> str:
        """Return a text, or one line of it, with a dummy for each secret: same lines, and the same device when it is read."""
        ...
