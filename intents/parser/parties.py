"""`from`, `to` and `organisations` of an intent, `from` and `to` of a change request -> selectors and targets.

The one idea: an item either selects organisations by conditions or names systems and outside networks, never both, and
it always says which: nothing given is a mistake, not "all".
"""

from __future__ import annotations

from intents.model import Party, Selector, SystemTarget
from intents.parser.services import ANY
from intents.reader.node_fields import NodeFields
from intents.reader.nodes import MappingNode, Node
from intents.reader.parser_context import A01, NameKind, ParserContext
from intents.registry import (
    Category,
    Domain,
    OrganisationName,
    OutsideName,
    PurposeName,
    SystemName,
    Tier,
    UnitKey,
)

CONDITION_FIELDS = ("categories", "tiers", "domains", "labels", "names", "below")
SELECTOR_FIELDS = (*CONDITION_FIELDS, "except", "purpose", "all")
TARGET_FIELDS = ("systems", "outside_networks", "services")
PARTY_FIELDS = (*SELECTOR_FIELDS, *TARGET_FIELDS)
_RULES = {"categories": A01}


def read_sources(fields: NodeFields, field: str) -> tuple[Party, ...]:
    """Read `from`: selectors, and targets without services (a session's service is its destination's)."""
    return _read_parties(fields, field, without_services="TR340")


def read_destinations(fields: NodeFields, field: str) -> tuple[Party, ...]:
    """Read `to`: selectors, and targets with their services."""
    return _read_parties(fields, field, without_services="")


def read_ends(fields: NodeFields, field: str) -> tuple[Party, ...]:
    """Read either end of a declared change of access: selectors and targets, never with services."""
    return _read_parties(fields, field, without_services="TR832")


def _read_parties(fields: NodeFields, field: str, *, without_services: str) -> tuple[Party, ...]:
    """Read parties; `without_services`: the finding if one names services, "" if targets must name them."""
    nodes = fields.items(field)
    parties = [_read_party(node, fields.reading, without_services) for node in nodes]
    found = tuple(party for party in parties if party is not None)
    fields.ok = fields.ok and len(found) == len(nodes)
    return found


def _read_party(node: Node, reading: ParserContext, without_services: str) -> Party | None:
    keys = {entry.key for entry in node.entries} if isinstance(node, MappingNode) else set()
    if not keys & set(TARGET_FIELDS):
        return read_selector(node, reading, PARTY_FIELDS)
    fields = NodeFields(node, reading, PARTY_FIELDS)
    mixed = sorted(keys & set(SELECTOR_FIELDS))
    if mixed:
        fields.complain(
            "TR339", node.where, conditions=", ".join(mixed), targets=", ".join(sorted(keys & set(TARGET_FIELDS)))
        )
        return None
    return _read_target(fields, without_services)


def _read_target(fields: NodeFields, without_services: str) -> SystemTarget | None:
    systems = fields.references("systems", NameKind.SYSTEM, required=False)
    outside = fields.references("outside_networks", NameKind.OUTSIDE_NETWORK, required=False)
    if fields.ok and not systems and not outside:
        fields.complain("TR331", fields.where, allowed="systems, outside_networks")
    every, services = False, None
    if without_services and fields.has("services"):
        fields.complain(without_services, fields.place("services"))
    elif not without_services and not fields.has("services"):
        fields.complain("TR333", fields.where, targets=", ".join((*systems, *outside)))
    elif not without_services:
        every, services = _read_service_names(fields)
    target = SystemTarget(
        systems=frozenset(SystemName(name) for name in systems),
        outside_networks=frozenset(OutsideName(name) for name in outside),
        services=services,
        every_service=every,
        where=fields.where,
    )
    return target if fields.ok else None


def _read_service_names(fields: NodeFields) -> tuple[bool, frozenset[str] | None]:
    """Return whether `any` is said, else the names; each must be declared by some system or outside network."""
    node = fields.node("services")
    if getattr(node, "value", None) == ANY:
        return True, None
    return False, frozenset(fields.references("services", NameKind.SERVICE))


def read_selector(node: Node, reading: ParserContext, allowed: tuple[str, ...] = SELECTOR_FIELDS) -> Selector | None:
    """Read one selector; None if anything in it is wrong."""
    fields = NodeFields(node, reading, allowed, _RULES)
    anyone = fields.flag("all")
    conditions = [field for field in CONDITION_FIELDS if fields.has(field)]
    below = fields.reference("below", NameKind.UNIT, required=False)
    purpose = fields.reference("purpose", NameKind.PURPOSE, required=False)
    selector = Selector(
        categories=fields.choices("categories", Category) if fields.has("categories") else None,
        tiers=fields.choices("tiers", Tier) if fields.has("tiers") else None,
        domains=fields.choices("domains", Domain) if fields.has("domains") else None,
        labels=frozenset(fields.references("labels", NameKind.LABEL)) if fields.has("labels") else None,
        names=_organisations(fields, "names") if fields.has("names") else None,
        below=UnitKey(below) if below else None,
        excluding=_organisations(fields, "except") if fields.has("except") else frozenset(),
        purpose=PurposeName(purpose) if purpose else None,
        anyone=anyone,
        where=node.where,
    )
    if fields.ok and anyone and conditions:
        fields.complain("TR338", fields.place("all"), conditions=", ".join(conditions))
    if fields.ok and not anyone and not conditions:
        fields.complain("TR331", node.where, allowed=", ".join((*CONDITION_FIELDS, "all: true")))
    return selector if fields.ok else None


def _organisations(fields: NodeFields, field: str) -> frozenset[OrganisationName]:
    return frozenset(OrganisationName(name) for name in fields.references(field, NameKind.ORGANISATION))
