"""Plans of the five everyday changes, there and back, on a copy of the small example: proved, and the same bytes each time.

`python -m tests.test_controller_planning` writes the goldens anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
import rfc8785

from controller.jobs.compile import compile_workspace
from controller.jobs.pipeline import Compiled
from controller.output.terminal import Output
from controller.rollout.plan import ChangePlan, digest_of_plan, pairs, plan_bytes
from controller.rollout.planning import PlanRequest, make_plan
from controller.rollout.steps import change_both_ways, change_device
from examples.registers import write_registers
from routing.vendors import VENDORS
from routing.vendors.change import EditKind
from tests.everyday_changes import add_system, append, change, lock

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "examples" / "small"
GOLDEN = ROOT / "tests" / "golden" / "plans.json"
MOVED = "cpe-gia-sang"


def close_permit(folder: Path) -> None:
    change(folder / "intents" / "government.yaml", "        - {categories: [elected_body], tiers: [commune]}\n", "")


def move_site(folder: Path) -> None:
    change(folder / "channels.csv", "gia-sang-1,agg-2,ge-0/0/3,", "gia-sang-1,agg-1,GigabitEthernet0/0/5,")


def add_site(folder: Path) -> None:
    append(folder / "sites.csv", "tru-so-moi,Trụ sở mới phường Gia Sàng,05467@2025-07-01,office,2,2025-07-01,\n")
    append(
        folder / "devices.csv",
        "cpe-moi,cpe,cisco_ios,C8300-1N1S-6T,tru-so-moi,dept_ict,GigabitEthernet0/0/1,yes,2025-07-01,\n",
    )
    append(
        folder / "channels.csv",
        "moi-1,agg-1,GigabitEthernet0/0/6,cpe-moi,GigabitEthernet0/0/0,2,enterprise_infrastructure,viettel-tn,duct-moi,200,"
        "2025-07-01,\n",
    )
    append(
        folder / "attachments.csv",
        "ubnd-gia-sang-cq-2,ubnd-gia-sang,tru-so-moi,government,12,vpn,justified,06/TTr (hư cấu),30/CV-ĐK (hư cấu),"
        "12/QĐ-UBND (hư cấu),,,2025-07-01,\n",
    )


def renumber_lan(folder: Path) -> None:
    change(folder / "attachments.csv", "tru-so-gia-sang,government,20,", "tru-so-gia-sang,government,100,")


def rename_key(folder: Path) -> None:
    change(folder / "settings.yaml", "tacacs: tacacs-key,", "tacacs: tacacs-key-2026,")


def rename_snmp_key(folder: Path) -> None:
    change(folder / "settings.yaml", "snmp_auth: snmp-auth,", "snmp_auth: snmp-auth-2026,")


SECRETS: Mapping[str, Callable[[Path], None]] = {
    "another TACACS+ key": rename_key,
    "another SNMP key": rename_snmp_key,
}
"""Changes of a secret's name: what is typed then is in no plan."""
CHANGES: Mapping[str, Callable[[Path], None]] = {
    "close a permit": close_permit,
    "add a system": add_system,
    "move a site": move_site,
    "add a site": add_site,
    "renumber a LAN": renumber_lan,
}


@cache
def folders(name: str) -> tuple[Path, Path]:
    """Return the small example with its lockfile, and a copy of both with one change, or several ("one + another")."""
    made = Path(mkdtemp(prefix="truc-plan-"))
    base, other = made / "base", made / "other"
    shutil.copytree(SMALL, base)
    lock(base)
    shutil.copytree(base, other)
    for one in name.split(" + "):
        {**CHANGES, **SECRETS}[one](other)
    write_registers(other)
    return base, other


@cache
def ends_of(name: str) -> tuple[Compiled, Compiled]:
    base, other = (compile_workspace(item, None, Output("en", json=True)) for item in folders(name))
    return base, other


@cache
def planned(name: str, *, back: bool = False, interrupted: tuple[str, ...] = ()) -> ChangePlan:
    ends, (base, other) = ends_of(name), folders(name)
    request = PlanRequest(
        base=other if back else base, workspace=base if back else other, interrupted=interrupted, serial="1"
    )
    plan, _ = make_plan(ends[::-1] if back else ends, request, Output("en", json=True))
    return plan


def declared(name: str) -> tuple[str, ...]:
    """Return who has to be declared to be cut off."""
    return (MOVED,) if "move a site" in name else ()


CASES = [(name, back) for name in CHANGES for back in (False, True)]
DEAR = {("add a system", False), *((name, True) for name in CHANGES if name != "add a site")}
"""What is left to `make laws`."""
TRIED = [pytest.param(*case, marks=pytest.mark.long if case in DEAR else ()) for case in CASES]


@pytest.mark.parametrize(("name", "back"), TRIED)
def test_a_change_is_planned_and_proved_there_and_back(name: str, *, back: bool) -> None:
    plan = planned(name, back=back, interrupted=declared(name))
    assert plan.proof.faults == ()
    assert [state for state in plan.proof.states if state.wrong] == []
    assert plan.holds
    assert summary(plan) == json.loads(GOLDEN.read_text(encoding="utf-8"))[label(name, back=back)]


def test_the_way_back_is_the_change_from_the_other_text() -> None:
    noticed = 0
    for name in CHANGES:
        before, after = ends_of(name)
        for device in sorted(before.configs.keys() & after.configs.keys()):
            old, new = before.configs[device], after.configs[device]
            ways = change_both_ways(device, old.platform, old.text, new.text)
            if ways is not None:
                assert ways[0] == change_device(device, old.platform, old.text, new.text)
                assert ways[1] == change_device(device, old.platform, ways[0].standing, ways[0].running)
                noticed += len(ways[1].notices)
    assert noticed, "what a device says on its way back is not what it says there"


@pytest.mark.slow
def test_what_no_order_keeps_is_refused_unless_it_is_declared() -> None:
    plan = planned("move a site")
    assert not plan.holds
    cut = {answer.question.kind for state in plan.proof.states for answer in state.wrong}
    assert "session" in cut


@pytest.mark.parametrize("name", ["close a permit", "add a site"])
def test_a_plan_is_canonical_json_under_its_own_digest(name: str) -> None:
    plan = planned(name)
    content = plan_bytes(plan)
    assert content == plan_bytes(plan)
    data = json.loads(content)
    digest = data.pop("digest")
    assert digest == digest_of_plan(plan)
    assert rfc8785.dumps({**data, "digest": digest}) + b"\n" == content
    assert digest_of_plan(replace(plan, departures=("somebody",))) != digest


def test_nothing_acts_before_what_it_names_is_made() -> None:
    for item in planned("close a permit").changes:
        kinds = [edit.kind for edit in item.edits]
        first = next(at for at, kind in enumerate(kinds) if kind is not EditKind.CREATE)
        assert EditKind.CREATE not in kinds[first:]


def test_no_secret_of_a_device_stands_in_a_plan() -> None:
    base, other = folders("close a permit")
    before, _ = ends_of("close a permit")
    running = Path(mkdtemp(prefix="truc-plan-"))
    for name, config in before.configs.items():
        text = config.text.replace("{{secret:snmp-auth}}", "Hidden-Word-1").replace("{{secret:admin}}", "$9$Hidden2")
        (running / f"{name}.cfg").write_text(text, encoding="utf-8")
    request = PlanRequest(base=base, workspace=other, running=running)
    plan, _ = make_plan(ends_of("close a permit"), request, Output("en", json=True))
    assert plan.holds
    assert b"Hidden" not in plan_bytes(plan)
    assert len(plan.changes) == len(planned("close a permit").changes)


def test_foreign_lines_stay_and_are_never_typed() -> None:
    base, other = folders("close a permit")
    before, _ = ends_of("close a permit")
    running = Path(mkdtemp(prefix="truc-plan-"))
    for name, config in before.configs.items():
        extra = "ip access-list extended OFFICE\n 10 permit ip any any\n" if config.platform == "cisco_ios" else ""
        (running / f"{name}.cfg").write_text(config.text + extra, encoding="utf-8")
    request = PlanRequest(base=base, workspace=other, running=running)
    plan, _ = make_plan(ends_of("close a permit"), request, Output("en", json=True))
    assert plan.holds
    for item in plan.changes:
        assert ("OFFICE" in item.standing) is (item.platform == "cisco_ios")
        assert not any("OFFICE" in line for edit in (*item.edits, *item.back) for line in edit.typed)


def test_a_plan_names_how_every_device_goes_back_by_itself() -> None:
    data = json.loads(plan_bytes(planned("close a permit")))
    ways = {item["device"]: item["way_back"] for item in data["devices"]}
    for item in planned("close a permit").changes:
        assert ways[item.device] == str(VENDORS[item.platform].capabilities.way_back)


def summary(plan: ChangePlan) -> dict[str, object]:
    return {
        "opens": [list(pair) for pair in pairs(plan.opens)],
        "closes": [list(pair) for pair in pairs(plan.closes)],
        "waves": [list(wave.devices) for wave in plan.waves],
        "lines": {change.device: change.lines for change in plan.changes},
        "states": len(plan.proof.states),
        "digest": digest_of_plan(plan),
    }


def label(name: str, *, back: bool) -> str:
    return f"{name}, back" if back else name


def main() -> None:
    """Write the goldens."""
    found = {
        label(name, back=back): summary(planned(name, back=back, interrupted=declared(name))) for name, back in CASES
    }
    GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
