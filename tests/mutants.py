"""Networks with one thing changed, as any hand or fault could change it: for laws that must hold of any network.

The one idea: a mutant is made on the model, where every change is one `replace`; whether it does harm is for the judge to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from intents.prefix import Prefix
from routing.model import AclEntry, Action, BgpInstance, Device, LocalAs, Network, RoutePolicy, StaticRoute

Change = Callable[[st.DrawFn, Device], Device]


@st.composite
def mutants(draw: st.DrawFn, network: Network, changes: Sequence[Change] | None = None) -> Network:
    """Draw the network with one to three things of random devices changed; `changes`: of these kinds, None: of any."""
    devices = dict(network.devices)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(devices)))
        devices[name] = draw(st.sampled_from(CHANGES if changes is None else changes))(draw, devices[name])
    return replace(network, devices=devices)


def _other(draw: st.DrawFn, count: int) -> int:
    return draw(st.integers(0, max(0, count - 1)))


def move_interface(draw: st.DrawFn, device: Device) -> Device:
    """Put an interface into another VRF."""
    index = _other(draw, len(device.interfaces))
    vrf = draw(st.sampled_from([None, *(item.name for item in device.vrfs)]))
    return _with_interface(device, index, vrf=vrf)


def shut_interface(draw: st.DrawFn, device: Device) -> Device:
    return _with_interface(device, _other(draw, len(device.interfaces)), enabled=False)


def unbind_filters(draw: st.DrawFn, device: Device) -> Device:
    return _with_interface(device, _other(draw, len(device.interfaces)), bindings=())


def retag_interface(draw: st.DrawFn, device: Device) -> Device:
    tags = [item.vlan for item in device.interfaces]
    return _with_interface(device, _other(draw, len(device.interfaces)), vlan=draw(st.sampled_from(tags)))


def _with_interface(device: Device, index: int, **changes: object) -> Device:
    items = list(device.interfaces)
    items[index] = replace(items[index], **changes)  # type: ignore[arg-type]  # the callers name real fields
    return replace(device, interfaces=tuple(items))


def drop_neighbor(draw: st.DrawFn, device: Device) -> Device:
    def change(instance: BgpInstance) -> BgpInstance:
        gone = _other(draw, len(instance.neighbors))
        return replace(instance, neighbors=instance.neighbors[:gone] + instance.neighbors[gone + 1 :])

    return _with_instance(draw, device, change)


def open_neighbor(draw: st.DrawFn, device: Device) -> Device:
    """Take the route filters off a neighbour."""

    def change(instance: BgpInstance) -> BgpInstance:
        index = _other(draw, len(instance.neighbors))
        found = tuple(
            replace(item, imports=(), exports=()) if place == index else item
            for place, item in enumerate(instance.neighbors)
        )
        return replace(instance, neighbors=found)

    return _with_instance(draw, device, change)


def renumber_neighbor(draw: st.DrawFn, device: Device) -> Device:
    """Change the local AS form of every neighbour of an instance, and how often an own AS may come."""
    form = draw(st.sampled_from([None, LocalAs(asn=64512), LocalAs(asn=4200000001, prepend_in=True, replace=False)]))
    loops = draw(st.integers(0, 2))

    def change(instance: BgpInstance) -> BgpInstance:
        return replace(
            instance, neighbors=tuple(replace(item, local_as=form, loops=loops) for item in instance.neighbors)
        )

    return _with_instance(draw, device, change)


def redistribute_all(draw: st.DrawFn, device: Device) -> Device:
    def change(instance: BgpInstance) -> BgpInstance:
        return replace(instance, redistributions=tuple(replace(item, policy=None) for item in instance.redistributions))

    return _with_instance(draw, device, change)


def _with_instance(draw: st.DrawFn, device: Device, change: object) -> Device:
    assert callable(change)
    if not device.bgp:
        return device
    index = _other(draw, len(device.bgp))
    return replace(device, bgp=tuple(change(item) if place == index else item for place, item in enumerate(device.bgp)))


def accept_all(draw: st.DrawFn, device: Device) -> Device:
    """Let a route policy accept everything, or prefer what it accepts."""
    if not device.policies:
        return device
    index = _other(draw, len(device.policies))
    preference = draw(st.sampled_from([None, 50, 200]))

    def change(policy: RoutePolicy) -> RoutePolicy:
        clauses = tuple(
            replace(item, prefixes=item.prefixes if preference else None, local_preference=preference)
            for item in policy.clauses
        )
        return replace(policy, clauses=clauses)

    return replace(
        device,
        policies=tuple(change(item) if place == index else item for place, item in enumerate(device.policies)),
    )


def change_rule(draw: st.DrawFn, device: Device) -> Device:
    """Remove, turn round or widen one prefix of one clause of a route policy."""
    places = [
        (index, at)
        for index, policy in enumerate(device.policies)
        for at, clause in enumerate(policy.clauses)
        if clause.prefixes
    ]
    if not places:
        return device
    index, at = draw(st.sampled_from(places))
    policy = device.policies[index]
    rules = list(policy.clauses[at].prefixes or ())
    place = _other(draw, len(rules))
    rule, kind = rules[place], draw(st.integers(0, 2))
    wider = replace(rule, low=max(0, rule.low - 1), high=rule.prefix.family.bits)
    rules[place : place + 1] = [[], [replace(rule, permit=not rule.permit)], [wider]][kind]
    clause = replace(policy.clauses[at], prefixes=tuple(rules))
    changed = replace(policy, clauses=(*policy.clauses[:at], clause, *policy.clauses[at + 1 :]))
    return replace(device, policies=(*device.policies[:index], changed, *device.policies[index + 1 :]))


def swap_targets(draw: st.DrawFn, device: Device) -> Device:
    """Let a VRF import what another one exports, without a map."""
    exporting = sorted({target for vrf in device.vrfs for family in vrf.families for target in family.exports})
    if not exporting:
        return device
    target, index = draw(st.sampled_from(exporting)), _other(draw, len(device.vrfs))
    vrf = device.vrfs[index]
    families = tuple(
        replace(item, imports=tuple(sorted({*item.imports, target})), import_map=None) for item in vrf.families
    )
    changed = replace(vrf, families=families)
    return replace(device, vrfs=(*device.vrfs[:index], changed, *device.vrfs[index + 1 :]))


def add_static(draw: st.DrawFn, device: Device) -> Device:
    """Add a route to some interface's prefix, into nothing or over an address of another interface."""
    addressed = [(item, address) for item in device.interfaces for address in item.addresses]
    if not addressed:
        return device
    (item, address), (_, other) = draw(st.sampled_from(addressed)), draw(st.sampled_from(addressed))
    bits = address.family.bits
    length = draw(st.sampled_from([address.length, max(0, address.length - 4), bits]))
    network = address.value >> (bits - length) << (bits - length)
    discard = other.family is not address.family
    from_prefix = StaticRoute(
        vrf=draw(st.sampled_from([item.vrf, *(vrf.name for vrf in device.vrfs)])),
        prefix=Prefix(address.family, network, length),
        next_hop=None if discard else other.value ^ 1,
        discard=discard,
    )
    return replace(device, statics=(*device.statics, from_prefix))


def change_entry(draw: st.DrawFn, device: Device) -> Device:
    """Remove, turn round or widen one entry of one filter."""
    if not device.acls:
        return device
    index = _other(draw, len(device.acls))
    acl = device.acls[index]
    place, kind = _other(draw, len(acl.entries)), draw(st.integers(0, 3))
    entries = list(acl.entries)
    if entries:
        found = _entries(entries[place], kind)
        entries[place : place + 1] = found
    changed = replace(acl, entries=tuple(entries))
    return replace(device, acls=(*device.acls[:index], changed, *device.acls[index + 1 :]))


def _entries(entry: AclEntry, kind: int) -> list[AclEntry]:
    turned = Action.DENY if entry.action is Action.PERMIT else Action.PERMIT
    return [
        [],
        [replace(entry, action=turned)],
        [replace(entry, sources=None)],
        [replace(entry, destination_ports=None, source_ports=None, tcp_flags=None)],
    ][kind]


CHANGES = (
    move_interface,
    shut_interface,
    unbind_filters,
    retag_interface,
    drop_neighbor,
    open_neighbor,
    renumber_neighbor,
    redistribute_all,
    accept_all,
    change_rule,
    swap_targets,
    add_static,
    change_entry,
)
OF_POLICIES: tuple[Change, ...] = (accept_all, change_rule)
