"""The five everyday changes of the example province, each made in a copy of its files.

The one idea: what an office does is an edit of tables and intents; what it costs and which devices it touches follows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.jobs.compile import compile_workspace
from controller.jobs.pipeline import Compiled
from controller.output.terminal import Output
from controller.rollout.plan import ChangePlan, digest_of_plan
from controller.rollout.planning import PlanRequest, make_plan
from examples.registers import write_registers
from tests.everyday_changes import add_system, append, change, lock

PROVINCE = Path(__file__).parent.parent / "examples" / "thai-nguyen"
GOLDEN = Path(__file__).parent / "golden" / "province-plans.json"

MOVED = "cpe-xa-kha-son"


def close_permit(folder: Path) -> None:
    """Communes do not reach the data warehouse any more."""
    path = folder / "intents" / "government.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("  - permit:\n      id: warehouse-communes")
    end = text.index("  # A class without one of its members.", start)
    path.write_text(text[:start] + text[end:], encoding="utf-8")


def move_site(folder: Path) -> None:
    """A site with one channel is plugged in at another aggregation."""
    change(
        folder / "channels.csv",
        "xa-kha-son-1,agg-3,GigabitEthernet0/0/21,",
        "xa-kha-son-1,agg-5,GigabitEthernet0/0/30,",
    )


def add_site(folder: Path) -> None:
    """A second site of a commune's committee, with a device and a channel of its own."""
    append(folder / "sites.csv", "tru-so-kha-son-2,Trụ sở 2 xã Kha Sơn,05953@2025-07-01,office,2,2025-07-01,\n")
    append(
        folder / "devices.csv",
        "cpe-xa-kha-son-2,cpe,cisco_ios,C8300-1N1S-6T,tru-so-kha-son-2,dept_ict,GigabitEthernet0/0/0,yes,2025-07-01,\n",
    )
    append(
        folder / "channels.csv",
        "xa-kha-son-2,agg-3,GigabitEthernet0/0/30,cpe-xa-kha-son-2,GigabitEthernet0/0/1,2,enterprise_infrastructure,"
        "viettel-tn,duct-kha-son-2,200,2025-07-01,\n",
    )
    append(
        folder / "attachments.csv",
        "ubnd-xa-kha-son-cq-2,ubnd-xa-kha-son,tru-so-kha-son-2,government,12,vpn,justified,06/TTr (hư cấu),"
        "746/CV-ĐK (hư cấu),1512/QĐ-UBND (hư cấu),,,2025-07-01,\n",
    )


def renumber_lan(folder: Path) -> None:
    """A LAN that has become too small gets a larger prefix."""
    change(folder / "attachments.csv", "tru-so-xa-dan-tien,government,21,", "tru-so-xa-dan-tien,government,100,")


CHANGES: Mapping[str, Callable[[Path], None]] = {
    "close a permit": close_permit,
    "add a system": add_system,
    "move a site": move_site,
    "add a site": add_site,
    "renumber a LAN": renumber_lan,
}


@dataclass(frozen=True, slots=True)
class Ends:
    """The example province before and after a change: its folders, and what they compile to."""

    folders: tuple[Path, Path]
    compiled: tuple[Compiled, Compiled]


def ends_of(name: str, scratch: Path) -> Ends:
    """Return the province before and after a change, written into a folder."""
    base, other = scratch / "base", scratch / "other"
    shutil.copytree(PROVINCE, base)
    first = lock(base)
    shutil.copytree(base, other)
    CHANGES[name](other)
    write_registers(other)
    return Ends((base, other), (first, compile_workspace(other, None, Output("en", json=True))))


def plan_of(name: str, ends: Ends) -> ChangePlan:
    """Return the plan of a change, with the interruption that it needs declared."""
    base, other = ends.folders
    interrupted = (MOVED,) if name == "move a site" else ()
    request = PlanRequest(base=base, workspace=other, interrupted=interrupted, serial="1")
    plan, _ = make_plan(ends.compiled, request, Output("en", json=True))
    return plan


def golden() -> dict[str, dict[str, object]]:
    """Return what plans said when they were last looked at, by change."""
    found: dict[str, dict[str, object]] = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    return found


def plan_change(name: str) -> dict[str, object]:
    """Return what a plan of a change says in short."""
    with TemporaryDirectory() as scratch:
        return short(plan_of(name, ends_of(name, Path(scratch))))


def short(plan: ChangePlan) -> dict[str, object]:
    """Return what a golden keeps of a plan."""
    return {
        "holds": plan.holds,
        "opens": len(plan.opens),
        "closes": len(plan.closes),
        "interrupted": list(plan.interrupted),
        "devices": len(plan.changes) + len(plan.arrivals) + len(plan.departures),
        "lines": sum(item.lines for item in plan.changes),
        "waves": len(plan.waves),
        "states": len(plan.proof.states),
        "digest": digest_of_plan(plan),
    }
