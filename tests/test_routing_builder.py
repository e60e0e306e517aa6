"""What the builder makes of the small example, looked at directly: sessions, VRFs, what serves what, texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intents.prefix import Family, Prefix, format_address
from intents.registry import PurposeName
from ipam.inventory import Role
from ipam.keys import LoopbackKey
from routing.build.placement import purpose_vrf
from routing.config import render_device
from routing.model import (
    Device,
    Vrf,
    VrfFamily,
)
from routing.refs import interface_ref, neighbor_ref, prefix_rule_ref, vrf_export_ref, vrf_import_ref, vrf_ref
from tests.small_builds import (
    circuit,
    compiled,
    devices,
    network_of,
    plans,
    policy_named,
    prefixes_of,
    sessions,
)
from tests.small_networks import interface

# sessions


def test_a_cpe_announces_only_what_stands_on_it() -> None:
    checked = 0
    for device in devices():
        if plans().inventory.devices[device.name].role is not Role.CPE:
            continue
        own = {item.vrf: {p for found in item.own.values() for p in found} for item in plans().circuits_on(device.name)}
        loopback = set(plans().numbers.prefixes[LoopbackKey(device.name)].values())
        for vrf, neighbor in sessions(device):
            (name,) = neighbor.exports
            announced = prefixes_of(policy_named(device, name))
            assert announced
            assert announced == {p for p in own.get(vrf, loopback) if p.family is neighbor.family}
            checked += 1
    assert checked > 20


def test_what_comes_from_an_attachment_is_accepted_only_if_it_is_its_own() -> None:
    own = {item.asn: {p for found in item.own.values() for p in found} for item in plans().circuits}
    checked = 0
    for device in devices():
        if plans().inventory.devices[device.name].role is Role.AGGREGATION:
            for _, neighbor in sessions(device):
                if neighbor.remote_as in own:
                    (name,) = neighbor.imports
                    accepted = prefixes_of(policy_named(device, name))
                    assert accepted == {p for p in own[neighbor.remote_as] if p.family is neighbor.family}
                    checked += 1
    assert checked > 20


def test_both_ends_of_a_session_expect_what_the_other_one_presents() -> None:
    addresses = {
        (item.family, item.value): (device, port.vrf)
        for device in devices()
        for port in device.interfaces
        for item in port.addresses
    }
    for device in devices():
        for vrf, neighbor in sessions(device):
            far, far_vrf = addresses[(neighbor.family, neighbor.address)]
            (back,) = [
                item
                for name, item in sessions(far)
                if name == far_vrf and addresses[(item.family, item.address)] == (device, vrf)
                and neighbor.address ^ item.address == 1 and item.family is neighbor.family
            ]  # fmt: skip
            instance = next(item for item in device.bgp if item.vrf == vrf)
            presented = instance.asn if neighbor.local_as is None else neighbor.local_as.asn
            assert back.remote_as == presented


# vrfs


def test_every_attachment_stands_alone_in_a_vrf_with_numbers_of_its_own() -> None:
    found = plans().circuits
    assert len({(item.place.device, item.vrf) for item in found}) == len(found)
    assert len({item.asn for item in found}) == len({item.number for item in found}) == len(found)
    for device in devices():
        for item in plans().circuits_on(device.name):
            inside = [one for one in device.interfaces if one.vrf == item.vrf and one.bindings]
            assert [one.name for one in inside] == [item.interface]


def test_only_edges_lead_anything_between_vrfs() -> None:
    for device in devices():
        leaking = [family for vrf in device.vrfs for family in vrf.families if family.imports]
        assert bool(leaking) == (plans().inventory.devices[device.name].role is Role.EDGE)
        assert all(family.import_map is not None for family in leaking)


def test_a_purpose_never_gets_a_lan_of_another_one_but_for_exact_prefixes_that_it_has_rules_with() -> None:
    purposes = {purpose_vrf(name): name for name in plans().purposes}
    owner = {p: item for item in plans().circuits for found in item.own.values() for p in found}
    led = 0
    for device in devices():
        for vrf, purpose, accepted in _let_in(device, purposes):
            for prefix in accepted & set(owner):
                if owner[prefix].attachment.purpose != purpose:
                    assert owner[prefix].place.device == device.name, (vrf, prefix)
                    assert set(plans().rules_of(owner[prefix])) & set(plans().purpose_rules(purpose))
                    led += 1
    assert led


def _let_in(device: Device, purposes: dict[str, PurposeName]) -> Iterator[tuple[Vrf, PurposeName, set[Prefix]]]:
    """What filters let into the VRFs of purposes, from attachments and by leaking."""
    for vrf in device.vrfs:
        if vrf.name in purposes:
            names = {family.import_map for family in vrf.families if family.import_map is not None}
            names |= {name for other, item in sessions(device) if other == vrf.name for name in item.imports}
            for name in sorted(names):
                yield vrf, purposes[vrf.name], prefixes_of(policy_named(device, name))


def test_nothing_is_led_into_a_vrf_that_its_own_target_would_carry_on() -> None:
    """Each VRF exports its own target only, so what is led into it carries none that another one imports."""
    for device in devices():
        exports = [(vrf.name, family.exports) for vrf in device.vrfs for family in vrf.families if family.exports]
        assert all(len(targets) == 1 for _, targets in exports)
        assert len({targets for _, targets in exports}) == len({name for name, _ in exports})


def test_both_ends_of_a_channel_use_the_same_tags() -> None:
    network = network_of(compiled())
    for link in network.links:
        ends = (network.devices[link.a_device], link.a_interface), (network.devices[link.b_device], link.b_interface)
        tags = [
            {item.vlan for item in device.interfaces if item.vlan is not None and item.name.startswith(f"{port}.")}
            for device, port in ends
        ]
        assert tags[0] == tags[1] != set()


# what serves what


def test_everything_on_the_backbone_of_a_purpose_serves_the_rules_with_an_end_in_it() -> None:
    served = compiled().built.served["core-1"]
    core = compiled().built.devices["core-1"]
    for purpose in plans().purposes:
        rules = plans().purpose_rules(purpose)
        assert rules
        assert served[vrf_ref(purpose_vrf(purpose))] == rules
        for item in core.interfaces:
            if item.vrf == purpose_vrf(purpose) and item.vlan is not None:
                assert served[interface_ref(item.name)] == rules
    for vrf, neighbor in sessions(core):
        ref = neighbor_ref(vrf, neighbor.family, format_address(neighbor.family, neighbor.address))
        assert served[ref] == served[vrf_ref(vrf)]


def test_the_far_end_of_an_attachment_serves_the_rules_of_the_attachment_alone() -> None:
    served = compiled().built.served["agg-2"]
    device = compiled().built.devices["agg-2"]
    item = next(one for one in device.interfaces if one.description == "tan-cuong-1 ubnd-tan-cuong-cq")
    assert served[interface_ref(item.name)] == plans().rules_of(circuit("ubnd-tan-cuong-cq"))


def test_every_prefix_that_an_attachment_announces_serves_the_rules_of_the_attachment() -> None:
    for item in plans().circuits:
        served = compiled().built.served[item.place.device]
        device = compiled().built.devices[item.place.device]
        for vrf, neighbor in sessions(device):
            if vrf == item.vrf:
                (name,) = neighbor.exports
                assert set(served[prefix_rule_ref(name, 0, 0)]) >= set(plans().rules_of(item))


def test_a_target_that_is_led_in_serves_the_rules_of_who_is_behind_it() -> None:
    served = compiled().built.served["dc-edge-1"]
    item = circuit("system-edoc")
    target = f"{plans().target_asn}:{item.number}"
    into = vrf_import_ref(purpose_vrf("government"), Family.V4, target)
    assert set(served[into]) == set(plans().rules_of(item))
    assert set(served[vrf_export_ref(item.vrf, Family.V4, target)]) == set(plans().rules_of(item))


# config


def test_a_device_that_its_platform_cannot_say_is_refused_by_name() -> None:
    leaking = Vrf(name="A", families=(VrfFamily(family=Family.V4, imports=("65000:1",)),))
    inside = interface("ge-0/0/0.1", "10.1.0.1/24", vrf="A", vlan=1)
    with pytest.raises(ValueError, match=r"^r9: VRF A: leaking is refused"):
        render_device(Device(name="r9", platform="junos", interfaces=(inside,), vrfs=(leaking,)))


def test_a_text_is_its_lines_and_named_after_its_device() -> None:
    for name, config in compiled().configs.items():
        rendered = render_device(compiled().built.devices[name])
        assert rendered.text.splitlines() == [part for line in rendered.lines for part in line.text.splitlines()]
        assert rendered.ours == config.ours
        assert config.file_name.startswith(f"{name}.")
