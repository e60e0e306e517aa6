"""`store: netbox`: a plan that grows in a NetBox that nobody here wrote, beside people and other runs who write there, too."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_network
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from intents.prefix import parse_prefix
from ipam.netbox.server import Server, ServerAnswer
from tests.netbox_api import Answer, Api
from tests.netbox_proxy import Fault, Proxy, Trouble, at, at_first_write, proxy_before
from tests.netbox_server import NetBox, why_not
from tests.small_commands import ON, ROOT, SMALL, START, truc
from tests.test_real_netbox_killed import killing
from tests.test_real_netbox_plan import change, prepared

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

PREFIXES, VRFS, JOURNAL = "/api/ipam/prefixes/", "/api/ipam/vrfs/", "/api/extras/journal-entries/"
ATTACHMENTS = "attachments.csv"
Meanwhile = Callable[[str, str, ServerAnswer], None]


class Office:
    """A workspace whose plan is kept in a NetBox, and what its people do."""

    def __init__(self, netbox: NetBox, folder: Path) -> None:
        self.netbox, self.folder = netbox, folder
        shutil.copytree(SMALL, folder)
        with (folder / "settings.yaml").open("a", encoding="utf-8") as file:
            file.write(f"store: netbox\nnetbox: {netbox.url}\n")

    def truc(self, *words: str | Path, **more: str) -> tuple[int, str]:
        known = {"TRUC_NETBOX_URL": self.netbox.url, "TRUC_NETBOX": self.netbox.token, **more}
        return truc(*words, "-w", self.folder, "--on", ON, environment=known)

    def compile(self) -> None:
        code, told = self.truc("compile")
        assert code == 0, told

    def clone(self, folder: Path) -> Office:
        """Return a second office with the same files, as git would bring them."""
        found = Office(self.netbox, folder)
        shutil.rmtree(folder)
        shutil.copytree(self.folder, folder)
        return found

    @property
    def lockfile(self) -> str:
        return (self.folder / "truc.lock.csv").read_text(encoding="utf-8")

    def texts(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "out" / "configs").iterdir()}

    def attach(self, name: str) -> None:
        """Attach an organisation that is there in one more purpose: it gets a LAN, links and numbers."""
        path = self.folder / ATTACHMENTS
        header, *rows = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        old = dict(zip(header.split(","), next(row for row in rows if "ubnd" in row).split(","), strict=True))
        new = old | {"name": name, "request_ref": "10/CV-ĐK (hư cấu)", "decision_ref": "12/QĐ-UBND (hư cấu)"}
        with path.open("a", encoding="utf-8") as file:
            file.write(",".join(new.values()) + "\n")

    def lan(self, name: str) -> str:
        found = re.search(rf"^prefix,lan/{name},(10\.[^,]+),", self.lockfile, re.MULTILINE)
        assert found, name
        return found[1]


@pytest.fixture(scope="module")
def kept_office(netbox_of_worker: NetBox, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A first office, whose NetBox is kept: to fill one takes its time."""
    netbox_of_worker.reset()
    prepared(netbox_of_worker)
    found = Office(netbox_of_worker, tmp_path_factory.mktemp("kept") / "office")
    found.compile()
    netbox_of_worker.keep("office")
    return found


@pytest.fixture
def office(kept_office: Office, tmp_path: Path) -> Office:
    kept_office.netbox.reset("office")
    return kept_office.clone(tmp_path / "office")


def meanwhile(monkeypatch: pytest.MonkeyPatch, does: Meanwhile) -> None:
    """Have something done by somebody else, behind each answer that this process gets."""
    ask = Server.ask

    def asked(self: Server, method: str, path: str, *more: Any) -> ServerAnswer:
        answer = ask(self, method, path, *more)
        does(method, path, answer)
        return answer

    monkeypatch.setattr(Server, "ask", asked)


def prefixes(api: Api, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(PREFIXES, limit=1000, **query)["results"]
    return found


def ours(api: Api) -> dict[str, str]:
    """Return which entry has which prefix, as NetBox says; each entry stands there once."""
    found = [(row["custom_fields"]["truc_entry"], row["prefix"]) for row in prefixes(api, tag="truc")]
    assert len({entry for entry, _ in found}) == len(found)
    return dict(found)


def test_a_plan_grows_in_netbox_as_it_does_in_a_lockfile(office: Office, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(SMALL, plain)
    assert truc("compile", "-w", plain, "--on", ON)[0] == 0
    assert (plain / "truc.lock.csv").read_text(encoding="utf-8") == office.lockfile
    assert {path.name: path.read_bytes() for path in (plain / "out" / "configs").iterdir()} == office.texts()
    # Nothing changes the second time, neither there nor here; and nobody has the right to write any more.
    count = office.netbox.admin.get("/api/core/object-changes/", changed_object_type="ipam.prefix")["count"]
    before = office.lockfile, office.texts()
    assert office.truc("compile", "--check", "--detailed-exitcode")[0] == 0
    office.compile()
    assert (office.lockfile, office.texts()) == before
    assert office.netbox.admin.get("/api/core/object-changes/", changed_object_type="ipam.prefix")["count"] == count
    assert office.netbox.admin.get(VRFS, rd="truc:lock")["count"] == 0
    # A clone without a lockfile gets everything from there, unless somebody has changed it.
    (office.folder / "truc.lock.csv").unlink()
    code, told = office.truc("verify")
    assert (code, "TR918" in told) == (1, True)
    row = prefixes(office.netbox.admin, tag="truc")[-1]["id"]
    change(office.netbox, PREFIXES, row, status="reserved")
    code, told = office.truc("compile")
    assert (code, "somebody changed it in NetBox" in told, (office.folder / "truc.lock.csv").exists()) == (
        1,
        True,
        False,
    )
    change(office.netbox, PREFIXES, row, status="active")
    office.compile()
    assert (office.lockfile, office.texts()) == before


def test_netbox_itself_gives_out_nothing_in_a_pool(office: Office) -> None:
    """It looks at the pool's own VRF alone, and what truc gave out is in others."""
    admin = office.netbox.admin

    def take(pool: dict[str, Any]) -> Answer:
        length = ip_network(pool["prefix"]).max_prefixlen
        return admin.ask("POST", f"{PREFIXES}{pool['id']}/available-prefixes/", {"prefix_length": length})

    pools = prefixes(admin, tag="truc", status="container")
    assert len(pools) > 5
    assert {take(pool).code for pool in pools} == {409}
    # Without what fills it, a pool is open: that is told, and mended by the next run.
    pool = next(one for one in pools if ip_network(one["prefix"]).num_addresses > 1 << 10)
    held, _ = prefixes(admin, role="truc-held", within=pool["prefix"])
    assert admin.ask("DELETE", f"{PREFIXES}{held['id']}/").code == 204
    taken = take(pool)
    assert taken.code == 201
    assert parse_prefix(held["prefix"]).covers(parse_prefix(taken.body["prefix"]))
    code, told = office.truc("netbox", "check")
    assert (code, "TR814" in told, held["prefix"] in told) == (2, True, True)
    assert admin.ask("DELETE", f"{PREFIXES}{taken.body['id']}/").code == 204
    before = office.lockfile
    office.compile()
    assert (office.truc("netbox", "check")[0], office.lockfile) == (0, before)
    assert take(pool).code == 409


def test_who_asked_for_a_new_prefix_stands_in_the_journal_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.attach("moi")

    def cut(method: str, path: str, _: ServerAnswer) -> None:
        if method == "POST" and path == "extras/journal-entries/":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        meanwhile(patch, cut)
        assert office.truc("compile")[0] == 130
    assert "lan/moi" not in office.lockfile
    office.compile()
    row = next(row for row in prefixes(office.netbox.admin, tag="truc") if row["prefix"] == office.lan("moi"))
    found = office.netbox.admin.get(JOURNAL, assigned_object_type="ipam.prefix", assigned_object_id=row["id"])[
        "results"
    ]
    (note,) = (one["comments"] for one in found)
    assert note == (
        "truc: prefix for `lan/moi`; party `ubnd-gia-sang`; purpose `government`; site `tru-so-gia-sang`; request "
        "`10/CV-ĐK (hư cấu)`; decision `12/QĐ-UBND (hư cấu)`; declared in `attachments.csv:21`"
    )


def test_nothing_new_is_placed_where_somebody_is(office: Office, tmp_path: Path) -> None:
    """Whatever they have there: a prefix in a VRF of theirs, an address, a range, an AS number; a container has nothing."""
    trial = office.clone(tmp_path / "trial")
    trial.attach("moi")
    shutil.copy(trial.folder / ATTACHMENTS, office.folder / ATTACHMENTS)
    (trial.folder / "settings.yaml").write_text(
        re.sub(r"\nstore: .*\nnetbox: .*", "", (trial.folder / "settings.yaml").read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    assert truc("compile", "-w", trial.folder, "--on", ON)[0] == 0
    lan, admin = trial.lan("moi"), office.netbox.admin
    asn = re.search(r"^number,asn,,\S*moi\S*?,(\d+),", trial.lockfile, re.MULTILINE)
    assert asn
    vrf = admin.make(VRFS, {"name": "theirs"})
    admin.make(PREFIXES, {"prefix": lan, "vrf": vrf["id"]})
    admin.make(PREFIXES, {"prefix": "10.0.0.0/8", "status": "container"})
    rir = admin.get("/api/ipam/rirs/")["results"][0]["id"]
    admin.make("/api/ipam/asns/", {"asn": int(asn[1]), "rir": rir})
    office.compile()
    second = office.lan("moi")
    assert second != lan
    assert f",{asn[1]}," not in office.lockfile
    code, told = office.truc("netbox", "check")
    assert (code, "TR997" in told, "TR905" in told) == (0, True, False)
    admin.make("/api/ipam/ip-addresses/", {"address": re.sub(r"\.\d+/\d+$", ".254/24", lan)})
    assert "TR905" in office.truc("netbox", "check")[1]


def test_a_pool_that_others_have_filled_is_full(office: Office) -> None:
    office.attach("moi")
    pool = re.search(r"^prefix,lan/ubnd-gia-sang[^,]*,10\.[^,]+,([^,]+),", office.lockfile, re.MULTILINE)
    assert pool
    row = next(one for one in prefixes(office.netbox.admin) if one["custom_fields"]["truc_name"] == pool[1])
    for part in ip_network(row["prefix"]).subnets(2):
        office.netbox.admin.make(PREFIXES, {"prefix": str(part), "status": "reserved"})
    before = office.lockfile, office.texts(), ours(office.netbox.admin)
    code, told = office.truc("compile")
    assert (code, "TR511" in told) == (1, True), told
    assert (office.lockfile, office.texts(), ours(office.netbox.admin)) == before


def test_who_takes_the_same_at_the_same_moment_keeps_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees it free before it is written, and writes after that, by NetBox's own way or past it."""
    office.attach("moi")
    admin = office.netbox.admin
    taken: list[dict[str, Any]] = []

    def takes(method: str, path: str, answer: ServerAnswer) -> None:
        if method == "POST" and path == "ipam/prefixes/" and answer.status == 201 and len(taken) < 2:
            made = next(
                one for one in answer.body if one["custom_fields"]["truc_key"] == "lan/moi" and ":" not in one["prefix"]
            )
            taken.append(admin.make(PREFIXES, {"prefix": re.sub(r"/26$", "/27", made["prefix"])}))

    monkeypatch.setattr("ipam.netbox.allocating.SETTLE", 0.1)
    meanwhile(monkeypatch, takes)
    office.compile()
    lan = office.lan("moi")
    assert len({one["prefix"] for one in taken}) == 2
    assert ours(admin)[f"prefix lan/moi {lan}"] == lan
    assert [entry for entry in ours(admin) if entry.startswith("prefix lan/moi 10.")] == [f"prefix lan/moi {lan}"]
    for one in taken:
        assert admin.get(f"{PREFIXES}{one['id']}/")["last_updated"] == one["last_updated"]
        assert not lan.startswith(one["prefix"].partition("/")[0])


def test_who_keeps_taking_the_same_ends_the_run_and_nothing_is_left(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.attach("moi")
    before, admin = (office.lockfile, office.texts(), ours(office.netbox.admin)), office.netbox.admin

    def takes(method: str, path: str, answer: ServerAnswer) -> None:
        if method == "POST" and path == "ipam/prefixes/" and answer.status == 201:
            admin.make(PREFIXES, [{"prefix": one["prefix"]} for one in answer.body])

    monkeypatch.setattr("ipam.netbox.allocating.SETTLE", 0.1)
    meanwhile(monkeypatch, takes)
    code, told = office.truc("compile")
    assert (code, "TR908" in told) == (1, True)
    assert (office.lockfile, office.texts(), ours(admin)) == before


def test_what_the_workspace_does_not_know_of_ends_the_run(office: Office, tmp_path: Path) -> None:
    admin = office.netbox.admin
    other = office.clone(tmp_path / "other")

    def refusal() -> str:
        before = office.lockfile, office.texts(), ours(admin)
        code, told = office.truc("compile")
        assert (code, "TR904" in told) == (1, True), told
        assert (office.lockfile, office.texts(), ours(admin)) == before
        return told

    # A run from another clone went on: what it placed there would be given up.
    other.attach("khac")
    other.compile()
    assert "another run of truc went on there" in refusal()
    assert "lan/khac" in office.truc("netbox", "check")[1]
    shutil.copy(other.folder / ATTACHMENTS, office.folder / ATTACHMENTS)
    office.compile()
    assert office.lockfile == other.lockfile
    # A person changed something.
    row = next(row for row in prefixes(admin, tag="truc") if row["prefix"] == office.lan("khac"))
    change(office.netbox, PREFIXES, row["id"], status="reserved")
    assert "somebody changed it in NetBox" in refusal()
    change(office.netbox, PREFIXES, row["id"], status="active")
    office.compile()
    # A person deleted something.
    assert admin.ask("DELETE", f"{PREFIXES}{row['id']}/").code == 204
    assert "no longer in NetBox" in refusal()
    assert office.truc("netbox", "export", "--yes")[0] == 0
    office.compile()
    assert office.lockfile == other.lockfile


# Killed in the middle.


def killed_at(office: Office, proxy: Proxy, trouble: Callable[[Fault], Trouble], *, after: bool) -> bool:
    """Compile in a process that is killed at a request; return whether it was."""
    victim: list[subprocess.Popen[bytes]] = []
    proxy.expect(trouble(killing(victim, after=after)))
    known = {name: os.environ[name] for name in ("PATH", "XDG_CACHE_HOME")}
    words = ("compile", "-w", str(office.folder), "--on", ON)
    settings = {**known, "PYTHONPATH": str(ROOT), "TRUC_NETBOX_URL": proxy.url, "TRUC_NETBOX": office.netbox.token}
    with subprocess.Popen([sys.executable, "-c", START, *words], env=settings, stdout=subprocess.PIPE) as process:
        victim.append(process)
        try:
            process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode == -signal.SIGKILL


@contextmanager
def killable(office: Office) -> Iterator[Proxy]:
    """Have an office reach its NetBox through a proxy, with something new to be placed."""
    with proxy_before(office.netbox.url) as proxy:
        path = office.folder / "settings.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(office.netbox.url, proxy.url), encoding="utf-8")
        office.attach("moi")
        yield proxy


def goes_on(
    office: Office, proxy: Proxy, before: tuple[str, dict[str, bytes]], wanted: tuple[str, dict[str, bytes]]
) -> None:
    """AssertionError unless a killed run left the old or the new, and the next one ends as if nothing had been."""
    assert (office.lockfile, office.texts()) in (before, wanted)
    proxy.expect()
    assert office.truc("compile", TRUC_NETBOX_URL=proxy.url)[0] == 0
    assert (office.lockfile, office.texts()) == wanted
    found = re.findall(r"^prefix,([^,]+),([^,]+),", office.lockfile, re.MULTILINE)
    there = {entry for entry in ours(office.netbox.admin) if entry.startswith("prefix ")}
    assert there == {f"prefix {key} {prefix}" for key, prefix in found}
    notes = office.netbox.admin.get(JOURNAL, limit=1000)["results"]
    new = [
        row["id"]
        for row in prefixes(office.netbox.admin, tag="truc")
        if "moi" in (row["custom_fields"]["truc_key"] or "")
    ]
    assert sorted(one["assigned_object_id"] for one in notes if one["assigned_object_id"] in new) == sorted(new)
    assert office.netbox.admin.get(VRFS, rd="truc:lock")["count"] == 0


def test_a_compilation_that_is_killed_at_its_first_write_goes_on(office: Office) -> None:
    before = office.lockfile, office.texts()
    with killable(office) as proxy:
        assert killed_at(office, proxy, at_first_write, after=True)
        assert (office.lockfile, office.texts()) == before
        assert any("moi" in entry for entry in entries_there(office))
        proxy.expect()
        assert office.truc("compile", TRUC_NETBOX_URL=proxy.url)[0] == 0
        goes_on(office, proxy, before, (office.lockfile, office.texts()))


def entries_there(office: Office) -> list[str]:
    found = office.netbox.admin.get(VRFS, tag="truc", limit=1000)["results"]
    return [row["custom_fields"]["truc_entry"] for row in found]


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True])
def test_a_compilation_that_is_killed_at_any_request_goes_on(office: Office, tmp_path: Path, after: bool) -> None:
    before, kept = (office.lockfile, office.texts()), tmp_path / "kept"
    with killable(office) as proxy:
        shutil.copytree(office.folder, kept)
        assert office.truc("compile", TRUC_NETBOX_URL=proxy.url)[0] == 0
        wanted = office.lockfile, office.texts()
        for number in count(1):
            office.netbox.reset("office")
            shutil.rmtree(office.folder)
            shutil.copytree(kept, office.folder)
            if not killed_at(office, proxy, partial(at, number), after=after):
                break
            goes_on(office, proxy, before, wanted)
        assert number == len(proxy.asked) + 1


def test_an_entry_of_another_name_keeps_its_object(office: Office) -> None:
    admin, old = office.netbox.admin, ours(office.netbox.admin)
    numbers = {row["prefix"]: row["id"] for row in prefixes(admin, tag="truc")}
    path = office.folder / ATTACHMENTS
    rows = path.read_text(encoding="utf-8")
    name = re.search(r"^(ubnd[^,]*),", rows, re.MULTILINE)
    assert name
    header = next(line for line in rows.splitlines() if line.startswith("name,"))
    renamed = [
        (f"ten-moi,{line.partition(',')[2]},{name[1]}" if line.startswith(f"{name[1]},") else f"{line},")
        if not line.startswith("#") and line != header
        else f"{line},renamed_from"
        if line == header
        else line
        for line in rows.splitlines()
    ]
    path.write_text("\n".join(renamed) + "\n", encoding="utf-8")
    before = old_lan = office.lan(name[1])
    office.compile()
    assert office.lan("ten-moi") == before == old_lan
    assert {row["prefix"]: row["id"] for row in prefixes(admin, tag="truc")} == numbers
    assert old.keys() != ours(admin).keys()


def test_a_container_of_theirs_becomes_a_new_pool_by_our_tag(office: Office) -> None:
    admin, settings = office.netbox.admin, office.folder / "settings.yaml"
    theirs = admin.make(PREFIXES, {"prefix": "10.197.0.0/20", "status": "container", "description": "của tỉnh"})
    line = "  - {name: extra-v4, use: lan, prefix: 10.197.0.0/20, root_block: thai-nguyen, slot: 26, purpose: guest}\n"
    line = line.replace("purpose: guest", "purpose: shared")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("  # Infrastructure\n", f"{line}  # Infrastructure\n"), encoding="utf-8")
    code, told = office.truc("compile")
    assert (code, "TR915" in told, f"/ipam/prefixes/{theirs['id']}/" in told) == (1, True, True), told
    change(office.netbox, PREFIXES, theirs["id"], tags=[{"slug": "truc"}])
    office.compile()
    kept = admin.get(f"{PREFIXES}{theirs['id']}/")
    assert (kept["description"], kept["custom_fields"]["truc_entry"]) == ("của tỉnh", "pool extra-v4")


def test_a_tag_that_offers_nothing_ends_the_run(office: Office) -> None:
    theirs = office.netbox.admin.make(PREFIXES, {"prefix": "10.199.0.0/28", "tags": [{"slug": "truc"}]})
    for words in (("compile", "--check"), ("compile",)):
        code, told = office.truc(*words)
        assert (code, f"/ipam/prefixes/{theirs['id']}/" in told, "TR998" in told) == (1, True, True), told


def test_a_token_goes_only_where_its_owner_says(office: Office) -> None:
    for named in ("", "http://127.0.0.2:9"):
        code, told = office.truc("compile", TRUC_NETBOX_URL=named)
        assert (code, "TR999" in told) == (1, True)
        assert office.netbox.token not in told
    office.netbox.reset()
    prepared(office.netbox)
    code, told = office.truc("compile")
    assert (code, "TR917" in told) == (1, True)
