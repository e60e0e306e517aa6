"""Whoever changes devices stays able to get into each of them: asked at every step of a roll-out, and of what goes back (ADR 44).

The one idea: what one device decides is asked after every edit that touches it; what routes decide is asked of every state that
is judged; and a return is asked only if the way there has touched what the way in rests on, for it types no other lines.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from controller.jobs.pipeline import Compiled
from controller.rollout.premises import Stand, changed_vrfs
from controller.rollout.steps import DeviceChange
from intents.builtin import MANAGEMENT
from intents.finding import Finding, Where, make_finding
from intents.prefix import Prefix
from intents.reason import Reason, because
from ipam.address_plan import EntryState
from ipam.keys import LanKey, LoopbackKey
from routing.model import Device, LoginService
from routing.vendors import VENDORS
from routing.vendors.change import EditKind, WayBack
from verification.evidence.evidence import Evidence, Given
from verification.questions.way_in import (
    StationPort,
    WayInAsked,
    Wrong,
    check_routes_in,
    check_way_in,
    entrant_of,
    ground_of,
    managing_vrfs,
)
from verification.verdicts.verdict import Violated

_STATES = {
    "running": because("moment_running"),
    "joined": because("moment_joined"),
    "stubs_changed": because("moment_stubs_changed"),
    "sample": because("moment_sample"),
    "standing": because("moment_standing"),
    "parted": because("moment_parted"),
}
"""What judged states are called in which no device is in the middle of its edits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where in a roll-out something is: behind a line (the last of some edits of a device, or of its way back), else in a judged
    state."""

    at: str = ""
    edits: int = 0
    line: str = ""
    going_back: bool = False
    state: str = "running"

    def in_words(self) -> Reason:
        """Return it as something that can be said."""
        if not self.line:
            return _STATES[self.state]
        if self.going_back:
            return because("moment_going_back", line=self.line, device=self.at)
        return because("moment_behind", line=self.line, device=self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayInFault:
    """A way in that is lost (`is_known`), or not known to be kept: into which device, when, and why."""

    device: str
    moment: Moment
    reason: Reason
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn:
    """What was asked of ways in, and found. `hosts`: from where; `asked`: at how many positions of devices. Devices by what they
    do if nobody confirms: `one_step`: all at once; `untouched`: no line that the way in rests on; `not_proved`: such lines, in an
    order that is not known. `rests_on`: facts about the platforms."""

    hosts: tuple[Prefix, ...]
    asked: int = 0
    faults: tuple[WayInFault, ...] = ()
    one_step: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    not_proved: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()


def asked_of(ends: tuple[Compiled, Compiled], given: Given) -> WayInAsked:
    """Return who must get in where: from hosts that both workspaces have, to each device's own addresses in both."""
    before, after = map(_hosts, ends)
    hosts = tuple(sorted(before.keys() & after.keys()))
    names = frozenset[str]().union(*(before[host] for host in hosts))
    own: dict[str, tuple[Prefix, ...]] = {}
    for device, prefix in sorted(_loopbacks(ends[0]) & _loopbacks(ends[1])):
        own[device] = (*own.get(device, ()), prefix)
    ports = {(port.device, port.interface) for port in given.network.ports if port.attachment in names}
    return WayInAsked(
        hosts=hosts,
        own=own,
        ports=tuple(StationPort(device=device, interface=name) for device, name in sorted(ports)),
        sites=given.roles.sites,
    )


def _hosts(end: Compiled) -> Mapping[Prefix, frozenset[str]]:
    """Return where whoever changes devices sits, each with the attachments that it may be plugged in as: the named hosts, or the
    whole LANs of the management stations."""
    wanted, management = end.addressed.wanted, end.addressed.wanted.settings.management
    lans = [
        (entry.prefix, name)
        for name, attachment in wanted.registry.attachments.items()
        if attachment.organisation in management.login_from and attachment.purpose == MANAGEMENT
        for entry in end.addressed.address_plan.prefixes
        if entry.key == LanKey(name) and entry.state is EntryState.ACTIVE
    ]
    named = {Prefix(host.family, host.value, host.family.bits) for host in management.hosts}
    return {
        host: frozenset(name for lan, name in lans if lan.covers(host)) for host in named or {lan for lan, _ in lans}
    }


def _loopbacks(end: Compiled) -> frozenset[tuple[str, Prefix]]:
    return frozenset(
        (entry.key.device, entry.prefix)
        for entry in end.addressed.address_plan.prefixes
        if isinstance(entry.key, LoopbackKey) and entry.state is EntryState.ACTIVE
    )


class WayInWatch:
    """Asks at every step of one roll-out. `asked`: of what stands between; `whole`: of both ends, where nobody is cut off."""

    def __init__(
        self, ends: tuple[Compiled, Compiled], given: Given, running: Mapping[str, Device], interrupted: Collection[str]
    ) -> None:
        self.whole = asked_of(ends, given)
        self.asked = replace(
            self.whole,
            own={device: found for device, found in self.whole.own.items() if device not in interrupted},
            ports=tuple(port for port in self.whole.ports if port.device not in interrupted),
        )
        self._has_hosts = bool(_hosts(ends[0]))
        self._owned = {device for device, _ in _loopbacks(ends[0])}
        self._entrants = {name: entrant_of(device, _accounts(ends[0], name)) for name, device in running.items()}
        self._running = running

    def at_first(self, changes: Sequence[DeviceChange]) -> Iterator[WayInFault]:
        """Yield what keeps whoever changes devices out of any device before the first edit."""
        if not self._has_hosts or not changes:
            return
        if not self.asked.hosts or not self.asked.ports:
            yield _lost(changes[0].device, because("way_in_no_host"))
        for name in sorted(change.device for change in changes):
            if name in self._owned and not self.whole.own.get(name):
                yield _lost(name, because("way_in_address_changes"))
        for name, device in sorted(self._running.items()):
            for wrong in self._wrong(device, self.whole):
                yield _fault(name, wrong, Moment())

    def along(self, change: DeviceChange, stands: Sequence[Stand], *, going_back: bool = False) -> Iterator[WayInFault]:
        """Yield what keeps whoever changes a device out of it, behind each edit that touches what the way in rests on."""
        before = self.ground(stands[0].device)
        for stand in stands[1:]:
            ground = self.ground(stand.device)
            if ground != before:
                for wrong in self._wrong(stand.device, self.whole if stand is stands[-1] else self.asked):
                    yield _fault(change.device, wrong, moment_of(change, stand.edits, going_back=going_back))
            before = ground

    def ground(self, device: Device) -> tuple[object, ...]:
        """Return all of a device, beside its routes, that its way in rests on."""
        return ground_of(device, self.whole, self._entrants[device.name])

    def touches(self, stands: Sequence[Stand]) -> bool:
        """Return whether anything that the way in rests on is otherwise at some position of a device than at the first one."""
        first, *others = stands
        before = self.ground(first.device)
        if any(self.ground(stand.device) != before for stand in others):
            return True
        return not changed_vrfs(stands).isdisjoint(managing_vrfs(first.device, self.whole))

    def routes(self, evidence: Evidence, moment: Moment, *, is_whole: bool) -> Iterator[WayInFault]:
        """Yield devices that routes of a state lead nobody to or back from; `is_whole`: nobody is cut off in it."""
        asked = self.whole if is_whole else self.asked
        if self._has_hosts and asked.hosts and asked.ports:
            for device, wrong in check_routes_in(evidence, asked):
                yield _fault(device, wrong, moment)

    def _wrong(self, device: Device, asked: WayInAsked) -> Iterator[Wrong]:
        if self._has_hosts and asked.hosts and device.name in asked.own:
            yield from check_way_in(device, asked, self._entrants[device.name])


def found_of(
    watch: WayInWatch,
    changes: Sequence[tuple[DeviceChange, Sequence[Stand]]],
    returns: Callable[[DeviceChange], Sequence[Stand]],
) -> WaysIn:
    """Return what is found along all changes. `returns`: the positions of a device's way back."""
    faults = [*watch.at_first([change for change, _ in changes])]
    kinds: dict[str, list[str]] = {"one_step": [], "untouched": [], "not_proved": []}
    asked = 0
    for change, stands in changes:
        faults += watch.along(change, stands)
        asked += len(stands)
        if VENDORS[change.platform].capabilities.way_back is WayBack.CONFIRMED_COMMIT:
            kinds["one_step"].append(change.device)  # to the text of before, of which it is asked at first
        elif not watch.touches(stands):
            kinds["untouched"].append(change.device)
        else:
            kinds["not_proved"].append(change.device)
            back = returns(change)
            faults += watch.along(change, back, going_back=True)
            asked += len(back)
    platforms = sorted({change.platform for change, _ in changes})
    return WaysIn(
        hosts=watch.asked.hosts,
        asked=asked,
        faults=tuple(dict.fromkeys(faults)),
        one_step=tuple(kinds["one_step"]),
        untouched=tuple(kinds["untouched"]),
        not_proved=tuple(kinds["not_proved"]),
        rests_on=tuple(fact for platform in platforms for fact in VENDORS[platform].capabilities.way_in_facts),
    )


def way_in_findings(faults: Iterable[WayInFault]) -> tuple[Finding, ...]:
    """Return what a plan is refused for: each way in that is lost or not known to be kept, once for each device and reason."""
    found = {(fault.device, fault.reason): fault for fault in reversed(tuple(faults))}
    return tuple(
        make_finding(
            "TR887" if fault.is_known else "TR888",
            Where(device=fault.device),
            reason=fault.reason,
            moment=fault.moment.in_words(),
        )
        for fault in reversed(found.values())
    )


def _accounts(end: Compiled, name: str) -> frozenset[str]:
    """Return the accounts that the workspace gives a device."""
    config = end.configs.get(name)
    if config is None:
        return frozenset()
    vendor = VENDORS[config.platform]
    admission = vendor.admission(vendor.read(name, config.text).device, LoginService.SSH)
    return frozenset(account.name for account in admission.accounts)


def _fault(device: str, wrong: Wrong, moment: Moment) -> WayInFault:
    return WayInFault(device=device, moment=moment, reason=wrong.reason, is_known=isinstance(wrong, Violated))


def _lost(device: str, reason: Reason) -> WayInFault:
    return WayInFault(device=device, moment=Moment(), reason=reason, is_known=True)


def moment_of(change: DeviceChange, edits: int, *, going_back: bool = False, state: str = "position") -> Moment:
    """Return the moment behind some edits of a device, with the last line of them, without secrets; of a candidate the last line
    before its commit."""
    done = (change.back if going_back else change.edits)[:edits]
    said = next((edit.line for edit in reversed(done) if edit.kind is not EditKind.COMMIT), "")
    line = VENDORS[change.platform].hide_secrets(said).removesuffix("\n")
    return Moment(at=change.device, edits=edits, line=line, going_back=going_back, state=state)
