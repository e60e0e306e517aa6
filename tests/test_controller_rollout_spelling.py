"""A plan from what devices show: it changes what the change is about, and takes no spelling of a device for a difference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from controller.jobs.pipeline import Compiled
from controller.output.terminal import Output
from controller.rollout.planning import PlanRequest, make_plan
from controller.rollout.spelling import spelled_as_found
from controller.rollout.steps import StepError, change_device, text_digest
from intents.finding import FindingsError
from intents.reason import describe_reason
from routing.config import DeviceConfig
from routing.merge import merge_text
from tests.drift_noise import as_shown
from tests.test_controller_planning import ends_of, folders

CHANGE = "close a permit"
KEY = "0822455D0A16"


def standing_on(config: DeviceConfig, running: str, before: DeviceConfig) -> str:
    return spelled_as_found(merge_text(config, running, before), running, before.ours)


def changed_lines(ends: tuple[Compiled, Compiled], running: Mapping[str, str]) -> dict[str, int]:
    """Return how many lines are typed on each device that is changed."""
    found = {}
    for name, config in sorted(ends[1].configs.items()):
        standing = standing_on(config, running[name], ends[0].configs[name])
        change = change_device(name, config.platform, running[name], standing)
        if change is not None:
            found[name] = change.lines
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_what_a_device_spells_in_its_own_way_is_not_typed_again(seed: int) -> None:
    ends = ends_of(CHANGE)
    random = Random(seed)  # noqa: S311 - the same nights each time
    compiled = {name: config.text for name, config in sorted(ends[0].configs.items())}
    shown = {name: as_shown(ends[0].configs[name].platform, text, random) for name, text in compiled.items()}
    assert changed_lines(ends, shown) == changed_lines(ends, compiled)
    assert changed_lines((ends[0], ends[0]), shown) == {}


def test_what_says_something_else_is_still_taken_back() -> None:
    config = ends_of(CHANGE)[0].configs["core-1"]
    running = config.text.replace(
        " no ip address\n no shutdown\n", " description by hand\n no ip address\n shutdown\n", 1
    )
    assert running != config.text
    assert standing_on(config, running, config) == config.text


def test_entries_that_a_device_has_in_another_order_are_put_right() -> None:
    config = ends_of(CHANGE)[0].configs["core-1"]
    first, second = " 10 permit ip 10.193.240.0 0.0.0.63 any\n", " 20 deny ip any any log\n"
    turned = config.text.replace(first + second, second.replace("20", "5") + first, 1)
    assert turned != config.text
    assert standing_on(config, turned, config) == config.text


def test_no_secret_stands_in_what_a_device_is_refused_for() -> None:
    config = ends_of(CHANGE)[0].configs["cpe-so-khcn"]
    line = next(line for line in config.text.splitlines() if " remote-as " in line)
    running = config.text.replace(line, f"{line}\n{line.split(' remote-as ')[0]} password 7 {KEY}", 1)
    with pytest.raises(StepError) as caught:
        change_device("cpe-so-khcn", "cisco_ios", running, config.text)
    told = describe_reason(caught.value.reason, "en")
    assert "password" in told
    assert KEY not in f"{told} {caught.value}"


def test_bytes_that_are_no_text_are_planned_with(tmp_path: Path) -> None:
    ends = ends_of(CHANGE)
    base, workspace = folders(CHANGE)
    for config in ends[0].configs.values():
        more = b"! Ngu\xe9\n" if config.platform == "cisco_ios" else b""
        (tmp_path / config.file_name).write_bytes(config.text.encode() + more)
    request = PlanRequest(base=base, workspace=workspace, running=tmp_path)
    plan, findings = make_plan(ends, request, Output("en", json=True))
    assert plan.holds
    assert {item.code for item in findings} >= {"TR707"}
    assert text_digest("\udce9").startswith("sha256:")


def test_bytes_that_are_no_text_are_not_put_into_a_plan(tmp_path: Path) -> None:
    ends = ends_of(CHANGE)
    base, workspace = folders(CHANGE)
    for config in ends[0].configs.values():
        text = config.text.replace("description LAN so-khcn-cq", "description Ngu\udce9")
        (tmp_path / config.file_name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FindingsError) as caught:
        make_plan(ends, PlanRequest(base=base, workspace=workspace, running=tmp_path), Output("en", json=True))
    assert [(item.code, item.where.device) for item in caught.value.findings] == [("TR885", "cpe-so-khcn")]
