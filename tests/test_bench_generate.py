"""The generator of made-up provinces gives workspaces of the size asked for, always the same for the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.generate import main
from intents.compiler import compile_policy
from intents.finding import Severity
from intents.registry import as_at
from intents.workspace import load_intents
from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from ipam.inventory import Role
from ipam.inventory_reader import inventory_as_at, load_inventory
from ipam.pools import make_pools


def generate(folder: Path, sites: int, seed: int) -> dict[str, bytes]:
    main(["--sites", str(sites), "--seed", str(seed), str(folder)])
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = generate(tmp_path / "a", 30, 7)
    assert generate(tmp_path / "b", 30, 7) == first
    assert generate(tmp_path / "c", 30, 8) != first


@pytest.mark.parametrize(("sites", "aggregations"), [(4, 2), (10, 2), (41, 3), (200, 10), (1300, 60)])
def test_a_province_loads_and_gets_addresses_without_a_word(tmp_path: Path, sites: int, aggregations: int) -> None:
    generate(tmp_path, sites, 1)
    loaded = load_intents(tmp_path)
    day = loaded.settings.default_on
    assert day is not None
    registry = as_at(loaded.registry, day)
    equipment, read = load_inventory(tmp_path, loaded.registry)
    inventory, dated = inventory_as_at(equipment, registry, day)
    _, compiled = compile_policy(loaded.intents, registry, day)
    pools, checked = make_pools(loaded.settings.pools, AddressPlan())
    _, allocated = allocate(registry, inventory, pools, AddressPlan(), loaded.settings, day)
    findings = [*loaded.findings, *read, *dated, *compiled, *checked, *allocated]
    assert [item for item in findings if item.severity is not Severity.INFO] == []
    roles = Counter(device.role for device in inventory.devices.values())
    assert roles == {Role.CORE: 2, Role.EDGE: 3, Role.AGGREGATION: aggregations, Role.CPE: sites}


def test_a_province_of_three_sites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 4 sites"):
        generate(tmp_path, 3, 1)
