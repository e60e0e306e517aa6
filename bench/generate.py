"""Writes a made-up province as a workspace folder: `python -m bench.generate --sites N --seed S FOLDER`.

The one idea: one seeded source of chance decides sizes, platforms and exceptions, counts decide everything else, so
that the same N and S always give the same bytes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.province_addresses import make_pools, used_cells
from bench.province_intents import intents_text
from bench.province_sites import BLOCKS, Province, add_backbone, add_communes, add_departments, make_province
from bench.workspace_writer import COLUMNS, Draft, Value, entries, flow, write_text

SINCE = "2025-07-01"
COMMENTS: Mapping[str, str] = dict.fromkeys(COLUMNS, "Made by bench/generate.py; fictional.")
PURPOSES: Mapping[str, Mapping[str, Value]] = {
    "party": {"title": "Các cơ quan Đảng", "home_of": ["party_building_body"]},
    "government": {"title": "Chính quyền", "home_of": ["elected_body", "peoples_committee_body"]},
    "front": {"title": "Mặt trận Tổ quốc", "home_of": ["fatherland_front_org"]},
    "sector": {"title": "Cơ quan ngành dọc", "home_of": ["vertical_sector_body"]},
    "video-conference": {"title": "Hội nghị truyền hình", "home_of": []},
    "shared": {"title": "Hệ thống dùng chung", "home_of": []},
    "management": {"title": "Quản trị thiết bị", "home_of": []},
}
SYSTEMS: Mapping[str, tuple[str, str, int, Mapping[str, Value]]] = {
    "edoc": ("shared", "dc-1", 40, {"web": {"tcp": [443]}, "files": {"tcp": [445, "5000-5010"], "udp": [5004]}}),
    "official-mail": ("shared", "dc-1", 30, {"web": {"tcp": [443]}, "mail": {"tcp": [465, 587, 993]}}),
    "lgsp": ("shared", "dc-1", 20, {"api": {"tcp": [443]}}),
    "one-stop": ("shared", "dc-1", 40, {"web": {"tcp": [443]}, "api": {"tcp": [8443]}}),
    "data-warehouse": ("shared", "dc-2", 40, {"query": {"tcp": [8443]}, "ping": {"icmp": "echo"}}),
    "ioc": ("shared", "dc-2", 30, {"web": {"tcp": [443]}, "video": {"udp": ["20000-20999"]}}),
    "party-edoc": ("party", "dc-1", 30, {"web": {"tcp": [443]}}),
    "front-feedback": ("front", "dc-2", 10, {"web": {"tcp": [443]}}),
    "mcu": ("video-conference", "dc-2", 10, {"signalling": {"tcp": [5060]}, "media": {"udp": ["16384-32767"]}}),
}
"""Purpose, site, hosts and services of each system."""

SETTINGS = """\
# Made by bench/generate.py; fictional.
province: Tỉnh thử
default_on: 2026-11-24
headroom_percent: 25
reserve_warning_percent: 5
quarantine_days: 180
route_target_asn: 4200000000
management:
  domain_name: tslcd.example
  ntp_servers: [{station}10]
  syslog_servers: [{station}11]
  tacacs_servers: [{station}12]
  snmp_servers: [{station}13]
  timezone: "ICT 7"
  banner: "Chi nguoi co tham quyen / Authorised access only"
  login_from: [so-1]
  secrets: {{tacacs: tacacs, snmp_auth: snmp-auth, snmp_priv: snmp-priv, ntp: ntp-key, enable: enable, admin: admin}}
pools:
"""


def make_draft(province: Province) -> Draft:
    """Return all tables of a province."""
    draft = Draft(since=SINCE)
    draft.add("units", code="00", name="Tỉnh thử", type="province", root_block=BLOCKS[0])
    add_backbone(draft, province)
    add_departments(draft, province)
    add_communes(draft, province)
    return draft


def systems_text(province: Province) -> str:
    """Return systems.yaml: systems of a purpose that is one kind of owner's are a commune's, the others a department's."""
    first = province.communes[0].number
    owners = {"party": f"du-{first}", "front": f"mt-{first}"}
    items: dict[str, Mapping[str, Value]] = {}
    for number, (name, (purpose, site, hosts, services)) in enumerate(SYSTEMS.items(), start=1):
        items[name] = {
            "title": name, "owner": owners.get(purpose, "so-1"), "site": site, "purpose": purpose, "hosts": hosts,
            "application_class": "app_party" if purpose == "party" else "app_other", "security_level": 3,
            "control_points": [site.replace("dc", "dc-edge")], "assessment_ref": f"{number}/BC (hư cấu)", "services": services,
            "request_ref": f"{number}/CV (hư cấu)", "decision_ref": f"{number}/QĐ (hư cấu)",
        }  # fmt: skip
    return "systems:\n" + entries(items)


def outside_text() -> str:
    """Return outside_networks.yaml."""
    ndxp: Mapping[str, Value] = {
        "title": "Nền tảng quốc gia", "counterpart": "cuc-bdtw", "purpose": "shared", "gateway": "gw-1",
        "prefixes": ["198.51.100.0/26", "2001:db8:ffff::/48"], "services": {"api": {"tcp": [443]}},
        "decision_ref": "2/QĐ (hư cấu)", "request_ref": "2/CV (hư cấu)",
    }  # fmt: skip
    return "outside_networks:\n" + entries({"ndxp": ndxp})


def write_province(sites: int, seed: int, folder: Path) -> None:
    """Write a province of so many sites of level II; ValueError if there are fewer than 4."""
    chance = random.Random(seed)  # noqa: S311 - reproducible data, no secret
    province = make_province(sites, chance)
    draft = make_draft(province)
    pools = make_pools(used_cells(draft), draft)
    station = next(str(pool["prefix"]) for pool in pools if pool["name"] == "b1-management-v4").rpartition(".")[0]
    draft.write(folder, COMMENTS)
    write_text(folder / "purposes.yaml", "purposes:\n" + entries(PURPOSES))
    write_text(folder / "systems.yaml", systems_text(province))
    write_text(folder / "outside_networks.yaml", outside_text())
    write_text(folder / "intents" / "all.yaml", intents_text(province, chance))
    lines = "".join(f"  - {flow(pool)}\n" for pool in pools)
    write_text(folder / "settings.yaml", SETTINGS.format(station=f"{station}.") + lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the folder."""
    parser = argparse.ArgumentParser(description="Write a made-up province as a workspace folder.")
    parser.add_argument("--sites", type=int, required=True, help="sites of level II, at least 4")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("folder", type=Path)
    values = parser.parse_args(arguments)
    write_province(values.sites, values.seed, values.folder)


if __name__ == "__main__":
    main()
