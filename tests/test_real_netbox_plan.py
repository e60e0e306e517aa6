"""The address plan in a NetBox that nobody here wrote: whole, back byte for byte, and never over what somebody else did there.

What one server takes seconds for is done with a small plan; the plan of a whole example goes there and back once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from controller.jobs.files import Placing
from intents.finding import FindingsError
from intents.messages import describe
from intents.reader.source_text import FORBIDDEN
from ipam.address_plan import AddressPlan, PrefixEntry
from ipam.keys import OutsideKey
from ipam.netbox.bootstrap import check_ready, lacks, supply
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import LineTurn, compare
from ipam.netbox.mapping import plan_of, things_of
from ipam.netbox.netbox_store import NetBoxStore
from ipam.netbox.reading import Reading, kept_plan, read_netbox, read_on
from ipam.netbox.server import NoAnswerError, Server, ServerAddress, ServerAnswer
from ipam.netbox.writing import Writer
from ipam.store.lockfile import print_plan
from ipam.store.plan_store import NOTHING, KeptPlan
from ipam.store.table_files import TABLES
from tests.netbox_plans import PLAN, READER, REGISTRY, WRITER
from tests.netbox_server import NetBox, why_not
from tests.small_commands import ON, ROOT, SMALL, truc

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

EMPTY = Reading(rows=(), foreign=(), revision=NOTHING, shown="")
PREFIXES = "/api/ipam/prefixes/"


def server_of(netbox: NetBox, token: str | None = None) -> Server:
    return Server(ServerAddress(url=netbox.url), token or netbox.token)


def prepared(netbox: NetBox) -> Server:
    server = server_of(netbox)
    supply(server, lacks(server))
    check_ready(server)
    return server


def save(server: Server, plan: AddressPlan, read: KeptPlan | None = None) -> None:
    store = NetBoxStore(server=server)
    with Placing() as placing:
        store.save(plan, read or store.load(), placing)
        placing.put()


@pytest.fixture
def filled(netbox: NetBox) -> Server:
    """A NetBox that says the small plan."""
    server = prepared(netbox)
    fill(server, EMPTY)
    return server


def fill(server: Server, reading: Reading, plan: AddressPlan = PLAN) -> None:
    Writer(server, reading.numbers(), lambda _: None).write(changes_to(reading, plan))


def codes(caught: pytest.ExceptionInfo[FindingsError]) -> list[str]:
    return [item.code for item in caught.value.findings]


def one_of(netbox: NetBox, path: str) -> dict[str, Any]:
    """Return the last object of ours in a list."""
    found: dict[str, Any] = netbox.admin.get(path, tag="truc", limit=1000)["results"][-1]
    return found


def change(netbox: NetBox, path: str, number: int, **body: object) -> None:
    assert netbox.admin.ask("PATCH", f"{path}{number}/", body).code == 200


# There and back.


@pytest.mark.slow
def test_an_example_goes_there_and_comes_back_byte_for_byte(netbox: NetBox, tmp_path: Path) -> None:
    folder, again = tmp_path / "w", tmp_path / "again"
    shutil.copytree(SMALL, folder)
    shutil.copytree(SMALL, again)
    for file in TABLES:  # of the tables it has the heads alone
        text = (again / file).read_text(encoding="utf-8")
        (again / file).write_text("".join(text.splitlines(keepends=True)[:2]), encoding="utf-8")
    assert truc("compile", "-w", folder, "--on", ON)[0] == 0
    known = {"TRUC_NETBOX_URL": netbox.url, "TRUC_NETBOX": netbox.token}

    def ask(*words: str | Path, where: Path = folder) -> tuple[int, str]:
        return truc("netbox", *words, "-w", where, environment=known)

    assert ask("bootstrap", "--yes")[0] == 1
    code, told = ask("bootstrap", "--yes", "--backup", tmp_path / "before.json", "--json")
    assert (code, '"type": "need"' in told) == (0, True)
    assert '"made": [' in (tmp_path / "before.json").read_text(encoding="utf-8")
    assert ask("export", "--yes")[0] == 0
    assert ask("check", "--on", ON, "--json")[0] == 0
    vrfs = netbox.admin.get("/api/ipam/vrfs/", tag="truc", limit=1000)["results"]
    assert {one["rd"] for one in vrfs} == {f"4200000000:{one['custom_fields']['truc_number']}" for one in vrfs}
    assert ask("import", "--json", where=again)[0] == 2
    assert not (again / "truc.lock.csv").exists()
    assert len((again / "sites.csv").read_text(encoding="utf-8").splitlines()) == 2
    assert ask("import", "--yes", where=again)[0] == 0
    assert truc("compile", "-w", again, "--on", ON)[0] == 0
    texts = [{path.name: path.read_bytes() for path in (one / "out" / "configs").iterdir()} for one in (folder, again)]
    assert texts[0] == texts[1] != {}
    for file in ("truc.lock.csv", *TABLES):
        assert (folder / file).read_bytes() == (again / file).read_bytes()
    # An edit as somebody makes it is seen here and never written over.
    change(netbox, "/api/ipam/vlans/", one_of(netbox, "/api/ipam/vlans/")["id"], status="reserved")
    code, told = ask("check", "--on", ON)
    assert (code, "~ changed in NetBox: number,vlan," in told) == (2, True)
    code, told = ask("export", "--yes")
    assert (code, "TR998" in told) == (1, True)


@pytest.mark.long
def test_a_province_goes_there_and_comes_back_byte_for_byte(netbox: NetBox, tmp_path: Path) -> None:
    """10,471 objects: five minutes, ten on a busy machine."""
    folder, again = tmp_path / "w", tmp_path / "again"
    shutil.copytree(ROOT / "examples" / "thai-nguyen", folder)
    again.mkdir()
    assert truc("compile", "-w", folder, "--on", ON)[0] == 0
    known = {"TRUC_NETBOX_URL": netbox.url, "TRUC_NETBOX": netbox.token}
    prepared(netbox)
    assert truc("netbox", "export", "--yes", "-w", folder, environment=known)[0] == 0
    # Into a folder in which there is nothing: the tables come without the comments that people wrote above them.
    assert truc("netbox", "import", "--yes", "-w", again, environment=known)[0] == 0
    assert (again / "truc.lock.csv").read_bytes() == (folder / "truc.lock.csv").read_bytes()
    for file in TABLES:
        text = (folder / file).read_text(encoding="utf-8")
        assert (again / file).read_text(encoding="utf-8") == text.partition("\n")[2]


HOSTILE = (
    "a\nb", "\r", "\u202eevil\u2066", "<script>alert(1)</script>", "=cmd|' /C x'!A0", "\x1b[2J", "'; DROP TABLE x; --",
    "$(reboot)", 'a,b"c', "\\n", "# x", "<<<<<<< ours", " lead", "trail ", "\u200b", "\ufeff", "{{ 7 * 7 }}", "%s%n",
    "../../etc", "null", "0", "\U0001f600", "ệ" * 300, "\x7f", "\u2028", "true", "x" * 5000,
)  # fmt: skip


def test_whatever_stands_in_an_entry_comes_back_as_it_was(netbox: NetBox) -> None:
    server = prepared(netbox)
    first = next(entry for entry in PLAN.prefixes if entry.prefix.family == 4 and entry.prefix.length < 32)
    entries = tuple(_hostile(first, number, text) for number, text in enumerate(HOSTILE))
    plan = AddressPlan(prefixes=tuple(sorted(entries, key=lambda entry: str(entry.key))))
    fill(server, EMPTY, plan)
    reading = read_netbox(server)
    found, wrong = plan_of((row.thing for row in reading.rows), "")
    assert (wrong, print_plan(found)) == ((), print_plan(plan))
    # What no lockfile may hold is no plan, and told.
    kept = kept_plan(reading)
    hidden = [text for text in HOSTILE if FORBIDDEN.search(text.replace("\r", "\\r"))]
    assert ({item.code for item in kept.findings}, len(kept.findings)) == ({"TR104"}, len(hidden))


def _hostile(entry: PrefixEntry, number: int, text: str) -> PrefixEntry:
    prefix = entry.prefix._replace(network=entry.prefix.network + number * entry.prefix.size)
    key = OutsideKey(REGISTRY.attachments[next(iter(REGISTRY.attachments))].name, number)
    return replace(entry, key=key, prefix=prefix, registration_ref=text, reason=text, organisation=text, unit=text)


# What others do there.


def test_what_somebody_changed_there_is_told_and_not_written_over(netbox: NetBox, filled: Server) -> None:
    first, second, third, *_, last = netbox.admin.get(PREFIXES, tag="truc", limit=1000)["results"]
    other = netbox.admin.make("/api/tenancy/tenants/", {"name": "x", "slug": "x"})
    change(netbox, PREFIXES, first["id"], prefix="10.199.0.0/26")
    change(netbox, PREFIXES, second["id"], tenant=other["id"])
    change(netbox, PREFIXES, third["id"], custom_fields={"truc_entry": "x"})
    change(netbox, "/api/ipam/vlan-groups/", one_of(netbox, "/api/ipam/vlan-groups/")["id"], name="Cổng\u202e <b>")
    netbox.admin.make(PREFIXES, {"prefix": "10.199.64.0/26", "tags": [{"slug": "truc"}]})
    assert netbox.admin.ask("DELETE", f"{PREFIXES}{last['id']}/").code == 204
    reading = read_netbox(filled)
    told = kept_plan(reading)
    assert (told.plan, {item.code for item in told.findings} & {"TR996"}) == (AddressPlan(), {"TR996"})
    changes = changes_to(reading, PLAN)
    assert {item.code for item in changes.conflicts} == {"TR998"}
    assert {dict(item.values)["field"] for item in changes.conflicts} == {"prefix", "tenant", "truc_entry", "name"}
    lines = compare(reading, PLAN)
    assert {one.turn for one in lines} >= {LineTurn.ONLY_LOCKFILE, LineTurn.EDITED}
    for item in (*told.findings, *changes.conflicts):
        assert "\u202e" not in describe(item, "vi")
    with pytest.raises(FindingsError) as caught:
        save(filled, PLAN, told)
    assert set(codes(caught)) == {"TR998"}


def test_what_is_not_ours_is_told_and_left_alone(netbox: NetBox) -> None:
    server = prepared(netbox)
    lan = next(entry for entry in PLAN.prefixes if entry.pool and entry.prefix.family == 4)
    vrf = netbox.admin.make("/api/ipam/vrfs/", {"name": "theirs"})
    theirs = netbox.admin.make(PREFIXES, {"prefix": str(lan.prefix), "vrf": vrf["id"]})
    tenant = netbox.admin.make("/api/tenancy/tenants/", {"name": "theirs", "slug": "ubnd-a"})
    reading = read_netbox(server)
    changes = changes_to(reading, PLAN)
    assert [(item.code, dict(item.values)["first"]) for item in changes.warnings] == [("TR997", str(lan.key))]
    assert [item.code for item in changes.conflicts] == ["TR915"]
    with pytest.raises(FindingsError) as caught:
        save(server, PLAN, kept_plan(reading))
    assert codes(caught) == ["TR915"]
    change(netbox, "/api/tenancy/tenants/", tenant["id"], slug="other")
    fill(server, EMPTY)
    fill(server, read_netbox(server), AddressPlan())
    left = read_netbox(server)
    assert {row.thing.entry.partition(" ")[0] for row in left.rows} <= {"organisation", "unit", "scope"}
    assert netbox.admin.get(f"{PREFIXES}{theirs['id']}/")["last_updated"] == theirs["last_updated"]
    assert netbox.admin.get(PREFIXES)["count"] == 1


def test_a_change_between_reading_and_writing_is_not_written_over(netbox: NetBox, filled: Server) -> None:
    reading = read_netbox(filled)
    number = one_of(netbox, PREFIXES)["id"]
    change(netbox, PREFIXES, number, description="mine")
    with pytest.raises(FindingsError) as caught:
        save(filled, replace(PLAN, prefixes=()), kept_plan(reading))
    assert codes(caught) == ["TR912"]
    # And where it falls into the last moment, NetBox itself refuses.
    for plan in (replace(PLAN, prefixes=()), replace(PLAN, prefixes=_referenced(PLAN.prefixes))):
        with pytest.raises(FindingsError) as caught:
            fill(filled, reading, plan)
        assert codes(caught) == ["TR951"]
    assert netbox.admin.get(f"{PREFIXES}{number}/")["description"] == "mine"
    # What people write into fields that are not ours is no drift, and stays.
    fill(filled, read_netbox(filled), replace(PLAN, prefixes=_referenced(PLAN.prefixes)))
    assert netbox.admin.get(f"{PREFIXES}{number}/")["description"] == "mine"


def _referenced(entries: tuple[PrefixEntry, ...]) -> tuple[PrefixEntry, ...]:
    return tuple(replace(entry, registration_ref="9/CV") for entry in entries)


# What goes wrong on the way.


class Line(Server):
    """The way to a server, on which answers to writes are lost, or writes themselves, or somebody else writes meanwhile."""

    def __init__(
        self,
        server: Server,
        meanwhile: Iterator[object] | None = None,
        *,
        losing: bool = False,
        forgetting: bool = False,
    ) -> None:
        self.url = server.url
        self._server, self._meanwhile = server, meanwhile or iter(())
        self._losing, self._forgetting = losing, forgetting

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> ServerAnswer:
        if method == "POST" and self._forgetting and isinstance(body, list):
            return ServerAnswer(status=201, body=[{"id": number} for number, _ in enumerate(body, start=1)])
        answer = self._server.ask(method, path, body, headers)
        if path.startswith("ipam/prefixes/?start="):
            next(self._meanwhile, None)
        if method != "GET" and self._losing:
            raise NoAnswerError("cut off")
        return answer


def test_an_export_that_loses_every_answer_ends_by_being_run_again(netbox: NetBox) -> None:
    server = prepared(netbox)
    plan = AddressPlan(pools=PLAN.pools[:3], prefixes=PLAN.prefixes[:2])
    # Nor is it taken at its word that it wrote.
    with pytest.raises(FindingsError) as caught:
        save(Line(server, forgetting=True), plan)
    assert codes(caught) == ["TR914"]
    reading, kinds = EMPTY, {thing.endpoint for thing in things_of(plan)}
    for _ in kinds:
        with pytest.raises(FindingsError) as caught:
            fill(Line(server, losing=True), reading, plan)
        assert codes(caught) == ["TR913"]
        reading = read_netbox(server)
    assert changes_to(reading, plan).count == 0
    kept = kept_plan(reading)
    assert (kept.findings, kept.plan) == ((), plan)


def test_a_write_during_the_read_has_it_read_again(
    netbox: NetBox, filled: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = one_of(netbox, PREFIXES)["id"]

    def writes(times: int) -> Iterator[object]:
        for turn in range(times):
            change(netbox, PREFIXES, number, description=f"{turn} of {times}")
            yield turn

    assert read_netbox(Line(filled, writes(1))).revision == read_netbox(filled).revision
    monkeypatch.setattr("ipam.netbox.reading.TIMES", 2)
    monkeypatch.setattr("ipam.netbox.reading.ROUNDS", 2)
    with pytest.raises(FindingsError) as caught:
        read_netbox(Line(filled, writes(20)))
    assert codes(caught) == ["TR994"]


def test_a_reading_that_is_brought_up_to_date_is_one_made_anew(netbox: NetBox, filled: Server) -> None:
    """Whatever was done meanwhile: others' objects made, moved and deleted, ours changed, given up, taken over and untagged."""
    admin, reading = netbox.admin, read_netbox(filled)

    def is_up_to_date() -> None:
        nonlocal reading
        asked = filled.requests
        reading = read_on(filled, reading)
        asked, fresh = filled.requests - asked, read_netbox(filled)
        assert (reading.rows, reading.foreign, reading.used) == (fresh.rows, fresh.foreign, fresh.used)
        assert reading.revision == fresh.revision
        assert asked > 0

    is_up_to_date()
    theirs = admin.make(PREFIXES, [{"prefix": f"10.9.{number}.0/24"} for number in range(3)])
    address = admin.make("/api/ipam/ip-addresses/", {"address": "10.9.0.7/24"})
    admin.make("/api/ipam/ip-ranges/", {"start_address": "10.9.1.2/24", "end_address": "10.9.1.5/24"})
    is_up_to_date()
    assert [str(one) for row in reading.used for one in row.prefixes] == ["10.9.0.7/32", "10.9.1.2/31", "10.9.1.4/31"]
    change(netbox, PREFIXES, theirs[0]["id"], prefix="10.9.9.0/24")
    assert admin.ask("DELETE", f"{PREFIXES}{theirs[1]['id']}/").code == 204
    assert admin.ask("DELETE", f"/api/ipam/ip-addresses/{address['id']}/").code == 204
    ours = one_of(netbox, PREFIXES)["id"]
    change(netbox, PREFIXES, ours, status="deprecated", custom_fields={"truc_reason": "x"})
    is_up_to_date()
    change(netbox, PREFIXES, ours, tags=[])
    change(netbox, PREFIXES, theirs[2]["id"], tags=[{"slug": "truc"}], custom_fields={"truc_entry": "prefix x"})
    is_up_to_date()
    # What others name has another entry now: so have all that name it.
    tenant = admin.get("/api/tenancy/tenants/", tag="truc")["results"][0]["id"]
    change(netbox, "/api/tenancy/tenants/", tenant, custom_fields={"truc_entry": "organisation other"})
    is_up_to_date()
    change(netbox, "/api/tenancy/tenants/", tenant, tags=[])
    is_up_to_date()
    assert any("foreign" in str(row.thing.fields.get("tenant")) for row in reading.rows)


# Who may do what.


def test_tokens_do_what_their_permissions_say(netbox: NetBox) -> None:
    prepared(netbox)
    reader = server_of(netbox, netbox.admin.account("reader", *READER, writes=False).token)
    writer = server_of(netbox, netbox.admin.account("writer", *WRITER).token)
    with pytest.raises(FindingsError) as caught:
        fill(reader, EMPTY)
    assert codes(caught) == ["TR916"]
    fill(writer, EMPTY)
    plan = replace(PLAN, prefixes=_referenced(PLAN.prefixes[:2]))
    fill(writer, read_netbox(reader), plan)
    assert NetBoxStore(server=reader).load().plan == plan
    with pytest.raises(FindingsError) as caught:
        read_netbox(server_of(netbox, f"{netbox.token[:-1]}~"))
    assert codes(caught) == ["TR993"]
    assert netbox.token[:-1] not in describe(caught.value.findings[0], "en")
    found = netbox.admin.get("/api/core/object-changes/", changed_object_type="ipam.prefix", limit=3)["results"]
    assert {one["message"] for one in found} == {"truc netbox export"}
