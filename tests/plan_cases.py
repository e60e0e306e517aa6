"""Change requests and what is wrong with each: cases of the goldens in tests/errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from controller.commands.rollout.plan import PlanTargets, plan_command, unread_findings
from controller.output.terminal import Output
from controller.rollout.change_request import load_change_request
from controller.rollout.declared import compare_declared
from controller.rollout.filed import read_plan
from controller.rollout.headroom import FullestUse, check_headroom
from controller.rollout.plan import Origin
from controller.rollout.planning import PlanRequest, window_findings
from controller.rollout.way_in import Moment, WayInFault, way_in_findings
from intents.finding import Severity, Where, make_finding
from intents.prefix import Family, parse_address
from intents.reason import because
from intents.registry import AttachmentName
from routing.build.feasibility import check_hosts
from tests.small_builds import compiled
from tests.small_commands import ON, SMALL
from verification.change.access import AccessChange, Turn
from verification.verdicts.flow import TCP, Flow

Produce = Callable[[Path], object]

CHANGE = """\
change:
  title: Mở kho dữ liệu
  request_ref: 61/CV-SKHCN (hư cấu)
  decision_ref: 140/QĐ-UBND (hư cấu)
  owner: dept_ict
  window: {from: 2026-12-05 22:00, to: 2026-12-06 04:00}
"""


def change_request(
    text: str = "", old: str = "-", new: str = "-", *, touching: bool = False, flow: bool = False
) -> Produce:
    """Return a case that holds a change request against a change: none, but for an intent that is left out at first, or a packet
    that is delivered."""

    def produce(folder: Path) -> object:
        (folder / "changes").mkdir()
        file = folder / "changes" / "warehouse.yaml"
        file.write_text((CHANGE + text).replace(old, new), encoding="utf-8")
        wanted = compiled().addressed.wanted
        fewer = replace(wanted, intents=wanted.intents[1:] if touching else wanted.intents)
        ends = (replace(compiled(), addressed=replace(compiled().addressed, wanted=fewer)), compiled())
        request = load_change_request(file, ends, folder)
        return compare_declared(request, ends, OPENED if flow else (), ["cpe-tan-cuong"]).findings

    return produce


def _too_late(folder: Path) -> object:
    (folder / "changes").mkdir()
    file = folder / "changes" / "warehouse.yaml"
    file.write_text(CHANGE, encoding="utf-8")
    request = load_change_request(file, (compiled(), compiled()), folder)
    days = {"made_on": date(2026, 11, 24), "expires_on": date(2026, 12, 1)}
    return window_findings(request, Origin(base="", workspace="", running="", serial="", **days))


OPENED = (
    AccessChange(
        source=AttachmentName("so-khcn-cq"),
        destination=AttachmentName("system-data-warehouse"),
        turn=Turn.OPENED,
        flow=Flow(
            family=Family.V4,
            source=0x0AC20002,
            destination=0x0AC10004,
            protocol=TCP,
            source_port=40000,
            destination_port=8443,
            tcp_flags=2,
            start_device="cpe-so-khcn",
            start_interface="GigabitEthernet0/0/1.100",
        ),
    ),
)
_ENDS = "    - from: [{names: [so-khcn]}]\n      to: [{systems: [data-warehouse]}]\n"
_CUT_OFF = (
    "  interruptions:\n    - devices: [cpe-tan-cuong]\n      from: 2026-12-05 20:00\n      to: 2026-12-05 23:00\n"
    "      way_back: cắm lại cổng cũ\n      agreed_by: UBND xã Tân Cương\n"
)


def _way_in(key: str, **values: str) -> WayInFault:
    moment = Moment(at="agg-1", edits=1, line="ip ssh time-out 1")
    return WayInFault(device="agg-1", moment=moment, reason=because(key, **values), is_known=True)


CHANGE_REQUESTS: Mapping[str, Produce] = {
    "TR884-two-owners": lambda _: (
        make_finding("TR884", Where(), reason=because("name_of_two_owners", attachment="so-khcn-cq")),
    ),
    "TR885-no-steps": lambda _: (
        make_finding("TR885", Where(device="agg-1"), device="agg-1", reason=because("steps_end_elsewhere", line="end")),
    ),
    "TR886-same-folder": lambda _: plan_command(
        Output("en"), PlanRequest(base=SMALL, workspace=SMALL), ON, PlanTargets()
    ),
    "TR887-nobody-asked": lambda _: way_in_findings(
        [_way_in("way_in_list_without_users", list="aaa authentication login default")]
    ),
    "TR888-another-term": lambda _: way_in_findings(
        [replace(_way_in("way_in_term", line="ip ssh time-out 1"), is_known=False)]
    ),
    "TR889-no-station": lambda _: check_hosts(
        [("controllers", parse_address("10.200.0.9"))],
        (),
        {"controllers": Where(file="settings.yaml", line=61, column=3)},
    ),
    "TR910-no-json": lambda _: read_plan(b"no plan", Path("plan.json")),
    "TR911-a-space-more": lambda _: read_plan(b'{"format":"truc/plan/1"} ', Path("plan.json")),
    "TR907-too-late": _too_late,
    "TR973-never-read": lambda _: unread_findings(PlanRequest(base=Path("base"), workspace=Path("after"))),
    "TR975-not-shown": lambda _: (
        make_finding(
            "TR975",
            Where(device="agg-2"),
            device="agg-2",
            line='snmp v3 usm local-engine user truc authentication-sha authentication-password "{{secret:snmp-2}}"',
        ),
    ),
    "TR976-typed": lambda _: (
        make_finding(
            "TR976", Where(), severity=Severity.WARNING, secrets="tacacs-key-2 (cisco_ios), tacacs-key-2 (junos)"
        ),
    ),
    "TR906-side-by-side": lambda _: tuple(
        check_headroom(
            [
                FullestUse(device="agg-1", kind="ACL entries", start=3000, fullest=4100, end=3200, limit=4000),
                FullestUse(device="agg-2", kind="VRFs", start=28, fullest=30, end=29, limit=32),
            ]
        )
    ),
    "TR831-no-time": change_request(old="22:00", new="22h"),
    "TR832-services": change_request(f"  opens:\n{_ENDS}", "warehouse]}", "warehouse], services: [api]}"),
    "TR833-too-early": change_request(_CUT_OFF),
    "TR834-undeclared": change_request(flow=True),
    "TR835-nothing-opens": change_request(f"  opens:\n{_ENDS}"),
    "TR836-another-intent": change_request(touching=True),
    "TR837-same-intent": change_request("  intents: [edoc-all]\n"),
    "TR838-cut-off": change_request(),
}
