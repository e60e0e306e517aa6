"""A policy's surroundings by hand: endpoints, addresses and attachments, and the packets that go between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from intents.policy import (
    ClassEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
)
from intents.prefix import Family, Prefix, parse_prefix
from intents.registry import (
    AttachmentName,
    Category,
    OrganisationName,
    OutsideName,
    PurposeName,
    SystemName,
    Tier,
)
from intents.service import ServiceSet, Transport, service_set
from tests.small_networks import tcp
from verification.reference.allowed import AttachmentAddresses, is_allowed
from verification.verdicts.flow import Flow

COMMUNES = ClassEndpoint(category=Category.PEOPLES_COMMITTEE_BODY, tier=Tier.COMMUNE, purpose=PurposeName("government"))
EDOC = SystemEndpoint(system=SystemName("edoc"))
NDXP = OutsideEndpoint(outside=OutsideName("ndxp"))
WEB = service_set([(Transport.TCP, 443, 443)])
ONE, TWO, THREE, SYSTEM, OUTSIDE = map(AttachmentName, ("one", "two", "three", "system", "outside"))
"""Two sites of commune x, one of commune y, a system and an outside network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Addresses by hand: /24 LANs in the communes' pool 10.1.0.0/16; every LAN also in IPv6."""

    spaces: Mapping[Endpoint, tuple[str, ...]] = field(
        default_factory=lambda: {
            COMMUNES: ("10.1.0.0/16", "2001:db8:1::/48"),
            EDOC: ("10.9.0.0/24", "2001:db8:9::/64"),
            NDXP: ("198.51.100.0/24",),
            OrganisationEndpoint(organisation=OrganisationName("x"), purpose=PurposeName("government")): (
                "10.1.1.0/24",
                "10.1.2.0/24",
            ),
        }
    )

    def prefixes(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]:
        named = replace(endpoint, excluding=()) if isinstance(endpoint, ClassEndpoint) else endpoint
        return tuple(item for item in map(parse_prefix, self.spaces[named]) if item.family is family)

    def excluded(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]:
        names = endpoint.excluding if isinstance(endpoint, ClassEndpoint) else ()
        organisations = [OrganisationEndpoint(organisation=name, purpose=PurposeName("government")) for name in names]
        return tuple(prefix for item in organisations for prefix in self.prefixes(item, family))

    def lans(self, family: Family) -> Mapping[AttachmentName, Prefix]:
        return {name: prefix for name, item in LANS.items() for prefix in item.lans if prefix.family is family}

    def infrastructure(self, family: Family) -> tuple[Prefix, ...]:
        return (parse_prefix("10.255.0.0/16" if family is Family.V4 else "2001:db8:ff::/48"),)


def lan(*texts: str, organisation: str = "") -> AttachmentAddresses:
    prefixes = tuple(map(parse_prefix, texts))
    owner = OrganisationName(organisation) if organisation else None
    return AttachmentAddresses(lans=prefixes, own=prefixes, organisation=owner)


LANS = {
    ONE: lan("10.1.1.0/24", "2001:db8:1:1::/64", organisation="x"),
    TWO: lan("10.1.2.0/24", organisation="x"),
    THREE: lan("10.1.3.0/24", organisation="y"),
    SYSTEM: lan("10.9.0.0/24", "2001:db8:9::/64"),
    OUTSIDE: replace(lan("10.7.0.0/30"), own=(parse_prefix("198.51.100.0/24"),)),
}


ADDRESSES = Plan()


def permit(
    source: Endpoint, destination: Endpoint, service: ServiceSet = WEB, *, same_organisation: bool = False
) -> Rule:
    return Rule(
        effect=Effect.PERMIT,
        source=source,
        destination=destination,
        service=service,
        same_organisation=same_organisation,
    )


def forbid(source: Endpoint, destination: Endpoint, service: ServiceSet = WEB) -> Rule:
    return replace(permit(source, destination, service), effect=Effect.FORBID)


def allowed(flow: Flow, start: AttachmentName | None, *rules: Rule) -> bool:
    return is_allowed(Policy(rules=rules), ADDRESSES, LANS, flow, start)


RULE = permit(COMMUNES, EDOC)


OPENING = tcp("cpe lan", "10.1.1.9", "10.9.0.5")


def turned(flow: Flow, flags: int = 0) -> Flow:
    """The packet that goes the other way."""
    return replace(
        flow,
        source=flow.destination,
        destination=flow.source,
        source_port=flow.destination_port,
        destination_port=flow.source_port,
        tcp_flags=flags,
    )


def icmp(flow: Flow, kind: int, code: int = 0) -> Flow:
    protocol = 1 if flow.family is Family.V4 else 58
    return replace(flow, protocol=protocol, icmp_type=kind, icmp_code=code, tcp_flags=0)
