"""Does the backbone of every purpose know every prefix of its purpose, whatever single element has failed?

Turns the routes of backbone VRFs into what they lack. The one idea: this is asked of routes, not of sessions that somebody may
start today, so that a spare way or an announcement that is gone is seen before a permit, or a second failure, needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from intents.registry import AttachmentName, PurposeName
from routing.refs import vrf_ref
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.questions.network import NetworkFault, failed
from verification.questions.reachability import Components
from verification.routes.forwarding import Forwarding
from verification.verdicts.route_entry import table_named

MANAGEMENT = PurposeName("management")
Homes = Mapping[Prefix, tuple[PurposeName, frozenset[str]]]
"""For every region that somebody owns: its purpose, and the devices it stands on."""


def homes_of(evidence: Evidence, address_index: AddressIndex, plane: ManagementPlane) -> Homes:
    """Return where every region belongs that keeps its owner: attachments' prefixes, and the devices' own addresses."""
    found: dict[Prefix, tuple[PurposeName, frozenset[str]]] = {}
    for region, owner in address_index.owner.items():
        if not address_index.keeps(region):
            continue
        devices = frozenset(port.device for port in evidence.ports.get(owner, ()))
        if devices <= evidence.given.roles.backbone and not talks_to_others(evidence, owner, region.family):
            continue  # what stands at an edge is leaked into its purpose, and only for somebody
        found[region] = (evidence.given.bounds.attachments[owner].purpose, devices)
    for device, loopbacks in plane.kept.items():
        found.update(dict.fromkeys(loopbacks, (MANAGEMENT, frozenset({device}))))
    return found


def talks_to_others(evidence: Evidence, name: AttachmentName, family: Family) -> bool:
    """Return whether an attachment may start something to another one, or the other way round, by every declared state."""
    others = [other for other, of_family in evidence.own if of_family is family and other != name]
    return all(any(state.talks(name, other, family) for other in others) for state in evidence.states)


def check_purposes(
    evidence: Evidence,
    homes: Homes,
    purposes: Mapping[int, PurposeName],
    state: Forwarding,
    joined: Components | None,
) -> Iterator[NetworkFault]:
    """Yield backbone VRFs that lack a route to a region of their purpose in this state; under a failure only where it changed
    something.

    `purposes`: of each backbone VRF. `joined`: component number by device (None: all is up); ends in different ones are excused.
    """
    for region, node in _asked(evidence, homes, purposes, state):
        device, vrf = evidence.topology.nodes[node]
        purpose, stands_on = homes[region]
        if purposes.get(node) != purpose or node in state.surviving.lost_nodes or region not in evidence.regions.chains:
            continue
        if not evidence.given.roles.forwards(device, region.family):
            continue
        if joined is not None and all(_apart(joined, other, device) for other in stands_on):
            continue
        if state.matched(node, region) is None:
            reason = no_route(device, vrf, purpose, region)
            failure, ref = state.surviving.failure.name, vrf_ref(vrf or "")
            said = failed(reason, failure)
            yield NetworkFault(reason=said, device=device, ref=ref, failure=failure, family=region.family)


def no_route(device: str, vrf: str | None, purpose: PurposeName, region: Prefix) -> Reason:
    """Return that a backbone VRF lacks a route to a prefix of its own purpose."""
    return because("no_route_of_purpose", vrf=table_named(vrf), device=device, purpose=purpose, prefix=region)


def _asked(
    evidence: Evidence, homes: Homes, purposes: Mapping[int, PurposeName], state: Forwarding
) -> Iterable[tuple[Prefix, int]]:
    """Yield the regions and nodes to look at: all in the whole network, else those whose choice a failure changes."""
    if not state.surviving.failure.devices and not state.surviving.failure.links:
        by_purpose: dict[PurposeName, list[int]] = {}
        for node, purpose in purposes.items():
            by_purpose.setdefault(purpose, []).append(node)
        yield from ((region, node) for region, (purpose, _) in homes.items() for node in by_purpose.get(purpose, ()))
        return
    for prefix, view in state.views.items():
        regions = [region for region in evidence.regions.inside.get(prefix, ()) if region in homes]
        if regions:
            changed = [node for node in sorted(view.changed) if node in purposes]
            yield from ((region, node) for region in regions for node in changed)


def _apart(joined: Components, one: str, other: str) -> bool:
    """Return whether two devices hang on no common component."""
    return joined.get(one, frozenset()).isdisjoint(joined.get(other, frozenset()))
