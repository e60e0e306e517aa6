"""Proofs that remember too little of what they rest on: for the law of judging again, which must find each.

A bug is made by a wrapper: it blinds one comparison to one thing. `shown_by` yields networks that differ from the right one in
that very thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from types import ModuleType
from typing import Any

import pytest

from ipam.keys import LanKey
from routing.model import Acl, BgpInstance, BgpNeighbor, Device, Interface, LocalAs, Vrf
from verification.engine import delta as deltas
from verification.engine import engine, routing_judgement
from verification.evidence.evidence import Given
from verification.evidence.routing_part import routing_device
from verification.routes.again import settled_routes
from verification.verdicts.bounds import Bounds

Blind = Callable[[pytest.MonkeyPatch], None]
Shown = Callable[[Given], Iterator[Given]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofBug:
    """A wrapper that makes a bug, and networks of which at least one shows it, `with_failures` if it needs them."""

    inject: Blind
    shown_by: Shown
    with_failures: bool = False


def _with(given: Given, device: Device) -> Given:
    return replace(given, network=replace(given.network, devices={**given.network.devices, device.name: device}))


def _each(change: Callable[[Device], Device]) -> Shown:
    """Yield the network with each device changed in turn."""

    def shown(given: Given) -> Iterator[Given]:
        for device in given.network.devices.values():
            changed = change(device)
            if changed != device:
                yield _with(given, changed)

    return shown


def _interfaces(**changes: object) -> Callable[[Device], Device]:
    """Change every sub-interface of a device."""

    def one(item: Interface) -> Interface:
        return replace(item, **changes) if "." in item.name else item  # type: ignore[arg-type] # real fields

    return lambda device: replace(device, interfaces=tuple(map(one, device.interfaces)))


def _instances(change: Callable[[BgpInstance], BgpInstance]) -> Callable[[Device], Device]:
    return lambda device: replace(device, bgp=tuple(map(change, device.bgp)))


def _neighbors(**changes: object) -> Callable[[Device], Device]:
    def one(item: BgpNeighbor) -> BgpNeighbor:
        return replace(item, **changes)  # type: ignore[arg-type] # real fields

    return _instances(lambda item: replace(item, neighbors=tuple(map(one, item.neighbors))))


def _families(**changes: object) -> Callable[[Device], Device]:
    def one(vrf: Vrf) -> Vrf:
        found = tuple(replace(item, **changes) for item in vrf.families)  # type: ignore[arg-type] # real fields
        return replace(vrf, families=found)

    return lambda device: replace(device, vrfs=tuple(map(one, device.vrfs)))


def _lists(device: Device) -> Device:
    """Take the first entry out of every list."""
    acls: tuple[Acl, ...] = tuple(replace(item, entries=item.entries[1:]) for item in device.acls)
    return replace(device, acls=acls)


def _widened(device: Device) -> Device:
    """Let every list ask about ports that no list asks about."""

    def one(acl: Acl) -> Acl:
        return replace(
            acl,
            entries=tuple(
                replace(entry, destination_ports=((61000, 61001),)) if entry.destination_ports else entry
                for entry in acl.entries
            ),
        )

    return replace(device, acls=tuple(map(one, device.acls)))


def _policies(device: Device) -> Device:
    return replace(device, policies=tuple(replace(item, clauses=()) for item in device.policies))


def _without_rules(given: Given) -> Iterator[Given]:
    """Yield the network with one prefix at a time taken out of the policies of aggregations: others are left to carry it."""
    for device in given.network.devices.values():
        for index, policy in enumerate(device.policies if device.name.startswith("agg-") else ()):
            for at, clause in enumerate(policy.clauses):
                for place in range(len(clause.prefixes or ())):
                    rules = (*(clause.prefixes or ())[:place], *(clause.prefixes or ())[place + 1 :])
                    clauses = (*policy.clauses[:at], replace(clause, prefixes=rules), *policy.clauses[at + 1 :])
                    policies = (
                        *device.policies[:index],
                        replace(policy, clauses=clauses),
                        *device.policies[index + 1 :],
                    )
                    yield _with(given, replace(device, policies=policies))


def _routes(change: Callable[[Device], Device]) -> Blind:
    """Let the part that routes hang on be blind to what a change changes."""

    def inject(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(engine, "routing_device", lambda device: routing_device(change(device)))

    return inject


def _delta(**blank: object) -> Blind:
    """Let a delta be blind to some fields of devices."""

    def inject(patch: pytest.MonkeyPatch) -> None:
        real = deltas.delta

        def blind(before: Given, after: Given) -> deltas.Delta:
            found = real(before, after)
            old, new = before.network.devices, after.network.devices
            seen = {
                name
                for name in found.devices
                if replace(old[name], **blank) != replace(new[name], **blank)  # type: ignore[arg-type] # real fields
            }
            return replace(found, devices=frozenset(seen))

        patch.setattr(deltas, "delta", blind)

    return inject


def _keeping(name: str, part: Callable[..., Any], module: ModuleType = engine) -> Blind:
    """Let a part be kept whatever has changed."""

    def inject(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(module, name, part)

    return inject


def _declared(given: Given, **changes: object) -> Given:
    """Return the network with its one declared state changed."""
    (state,) = given.bounds.declared
    changed = replace(state, **changes)  # type: ignore[arg-type] # real fields
    return replace(given, bounds=Bounds(declared=(changed,)))


def _wanted(kept: str) -> Blind:
    """Let a delta be blind to one thing that is wanted."""

    def inject(patch: pytest.MonkeyPatch) -> None:
        real = deltas.delta

        def blind(before: Given, after: Given) -> deltas.Delta:
            (state,) = before.bounds.declared
            seen = after
            if hasattr(state, kept):
                seen = _declared(seen, **{kept: getattr(state, kept)})
            if hasattr(before.network, kept):
                seen = replace(seen, network=replace(seen.network, **{kept: getattr(before.network, kept)}))
            if hasattr(before, kept):
                seen = replace(seen, **{kept: getattr(before, kept)})
            return replace(real(before, seen), given=after)

        patch.setattr(deltas, "delta", blind)

    return inject


def _without_rule(given: Given) -> Iterator[Given]:
    policy = given.bounds.policy
    for index in range(len(policy.rules)):
        yield _declared(given, policy=replace(policy, rules=policy.rules[:index] + policy.rules[index + 1 :]))


def _without_entry(given: Given) -> Iterator[Given]:
    (state,) = given.bounds.declared
    entries = state.address_plan.prefixes
    for index, item in enumerate(entries):
        if isinstance(item.key, LanKey) and not item.key.attachment.startswith("outside-"):
            found = entries[:index] + entries[index + 1 :]
            yield _declared(given, address_plan=replace(state.address_plan, prefixes=found))


def _without_link(given: Given) -> Iterator[Given]:
    for index in range(len(given.network.links)):
        links = given.network.links[:index] + given.network.links[index + 1 :]
        yield replace(given, network=replace(given.network, links=links))


def _without_port(given: Given) -> Iterator[Given]:
    for index in range(len(given.network.ports)):
        ports = given.network.ports[:index] + given.network.ports[index + 1 :]
        yield _declared(replace(given, network=replace(given.network, ports=ports)), ports=ports)


def _loopbacks_of_others(given: Given) -> Iterator[Given]:
    """Yield the network with the loopback addresses of one device at another in turn."""
    devices = given.network.devices.values()
    for one, other in permutations(devices, 2):
        found = next((item.addresses for item in one.interfaces if _is_loopback(item)), ())
        taken = (replace(item, addresses=found) if _is_loopback(item) else item for item in other.interfaces)
        yield _with(given, replace(other, interfaces=tuple(taken)))


def _is_loopback(item: Interface) -> bool:
    return item.name.lower().startswith("lo")


def _other_roles(given: Given) -> Iterator[Given]:
    yield replace(given, roles=replace(given.roles, backbone=frozenset()))


def _no_stations(given: Given) -> Iterator[Given]:
    yield _declared(given, login_sources=())


def _other_purposes(given: Given) -> Iterator[Given]:
    """Yield the network with each attachment in turn put into the purpose of another."""
    (state,) = given.bounds.declared
    attachments = state.registry.attachments
    purposes = sorted({item.purpose for item in attachments.values()})
    for name, item in attachments.items():
        other = next(purpose for purpose in purposes if purpose != item.purpose)
        moved = {**attachments, name: replace(item, purpose=other)}
        yield _declared(given, registry=replace(state.registry, attachments=moved))


def _first_interface_bare(device: Device) -> Device:
    return replace(device, interfaces=tuple(replace(item, bindings=()) for item in device.interfaces))


def _unfiltered_neighbors(device: Device) -> Device:
    return _neighbors(imports=())(device)


PROOF_BUGS = {
    "a neighbour's filter on the way in": ProofBug(
        inject=_routes(_neighbors(imports=())), shown_by=_each(_unfiltered_neighbors)
    ),
    "a neighbour's filter on the way out": ProofBug(
        inject=_routes(_neighbors(exports=())), shown_by=_each(_neighbors(exports=()))
    ),
    "whether a neighbour is there": ProofBug(
        inject=_routes(_instances(lambda item: replace(item, neighbors=()))),
        shown_by=_each(_instances(lambda item: replace(item, neighbors=item.neighbors[1:]))),
    ),
    "which AS a neighbour has": ProofBug(
        inject=_routes(_neighbors(remote_as=1)), shown_by=_each(_neighbors(remote_as=64999))
    ),
    "whether a session is switched on": ProofBug(
        inject=_routes(_neighbors(enabled=True)), shown_by=_each(_neighbors(enabled=False))
    ),
    "by which AS a device speaks": ProofBug(
        inject=_routes(_neighbors(local_as=None)), shown_by=_each(_neighbors(local_as=LocalAs(asn=64999)))
    ),
    "what BGP takes over": ProofBug(
        inject=_routes(_instances(lambda item: replace(item, redistributions=()))),
        shown_by=_each(_instances(lambda item: replace(item, redistributions=()))),
    ),
    "a device's own AS": ProofBug(
        inject=_routes(_instances(lambda item: replace(item, asn=1))),
        shown_by=_each(_instances(lambda item: replace(item, asn=64999))),
    ),
    "what a route policy says": ProofBug(inject=_routes(_policies), shown_by=_each(_policies)),
    "a static route": ProofBug(
        inject=_routes(lambda device: replace(device, statics=())),
        shown_by=_each(lambda device: replace(device, statics=())),
    ),
    "which targets a VRF imports": ProofBug(
        inject=_routes(_families(imports=())), shown_by=_each(_families(imports=()))
    ),
    "which targets a VRF exports": ProofBug(
        inject=_routes(_families(exports=())), shown_by=_each(_families(exports=()))
    ),
    "an import map": ProofBug(inject=_routes(_families(import_map=None)), shown_by=_each(_families(import_map=None))),
    "an address": ProofBug(inject=_routes(_interfaces(addresses=())), shown_by=_each(_interfaces(addresses=()))),
    "whether an interface is up": ProofBug(
        inject=_routes(_interfaces(enabled=True)), shown_by=_each(_interfaces(enabled=False))
    ),
    "a tag": ProofBug(inject=_routes(_interfaces(vlan=None)), shown_by=_each(_interfaces(vlan=4000))),
    "the VRF of an interface": ProofBug(inject=_routes(_interfaces(vrf=None)), shown_by=_each(_interfaces(vrf=None))),
    "what a list says": ProofBug(inject=_delta(acls=()), shown_by=_each(_lists)),
    "which list is bound": ProofBug(inject=_delta(interfaces=()), shown_by=_each(_first_interface_bare)),
    "the ways in": ProofBug(
        inject=_delta(logins=()),
        shown_by=_each(lambda device: replace(device, logins=tuple(replace(item, acls=()) for item in device.logins))),
    ),
    "a filter over own addresses": ProofBug(
        inject=_delta(control_filters=()), shown_by=_each(lambda device: replace(device, control_filters=()))
    ),
    "the fences of a changed device": ProofBug(
        inject=_keeping("check_fences_again", lambda _evidence, _before, known: known), shown_by=_each(_lists)
    ),
    "the lists of a changed device": ProofBug(
        inject=_keeping("judge_lists", lambda _given, known=None, _changed=(): known), shown_by=_each(_lists)
    ),
    "the ways into a changed device": ProofBug(
        inject=_keeping("login_faults", lambda _evidence, _plane, _devices: {}),
        shown_by=_each(lambda device: replace(device, logins=tuple(replace(item, acls=()) for item in device.logins))),
    ),
    "the header space": ProofBug(
        inject=_keeping("change_filters", lambda _routes, known, given, _changed: replace(known, given=given)),
        shown_by=_each(_widened),
    ),
    "the policy": ProofBug(inject=_wanted("policy"), shown_by=_without_rule),
    "the address plan": ProofBug(inject=_wanted("address_plan"), shown_by=_without_entry),
    "the registry": ProofBug(inject=_wanted("registry"), shown_by=_other_purposes),
    "the roles of devices": ProofBug(inject=_wanted("roles"), shown_by=_other_roles),
    "the stations": ProofBug(inject=_wanted("login_sources"), shown_by=_no_stations),
    "the cables": ProofBug(inject=_wanted("links"), shown_by=_without_link),
    "the ports": ProofBug(inject=_wanted("ports"), shown_by=_without_port),
    "which prefixes have other routes": ProofBug(
        inject=_keeping("is_treated_otherwise", lambda *_: False, settled_routes), shown_by=_without_rules
    ),
    "which prefixes have other local routes": ProofBug(
        inject=_keeping("_moved", lambda *_: (), settled_routes), shown_by=_loopbacks_of_others
    ),
    "whether sessions are as they were": ProofBug(
        inject=_keeping("_is_alike", lambda one, other: one.nodes == other.nodes, settled_routes),
        shown_by=_each(_neighbors(enabled=False)),
    ),
    "which prefixes a route policy treats otherwise": ProofBug(
        inject=_keeping("rerouted", lambda *_: frozenset(), routing_judgement),
        shown_by=_without_rules,
        with_failures=True,
    ),
}
