"""Probe hosts and what is declared before and after a plan -> the few packets that are worth sending.

The one idea: what shall become of a packet is what both judges proved the texts against, asked anew for that one packet by the
reference's meaning; beside every packet that shall stay out goes one of the same host that shall arrive, for silence alone says
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from controller.jobs.pipeline import Addressed
from controller.journal.probe_results import ProbeWish
from controller.probes.hosts import ProbeHost
from intents.finding import Finding, Severity, Where, make_finding
from intents.prefix import Address, Prefix
from intents.registry import AttachmentName
from ipam.endpoints import Resolver
from verification.reference.allowed import Saying, attachment_lans
from verification.verdicts.flow import SYN, TCP, Flow

MOST = 200
"""Packets that are sent in one look; those that the plan changes come first."""
_EPHEMERAL = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProbe:
    """A connection that a host asks for, and what shall become of it before the plan and after it."""

    host: ProbeHost
    target: Address
    port: int
    before: ProbeWish
    after: ProbeWish

    @property
    def changes(self) -> bool:
        """Return whether the plan is to change what becomes of it."""
        return self.before is not self.after


def saying_of(addressed: Addressed) -> Saying:
    """Return what a workspace declares of packets."""
    addresses = Resolver(addressed.address_plan)
    registry = addressed.wanted.registry
    return Saying(policy=addressed.wanted.policy, addresses=addresses, lans=attachment_lans(registry, addresses))


def lans_of(sayings: Iterable[Saying]) -> dict[AttachmentName, tuple[Prefix, ...]]:
    """Return where packets of each attachment come from by any of several declared states."""
    found: dict[AttachmentName, tuple[Prefix, ...]] = {}
    for saying in sayings:
        for name, item in saying.lans.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *item.own)))
    return found


def plan_probes(
    hosts: Iterable[ProbeHost], before: Saying, after: Saying
) -> tuple[tuple[PlannedProbe, ...], tuple[Finding, ...]]:
    """Return the probes between hosts: all that the plan changes, and of every host that sends two that it leaves alone: one that
    shall arrive, as a control, and one that shall stay out; and a warning if there are more than are sent."""
    known = tuple(hosts)
    found = [probe for host in known if host.reach is not None for probe in _probes_of(host, known, before, after)]
    found.sort(key=lambda probe: not probe.changes)
    left = len(found) - MOST
    told = (make_finding("TR909", Where(), severity=Severity.WARNING, most=MOST, left=left),) if left > 0 else ()
    return tuple(found[:MOST]), told


def _probes_of(host: ProbeHost, targets: Iterable[ProbeHost], before: Saying, after: Saying) -> Iterator[PlannedProbe]:
    unchanged: dict[ProbeWish, PlannedProbe] = {}
    for target in targets:
        if target.attachment == host.attachment or target.address.family is not host.address.family:
            continue
        for port in target.answers:
            probe = PlannedProbe(
                host=host,
                target=target.address,
                port=port,
                before=_wish(before, host, target, port),
                after=_wish(after, host, target, port),
            )
            if probe.changes:
                yield probe
            else:
                unchanged.setdefault(probe.after, probe)
    yield from unchanged.values()


def _wish(saying: Saying, host: ProbeHost, target: ProbeHost, port: int) -> ProbeWish:
    """Return what shall become of the first packet of a connection."""
    flow = Flow(
        family=host.address.family,
        source=host.address.value,
        destination=target.address.value,
        protocol=TCP,
        source_port=_EPHEMERAL,
        destination_port=port,
        tcp_flags=SYN,
        start_device="",
        start_interface="",
    )
    return ProbeWish.ARRIVE if saying.allows(flow, host.attachment) else ProbeWish.STAY_OUT
