"""What is written for Junos comes back as it was, and what Junos can't say is refused."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from routing.model import Device
from routing.vendors.junos import VENDOR
from tests.strategies_junos import devices


def _text(device: Device) -> str:
    return "".join(f"{line.text}\n" for line in VENDOR.render(device))


@given(devices())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_rendered_device_is_read_back_equal(device: Device) -> None:
    assert VENDOR.read(device.name, _text(device)).device == device
