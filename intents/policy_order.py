"""Rules and assertions into the normal form of a `Policy`.

The one idea: everything that makes a policy goes through `normal_policy`, so that equal statements are an equal value.
"""

from __future__ import annotations

from collections.abc import Iterable

from intents.policy import Policy, Rule, ViaAssertion, endpoint_key, rule_key
from intents.service import ServiceSet, united

Asked = tuple[Rule | ViaAssertion, Iterable[str]]
"""A rule or assertion with the identifiers of the intents that ask for it."""


def via_key(via: ViaAssertion) -> tuple[object, ...]:
    """Return the sorting key of an assertion."""
    return (endpoint_key(via.source), endpoint_key(via.destination), via.devices, via.levels or ())


def normal_policy(asked: Iterable[Asked]) -> Policy:
    """Return the policy that all of these mean together: services of equal rules united, empty ones left out, sorted."""
    services: dict[tuple[object, ...], list[ServiceSet]] = {}
    first: dict[tuple[object, ...], Rule] = {}
    askers: dict[tuple[object, ...], set[str]] = {}
    vias: dict[ViaAssertion, set[str]] = {}
    for item, identifiers in asked:
        if isinstance(item, ViaAssertion):
            vias.setdefault(item, set()).update(identifiers)
        elif item.service:
            key: tuple[object, ...] = (item.effect, item.source, item.destination, item.same_organisation)
            first.setdefault(key, item)
            services.setdefault(key, []).append(item.service)
            askers.setdefault(key, set()).update(identifiers)
    sources: dict[Rule | ViaAssertion, tuple[str, ...]] = {
        _with_service(rule, united(services[key])): tuple(sorted(askers[key])) for key, rule in first.items()
    }
    rules = tuple(sorted((item for item in sources if isinstance(item, Rule)), key=rule_key))
    assertions = tuple(sorted(vias, key=via_key))
    sources.update({via: tuple(sorted(vias[via])) for via in assertions})
    return Policy(rules=rules, vias=assertions, sources=sources)


def add_statements(policy: Policy, asked: Iterable[Asked]) -> Policy:
    """Return a policy with more rules and assertions, in normal form again."""
    statements: tuple[Rule | ViaAssertion, ...] = (*policy.rules, *policy.vias)
    return normal_policy([*((item, policy.sources.get(item, ())) for item in statements), *asked])


def add_rules(policy: Policy, rules: Iterable[Rule], identifier: str) -> Policy:
    """Return a policy with more rules that `identifier` asks for (the built-in ones), in normal form again."""
    return add_statements(policy, ((rule, (identifier,)) for rule in rules))


def _with_service(rule: Rule, service: ServiceSet) -> Rule:
    if rule.service == service:
        return rule
    return Rule(
        effect=rule.effect,
        source=rule.source,
        destination=rule.destination,
        service=service,
        same_organisation=rule.same_organisation,
    )
