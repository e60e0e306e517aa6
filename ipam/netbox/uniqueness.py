"""What an object of NetBox has that no other object of its kind may have.

The one idea: what is there and what is to be made say it by the same table, so what is in the way is an equal value, whoever's it
is, and it is known before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipam.netbox.thing import FieldValue, ObjectKind

Take = tuple[str, ...]
"""A kind, the fields that together are there once, and what stands in them."""

UNIQUE: Mapping[ObjectKind, tuple[tuple[str, ...], ...]] = {
    ObjectKind.TENANT: (("group", "name"), ("slug",)),
    ObjectKind.REGION: (("parent", "name"), ("parent", "slug")),
    ObjectKind.SITE: (("name",), ("slug",)),
    ObjectKind.LOCATION: (("site", "name"), ("site", "slug")),
    ObjectKind.DEVICE: (("site", "name"),),
    ObjectKind.DEVICE_TYPE: (("manufacturer", "slug"),),
    ObjectKind.PROVIDER: (("slug",),),
    ObjectKind.CIRCUIT: (("provider", "cid"),),
    ObjectKind.CIRCUIT_TERMINATION: (("circuit", "term_side"),),
    ObjectKind.VLAN: (("group", "vid"), ("group", "name")),
    ObjectKind.PREFIX: (("vrf", "prefix"),),
    ObjectKind.ASN: (("asn",),),
}
"""By kind, each set of fields that NetBox has once only; a kind that is missing has none, or is told by its name whoever made it.
Of tenants NetBox keeps slugs apart within a group: one of others with a slug of ours is the same body, and told."""
ASKED_TOO: Mapping[ObjectKind, tuple[str, ...]] = {ObjectKind.LOCATION: ("parent",), ObjectKind.DEVICE: ("tenant",)}
"""Fields that are people's alone, and in which NetBox keeps things apart, too: ours stand under nothing, and are nobody's."""
_ANY_CASE = frozenset({ObjectKind.DEVICE})
"""Kinds of which NetBox keeps names apart whatever their case."""
FREED: Mapping[ObjectKind, tuple[str, ...]] = {
    ObjectKind.CABLE: ("a_terminations", "b_terminations"),
    ObjectKind.VLAN: ("group",),
    ObjectKind.VRF: ("rd", "import_targets", "export_targets"),
}
"""By kind, the fields that are emptied where something is let go of, for others may need what stands in them; a cable and a VLAN
take nothing without them."""


def takes_of(endpoint: ObjectKind, values: Mapping[str, FieldValue]) -> frozenset[Take]:
    """Return all that an object takes, by what stands in its fields; an end of a cable is taken by whichever side is there."""
    if any(values.get(name) is not None for name in ASKED_TOO.get(endpoint, ())):
        return frozenset()
    return frozenset(_ends(values) if endpoint is ObjectKind.CABLE else _takes(endpoint, values))


def _ends(values: Mapping[str, FieldValue]) -> Iterator[Take]:
    for side in FREED[ObjectKind.CABLE]:
        for end in str(values.get(side) or "").split("; "):
            if end:
                yield (ObjectKind.CABLE, "end", end)


def _takes(endpoint: ObjectKind, values: Mapping[str, FieldValue]) -> Iterator[Take]:
    if any(values.get(name) is None for name in FREED.get(endpoint, ())):
        return
    for names in UNIQUE.get(endpoint, ()):
        said = [str(values.get(name) or "") for name in names]
        if said[-1]:
            yield (endpoint, " ".join(names), *(one.casefold() if endpoint in _ANY_CASE else one for one in said))
