"""The tables of a workspace in a NetBox that nobody here wrote: whole, back as they were, never over what others did there."""

from __future__ import annotations

from typing import Any

import pytest

from intents.finding import FindingsError
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import NetBoxChanges, changes_to
from ipam.netbox.comparing import LineTurn
from ipam.netbox.reading import ALL_READS, Reading, read_netbox, read_on
from ipam.netbox.server import Server
from ipam.netbox.tables_reading import compare_tables, kept_tables
from ipam.netbox.writing import Writer
from ipam.store.table_files import Tables, line_key, read_table_files
from tests.netbox_plans import READER, WRITER
from tests.netbox_server import NetBox, why_not
from tests.small_commands import SMALL
from tests.test_real_netbox_plan import EMPTY, change, codes, prepared, server_of

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

KEYS = {
    "units.csv": ("05443@2025-07-01", "19@2025-07-01"),
    "organisations.csv": ("dang-uy-phan-dinh-phung",),
    "sites.csv": ("pop-1", "tru-so-phan-dinh-phung"),
    "devices.csv": ("core-1", "agg-1", "cpe-phan-dinh-phung"),
    "channels.csv": ("core-1-agg-1", "phan-dinh-phung-1"),
    "attachments.csv": ("dang-uy-phan-dinh-phung-dang",),
}
FEW: Tables = {
    file: tuple(line for line in lines if line_key(file, line) in KEYS[file])
    for file, lines in read_table_files(SMALL).lines().items()
}
REGIONS, SITES, DEVICES, CABLES = (f"/api/dcim/{name}/" for name in ("regions", "sites", "devices", "cables"))
TYPES, INTERFACES = "/api/dcim/device-types/", "/api/dcim/interfaces/"


def read(server: Server) -> Reading:
    return read_netbox(server, kinds=ALL_READS)


def write(server: Server, reading: Reading, lines: Tables = FEW) -> NetBoxChanges:
    """Have tables said where that was read, and return what it took; FindingsError."""
    changes = changes_to(reading, AddressPlan(), lines)
    if changes.conflicts:
        raise FindingsError(changes.conflicts)
    Writer(server, reading.numbers(), lambda _: None).write(changes)
    return changes


def only(netbox: NetBox, path: str, **query: object) -> dict[str, Any]:
    (found,) = netbox.admin.get(path, **query)["results"]
    assert isinstance(found, dict)
    return found


def with_line(file: str, **cells: str) -> Tables:
    """Return the tables with a line more, like the last one of its file but for some cells."""
    return {**FEW, file: (*FEW[file], {**FEW[file][-1], **cells})}


def edit(netbox: NetBox, region: int) -> None:
    """Make edits that make sense, and a line that a person adds."""
    change(netbox, "/api/tenancy/tenants/", only(netbox, "/api/tenancy/tenants/")["id"], name="Đảng ủy mới")
    change(netbox, DEVICES, only(netbox, DEVICES, name="core-1")["id"], status="offline")
    fields = {"truc_site_kind": "office", "truc_level": 2}
    body = {
        "name": "Trạm y tế",
        "slug": "tram-y-te",
        "region": region,
        "tags": [{"slug": "truc"}],
        "custom_fields": fields,
    }
    netbox.admin.make(SITES, body)
    spare = netbox.admin.make(
        "/api/dcim/interfaces/",
        {"device": {"name": "core-1"}, "name": "TenGigabitEthernet0/0/9", "type": "10gbase-x-sfpp"},
    )
    ends = [{"object_type": "dcim.interface", "object_id": spare["id"]}]
    change(netbox, CABLES, only(netbox, CABLES, label="core-1-agg-1")["id"], a_terminations=ends)


def test_tables_go_there_and_come_back_and_what_others_do_is_told(netbox: NetBox) -> None:
    server = prepared(netbox)
    write(server, EMPTY)
    reading = read(server)
    assert (kept_tables(reading).findings, kept_tables(reading).tables) == ((), FEW)
    assert changes_to(reading, AddressPlan(), FEW).count == 0
    # It is what people look for: a cable from port to port, and a circuit from site to site.
    interface = only(netbox, "/api/dcim/interfaces/", device="core-1")
    assert [one["device"]["name"] for one in interface["connected_endpoints"]] == ["agg-1"]
    circuit = only(netbox, "/api/circuits/circuits/", cid="phan-dinh-phung-1")
    assert (circuit["provider"]["name"], circuit["termination_z"]["termination"]["slug"]) == (
        "viettel-tn",
        "tru-so-phan-dinh-phung",
    )
    province = only(netbox, REGIONS, name="Tỉnh Thái Nguyên")
    region = only(netbox, REGIONS, parent_id=province["id"])
    assert region["name"] == "Phường Phan Đình Phùng"

    edit(netbox, region["id"])
    reading = read_on(server, reading)
    kept = kept_tables(reading)
    assert kept.findings == ()
    told = {one.netbox.partition(",")[0]: one.turn for one in compare_tables(kept, FEW)}
    assert told == {
        "organisations.csv: dang-uy-phan-dinh-phung": LineTurn.EDITED,
        "sites.csv: tram-y-te": LineTurn.ONLY_NETBOX,
        "channels.csv: core-1-agg-1": LineTurn.EDITED,
    }
    with pytest.raises(FindingsError) as caught:
        write(server, reading)
    assert set(codes(caught)) == {"TR998"}
    write(server, reading, kept.tables)
    assert only(netbox, DEVICES, name="core-1")["status"]["value"] == "offline"

    # What leaves something out of step, and what is gone.
    change(netbox, SITES, only(netbox, SITES, slug="tram-y-te")["id"], status="retired")
    assert netbox.admin.ask("DELETE", f"{SITES}{only(netbox, SITES, slug='pop-1')['id']}/").code == 409
    assert (
        netbox.admin.ask("DELETE", f"{DEVICES}{only(netbox, DEVICES, name='cpe-phan-dinh-phung')['id']}/").code == 204
    )
    now = read(server)
    reading = read_on(server, reading)
    assert (reading.rows, reading.foreign, reading.catalogue) == (now.rows, now.foreign, now.catalogue)
    edited = {one.thing.entry for one in changes_to(now, AddressPlan(), kept.tables).changed}
    assert edited == {"site tram-y-te", "patch b phan-dinh-phung-1"}
    kept = kept_tables(now)
    assert ("TR996", "status") in {(item.code, dict(item.values)["field"]) for item in kept.findings}
    lines = {one.lockfile.partition(",")[0] for one in compare_tables(kept, FEW) if one.turn is LineTurn.ONLY_LOCKFILE}
    assert lines == {"devices.csv: cpe-phan-dinh-phung"}


def test_what_others_have_there_is_used_or_left_alone_and_tokens_do_what_they_may(netbox: NetBox) -> None:
    prepared(netbox)
    reader = server_of(netbox, netbox.admin.account("reader", *READER, writes=False).token)
    writer = server_of(netbox, netbox.admin.account("writer", *WRITER).token)
    maker = only(netbox, "/api/dcim/manufacturers/", slug="cisco")["id"]
    # A type of theirs, with which NetBox makes an interface of its own for each device; and a site of theirs.
    kind = netbox.admin.make(TYPES, {"manufacturer": maker, "model": "ASR1002-HX", "slug": "theirs"})
    port = {"device_type": kind["id"], "name": "TenGigabitEthernet0/0/1", "type": "10gbase-x-sfpp", "label": "theirs"}
    netbox.admin.make("/api/dcim/interface-templates/", port)
    theirs = netbox.admin.make(
        SITES, {"name": "Điểm mạng", "slug": "pop-1", "status": "staging", "description": "theirs"}
    )
    with pytest.raises(FindingsError) as caught:
        write(writer, read(reader))
    assert codes(caught) == ["TR915"]
    # With the tag it is taken for ours, but for what it says otherwise.
    change(netbox, SITES, theirs["id"], add_tags=[{"slug": "truc"}])
    with pytest.raises(FindingsError) as caught:
        write(writer, read(reader))
    assert [(item.code, dict(item.values)["field"]) for item in caught.value.findings] == [("TR998", "name")]
    change(netbox, SITES, theirs["id"], name=FEW["sites.csv"][0]["title"])
    reading = read(reader)
    with pytest.raises(FindingsError) as caught:
        write(reader, reading)
    assert codes(caught) == ["TR916"]
    write(writer, reading)
    assert kept_tables(read(reader)).tables == FEW
    site = netbox.admin.get(f"{SITES}{theirs['id']}/")
    assert (site["description"], site["status"]["value"]) == ("theirs", "staging")
    assert only(netbox, DEVICES, name="core-1")["device_type"]["id"] == kind["id"]
    assert only(netbox, INTERFACES, device="core-1")["label"] == "theirs"

    found = netbox.admin.get("/api/core/object-changes/", changed_object_type="dcim.device", limit=3)["results"]
    assert {one["message"] for one in found} == {"truc netbox export"}


@pytest.mark.long
def test_what_no_line_says_any_more_stays_emptied_and_its_channel_goes(netbox: NetBox) -> None:
    prepared(netbox)
    writer = server_of(netbox, netbox.admin.account("writer", *WRITER).token)
    write(writer, EMPTY, {**with_line("sites.csv", name="moi"), "channels.csv": FEW["channels.csv"][:1]})
    write(writer, read(writer), FEW)
    fewer = {**FEW, "sites.csv": ({**FEW["sites.csv"][-1], "name": "khac"},), "channels.csv": (), "devices.csv": ()}
    changes = write(writer, read(writer), fewer)
    assert (len(changes.emptied), len(changes.gone)) == (5, 6)
    now = read(writer)
    assert (kept_tables(now).findings, kept_tables(now).tables) == ((), fewer)
    assert netbox.admin.get(DEVICES)["count"] == 3
    assert netbox.admin.get(CABLES)["count"] == netbox.admin.get("/api/circuits/circuits/")["count"] == 0
    write(writer, now)
    assert kept_tables(read(writer)).tables == FEW
