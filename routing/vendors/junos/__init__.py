"""Juniper Junos: `set` lines out, `set` lines or braces in.

The path of a line is one element: the statement as `show configuration | display set` gives it, without the word `set`,
words joined by one space and quoted only where needed. Braces give the same paths. A deactivated statement's path starts
with `inactive: `. `VENDOR` is what the rest of the project uses; `canonical` makes a neutral device writable here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import Device, LinePath, LoginService
from routing.vendors.admission import Admission
from routing.vendors.change import MadeEdits, WayBack
from routing.vendors.device_tables import DeviceTable, TableQuery, TableScope, Templates
from routing.vendors.entering import Entry
from routing.vendors.execution import Executed, InForce, TextState
from routing.vendors.junos.admission import WAY_IN_FACTS, admission, admits
from routing.vendors.junos.baseline import baseline
from routing.vendors.junos.canonical import canonical
from routing.vendors.junos.changing import edits
from routing.vendors.junos.committing import ENTRY
from routing.vendors.junos.execute.candidate import printed
from routing.vendors.junos.execute.run import JunosState, execute, running_state
from routing.vendors.junos.harmless import HARMLESS
from routing.vendors.junos.lacking import lacking
from routing.vendors.junos.ownership import owned
from routing.vendors.junos.reader.device import PLATFORM, read
from routing.vendors.junos.redaction.secrets import hide_secrets
from routing.vendors.junos.showing import tables
from routing.vendors.junos.showing.captured import FORMS, host_name, why_not_whole
from routing.vendors.junos.showing.running_text import SHOWING
from routing.vendors.junos.shown import holds, likeness, secret_fault
from routing.vendors.junos.subjects import edit_subject, subject_of
from routing.vendors.junos.tree import paths_text, read_statements, statement_paths
from routing.vendors.junos.writer.device import render, write
from routing.vendors.junos.written import port_fault, written_fault
from routing.vendors.subject import Subject
from routing.vendors.vendor import (
    BaselineSettings,
    Budget,
    Capabilities,
    CapturedForms,
    FenceTraits,
    Likeness,
    PlatformRules,
    ReadDevice,
    TextLine,
    Vendor,
    WrittenFault,
    WrittenKind,
)

_SITE = Budget(acl_entries=4_000, vrfs=32, subinterfaces=256, bgp_sessions=64, routes=20_000)
_BACKBONE = Budget(acl_entries=40_000, vrfs=64, subinterfaces=4_000, bgp_sessions=2_000, routes=500_000)

_UNREAD_BY_BATFISH = (
    (r"^Unencrypted key stored at line: \d+$", "keys are hidden before a text is sent"),
    (
        r"^(set routing-instances \S+ routing-options )?autonomous-system independent-domain( no-attrset)?;?$",
        "Batfish looks for loops in each instance by itself, with this line or without",
    ),
)


_TERM = re.compile(r"(?:^\s*(?:inactive: |protect: )*|\sfilter \S+ )term (\S+)(?:\s|$)")
_FILTER = re.compile(r"firewall (?:family inet(6)? )?filter (\S+)")


class _Junos:
    # leaks: every form of leaking on Junos (instance-import, auto-export, rib-groups, next-table) is judged differently by
    # devices and by Batfish, so none is written; leak at an IOS-XE edge instead.
    capabilities = Capabilities(
        way_back=WayBack.CONFIRMED_COMMIT,
        platform=PLATFORM,
        way_in_facts=WAY_IN_FACTS,
        unseen_secrets="snmp v3 usm ",
        leaks=False,
        ipv6=True,
        budgets=MappingProxyType({"": _SITE, "core": _BACKBONE, "aggregation": _BACKBONE, "edge": _BACKBONE}),
        loopback="lo0.1",
        control_interface="lo0.0",
        instance_asn=True,
        targets=False,
        originates_by_export=True,
        control_filter=True,
        fences=FenceTraits(permits_match_fragments=False, several_values=True),
        suffix=".conf",
        rules=PlatformRules(
            resolves_recursively=False,
            aggregates_start_anew=False,
            prepends_behind_own_as=False,
            checks_first_as=False,
            sends_to_first_as=False,
            sends_back=False,
            sends_inactive=False,
            unusable_distance=None,
            redistributes_default=True,
            redistributed_origin=0,
            own_leaks_weigh=False,
            parent_is_configured=False,
            refuses_own_router_id=False,
            groups_metrics=True,
            router_id_of_instance=True,
            tells_metric_of_ospf=False,
            external_distance=170,
            internal_distance=170,
            local_distance=130,
        ),
    )
    showing = SHOWING
    entry: Entry = ENTRY

    def render(self, device: Device) -> tuple[TextLine, ...]:
        return render(device)

    def lines(self, device: Device) -> tuple[TextLine, ...]:
        return write(device)

    def canonical(self, device: Device) -> Device:
        return canonical(device)

    def read(self, name: str, text: str) -> ReadDevice:
        return read(name, text)

    def paths(self, text: str) -> tuple[LinePath, ...]:
        return statement_paths(text)

    def numbered_paths(self, text: str) -> tuple[tuple[int, LinePath], ...]:
        return tuple((statement.line, statement.path) for statement in read_statements(text))

    def captured_forms(self) -> CapturedForms:
        return FORMS

    def host_name(self, text: str) -> str | None:
        return host_name(text)

    def table_queries(self, scopes: Sequence[TableScope]) -> tuple[TableQuery, ...]:
        return tables.queries(scopes)

    def read_tables(self, query: TableQuery, answer: str, templates: Templates) -> tuple[DeviceTable, ...]:
        return tables.read_tables(query, answer, templates)

    def text(self, paths: tuple[LinePath, ...]) -> str:
        return paths_text(paths)

    def merged_text(self, intended: tuple[LinePath, ...], foreign: tuple[LinePath, ...]) -> str:
        """Return the statements of both: Junos reads them all before it looks at any."""
        return paths_text((*intended, *foreign))

    def owned(self, path: LinePath, intended: frozenset[LinePath]) -> bool:
        return owned(path, intended)

    def subject_of(self, path: LinePath) -> Subject:
        """Return what a statement configures, and which filters and policies it uses."""
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
        return baseline(settings)

    def admission(self, device: Device, service: LoginService) -> Admission:
        return admission(device, service)

    def admits(self, path: LinePath) -> bool:
        return admits(path)

    def lacking(self, device: Device) -> Iterator[Reason]:
        return lacking(device)

    def harmless(self) -> tuple[tuple[str, str], ...]:
        return HARMLESS

    def unread_by_batfish(self) -> tuple[tuple[str, str], ...]:
        """Return lines that Batfish doesn't read and that no question put to it depends on."""
        return _UNREAD_BY_BATFISH

    def entry_name(self, lines: Sequence[str], number: int) -> str:
        """Return the name of the term that a line belongs to: it stands in a `set` line, and before the brace otherwise."""
        found = (_TERM.search(line) for line in reversed(lines[:number]))
        return next((match.group(1) for match in found if match is not None), "")

    def misread_by_batfish(self, device: Device) -> tuple[Reason, ...]:
        """Return the filters whose name stands in both families: Batfish takes them for one filter, with the terms of both."""
        names: dict[Family, set[str]] = {family: set() for family in Family}
        for acl in device.acls:
            names[acl.family].add(acl.name)
        for line in device.unknown:
            found = _FILTER.match(" ".join(line.path))
            if found is not None:
                names[Family.V6 if found.group(1) else Family.V4].add(found.group(2))
        both = names[Family.V4] & names[Family.V6]
        return tuple(because("filter_in_both_families", name=name) for name in sorted(both))

    def interface_name(self, name: str) -> str:
        return name

    def with_ports(self, text: str, other: str) -> str:  # noqa: ARG002 - only what is configured is printed
        """Return the text as it is."""
        return text

    def edits(self, state: TextState, standing: str) -> MadeEdits:
        """Return the candidate that changes one text into another, and its commit."""
        return edits(_own(state), standing)

    def device_state(self, name: str, text: str) -> TextState:
        return running_state(name, text)

    def execute(self, state: TextState, line: str) -> Executed:
        outcome = execute(_own(state), line)
        return Executed(state=outcome.state, said=outcome.said)

    def state_text(self, state: TextState) -> str:
        """Return the committed text: the candidate acts on nothing (JUN-EXEC-05)."""
        return printed(_own(state).committed)

    def settled(self, state: TextState) -> TextState:
        return state

    def text_in_force(self, state: TextState) -> InForce:
        """Return the committed text: a commit applies policies to the routes that are there (JUN-EXEC-06)."""
        return InForce(text=self.state_text(state))

    def typed_lines(self, text: str) -> tuple[str, ...]:
        return tuple(paths_text(statement_paths(text)).splitlines())

    def likeness(self, path: LinePath) -> Likeness | None:
        return likeness(path)

    def secret_fault(self, line: str, secret: str) -> Reason | None:
        """Return why a secret can't stand where a line names it."""
        return secret_fault(line, secret)

    def holds(self, shown: LinePath, secret: str) -> bool | None:
        """Return whether a line that a device shows holds a secret, None if nobody can see it."""
        return holds(shown, secret)

    def hide_secrets(self, text: str) -> str:
        return hide_secrets(text)


def _own(state: TextState) -> JunosState:
    if not isinstance(state, JunosState):
        raise TypeError("a state of another platform")
    return state


VENDOR: Vendor = _Junos()

__all__ = ["VENDOR", "canonical"]
