"""Party organisations and intents about them belong to the office of the provincial Party committee (A20, art. 5.2c).

The one idea: who an intent is about is asked of its expansion, the same that makes the policy, so that a selector which
catches a Party organisation by a label or a unit is seen as well as one that names it; everybody leaves the Party out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from intents.approval import Approver
from intents.expansion import ExpandedStatement, expand, make_directory
from intents.finding import Finding, Where
from intents.model import Intent
from intents.policy import ClassEndpoint, Endpoint, OrganisationEndpoint, SystemEndpoint, endpoint_key
from intents.registry import PARTY_CATEGORIES, Domain, OrganisationName, Registry
from intents.rule_packs import report_breach


def check_party_domains(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield Party organisations of another domain than the Party's, and others in the Party's."""
    for organisation in registry.organisations.values():
        is_party = organisation.category in PARTY_CATEGORIES
        if is_party is not (organisation.domain is Domain.PARTY_OFFICE):
            yield report_breach(
                "A20",
                "TR421",
                organisation.where,
                on,
                organisation=organisation.name,
                category=organisation.category,
                domain=organisation.domain,
                party_domain=Domain.PARTY_OFFICE,
            )


def check_party_intents(registry: Registry, intents: Iterable[Intent], on: date) -> Iterator[Finding]:
    """Yield intents of another domain whose source or destination is a Party organisation or a system that one owns."""
    directory = make_directory(registry)
    for intent in intents:
        if intent.head.domain is Domain.PARTY_OFFICE:
            continue
        statement, _ = expand(intent, directory)
        party = sorted((end for end in _ends(statement) if _is_party(end, registry)), key=endpoint_key)
        if party:
            head = intent.head
            yield report_breach(
                "A20",
                "TR413",
                head.where,
                on,
                intent=head.identifier,
                domain=head.domain,
                wanted=Domain.PARTY_OFFICE,
                party=party[0],
            )


def check_party_author(
    author: Approver | None, intents: Iterable[Intent], touched: Mapping[str, Where], on: date
) -> Iterator[Finding]:
    """Yield intents of the Party's domain among those that a change touches, if who wrote the change signs for another domain."""
    if author is None or author.domain is Domain.PARTY_OFFICE:
        return
    owned = {item.head.identifier for item in intents if item.head.domain is Domain.PARTY_OFFICE}
    for name in sorted(owned & touched.keys()):
        yield report_breach(
            "A20",
            "TR425",
            touched[name],
            on,
            also=(author.where,),
            intent=name,
            author=author.principal,
            domain=author.domain,
            wanted=Domain.PARTY_OFFICE,
        )


def _ends(statement: ExpandedStatement) -> frozenset[Endpoint]:
    pairs = [*((source, end) for _, source, end, _ in statement.grants)]
    pairs += [(via.source, via.destination) for via in statement.vias]
    return frozenset(end for pair in pairs for end in pair)


def _is_party(end: Endpoint, registry: Registry) -> bool:
    if isinstance(end, ClassEndpoint):
        return end.category in PARTY_CATEGORIES
    if isinstance(end, OrganisationEndpoint):
        return _is_party_organisation(end.organisation, registry)
    if isinstance(end, SystemEndpoint):
        return _is_party_organisation(registry.systems[end.system].owner, registry)
    return False


def _is_party_organisation(name: OrganisationName, registry: Registry) -> bool:
    organisation = registry.organisations.get(name)
    return organisation is not None and organisation.category in PARTY_CATEGORIES
