"""Intents that contradict, repeat or shadow each other.

Turns the statements of all intents into findings that name both places. The one idea: an endpoint is covered only by
itself and by classes of its own cell (category, tier, purpose), so that whoever covers a rule is found by looking up a
handful of keys, however many rules there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice, product

from intents.expansion import ExpandedStatement, GrantKey
from intents.finding import Finding, Severity, Where, make_finding
from intents.policy import ClassEndpoint, Effect, Endpoint, OrganisationEndpoint
from intents.registry import Registry, Validity
from intents.service import ServiceSet, united
from intents.service_index import ServiceIndex

Cell = tuple[str, ...]
Scope = tuple[Endpoint, Endpoint, bool]
"""Source, destination, whether only inside one organisation."""
Asking = tuple[tuple[tuple[GrantKey, ServiceSet], ...], Validity]
"""All that a statement asks for, and when."""
MOST_COMPARED = 200
"""Statements that one is compared with to find what makes it superfluous: where more have a port in common, the first by port."""
MOST_NAMED = 10
"""Other statements that a finding names."""


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
    """The rules of some statements of one effect, by what they are about and by their services."""

    def __init__(self, statements: Sequence[ExpandedStatement], effect: Effect, registry: Registry) -> None:
        self.statements = statements
        self._askers: dict[Scope, dict[int, ServiceSet]] = {}
        for number, statement in enumerate(statements):
            for (asked, source, destination, same), services in statement.grants.items():
                if asked is effect:
                    self._askers.setdefault((source, destination, same), {})[number] = services
        used = {endpoint for source, destination, _ in self._askers for endpoint in (source, destination)}
        self._endpoints = EndpointIndex(sorted(used, key=str), registry)
        self._by_services = {scope: ServiceIndex(asked) for scope, asked in self._askers.items()}

    def covering(self, key: GrantKey, services: ServiceSet) -> dict[int, ServiceSet]:
        """Return, by statement that shares some of these services, all that it names for all of the source and destination."""
        return self._collect(self._covering(key), services)

    def meeting(self, key: GrantKey, services: ServiceSet) -> dict[int, ServiceSet]:
        """Return, by statement that shares some of these services, all that it names for some of the source and destination."""
        _, source, destination, same = key
        pairs = product(self._endpoints.meeting(source), self._endpoints.meeting(destination))
        kept = ((one, two) for one, two in pairs if not same or _one_organisation(one, two))
        return self._collect([(*pair, scope) for pair in kept for scope in _scopes(key)], services)

    def candidates(self, key: GrantKey, services: ServiceSet) -> set[int]:
        """Return some statements (all, but of those that all ask for one port at most `MOST_COMPARED`) that may ask for all of a
        rule: they have its first port."""
        transport, low, _ = services.ranges[0]
        first = ServiceSet(((transport, low, low),))
        return {
            number
            for scope in self._covering(key)
            for number in islice(self._by_services[scope].meeting(first), MOST_COMPARED)
        }

    def asks_for(self, number: int, statement: ExpandedStatement) -> bool:
        """Return whether a statement of the index asks for everything that another one asks for."""
        return all(
            united(self._askers[scope].get(number, ServiceSet()) for scope in self._covering(key)).covers(services)
            for key, services in statement.grants.items()
        )

    def _covering(self, key: GrantKey) -> list[Scope]:
        _, source, destination, _ = key
        pairs = product(self._endpoints.covering(source), self._endpoints.covering(destination))
        found = [(*pair, scope) for pair in pairs for scope in _scopes(key)]
        return [scope for scope in found if scope in self._askers]

    def _collect(self, scopes: Iterable[Scope], services: ServiceSet) -> dict[int, ServiceSet]:
        found: dict[int, list[ServiceSet]] = {}
        for scope in scopes:
            index = self._by_services.get(scope)
            for number in index.meeting(services) if index is not None else ():
                found.setdefault(number, []).append(self._askers[scope][number])
        return {number: united(found[number]) for number in sorted(found)}


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
        for number, forbidden in forbids.covering(key, services).items():
            if not lasting_only or _spans(_validity(forbids.statements[number]), _validity(permit)):
                biting.add(number)
                left = left - forbidden
        if left:
            return []
    return [forbids.statements[number] for number in sorted(biting)]


def _part(permit: ExpandedStatement, forbids: GrantIndex) -> list[ExpandedStatement]:
    biting: set[int] = set()
    for key, services in permit.grants.items():
        biting.update(forbids.meeting(key, services))
    return [forbids.statements[number] for number in sorted(biting)]


def _coverings(in_force: Sequence[ExpandedStatement], effect: Effect, registry: Registry) -> list[Finding]:
    """Return the statements that another one makes superfluous: the same asked twice, or part of something wider."""
    index = GrantIndex(_of(in_force, effect), effect, registry)
    findings: list[Finding] = []
    known: dict[Asking, tuple[list[int], list[int]]] = {}
    for number, statement in enumerate(index.statements):
        asking = (tuple(statement.grants.items()), _validity(statement))
        if asking not in known:
            known[asking] = _covered_by(number, index)
        equal, wider = ([index.statements[other] for other in found if other != number] for found in known[asking])
        earlier = [other for other in equal if _place(other) < _place(statement)]
        if earlier:
            findings.append(_superfluous("TR308", statement, earlier))
        elif wider:
            findings.append(_superfluous("TR309", statement, wider))
    return findings


def _covered_by(number: int, index: GrantIndex) -> tuple[list[int], list[int]]:
    """Return the statements that ask for just what this one asks for (itself among them), and those that ask for all of it and
    more, for at least as long; the same for all statements that ask alike."""
    statement = index.statements[number]
    key, services = next(iter(statement.grants.items()))
    covering = [other for other in sorted(index.candidates(key, services)) if _asks_for(other, statement, index)]
    equal = {other for other in covering if _asks_for(number, index.statements[other], index)}
    return sorted(equal), [other for other in covering if other not in equal]


def _asks_for(number: int, statement: ExpandedStatement, index: GrantIndex) -> bool:
    lasting = _spans(_validity(index.statements[number]), _validity(statement))
    return lasting and index.asks_for(number, statement)


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
    shown = ordered[:MOST_NAMED]
    more = f", … (+{len(ordered) - MOST_NAMED})" if len(ordered) > MOST_NAMED else ""
    return make_finding(
        code,
        statement.intent.head.where,
        severity=severity,
        also=tuple(item.intent.head.where for item in shown),
        intent=statement.intent.head.identifier,
        other=", ".join(item.intent.head.identifier for item in shown) + more,
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
