"""The platforms: every vendor module by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from routing.vendors import cisco_ios, junos
from routing.vendors.vendor import Vendor

VENDORS: Mapping[str, Vendor] = MappingProxyType(
    {vendor.capabilities.platform: vendor for vendor in (cisco_ios.VENDOR, junos.VENDOR)}
)
