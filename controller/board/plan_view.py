"""A `ChangePlan` -> everything that the board's page of it shows, as values.

The one idea: what is shown and in which words is decided here and can be looked at without a page; the template only lays it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.board.plan_access import MOST_SENTENCES, AccessRow, access_rows
from controller.board.view import FindingRow, finding_row
from controller.board.words import Both, both, both_ways
from controller.jobs.pipeline import Compiled
from controller.reports.rollout.plan import reason_of, refusals, summary_of, way_back
from controller.rollout.headroom import check_headroom
from controller.rollout.plan import ChangePlan, digest_of_plan
from controller.rollout.proof import JudgedState
from intents.change_request import ChangeRequest

MOST_REASONS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveRow:
    """One wave: its devices, and whether it goes alone before all others."""

    devices: tuple[str, ...]
    canary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBackRow:
    """Devices of one platform: what they do by themselves if nobody confirms, and how many lines the plan's own way back has."""

    platform: str
    devices: int
    lines: int
    said: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """The page, in the order in which it is read. `state` is hold or violated; `holds`: whether all is proved; `may_be_signed`:
    whether there is such a plan at all."""

    state: str
    holds: bool
    may_be_signed: bool
    line: Both
    summary: Both
    province: str
    made_on: str
    expires_on: str
    serial: str
    version: str
    digest: str
    base: str
    workspace: str
    running: str
    request: ChangeRequest | None
    owner: Both
    access: tuple[AccessRow, ...]
    access_left_out: int
    cut_off: tuple[str, ...]
    waves: tuple[WaveRow, ...]
    arrivals: tuple[str, ...]
    departures: tuple[str, ...]
    ways_back: tuple[WayBackRow, ...]
    proved: Both
    judges: Both
    ways_in: tuple[Both, ...]
    states: tuple[tuple[Both, int, int], ...]
    wrong: tuple[Both, ...]
    mended: tuple[Both, ...]
    findings: tuple[FindingRow, ...]
    nearly_full: tuple[FindingRow, ...]


def plan_view(plan: ChangePlan, ends: tuple[Compiled, Compiled], version: str) -> PlanPage:
    """Return everything that the page shows."""
    origin, declaration = plan.origin, plan.declaration
    wanted = (ends[0].addressed.wanted, ends[1].addressed.wanted)
    access = access_rows((item.change for item in plan.access.changes), declaration.undeclared, wanted)
    request = declaration.request
    return PlanPage(
        state="hold" if plan.holds and declaration.complete else "violated",
        holds=plan.holds,
        may_be_signed=plan.holds and (request is None or declaration.complete),
        line=_line(plan),
        summary=both("plan_in_numbers", **summary_of(plan)),
        province=ends[1].addressed.wanted.settings.province,
        made_on=origin.made_on.isoformat(),
        expires_on=origin.expires_on.isoformat(),
        serial=origin.serial,
        version=version,
        digest=digest_of_plan(plan),
        base=origin.base,
        workspace=origin.workspace,
        running=origin.running,
        request=request,
        owner=Both(vi="") if request is None else Both(vi=str(request.head.domain)),
        access=access[:MOST_SENTENCES],
        access_left_out=max(0, len(access) - MOST_SENTENCES),
        cut_off=declaration.interruptions,
        waves=tuple(WaveRow(devices=wave.devices, canary=wave.canary) for wave in plan.waves),
        arrivals=tuple(plan.arrivals),
        departures=plan.departures,
        ways_back=tuple(_ways_back(plan)),
        proved=both(
            "plan_page_proved",
            states=len(plan.proof.states),
            positions=plan.proof.stands,
            stubs=len(plan.proof.stubs),
            sequence=len(plan.proof.sequence),
        ),
        judges=_judges(plan),
        ways_in=tuple(_ways_in(plan)),
        states=tuple(_states(plan)),
        wrong=tuple(dict.fromkeys(_wrong(plan)))[:MOST_REASONS],
        mended=tuple(dict.fromkeys(both_ways(reason_of(item)) for item in plan.proof.mended))[:MOST_REASONS],
        findings=tuple(map(finding_row, refusals(plan))),
        nearly_full=tuple(finding_row(item) for item in check_headroom(plan.headroom)),
    )


def _judges(plan: ChangePlan) -> Both:
    second = plan.second
    if second is None:
        return both("plan_one_judge" if plan.unheard is None else "plan_unheard")
    return both("plan_two_judges", name=second.name, version=second.version, questions=second.questions)


def _line(plan: ChangePlan) -> Both:
    if not plan.holds:
        return both("plan_unproved")
    if plan.declaration.request is None:
        return both("plan_without_request" if not plan.declaration.is_silent else "plan_proved_alone")
    return both("plan_proved_declared" if plan.declaration.complete else "plan_differs")


def _ways_back(plan: ChangePlan) -> Iterator[WayBackRow]:
    for platform in sorted({change.platform for change in plan.changes}):
        changes = [change for change in plan.changes if change.platform == platform]
        yield WayBackRow(
            platform=platform,
            devices=len(changes),
            lines=sum(len(edit.typed) for change in changes for edit in change.back),
            said=both(f"plan_back_{way_back(platform).name.lower()}"),
        )


def _states(plan: ChangePlan) -> Iterator[tuple[Both, int, int]]:
    """Yield each kind of state with how many were judged, and in how many something is wrong."""
    names = dict.fromkeys(state.name for state in plan.proof.states)
    for name in names:
        found: list[JudgedState] = [state for state in plan.proof.states if state.name == name]
        yield both(f"plan_page_state_{name}"), len(found), sum(bool(state.wrong) for state in found)


def _ways_in(plan: ChangePlan) -> Iterator[Both]:
    """Yield what was found of whoever changes devices: whether it gets in at every step, and where a return is not known."""
    found = plan.proof.ways_in
    if found.hosts:
        key = "plan_page_ways_in_lost" if plan.proof.ways_in_lost else "plan_page_ways_in"
        yield both(key, hosts=", ".join(map(str, found.hosts)), positions=found.asked)
    if found.not_proved:
        yield both("plan_page_return_touches", devices=", ".join(found.not_proved))


def _wrong(plan: ChangePlan) -> Iterator[Both]:
    for fault in plan.proof.faults:
        yield both("plan_page_fault", device=fault.device, edits=fault.edits, reason=both_ways(fault.reason))
    for state in plan.proof.states:
        for answer in state.wrong:
            yield both_ways(reason_of(answer))
    for difference in plan.access.differences:
        yield both_ways(difference)
    for doubt in plan.access.doubts:
        yield both_ways(doubt.reason)
