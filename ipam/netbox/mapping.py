"""An `AddressPlan` -> objects of NetBox, and back: which column of a lockfile line stands in which field.

The one idea: each column has one home (`HOMES`), a field of NetBox's own where it has one that means the same; whatever
else an object shows (names, a VRF, who it is of) follows from the plan and is made here. So the way back reads homes alone,
makes the objects anew, and what a person's edit put out of step shows as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from intents.finding import Finding
from intents.prefix import Prefix
from intents.reader.source_text import FORBIDDEN_IN_VALUE
from ipam.address_plan import AddressPlan, NumberEntry, NumberKind, Pool, PoolUse, PrefixEntry
from ipam.keys import (
    AttachmentOwner,
    ChannelScope,
    LanKey,
    LanScope,
    LinkKey,
    LoopbackKey,
    NumberKey,
    OutsideKey,
    PrefixKey,
    ProvinceScope,
    PurposeOwner,
)
from ipam.netbox.thing import NATIVE, FieldValue, Form, ObjectKind, Thing
from ipam.requests import MANAGEMENT
from ipam.store.lock_lines import COLUMNS, join_fields, number_fields, pool_fields, prefix_fields
from ipam.store.lockfile import HEADER, parse_plan

OWN = "truc"
"""The tag of what is ours, and the slug of our registry (RIR)."""
NOTE = f"{OWN}: "
"""What a note of ours begins with."""
ENTRY, DIGEST = "truc_entry", "truc_digest"
"""Custom fields of every object: whose entry it is, and what truc wrote there last."""
TARGETS = "truc_targets"
"""Custom field of a VRF: the route distinguisher and route target that truc wrote there last."""

_NUMBER = {"key": "truc_key", "since": "truc_since", "until": "truc_until", "reason": "truc_reason"}
_POOL = {
    "name": "truc_name",
    "prefix": "prefix",
    "root_block": "truc_root_block",
    "slot": "truc_slot",
    "purpose": "truc_purpose",
    "category": "truc_category",
    "tier": "truc_tier",
    "level": "truc_level",
    "owner": "truc_owner",
}
HOMES: Mapping[str, tuple[ObjectKind, Mapping[str, str]]] = {
    "root": (ObjectKind.AGGREGATE, _POOL),
    "pool": (ObjectKind.PREFIX, {**_POOL, "use": "role"}),
    "prefix": (
        ObjectKind.PREFIX,
        {
            "key": "truc_key",
            "prefix": "prefix",
            "pool": "truc_pool",
            "state": "status",
            "since": "truc_since",
            "until": "truc_until",
            "party": "truc_party",
            "organisation": "tenant",
            "purpose": "truc_purpose",
            "level": "truc_level",
            "unit": "scope",
            "registration_ref": "truc_registration_ref",
            "reason": "truc_reason",
        },
    ),
    "vrf": (ObjectKind.VRF, {**_NUMBER, "value": "truc_number", "state": "truc_state"}),
    "vlan": (ObjectKind.VLAN, {**_NUMBER, "scope": "group", "value": "vid", "state": "status"}),
    "asn": (ObjectKind.ASN, {**_NUMBER, "value": "asn", "state": "truc_state"}),
}
"""Kind of object -> where it is, and the home of each column that its kind does not say itself."""

WHOLE_NUMBERS = frozenset({"truc_slot", "truc_level", "truc_number", "vid", "asn"})
DAYS = frozenset({"truc_since", "truc_until"})
_STATUS = {"reserved": "reserved", "active": "active", "quarantined": "deprecated"}
_STATE = {status: state for state, status in _STATUS.items()}
_NAMED = {"tenant": "organisation", "scope": "unit", "group": "scope"}
"""Field -> the first word of the entry of what it points to."""
NAMED_KINDS: Mapping[str, ObjectKind] = {
    "organisation": ObjectKind.TENANT,
    "unit": ObjectKind.REGION,
    "scope": ObjectKind.VLAN_GROUP,
}
"""What there is an object of only because others name it."""
PLAN_ONLY = frozenset({ObjectKind.VLAN_GROUP, *(endpoint for endpoint, _ in HOMES.values())})
"""What says the address plan and nothing else; tenants and regions are lines of tables, too."""
PLAN_KINDS = tuple(kind for kind in ObjectKind if kind in PLAN_ONLY or kind in NAMED_KINDS.values())
"""All that has to be read of a NetBox to know its address plan."""
HELD = "held"
"""First word of the entry, and the role, of what says no line: it fills a pool, so that NetBox itself gives out nothing there."""
ROLES = (HELD, "lan", "link", "loopback", "outside")
KIND_ENDPOINTS: Mapping[str, ObjectKind] = {
    **{kind: endpoint for kind, (endpoint, _) in HOMES.items()},
    **NAMED_KINDS,
    HELD: ObjectKind.PREFIX,
}
"""First word of an entry of the plan -> what kind of object it is."""
_LONGEST: Mapping[ObjectKind, int] = {ObjectKind.VLAN: 64, ObjectKind.INTERFACE: 64}
LONGEST_NAME = 100
"""Characters that NetBox keeps of a name, but for some kinds."""
_HELD_DESCRIPTION = "kept by truc so that NetBox itself gives out nothing in this pool; in use is what lies in the VRFs"
_NOT_KEPT = re.compile(f"\n|{FORBIDDEN_IN_VALUE.pattern}")
"""What is in no name: it hides or reorders letters, or ends a line. All else NetBox keeps, a blank that does not break, too."""
_PLAIN_SLUG = re.compile(r"[a-z0-9_-]{1,100}")


def role_slug(use: str) -> str:
    """Return the slug of the role that prefixes of a use have."""
    return f"{OWN}-{use}"


# A plan into things.


def things_of(plan: AddressPlan) -> tuple[Thing, ...]:
    """Return every object that a plan has, in the order in which they can be made."""
    vrfs = {str(entry.key) for entry in plan.numbers if entry.kind is NumberKind.VRF}
    lines = [
        *(_pool_thing(pool) for pool in plan.pools),
        *(_prefix_thing(entry, vrfs) for entry in plan.prefixes),
        *(_number_thing(entry) for entry in plan.numbers),
    ]
    order = {endpoint: place for place, endpoint in enumerate(ObjectKind)}
    things = (*_named_things(lines), *_held_things(plan.pools, lines), *lines)
    return tuple(sorted(things, key=lambda thing: order[thing.endpoint]))


def _held_things(pools: Iterable[Pool], lines: Iterable[Thing]) -> Iterator[Thing]:
    """Yield what leaves NetBox's own allocation nothing in a pool: its halves, in the same VRF as the pool (none). One in whose
    very place something of the plan is in that VRF is not needed, and could not be made beside it."""
    prefixes = (thing.fields for thing in lines if thing.endpoint is ObjectKind.PREFIX)
    there = {fields["prefix"] for fields in prefixes if "vrf" not in fields}
    halves = {half for pool in pools if pool.use is not PoolUse.ROOT for half in _halves(pool.prefix)}
    for half in sorted(half for half in halves if str(half) not in there):
        fields: dict[str, FieldValue] = {"prefix": str(half), "status": "reserved", "role": role_slug(HELD)}
        yield Thing(
            endpoint=ObjectKind.PREFIX, entry=f"{HELD} {half}", fields=fields, shown={"description": _HELD_DESCRIPTION}
        )


def _halves(prefix: Prefix) -> tuple[Prefix, ...]:
    """Return the two halves of a prefix; of a single address, which NetBox gives out once only, none."""
    size, length = prefix.size // 2, prefix.length + 1
    return tuple(Prefix(prefix.family, prefix.network + place * size, length) for place in range(2)) if size else ()


def _pool_thing(pool: Pool) -> Thing:
    columns = dict(zip(COLUMNS["pool"], pool_fields(pool), strict=True))
    if pool.use is PoolUse.ROOT:
        return _thing("root", columns, f"root {pool.name}", rir=OWN)
    return _thing("pool", columns, f"pool {pool.name}", status="container", tenant=None, vrf=None, scope=None)


def _prefix_thing(entry: PrefixEntry, vrfs: set[str]) -> Thing:
    columns = dict(zip(COLUMNS["prefix"], prefix_fields(entry), strict=True))
    vrf = str(vrf_owner(entry.key))
    shown = {"vrf": f"vrf {vrf}" if vrf in vrfs else None, "role": role_slug(_role(entry.key))}
    return _thing("prefix", columns, f"prefix {entry.key} {entry.prefix}", **shown)


def _number_thing(entry: NumberEntry) -> Thing:
    columns = dict(zip(COLUMNS["number"], number_fields(entry), strict=True))
    match entry.scope:
        case ProvinceScope() if entry.kind is NumberKind.VRF:
            return _thing("vrf", columns, f"vrf {entry.key}", name=shown_name(str(entry.key), ObjectKind.VRF))
        case ProvinceScope():
            return _thing("asn", columns, f"asn {entry.key}", rir=OWN)
        case LanScope() | ChannelScope():
            name = shown_name(str(entry.key), ObjectKind.VLAN)
            return _thing("vlan", columns, f"vlan {entry.scope} {entry.key}", name=name)


def place_in_plan(thing: Thing) -> tuple[FieldValue, ...] | None:
    """Return what an entry has got, None for what others only name."""
    kind = thing.entry.partition(" ")[0]
    homes = {"prefix": ("prefix",), "vrf": ("truc_number",), "asn": ("asn",), "vlan": ("group", "vid")}
    return (kind, *(thing.fields.get(home) for home in homes[kind])) if kind in homes else None


def _thing(kind: str, columns: Mapping[str, str], entry: str, **shown: FieldValue) -> Thing:
    endpoint, homes = HOMES[kind]
    fields = {home: _field_value(home, columns[column]) for column, home in homes.items()}
    return Thing(endpoint=endpoint, entry=entry, fields={**fields, **shown})


def _named_things(lines: Iterable[Thing]) -> Iterator[Thing]:
    """Yield tenants, regions and VLAN groups: one for each organisation, unit and scope that a line names."""
    named = {str(thing.fields[field]) for thing in lines for field in _NAMED if thing.fields.get(field)}
    for entry in sorted(named):
        kind, _, text = entry.partition(" ")
        endpoint = NAMED_KINDS[kind]
        fields: dict[str, FieldValue] = {"name": shown_name(text, endpoint)}
        slug = {"slug": slug_of(text)}
        if NATIVE[endpoint]["slug"] is Form.ONCE:
            yield Thing(endpoint=endpoint, entry=entry, fields=fields, shown=slug)
        else:
            yield Thing(endpoint=endpoint, entry=entry, fields={**fields, **slug})


def vrf_owner(key: PrefixKey) -> NumberKey:
    """Return whose VRF a prefix is in: an attachment's, or a purpose's; loopbacks are in that of management."""
    match key:
        case LanKey(attachment) | OutsideKey(attachment, _):
            return AttachmentOwner(attachment)
        case LinkKey(_, owner):
            return owner
        case LoopbackKey():
            return PurposeOwner(MANAGEMENT)


def _role(key: PrefixKey) -> str:
    match key:
        case LanKey():
            return "lan"
        case LinkKey():
            return "link"
        case LoopbackKey():
            return "loopback"
        case OutsideKey():
            return "outside"


def _field_value(home: str, text: str) -> FieldValue:
    if not text:
        return None
    if home in WHOLE_NUMBERS:
        return int(text)
    if home in _NAMED:
        return f"{_NAMED[home]} {text}"
    return _STATUS[text] if home == "status" else role_slug(text) if home == "role" else str(text)


def shown_name(text: str, endpoint: ObjectKind) -> str:
    """Return a text as a name that NetBox keeps as it is: one that it can't keep is cut, and told apart by a digest."""
    return cut_name(text, _LONGEST.get(endpoint, LONGEST_NAME))


def cut_name(text: str, longest: int) -> str:
    """Return a text as a name of at most so many characters."""
    is_kept = text.isprintable() or not _NOT_KEPT.search(text)
    if is_kept and text == text.strip() and len(text) <= longest:
        return text
    plain = "".join(letter if letter.isprintable() else "?" for letter in text).strip()
    return f"{plain[: longest - 10].strip()}#{_short(text)}"


def slug_of(text: str) -> str:
    """Return a text as a slug; equal slugs only for equal texts."""
    if _PLAIN_SLUG.fullmatch(text):
        return text
    return f"{re.sub(r'[^a-z0-9_]+', '-', text.lower()).strip('-')[:80]}-{_short(text)}"


def slug_beside(slug: str, entry: str) -> str:
    """Return another slug for an entry whose own one somebody has."""
    return f"{slug[:80]}-{_short(entry)}"


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:8]


# Things into a plan.


def line_of(thing: Thing) -> str:
    """Return the lockfile line of a thing; "" for what is there only because others name it.

    A field that says nothing that its column could say is put in as it is: whoever reads the line finds it there.
    """
    kind = thing.entry.partition(" ")[0]
    if kind not in HOMES:
        return ""
    line = {"root": "pool", "vrf": "number", "vlan": "number", "asn": "number"}.get(kind, kind)
    columns = {column: _column_text(home, thing.fields.get(home)) for column, home in HOMES[kind][1].items()}
    implied = {"root": {"use": "root"}, "vrf": {"kind": "vrf"}, "vlan": {"kind": "vlan"}, "asn": {"kind": "asn"}}
    columns |= implied.get(kind, {})
    return join_fields((line, *(columns.get(column, "") for column in COLUMNS[line])))


def _column_text(home: str, value: FieldValue) -> str:
    text = "" if value is None else str(value)
    if home in _NAMED:
        return text.partition(" ")[2]
    if home == "role":
        return text.removeprefix(role_slug(""))
    return _STATE.get(text, text) if home == "status" else text


def plan_of(things: Iterable[Thing], shown: str) -> tuple[AddressPlan, tuple[Finding, ...]]:
    """Return the plan that things say, and every line that is wrong; `shown` is where they are kept, in findings."""
    lines = sorted(line for thing in things if (line := line_of(thing)))
    return parse_plan("\n".join((HEADER, *lines)) + "\n", shown)
