"""Two policies and who is who in both -> which attachments gain or lose services to each other.

The one idea: attachments that the rules of both policies treat alike are one group, so some thousand attachments are some dozen
groups, and every pair of them is compared. What the policies permit is what the texts are proved to carry out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from controller.jobs.pipeline import Wanted
from controller.rollout.declared import selected_by, stands_for
from intents.change_request import ChangeRequest
from intents.policy import ClassEndpoint, Effect, Endpoint, OutsideEndpoint, Rule, SystemEndpoint
from intents.registry import Attachment, AttachmentName, ConnectionKind, Registry
from intents.service import ServiceSet, united
from verification.change.access import Turn

Pair = tuple[AttachmentName, AttachmentName]
_Sides = tuple[frozenset[int], frozenset[int]]
"""The rules, by number, in which an attachment is a source, and a destination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDifference:
    """Services that some attachments of one class gain or lose towards those of another; `pairs`: how many, with an example by
    names of today; `source` and `destination` are classes, systems or outside networks."""

    turn: Turn
    source: Endpoint
    destination: Endpoint
    services: ServiceSet
    pairs: int
    example: Pair


@dataclass(frozen=True, slots=True)
class _Member:
    """An attachment before and after."""

    name: AttachmentName
    face: Endpoint
    owners: tuple[str, str]
    """Its organisation in either workspace, "" for systems and outside networks."""


_SAME = ((False, False), (False, True), (True, False), (True, True))
"""Whether both ends are of one organisation, before and after."""


class _Rules:
    """One policy: which rules stand for an attachment, and what those of two permit."""

    def __init__(self, wanted: Wanted) -> None:
        self._rules: Sequence[Rule] = wanted.policy.rules
        self._registry = wanted.registry
        self._permitted: dict[tuple[frozenset[int], bool], ServiceSet] = {}

    def sides(self, item: Attachment) -> _Sides:
        """Return the rules in which an attachment is at either end."""
        numbered = list(enumerate(self._rules))
        registry = self._registry
        return (
            frozenset(number for number, rule in numbered if stands_for(item, rule.source, registry)),
            frozenset(number for number, rule in numbered if stands_for(item, rule.destination, registry)),
        )

    def permitted(self, one: _Sides, other: _Sides, *, same: bool) -> ServiceSet:
        """Return the services by which the first may start sessions to the other; `same`: both are of one organisation."""
        key = (one[0] & other[1], same)
        if key not in self._permitted:
            rules = [self._rules[number] for number in key[0]]
            rules = [rule for rule in rules if same or not rule.same_organisation]
            allowed, forbidden = (united(rule.service for rule in rules if rule.effect is effect) for effect in Effect)
            self._permitted[key] = allowed - forbidden
        return self._permitted[key]


def compare_access(
    before: Wanted, after: Wanted, names: Mapping[AttachmentName, AttachmentName], request: ChangeRequest | None
) -> tuple[tuple[AccessDifference, ...], tuple[AccessDifference, ...]]:
    """Return all differences of access between attachments that go on, and those that no request declares.

    `names`: today's name of each attachment of before that goes on.
    """
    rules = (_Rules(before), _Rules(after))
    groups: dict[tuple[_Sides, _Sides], list[_Member]] = {}
    for old, new in sorted(names.items()):
        one, other = before.registry.attachments[old], after.registry.attachments[new]
        if ConnectionKind.VIA_LAN in (one.connection, other.connection):
            continue
        member = _Member(new, _face(other, after.registry), (one.organisation or "", other.organisation or ""))
        groups.setdefault((rules[0].sides(one), rules[1].sides(other)), []).append(member)
    said = _said(request, (before, after))
    every: Counter[tuple[Turn, Endpoint, Endpoint, ServiceSet]] = Counter()
    unsaid: Counter[tuple[Turn, Endpoint, Endpoint, ServiceSet]] = Counter()
    examples: dict[tuple[bool, Turn, Endpoint, Endpoint, ServiceSet], Pair] = {}
    for turn, services, source, destination in _turned(groups, rules):
        key = (turn, source.face, destination.face, services)
        declared = any(source.name in ends[0] and destination.name in ends[1] for ends in said[turn])
        every[key] += 1
        unsaid[key] += not declared
        for flag in (True, False) if not declared else (True,):
            examples.setdefault((flag, *key), (source.name, destination.name))
    return tuple(_told(every, examples, all_of_it=True)), tuple(_told(unsaid, examples, all_of_it=False))


def _turned(
    groups: Mapping[tuple[_Sides, _Sides], Sequence[_Member]], rules: tuple[_Rules, _Rules]
) -> Iterator[tuple[Turn, ServiceSet, _Member, _Member]]:
    """Yield each pair of attachments between which something turns, with the services."""
    for (one, ones), (other, others) in product(groups.items(), repeat=2):
        turns = {same: tuple(_turns(rules, one, other, same)) for same in _SAME}
        if not any(turns.values()):
            continue
        for source, destination in product(ones, others):
            if source is not destination:
                for turn, services in turns[_same(source, destination)]:
                    yield turn, services, source, destination


def _same(one: _Member, other: _Member) -> tuple[bool, bool]:
    before, after = (bool(mine) and mine == its for mine, its in zip(one.owners, other.owners, strict=True))
    return before, after


def _turns(
    rules: tuple[_Rules, _Rules], one: tuple[_Sides, _Sides], other: tuple[_Sides, _Sides], same: tuple[bool, bool]
) -> Iterator[tuple[Turn, ServiceSet]]:
    old, new = (rules[end].permitted(one[end], other[end], same=same[end]) for end in (0, 1))
    for turn, services in ((Turn.OPENED, new - old), (Turn.CUT, old - new)):
        if services:
            yield turn, services


def _said(
    request: ChangeRequest | None, ends: tuple[Wanted, Wanted]
) -> Mapping[Turn, Sequence[tuple[set[AttachmentName], set[AttachmentName]]]]:
    """Return the ends of each declared opening and closing, in both directions."""
    found: dict[Turn, list[tuple[set[AttachmentName], set[AttachmentName]]]] = {turn: [] for turn in Turn}
    if request is None:
        return found
    for turn, items in ((Turn.OPENED, request.opens), (Turn.CUT, request.closes)):
        for item in items:
            one, other = (selected_by(side, request.head, ends)[0] for side in (item.sources, item.destinations))
            found[turn] += [(one, other), (other, one)]
    return found


def _told(
    counts: Mapping[tuple[Turn, Endpoint, Endpoint, ServiceSet], int],
    examples: Mapping[tuple[bool, Turn, Endpoint, Endpoint, ServiceSet], Pair],
    *,
    all_of_it: bool,
) -> Iterable[AccessDifference]:
    for (turn, source, destination, services), count in sorted(
        counts.items(), key=lambda item: (item[0][0], str(item[0][1]), str(item[0][2]), item[0][3].ranges)
    ):
        if count:
            yield AccessDifference(
                turn=turn, source=source, destination=destination, services=services, pairs=count,
                example=examples[all_of_it, turn, source, destination, services],
            )  # fmt: skip


def _face(item: Attachment, registry: Registry) -> Endpoint:
    """Return what an attachment is told as: its class, or the system or outside network that it is."""
    if item.system is not None:
        return SystemEndpoint(system=item.system)
    if item.outside is not None:
        return OutsideEndpoint(outside=item.outside)
    if item.organisation is None:
        raise AssertionError(f"{item.name} is nobody's")
    who = registry.organisations[item.organisation]
    return ClassEndpoint(category=who.category, tier=who.tier, purpose=item.purpose)
