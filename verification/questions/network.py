"""Rules about the network as a whole, asked of what the texts really make: backbone, leaks, default routes, overlaps.

The one idea: each check is one function from evidence to the first thing wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from intents.prefix import Family, Prefix, any_prefix, format_address, prefix_of
from intents.reason import Reason, because
from intents.registry import AttachmentName, PurposeName
from ipam.keys import AttachmentOwner, LinkKey, PurposeOwner
from routing.model import AttachmentPort, Ref
from routing.refs import interface_ref, neighbor_ref
from verification.evidence.address_index import AddressIndex
from verification.evidence.declared_state import DeclaredState
from verification.evidence.evidence import Evidence, Given
from verification.packets.flow_sets import span_of
from verification.packets.permitted_pairs import Kind
from verification.routes.adjacency import parent_of
from verification.routes.forwarding import Forwarding
from verification.routes.surviving import Surviving
from verification.verdicts.failure import NOTHING_FAILED, Failure, FailureKind, FailureName
from verification.verdicts.flow import SUCCESS
from verification.verdicts.route_entry import table_named


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFault:
    """What is wrong, and the line of which device is to blame; `failure`: when what has failed, `family`: the only address
    family that it is about; `missing`: something is not there, which is all that is wrong."""

    reason: Reason
    device: str
    ref: Ref
    failure: FailureName = NOTHING_FAILED
    family: Family | None = None
    missing: bool = False


def only_family(families: Iterable[Family]) -> Family | None:
    """Return the address family if all these are one."""
    found = set(families)
    return found.pop() if len(found) == 1 else None


def failed(reason: Reason, failure: FailureName) -> Reason:
    """Return what is wrong with what has failed at the time."""
    return because("when_failed", reason=reason, failure=failure.in_words()) if failure else reason


def without_backbone(evidence: Evidence) -> Forwarding:
    """Return the state in which every backbone device is gone."""
    gone = evidence.given.roles.backbone & evidence.given.network.devices.keys()
    links = [item for item in evidence.given.network.links if item.a_device in gone or item.b_device in gone]
    failure = Failure(
        name=FailureName(FailureKind.BACKBONE),
        devices=frozenset(gone),
        links=frozenset(item.name for item in links),
        interfaces=frozenset(
            end
            for item in links
            for end in ((item.a_device, item.a_interface), (item.b_device, item.b_interface))
            if end[0] not in gone
        ),
    )
    surviving = Surviving(evidence.topology, failure)
    return Forwarding(evidence.control_plane, evidence.regions, surviving, evidence.control_plane.under(surviving))


def check_backbone(evidence: Evidence, address_index: AddressIndex) -> Iterator[NetworkFault]:
    """Yield pairs that reach each other without any backbone device (A05), and LANs that nobody declared.

    Whoever stands on such a LAN may send into its VRF without a fence.
    """
    for device, name in undeclared_lans(evidence):
        addresses = evidence.topology.interfaces[device, name].addresses
        yield NetworkFault(
            reason=because("undeclared_lan", interface=name, device=device),
            device=device,
            ref=interface_ref(name),
            family=only_family(item.family for item in addresses),
        )
    state = without_backbone(evidence)
    routes = _routes_of_starts(evidence, state.surviving)
    for node, ports in evidence.start_ports.items():
        for prefix in routes[node] if node not in state.surviving.lost_nodes else ():
            if state.chosen_hops(node, prefix):
                for port in ports:
                    yield from _reached(evidence, address_index, state, node, port, prefix)


def _reached(
    evidence: Evidence, address_index: AddressIndex, state: Forwarding, node: int, port: AttachmentPort, prefix: Prefix
) -> Iterator[NetworkFault]:
    """Yield whom an attachment reaches by one of its routes."""
    for region in evidence.regions.inside[prefix]:
        owner = address_index.owner.get(region)
        if owner is None or owner == port.attachment:
            continue
        for way in state.ways(node, region):
            if way.end in SUCCESS and (way.device, way.interface) != (port.device, port.interface):
                yield NetworkFault(
                    reason=because("reaches_without_backbone", source=port.attachment, destination=owner),
                    device=port.device,
                    ref=interface_ref(port.interface),
                    family=region.family,
                )


def _routes_of_starts(evidence: Evidence, surviving: Surviving) -> dict[int, set[Prefix]]:
    """Return every prefix that the node of an attachment's port has some route to; a stub that hears somebody, any prefix."""
    plane = evidence.control_plane
    found: dict[int, set[Prefix]] = {node: set(evidence.topology.local[node]) for node in evidence.start_ports}
    for prefix, state in plane.base.items():
        for node in state.selected:
            if node in found:
                found[node].add(prefix)
    for node, sessions in plane.stubs.receives.items():
        if any(item.number not in surviving.lost_sessions for item in sessions):
            found[node].update(plane.prefixes)
    return found


def undeclared_lans(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield device and name of addressed interfaces that are no attachment's, no end of a link and no loopback."""
    ends = {
        end
        for link in evidence.given.network.links
        for end in ((link.a_device, link.a_interface), (link.b_device, link.b_interface))
    }
    for (device, name), item in sorted(evidence.topology.interfaces.items()):
        own = all(address.length == address.family.bits for address in item.addresses)
        if own or (device, name) in evidence.topology.ports or (device, parent_of(name)) in ends:
            continue
        yield device, name


def check_default_routes(evidence: Evidence) -> Iterator[NetworkFault]:
    """Yield every VRF that holds 0.0.0.0/0 or ::/0 (A10)."""
    for family in Family:
        default = any_prefix(family)
        plane = evidence.control_plane
        state = plane.base.get(default)
        for number, (device, vrf) in enumerate(evidence.topology.nodes):
            chosen = None if state is None else plane.choice(state, default, number, evidence.whole.surviving)
            if chosen is None and default not in evidence.topology.local[number]:
                continue
            ref: Ref = ("static", vrf or "", str(default))
            if chosen is not None and chosen.used[0].neighbor:
                ref = neighbor_ref(vrf, family, format_address(family, chosen.used[0].neighbor))
            reason = because("has_default_route", vrf=table_named(vrf), device=device)
            yield NetworkFault(reason=reason, device=device, ref=ref, family=family)


def check_overlaps(evidence: Evidence) -> Iterator[NetworkFault]:
    """Yield LANs of two attachments that share an address, as configured."""
    found: list[tuple[Prefix, str, str, str]] = []
    for (device, name), attachment in evidence.topology.ports.items():
        item = evidence.topology.interfaces.get((device, name))
        found += [
            (prefix_of(address.family, address.value, address.length), attachment, device, name)
            for address in (item.addresses if item is not None else ())
        ]
    found.sort()
    for one, other in pairwise(found):
        if one[1] != other[1] and one[0].overlaps(other[0]):
            yield NetworkFault(
                reason=because(
                    "prefixes_overlap", prefix=one[0], owner=one[1], other_prefix=other[0], other_owner=other[1]
                ),
                device=other[2],
                ref=interface_ref(other[3]),
                family=one[0].family,
            )


def check_leaks(
    evidence: Evidence, address_index: AddressIndex, purposes: Mapping[int, PurposeName]
) -> Iterator[NetworkFault]:
    """Yield routes that stand in a VRF though nobody of that purpose talks to their owner."""
    attachments = evidence.given.bounds.attachments
    permitted_matrix = talking_purposes(evidence)
    for prefix, state in evidence.control_plane.base.items():
        owner = address_index.owner.get(prefix)
        if owner is None:
            continue
        welcome = {attachments[owner].purpose, *permitted_matrix.get((owner, prefix.family), ())}
        for node, chosen in state.selected.items():
            purpose = purposes.get(node)
            if chosen is None or purpose is None or purpose in welcome:
                continue
            device, vrf = evidence.topology.nodes[node]
            key = chosen.keys[0]
            neighbor = chosen.used[0].neighbor
            ref: Ref = ("vrf", vrf or "")
            if key[0] == "s":
                ref = neighbor_ref(vrf, prefix.family, format_address(prefix.family, neighbor))
            yield NetworkFault(
                reason=because(
                    "leaked_to_strangers",
                    prefix=prefix,
                    owner=owner,
                    vrf=table_named(vrf),
                    device=device,
                    purpose=purpose,
                ),
                device=device,
                ref=ref,
                family=prefix.family,
            )


def talking_purposes(evidence: Evidence) -> dict[tuple[AttachmentName, Family], frozenset[PurposeName]]:
    """Return the purposes of those whom an attachment talks to by any declared state; a class also while nobody is in it."""
    found: dict[tuple[AttachmentName, Family], set[PurposeName]] = {}
    for state in evidence.states:
        for key, purposes in _talking_in(state).items():
            found.setdefault(key, set()).update(purposes)
    return {key: frozenset(value) for key, value in found.items()}


@lru_cache(maxsize=16)
def _talking_in(state: DeclaredState) -> Mapping[tuple[AttachmentName, Family], set[PurposeName]]:
    attachments = state.declared.registry.attachments
    found: dict[tuple[AttachmentName, Family], set[PurposeName]] = {}
    by_kind: dict[tuple[Kind, Family], set[PurposeName]] = {}
    for (name, family), kind in state.kinds.items():
        by_kind.setdefault((kind, family), set()).add(attachments[name].purpose)
    for pool in state.declared.address_plan.pools:  # a class talks also while nobody of it is there
        if pool.dedicated is not None:
            family = pool.prefix.family
            for _, _, kind in state.pairs[family].kinds_in((span_of(pool.prefix),)):
                by_kind.setdefault((kind, family), set()).add(PurposeName(pool.purpose))
    for (name, family), kind in state.kinds.items():
        pairs = state.pairs[family]
        for (other, other_family), purposes in by_kind.items():
            if other_family is not family:
                continue
            forward = pairs.touching(kind, other, company=True)
            backward = pairs.touching(other, kind, company=True)
            if (forward and pairs.services(forward)) or (backward and pairs.services(backward)):
                found.setdefault((name, family), set()).update(purposes)
    return found


def planned_links(given: Given) -> dict[Prefix, PurposeName]:
    """Return the purpose of every link prefix that any declared state plans: its own, or that of the attachment it is for."""
    planned: dict[Prefix, PurposeName] = {}
    attachments = given.bounds.attachments
    for entry in (entry for declared in given.bounds.declared for entry in declared.active()):
        match entry.key:
            case LinkKey(_, PurposeOwner(purpose)):
                planned[entry.prefix] = purpose
            case LinkKey(_, AttachmentOwner(name)) if name in attachments:
                planned[entry.prefix] = attachments[name].purpose
            case _:
                pass
    return planned


def node_purposes(evidence: Evidence) -> dict[int, PurposeName]:
    """Return the purpose of each backbone VRF: that of the planned link prefix which its interfaces stand on."""
    planned = planned_links(evidence.given)
    backbone = evidence.given.roles.backbone
    starts = {evidence.start_node(port) for ports in evidence.ports.values() for port in ports}
    found: dict[int, PurposeName] = {}
    for (device, _), item in evidence.topology.interfaces.items():
        node = evidence.topology.number[(device, item.vrf)]
        if device not in backbone or node in starts:
            continue
        for address in item.addresses:
            purpose = planned.get(prefix_of(address.family, address.value, address.length))
            if purpose is not None:
                found[node] = purpose
    return found
