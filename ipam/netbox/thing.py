"""An object of NetBox as a value: what kind of object, whose entry it is, and what stands in its fields.

The one idea: what is wanted and what was read are the same type, so that to compare them is `==`; a field that names
another object says whose entry that is, never a number that one server happens to have given it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

FieldValue = str | int | None
"""What stands in a field; None where nothing does."""


class ObjectKind(StrEnum):
    """Kinds of objects, by where the API has them; what others are named by comes first."""

    TENANT = "tenancy/tenants"
    REGION = "dcim/regions"
    VLAN_GROUP = "ipam/vlan-groups"
    VRF = "ipam/vrfs"
    AGGREGATE = "ipam/aggregates"
    PREFIX = "ipam/prefixes"
    VLAN = "ipam/vlans"
    ASN = "ipam/asns"


OBJECT_TYPES: Mapping[ObjectKind, str] = {
    ObjectKind.TENANT: "tenancy.tenant",
    ObjectKind.REGION: "dcim.region",
    ObjectKind.VLAN_GROUP: "ipam.vlangroup",
    ObjectKind.VRF: "ipam.vrf",
    ObjectKind.AGGREGATE: "ipam.aggregate",
    ObjectKind.PREFIX: "ipam.prefix",
    ObjectKind.VLAN: "ipam.vlan",
    ObjectKind.ASN: "ipam.asn",
}
"""What NetBox calls each kind where it speaks of kinds."""


class UsedKind(StrEnum):
    """Kinds of objects that are never ours and may use addresses of ours."""

    ADDRESS = "ipam/ip-addresses"
    RANGE = "ipam/ip-ranges"


USED_TYPES: Mapping[UsedKind, str] = {UsedKind.ADDRESS: "ipam.ipaddress", UsedKind.RANGE: "ipam.iprange"}


class Form(StrEnum):
    """How the API writes a field."""

    PLAIN = "plain"
    CHOICE = "choice"
    """Read as value and label, written as its value."""
    SLUG = "slug"
    """Read as an object, written by its slug."""
    ENTRY = "entry"
    """Another object of ours."""
    SCOPE = "scope"
    """A region of ours, which the API names by its type and number."""


NATIVE: Mapping[ObjectKind, Mapping[str, Form]] = {
    ObjectKind.TENANT: {"name": Form.PLAIN, "slug": Form.PLAIN},
    ObjectKind.REGION: {"name": Form.PLAIN, "slug": Form.PLAIN},
    ObjectKind.VLAN_GROUP: {"name": Form.PLAIN, "slug": Form.PLAIN},
    ObjectKind.VRF: {"name": Form.PLAIN},
    ObjectKind.AGGREGATE: {"prefix": Form.PLAIN, "rir": Form.SLUG},
    ObjectKind.PREFIX: {
        "prefix": Form.PLAIN,
        "status": Form.CHOICE,
        "role": Form.SLUG,
        "tenant": Form.ENTRY,
        "vrf": Form.ENTRY,
        "scope": Form.SCOPE,
    },
    ObjectKind.VLAN: {"vid": Form.PLAIN, "name": Form.PLAIN, "status": Form.CHOICE, "group": Form.ENTRY},
    ObjectKind.ASN: {"asn": Form.PLAIN, "rir": Form.SLUG},
}
"""The fields of NetBox's own that are ours to write; all others are left to people."""

POINTS_TO: Mapping[str, ObjectKind] = {
    "tenant": ObjectKind.TENANT,
    "vrf": ObjectKind.VRF,
    "scope": ObjectKind.REGION,
    "group": ObjectKind.VLAN_GROUP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One object: `entry` says whose it is, in one word for its kind and the columns that tell it from all others."""

    endpoint: ObjectKind
    entry: str
    fields: Mapping[str, FieldValue]

    @property
    def digest(self) -> str:
        """Return what is told apart from anything else that could stand in these fields."""
        content = json.dumps([self.endpoint, self.entry, sorted(self.fields.items())], ensure_ascii=True)
        return sha256(content.encode()).hexdigest()[:20]

    def differing(self, other: Thing) -> tuple[str, ...]:
        """Return the names of the fields in which two things differ, sorted."""
        names = sorted(self.fields.keys() | other.fields.keys())
        return tuple(name for name in names if self.fields.get(name) != other.fields.get(name))
