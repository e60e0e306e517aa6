"""settings.yaml -> Settings."""

from __future__ import annotations

from collections.abc import Sequence

from intents.parser.approvers import read_approval_settings
from intents.reader.conversions import Complaint, to_address, to_choice, to_one_of, to_server, to_web_address
from intents.reader.node_fields import NodeFields
from intents.reader.nodes import Node
from intents.reader.parser_context import NameKind, ParserContext
from intents.registry import Category, Domain, OrganisationName, PurposeName, Tier
from intents.settings import (
    POOL_USES,
    STORES,
    DedicatedSpec,
    Grant,
    ManagementSettings,
    PoolSpec,
    SecretNames,
    Settings,
)

SETTINGS_FIELDS = (
    "province", "default_on", "headroom_percent", "reserve_warning_percent", "quarantine_days", "route_target_asn",
    "pools", "granted", "management", "batfish", "approval", "store", "netbox", "quality_ref",
)  # fmt: skip
POOL_FIELDS = ("name", "use", "prefix", "root_block", "slot", "purpose", "dedicated", "level", "owner", "alone")
GRANT_FIELDS = ("prefix", "root_block", "to", "decision_ref")
MANAGEMENT_FIELDS = (
    "domain_name", "ntp_servers", "syslog_servers", "tacacs_servers", "snmp_servers", "timezone", "banner", "login_from",
    "secrets", "controllers", "break_glass",
)  # fmt: skip
SECRET_FIELDS = ("tacacs", "snmp_auth", "snmp_priv", "ntp", "enable", "admin")
DEDICATED_FIELDS = ("category", "tier")
FIRST_PRIVATE_ASN, LAST_PRIVATE_ASN = 4200000000, 4294967294  # RFC 6996


def read_settings(root: Node | None, reading: ParserContext) -> Settings | None:
    """Read settings.yaml; None if anything in it is wrong."""
    if root is None:
        return None
    before = len(reading.findings)
    fields = NodeFields(root, reading, SETTINGS_FIELDS)
    pools = tuple(pool for node in fields.items("pools") if (pool := _read_pool(node, reading)) is not None)
    given = fields.items("granted", required=False)
    granted = tuple(grant for node in given if (grant := _read_grant(node, reading)) is not None)
    management = _read_management(fields)
    if management is None:
        return None
    settings = Settings(
        province=fields.text("province"),
        default_on=fields.day("default_on"),
        headroom_percent=fields.whole("headroom_percent", 0, 1000),
        reserve_warning_percent=fields.whole("reserve_warning_percent", 0, 100),
        quarantine_days=fields.whole("quarantine_days", 0, 36500),
        route_target_asn=fields.whole("route_target_asn", FIRST_PRIVATE_ASN, LAST_PRIVATE_ASN),
        pools=tuple(sorted(pools, key=lambda pool: pool.name)),
        management=management,
        granted=tuple(sorted(granted, key=lambda grant: grant.prefix)),
        batfish=_read_batfish(fields),
        store=_read_store(fields),
        netbox=_read_netbox(fields),
        approval=read_approval_settings(fields),
        quality_ref=fields.optional("quality_ref"),
        where=root.where,
    )
    return settings if len(reading.findings) == before else None


def _read_batfish(fields: NodeFields) -> str:
    text = fields.optional("batfish")
    if text and isinstance(complaint := to_server(text), Complaint):
        fields.reject("batfish", complaint)
    return text


def _read_store(fields: NodeFields) -> str:
    store = fields.optional("store") or STORES[0]
    if isinstance(complaint := to_one_of(store, STORES), Complaint):
        fields.reject("store", complaint)
    if store == "netbox" and not fields.optional("netbox"):
        fields.missing("netbox")
    return store


def _read_netbox(fields: NodeFields) -> str:
    text = fields.optional("netbox")
    if text and isinstance(complaint := to_web_address(text), Complaint):
        fields.reject("netbox", complaint)
    return text.rstrip("/")


def _read_pool(node: Node, reading: ParserContext) -> PoolSpec | None:
    fields = NodeFields(node, reading, POOL_FIELDS)
    name = fields.name("name")
    if name:
        reading.declare(NameKind.POOL, name, fields.place("name"))
    use = _read_use(fields)
    prefix = fields.prefix("prefix")
    shortest, longest = (prefix.length, prefix.family.bits) if fields.ok else (0, 128)
    lan = use == "lan"
    for field in ("purpose", "dedicated", "alone"):
        if use and not lan and fields.has(field):
            fields.complain("TR209", fields.place(field), field=field, use=use)
    slot = fields.whole("slot", shortest, longest, prefix.length if use == "root" else None)
    pool = PoolSpec(
        name=name,
        use=use,
        prefix=prefix,
        root_block=fields.reference("root_block", NameKind.ROOT_BLOCK),
        slot=slot,
        purpose=PurposeName(fields.reference("purpose", NameKind.PURPOSE)) if lan else None,
        dedicated=_read_dedicated(fields) if fields.has("dedicated") else None,
        level=fields.whole("level", 0, 2, 0),
        owner=_read_owner(fields),
        alone=fields.flag("alone"),
        where=node.where,
    )
    return pool if fields.ok else None


def _read_grant(node: Node, reading: ParserContext) -> Grant | None:
    fields = NodeFields(node, reading, GRANT_FIELDS)
    ours = fields.has("root_block")
    if ours == fields.has("to"):
        fields.complain("TR216", node.where)
    grant = Grant(
        prefix=fields.prefix("prefix"),
        root_block=fields.reference("root_block", NameKind.ROOT_BLOCK) if ours else "",
        to=fields.optional("to"),
        decision_ref=fields.text("decision_ref"),
        where=node.where,
    )
    return grant if fields.ok else None


def _read_use(fields: NodeFields) -> str:
    use = fields.required("use")
    if use and isinstance(complaint := to_one_of(use, POOL_USES), Complaint):
        fields.reject("use", complaint)
        return ""
    return use


def _read_owner(fields: NodeFields) -> str:
    owner = fields.optional("owner")
    if owner and isinstance(complaint := to_choice(owner, Domain), Complaint):
        fields.reject("owner", complaint)
    return owner


def _read_dedicated(fields: NodeFields) -> DedicatedSpec | None:
    inner = fields.nested("dedicated", DEDICATED_FIELDS)
    if inner is None:
        return None
    dedicated = DedicatedSpec(category=inner.choice("category", Category), tier=inner.choice("tier", Tier))
    fields.ok = fields.ok and inner.ok
    return dedicated


def _read_management(fields: NodeFields) -> ManagementSettings | None:
    inner = fields.nested("management", MANAGEMENT_FIELDS)
    if inner is None:
        return None
    secrets = inner.nested("secrets", SECRET_FIELDS)
    names: Sequence[str] = [secrets.name(field) for field in SECRET_FIELDS] if secrets else [""] * len(SECRET_FIELDS)
    return ManagementSettings(
        domain_name=inner.text("domain_name"),
        ntp_servers=inner.converted("ntp_servers", to_address),
        syslog_servers=inner.converted("syslog_servers", to_address),
        tacacs_servers=inner.converted("tacacs_servers", to_address),
        snmp_servers=inner.converted("snmp_servers", to_address),
        timezone=inner.text("timezone"),
        banner=inner.text("banner"),
        login_from=tuple(OrganisationName(name) for name in inner.references("login_from", NameKind.ORGANISATION)),
        secrets=SecretNames(**dict(zip(SECRET_FIELDS, names, strict=True))),
        controllers=inner.converted("controllers", to_address, required=False),
        break_glass=inner.converted("break_glass", to_address, required=False),
        places={field: inner.place(field) for field in MANAGEMENT_FIELDS},
    )
