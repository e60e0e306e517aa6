"""A `VerifyReport` -> what a person reads on a terminal.

The one idea: what is wrong comes first and in full, with the packet, its way and the guilty line; then what is shown and
never hidden (residue, unknown lines); the last line counts what was asked and over how much.
"""

from __future__ import annotations

from collections import Counter

from controller.jobs.residue import count_replies
from controller.jobs.verify import VerifyReport, count_verdicts, judges_of, verdict_name
from controller.output.terminal import Output
from controller.reports.change import print_change
from controller.reports.coverage import print_coverage
from controller.reports.details import print_detail, quoted_line
from controller.reports.unreachable_lines import print_lines
from intents.builtin import BUILTIN
from intents.messages import printable
from intents.model import Intent
from verification.verdicts.flow import describe_flow
from verification.verdicts.question import Answer, QuestionKind, subject_in_words, traits_of
from verification.verdicts.requirements import rule_of
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Violated

MOST_SHOWN = 20
"""Wrong answers and unknown lines shown in full; the rest is counted, and `--json` has all."""

_VERDICTS = ("hold", "violated", "disputed", "not_modelled")
COLOURS = {"hold": "good", "violated": "bad", "disputed": "unsure", "not_modelled": "unsure"}


def print_report(output: Output, report: VerifyReport) -> None:
    """Write the whole report but its findings and its end."""
    intents = {intent.head.identifier: intent for intent in report.compiled.addressed.wanted.intents}
    _print_wrong(output, report, intents)
    _print_unknown(output, report)
    print_lines(output, report)
    print_coverage(output, report)
    print_change(output, report.change)
    _print_residue(output, report)
    _print_table(output, report.judgement.answers)
    _print_second(output, report)


def _print_wrong(output: Output, report: VerifyReport, intents: dict[str, Intent]) -> None:
    """Write violated questions one by one, inconclusive ones grouped by their reason: one line may leave open all."""
    groups: dict[object, list[Answer]] = {}
    for index, answer in enumerate(report.judgement.answers):
        if not isinstance(answer.verdict, Holds):
            groups.setdefault(index if isinstance(answer.verdict, Violated) else answer.verdict, []).append(answer)
    order = {"violated": 0, "disputed": 1, "not_modelled": 2}
    wrong = sorted(groups.values(), key=lambda answers: order[verdict_name(answers[0])])
    for answers in wrong[:MOST_SHOWN]:
        _print_answers(output, report, answers, intents)
    if len(wrong) > MOST_SHOWN:
        output.say("more_answers", count=len(wrong) - MOST_SHOWN)
        output.line()


def _heading(output: Output, answers: list[Answer]) -> str:
    question = answers[0].question
    if len(answers) == 1:
        subject = output.in_words(subject_in_words(question.subject))
        return f"{output.in_words(traits_of(question.kind).words.name)}: {printable(subject)}"
    counts = Counter(answer.question.kind for answer in answers)
    kinds = ", ".join(
        f"{output.in_words(traits_of(kind).words.name)} {counts[kind]:,}" for kind in QuestionKind if counts[kind]
    )
    return output.words("several_questions", count=len(answers), kinds=kinds)


def _print_answers(output: Output, report: VerifyReport, answers: list[Answer], intents: dict[str, Intent]) -> None:
    """Write questions that have one and the same verdict."""
    answer, name = answers[0], verdict_name(answers[0])
    heading = output.paint(output.words(name).upper(), COLOURS[name])
    output.line(f"{heading} {_heading(output, answers)}")
    match answer.verdict:
        case Violated() as found:
            print_detail(output, "reason", output.in_words(found.reason))
            if found.failure:
                print_detail(output, "failure", output.in_words(found.failure.in_words()))
            if found.flow is not None:
                print_detail(output, "packet", describe_flow(found.flow, output.language))
            for number, step in enumerate(found.path, start=1):
                print_detail(output, "way" if number == 1 else "", f"{number}. {output.in_words(step)}")
            shown = [f"replay_{found.replay}", *_seconded(answer)]
            for number, words in enumerate(shown):
                print_detail(output, "" if number else "shown", output.words(words))
            _print_culprits(output, report, found.culprits)
        case Disputed(one=one, other=other):
            print_detail(output, "reason", output.in_words(one.in_words()))
            print_detail(output, "", output.in_words(other.in_words()))
        case NotModelled(reason=reason, culprits=culprits):
            print_detail(output, "reason", output.in_words(reason))
            _print_culprits(output, report, culprits)
        case _:
            pass
    touched = sorted({identifier for item in answers for identifier in report.intents_of(item)})
    for number, identifier in enumerate(touched[:MOST_SHOWN]):
        print_detail(output, "" if number else "intents", intent_line(output, identifier, intents))
    rule = rule_of(answer.question.kind, report.compiled.addressed.wanted.on)
    if rule is not None:
        print_detail(output, "rule", f"{rule.requirement}, {rule.article}, {rule.pack}")
    output.line()


def _seconded(answer: Answer) -> list[str]:
    """Return the words for what the second judge says of the packet, none if it was not asked about it."""
    return ["seconded" if item.replays else "contradicted" for item in answer.opinions if item.replays is not None]


def _print_culprits(output: Output, report: VerifyReport, culprits: tuple[Culprit, ...]) -> None:
    for number, item in enumerate(culprits):
        print_detail(output, "" if number else "line", culprit_line(output, report, item))


def culprit_line(output: Output, report: VerifyReport, culprit: Culprit) -> str:
    """Return `FILE:LINE: text`, or what is missing in which file."""
    return quoted_line(output, report.file_name(culprit.device), culprit)


def intent_line(output: Output, identifier: str, intents: dict[str, Intent]) -> str:
    """Return an intent with where it is written, who asked for it and who decided."""
    intent = intents.get(identifier)
    if intent is None:
        return identifier
    head = intent.head
    return output.words(
        "intent_line", identifier=identifier, where=head.where, request=head.request_ref, decision=head.decision_ref
    )


def _print_unknown(output: Output, report: VerifyReport) -> None:
    if not report.unknown:
        return
    output.say("unknown_lines", count=len(report.unknown))
    for item in report.unknown[:MOST_SHOWN]:
        place, why = f"{report.file_name(item.device)}:{item.line}", output.in_words(item.reason)
        output.line(f"  {place}: {printable(item.text)}: {printable(why)}")
    if len(report.unknown) > MOST_SHOWN:
        output.say("more_lines", count=len(report.unknown) - MOST_SHOWN)
    output.line()


def _print_residue(output: Output, report: VerifyReport) -> None:
    """Write what replies may carry, summed up by kind of reply."""
    rules, pairs = count_replies(report.residue)
    returns = sum(row.returns for row in report.residue)
    output.say("residue", returns=returns, rules=len(report.residue))
    rows = [[output.in_words(reply.in_words()), f"{rules[reply]:,}", f"{pairs[reply]:,}"] for reply in sorted(rules)]
    output.table([output.words(key) for key in ("column_reply", "column_rules", "column_pairs")], rows, (1, 2))
    output.say("residue_more")
    output.line()


def _print_table(output: Output, answers: tuple[Answer, ...]) -> None:
    counts = Counter((answer.question.kind, verdict_name(answer)) for answer in answers)
    cases: Counter[QuestionKind] = Counter()
    for answer in answers:
        cases[answer.question.kind] += answer.question.cases
    rows = [
        [
            output.in_words(traits_of(kind).words.name),
            *(f"{counts[kind, name]:,}" for name in _VERDICTS),
            f"{cases[kind]:,}",
        ]
        for kind in QuestionKind
        if any(counts[kind, name] for name in _VERDICTS)
    ]
    headers = [output.words(key) for key in ("column_question", *_VERDICTS, "column_cases")]
    output.table(headers, rows, range(1, 6))
    empty = [answer for answer in answers if not answer.question.cases and BUILTIN not in answer.question.intents]
    if empty:
        subject = output.in_words(subject_in_words(empty[0].question.subject))
        output.say("empty_questions", count=len(empty), subject=printable(subject))
    output.line()


def _print_second(output: Output, report: VerifyReport) -> None:
    """Write who the second judge was, and what the engine alone vouches for; nothing if none was asked."""
    if report.trouble is not None:
        output.line(output.paint(output.words("second_absent"), "unsure"))
        output.line()
    second = report.judgement.second
    if second is None:
        return
    how = output.words("second_recorded", day=second.recorded) if second.recorded else output.words("second_live")
    output.say(
        "second",
        version=printable(second.version),
        how=how,
        questions=second.questions,
        devices=second.devices,
        sessions=second.sessions,
        routes=second.routes,
        flows=second.flows,
        snapshot=second.snapshot.rpartition("-")[2][:12],
    )
    output.say("alone")
    for item in report.judgement.alone:
        output.line(f"  {output.words('scope_' + item.scope.replace('-', '_'), count=item.count)}")
    output.line()


def print_end(output: Output, report: VerifyReport) -> None:
    """Write what to do next and the closing line."""
    worst = report.worst
    if not report.with_failures:
        output.say("no_failures_tried")
    is_unheard = report.trouble is not None and worst == "hold"
    output.say("next_verify_unheard" if is_unheard else f"next_verify_{worst}")
    output.line(output.paint(closing_line(output, report), "unsure" if is_unheard else COLOURS[worst]))


def closing_line(output: Output, report: VerifyReport) -> str:
    """Return the last line: how many questions, their verdicts, over how much, and who judged."""
    judgement = report.judgement
    judges = judges_of(judgement.answers)
    return output.words(
        "closing",
        questions=len(judgement.answers),
        **count_verdicts(judgement.answers),
        flows=judgement.flows,
        devices=judgement.devices,
        states=judgement.states,
        walked=judgement.walked,
        judges=output.words("engine_only") if judges in {(), ("engine",)} else ", ".join(judges),
    )
