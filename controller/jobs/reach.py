"""A workspace and names of devices -> how each of them is reached.

The one idea: what a workspace already says of a device is not written a second time: which devices are ours and their platforms
stand in devices.csv, their management addresses in the lockfile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.fleet.credentials import CredentialReference, parse_reference
from controller.fleet.reach_table import REACH_FILE, KnownDevice, read_reach
from controller.fleet.readings import DeviceReach
from controller.jobs.pipeline import Wanted, store_of
from intents.finding import Finding, FindingsError, Where, make_finding, raise_errors
from intents.parser.equipment_names import declare_devices, read_device_table
from intents.prefix import Family, format_address
from intents.reader.parser_context import NameKind, ParserContext
from intents.reason import UnclearError
from ipam.address_plan import AddressPlan, EntryState
from ipam.inventory import rendered_devices
from ipam.keys import LoopbackKey


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReach:
    """What a command line says of reaching devices: names (none: all), another table, where credentials are kept."""

    devices: tuple[str, ...]
    table: Path | None
    credentials: str


def reach_of(wanted: Wanted, asked: WantedReach) -> tuple[tuple[DeviceReach, ...], tuple[Finding, ...]]:
    """Return how each device that is asked for is reached, by name, and warnings; FindingsError, OSError."""
    ours = {device.name: device for device in rendered_devices(wanted.inventory)}
    strangers = [make_finding("TR806", Where(), device=name) for name in asked.devices if name not in ours]
    if strangers:
        raise FindingsError(strangers)
    kept = store_of(wanted.folder).load()
    raise_errors(kept.findings)
    addresses = _loopbacks(kept.plan)
    known = {
        name: KnownDevice(platform=device.platform, address=addresses.get(name, "")) for name, device in ours.items()
    }
    folder, file = (wanted.folder, REACH_FILE) if asked.table is None else (Path(), str(asked.table))
    if asked.table is not None:
        asked.table.stat()
    declared = ParserContext()
    declare_devices(read_device_table(wanted.folder, declared), declared)
    reach, warnings = read_reach(folder, file, known, declared.declared[NameKind.DEVICE], _reference(asked.credentials))
    names = sorted(set(asked.devices) or ours)
    lost = [make_finding("TR866", Where(device=name), device=name) for name in names if name not in reach]
    raise_errors(lost)
    return tuple(reach[name] for name in names), warnings


def _reference(text: str) -> CredentialReference:
    try:
        return parse_reference(text)
    except UnclearError as error:
        raise FindingsError([make_finding("TR861", Where(), reason=error.reason)]) from error


def _loopbacks(plan: AddressPlan) -> dict[str, str]:
    """Return the management address of each device that has one, IPv4 if it has both."""
    found: dict[str, str] = {}
    for family in (Family.V6, Family.V4):
        for entry in plan.prefixes:
            if not isinstance(entry.key, LoopbackKey) or entry.state is EntryState.QUARANTINED:
                continue
            if entry.prefix.family is family:
                found[entry.key.device] = format_address(family, entry.prefix.network)
    return found
