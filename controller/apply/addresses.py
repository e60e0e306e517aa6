"""Devices of a roll-out -> what becomes of the addresses that the plan gives them, as records of the journal.

The one idea: an address is used when a device that carries it is confirmed, and not a moment before; until then it is
reserved, and free again once the device carries nothing of the plan. What the journal has not been told yet follows from it
alone, so it is told once, whenever that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.apply.logbook import Logbook, utc_now
from controller.apply.ways import PlannedDevice
from controller.journal.device_state import IN_FORCE, Stage
from controller.journal.records import Activated, Aim, OfAddresses, Released, Reserved
from controller.journal.state import AddressUse, RolloutState
from intents.prefix import format_address
from routing.vendors import VENDORS

Addresses = Mapping[str, tuple[str, ...]]
"""The addresses that a plan gives to each device, with the lengths of their prefixes; without devices that get none."""


def addresses_given(devices: Mapping[str, PlannedDevice]) -> Addresses:
    """Return the addresses that devices carry behind the plan and not before it."""
    found = {name: _given(device) for name, device in sorted(devices.items()) if _speaks_of_addresses(device)}
    return {name: addresses for name, addresses in found.items() if addresses}


def settle_addresses(log: Logbook, given: Addresses) -> None:
    """Write down what the journal does not say yet of the addresses of a roll-out."""
    for name, addresses in given.items():
        for record in _due(log.rollout, name, addresses):
            log.write(record)


def _speaks_of_addresses(device: PlannedDevice) -> bool:
    """Return whether a line of a device's change may set an address; reading a whole device takes its time."""
    return any("address" in edit.line for edit in device.there.edits)


def _given(device: PlannedDevice) -> tuple[str, ...]:
    before, after = (_carried(device, text) for text in (device.there.running, device.there.standing))
    return tuple(sorted(after - before))


def _carried(device: PlannedDevice, text: str) -> frozenset[str]:
    found = VENDORS[device.reach.platform].read(device.name, text).device
    return frozenset(
        f"{format_address(item.family, item.value)}/{item.length}"
        for interface in found.interfaces
        for item in interface.addresses
    )


def _due(rollout: RolloutState, name: str, addresses: tuple[str, ...]) -> Iterator[OfAddresses]:
    """Yield what is to be written of a device's addresses, in order."""
    known, device = rollout.addresses.get(name), rollout.devices[name]
    use = AddressUse.FREE if known is None else known.use
    is_clear = device.is_settled and not device.is_touched
    if device.stage in IN_FORCE:
        if use is AddressUse.FREE:
            yield Reserved(at=utc_now(), device=name, addresses=addresses)
        if use is not AddressUse.ACTIVE:
            yield Activated(at=utc_now(), device=name)
    elif is_clear and (rollout.aim is Aim.BACK or device.stage is Stage.WENT_BACK):
        if use is not AddressUse.FREE:
            yield Released(at=utc_now(), device=name)
    elif use is AddressUse.FREE and rollout.aim is Aim.FORWARD:
        yield Reserved(at=utc_now(), device=name, addresses=addresses)
