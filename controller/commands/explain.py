"""`truc explain`: a code, an intent or a line -> where it comes from and what it leads to.

The one idea: the same chain is read in both directions: intent, rule, configured thing, line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.commands.places import IntentPlace, TextPlace, find_place, named_file
from controller.jobs.compile import compile_workspace
from controller.jobs.pipeline import Compiled
from controller.jobs.provenance import ServedLine, served_lines
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.verify import intent_line
from intents.finding import FindingsError, Where, make_finding
from intents.messages import explain_code, load_catalogue, printable
from intents.model import Intent
from intents.policy import Rule, ViaAssertion
from intents.reader.suggestions import suggest
from routing.vendors.platform_facts import PlatformFact, facts_about

EXPLAIN_FORMAT = "truc/explain/1"
MOST_SHOWN = 20
MOST_FACTS = 8
_CODE = re.compile(r"TR[0-9]{3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReach:
    """What an intent leads to: its rules and assertions, and by file the lines that serve it."""

    rules: tuple[Rule | ViaAssertion, ...]
    lines: tuple[tuple[str, tuple[int, ...]], ...]


def explain(output: Output, folder: Path, on: str | None, name: str) -> ExitCode:
    """Explain a name; FindingsError if it is none."""
    if _CODE.fullmatch(name):
        return _explain_code(output, name.upper())
    check_folder(folder)
    compiled = compile_workspace(folder, parse_day(on), output)
    intents = {item.head.identifier: item for item in compiled.addressed.wanted.intents}
    named = set(intents) | {one for found in compiled.addressed.wanted.policy.sources.values() for one in found}
    place = None if name in named else find_place(compiled, name)
    match place:
        case TextPlace(device=device, line=number):
            _print_line(output, compiled, find_line(compiled, device, number), device, intents)
        case IntentPlace(identifier=identifier):
            _print_intent(output, compiled, identifier, intents)
        case None if name in named:
            _print_intent(output, compiled, name, intents)
        case None if name in compiled.configs:
            raise FindingsError([make_finding("TR859", Where(), device=name)])
        case None:
            known = sorted(named | set(compiled.configs))
            suggestion = suggest(named_file(name), known)
            raise FindingsError([make_finding("TR805", Where(), name=name, suggestion=suggestion)])
    return ExitCode.FINE


def _explain_code(output: Output, code: str) -> ExitCode:
    catalogue = load_catalogue(output.language)
    if code not in catalogue.messages:
        raise FindingsError(
            [make_finding("TR805", Where(), name=code, suggestion=suggest(code, sorted(catalogue.messages)))]
        )
    if output.json:
        message = catalogue.messages[code]
        start_messages(output, EXPLAIN_FORMAT)
        parts = {"title": message.title, "what": message.what, "why": message.why, "remedy": message.remedy}
        print_message(output, {"type": "code", "code": code, **parts})
        _end_messages(output)
    else:
        output.line(explain_code(code, output.language))
        output.say("next_explain_code")
    return ExitCode.FINE


def find_line(compiled: Compiled, device: str, number: int) -> ServedLine:
    """Return a line of a device's text; FindingsError if there is none of that number."""
    last = 0
    for line in served_lines(compiled, device):
        if line.number == number:
            return line
        last = line.number
    file = compiled.configs[device].file_name
    raise FindingsError([make_finding("TR810", Where(file=file, device=device), file=file, line=number, last=last)])


def reach_of(compiled: Compiled, identifier: str) -> IntentReach:
    """Return what an intent leads to, in the order of the policy and of the devices."""
    policy = compiled.addressed.wanted.policy
    every: tuple[Rule | ViaAssertion, ...] = (*policy.rules, *policy.vias)
    asked = tuple(item for item in every if identifier in policy.sources.get(item, ()))
    lines = [
        (config.file_name, tuple(line.number for line in served_lines(compiled, device) if identifier in line.intents))
        for device, config in sorted(compiled.configs.items())
    ]
    return IntentReach(rules=asked, lines=tuple(item for item in lines if item[1]))


def rule_text(rule: Rule | ViaAssertion) -> str:
    """Return a rule or assertion as one line."""
    if isinstance(rule, ViaAssertion):
        upwards = "" if rule.levels is None else ", from level {} into level {}".format(*rule.levels)
        return f"via {', '.join(rule.devices)}: {rule.source} -> {rule.destination}{upwards}"
    within = " (within each organisation)" if rule.same_organisation else ""
    return f"{rule.effect} {rule.source} -> {rule.destination}: {rule.service}{within}"


def ranges_text(numbers: Iterable[int]) -> str:
    """Return sorted numbers as ranges: `1-3, 7`."""
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda item: item[1] - item[0])]
    return ", ".join(str(run[0][1]) if len(run) == 1 else f"{run[0][1]}-{run[-1][1]}" for run in runs)


def _print_intent(output: Output, compiled: Compiled, identifier: str, intents: dict[str, Intent]) -> None:
    reach = reach_of(compiled, identifier)
    intent = intents.get(identifier)
    if output.json:
        start_messages(output, EXPLAIN_FORMAT)
        print_message(output, {"type": "intent", "id": identifier, **_head(intent)})
        for rule in reach.rules:
            print_message(output, {"type": "rule", "text": rule_text(rule)})
        for file, numbers in reach.lines:
            print_message(output, {"type": "lines", "file": file, "lines": list(numbers)})
        _end_messages(output)
        return
    output.line(printable(intent_line(output, identifier, intents)))
    if intent is not None:
        head = intent.head
        output.line(f"  {printable(head.title)}")
        output.say("explain_head", kind=type(intent).__name__.lower(), domain=head.domain, valid=_valid(intent))
    output.say("explain_rules", count=len(reach.rules))
    _print_some(output, [printable(rule_text(rule)) for rule in reach.rules])
    if intent is not None and not intent.head.validity.holds(compiled.addressed.wanted.on):
        output.say("explain_not_in_force", on=compiled.addressed.wanted.on)
    total = sum(len(numbers) for _, numbers in reach.lines)
    output.say("explain_lines", lines=total, devices=len(reach.lines))
    _print_some(output, [f"{file}: {ranges_text(numbers)}" for file, numbers in reach.lines])
    output.say("next_explain_intent")


def _end_messages(output: Output) -> None:
    print_message(output, {"type": "summary", "ok": True})


def _head(intent: Intent | None) -> dict[str, object]:
    if intent is None:
        return {}
    head = intent.head
    return {
        "title": head.title,
        "domain": str(head.domain),
        "request": head.request_ref,
        "decision": head.decision_ref,
        "where": str(head.where),
        "valid": _valid(intent),
    }


def _valid(intent: Intent) -> str:
    validity = intent.head.validity
    return f"{validity.start or '…'} .. {validity.end or '…'}"


def _print_line(output: Output, compiled: Compiled, line: ServedLine, device: str, intents: dict[str, Intent]) -> None:
    file = compiled.configs[device].file_name
    facts = _facts_of(compiled.configs[device].platform, line)
    if output.json:
        start_messages(output, EXPLAIN_FORMAT)
        print_message(
            output,
            {"type": "line", "file": file, "line": line.number, "text": line.text, "path": list(line.path),
             "foreign": line.foreign, "things": [list(ref) for ref in line.refs],
             "rules": [rule_text(rule) for rule in line.rules], "intents": list(line.intents),
             "facts": [item.identifier for item in facts]},
        )  # fmt: skip
        _end_messages(output)
        return
    output.line(f"{file}:{line.number}: {printable(line.text.strip())}")
    for text in _line_details(output, line):
        output.line(f"  {text}")
    output.say("explain_rules", count=len(line.rules))
    _print_some(output, [printable(rule_text(rule)) for rule in line.rules])
    output.say("explain_intents", count=len(line.intents))
    _print_some(output, [printable(intent_line(output, name, intents)) for name in line.intents])
    output.say("explain_facts", count=len(facts))
    for fact in facts[:MOST_FACTS]:
        output.line(_fact_line(output, fact, fact.rule))
    assumed = [item for item in facts if item.assumed]
    output.say("explain_assumed", count=len(assumed))
    for fact in assumed:
        output.line(_fact_line(output, fact, fact.assumed))
    output.say("next_explain_line" if line.intents else "next_explain_fixed")


def _fact_line(output: Output, fact: PlatformFact, text: str) -> str:
    """Return a line about a fact: what is said of facts is in English only."""
    return f"    {fact.identifier}: {printable(text)}" if output.language == "en" else f"    {fact.identifier}"


def _facts_of(platform: str, line: ServedLine) -> tuple[PlatformFact, ...]:
    """Return what a verdict about a line rests on beside the text, without repeats."""
    return tuple(dict.fromkeys(fact for ref in line.refs for fact in facts_about(platform, ref, line.text)))


def _line_details(output: Output, line: ServedLine) -> Iterator[str]:
    if len(line.path) > 1:
        yield output.words("explain_section", path=printable(" / ".join(line.path[:-1])))
    for ref in line.refs:
        yield output.words("explain_thing", thing=printable(" ".join(part for part in ref if part)))
    if line.foreign:
        yield output.words("explain_foreign")
    elif not line.path:
        yield output.words("explain_end")
    elif not line.refs:
        yield output.words("explain_fixed")
    elif not line.rules:
        yield output.words("explain_ours")


def _print_some(output: Output, lines: list[str]) -> None:
    for text in lines[:MOST_SHOWN]:
        output.line(f"    {text}")
    if len(lines) > MOST_SHOWN:
        output.say("more_lines", count=len(lines) - MOST_SHOWN)
