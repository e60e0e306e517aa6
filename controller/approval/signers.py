"""Who may sign, as lines that a journal keeps -> what is more than before.

The one idea: rules come from a plan's own base, and whoever could bring a base of his own would bring his own judges; so the
journal remembers whom the last roll-out knew, and more than those takes a word of the operator, which the journal keeps, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from intents.approval import ApprovalRules

_GRANTS = frozenset({"approver", "key"})
_REVOKED = "revoked"


def rules_in_lines(rules: ApprovalRules) -> tuple[str, ...]:
    """Return all that a workspace lays down, one rule a line, sorted; equal rules give equal lines."""
    return tuple(sorted(_lines(rules)))


def _lines(rules: ApprovalRules) -> Iterator[str]:
    yield f"days {rules.settings.days}"
    for risk, count in rules.settings.signatures.items():
        yield f"signatures - {risk} {count}"
    for (domain, risk), count in rules.settings.more.items():
        yield f"signatures {domain} {risk} {count}"
    for item in rules.approvers.values():
        roles = ",".join(sorted(item.roles))
        days = f"{_day(item.validity.start)} {_day(item.validity.end)}"
        yield f"approver {item.principal} {item.person} {item.domain} {roles} {days}"
    for key in rules.keys:
        times = f"{_day(key.valid_after)} {_day(key.valid_before)}"
        yield f"key {key.principal} {key.fingerprint} {','.join(key.namespaces) or '-'} {times}"
    for fingerprint in rules.revoked:
        yield f"{_REVOKED} {fingerprint}"


def _day(moment: date | datetime | None) -> str:
    return "-" if moment is None else moment.isoformat()


def widened(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """Return the rules by which more is approved than before, sorted: new people and keys, fewer or older signatures, keys that
    are no longer revoked. What only takes away is none of them."""
    old, new = frozenset(before), frozenset(after)
    counts = dict(line.rsplit(" ", 1) for line in old if _is_count(line))
    found = {line for line in new - old if line.partition(" ")[0] in _GRANTS}
    found |= {line for line in new - old if _is_count(line) and _is_more(line, counts)}
    now = dict(line.rsplit(" ", 1) for line in new if _is_count(line))
    found |= {line for line in old - new if line.startswith(_REVOKED)}
    found |= {line for line in old - new if _is_count(line) and line.rsplit(" ", 1)[0] not in now}
    return tuple(sorted(found))


def _is_count(line: str) -> bool:
    return line.partition(" ")[0] in {"days", "signatures"}


def _is_more(line: str, before: dict[str, str]) -> bool:
    """Return whether a new count lets more through: older signatures, or fewer of them than there were before."""
    name, count = line.rsplit(" ", 1)
    was = before.get(name) or before.get(f"signatures - {name.rpartition(' ')[2]}")
    if was is None:
        return True
    return int(count) > int(was) if name == "days" else int(count) < int(was)
