"""What the examples compile to, as goldens; and no ingredient can be taken out of them without a golden showing it.

A digest has one line for each pool, for the policy and for each device's text, so that a reviewer sees at a glance how far
a change reaches. The texts of three devices of the small example stand here in full. To accept new goldens after reading
the difference: `python -m tests.test_examples_goldens` in the project's folder.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from controller.jobs.pipeline import Addressed, Compiled, address, compile_network, want
from intents.policy_text import print_policy
from ipam.address_plan import EntryState
from routing.config import DeviceConfig, render_device
from routing.merge import merge_running
from routing.vendors import VENDORS
from tests.workspace_edits import (
    copy_workspace,
    drop_entry,
    drop_intents,
    drop_pool,
    drop_row,
    substitute,
)

EXAMPLES = Path(__file__).parent.parent / "examples"
GOLDEN = Path(__file__).parent / "golden"
BIG, SMALL = EXAMPLES / "thai-nguyen", EXAMPLES / "small"
IN_FULL = ("cpe-gia-sang", "cpe-tan-cuong", "dc-edge-1")
"""A CPE of each platform, and the edge, where leaks and the gateway are."""

Edit = Callable[[Path], None]


# --- digests ---------------------------------------------------------------------------------------------------------


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def plan_digest(addressed: Addressed) -> Iterator[str]:
    """Yield what can be said before any device is built: the policy, and how many entries each pool and kind has."""
    policy, plan = addressed.wanted.policy, addressed.address_plan
    yield f"policy {len(policy.rules)} rules, {len(policy.vias)} vias, {short_hash(print_policy(policy))}"
    active = Counter(item.pool for item in plan.prefixes if item.state is EntryState.ACTIVE)
    for pool in sorted(plan.pools, key=lambda pool: pool.name):
        yield f"pool {pool.name} {pool.prefix} {active[pool.name]}"
    numbers = Counter(item.kind.value for item in plan.numbers if item.state is EntryState.ACTIVE)
    yield from (f"number {kind} {numbers[kind]}" for kind in sorted(numbers))


def device_line(config: DeviceConfig) -> str:
    return f"device {config.device} {config.platform} {config.text.count(chr(10))} {short_hash(config.text)}"


def digest(compiled: Compiled) -> list[str]:
    """Return the whole digest, line by line."""
    devices = [device_line(config) for _, config in sorted(compiled.configs.items())]
    return [*plan_digest(compiled.addressed), *devices]


def golden_digest(example: Path) -> list[str]:
    return (GOLDEN / f"{example.name}.txt").read_text(encoding="utf-8").splitlines()


def golden_text(config: DeviceConfig) -> Path:
    return GOLDEN / "small" / config.file_name


def compiled_from(folder: Path) -> Compiled:
    return compile_network(address(want(folder, None)))


@cache
def small() -> Compiled:
    return compiled_from(SMALL)


@cache
def big() -> Compiled:
    return compiled_from(BIG)


def changed_devices(example: Path, compiled: Compiled) -> set[str]:
    """Return the devices whose line differs from the golden digest's (gone or new ones too)."""
    difference = set(golden_digest(example)) ^ set(digest(compiled))
    return {line.split()[1] for line in difference if line.startswith("device ")}


def write_goldens() -> None:
    """Write every golden anew."""
    (GOLDEN / "small").mkdir(exist_ok=True)
    for example, compiled in ((SMALL, small()), (BIG, big())):
        (GOLDEN / f"{example.name}.txt").write_text("\n".join(digest(compiled)) + "\n", encoding="utf-8")
    for name in IN_FULL:
        config = small().configs[name]
        golden_text(config).write_text(config.text, encoding="utf-8")


def test_the_small_example_compiles_to_its_golden() -> None:
    assert digest(small()) == golden_digest(SMALL)


@pytest.mark.parametrize("name", IN_FULL)
def test_a_device_of_the_small_example_has_its_golden_text(name: str) -> None:
    config = small().configs[name]
    assert config.text.splitlines() == golden_text(config).read_text(encoding="utf-8").splitlines()


@pytest.mark.slow
def test_the_province_compiles_to_its_golden() -> None:
    assert digest(big()) == golden_digest(BIG)


# --- ingredients of the small example: each is taken out, everything is compiled again ---------------------------------


def without_pair_in_one_building(folder: Path) -> None:
    drop_intents(folder, "council-and-committee")


def without_dual_homing(folder: Path) -> None:
    drop_row(folder, "channels", "so-tai-chinh-2")
    substitute(folder, "systems.yaml", "security_level: 4", "security_level: 3")  # level 4 asks for two channels


def without_system_at_a_site(folder: Path) -> None:
    drop_intents(folder, "budget-communes")
    drop_entry(folder, "systems.yaml", "budget")


def one_platform(devices: dict[str, tuple[str, str, str]]) -> Edit:
    """Return the edit that makes Junos devices Cisco ones; by name, a model and the row's old and new interface words."""

    def edit(folder: Path) -> None:
        for name, (role, model, interfaces) in devices.items():
            old = next(
                line
                for line in (folder / "devices.csv").read_text(encoding="utf-8").splitlines()
                if line.startswith(f"{name},{role},junos,")
            )
            cells = old.split(",")
            lan = cells[6].replace("ge-", "GigabitEthernet")
            new = ",".join([*cells[:2], "cisco_ios", model, *cells[4:6], lan, *cells[7:]])
            substitute(folder, "devices.csv", old, new)
            for word in ("xe-", "ge-"):
                table = (folder / "channels.csv").read_text(encoding="utf-8")
                (folder / "channels.csv").write_text(
                    table.replace(f",{name},{word}", f",{name},{interfaces}"), encoding="utf-8"
                )
            (folder / "running" / f"{name}.conf").unlink(missing_ok=True)

    return edit


def without_many_to_many(folder: Path) -> None:
    drop_intents(folder, "video-conference")


def without_forbid(folder: Path) -> None:
    drop_intents(folder, "no-warehouse-gia-sang")


def without_interconnect(folder: Path) -> None:
    drop_intents(folder, "lgsp-to-ndxp")
    drop_entry(folder, "outside_networks.yaml", "ndxp")
    substitute(folder, "outside_networks.yaml", "outside_networks:\n", "outside_networks: {}\n")


def without_foreign_lines(folder: Path) -> None:
    (folder / "running" / "core-1.cfg").unlink()


def without_second_site(folder: Path) -> None:
    drop_row(folder, "attachments", "so-tai-chinh-cq-2")


def without_second_family(folder: Path) -> None:
    drop_pool(folder, "shared-v6")


# What is taken out, and a device whose text must show it.
OF_SMALL: dict[str, tuple[Edit, str]] = {
    "a permitted pair in one building": (without_pair_in_one_building, "cpe-gia-sang"),
    "a dual-homed site": (without_dual_homing, "cpe-so-tai-chinh"),
    "a system hosted at a site": (without_system_at_a_site, "cpe-so-tai-chinh"),
    "both platforms among core": (one_platform({"core-2": ("core", "ASR1002-HX", "TenGigabitEthernet")}), "core-2"),
    "both platforms among aggregation": (
        one_platform({"agg-2": ("aggregation", "C8500-12X", "GigabitEthernet")}),
        "agg-2",
    ),
    "both platforms among CPE": (
        one_platform(dict.fromkeys(("cpe-so-tai-chinh", "cpe-tan-cuong"), ("cpe", "C8300-1N1S-6T", "GigabitEthernet"))),
        "cpe-tan-cuong",
    ),
    "a many-to-many service": (without_many_to_many, "cpe-so-khcn"),
    "a forbid that bites into an aggregate": (without_forbid, "dc-edge-1"),
    "an interconnect at the gateway": (without_interconnect, "dc-edge-1"),
    "foreign lines": (without_foreign_lines, "core-1"),
    "an organisation with two sites": (without_second_site, "cpe-gia-sang"),
    "a system reached over both families": (without_second_family, "dc-edge-1"),
}


@pytest.mark.parametrize("ingredient", OF_SMALL)
def test_no_ingredient_leaves_the_small_example_unseen(ingredient: str, tmp_path: Path) -> None:
    edit, device = OF_SMALL[ingredient]
    folder = copy_workspace(SMALL, tmp_path / "small")
    edit(folder)
    assert device in changed_devices(SMALL, compiled_from(folder))


# --- ingredients of the province ---------------------------------------------------------------------------------------


def without_province_pair(folder: Path) -> None:
    drop_intents(folder, "party-internal-affairs")


def without_province_dual_homing(folder: Path) -> None:
    drop_row(folder, "channels", "phuong-bac-kan-2")


def without_province_system_at_a_site(folder: Path) -> None:
    drop_intents(folder, "cases-regional", "cases-province")
    drop_entry(folder, "systems.yaml", "case-management")


def without_province_many_to_many(folder: Path) -> None:
    drop_intents(folder, "vc-justice")


def without_province_forbid(folder: Path) -> None:
    drop_intents(folder, "no-warehouse-van-lang")


def without_province_interconnect(folder: Path) -> None:
    drop_intents(folder, "one-stop-to-population")
    drop_entry(folder, "outside_networks.yaml", "population-db")


def without_province_second_site(folder: Path) -> None:
    drop_row(folder, "attachments", "so-nn-mt-cq-2")


def without_province_second_family(folder: Path) -> None:
    drop_pool(folder, "tn-shared-systems-v6")


# What is taken out, and words of a line that must differ: the policy or a pool. No device is built for these.
OF_PROVINCE: dict[str, tuple[Edit, str]] = {
    "a permitted pair in one building": (without_province_pair, "policy "),
    "a dual-homed site": (without_province_dual_homing, "-links-v4 "),
    "a system hosted at a site": (without_province_system_at_a_site, "tn-court-systems-v4 "),
    "a many-to-many service": (without_province_many_to_many, "policy "),
    "a forbid that bites into an aggregate": (without_province_forbid, "policy "),
    "an interconnect at the gateway": (without_province_interconnect, "policy "),
    "an organisation with two sites": (without_province_second_site, "-committee-home-v4 "),
    "a system reached over both families": (without_province_second_family, "tn-shared-systems-v6 "),
}


@pytest.mark.parametrize("ingredient", OF_PROVINCE)
def test_no_ingredient_leaves_policy_and_addresses_of_the_province_unseen(ingredient: str, tmp_path: Path) -> None:
    edit, words = OF_PROVINCE[ingredient]
    folder = copy_workspace(BIG, tmp_path / "thai-nguyen")
    edit(folder)
    golden = {line for line in golden_digest(BIG) if not line.startswith("device ")}
    difference = golden ^ set(plan_digest(address(want(folder, None))))
    assert any(words in line for line in difference)


# The same for ingredients whose place is the devices' texts; each of these compiles the whole province.
IN_TEXTS: dict[str, tuple[Edit, str]] = {
    "a permitted pair in one building": (without_province_pair, "cpe-ban-dang-2"),
    "both platforms among core": (one_platform({"core-2": ("core", "ASR1002-HX", "TenGigabitEthernet")}), "core-2"),
    "a forbid that bites into an aggregate": (without_province_forbid, "dc-edge-1"),
    "an interconnect at the gateway": (without_province_interconnect, "gw-1"),
}


@pytest.mark.slow
@pytest.mark.parametrize("ingredient", IN_TEXTS)
def test_no_ingredient_leaves_the_texts_of_the_province_unseen(ingredient: str, tmp_path: Path) -> None:
    edit, device = IN_TEXTS[ingredient]
    folder = copy_workspace(BIG, tmp_path / "thai-nguyen")
    edit(folder)
    assert device in changed_devices(BIG, compiled_from(folder))


def test_the_province_has_both_platforms_among_core_aggregation_and_cpe() -> None:
    rows = [line.split(",") for line in (BIG / "devices.csv").read_text(encoding="utf-8").splitlines()]
    roles = {row[0]: row[1] for row in rows if len(row) > 2}
    found = {(roles[line.split()[1]], line.split()[2]) for line in golden_digest(BIG) if line.startswith("device ")}
    assert {(role, platform) for role in ("core", "aggregation", "cpe") for platform in ("cisco_ios", "junos")} <= found


@pytest.mark.slow
def test_each_of_the_ten_files_of_foreign_lines_shows_in_the_province() -> None:
    files = sorted((BIG / "running").iterdir())
    assert len(files) == 10
    golden = set(golden_digest(BIG))
    for file in files:
        plain = render_device(big().built.devices[file.stem])
        assert device_line(plain) not in golden, file.name
        merged, _ = merge_running({file.stem: plain}, BIG / "running")
        assert device_line(merged[file.stem]) in golden, file.name


@pytest.mark.slow
def test_no_foreign_line_of_the_province_is_unknown() -> None:
    for file in sorted((BIG / "running").iterdir()):
        config = big().configs[file.stem]
        assert config.foreign
        assert VENDORS[config.platform].read(config.device, config.text).device.unknown == ()


def test_an_edit_that_finds_nothing_is_refused(tmp_path: Path) -> None:
    folder = copy_workspace(SMALL, tmp_path / "small")
    with pytest.raises(AssertionError):
        drop_row(folder, "channels", "so-tai-chinh-9")


def test_a_digest_tells_texts_apart_that_differ_in_one_letter() -> None:
    config = small().configs["core-1"]
    other = replace(config, text=config.text.replace("e", "f", 1))
    assert device_line(other) != device_line(config)


if __name__ == "__main__":
    write_goldens()
