"""What can only be said of intents once everything is read: selectors that never select, targets without such a service.

The one idea: dates are left out here; what nobody ever meets is a mistake, what nobody meets today is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from intents.finding import Finding, Severity, make_finding
from intents.model import Intent, Party, Selector, SystemTarget, Within
from intents.registry import (
    AdministrativeUnit,
    ConnectionKind,
    InformationSystem,
    Organisation,
    OrganisationName,
    OutsideNetwork,
    PurposeName,
    Registry,
    UnitKey,
)


def check_intents(intents: Iterable[Intent], registry: Registry) -> tuple[Finding, ...]:
    """Return an error for every selector that no organisation meets on any date, and every target without the service."""
    purposes = _purposes_of_organisations(registry)
    findings: list[Finding] = []
    for intent in intents:
        for party in parties_of(intent):
            if isinstance(party, SystemTarget):
                findings += _check_target(party, registry)
            else:
                findings += _check_selector(party, registry, purposes)
    return tuple(findings)


def parties_of(intent: Intent) -> tuple[Party, ...]:
    """Return everything that an intent speaks about."""
    if isinstance(intent, Within):
        return (intent.organisations,)
    return (*intent.sources, *intent.destinations)


def _purposes_of_organisations(registry: Registry) -> dict[OrganisationName, set[PurposeName]]:
    found: dict[OrganisationName, set[PurposeName]] = {}
    for attachment in registry.attachments.values():
        if attachment.organisation is not None and attachment.connection is not ConnectionKind.VIA_LAN:
            found.setdefault(attachment.organisation, set()).add(attachment.purpose)
    return found


def _check_selector(
    selector: Selector, registry: Registry, purposes: Mapping[OrganisationName, set[PurposeName]]
) -> list[Finding]:
    chosen = [item for item in registry.organisations.values() if _meets(selector, item, registry.units)]
    if not chosen:
        return [make_finding("TR332", selector.where)]
    idle = _idle_exceptions(selector, registry)
    purpose = selector.purpose
    if purpose is not None and all(purpose not in purposes.get(item.name, ()) for item in chosen):
        return [*idle, make_finding("TR341", selector.where, purpose=purpose, selected=len(chosen))]
    return idle if purpose is not None else [*idle, *_without_home(selector, chosen, registry)]


def _idle_exceptions(selector: Selector, registry: Registry) -> list[Finding]:
    """Return a warning about organisations that a selector leaves out though it would not have meant them."""
    whole = replace(selector, excluding=frozenset())
    known = [registry.organisations[name] for name in sorted(selector.excluding) if name in registry.organisations]
    idle = ", ".join(item.name for item in known if not _meets(whole, item, registry.units))
    return [make_finding("TR215", selector.where, severity=Severity.WARNING, names=idle)] if idle else []


def _without_home(selector: Selector, chosen: Iterable[Organisation], registry: Registry) -> list[Finding]:
    """Return an error for each category of those selected that no purpose is the home of."""
    homes = {category for item in registry.purposes.values() for category in item.home_of}
    categories = sorted({item.category for item in chosen} - homes)
    return [make_finding("TR302", selector.where, category=category) for category in categories]


def _meets(selector: Selector, item: Organisation, units: Mapping[UnitKey, AdministrativeUnit]) -> bool:
    conditions = (
        (selector.categories, item.category in (selector.categories or ())),
        (selector.tiers, item.tier in (selector.tiers or ())),
        (selector.domains, item.domain in (selector.domains or ())),
        (selector.labels, bool(item.labels & (selector.labels or frozenset()))),
        (selector.names, item.name in (selector.names or ())),
        (selector.below, selector.below is not None and _is_below(item.unit, selector.below, units)),
    )
    return item.name not in selector.excluding and all(met for given, met in conditions if given is not None)


def _is_below(unit: UnitKey, root: UnitKey, units: Mapping[UnitKey, AdministrativeUnit]) -> bool:
    seen: set[UnitKey] = set()
    at: UnitKey | None = unit
    while at is not None and at not in seen:
        if at == root:
            return True
        seen.add(at)
        at = units[at].parent if at in units else None
    return False


def _check_target(target: SystemTarget, registry: Registry) -> list[Finding]:
    findings: list[Finding] = []
    named: list[InformationSystem | OutsideNetwork] = [
        *(registry.systems[name] for name in sorted(target.systems) if name in registry.systems),
        *(
            registry.outside_networks[name]
            for name in sorted(target.outside_networks)
            if name in registry.outside_networks
        ),
    ]
    for item in named:
        declared = sorted(service.name for service in item.services)
        if target.services is not None and not target.services.intersection(declared):
            services = ", ".join(sorted(target.services))
            findings.append(
                make_finding(
                    "TR342",
                    target.where,
                    also=(item.where,),
                    name=item.name,
                    services=services,
                    declared=", ".join(declared),
                )
            )
    everywhere = {service.name for item in named for service in item.services}
    for service in sorted((target.services or frozenset()) - everywhere):
        declared_text = ", ".join(sorted(everywhere))
        findings.append(make_finding("TR343", target.where, service=service, declared=declared_text))
    return findings
