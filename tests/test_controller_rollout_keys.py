"""Lines of ours with a secret in them, as devices show them: removed, moved and changed as any other line, and no others are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from controller.jobs.pipeline import address, compile_network
from controller.output.terminal import Output
from controller.rollout.plan import ChangePlan, device_part, plan_bytes
from controller.rollout.planning import PlanRequest, make_plan
from controller.rollout.spelling import spelled_as_found
from controller.rollout.steps import DeviceChange, change_device
from intents.finding import Finding, FindingsError
from intents.prefix import parse_address
from routing.config import DeviceConfig, render_device
from routing.merge import merge_text
from routing.vendors import VENDORS
from tests.drift_noise import HASH, as_shown
from tests.rule_cases import SMALL, example
from tests.test_controller_planning import ends_of, folders
from verification.drift.difference import JudgedText, difference_of

IOS, JUNOS = "agg-1", "cpe-tan-cuong"
FIRST, SECOND = "10.193.240.12", "10.193.240.14"
CODED = ("Abc12345", "022706585A545C7519", "$9$abcdefghijklm", HASH)
FOREIGN = {
    IOS: (
        "tacacs server KHAC\n address ipv4 192.0.2.7\n key 7 0822455D0A16\n!\n"
        f"username khac privilege 15 secret 9 {HASH}\nradius server KHAC\n key 7 0822455D0A16\n!\n"
    ),
    JUNOS: (
        'set system radius-server 192.0.2.7 secret "$9$nnet/9pOBEyr"\n'
        'set system login user khac authentication encrypted-password "$6$abc$def"\n'
        "set system login user khac class super-user\n"
    ),
}


@cache
def configs(servers: tuple[str, ...] = (FIRST, SECOND), keys: tuple[str, ...] = ()) -> Mapping[str, DeviceConfig]:
    """Return both devices with TACACS+ servers, and with other names of some secrets."""
    wanted = example(SMALL)
    management = wanted.settings.management
    secrets = management.secrets
    names = {name: f"{getattr(secrets, name)}-2" for name in keys}
    changed = replace(
        management,
        tacacs_servers=tuple(type(management.tacacs_servers[0])(*parse_address(item)) for item in servers),
        secrets=replace(secrets, **names),
    )
    built = compile_network(address(replace(wanted, settings=replace(wanted.settings, management=changed)))).built
    return {name: render_device(built.devices[name]) for name in (IOS, JUNOS)}


def shown(config: DeviceConfig, seed: int) -> str:
    return as_shown(config.platform, config.text, Random(seed))  # noqa: S311 - the same nights each time


def change_of(before: DeviceConfig, after: DeviceConfig, running: str) -> DeviceChange | None:
    standing = spelled_as_found(merge_text(after, running, before), running, before.ours)
    return change_device(after.device, after.platform, running, standing)


def drifts(config: DeviceConfig, found: str) -> bool:
    vendor = VENDORS[config.platform]
    expected, other = (JudgedText(text=text, read=vendor.read(config.device, text)) for text in (config.text, found))
    return difference_of(vendor, expected, other) is not None


REMOVED = {
    IOS: ["no server name TRUC-TACACS-2", "no tacacs server TRUC-TACACS-2"],
    JUNOS: [f"delete system tacplus-server {SECOND}", "commit"],
}
MOVED = {
    IOS: [f"address ipv4 {SECOND}", *REMOVED[IOS]],
    JUNOS: [f"delete system tacplus-server {FIRST}", "commit"],
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("left", "lines"), [(FIRST, REMOVED), (SECOND, MOVED)])
@pytest.mark.parametrize("name", [IOS, JUNOS])
def test_a_server_of_ours_goes_with_the_key_that_the_device_shows(
    name: str, left: str, lines: Mapping[str, list[str]], seed: int
) -> None:
    before, after = configs()[name], configs((left,))[name]
    running = shown(before, seed)
    change = change_of(before, after, running)
    assert change is not None
    assert [edit.line for edit in change.edits] == lines[name]
    gone = FIRST if left == SECOND else SECOND
    assert gone not in change.standing
    assert "TRUC-TACACS-2" not in change.standing
    assert drifts(after, running)
    assert not drifts(after, change.standing)
    assert change_of(after, after, change.standing) is None
    assert not any(coded in json.dumps(device_part(change)) for coded in CODED)


@pytest.mark.parametrize("name", [IOS, JUNOS])
def test_what_others_have_with_a_secret_stays(name: str) -> None:
    before, after = configs()[name], configs((FIRST,))[name]
    vendor = VENDORS[before.platform]
    foreign = frozenset(vendor.paths(FOREIGN[name]))
    running = vendor.merged_text(vendor.paths(shown(before, 1)), tuple(foreign))
    change = change_of(before, after, running)
    assert change is not None
    assert [edit.line for edit in change.edits] == REMOVED[name]
    assert foreign <= frozenset(vendor.paths(change.standing))


def before_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


CHANGED = {
    IOS: [
        "key {{secret:tacacs-key-2}}",
        "enable secret 9 {{secret:enable-2}}",
        "ntp authentication-key 1 md5 {{secret:ntp-key-2}}",
        "username truc-admin privilege 15 secret 9 {{secret:admin-2}}",
    ],
    JUNOS: [
        'set system root-authentication encrypted-password "{{secret:enable-2}}"',
        'set system login user truc authentication encrypted-password "{{secret:admin-2}}"',
        f'set system tacplus-server {FIRST} secret "{{{{secret:tacacs-key-2}}}}"',
        'set system ntp authentication-key 1 type sha256 value "{{secret:ntp-key-2}}"',
    ],
}


@pytest.mark.parametrize("name", [IOS, JUNOS])
def test_a_secret_that_has_another_name_is_another_one(name: str) -> None:
    before, after = configs((FIRST,))[name], configs((FIRST,), ("tacacs", "ntp", "enable", "admin"))[name]
    change = change_of(before, after, shown(before, 1))
    assert change is not None
    assert {edit.line for edit in change.edits} - {"commit"} == set(CHANGED[name])
    assert {edit.line for edit in change.back} - {"commit"} <= set(before_lines(change.running))
    assert not any(coded in json.dumps(device_part(change)) for coded in CODED)


def planned_with(name: str, folder: Path) -> tuple[ChangePlan, tuple[Finding, ...]]:
    """Plan the change of a secret's name from what devices show."""
    ends, (base, workspace) = ends_of(name), folders(name)
    for config in ends[0].configs.values():
        (folder / config.file_name).write_text(shown(config, 1), encoding="utf-8")
    request = PlanRequest(base=base, workspace=workspace, running=folder)
    return make_plan(ends, request, Output("en", json=True))


def test_a_plan_that_types_secrets_says_which(tmp_path: Path) -> None:
    plan, findings = planned_with("another TACACS+ key", tmp_path)
    assert plan.holds
    assert {edit.line for item in plan.changes for edit in item.edits} - {"commit"} == {
        "key {{secret:tacacs-key-2026}}",
        'set system tacplus-server 10.193.240.12 secret "{{secret:tacacs-key-2026}}"',
    }
    told = {item.code: dict(item.values).get("secrets") for item in findings}
    assert told["TR976"] == "tacacs-key-2026 (cisco_ios), tacacs-key-2026 (junos)"
    assert not any(coded in plan_bytes(plan).decode() for coded in CODED)


def test_a_secret_that_no_device_shows_is_not_planned_with(tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        planned_with("another SNMP key", tmp_path)
    found = caught.value.findings
    assert {item.code for item in found} == {"TR975"}
    assert {"agg-1", "agg-2"} <= {item.where.device for item in found}
    assert not any(coded in str(found) for coded in CODED)


def test_of_communities_that_differ_in_no_more_than_their_name_none_is_taken_for_ours() -> None:
    """Their name is the secret: which of them was typed, nobody knows."""
    named = "snmp-server community {{secret:c}} RO"
    config = configs()[IOS]
    device = config.source.device
    before = render_device(replace(device, harmless=(*device.harmless, (named,))))
    one, two = (f"snmp-server community {word} RO" for word in ("Abc12345", "Xyz98765"))
    alone = merge_text(config, before.text.replace(named, one), before)
    assert one not in alone.text
    both = merge_text(config, before.text.replace(named, f"{one}\n{two}"), before)
    assert {(one,), (two,)} <= set(both.foreign)
    beside = merge_text(config, before.text.replace(named, f"{named}\n{two}"), before)
    assert set(beside.foreign) == {(two,)}
