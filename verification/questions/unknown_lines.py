"""Which questions an unknown line touches: from the lines that no reader understood to what may not be claimed.

The one idea: a line that nobody understands may do anything its device could do. It touches every question of its device;
and, unless every neighbour takes only that device's own prefixes from it, routing everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Prefix, prefix_of
from intents.reason import Reason, because
from intents.registry import AttachmentName
from ipam.keys import LanKey, LoopbackKey, PrefixKey
from routing.model import AclBinding, Action, BgpNeighbor, Device, PolicyDefault
from routing.vendors import VENDORS
from verification.evidence.evidence import Evidence
from verification.evidence.not_computed import not_computed
from verification.packets.flow_sets import NotExpressibleError
from verification.questions.filters_on_paths import passes
from verification.questions.session_filters import stopped_sessions
from verification.routes.adjacency import parent_of
from verification.verdicts.verdict import Culprit, NotModelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """Devices with unknown lines, whether they touch routing everywhere, and the verdict that follows. `unusual`: of each device,
    what is read and not computed."""

    unusual: Mapping[str, tuple[Reason, ...]]
    devices: frozenset[str]
    anywhere: bool
    attachments: frozenset[AttachmentName]
    verdict: NotModelled

    def of_fence(self, attachment: AttachmentName) -> bool:
        """Return whether a fence of an attachment is in doubt."""
        return attachment in self.attachments

    def of_routes(self, attachments: frozenset[AttachmentName]) -> bool:
        """Return whether anything about the routes of these attachments is in doubt."""
        return self.anywhere or bool(self.attachments & attachments)


def unknowns_of(evidence: Evidence, known: Mapping[str, tuple[Reason, ...]] | None = None) -> Unknowns:
    """Return what the unknown lines of a network put in doubt; `known`: `unusual` of devices of which it is known already."""
    network = evidence.given.network
    kept = known or {}
    unusual = {
        name: kept[name] if name in kept else tuple(_unusual(evidence, device))
        for name, device in network.devices.items()
    }
    devices = frozenset(name for name, device in network.devices.items() if device.unknown or unusual[name])
    attachments = frozenset(
        name for name, ports in evidence.ports.items() if any(port.device in devices for port in ports)
    )
    anywhere = any(not _contained(evidence, device) for device in devices)
    return Unknowns(
        unusual=unusual,
        devices=devices,
        anywhere=anywhere,
        attachments=attachments,
        verdict=_verdict(evidence, devices, unusual),
    )


def _unusual(evidence: Evidence, device: Device) -> Iterator[Reason]:
    """Yield the features of a device that are read but not computed, and filters that are no fence."""
    yield from not_computed(device, evidence.topology, evidence.control_plane)
    yield from stopped_sessions(evidence, device)
    yield from VENDORS[device.platform].lacking(device)
    if device.ospf:
        yield because("ospf_beside_intents")
    if any(instance.is_internal(item) and item.enabled for instance in device.bgp for item in instance.neighbors):
        yield because("inside_beside_intents")
    for item in device.interfaces:
        if (device.name, item.name) in evidence.topology.ports:
            continue
        for binding in item.bindings:
            if not _passes_all(evidence, device.name, item.name, binding):
                yield because("filter_not_followed", acl=binding.acl, interface=item.name)


def _passes_all(evidence: Evidence, device: str, interface: str, binding: AclBinding) -> bool:
    """Return whether a filter lets through all that must get from anybody."""
    side = evidence.sides[binding.family]
    try:
        return all(
            (needed - passes(evidence, device, interface, binding.direction, needed)).is_empty
            for needed in (side.sent_from(name).must for name in side.own)
        )
    except NotExpressibleError:
        return False


def _contained(evidence: Evidence, device: str) -> bool:
    """Return whether everybody takes nothing but a site device's own prefixes from it."""
    if device not in evidence.given.roles.sites:
        return False
    own = _own_prefixes(evidence, device)
    return all(_takes_only(evidence, *heard, own) for heard in _hearers(evidence, device))


def _hearers(evidence: Evidence, device: str) -> Iterator[tuple[str, BgpNeighbor]]:
    """Yield who would take routes from a device, with the statement: over sessions that come up, and towards any address on a
    cable to it, for a line that nobody understands may be what opens the session."""
    topology = evidence.topology
    for session in topology.sessions:
        if topology.nodes[session.sender][0] == device:
            yield topology.nodes[session.receiver][0], session.accept
    for link in evidence.given.network.links:
        ends = ((link.a_device, link.a_interface), (link.b_device, link.b_interface))
        for (near, _), (far, port) in (ends, ends[::-1]):
            if near == device and far in evidence.given.network.devices:
                yield from ((far, item) for item in _listening(evidence.given.network.devices[far], port))


def _listening(device: Device, port: str) -> Iterator[BgpNeighbor]:
    """Yield a device's neighbour statements towards addresses on one of its ports."""
    subnets = [
        (item.vrf, prefix_of(address.family, address.value, address.length))
        for item in device.interfaces
        if port in (item.name, parent_of(item.name))
        for address in item.addresses
    ]
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            for vrf, subnet in subnets:
                if vrf == instance.vrf and subnet.family is neighbor.family and subnet.holds(neighbor.address):
                    yield neighbor


def _own_prefixes(evidence: Evidence, device: str) -> frozenset[Prefix]:
    """Return the planned prefixes of what stands on a device, and of itself."""
    wanted: set[PrefixKey | None] = {LoopbackKey(device)}
    for port in evidence.given.network.ports:
        if port.device == device:
            wanted |= {port.subnet, LanKey(AttachmentName(port.attachment))}
    plans = (state.declared.address_plan for state in evidence.states)
    return frozenset(item.prefix for plan in plans for item in plan.prefixes if item.key in wanted)


def _takes_only(evidence: Evidence, receiver: str, accept: BgpNeighbor, own: frozenset[Prefix]) -> bool:
    policies = {policy.name: policy for policy in evidence.given.network.devices[receiver].policies}
    for name in accept.imports:
        policy = policies.get(name)
        if policy is None:
            continue
        if policy.default is PolicyDefault.REJECT and all(
            clause.action is Action.DENY
            or (
                clause.prefixes is not None
                and all(
                    not rule.permit or (rule.prefix in own and rule.high == rule.prefix.length)
                    for rule in clause.prefixes
                )
            )
            for clause in policy.clauses
        ):
            return True
    return False


def _verdict(evidence: Evidence, devices: frozenset[str], unusual: Mapping[str, tuple[Reason, ...]]) -> NotModelled:
    culprits: list[Culprit] = []
    reasons: list[Reason] = []
    for name in sorted(devices):
        device = evidence.given.network.devices[name]
        numbers = evidence.given.unknown_lines.get(name, ())
        for index, item in enumerate(device.unknown[:5]):
            number = numbers[index] if index < len(numbers) else 0
            culprits.append(Culprit(device=name, ref=("unknown", *item.path), line=number, text=item.path[-1]))
            place = {"device": name, "line": number, "text": item.path[-1]}
            reasons.append(because("unknown_line", **place, reason=item.reason))
        reasons += [because("unusual_device", device=name, reason=reason) for reason in unusual[name][:5]]
    more = sum(len(evidence.given.network.devices[name].unknown) for name in devices) - len(culprits)
    shown = tuple(reasons[:5])
    reason = (
        because("unknown_lines_and_more", lines=shown, more=more) if more > 0 else because("unknown_lines", lines=shown)
    )
    return NotModelled(reason=reason, culprits=tuple(culprits))
