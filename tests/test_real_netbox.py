"""What the product takes for granted of NetBox, shown by a NetBox that nobody here wrote.

Each fact is one that something in truc rests on: a NetBox that behaves otherwise shows here first, and by its name. What races,
only measurements show (that a plain POST of one prefix by two clients at once makes duplicates, that a unique custom field is
looked up but not locked); here is what NetBox says when one comes after the other.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest

from ipam.netbox.rows import etag_of
from tests.netbox_api import Api, Permission
from tests.netbox_dump import pinned
from tests.netbox_server import NetBox, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

PREFIXES = "/api/ipam/prefixes/"


def _prefixes(api: Api, *numbers: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = api.make(PREFIXES, [{"prefix": f"10.60.{n}.0/24"} for n in numbers])
    return made


def _is_empty(server: NetBox) -> bool:
    counted = server.admin.get(PREFIXES)["count"]
    return bool(counted == 0)


# What the tests stand on.


def test_it_is_the_netbox_that_is_pinned(netbox: NetBox) -> None:
    assert netbox.admin.get("/api/status/")["netbox-version"] == pinned()


def test_a_reset_gives_the_empty_database_back_to_the_running_server(netbox: NetBox) -> None:
    first = _prefixes(netbox.admin, *range(6))
    netbox.admin.account("officer")
    netbox.reset()
    # Each of its processes and threads asks the new database, and no connection to the old one is seen.
    assert all(_is_empty(netbox) for _ in range(12))
    assert [user["username"] for user in netbox.admin.get("/api/users/users/")["results"]] == ["admin"]
    assert _prefixes(netbox.admin, 0)[0]["id"] == first[0]["id"]


def test_a_person_can_log_in_and_see_pages_with_their_style(netbox: NetBox) -> None:
    provision = "/api/users/tokens/provision/"
    asked = {"username": "admin", "password": netbox.password}
    anybody = Api(netbox.url, "")
    assert anybody.ask("POST", provision, asked).code == 201
    assert anybody.ask("POST", provision, asked | {"password": "wrong"}).code == 403
    page = anybody.ask("GET", "/login/")
    styles = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page.body)
    assert (page.code, len(styles)) == (200, 2)
    assert [anybody.ask("GET", style).code for style in styles] == [200, 200]


# Who may do what.


def test_a_token_is_shown_with_its_prefix_and_everything_else_is_refused(netbox: NetBox) -> None:
    def asked(authorization: str) -> int:
        return netbox.admin.ask("GET", "/api/status/", headers={"Authorization": authorization}).code

    assert netbox.token.startswith("nbt_")
    assert asked(f"Bearer {netbox.token}") == 200
    assert asked(f"Bearer {netbox.token.removeprefix('nbt_')}") == 403
    assert asked(f"Bearer {netbox.token[:-1]}") == 403
    assert asked("") == 403


def test_the_client_shows_a_token_as_it_should(netbox: NetBox) -> None:
    _prefixes(netbox.admin, 1, 2)
    pynetbox: Any = import_module("pynetbox")  # its types are not published
    client = pynetbox.api(netbox.url, token=netbox.token)
    assert [str(found) for found in client.ipam.prefixes.all()] == ["10.60.1.0/24", "10.60.2.0/24"]


def test_a_token_that_may_not_write_reads_all_and_changes_nothing(netbox: NetBox) -> None:
    (prefix,) = _prefixes(netbox.admin, 1)
    reader = netbox.admin.with_token_of(1, writes=False)
    place = f"{PREFIXES}{prefix['id']}/"
    assert reader.get(place) == prefix
    assert reader.ask("POST", PREFIXES, {"prefix": "10.60.2.0/24"}).code == 403
    assert reader.ask("PATCH", place, {"description": "x"}).code == 403
    assert reader.ask("DELETE", place).code == 403
    assert netbox.admin.get(place) == prefix


def test_a_user_sees_and_makes_what_a_permission_names_and_nothing_else(netbox: NetBox) -> None:
    _prefixes(netbox.admin, 1, 2)
    actions = ["view", "add", "change"]
    officer = netbox.admin.account("officer", Permission(["ipam.prefix"], actions, {"description": "truc"}))
    assert officer.get(PREFIXES)["count"] == 0
    assert officer.ask("POST", PREFIXES, {"prefix": "10.60.3.0/24"}).code == 403
    made = officer.make(PREFIXES, {"prefix": "10.60.3.0/24", "description": "truc"})
    assert [found["id"] for found in officer.get(PREFIXES)["results"]] == [made["id"]]
    assert officer.ask("DELETE", f"{PREFIXES}{made['id']}/").code == 403
    assert officer.ask("GET", "/api/dcim/sites/").code == 403
    assert netbox.admin.get(PREFIXES)["count"] == 3


# Reading.


def test_a_cursor_loses_no_row_when_rows_before_it_go(netbox: NetBox) -> None:
    steady = [row["id"] for row in _prefixes(netbox.admin, *range(12))]
    for number in steady[:2]:
        page = netbox.admin.get(PREFIXES, start=0, limit=5)
        assert page["count"] is None
        seen = [row["id"] for row in page["results"]]
        assert netbox.admin.ask("DELETE", f"{PREFIXES}{number}/").code == 204
        while page["next"]:
            page = netbox.admin.get(page["next"].removeprefix(netbox.url))
            seen += [row["id"] for row in page["results"]]
        assert seen == steady[steady.index(number) :]


def test_a_page_number_loses_a_row_when_rows_before_it_go(netbox: NetBox) -> None:
    steady = [row["id"] for row in _prefixes(netbox.admin, *range(6))]
    first = netbox.admin.get(PREFIXES, limit=3, ordering="id")
    assert netbox.admin.ask("DELETE", f"{PREFIXES}{steady[0]}/").code == 204
    second = netbox.admin.get(first["next"].removeprefix(netbox.url))
    assert [row["id"] for row in second["results"]] == steady[4:]


def test_a_filter_that_it_does_not_know_is_ignored_in_silence(netbox: NetBox) -> None:
    _prefixes(netbox.admin, 1, 2)
    assert netbox.admin.get(PREFIXES, prefix="10.60.1.0/24")["count"] == 1
    assert netbox.admin.get(PREFIXES, prefx="10.60.1.0/24")["count"] == 2
    assert netbox.admin.ask("GET", f"{PREFIXES}?status=activ").code == 400


# Writing.


def test_a_change_of_what_somebody_else_has_changed_since_is_refused(netbox: NetBox) -> None:
    (prefix,) = _prefixes(netbox.admin, 1)
    place = f"{PREFIXES}{prefix['id']}/"
    read = netbox.admin.ask("GET", place).headers["ETag"]
    assert prefix["last_updated"].endswith("+07:00")
    assert read == etag_of(prefix["last_updated"])
    changed = netbox.admin.ask("PATCH", place, {"description": "theirs"}, {"If-Match": read})
    assert (changed.code, changed.headers["ETag"] != read) == (200, True)
    for method, body in (("PATCH", {"description": "ours"}), ("DELETE", None)):
        assert netbox.admin.ask(method, place, body, {"If-Match": read}).code == 412
    assert netbox.admin.get(place)["description"] == "theirs"


def test_of_many_that_are_written_together_all_are_or_none(netbox: NetBox) -> None:
    _prefixes(netbox.admin, 1)
    answer = netbox.admin.ask("POST", PREFIXES, [{"prefix": f"10.60.{n}.0/24"} for n in (2, 3, 1)])
    assert answer.code == 400
    assert [error["index"] for error in answer.body["errors"]] == [2]
    rows = netbox.admin.get(PREFIXES)["results"]
    assert [row["prefix"] for row in rows] == ["10.60.1.0/24"]
    gone = [{"id": rows[0]["id"]}, {"id": rows[0]["id"] + 1000}]
    assert netbox.admin.ask("DELETE", PREFIXES, gone).code == 400
    assert netbox.admin.get(PREFIXES)["count"] == 1


def test_a_prefix_that_is_used_up_is_said_to_be(netbox: NetBox) -> None:
    parent = netbox.admin.make(PREFIXES, {"prefix": "10.60.0.0/30", "status": "container"})
    inside = f"{PREFIXES}{parent['id']}/available-prefixes/"
    made = [netbox.admin.make(inside, {"prefix_length": 31})["prefix"] for _ in range(2)]
    assert made == ["10.60.0.0/31", "10.60.0.2/31"]
    assert netbox.admin.ask("POST", inside, {"prefix_length": 31}).code == 409


def test_a_prefix_is_refused_where_it_is_already_and_taken_in_another_vrf(netbox: NetBox) -> None:
    vrfs = netbox.admin.make("/api/ipam/vrfs/", [{"name": name, "enforce_unique": True} for name in ("a", "b")])
    one, other = ({"prefix": "10.60.1.0/24", "vrf": vrf["id"]} for vrf in vrfs)
    netbox.admin.make(PREFIXES, one)
    assert netbox.admin.ask("POST", PREFIXES, one).code == 400
    netbox.admin.make(PREFIXES, other)
    # What only overlaps is nobody's concern but ours.
    netbox.admin.make(PREFIXES, one | {"prefix": "10.60.1.0/25"})


def test_a_custom_field_that_is_unique_refuses_what_comes_second(netbox: NetBox) -> None:
    field = {
        "name": "truc_key",
        "type": "text",
        "object_types": ["ipam.prefix"],
        "unique": True,
        "filter_logic": "exact",
    }
    netbox.admin.make("/api/extras/custom-fields/", field)
    first, second = ({"prefix": f"10.60.{n}.0/24", "custom_fields": {"truc_key": "k"}} for n in (1, 2))
    made = netbox.admin.make(PREFIXES, first)
    assert netbox.admin.ask("POST", PREFIXES, second).code == 400
    assert [row["id"] for row in netbox.admin.get(PREFIXES, cf_truc_key="k")["results"]] == [made["id"]]
