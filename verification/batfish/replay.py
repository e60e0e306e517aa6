"""Counterexamples of the engine, put to Batfish packet by packet.

The one idea: a claim is about one packet, so one narrow question shows whether Batfish sees the same happen to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family
from intents.reason import because
from routing.model import Direction
from verification.batfish.fences import PERMIT
from verification.batfish.flow import PROTOCOLS, TCP_FLAGS, WHOLE, addresses
from verification.batfish.protocol import BatfishError, Trouble
from verification.batfish.reachability import ARRIVED, Asker, can_start
from verification.verdicts.flow import ICMP4, TCP, UDP, Flow
from verification.verdicts.verdict import Claim, ClaimKind, Verdict, Violated

MOST = 20
"""How many different counterexamples are put to Batfish."""


class Replays:
    """Puts counterexamples to Batfish, each different one once."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._known: dict[tuple[Flow, Claim], bool] = {}

    def shows(self, verdict: Verdict) -> bool | None:
        """Return whether Batfish sees what a violation says of its packet; None for one that it can't be asked about: IPv6, a
        fragment, port 0, a failure, a way past devices, no packet at all, a starting point that it does not have; or too many."""
        if not isinstance(verdict, Violated) or verdict.flow is None or verdict.claim is None:
            return None
        flow, claim = verdict.flow, verdict.claim
        if claim.kind is ClaimKind.PAST:
            return None  # its own question is just that
        if flow.family is not Family.V4 or flow.fragment or has_port_zero(flow) or verdict.failure:
            return None
        if (flow, claim) not in self._known:
            if len(self._known) == MOST or not self._stands(flow, claim):
                return None
            self._known[flow, claim] = self._ask(flow, claim)
        return self._known[flow, claim]

    def _stands(self, flow: Flow, claim: Claim) -> bool:
        facts = self._asker.facts
        if claim.kind in (ClaimKind.ADMITTED, ClaimKind.DROPPED):
            return all(place in facts.interfaces for place in claim.places)
        return can_start(facts, flow.start_device, flow.start_interface)

    def _ask(self, flow: Flow, claim: Claim) -> bool:
        headers = headers_of(flow)
        match claim.kind:
            case ClaimKind.ADMITTED | ClaimKind.DROPPED:
                return self._admits(claim, headers) is (claim.kind is ClaimKind.ADMITTED)
            case ClaimKind.ROUTED | ClaimKind.PAST | ClaimKind.DELIVERED:
                return bool(self._asker.follow(flow, headers, ARRIVED, bare=claim.kind is ClaimKind.ROUTED))
            case ClaimKind.UNDELIVERED:
                ends = self._asker.follow(flow, headers, f"{ARRIVED},failure")
                return any(end not in claim.places for end in ends)

    def _admits(self, claim: Claim, headers: Mapping[str, object]) -> bool:
        ((device, interface),) = claim.places
        facts = self._asker.facts
        name = facts.interfaces[(device, interface)].filters[Direction(claim.direction) is Direction.OUT]
        if not name:
            return True
        start = facts.location(device, interface)
        parameters = {"nodes": facts.nodes[device], "filters": name, "startLocation": start, "headers": headers}
        rows = self._asker.session.ask("testFilters", parameters, self._asker.snapshot)
        if not rows:
            raise BatfishError(Trouble.INCOMPLETE, because("nothing_said_at_list", acl=name, device=device))
        return all(str(row["Action"]) == PERMIT for row in rows)


def has_port_zero(flow: Flow) -> bool:
    """Return whether a packet comes from or goes to port 0: Batfish breaks off a question about one."""
    return flow.protocol in (TCP, UDP) and 0 in (flow.source_port, flow.destination_port)


def headers_of(flow: Flow) -> dict[str, object]:
    """Return the condition that this one IPv4 header meets."""
    found: dict[str, object] = {
        **WHOLE,
        "srcIps": addresses([(flow.source, flow.source)]),
        "dstIps": addresses([(flow.destination, flow.destination)]),
        "ipProtocols": [PROTOCOLS.get(flow.protocol, str(flow.protocol))],
    }
    if flow.protocol in (TCP, UDP):
        found |= {"srcPorts": str(flow.source_port), "dstPorts": str(flow.destination_port)}
    if flow.protocol == TCP:
        found["tcpFlags"] = [{name.lower(): bool(flow.tcp_flags >> bit & 1) for bit, name in enumerate(TCP_FLAGS)}]
    if flow.protocol == ICMP4:
        found |= {"icmpTypes": str(flow.icmp_type), "icmpCodes": str(flow.icmp_code)}
    return found
