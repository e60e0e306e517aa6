"""Who may start which sessions to whom, by address: turns the rules of a policy into service sets of address pairs.

The one idea: an address matters only by which endpoints of the policy hold it, so addresses fall into a few kinds (one
integer each: the rules it may be source of, and those it may be destination of), and what one address may start to
another is read off two such integers. Members of one class share everything but `same_organisation` rules, which a
third integer switches on between two prefixes of one organisation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, Protocol

from intents.policy import Effect, Endpoint, OutsideEndpoint, Policy, Rule
from intents.prefix import Family, Prefix
from intents.registry import AttachmentName, OrganisationName, PurposeName, Registry
from intents.service import ServiceSet
from verification.packets.bit_sets import BitSet, bit, nothing, numbers, union
from verification.packets.flow_sets import Span, append_run, combine, span_of, union_of


class AddressResolver(Protocol):
    """Which prefixes an address plan gives to endpoints, attachments and the network itself."""

    def prefixes(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]: ...

    def excluded(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]: ...

    def lans(self, family: Family) -> Mapping[AttachmentName, Prefix]: ...

    def infrastructure(self, family: Family) -> tuple[Prefix, ...]: ...


RuleSet = BitSet[Rule]
"""A set of rules: bit n is the n-th of the policy."""


class Kind(NamedTuple):
    """What an address may take part in: the rules that it may be source of, and destination of."""

    source_of: RuleSet
    destination_of: RuleSet


NOBODY = Kind(nothing(), nothing())
Run = tuple[int, int, Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPolicy:
    """A policy over the addresses of one family.

    `runs`: the kinds of addresses as maximal runs. `own`: the spans that each attachment's packets come from. `lans`:
    the prefix of each attachment's LAN. `company`: for each attachment the spans of its organisation in its purpose,
    itself included. `routers`: the network's own addresses. `honest`: see `unspoofed`. Rules are numbered by their
    place in the policy.
    """

    family: Family
    rules: tuple[Rule, ...]
    runs: tuple[Run, ...]
    own: Mapping[AttachmentName, tuple[Span, ...]]
    lans: Mapping[AttachmentName, Prefix]
    company: Mapping[AttachmentName, tuple[Span, ...]]
    routers: tuple[Span, ...]
    honest: tuple[Span, ...]
    between_anyone: RuleSet
    _services: dict[RuleSet, ServiceSet] = field(default_factory=dict, compare=False, repr=False)

    def touching(self, source: Kind, destination: Kind, *, company: bool) -> RuleSet:
        """Return the rules about sessions between two kinds; `company`: both of one organisation."""
        rules = source.source_of & destination.destination_of
        return rules if company else rules & self.between_anyone

    def services(self, rules: RuleSet) -> ServiceSet:
        """Return what rules permit together: all that a permit names without what a forbid names."""
        if rules not in self._services:
            permits, forbids = ServiceSet(), ServiceSet()
            for rule in map(self.rules.__getitem__, numbers(rules)):
                if rule.effect is Effect.PERMIT:
                    permits |= rule.service
                else:
                    forbids |= rule.service
            self._services[rules] = permits - forbids
        return self._services[rules]

    def kinds_in(self, spans: Iterable[Span]) -> Iterator[Run]:
        """Return the runs inside disjoint spans, with NOBODY where no rule names the addresses."""
        for low, high in spans:
            start = low
            for run_low, run_high, kind in self.runs:
                if run_high < low or run_low > high:
                    continue
                if run_low > start:
                    yield (start, run_low - 1, NOBODY)
                yield (max(run_low, low), min(run_high, high), kind)
                start = run_high + 1
            if start <= high:
                yield (start, high, NOBODY)

    def every_service(self) -> frozenset[ServiceSet]:
        """Return every service set that some pair of addresses has."""
        kinds = {kind for _, _, kind in self.runs}
        touched = {
            self.touching(source, destination, company=company)
            for source in kinds
            for destination in kinds
            for company in (False, True)
        }
        return frozenset(map(self.services, touched))

    def unspoofed(self) -> tuple[Span, ...]:
        """Return the addresses that packets honestly come from: those that rules name, all LANs and the routers."""
        return self.honest


def pair_policy(
    policy: Policy, registry: Registry, addresses: AddressResolver, routers: Iterable[Prefix], family: Family
) -> PairPolicy:
    """Return the meaning of a policy over one family, for the attachments of a registry of one day.

    `routers`: the pools that routers have addresses from outside LANs.
    """
    lans = {name: prefix for name, prefix in addresses.lans(family).items() if name in registry.attachments}
    own = {name: _own_spans(name, registry, addresses, family, lans) for name in registry.attachments}
    runs = _kind_runs(policy.rules, addresses, family)
    of_routers = union_of(span_of(prefix) for prefix in routers if prefix.family is family)
    named = [(low, high) for low, high, _ in runs]
    return PairPolicy(
        family=family,
        rules=policy.rules,
        runs=runs,
        own={name: spans for name, spans in own.items() if spans},
        lans=lans,
        company=_company(registry, own),
        routers=of_routers,
        honest=union_of([*named, *of_routers, *(span for spans in own.values() for span in spans)]),
        between_anyone=union(bit(index) for index, rule in enumerate(policy.rules) if not rule.same_organisation),
    )


def _own_spans(
    name: AttachmentName,
    registry: Registry,
    addresses: AddressResolver,
    family: Family,
    lans: Mapping[AttachmentName, Prefix],
) -> tuple[Span, ...]:
    """Return where an attachment's packets come from: its LAN, or what lies behind it if it is an outside network."""
    outside = registry.attachments[name].outside
    if outside is not None:
        return union_of(span_of(prefix) for prefix in addresses.prefixes(OutsideEndpoint(outside=outside), family))
    return (span_of(lans[name]),) if name in lans else ()


def _company(
    registry: Registry, own: Mapping[AttachmentName, tuple[Span, ...]]
) -> dict[AttachmentName, tuple[Span, ...]]:
    together: dict[tuple[OrganisationName, PurposeName], list[Span]] = {}
    for name, spans in own.items():
        attachment = registry.attachments[name]
        if attachment.organisation is not None:
            together.setdefault((attachment.organisation, attachment.purpose), []).extend(spans)
    merged = {key: union_of(spans) for key, spans in together.items()}
    return {
        name: merged[attachment.organisation, attachment.purpose]
        for name, attachment in registry.attachments.items()
        if attachment.organisation is not None
    }


def _kind_runs(rules: tuple[Rule, ...], addresses: AddressResolver, family: Family) -> tuple[Run, ...]:
    source_of: dict[Endpoint, RuleSet] = {}
    destination_of: dict[Endpoint, RuleSet] = {}
    for index, rule in enumerate(rules):
        source_of[rule.source] = source_of.get(rule.source, nothing()) | bit(index)
        destination_of[rule.destination] = destination_of.get(rule.destination, nothing()) | bit(index)
    spans = {item: _endpoint_spans(item, addresses, family) for item in {**source_of, **destination_of}}
    edges: dict[int, list[Endpoint]] = {}
    for endpoint, found in spans.items():
        for low, high in found:
            edges.setdefault(low, []).append(endpoint)
            edges.setdefault(high + 1, []).append(endpoint)
    runs: list[Run] = []
    holding: set[Endpoint] = set()
    for start, after in pairwise(sorted(edges)):
        holding ^= set(edges[start])
        kind = _kind(holding, source_of, destination_of)
        append_run(runs, start, after - 1, kind, NOBODY)
    return tuple(runs)


def _kind(
    holding: Iterable[Endpoint], source_of: Mapping[Endpoint, RuleSet], destination_of: Mapping[Endpoint, RuleSet]
) -> Kind:
    source_rules: RuleSet = nothing()
    destination_rules: RuleSet = nothing()
    for endpoint in holding:
        source_rules |= source_of.get(endpoint, nothing())
        destination_rules |= destination_of.get(endpoint, nothing())
    return Kind(source_rules, destination_rules)


def _endpoint_spans(endpoint: Endpoint, addresses: AddressResolver, family: Family) -> tuple[Span, ...]:
    """Return the addresses of an endpoint without those of the excluded members of a class."""
    inside = union_of(span_of(prefix) for prefix in addresses.prefixes(endpoint, family))
    holes = union_of(span_of(prefix) for prefix in addresses.excluded(endpoint, family))
    left = combine(_marked(inside), _marked(holes), lambda held, cut: held and not cut, otherwise=False)
    return tuple((low, high) for low, high, _ in left)


def _marked(spans: tuple[Span, ...]) -> tuple[tuple[int, int, bool], ...]:
    return tuple((low, high, True) for low, high in spans)
