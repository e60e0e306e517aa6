"""The rules on addresses: for each one change that breaks it, and what meets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from controller.jobs.pipeline import LOCKFILE, Addressed, address, want
from intents.messages import describe
from intents.registry import Validity, as_at
from intents.workspace import load_intents
from ipam.address_plan import AddressPlan, EntryState, PrefixEntry
from ipam.checks import check_plan
from ipam.checks_policy import check_plan_rules
from ipam.keys import OutsideKey
from tests.rule_cases import SMALL, about, changed, codes, example, findings_of, locked

LAST_ROOT = "  - {name: root-v6,"
END_OF_XA_PARTY = "cpe-xa,,2025-07-01,"
FAR_POOL = (
    "  - {name: far-v4, use: lan, prefix: PREFIX, root_block: thu-nghiem, slot: 26, purpose: shared}\n" + LAST_ROOT
)
CPE_OF_XA = "cpe-xa,cpe,junos,example-cpe,tru-so-xa,dept_ict,ge-0/0/0,"


@cache
def addressed() -> Addressed:
    return address(example(SMALL))


def a_lan() -> PrefixEntry:
    return next(entry for entry in addressed().address_plan.prefixes if str(entry.key) == "lan/so-khcn-cq")


def replanned(entry: PrefixEntry) -> AddressPlan:
    """Return the example's plan with another entry in the place of `a_lan`."""
    plan, old = addressed().address_plan, a_lan()
    return replace(plan, prefixes=(entry, *(item for item in plan.prefixes if item is not old)))


def plan_codes(requirement: str, plan: AddressPlan) -> set[str]:
    wanted = addressed().wanted
    found = check_plan(plan, wanted.registry, wanted.inventory, 0, wanted.on)
    return {item.code for item in about(requirement, tuple(found))}


def test_A08_an_intent_with_an_address_instead_of_a_name_is_refused(tmp_path: Path) -> None:
    change = ("intents/offices.yaml", "from: [{names: [van-phong-ubnd-tinh]", "from: [{names: [10.196.0.2]")
    assert "TR202" in {item.code for item in findings_of(changed(tmp_path, change))}


def test_A08_a_party_of_an_intent_without_an_address_breaks_it() -> None:
    wanted, plan = addressed().wanted, addressed().address_plan
    without = replace(plan, prefixes=tuple(item for item in plan.prefixes if str(item.key) != "lan/system-lgsp"))
    found = check_plan_rules(without, wanted.policy, wanted.registry, wanted.on)
    assert {item.code for item in about("A08", found)} == {"TR406"}
    assert {dict(item.values)["intents"] for item in found} == {"lgsp-to-ndxp"}


def test_A08_what_begins_later_is_told_with_its_day_and_place(tmp_path: Path) -> None:
    row = (
        "vp-tinh-mgmt,van-phong-ubnd-tinh,tru-so-tinh,management,6,vpn,main,,1/CV (fictional),1/QĐ-UBND (fictional),,,"
    )
    later = ("attachments.csv", f"{row}2025-07-01,", f"{row}2099-01-01,")
    found = [item for item in findings_of(changed(tmp_path, later)) if item.code == "TR406"]
    assert [str(item.where) for item in found] == ["attachments.csv:4:1"]
    assert "of its attachment: it begins on 2099-01-01" in describe(found[0], "en")


def test_A08_what_has_ended_is_told_with_its_day_and_place(tmp_path: Path) -> None:
    wanted = want(changed(tmp_path), None)
    station = next(iter(wanted.settings.management.login_from))
    whole = load_intents(tmp_path / "workspace").registry
    ended = replace(whole.organisations[station], validity=Validity(end=date(2020, 1, 1)))
    registry = as_at(replace(whole, organisations={**whole.organisations, station: ended}), wanted.on)
    (found,) = (
        item
        for item in check_plan_rules(AddressPlan(), wanted.policy, registry, wanted.on)
        if item.code == "TR406" and dict(item.values)["endpoint"] == f"{station} in management"
    )
    assert found.where == ended.where
    assert "it ended on 2020-01-01" in describe(found, "en")


def test_A08_an_outside_network_with_an_address_of_ours_breaks_it(tmp_path: Path) -> None:
    change = ("outside_networks.yaml", "198.51.100.0/26", "10.193.200.0/26")
    assert codes("A08", changed(tmp_path, change, source=SMALL)) == {"TR521"}


def test_A08_intents_whose_parties_all_have_addresses_meet_it() -> None:
    assert addressed().wanted.policy.rules
    assert about("A08", addressed().findings) == ()


def test_D01_two_pools_over_each_other_break_it(tmp_path: Path) -> None:
    change = ("settings.yaml", LAST_ROOT, FAR_POOL.replace("PREFIX", "10.193.8.0/22"))
    assert codes("D01", changed(tmp_path, change)) == {"TR504"}


def test_D01_two_lines_of_a_lockfile_over_each_other_break_it(tmp_path: Path) -> None:
    workspace = locked(changed(tmp_path), ("prefix,lan/xa-party,10.196.64.0/26", "prefix,lan/xa-party,10.196.0.0/26"))
    assert codes("D01", workspace) == {"TR534"}


def test_D01_two_outside_networks_over_each_other_break_it(tmp_path: Path) -> None:
    change = ("outside_networks.yaml", "[198.51.100.0/26,", "[198.51.100.0/26, 198.51.100.0/28,")
    assert codes("D01", changed(tmp_path, change, source=SMALL)) == {"TR521"}


def test_D01_a_plan_in_which_nothing_overlaps_meets_it() -> None:
    prefixes = sorted(item.prefix for item in addressed().address_plan.prefixes)
    assert not any(one.overlaps(other) for one, other in pairwise(prefixes))
    assert about("D01", addressed().findings) == ()


def test_D02_a_pool_outside_its_root_breaks_it(tmp_path: Path) -> None:
    change = ("settings.yaml", LAST_ROOT, FAR_POOL.replace("PREFIX", "10.100.0.0/22"))
    assert codes("D02", changed(tmp_path, change)) == {"TR502"}


def test_D02_a_lan_outside_every_pool_breaks_it(tmp_path: Path) -> None:
    workspace = locked(changed(tmp_path), ("prefix,lan/xa-party,10.196.64.0/26", "prefix,lan/xa-party,10.199.0.0/26"))
    assert codes("D02", workspace) == {"TR514"}


def test_D02_lans_in_the_slots_of_their_pools_meet_it() -> None:
    pools = {pool.name: pool.prefix for pool in addressed().address_plan.pools}
    lans = [item for item in addressed().address_plan.prefixes if item.pool]
    assert lans
    assert all(pools[item.pool].covers(item.prefix) for item in lans)
    assert about("D02", addressed().findings) == ()


def test_D03_a_root_block_that_was_widened_breaks_it(tmp_path: Path) -> None:
    workspace = locked(changed(tmp_path))
    settings = workspace / "settings.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("10.192.0.0/13", "10.192.0.0/12"), encoding="utf-8"
    )
    assert codes("D03", workspace) == {"TR507"}


def test_D03_a_root_block_that_was_given_back_breaks_it(tmp_path: Path) -> None:
    workspace = locked(changed(tmp_path))
    lines = (workspace / LOCKFILE).read_text(encoding="utf-8").splitlines()
    ours = next(line for line in lines if line.startswith("pool,root-v4,"))
    other = (
        ours.replace("root-v4", "root-bk").replace("10.192.0.0/13", "10.200.0.0/13").replace("thu-nghiem", "bac-kan")
    )
    assert codes("D03", locked(workspace, (f"{ours}\n", f"{other}\n{ours}\n"))) == {"TR508"}


def test_D03_the_root_blocks_as_granted_meet_it(tmp_path: Path) -> None:
    assert codes("D03", locked(changed(tmp_path))) == set()


def test_D04_an_allocation_without_its_registration_breaks_it() -> None:
    assert plan_codes("D04", replanned(replace(a_lan(), registration_ref=""))) == {"TR520"}


def test_D04_an_allocation_without_its_organisation_or_unit_breaks_it() -> None:
    assert plan_codes("D04", replanned(replace(a_lan(), organisation=""))) == {"TR520"}
    assert plan_codes("D04", replanned(replace(a_lan(), unit=""))) == {"TR520"}


def test_D04_an_outside_prefix_without_its_registration_breaks_it() -> None:
    plan = addressed().address_plan
    outside = [item for item in plan.prefixes if isinstance(item.key, OutsideKey)]
    silent = tuple(replace(item, registration_ref="") if item in outside else item for item in plan.prefixes)
    assert outside
    assert plan_codes("D04", replace(plan, prefixes=silent)) == {"TR520"}


def test_D04_allocations_that_say_all_of_it_meet_it() -> None:
    assert plan_codes("D04", addressed().address_plan) == set()
    assert all(item.since for item in addressed().address_plan.prefixes)


def test_D05_a_class_on_public_addresses_breaks_it(tmp_path: Path) -> None:
    pools = (
        "  - {name: root-p, use: root, prefix: 8.8.8.0/24, root_block: thu-nghiem}\n"
        "  - {name: public, use: link, prefix: 8.8.8.0/24, root_block: thu-nghiem, slot: 31}\n"
    )
    assert codes("D05", changed(tmp_path, ("settings.yaml", LAST_ROOT, pools + LAST_ROOT))) == {"TR505"}


def test_D05_a_vpn_on_a_public_address_breaks_it(tmp_path: Path) -> None:
    workspace = locked(changed(tmp_path), ("prefix,lan/xa-party,10.196.64.0/26", "prefix,lan/xa-party,8.8.8.0/26"))
    assert codes("D05", workspace) == {"TR519"}


def test_D05_private_addresses_for_vpns_meet_it() -> None:
    assert about("D05", addressed().findings) == ()


def test_D06_a_pool_below_the_threshold_is_warned_of_and_breaks_it(tmp_path: Path) -> None:
    change = ("settings.yaml", "reserve_warning_percent: 15", "reserve_warning_percent: 100")
    assert codes("D06", changed(tmp_path, change)) == {"TR516"}


def test_D06_pools_with_enough_reserve_meet_it() -> None:
    assert addressed().wanted.settings.reserve_warning_percent == 15
    assert about("D06", addressed().findings) == ()


def test_D07_a_quarantine_without_an_end_or_a_reason_breaks_it(tmp_path: Path) -> None:
    quarantined = "prefix,lan/old,10.196.63.0/26,communes-pc-gov-v4,quarantined,2026-07-15,UNTIL,,,,0,,,REASON"
    workspace = locked(changed(tmp_path))
    lock = workspace / LOCKFILE
    before = lock.read_text(encoding="utf-8").splitlines()
    place = next(at for at, line in enumerate(before) if line.startswith("prefix,"))
    for until, reason in (("", "moved"), ("2027-01-01", "")):
        line = quarantined.replace("UNTIL", until).replace("REASON", reason)
        lock.write_text("\n".join([*before[:place], line, *before[place:]]) + "\n", encoding="utf-8")
        assert codes("D07", workspace) == {"TR537"}


def test_D07_what_is_given_up_rests_with_reason_and_end_and_meets_it(tmp_path: Path) -> None:
    workspace = locked(changed(tmp_path))
    table = workspace / "attachments.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace(END_OF_XA_PARTY, END_OF_XA_PARTY + "2026-07-14"), encoding="utf-8"
    )
    plan = address(want(workspace, None)).address_plan
    given_up = [item for item in plan.prefixes if str(item.key) == "lan/xa-party"]
    assert {item.state for item in given_up} == {EntryState.QUARANTINED}
    assert all(item.reason and item.until is not None and item.until > date(2026, 12, 31) for item in given_up)
    assert codes("D07", workspace) == set()


def test_D13_a_site_without_ipv6_breaks_it(tmp_path: Path) -> None:
    workspace = changed(tmp_path, source=SMALL)
    settings = workspace / "settings.yaml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(place for place, line in enumerate(lines) if "management-v6" in line)
    settings.write_text("".join([*lines[:at], *lines[at + 1 :]]), encoding="utf-8")
    assert codes("D13", workspace) == {"TR517"}


def test_D13_a_cpe_that_cannot_do_ipv6_breaks_it(tmp_path: Path) -> None:
    assert codes("D13", changed(tmp_path, ("devices.csv", f"{CPE_OF_XA}yes", f"{CPE_OF_XA}no"))) == {"TR518"}


def test_D13_both_families_everywhere_meet_it() -> None:
    assert about("D13", addressed().findings) == ()
