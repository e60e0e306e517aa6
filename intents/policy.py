"""What all intents mean together: who may start which sessions to whom; everything else is denied.

The one idea: endpoints are classes or named parties, never members of a class, and rules are kept in one normal form
(one `ServiceSet` per effect, source and destination), so that equal statements are an equal value. No addresses, no vendors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from intents.registry import Category, OrganisationName, OutsideName, PurposeName, SystemName, Tier
from intents.service import ServiceSet


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ClassEndpoint:
    """Every organisation of one category and tier in one purpose, now and in future, without the excluded ones.

    Stands for the class's whole dedicated pools (minus the LANs of the excluded organisations in that purpose).
    """

    category: Category
    tier: Tier
    purpose: PurposeName
    excluding: tuple[OrganisationName, ...] = ()

    def __str__(self) -> str:
        without = f" except {', '.join(self.excluding)}" if self.excluding else ""
        return f"{self.category}/{self.tier} in {self.purpose}{without}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OrganisationEndpoint:
    """One named organisation in one purpose: the LANs of all its attachments in it."""

    organisation: OrganisationName
    purpose: PurposeName

    def __str__(self) -> str:
        return f"{self.organisation} in {self.purpose}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SystemEndpoint:
    system: SystemName

    def __str__(self) -> str:
        return str(self.system)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OutsideEndpoint:
    outside: OutsideName

    def __str__(self) -> str:
        return str(self.outside)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class DevicesEndpoint:
    """The management addresses of every device (the loopback pools); only built-in rules name it."""

    def __str__(self) -> str:
        return "every device"


Endpoint = ClassEndpoint | OrganisationEndpoint | SystemEndpoint | OutsideEndpoint | DevicesEndpoint


def endpoint_key(endpoint: Endpoint) -> tuple[str, str]:
    """Return the sorting key of an endpoint: kind, then its text."""
    return (type(endpoint).__name__, str(endpoint))


class Effect(StrEnum):
    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Sessions of `service` that `source` starts to `destination`, permitted or forbidden.

    `same_organisation`: only between sites of one organisation (`within: organisation`); source equals destination then.
    """

    effect: Effect
    source: Endpoint
    destination: Endpoint
    service: ServiceSet
    same_organisation: bool = False


def rule_key(rule: Rule) -> tuple[object, ...]:
    """Return the sorting key of a rule."""
    return (
        rule.effect,
        endpoint_key(rule.source),
        endpoint_key(rule.destination),
        rule.service.ranges,
        rule.same_organisation,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaAssertion:
    """Traffic from source to destination passes one of these devices.

    `levels`: the security levels of both ends, of which the source's is lower; None if an intent asserts it, whatever they are.
    """

    source: Endpoint
    destination: Endpoint
    devices: tuple[str, ...]
    levels: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules in normal form, sorted by `rule_key`. A `forbid` beats every `permit`.

    `sources` tells for each rule (and via) the identifiers of the intents that ask for it; it is no part of equality.
    """

    rules: tuple[Rule, ...] = ()
    vias: tuple[ViaAssertion, ...] = ()
    sources: Mapping[Rule | ViaAssertion, tuple[str, ...]] = field(default_factory=dict, compare=False, hash=False)
