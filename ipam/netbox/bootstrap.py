"""What a NetBox must have before it can say an address plan and tables: the tag, the registry, roles, groups and custom fields,
what it lacks, and since when it has the rest.

The one idea: what is needed is a list worked out of the mapping, so no field is forgotten; what is there already and is as
it should be is left alone, and what is there otherwise is shown before and after, and put into a backup.
"""

from __future__ import annotations

import http
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from intents.finding import Finding, Where, make_finding, raise_errors
from intents.reason import because
from ipam.inventory_reader import MAKERS
from ipam.netbox.mapping import DAYS, DIGEST, ENTRY, OWN, ROLES, TARGETS, WHOLE_NUMBERS, role_slug
from ipam.netbox.reading import Reading, Since, made_anew
from ipam.netbox.record import objects
from ipam.netbox.rows import CUSTOM
from ipam.netbox.server import Server, refuse, send
from ipam.netbox.tables_homes import (
    CIRCUIT_TYPES,
    DEVICE_ROLES,
    PLATFORMS,
    TABLE_DAYS,
    TABLE_WHOLE_NUMBERS,
    TENANT_GROUPS,
)
from ipam.netbox.thing import CATALOGUE, OBJECT_TYPES, ObjectKind

MESSAGE = "truc netbox bootstrap"
OLDEST = (4, 6)
"""The first version that truc can work with."""
_LONGEST_VERSION = 40
_TAG, _RIR, _ROLE, _FIELD = "extras/tags/", "ipam/rirs/", "ipam/roles/", "extras/custom-fields/"
_NAMED: Mapping[str, tuple[str, ...]] = {
    _ROLE: ROLES,
    "tenancy/tenant-groups/": TENANT_GROUPS,
    "dcim/device-roles/": DEVICE_ROLES,
    "dcim/platforms/": PLATFORMS,
    "circuits/circuit-types/": CIRCUIT_TYPES,
}
"""What objects name by a slug of ours, by where it is."""
_MAKERS = "dcim/manufacturers/"
_UNBOUND: Mapping[str, Any] = {
    "required": False,
    "default": None,
    "validation_regex": "",
    "validation_minimum": None,
    "validation_maximum": None,
}
"""What a field of ours says of its values: nothing that could refuse one of truc's, or put one where truc wrote none."""
_PATHS = (_TAG, _RIR, *_NAMED, _MAKERS, _FIELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that has to be there: where, under which name, and what it says."""

    path: str
    key: str
    name: str
    says: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A need that is not met: `found` is what is there instead, None for nothing."""

    need: Need
    found: Mapping[str, Any] | None


def needs() -> Iterator[Need]:
    """Yield everything that has to be there."""
    label = "trục (truc)"
    yield Need(
        path=_TAG,
        key="slug",
        name=OWN,
        says={"name": OWN, "description": "written by truc: ask it, not here", "object_types": []},
    )
    yield Need(path=_RIR, key="slug", name=OWN, says={"name": label, "is_private": True})
    for path, words in _NAMED.items():
        for word in words:
            yield Need(path=path, key="slug", name=role_slug(word), says={"name": f"truc {word}"})
    for maker in sorted(set(MAKERS.values())):
        yield Need(path=_MAKERS, key="slug", name=maker, says={"name": maker.capitalize()})
    names = sorted({name for custom in CUSTOM.values() for name in custom})
    for name in (ENTRY, DIGEST, *names):
        yield Need(path=_FIELD, key="name", name=name, says=_field_says(name))
    vrf = [OBJECT_TYPES[ObjectKind.VRF]]
    yield Need(path=_FIELD, key="name", name=TARGETS, says={**_field_says(TARGETS), "object_types": vrf})


def _field_says(name: str) -> Mapping[str, Any]:
    common = name in (ENTRY, DIGEST)
    types = sorted(
        text for one, text in OBJECT_TYPES.items() if one not in CATALOGUE and (common or name in CUSTOM[one])
    )
    is_number, is_day = name in WHOLE_NUMBERS | TABLE_WHOLE_NUMBERS, name in DAYS | TABLE_DAYS
    kind = "integer" if is_number else "date" if is_day else "text"
    return {"type": kind, "object_types": types, "unique": name == ENTRY, "group_name": OWN, **_UNBOUND}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How far a NetBox is prepared: every need that it does not meet, and since when it has what meets one, by its name.
    `is_begun`: it has some of our fields or our tag."""

    lacking: tuple[Lack, ...]
    since: Since
    is_begun: bool

    def unmet(self, shown: str) -> Iterator[Finding]:
        """Yield an error (TR995) if a need is not met; `shown`: where the NetBox is."""
        if self.lacking:
            first = self.lacking[0].need
            reason = because("netbox_lacks", count=len(self.lacking), first=f"{first.path}{first.name}")
            yield make_finding("TR995", Where(file=shown), reason=reason)

    def astray(self, reading: Reading) -> Iterator[Finding]:
        """Yield an error (TR995) if something of a preparation is not there any more, or is another by now, so that what was read
        is not what people wrote."""
        if self.is_begun:
            yield from self.unmet(reading.shown)
        yield from made_anew(reading)


def look(server: Server) -> Preparation:
    """Return how far a NetBox is prepared; FindingsError (TR993)."""
    _check_version(server)
    there = {path: _listed(server, path) for path in _PATHS}
    found = [_found(need, there[need.path]) for need in needs()]
    return Preparation(
        lacking=tuple(Lack(need=need, found=one) for need, one in found if one is None or not _meets(need, one)),
        since={need.name: str(one.get("created")) for need, one in found if one is not None},
        is_begun=any(one is not None for need, one in found if need.path in (_TAG, _FIELD)),
    )


def _check_version(server: Server) -> None:
    """FindingsError (TR993) for a NetBox that does not know the cursor by which lists are read, nor the condition of a write."""
    said = server.get("status/")
    version = str(said.get("netbox-version")) if isinstance(said, dict) else ""
    found = re.match(r"(\d{1,4})\.(\d{1,4})", version)
    if found is None:
        raise refuse(f"{server.url}/api/status/", because("netbox_shape", said="netbox-version"))
    if tuple(int(part) for part in found.groups()) < OLDEST:
        raise refuse(server.url, because("netbox_version", version=version[:_LONGEST_VERSION]))


def lacks(server: Server) -> tuple[Lack, ...]:
    """Return every need that a NetBox does not meet; FindingsError (TR993)."""
    return look(server).lacking


def check_ready(server: Server) -> Since:
    """Return since when all is there that is needed; FindingsError (TR995) if something is not."""
    found = look(server)
    raise_errors(tuple(found.unmet(server.url)))
    return found.since


def _listed(server: Server, path: str) -> tuple[Mapping[str, Any], ...]:
    """Return what is there, each with a name, and all but custom fields with a slug."""
    try:
        return tuple({**one, **{key: str(one[key]) for key in _keys(path)}} for one in objects(server, path))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(f"{server.url}/api/{path}", because("netbox_shape", said=error)) from None


def _keys(path: str) -> tuple[str, ...]:
    return ("name",) if path == _FIELD else ("name", "slug")


def _found(need: Need, listed: Iterable[Mapping[str, Any]]) -> tuple[Need, Mapping[str, Any] | None]:
    """Return what is there of a need; where something of its name has another slug, that is ours by another slug, but for a
    maker, who has a second entry then, by a name that says so."""
    of_name = {one["name"]: one for one in listed}
    one = next((one for one in listed if one[need.key] == need.name), None) or of_name.get(need.says.get("name"))
    if one is None or one[need.key] == need.name or need.path != _MAKERS:
        return need, one
    return replace(need, says={**need.says, "name": f"{need.says['name']} ({OWN})"}), None


def _meets(need: Need, found: Mapping[str, Any]) -> bool:
    """Return whether what is there says what it has to; what people name and describe is theirs."""
    if need.path != _FIELD:
        is_bound = need.path == _TAG and bool(found.get("object_types"))
        return bool(found[need.key] == need.name) and not is_bound
    kind = found.get("type")
    says = {"type": kind.get("value") if isinstance(kind, dict) else kind}
    says |= {name: found.get(name) for name in ("unique", *_UNBOUND)}
    types = found.get("object_types")
    wide = isinstance(types, list) and set(need.says["object_types"]) <= {str(one) for one in types}
    return wide and all(says[name] == need.says[name] for name in says)


def supply(server: Server, lacking: tuple[Lack, ...]) -> None:
    """Make and change what is lacking; FindingsError (TR913, TR916)."""
    done = 0
    for path in _PATHS:
        of_path = [lack for lack in lacking if lack.need.path == path]
        for method, status in (("POST", http.HTTPStatus.CREATED), ("PATCH", http.HTTPStatus.OK)):
            bodies = [_body(lack) for lack in of_path if (lack.found is None) == (method == "POST")]
            if bodies:
                send(server, method, path, bodies, status, done=done)
                done += len(bodies)


def _body(lack: Lack) -> Mapping[str, Any]:
    need = lack.need
    number = {} if lack.found is None else {"id": lack.found["id"]}
    return {**number, need.key: need.name, **need.says, "changelog_message": MESSAGE}
