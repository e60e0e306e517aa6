"""Batfish's own verdict of every question that it sees.

Turns evidence and a question into a verdict. The one idea: the questions come from the policy, as they do for the engine; what
Batfish does not see has no verdict, and a line that Batfish did not read takes every `Holds` away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from intents.policy import DevicesEndpoint, Effect, Rule
from intents.prefix import Family, parse_interface, prefix_of
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
from verification.evidence.permitted_matrix import PermittedMatrix, members_of, permitted_matrix_of, sum_of
from verification.packets.flow_sets import size_of, span_of, union_of
from verification.questions.policy_questions import members_of_rules, rule_subject, via_subject
from verification.verdicts.flow import describe_flow
from verification.verdicts.opinions import BATFISH, Opinion
from verification.verdicts.question import Answer, Question, QuestionKind
from verification.verdicts.verdict import Claim, ClaimKind, Holds, Verdict, Violated


class BatfishJudge:
    """All that Batfish is asked, each thing once."""

    def __init__(self, session: BatfishSession, snapshot: Snapshot, evidence: Evidence, facts: Facts) -> None:
        self._evidence = evidence
        self._facts = facts
        self._talking: PermittedMatrix = permitted_matrix_of(evidence)
        self._doubt = doubt_of(facts)
        self._asker = Asker(session, snapshot, evidence, facts)
        self._replays = Replays(self._asker)
        self._fences = FenceOpinions(session, snapshot, evidence, facts)
        self._cuts = Cuts(self._asker, self._talking, self._fences)
        self._tables: Tables = make_tables(evidence, facts)
        self._members = dict(zip(evidence.given.policy.rules, members_of_rules(evidence), strict=True))
        self._rules = {(rule.effect, rule_subject(rule)): rule for rule in evidence.given.policy.rules}
        self._vias = {via_subject(via): via for via in evidence.given.policy.vias}
        open_starts = self._fences.admitting(Direction.IN)
        open_ends = self._open_ends() if open_starts else frozenset[AttachmentName]()
        self._escapes = {fence: Escapes(self._asker, fence, open_ends) for fence in open_starts}
        self._network = self._network_reasons(session, snapshot)
        self._walls = dict(self._reached())
        self.flows = sum(found.bit_count() for (_, family), found in self._talking.sets.items() if family is Family.V4)
        if not self.flows or not self._fences.all:
            raise BatfishError(Trouble.INCOMPLETE, "there is no IPv4 packet to ask about")

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
        match question.kind:
            case QuestionKind.SESSION:
                return self._session(question)
            case QuestionKind.FORBIDDEN:
                return self._forbidden(question)
            case QuestionKind.VIA:
                return self._via(question)
            case QuestionKind.ISOLATION:
                return self._isolation(AttachmentName(question.subject))
            case QuestionKind.WALL:
                return self._walls.get(AttachmentName(question.subject), _HOLDS)
            case QuestionKind.SOURCE_FENCE:
                return self._fence(AttachmentName(question.subject), Direction.IN)
            case QuestionKind.DESTINATION_FENCE:
                return self._fence(AttachmentName(question.subject), Direction.OUT)
            case QuestionKind.MANAGEMENT | QuestionKind.ROUTE_FILTER:
                return None
            case _:
                reason = self._network[question.kind]
                return _HOLDS if reason is None else reason

    def _session(self, question: Question) -> Verdict:
        rule = self._rules[Effect.PERMIT, question.subject]
        if DevicesEndpoint() in (rule.source, rule.destination):
            return self._devices(rule)
        cut = self._cuts.of_rule(*self._members[rule])
        if cut is None:
            return _HOLDS
        return self._cut(cut, question)

    def _cut(self, cut: Cut, question: Question) -> Violated:
        between = f"{cut.source} does not reach {cut.destination}: {cut.reason}"
        if cut.seen is None:
            return Violated(reason=between, intents=question.intents)
        if cut.fence is None:
            ends = tuple((port.device, port.interface) for port in self._evidence.ports.get(cut.destination, ()))
            claim = Claim(kind=ClaimKind.UNDELIVERED, places=ends)
        else:
            claim = _claim_of(cut.fence, ClaimKind.DROPPED)
        return Violated(reason=between, flow=cut.seen.flow, path=cut.seen.path, intents=question.intents, claim=claim)

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
        reason = f"{seen.source} does not reach a device: {seen.path[-1] if seen.path else 'lost'}"
        return Violated(reason=reason, flow=seen.flow, path=seen.path, claim=claim)

    def _forbidden(self, question: Question) -> Verdict:
        sources, destinations = self._members[self._rules[Effect.FORBID, question.subject]]
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

    def _via(self, question: Question) -> Verdict:
        via = self._vias[question.subject]
        froms, tos = members_of(self._evidence, via.source), members_of(self._evidence, via.destination)
        # Who stands on one of the devices passes it; Batfish counts only devices between the first and the last.
        named = frozenset(via.devices)
        ports = [port for port in self._asker.ports_of(froms) if port.device not in named]
        away = {name for name in tos if not self._tables.devices_of(name) & named}
        rows = self._asker.reach(ports, self._asker.spans_of(away), ARRIVED, bare=True, avoiding=via.devices)
        kept = [item for item in rows if item.destination != item.source]
        if not kept:
            return _HOLDS
        reason = f"goes by {', '.join(kept[0].path)}, not by {', '.join(via.devices)}"
        return Violated(reason=reason, flow=kept[0].flow, path=kept[0].path, intents=question.intents)

    def _fence(self, name: AttachmentName, direction: Direction) -> Verdict | None:
        fences = [item for item in self._fences.all if item.attachment == name and item.direction is direction]
        if not fences:
            return None
        for fence in fences:
            wrong = self._misplaced(fence.port)
            if wrong:
                return Violated(reason=wrong)
        fault = next((item for item in self._fences.faults if item.fence in fences), None)
        return _HOLDS if fault is None else _fence_violated(fault)

    def _misplaced(self, port: AttachmentPort) -> str:
        seen = self._facts.interfaces.get((port.device, port.interface))
        if seen is None or not seen.active:
            return f"{port.interface} is missing or down on {port.device}"
        if seen.vlan != port.vlan:
            return f"{port.interface} on {port.device} has tag {seen.vlan}, its LAN {port.vlan}"
        return ""

    def _network_reasons(self, session: BatfishSession, snapshot: Snapshot) -> Mapping[QuestionKind, Violated | None]:
        tables = self._tables
        found = {
            QuestionKind.BACKBONE: check_backbone(tables),
            QuestionKind.DEFAULT_ROUTE: check_default_routes(tables),
            QuestionKind.OVERLAP: check_overlaps(tables),
            QuestionKind.LEAK: check_leaks(tables),
            QuestionKind.ADDRESSING: check_addressing(tables),
            QuestionKind.PURPOSE: check_purposes(tables, self._talking),
            QuestionKind.TRANSIT: check_transit(tables),
            QuestionKind.ROUTES: check_routes(tables.evidence, tables.facts),
        }
        reasons = {kind: next(items, None) for kind, items in found.items()}
        verdicts = {kind: None if reason is None else Violated(reason=reason) for kind, reason in reasons.items()}
        for question in ("detectLoops", "multipathConsistency"):
            rows = session.ask(question, {}, snapshot)
            if rows and verdicts[QuestionKind.TRANSIT] is None:
                flow = self._facts.flow(rows[0]["Flow"])
                traces: Sequence[Mapping[str, object]] = rows[0].get("Traces") or ({},)
                path = hops_of_trace(traces[0], self._facts.devices)
                verdicts[QuestionKind.TRANSIT] = Violated(reason=f"{question}: {path[-1]}", flow=flow, path=path)
        return verdicts

    def _reached(self) -> Iterator[tuple[AttachmentName, Violated]]:
        """Yield attachments that reach somebody, filters ignored, with whom they share no permit."""
        for port in self._asker.ports:
            name = AttachmentName(port.attachment)
            routed = routed_from(self._tables, port)
            misrouted = routed.difference(self._talking.of(name, Family.V4), (name,))
            for seen in self._asker.reach((port,), self._asker.spans_of(misrouted), ARRIVED, bare=True):
                yield name, _routed(seen)
        for froms, tos in self._strangers():
            for seen in self._asker.reach(self._asker.ports_of(froms), self._asker.spans_of(tos), ARRIVED, bare=True):
                yield seen.source, _routed(seen)

    def _strangers(self) -> Iterator[tuple[frozenset[AttachmentName], frozenset[AttachmentName]]]:
        """Yield the members of each purpose, and those of all purposes of which nobody talks to any of them."""
        members: dict[PurposeName, set[AttachmentName]] = {}
        for name in self._asker.hosts:
            members.setdefault(self._evidence.given.registry.attachments[name].purpose, set()).add(name)
        for one, froms in sorted(members.items()):
            met = sum_of(self._talking.sets.get((name, Family.V4), 0) for name in froms)
            strange = [tos for other, tos in members.items() if other != one and not met & self._talking.set_of(tos)]
            if strange:
                yield frozenset(froms), frozenset().union(*strange)


_HOLDS = Holds(judges=(BATFISH,))


def _delivered(seen: Seen) -> Violated:
    reason = f"delivered to {seen.destination}: {describe_flow(seen.flow)}"
    return Violated(reason=reason, flow=seen.flow, path=seen.path, claim=Claim(kind=ClaimKind.DELIVERED))


def _routed(seen: Seen) -> Violated:
    reason = f"{seen.source} reaches {seen.destination}, filters ignored, though neither may talk to the other"
    return Violated(reason=reason, flow=seen.flow, path=seen.path, claim=Claim(kind=ClaimKind.ROUTED))


def _fence_violated(fault: FenceFault) -> Violated:
    verb, allowed = ("admits", "not allowed") if fault.admits else ("drops", "allowed")
    side = "source" if fault.fence.direction is Direction.IN else "destination"
    port = fault.fence.port
    return Violated(
        reason=f"the {side} fence {verb} a packet that is {allowed}: {describe_flow(fault.flow)}",
        flow=fault.flow,
        path=(f"{port.device} {port.interface} {fault.fence.direction}",),
        claim=_claim_of(fault.fence, ClaimKind.ADMITTED if fault.admits else ClaimKind.DROPPED),
    )


def _claim_of(fence: AskedFence, kind: ClaimKind) -> Claim:
    return Claim(kind=kind, places=((fence.port.device, fence.port.interface),), direction=str(fence.direction))
