"""Requirements -> words: a list, one requirement whole, the status of a workspace, and the page of the documents.

The one idea: all four say where a requirement is looked at in the same words, so that no document promises what no command does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from controller.office.rule_status import RuleStatus
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.office.texts import office_word, rule_text
from intents.finding import RuleRef
from intents.messages import load_catalogue
from intents.rule_packs import Obligation, Requirement, load_rules, rule_on

RULES_FORMAT = "truc/rules/1"


def where_checked(language: str, item: Obligation) -> str:
    """Return where a requirement is looked at, or what that would take."""
    if item.needs:
        return office_word(language, "rule_needs", needs=item.needs[language])
    return ", ".join(office_word(language, f"stage_{stage}") for stage in item.stages)


def parts_of(item: Obligation) -> list[tuple[str, Requirement]]:
    """Return the parts of a requirement, and of those through which it is broken, by their names, its own first."""
    looked_at = {item.identifier, *item.through}
    found = [pair for pair in load_rules().requirements.items() if pair[1].identifier in looked_at]
    return sorted(found, key=lambda pair: (pair[1].identifier != item.identifier, pair[0]))


def print_rules(output: Output, on: date | None) -> None:
    """Write every requirement in a line: what it asks, which article asks for it, where it is looked at."""
    obligations = load_rules().obligations.values()
    if output.json:
        start_messages(output, RULES_FORMAT, on=on.isoformat() if on is not None else None)
        for item in obligations:
            print_message(output, _message(output.language, item, rule_on(_name(item), on)))
        print_message(output, {"type": "summary", "ok": True, "rules": len(obligations)})
        return
    header = [office_word(output.language, f"column_{key}") for key in ("requirement", "asks", "article", "looked_at")]
    rows = [
        [
            item.identifier,
            item.statement[output.language],
            _article(rule_on(_name(item), on)),
            where_checked(output.language, item),
        ]
        for item in obligations
    ]
    output.table(header, rows)


def _name(item: Obligation) -> str:
    """Return the name of the part that is cited for a requirement: itself, or its first part."""
    return item.identifier if item.identifier in load_rules().requirements else parts_of(item)[0][0]


def _article(rule: RuleRef) -> str:
    return f"{rule.article} ({rule.pack})"


def _message(language: str, item: Obligation, rule: RuleRef) -> dict[str, object]:
    return {
        "type": "rule",
        "requirement": item.identifier,
        "asks": item.statement[language],
        "article": rule.article,
        "pack": rule.pack,
        "stages": [str(stage) for stage in item.stages],
        "needs": item.needs.get(language, ""),
        "codes": sorted({code for _, part in parts_of(item) for code in part.codes}),
    }


def print_rule(output: Output, item: Obligation, on: date | None) -> None:
    """Write one requirement whole: its articles by pack and days, its messages, the registers that it rests on."""
    language = output.language
    rule = rule_on(_name(item), on)
    if output.json:
        start_messages(output, RULES_FORMAT, on=on.isoformat() if on is not None else None)
        print_message(output, _message(language, item, rule))
        print_message(output, {"type": "summary", "ok": True, "rules": 1})
        return
    output.line(f"{item.identifier}: {item.statement[language]}")
    output.line(f"{office_word(language, 'form_rule')}: {rule_text(rule)}")
    output.line(f"{office_word(language, 'column_looked_at')}: {where_checked(language, item)}")
    rules = load_rules()
    for name, part in parts_of(item):
        output.line(f"{name}: {part.severity}")
        for pack, article in part.articles.items():
            validity = rules.packs[pack]
            days = f"{validity.start or '…'}/{validity.end or '…'}"  # ISO 8601: from one day to another
            output.line(f"  {article}, {pack} ({days}): {rules.titles[pack]}")
        for code in part.codes:
            output.line(f"  {code} {load_catalogue(language).messages[code].title}")
        for register in sorted(part.registers):
            output.line(f"  {register}")
        if part.waivable:
            output.line(f"  {office_word(language, 'rule_waivable')}")


def print_status(output: Output, found: Iterable[RuleStatus], on: date | None) -> None:
    """Write what is known of every requirement, and how many there are of each state."""
    language, items = output.language, tuple(found)
    counts: dict[str, int] = {}
    for item in items:
        counts[item.state] = counts.get(item.state, 0) + 1
    if output.json:
        start_messages(output, RULES_FORMAT, on=on.isoformat() if on is not None else None)
        for item in items:
            said = _message(language, item.obligation, rule_on(_name(item.obligation), on))
            told = [{"code": one.code, "where": str(one.where)} for one in item.findings]
            status = {"type": "status", "state": str(item.state), "findings": told, "missing": list(item.missing)}
            print_message(output, {**said, **status})
        print_message(output, {"type": "summary", "ok": "broken" not in counts, "rules": len(items), "states": counts})
        return
    header = [office_word(language, f"column_{key}") for key in ("requirement", "asks", "state", "why")]
    rows = [
        [
            item.obligation.identifier,
            item.obligation.statement[language],
            office_word(language, f"state_{item.state}"),
            _why(language, item),
        ]
        for item in items
    ]
    output.table(header, rows)
    output.line("")
    for state in sorted(counts):
        output.line(f"{office_word(language, f'state_{state}')}: {counts[state]}")


MOST_PLACES = 3
"""Findings of one requirement that a line names."""


def _why(language: str, item: RuleStatus) -> str:
    if item.findings:
        shown = "; ".join(f"{one.code} {one.where}" for one in item.findings[:MOST_PLACES])
        more = len(item.findings) - MOST_PLACES
        return f"{shown}; {office_word(language, 'form_more', count=more)}" if more > 0 else shown
    if item.missing:
        return ", ".join(item.missing)
    return where_checked(language, item.obligation)


def rules_page(language: str) -> str:
    """Return the table of the documents: article, requirement, packs, where it is looked at, messages."""
    rules = load_rules()
    lines = []
    for item in rules.obligations.values():
        parts = parts_of(item)
        articles: dict[str, str] = {}
        for part in (part for _, part in parts if part.identifier == item.identifier):
            articles |= {pack: article for pack, article in part.articles.items() if pack not in articles}
        cited = "; ".join(f"{article} ({pack})" for pack, article in articles.items())
        codes = ", ".join(sorted({code for _, part in parts for code in part.codes}))
        lines.append(
            f"| {item.identifier} | {item.statement[language]} | {cited} | {where_checked(language, item)} | {codes} |"
        )
    packs = [
        f"| `{name}` | {rules.titles[name]} | {validity.start or ''} | {validity.end or ''} |"
        for name, validity in rules.packs.items()
    ]
    return office_word(language, "rules_page") + "\n".join(
        (
            "",
            _head(language, ("pack", "title", "valid_from", "valid_to")),
            *packs,
            "",
            _head(language, ("requirement", "asks", "article", "looked_at", "messages")),
            *lines,
            "",
        )
    )


def _head(language: str, keys: tuple[str, ...]) -> str:
    names = " | ".join(office_word(language, f"column_{key}") for key in keys)
    return f"| {names} |\n|{'---|' * len(keys)}"
