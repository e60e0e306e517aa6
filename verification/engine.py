"""The judge that sees all flows: every question of the policy, in the whole network and under every single failure.

Turns `Given` into answers. The one idea: fences are proved once (they hold under any routing state); routing questions are
asked of the whole network first, and then, failure by failure, only of the pairs whose routes that failure changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from intents.policy import DevicesEndpoint, Effect, Rule
from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from verification.check_fences import ENGINE, FenceResult, check_fences, fence_answers
from verification.check_filters import check_isolation, check_sessions_filtered
from verification.check_logins import check_logins
from verification.check_network import (
    NetworkFault,
    check_backbone,
    check_default_routes,
    check_leaks,
    check_overlaps,
    node_purposes,
)
from verification.check_routes import Layout, Wrong, check_changed, check_joined, check_wall, lay_out
from verification.alive import Alive
from verification.control_plane import NotSettledError
from verification.counterexample import violated_by
from verification.doubt import Doubt, doubts_of
from verification.evidence import Evidence, Given, gather
from verification.failure import Failure, failures
from verification.forwarding import Forwarding
from verification.question import Answer, Question, QuestionKind
from verification.verdict import Holds, NotModelled, Verdict, Violated

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All answers, and how much was looked at. `flows` counts (source, destination, family) pairs and filters proved."""

    answers: tuple[Answer, ...]
    devices: int
    states: int
    flows: int


@dataclass(slots=True)
class _Tally:
    """Wrongs found so far by what they break; the first of each is kept, so that the smallest state shows it."""

    joined: dict[tuple[AttachmentName, AttachmentName], Wrong] = field(default_factory=dict)
    wall: dict[AttachmentName, Wrong] = field(default_factory=dict)
    transit: dict[AttachmentName, Wrong] = field(default_factory=dict)
    states: int = 1
    unsettled: str = ""

    def add(self, found: Iterable[Wrong]) -> None:
        for item in found:
            if item.kind == "session" and item.destination is not None:
                self.joined.setdefault((item.source, item.destination), item)
            elif item.kind == "transit":
                self.transit.setdefault(item.source, item)
            else:
                self.wall.setdefault(item.source, item)


Pair = tuple[AttachmentName, AttachmentName, Family]


def judge(given: Given, *, with_failures: bool = True, progress: Progress | None = None) -> Judgement:
    """Answer every question; `with_failures` False looks at the whole network only (and the answers say one state)."""
    try:
        evidence = gather(given)
    except NotSettledError as error:
        verdict = NotModelled(reason=f"the routes to {error.prefix} do not settle")
        return Judgement(
            answers=tuple(Answer(question=item, verdict=verdict) for item in _rule_questions(given)),
            devices=len(given.network.devices),
            states=0,
            flows=0,
        )
    layout = lay_out(evidence)
    fences = check_fences(evidence)
    pairs = talking_pairs(evidence)
    tally = _Tally()
    talkers = _by_destination(pairs)
    talking = {key: frozenset(names) for key, names in talkers.items()}
    tally.add(check_joined(evidence, layout, evidence.whole, talkers))
    tally.add(check_wall(evidence, layout, evidence.whole, _all_routes(evidence), talking))
    if with_failures:
        _try_failures(evidence, layout, talking, tally, progress)
    doubt = doubts_of(evidence)
    answers = (
        *_rule_answers(evidence, layout, fences, pairs, tally, doubt),
        *_attachment_answers(evidence, layout, fences, tally, doubt),
        *_network_answers(evidence, layout, tally, doubt),
    )
    return Judgement(
        answers=answers,
        devices=len(given.network.devices),
        states=tally.states,
        flows=len(pairs) + len(fences),
    )


def talking_pairs(evidence: Evidence) -> tuple[Pair, ...]:
    """Return every ordered pair of attachments that some session or its replies must join, by family."""
    found: list[Pair] = []
    for family in Family:
        names = sorted(name for name, of_family in evidence.own if of_family is family)
        by_kind: dict[object, list[AttachmentName]] = {}
        for name in names:
            by_kind.setdefault(evidence.kinds[(name, family)], []).append(name)
        groups = list(by_kind.values())
        for sources in groups:
            for destinations in groups:
                found += _group_pairs(evidence, sources, destinations, family)
    return tuple(sorted(found, key=lambda item: (item[1], item[0], item[2])))


Talkers = Mapping[tuple[AttachmentName, Family], tuple[AttachmentName, ...]]
Talking = Mapping[tuple[AttachmentName, Family], frozenset[AttachmentName]]


def _by_destination(pairs: tuple[Pair, ...]) -> Talkers:
    found: dict[tuple[AttachmentName, Family], list[AttachmentName]] = {}
    for source, destination, family in pairs:
        found.setdefault((destination, family), []).append(source)
    return {key: tuple(names) for key, names in found.items()}


def _group_pairs(
    evidence: Evidence, sources: list[AttachmentName], destinations: list[AttachmentName], family: Family
) -> Iterator[Pair]:
    """Yield the pairs of two kinds that talk: all of them alike, but for those within one organisation."""
    pairs = evidence.sides[family].pairs
    mine, theirs = evidence.kinds[(sources[0], family)], evidence.kinds[(destinations[0], family)]
    verdicts = {
        together: any(
            pairs.services(bits)
            for bits in (
                pairs.touching(mine, theirs, company=together),
                pairs.touching(theirs, mine, company=together),
            )
            if bits
        )
        for together in (False, True)
    }
    if not any(verdicts.values()):
        return
    for one in sources:
        for other in destinations:
            if one != other and verdicts[verdicts[True] != verdicts[False] and evidence.same_company(one, other)]:
                yield one, other, family


def _all_routes(evidence: Evidence) -> Iterator[tuple[int, Prefix]]:
    for prefix, state in evidence.control_plane.base.items():
        for node, chosen in state.selected.items():
            if chosen is not None:
                yield node, prefix
    for node, held in enumerate(evidence.topology.local):
        for prefix in held:
            if evidence.control_plane.base[prefix].choice(node) is None:
                yield node, prefix


def _try_failures(
    evidence: Evidence, layout: Layout, talking: Talking, tally: _Tally, progress: Progress | None
) -> None:
    devices = sorted(evidence.given.roles.backbone & evidence.given.network.devices.keys())
    states = failures(evidence.given.network, devices)
    for index, failure in enumerate(states):
        if progress is not None:
            progress("failures", index, len(states))
        try:
            _try_failure(evidence, layout, talking, tally, failure)
        except NotSettledError as error:
            tally.unsettled = f"under {failure.name} the routes to {error.prefix} do not settle"
    tally.states += len(states)


def _try_failure(evidence: Evidence, layout: Layout, talking: Talking, tally: _Tally, failure: Failure) -> None:
    joined = components(evidence, failure)
    cut = evidence.given.network.devices.keys() - joined.keys()
    alive = Alive(evidence.topology, failure, frozenset(cut))
    views = evidence.control_plane.under(alive)
    state = Forwarding(evidence.control_plane, evidence.regions, alive, views)
    for prefix, view in views.items():
        changed = view.selected.keys() | view.touched
        for region in evidence.regions.inside.get(prefix, ()):
            owner = layout.owner.get(region)
            if owner is not None and changed:
                names = talking.get((owner, region.family), frozenset())
                tally.add(check_changed(evidence, layout, state, region, changed, names, joined))
    learned = ((node, prefix) for prefix, view in views.items() for node, chosen in view.selected.items() if chosen)
    tally.add(check_wall(evidence, layout, state, learned, talking))


def components(evidence: Evidence, failure: Failure) -> dict[str, int]:
    """Return the component of each device of the physical graph without what failed.

    Only components with a backbone device count: traffic turns round there even between two neighbours in one building.
    """
    neighbours: dict[str, list[str]] = {name: [] for name in evidence.given.network.devices}
    for link in evidence.given.network.links:
        if link.name not in failure.links:
            neighbours[link.a_device].append(link.b_device)
            neighbours[link.b_device].append(link.a_device)
    found: dict[str, int] = {}
    for number, start in enumerate(sorted(evidence.given.roles.backbone & neighbours.keys())):
        stack = [start]
        while stack:
            device = stack.pop()
            if device not in found and device not in failure.devices:
                found[device] = number
                stack += neighbours[device]
    return found


def _rule_questions(given: Given) -> list[Question]:
    return [
        Question(
            kind=QuestionKind.SESSION if rule.effect is Effect.PERMIT else QuestionKind.FORBIDDEN,
            subject=_rule_text(rule),
            intents=given.policy.sources.get(rule, ()),
        )
        for rule in given.policy.rules
    ]


def _rule_text(rule: Rule) -> str:
    within = " (within each organisation)" if rule.same_organisation else ""
    return f"{rule.source} -> {rule.destination}: {rule.service}{within}"


def _rule_answers(
    evidence: Evidence,
    layout: Layout,
    fences: tuple[FenceResult, ...],
    pairs: tuple[Pair, ...],
    tally: _Tally,
    doubt: Doubt,
) -> Iterator[Answer]:
    """Answer every rule: a permit is delivered both ways, a forbid never."""
    members = _members_of_rules(evidence)
    filtered = check_sessions_filtered(evidence, layout, fences, pairs)
    leaking = check_isolation(evidence, layout, fences)
    for index, (rule, question) in enumerate(
        zip(evidence.given.policy.rules, _rule_questions(evidence.given), strict=True)
    ):
        sources, destinations = members[index]
        asked = Question(
            kind=question.kind,
            subject=question.subject,
            intents=question.intents,
            cases=len(sources) * len(destinations),
        )
        yield Answer(
            question=asked,
            verdict=_rule_verdict(evidence, rule, asked, sources, destinations, tally, doubt, filtered, leaking),
        )


def _members_of_rules(evidence: Evidence) -> list[tuple[frozenset[AttachmentName], frozenset[AttachmentName]]]:
    count = len(evidence.given.policy.rules)
    sources: list[set[AttachmentName]] = [set() for _ in range(count)]
    destinations: list[set[AttachmentName]] = [set() for _ in range(count)]
    for (name, _), kind in evidence.kinds.items():
        for index in range(count):
            if kind.source_of >> index & 1:
                sources[index].add(name)
            if kind.destination_of >> index & 1:
                destinations[index].add(name)
    return [(frozenset(one), frozenset(other)) for one, other in zip(sources, destinations, strict=True)]


def _rule_verdict(
    evidence: Evidence,
    rule: Rule,
    question: Question,
    sources: frozenset[AttachmentName],
    destinations: frozenset[AttachmentName],
    tally: _Tally,
    doubt: Doubt,
    filtered: Mapping[tuple[AttachmentName, AttachmentName], Violated],
    leaking: Mapping[tuple[AttachmentName, AttachmentName], Violated],
) -> Verdict:
    if rule.effect is Effect.FORBID:
        for pair, violated in leaking.items():
            if pair[0] in sources and pair[1] in destinations:
                return violated
    elif DevicesEndpoint() not in (rule.source, rule.destination):
        for one, other in _both_ways(sources, destinations):
            wrong = tally.joined.get((one, other))
            if wrong is not None:
                return violated_by(evidence, wrong, question.intents)
            if (one, other) in filtered:
                return filtered[(one, other)]
    if doubt.of_routes(sources | destinations):
        return doubt.verdict
    if tally.unsettled:
        return NotModelled(reason=tally.unsettled)
    return Holds(judges=(ENGINE,), states=tally.states)


def _both_ways(
    sources: frozenset[AttachmentName], destinations: frozenset[AttachmentName]
) -> Iterator[tuple[AttachmentName, AttachmentName]]:
    for one in sorted(sources):
        for other in sorted(destinations):
            yield one, other
            yield other, one


def _attachment_answers(
    evidence: Evidence, layout: Layout, fences: tuple[FenceResult, ...], tally: _Tally, doubt: Doubt
) -> Iterator[Answer]:
    for answer in fence_answers(evidence, fences):
        name = AttachmentName(answer.question.subject)
        verdict = doubt.verdict if isinstance(answer.verdict, Holds) and doubt.of_fence(name) else answer.verdict
        yield Answer(question=answer.question, verdict=verdict)
    leaking = check_isolation(evidence, layout, fences)
    for name in sorted(evidence.ports):
        first = next((violated for pair, violated in leaking.items() if pair[0] == name), None)
        yield _attachment_answer(evidence, QuestionKind.ISOLATION, name, first, tally, doubt)
        wrong = tally.wall.get(name)
        yield _attachment_answer(
            evidence, QuestionKind.WALL, name, None if wrong is None else violated_by(evidence, wrong, ()), tally, doubt
        )


def _attachment_answer(
    evidence: Evidence,
    kind: QuestionKind,
    name: AttachmentName,
    violated: Violated | None,
    tally: _Tally,
    doubt: Doubt,
) -> Answer:
    question = Question(kind=kind, subject=str(name), cases=len(evidence.ports[name]))
    verdict: Verdict = Holds(judges=(ENGINE,), states=tally.states)
    if violated is not None:
        verdict = violated
    elif doubt.of_routes(frozenset({name})):
        verdict = doubt.verdict
    elif tally.unsettled:
        verdict = NotModelled(reason=tally.unsettled)
    return Answer(question=question, verdict=verdict)


def _network_answers(evidence: Evidence, layout: Layout, tally: _Tally, doubt: Doubt) -> Iterator[Answer]:
    transit = next(iter(tally.transit.values()), None)
    yield Answer(
        question=Question(kind=QuestionKind.TRANSIT, subject="network", cases=len(evidence.given.roles.sites)),
        verdict=_or_doubt(None if transit is None else violated_by(evidence, transit, ()), tally.states, doubt),
    )
    for kind, found in (
        (QuestionKind.BACKBONE, check_backbone(evidence, layout)),
        (QuestionKind.DEFAULT_ROUTE, check_default_routes(evidence)),
        (QuestionKind.OVERLAP, check_overlaps(evidence)),
        (QuestionKind.LEAK, check_leaks(evidence, layout, node_purposes(evidence))),
    ):
        question = Question(kind=kind, subject="network", cases=len(evidence.topology.nodes))
        yield Answer(question=question, verdict=_or_doubt(_faulty(evidence, found), 1, doubt))
    for _, device in sorted(evidence.given.network.devices.items()):
        question = Question(kind=QuestionKind.MANAGEMENT, subject=device.name, cases=max(1, len(device.logins)))
        verdict = _faulty(evidence, check_logins(evidence, device))
        if verdict is None and device.unknown:
            yield Answer(question=question, verdict=doubt.verdict)
        else:
            yield Answer(question=question, verdict=verdict or Holds(judges=(ENGINE,)))


def _faulty(evidence: Evidence, found: Iterator[NetworkFault]) -> Violated | None:
    fault = next(found, None)
    if fault is None:
        return None
    return Violated(reason=fault.reason, culprits=(evidence.culprit(fault.device, fault.ref),))


def _or_doubt(violated: Violated | None, states: int, doubt: Doubt) -> Verdict:
    if violated is not None:
        return violated
    return doubt.verdict if doubt.anywhere else Holds(judges=(ENGINE,), states=states)


