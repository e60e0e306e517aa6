"""A policy against the address plan: every endpoint that an intent names has addresses on the day (A08).

The one idea: an intent holds names, never addresses, so "each address in it resolves to an allocation" means that each of
its names resolves to some; and a class must mean all of its members (`ipam.checks.check_classes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding, Severity, Where, make_finding, sort_findings
from intents.policy import (
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
    ViaAssertion,
    endpoint_key,
)
from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import InformationSystem, Organisation, OutsideNetwork, Registry
from intents.rule_packs import report_breach
from ipam.address_plan import AddressPlan
from ipam.checks import check_classes
from ipam.endpoints import Resolver


def check_plan_rules(plan: AddressPlan, policy: Policy, registry: Registry, on: date) -> tuple[Finding, ...]:
    """Return parties of the policy without an address (A08), and members outside the pools of their class."""
    found = (*_without_address(plan, policy, registry, on), *_without_common_family(plan, policy, registry))
    return sort_findings((*found, *check_classes(policy, plan, registry, on)))


def _without_address(plan: AddressPlan, policy: Policy, registry: Registry, on: date) -> Iterator[Finding]:
    resolver = Resolver(plan)
    askers: dict[Endpoint, set[str]] = {}
    every: tuple[Rule | ViaAssertion, ...] = (*policy.rules, *policy.vias)
    for asked in every:
        for end in (asked.source, asked.destination):
            askers.setdefault(end, set()).update(policy.sources.get(asked, ()))
    for end in sorted(askers, key=endpoint_key):
        found = _where(end, registry)
        if found is None or any(resolver.prefixes(end, family) for family in Family):
            continue
        where, reason = found
        names = ", ".join(sorted(askers[end])) or "-"
        yield report_breach("A08", "TR406", where, on, endpoint=end, reason=reason, intents=names)


def _without_common_family(plan: AddressPlan, policy: Policy, registry: Registry) -> Iterator[Finding]:
    """Yield the pairs of ends that something is permitted between, and that have no address family in common."""
    resolver = Resolver(plan)
    askers: dict[tuple[Endpoint, Endpoint], set[str]] = {}
    for rule in policy.rules:
        if rule.effect is Effect.PERMIT:
            askers.setdefault((rule.source, rule.destination), set()).update(policy.sources.get(rule, ()))
    families = {end: _families(end, resolver) for pair in askers for end in pair}
    for (source, destination), intents in sorted(askers.items(), key=lambda item: tuple(map(endpoint_key, item[0]))):
        here, there = families[source], families[destination]
        if here and there and not here & there:
            places = [found[0] for end in (source, destination) if (found := _where(end, registry)) is not None]
            yield make_finding(
                "TR562",
                next(iter(places), Where()),
                severity=Severity.WARNING,
                source=source,
                of_source=_in_words(here),
                destination=destination,
                of_destination=_in_words(there),
                intents=", ".join(sorted(intents)) or "-",
            )


def _families(end: Endpoint, resolver: Resolver) -> frozenset[Family]:
    return frozenset(family for family in Family if resolver.prefixes(end, family))


def _in_words(families: frozenset[Family]) -> str:
    return ", ".join(f"IPv{family.value}" for family in sorted(families))


def _where(end: Endpoint, registry: Registry) -> tuple[Where, Reason] | None:
    """Return where a named party is declared, and why it has no LAN; None for a class, which has the addresses of its pools."""
    item: Organisation | InformationSystem | OutsideNetwork | None
    key: tuple[str, str]
    match end:
        case OrganisationEndpoint():
            item, key = registry.organisations.get(end.organisation), ("organisation", end.organisation)
            if item is not None and (found := registry.absent.get(("attachment", f"{end.organisation}/{end.purpose}"))):
                return found.where, because("attachment_is_not_there", reason=found.reason)
        case SystemEndpoint():
            item, key = registry.systems.get(end.system), ("system", end.system)
        case OutsideEndpoint():
            item, key = registry.outside_networks.get(end.outside), ("outside network", end.outside)
        case _:
            return None
    if item is not None:
        return item.where, because("has_no_lan")
    absence = registry.absent.get(key)
    return (Where(), because("is_not_there")) if absence is None else (absence.where, absence.reason)
