"""What the API says of an object <-> the object as a value.

The one idea: nothing that a server answers is believed to have a shape; what has not the one that was asked for is refused
with its place, and a field that names an object that is not ours is kept as such, so that it agrees with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_interface, summarize_address_range
from typing import Any

from intents.prefix import Prefix, parse_prefix
from ipam.netbox.mapping import DIGEST, ENTRY, HOMES, OWN
from ipam.netbox.thing import NATIVE, POINTS_TO, FieldValue, Form, ObjectKind, Thing, UsedKind

CUSTOM: Mapping[ObjectKind, tuple[str, ...]] = {
    endpoint: tuple(
        sorted({
            home
            for where, homes in HOMES.values()
            for home in homes.values()
            if where is endpoint and home.startswith(f"{OWN}_")
        })
    )
    for endpoint in ObjectKind
}  # fmt: skip
"""The custom fields of each kind of object, beside those that all have."""
REGION_TYPE = "dcim.region"


class ShapeError(ValueError):
    """An answer has not the shape that was asked for."""


def etag_of(updated: str) -> str:
    """Return the entity tag of an object that was written last at that moment."""
    return f'W/"{updated.replace("Z", "+00:00")}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """An object of ours as it was read: its number, when it was written last, and what truc says it wrote there."""

    thing: Thing
    number: int
    updated: str
    written: str

    @property
    def key(self) -> tuple[ObjectKind, int]:
        """Return what tells it from all other objects there."""
        return (self.thing.endpoint, self.number)

    @property
    def etag(self) -> str:
        """Return the tag under which NetBox lets it be changed if nobody else has."""
        return etag_of(self.updated)

    @property
    def is_as_written(self) -> bool:
        """Return whether it says what truc wrote: nobody has changed it since."""
        return self.written == self.thing.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRow:
    """An object that is not ours, with what could be in our way: its prefix, slug or number; `entry`: whose it says to be all the
    same, where only our tag was taken off. A container is a prefix that says how people order their space."""

    endpoint: ObjectKind
    number: int
    says: str
    entry: str = ""
    is_container: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRow:
    """An object of somebody's that uses addresses, which `prefixes` cover exactly; `says` is how NetBox shows them."""

    endpoint: UsedKind
    number: int
    says: str
    prefixes: tuple[Prefix, ...]


Row = OwnRow | ForeignRow | UsedRow


@dataclass(slots=True)
class ObjectNumbers:
    """The number that a server has given to each entry, and back."""

    of_entry: dict[str, int] = field(default_factory=dict)
    entries: dict[tuple[ObjectKind, int], str] = field(default_factory=dict)

    def add(self, endpoint: ObjectKind, entry: str, number: int) -> None:
        self.of_entry[entry] = number
        self.entries[endpoint, number] = entry

    def drop(self, endpoint: ObjectKind, entry: str, number: int) -> None:
        self.of_entry.pop(entry, None)
        self.entries.pop((endpoint, number), None)


def asked_fields(endpoint: ObjectKind | UsedKind) -> str:
    """Return what is asked for of each object."""
    if isinstance(endpoint, UsedKind):
        return "id,address" if endpoint is UsedKind.ADDRESS else "id,start_address,end_address"
    names: list[str] = []
    for name, form in NATIVE[endpoint].items():
        names += ["scope_type", "scope_id"] if form is Form.SCOPE else [name]
    return ",".join(("id", "last_updated", "tags", "custom_fields", *names))


def read_row(endpoint: ObjectKind | UsedKind, found: Any, numbers: ObjectNumbers) -> Row:
    """Return an object as a value; ShapeError."""
    number = _is(int, found, "id")
    if isinstance(endpoint, UsedKind):
        says = [_is(str, found, name) for name in asked_fields(endpoint).split(",")[1:]]
        return UsedRow(endpoint=endpoint, number=number, says="-".join(says), prefixes=_covering(says[0], says[-1]))
    if OWN not in {_is(str, tag, "slug") for tag in _is(list, found, "tags")}:
        entry = str(_scalar(_is(dict, found, "custom_fields").get(ENTRY)) or "")
        status = found.get("status")
        return ForeignRow(
            endpoint=endpoint,
            number=number,
            says=_foreign(endpoint, found),
            entry=entry,
            is_container=isinstance(status, dict) and status.get("value") == "container",
        )
    custom = _is(dict, found, "custom_fields")
    fields = {name: _native(name, form, found, numbers) for name, form in NATIVE[endpoint].items()}
    fields |= {name: _scalar(custom.get(name)) for name in CUSTOM[endpoint]}
    return OwnRow(
        thing=Thing(endpoint=endpoint, entry=str(_scalar(custom.get(ENTRY)) or ""), fields=_of_kind(custom, fields)),
        number=number,
        updated=_is(str, found, "last_updated"),
        written=str(_scalar(custom.get(DIGEST)) or ""),
    )


def _of_kind(custom: Mapping[str, Any], fields: Mapping[str, FieldValue]) -> Mapping[str, FieldValue]:
    """Return the fields that the kind of an entry has, and those beyond them in which something stands."""
    kind = str(custom.get(ENTRY)).partition(" ")[0]
    homes = set(HOMES[kind][1].values()) if kind in HOMES else set()
    return {
        name: value
        for name, value in fields.items()
        if not name.startswith(f"{OWN}_") or name in homes or value is not None
    }


def _native(name: str, form: Form, found: Any, numbers: ObjectNumbers) -> FieldValue:
    if form is Form.SCOPE:
        if found.get("scope_id") is None:
            return None
        number = _is(int, found, "scope_id")
        if found.get("scope_type") != REGION_TYPE:
            return f"foreign {found.get('scope_type')} {number}"
        return numbers.entries.get((ObjectKind.REGION, number), f"foreign {number}")
    value = found.get(name)
    if value is None or form is Form.PLAIN:
        return _scalar(value)
    if form is Form.CHOICE:
        return str(_is(str, value, "value"))
    if form is Form.SLUG:
        return str(_is(str, value, "slug"))
    number = _is(int, value, "id")
    return numbers.entries.get((POINTS_TO[name], number), f"foreign {number}")


def _covering(first: str, last: str) -> tuple[Prefix, ...]:
    """Return the prefixes that cover addresses from one to another; ShapeError."""
    try:
        start, end = (_address(text) for text in (first, last))
        networks = summarize_address_range(start, end)
        return tuple(parse_prefix(str(network)) for network in networks)
    except (TypeError, ValueError) as error:
        raise ShapeError(f"no addresses: {error}") from None


def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_interface(text).ip


def _foreign(endpoint: ObjectKind, found: Any) -> str:
    for name in ("prefix", "slug", "asn"):
        if name in NATIVE[endpoint]:
            return str(_scalar(found.get(name)))
    return ""


def _scalar(value: Any) -> FieldValue:
    if value is None or value == "":
        return None
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise ShapeError(f"no text or number: {type(value).__name__}")


def _is(kind: type[Any], found: Any, name: str) -> Any:
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ShapeError(f"{name}: no {kind.__name__}")
    return value


def body_of(thing: Thing, numbers: ObjectNumbers, message: str) -> dict[str, Any]:
    """Return what is sent so that an object says this; KeyError for another object that is not there yet."""
    body: dict[str, Any] = {"tags": [{"slug": OWN}], "changelog_message": message}
    custom: dict[str, FieldValue] = {name: thing.fields.get(name) for name in CUSTOM[thing.endpoint]}
    for name, form in NATIVE[thing.endpoint].items():
        value = thing.fields.get(name)
        match form:
            case Form.SCOPE:
                body["scope_type"] = None if value is None else REGION_TYPE
                body["scope_id"] = None if value is None else numbers.of_entry[str(value)]
            case Form.ENTRY:
                body[name] = None if value is None else numbers.of_entry[str(value)]
            case Form.SLUG:
                body[name] = None if value is None else {"slug": value}
            case _:
                body[name] = value
    body["custom_fields"] = {**custom, ENTRY: thing.entry, DIGEST: thing.digest}
    return body
