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
from intents.registry import Registry
from intents.rule_packs import report_breach
from ipam.address_plan import AddressPlan
from ipam.checks import check_classes
from ipam.endpoints import Resolver


def check_plan_rules(plan: AddressPlan, policy: Policy, registry: Registry, on: date) -> tuple[Finding, ...]:
    """Return parties of the policy without an address (A08), and members outside the pools of their class."""
    found = (*_without_address(plan, policy, registry, on), *_without_common_family(plan, policy, registry))
    return sort_findings((*found, *check_classes(policy, plan, registry)))


def _without_address(plan: AddressPlan, policy: Policy, registry: Registry, on: date) -> Iterator[Finding]:
    resolver = Resolver(plan)
    askers: dict[Endpoint, set[str]] = {}
    every: tuple[Rule | ViaAssertion, ...] = (*policy.rules, *policy.vias)
    for asked in every:
        for end in (asked.source, asked.destination):
            askers.setdefault(end, set()).update(policy.sources.get(asked, ()))
    for end in sorted(askers, key=endpoint_key):
        where = _where(end, registry)
        if where is None or any(resolver.prefixes(end, family) for family in Family):
            continue
        yield report_breach("A08", "TR406", where, on, endpoint=end, intents=", ".join(sorted(askers[end])) or "-")


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
            yield make_finding(
                "TR562",
                _where(source, registry) or _where(destination, registry) or Where(),
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


def _where(end: Endpoint, registry: Registry) -> Where | None:
    """Return where a named party is declared; None for a class, which has the addresses of its pools."""
    match end:
        case OrganisationEndpoint():
            item = registry.organisations.get(end.organisation)
            return item.where if item is not None else Where()
        case SystemEndpoint():
            system = registry.systems.get(end.system)
            return system.where if system is not None else Where()
        case OutsideEndpoint():
            outside = registry.outside_networks.get(end.outside)
            return outside.where if outside is not None else Where()
        case _:
            return None
