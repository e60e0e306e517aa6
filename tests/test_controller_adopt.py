"""`truc adopt`: texts of a network that truc never wrote, held against the workspace that they were compiled of."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785
import yaml

from controller.adopt.adoption import RECORD, Adoption, adopt_folder
from controller.adopt.against import take_over
from controller.adopt.claims import ClaimGround
from controller.adopt.folder import FileState, read_found
from controller.adopt.standing import Facing, plain_hint, slug_of
from controller.jobs.compile import compile_workspace
from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.words import Language
from controller.reports.adopt import print_adoption, print_adoption_json
from intents.prefix import Family
from intents.registry import AttachmentName
from intents.service import ServiceSet, united
from ipam.address_plan import EntryState
from routing.vendors import VENDORS
from routing.vendors.subject import SubjectKind
from tests.adopt_cases import foreign_paths, texts_of, write_texts
from tests.rule_cases import SMALL, THAI_NGUYEN
from tests.small_commands import check_messages, copy_small, truc
from verification.evidence.evidence import Evidence, gather
from verification.verdicts.verdict import NotModelled

OUTPUT = Output(Language.EN)
IOS = "cpe-gia-sang.cfg"
JUNOS = "cpe-tan-cuong.conf"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    """Return the small example, compiled: the truth."""
    return compile_workspace(SMALL, None, OUTPUT)


@pytest.fixture(scope="module")
def texts(compiled: Compiled) -> dict[str, str]:
    """Return what its devices would print, with somebody else's lines in each."""
    return texts_of(compiled)


@pytest.fixture(scope="module")
def adoption(texts: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Adoption:
    """Return what is proposed of them."""
    return adopt_folder(write_texts(tmp_path_factory.mktemp("adopt") / "texts", texts), None, (), OUTPUT)


@pytest.fixture(scope="module")
def evidence(compiled: Compiled) -> Evidence:
    """Return what the judge knows of the example: who stands where, and what the policy says between addresses."""
    return gather(give(compiled, {name: config.text for name, config in compiled.configs.items()}))


def test_lines_of_the_kinds_that_truc_writes_are_ours_and_all_others_foreign(
    adoption: Adoption, compiled: Compiled
) -> None:
    for number, claims in enumerate(adoption.claims):
        config = compiled.configs[claims.device]
        vendor = VENDORS[config.platform]
        harmless = frozenset(vendor.canonical(config.source.device).harmless)
        theirs = foreign_paths(config.platform, number) | frozenset(config.foreign)
        assert {item.path for item in claims.claims if item.ours} == config.ours - harmless
        assert {item.path for item in claims.claims if not item.ours} == theirs | harmless


def test_places_are_where_the_workspace_has_attachments_with_their_prefixes(
    adoption: Adoption, compiled: Compiled, evidence: Evidence
) -> None:
    plan = compiled.addressed.address_plan.prefixes
    expected = {
        (port.device, port.interface): {
            item.prefix for item in plan if item.key == port.subnet and item.state is EntryState.ACTIVE
        }
        for port in evidence.given.network.ports
    }
    found = {(item.device, item.interface): set(item.prefixes) for item in adoption.standing.places}
    assert found == expected
    assert {(item.device, item.interface) for item in adoption.standing.places if item.facing is Facing.OUTSIDE} == {
        (port.device, port.interface) for port in evidence.given.network.ports if port.external
    }


def test_purposes_are_those_of_the_workspace_or_among_several_that_are_told(
    adoption: Adoption, compiled: Compiled, evidence: Evidence
) -> None:
    registry = compiled.addressed.wanted.registry
    names = by_port(evidence)
    unsure = []
    for place in adoption.standing.places:
        purpose = registry.attachments[names[place.device, place.interface]].purpose
        assert f"P-{purpose.upper()}" in place.purposes
        unsure += [names[place.device, place.interface]] if len(place.purposes) > 1 else []
    assert unsure == ["system-data-warehouse", "system-edoc"]  # two purposes exchange routes with them


def test_cables_are_the_channels_of_the_workspace(adoption: Adoption, evidence: Evidence) -> None:
    def ends(network: Adoption | Evidence) -> set[frozenset[tuple[str, str]]]:
        found = network.texts.network if isinstance(network, Adoption) else network.given.network
        return {
            frozenset({(link.a_device, link.a_interface), (link.b_device, link.b_interface)}) for link in found.links
        }

    assert ends(adoption) == ends(evidence)


def test_who_reaches_whom_is_what_the_policy_says(adoption: Adoption, evidence: Evidence) -> None:
    assert reached(adoption) == {key: found for key in pairs(evidence) if (found := said(evidence, *key))}
    assert not isinstance(adoption.reached, NotModelled)
    assert all(item.services == item.everywhere and not item.unanswered for item in adoption.reached)
    assert not [item for item in adoption.reached if item.beyond is not None]


def test_statements_say_each_pair_once_and_nothing_more(adoption: Adoption) -> None:
    names = {item.name: (item.device, item.interface) for item in adoption.standing.places}
    expanded = [
        (names[source], names[destination], statement.services)
        for statement in adoption.today
        for source in statement.sources
        for destination in statement.destinations
        if source != destination
    ]
    both = {(source, destination, services) for (source, destination, _), services in reached(adoption).items()}
    assert len(expanded) == len(set(expanded))
    assert set(expanded) == both
    assert len(adoption.today) == 7
    assert not [item for item in adoption.today if item.remarks]


def by_port(evidence: Evidence) -> dict[tuple[str, str], AttachmentName]:
    return {(port.device, port.interface): name for name, ports in evidence.ports.items() for port in ports}


Place = tuple[str, str]


def reached(adoption: Adoption) -> dict[tuple[Place, Place, Family], ServiceSet]:
    """Return what is found between places, by interface and family."""
    assert not isinstance(adoption.reached, NotModelled)
    places = {item.name: (item.device, item.interface) for item in adoption.standing.places}
    return {
        (places[item.source], places[item.destination], item.family): item.services
        for item in adoption.reached
        if item.services
    }


def pairs(evidence: Evidence) -> list[tuple[Place, Place, Family]]:
    """Return every two attachments, by interface, in each family."""
    ports = sorted(by_port(evidence))
    return [(one, other, family) for one in ports for other in ports if one != other for family in Family]


def said(evidence: Evidence, one: Place, other: Place, family: Family) -> ServiceSet:
    """Return what the policy lets one attachment start to another."""
    pair_policy = evidence.states[0].pairs[family]
    registry = evidence.given.bounds.declared[0].registry
    names = by_port(evidence)
    source, destination = registry.attachments[names[one]], registry.attachments[names[other]]
    company = source.organisation is not None and (source.organisation, source.purpose) == (
        destination.organisation,
        destination.purpose,
    )
    kinds = [list(pair_policy.kinds_in(pair_policy.own.get(item.name, ()))) for item in (source, destination)]
    return united(
        pair_policy.services(pair_policy.touching(left, right, company=company))
        for *_, left in kinds[0]
        for *_, right in kinds[1]
    )


def change_file(name: str, edit: Callable[[str], str]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")

    return change


def add_file(name: str, data: bytes) -> Callable[[Path], None]:
    def add(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return add


def change_a_copy(folder: Path) -> None:
    shutil.copy(folder / IOS, folder / "old.cfg")
    change_file("old.cfg", lambda text: text.replace("10.196.128.64", "10.196.128.65"))(folder)


BRACES = b"system {\n    host-name r9;\n}\ninterfaces {\n    ge-0/0/0 {\n        unit 0 {\n"
LEFT_OUT: dict[str, tuple[Callable[[Path], None], str, FileState, str]] = {
    "no end": (change_file(IOS, lambda text: text.removesuffix("end\n")), IOS, FileState.NOT_WHOLE, "TR731"),
    "cut in a line": (change_file(IOS, lambda text: text[: len(text) // 2]), IOS, FileState.NOT_WHOLE, "TR731"),
    "junos cut in a line": (
        change_file(JUNOS, lambda text: text[: text.rindex("next-hop") + 4]), JUNOS, FileState.NOT_WHOLE, "TR731",
    ),
    "junos cut in a word": (change_file(JUNOS, lambda text: text + "se"), JUNOS, FileState.NOT_WHOLE, "TR731"),
    "blocks not closed": (add_file("r9.conf", BRACES), "r9.conf", FileState.NOT_WHOLE, "TR731"),
    "head cut off": (
        change_file(IOS, lambda text: text.replace("hostname cpe-gia-sang\n", "")), IOS, FileState.NAMELESS, "TR736",
    ),
    "empty": (add_file("empty.cfg", b" \n"), "empty.cfg", FileState.NOT_READ, "TR711"),
    "unknown": (add_file("eos.cfg", b"! device: x (DCS, EOS-4.2)\nhostname x\n"), "eos.cfg", FileState.NOT_READ, "TR714"),
    "undecodable": (add_file("utf16.cfg", "hostname x\nend\n".encode("utf-16")), "utf16.cfg", FileState.NOT_READ, "TR712"),
    "another text": (
        change_a_copy,
        IOS,
        FileState.REPEATED,
        "TR733",
    ),
    "not as read": (
        add_file("readings.json", json.dumps({"devices": [{"file": IOS, "read": True, "sha256": "0" * 64}]}).encode()),
        IOS,
        FileState.NOT_AS_READ,
        "TR735",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_file_that_can_not_be_taken_is_named_and_left_out_and_the_others_go_on(
    name: str, texts: dict[str, str], tmp_path: Path, compiled: Compiled
) -> None:
    change, file, state, code = LEFT_OUT[name]
    folder = write_texts(tmp_path / "texts", texts)
    change(folder)
    found = read_found(folder, None)
    assert {item.name: item.state for item in found.files}[file] is state
    assert {item.code for item in found.findings} >= {code}
    assert found.texts.keys() >= compiled.configs.keys() - {Path(file).stem}
    assert file.partition(".")[0] not in found.texts


def test_what_hangs_on_a_device_without_a_text_is_open(texts: dict[str, str], tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts", texts)
    change_file(IOS, lambda text: text.removesuffix("end\n"))(folder)
    add_file("eos.cfg", b"! device: x (DCS, EOS-4.2)\nhostname x\n")(folder)
    code, told = truc("adopt", folder, "--lang", "vi")
    assert code == ExitCode.INCONCLUSIVE
    assert "TR731" in told
    assert "TR714" in told
    doubts = [line for line in truc("adopt", folder, "--json")[1].splitlines() if '"type": "doubt"' in line]
    assert doubts


TOLD: dict[str, tuple[Callable[[Path], object], str]] = {
    "renamed": (lambda folder: (folder / IOS).rename(folder / "cpe-gia-sang-cu.cfg"), "TR732"),
    "copied": (lambda folder: shutil.copy(folder / IOS, folder / "copy.cfg"), "TR734"),
    "another's bytes": (
        lambda folder: (folder / IOS).write_bytes((folder / IOS).read_bytes().replace(b"mang cua", b"m\xe4ng cua")),
        "TR707",
    ),
    "missing": (
        add_file("readings.json", json.dumps({"devices": [{"file": "x", "read": True, "sha256": "0"}]}).encode()), "TR737",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_odd_about_a_file_is_told_and_its_text_is_taken(
    name: str, texts: dict[str, str], tmp_path: Path, compiled: Compiled
) -> None:
    change, code = TOLD[name]
    folder = write_texts(tmp_path / "texts", texts)
    change(folder)
    found = read_found(folder, None)
    assert code in {item.code for item in found.findings}
    assert found.texts.keys() == compiled.configs.keys()


def test_a_folder_without_any_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.cfg").write_text("")
    code, said = truc("adopt", tmp_path)
    assert code == ExitCode.ERROR
    assert "TR711" in said
    assert "TR710" in said
    assert truc("adopt", tmp_path / "empty.cfg")[0] == ExitCode.ERROR


def test_bytes_that_are_no_text_are_written_by_their_number(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts", two_routers(" description m\udce4ng"))
    assert "m<U+DCE4>ng" in adopt_folder(folder, None, (), OUTPUT).written()["lines/r1.tsv"]


def test_the_same_texts_give_the_same_bytes_wherever_they_lie(
    adoption: Adoption, texts: dict[str, str], tmp_path: Path
) -> None:
    folder = write_texts(tmp_path / "elsewhere", dict(reversed(texts.items())))
    assert adopt_folder(folder, None, (), OUTPUT).written() == adoption.written()


def test_the_record_is_unsigned_and_its_digest_is_over_all_of_it(adoption: Adoption, texts: dict[str, str]) -> None:
    written = adoption.written()[RECORD]
    record = json.loads(written)
    digest = record.pop("digest")
    assert written == rfc8785.dumps({**record, "digest": digest}).decode() + "\n"
    assert digest == adoption.digest == f"sha256:{sha256(rfc8785.dumps(record)).hexdigest()}"
    assert record["signed"] is False
    files = {item["file"]: item["sha256"] for item in record["files"]}
    assert files == {name: f"sha256:{sha256(text.encode()).hexdigest()}" for name, text in texts.items()}
    for name, text in adoption.files.items():
        assert record["proposed"][name] == f"sha256:{sha256(text.encode()).hexdigest()}"


def test_a_proposal_is_no_valid_workspace_and_only_empty_cells_are_wrong(adoption: Adoption, tmp_path: Path) -> None:
    for name, text in adoption.written().items():
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    code, said = truc("validate", "-w", tmp_path / "out" / "workspace", "--json")
    codes = {message["code"] for line in said.splitlines() if (message := json.loads(line)).get("type") == "finding"}
    assert code == ExitCode.ERROR
    # Cells and fields that are empty or missing; a table without rows; and of these a file has more than are told.
    assert codes <= {"TR113", "TR120", "TR131", "TR135", "TR192", "TR208"}
    empty = [line for line in said.splitlines() if '"decision_ref"' in line and "today.yaml" in line]
    assert empty


HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "<script>alert(1)</script>", "$(reboot)", "a\u202eb", "x" * 200, "a;b|c",
    "'; DROP TABLE", "LAN, so y te",
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_descriptions_stay_words_that_nobody_runs(words: str, tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts", two_routers(f" description {words}"))
    adoption = adopt_folder(folder, None, (), OUTPUT)
    files = adoption.files
    rows = [row for row in csv.reader(files["workspace/attachments.csv"].splitlines()) if row]
    table = [row for row in rows if not row[0].startswith("#")]
    # A character that hides makes the line, and with it the interface, one that nobody understands.
    assert len(table) == (1 if adoption.unknown_lines > 6 else 3)
    assert {len(row) for row in table} == {14}
    assert not any(cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row)
    for name in ("purposes", "intents/today"):
        assert yaml.safe_load(files[f"workspace/{name}.yaml"])
    assert not any("\u202e" in text for text in files.values())
    tables = "".join(text for name, text in files.items() if name.startswith("workspace/"))
    assert (words in tables) is (words == "LAN, so y te")


def test_no_secret_is_written_or_told(texts: dict[str, str], tmp_path: Path) -> None:
    secret = "S3cr3tW0rd"
    with_secret = {**texts, IOS: texts[IOS].removesuffix("end\n") + f"snmp-server community {secret} RO 77\nend\n"}
    folder, out = write_texts(tmp_path / "texts", with_secret), tmp_path / "out"
    said = truc("adopt", folder, "-o", out)[1] + truc("adopt", folder, "--json")[1]
    assert secret not in said
    assert [path for path in out.rglob("*") if path.is_file() and secret in path.read_text(encoding="utf-8")] == []


TWO_ROUTERS = """\
hostname r{n}
interface GigabitEthernet0/1
 ip address 10.0.0.{n} 255.255.255.252
interface GigabitEthernet0/2
 ip address 10.{n}.0.1 255.255.255.0
 ip access-group 10 in
{line}
interface GigabitEthernet0/3
 shutdown
 ip address 10.9.{n}.1 255.255.255.0
 crypto map SECRET
interface GigabitEthernet0/4
ip route 0.0.0.0 0.0.0.0 10.0.0.{other}
access-list 10 permit 10.0.0.0 0.255.255.255
access-list 11 permit 10.0.0.0 0.255.255.255
ntp access-group peer 10
flow exporter X
end
"""


def two_routers(line: str = "") -> dict[str, str]:
    """Return the texts of two routers that face each other, with one more line at each LAN."""
    return {f"r{n}.cfg": TWO_ROUTERS.format(n=n, other=3 - n, line=line) for n in (1, 2)}


def test_each_line_that_stays_foreign_has_its_reason(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts", two_routers())
    adoption = adopt_folder(folder, None, (), OUTPUT)
    found = {" / ".join(item.path): (item.ours, item.ground) for item in adoption.claims[0].claims}
    assert found["access-list 10 permit 10.0.0.0 0.255.255.255"] == (False, ClaimGround.SHARED)
    assert found["access-list 11 permit 10.0.0.0 0.255.255.255"] == (False, ClaimGround.UNUSED)
    assert found["interface GigabitEthernet0/2 / ip access-group 10 in"] == (True, Facing.LAN)
    assert found["interface GigabitEthernet0/1"] == (True, Facing.CABLE)
    assert found["interface GigabitEthernet0/3"] == (False, Facing.SHUT)
    assert found["interface GigabitEthernet0/3 / crypto map SECRET"] == (False, ClaimGround.NOT_UNDERSTOOD)
    assert found["interface GigabitEthernet0/4"] == (False, Facing.NOTHING)
    assert found["flow exporter X"][1] in (ClaimGround.NOT_UNDERSTOOD, ClaimGround.NOT_WRITTEN)
    assert found["ip route 0.0.0.0 0.0.0.0 10.0.0.2"] == (True, ClaimGround.TABLE)


def test_what_is_open_is_told_and_every_message_has_a_schema(
    tmp_path: Path, texts: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    twin = two_routers()["r2.cfg"].replace("hostname r2", "hostname r3").replace("10.2.0.1", "10.3.0.1")
    folder = write_texts(tmp_path / "texts", {**two_routers(), "r3.cfg": twin})
    code, told = truc("adopt", folder)
    assert code == ExitCode.INCONCLUSIVE
    assert "10.0.0.0/30" in told
    adoption = adopt_folder(write_texts(tmp_path / "small", texts), None, (), OUTPUT)
    assert not isinstance(adoption.reached, NotModelled)
    flow = adoption.reached[0].starts
    assert flow is not None
    other = replace(adoption, differing=((adoption.reached[0], flow),))
    assert other.is_open
    assert not adoption.is_open
    output = Output(Language.EN)
    print_adoption(output, other, None)
    output.close()
    assert "The engine and walk differ" in capsys.readouterr().out
    as_json = Output(Language.EN, json=True)
    print_adoption_json(as_json, other, None, None)
    as_json.close()
    found = check_messages(capsys.readouterr().out) | check_messages(truc("adopt", folder, "--json")[1])
    assert found >= {
        f"truc/adopt/1 {kind}" for kind in ("differing", "unclear", "doubt", "reach", "place", "device", "file")
    }


def test_a_table_that_somebody_leaves_to_another_is_not_proposed(texts: dict[str, str], tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts", texts)
    adoption = adopt_folder(folder, None, ("P-PARTY", "NOBODY"), OUTPUT)
    assert [item.code for item in adoption.findings] == ["TR740"]
    kinds = {item.ground for claims in adoption.claims for item in claims.claims if item.kind is SubjectKind.VRF}
    assert ClaimGround.LEFT in kinds
    assert all("P-PARTY" not in item.vrf for item in adoption.standing.places)


def test_taking_over_what_the_workspace_says_changes_nothing(
    texts: dict[str, str], tmp_path: Path, adoption: Adoption
) -> None:
    folder, workspace, out = write_texts(tmp_path / "texts", texts), copy_small(tmp_path), tmp_path / "out"
    code, said = truc("adopt", folder, "--against", workspace, "-o", out, "--json")
    assert code == ExitCode.FINE
    summary = summary_of(said)
    assert (summary["same_access"], summary["gone"], summary["unlooked"]) == (True, 0, [])
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == adoption.written().keys()
    again, told = truc("adopt", folder, "-o", out)
    assert (again, "TR802" in told) == (ExitCode.ERROR, True)


def summary_of(said: str) -> dict[str, object]:
    """Return the last message; what stands behind it was said to people."""
    return next(json.loads(line) for line in reversed(said.splitlines()) if '"type": "summary"' in line)


def test_what_taking_over_would_open_or_cut_is_told_with_a_packet(texts: dict[str, str], tmp_path: Path) -> None:
    folder, workspace = write_texts(tmp_path / "texts", texts), copy_small(tmp_path)
    change_file(IOS, lambda text: text.replace("10.193.68.0 0.0.0.63 eq 443", "10.193.68.0 0.0.0.63 eq 444"))(folder)
    code, said = truc("adopt", folder, "--against", workspace, "--json")
    changes = [json.loads(line) for line in said.splitlines() if '"access change"' in line]
    assert code == ExitCode.CHANGES
    assert {(item["turn"], item["source"], item["replayed"]) for item in changes} == {
        ("opened", "ubnd-gia-sang-cq", True),
        ("opened", "system-budget", True),  # its replies
    }
    assert summary_of(said)["gone"] == 2
    assert truc("adopt", folder, "--against", workspace, "--lang", "vi")[0] == ExitCode.CHANGES


def test_another_network_is_not_compared(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts", two_routers())
    code, said = truc("adopt", folder, "--against", copy_small(tmp_path))
    assert code == ExitCode.ERROR
    assert "TR741" in said
    assert "TR742" in said


def test_names_are_those_that_a_workspace_can_have() -> None:
    for words in ("Core_1.tinh", "Sở", "x" * 99, "-", "A b"):
        assert 0 < len(slug_of(words)) <= 48
        assert slug_of(words).strip("abcdefghijklmnopqrstuvwxyz0123456789-") == ""
        assert slug_of(slug_of(words)) == slug_of(words)
    assert plain_hint("Sở Tài chính, tầng 2") == "Sở Tài chính, tầng 2"


@pytest.mark.long
def test_the_province_is_found_again_and_taking_it_over_changes_nothing(tmp_path: Path) -> None:
    compiled = compile_workspace(THAI_NGUYEN, None, OUTPUT)
    texts = texts_of(compiled)
    texts["renamed.cfg"] = texts.pop("gw-1.cfg")
    texts |= {"strange.cfg": "feature bgp\nhostname n9\n", "cut.cfg": "hostname cut\nversion 17.9\ninterface Gi"}
    adoption = adopt_folder(write_texts(tmp_path / "texts", texts), None, (), OUTPUT)
    assert sorted(item.code for item in adoption.findings) == ["TR714", "TR731", "TR732"]
    assert (len(adoption.folder.texts), adoption.doubts, adoption.unknown_lines, adoption.differing) == (151, (), 0, ())
    for number, claims in enumerate(adoption.claims):
        config = compiled.configs[claims.device]
        harmless = frozenset(VENDORS[config.platform].canonical(config.source.device).harmless)
        assert {item.path for item in claims.claims if item.ours} == config.ours - harmless
        assert foreign_paths(config.platform, number) <= {item.path for item in claims.claims if not item.ours}
    found = take_over(adoption, compiled, OUTPUT)
    assert found.is_same
    assert (found.gone, found.change.changes) == (0, ())
    given = give(compiled, {name: config.text for name, config in compiled.configs.items()})
    ports = {(port.device, port.interface) for port in given.network.ports}
    places = {port for item in adoption.standing.places for port in ((item.device, item.interface), *item.also)}
    assert places == ports
