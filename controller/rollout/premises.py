"""What lets a few judged states stand for all: premises about each device's positions, each checked, none assumed (ADR 41).

P0: what nothing names changes nothing. P1: every fence is the old or the new one at every position. P2: a stub chooses for
itself alone, by policies that are old or new, and the backbone hears the same of it before and after, so that any mix of stubs
is known from two states. A premise that does not hold is a fault with the device, the edit and the reason: the plan is not
made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from controller.rollout.steps import DeviceChange, EditOutcome, without_secrets
from intents.prefix import Family, prefix_of
from intents.reason import Reason, because
from routing.model import AttachmentPort, BgpInstance, Device, Direction, Interface, RoutePolicy
from verification.evidence.evidence import Evidence
from verification.evidence.routing_part import named_policies, routing_device


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A device at one position: after how many of its edits, and what its text and the text in force say. Both are read."""

    edits: int
    device: Device
    in_force: Device


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiseFault:
    """A premise that does not hold: on which device, after which edit (0: before any), and why."""

    device: str
    edits: int
    reason: Reason


def check_arrival(change: DeviceChange, outcome: EditOutcome) -> Iterator[PremiseFault]:
    """Yield a fault for the first line that is not taken, for an end that is not the text that shall stand, and for policies
    that do not act as it says."""
    name, end = change.device, outcome.end

    def fault(edits: int, reason: Reason) -> PremiseFault:
        return PremiseFault(device=name, edits=edits, reason=without_secrets(change.platform, reason))

    for item in outcome.refused[:1]:
        yield fault(item.edits, because("premise_refused", line=item.line.strip()))
    if end.text != change.standing:
        line = min(set(end.text.splitlines()) ^ set(change.standing.splitlines()), default="")
        yield fault(end.edits, because("steps_end_elsewhere", line=line.strip()))
    elif end.in_force != end.text or end.unsure:
        line = min(set(end.in_force.splitlines()) - set(end.text.splitlines()), default="")
        yield fault(end.edits, because("premise_in_force", line=line.strip()))


# P0


def referenced(device: Device) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of lists and of policies that something on a device names, defined or not."""
    lists = {binding.acl for item in device.interfaces for binding in item.bindings}
    lists |= {name for login in device.logins for _, name in login.acls}
    lists |= {item.acl for item in device.control_filters}
    return frozenset(lists), named_policies(device)


def acting(device: Device) -> Device:
    """Return a device without what acts on nothing: lists and policies that nothing names, sub-interfaces without an address,
    VRFs in which no interface works, neighbours of another AS that no working interface shares a subnet with (IOS-SESS-04,
    JUN-SESS-04). What is left decides about packets and routes."""
    lists, policies = referenced(device)
    alive = {item.vrf for item in device.interfaces if item.enabled and item.addresses} | {None}
    return replace(
        device,
        interfaces=tuple(item for item in device.interfaces if item.addresses or "." not in item.name),
        vrfs=tuple(item for item in device.vrfs if item.name in alive),
        statics=tuple(item for item in device.statics if item.vrf in alive),
        bgp=tuple(_with_sessions(item, device) for item in device.bgp if item.vrf in alive),
        ospf=tuple(item for item in device.ospf if item.vrf in alive),
        unknown=(),
        acls=tuple(item for item in device.acls if item.name in lists),
        policies=tuple(item for item in device.policies if item.name in policies),
    )


def _with_sessions(instance: BgpInstance, device: Device) -> BgpInstance:
    """Return an instance without neighbours that it can have no session with."""
    near = [
        prefix_of(address.family, address.value, address.length)
        for item in device.interfaces
        if item.vrf == instance.vrf and item.enabled
        for address in item.addresses
    ]
    kept = (
        item
        for item in instance.neighbors
        if item.remote_as == instance.asn
        or item.local_as is not None
        or (item.enabled and any(prefix.family is item.family and prefix.holds(item.address) for prefix in near))
    )
    return replace(instance, neighbors=tuple(kept))


def check_unnamed(name: str, before: Device, after: Device, edits: int) -> Iterator[PremiseFault]:
    """Yield a fault if making or deleting what nothing should name changes what acts on a device."""
    if acting(before) != acting(after):
        yield PremiseFault(device=name, edits=edits, reason=because("premise_named"))
        return
    for one, other in ((before, after), (after, before)):
        new = {item.name for item in other.acls} - {item.name for item in one.acls}
        made = {item.name for item in other.policies} - {item.name for item in one.policies}
        lists, policies = referenced(one)
        for found in sorted((new & lists) | (made & policies)):
            yield PremiseFault(device=name, edits=edits, reason=because("premise_named_object", name=found))


def check_understood(platform: str, name: str, stands: Sequence[Stand]) -> Iterator[PremiseFault]:
    """Yield every position with a line that nobody understands there, though both ends have none such."""
    known = {item for stand in (stands[0], stands[-1]) for item in stand.device.unknown}
    for stand in stands:
        lost = [item for device in (stand.device, stand.in_force) for item in device.unknown if item not in known]
        if lost:
            told = because("premise_unknown", line=lost[0].path[-1], why=lost[0].reason)
            yield PremiseFault(device=name, edits=stand.edits, reason=without_secrets(platform, told))


# P1


def check_fences(name: str, stands: Sequence[Stand], ports: Sequence[AttachmentPort]) -> Iterator[PremiseFault]:
    """Yield every position at which a fence of an attachment here is neither the first nor the last one."""
    first, last = stands[0].device, stands[-1].device
    for port in ports:
        for family in Family:
            for direction in Direction:
                ends = [_fence(device, port.interface, direction, family) for device in (first, last)]
                allowed = {fence for fence in ends if fence is not None}
                for stand in stands:
                    found = _fence(stand.device, port.interface, direction, family)
                    if found is not None and found not in allowed:
                        reason = because("premise_fence", interface=port.interface, direction=str(direction))
                        yield PremiseFault(device=name, edits=stand.edits, reason=reason)


def _fence(device: Device, interface: str, direction: Direction, family: Family) -> tuple[object, ...] | None:
    """Return what filters on an interface, () for nothing; None if no packet of the family comes there (IOS-EXEC-13)."""
    item = _interface(device, interface)
    if item is None or all(address.family is not family for address in item.addresses):
        return None
    for binding in item.bindings:
        if binding.direction is direction and binding.family is family:
            acl = next((one for one in device.acls if (one.name, one.family) == (binding.acl, family)), None)
            return () if acl is None else acl.entries
    return ()


def _interface(device: Device, name: str) -> Interface | None:
    return next((item for item in device.interfaces if item.name == name and item.enabled), None)


def check_logins(name: str, stands: Sequence[Stand]) -> Iterator[PremiseFault]:
    """Yield every position at which some way into the device is open otherwise than at first and at last."""
    ways = [_ways_in(stand.device) for stand in stands]
    keys = sorted({key for found in ways for key in found}, key=repr)
    for stand, found in zip(stands, ways, strict=True):
        if any(found.get(key) not in (ways[0].get(key), ways[-1].get(key)) for key in keys):
            yield PremiseFault(device=name, edits=stand.edits, reason=because("premise_login"))


def _ways_in(device: Device) -> Mapping[tuple[object, ...], object]:
    """Return what filters each way into a device, by family: lists by their content, None for none. A way that is not there has
    no entry: a service that is off, or packets to the device that nothing filters."""
    contents = {(item.family, item.name): item.entries for item in device.acls}
    ways: dict[tuple[object, ...], object] = {}
    for number, login in enumerate(device.logins):
        bound = dict(login.acls)
        for family in Family:
            acl = bound.get(family)
            key = (login.service, sum(item.service == login.service for item in device.logins[:number]), family)
            ways[key] = (login.vrfs, family in login.families, acl is not None, contents.get((family, acl or "")))
    for item in device.control_filters:
        ways["control", item.vrf, item.family] = (contents.get((item.family, item.acl)),)
    return ways


# P2


def check_choices(name: str, stands: Sequence[Stand]) -> Iterator[PremiseFault]:
    """Yield every position at which a stub treats some neighbour's routes otherwise than at first or at last."""
    ends = [_sessions(routing_device(stand.in_force)) for stand in (stands[0], stands[-1])]
    for stand in stands:
        for device in (stand.device, stand.in_force):
            for key, said in _sessions(routing_device(device)).items():
                if said not in [held.get(key) for held in ends]:
                    reason = because("premise_choice", vrf=key[0] or "-", neighbor=str(key[2]))
                    yield PremiseFault(device=name, edits=stand.edits, reason=reason)


def _sessions(device: Device) -> Mapping[tuple[str | None, Family, int], object]:
    """Return what each session of a device does with routes, policies by their content."""
    policies = {item.name: item for item in device.policies}
    return {
        (instance.vrf, item.family, item.address): (
            replace(item, imports=(), exports=(), description=None),
            tuple(_content(policies.get(one)) for one in item.imports),
            tuple(_content(policies.get(one)) for one in item.exports),
        )
        for instance in device.bgp
        for item in instance.neighbors
    }


def _content(policy: RoutePolicy | None) -> object:
    return None if policy is None else (policy.clauses, policy.default)


def check_told_alike(before: Evidence, after: Evidence, stubs: frozenset[str]) -> Iterator[PremiseFault]:
    """Yield every node beside the stubs that knows another route to a prefix of both states with all stubs changed than with
    none."""
    nodes = {key: number for key, number in before.topology.number.items() if key[0] not in stubs}
    for prefix in sorted(set(before.control_plane.prefixes) & set(after.control_plane.prefixes)):
        one, other = before.control_plane.base[prefix], after.control_plane.base[prefix]
        for key, number in sorted(nodes.items(), key=lambda item: (item[0][0], item[0][1] or "")):
            also = after.topology.number.get(key)
            mine = one.selected.get(number)
            theirs = None if also is None else other.selected.get(also)
            told = [
                None if found is None else tuple(item.attributes for item in found.used) for found in (mine, theirs)
            ]
            if told[0] != told[1]:
                reason = because("premise_told", prefix=str(prefix), vrf=key[1] or "-")
                yield PremiseFault(device=key[0], edits=0, reason=reason)
                return


def is_stub(evidence: Evidence, device: str, stands: Sequence[Stand]) -> bool:
    """Return whether every VRF of a device in which routes are treated otherwise at any position chooses for itself alone."""
    stubs, number = evidence.control_plane.stubs.receives, evidence.topology.number
    changed = changed_vrfs(stands)
    return all((node := number.get((device, vrf))) is not None and node in stubs for vrf in changed)


def changed_vrfs(stands: Sequence[Stand]) -> frozenset[str | None]:
    """Return the VRFs of a device whose routes are not made in one way at all positions."""
    parts = [_by_vrf(device) for stand in stands for device in (stand.device, stand.in_force)]
    names = {name for part in parts for name in part}
    return frozenset(name for name in names if any(part.get(name) != parts[0].get(name) for part in parts))


def _by_vrf(device: Device) -> Mapping[str | None, object]:
    """Return all that routes of each VRF hang on, policies by their content."""
    part = routing_device(device)
    contents = {item.name: _content(item) for item in part.policies}
    sessions = _sessions(part)
    names = {None, *(item.name for item in part.vrfs), *(item.vrf for item in part.interfaces)}
    return {
        name: (
            tuple(replace(item, description=None) for item in part.vrfs if item.name == name),
            tuple(
                contents.get(one or "")
                for item in part.vrfs
                if item.name == name
                for family in item.families
                for one in (family.import_map, family.export_map)
            ),
            tuple(item for item in part.interfaces if item.vrf == name),
            tuple(item for item in part.statics if item.vrf == name),
            tuple(replace(item, neighbors=()) for item in part.bgp if item.vrf == name),
            tuple(
                contents.get(one.policy or "") for item in part.bgp if item.vrf == name for one in item.redistributions
            ),
            tuple(sorted(((key, repr(said)) for key, said in sessions.items() if key[0] == name), key=repr)),
            tuple(item for item in part.ospf if item.vrf == name),
        )
        for name in names
    }
