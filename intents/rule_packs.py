"""A requirement and a day -> the article that it comes from, in the rule pack that is in force then.

The one idea: rules are data with dates (`rules/requirements.toml`). A check knows only its requirement's identifier; how
bad a breach is and which text is cited is looked up, so that a new circular changes a table and no code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import TypedDict

from intents.finding import Finding, RuleRef, Severity, Where
from intents.reason import Reason
from intents.registry import Validity

_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement; `articles` by pack, the pack to be cited first first; `codes` are the messages of its breaches.

    `registers` are the files that its check rests on beside the tables that every workspace has; `waivable`: whether an exception
    may waive it (art. 17.2)."""

    identifier: str
    severity: Severity
    codes: tuple[str, ...]
    articles: Mapping[str, str]
    registers: frozenset[str] = frozenset()
    waivable: bool = False


class RuleStage(StrEnum):
    """Where a requirement is looked at, in the order of the work."""

    VALIDATE = "validate"
    COMPILE = "compile"
    VERIFY = "verify"
    PLAN = "plan"
    APPROVE = "approve"
    APPLY = "apply"
    DRIFT = "drift"
    REPORT = "report"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What a requirement asks, by language, and where it is looked at: nowhere if it can't be, and then `needs` says what that
    would take; `through`: other requirements whose breach is one of this, too."""

    identifier: str
    statement: Mapping[str, str]
    stages: tuple[RuleStage, ...]
    needs: Mapping[str, str]
    through: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Every requirement by name, what each asks by its identifier, and the days and the title of every rule pack."""

    requirements: Mapping[str, Requirement]
    obligations: Mapping[str, Obligation]
    packs: Mapping[str, Validity]
    titles: Mapping[str, str]

    @cached_property
    def waivable(self) -> frozenset[str]:
        """The requirements, some part of which an exception may waive."""
        return frozenset(requirement for requirement, _ in self.waivable_breaches)

    @cached_property
    def waivable_breaches(self) -> frozenset[tuple[str, str]]:
        """Requirements with the codes of their breaches that an exception may waive: of some requirements not all."""
        parts = (item for item in self.requirements.values() if item.waivable)
        return frozenset((item.identifier, code) for item in parts for code in item.codes)


@cache
def load_rules() -> Rules:
    """Read the tables of requirements, once."""
    tables, asked = (
        tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")) for name in ("requirements", "regulation")
    )
    packs = {name: Validity(start=pack.get("from"), end=pack.get("until")) for name, pack in tables["packs"].items()}
    told = {name: table for name, table in asked.items() if name not in tables["requirements"]}
    return Rules(
        requirements={name: _requirement(name, table) for name, table in {**tables["requirements"], **told}.items()},
        obligations={name: _obligation(name, table) for name, table in asked.items()},
        packs=packs,
        titles={name: pack["title"] for name, pack in tables["packs"].items()},
    )


class _Table(TypedDict, total=False):
    """A table of either file."""

    severity: str
    codes: list[str]
    articles: dict[str, str]
    registers: list[str]
    waivable: bool
    at: list[str]
    through: list[str]
    vi: str
    en: str
    needs_vi: str
    needs_en: str


def _requirement(name: str, table: _Table) -> Requirement:
    return Requirement(
        identifier=name.partition(".")[0],
        severity=Severity(table["severity"]),
        codes=tuple(table.get("codes", ())),
        articles=table["articles"],
        registers=frozenset(table.get("registers", ())),
        waivable=table.get("waivable", False),
    )


def _obligation(name: str, table: _Table) -> Obligation:
    return Obligation(
        identifier=name,
        statement={"vi": table["vi"], "en": table["en"]},
        stages=tuple(RuleStage(stage) for stage in table["at"]),
        through=frozenset(table.get("through", ())),
        needs={"vi": table["needs_vi"], "en": table["needs_en"]} if "needs_vi" in table else {},
    )


def rule_on(name: str, on: date | None = None) -> RuleRef:
    """Return the reference of a requirement on one day: the first of its packs that is in force (None: without an end).

    On a day before all of its packs it is the earliest of them: the requirement is older than the text that we can cite.
    """
    rules = load_rules()
    requirement = rules.requirements[name]
    in_force = [pack for pack in requirement.articles if _holds(rules.packs[pack], on)]
    chosen = in_force[0] if in_force else min(requirement.articles, key=lambda pack: _start(rules.packs[pack]))
    return RuleRef(requirement=requirement.identifier, article=requirement.articles[chosen], pack=chosen)


def asked_since(name: str) -> date:
    """Return the first day of the first pack that has a requirement, as far as a pack says one."""
    rules = load_rules()
    return min(_start(rules.packs[pack]) for pack in rules.requirements[name].articles)


def report_breach(
    name: str,
    code: str,
    where: Where,
    day: date | None,
    /,
    *,
    also: tuple[Where, ...] = (),
    about: str = "",
    **values: object,
) -> Finding:
    """Return the finding that a requirement is broken (by the object `about`), as severe as its table says, with the article of
    the day."""
    pairs = tuple((key, value if isinstance(value, Reason) else str(value)) for key, value in sorted(values.items()))
    severity = load_rules().requirements[name].severity
    rule = rule_on(name, day)
    return Finding(code=code, severity=severity, where=where, values=pairs, also=also, rule=rule, about=about)


def _holds(validity: Validity, on: date | None) -> bool:
    return validity.end is None if on is None else validity.holds(on)


def _start(validity: Validity) -> date:
    return validity.start or date.min
