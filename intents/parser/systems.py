"""purposes.yaml, systems.yaml and outside_networks.yaml -> values of the registry, with their attachments.

The one idea: a system or an outside network is an attachment too; its attachment is made here from the same entry, under
the names `system-NAME` and `outside-NAME`, so that everything later sees one kind of thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.finding import Where, make_finding
from intents.parser.registry import MOST_HOSTS
from intents.parser.services import read_named_services
from intents.prefix import Prefix
from intents.reader.conversions import Complaint, to_name, to_prefix
from intents.reader.node_fields import NodeFields, entries_of
from intents.reader.nodes import Entry, Node, SequenceNode
from intents.reader.parser_context import A02, A07, A18_LEVEL, A18_POINTS, A22, NameKind, ParserContext, located
from intents.registry import (
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    REFERENCES,
    ApplicationClass,
    Attachment,
    AttachmentName,
    Category,
    InformationSystem,
    OrganisationName,
    OutsideName,
    OutsideNetwork,
    Purpose,
    PurposeName,
    SiteName,
    SystemName,
)

MOST_PURPOSES = 12
MANAGEMENT = PurposeName("management")
PURPOSE_FIELDS = ("title", "home_of", "renamed_from")
SYSTEM_FIELDS = (
    "title", "owner", "site", "purpose", "hosts", "application_class", "security_level", "control_points",
    "assessment_ref", "services", "valid_from", "valid_to", "decision_ref", "request_ref", "device", "interface",
    "renamed_from", "quality_ref",
)  # fmt: skip
OUTSIDE_FIELDS = (
    "title", "counterpart", "purpose", "gateway", "interface", "prefixes", "services", "security_level", "control_points",
    "valid_from", "valid_to", "decision_ref", "request_ref", "renamed_from",
)  # fmt: skip
_COMMON_RULES = {"security_level": A18_LEVEL, "control_points": A18_POINTS, "request_ref": A22, "decision_ref": A22}
_SYSTEM_RULES = {"owner": A02, **_COMMON_RULES}
_OUTSIDE_RULES = {**dict.fromkeys(OUTSIDE_FIELDS, A07), **_COMMON_RULES}


def named_entries(root: Node | None, field: str, kind: NameKind, reading: ParserContext) -> tuple[Entry, ...]:
    """Return the entries of the file's only field, a mapping of names; their names are checked and declared."""
    if root is None:
        return ()
    top = NodeFields(root, reading, (field,))
    node = top.node(field)
    if node is None:
        top.missing(field)
        reading.unknown.add(kind)
        return ()
    entries = tuple(entries_of(node, reading))
    for entry in entries:
        if isinstance(complaint := to_name(entry.key), Complaint):
            reading.add([located(complaint.code, entry.where, (("field", field), *complaint.values))], kind)
        reading.declare(kind, entry.key, entry.where)
    return entries


def read_purposes(entries: tuple[Entry, ...], reading: ParserContext) -> dict[PurposeName, Purpose]:
    """Read purposes.yaml: at most 12, `management` among them, no category at home in two."""
    found: dict[PurposeName, Purpose] = {}
    homes: dict[Category, Purpose] = {}
    for entry in entries:
        fields = NodeFields(entry.value, reading, PURPOSE_FIELDS)
        purpose = Purpose(
            name=PurposeName(entry.key),
            title=fields.text("title"),
            home_of=fields.choices("home_of", Category, may_be_empty=True),
            where=entry.where,
            renamed_from=fields.earlier_names(NameKind.PURPOSE, entry.key),
        )
        for category in sorted(purpose.home_of):
            first = homes.setdefault(category, purpose)
            if first is not purpose:
                fields.ok = False
                where, also = fields.place("home_of"), (first.where,)
                reading.findings.append(make_finding("TR204", where, also=also, category=category, first=first.name))
        if fields.ok:
            found[purpose.name] = purpose
    if len(entries) > MOST_PURPOSES:
        extra = entries[MOST_PURPOSES]
        reading.findings.append(make_finding("TR203", extra.where, found=len(entries), limit=MOST_PURPOSES))
    return dict(sorted(found.items()))


def check_management(root: Node | None, entries: tuple[Entry, ...], reading: ParserContext) -> None:
    """Report a purposes.yaml without the purpose `management`."""
    if root is not None and entries and all(entry.key != MANAGEMENT for entry in entries):
        reading.findings.append(make_finding("TR208", root.where, purpose=MANAGEMENT))


def read_systems(entries: tuple[Entry, ...], reading: ParserContext) -> Iterator[tuple[InformationSystem, Attachment]]:
    """Yield every good system of systems.yaml with its attachment."""
    for entry in entries:
        fields = NodeFields(entry.value, reading, SYSTEM_FIELDS, _SYSTEM_RULES)
        system = InformationSystem(
            name=SystemName(entry.key),
            title=fields.text("title"),
            owner=OrganisationName(fields.reference("owner", NameKind.ORGANISATION)),
            site=SiteName(fields.reference("site", NameKind.SITE)),
            purpose=PurposeName(fields.reference("purpose", NameKind.PURPOSE)),
            hosts=fields.whole("hosts", 1, MOST_HOSTS),
            services=read_named_services(fields, "services"),
            application_class=fields.choice("application_class", ApplicationClass),
            security_level=fields.whole("security_level", LOWEST_LEVEL, HIGHEST_LEVEL),
            assessment_ref=fields.text("assessment_ref"),
            validity=fields.validity(),
            where=entry.where,
            renamed_from=fields.earlier_names(NameKind.SYSTEM, entry.key),
            quality_ref=fields.optional("quality_ref"),
        )
        attachment = Attachment(
            name=AttachmentName(f"system-{entry.key}"),
            system=system.name,
            site=system.site,
            purpose=system.purpose,
            hosts=system.hosts,
            request_ref=fields.text("request_ref"),
            decision_ref=fields.text("decision_ref"),
            device=fields.optional("device"),
            interface=fields.optional("interface"),
            interface_where=fields.place("interface"),
            security_level=system.security_level,
            control_points=_control_points(fields),
            validity=system.validity,
            where=entry.where,
            places=_reference_places(fields),
        )
        reading.declare(NameKind.ATTACHMENT, attachment.name, entry.where)
        if fields.ok:
            yield system, attachment


def _reference_places(fields: NodeFields) -> dict[str, Where]:
    return {field: fields.place(field) for field in REFERENCES if fields.has(field)}


def _control_points(fields: NodeFields) -> tuple[str, ...]:
    return tuple(sorted(fields.references("control_points", NameKind.DEVICE, required=False)))


MOST_PREFIXES = 256
"""Prefixes of one outside network: each is an entry of every access list towards it."""


def _outside_prefixes(fields: NodeFields) -> tuple[Prefix, ...]:
    node = fields.node("prefixes")
    if isinstance(node, SequenceNode) and len(node.items) > MOST_PREFIXES:
        fields.complain("TR191", fields.place("prefixes"), field="prefixes", count=len(node.items), limit=MOST_PREFIXES)
        return ()
    return tuple(sorted(fields.converted("prefixes", to_prefix)))


def read_outside_networks(
    entries: tuple[Entry, ...], sites: Mapping[str, SiteName], reading: ParserContext
) -> Iterator[tuple[OutsideNetwork, Attachment]]:
    """Yield every good outside network with its attachment; `sites` tells where a gateway device stands."""
    for entry in entries:
        fields = NodeFields(entry.value, reading, OUTSIDE_FIELDS, _OUTSIDE_RULES)
        outside = OutsideNetwork(
            name=OutsideName(entry.key),
            title=fields.text("title"),
            counterpart=fields.text("counterpart"),
            purpose=PurposeName(fields.reference("purpose", NameKind.PURPOSE)),
            gateway=fields.reference("gateway", NameKind.DEVICE),
            prefixes=_outside_prefixes(fields),
            services=read_named_services(fields, "services"),
            decision_ref=fields.text("decision_ref"),
            validity=fields.validity(),
            where=entry.where,
            renamed_from=fields.earlier_names(NameKind.OUTSIDE_NETWORK, entry.key),
        )
        attachment = Attachment(
            name=AttachmentName(f"outside-{entry.key}"),
            outside=outside.name,
            site=sites.get(outside.gateway, SiteName("")),
            purpose=outside.purpose,
            hosts=1,
            request_ref=fields.text("request_ref"),
            decision_ref=outside.decision_ref,
            device=outside.gateway,
            interface=fields.optional("interface"),
            interface_where=fields.place("interface"),
            security_level=fields.whole("security_level", LOWEST_LEVEL, HIGHEST_LEVEL, default=LOWEST_LEVEL),
            control_points=_control_points(fields),
            validity=outside.validity,
            where=entry.where,
            places=_reference_places(fields),
        )
        reading.declare(NameKind.ATTACHMENT, attachment.name, entry.where)
        if fields.ok and attachment.site:
            yield outside, attachment
