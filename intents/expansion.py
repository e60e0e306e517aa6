"""Selectors and targets into endpoints of a policy.

Turns one `Intent` into a `Statement`: the rules it asks for, keyed by (effect, source, destination, same organisation).
The one idea: a selector that names only categories and tiers stays a class (one endpoint per cell of the table category
by tier), so that organisations that come later belong to it without a change; anything narrower means today's members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import assert_never

from intents.finding import Finding, Severity, Where, make_finding
from intents.model import Forbid, Head, Intent, Party, Permit, Selector, SystemTarget, Via, Within
from intents.policy import (
    ClassEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    SystemEndpoint,
    ViaAssertion,
    endpoint_key,
)
from intents.reader.suggestions import suggest
from intents.reason import because
from intents.registry import (
    PARTY_CATEGORIES,
    AdministrativeUnit,
    Category,
    ConnectionKind,
    Domain,
    Organisation,
    OrganisationName,
    PurposeName,
    Registry,
    Tier,
    UnitKey,
)
from intents.service import NamedService, ServiceSet, service_set

GrantKey = tuple[Effect, Endpoint, Endpoint, bool]
"""What a rule is about: effect, source, destination, whether only inside one organisation."""
Target = SystemEndpoint | OutsideEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandedStatement:
    """One intent in terms of endpoints; `by_today`: what it means depends on who exists today."""

    intent: Intent
    grants: Mapping[GrantKey, ServiceSet]
    vias: tuple[ViaAssertion, ...] = ()
    by_today: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The registry turned round for selectors: home purposes by category, purposes by organisation, cells that have a
    member, units by parent."""

    registry: Registry
    homes: Mapping[Category, tuple[PurposeName, ...]]
    purposes: Mapping[OrganisationName, frozenset[PurposeName]]
    cells: frozenset[tuple[Category, Tier, PurposeName]]


def make_directory(registry: Registry) -> Directory:
    """Return the directory of a registry; an attachment through an agency's own network has no LAN here."""
    homes = {
        category: tuple(sorted(name for name, purpose in registry.purposes.items() if category in purpose.home_of))
        for category in Category
    }
    purposes: dict[OrganisationName, set[PurposeName]] = {}
    for attachment in registry.attachments.values():
        if attachment.organisation is not None and attachment.connection is not ConnectionKind.VIA_LAN:
            purposes.setdefault(attachment.organisation, set()).add(attachment.purpose)
    cells = frozenset(
        (organisation.category, organisation.tier, purpose)
        for name, organisation in registry.organisations.items()
        for purpose in purposes.get(name, ())
    )
    frozen = {name: frozenset(found) for name, found in purposes.items()}
    return Directory(registry=registry, homes=homes, purposes=frozen, cells=cells)


@dataclass(slots=True)
class _Expansion:
    """What is gathered while one intent is expanded."""

    directory: Directory
    head: Head
    forbids: bool
    findings: list[Finding] = field(default_factory=list)
    by_today: bool = False

    def note(self, finding: Finding) -> None:
        self.findings.append(finding)

    def remark(self, finding: Finding) -> None:
        """Note what only the date brought about: the meaning depends on today."""
        self.by_today = True
        self.findings.append(finding)


def expand(intent: Intent, directory: Directory) -> tuple[ExpandedStatement, tuple[Finding, ...]]:
    """Return what an intent asks for in terms of endpoints, and what is wrong with it (errors leave their part out)."""
    state = _Expansion(directory, intent.head, isinstance(intent, Forbid))
    grants: dict[GrantKey, ServiceSet] = {}
    vias: tuple[ViaAssertion, ...] = ()
    match intent:
        case Permit():
            _grant(grants, state, Effect.PERMIT, intent.sources, intent.destinations, intent.service)
            if intent.mutual:
                _grant(grants, state, Effect.PERMIT, intent.destinations, intent.sources, intent.service)
        case Forbid():
            _grant(grants, state, Effect.FORBID, intent.sources, intent.destinations, intent.service)
        case Within():
            for endpoint in _selected(intent.organisations, state):
                grants[Effect.PERMIT, endpoint, endpoint, True] = intent.service
        case Via():
            vias = _assertions(intent, state)
        case _:
            assert_never(intent)
    kept = {key: services for key, services in grants.items() if services}
    findings = tuple(dict.fromkeys(state.findings))
    return ExpandedStatement(intent=intent, grants=kept, vias=vias, by_today=state.by_today), findings


def endpoints_of(
    parties: Iterable[Party], head: Head, directory: Directory
) -> tuple[tuple[Endpoint, ...], tuple[Finding, ...]]:
    """Return the endpoints that parties stand for in the registry of a day, and what is wrong with them."""
    state = _Expansion(directory, head, forbids=False)
    found = _endpoints(parties, state)
    return found, tuple(dict.fromkeys(state.findings))


def _grant(
    grants: dict[GrantKey, ServiceSet],
    state: _Expansion,
    effect: Effect,
    sources: Iterable[Party],
    destinations: Iterable[Party],
    service: ServiceSet | None,
) -> None:
    starts = _endpoints(sources, state)
    ends = [pair for party in destinations for pair in _offers(party, service, state)]
    for source, (destination, offered) in product(starts, ends):
        if source == destination and isinstance(source, (SystemEndpoint, OutsideEndpoint)):
            continue  # it has one LAN; nothing of it passes a fence of ours
        key = (effect, source, destination, False)
        grants[key] = grants.get(key, ServiceSet()) | offered


def _assertions(intent: Via, state: _Expansion) -> tuple[ViaAssertion, ...]:
    devices = tuple(sorted(intent.devices))
    pairs = product(_endpoints(intent.sources, state), _endpoints(intent.destinations, state))
    return tuple(ViaAssertion(source=source, destination=destination, devices=devices) for source, destination in pairs)


def _endpoints(parties: Iterable[Party], state: _Expansion) -> tuple[Endpoint, ...]:
    """Return the endpoints of parties that need no services here, each once, sorted."""
    found: set[Endpoint] = set()
    for party in parties:
        match party:
            case Selector():
                found.update(_selected(party, state))
            case SystemTarget():
                found.update(endpoint for endpoint, _ in _targets(party, state))
            case _:
                assert_never(party)
    return tuple(sorted(found, key=endpoint_key))


def _offers(party: Party, service: ServiceSet | None, state: _Expansion) -> list[tuple[Endpoint, ServiceSet]]:
    """Return the endpoints of a destination with what is asked of each."""
    match party:
        case Selector():
            if service is None:
                state.note(make_finding("TR313", party.where))
                return []
            return [(endpoint, service) for endpoint in _selected(party, state)]
        case SystemTarget():
            if party.services is None and not party.every_service:
                if service is None:
                    state.note(make_finding("TR313", party.where))
                    return []
                return [(endpoint, service) for endpoint, _ in _targets(party, state)]
            return _named(party, _targets(party, state), state)
        case _:
            assert_never(party)


def _targets(target: SystemTarget, state: _Expansion) -> list[tuple[Target, tuple[NamedService, ...]]]:
    """Return the endpoints that a target names and that exist today, with the services that each declares."""
    registry = state.directory.registry
    found: list[tuple[Target, tuple[NamedService, ...]]] = []
    for system in sorted(target.systems):
        item = registry.systems.get(system)
        if item is None:
            state.remark(_missing(registry, target.where, "system", system))
        else:
            found.append((SystemEndpoint(system=system), item.services))
    for outside in sorted(target.outside_networks):
        network = registry.outside_networks.get(outside)
        if network is None:
            state.remark(_missing(registry, target.where, "outside network", outside))
        else:
            found.append((OutsideEndpoint(outside=outside), network.services))
    return found


def _named(
    target: SystemTarget, found: list[tuple[Target, tuple[NamedService, ...]]], state: _Expansion
) -> list[tuple[Endpoint, ServiceSet]]:
    """Return for each endpoint those of the named services that it declares (all of them, if the target says so)."""
    known = {service.name for _, services in found for service in services}
    complete = len(found) == len(target.systems) + len(target.outside_networks)
    for name in sorted((target.services or frozenset()) - known) if complete else ():
        nearest = suggest(name, known)
        owner = ", ".join(str(endpoint) for endpoint, _ in found)
        declared = ", ".join(sorted(known)) or "-"
        state.note(
            make_finding("TR301", target.where, service=name, owner=owner, suggestion=nearest, declared=declared)
        )
    offers: list[tuple[Endpoint, ServiceSet]] = []
    for endpoint, services in found:
        chosen = (item for item in services if target.services is None or item.name in target.services)
        offers.append((endpoint, service_set(ports for item in chosen for ports in item.ports.ranges)))
    return offers


def _selected(selector: Selector, state: _Expansion) -> tuple[Endpoint, ...]:
    """Return the endpoints of a selector, sorted: classes if it names nothing narrower, else organisations."""
    purposes = state.directory.registry.purposes
    if selector.purpose is not None and selector.purpose not in purposes:
        nearest = suggest(selector.purpose, purposes)
        state.note(make_finding("TR315", selector.where, purpose=selector.purpose, suggestion=nearest))
        return ()
    narrower = (selector.domains, selector.labels, selector.names, selector.below)
    if all(condition is None for condition in narrower):
        return _classes(selector, state)
    return _members(selector, state)


def _classes(selector: Selector, state: _Expansion) -> tuple[ClassEndpoint, ...]:
    if selector.categories is None and selector.tiers is None and not selector.anyone:
        return ()  # empty never means any
    categories = _everybody(selector, state) if selector.categories is None else sorted(selector.categories)
    tiers = sorted(Tier if selector.tiers is None else selector.tiers)
    organisations = state.directory.registry.organisations
    found: list[ClassEndpoint] = []
    for category, tier in product(categories, tiers):
        purpose = selector.purpose or _home(category, selector.where, state)
        if purpose is None:
            continue
        excluding = (name for name in sorted(selector.excluding) if name in organisations)
        inside = (name for name in excluding if _cell(organisations[name]) == (category, tier))
        found.append(ClassEndpoint(category=category, tier=tier, purpose=purpose, excluding=tuple(inside)))
    _remark_empty_cells(selector, found, state)
    return tuple(sorted(found, key=endpoint_key))


def _everybody(selector: Selector, state: _Expansion) -> list[Category]:
    """Return the categories that are meant where none is written: whoever can be.

    A category that nobody has and that is at home nowhere can't; the Party's organisations can only in intents of their
    own office (A20), which is said where there are any.
    """
    directory = state.directory
    held = {organisation.category for organisation in directory.registry.organisations.values()}
    found = [item for item in sorted(Category) if selector.purpose or directory.homes[item] or item in held]
    if state.head.domain is Domain.PARTY_OFFICE:
        return found
    if any(
        category in PARTY_CATEGORIES and selector.purpose in (None, purpose) for category, _, purpose in directory.cells
    ):
        severity = Severity.WARNING if state.forbids else Severity.INFO
        name, domain = state.head.identifier, state.head.domain
        state.note(make_finding("TR344", selector.where, severity=severity, intent=name, domain=domain))
    return [item for item in found if item not in PARTY_CATEGORIES]


def _remark_empty_cells(selector: Selector, found: list[ClassEndpoint], state: _Expansion) -> None:
    """Warn of classes without a member today: of each that was spelled out, or of the selector if it meets nobody."""
    empty = [item for item in found if (item.category, item.tier, item.purpose) not in state.directory.cells]
    if found and len(empty) == len(found):
        state.note(make_finding("TR311", selector.where, severity=Severity.WARNING))
    elif selector.categories is not None and selector.tiers is not None:
        for item in empty:
            state.note(make_finding("TR310", selector.where, severity=Severity.WARNING, name=item))


def _home(category: Category, where: Where, state: _Expansion) -> PurposeName | None:
    homes = state.directory.homes[category]
    if len(homes) == 1:
        return homes[0]
    if homes:
        state.note(make_finding("TR303", where, category=category, purposes=", ".join(homes)))
    else:
        state.note(make_finding("TR302", where, category=category))
    return None


def _members(selector: Selector, state: _Expansion) -> tuple[OrganisationEndpoint, ...]:
    """Return today's organisations that meet every condition and have a LAN of their own in the purpose."""
    directory = state.directory
    for name in sorted(selector.names or ()):
        if name not in directory.registry.organisations:
            state.remark(_missing(directory.registry, selector.where, "organisation", name))
    below = _units_below(directory.registry, selector.below)
    found: list[OrganisationEndpoint] = []
    for name, organisation in directory.registry.organisations.items():
        if not _meets(selector, organisation) or (below is not None and organisation.unit not in below):
            continue
        purpose = selector.purpose or _home(organisation.category, selector.where, state)
        if purpose is not None and purpose in directory.purposes.get(name, ()):
            found.append(OrganisationEndpoint(organisation=name, purpose=purpose))
        elif purpose is not None and selector.names is not None:
            warning = Severity.WARNING
            state.remark(make_finding("TR316", selector.where, severity=warning, organisation=name, purpose=purpose))
    if selector.names is None:
        state.by_today = True
    if not found:
        state.remark(make_finding("TR311", selector.where, severity=Severity.WARNING))
    return tuple(sorted(found, key=endpoint_key))


def _missing(registry: Registry, where: Where, kind: str, name: str) -> Finding:
    absence = registry.absent.get((kind, name))
    reason, also = (because("is_not_there"), ()) if absence is None else (absence.reason, (absence.where,))
    return make_finding("TR312", where, severity=Severity.WARNING, also=also, kind=kind, name=name, reason=reason)


def _meets(selector: Selector, organisation: Organisation) -> bool:
    return (
        (selector.categories is None or organisation.category in selector.categories)
        and (selector.tiers is None or organisation.tier in selector.tiers)
        and (selector.domains is None or organisation.domain in selector.domains)
        and (selector.labels is None or bool(organisation.labels & selector.labels))
        and (selector.names is None or organisation.name in selector.names)
        and organisation.name not in selector.excluding
    )


def _units_below(registry: Registry, top: UnitKey | None) -> frozenset[UnitKey] | None:
    """Return the unit and all units below it; None if no unit is given."""
    if top is None:
        return None
    children: dict[UnitKey | None, list[AdministrativeUnit]] = {}
    for unit in registry.units.values():
        children.setdefault(unit.parent, []).append(unit)
    found: set[UnitKey] = set()
    queue = [top]
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue.extend(unit.key for unit in children.get(key, ()))
    return frozenset(found)


def _cell(organisation: Organisation) -> tuple[Category, Tier]:
    return (organisation.category, organisation.tier)
