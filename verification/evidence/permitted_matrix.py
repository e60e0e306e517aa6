"""Who talks to whom: from policy and addresses to the partners of every attachment, which routing must join it with.

The one idea: attachments of one kind (the same rules) talk to the same others, so partners are found kind by kind, and a set of
attachments is one integer: a million pairs are a few thousand numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from intents.policy import Endpoint
from intents.prefix import Family
from intents.registry import AttachmentName
from verification.evidence.declared_state import DeclaredState
from verification.evidence.evidence import Evidence
from verification.packets.bit_sets import BitSet, bit, everything, nothing, numbers, union
from verification.packets.permitted_pairs import Kind

_Member = TypeVar("_Member")
Key = tuple[AttachmentName, Family]
AttachmentSet = BitSet[AttachmentName]
"""A set of attachments: bit n is the n-th of all names, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermittedMatrix:
    """Whom each attachment sends packets to, sessions or replies, in a family. Talking is mutual."""

    names: tuple[AttachmentName, ...]
    number: Mapping[AttachmentName, int]
    sets: Mapping[Key, AttachmentSet]

    def between(self, one: AttachmentName, other: AttachmentName, family: Family) -> bool:
        """Return whether two attachments talk."""
        return bool(self.sets.get((one, family), nothing()) & bit(self.number[other]))

    def set_of(self, names: Iterable[AttachmentName]) -> AttachmentSet:
        """Return a set of attachments."""
        return union(bit(self.number[name]) for name in names)

    def of(self, name: AttachmentName, family: Family, among: AttachmentSet | None = None) -> Iterator[AttachmentName]:
        """Return the partners of an attachment, sorted; `among`: only these."""
        found = self.sets.get((name, family), nothing())
        return map(self.names.__getitem__, numbers(found if among is None else found & among))

    @property
    def pairs(self) -> int:
        """The number of ordered pairs that talk, each family counted."""
        return sum(found.bit_count() for found in self.sets.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixBounds:
    """Who talks to whom by all declared states (`must`) and by any (`may`): the same where one state is declared."""

    must: PermittedMatrix
    may: PermittedMatrix


def permitted_matrix_of(evidence: Evidence) -> MatrixBounds:
    """Return who talks to whom.

    Two who talk in every state must be joined as far as they keep addresses: there is always a packet between them that every
    state allows, an ICMP error.
    """
    names = tuple(sorted({name for name, _ in evidence.own}))
    number = {name: index for index, name in enumerate(names)}
    alone: dict[Key, AttachmentSet] = {key: bit(number[key[0]]) for key in evidence.own}
    found = [gather_partners(state, alone) for state in evidence.states]
    staying = {
        family: union(alone[name, of_family] for name, of_family in evidence.kept if of_family is family)
        for family in Family
    }
    must = {key: common(key, found) & staying[key[1]] for key in evidence.own if key in evidence.kept}
    may = {key: union(partners.get(key, nothing()) for partners in found) for key in evidence.own}
    return MatrixBounds(
        must=PermittedMatrix(names=names, number=number, sets=must),
        may=PermittedMatrix(names=names, number=number, sets=may),
    )


def common(key: Key, found: Iterable[Mapping[Key, BitSet[_Member]]]) -> BitSet[_Member]:
    """Return what all of some mappings hold for an attachment and family."""
    held: BitSet[_Member] = everything()
    for partners in found:
        held &= partners.get(key, nothing())
    return held


def gather_partners(state: DeclaredState, held: Mapping[Key, BitSet[_Member]]) -> dict[Key, BitSet[_Member]]:
    """Return, for each attachment and family of a declared state, the union of what its partners hold."""
    found: dict[Key, BitSet[_Member]] = {}
    for family in Family:
        by_kind: dict[Kind, list[AttachmentName]] = {}
        for name in sorted(state.pairs[family].own):
            by_kind.setdefault(state.kinds[(name, family)], []).append(name)
        company, talking = _companies(state, family), _talking_kinds(state, family)
        by_all = {kind: union(held[(name, family)] for name in names) for kind, names in by_kind.items()}
        for kind, names in by_kind.items():
            talks = talking[kind]
            strangers = union(by_all[other] for other, (apart, _) in talks.items() if apart)
            differing = {other for other, (apart, together) in talks.items() if apart != together}
            for name in names:
                mine = strangers
                for colleague in company.get(name, ()) if differing else ():
                    other = state.kinds[(colleague, family)]
                    if other in differing:
                        theirs = held[(colleague, family)]
                        mine = mine | theirs if talks[other][1] else mine & ~theirs
                found[(name, family)] = mine & ~held[(name, family)]
    return found


def _companies(state: DeclaredState, family: Family) -> dict[AttachmentName, tuple[AttachmentName, ...]]:
    """Return the attachments of the same organisation in the same purpose, by attachment, itself included."""
    together: dict[object, list[AttachmentName]] = {}
    for name in state.pairs[family].own:
        attachment = state.declared.registry.attachments[name]
        if attachment.organisation is not None:
            together.setdefault((attachment.organisation, attachment.purpose), []).append(name)
    return {name: tuple(sorted(names)) for names in together.values() for name in names}


@lru_cache(maxsize=16)
def _talking_kinds(state: DeclaredState, family: Family) -> Mapping[Kind, Mapping[Kind, tuple[bool, bool]]]:
    """Return what `_kinds_talk` says of any two kinds of a declared state; once, however often a network is judged by it."""
    kinds = {state.kinds[(name, family)] for name in state.pairs[family].own}
    return {kind: {other: _kinds_talk(state, kind, other, family) for other in kinds} for kind in kinds}


def _kinds_talk(state: DeclaredState, mine: Kind, theirs: Kind, family: Family) -> tuple[bool, bool]:
    """Return whether two kinds talk: those of different organisations, and those of one."""
    pairs = state.pairs[family]
    apart, together = (
        any(
            pairs.services(rules)
            for rules in (pairs.touching(mine, theirs, company=company), pairs.touching(theirs, mine, company=company))
            if rules
        )
        for company in (False, True)
    )
    return apart, together


@lru_cache(maxsize=1024)
def members_of(state: DeclaredState, endpoint: Endpoint) -> frozenset[AttachmentName]:
    """Return the attachments whose own addresses an endpoint holds in a declared state."""
    found: set[AttachmentName] = set()
    for family in Family:
        holes = state.resolver.excluded(endpoint, family)
        for prefix in state.resolver.prefixes(endpoint, family):
            for name, spans in state.pairs[family].own.items():
                if any(prefix.holds(low) and not any(hole.holds(low) for hole in holes) for low, _ in spans):
                    found.add(name)
    return frozenset(found)
