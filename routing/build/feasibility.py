"""What is wanted but can't be built here, found before anything is built.

Turns `Plans` into findings. The one idea: a session between two purposes must be leaked somewhere, and only an edge device
leaks: so at least one of its two ends has to stand on one, whatever the routes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.finding import NOWHERE, Finding, Severity, Where, make_finding
from intents.model import Intent
from intents.policy import DevicesEndpoint, Effect, Endpoint, Rule
from intents.prefix import Address, Prefix
from intents.registry import PurposeName
from intents.service import ServiceSet
from ipam.inventory import Role, rendered_devices
from routing.build.context import Plans
from routing.build.placement import AttachmentCircuit, on_edge, purpose_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stuck:
    """A rule that can't be built, its two purposes, and two attachments that show why."""

    rule: Rule
    purposes: tuple[PurposeName, PurposeName]
    source: AttachmentCircuit
    destination: AttachmentCircuit


def check_feasible(plans: Plans, intents: Iterable[Intent]) -> tuple[Finding, ...]:
    """Return the errors of what no configuration can do: sessions that nothing can leak, edges that can't leak."""
    places = {item.head.identifier: item.head.where for item in intents}
    return (*_stuck_findings(plans, places), *_edge_findings(plans))


def check_servers(
    servers: Iterable[tuple[str, Address]], stations: tuple[Prefix, ...], places: Mapping[str, Where]
) -> tuple[Finding, ...]:
    """Return a warning for each server of the management plane (kind, address) that no device has a route to; `places` are
    where each kind is written.

    Devices learn the stations' prefixes and nothing else.
    """
    return tuple(
        make_finding("TR606", places.get(kind, NOWHERE), severity=Severity.WARNING, kind=kind, server=server)
        for kind, server in servers
        if not any(prefix.family is server.family and prefix.holds(server.value) for prefix in stations)
    )


def check_hosts(
    hosts: Iterable[tuple[str, Address]], stations: tuple[Prefix, ...], places: Mapping[str, Where]
) -> tuple[Finding, ...]:
    """Return an error for each host from which devices shall be changed (field, address) that no device would let in."""
    return tuple(
        make_finding("TR889", places.get(field, NOWHERE), field=field, host=host)
        for field, host in hosts
        if not any(prefix.family is host.family and prefix.holds(host.value) for prefix in stations)
    )


def _edge_findings(plans: Plans) -> Iterator[Finding]:
    for device in rendered_devices(plans.inventory):
        if device.role is Role.EDGE and not plans.platform(device.name).leaks:
            yield make_finding("TR605", device.where, device=device.name, platform=device.platform)


def _stuck_findings(plans: Plans, places: Mapping[str, Where]) -> Iterator[Finding]:
    """Yield one finding for each pair of purposes in what the same intents ask for; its first rule stands for the others."""
    groups: dict[tuple[tuple[str, ...], tuple[PurposeName, PurposeName]], list[_Stuck]] = {}
    for item in _stuck_rules(plans):
        groups.setdefault((plans.policy.sources.get(item.rule, ()), item.purposes), []).append(item)
    for (names, _), found in groups.items():
        yield _stuck_finding(names, found[0], len(found), places)


def _stuck_finding(names: tuple[str, ...], item: _Stuck, count: int, places: Mapping[str, Where]) -> Finding:
    known = [places[name] for name in names if name in places] or [Where()]
    return make_finding(
        "TR604",
        known[0],
        also=tuple(known[1:]),
        source=item.rule.source,
        destination=item.rule.destination,
        source_purpose=item.purposes[0],
        destination_purpose=item.purposes[1],
        source_attachment=item.source.attachment.name,
        destination_attachment=item.destination.attachment.name,
        source_device=item.source.place.device,
        destination_device=item.destination.place.device,
        statements=count,
    )


def _stuck_rules(plans: Plans) -> Iterator[_Stuck]:
    inland = _inland(plans)
    forbids = tuple(rule for rule in plans.policy.rules if rule.effect is Effect.FORBID)
    for rule in plans.policy.rules:
        ends = (rule.source, rule.destination)
        if rule.effect is Effect.FORBID or any(isinstance(end, DevicesEndpoint) for end in ends):
            continue
        purposes = (purpose_of(rule.source, plans.registry), purpose_of(rule.destination, plans.registry))
        if purposes[0] == purposes[1]:
            continue
        pair = _first_pair(rule, inland.get(rule.source, ()), inland.get(rule.destination, ()), forbids)
        if pair is not None:
            yield _Stuck(rule=rule, purposes=purposes, source=pair[0], destination=pair[1])


def _inland(plans: Plans) -> Mapping[Endpoint, list[AttachmentCircuit]]:
    """Return, by endpoint, the attachments in it that don't stand on an edge device."""
    found: dict[Endpoint, list[AttachmentCircuit]] = {}
    for circuit in plans.circuits:
        if not on_edge(circuit, plans.inventory):
            for endpoint in circuit.membership:
                found.setdefault(endpoint, []).append(circuit)
    return found


def _first_pair(
    rule: Rule,
    sources: Iterable[AttachmentCircuit],
    destinations: Iterable[AttachmentCircuit],
    forbids: tuple[Rule, ...],
) -> tuple[AttachmentCircuit, AttachmentCircuit] | None:
    """Return the first two attachments between which something of a permit is left beside the forbids, or None."""
    touching = tuple(item for item in forbids if rule.service & item.service)
    for source in sources:
        biting = tuple(item for item in touching if item.source in source.membership)
        for destination in destinations:
            if _left(rule.service, biting, destination):
                return source, destination
    return None


def _left(service: ServiceSet, biting: tuple[Rule, ...], destination: AttachmentCircuit) -> ServiceSet:
    for item in biting:
        if item.destination in destination.membership:
            service = service - item.service
    return service
