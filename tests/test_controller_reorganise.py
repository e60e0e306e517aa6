"""`truc reorganise`: what becomes of everything, on a small province with every trap of the real table, and on the real one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import LOCKFILE, address, compile_network, store_of, want
from controller.output.terminal import Output
from controller.reorganise.job import Reorganised, ReorganiseRequest, reorganise
from controller.rollout.declared import sessions
from examples.make_thai_nguyen_before import write_before
from intents.parser.site_choices import SiteUse
from intents.registry import AttachmentName, ConnectionKind, EventKind, OrganisationName, SiteName, UnitKey
from intents.reorganisation.fates import FateGround, FateKind, PrefixAction
from intents.reorganisation.following import ended_with_its_unit, goes_on_as
from intents.workspace import load_intents
from ipam.address_plan import EntryState
from ipam.reorganisation.prefix_lines import PREFIX_FILE
from ipam.store.lockfile import print_plan
from tests.reorganise_cases import CHANGE, LAN, REFORM, plan_text, request_in, run
from tests.rule_cases import SMALL, changed
from tests.small_commands import ROOT, edit, truc
from tests.small_reform import CHOICES, DAY, LAST_DAY, TABLE, goes, old, table_text, write_province
from verification.change.access import Turn
from verification.change.judge import judge_change

THINH_DAN = "ubnd-phuong-thinh-dan-government"
MAP = ROOT / "examples" / "data" / "tn_commune_map_2025-07-01.csv"
SPLIT = {
    "tru-so-du-cong-an": "05467", "tru-so-cong-an": "05467", "tru-so-phuong-gia-sang": "05467",
    "tru-so-phuong-cam-gia": "05500", "tru-so-xa-thuong-dinh": "05941",
}  # fmt: skip
"""Where the sites of the three communes go that were split."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Reorganised:
    return run(request_in(tmp_path_factory.mktemp("reform")))


def words_of(request: ReorganiseRequest) -> list[str | Path]:
    """Return the command line of a request."""
    named = (("--choices", request.choices), ("--prefixes", request.prefixes), ("--change", request.change))
    words: list[str | Path] = ["reorganise", request.table, "--effective", DAY, "--decision", REFORM.decision_ref]
    words += ["-w", request.folder, "--others", request.others]
    for option, path in named:
        words += [option, path] if path is not None else []
    return words


def contents(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What becomes of units, organisations, sites and attachments.


def test_a_unit_is_known_by_code_and_day_whatever_else_has_its_code_or_name(small: Reorganised) -> None:
    after = small.succession.after
    assert after[UnitKey("05467@2024-12-01")] == ("05467@2025-07-01", "05500@2025-07-01")
    assert after[UnitKey("05888@2024-12-01")] == ("05476@2025-07-01",)
    assert after[UnitKey("05476@2024-12-01")] == ("05500@2025-07-01",)
    assert small.succession.new[UnitKey("05476@2025-07-01")].name == "Phường Trung Thành"


def test_events_tell_merges_splits_renames_and_ends(small: Reorganised) -> None:
    kinds = {(item.before.partition("@")[0], (item.after or "-")[:5]): item.kind for item in small.succession.events}
    assert kinds["05461", "05443"] is EventKind.SPLIT
    assert kinds["05491", "05455"] is EventKind.MERGE
    assert kinds["05707", "05707"] is EventKind.RENAME
    assert kinds["164", "-"] is EventKind.ABOLISH
    assert kinds["06", "19@20"] is EventKind.MERGE


def test_joined_provinces_begin_anew_and_communes_stand_in_the_new_one(small: Reorganised) -> None:
    province = small.succession.new[UnitKey("19@2025-07-01")]
    assert (province.name, province.parent) == ("Tỉnh Thái Nguyên", None)
    assert {unit.parent for unit in small.succession.new.values()} == {None, "19@2025-07-01"}


def test_the_body_at_the_seat_goes_on_under_the_new_name_and_takes_the_other_over(small: Reorganised) -> None:
    heir = small.fates.organisations[OrganisationName("ubnd-xa-quyet-thang")]
    assert (heir.kind, heir.name, heir.title) == (
        FateKind.RENAMED, "ubnd-phuong-quyet-thang", "Ủy ban nhân dân phường Quyết Thắng",
    )  # fmt: skip
    other = small.fates.organisations[OrganisationName("ubnd-phuong-thinh-dan")]
    assert (other.kind, other.name) == (FateKind.MERGED, "ubnd-phuong-quyet-thang")
    fate = small.fates.attachments[AttachmentName(THINH_DAN)]
    assert (fate.organisation, fate.connection) == ("ubnd-phuong-quyet-thang", ConnectionKind.JUSTIFIED)
    assert fate.justification_ref == REFORM.decision_ref


def test_a_name_that_anybody_has_or_had_gets_the_new_code_behind_it(tmp_path: Path) -> None:
    rows = [row for row in TABLE if row.old.code not in ("05461", "05467")]
    gia_sang, cam_gia = TABLE[0].old, TABLE[2].old
    rows += [goes(gia_sang, "05443", "Phường Phan Đình Phùng"), goes(cam_gia, "05467", "Phường Gia Sàng")]
    found = run(request_in(tmp_path, rows=table_text(rows), choices=""))
    assert found.fates.organisations[OrganisationName("ubnd-phuong-cam-gia")].name == "ubnd-phuong-gia-sang-05467"


def test_where_nothing_follows_all_that_stood_there_ends_with_its_equipment(small: Reorganised) -> None:
    assert small.fates.organisations[OrganisationName("ubnd-huyen")].kind is FateKind.ENDED
    assert small.fates.sites[SiteName("tru-so-huyen")].kind is FateKind.ENDED
    ended = small.after.wanted.inventory
    assert "cpe-huyen" not in ended.devices
    assert "to-huyen" not in ended.channels
    released = {str(item.key) for item in small.lines if item.action is PrefixAction.RELEASE}
    assert released == {"lan/huyen-gov", "link/to-huyen/attachment/huyen-gov", "link/to-huyen/purpose/management"} | {
        "loopback/cpe-huyen"
    }


def test_names_in_intents_follow_and_all_else_of_the_file_stays(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    file = "intents/edoc.yaml"
    edit(request.folder / file, "names: [ubnd-xa-sang-moc]", "names: [ubnd-phuong-thinh-dan, ubnd-xa-quyet-thang]")
    edit(
        request.folder / file,
        "{categories: [peoples_committee_body], tiers: [commune]}",
        "{tiers: [commune], below: 05491@2024-12-01, categories: [peoples_committee_body]}",
    )
    edit(request.folder / file, "intents:\n", "# Ý định\nintents:\n")
    old_text = (request.folder / file).read_text(encoding="utf-8")
    text = run(request).texts[file]
    assert text == old_text.replace(
        "names: [ubnd-phuong-thinh-dan, ubnd-xa-quyet-thang]", "names: [ubnd-phuong-quyet-thang]"
    ).replace("05491@2024-12-01", "05455@2025-07-01")


def test_an_owner_of_a_system_and_a_station_follow_their_new_name(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    edit(request.folder / "systems.yaml", "owner: van-phong-ubnd-tinh", "owner: ubnd-xa-quyet-thang")
    assert "owner: ubnd-phuong-quyet-thang\n" in run(request).texts["systems.yaml"]


def test_several_bodies_of_one_kind_on_one_unit_all_go_on(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    unit = "19@2024-12-01"
    for name in ("so-noi-vu", "so-tu-phap"):
        line = f"{name},Sở,peoples_committee_body,province,{unit},using_org,,2024-12-01,\n"
        path = request.folder / "organisations.csv"
        path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    found = run(request).fates.organisations
    kinds = {found[OrganisationName(name)].kind for name in ("so-noi-vu", "so-tu-phap", "van-phong-ubnd-tinh")}
    assert kinds == {FateKind.MOVED}


def test_a_single_province_goes_on_and_keeps_a_district_that_has_communes_left(tmp_path: Path) -> None:
    communes = tuple(row.old for row in (TABLE[5], TABLE[6], TABLE[8]))
    province = write_province(tmp_path / "one", communes)
    rows = table_text([goes(communes[0], "05455", "Phường Quyết Thắng")])
    found = run(request_in(tmp_path, rows=rows, choices="", province=province))
    assert set(found.succession.after) == {"05455@2024-12-01"}
    assert found.succession.new[UnitKey("05455@2025-07-01")].parent == "19@2024-12-01"
    assert found.fates.organisations[OrganisationName("ubnd-huyen")].kind is FateKind.UNCHANGED


# What somebody chose.


def test_a_seat_that_is_chosen_is_the_seat(tmp_path: Path) -> None:
    found = run(request_in(tmp_path, choices=f"{CHOICES}site,tru-so-phuong-thinh-dan,,seat\n"))
    fates = found.fates.organisations
    assert fates[OrganisationName("ubnd-phuong-thinh-dan")].name == "ubnd-phuong-quyet-thang"
    assert fates[OrganisationName("ubnd-xa-quyet-thang")].kind is FateKind.MERGED


def test_others_are_given_up_where_that_is_said_but_for_those_that_are_chosen(tmp_path: Path) -> None:
    choices = f"{CHOICES}site,tru-so-phuong-thinh-dan,,further\n"
    found = run(request_in(tmp_path, choices=choices, others=SiteUse.RELEASE)).fates
    grounds = {name: fate.ground for name, fate in found.attachments.items() if fate.kind is FateKind.ENDED}
    assert grounds[AttachmentName("ubnd-phuong-phung-chi-kien-government")] is FateGround.RELEASED
    assert found.sites[SiteName("tru-so-phuong-phung-chi-kien")].kind is FateKind.ENDED
    assert AttachmentName(THINH_DAN) not in grounds


def test_a_site_that_is_released_ends_and_its_body_goes_on_elsewhere(tmp_path: Path) -> None:
    found = run(request_in(tmp_path, choices=f"{CHOICES}site,tru-so-xa-quyet-thang,,release\n")).fates
    assert found.sites[SiteName("tru-so-xa-quyet-thang")].kind is FateKind.ENDED
    assert found.organisations[OrganisationName("ubnd-xa-quyet-thang")].kind is FateKind.RENAMED


def test_an_organisation_without_a_site_in_a_split_unit_is_chosen_for_by_itself(tmp_path: Path) -> None:
    request = request_in(tmp_path, choices=f"{CHOICES}organisation,hoi-nguoi-cao-tuoi,05443@2025-07-01,\n")
    path = request.folder / "organisations.csv"
    line = "hoi-nguoi-cao-tuoi,Hội,fatherland_front_org,commune,05461@2024-12-01,using_org,,2024-12-01,\n"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    edit(request.folder / "purposes.yaml", "[peoples_committee_body", "[fatherland_front_org, peoples_committee_body")
    assert run(request).fates.organisations[OrganisationName("hoi-nguoi-cao-tuoi")].unit == "05443@2025-07-01"


@pytest.mark.parametrize("action", [PrefixAction.RELEASE, PrefixAction.RENUMBER])
def test_what_is_chosen_for_a_prefix_is_done_to_all_of_its_attachment(tmp_path: Path, action: PrefixAction) -> None:
    found = run(request_in(tmp_path, prefixes=plan_text(f"{LAN},{action}")))
    name = LAN.rpartition("/")[2]
    actions = {item.action for item in found.lines if name in str(item.key)}
    assert actions == {action}
    states = {item.state for item in found.after.address_plan.prefixes if str(item.key) == f"lan/{name}"}
    assert states == {EntryState.QUARANTINED}
    new = {str(item.key) for item in found.after.address_plan.prefixes if f"{name}-01840" in str(item.key)}
    assert bool(new) is (action is PrefixAction.RENUMBER)


def test_keep_brings_back_what_the_rule_gives_up(tmp_path: Path) -> None:
    words = {"prefixes": plan_text(f"{LAN},keep"), "others": SiteUse.RELEASE}
    found = run(request_in(tmp_path, **words))  # type: ignore[arg-type]  # one is no text
    fate = found.fates.attachments[AttachmentName(LAN.rpartition("/")[2])]
    assert (fate.kind, fate.connection) == (FateKind.MOVED, ConnectionKind.JUSTIFIED)


def test_what_comes_into_another_root_block_is_renumbered_there(tmp_path: Path) -> None:
    duc_xuan = old("01843", "Phường Đức Xuân", "phuong-duc-xuan", "058", 1)
    rows = (*(row for row in TABLE if row.old != duc_xuan), goes(duc_xuan, "05707", "Xã Sảng Mộc"))
    found = run(request_in(tmp_path, rows=table_text(rows)))
    fate = found.fates.attachments[AttachmentName("ubnd-phuong-duc-xuan-government")]
    assert (fate.renumbered, fate.ground) == (True, FateGround.ROOT_BLOCK)
    lans = {str(item.key): str(item.prefix) for item in found.after.address_plan.prefixes if item.until is None}
    assert lans[f"lan/{fate.name}"].startswith(("10.196.", "2001:db8:14"))


def test_a_system_at_a_site_that_comes_into_another_root_block_is_renumbered_and_its_office_too(tmp_path: Path) -> None:
    duc_xuan = old("01843", "Phường Đức Xuân", "phuong-duc-xuan", "058", 1)
    rows = (*(row for row in TABLE if row.old != duc_xuan), goes(duc_xuan, "05707", "Xã Sảng Mộc"))
    request = request_in(tmp_path, rows=table_text(rows))
    site = "    site: dc-tinh\n    purpose: shared\n    hosts: 10"
    edit(request.folder / "systems.yaml", site, "    site: tru-so-phuong-duc-xuan\n    purpose: shared\n    hosts: 10")
    (request.folder / LOCKFILE).unlink()
    plan = address(want(request.folder, None)).address_plan
    (request.folder / LOCKFILE).write_text(print_plan(plan), encoding="utf-8")
    lines = {str(item.key): (item.action, item.reason) for item in run(request).lines}
    assert lines["lan/system-mail"] == (PrefixAction.RENUMBER, FateGround.ROOT_BLOCK)
    assert lines["lan/system-edoc"] == (PrefixAction.KEEP, FateGround.UNTOUCHED)
    assert lines["loopback/cpe-phuong-duc-xuan"][0] is PrefixAction.KEEP


def test_a_line_that_stays_keeps_its_place_whatever_it_is_called_now(small: Reorganised) -> None:
    names = [line.partition(",")[0] for line in small.texts["organisations.csv"].splitlines()[2:]]
    assert names.index("ubnd-phuong-quyet-thang") == names.index("ubnd-phuong-thinh-dan") + 2


def test_the_table_of_prefixes_given_back_as_it_was_written_changes_nothing(tmp_path: Path, small: Reorganised) -> None:
    found = run(request_in(tmp_path, prefixes=small.texts[PREFIX_FILE]))
    assert found.texts == small.texts


# Who gains or loses access.


@pytest.mark.parametrize(
    ("old_text", "new_text"),
    [
        ("names: [ubnd-xa-sang-moc]", "names: [ubnd-xa-sang-moc]"),
        ("names: [ubnd-xa-sang-moc]", "names: [ubnd-phuong-phung-chi-kien]"),
        ("names: [ubnd-xa-sang-moc]", "names: [ubnd-phuong-thinh-dan, ubnd-phuong-duc-xuan]"),
        ("names: [ubnd-xa-sang-moc]", "categories: [peoples_committee_body], below: 05476@2024-12-01"),
        (
            "organisations: {names: [van-phong-ubnd-tinh], purpose: government}",
            "organisations: {categories: [peoples_committee_body], tiers: [commune], purpose: government}",
        ),
    ],
)
def test_what_the_policies_tell_is_what_the_engine_sees_in_the_texts(
    tmp_path: Path, old_text: str, new_text: str
) -> None:
    request = request_in(tmp_path)
    paths = [path for path in (request.folder / "intents").iterdir() if old_text in path.read_text(encoding="utf-8")]
    assert paths
    edit(paths[0], old_text, new_text)
    found = run(request)
    ends = [compile_network(address(found.before)), compile_network(found.after)]
    given = [give(end, {name: item.text for name, item in end.configs.items()}) for end in ends]
    changes = sessions(item.change for item in judge_change(given[0], given[1]).changes)
    gone = {name for name, fate in found.fates.attachments.items() if fate.kind is FateKind.ENDED}
    seen = Counter(item.turn for item in changes if not {item.source, item.destination} & gone)
    told = Counter[Turn]()
    for item in found.differences:
        told[item.turn] += item.pairs
    assert told == seen
    assert bool(told) is (old_text != new_text)


def test_what_nobody_declared_ends_with_an_error_and_what_is_declared_does_not(tmp_path: Path) -> None:
    request = request_in(tmp_path, change=CHANGE)
    edit(request.folder / "intents" / "edoc.yaml", "ubnd-xa-sang-moc", "ubnd-phuong-phung-chi-kien")
    words = [word for word in words_of(request) if word not in ("--change", request.change)]
    code, said = truc(*words, "-o", tmp_path / "undeclared")
    assert code == 1
    assert "TR247" in said
    assert (tmp_path / "undeclared" / "units.csv").exists()
    code, said = truc(*words_of(request), "-o", tmp_path / "declared")
    assert code == 0
    assert "TR247" not in said
    assert contents(tmp_path / "undeclared") == contents(tmp_path / "declared")


def test_a_workspace_is_not_changed_in_its_place_by_what_nobody_declared(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    edit(request.folder / "intents" / "edoc.yaml", "ubnd-xa-sang-moc", "ubnd-phuong-phung-chi-kien")
    before = contents(request.folder)
    assert truc(*words_of(request), "--in-place")[0] == 1
    assert contents(request.folder) == before


# The command.


def test_a_folder_is_written_that_compiles_and_is_proved_and_the_workspace_is_left_alone(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    before, out = contents(request.folder), tmp_path / "after"
    code, said = truc(*words_of(request), "-o", out)
    assert code == 0, said
    assert contents(request.folder) == before
    assert truc("compile", "-w", out, "--on", DAY)[0] == 0
    code, said = truc("verify", "-w", out, "--on", DAY)
    assert code == 0, said
    there, then = (
        {(str(item.prefix), str(item.key)) for item in store_of(path).load().plan.prefixes if item.until is None}
        for path in (request.folder, out)
    )
    lines = [line.split(",") for line in (out / PREFIX_FILE).read_text(encoding="utf-8").splitlines()[1:]]
    assert {(prefix, key) for prefix, key, *_ in lines} == there
    assert {(prefix, key) for prefix, key, action, *_ in lines if action == "keep"} == then


def test_doing_it_in_place_is_doing_it_beside_and_twice_is_once(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    truc(*words_of(request), "-o", tmp_path / "after")
    assert truc(*words_of(request), "--in-place")[0] == 0
    written = contents(request.folder)
    assert written == contents(tmp_path / "after")
    code, said = truc(*words_of(request), "--in-place")
    assert code == 0
    assert "stands in the workspace already" in said
    assert contents(request.folder) == written


def test_events_that_stand_there_stay_and_a_table_with_other_columns_order_too(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    units = request.folder / "units.csv"
    edit(units, "19,2024-12-01", "05999,2020-01-01,2024-11-30,Xã Cũ,commune,,thai-nguyen\n19,2024-12-01")
    line = "1/QĐ,abolish,2024-12-01,05999@2020-01-01,"
    text = f"# Sự kiện\ndecision_ref,kind,date,from_unit,to_unit\n{line}\n"
    (request.folder / "unit_events.csv").write_text(text, encoding="utf-8")
    written = run(request).texts["unit_events.csv"]
    assert written.startswith(text)
    assert f"{REFORM.decision_ref},merge,2025-07-01,01840@2024-12-01,01840@2025-07-01\n" in written


def test_nothing_is_written_unless_that_is_asked(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    before = contents(tmp_path)
    code, said = truc(*words_of(request))
    assert code == 0
    assert "nothing was written" in said
    assert contents(tmp_path) == before


def test_a_folder_that_has_something_in_it_is_not_written_over(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    code, said = truc(*words_of(request), "-o", tmp_path / "full")
    assert code == 1
    assert "TR802" in said


def test_messages_for_scripts_say_the_same(tmp_path: Path) -> None:
    request = request_in(tmp_path)
    edit(request.folder / "intents" / "edoc.yaml", "ubnd-xa-sang-moc", "ubnd-phuong-phung-chi-kien")
    code, said = truc(*words_of(request), "--json")
    messages = [json.loads(line) for line in said.splitlines()]
    kinds = Counter(message.get("type") for message in messages)
    assert code == 1
    assert kinds["event"] == 17
    assert kinds["fates"] == 3
    assert [item["declared"] for item in messages if item.get("type") == "difference"] == [False]
    assert messages[-1] == {"type": "summary", "ok": False, "done": False, "undeclared": 1, "written": []}


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    words = words_of(request_in(tmp_path))
    words[words.index(DAY)] = "2025-7-1"
    code, said = truc(*words)
    assert code == 1
    assert "TR807" in said


# The whole province.


def whole(folder: Path, *, locked: bool) -> ReorganiseRequest:
    """Write the province of before, and return what is asked of it."""
    province, choices = folder / "before", folder / "choices.csv"
    write_before(province)
    if locked:
        plan = address(want(province, date.fromisoformat(LAST_DAY))).address_plan
        (province / LOCKFILE).write_text(print_plan(plan), encoding="utf-8")
    rows = "".join(f"site,{site},{code}@{DAY},\n" for site, code in SPLIT.items())
    choices.write_text(f"kind,name,unit,use\n{rows}", encoding="utf-8")
    return ReorganiseRequest(folder=province, table=MAP, reform=REFORM, others=SiteUse.RELEASE, choices=choices)


def test_the_whole_table_makes_the_province_of_today(tmp_path: Path) -> None:
    request = whole(tmp_path, locked=False)
    before = load_intents(request.folder).registry
    ours = [item for item in before.organisations.values() if not item.unit.startswith("06@")]
    thai_nguyen = [item for item in ours if before.units[item.unit].root_block == "thai-nguyen"]
    assert len(thai_nguyen) == 788
    found = run(request)
    assert Counter(item.kind for item in found.succession.events) == {
        EventKind.MERGE: 277, EventKind.SPLIT: 6, EventKind.RENAME: 2, EventKind.ABOLISH: 17,
    }  # fmt: skip
    communes = [item for item in found.succession.new.values() if item.parent is not None]
    assert Counter(item.type for item in communes) == {"commune": 77, "ward": 15}
    assert Counter(item.root_block for item in communes) == {"thai-nguyen": 55, "bac-kan": 37}
    after = found.after.wanted.registry
    tiers = Counter((item.category, item.tier) for item in after.organisations.values() if item.tier == "commune")
    assert set(tiers.values()) == {92}
    released = [fate for fate in found.fates.attachments.values() if fate.ground is FateGround.RELEASED]
    assert len({fate.name for fate in released if fate.name.startswith("mttq-")}) == 188


@pytest.mark.long
def test_the_whole_province_keeps_its_addresses_and_is_proved(tmp_path: Path) -> None:
    request = whole(tmp_path, locked=True)
    change = tmp_path / "change.yaml"
    change.write_text(CHANGE.replace("[edoc]", "[ioc, data-warehouse]"), encoding="utf-8")
    words = words_of(request)
    code, said = truc(*words, "--change", change, "-o", tmp_path / "after")
    assert code == 0, said
    assert truc("compile", "-w", tmp_path / "after", "--on", DAY)[0] == 0
    code, said = truc("verify", "-w", tmp_path / "after", "--on", DAY, "--no-failures")
    assert code == 0, said[-2000:]
    assert reorganise(request, Output("en")) is not None


MERGED = """\
old_province,old_district,old_code,old_name,new_code,new_name,kind
Tỉnh Thái Nguyên,,05443,Phường Phan Đình Phùng,05443,Phường Phan Đình Phùng,whole
Tỉnh Thái Nguyên,,05467,Phường Gia Sàng,05467,Phường Gia Sàng,whole
Tỉnh Thái Nguyên,,05503,Xã Tân Cương,05467,Phường Gia Sàng,whole
"""
RESOLUTION = "1683/NQ (hư cấu),reorganisation,2026-11-10,Ủy ban Thường vụ Quốc hội,Sắp xếp đơn vị hành chính,,\n"


def test_where_papers_are_kept_the_resolution_justifies_further_points_and_old_requests_stand(tmp_path: Path) -> None:
    folder = changed(tmp_path, source=SMALL)
    (tmp_path / "map.csv").write_text(MERGED, encoding="utf-8")
    words = ("reorganise", tmp_path / "map.csv", "--effective", "2026-12-01", "--decision", "1683/NQ (hư cấu)")
    code, said = truc(*words, "-w", folder, "-o", tmp_path / "after")
    assert code != 0
    assert 'decision_ref "1683/NQ (hư cấu)" is not in records.csv' in said
    with (folder / "records.csv").open("a", encoding="utf-8") as file:
        file.write(RESOLUTION)
    code, said = truc(*words, "-w", folder, "-o", tmp_path / "after")
    assert "error TR4" not in said
    code, said = truc("validate", "-w", tmp_path / "after", "--on", "2026-12-01")
    assert (code, "TR43" in said) == (0, False), said
    assert "1683/NQ (hư cấu)" in (tmp_path / "after" / "attachments.csv").read_text(encoding="utf-8")


# The way from one to the other.


def test_a_plan_leads_from_before_to_after_with_every_state_proved(tmp_path: Path) -> None:
    request = request_in(tmp_path, change=CHANGE)
    edit(request.folder / "intents" / "edoc.yaml", "ubnd-xa-sang-moc", "ubnd-phuong-phung-chi-kien")
    truc(*words_of(request), "-o", tmp_path / "after")
    change = CHANGE.replace("\n  opens:", "\n  intents: [no-files-an-binh]\n  opens:")
    declared = change[: change.index("  opens:")] + change[change.index("  closes:") :]
    (tmp_path / "change.yaml").write_text(declared, encoding="utf-8")
    words = ("--base", request.folder, "-w", tmp_path / "after", "--on", DAY, "--change", tmp_path / "change.yaml")
    code, said = truc("plan", *words, "-o", tmp_path / "plan.json")
    assert "TR884" not in said
    assert "Taken out by hand behind: cpe-huyen" in said
    assert (code, (tmp_path / "plan.json").exists()) == (2, True), said[-1500:]


DISTRICTS = """\
intents:
  - permit:
      id: district-files
      title: Cấp huyện gửi văn bản
      domain: dept_ict
      request_ref: "9/CV-SKHCN (hư cấu)"
      decision_ref: "9/QĐ-UBND (hư cấu)"
      valid_from: 2024-12-01
      from: [{names: [ubnd-huyen]}]
      to: [{systems: [edoc], services: [web]}]
"""


def test_what_a_body_loses_that_ended_with_its_unit_needs_no_word_in_a_change_request(tmp_path: Path) -> None:
    request = request_in(tmp_path, change=CHANGE)
    edit(request.folder / "intents" / "edoc.yaml", "ubnd-xa-sang-moc", "ubnd-phuong-phung-chi-kien")
    (request.folder / "intents" / "districts.yaml").write_text(DISTRICTS, encoding="utf-8")
    code, said = truc(*words_of(request), "-o", tmp_path / "after")
    assert code == 0, said
    change = CHANGE.replace("\n  opens:", "\n  intents: [no-files-an-binh, district-files]\n  opens:")
    declared = change[: change.index("  opens:")] + change[change.index("  closes:") :]
    (tmp_path / "change.yaml").write_text(declared, encoding="utf-8")
    words = ("--base", request.folder, "-w", tmp_path / "after", "--on", DAY, "--change", tmp_path / "change.yaml")
    code, said = truc("plan", *words, "-o", tmp_path / "plan.json")
    assert (code, "TR834" in said, (tmp_path / "plan.json").exists()) == (2, False, True), said[-1500:]
    assert "huyen-gov -> system-edoc" in said.partition("Closes")[2].partition("Waves")[0]


def test_only_a_recorded_event_ends_an_organisation_with_its_unit(small: Reorganised) -> None:
    before, after = small.before.registry, small.after.wanted.registry
    on = date.fromisoformat(DAY)
    ended = {name for name, item in before.organisations.items() if ended_with_its_unit(item, after, on)}
    assert ended
    assert ended.isdisjoint(after.organisations)
    assert {before.organisations[name].unit for name in ended} <= {event.before for event in after.events}
    assert not any(ended_with_its_unit(item, replace(after, events=()), on) for item in before.organisations.values())
    assert not any(ended_with_its_unit(item, after, on - timedelta(days=1)) for item in before.organisations.values())
    renamed = before.organisations[OrganisationName("ubnd-xa-quyet-thang")]
    assert not ended_with_its_unit(renamed, after, on)


def test_an_organisation_goes_on_as_the_one_that_has_its_name_or_took_it_over(small: Reorganised) -> None:
    before, after = small.before.registry, small.after.wanted.registry
    heir = after.organisations[OrganisationName("ubnd-phuong-quyet-thang")]
    party = after.organisations[OrganisationName("dang-uy-phuong-quyet-thang")]
    renamed, merged, stranger = (
        before.organisations[OrganisationName(name)]
        for name in ("ubnd-xa-quyet-thang", "ubnd-phuong-thinh-dan", "ubnd-xa-sang-moc")
    )
    assert goes_on_as(renamed, heir, after)
    assert goes_on_as(merged, heir, after)
    assert not goes_on_as(merged, party, after)
    assert not goes_on_as(stranger, heir, after)
    assert not goes_on_as(merged, heir, replace(after, events=()))
