"""What the API says of an object <-> the object as a value.

The one idea: nothing that a server answers is believed to have a shape; what has not the one that was asked for is refused
with its place, and a field that names an object that is not ours is kept as such, so that it agrees with nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_interface, summarize_address_range
from typing import Any

from intents.prefix import Prefix, parse_prefix
from ipam.netbox.mapping import DIGEST, ENTRY, HOMES, OWN, PLAN_ONLY
from ipam.netbox.tables_homes import TABLE_HOMES, custom_of
from ipam.netbox.tables_mapping import natural_entry, suffix_of, with_whole_title
from ipam.netbox.thing import (
    CATALOGUE,
    END_TYPES,
    ENDED,
    ENDING,
    LASTING,
    NATIVE,
    PHASES,
    POINTS_TO,
    TYPED_AS,
    FieldValue,
    Form,
    ObjectKind,
    Thing,
    UsedKind,
)
from ipam.netbox.uniqueness import ASKED_TOO, Take, takes_of

CUSTOM: Mapping[ObjectKind, tuple[str, ...]] = {
    endpoint: tuple(
        sorted(
            {
                home
                for where, homes in HOMES.values()
                for home in homes.values()
                if where is endpoint and home.startswith(f"{OWN}_")
            }.union(*(custom_of(kind) for kind, (_, where, _) in TABLE_HOMES.items() if where is endpoint))
        )
    )
    for endpoint in ObjectKind
}
"""The custom fields of each kind of object, beside those that all have."""


class ShapeError(ValueError):
    """An answer has not the shape that was asked for."""


def etag_of(updated: str) -> str:
    """Return the entity tag of an object that was written last at that moment: NetBox says it in UTC there, and elsewhere in the
    zone that it was set to."""
    moment = moment_of(updated)
    return f'W/"{updated if moment is None else moment.astimezone(UTC).isoformat()}"'


def moment_of(text: str) -> datetime | None:
    """Return a moment as NetBox says it, None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """An object of ours as it was read: its number, when it was written last, and what truc says it wrote there; `is_given`: a
    person put our tag on it, and truc has not written there yet. `takes`: what no other object may have, as it stands there."""

    thing: Thing
    number: int
    updated: str
    written: str
    is_given: bool = False
    takes: frozenset[Take] = frozenset()

    @property
    def key(self) -> tuple[ObjectKind, int]:
        """Return what tells it from all other objects there."""
        return (self.thing.endpoint, self.number)

    @property
    def is_offered(self) -> bool:
        """Return whether a person offers it to be taken over, and truc has never written there."""
        return self.is_given and not self.written

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
    """An object that is not ours: its prefix or number, or of the catalogue, whose entry it is.

    `takes`: what no other object may have; `entry`: whose it says to be all the same, where only our tag was taken off. A
    container is a prefix that says how people order their space; what is global is a prefix in no VRF.
    """

    endpoint: ObjectKind
    number: int
    says: str
    takes: frozenset[Take] = frozenset()
    entry: str = ""
    is_container: bool = False
    is_global: bool = False


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
    names: list[str] = [] if endpoint in CATALOGUE else ["last_updated", "tags", "custom_fields"]
    for name, form in NATIVE[endpoint].items():
        names += [f"{name}_type", f"{name}_id"] if form is Form.TYPED else [name]
    names += ASKED_TOO.get(endpoint, ())
    return ",".join(("id", *names))


def read_row(endpoint: ObjectKind | UsedKind, found: Any, numbers: ObjectNumbers) -> Row:
    """Return an object as a value; ShapeError."""
    number = _is(int, found, "id")
    if isinstance(endpoint, UsedKind):
        says = [_is(str, found, name) for name in asked_fields(endpoint).split(",")[1:]]
        return UsedRow(endpoint=endpoint, number=number, says="-".join(says), prefixes=_covering(says[0], says[-1]))
    native = _natives(endpoint, found, numbers)
    if endpoint in CATALOGUE:
        has = frozenset[Take]() if endpoint is ObjectKind.INTERFACE else _takes(endpoint, found, native)
        entry = _catalogue_entry(endpoint, native)
        return ForeignRow(endpoint=endpoint, number=number, says=entry, takes=has)
    if OWN not in {_is(str, tag, "slug") for tag in _is(list, found, "tags")}:
        entry = str(_scalar(_is(dict, found, "custom_fields").get(ENTRY)) or "")
        status = found.get("status")
        return ForeignRow(
            endpoint=endpoint,
            number=number,
            says=_foreign(endpoint, found),
            takes=_takes(endpoint, found, native),
            entry=entry,
            is_container=isinstance(status, dict) and status.get("value") == "container",
            is_global=endpoint is ObjectKind.PREFIX and found.get("vrf") is None,
        )
    custom = _is(dict, found, "custom_fields")
    fields = native | {name: _scalar(custom.get(name)) for name in CUSTOM[endpoint]}
    if endpoint not in PLAN_ONLY:
        fields = {name: _as_typed(value) for name, value in fields.items()}
    said = str(_scalar(custom.get(ENTRY)) or "")
    entry = said or natural_entry(endpoint, fields)
    for name, form in NATIVE[endpoint].items():
        if form is Form.TITLE and fields[name] is not None:
            fields[name] = str(fields[name]).removesuffix(suffix_of(entry))
    return OwnRow(
        thing=with_whole_title(Thing(endpoint=endpoint, entry=entry, fields=fields)),
        number=number,
        updated=_is(str, found, "last_updated"),
        written=str(_scalar(custom.get(DIGEST)) or ""),
        is_given=not said,
        takes=_takes(endpoint, found, native),
    )


def _takes(endpoint: ObjectKind, found: Any, native: Mapping[str, FieldValue]) -> frozenset[Take]:
    also = {name: None if found.get(name) is None else "somebody's" for name in ASKED_TOO.get(endpoint, ())}
    once = {name: _scalar(found.get(name)) for name, form in NATIVE[endpoint].items() if form is Form.ONCE}
    return takes_of(endpoint, {**native, **once, **also})


def _catalogue_entry(endpoint: ObjectKind, native: Mapping[str, FieldValue]) -> str:
    """Return what an object is told by, "" for one that nothing of ours can mean."""
    match endpoint:
        case ObjectKind.DEVICE_TYPE:
            return f"model {native['manufacturer']} {native['model']}"
        case ObjectKind.PROVIDER:
            return f"enterprise {native['name']}"
        case _:
            kind, _, device = str(native["device"]).partition(" ")
            return f"interface {device} {native['name']}" if kind == "device" else ""


def _natives(endpoint: ObjectKind, found: Any, numbers: ObjectNumbers) -> dict[str, FieldValue]:
    forms = NATIVE[endpoint].items()
    return {name: _native(name, form, found, numbers) for name, form in forms if form is not Form.ONCE}


def _native(name: str, form: Form, found: Any, numbers: ObjectNumbers) -> FieldValue:
    if form is Form.TYPED:
        if found.get(f"{name}_id") is None:
            return None
        number = _is(int, found, f"{name}_id")
        wanted, pointed = TYPED_AS[name]
        if found.get(f"{name}_type") != wanted:
            return f"foreign {found.get(f'{name}_type')} {number}"
        return numbers.entries.get((pointed, number), f"foreign {number}")
    if form is Form.ENDS:
        return "; ".join(_end(one, numbers) for one in _is(list, found, name)) or None
    value = found.get(name)
    if value is None or form in (Form.PLAIN, Form.TITLE):
        return _scalar(value)
    if form is Form.CHOICE:
        return str(_is(str, value, "value"))
    if form is Form.PHASE:
        return ENDING if _is(str, value, "value") in ENDED else LASTING
    if form is Form.SLUG:
        return str(_is(str, value, "slug"))
    number = _is(int, value, "id")
    return numbers.entries.get((POINTS_TO[name], number), f"foreign {number}")


def _end(found: Any, numbers: ObjectNumbers) -> str:
    number, kind = _is(int, found, "object_id"), _is(str, found, "object_type")
    if kind not in END_TYPES:
        return f"foreign {kind} {number}"
    return numbers.entries.get((END_TYPES[kind], number), f"foreign {number}")


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
    """Return the prefix or number that something has, "" for what has none."""
    names = (name for name in ("prefix", "asn") if name in NATIVE[endpoint])
    return next((str(_scalar(found.get(name))) for name in names), "")


def _as_typed(value: FieldValue) -> FieldValue:
    """Return a text as a table has it: letters whole, whatever keyboard made them, and no blanks around."""
    return unicodedata.normalize("NFC", value).strip() or None if isinstance(value, str) else value


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


def body_of(thing: Thing, numbers: ObjectNumbers, message: str, names: Container[str] | None = None) -> dict[str, Any]:
    """Return what is sent so that an object says this, in the fields of these names if not in all; KeyError for another object
    that is not there yet."""
    body: dict[str, Any] = {
        "tags": [{"slug": OWN}],
        "changelog_message": message,
        **(thing.shown if names is None else {}),
    }
    for name, form in NATIVE[thing.endpoint].items():
        value = thing.fields.get(name)
        if form is Form.ONCE or (names is not None and name not in names):
            continue
        match form:
            case Form.TYPED:
                body[f"{name}_type"] = None if value is None else TYPED_AS[name][0]
                body[f"{name}_id"] = None if value is None else numbers.of_entry[str(value)]
            case Form.ENTRY:
                body[name] = None if value is None else numbers.of_entry[str(value)]
            case Form.SLUG:
                body[name] = None if value is None else {"slug": value}
            case Form.ENDS:
                body[name] = [] if value is None else _ends_body(str(value), numbers)
            case Form.PHASE:
                body[name] = PHASES.get((thing.endpoint, str(value)), value)
            case _:
                body[name] = thing.shown.get(name, value)
    if thing.endpoint not in CATALOGUE:
        custom = {name: thing.fields.get(name) for name in CUSTOM[thing.endpoint] if names is None or name in names}
        body["custom_fields"] = {**custom, ENTRY: thing.entry, DIGEST: thing.digest}
    return body


def _ends_body(entry: str, numbers: ObjectNumbers) -> list[dict[str, Any]]:
    word = entry.partition(" ")[0]
    kind = next(
        name for name, endpoint in END_TYPES.items() if (endpoint is ObjectKind.INTERFACE) == (word == "interface")
    )
    return [{"object_type": kind, "object_id": numbers.of_entry[entry]}]
