"""What truc lets go of, and what people have hung on it, at a NetBox that nobody here wrote.

Nothing of theirs is emptied, deleted or taken over, no export ends half-way, and what one of ours lets go of another can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from controller.jobs.files import Placing
from intents.finding import Finding, FindingsError
from intents.registry import AttachmentName
from ipam.address_plan import AddressPlan, EntryState, NumberKind
from ipam.keys import LanKey, LanScope
from ipam.netbox.changes import changes_to
from ipam.netbox.dependents import LET_GO, spare_what_is_named
from ipam.netbox.netbox_store import NetBoxStore
from ipam.netbox.reading import ALL_READS, Reading, kept_plan, read_netbox
from ipam.netbox.server import Server
from ipam.netbox.tables_reading import kept_tables
from ipam.store.table_files import Tables
from tests.netbox_plans import PLAN, WRITER
from tests.netbox_server import NetBox, why_not
from tests.test_real_netbox_plan import prepared, server_of
from tests.test_real_netbox_tables import FEW, only

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

PREFIXES, VLANS, ASNS, VRFS = (f"/api/ipam/{name}/" for name in ("prefixes", "vlans", "asns", "vrfs"))
SITES, CABLES = "/api/dcim/sites/", "/api/dcim/cables/"
CIRCUITS, ENDS = "/api/circuits/circuits/", "/api/circuits/circuit-terminations/"
NO_TABLES: Tables = dict.fromkeys(FEW, ())


def writer_of(netbox: NetBox) -> Server:
    prepared(netbox)
    return server_of(netbox, netbox.admin.account("writer", *WRITER).token)


def read(server: Server) -> Reading:
    return read_netbox(server, kinds=ALL_READS)


def save(server: Server, plan: AddressPlan, tables: Tables = NO_TABLES) -> tuple[Finding, ...]:
    """Have plan and tables said; returns what is told of what was let go of (FindingsError)."""
    store = NetBoxStore(server=server, tables=tables)
    reading = read(server)
    changes = changes_to(reading, plan, tables)
    told = spare_what_is_named(server, reading, changes).warnings if not changes.conflicts else ()
    with Placing() as placing:
        store.save(plan, kept_plan(reading), placing)
        placing.put()
    assert changes_to(read(server), plan, tables).count == 0
    return tuple(one for one in told if one.code == LET_GO)


def entry_of(netbox: NetBox, path: str, word: str) -> dict[str, Any]:
    found = netbox.admin.get(path, tag="truc", limit=1000)["results"]
    return next(one for one in found if one["custom_fields"]["truc_entry"].startswith(word))


def named_by_people(netbox: NetBox, of: Mapping[str, dict[str, Any]]) -> Mapping[str, dict[str, Any]]:
    """Have people name our objects in everything that can; returns theirs by where they are."""
    admin, vlan, vrf = netbox.admin, of[VLANS]["id"], of[VRFS]["id"]
    site = admin.make(SITES, {"name": "Của họ", "slug": "cua-ho", "asns": [of[ASNS]["id"]]})
    maker = admin.make("/api/dcim/manufacturers/", {"name": "M", "slug": "m"})
    kind = admin.make("/api/dcim/device-types/", {"manufacturer": maker["id"], "model": "t", "slug": "t"})
    role = admin.make("/api/dcim/device-roles/", {"name": "r", "slug": "r"})
    made = {"name": "sw", "site": site["id"], "device_type": kind["id"], "role": role["id"]}
    port = {"device": admin.make("/api/dcim/devices/", made)["id"], "type": "1000base-t"}
    contact = admin.make("/api/tenancy/contacts/", {"name": "An"})
    duty = admin.make("/api/tenancy/contact-roles/", {"name": "An", "slug": "an"})
    assigned = {"object_type": "ipam.prefix", "object_id": of[PREFIXES]["id"]}
    bodies: Mapping[str, list[dict[str, Any]]] = {
        "/api/dcim/interfaces/": [
            {**port, "name": "1", "mode": "access", "untagged_vlan": vlan},
            {**port, "name": "2", "mode": "tagged", "tagged_vlans": [vlan], "vrf": vrf},
        ],
        "/api/ipam/ip-addresses/": [{"address": "10.250.0.1/24", "vrf": vrf}],
        PREFIXES: [{"prefix": "10.250.0.0/24", "vlan": vlan}],
        "/api/tenancy/contact-assignments/": [{**assigned, "contact": contact["id"], "role": duty["id"]}],
    }
    theirs = {
        f"{path}{one['id']}/": one for path in bodies for one in (admin.make(path, body) for body in bodies[path])
    }
    return {f"{SITES}{site['id']}/": site, **theirs}


@pytest.mark.parametrize("singly", [20, 0], ids=["one by one", "whole"])
def test_what_people_name_stays_as_it_is_and_is_theirs(
    netbox: NetBox, singly: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipam.netbox.dependents._MOST_SINGLY", singly)
    admin, server = netbox.admin, writer_of(netbox)
    save(server, PLAN)
    words = {VLANS: "vlan lan/", ASNS: "asn attachment/", VRFS: "vrf attachment/", PREFIXES: "prefix lan/"}
    of = {path: entry_of(netbox, path, word) for path, word in words.items()}
    theirs = named_by_people(netbox, of)

    told = save(server, AddressPlan(pools=PLAN.pools))
    places = {one.where.file.removeprefix(server.url): str(dict(one.values)["first"]) for one in told}
    ours = {path: f"{path.removeprefix('/api')}{one['id']}/" for path, one in of.items()}
    assert set(ours.values()) == set(places)
    assert places[ours[ASNS]] == f"{server.url}{next(iter(theirs)).removeprefix('/api')}"
    # All of theirs is as it was.
    told_apart = ("id", "asns", "untagged_vlan", "tagged_vlans", "vrf", "vlan", "object_id")
    for where, one in theirs.items():
        now = admin.get(where)
        assert [_ids(now.get(name)) for name in told_apart] == [_ids(one.get(name)) for name in told_apart], where
    # What stays says nothing of truc's any more, and the rest has gone.
    for path, one in of.items():
        kept = only(netbox, path, id=one["id"])
        assert (kept["tags"], set(kept["custom_fields"].values())) == ([], {None})
        assert path in (VRFS, PREFIXES) or admin.get(path)["count"] == 1
    assert only(netbox, PREFIXES, id=of[PREFIXES]["id"])["vrf"]["id"] == of[VRFS]["id"]
    assert only(netbox, VLANS)["group"] is None
    # A VLAN's number is free in its group; an AS number is taken, and that is told before anything is written.
    before = admin.get("/api/core/object-changes/")["count"]
    with pytest.raises(FindingsError) as caught:
        save(server, PLAN)
    assert [(one.code, one.where.file) for one in caught.value.findings] == [("TR915", f"{server.url}{ours[ASNS]}")]
    assert admin.get("/api/core/object-changes/")["count"] == before
    for where in (*theirs, *(f"{path}{of[path]['id']}/" for path in (ASNS, PREFIXES))):
        assert admin.ask("DELETE", where).code in (204, 404, 409), where
    assert admin.get(ASNS)["count"] == 0
    assert save(server, PLAN) == ()


def _ids(value: Any) -> Any:
    """Return which objects a field names."""
    if isinstance(value, list):
        return [_ids(one) for one in value]
    return value["id"] if isinstance(value, dict) else value


def test_a_note_or_a_place_in_a_group_is_not_deleted_along(netbox: NetBox) -> None:
    admin, server = netbox.admin, writer_of(netbox)
    save(server, AddressPlan(), FEW)
    circuit = only(netbox, "/api/circuits/circuits/")
    group = admin.make("/api/circuits/circuit-groups/", {"name": "G", "slug": "g"})
    member = {"group": group["id"], "member_type": "circuits.circuit", "member_id": circuit["id"]}
    place = admin.make("/api/circuits/circuit-group-assignments/", member)
    cable = entry_of(netbox, CABLES, "cable ")
    note = {"assigned_object_type": "dcim.cable", "assigned_object_id": cable["id"], "comments": "đã đo suy hao"}
    admin.make("/api/extras/journal-entries/", note)
    told = save(server, AddressPlan(), {**FEW, "channels.csv": ()})
    assert {dict(one.values)["entry"] for one in told} >= {
        f"circuit {circuit['cid']}",
        cable["custom_fields"]["truc_entry"],
    }
    assert only(netbox, "/api/circuits/circuit-group-assignments/")["id"] == place["id"]
    assert only(netbox, "/api/extras/journal-entries/")["comments"] == "đã đo suy hao"
    assert only(netbox, CABLES, id=cable["id"])["a_terminations"] == []


def test_who_gets_a_number_that_is_free_again_gets_no_object_of_before(netbox: NetBox) -> None:
    server = writer_of(netbox)
    vlan = next(one for one in PLAN.numbers if one.kind is NumberKind.VLAN and isinstance(one.scope, LanScope))
    others = tuple(one for one in PLAN.numbers if one != vlan)
    save(server, PLAN)
    before = only(netbox, VLANS, cf_truc_entry=f"vlan {vlan.scope} {vlan.key}")
    renamed = replace(vlan, key=LanKey(AttachmentName("ten-moi")))
    save(server, replace(PLAN, numbers=(*others, renamed)))
    assert only(netbox, VLANS, id=before["id"])["custom_fields"]["truc_entry"].endswith("ten-moi")
    later = replace(renamed, key=LanKey(AttachmentName("nguoi-khac")), since=date(2027, 1, 1))
    save(server, replace(PLAN, numbers=(*others, later)))
    after = only(netbox, VLANS, vid=vlan.value, group_id=before["group"]["id"])
    assert (after["custom_fields"]["truc_entry"].endswith("nguoi-khac"), after["id"] != before["id"]) == (True, True)


def swapped(file: str, key: str, *columns: str) -> Tables:
    """Return the tables in which two lines have exchanged what stands in some columns."""
    one, two, *rest = FEW[file]
    return {
        **FEW,
        file: (
            {**one, **{name: two[name] for name in columns}},
            {**two, **{name: one[name] for name in columns}},
            *rest,
        ),
    }


def test_titles_that_are_exchanged_and_handed_on_come_through(netbox: NetBox) -> None:
    server = writer_of(netbox)
    save(server, AddressPlan(), FEW)
    for wanted in (
        swapped("sites.csv", "name", "title"),
        swapped("units.csv", "code", "name"),
        FEW,
        # Handed on: one gets a new title, and one that comes gets its old one.
        {
            **FEW,
            "sites.csv": (
                {**FEW["sites.csv"][0], "title": "Tên khác"},
                *FEW["sites.csv"][1:],
                {**FEW["sites.csv"][0], "name": "diem-moi"},
            ),
        },
    ):
        save(server, AddressPlan(), wanted)
        assert kept_tables(read(server)).tables == wanted
    names = {one["slug"]: one["name"] for one in netbox.admin.get(SITES)["results"]}
    assert names["diem-moi"] == FEW["sites.csv"][0]["title"]


def test_ports_that_are_exchanged_come_through(netbox: NetBox) -> None:
    server = writer_of(netbox)
    line = next(one for one in FEW["channels.csv"] if not one["enterprise"])
    second = {
        **line,
        "name": "kenh-hai",
        "a_interface": "TenGigabitEthernet0/0/8",
        "b_interface": "TenGigabitEthernet0/0/8",
    }
    first = {**FEW, "channels.csv": (*FEW["channels.csv"], second)}
    save(server, AddressPlan(), first)
    ports: tuple[Mapping[str, str], ...] = tuple(
        {name: one[name] for name in ("a_interface", "b_interface")} for one in (line, second)
    )
    exchanged = {
        **FEW,
        "channels.csv": tuple(
            {**one, **ports[1]} if one is line else one for one in (*FEW["channels.csv"], {**second, **ports[0]})
        ),
    }
    ids = {one["label"]: one["id"] for one in netbox.admin.get(CABLES)["results"]}
    save(server, AddressPlan(), exchanged)
    assert kept_tables(read(server)).tables == exchanged
    assert {one["label"]: one["id"] for one in netbox.admin.get(CABLES)["results"]} == ids


def test_a_container_of_theirs_that_is_a_pool_is_told_first_and_taken_over_by_our_tag(netbox: NetBox) -> None:
    admin, server = netbox.admin, writer_of(netbox)
    pool = next(one for one in PLAN.pools if str(one.use) != "root")
    theirs = admin.make(PREFIXES, {"prefix": str(pool.prefix), "description": "của tỉnh"})
    before = admin.get("/api/core/object-changes/")["count"]
    with pytest.raises(FindingsError) as caught:
        save(server, PLAN)
    assert [one.code for one in caught.value.findings] == ["TR915"]
    where = f"{PREFIXES}{theirs['id']}/"
    assert admin.ask("PATCH", where, {"tags": [{"slug": "truc"}]}).code == 200
    with pytest.raises(FindingsError) as caught:
        save(server, PLAN)  # it is active, and a pool is a container
    assert [(one.code, dict(one.values)["field"]) for one in caught.value.findings] == [("TR998", "status")]
    assert admin.get("/api/core/object-changes/")["count"] == before + 1
    assert admin.ask("PATCH", where, {"status": "container"}).code == 200
    save(server, PLAN)
    kept = only(netbox, PREFIXES, id=theirs["id"])
    assert (kept["description"], kept["custom_fields"]["truc_entry"]) == ("của tỉnh", f"pool {pool.name}")
    assert kept_plan(read(server)).plan == PLAN


def test_something_of_theirs_in_our_very_place_is_told_before_anything_is_written(netbox: NetBox) -> None:
    admin, server = netbox.admin, writer_of(netbox)
    save(server, replace(PLAN, prefixes=()))
    lan = next(one for one in PLAN.prefixes if isinstance(one.key, LanKey) and one.state is EntryState.ACTIVE)
    group = entry_of(netbox, "/api/ipam/vlan-groups/", "scope ")
    vrf = entry_of(netbox, VRFS, f"vrf attachment/{lan.key.attachment}") if isinstance(lan.key, LanKey) else {}
    theirs = admin.make(PREFIXES, {"prefix": str(lan.prefix), "vrf": vrf["id"]})
    vlan = admin.make(VLANS, {"vid": 4000, "name": "của họ", "group": group["id"]})
    number = next(one for one in PLAN.numbers if f"scope {one.scope}" == group["custom_fields"]["truc_entry"])
    clashing = tuple(replace(one, value=4000) if one == number else one for one in PLAN.numbers)
    with pytest.raises(FindingsError) as caught:
        save(server, replace(PLAN, numbers=clashing))
    assert {(one.code, one.where.file.removeprefix(server.url)) for one in caught.value.findings} == {
        ("TR915", f"/ipam/prefixes/{theirs['id']}/"),
        ("TR915", f"/ipam/vlans/{vlan['id']}/"),
    }


def test_an_end_that_a_person_made_keeps_its_circuit(netbox: NetBox) -> None:
    admin, server = netbox.admin, writer_of(netbox)
    save(server, AddressPlan(), FEW)
    circuit = only(netbox, CIRCUITS)
    end = next(one for one in admin.get(ENDS)["results"] if one["term_side"] == "A")
    (patch,) = [one for one in admin.get(CABLES)["results"] if one["label"].endswith(" a")]
    for path in (f"{CABLES}{patch['id']}/", f"{ENDS}{end['id']}/"):
        assert admin.ask("DELETE", path).code == 204
    network = admin.make("/api/circuits/provider-networks/", {"name": "mạng", "provider": circuit["provider"]["id"]})
    body = {"circuit": circuit["id"], "term_side": "A", "description": "của họ"}
    theirs = admin.make(ENDS, {**body, "termination_type": "circuits.providernetwork", "termination_id": network["id"]})
    told = save(server, AddressPlan(), {**FEW, "channels.csv": ()})
    assert f"circuit {circuit['cid']}" in {dict(one.values)["entry"] for one in told}
    assert only(netbox, ENDS, id=theirs["id"])["description"] == "của họ"


def test_what_a_person_wrote_upon_is_not_deleted(netbox: NetBox) -> None:
    server = writer_of(netbox)
    save(server, PLAN)
    vrf = entry_of(netbox, VRFS, "vrf attachment/")
    assert netbox.admin.ask("PATCH", f"{VRFS}{vrf['id']}/", {"comments": "đo ngày 3"}).code == 200
    save(server, AddressPlan(pools=PLAN.pools))
    assert only(netbox, VRFS)["comments"] == "đo ngày 3"


def test_a_circuit_of_theirs_is_taken_over_with_its_ends(netbox: NetBox) -> None:
    admin, server = netbox.admin, writer_of(netbox)
    save(server, AddressPlan(), FEW)
    circuit, ends = only(netbox, CIRCUITS), admin.get(ENDS)["results"]
    nothing = {"tags": [], "custom_fields": dict.fromkeys(circuit["custom_fields"])}
    assert admin.ask("PATCH", f"{CIRCUITS}{circuit['id']}/", nothing).code == 200
    for one in ends:
        nothing = {"tags": [], "custom_fields": dict.fromkeys(one["custom_fields"])}
        assert admin.ask("PATCH", f"{ENDS}{one['id']}/", nothing).code == 200
    with pytest.raises(FindingsError) as caught:
        save(server, AddressPlan(), FEW)
    # The circuit and its ends are in the way; the cables to them, which are still ours, say other than they should.
    assert {one.code for one in caught.value.findings} == {"TR915", "TR998"}
    for path, one in ((CIRCUITS, circuit), *((ENDS, end) for end in ends)):
        assert admin.ask("PATCH", f"{path}{one['id']}/", {"tags": [{"slug": "truc"}]}).code == 200
    save(server, AddressPlan(), FEW)
    assert kept_tables(read(server)).tables == FEW
    assert {one["id"] for one in admin.get(ENDS)["results"]} == {one["id"] for one in ends}


def test_a_slug_that_somebody_has_is_left_to_them(netbox: NetBox) -> None:
    admin, server = netbox.admin, writer_of(netbox)
    line = next(one for one in FEW["channels.csv"] if one["enterprise"])
    theirs = admin.make("/api/circuits/providers/", {"name": "Nhà mạng", "slug": line["enterprise"]})
    (maker,) = admin.get("/api/dcim/manufacturers/", slug="cisco")["results"]
    models = {one["model"] for one in FEW["devices.csv"] if one["platform"].startswith("cisco")}
    for model in models:
        admin.make(
            "/api/dcim/device-types/", {"manufacturer": maker["id"], "model": f"{model} cũ", "slug": model.lower()}
        )
    save(server, AddressPlan(), FEW)
    assert kept_tables(read(server)).tables == FEW
    assert only(netbox, "/api/circuits/providers/", id=theirs["id"])["name"] == "Nhà mạng"


def test_an_export_that_is_cut_off_while_things_are_let_go_of_is_told_as_such(
    netbox: NetBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = writer_of(netbox)
    scope = next(
        one.scope for one in PLAN.numbers if one.kind is NumberKind.VLAN and not isinstance(one.scope, LanScope)
    )
    first, second = [one for one in PLAN.numbers if one.kind is NumberKind.VLAN and one.scope == scope][:2]
    others = tuple(one for one in PLAN.numbers if one not in (first, second))
    exchanged = (replace(first, value=second.value), replace(second, value=first.value))
    save(server, PLAN)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ipam.netbox.writing.Writer.write", cut)
        with pytest.raises(KeyboardInterrupt):
            save(server, replace(PLAN, numbers=(*others, *exchanged)))
    assert [one.code for one in kept_plan(read(server)).findings] == ["TR917"]
    for numbers in ((*others, *exchanged), PLAN.numbers):
        save(server, replace(PLAN, numbers=numbers))
        assert kept_plan(read(server)).findings == ()
