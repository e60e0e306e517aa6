"""A `VerifyReport` -> JUnit XML, for the test reports of CI systems.

The one idea: a test case is an intent, because that is what people asked for; what nobody asks for by name (fences, the
wall, the network's own rules) are suites of their own, a case for each question. Whatever else makes the command inconclusive (a
second judge without an opinion, judges who differ) is a case too, so that no report is all green where the command is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from controller.jobs.verify import VerifyReport
from intents.messages import describe, printable
from intents.reason import describe_reason
from verification.verdicts.question import Answer, subject_in_words, traits_of
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Violated

SUITES = ("intents", "fences", "wall", "network")

Case = tuple[str, str, list[Answer]]
"""Class name, name and the answers that decide it."""


def junit_text(report: VerifyReport) -> str:
    """Return the report as XML; without times, so that equal results are equal bytes."""
    root = Element("testsuites", name="truc verify")
    cases = _cases(report)
    for name in SUITES:
        suite = SubElement(root, "testsuite", name=name)
        for class_name, case_name, answers in cases[name]:
            case = SubElement(suite, "testcase", classname=printable(class_name), name=printable(case_name))
            _add_result(case, report, answers)
        for key, tag in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error")):
            suite.set(key, str(len(suite.findall(tag))))
        suite.set("skipped", "0")
    _add_judges(root, report)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_judges(root: Element, report: VerifyReport) -> None:
    """Add what stands beside the questions, where it was asked: the second judge, lines of lists, and the change of access."""
    cases = {name: told for name, told in _beside(report).items() if told is not None}
    if not cases:
        return
    wrong = sum(bool(told) for told in cases.values())
    counts = {"tests": str(len(cases)), "failures": "0", "errors": str(wrong), "skipped": "0"}
    suite = SubElement(root, "testsuite", {"name": "judges", **counts})
    for name, told in cases.items():
        case = SubElement(suite, "testcase", classname="judges", name=name)
        if told:
            error = SubElement(case, "error", type="inconclusive", message=printable(told[0]))
            error.text = "\n".join(printable(text) for text in told)


def _beside(report: VerifyReport) -> dict[str, list[str] | None]:
    """Return by name what is open, None for what was not asked."""
    judgement, change = report.judgement, report.change
    is_asked = judgement.second is not None or report.trouble is not None
    trouble = [] if report.trouble is None else describe(report.trouble, "en").splitlines()
    differing = [
        f"{report.file_name(item.place.device)}:{item.place.line}: only {item.judge} calls it unreachable"
        for item in judgement.lists.disputed
    ]
    reasons = [] if change is None else [*change.differences, *(item.reason for item in change.doubts)]
    return {
        "second judge": trouble if is_asked else None,
        "unreachable lines": differing if is_asked else None,
        "change of access": None if change is None else [describe_reason(item, "en") for item in reasons],
    }


def _cases(report: VerifyReport) -> dict[str, list[Case]]:
    by_intent: dict[str, list[Answer]] = {}
    found: dict[str, list[Case]] = {name: [] for name in SUITES}
    for answer in report.judgement.answers:
        for identifier in answer.question.intents:
            by_intent.setdefault(identifier, []).append(answer)
        if not answer.question.intents:
            kind, subject = answer.question.kind, subject_in_words(answer.question.subject)
            found[traits_of(kind).suite].append((str(kind), describe_reason(subject, "en"), [answer]))
    files = {item.head.identifier: item.head.where.file for item in report.compiled.addressed.wanted.intents}
    found["intents"] = [(files.get(name, "built-in"), name, answers) for name, answers in sorted(by_intent.items())]
    return found


def _add_result(case: Element, report: VerifyReport, answers: list[Answer]) -> None:
    """Say what is wrong, if anything: a violated question is a failure, an inconclusive one an error."""
    violated = [text for answer in answers for text in _violation(report, answer)]
    unsure = [text for answer in answers for text in _doubt(answer)]
    if violated:
        failure = SubElement(case, "failure", type="violated", message=printable(violated[0]))
        failure.text = "\n".join(printable(text) for text in (*violated, *unsure))
    elif unsure:
        error = SubElement(case, "error", type="inconclusive", message=printable(unsure[0]))
        error.text = "\n".join(printable(text) for text in unsure)


def _violation(report: VerifyReport, answer: Answer) -> Iterator[str]:
    if isinstance(answer.verdict, Violated):
        yield describe_reason(answer.verdict.reason, "en")
        for item in answer.verdict.culprits:
            yield f"{report.file_name(item.device)}:{item.line}: {item.text}"


def _doubt(answer: Answer) -> Iterator[str]:
    match answer.verdict:
        case NotModelled(reason=reason):
            yield f"not modelled: {describe_reason(reason, 'en')}"
        case Disputed(one=one, other=other):
            sides = (describe_reason(item.in_words(), "en") for item in (one, other))
            yield f"disputed: {' / '.join(sides)}"
        case Holds() | Violated():
            pass
