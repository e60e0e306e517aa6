"""What devices show of their routes, held against what the engine predicts of their very texts: the one witness of both judges.

The one idea: both meanings rest on the same readers and the same platform facts, and only a device can say that these are wrong;
so whatever explains a difference is looked for first (what is seen to be down, lines that are not understood, neighbours that
nobody read), and what is left is a fault of truc's own model, told with the line and the facts that it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because
from routing.model import Ref, RouteSource
from routing.refs import bgp_ref, interface_ref, neighbor_ref
from routing.vendors.device_tables import (
    DeviceTable,
    DeviceTables,
    ShownRoute,
    ShownSource,
    TableKind,
    TableScope,
    scope_in_words,
)
from routing.vendors.platform_facts import facts_about
from verification.drift.seen import NeighborKey, SeenStates, seen_by
from verification.drift.shown_routes import agree, predicted_in_words, shown_in_words
from verification.inspection.tables import Inspection
from verification.inspection.texts import InspectedTexts
from verification.routes.surviving import Surviving
from verification.routes.table import table
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.route_entry import RouteEntry
from verification.verdicts.verdict import Culprit, NotModelled

MOST_FACTS = 8
"""Facts that are named of one line; those come first that quote its words."""
MOST_CAUSES = 5


class WitnessClass(StrEnum):
    """What explains a difference, worst first: nothing; nobody can say; or one of the ordinary reasons."""

    MODEL_FAULT = "model-fault"
    UNSETTLED = "unsettled"
    NOT_MODELLED = "not-modelled"
    OUTSIDE = "outside"
    FAILURE = "failure"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessDifference:
    """One thing that a device shows otherwise than its text predicts, or than it would without what explains it.

    `prefix` None: it is about an interface or a session. `predicted` and `shown` are said in words; `culprits` are the lines that
    the prediction rests on, `facts` the platform facts that it takes for granted, `causes` what explains it.
    """

    device: str
    vrf: str | None
    prefix: Prefix | None
    witness_class: WitnessClass
    predicted: Reason
    shown: Reason
    culprits: tuple[Culprit, ...] = ()
    facts: tuple[str, ...] = ()
    causes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWitnessed:
    """A device's table (None: all of them) that was not held against anything, and why."""

    device: str
    scope: TableScope | None
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """All that devices' tables say of the model; `tables` and `routes` were held against predictions."""

    differences: tuple[WitnessDifference, ...] = ()
    not_read: tuple[NotWitnessed, ...] = ()
    down: tuple[Reason, ...] = ()
    devices: int = 0
    tables: int = 0
    routes: int = 0

    @property
    def faults(self) -> tuple[WitnessDifference, ...]:
        """The faults of the model."""
        return tuple(item for item in self.differences if item.witness_class is WitnessClass.MODEL_FAULT)


def hear(texts: InspectedTexts, shown: Mapping[str, DeviceTables], declared: InspectedTexts | None = None) -> Witness:
    """Return what tables say, each read with the very text of its device in `texts`; `declared`: the network as it should be, if
    any text differs from it."""
    seen = seen_by(texts.network, shown)
    return _Hearing(texts, shown, declared, seen).result()


Causes: TypeAlias = tuple[WitnessClass, tuple[Reason, ...]]
"""What explains a difference: the class that it makes of it, and the reasons."""


@dataclass(slots=True)
class _Counts:
    tables: int = 0
    routes: int = 0


class _Predicted:
    """The tables of one network."""

    def __init__(self, texts: InspectedTexts) -> None:
        self.inspection = Inspection(texts)
        self.state = self.inspection.forwarding()

    def table(self, device: str, vrf: str | None) -> Mapping[Prefix, RouteEntry]:
        """Return the routes of a VRF; none if there is no such VRF, or if nothing settles."""
        node = self.inspection.topology.number.get((device, vrf))
        return {} if node is None or isinstance(self.state, NotModelled) else table(self.state, node)

    def sessions(self) -> frozenset[NeighborKey]:
        """Return the neighbours that exchange routes."""
        topology = self.inspection.topology
        lost = Surviving(topology, NO_FAILURE).lost_sessions
        return frozenset(
            (*topology.nodes[item.receiver], item.accept.family, item.accept.address)
            for item in topology.sessions
            if item.number not in lost
        )


@dataclass(slots=True)
class _Hearing:
    texts: InspectedTexts
    shown: Mapping[str, DeviceTables]
    declared: InspectedTexts | None
    seen: SeenStates
    found: list[WitnessDifference] = field(default_factory=list)
    silent: list[NotWitnessed] = field(default_factory=list)
    counts: _Counts = field(default_factory=_Counts)

    def result(self) -> Witness:
        plain = _Predicted(self.texts)
        alive = _Predicted(replace(self.texts, network=self.seen.network)) if self.seen.down else plain
        wanted = None if self.declared is None else _Predicted(self.declared)
        not_read = [
            NotWitnessed(device=name, scope=item.scope, why=item.missing)
            for name, tables in sorted(self.shown.items())
            for item in tables.missing
            if item.missing is not None
        ]
        not_read += [NotWitnessed(device=name, scope=scope, why=why) for name, scope, why in self.seen.unusable]
        sessions = plain.sessions()
        for name, tables in sorted(self.shown.items()):
            causes = self._doubts(plain, name)
            self._interfaces(name, causes)
            self._sessions(name, sessions, causes)
            for item in tables.tables:
                if item.scope.kind is TableKind.ROUTES and item.missing is None:
                    self._routes(name, item, (plain, alive, wanted), causes)
        order = list(WitnessClass)
        return Witness(
            differences=tuple(sorted(self.found, key=lambda item: (order.index(item.witness_class), _place(item)))),
            not_read=(*not_read, *self.silent),
            down=self.seen.down,
            devices=len(self.shown),
            tables=self.counts.tables,
            routes=self.counts.routes,
        )

    def _doubts(self, plain: _Predicted, device: str) -> Causes | None:
        """Return what keeps a difference of a device from being the model's fault, None if nothing does."""
        if isinstance(plain.state, NotModelled):
            return WitnessClass.NOT_MODELLED, (plain.state.reason,)
        doubts = plain.inspection.doubts
        own = doubts.about(device)
        unknown = tuple(
            dict.fromkeys(_in_words(item.device, item.reason) for item in own if not _is_outside(item.reason))
        )
        if unknown:
            return WitnessClass.NOT_MODELLED, unknown[:MOST_CAUSES]
        if own:
            outside = tuple(dict.fromkeys(_in_words(item.device, item.reason) for item in own))
            return WitnessClass.OUTSIDE, outside[:MOST_CAUSES]
        unsure = tuple(
            because("state_not_had", device=name, table=scope_in_words(scope))
            for name in doubts.reaching(device)
            for scope in self.seen.unsure.get(name, ())
        )
        return (WitnessClass.UNSETTLED, unsure[:MOST_CAUSES]) if unsure else None

    def _interfaces(self, device: str, causes: Causes | None) -> None:
        for name, vrf in self.seen.up_though_shut.get(device, ()):
            said = because("predicted_down", interface=name), because("shown_up", interface=name)
            self._tell(self._not_predicted(device, vrf, interface_ref(name), *said), causes)

    def _sessions(
        self,
        device: str,
        predicted: frozenset[NeighborKey],
        causes: Causes | None,
    ) -> None:
        for key in sorted(self.seen.established.get(device, frozenset()) - predicted, key=str):
            _, vrf, family, address = key
            named = format_address(family, address)
            said = because("predicted_no_session", neighbor=named), because("shown_session", neighbor=named)
            self._tell(self._not_predicted(device, vrf, neighbor_ref(vrf, family, named), *said), causes)

    def _not_predicted(
        self, device: str, vrf: str | None, ref: Ref, predicted: Reason, shown: Reason
    ) -> WitnessDifference:
        """Return a difference that is no route's, with the line that the thing stands on."""
        return WitnessDifference(
            device=device,
            vrf=vrf,
            prefix=None,
            witness_class=WitnessClass.MODEL_FAULT,
            predicted=predicted,
            shown=shown,
            culprits=(self.texts.culprit(device, ref),),
        )

    def _routes(
        self,
        device: str,
        shown: DeviceTable,
        predictions: tuple[_Predicted, _Predicted, _Predicted | None],
        causes: Causes | None,
    ) -> None:
        scope = shown.scope
        plain, alive, wanted = (
            {} if item is None else _of_family(item.table(device, scope.vrf), scope.family) for item in predictions
        )
        rows = {row.prefix: row for row in shown.routes}
        own = {prefix for prefix, entry in alive.items() if entry.source is RouteSource.CONNECTED}
        if own and own.isdisjoint(rows):
            self.silent.append(NotWitnessed(device=device, scope=scope, why=because("table_no_own_networks")))
            return
        self.counts.tables += 1
        self.counts.routes += len(rows)
        for prefix in sorted(rows.keys() | plain.keys() | alive.keys()):
            row, entry = rows.get(prefix), alive.get(prefix)
            as_written = agree(plain.get(prefix), row)
            if agree(entry, row):
                if not as_written:
                    self._tell(
                        self._route(device, scope, prefix, plain.get(prefix), row),
                        (WitnessClass.FAILURE, self.seen.down),
                    )
                elif predictions[2] is not None and not agree(wanted.get(prefix), row):
                    self._tell(self._route(device, scope, prefix, wanted.get(prefix), row), (WitnessClass.DRIFT, ()))
            else:
                late = (WitnessClass.UNSETTLED, (because("what_is_seen_later"),)) if as_written else causes
                self._tell(self._route(device, scope, prefix, entry, row), late)

    def _route(
        self, device: str, scope: TableScope, prefix: Prefix, entry: RouteEntry | None, row: ShownRoute | None
    ) -> WitnessDifference:
        refs = [way.line for way in entry.ways if way.line is not None] if entry is not None else []
        if not refs and row is not None:
            refs = [(device, _likely_line(scope.vrf, row))]
        return WitnessDifference(
            device=device,
            vrf=scope.vrf,
            prefix=prefix,
            witness_class=WitnessClass.MODEL_FAULT,
            predicted=predicted_in_words(entry),
            shown=shown_in_words(row),
            culprits=tuple(self.texts.culprit(*ref) for ref in dict.fromkeys(refs)),
        )

    def _tell(self, difference: WitnessDifference, causes: Causes | None) -> None:
        if causes is not None:
            difference = replace(difference, witness_class=causes[0], causes=causes[1][:MOST_CAUSES])
        platform = self.texts.network.devices[difference.device].platform
        facts = [fact.identifier for line in difference.culprits for fact in facts_about(platform, line.ref, line.text)]
        self.found.append(replace(difference, facts=tuple(dict.fromkeys(facts))[:MOST_FACTS]))


def _place(item: WitnessDifference) -> tuple[str, str, Prefix | tuple[()], str]:
    return item.device, item.vrf or "", item.prefix or (), str(item.shown)


def _is_outside(reason: Reason) -> bool:
    """Return whether a doubt is only that nobody has read a neighbour's text."""
    return reason.key == "neighbor_without_text"


def _in_words(device: str, reason: Reason) -> Reason:
    return because("table_missing", table=device, why=reason)


def _likely_line(vrf: str | None, row: ShownRoute) -> tuple[str, ...]:
    """Return what of a text a route that nobody predicts would come by."""
    if row.source is ShownSource.CONNECTED and row.ways and row.ways[0].interface:
        return interface_ref(row.ways[0].interface)
    return bgp_ref(vrf)


def _of_family(entries: Mapping[Prefix, RouteEntry], family: Family | None) -> Mapping[Prefix, RouteEntry]:
    return {prefix: entry for prefix, entry in entries.items() if prefix.family is family}
