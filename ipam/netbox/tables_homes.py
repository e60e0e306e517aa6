"""Which column of a workspace's table stands in which field of which object of a NetBox.

The one idea: as of the address plan, each column has one home (ADR 60). Where NetBox's own field can't hold a text as it is,
its spill field has it whole; the line's place in its table is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.parser.equipment_names import DEVICES_FILE
from intents.registry import Category
from ipam.inventory import Medium, Role
from ipam.inventory_reader import PlatformName
from ipam.netbox.thing import ObjectKind

ROW = "truc_row"
"""Custom field: which line of its table an object is."""
_DATED = {"valid_from": "truc_valid_from", "valid_to": "truc_valid_to"}
_RENAMED = {"renamed_from": "truc_renamed_from"}
TABLE_HOMES: Mapping[str, tuple[str, ObjectKind, Mapping[str, str]]] = {
    "unit": (
        "units.csv",
        ObjectKind.REGION,
        {
            "code": "truc_code",
            **_DATED,
            "name": "name",
            "type": "truc_unit_type",
            "parent": "parent",
            "root_block": "truc_root_block",
        },
    ),
    "organisation": (
        "organisations.csv",
        ObjectKind.TENANT,
        {
            "name": "slug",
            "title": "name",
            "category": "group",
            "tier": "truc_tier",
            "unit": "truc_unit",
            "domain": "truc_domain",
            "labels": "truc_labels",
            **_DATED,
            **_RENAMED,
        },
    ),
    "site": (
        "sites.csv",
        ObjectKind.SITE,
        {
            "name": "slug",
            "title": "name",
            "unit": "region",
            "kind": "truc_site_kind",
            "level": "truc_level",
            **_DATED,
            **_RENAMED,
        },
    ),
    "attachment": (
        "attachments.csv",
        ObjectKind.LOCATION,
        {
            "name": "slug",
            "organisation": "tenant",
            "site": "site",
            "purpose": "truc_purpose",
            "hosts": "truc_hosts",
            "legal_service": "truc_legal_service",
            "connection": "truc_connection",
            "justification_ref": "truc_justification_ref",
            "request_ref": "truc_request_ref",
            "decision_ref": "truc_decision_ref",
            "device": "truc_device",
            "interface": "truc_interface",
            "security_level": "truc_security_level",
            "control_points": "truc_control_points",
            **_DATED,
            **_RENAMED,
        },
    ),
    "device": (
        DEVICES_FILE,
        ObjectKind.DEVICE,
        {
            "name": "name",
            "role": "role",
            "platform": "platform",
            "model": "device_type",
            "site": "site",
            "domain": "truc_domain",
            "lan_interface": "truc_lan_interface",
            "ipv6": "truc_ipv6",
            **_DATED,
            **_RENAMED,
        },
    ),
    "cable": (
        "channels.csv",
        ObjectKind.CABLE,
        {
            "name": "label",
            "a_device": "a_terminations/device",
            "a_interface": "a_terminations/name",
            "b_device": "b_terminations/device",
            "b_interface": "b_terminations/name",
            "level": "truc_level",
            "medium": "truc_medium",
            "enterprise": "truc_enterprise",
            "ducts": "truc_ducts",
            "bandwidth_mbps": "truc_bandwidth_mbps",
            **_DATED,
            **_RENAMED,
        },
    ),
    "circuit": (
        "channels.csv",
        ObjectKind.CIRCUIT,
        {
            "name": "cid",
            "a_device": "truc_a_device",
            "a_interface": "truc_a_interface",
            "b_device": "truc_b_device",
            "b_interface": "truc_b_interface",
            "level": "truc_level",
            "medium": "type",
            "enterprise": "provider",
            "ducts": "truc_ducts",
            "bandwidth_mbps": "truc_bandwidth_mbps",
            **_DATED,
            **_RENAMED,
        },
    ),
}
"""Kind of object -> its table, where it is, and the home of each column; what stands behind a `/` is a field of what is there."""

SPILLS: Mapping[str, tuple[str, str]] = {
    "unit": ("name", "truc_title"),
    "organisation": ("name", "truc_title"),
    "site": ("name", "truc_title"),
    "device": ("device_type", "truc_model"),
    "circuit": ("provider", "truc_enterprise"),
}
"""Kind of object -> the home that can't hold every text, and the custom field that has the text whole where it does not."""

TABLE_WHOLE_NUMBERS = frozenset({ROW, "truc_level", "truc_hosts", "truc_security_level", "truc_bandwidth_mbps"})
TABLE_DAYS = frozenset(_DATED.values())
TABLE_KINDS: Mapping[ObjectKind, str] = {endpoint: kind for kind, (_, endpoint, _) in TABLE_HOMES.items()}
"""Where lines of tables are -> of which kind what is there is."""
DERIVED: Mapping[ObjectKind, str] = {ObjectKind.CIRCUIT_TERMINATION: "end", ObjectKind.CABLE: "patch"}
"""Objects that go with a circuit: an end of it at a site, and the cable from there to a device's interface."""
CAN_GO = frozenset({"cable", "circuit", "end", "patch"})
"""What is deleted when no line says it any more. All else may be named by others by then: it is emptied, and stays."""

TENANT_GROUPS = tuple(str(one) for one in Category)
DEVICE_ROLES = tuple(str(one) for one in Role)
PLATFORMS = tuple(str(one) for one in PlatformName)
CIRCUIT_TYPES = tuple(str(one) for one in Medium)
NO_ENTERPRISE = "-"
"""What the provider is called where a line names no enterprise."""


def custom_of(kind: str) -> frozenset[str]:
    """Return the custom fields in which a kind of object has columns, and those beside them."""
    homes = {home for home in TABLE_HOMES[kind][2].values() if home.startswith("truc_")}
    return frozenset({ROW, *homes, *SPILLS.get(kind, ())[1:]})
