"""Writes the tables and settings of examples/thai-nguyen: `python -m examples.make_thai_nguyen [FOLDER]`.

The one idea: tables are made, meaning is written by hand; purposes.yaml, systems.yaml, outside_networks.yaml, intents/,
running/, approvers.csv and allowed_signers are left alone. No clock and no chance: running it again gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.workspace_writer import Draft, Value, flow, write_text
from examples.thai_nguyen_addresses import make_pools, used_cells
from examples.thai_nguyen_network import add_attachments, add_backbone, add_level_1, add_level_2
from examples.thai_nguyen_parties import REFORM, add_office_sites, add_organisations, add_units, read_communes

COMMENTS: Mapping[str, str] = {
    "units": "Units before and after 2025-07-01: every code of today was an old unit's, so the key is CODE@VALID_FROM.",
    "organisations": "The 418 organisations of the eight categories. Names above the communes are fictional.",
    "sites": "3 sites of level I, 138 of level II, data centres and the network's own points. Fictional.",
    "attachments": "One organisation in one purpose at one site: a LAN of its own. Fictional.",
    "devices": "Routers; lan_interface carries the LANs as sub-interfaces. Fictional.",
    "channels": "Channels, a is the side nearer the backbone; what shares a duct fails together. Fictional.",
}

SETTINGS = """\
# Settings of the workspace. Made by examples/make_thai_nguyen.py. Addresses are fictional (RFC 1918, RFC 3849).
province: Thái Nguyên
default_on: 2026-11-24               # commands mean this day instead of today, so that the example never ages
headroom_percent: 25
reserve_warning_percent: 15
quarantine_days: 180
route_target_asn: 4200000000
quality_ref: "12/CT-SKHCN (hư cấu)"   # the paper with the quality target of all services (art. 8.3)
management:
  domain_name: tslcd.example
  ntp_servers: [10.193.240.10]       # hosts of the management stations' LAN, the first slot of tn-management-systems-v4
  syslog_servers: [10.193.240.11]
  tacacs_servers: [10.193.240.12]
  snmp_servers: [10.193.240.13]
  timezone: "ICT 7"
  banner: "Chi nguoi co tham quyen / Authorised access only"
  login_from: [so-khcn]
  secrets: {tacacs: tacacs-key, snmp_auth: snmp-auth, snmp_priv: snmp-priv, ntp: ntp-key, enable: enable, admin: admin}
pools:
"""

GRANTED = """\

# What the Central Post Department gave, by its document (fictional); with `to`, a block of somebody else's that must stay theirs.
granted:
  - {prefix: 10.192.0.0/13, root_block: thai-nguyen, decision_ref: "31/QĐ-CBĐTW (hư cấu)"}
  - {prefix: 2001:db8:1000::/36, root_block: thai-nguyen, decision_ref: "31/QĐ-CBĐTW (hư cấu)"}
  - {prefix: 10.200.0.0/13, root_block: bac-kan, decision_ref: "32/QĐ-CBĐTW (hư cấu)"}
  - {prefix: 2001:db8:2000::/36, root_block: bac-kan, decision_ref: "32/QĐ-CBĐTW (hư cấu)"}
  - {prefix: 10.208.0.0/13, to: Tỉnh láng giềng, decision_ref: "33/QĐ-CBĐTW (hư cấu)"}
  - {prefix: 2001:db8:3000::/36, to: Tỉnh láng giềng, decision_ref: "33/QĐ-CBĐTW (hư cấu)"}
"""

APPROVAL = """\

# How many of each touched domain sign a plan, by what it risks; nobody approves what they wrote.
approval:
  days: 14                           # how old a signature may be when the plan is carried out
  signatures: {routine: 1, access: 1, backbone: 2, interruption: 2}
  more:
    - {domain: party_office, risk: backbone, signatures: 1}
    - {domain: party_office, risk: interruption, signatures: 1}
    - {domain: central_post, risk: backbone, signatures: 1}
    - {domain: central_post, risk: interruption, signatures: 1}
"""


def make_draft() -> Draft:
    """Return all tables of the example."""
    communes = read_communes()
    draft = Draft(since=REFORM)
    add_units(draft, communes)
    add_organisations(draft, communes)
    add_office_sites(draft, communes)
    add_backbone(draft)
    add_level_1(draft)
    add_level_2(draft, communes)
    add_attachments(draft, communes)
    return draft


def settings_text(pools: Sequence[Mapping[str, Value]]) -> str:
    """Return settings.yaml with these pools, one a line."""
    return SETTINGS + "".join(f"  - {flow(pool)}\n" for pool in pools) + APPROVAL + GRANTED


def main(arguments: Sequence[str]) -> None:
    """Write the made files into the folder given, or beside this script."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "thai-nguyen"
    draft = make_draft()
    draft.write(folder, COMMENTS)
    write_text(folder / "settings.yaml", settings_text(make_pools(used_cells(draft))))


if __name__ == "__main__":
    main(sys.argv[1:])
