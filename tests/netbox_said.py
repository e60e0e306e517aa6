"""What a NetBox says of an address plan, read without truc: by the table of homes in docs/en/netbox.md.

The one idea: the page that an administrator reads is a second reading of the mapping. Each object that carries the tag becomes
the line that the page says it is; lines are counted, so what is lost and what is there twice shows.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from tests.netbox_api import Api

Line = tuple[str, ...]
PREFIXES = "ipam/prefixes"
PAGE = Path(__file__).parent.parent / "docs" / "en" / "netbox.md"
NAMED = {"tenant": "tenancy/tenants", "scope": "dcim/regions", "group": "ipam/vlan-groups"}
"""Where what a field names is, whose entry says the column in its second word."""
COLUMNS = {
    "pool": "name,use,prefix,root_block,slot,purpose,category,tier,level,owner",
    "prefix": "key,prefix,pool,state,since,until,party,organisation,purpose,level,unit,registration_ref,reason",
    "number": "kind,scope,key,value,state,since,until,reason",
}
"""The columns of a lockfile line, as its own comments name them."""
_KIND = {"pool (root)": "root", "number (vrf)": "vrf", "number (vlan)": "vlan", "number (asn)": "asn"}
_IMPLIED = {"root": {"use": "root"}, "vrf": {"kind": "vrf"}, "vlan": {"kind": "vlan"}, "asn": {"kind": "asn"}}


@cache
def _homes() -> Mapping[str, tuple[str, str, Mapping[str, str]]]:
    """Return the kind of line, the list and the field of each column by the first word of an entry."""
    found = {}
    text = PAGE.read_text(encoding="utf-8").partition("<!-- homes -->")[2].partition("<!-- end of homes -->")[0]
    for row in re.findall(r"^\| (\S.*?) \| (\S+/\S+) \| (.*) \|$", text, flags=re.MULTILINE):
        columns = dict(re.findall(r"(\w+): `(\w+)`", row[2]))
        found[_KIND.get(row[0], row[0])] = (row[0].partition(" ")[0], row[1], columns)
    assert sorted(found) == ["asn", "pool", "prefix", "root", "vlan", "vrf"]
    return found


def lines_of(lockfile: str) -> Counter[Line]:
    """Return the lines of a lockfile in which nothing is quoted in its own way."""
    _, *lines = lockfile.splitlines()
    return Counter(tuple(fields) for fields in csv.reader(line for line in lines if not line.startswith("#")))


def said(api: Api) -> Counter[Line]:
    """Return the lines that the objects of truc say; what names no line is a line of its own, and named by what it is."""
    named = {path: _objects(api, path) for path in NAMED.values()}
    entries = {(path, one["id"]): _entry(one).partition(" ")[2] for path, ours in named.items() for one in ours}
    found: Counter[Line] = Counter()
    for path in sorted({path for _, path, _ in _homes().values()}):
        found.update(_line(one, entries) for one in _objects(api, path) if not _is_held(one))
    found.update(_open(api))
    return found


def _is_held(one: Mapping[str, Any]) -> bool:
    return (one.get("role") or {}).get("slug") == "truc-held"


def _open(api: Api) -> Iterator[Line]:
    """Yield what NetBox itself would give out of a pool of truc's, where there is more than a single address; and each prefix
    that keeps it from doing so and is not half of a pool, or is there twice."""
    prefixes = _objects(api, PREFIXES)
    pools = [one for one in prefixes if _entry(one).startswith("pool ")]
    networks = [ip_network(one["prefix"]) for one in pools]
    halves = Counter(str(half) for pool in networks if pool.num_addresses > 1 for half in pool.subnets())
    stray = Counter(str(one["prefix"]) for one in prefixes if _is_held(one))
    stray.subtract(halves)
    yield from (("held", prefix) for prefix, times in stray.items() if times > 0)
    for pool, network in zip(pools, networks, strict=True):
        free = api.get(f"/api/{PREFIXES}/{pool['id']}/available-prefixes/") if network.num_addresses > 1 else []
        yield from (("free", str(one["prefix"])) for one in free)


def twice(api: Api) -> list[str]:
    """Return every entry that more than one object of any kind says, whoever it belongs to."""
    paths = {*NAMED.values(), *(path for _, path, _ in _homes().values())}
    counted = Counter(_entry(one) for path in paths for one in _objects(api, path, everybody=True))
    return [entry for entry, times in counted.items() if entry and times > 1]


def _objects(api: Api, path: str, *, everybody: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/api/{path}/", limit=1000)["results"]
    assert len(found) < 1000
    return [one for one in found if everybody or "truc" in {tag["slug"] for tag in one["tags"]}]


def _entry(one: Mapping[str, Any]) -> str:
    return str(one["custom_fields"].get("truc_entry") or "")


def _line(one: Mapping[str, Any], entries: Mapping[tuple[str, int], str]) -> Line:
    kind = _entry(one).partition(" ")[0]
    if kind not in _homes():
        return (str(one["url"]), _entry(one))
    line, _, homes = _homes()[kind]
    columns = {column: _column(one, home, entries) for column, home in homes.items()} | _IMPLIED.get(kind, {})
    return (line, *(columns.get(column, "") for column in COLUMNS[line].split(",")))


def _column(one: Mapping[str, Any], home: str, entries: Mapping[tuple[str, int], str]) -> str:
    if home.startswith("truc_"):
        return str(one["custom_fields"].get(home) or "") if one["custom_fields"].get(home) != 0 else "0"
    if home == "scope":
        number = one["scope_id"]
        return "" if number is None else entries.get((NAMED[home], number), f"{one['scope_type']} {number}")
    value = one[home]
    if home in NAMED:
        return "" if value is None else entries.get((NAMED[home], value["id"]), str(value["display"]))
    if home == "status":
        return {"deprecated": "quarantined"}.get(value["value"], str(value["value"]))
    if home == "role":
        return "" if value is None else str(value["slug"]).removeprefix("truc-")
    return str(value)
