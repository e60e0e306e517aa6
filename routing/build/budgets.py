"""Whether every device can hold what is built for it: access list entries, VRFs, sub-interfaces, BGP sessions, routes.

Turns a built network and the budgets of its devices into findings that name the dearest intents. The one idea: everything
counted is a thing with a name (`Ref`), and the side table says which rules each thing serves; so what costs most is counted
in the same way for every budget. Foreign lines are not counted: they are not ours, and the limits leave room for them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.finding import Finding, Severity, Where, make_finding
from intents.policy import Policy, Rule
from intents.prefix import Prefix, prefix_of
from ipam.address_plan import AddressPlan, EntryState
from ipam.keys import LinkKey
from routing.build.builder import BuiltNetwork
from routing.model import (
    Action,
    BgpInstance,
    Device,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    Ref,
    RoutePolicy,
)
from routing.vendors.vendor import Budget

WARNING_PERCENT = 80
MOST_NAMED = 3
_ACL_ENTRIES = "acl-entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How many things of one kind a device carries, of how many it may; `refs` are the kinds of `Ref` that they have."""

    kind: str
    count: int
    limit: int
    refs: frozenset[str]


def check_budgets(
    built: BuiltNetwork, plan: AddressPlan, policy: Policy, budgets: Mapping[str, Budget]
) -> tuple[Finding, ...]:
    """Return an error for every budget (by device) that is exceeded, and a warning for one that is more than 80 % used."""
    routes = expected_routes(built.devices, plan)
    return tuple(
        _finding(name, use, built.served.get(name, {}), policy)
        for name, device in sorted(built.devices.items())
        for use in uses(device, routes[name], budgets[name])
        if 100 * use.count > WARNING_PERCENT * use.limit
    )


def uses(device: Device, routes: int, budget: Budget) -> tuple[Use, ...]:
    """Return what a device carries of everything that is limited; a list bound twice counts once."""
    entries = sum(len(item.entries) for item in device.acls)
    tagged = sum(item.vlan is not None for item in device.interfaces)
    sessions = sum(len(item.neighbors) for item in device.bgp)
    return (
        Use(kind="ACL entries", count=entries, limit=budget.acl_entries, refs=frozenset({_ACL_ENTRIES})),
        Use(kind="VRFs", count=len(device.vrfs), limit=budget.vrfs, refs=frozenset({"vrf"})),
        Use(kind="sub-interfaces", count=tagged, limit=budget.subinterfaces, refs=frozenset({"interface"})),
        Use(kind="BGP sessions", count=sessions, limit=budget.bgp_sessions, refs=frozenset({"neighbor"})),
        Use(kind="routes", count=routes, limit=budget.routes, refs=frozenset({"prefix-rule", "vrf"})),
    )


def dearest_intents(
    served: Mapping[Ref, tuple[Rule, ...]], policy: Policy, refs: frozenset[str]
) -> tuple[tuple[str, int], ...]:
    """Return the intents that most things of these kinds serve, with how many, dearest first."""
    counts: Counter[str] = Counter()
    for rules, count in Counter(rules for ref, rules in served.items() if ref[0] in refs).items():
        for name in {name for rule in rules for name in policy.sources.get(rule, ())}:
            counts[name] += count
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMED])


def _finding(name: str, use: Use, served: Mapping[Ref, tuple[Rule, ...]], policy: Policy) -> Finding:
    dearest = dearest_intents(served, policy, use.refs) or dearest_intents(served, policy, frozenset({_ACL_ENTRIES}))
    return make_finding(
        "TR603",
        Where(device=name),
        severity=Severity.ERROR if use.count > use.limit else Severity.WARNING,
        kind=use.kind,
        count=use.count,
        limit=use.limit,
        percent=100 * use.count // use.limit if use.limit else 100,
        dearest=", ".join(f"{identifier} ({count})" for identifier, count in dearest) or "-",
    )


def expected_routes(devices: Mapping[str, Device], plan: AddressPlan) -> Mapping[str, int]:
    """Return, by device, at most how many routes all its VRFs hold together."""
    return {name: len(found) for name, found in expected_prefixes(devices, (plan,)).items()}


def expected_prefixes(
    devices: Mapping[str, Device], plans: Iterable[AddressPlan]
) -> Mapping[str, frozenset[tuple[str, Prefix]]]:
    """Return, by device, the prefixes that each of its VRFs may hold while the prefixes of all these plans are announced.

    An upper bound: in each VRF its connected and static prefixes, and every prefix of the plan that the import filters
    accept, all of them if a text names a filter that it has not; a neighbour without a filter may send whatever any device
    lets into the VRF of that name.
    """
    known = _Known(prefix for plan in plans for prefix in _plan_prefixes(plan))
    brought: dict[str, set[Prefix]] = {}
    for device in devices.values():
        for vrf, prefixes in _own_and_filtered(device, known):
            brought.setdefault(vrf, set()).update(prefixes & known.prefixes)
    return {name: frozenset(_held(device, known, brought)) for name, device in devices.items()}


def _held(device: Device, known: _Known, brought: Mapping[str, set[Prefix]]) -> Iterator[tuple[str, Prefix]]:
    unfiltered = {item.vrf or "" for item in device.bgp if any(not neighbor.imports for neighbor in item.neighbors)}
    for vrf, prefixes in _own_and_filtered(device, known):
        for prefix in prefixes | brought.get(vrf, set()) if vrf in unfiltered else prefixes:
            yield vrf, prefix


def _own_and_filtered(device: Device, known: _Known) -> Iterator[tuple[str, set[Prefix]]]:
    """Yield each VRF with its connected and static prefixes and what its filters accept."""
    found: dict[str, set[Prefix]] = {vrf.name: set() for vrf in device.vrfs}
    for interface in device.interfaces:
        for item in interface.addresses:
            found.setdefault(interface.vrf or "", set()).add(prefix_of(item.family, item.value, item.length))
    for route in device.statics:
        found.setdefault(route.vrf or "", set()).add(route.prefix)
    policies = {item.name: item for item in device.policies}
    for vrf in device.vrfs:
        for family in vrf.families:
            if family.import_map is not None:
                found[vrf.name] |= known.accepted(policies.get(family.import_map))
    for instance in device.bgp:
        found.setdefault(instance.vrf or "", set()).update(_let_in(instance, policies, known))
    yield from sorted(found.items())


def _let_in(instance: BgpInstance, policies: Mapping[str, RoutePolicy], known: _Known) -> set[Prefix]:
    found: set[Prefix] = set()
    for names in {item.imports for item in instance.neighbors if item.imports}:
        found |= frozenset.intersection(*(known.accepted(policies.get(name)) for name in names))
    for row in instance.redistributions:
        if row.policy is not None:
            found |= known.accepted(policies.get(row.policy))
    return found


def _plan_prefixes(plan: AddressPlan) -> Iterable[Prefix]:
    return (
        item.prefix for item in plan.prefixes if item.state is EntryState.ACTIVE and not isinstance(item.key, LinkKey)
    )


class _Known:
    """The prefixes that may be announced at all, and what each policy accepts of them, each computed once."""

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        self.prefixes = frozenset(prefixes)
        self._sorted = sorted(self.prefixes)
        self._cache: dict[str, tuple[RoutePolicy, frozenset[Prefix]]] = {}

    def accepted(self, policy: RoutePolicy | None) -> frozenset[Prefix]:
        if policy is None:
            return self.prefixes
        found = self._cache.get(policy.name)
        if found is None or found[0] != policy:
            found = self._cache[policy.name] = (policy, self._accept(policy))
        return found[1]

    def _accept(self, policy: RoutePolicy) -> frozenset[Prefix]:
        accepted: set[Prefix] = set()
        decided: set[Prefix] = set()
        for clause in policy.clauses:
            matched = self._matched(clause) - decided
            if clause.action is Action.PERMIT:
                accepted |= matched
            if clause.action is not None:
                decided |= matched
        rest = self.prefixes - decided if policy.default is PolicyDefault.PROTOCOL else frozenset()
        return frozenset(accepted | rest)

    def _matched(self, clause: PolicyClause) -> frozenset[Prefix]:
        if clause.prefixes is None:
            return self.prefixes
        matched: set[Prefix] = set()
        refused: set[Prefix] = set()
        for rule in clause.prefixes:
            inside = self._inside(rule)
            if rule.permit:
                matched |= inside - refused
            else:
                refused |= inside - matched
        return frozenset(matched)

    def _inside(self, rule: PrefixRule) -> set[Prefix]:
        prefix = rule.prefix
        first = bisect_left(self._sorted, (prefix.family, prefix.network, 0))
        after = bisect_right(self._sorted, (prefix.family, prefix.last, prefix.family.bits))
        return {item for item in self._sorted[first:after] if rule.low <= item.length <= rule.high}
