"""What stands on a device while old and new are side by side: no state carries more than is counted, and what overflows only in
between is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from controller.board.plan import plan_page
from controller.jobs.pipeline import Compiled, device_budgets
from controller.output.terminal import Output
from controller.rollout.headroom import FullestUse, check_headroom, fullest_uses
from controller.rollout.plan import plan_bytes
from controller.rollout.planning import PlanRequest, make_plan
from controller.rollout.steps import DeviceChange, change_device
from intents.finding import FindingsError, Severity
from routing.build.budgets import uses
from routing.model import Device
from routing.vendors import VENDORS
from routing.vendors.change import EditKind
from routing.vendors.vendor import Budget
from tests.rollouts import KINDS, DrawnChange, rollout_of
from tests.test_controller_planning import ends_of, folders, planned

CLOSED = "close a permit"
SITE = "cpe-gia-sang"
EDGE = "dc-edge-1"
ENTRIES = "ACL entries"


def read(name: str, platform: str, text: str) -> Device:
    return VENDORS[platform].read(name, text).device


def budgets_of(end: Compiled) -> Mapping[str, Budget]:
    return device_budgets(end.addressed.wanted.inventory)


def devices_of(texts: Mapping[str, str], end: Compiled) -> dict[str, Device]:
    return {name: read(name, end.configs[name].platform, text) for name, text in texts.items()}


def uses_between(
    ends: tuple[Compiled, Compiled],
    changed: Iterable[str],
    *,
    budgets: Mapping[str, Budget] | None = None,
    foreign: str = "",
) -> dict[tuple[str, str], FullestUse]:
    """Return what stands in between two workspaces; `foreign`: lines that the site has before and after."""
    texts = [{name: config.text for name, config in end.configs.items()} for end in ends]
    for part in texts:
        part[SITE] += foreign
    before, after = (devices_of(part, end) for part, end in zip(texts, ends, strict=True))
    found = fullest_uses(ends, (before, after), changed, budgets or budgets_of(ends[1]))
    return {(use.device, use.kind): use for use in found}


def counts(use: FullestUse) -> tuple[int, int, int]:
    return use.start, use.fullest, use.end


def most_carried(change: DeviceChange, budget: Budget) -> dict[str, int]:
    """Return how much of each kind but routes stands on a device after the edit after which it is most. What makes things is
    looked at when all are made: an IPv6 list that is half written has entries that nobody wrote (IOS-ACL-04)."""
    vendor, made = VENDORS[change.platform], sum(edit.kind is EditKind.CREATE for edit in change.edits)
    state = vendor.device_state(change.device, change.running)
    texts = {change.running: None, change.standing: None}
    for number, edit in enumerate(change.edits, start=1):
        for line in edit.typed:
            state = vendor.execute(state, line).state
        if number >= made:
            texts[vendor.state_text(state)] = None
    found = [uses(read(change.device, change.platform, text), 0, budget) for text in texts]
    return {kinds[0].kind: max(use.count for use in kinds) for kinds in zip(*found, strict=True)}


def change_of(ends: tuple[Compiled, Compiled], name: str) -> DeviceChange:
    before, after = (end.configs[name] for end in ends)
    made = change_device(name, before.platform, before.text, after.text)
    assert made is not None
    return made


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind in {"policy", "moved channel"} else pytest.mark.long) for kind in KINDS],
)
def test_no_state_carries_more_than_is_counted(kind: str) -> None:
    """Edit by edit: no more of anything than is counted at the fullest, and lists of IOS-XE exactly that many."""

    @settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None)
    @given(KINDS[kind])
    def law(drawn: DrawnChange) -> None:
        rollout = rollout_of(drawn)
        budgets = budgets_of(rollout.ends[1])
        standing = {**rollout.running, **{change.device: change.standing for change in rollout.changes}}
        kept = {name: text for name, text in standing.items() if name in rollout.ends[1].configs}
        devices = devices_of(rollout.running, rollout.ends[0]), devices_of(kept, rollout.ends[1])
        found = fullest_uses(rollout.ends, devices, (change.device for change in rollout.changes), budgets)
        fullest = {(use.device, use.kind): use.fullest for use in found}
        for change in rollout.changes:
            most = most_carried(change, budgets[change.device])
            assert all(count <= fullest[change.device, name] for name, count in most.items())
            if change.platform == "cisco_ios":
                assert most[ENTRIES] == fullest[change.device, ENTRIES]

    law()


@pytest.mark.parametrize("name", [SITE, EDGE])
def test_old_and_new_lists_count_together(name: str) -> None:
    ends = ends_of(CLOSED)
    use = uses_between(ends, [name])[name, ENTRIES]
    assert use.fullest > max(use.start, use.end)
    assert use.fullest == most_carried(change_of(ends, name), budgets_of(ends[1])[name])[ENTRIES]


def test_old_and_new_filters_of_a_commit_count_together() -> None:
    """A commit is one state of the text, but not of the hardware (JUN-EXEC-07)."""
    ends = ends_of(CLOSED)
    use = uses_between(ends, ["cpe-tan-cuong"])["cpe-tan-cuong", ENTRIES]
    carried = most_carried(change_of(ends, "cpe-tan-cuong"), budgets_of(ends[1])["cpe-tan-cuong"])
    assert use.fullest > carried[ENTRIES] == max(use.start, use.end)


def test_routes_of_both_ends_count_together_on_whoever_hears_them() -> None:
    ends = ends_of("renumber a LAN")
    found = uses_between(ends, ["agg-2", SITE])
    core = found["core-1", "routes"]
    assert core.fullest > core.start == core.end
    assert ("core-1", ENTRIES) not in found


def test_foreign_lines_are_not_counted_as_they_are_not_when_a_device_is_built() -> None:
    ends = ends_of(CLOSED)
    office = "ip access-list extended OFFICE\n 10 permit ip any any\n 20 permit udp any any\n"
    plain, beside = uses_between(ends, [SITE]), uses_between(ends, [SITE], foreign=office)
    assert plain == beside


@pytest.mark.parametrize(
    ("limit", "severity"),
    [(0, Severity.ERROR), (-1, Severity.ERROR), (1, Severity.WARNING), (60, Severity.WARNING), (200, None)],
)
def test_over_the_budget_is_an_error_and_above_90_percent_a_warning(limit: int, severity: Severity | None) -> None:
    """`limit`: beyond what stands at the fullest, the first case right at both ends."""
    ends = ends_of(CLOSED)
    use = uses_between(ends, [SITE])[SITE, ENTRIES]
    full = max(use.start, use.end) if limit == 0 else use.fullest + limit
    found = list(check_headroom([replace(use, limit=full)]))
    assert [item.severity for item in found] == ([] if severity is None else [severity])
    for item in found:
        values = dict(item.values)
        assert (item.where.device, values["kind"], values["limit"]) == (SITE, ENTRIES, str(full))
        assert (values["start"], values["fullest"], values["end"]) == tuple(map(str, counts(use)))


def test_what_stands_over_the_budget_already_does_not_hold_up_a_change_that_brings_nothing() -> None:
    use = FullestUse(device="r", kind=ENTRIES, start=10, fullest=10, end=4, limit=8)
    assert [item.severity for item in check_headroom([use])] == [Severity.WARNING]
    assert [item.severity for item in check_headroom([replace(use, fullest=11)])] == [Severity.ERROR]


def tight(ends: tuple[Compiled, Compiled], beyond: int) -> dict[str, Budget]:
    """Return the budgets of devices, of which the site holds so many entries beyond those before and after the change."""
    use = uses_between(ends, [SITE])[SITE, ENTRIES]
    budgets = dict(budgets_of(ends[1]))
    return budgets | {SITE: replace(budgets[SITE], acl_entries=max(use.start, use.end) + beyond)}


def test_a_plan_that_overflows_only_in_between_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ends fit, and nothing is proved of what does not."""
    ends, (base, folder) = ends_of(CLOSED), folders(CLOSED)
    budgets = tight(ends, 1)
    monkeypatch.setattr("controller.rollout.planning.device_budgets", lambda _: budgets)
    with pytest.raises(FindingsError) as refused:
        make_plan(ends, PlanRequest(base=base, workspace=folder), Output("en", json=True))
    (found,) = refused.value.findings
    assert (found.code, found.where.device) == ("TR906", SITE)
    values = dict(found.values)
    assert int(str(values["start"])) < budgets[SITE].acl_entries < int(str(values["fullest"]))


def test_a_plan_says_what_stands_at_the_fullest() -> None:
    ends, plan = ends_of(CLOSED), planned(CLOSED)
    rows = json.loads(plan_bytes(plan))["headroom"]
    wanted = uses_between(ends, [change.device for change in plan.changes])
    assert {(row["device"], row["kind"]): (row["start"], row["fullest"], row["end"]) for row in rows} == {
        key: counts(use) for key, use in wanted.items()
    }
    limits = budgets_of(ends[1])
    assert {(row["device"], row["budget"]) for row in rows if row["kind"] == ENTRIES} == {
        (change.device, limits[change.device].acl_entries) for change in plan.changes
    }
    assert {row["device"] for row in rows} >= {change.device for change in plan.changes}
    assert len({row["kind"] for row in rows}) == len(fields(Budget))


def test_the_page_says_only_where_it_is_nearly_full() -> None:
    ends, plan = ends_of(CLOSED), planned(CLOSED)
    assert "side by side" not in plan_page(plan, ends, "1.2.3")
    full = tuple(
        replace(use, limit=use.fullest) if (use.device, use.kind) == (SITE, ENTRIES) else use for use in plan.headroom
    )
    page = plan_page(replace(plan, headroom=full), ends, "1.2.3")
    assert page.count("side by side") == 1
    assert page.count("cùng tồn tại") == 1
    assert f"TR906 {SITE}" in page
