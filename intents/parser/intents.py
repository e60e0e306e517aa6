"""intents/*.yaml -> intents.

The one idea: an item of the list is a mapping with one key, the kind; everything common to all kinds (the head) is read the
same way, and only the rest differs.
"""

from __future__ import annotations

from intents.finding import make_finding
from intents.model import Forbid, Head, Intent, Party, Permit, Selector, Via, Within
from intents.parser.parties import read_destinations, read_selector, read_sources
from intents.parser.services import read_service_or_any
from intents.reader.node_fields import NodeFields
from intents.reader.nodes import MappingNode, Node, kind_of
from intents.reader.parser_context import A22, NameKind, ParserContext
from intents.reader.suggestions import suggest
from intents.registry import REFERENCES, ApplicationClass, Domain, McuOwner
from intents.service import ServiceSet

HEAD_FIELDS = ("id", "title", "domain", "request_ref", "decision_ref", "valid_from", "valid_to")
FIELDS_OF_KIND = {
    "permit": (*HEAD_FIELDS, "from", "to", "service", "mutual", "application_class", "mcu_owner"),
    "within": (*HEAD_FIELDS, "organisations", "service"),
    "forbid": (*HEAD_FIELDS, "from", "to", "service"),
    "via": (*HEAD_FIELDS, "from", "to", "devices"),
}
_RULES = {"request_ref": A22, "decision_ref": A22}


def read_intents(root: Node | None, reading: ParserContext) -> tuple[Intent, ...]:
    """Read one file of intents: its good ones in the file's order."""
    if root is None:
        return ()
    top = NodeFields(root, reading, ("intents",))
    found = [_read_item(node, reading) for node in top.items("intents", may_be_empty=True)]
    return tuple(intent for intent in found if intent is not None)


def _read_item(node: Node, reading: ParserContext) -> Intent | None:
    allowed = ", ".join(FIELDS_OF_KIND)
    if not isinstance(node, MappingNode):
        reading.findings.append(make_finding("TR114", node.where, wanted="a mapping", found=kind_of(node)))
        return None
    if len(node.entries) != 1:
        found = ", ".join(entry.key for entry in node.entries)
        reading.findings.append(make_finding("TR336", node.where, found=found, allowed=allowed))
        return None
    entry = node.entries[0]
    if entry.key not in FIELDS_OF_KIND:
        nearest = suggest(entry.key, FIELDS_OF_KIND)
        finding = make_finding("TR112", entry.where, field=entry.key, suggestion=nearest, allowed=allowed)
        reading.findings.append(finding)
        return None
    fields = NodeFields(entry.value, reading, FIELDS_OF_KIND[entry.key], _RULES)
    head = _read_head(fields)
    match entry.key:
        case "permit":
            intent: Intent | None = _read_permit(fields, head)
        case "within":
            intent = _read_within(fields, head)
        case "forbid":
            intent = _read_forbid(fields, head)
        case _:
            intent = _read_via(fields, head)
    return intent if fields.ok else None


def _read_head(fields: NodeFields) -> Head:
    identifier = fields.name("id")
    if identifier:
        fields.reading.declare(NameKind.INTENT, identifier, fields.place("id"))
    return Head(
        identifier=identifier,
        title=fields.text("title"),
        domain=fields.choice("domain", Domain),
        request_ref=fields.text("request_ref"),
        decision_ref=fields.text("decision_ref"),
        validity=fields.validity(),
        where=fields.place("id"),
        places={field: fields.place(field) for field in REFERENCES if fields.has(field)},
    )


def _read_permit(fields: NodeFields, head: Head) -> Permit:
    sources, destinations = read_sources(fields, "from"), read_destinations(fields, "to")
    mutual = fields.flag("mutual")
    if mutual and fields.ok and not _only_selectors((*sources, *destinations)):
        fields.complain("TR337", fields.place("mutual"))
    service = _read_session_service(fields, destinations)
    return Permit(
        head=head,
        sources=sources,
        destinations=destinations,
        service=service,
        mutual=mutual,
        application_class=_read_application_class(fields, sources, destinations),
        mcu_owner=fields.choice("mcu_owner", McuOwner) if fields.has("mcu_owner") else None,
    )


def _read_application_class(
    fields: NodeFields, sources: tuple[Party, ...], destinations: tuple[Party, ...]
) -> ApplicationClass | None:
    """Read `application_class`, which has an effect only between organisations: a system has its own."""
    if not fields.has("application_class"):
        return None
    between = all(any(isinstance(party, Selector) for party in side) for side in (sources, destinations))
    if fields.ok and not between:
        fields.complain("TR166", fields.place("application_class"))
    return fields.choice("application_class", ApplicationClass)


def _read_forbid(fields: NodeFields, head: Head) -> Forbid:
    sources, destinations = read_sources(fields, "from"), read_destinations(fields, "to")
    service = _read_session_service(fields, destinations)
    return Forbid(head=head, sources=sources, destinations=destinations, service=service)


def _read_within(fields: NodeFields, head: Head) -> Within | None:
    node = fields.node("organisations")
    selector = read_selector(node, fields.reading) if node is not None else None
    if node is None:
        fields.missing("organisations")
    service = read_service_or_any(fields, "service")
    if selector is None or service is None:
        fields.ok = False
        return None
    return Within(head=head, organisations=selector, service=service)


def _read_via(fields: NodeFields, head: Head) -> Via:
    return Via(
        head=head,
        sources=read_sources(fields, "from"),
        destinations=read_destinations(fields, "to"),
        devices=frozenset(fields.references("devices", NameKind.DEVICE)),
    )


def _only_selectors(parties: tuple[Party, ...]) -> bool:
    return all(isinstance(party, Selector) for party in parties)


def _read_session_service(fields: NodeFields, destinations: tuple[Party, ...]) -> ServiceSet | None:
    """Read `service`, which is needed exactly when a destination is a selector: organisations declare no services."""
    service = read_service_or_any(fields, "service") if fields.has("service") else None
    if not fields.ok:
        return None
    to_organisations = any(isinstance(party, Selector) for party in destinations)
    if to_organisations and service is None:
        fields.complain("TR334", fields.place("to"))
    if not to_organisations and service is not None:
        fields.complain("TR335", fields.place("service"))
    return service
