"""Intents that contradict, repeat or shadow each other.

Turns the statements of all intents into findings that name both places. The one idea: an endpoint is covered only by
itself and by classes of its own cell (category, tier, purpose), so that whoever covers a rule is found by looking up a
handful of keys, however many rules there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import product

from intents.expansion import ExpandedStatement, GrantKey
from intents.finding import Finding, Severity, Where, make_finding
from intents.policy import ClassEndpoint, Effect, Endpoint, OrganisationEndpoint
from intents.registry import Registry, Validity
from intents.service import ServiceSet

Cell = tuple[str, ...]


class EndpointIndex:
    """Which of the endpoints in use cover or meet another one."""

    def __init__(self, endpoints: Iterable[Endpoint], registry: Registry) -> None:
        self._registry = registry
        self._by_cell: dict[Cell, list[Endpoint]] = {}
        for endpoint in endpoints:
            self._by_cell.setdefault(self._cell(endpoint), []).append(endpoint)
        self._used = {endpoint for members in self._by_cell.values() for endpoint in members}
        self._classes = {
            cell: [item for item in members if isinstance(item, ClassEndpoint)]
            for cell, members in self._by_cell.items()
        }

    def covering(self, endpoint: Endpoint) -> list[Endpoint]:
        """Return the endpoints in use that mean every organisation that `endpoint` means, now and in future."""
        found: list[Endpoint] = [item for item in self._near(endpoint) if _covers(item, endpoint)]
        if endpoint in self._used and not isinstance(endpoint, ClassEndpoint):
            found.append(endpoint)
        return found

    def meeting(self, endpoint: Endpoint) -> list[Endpoint]:
        """Return the endpoints in use that share an organisation, system or outside network with `endpoint`."""
        if isinstance(endpoint, ClassEndpoint):
            return [item for item in self._by_cell.get(self._cell(endpoint), ()) if _meets(endpoint, item)]
        return self.covering(endpoint)

    def _near(self, endpoint: Endpoint) -> list[ClassEndpoint]:
        return self._classes.get(self._cell(endpoint), [])

    def _cell(self, endpoint: Endpoint) -> Cell:
        if isinstance(endpoint, ClassEndpoint):
            return (endpoint.category, endpoint.tier, endpoint.purpose)
        if isinstance(endpoint, OrganisationEndpoint):
            organisation = self._registry.organisations[endpoint.organisation]
            return (organisation.category, organisation.tier, endpoint.purpose)
        return (type(endpoint).__name__, str(endpoint))


def _covers(outer: ClassEndpoint, inner: Endpoint) -> bool:
    """Return whether a class means all of another endpoint of its own cell."""
    if isinstance(inner, ClassEndpoint):
        return set(outer.excluding) <= set(inner.excluding)
    return isinstance(inner, OrganisationEndpoint) and inner.organisation not in outer.excluding


def _meets(one: ClassEndpoint, other: Endpoint) -> bool:
    return isinstance(other, ClassEndpoint) or _covers(one, other)


class GrantIndex:
    """The rules of some statements of one effect, by what they are about."""

    def __init__(self, statements: Sequence[ExpandedStatement], effect: Effect, registry: Registry) -> None:
        self.statements = statements
        self._askers: dict[tuple[Endpoint, Endpoint, bool], list[tuple[int, ServiceSet]]] = {}
        for number, statement in enumerate(statements):
            for (asked, source, destination, same), services in statement.grants.items():
                if asked is effect:
                    self._askers.setdefault((source, destination, same), []).append((number, services))
        used = {endpoint for source, destination, _ in self._askers for endpoint in (source, destination)}
        self._endpoints = EndpointIndex(sorted(used, key=str), registry)

    def covering(self, key: GrantKey) -> dict[int, ServiceSet]:
        """Return, by statement, the services that it names for all of the rule's source and destination."""
        _, source, destination, _ = key
        pairs = product(self._endpoints.covering(source), self._endpoints.covering(destination))
        return self._collect(pairs, _scopes(key))

    def meeting(self, key: GrantKey) -> dict[int, ServiceSet]:
        """Return, by statement, the services that it names for some of the rule's source and destination."""
        _, source, destination, same = key
        pairs = product(self._endpoints.meeting(source), self._endpoints.meeting(destination))
        kept = ((one, two) for one, two in pairs if not same or _one_organisation(one, two))
        return self._collect(kept, _scopes(key))

    def _collect(self, pairs: Iterable[tuple[Endpoint, Endpoint]], scopes: Iterable[bool]) -> dict[int, ServiceSet]:
        found: dict[int, ServiceSet] = {}
        for source, destination in pairs:
            for scope in scopes:
                for number, services in self._askers.get((source, destination, scope), ()):
                    found[number] = found[number] | services if number in found else services
        return found


def _scopes(key: GrantKey) -> tuple[bool, ...]:
    """Return which rules may cover one: a rule inside one organisation is part of the same rule without that limit."""
    return (False, True) if key[3] else (False,)


def _one_organisation(source: Endpoint, destination: Endpoint) -> bool:
    """Return whether the two may have an organisation in common."""
    if isinstance(source, OrganisationEndpoint) and isinstance(destination, OrganisationEndpoint):
        return source == destination
    return True


def find_conflicts(
    every: Sequence[ExpandedStatement], in_force: Sequence[ExpandedStatement], registry: Registry, on: date
) -> list[Finding]:
    """Return the findings about pairs of statements: contradictions, what a forbid bites out, repetition and shadowing.

    A permit that can't ever have effect is an error whatever the day, one that only today's dates and members make so a
    warning.
    """
    unexpired = [item for item in every if not _expired(item, on)]
    findings = _contradictions(unexpired, in_force, registry)
    for effect in Effect:
        findings += _coverings(in_force, effect, registry)
    return findings + _repeated_assertions(in_force)


def _contradictions(
    every: Sequence[ExpandedStatement], in_force: Sequence[ExpandedStatement], registry: Registry
) -> list[Finding]:
    lasting = GrantIndex(_of(every, Effect.FORBID), Effect.FORBID, registry)
    today = GrantIndex(_of(in_force, Effect.FORBID), Effect.FORBID, registry)
    current = {item.intent.head for item in in_force}
    findings: list[Finding] = []
    for permit in _of(every, Effect.PERMIT):
        biting = _whole(permit, lasting, lasting_only=True)
        if biting and not permit.by_today:
            findings.append(_pair("TR306", permit, biting, Severity.ERROR))
        elif permit.intent.head in current:
            biting = _whole(permit, today, lasting_only=False)
            if biting:
                findings.append(_pair("TR306", permit, biting, Severity.WARNING))
            elif partly := _part(permit, today):
                findings.append(_pair("TR307", permit, partly, Severity.INFO))
    return findings


def _whole(permit: ExpandedStatement, forbids: GrantIndex, *, lasting_only: bool) -> list[ExpandedStatement]:
    """Return the forbids that together leave nothing of a permit; [] if something is left."""
    biting: set[int] = set()
    for key, services in permit.grants.items():
        left = services
        for number, forbidden in forbids.covering(key).items():
            if not lasting_only or _spans(_validity(forbids.statements[number]), _validity(permit)):
                biting.add(number)
                left = left - forbidden
        if left:
            return []
    return [forbids.statements[number] for number in sorted(biting)]


def _part(permit: ExpandedStatement, forbids: GrantIndex) -> list[ExpandedStatement]:
    biting: set[int] = set()
    for key, services in permit.grants.items():
        biting.update(number for number, forbidden in forbids.meeting(key).items() if services & forbidden)
    return [forbids.statements[number] for number in sorted(biting)]


def _coverings(in_force: Sequence[ExpandedStatement], effect: Effect, registry: Registry) -> list[Finding]:
    """Return the statements that another one makes superfluous: the same asked twice, or part of something wider."""
    index = GrantIndex(_of(in_force, effect), effect, registry)
    covered = {number: _covered_by(number, index) for number in range(len(index.statements))}
    findings: list[Finding] = []
    for number, statement in enumerate(index.statements):
        equal = {other for other in covered[number] if number in covered[other]}
        earlier = [other for other in equal if _place(index.statements[other]) < _place(statement)]
        wider = covered[number] - equal
        if earlier:
            findings.append(_superfluous("TR308", statement, [index.statements[other] for other in earlier]))
        elif wider:
            findings.append(_superfluous("TR309", statement, [index.statements[other] for other in wider]))
    return findings


def _covered_by(number: int, index: GrantIndex) -> set[int]:
    """Return the other statements that ask for everything this one asks for, for at least as long."""
    statement = index.statements[number]
    found: set[int] | None = None
    for key, services in statement.grants.items():
        covering = {other for other, offered in index.covering(key).items() if offered.covers(services)} - {number}
        found = covering if found is None else found & covering
        if not found:
            return set()
    spanning = (other for other in found or () if _spans(_validity(index.statements[other]), _validity(statement)))
    return set(spanning)


def _repeated_assertions(in_force: Sequence[ExpandedStatement]) -> list[Finding]:
    first: dict[frozenset[object], ExpandedStatement] = {}
    findings: list[Finding] = []
    for statement in sorted((item for item in in_force if item.vias), key=_place):
        original = first.setdefault(frozenset(statement.vias), statement)
        if original is not statement:
            findings.append(_superfluous("TR308", statement, [original]))
    return findings


def _superfluous(code: str, statement: ExpandedStatement, others: list[ExpandedStatement]) -> Finding:
    other = min(others, key=_place)
    return _pair(code, statement, [other], Severity.WARNING)


def _pair(code: str, statement: ExpandedStatement, others: Sequence[ExpandedStatement], severity: Severity) -> Finding:
    ordered = sorted(others, key=_place)
    return make_finding(
        code,
        statement.intent.head.where,
        severity=severity,
        also=tuple(item.intent.head.where for item in ordered),
        intent=statement.intent.head.identifier,
        other=", ".join(item.intent.head.identifier for item in ordered),
    )


def _of(statements: Iterable[ExpandedStatement], effect: Effect) -> list[ExpandedStatement]:
    return [item for item in statements if any(key[0] is effect for key in item.grants)]


def _place(statement: ExpandedStatement) -> tuple[Where, str]:
    return (statement.intent.head.where, statement.intent.head.identifier)


def _validity(statement: ExpandedStatement) -> Validity:
    return statement.intent.head.validity


def _expired(statement: ExpandedStatement, on: date) -> bool:
    end = _validity(statement).end
    return end is not None and end < on


def _spans(outer: Validity, inner: Validity) -> bool:
    """Return whether `outer` holds on every day on which `inner` does."""
    starts = outer.start is None or (inner.start is not None and outer.start <= inner.start)
    return starts and (outer.end is None or (inner.end is not None and inner.end <= outer.end))
