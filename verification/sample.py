"""Packets for the dull meaning when all holds: drawn from the policy, walked through the texts, held against the bounds.

The one idea: a counterexample is replayed, but a wrong `Holds` has none; so `walk` is asked about packets of its own, and where
it differs from a question that holds, that question is disputed. Packets come in bundles to one destination, since routes to
a destination cost far more than a packet does; which they are follows from the texts alone, so that a run can be repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from intents.policy import DevicesEndpoint, Effect, Endpoint, Rule
from intents.prefix import Family, Prefix
from intents.reason import because
from intents.registry import AttachmentName
from intents.service import Transport
from ipam.endpoints import Resolver
from routing.model import AttachmentPort
from verification.evidence.evidence import Given
from verification.questions.judgement import Judgement
from verification.reference.allowed import AttachmentLans, Saying, attachment_lans, may_arrive, must_arrive
from verification.reference.routes import peerings_of, routes_to
from verification.reference.walk import walk
from verification.verdicts.bounds import Declared
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.flow import ACK, ICMP4, ICMP6, RST, SYN, TCP, UDP, Flow
from verification.verdicts.opinions import ENGINE, WALK
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import Disputed, Holds, Statement

BUNDLES = 8
"""Destinations that packets are drawn for."""
BUNDLE = 40
"""Packets to each of them."""
_ICMP = {Family.V4: ICMP4, Family.V6: ICMP6}
_ECHO = {Family.V4: (8, 0), Family.V6: (128, 129)}
_OTHER_ICMP = {Family.V4: (3, 5, 11, 13), Family.V6: (1, 2, 133, 135)}
_GRE = 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A packet that starts at a port; `rules`: the permits between its ends, in either direction."""

    port: AttachmentPort
    flow: Flow
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A packet that `walk` sends otherwise than is right."""

    packet: Probe
    delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """How many packets were walked, and those that went otherwise."""

    packets: int
    surprises: tuple[Surprise, ...]


def sample(given: Given, bundles: int = BUNDLES, bundle: int = BUNDLE) -> Sampled:
    """Walk `bundles` times `bundle` packets through a network's texts, and return what went otherwise than is right."""
    peerings = peerings_of(given.network, NO_FAILURE)
    count, surprises = 0, []
    for packets in draw(given, bundles, bundle):
        first = packets[0][0].flow
        routes = routes_to(given.network, NO_FAILURE, first.family, first.destination, peerings)
        for packet, right in packets:
            arrives = {trace.delivered for trace in walk(given.network, packet.flow, routes=routes)}
            count += 1
            if not arrives <= right:
                surprises.append(Surprise(packet=packet, delivered=True not in right))
    return Sampled(packets=count, surprises=tuple(surprises))


Right = frozenset[bool]
"""What may become of a packet: whether it is delivered, either way between the bounds."""


def draw(given: Given, bundles: int, bundle: int) -> Iterator[list[tuple[Probe, Right]]]:
    """Yield bundles of packets to one destination each, every packet with what may become of it; no bundle is empty."""
    urn = _Urn(given)
    for _ in range(bundles):
        packets = [(packet, urn.right(packet)) for packet in urn.bundle(bundle)]
        if packets:
            yield packets


def dispute(judgement: Judgement, sampled: Sampled) -> Judgement:
    """Return a judgement in which what holds and was seen to go otherwise is disputed."""
    cut = {rule: item for item in reversed(sampled.surprises) if not item.delivered for rule in item.packet.rules}
    open_at = {item.packet.port.attachment: item for item in reversed(sampled.surprises) if item.delivered}
    answers = tuple(_disputed(answer, cut, open_at) for answer in judgement.answers)
    return replace(judgement, answers=answers, walked=sampled.packets)


def _disputed(answer: Answer, cut: Mapping[Rule, Surprise], open_at: Mapping[str, Surprise]) -> Answer:
    if not isinstance(answer.verdict, Holds):
        return answer
    subject, found = answer.question.subject, None
    if answer.question.kind is QuestionKind.SESSION and isinstance(subject, Rule):
        found = cut.get(subject)
    elif answer.question.kind is QuestionKind.ISOLATION and isinstance(subject, str):
        found = open_at.get(subject)
    if found is None:
        return answer
    said = because("walk_delivers") if found.delivered else because("walk_drops")
    verdict = Disputed(
        one=Statement(judges=(ENGINE,), said=because("it_holds")),
        other=Statement(judges=(WALK,), said=said, flow=found.packet.flow),
    )
    return replace(answer, verdict=verdict)


class _Urn:
    """Draws packets; seeded by the texts."""

    def __init__(self, given: Given) -> None:
        self._resolvers = [Resolver(declared.address_plan) for declared in given.bounds.declared]
        self._sayings = [
            (declared, Saying(policy=declared.policy, addresses=addresses, lans=lans))
            for declared, addresses in zip(given.bounds.declared, self._resolvers, strict=True)
            for lans in (attachment_lans(declared.registry, addresses),)
        ]
        self._said: dict[tuple[int, AttachmentPort], Saying] = {}
        self._random = Random(_seed(given))  # noqa: S311 - a sample that can be drawn again, no secret
        self._permits = [
            rule
            for rule in given.bounds.policy.rules
            if rule.effect is Effect.PERMIT
            and rule.service
            and DevicesEndpoint() not in (rule.source, rule.destination)
        ]
        self._ports: dict[AttachmentName, list[AttachmentPort]] = {}
        for port in given.network.ports:
            device = given.network.devices.get(port.device)
            if device is not None and any(item.name == port.interface for item in device.interfaces):
                self._ports.setdefault(AttachmentName(port.attachment), []).append(port)
        self._own = {family: self._own_prefixes(family) for family in Family}
        self._routers = {
            (item.family, item.value)
            for device in given.network.devices.values()
            for interface in device.interfaces
            for item in interface.addresses
        }

    def _own_prefixes(self, family: Family) -> dict[AttachmentName, tuple[Prefix, ...]]:
        """Return where each attachment's packets come from by any declared state, sorted by name."""
        found: dict[AttachmentName, tuple[Prefix, ...]] = {}
        for _, saying in self._sayings:
            for name, item in saying.lans.items():
                own = (*found.get(name, ()), *_of_family(item.own, family))
                if own:
                    found[name] = tuple(dict.fromkeys(own))
        return {name: tuple(sorted(own)) for name, own in sorted(found.items())}

    def right(self, packet: Probe) -> Right:
        """Return what may become of a packet, by all that is declared."""
        name = AttachmentName(packet.port.attachment)
        here = [self._said_at(place, packet.port) for place in range(len(self._sayings))]
        if must_arrive(here, packet.flow, name):
            return frozenset((True,))
        return frozenset((True, False)) if may_arrive(here, packet.flow, name) else frozenset((False,))

    def _said_at(self, state: int, port: AttachmentPort) -> Saying:
        """Return what a declared state says of packets that start at a port: what is next to an external one is its link, not its
        hosts; a state that has the attachment elsewhere, or not at all, says nothing of it there."""
        if (state, port) not in self._said:
            self._said[state, port] = _said_at(*self._sayings[state], port)
        return self._said[state, port]

    def bundle(self, count: int) -> Iterator[Probe]:
        """Yield packets to one host: half of them drawn from permits that name it, the others from anywhere."""
        family = self._random.choice(tuple(Family))
        there = self._destination(family)
        if there is None:
            return
        rules = [
            (rule, is_reply)
            for rule in self._permits
            for end, is_reply in ((rule.destination, False), (rule.source, True))
            if self._is_among(end, family, there)
        ]
        for index in range(count):
            drawn = self._asked_for(family, there, rules) if index % 2 == 0 else None
            packet = drawn or self._anything(family, there)
            if packet is not None:
                yield packet

    def _destination(self, family: Family) -> int | None:
        """Return a host that some permit names, None if there is none."""
        for _ in range(20):
            if not self._permits or not self._own[family]:
                return None
            rule = self._random.choice(self._permits)
            there = self._host_of(self._random.choice((rule.source, rule.destination)), family)
            if there is not None and (family, there[1]) not in self._routers:
                return there[1]
        return None

    def _asked_for(self, family: Family, there: int, rules: list[tuple[Rule, bool]]) -> Probe | None:
        if not rules:
            return None
        rule, is_reply = self._random.choice(rules)
        here = self._host_of(rule.destination if is_reply else rule.source, family)
        if here is None or not self._ports.get(here[0]):
            return None
        flow = self._header(family, rule, is_reply)
        return self._start(replace(flow, source=here[1], destination=there), here[0])

    def _anything(self, family: Family, there: int) -> Probe | None:
        name = self._random.choice(sorted(self._own[family]))
        if not self._ports.get(name):
            return None
        liar = self._random.choice(sorted(self._own[family])) if self._random.random() < 0.2 else name
        source = self._host(self._own[family][liar])
        flow = self._header(family, self._random.choice(self._permits), self._random.random() < 0.5)
        return self._start(replace(flow, source=source, destination=there), name)

    def _start(self, flow: Flow, name: AttachmentName) -> Probe:
        port = self._random.choice(self._ports[name])
        placed = replace(flow, start_device=port.device, start_interface=port.interface)
        return Probe(port=port, flow=placed, rules=tuple(rule for rule in self._permits if self._joins(rule, flow)))

    def _joins(self, rule: Rule, flow: Flow) -> bool:
        ends = (flow.source, flow.destination)
        return any(
            self._is_among(rule.source, flow.family, one) and self._is_among(rule.destination, flow.family, other)
            for one, other in (ends, ends[::-1])
        )

    def _header(self, family: Family, rule: Rule, is_reply: bool) -> Flow:
        """Return a header of a rule's service or next to one, of either direction; sometimes a fragment or another protocol."""
        random = self._random
        blank = Flow(family=family, source=0, destination=0, protocol=_GRE, start_device="", start_interface="")
        transport, low, high = random.choice(rule.service.ranges)
        if transport is Transport.ICMP_ECHO or random.random() < 0.1:
            kinds = (*_ECHO[family], _ECHO[family][is_reply], *_OTHER_ICMP[family])
            return replace(blank, protocol=_ICMP[family], icmp_type=random.choice(kinds))
        protocol = TCP if transport is Transport.TCP else UDP
        port = random.choice((low, high, random.randint(low, high), max(0, low - 1), min(0xFFFF, high + 1)))
        flags = random.choice((ACK, RST, SYN | ACK) if is_reply else (SYN, ACK, 0)) if protocol == TCP else 0
        there = replace(blank, protocol=protocol, tcp_flags=flags, source_port=40000, destination_port=port)
        if random.random() < 0.1:
            return replace(blank, protocol=protocol, fragment=True)
        return replace(there, source_port=port, destination_port=40000) if is_reply else there

    def _host_of(self, endpoint: Endpoint, family: Family) -> tuple[AttachmentName, int] | None:
        """Return somebody whom an endpoint names, with one of its hosts."""
        named = self._prefixes(endpoint, family)
        members = [name for name, own in sorted(self._own[family].items()) if any(p.covers(own[0]) for p in named)]
        if not members:
            return None
        name = self._random.choice(members)
        return name, self._host(self._own[family][name])

    def _host(self, prefixes: tuple[Prefix, ...]) -> int:
        prefix = self._random.choice(prefixes)
        return self._random.randint(prefix.network, prefix.last)

    def _is_among(self, endpoint: Endpoint, family: Family, address: int) -> bool:
        return any(prefix.holds(address) for prefix in self._prefixes(endpoint, family))

    def _prefixes(self, endpoint: Endpoint, family: Family) -> list[Prefix]:
        return [prefix for resolver in self._resolvers for prefix in resolver.prefixes(endpoint, family)]


def _said_at(declared: Declared, saying: Saying, port: AttachmentPort) -> Saying:
    name = AttachmentName(port.attachment)
    lans: AttachmentLans = saying.lans
    place = (port.attachment, port.device, port.interface)
    if all(place != (item.attachment, item.device, item.interface) for item in declared.ports):
        return replace(saying, lans={other: item for other, item in lans.items() if other != name})
    if not port.external:
        return saying
    near = tuple(prefix for _, prefix in sorted(declared.address_plan.active(port.subnet).items()))
    behind = AttachmentName(f"hosts of {name}")
    return replace(saying, lans={**lans, behind: lans[name], name: replace(lans[name], lans=near)})


def _of_family(prefixes: tuple[Prefix, ...], family: Family) -> tuple[Prefix, ...]:
    return tuple(prefix for prefix in prefixes if prefix.family is family)


def _seed(given: Given) -> int:
    digest = hashlib.sha256()
    for name in sorted(given.network.devices):
        digest.update("\n".join((name, *given.texts.get(name, ()), "")).encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:8])
