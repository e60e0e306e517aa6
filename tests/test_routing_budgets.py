"""Budgets: what is counted, when it is said, and that the dearest intents are named (`tests/errors/TR603…`).

To accept new texts after reading them: `python -m tests.test_routing_budgets` in the project's folder.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from controller.jobs.pipeline import Compiled, address, compile_network, device_budgets
from intents.finding import Finding, Severity
from intents.messages import LANGUAGES, describe
from intents.prefix import Family, parse_prefix
from intents.registry import AttachmentName
from ipam.address_plan import AddressPlan, EntryState, PrefixEntry
from ipam.keys import LanKey
from routing.build.budgets import check_budgets, dearest_intents, expected_routes, uses
from routing.model import (
    Action,
    Device,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    RoutePolicy,
    Vrf,
    VrfFamily,
)
from routing.vendors.vendor import Budget
from tests.rule_cases import SMALL, THAI_NGUYEN, TINY, example
from tests.small_networks import acl, bgp, exactly, interface, neighbor, network, permit_to

ERRORS = Path(__file__).parent / "errors"
PLENTY = Budget(acl_entries=10**6, vrfs=10**6, subinterfaces=10**6, bgp_sessions=10**6, routes=10**6)
LANS = ("10.1.0.0/26", "10.1.0.64/26", "10.2.0.0/26")
CASES = {
    "TR603-over-the-budget": ("dc-edge-1", replace(PLENTY, acl_entries=100)),
    "TR603-nearly-full": ("core-1", replace(PLENTY, vrfs=6)),
}
"""A device of the small example and its budget."""


@cache
def compiled(folder: Path = SMALL) -> Compiled:
    return compile_network(address(example(folder)))


def check(budget: Budget, device: str = "dc-edge-1") -> tuple[Finding, ...]:
    """Return what is found if one device of the small example has this budget."""
    done = compiled()
    budgets = dict.fromkeys(done.built.devices, PLENTY) | {device: budget}
    return check_budgets(done.built, done.addressed.address_plan, done.addressed.wanted.policy, budgets)


def outcome(name: str) -> str:
    device, budget = CASES[name]
    found = check(budget, device)
    return "\n\n".join(describe(item, language) for language in reversed(LANGUAGES) for item in found) + "\n"


def counts(device: Device, routes: int = 0) -> dict[str, int]:
    return {item.kind: item.count for item in uses(device, routes, PLENTY)}


def plan(*lans: str) -> AddressPlan:
    day = compiled().addressed.wanted.on
    return AddressPlan(
        prefixes=tuple(
            PrefixEntry(
                key=LanKey(AttachmentName(f"a-{number}")),
                prefix=parse_prefix(text),
                pool="p",
                state=EntryState.ACTIVE,
                since=day,
            )
            for number, text in enumerate(lans)
        )
    )


@pytest.mark.parametrize("name", CASES)
def test_a_full_device_is_told_in_these_words(name: str) -> None:
    text = outcome(name)
    assert " TR603 " in text
    assert text == (ERRORS / name / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [TINY, SMALL, THAI_NGUYEN], ids=lambda folder: folder.name)
def test_every_example_fits_its_devices(folder: Path) -> None:
    done = compiled(folder)
    budgets = device_budgets(done.addressed.wanted.inventory)
    assert check_budgets(done.built, done.addressed.address_plan, done.addressed.wanted.policy, budgets) == ()


@pytest.mark.parametrize(
    ("limit", "severity"), [(99, Severity.ERROR), (100, Severity.WARNING), (124, Severity.WARNING), (125, None)]
)
def test_over_the_limit_is_an_error_and_above_80_percent_a_warning(limit: int, severity: Severity | None) -> None:
    full = Device(name="r", platform="cisco_ios", acls=(acl("A", *[permit_to("10.0.0.0/8")] * 100),))
    done = compiled()
    built = replace(done.built, devices=network([full]).devices)
    budget = replace(PLENTY, acl_entries=limit)
    found = check_budgets(built, AddressPlan(), done.addressed.wanted.policy, {"r": budget})
    assert [item.severity for item in found] == ([] if severity is None else [severity])


def test_a_limit_of_nothing_is_exceeded_by_the_first() -> None:
    found = check(replace(PLENTY, subinterfaces=0))
    assert [(item.severity, dict(item.values)["kind"]) for item in found] == [(Severity.ERROR, "sub-interfaces")]


def test_everything_that_is_limited_is_counted() -> None:
    device = Device(
        name="r",
        platform="cisco_ios",
        interfaces=(interface("p"), interface("p.1", vlan=1), interface("p.2", vlan=2)),
        vrfs=(Vrf(name="A"),),
        acls=(acl("A", permit_to("10.0.0.0/8")), acl("B", permit_to("10.0.0.0/8"), permit_to("11.0.0.0/8"))),
        bgp=(bgp("A", 1, neighbor("10.0.0.1", 2), neighbor("10.0.0.3", 3)),),
    )
    expected = {"ACL entries": 3, "VRFs": 1, "sub-interfaces": 2, "BGP sessions": 2, "routes": 7}
    assert counts(device, 7) == expected


@pytest.mark.parametrize("kind", ["acl_entries", "vrfs", "subinterfaces", "bgp_sessions", "routes"])
def test_the_dearest_intents_of_a_core_are_named_whatever_is_full(kind: str) -> None:
    (finding,) = check(replace(PLENTY, **{kind: 1}), "core-1")
    assert dict(finding.values)["dearest"] != "-"


def test_where_no_intent_is_known_none_is_named() -> None:
    assert dearest_intents({}, compiled().addressed.wanted.policy, frozenset({"acl-entry"})) == ()


def test_at_most_three_intents_are_named_dearest_first() -> None:
    done = compiled()
    served, policy = done.built.served["dc-edge-1"], done.addressed.wanted.policy
    found = dearest_intents(served, policy, frozenset({"acl-entry"}))
    assert len(found) == 3
    assert [count for _, count in found] == sorted((count for _, count in found), reverse=True)
    for name, count in found:
        entries = [
            ref
            for ref, rules in served.items()
            if ref[0] == "acl-entry" and any(name in policy.sources.get(rule, ()) for rule in rules)
        ]
        assert count == len(entries)


def device_with(*policies: RoutePolicy, imports: tuple[str, ...] = (), import_map: str | None = None) -> Device:
    family = VrfFamily(family=Family.V4, import_map=import_map)
    return Device(
        name="r",
        platform="cisco_ios",
        interfaces=(interface("p.1", "10.255.0.0/31", vrf="A", vlan=1),),
        vrfs=(Vrf(name="A", families=(family,)),),
        policies=policies,
        bgp=(bgp("A", 1, neighbor("10.255.0.1", 2, imports=imports)),),
    )


def routes_of(*devices: Device) -> int:
    return expected_routes(network(devices).devices, plan(*LANS))["r"]


def test_routes_are_what_import_filters_accept_of_the_plan_and_what_is_connected() -> None:
    wide = RoutePolicy(
        name="wide",
        clauses=(
            PolicyClause(
                name="10",
                action=Action.PERMIT,
                prefixes=(PrefixRule(prefix=parse_prefix("10.1.0.0/16"), low=16, high=26),),
            ),
        ),
    )
    assert routes_of(device_with(wide, imports=("wide",))) == 2 + 1
    assert routes_of(device_with(exactly("one", LANS[0]), imports=("one",))) == 1 + 1
    assert routes_of(device_with(exactly("none", "10.9.0.0/26"), imports=("none",))) == 1
    assert routes_of(device_with(wide, exactly("one", LANS[0]), imports=("wide", "one"))) == 1 + 1
    assert routes_of(device_with(wide, exactly("one", LANS[2]), imports=("one",), import_map="wide")) == 3 + 1


def test_an_earlier_clause_and_a_refused_prefix_hide_what_comes_later() -> None:
    everything = (PrefixRule(prefix=parse_prefix("10.0.0.0/8"), low=8, high=32),)
    first = PrefixRule(prefix=parse_prefix(LANS[0]), low=26, high=26)
    denied = (
        PolicyClause(name="10", action=Action.DENY, prefixes=(first,)),
        PolicyClause(name="20", action=Action.PERMIT, prefixes=everything),
    )
    refused = (PolicyClause(name="10", action=Action.PERMIT, prefixes=(replace(first, permit=False), *everything)),)
    assert routes_of(device_with(RoutePolicy(name="x", clauses=denied), imports=("x",))) == 2 + 1
    assert routes_of(device_with(RoutePolicy(name="x", clauses=refused), imports=("x",))) == 2 + 1
    passing = RoutePolicy(name="x", clauses=denied[:1], default=PolicyDefault.PROTOCOL)
    assert routes_of(device_with(passing, imports=("x",))) == 2 + 1


def test_a_neighbour_without_a_filter_may_send_what_others_let_into_the_vrf() -> None:
    other = replace(device_with(exactly("one", LANS[0]), imports=("one",)), name="other")
    assert routes_of(device_with()) == 1
    assert routes_of(device_with(), other) == 1 + 1


def test_a_core_is_expected_to_hold_every_lan_of_its_purposes() -> None:
    done = compiled()
    lans = [item for item in done.addressed.address_plan.prefixes if isinstance(item.key, LanKey)]
    assert expected_routes(done.built.devices, done.addressed.address_plan)["core-1"] >= len(lans)


if __name__ == "__main__":
    for case in CASES:
        (ERRORS / case).mkdir(exist_ok=True)
        (ERRORS / case / "expected.txt").write_text(outcome(case), encoding="utf-8")
