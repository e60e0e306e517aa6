"""The routing states to be judged: the whole network, then every single failure, looking only at what it changes.

Turns evidence into a `Tally` of what is wrong. The one idea: states are independent of each other, so they can be shared out
to any executor; the tallies are merged in the order of the states, so that the answer is the same however it was computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import assert_never

from intents.prefix import Prefix
from intents.reason import Reason, because
from intents.registry import AttachmentName, PurposeName
from verification.evidence.address_index import AddressIndex
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.evidence.permitted_matrix import MatrixBounds
from verification.evidence.stub_ribs import StubRibs
from verification.questions.management import check_reachable
from verification.questions.network import NetworkFault
from verification.questions.purposes import Homes, check_purposes
from verification.questions.reachability import (
    Components,
    Senders,
    Wrong,
    WrongKind,
    check_changed,
    check_joined,
    plain_ports,
)
from verification.questions.segregation import check_wall
from verification.questions.stub_reachability import StubCheck, StubDemand, check_changed_stubs, check_stubs
from verification.questions.via import ViaPairs, check_via
from verification.routes.forwarding import Forwarding
from verification.routes.rib import NotSettledError
from verification.routes.surviving import Surviving
from verification.verdicts.failure import Failure, failures

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One failure to be judged; `among`: only routes to these prefixes can be wrong; None: any."""

    failure: Failure
    among: frozenset[Prefix] | None = None


Submit = Callable[[Sequence[State]], "Future[tuple[Tally, ...]]"]
"""Hands states to a worker, which will have judged them."""


@dataclass(slots=True)
class Tally:
    """What is wrong so far, by what it breaks; the first of each is kept, so that the smallest state shows it."""

    joined: dict[tuple[AttachmentName, AttachmentName], Wrong] = field(default_factory=dict)
    wall: dict[AttachmentName, Wrong] = field(default_factory=dict)
    transit: dict[AttachmentName, Wrong] = field(default_factory=dict)
    vias: dict[int, Wrong] = field(default_factory=dict)
    management: dict[str, NetworkFault] = field(default_factory=dict)
    purposes: tuple[NetworkFault, ...] = ()
    states: int = 0
    unsettled: Reason | None = None

    def add(self, found: Iterable[Wrong]) -> None:
        """Count wrongs of routing."""
        for item in found:
            match item.kind:
                case WrongKind.SESSION if item.destination is not None:
                    self.joined.setdefault((item.source, item.destination), item)
                case WrongKind.TRANSIT:
                    self.transit.setdefault(item.source, item)
                case WrongKind.SESSION | WrongKind.WALL | WrongKind.VIA:
                    self.wall.setdefault(item.source, item)
                case _:
                    assert_never(item.kind)

    def add_cuts(self, found: Iterable[NetworkFault]) -> None:
        """Count devices that management does not reach."""
        for item in found:
            self.management.setdefault(item.device, item)

    def add_gaps(self, found: Iterator[NetworkFault]) -> None:
        """Keep the first backbone VRF that lacks a prefix of its purpose."""
        if not self.purposes:
            self.purposes = tuple(islice(found, 1))

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is wrong, and everything was looked at."""
        return self == Tally(states=self.states)

    def merge(self, other: Tally) -> None:
        """Take what a later tally found in addition."""
        self.joined = {**other.joined, **self.joined}
        self.wall = {**other.wall, **self.wall}
        self.transit = {**other.transit, **self.transit}
        self.vias = {**other.vias, **self.vias}
        self.management = {**other.management, **self.management}
        self.purposes = self.purposes or other.purposes
        self.states += other.states
        self.unsettled = self.unsettled or other.unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Everything that a state is judged by; `exposed`: routes of the whole network that not all who have them need, and
    `exposed_by` their places by prefix."""

    evidence: Evidence
    address_index: AddressIndex
    permitted_matrix: MatrixBounds
    routes: StubRibs
    demand: StubDemand
    exposed: tuple[tuple[int, Prefix], ...]
    exposed_by: Mapping[Prefix, tuple[int, ...]]
    vias: ViaPairs
    plane: ManagementPlane
    homes: Homes
    purposes: Mapping[int, PurposeName]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeNetwork:
    """The whole network judged: what is wrong in it, and who sends over which nodes, which is all that a failure can change."""

    tally: Tally
    who: Senders


def judge_whole(inquiry: Inquiry) -> WholeNetwork:
    """Judge the whole network."""
    evidence, address_index = inquiry.evidence, inquiry.address_index
    tally = Tally(states=1)
    tally.add(check_joined(evidence, address_index, inquiry.routes.deliveries, inquiry.permitted_matrix.must))
    tally.add(check_wall(evidence, address_index, evidence.whole, inquiry.exposed, inquiry.permitted_matrix.may))
    tally.add(check_stubs(_stub_check(inquiry, inquiry.routes)))
    tally.add_cuts(check_reachable(evidence, address_index, evidence.whole, inquiry.plane, None))
    tally.add_gaps(check_purposes(evidence, inquiry.homes, inquiry.purposes, evidence.whole, None))
    for index, wrong in check_via(evidence, address_index, inquiry.routes.deliveries, inquiry.vias, None):
        tally.vias.setdefault(index, wrong)
    who = Senders(
        permitted_matrix=inquiry.permitted_matrix.must,
        plain=plain_ports(evidence),
        deliveries=inquiry.routes.deliveries,
    )
    return WholeNetwork(tally=tally, who=who)


def _stub_check(inquiry: Inquiry, routes: StubRibs) -> StubCheck:
    return StubCheck(
        evidence=inquiry.evidence,
        address_index=inquiry.address_index,
        demand=inquiry.demand,
        permitted_matrix=inquiry.permitted_matrix,
        routes=routes,
    )


def all_failures(evidence: Evidence) -> tuple[Failure, ...]:
    """Return every single failure of the network: backbone devices, links, shared ducts."""
    devices = sorted(evidence.given.roles.backbone & evidence.given.network.devices.keys())
    return failures(evidence.given.network, devices)


def judge_failures(
    inquiry: Inquiry, whole: WholeNetwork, states: Sequence[State], progress: Progress | None = None
) -> tuple[Tally, ...]:
    """Judge failures one after the other, against what is known of the whole network; a tally for each."""
    found = []
    for index, state in enumerate(states):
        if progress is not None:
            progress("failures", index, len(states))
        tally = _judge_failure(inquiry, whole.who, state)
        if state.among is not None and not tally.is_clean:  # other prefixes were looked at as if nothing had failed
            tally = _judge_failure(inquiry, whole.who, replace(state, among=None))
        found.append(tally)
    return tuple(found)


def start_failures(submit: Submit, states: Sequence[State]) -> tuple[Future[tuple[Tally, ...]], ...]:
    """Let workers begin to judge failures: runs of states, in their order."""
    size = max(1, len(states) // 96)
    return tuple(submit(states[start : start + size]) for start in range(0, len(states), size))


def collect_failures(begun: Sequence[Future[tuple[Tally, ...]]], progress: Progress | None = None) -> tuple[Tally, ...]:
    """Return what all of them found, in the order of the states."""
    found: list[Tally] = []
    for index, part in enumerate(begun):
        if progress is not None:
            progress("failures", index, len(begun))
        found += part.result()
    return tuple(found)


def all_routes(evidence: Evidence) -> Iterator[tuple[int, Prefix]]:
    """Yield every route of the whole network that a node has settled on or has itself: (node, prefix)."""
    for prefix, state in evidence.control_plane.base.items():
        for node, chosen in state.selected.items():
            if chosen is not None:
                yield node, prefix
    for node, held in enumerate(evidence.topology.local):
        for prefix in held:
            if evidence.control_plane.base[prefix].choice(node) is None:
                yield node, prefix


def _judge_failure(inquiry: Inquiry, who: Senders, asked: State) -> Tally:
    tally = Tally(states=1)
    try:
        _count_wrongs(inquiry, who, tally, asked)
    except NotSettledError as error:
        named = asked.failure.name.in_words()
        tally.unsettled = because("not_settled_under", failure=named, prefix=error.prefix)
    return tally


def _count_wrongs(inquiry: Inquiry, who: Senders, tally: Tally, asked: State) -> None:
    evidence, address_index, failure = inquiry.evidence, inquiry.address_index, asked.failure
    if asked.among is not None and not asked.among:
        return
    joined = components(evidence, failure)
    cut = evidence.given.network.devices.keys() - joined.keys()
    surviving = Surviving(evidence.topology, failure, frozenset(cut))
    views = evidence.control_plane.under(surviving, asked.among)
    state = Forwarding(evidence.control_plane, evidence.regions, surviving, views)
    deliveries = Deliveries(evidence, address_index, state)
    for prefix, view in views.items():
        changed = view.changed
        for region in evidence.regions.inside.get(prefix, ()):
            owner = address_index.owner.get(region)
            if owner is None or not changed or not address_index.keeps(region):
                continue
            if any(port.device in joined for port in evidence.ports.get(owner, ())):
                tally.add(check_changed(evidence, address_index, deliveries, region, changed, who, joined))
    routes = StubRibs(address_index, deliveries, inquiry.routes)
    tally.add(check_changed_stubs(_stub_check(inquiry, routes), joined))
    tally.add(check_wall(evidence, address_index, state, _led_elsewhere(inquiry, routes), inquiry.permitted_matrix.may))
    tally.add_cuts(check_reachable(evidence, address_index, state, inquiry.plane, joined))
    tally.add_gaps(check_purposes(evidence, inquiry.homes, inquiry.purposes, state, joined))
    for index, wrong in check_via(evidence, address_index, deliveries, inquiry.vias, joined):
        tally.vias.setdefault(index, wrong)


def _led_elsewhere(inquiry: Inquiry, routes: StubRibs) -> Iterator[tuple[int, Prefix]]:
    """Yield the routes that may lead where none led before: those that changed, and those that nobody promised are harmless."""
    state = routes.state
    for prefix, view in state.views.items():
        yield from ((node, prefix) for node in sorted(view.changed) if view.choice(node))
    covering = {
        prefix for region in inquiry.address_index.members(routes.touched) for prefix in state.regions.chains[region]
    }
    for place in sorted(place for prefix in covering for place in inquiry.exposed_by.get(prefix, ())):
        node, prefix = inquiry.exposed[place]
        local = inquiry.evidence.topology.local[node].get(prefix)
        is_own = local is not None and local.distance == 0
        if not is_own and node not in state.surviving.lost_nodes:
            yield node, prefix


def components(evidence: Evidence, failure: Failure) -> Components:
    """Return the components of the physical graph without what failed, by device.

    Components grow through cores and aggregations only: a site, or an edge, carries nobody else's traffic, and hangs on as
    many components as it has neighbours in. Traffic turns round there even between two neighbours in one building, so what
    hangs on none is joined to nobody.
    """
    found: dict[str, set[int]] = {}
    transit = (evidence.given.roles.transit & evidence.given.network.devices.keys()) - failure.devices
    seen: set[str] = set()
    for number, start in enumerate(sorted(transit)):
        stack = [start] if start not in seen else []
        while stack:
            device = stack.pop()
            if device in failure.devices:
                continue
            found.setdefault(device, set()).add(number)
            if device in transit and device not in seen:
                seen.add(device)
                cables = evidence.topology.cables.get(device, ())
                stack += [other for link, other in cables if link not in failure.links]
    return {device: frozenset(numbers) for device, numbers in found.items()}
