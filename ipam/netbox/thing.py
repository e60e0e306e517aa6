"""An object of NetBox as a value: what kind of object, whose entry it is, and what stands in its fields.

The one idea: what is wanted and what was read are the same type, so that to compare them is `==`; a field that names
another object says whose entry that is, never a number that one server happens to have given it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

FieldValue = str | int | None
"""What stands in a field; None where nothing does."""


class ObjectKind(StrEnum):
    """Kinds of objects, by where the API has them; what others are named by comes first."""

    TENANT = "tenancy/tenants"
    REGION = "dcim/regions"
    SITE = "dcim/sites"
    LOCATION = "dcim/locations"
    DEVICE_TYPE = "dcim/device-types"
    DEVICE = "dcim/devices"
    INTERFACE = "dcim/interfaces"
    PROVIDER = "circuits/providers"
    CIRCUIT = "circuits/circuits"
    CIRCUIT_TERMINATION = "circuits/circuit-terminations"
    CABLE = "dcim/cables"
    VLAN_GROUP = "ipam/vlan-groups"
    VRF = "ipam/vrfs"
    AGGREGATE = "ipam/aggregates"
    PREFIX = "ipam/prefixes"
    VLAN = "ipam/vlans"
    ASN = "ipam/asns"


OBJECT_TYPES: Mapping[ObjectKind, str] = {
    ObjectKind.TENANT: "tenancy.tenant",
    ObjectKind.REGION: "dcim.region",
    ObjectKind.SITE: "dcim.site",
    ObjectKind.LOCATION: "dcim.location",
    ObjectKind.DEVICE_TYPE: "dcim.devicetype",
    ObjectKind.DEVICE: "dcim.device",
    ObjectKind.INTERFACE: "dcim.interface",
    ObjectKind.PROVIDER: "circuits.provider",
    ObjectKind.CIRCUIT: "circuits.circuit",
    ObjectKind.CIRCUIT_TERMINATION: "circuits.circuittermination",
    ObjectKind.CABLE: "dcim.cable",
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


CATALOGUE = (ObjectKind.DEVICE_TYPE, ObjectKind.INTERFACE, ObjectKind.PROVIDER)
"""Objects that are told by what they are called, whoever made them: truc makes those that are lacking, and changes none."""


class Form(StrEnum):
    """How the API writes a field."""

    PLAIN = "plain"
    TITLE = "title"
    """What people call it; its entry stands behind it in brackets where another is called so, too."""
    ONCE = "once"
    """Written when the object is made, and left to people."""
    CHOICE = "choice"
    """Read as value and label, written as its value."""
    PHASE = "phase"
    """A status of which only this is ours: whether the thing is to last. Which of NetBox's finer words says so is people's."""
    SLUG = "slug"
    """Read as an object, written by its slug."""
    ENTRY = "entry"
    """Another object of ours, or one of the catalogue."""
    TYPED = "typed"
    """An object of ours that the API names by its type and number."""
    ENDS = "ends"
    """The one thing at an end of a cable."""


NATIVE: Mapping[ObjectKind, Mapping[str, Form]] = {
    ObjectKind.TENANT: {"name": Form.TITLE, "slug": Form.PLAIN, "group": Form.SLUG},
    ObjectKind.REGION: {"name": Form.TITLE, "slug": Form.ONCE, "parent": Form.ENTRY},
    ObjectKind.SITE: {"name": Form.TITLE, "slug": Form.PLAIN, "region": Form.ENTRY, "status": Form.PHASE},
    ObjectKind.LOCATION: {
        "name": Form.ONCE,
        "slug": Form.PLAIN,
        "site": Form.ENTRY,
        "tenant": Form.ENTRY,
        "status": Form.PHASE,
    },
    ObjectKind.DEVICE_TYPE: {"manufacturer": Form.SLUG, "model": Form.PLAIN, "slug": Form.PLAIN},
    ObjectKind.DEVICE: {
        "name": Form.PLAIN,
        "site": Form.ENTRY,
        "role": Form.SLUG,
        "platform": Form.SLUG,
        "device_type": Form.ENTRY,
        "status": Form.PHASE,
    },
    ObjectKind.INTERFACE: {"device": Form.ENTRY, "name": Form.PLAIN, "type": Form.ONCE},
    ObjectKind.PROVIDER: {"name": Form.PLAIN, "slug": Form.PLAIN},
    ObjectKind.CIRCUIT: {"cid": Form.PLAIN, "provider": Form.ENTRY, "type": Form.SLUG, "status": Form.PHASE},
    ObjectKind.CIRCUIT_TERMINATION: {"circuit": Form.ENTRY, "term_side": Form.PLAIN, "termination": Form.TYPED},
    ObjectKind.CABLE: {
        "label": Form.PLAIN,
        "a_terminations": Form.ENDS,
        "b_terminations": Form.ENDS,
        "status": Form.PHASE,
    },
    ObjectKind.VLAN_GROUP: {"name": Form.PLAIN, "slug": Form.PLAIN},
    ObjectKind.VRF: {"name": Form.PLAIN},
    ObjectKind.AGGREGATE: {"prefix": Form.PLAIN, "rir": Form.SLUG},
    ObjectKind.PREFIX: {
        "prefix": Form.PLAIN,
        "status": Form.CHOICE,
        "role": Form.SLUG,
        "tenant": Form.ENTRY,
        "vrf": Form.ENTRY,
        "scope": Form.TYPED,
    },
    ObjectKind.VLAN: {"vid": Form.PLAIN, "name": Form.PLAIN, "status": Form.CHOICE, "group": Form.ENTRY},
    ObjectKind.ASN: {"asn": Form.PLAIN, "rir": Form.SLUG},
}
"""The fields of NetBox's own that are ours to write; all others are left to people."""

POINTS_TO: Mapping[str, ObjectKind] = {
    "tenant": ObjectKind.TENANT,
    "vrf": ObjectKind.VRF,
    "group": ObjectKind.VLAN_GROUP,
    "parent": ObjectKind.REGION,
    "region": ObjectKind.REGION,
    "site": ObjectKind.SITE,
    "device_type": ObjectKind.DEVICE_TYPE,
    "device": ObjectKind.DEVICE,
    "provider": ObjectKind.PROVIDER,
    "circuit": ObjectKind.CIRCUIT,
}
TYPED_AS: Mapping[str, tuple[str, ObjectKind]] = {
    "scope": ("dcim.region", ObjectKind.REGION),
    "termination": ("dcim.site", ObjectKind.SITE),
}
END_TYPES: Mapping[str, ObjectKind] = {
    "dcim.interface": ObjectKind.INTERFACE,
    "circuits.circuittermination": ObjectKind.CIRCUIT_TERMINATION,
}

NAMING = frozenset({*POINTS_TO.values(), *(kind for _, kind in TYPED_AS.values()), *END_TYPES.values()})
"""What others name."""

LASTING, ENDING = "active", "decommissioning"
ENDED = frozenset({"decommissioning", "retired", "deprovisioning", "decommissioned"})
"""All of NetBox's words for what is to end or has ended."""
PHASES: Mapping[tuple[ObjectKind, str], str] = {
    (ObjectKind.CABLE, LASTING): "connected",
    (ObjectKind.CIRCUIT, ENDING): "deprovisioning",
}
"""What is written where the word is another than for most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One object: `entry` says whose it is, in one word for its kind and the columns that tell it from all others.

    `fields` are those in which something stands. `shown` is what is written instead of a field, or beside the fields when the
    object is made, and never compared.
    """

    endpoint: ObjectKind
    entry: str
    fields: Mapping[str, FieldValue]
    shown: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {name: one for name, one in self.fields.items() if one is not None})

    @property
    def digest(self) -> str:
        """Return what is told apart from anything else that could stand in these fields."""
        content = json.dumps([self.endpoint, self.entry, sorted(self.fields.items())], ensure_ascii=True)
        return sha256(content.encode()).hexdigest()[:20]

    def differing(self, other: Thing) -> tuple[str, ...]:
        """Return the names of the fields in which two things differ, sorted."""
        names = sorted(self.fields.keys() | other.fields.keys())
        return tuple(name for name in names if self.fields.get(name) != other.fields.get(name))
