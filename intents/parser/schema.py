"""JSON Schemas (Draft 2020-12) of the YAML files, for editors: completion and first mistakes while typing.

The one idea: fields and choices are those that the parsers use, so that the two cannot part; a schema is looser than the
parser (it knows no references and no dates that must fit), never stricter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from intents.approval import Risk
from intents.parser.approvers import APPROVAL_FIELDS, MORE_FIELDS, MOST_DAYS, MOST_SIGNATURES, SIGNATURE_FIELDS
from intents.parser.change_request import ACCESS_FIELDS, CHANGE_FIELDS, INTERRUPTION_FIELDS, SPAN_FIELDS
from intents.parser.intents import FIELDS_OF_KIND
from intents.parser.parties import CONDITION_FIELDS, SELECTOR_FIELDS, TARGET_FIELDS
from intents.parser.registry import MOST_HOSTS
from intents.parser.services import ANY, SERVICE_FIELDS
from intents.parser.settings import (
    DEDICATED_FIELDS,
    FIRST_PRIVATE_ASN,
    GRANT_FIELDS,
    LAST_PRIVATE_ASN,
    MANAGEMENT_FIELDS,
    POOL_FIELDS,
    SECRET_FIELDS,
    SETTINGS_FIELDS,
)
from intents.parser.systems import MOST_PURPOSES, OUTSIDE_FIELDS, PURPOSE_FIELDS, SYSTEM_FIELDS
from intents.reader.conversions import NAME, WEB_ADDRESS
from intents.registry import HIGHEST_LEVEL, LOWEST_LEVEL, ApplicationClass, Category, Domain, McuOwner, Tier
from intents.settings import POOL_USES, STORES

Schema = Mapping[str, object]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

TEXT: Schema = {"type": "string", "minLength": 1}
NAME_TEXT: Schema = {"type": "string", "pattern": f"^(?:{NAME.pattern})$"}
DAY: Schema = {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
MOMENT: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$"}
PREFIX: Schema = {"type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}$"}
ADDRESS: Schema = {"type": "string", "pattern": "^[0-9a-fA-F.:]+$"}
UNIT_KEY: Schema = {"type": "string", "pattern": "^[0-9]{1,8}@[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
EARLIER: Schema = {"anyOf": [NAME_TEXT, {"type": "array", "items": NAME_TEXT}, {"type": "null"}]}
PORT: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": 65535},
        {"type": "string", "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$"},
    ]
}


def make_schemas() -> dict[str, Schema]:
    """Return the schema of every YAML file by its name in the workspace (`intents/*.yaml` for intents, `changes/*.yaml` for
    change requests)."""
    return {
        "purposes.yaml": _file(
            "purposes", {**_named(_purpose()), "maxProperties": MOST_PURPOSES, "required": ["management"]}
        ),
        "systems.yaml": _file("systems", _named(_system())),
        "outside_networks.yaml": _file("outside_networks", _named(_outside_network())),
        "settings.yaml": {"$schema": DIALECT, **_settings()},
        "intents/*.yaml": _file("intents", {"type": "array", "items": _intent()}),
        "changes/*.yaml": {"$schema": DIALECT, **_record(("change",), {"change": _change()}, ())},
    }


def _file(field: str, content: Schema) -> Schema:
    return {"$schema": DIALECT, **_record((field,), {field: content}, ())}


def _record(fields: Sequence[str], types: Mapping[str, Schema], optional: Iterable[str]) -> Schema:
    """Return the schema of a mapping with these fields and no others; a field without a type of its own is text."""
    left_out = frozenset(optional)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {field: types.get(field, TEXT) for field in fields},
        "required": [field for field in fields if field not in left_out],
    }


def _named(content: Schema) -> Schema:
    return {"type": "object", "propertyNames": NAME_TEXT, "additionalProperties": content}


def _choice(choices: type[StrEnum]) -> Schema:
    return {"enum": [item.value for item in choices]}


def _list(items: Schema, *, may_be_empty: bool = False) -> Schema:
    return {"type": "array", "items": items, "uniqueItems": True, "minItems": 0 if may_be_empty else 1}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _service() -> Schema:
    types: dict[str, Schema] = {"tcp": _list(PORT), "udp": _list(PORT), "icmp": {"const": "echo"}}
    return {**_record(SERVICE_FIELDS, types, SERVICE_FIELDS), "minProperties": 1}


def _services() -> Schema:
    return {**_named(_service()), "minProperties": 1}


def _purpose() -> Schema:
    types: dict[str, Schema] = {"home_of": _list(_choice(Category), may_be_empty=True), "renamed_from": EARLIER}
    return _record(PURPOSE_FIELDS, types, ("renamed_from",))


def _system() -> Schema:
    types: dict[str, Schema] = {
        "owner": NAME_TEXT,
        "site": NAME_TEXT,
        "purpose": NAME_TEXT,
        "hosts": _whole(1, MOST_HOSTS),
        "application_class": _choice(ApplicationClass),
        "security_level": _whole(LOWEST_LEVEL, HIGHEST_LEVEL),
        "control_points": _list(NAME_TEXT),
        "services": _services(),
        "valid_from": DAY,
        "valid_to": DAY,
        "device": NAME_TEXT,
        "renamed_from": EARLIER,
    }
    optional = ("control_points", "valid_from", "valid_to", "device", "interface", "renamed_from", "quality_ref")
    return _record(SYSTEM_FIELDS, types, optional)


def _outside_network() -> Schema:
    types: dict[str, Schema] = {
        "purpose": NAME_TEXT,
        "gateway": NAME_TEXT,
        "prefixes": _list(PREFIX),
        "services": _services(),
        "security_level": _whole(LOWEST_LEVEL, HIGHEST_LEVEL),
        "control_points": _list(NAME_TEXT),
        "valid_from": DAY,
        "valid_to": DAY,
        "renamed_from": EARLIER,
    }
    optional = ("security_level", "control_points", "valid_from", "valid_to", "interface", "renamed_from")
    return _record(OUTSIDE_FIELDS, types, optional)


def _settings() -> Schema:
    types: dict[str, Schema] = {
        "default_on": DAY,
        "headroom_percent": _whole(0, 1000),
        "reserve_warning_percent": _whole(0, 100),
        "quarantine_days": _whole(0, 36500),
        "route_target_asn": _whole(FIRST_PRIVATE_ASN, LAST_PRIVATE_ASN),
        "pools": _list(_pool()),
        "granted": _list(_record(GRANT_FIELDS, {"prefix": PREFIX, "root_block": NAME_TEXT}, ("root_block", "to"))),
        "management": _management(),
        "approval": _approval(),
        "store": {"enum": list(STORES)},
        "netbox": {"type": "string", "pattern": WEB_ADDRESS},
    }
    return _record(
        SETTINGS_FIELDS, types, ("default_on", "granted", "batfish", "approval", "store", "netbox", "quality_ref")
    )


def _approval() -> Schema:
    signatures = _whole(1, MOST_SIGNATURES)
    more = {"domain": _choice(Domain), "risk": _choice(Risk), "signatures": signatures}
    types: dict[str, Schema] = {
        "days": _whole(1, MOST_DAYS),
        "signatures": _record(SIGNATURE_FIELDS, dict.fromkeys(SIGNATURE_FIELDS, signatures), ()),
        "more": _list(_record(MORE_FIELDS, more, ())),
    }
    return _record(APPROVAL_FIELDS, types, ("more",))


def _pool() -> Schema:
    types: dict[str, Schema] = {
        "name": NAME_TEXT,
        "use": {"enum": list(POOL_USES)},
        "prefix": PREFIX,
        "root_block": NAME_TEXT,
        "slot": _whole(0, 128),
        "alone": {"type": "boolean"},
        "purpose": NAME_TEXT,
        "dedicated": _record(DEDICATED_FIELDS, {"category": _choice(Category), "tier": _choice(Tier)}, ()),
        "level": _whole(0, 2),
        "owner": _choice(Domain),
    }
    return _record(POOL_FIELDS, types, ("slot", "purpose", "dedicated", "level", "owner", "alone"))


def _management() -> Schema:
    hosts = ("controllers", "break_glass")
    servers = ("ntp_servers", "syslog_servers", "tacacs_servers", "snmp_servers", *hosts)
    types: dict[str, Schema] = {
        **dict.fromkeys(servers, _list(ADDRESS)),
        "login_from": _list(NAME_TEXT),
        "secrets": _record(SECRET_FIELDS, dict.fromkeys(SECRET_FIELDS, NAME_TEXT), ()),
    }
    return _record(MANAGEMENT_FIELDS, types, hosts)


def _selector() -> Schema:
    types: dict[str, Schema] = {
        "categories": _list(_choice(Category)),
        "tiers": _list(_choice(Tier)),
        "domains": _list(_choice(Domain)),
        "labels": _list(TEXT),
        "names": _list(NAME_TEXT),
        "below": UNIT_KEY,
        "except": _list(NAME_TEXT),
        "purpose": NAME_TEXT,
        "all": {"type": "boolean"},
    }
    some_condition = [{"required": [field]} for field in (*CONDITION_FIELDS, "all")]
    return {**_record(SELECTOR_FIELDS, types, SELECTOR_FIELDS), "anyOf": some_condition}


def _target(*, source: bool) -> Schema:
    types: dict[str, Schema] = {
        "systems": _list(NAME_TEXT),
        "outside_networks": _list(NAME_TEXT),
        "services": {"anyOf": [{"const": ANY}, _list(NAME_TEXT)]},
    }
    fields = TARGET_FIELDS[:2] if source else TARGET_FIELDS
    record = _record(fields, types, ("systems", "outside_networks"))
    return {**record, "anyOf": [{"required": ["systems"]}, {"required": ["outside_networks"]}]}


def _intent() -> Schema:
    types: dict[str, Schema] = {
        "id": NAME_TEXT,
        "domain": _choice(Domain),
        "valid_from": DAY,
        "valid_to": DAY,
        "from": _list({"anyOf": [_selector(), _target(source=True)]}),
        "to": _list({"anyOf": [_selector(), _target(source=False)]}),
        "organisations": _selector(),
        "service": {"anyOf": [{"const": ANY}, _service()]},
        "mutual": {"type": "boolean"},
        "application_class": _choice(ApplicationClass),
        "mcu_owner": _choice(McuOwner),
        "devices": _list(NAME_TEXT),
    }
    optional = ("valid_from", "valid_to", "mutual", "application_class", "mcu_owner")
    kinds = {
        kind: _record(fields, types, (*optional, "service") if "to" in fields else optional)
        for kind, fields in FIELDS_OF_KIND.items()
    }
    return {**_record(tuple(FIELDS_OF_KIND), kinds, FIELDS_OF_KIND), "minProperties": 1, "maxProperties": 1}


def _change() -> Schema:
    ends = _list({"anyOf": [_selector(), _target(source=True)]})
    access = _list(_record(ACCESS_FIELDS, dict.fromkeys(ACCESS_FIELDS, ends), ()), may_be_empty=True)
    moments = dict.fromkeys(SPAN_FIELDS, MOMENT)
    interruption = _record(INTERRUPTION_FIELDS, {**moments, "devices": _list(NAME_TEXT)}, ())
    types: dict[str, Schema] = {
        "owner": _choice(Domain),
        "author": NAME_TEXT,
        "window": _record(SPAN_FIELDS, moments, ()),
        "intents": _list(NAME_TEXT, may_be_empty=True),
        "opens": access,
        "closes": access,
        "interruptions": _list(interruption, may_be_empty=True),
    }
    optional = ("author", "agreement_ref", "intents", "opens", "closes", "interruptions")
    return _record(CHANGE_FIELDS, types, optional)
