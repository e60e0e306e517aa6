"""Are the two filters between a site and the backbone each right on its own?

Turns route policies into what they let through wrongly. The one idea: like the two fences of an attachment, what a site announces
and what the backbone takes from it are two questions, so that a fault in one is seen although the other still holds: whatever
its state, a site can announce nothing but what stands on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import Action, BgpNeighbor, PolicyClause, PolicyDefault, RoutePolicy
from routing.refs import neighbor_ref
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.questions.network import NetworkFault
from verification.routes.adjacency import Session
from verification.verdicts.route_entry import table_named

Policies = Mapping[str, RoutePolicy]


def check_route_filters(evidence: Evidence, plane: ManagementPlane) -> Iterator[NetworkFault]:
    """Yield sessions from a site whose filters, at either end, may pass another prefix than those planned for the sender."""
    policies = {
        device.name: {policy.name: policy for policy in device.policies}
        for device in evidence.given.network.devices.values()
    }
    own = _own_prefixes(evidence, plane)
    for session in evidence.topology.sessions:
        sender, sender_vrf = evidence.topology.nodes[session.sender]
        receiver, receiver_vrf = evidence.topology.nodes[session.receiver]
        if sender not in evidence.given.roles.sites:
            continue
        planned = own.get(session.sender, frozenset())
        export, accept, allowed = session.export, session.accept, _shown(planned)
        if not any(passes_only(policies[sender].get(name), planned) for name in export.exports):
            what = because("announces_more", device=sender, planned=allowed)
            yield _loose(sender, sender_vrf, export, session, what)
        if not any(passes_only(policies[receiver].get(name), planned) for name in accept.imports):
            what = because("takes_more", device=receiver, planned=allowed)
            yield _loose(receiver, receiver_vrf, accept, session, what)


def _loose(device: str, vrf: str | None, neighbor: BgpNeighbor, session: Session, what: Reason) -> NetworkFault:
    address = format_address(session.family, neighbor.address)
    return NetworkFault(
        reason=because("over_session", what=what, neighbor=address, vrf=table_named(vrf)),
        device=device,
        ref=neighbor_ref(vrf, session.family, address),
        family=session.family,
    )


def _shown(planned: frozenset[Prefix]) -> Reason | str:
    return ", ".join(str(prefix) for prefix in sorted(planned)) or because("nothing")


def _own_prefixes(evidence: Evidence, plane: ManagementPlane) -> dict[int, frozenset[Prefix]]:
    """Return what each VRF at a site may announce by any declared state: the LAN or what lies behind it, or the device's own
    address."""
    found: dict[int, set[Prefix]] = {}
    for node, ports in evidence.start_ports.items():
        name = AttachmentName(ports[-1].attachment)
        lans = (state.pairs[family].lans.get(name) for state in evidence.states for family in Family)
        found.setdefault(node, set()).update(lan for lan in lans if lan is not None)
    for device, loopbacks in plane.loopbacks.items():
        node_of = plane.nodes[device]
        if node_of is not None:
            found.setdefault(node_of, set()).update(loopbacks)
    return {node: frozenset(prefixes) for node, prefixes in found.items()}


def passes_only(policy: RoutePolicy | None, planned: frozenset[Prefix]) -> bool:
    """Return whether a policy, for certain, lets through none but these very prefixes (no policy lets all through)."""
    if policy is None:
        return False
    is_closed = policy.default is PolicyDefault.REJECT or _ends_in_rejection(policy.clauses)
    return is_closed and _all_narrow(policy.clauses, planned)


def _ends_in_rejection(clauses: tuple[PolicyClause, ...]) -> bool:
    return any(
        clause.action is Action.DENY and clause.prefixes is None and not clause.asks_beyond_prefix for clause in clauses
    )


def _all_narrow(clauses: tuple[PolicyClause, ...], planned: frozenset[Prefix]) -> bool:
    """Return whether every clause that accepts does so for planned prefixes only."""
    for clause in clauses:
        if clause.action is not Action.PERMIT:
            continue
        rules = [rule for rule in clause.prefixes or () if rule.permit]
        if clause.prefixes is None or any(
            rule.prefix not in planned or (rule.low, rule.high) != (rule.prefix.length,) * 2 for rule in rules
        ):
            return False
    return True
