"""One answer for each rule of the policy: a permit is delivered both ways, a forbid never; an assertion about the way holds.

The one idea: what is wrong was found once, by pairs of attachments; a rule's answer is the first wrong among its own pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from intents.policy import DevicesEndpoint, Effect, Rule
from intents.registry import AttachmentName
from verification.engine.failure_states import Tally
from verification.evidence.evidence import Evidence
from verification.questions.counterexample import violated_by, violated_network
from verification.questions.filters_on_paths import Leakage
from verification.questions.policy_questions import Members, members_of_rules, rule_questions
from verification.questions.unknown_lines import Unknowns
from verification.questions.via import ViaPairs
from verification.verdicts.opinions import ENGINE
from verification.verdicts.question import Answer, Question, QuestionKind
from verification.verdicts.verdict import Holds, NotModelled, Verdict, Violated

Ends = Mapping[tuple[AttachmentName, AttachmentName], Violated | NotModelled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was found out before rules are answered: wrongs of routing, what is in doubt, pairs that a filter cuts, and pairs
    that packets which are not allowed pass between."""

    tally: Tally
    unknowns: Unknowns
    filtered: Ends
    leaking: Leakage


def rule_answers(evidence: Evidence, known: Known) -> Iterator[Answer]:
    """Answer every rule."""
    members = members_of_rules(evidence)
    questions = rule_questions(evidence.given)
    for rule, question, (sources, destinations) in zip(
        evidence.given.bounds.policy.rules, questions, members, strict=True
    ):
        asked = replace(question, cases=len(sources) * len(destinations))
        yield Answer(question=asked, verdict=_rule_verdict(evidence, rule, asked, (sources, destinations), known))


def _rule_verdict(evidence: Evidence, rule: Rule, question: Question, members: Members, known: Known) -> Verdict:
    sources, destinations = members
    if rule.effect is Effect.FORBID:
        escape = _escape(known, sources, destinations)
        if escape is not None:
            return escape
    elif DevicesEndpoint() not in (rule.source, rule.destination):
        cut = _first_wrong(known, sources, destinations)
        if cut is not None and cut in known.tally.joined:
            if known.unknowns.of_routes(frozenset(cut)):  # what is missing may be what nobody understands
                return known.unknowns.verdict
            return violated_by(evidence, known.tally.joined[cut], question.intents)
        if cut is not None:
            return known.filtered[cut]
    elif known.tally.management:
        fault = known.tally.management[min(known.tally.management)]
        if known.unknowns.anywhere or fault.device in known.unknowns.devices:
            return known.unknowns.verdict
        return replace(violated_network(evidence, fault), intents=question.intents)
    if known.unknowns.of_routes(sources | destinations):
        return known.unknowns.verdict
    if known.tally.unsettled is not None:
        return NotModelled(reason=known.tally.unsettled)
    return Holds(judges=(ENGINE,), states=known.tally.states)


def _escape(
    known: Known, sources: frozenset[AttachmentName], destinations: frozenset[AttachmentName]
) -> Violated | NotModelled | None:
    """Return what gets through between the ends of a rule, or why that is not known."""
    for pair, violated in known.leaking.found.items():
        if pair[0] in sources and pair[1] in destinations:
            return violated
    return next((known.leaking.unsure[name] for name in sorted(known.leaking.unsure.keys() & sources)), None)


def _first_wrong(
    known: Known, sources: frozenset[AttachmentName], destinations: frozenset[AttachmentName]
) -> tuple[AttachmentName, AttachmentName] | None:
    """Return the first pair of a rule that is cut, surely if there is one: by source, destination, and then the way back."""
    found = [
        (one, other, 0)
        for one, other in known.tally.joined.keys() | known.filtered.keys()
        if one in sources and other in destinations
    ]
    found += [
        (other, one, 1)
        for one, other in known.tally.joined.keys() | known.filtered.keys()
        if one in destinations and other in sources
    ]
    if not found:
        return None
    one, other, back = min(found, key=lambda item: (_is_unsure(known, item), item))
    return (other, one) if back else (one, other)


def _is_unsure(known: Known, found: tuple[AttachmentName, AttachmentName, int]) -> bool:
    one, other, back = found
    ends = (other, one) if back else (one, other)
    return ends not in known.tally.joined and isinstance(known.filtered[ends], NotModelled)


def via_answers(evidence: Evidence, known: Known, vias: ViaPairs) -> Iterator[Answer]:
    """Answer every assertion about the way."""
    policy = evidence.given.bounds.policy
    for index, (via, asked) in enumerate(zip(policy.vias, vias, strict=True)):
        sources, destinations, intents = asked.sources, asked.destinations, policy.sources.get(via, ())
        wrong = known.tally.vias.get(index)
        verdict: Verdict = Holds(judges=(ENGINE,), states=known.tally.states)
        if wrong is not None:
            verdict = violated_by(evidence, wrong, intents)
        elif known.unknowns.of_routes(sources | destinations):
            verdict = known.unknowns.verdict
        elif known.tally.unsettled is not None:
            verdict = NotModelled(reason=known.tally.unsettled)
        question = Question(
            kind=QuestionKind.VIA if via.levels is None else QuestionKind.LEVEL,
            subject=via,
            intents=intents,
            cases=len(sources) * len(destinations),
        )
        yield Answer(question=question, verdict=verdict)
