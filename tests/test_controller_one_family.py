"""Networks of which a part speaks one address family only: they compile, all holds, and nothing of the other family leaks.

The normal case of an outside network is IPv4 alone; pools, systems and devices may lack a family, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from intents.finding import FindingsError, Severity
from intents.prefix import Family
from ipam.address_plan import EntryState
from ipam.keys import OutsideKey
from routing.model import AclBinding, Device, Interface, InterfaceAddress
from tests.small_commands import start_truc
from tests.workspace_edits import copy_workspace
from verification.judge import judge_and_replay
from verification.verdicts.verdict import Holds

SMALL = Path(__file__).parent.parent / "examples" / "small"
Edits = Iterable[tuple[str, str, str]]
OUTSIDE = r"\[198\.51\.100\.0/26, 2001:db8:ffff::/48\]"


def without_pool(name: str) -> tuple[str, str, str]:
    return "settings.yaml", rf"^  - \{{name: {name},[\s\S]*?\n(?=  - |  #|\S)", ""


IPV6_ALONE = (
    without_pool("shared-v4"),
    ("settings.yaml", r"^(  - \{name: shared-v6,.*)\}$", r"\1, alone: true}"),
)
"""That the systems have no IPv4 is said, or it would be an error."""


def without_ipv6(device: str) -> tuple[str, str, str]:
    return "devices.csv", rf"^({device},(?:[^,]*,){{6}})yes", r"\1no"


CASES: dict[str, Edits] = {
    "an outside network has IPv4 alone": [("outside_networks.yaml", OUTSIDE, "[198.51.100.0/26]")],
    "an outside network has IPv6 alone": [("outside_networks.yaml", OUTSIDE, '["2001:db8:ffff::/48"]')],
    "systems have IPv4 alone": [without_pool("shared-v6"), without_pool("government-systems-v6")],
    "systems have IPv6 alone": [*IPV6_ALONE],
    "the outside has IPv4 and systems have IPv6 alone": [
        ("outside_networks.yaml", OUTSIDE, "[198.51.100.0/26]"),
        *IPV6_ALONE,
    ],
    "a site's device has IPv4 alone": [without_ipv6("cpe-gia-sang")],
    "the edge has IPv4 alone": [without_ipv6("dc-edge-1")],
    "a site's Junos device has IPv4 alone": [without_ipv6("cpe-so-tai-chinh")],
    "no device has IPv6": [without_ipv6("[a-z0-9-]+")],
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


OUTSIDES = {"both": "", "IPv4": "[198.51.100.0/26]", "IPv6": '["2001:db8:ffff::/48"]'}
SYSTEMS = {
    "both": [],
    "IPv4": [without_pool("shared-v6"), without_pool("government-systems-v6")],
    "IPv6": [*IPV6_ALONE],
}
WITHOUT = ("", "dc-edge-1", "cpe-gia-sang", "(?:dc-edge-1|cpe-so-tai-chinh|cpe-tan-cuong)", "[a-z0-9-]+")
"""Devices that say `ipv6: no`."""
LACKING = [pytest.param(one, marks=() if one in {"", WITHOUT[-1]} else pytest.mark.long) for one in WITHOUT]


@pytest.mark.parametrize("outside", OUTSIDES)
@pytest.mark.parametrize("systems", SYSTEMS)
@pytest.mark.parametrize("lacking", LACKING)
def test_every_mixture_holds_or_is_told_and_no_device_carries_a_family_that_it_lacks(
    outside: str, systems: str, lacking: str, tmp_path: Path
) -> None:
    edits: list[tuple[str, str, str]] = [*SYSTEMS[systems]]
    edits += [("outside_networks.yaml", OUTSIDE, OUTSIDES[outside])] if OUTSIDES[outside] else []
    edits += [without_ipv6(lacking)] if lacking else []
    wanted = want(changed(copy_workspace(SMALL, tmp_path / "w"), edits), None)
    if systems == "IPv6" and re.match(lacking or "nothing", "dc-edge-1"):
        with pytest.raises(
            FindingsError
        ) as told:  # systems whose only pools are IPv6, on a device that can't forward it
            address(wanted)
        assert {"TR510"} <= {item.code for item in told.value.findings if item.severity is Severity.ERROR}
        return
    if outside == "IPv6" and re.match(lacking or "nothing", "dc-edge-1"):
        with pytest.raises(FindingsError) as told:  # an outside network without an address that can be sent to
            address(wanted)
        assert {"TR406", "TR561"} <= {item.code for item in told.value.findings}
        return
    addressed = address(wanted)
    apart = {outside, systems} == {"IPv4", "IPv6"} or (lacking == "dc-edge-1" and systems == "IPv6")
    assert apart == ("TR562" in {item.code for item in addressed.findings})
    done = compile_network(addressed)
    given = give(done, {device: item.text for device, item in done.configs.items()})
    answers = judge_and_replay(given, with_failures=False).answers
    assert [item for item in answers if not isinstance(item.verdict, Holds)] == []
    for name in given.roles.ipv4_only:
        assert list(ipv6_on(given.network.devices[name])) == []
    assert any(list(ipv6_on(device)) for device in given.network.devices.values()) == (lacking != "[a-z0-9-]+")


def ipv6_on(device: Device) -> Iterator[object]:
    """Yield what a device does with IPv6, but for filters that guard the device itself."""
    for interface in device.interfaces:
        held: tuple[InterfaceAddress | AclBinding, ...] = (*interface.addresses, *interface.bindings)
        yield from (item for item in held if item.family is Family.V6 and not guards(interface, item))
    yield from (item for item in device.statics if item.prefix.family is Family.V6)
    yield from (item for vrf in device.vrfs for item in vrf.families if item.family is Family.V6)
    yield from (item for instance in device.bgp for item in instance.neighbors if item.family is Family.V6)


def guards(interface: Interface, item: InterfaceAddress | AclBinding) -> bool:
    """Return whether something is the filter of a loopback: of what is for the device itself."""
    return isinstance(item, AclBinding) and interface.name.startswith("lo")


@pytest.mark.parametrize("device", ["core-1", "core-2", "agg-1"])
def test_ipv6_past_a_device_of_the_backbone_that_lacks_it_is_an_error(device: str, tmp_path: Path) -> None:
    folder = changed(copy_workspace(SMALL, tmp_path / "w"), [without_ipv6(device)])
    with pytest.raises(FindingsError) as told:
        address(want(folder, None))
    (finding,) = (item for item in told.value.findings if item.severity is Severity.ERROR)
    assert (finding.code, dict(finding.values)["device"]) == ("TR560", device)
    assert finding.where.file == "devices.csv"


def test_ipv6_of_an_outside_network_is_left_out_where_its_device_lacks_it_and_said(tmp_path: Path) -> None:
    folder = changed(copy_workspace(SMALL, tmp_path / "w"), [without_ipv6("dc-edge-1")])
    addressed = address(want(folder, None))
    assert [item.where.file for item in addressed.findings if item.code == "TR561"] == ["outside_networks.yaml"]
    outside = [item.prefix.family for item in addressed.address_plan.prefixes if isinstance(item.key, OutsideKey)]
    assert outside == [Family.V4]


def test_a_device_that_loses_ipv6_gives_its_prefixes_back(tmp_path: Path) -> None:
    folder = copy_workspace(SMALL, tmp_path / "w")
    assert start_truc("compile", "-w", str(folder)).returncode == 0
    changed(folder, [without_ipv6("cpe-gia-sang")])
    plan = address(want(folder, None)).address_plan
    lan = {
        item.state
        for item in plan.prefixes
        if str(item.key) == "lan/ubnd-gia-sang-cq" and item.prefix.family is Family.V6
    }
    assert lan == {EntryState.QUARANTINED}


def test_an_outside_network_of_a_family_that_nobody_has_links_for_is_told(tmp_path: Path) -> None:
    folder = changed(copy_workspace(SMALL, tmp_path / "w"), [without_pool(r"[a-z-]+-v6")])
    with pytest.raises(FindingsError) as told:
        address(want(folder, None))
    assert "TR510" in {item.code for item in told.value.findings}
