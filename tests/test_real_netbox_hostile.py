"""Hostile texts in every field that a person can write in a NetBox: nothing that truc tells, prints or keeps has another shape.

What NetBox itself refuses is not there; all else is read back by `truc netbox`, and is told or taken for what it is: a text.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intents.finding import sort_findings
from intents.messages import LANGUAGES
from intents.reader.source_text import FORBIDDEN
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import compare
from ipam.netbox.reading import kept_plan, read_netbox
from ipam.netbox.server import Server, ServerAddress
from ipam.store.lockfile_store import LockfileStore
from tests.hostile_texts import hostile_text
from tests.netbox_api import Api, Permission
from tests.netbox_office import LESS, Office, put_tables
from tests.netbox_server import why_not
from tests.test_ipam_netbox_hostile import holds_messages, holds_shape

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

PLAIN = ("description", "comments")
FIELDS = {
    "tenancy/tenants": ("name", "slug", *PLAIN),
    "dcim/regions": ("name", "slug", *PLAIN),
    "ipam/vlan-groups": ("name", "slug", "description"),
    "ipam/vrfs": ("name", "rd", *PLAIN),
    "ipam/aggregates": PLAIN,
    "ipam/prefixes": PLAIN,
    "ipam/vlans": ("name", *PLAIN),
    "ipam/asns": PLAIN,
}
"""Where a person writes text; each object has custom fields, tags and a journal as well."""
TYPES = {"tenancy/tenants": "tenancy.tenant", "dcim/regions": "dcim.region", "ipam/vlan-groups": "ipam.vlangroup",
         "ipam/vrfs": "ipam.vrf", "ipam/aggregates": "ipam.aggregate", "ipam/prefixes": "ipam.prefix",
         "ipam/vlans": "ipam.vlan", "ipam/asns": "ipam.asn"}  # fmt: skip
PEOPLE = Permission([*TYPES.values(), "extras.tag", "extras.journalentry"], ["view", "add", "change", "delete"])


def written(person: Api, path: str, one: dict[str, Any], draw: random.Random) -> Counter[str]:
    """Have somebody write hostile texts into one field, and about its object; return how NetBox took them."""
    place, text = f"/api/{path}/{one['id']}/", hostile_text(draw)
    field = draw.choice((*FIELDS[path], "custom", "custom", "tag", "journal"))
    if field == "custom":
        names = [
            name
            for name, value in one["custom_fields"].items()
            if name.startswith("truc_") and not isinstance(value, int)
        ]
        answer = person.ask("PATCH", place, {"custom_fields": {draw.choice(names): text}})
    elif field == "tag":
        answer = person.ask("POST", "/api/extras/tags/", {"name": text[:100], "slug": f"t{draw.randrange(10**9)}"})
        if answer.code == 201:
            answer = person.ask("PATCH", place, {"add_tags": [{"slug": answer.body["slug"]}]})
    elif field == "journal":
        entry = {"assigned_object_type": TYPES[path], "assigned_object_id": one["id"], "kind": "info", "comments": text}
        answer = person.ask("POST", "/api/extras/journal-entries/", entry)
    else:
        answer = person.ask("PATCH", place, {field: text})
    return Counter([f"{field} {answer.code}" if answer.code >= 300 else "taken"])


def looked_at(office: Office, folder: Path) -> None:
    """Read it all back, and hold whatever is made of it to its shape."""
    reading = read_netbox(Server(ServerAddress(url=office.netbox.url), office.token))
    kept, changes, lines = kept_plan(reading), changes_to(reading, LESS), compare(reading, LESS)
    findings = sort_findings((*kept.findings, *changes.warnings, *changes.conflicts))
    for language in LANGUAGES:
        holds_shape(language, lines, findings)
    holds_messages(lines, findings)
    before = whole(office)
    ended = office.export()
    assert set(ended.split("+")) <= ({"TR998"} if changes.conflicts else {"ok"})
    # Nothing is written over but truc's own word of what it wrote there.
    assert whole(office) == before if changes.conflicts else texts(whole(office)) == texts(before)
    # An import takes it over whole and legible, or not at all.
    other = replace(office, folder=folder)
    store = LockfileStore(path=folder / "truc.lock.csv", shown="truc.lock.csv")
    put_tables(folder)
    other.keep(LESS)
    code, text = other.ask("import", "--yes", "--json")
    assert FORBIDDEN.search(text) is None
    assert all(isinstance(json.loads(line), dict) for line in text.split("\n") if line)
    loaded = store.load()
    assert (code, loaded.findings, loaded.plan) == ((1, (), LESS) if kept.findings else (0, (), kept.plan))
    if code == 0:
        # What was taken over is exported again, and no more than the word about it changes.
        assert other.export() == "ok"
        assert texts(whole(office)) == texts(before)


def whole(office: Office) -> dict[str, list[dict[str, Any]]]:
    return {path: office.netbox.admin.get(f"/api/{path}/", limit=1000)["results"] for path in FIELDS}


def texts(listed: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Return all that people may have written, by object."""
    return {
        one["url"]: json.dumps([one.get(name) for name in (*FIELDS[path], "tags")] + [_custom(one)])
        for path, ours in listed.items()
        for one in ours
    }


def _custom(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one["custom_fields"].items() if name != "truc_digest"}


def rounds(office: Office, folder: Path, count: int, seed: int) -> Counter[str]:
    """Have as many texts as are asked for written, into one object of each kind or two at a time, and look each time."""
    draw = random.Random(seed)  # noqa: S311 (nothing secret)
    found: Counter[str] = Counter()
    office.keep(LESS)
    office.netbox.reset("exported")
    person = office.netbox.admin.account("thu", PEOPLE)
    office.netbox.keep("visited")
    while found.total() < count:
        office.netbox.reset("visited")
        for path in draw.sample(sorted(FIELDS), draw.choice((1, 2, 8))):
            found += written(person, path, draw.choice(person.get(f"/api/{path}/", tag="truc")["results"]), draw)
        looked_at(office, folder)
    return found


def test_hostile_texts_of_people_change_the_shape_of_nothing(office: Office, tmp_path: Path) -> None:
    found = rounds(office, tmp_path, 8, 3)
    assert found["taken"] >= 4


@pytest.mark.long
def test_two_hundred_hostile_texts_of_people_change_the_shape_of_nothing(office: Office, tmp_path: Path) -> None:
    found = rounds(office, tmp_path, 200, 4)
    assert found["taken"] >= 100
    # A NUL or half a letter in a custom field is an error of NetBox's own; everywhere else it refuses what it can't keep.
    assert {said for said in found if re.search(r" 5\d\d$", said)} <= {"custom 500"}
