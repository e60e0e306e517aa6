"""What no single line of a lockfile shows: keys and numbers given twice, prefixes that overlap, open-ended quarantines.

The one idea: entries keep the number of their line until everything is checked, so that a finding names both places.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from intents.finding import Finding, Where, make_finding
from intents.rule_packs import rule_on
from ipam.address_plan import AddressPlan, EntryState, NumberEntry, Pool, PrefixEntry, number_order, prefix_order
from ipam.number_allocator import RANGES


@dataclass(slots=True)
class PlacedPlan:
    """The entries of a plan with their line numbers, in the order of the lines."""

    pools: list[tuple[Pool, int]] = field(default_factory=list)
    prefixes: list[tuple[PrefixEntry, int]] = field(default_factory=list)
    numbers: list[tuple[NumberEntry, int]] = field(default_factory=list)

    def plan(self) -> AddressPlan:
        """Return the plan, sorted."""
        return AddressPlan(
            pools=tuple(sorted((pool for pool, _ in self.pools), key=lambda pool: pool.name)),
            prefixes=tuple(sorted((entry for entry, _ in self.prefixes), key=prefix_order)),
            numbers=tuple(sorted((entry for entry, _ in self.numbers), key=number_order)),
        )


def check_placed(placed: PlacedPlan, shown: str) -> list[Finding]:
    """Return the findings about lines that don't go together."""
    names = ((pool.name, pool.name, line) for pool, line in placed.pools)
    keys = (
        ((entry.key, entry.prefix.family), str(entry.key), line)
        for entry, line in placed.prefixes
        if entry.state is not EntryState.QUARANTINED
    )
    number_keys = (((entry.kind, entry.scope, entry.key), str(entry.key), line) for entry, line in placed.numbers)
    values = (
        ((entry.kind, entry.scope, entry.value), f"{entry.kind} {entry.value}", line) for entry, line in placed.numbers
    )
    return [
        *_twice("TR533", names, shown),
        *_twice("TR533", keys, shown),
        *_twice("TR533", number_keys, shown),
        *_twice("TR536", values, shown),
        *_overlaps(placed.prefixes, shown),
        *_open_ended(placed, shown),
        *_out_of_range(placed.numbers, shown),
    ]


def _twice(code: str, items: Iterable[tuple[Hashable, str, int]], shown: str) -> list[Finding]:
    first: dict[Hashable, int] = {}
    findings: list[Finding] = []
    for key, text, line in items:
        earlier = first.setdefault(key, line)
        if earlier != line:
            findings.append(make_finding(code, _at(shown, line), also=(_at(shown, earlier),), key=text))
    return findings


def _overlaps(prefixes: Iterable[tuple[PrefixEntry, int]], shown: str) -> list[Finding]:
    findings: list[Finding] = []
    last: tuple[PrefixEntry, int] | None = None
    for entry, line in sorted(prefixes, key=lambda item: (item[0].prefix, item[1])):
        if last is None or not last[0].prefix.overlaps(entry.prefix):
            last = (entry, line)
            continue
        other, other_line = last
        late, early = max(line, other_line), min(line, other_line)
        finding = make_finding(
            "TR534",
            _at(shown, late),
            rule=rule_on("D01"),
            also=(_at(shown, early),),
            key=entry.key,
            prefix=entry.prefix,
            other=other.key,
            other_prefix=other.prefix,
        )
        findings.append(finding)
    return findings


def _open_ended(placed: PlacedPlan, shown: str) -> list[Finding]:
    """Return quarantined entries without a reason or an end (D07)."""
    entries: list[tuple[PrefixEntry | NumberEntry, int]] = [*placed.prefixes, *placed.numbers]
    return [
        make_finding("TR537", _at(shown, line), rule=rule_on("D07"), key=entry.key)
        for entry, line in entries
        if entry.state is EntryState.QUARANTINED and (entry.until is None or not entry.reason)
    ]


def _out_of_range(numbers: Iterable[tuple[NumberEntry, int]], shown: str) -> list[Finding]:
    findings: list[Finding] = []
    for entry, line in numbers:
        lowest, highest = RANGES[entry.kind]
        if not lowest <= entry.value <= highest:
            finding = make_finding(
                "TR529",
                _at(shown, line),
                key=entry.key,
                kind=entry.kind,
                value=entry.value,
                lowest=lowest,
                highest=highest,
            )
            findings.append(finding)
    return findings


def _at(shown: str, line: int) -> Where:
    return Where(file=shown, line=line, column=1)
