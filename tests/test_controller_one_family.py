"""Networks of which a part speaks one address family only: they compile, all holds, and nothing of the other family leaks.

The normal case of an outside network is IPv4 alone; pools, systems and devices may lack a family, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from intents.finding import FindingsError
from tests.workspace_edits import copy_workspace
from verification.judge import judge_and_replay
from verification.verdicts.verdict import Holds

SMALL = Path(__file__).parent.parent / "examples" / "small"
Edits = Iterable[tuple[str, str, str]]
OUTSIDE = r"\[198\.51\.100\.0/26, 2001:db8:ffff::/48\]"


def without_pool(name: str) -> tuple[str, str, str]:
    return "settings.yaml", rf"^  - \{{name: {name},[\s\S]*?\n(?=  - |  #|\S)", ""


def without_ipv6(device: str) -> tuple[str, str, str]:
    return "devices.csv", rf"^({device},(?:[^,]*,){{6}})yes", r"\1no"


CASES: dict[str, Edits] = {
    "an outside network has IPv4 alone": [("outside_networks.yaml", OUTSIDE, "[198.51.100.0/26]")],
    "an outside network has IPv6 alone": [("outside_networks.yaml", OUTSIDE, '["2001:db8:ffff::/48"]')],
    "systems have IPv4 alone": [without_pool("shared-v6"), without_pool("government-systems-v6")],
    "systems have IPv6 alone": [without_pool("shared-v4")],
    "the outside has IPv4 and systems have IPv6 alone": [
        ("outside_networks.yaml", OUTSIDE, "[198.51.100.0/26]"),
        without_pool("shared-v4"),
    ],
    "a site's device has IPv4 alone": [without_ipv6("cpe-gia-sang")],
    "the edge has IPv4 alone": [without_ipv6("dc-edge-1")],
    "a core has IPv4 alone": [without_ipv6("core-1")],
    "nothing has IPv6": [without_pool(r"[a-z-]+-v6"), ("outside_networks.yaml", OUTSIDE, "[198.51.100.0/26]")],
}


def changed(folder: Path, edits: Edits) -> Path:
    for file, pattern, instead in edits:
        path = folder / file
        text, count = re.subn(pattern, instead, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count, pattern
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", CASES)
def test_all_holds_where_a_part_has_one_family(name: str, tmp_path: Path) -> None:
    done = compile_network(address(want(changed(copy_workspace(SMALL, tmp_path / "w"), CASES[name]), None)))
    answers = judge_and_replay(give(done, {device: item.text for device, item in done.configs.items()})).answers
    assert [item for item in answers if not isinstance(item.verdict, Holds)] == []


def test_an_outside_network_of_a_family_that_nobody_has_links_for_is_told(tmp_path: Path) -> None:
    folder = changed(copy_workspace(SMALL, tmp_path / "w"), [without_pool(r"[a-z-]+-v6")])
    with pytest.raises(FindingsError) as told:
        address(want(folder, None))
    assert "TR510" in {item.code for item in told.value.findings}
