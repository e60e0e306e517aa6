"""Batfish's own verdict of every question that it sees.

Turns evidence and a question into a verdict. The one idea: the questions come from the policy, as they do for the engine; what
Batfish does not see has no verdict, and a line that Batfish did not read takes every `Holds` away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from intents.policy import DevicesEndpoint, Rule, ViaAssertion
from intents.prefix import Family, parse_interface, prefix_of
from intents.reason import Reason, because
from intents.registry import AttachmentName, PurposeName
from routing.model import AttachmentPort, Direction
from verification.batfish.allowed_acls import AskedFence
from verification.batfish.escapes import Escapes
from verification.batfish.fences import FenceFault, FenceOpinions
from verification.batfish.flow import hops_of_trace
from verification.batfish.lost_pairs import Cut, Cuts
from verification.batfish.network import (
    Tables,
    check_addressing,
    check_backbone,
    check_default_routes,
    check_leaks,
    check_overlaps,
    check_purposes,
    check_transit,
    make_tables,
    routed_from,
)
from verification.batfish.protocol import BatfishError, BatfishSession, Snapshot, Trouble
from verification.batfish.reachability import ARRIVED, Asker, Seen
from verification.batfish.replay import Replays
from verification.batfish.routes import check_routes
from verification.batfish.tables import Facts, doubt_of
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import planned_loopbacks
from verification.evidence.permitted_matrix import MatrixBounds, members_of, permitted_matrix_of
from verification.packets.bit_sets import nothing, union
from verification.packets.flow_sets import size_of, span_of, union_of
from verification.questions.counterexample import past
from verification.questions.fences import fence_gap, filter_at, port_missing, port_tagged
from verification.questions.policy_questions import members_of_rules
from verification.questions.via import goes_by
from verification.verdicts.flow import flow_in_words
from verification.verdicts.opinions import BATFISH, Opinion
from verification.verdicts.question import Answer, Question, QuestionKind, rule_of_question, via_of_question
from verification.verdicts.verdict import Claim, ClaimKind, Holds, Verdict, Violated


class BatfishJudge:
    """All that Batfish is asked, each thing once."""

    def __init__(self, session: BatfishSession, snapshot: Snapshot, evidence: Evidence, facts: Facts) -> None:
        self._evidence = evidence
        self._facts = facts
        self._talking: MatrixBounds = permitted_matrix_of(evidence)
        self._doubt = doubt_of(facts)
        self._asker = Asker(session, snapshot, evidence, facts)
        self._replays = Replays(self._asker)
        self._fences = FenceOpinions(session, snapshot, evidence, facts)
        self._cuts = Cuts(self._asker, self._talking.must, self._fences)
        self._tables: Tables = make_tables(evidence, facts)
        self._members = dict(zip(evidence.given.bounds.policy.rules, members_of_rules(evidence), strict=True))
        open_starts = self._fences.admitting(Direction.IN)
        open_ends = self._open_ends() if open_starts else frozenset[AttachmentName]()
        self._escapes = {fence: Escapes(self._asker, fence, open_ends) for fence in open_starts}
        self._network = self._look_at_network(session, snapshot)
        self._walls = dict(self._reached())
        self.flows = sum(
            found.bit_count() for (_, family), found in self._talking.must.sets.items() if family is Family.V4
        )
        if not self.flows or not self._fences.all:
            raise BatfishError(Trouble.INCOMPLETE, because("no_packet_to_ask"))

    def _open_ends(self) -> frozenset[AttachmentName]:
        """Return whom packets reach that no destination fence allows: its own admits too much, or another LAN has an address of
        somebody's, and then it may be anybody."""
        hosts = self._asker.spans_of(self._asker.hosts)
        others = union_of(
            span_of(prefix_of(*parse_interface(f"{address}/{length}")))
            for (device, interface), seen in self._facts.interfaces.items()
            if seen.active and not seen.is_loopback and self._asker.attachment_at(device, interface) is None
            for address, length in seen.addresses
        )
        if size_of(union_of((*hosts, *others))) < size_of(hosts) + size_of(others):
            return frozenset(self._asker.hosts)
        return frozenset(fence.attachment for fence in self._fences.admitting(Direction.OUT))

    def opinion(self, answer: Answer) -> Opinion | None:
        """Return Batfish's opinion of a question, and of the counterexample in the engine's answer; None for what it does not
        see."""
        verdict = self.verdict(answer.question)
        if verdict is None:
            return None
        return Opinion(judge=BATFISH, verdict=verdict, replays=self._replays.shows(answer.verdict))

    def verdict(self, question: Question) -> Verdict | None:
        """Return Batfish's verdict of a question; None for what it does not see."""
        found = self._verdict(question)
        return self._doubt if self._doubt is not None and isinstance(found, Holds) else found

    def _verdict(self, question: Question) -> Verdict | None:
        name = AttachmentName(str(question.subject))
        match question.kind:
            case QuestionKind.SESSION:
                return self._session(question, rule_of_question(question))
            case QuestionKind.FORBIDDEN:
                return self._forbidden(rule_of_question(question))
            case QuestionKind.VIA | QuestionKind.LEVEL:
                return self._via(question, via_of_question(question))
            case QuestionKind.ISOLATION:
                return self._isolation(name)
            case QuestionKind.WALL:
                return self._walls.get(name, _HOLDS)
            case QuestionKind.SOURCE_FENCE:
                return self._fence(name, Direction.IN)
            case QuestionKind.DESTINATION_FENCE:
                return self._fence(name, Direction.OUT)
            case QuestionKind.MANAGEMENT | QuestionKind.ROUTE_FILTER:
                return None
            case _:
                return self._network.of(question.kind) or _HOLDS

    def _session(self, question: Question, rule: Rule) -> Verdict:
        if DevicesEndpoint() in (rule.source, rule.destination):
            return self._devices(rule)
        cut = self._cuts.of_rule(*self._members[rule])
        if cut is None:
            return _HOLDS
        return self._cut(cut, question)

    def _cut(self, cut: Cut, question: Question) -> Violated:
        between = because("pair_cut", source=cut.source, destination=cut.destination, reason=cut.reason)
        if cut.seen is None:
            return Violated(reason=between, intents=question.intents)
        if cut.fence is None:
            ends = tuple((port.device, port.interface) for port in self._evidence.ports.get(cut.destination, ()))
            claim = Claim(kind=ClaimKind.UNDELIVERED, places=ends)
        else:
            claim = _claim_of(cut.fence, ClaimKind.DROPPED)
        return Violated(reason=between, flow=cut.seen.flow, path=cut.seen.steps, intents=question.intents, claim=claim)

    def _devices(self, rule: Rule) -> Verdict:
        """Answer a rule about the devices themselves: whoever may log in, or is reported to, reaches their own addresses."""
        sources, destinations = self._members[rule]
        own = tuple(
            span_of(prefix)
            for held in planned_loopbacks(self._evidence).values()
            for prefix in held
            if prefix.family is Family.V4
        )
        seen = self._cuts.lost_to(sources | destinations, own)
        if seen is None:
            return _HOLDS
        claim = Claim(kind=ClaimKind.UNDELIVERED)
        reason = because("no_device_reached", source=seen.source, reason=seen.end)
        return Violated(reason=reason, flow=seen.flow, path=seen.steps, claim=claim)

    def _forbidden(self, rule: Rule) -> Verdict:
        sources, destinations = self._members[rule]
        for fence, escapes in self._escapes.items():
            if fence.attachment in sources and escapes.anywhere is not None:
                seen = escapes.to(destinations - {fence.attachment})
                if seen is not None:
                    return _delivered(seen)
        return _HOLDS

    def _isolation(self, name: AttachmentName) -> Verdict:
        for fence, escapes in self._escapes.items():
            if fence.attachment == name and escapes.anywhere is not None:
                return _delivered(escapes.anywhere)
        return _HOLDS

    def _via(self, question: Question, via: ViaAssertion) -> Verdict | None:
        """Answer an assertion that every declared state makes; None for another, which binds only ways that no state takes for
        right."""
        states = self._evidence.states
        if any(via not in state.declared.policy.vias for state in states):
            return None
        froms, tos = (
            frozenset.intersection(*(members_of(state, endpoint) for state in states))
            for endpoint in (via.source, via.destination)
        )
        # Who stands on one of the devices passes it; Batfish counts only devices between the first and the last.
        named = frozenset(via.devices)
        ports = [port for port in self._asker.ports_of(froms) if port.device not in named]
        rows: list[Seen] = []
        for ends, names in _by_ends(self._tables.deliverers_of(tos), named).items():
            spans = self._asker.spans_of(names)
            rows += self._asker.reach(ports, spans, ARRIVED, bare=True, avoiding=via.devices, ending=ends)
        kept = [item for item in rows if item.destination != item.source]
        if not kept:
            return _HOLDS
        reason, claim = goes_by(kept[0].path, via.devices), past(via.devices)
        return Violated(reason=reason, flow=kept[0].flow, path=kept[0].steps, intents=question.intents, claim=claim)

    def _fence(self, name: AttachmentName, direction: Direction) -> Verdict | None:
        fences = [item for item in self._fences.all if item.attachment == name and item.direction is direction]
        if not fences:
            return None
        for fence in fences:
            wrong = self._misplaced(fence.port)
            if wrong is not None:
                return Violated(reason=wrong)
        fault = next((item for item in self._fences.faults if item.fence in fences), None)
        return _HOLDS if fault is None else _fence_violated(fault)

    def _misplaced(self, port: AttachmentPort) -> Reason | None:
        seen = self._facts.interfaces.get((port.device, port.interface))
        if seen is None or not seen.active:
            return port_missing(port)
        return None if seen.vlan in self._evidence.tags_of(port) else port_tagged(port, seen.vlan)

    def _look_at_network(self, session: BatfishSession, snapshot: Snapshot) -> _NetworkVerdicts:
        tables = self._tables
        return _NetworkVerdicts(
            backbone=_first(check_backbone(tables)),
            default_route=_first(check_default_routes(tables)),
            overlap=_first(check_overlaps(tables)),
            leak=_first(check_leaks(tables)),
            addressing=_first(check_addressing(tables)),
            purpose=_first(check_purposes(tables)),
            routes=_first(check_routes(tables.evidence, tables.facts)),
            transit=_first(check_transit(tables)),
            circles=next(self._circles(session, snapshot), None),
        )

    def _circles(self, session: BatfishSession, snapshot: Snapshot) -> Iterator[Violated]:
        """Yield packets that go in circles, or fare otherwise on one way than on another."""
        asked = {question: session.ask(question, {}, snapshot) for question in ("detectLoops", "multipathConsistency")}
        for question, rows in asked.items():
            for row in rows[:1]:
                traces: Sequence[Mapping[str, object]] = row.get("Traces") or ({},)
                path, end = hops_of_trace(traces[0], self._facts.devices)
                reason = because("batfish_question_finds", question=question, end=end)
                yield Violated(reason=reason, flow=self._facts.flow(row["Flow"]), path=(*path, end))

    def _reached(self) -> Iterator[tuple[AttachmentName, Violated]]:
        """Yield attachments that reach somebody, filters ignored, with whom they share no permit."""
        for port in self._asker.ports:
            name = AttachmentName(port.attachment)
            routed = routed_from(self._tables, port)
            misrouted = routed.difference(self._talking.may.of(name, Family.V4), (name,))
            for seen in self._asker.reach((port,), self._asker.spans_of(misrouted), ARRIVED, bare=True):
                yield name, _routed(seen)
        for froms, tos in self._strangers():
            for seen in self._asker.reach(self._asker.ports_of(froms), self._asker.spans_of(tos), ARRIVED, bare=True):
                yield seen.source, _routed(seen)

    def _strangers(self) -> Iterator[tuple[frozenset[AttachmentName], frozenset[AttachmentName]]]:
        """Yield the members of each purpose, and those of all purposes of which nobody talks to any of them."""
        members: dict[PurposeName, set[AttachmentName]] = {}
        for name in self._asker.hosts:
            members.setdefault(self._evidence.given.bounds.attachments[name].purpose, set()).add(name)
        for one, froms in sorted(members.items()):
            met = union(self._talking.may.sets.get((name, Family.V4), nothing()) for name in froms)
            strange = [
                tos for other, tos in members.items() if other != one and not met & self._talking.may.set_of(tos)
            ]
            if strange:
                yield frozenset(froms), frozenset().union(*strange)


NetworkKind = Literal[
    QuestionKind.BACKBONE,
    QuestionKind.TRANSIT,
    QuestionKind.LEAK,
    QuestionKind.PURPOSE,
    QuestionKind.DEFAULT_ROUTE,
    QuestionKind.ROUTES,
    QuestionKind.ADDRESSING,
    QuestionKind.OVERLAP,
]
"""The kinds of question about the network as a whole that Batfish sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _NetworkVerdicts:
    """What is wrong with the network as a whole, by kind of question; None where nothing is."""

    backbone: Violated | None
    default_route: Violated | None
    overlap: Violated | None
    leak: Violated | None
    addressing: Violated | None
    purpose: Violated | None
    routes: Violated | None
    transit: Violated | None
    circles: Violated | None

    def of(self, kind: NetworkKind) -> Violated | None:
        """Return what is wrong for a kind of question."""
        match kind:
            case QuestionKind.BACKBONE:
                return self.backbone
            case QuestionKind.TRANSIT:
                return self.transit or self.circles
            case QuestionKind.LEAK:
                return self.leak
            case QuestionKind.PURPOSE:
                return self.purpose
            case QuestionKind.DEFAULT_ROUTE:
                return self.default_route
            case QuestionKind.ROUTES:
                return self.routes
            case QuestionKind.ADDRESSING:
                return self.addressing
            case QuestionKind.OVERLAP:
                return self.overlap
            case _:
                assert_never(kind)


_HOLDS = Holds(judges=(BATFISH,))


def _by_ends(
    deliverers: Mapping[AttachmentName, frozenset[str]], named: frozenset[str]
) -> dict[tuple[str, ...], list[AttachmentName]]:
    """Return whom packets may reach on none of the named devices, by the devices where that may be: () is anywhere, for whom none
    of the named has a route of its own to."""
    found: dict[tuple[str, ...], list[AttachmentName]] = {}
    for name, devices in sorted(deliverers.items()):
        others = tuple(sorted(devices - named))
        if others or not devices:
            found.setdefault(others if devices & named else (), []).append(name)
    return found


def _first(reasons: Iterator[Reason]) -> Violated | None:
    reason = next(reasons, None)
    return None if reason is None else Violated(reason=reason)


def _delivered(seen: Seen) -> Violated:
    delivered = because("delivered_to", destination=seen.destination or because("nobody"))
    reason = because("with_packet", reason=delivered, flow=flow_in_words(seen.flow))
    return Violated(reason=reason, flow=seen.flow, path=seen.steps, claim=Claim(kind=ClaimKind.DELIVERED))


def _routed(seen: Seen) -> Violated:
    reason = because("strangers_reach", source=seen.source, destination=seen.destination or because("nobody"))
    return Violated(reason=reason, flow=seen.flow, path=seen.steps, claim=Claim(kind=ClaimKind.ROUTED))


def _fence_violated(fault: FenceFault) -> Violated:
    port, direction = fault.fence.port, fault.fence.direction
    return Violated(
        reason=fence_gap(direction, fault.flow, admits=fault.admits),
        flow=fault.flow,
        path=(filter_at(port.device, port.interface, direction),),
        claim=_claim_of(fault.fence, ClaimKind.ADMITTED if fault.admits else ClaimKind.DROPPED),
    )


def _claim_of(fence: AskedFence, kind: ClaimKind) -> Claim:
    return Claim(kind=kind, places=((fence.port.device, fence.port.interface),), direction=str(fence.direction))
