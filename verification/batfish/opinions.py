"""Batfish asked about a whole network: what a judge is given -> one opinion for each question, and what nobody else vouches for.

The one idea: what Batfish does not see has no opinion, and is counted by name on a closed list; a question that is on neither
side is an error.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from intents.prefix import Family
from intents.reason import because
from verification.batfish.judge import BatfishJudge
from verification.batfish.protocol import BatfishError, BatfishSession, Trouble
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import gather_facts
from verification.batfish.unreachable_lines import ask_lines
from verification.evidence.evidence import Given, gather
from verification.questions.judgement import Judgement
from verification.verdicts.opinions import BATFISH, ENGINE, Alone, Opinion, Opinions, Scope, SecondJudge
from verification.verdicts.question import Question, QuestionKind, traits_of
from verification.verdicts.verdict import Verdict


def ask_batfish(session: BatfishSession, given: Given, judgement: Judgement) -> Opinions:
    """Return Batfish's opinions of the questions that the engine answered, and of its counterexamples. BatfishError."""
    started = time.monotonic()
    snapshot = network_snapshot(given)
    session.upload(snapshot)
    read = time.monotonic()
    evidence = gather(given)
    gathered = time.monotonic()
    facts = gather_facts(session, snapshot, given)
    known = time.monotonic()
    asked = BatfishJudge(session, snapshot, evidence, facts)
    opinions = tuple(asked.opinion(answer) for answer in judgement.answers)
    lines = ask_lines(session, snapshot, given, facts)
    ended = time.monotonic()
    second = SecondJudge(
        name=BATFISH,
        version=session.version,
        snapshot=snapshot.name,
        recorded=session.recorded,
        devices=len(facts.nodes),
        sessions=len(facts.sessions),
        routes=facts.route_count,
        questions=sum(item is not None for item in opinions),
        flows=asked.flows,
        seconds=(
            ("upload", read - started),
            ("evidence", gathered - read),
            ("tables", known - gathered),
            ("packets", ended - known),
        ),
    )
    alone = tuple(_alone(given, judgement, opinions))
    return Opinions(opinions=opinions, lines=lines, second=second, alone=alone)


def verdicts_of(session: BatfishSession, given: Given, questions: Iterable[Question]) -> Iterator[Verdict]:
    """Yield Batfish's verdicts of the questions that it sees, first those that cost no further answer: whoever looks for one
    violation may stop there. BatfishError."""
    snapshot = network_snapshot(given)
    session.upload(snapshot)
    asked = BatfishJudge(session, snapshot, gather(given), gather_facts(session, snapshot, given))
    for question in sorted(questions, key=lambda item: traits_of(item.kind).asked_apart):
        verdict = asked.verdict(question)
        if verdict is not None:
            yield verdict


def _alone(given: Given, judgement: Judgement, opinions: Sequence[Opinion | None]) -> Iterator[Alone]:
    """Yield what only the engine vouches for, by the closed list of scopes; BatfishError for a question outside it."""
    answered = zip(judgement.answers, opinions, strict=True)
    unseen = [answer.question.kind for answer, opinion in answered if opinion is None]
    for kind in unseen:
        if traits_of(kind).unseen is None and kind not in _SOMETIMES_SEEN:
            raise BatfishError(Trouble.INCOMPLETE, because("no_opinion", kind=traits_of(kind).words.name))
    counts = Counter(traits_of(kind).unseen for kind in unseen)
    entries = {(item.key, item.prefix) for state in given.bounds.declared for item in state.address_plan.prefixes}
    prefixes = sum(prefix.family is Family.V6 for _, prefix in entries)
    if prefixes:
        yield Alone(scope=Scope.IPV6, judge=ENGINE, count=prefixes)
    yield Alone(scope=Scope.FRAGMENTS, judge=ENGINE, count=len(given.network.ports))
    if judgement.states > 1:
        yield Alone(scope=Scope.FAILURES, judge=ENGINE, count=judgement.states - 1)
    for scope in (Scope.LOGINS, Scope.ROUTE_FILTERS):
        if counts[scope]:
            yield Alone(scope=scope, judge=ENGINE, count=counts[scope])
    ways = unseen.count(QuestionKind.VIA) + unseen.count(QuestionKind.LEVEL)
    if ways:
        yield Alone(scope=Scope.WAYS, judge=ENGINE, count=ways)


_SOMETIMES_SEEN = (
    QuestionKind.SOURCE_FENCE,
    QuestionKind.DESTINATION_FENCE,
    QuestionKind.VIA,
    QuestionKind.LEVEL,
)
"""Fences of IPv6 alone, or of ports that are gone, and assertions that not every declared state makes."""
