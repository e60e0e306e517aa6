"""What people do in NetBox, as users of theirs and not through truc: seen by `check`, and by no command written over.

Every edit is made by an ordinary account through the API, which is what NetBox's pages do, too. They are looked at one by one
(`make laws`), and all of them at once, on objects of their own, so that they cost one NetBox that is filled and one look.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from intents.messages import LANGUAGES, load_catalogue
from ipam.netbox.thing import ObjectKind
from tests.netbox_api import Api, Permission
from tests.netbox_office import Office
from tests.netbox_server import why_not
from tests.small_commands import ON, truc

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

TINY = Path(__file__).parent / "data" / "tiny"
PEOPLE = Permission(
    ["tenancy.tenant", "dcim.region", "dcim.site", "ipam.vlangroup", "ipam.vrf", "ipam.aggregate", "ipam.prefix", "ipam.vlan",
     "ipam.asn", "ipam.ipaddress"],
    ["view", "add", "change", "delete"],
)  # fmt: skip
LISTS = ("tenancy/tenants", "dcim/regions", "ipam/vlan-groups", "ipam/vrfs", "ipam/aggregates", "ipam/prefixes", "ipam/vlans",
         "ipam/asns", "ipam/ip-addresses", "dcim/sites")  # fmt: skip
SYSTEM, MAIL = "prefix lan/system-edoc 10.193.0.0/26", "prefix lan/system-mail 10.193.0.64/26"
PROVINCE, STATION = "prefix lan/vp-tinh-gov 10.194.0.0/26", "prefix lan/vp-tinh-mgmt 10.194.16.0/26"
HELD = "held 10.194.0.0/21"
COMMUNE, PARTY = "prefix lan/xa-gov 10.196.0.0/26", "prefix lan/xa-party 10.196.64.0/26"


@dataclass(frozen=True)
class Person:
    """Somebody with an account of their own at a NetBox."""

    api: Api

    def entry(self, path: str, entry: str) -> dict[str, Any]:
        """Return truc's object of an entry."""
        listed = self.api.get(f"/api/{path}/", cf_truc_entry=entry)["results"]
        (found,) = [one for one in listed if one["custom_fields"]["truc_entry"] == entry]
        return dict(found)

    def change(self, path: str, entry: str, **body: object) -> str:
        """Change an object, and return where it is."""
        number = self.entry(path, entry)["id"]
        answer = self.api.ask("PATCH", f"/api/{path}/{number}/", body)
        assert answer.code == 200, answer.body
        return f"{path}/{number}/"

    def delete(self, path: str, entry: str) -> str:
        number = self.entry(path, entry)["id"]
        answer = self.api.ask("DELETE", f"/api/{path}/{number}/")
        assert answer.code == 204, answer.body
        return f"{path}/{number}/"

    def add(self, path: str, **body: object) -> str:
        return f"{path}/{self.api.make(f'/api/{path}/', body)['id']}/"

    def number(self, path: str, entry: str) -> int:
        return int(self.entry(path, entry)["id"])


@dataclass(frozen=True)
class Edit:
    """What somebody does, and what is said of it: findings of `check` at that object by code with what they name, how the lines
    of the plan differ, and the code with which an export is refused, "" if it goes on."""

    does: Callable[[Person], str]
    found: Mapping[str, str]
    turns: Mapping[str, str]
    refused: str = ""


_CHANGED, _MISSING = "edited", "only_lockfile"
EDITS: Mapping[str, Edit] = {
    "an address added where nothing is": Edit(
        lambda one: one.add("ipam/ip-addresses", address="10.194.9.9/26", description="camera"), {"TR905": "10.194.9.9/26"}, {}
    ),
    "an address added to a LAN": Edit(lambda one: one.add("ipam/ip-addresses", address="10.194.0.9/26"), {}, {}),
    "a prefix added inside a pool": Edit(
        lambda one: one.add("ipam/prefixes", prefix="10.193.0.128/28"), {"TR997": "10.193.0.128/28"}, {}
    ),
    "a prefix moved": Edit(
        lambda one: one.change("ipam/prefixes", SYSTEM, prefix="10.193.5.0/26"),
        {"TR996": "prefix lan/system-edoc 10.193.5.0/26"},
        {SYSTEM: _CHANGED},
        "TR998",
    ),
    "what keeps NetBox's own allocation out moved": Edit(
        lambda one: one.change("ipam/prefixes", HELD, prefix="10.199.0.0/24"), {"TR996": HELD}, {}, "TR998"
    ),
    "a status changed": Edit(
        lambda one: one.change("ipam/prefixes", MAIL, status="reserved"), {}, {MAIL: _CHANGED}, "TR998"
    ),
    "a status that truc does not know": Edit(
        lambda one: one.change("ipam/prefixes", PROVINCE, status="container"),
        {"TR532": "container"},
        {PROVINCE: _CHANGED},
        "TR998",
    ),
    "a tenant renamed": Edit(
        lambda one: one.change("tenancy/tenants", "organisation van-phong-ubnd-tinh", name="Văn phòng Ủy ban"),
        {},
        {"organisation van-phong-ubnd-tinh": _CHANGED},
        "TR998",
    ),
    "a tag taken off": Edit(
        lambda one: one.change("ipam/prefixes", STATION, tags=[]), {"TR996": "tags"}, {STATION: _MISSING}, "TR998"
    ),
    "a custom field edited": Edit(
        lambda one: one.change("ipam/prefixes", PARTY, custom_fields={"truc_since": "2020-01-01"}),
        {},
        {PARTY: _CHANGED},
        "TR998",
    ),
    "an object deleted": Edit(
        lambda one: one.delete("ipam/asns", "asn device/core-1"), {}, {"asn device/core-1": _MISSING}
    ),
    "a VRF exchanged": Edit(
        lambda one: one.change(
            "ipam/prefixes", COMMUNE, vrf=one.number("ipam/vrfs", "vrf purpose/management")
        ),
        {"TR996": "vrf purpose/management"},
        {},
        "TR998",
    ),
    "a number that is another's": Edit(
        lambda one: one.change("ipam/vrfs", "vrf purpose/government", custom_fields={"truc_number": 1}),
        {"TR536": "1"},
        {"vrf purpose/government": _CHANGED},
        "TR998",
    ),
    "a description and a comment": Edit(
        lambda one: one.change("ipam/asns", "asn device/agg-1", description="Ghi chú", comments="<b>của tôi</b>"), {}, {}
    ),
}  # fmt: skip
"""Edits of objects that have nothing to do with one another."""
_REGION = "unit 05443@2025-07-01"


@dataclass(frozen=True)
class Province:
    """A workspace whose plan is in NetBox, and somebody there."""

    office: Office
    person: Person

    def check(self, *words: str) -> tuple[int, str]:
        return self.office.ask("check", "--on", ON, *words)

    def lines(self) -> str:
        return (self.office.folder / "truc.lock.csv").read_text(encoding="utf-8")

    def whole(self) -> dict[str, Any]:
        """Return everything that stands in NetBox."""
        admin = self.office.netbox.admin
        return {path: admin.get(f"/api/{path}/", limit=1000)["results"] for path in LISTS}


@pytest.fixture(scope="module")
def province_of_module(office_of_worker: Office, tmp_path_factory: pytest.TempPathFactory) -> Province:
    folder = tmp_path_factory.mktemp("province") / "w"
    shutil.copytree(TINY, folder)
    assert truc("compile", "-w", folder, "--on", ON)[0] == 0
    office = replace(office_of_worker, folder=folder)
    office.proxy.expect()
    office.netbox.reset("ready")
    person = Person(office.netbox.admin.account("thu", PEOPLE))
    assert office.export() == "ok"
    office.netbox.keep("province")
    return Province(office, person)


@pytest.fixture
def province(office: Office, province_of_module: Province) -> Province:
    office.netbox.reset("province")
    return province_of_module


def messages(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        yield json.loads(line)


def looked_at(province: Province, edits: Mapping[str, Edit]) -> None:
    """Make edits, and hold what is said and done against what is said of them."""
    before, tables = province.lines(), (province.office.folder / "organisations.csv").read_text(encoding="utf-8")
    places = {name: edit.does(province.person) for name, edit in edits.items()}
    whole = province.whole()
    code, text = province.check("--json")
    told = list(messages(text))
    findings = [one for one in told if one.get("type") == "finding"]
    url = province.office.proxy.url
    for name, edit in edits.items():
        at_object = [one for one in findings if one["file"] == f"{url}/{places[name]}"]
        at_object += [one for one in findings for also in one["also"] if also["file"] == f"{url}/{places[name]}"]
        assert {one["code"] for one in at_object} == set(edit.found), name
        assert all(
            any(part in value for value in one["values"].values()) for one in at_object for part in edit.found.values()
        )
    turns = {(one["turn"], one["lockfile"]) for one in told if one.get("type") == "line"}
    assert turns == {
        (turn, line_of(before, tables, entry)) for edit in edits.values() for entry, turn in edit.turns.items()
    }
    codes = {code for edit in edits.values() for code in edit.found}
    assert {one["code"] for one in findings} == codes
    assert told[-1]["branches"] == 0
    contradicts = codes - {"TR905", "TR997"}
    assert code == (3 if contradicts else 2 if turns else 0)
    told_in_words(province, codes)
    refused = {edit.refused for edit in edits.values()} - {""}
    code, text = province.office.ask("export", "--yes")
    assert (code, set(re.findall(r"\bTR\d{3}\b", text)) & {"TR998", "TR915"}) == (1 if refused else 0, refused)
    if refused:
        assert province.whole() == whole
    elif turns:
        assert province.check("--json")[0] == 0
    theirs = [f"/api/{place}" for name, place in places.items() if not edits[name].refused and "deleted" not in name]
    for place in theirs:
        assert province.person.api.get(place) in [one for found in whole.values() for one in found]
    code, _ = province.office.ask("import")
    assert code == (1 if contradicts else 2 if refused else 0)
    assert province.lines() == before


def told_in_words(province: Province, codes: set[str]) -> None:
    """What is said in both languages is the catalogue's."""
    for language in LANGUAGES:
        _, text = province.check("--lang", language)
        assert set(re.findall(r"\bTR\d{3}\b", text)) == codes
        for code in codes:
            assert load_catalogue(language).messages[code].why in text


def line_of(lockfile: str, organisations: str, entry: str) -> str:
    """Return the line of an entry."""
    kind, *words = entry.split()
    if kind == "organisation":
        (line,) = [line for line in organisations.splitlines() if line.startswith(f"{words[0]},")]
        return f"organisations.csv: {line},"  # the table has no renamed_from, its canonical line has
    start = f"prefix,{','.join(words)}," if kind == "prefix" else f"number,{kind},,{words[0]},"
    (line,) = [line for line in lockfile.splitlines() if line.startswith(start)]
    return line


@pytest.mark.slow
def test_what_people_do_there_is_told_and_nothing_of_theirs_written_over(province: Province) -> None:
    # What makes a line unreadable is told first, and alone: what else is wrong, only a whole plan shows.
    looked_at(province, {name: edit for name, edit in EDITS.items() if not edit.found.keys() & {"TR532", "TR536"}})


@pytest.mark.long
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_told_with_its_place_and_not_written_over(province: Province, name: str) -> None:
    looked_at(province, {name: EDITS[name]})


@pytest.mark.long
def test_a_region_that_is_deleted_takes_its_prefixes_along_and_an_export_makes_them_again(province: Province) -> None:
    whole = province.whole()["ipam/prefixes"]
    gone = province.person.delete("dcim/regions", _REGION)
    left = {one["custom_fields"]["truc_entry"] for one in province.whole()["ipam/prefixes"]}
    lost = {one["custom_fields"]["truc_entry"] for one in whole} - left
    assert len(lost) > 10
    code, text = province.check("--json")
    told = [one for one in messages(text) if one.get("type") == "line" and one["turn"] == _MISSING]
    assert code in (2, 3)  # what named the region, in the tables, contradicts itself
    assert {line_of(province.lines(), "", entry) for entry in lost} < {one["lockfile"] for one in told}
    assert province.office.export() == "ok"
    assert province.person.number("dcim/regions", _REGION) != int(gone.split("/")[2])
    assert province.check()[0] == 0


ADRIFT = {
    "a field": ("extras/custom-fields", {"name": "truc_since"}),
    "a field that few objects say something in": ("extras/custom-fields", {"name": "truc_registration_ref"}),
    "what truc wrote last": ("extras/custom-fields", {"name": "truc_digest"}),
    "a role": ("ipam/roles", {"slug": "truc-lan"}),
    "a group": ("tenancy/tenant-groups", {"slug": "truc-peoples_committee_body"}),
}
"""What is needed, and somebody deletes."""


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one == "a field" else pytest.mark.long) for one in ADRIFT]
)
def test_what_went_with_something_that_is_needed_is_told_and_an_export_writes_it_again(
    province: Province, name: str, tmp_path: Path
) -> None:
    path, query = ADRIFT[name]
    admin, before = province.office.netbox.admin, province.lines()
    (found,) = admin.get(f"/api/{path}/", **query)["results"]
    assert admin.ask("DELETE", f"/api/{path}/{found['id']}/").code == 204
    for action in ("check", "import", "export"):
        code, text = province.office.ask(action, *(("--on", ON) if action == "check" else ("--yes",)))
        assert (code, "TR995" in text) == (3 if action == "check" else 1, True), action
    assert province.lines() == before
    administrator = replace(province.office, token=province.office.netbox.token)
    assert administrator.ask("bootstrap", "--yes", "--backup", tmp_path / "b.json")[0] == 0
    is_line = name != "what truc wrote last"
    assert province.check()[0] == (3 if is_line else 0)
    assert province.office.ask("import", "--yes")[0] == (1 if is_line else 0)
    assert province.lines() == before
    assert province.office.export() == "ok"
    assert province.check()[0] == 0
    assert province.office.ask("import", "--yes")[0] == 0
    assert province.lines() == before


@pytest.mark.long
def test_a_tag_that_is_deleted_is_made_again_and_put_back_on_the_objects(province: Province, tmp_path: Path) -> None:
    admin = province.office.netbox.admin
    (tag,) = admin.get("/api/extras/tags/", slug="truc")["results"]
    assert admin.ask("DELETE", f"/api/extras/tags/{tag['id']}/").code == 204
    assert "TR995" in province.check()[1]
    administrator = replace(province.office, token=province.office.netbox.token)
    assert administrator.ask("bootstrap", "--yes", "--backup", tmp_path / "b.json")[0] == 0
    assert province.office.export() == "TR998"
    for kind in ObjectKind:
        listed = admin.get(f"/api/{kind}/", limit=1000)["results"]
        ours = [one["id"] for one in listed if one["custom_fields"].get("truc_entry")]
        bodies = [{"id": number, "tags": [{"slug": "truc"}]} for number in ours]
        assert not bodies or admin.ask("PATCH", f"/api/{kind}/", bodies).code == 200
    assert province.check()[0] == 0
    assert province.office.export() == "ok"


@pytest.mark.long
@pytest.mark.parametrize("field", ["name", "object_types", "required", "validation_regex", "default"])
def test_a_field_that_is_another_by_now_is_told_before_what_follows_from_it(province: Province, field: str) -> None:
    admin = province.office.netbox.admin
    body: dict[str, object] = {"name": "cua_toi", "object_types": ["ipam.asn"], "required": True}
    body |= {"validation_regex": "^x$", "default": "của họ"}
    name = "truc_reason" if field in ("validation_regex", "default") else "truc_since"
    (found,) = admin.get("/api/extras/custom-fields/", name=name)["results"]
    assert admin.ask("PATCH", f"/api/extras/custom-fields/{found['id']}/", {field: body[field]}).code == 200
    assert "TR995" in province.check()[1]
    assert [province.office.ask(action)[0] for action in ("import", "export")] == [1, 1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("extras/tags", {"slug": "khac"}),
        ("ipam/rirs", {"slug": "khac"}),
        ("extras/tags", {"object_types": ["dcim.device", "ipam.prefix"]}),
    ],
)
def test_what_is_another_by_now_gets_its_own_back(
    province: Province, path: str, body: dict[str, object], tmp_path: Path
) -> None:
    admin = province.office.netbox.admin
    (found,) = admin.get(f"/api/{path}/", slug="truc")["results"]
    assert admin.ask("PATCH", f"/api/{path}/{found['id']}/", body).code == 200
    assert "TR995" in province.check()[1]
    administrator = replace(province.office, token=province.office.netbox.token)
    assert f"~ {path}/truc" in administrator.ask("bootstrap")[1]
    assert administrator.ask("bootstrap", "--yes", "--backup", tmp_path / "b.json")[0] == 0
    assert (province.check()[0], province.office.export()) == (0, "ok")


def test_a_maker_of_the_name_with_another_slug_is_left_alone(province: Province, tmp_path: Path) -> None:
    admin = province.office.netbox.admin
    province.office.netbox.reset("empty")
    theirs = admin.make("/api/dcim/manufacturers/", {"name": "Cisco", "slug": "cisco-systems"})
    administrator = replace(province.office, token=province.office.netbox.token)
    assert administrator.ask("bootstrap", "--yes", "--backup", tmp_path / "b.json")[0] == 0
    makers = {one["slug"]: one["name"] for one in admin.get("/api/dcim/manufacturers/")["results"]}
    assert (makers["cisco-systems"], makers["cisco"]) == (theirs["name"], "Cisco (truc)")
    assert administrator.ask("bootstrap")[0] == 0


@pytest.mark.long
@pytest.mark.parametrize("path", ["ipam/prefixes", "tenancy/tenants"])
def test_a_role_or_group_that_a_person_took_off_is_not_written_over(province: Province, path: str) -> None:
    entry = MAIL if path == "ipam/prefixes" else "organisation van-phong-ubnd-tinh"
    province.person.change(path, entry, **{"role" if path == "ipam/prefixes" else "group": None})
    assert province.check()[0] == 3
    assert province.office.export() == "TR998"


@pytest.mark.long
def test_what_truc_names_nothing_of_may_come_and_go(province: Province) -> None:
    region = province.person.number("dcim/regions", _REGION)
    site = province.person.add("dcim/sites", name="UBND xã", slug="ubnd-xa", region=region)
    assert province.check()[0] == 0
    assert province.person.api.ask("DELETE", f"/api/{site}").code == 204
    assert province.check()[0] == 0
    # A tenant or VRF that prefixes name, NetBox lets nobody delete.
    for path, entry in (
        ("tenancy/tenants", "organisation van-phong-ubnd-tinh"),
        ("ipam/vrfs", "vrf purpose/management"),
    ):
        number = province.person.number(path, entry)
        assert province.person.api.ask("DELETE", f"/api/{path}/{number}/").code == 409
