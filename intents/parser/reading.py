"""What the parsers of one workspace share: the findings so far and the names that are declared.

The one idea: a name counts as declared as soon as it is written somewhere, even if its record is wrong, so that one mistake
is told once and not again at every place that refers to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from intents.finding import Finding, RuleRef, Severity, Where, make_finding
from intents.reader.look_alikes import odd_finding
from intents.reader.suggestions import suggest
from intents.reason import Reason
from intents.rule_packs import rule_on


class NameKind(StrEnum):
    """Kinds of names that others refer to."""

    UNIT = "administrative unit"
    ROOT_BLOCK = "root block"
    ORGANISATION = "organisation"
    SITE = "site"
    PURPOSE = "purpose"
    SYSTEM = "system"
    OUTSIDE_NETWORK = "outside network"
    ATTACHMENT = "attachment"
    LABEL = "label"
    POOL = "pool"
    INTENT = "intent"
    DEVICE = "device"
    CHANNEL = "channel"
    SERVICE = "service"


@dataclass(slots=True, eq=False)
class ParserContext:
    """Findings and declared names (by kind, with the place of the first declaration).

    `unknown` are kinds whose table or file could not be read whole: references to them are not checked.
    """

    findings: list[Finding] = field(default_factory=list)
    unknown: set[NameKind] = field(default_factory=set)
    declared: dict[NameKind, dict[str, Where]] = field(default_factory=lambda: {kind: {} for kind in NameKind})

    def declare(self, kind: NameKind, name: str, where: Where) -> bool:
        """Record a name; a second declaration is a finding that names both places. Returns whether it is the first."""
        earlier = self.declared[kind].setdefault(name, where)
        if earlier is where:
            return True
        self.findings.append(make_finding("TR201", where, also=(earlier,), kind=kind, name=name))
        return False

    def refer(self, kind: NameKind, name: str, where: Where, rule: RuleRef | None = None) -> bool:
        """Check that a name is declared; if not, a finding with the closest one."""
        known = self.declared[kind]
        if name in known or kind in self.unknown:
            return True
        odd = odd_finding(name, where, rule)
        if odd is not None:
            self.findings.append(odd)
            return False
        if kind is NameKind.UNIT and "@" not in name:
            keys = ", ".join(sorted(key for key in known if key.partition("@")[0].lstrip("0") == name.lstrip("0")))
            self.findings.append(make_finding("TR206", where, rule=D10, text=name, keys=keys))
        else:
            nearest = suggest(name, known)
            self.findings.append(make_finding("TR202", where, rule=rule, kind=kind, name=name, suggestion=nearest))
        return False

    def add(self, findings: Iterable[Finding], *kinds: NameKind) -> None:
        """Record findings of a reader; if there is any, the names of these kinds are not known completely."""
        before = len(self.findings)
        self.findings.extend(findings)
        if len(self.findings) > before:
            self.unknown.update(kinds)


def located(code: str, where: Where, values: Iterable[tuple[str, object]], rule: RuleRef | None = None) -> Finding:
    """Return an error at a place whose message parameters are given as pairs."""
    pairs = tuple(sorted((name, value if isinstance(value, Reason) else str(value)) for name, value in values))
    return Finding(code=code, severity=Severity.ERROR, where=where, values=pairs, rule=rule)


# Files hold all dates, so what is found while reading them cites the rule packs without an end.
A01, A02, A03, A04, A06, A07 = (rule_on(name) for name in ("A01", "A02", "A03", "A04", "A06", "A07"))
A09, A18_LEVEL, A22, D10 = (rule_on(name) for name in ("A09", "A18.level", "A22", "D10"))
