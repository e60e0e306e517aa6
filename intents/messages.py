"""A Finding and the catalogue -> the words that people read, in Vietnamese or English.

The one idea: a message is data (`rules/messages.*.toml`); only named parameters are put in, and nothing that comes from a
file reaches a terminal unprinted: control and bidirectional characters show as their code points.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from intents.finding import Finding, RuleRef
from intents.reader.source_text import FORBIDDEN, FORBIDDEN_IN_VALUE
from intents.reason import describe_reason

LANGUAGES = ("vi", "en")
_FOLDER = Path(__file__).parent / "rules"
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_TRANSLATED = frozenset({"kind", "wanted", "found"})
_EXCERPT_WIDTH = 100
_LONGEST_VALUE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The words of one code; templates with `{parameter}`."""

    title: str
    what: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every message of one language by code, the phrases around them, and translations of values that are words."""

    messages: Mapping[str, Message]
    phrases: Mapping[str, str]
    words: Mapping[str, str]


@cache
def load_catalogue(language: str) -> Catalogue:
    """Read the catalogue of a language, once; ValueError for a language that there is none for."""
    if language not in LANGUAGES:
        raise ValueError(f"no message catalogue for language {language!r}; there are {', '.join(LANGUAGES)}")
    tables = tomllib.loads((_FOLDER / f"messages.{language}.toml").read_text(encoding="utf-8"))
    phrases, words = tables.pop("phrases"), tables.pop("words")
    messages = {
        code: Message(title=table["title"], what=table["what"], why=table["why"], remedy=table["remedy"])
        for code, table in sorted(tables.items())
    }
    return Catalogue(messages=messages, phrases=phrases, words=words)


def parameters_of(message: Message) -> frozenset[str]:
    """Return the names of the parameters that a message's templates use."""
    return frozenset(_PARAMETER.findall(f"{message.what} {message.why} {message.remedy}"))


def describe(finding: Finding, language: str) -> str:
    """Return a finding in words: severity, code, place and what is wrong; the source line; why; what to do."""
    catalogue = load_catalogue(language)
    message, phrases = catalogue.messages[finding.code], catalogue.phrases
    values = {name: _value(catalogue, name, describe_reason(value, language)) for name, value in finding.values}
    place = f" {printable(str(finding.where))}:" if str(finding.where) else ":"
    lines = [f"{phrases[finding.severity]} {finding.code}{place} {_fill(message.what, values)}"]
    lines += _excerpt(finding)
    lines.append(f"{phrases['why']}: {_fill(message.why, values)}")
    hint = f" ({_fill(phrases['did_you_mean'], values)})" if values.get("suggestion") else ""
    lines.append(f"{phrases['do']}: {_fill(message.remedy, values)}{hint}")
    if finding.rule is not None:
        lines.append(f"{phrases['rule']}: {_rule_text(finding.rule)}")
    lines += [f"{phrases['also']}: {printable(str(where))}" for where in finding.also]
    return "\n".join(lines)


def explain_code(code: str, language: str) -> str:
    """Return what a code stands for, in general; says so if there is no such code."""
    catalogue = load_catalogue(language)
    message, phrases = catalogue.messages.get(code), catalogue.phrases
    if message is None:
        return _fill(phrases["unknown_code"], {"code": printable(code)})
    return "\n".join(
        (
            f"{code}: {message.title}",
            message.what,
            f"{phrases['why']}: {message.why}",
            f"{phrases['do']}: {message.remedy}",
        )
    )


def printable(text: str) -> str:
    """Return text in which characters that hide or reorder others show as `<U+…>`."""
    return FORBIDDEN_IN_VALUE.sub(_by_number, text).replace("\n", "<U+000A>")


def printable_lines(text: str) -> str:
    """Return lines, and tabs in them, as `printable` returns a text of one."""
    return FORBIDDEN.sub(_by_number, text).replace("\r", "<U+000D>")


def _by_number(found: re.Match[str]) -> str:
    return f"<U+{ord(found.group()):04X}>"


def _value(catalogue: Catalogue, name: str, value: str) -> str:
    word = catalogue.words.get(value, value) if name in _TRANSLATED else value
    shown = printable(word)
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}…"


def _fill(template: str, values: Mapping[str, str]) -> str:
    return _PARAMETER.sub(lambda found: values[found.group(1)], template)


def _rule_text(rule: RuleRef) -> str:
    return ", ".join(part for part in (rule.requirement, rule.article, rule.pack) if part)


def _excerpt(finding: Finding) -> list[str]:
    """Return the source line, cut to a window around the column, and a caret below the column."""
    if not finding.excerpt or not finding.where.line:
        return []
    margin = f"{finding.where.line:>5} | "
    at = max(finding.where.column - 1, 0)
    start = max(at - _EXCERPT_WIDTH // 2, 0) if len(finding.excerpt) > _EXCERPT_WIDTH else 0
    window = finding.excerpt[start : start + _EXCERPT_WIDTH]
    before, cut = finding.excerpt[start:at], "…" if start else ""
    after = "…" if start + _EXCERPT_WIDTH < len(finding.excerpt) else ""
    lines = [f"{margin}{cut}{_flat(window)}{after}".rstrip()]
    if finding.where.column:
        indent = " " * (len(cut) + _width(_flat(before)))
        lines.append(f"{' ' * (len(margin) - 2)}| {indent}^")
    return lines


def _flat(text: str) -> str:
    return printable(text.replace("\t", " "))


def _width(text: str) -> int:
    """Return how many columns a terminal gives to a text: none to combining marks, two to wide characters."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
