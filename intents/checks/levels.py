"""What a policy lets in from a lower security level: flows into a higher one, and assertions that hold them to control points.

The one idea: such a flow is an assertion about its way like any that an intent makes, so everything that proves those proves
these. Levels are of attachments; only sessions count, for what comes back was asked for from above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from intents.finding import Finding
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
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
from intents.policy_order import add_statements
from intents.policy_words import endpoint_in_words
from intents.registry import (
    LOWEST_LEVEL,
    Attachment,
    Category,
    ConnectionKind,
    OrganisationName,
    OutsideName,
    PurposeName,
    Registry,
    SystemName,
    Tier,
)
from intents.rule_packs import report_breach


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascent:
    """A rule lets `source` start sessions into the higher level of `destination`; `points`: where they are let in, () if nobody
    says; `entered`: the first attachment of the destination."""

    rule: Rule
    source: Endpoint
    destination: Endpoint
    levels: tuple[int, int]
    points: tuple[str, ...]
    entered: Attachment

    @property
    def assertion(self) -> ViaAssertion | None:
        """Return what has to hold of its way; None if nobody says where it is let in."""
        if not self.points:
            return None
        return ViaAssertion(source=self.source, destination=self.destination, devices=self.points, levels=self.levels)


_Cell = tuple[Category, Tier, PurposeName]


class SecurityLevels:
    """The security levels of everybody on one day: of a system, an outside network, and an organisation in a purpose."""

    def __init__(self, registry: Registry) -> None:
        self._attachments: dict[Endpoint, list[Attachment]] = {}
        for attachment in registry.attachments.values():
            if attachment.connection is not ConnectionKind.VIA_LAN:
                self._attachments.setdefault(_party(attachment), []).append(attachment)
        self._members: dict[_Cell, list[OrganisationEndpoint]] = {}
        for party in sorted(self._attachments, key=endpoint_key):
            if isinstance(party, OrganisationEndpoint) and party.organisation in registry.organisations:
                organisation = registry.organisations[party.organisation]
                cell = (organisation.category, organisation.tier, party.purpose)
                self._members.setdefault(cell, []).append(party)

    def level(self, endpoint: Endpoint) -> int:
        """Return the level of one party (an organisation has one in a purpose, TR321), or the lowest of a class; devices: 0."""
        if isinstance(endpoint, DevicesEndpoint):
            return 0
        found = (item.security_level for party in self._parties(endpoint) for item in self._attachments.get(party, ()))
        return min(found, default=LOWEST_LEVEL)

    def ascents(self, rules: Iterable[Rule]) -> Iterator[Ascent]:
        """Yield what permits let into a higher level. Of a class all are one source, unless only some of them stand lower."""
        for rule in rules:
            if rule.effect is Effect.PERMIT and not rule.same_organisation and rule.source != DevicesEndpoint():
                for destination in self._parties(rule.destination):
                    yield from self._into(rule, destination)

    def _into(self, rule: Rule, destination: Endpoint) -> Iterator[Ascent]:
        attachments, high = self._attachments.get(destination, ()), self.level(destination)
        if not attachments or self.level(rule.source) >= high:
            return
        parties = self._parties(rule.source)
        lower = [party for party in parties if self.level(party) < high]
        for source in (rule.source,) if len(lower) == len(parties) else lower:
            yield Ascent(
                rule=rule,
                source=source,
                destination=destination,
                levels=(self.level(source), high),
                points=tuple(sorted({point for item in attachments for point in item.control_points})),
                entered=attachments[0],
            )

    def _parties(self, endpoint: Endpoint) -> tuple[Endpoint, ...]:
        """Return the parties that an endpoint means today; devices have no level."""
        match endpoint:
            case ClassEndpoint():
                members = self._members.get((endpoint.category, endpoint.tier, endpoint.purpose), ())
                return tuple(party for party in members if party.organisation not in endpoint.excluding)
            case OrganisationEndpoint() | SystemEndpoint() | OutsideEndpoint():
                return (endpoint,)
            case DevicesEndpoint():
                return ()
            case _:
                assert_never(endpoint)


def _party(attachment: Attachment) -> Endpoint:
    if attachment.system is not None:
        return SystemEndpoint(system=SystemName(attachment.system))
    if attachment.outside is not None:
        return OutsideEndpoint(outside=OutsideName(attachment.outside))
    organisation = OrganisationName(attachment.organisation or "")
    return OrganisationEndpoint(organisation=organisation, purpose=PurposeName(attachment.purpose))


def hold_to_points(policy: Policy, registry: Registry, on: date) -> tuple[Policy, tuple[Finding, ...]]:
    """Return a policy that also asserts the way of every flow into a higher level, and the breach of each party that is entered
    from below and names no control point: of those nothing is proved."""
    ascents = tuple(SecurityLevels(registry).ascents(policy.rules))
    held = (
        (assertion, policy.sources.get(item.rule, ())) for item in ascents if (assertion := item.assertion) is not None
    )
    open_ends = {item.destination: item for item in reversed(ascents) if not item.points}
    findings = (
        report_breach(
            "A18.entry",
            "TR320",
            item.entered.where,
            on,
            about=item.entered.name,
            attachment=item.entered.name,
            name=endpoint_in_words(destination),
            level=item.levels[1],
            source=endpoint_in_words(item.source),
            lower=item.levels[0],
        )
        for destination, item in sorted(open_ends.items(), key=lambda pair: endpoint_key(pair[0]))
    )
    return add_statements(policy, held), tuple(findings)
