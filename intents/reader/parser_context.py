"""What the parsers of one workspace share: the findings so far and the names that are declared.

The one idea: a name counts as declared as soon as it is written somewhere, even if its record is wrong, so that one mistake
is told once and not again at every place that refers to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from intents.finding import Finding, FindingList, RuleRef, Severity, Where, make_finding
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
    APPROVER = "approver"
    RECORD = "record"
    ENTERPRISE = "enterprise"
    COUNTERPART = "counterpart"
    ASSESSMENT = "assessment"
    EXCEPTION = "exception"
    INCIDENT = "incident"


@dataclass(slots=True, eq=False)
class ParserContext:
    """Findings and declared names (by kind, with the place of the first declaration).

    `unknown` are kinds whose table or file could not be read whole: references to them are not checked. `renamed` tells
    today's name of an earlier one, and where that is said.
    """

    findings: FindingList = field(default_factory=FindingList)
    unknown: set[NameKind] = field(default_factory=set)
    renamed: dict[tuple[NameKind, str], tuple[str, Where]] = field(default_factory=dict)
    declared: dict[NameKind, dict[str, Where]] = field(default_factory=lambda: {kind: {} for kind in NameKind})

    def declare(self, kind: NameKind, name: str, where: Where) -> bool:
        """Record a name; a second declaration is a finding that names both places. Returns whether it is the first."""
        earlier = self.declared[kind].setdefault(name, where)
        if earlier is where:
            return True
        self.findings.append(make_finding("TR201", where, also=(earlier,), kind=kind, name=name))
        return False

    def rename(self, kind: NameKind, before: str, name: str, where: Where) -> bool:
        """Record how a thing was called before; if another was called so, too, a finding. Returns whether it was not."""
        earlier = self.renamed.setdefault((kind, before), (name, where))
        if earlier[0] == name:
            return True
        self.findings.append(make_finding("TR241", where, also=(earlier[1],), kind=kind, name=before, other=earlier[0]))
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
            meant = self._meant_by(kind, name, where)
            self.findings.append(make_finding("TR202", where, rule=rule, kind=kind, name=name, suggestion=meant))
        return False

    def _meant_by(self, kind: NameKind, name: str, where: Where) -> str:
        """Return today's name of a thing that was called so, or the closest one; "" if there is none. All that differ from a key
        in lost zeros alone are as close."""
        now = self.renamed.get((kind, name))
        if now is not None:
            return now[0]
        if kind is NameKind.UNIT and (alike := self._alike_but_for_zeros(name)):
            return ", ".join(alike)
        # Looking for the closest costs more than all the rest; of many mistakes only the first are shown.
        return "" if self.findings.is_full("TR202", where.file) else suggest(name, self.declared[kind])

    def _alike_but_for_zeros(self, key: str) -> list[str]:
        """Return every unit of a day whose code is this one but for its first zeros: a province's, a district's, a commune's."""
        code, _, day = key.partition("@")
        pairs = ((known, known.partition("@")) for known in self.declared[NameKind.UNIT])
        return sorted(
            known for known, (other, _, since) in pairs if (other.lstrip("0"), since) == (code.lstrip("0"), day)
        )

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
A09, A18_LEVEL, A18_POINTS = (rule_on(name) for name in ("A09", "A18.level", "A18.points"))
A22, D10, D11 = (rule_on(name) for name in ("A22", "D10", "D11"))
