"""The rules on organisations, attachments and intents: for each requirement one change that breaks it, and what meets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from intents.checks.regulation import check_registry_rules
from intents.registry import AttachmentName, Category, LegalService, SiteName, Tier
from intents.workspace import load_intents
from tests.rule_cases import SITE_OF_LEVEL_1, SMALL, THAI_NGUYEN, about, changed, codes, example, findings_of

INTENT_ABOUT_THE_PARTY = """\
  - permit:
      id: party-by-label
      title: Đảng ủy xã dùng quản lý văn bản
      domain: dept_ict
      request_ref: "1/CV"
      decision_ref: "1/QĐ"
      from: [{below: 05443@2025-07-01}]
      to: [{systems: [edoc], services: [web]}]
"""


def test_A01_a_category_that_is_none_of_the_eight_breaks_it(tmp_path: Path) -> None:
    change = ("organisations.csv", "UBND xã An Bình,peoples_committee_body", "UBND xã An Bình,people_committee")
    assert codes("A01", changed(tmp_path, change)) == {"TR116"}


def test_A01_an_organisation_without_a_category_breaks_it(tmp_path: Path) -> None:
    change = ("organisations.csv", "UBND xã An Bình,peoples_committee_body", "UBND xã An Bình,")
    assert codes("A01", changed(tmp_path, change)) == {"TR131"}


def test_A01_organisations_of_all_eight_categories_meet_it() -> None:
    wanted = example(THAI_NGUYEN)
    assert {item.category for item in wanted.registry.organisations.values()} == set(Category)
    assert about("A01", wanted.findings) == ()


def test_A02_an_attachment_of_an_unknown_organisation_breaks_it(tmp_path: Path) -> None:
    change = ("attachments.csv", "xa-party,dang-uy-xa-an-binh", "xa-party,dang-uy-xa-an-hoa")
    assert codes("A02", changed(tmp_path, change)) == {"TR202"}


def test_A02_an_organisation_that_has_ended_on_the_day_breaks_it(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("organisations.csv", "pilot,2025-07-01,", "pilot,2025-07-01,2026-01-31"))
    assert codes("A02", workspace) == {"TR401"}
    assert codes("A02", workspace, date(2026, 1, 31)) == set()


def test_A02_a_site_that_has_ended_and_an_owner_that_has_ended_break_it(tmp_path: Path) -> None:
    changes = (("organisations.csv", "using_org,,2025-07-01,", "using_org,,2025-07-01,2026-01-31"),)
    found = about("A02", findings_of(changed(tmp_path, *changes)))
    assert {dict(item.values)["attachment"] for item in found} >= {"system-edoc", "vp-tinh-gov"}


def test_A02_attachments_whose_organisation_and_site_exist_meet_it() -> None:
    wanted = example(SMALL)
    assert wanted.registry.attachments
    assert about("A02", check_registry_rules(wanted.registry, wanted.intents, wanted.on)) == ()


def test_A03_a_fourth_site_of_level_1_breaks_it(tmp_path: Path) -> None:
    rows = "".join(f"cap1-{name},Trụ sở {name},19@2025-07-01,office,1,,\n" for name in "abcd")
    assert codes("A03", changed(tmp_path, ("sites.csv", "", rows))) == {"TR402"}


def test_A03_a_commune_at_a_site_of_level_1_breaks_it(tmp_path: Path) -> None:
    assert codes("A03", changed(tmp_path, *SITE_OF_LEVEL_1)) == {"TR403", "TR414"}


def test_A03_a_data_centre_with_an_access_level_breaks_it(tmp_path: Path) -> None:
    change = ("sites.csv", "19@2025-07-01,data_centre,0", "19@2025-07-01,data_centre,1")
    assert codes("A03", changed(tmp_path, change)) == {"TR207"}


def test_A03_the_three_offices_of_the_province_at_level_1_meet_it() -> None:
    wanted = example(THAI_NGUYEN)
    sites = [item.name for item in wanted.registry.sites.values() if item.level == 1]
    assert len(sites) == 3
    assert {
        wanted.registry.organisations[item.organisation].tier
        for item in wanted.registry.attachments.values()
        if item.organisation is not None and item.site in sites
    } == {Tier.PROVINCE}
    assert about("A03", check_registry_rules(wanted.registry, wanted.intents, wanted.on)) == ()


def test_A07_an_outside_network_without_its_counterpart_breaks_it(tmp_path: Path) -> None:
    change = ("outside_networks.yaml", "    counterpart: cuc-bdtw\n", "")
    assert codes("A07", changed(tmp_path, change, source=SMALL)) == {"TR113"}


def test_A07_an_outside_network_at_a_core_router_breaks_it(tmp_path: Path) -> None:
    change = ("outside_networks.yaml", "gateway: dc-edge-1", "gateway: core-1")
    assert codes("A07", changed(tmp_path, change, source=SMALL)) == {"TR228"}


def test_A07_an_outside_network_at_a_gateway_with_its_counterpart_meets_it() -> None:
    wanted = example(SMALL)
    assert wanted.registry.outside_networks
    assert about("A07", wanted.findings) == ()


def test_A09_dedicated_internet_access_in_a_province_breaks_it(tmp_path: Path) -> None:
    change = ("attachments.csv", "government,20,vpn", "government,20,dedicated_internet")
    assert codes("A09", changed(tmp_path, change)) == {"TR407"}


def test_A09_a_service_of_no_class_breaks_it(tmp_path: Path) -> None:
    change = ("attachments.csv", "party,12,vpn", "party,12,internet")
    assert codes("A09", changed(tmp_path, change)) == {"TR116"}


def test_A09_vpn_and_video_conference_meet_it() -> None:
    wanted = example(SMALL)
    services = {item.legal_service for item in wanted.registry.attachments.values()}
    assert services == {LegalService.VPN, LegalService.VIDEO_CONFERENCE}
    assert about("A09", check_registry_rules(wanted.registry, wanted.intents, wanted.on)) == ()


def test_A17_a_second_main_point_in_one_purpose_breaks_it(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("attachments.csv", "8,vpn,justified,3/TTr (fictional)", "8,vpn,main,"))
    assert codes("A17", workspace) == {"TR410"}


def test_A17_a_further_point_without_a_justification_breaks_it(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("attachments.csv", "8,vpn,justified,3/TTr (fictional)", "8,vpn,justified,"))
    assert codes("A17", workspace) == {"TR411"}


def test_A17_a_justified_point_and_one_behind_the_own_lan_meet_it(tmp_path: Path) -> None:
    further = "xa-gov-2,ubnd-xa-an-binh,tru-so-tinh,government,9,vpn,via_lan,,1/CV,1/QĐ,,,,\n"
    assert codes("A17", changed(tmp_path, ("attachments.csv", "", further))) == set()


def test_A17_the_article_is_the_one_of_the_day(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("attachments.csv", "8,vpn,justified,3/TTr (fictional)", "8,vpn,main,"))
    cited = [
        {(item.rule.pack, item.rule.article) for item in about("A17", findings_of(workspace, day)) if item.rule}
        for day in (date(2026, 3, 29), date(2026, 3, 30))
    ]
    assert cited == [{("tn-46-2024", "Đ6.4")}, {("tslcd-2026", "TT06 Đ5.3a-b")}]


def test_A16_a_second_site_of_level_1_of_one_organisation_breaks_it() -> None:
    wanted = example(THAI_NGUYEN)
    name = AttachmentName("van-phong-ubnd-vc")
    moved = replace(wanted.registry.attachments[name], site=SiteName("cap1-hdnd"))
    registry = replace(wanted.registry, attachments={**wanted.registry.attachments, name: moved})
    found = about("A16", check_registry_rules(registry, (), wanted.on))
    assert {item.code for item in found} == {"TR409"}


def test_A20_an_intent_that_catches_a_party_organisation_in_another_domain_breaks_it(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("intents/offices.yaml", "", INTENT_ABOUT_THE_PARTY))
    assert codes("A20", workspace) == {"TR413"}


def test_A20_an_intent_about_a_system_of_the_party_in_another_domain_breaks_it(tmp_path: Path) -> None:
    change = ("intents/party.yaml", "domain: party_office", "domain: dept_ict")
    assert codes("A20", changed(tmp_path, change, source=SMALL)) == {"TR413"}


def test_A20_the_same_intent_of_domain_party_office_meets_it(tmp_path: Path) -> None:
    text = INTENT_ABOUT_THE_PARTY.replace("dept_ict", "party_office")
    assert codes("A20", changed(tmp_path, ("intents/offices.yaml", "", text))) == set()


def test_A22_an_attachment_without_a_request_breaks_it(tmp_path: Path) -> None:
    change = ("attachments.csv", "3/TTr (fictional),1/CV (fictional),", "3/TTr (fictional),,")
    assert codes("A22", changed(tmp_path, change)) == {"TR131"}


def test_A22_an_intent_a_system_and_an_outside_network_without_a_decision_break_it(tmp_path: Path) -> None:
    changes = (
        ("intents/party.yaml", '      decision_ref: "126/QĐ-UBND (hư cấu)"\n', ""),
        ("systems.yaml", '    decision_ref: "21/QĐ-UBND (hư cấu)"\n', ""),
        ("outside_networks.yaml", '    decision_ref: "26/QĐ-UBND (hư cấu)"\n', ""),
    )
    found = about("A22", findings_of(changed(tmp_path, *changes, source=SMALL)))
    assert {item.code for item in found} == {"TR113"}
    assert [item.where.file for item in found] == ["intents/party.yaml", "outside_networks.yaml", "systems.yaml"]


def test_A22_whatever_carries_both_references_meets_it() -> None:
    wanted = example(SMALL)
    assert all(item.request_ref and item.decision_ref for item in wanted.registry.attachments.values())
    assert all(item.head.request_ref and item.head.decision_ref for item in wanted.intents)
    assert about("A22", wanted.findings) == ()


def test_D10_a_bare_code_instead_of_a_key_breaks_it(tmp_path: Path) -> None:
    change = ("organisations.csv", "committee_body,commune,05443@2025-07-01", "committee_body,commune,05443")
    assert codes("D10", changed(tmp_path, change)) == {"TR206"}


def test_D10_a_code_that_is_none_breaks_it(tmp_path: Path) -> None:
    assert codes("D10", changed(tmp_path, ("units.csv", "05443,2025-07-01", "0544x,2025-07-01"))) >= {"TR205"}


def test_D10_one_code_for_two_units_one_after_the_other_meets_it() -> None:
    units = [item for item in load_intents(SMALL).registry.units.values() if item.code == "05467"]
    assert [(item.key, item.name) for item in units] == [
        ("05467@2024-12-01", "Phường Cam Giá"),
        ("05467@2025-07-01", "Phường Gia Sàng"),
    ]
    assert about("D10", example(SMALL).findings) == ()
