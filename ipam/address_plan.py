"""Who has which prefix, VLAN, VRF, RD, RT and ASN.

The one idea: a flat list of entries, each naming what it is for by a stable key, so that a plan diffs line by line and
everything derived (VRF names, RDs, route targets) is a pure function of a number in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from intents.prefix import Family, Prefix
from intents.registry import Category, Tier
from ipam.keys import (
    INFRASTRUCTURE,
    AttachmentOwner,
    ChannelScope,
    DeviceOwner,
    LanKey,
    LanScope,
    LinkKey,
    NumberKey,
    Party,
    PrefixKey,
    ProvinceScope,
    PurposeOnDevice,
    PurposeOwner,
    Scope,
)


class EntryState(StrEnum):
    RESERVED = "reserved"
    ACTIVE = "active"
    QUARANTINED = "quarantined"


class PoolUse(StrEnum):
    ROOT = "root"
    LAN = "lan"
    LINK = "link"
    LOOPBACK = "loopback"
    """Also the address of a device in the management VRF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedClass:
    """The class of organisations that a pool is dedicated to."""

    category: Category
    tier: Tier
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A block that things are allocated from.

    `root_block` is the inherited block it lies in; `slot` the prefix length given out (IPv4 LAN pools: the smallest; a bigger
    LAN takes an aligned run); `dedicated` the class that it stands for, `purpose` the purpose it serves ("" for infrastructure);
    `level` the access level. A pool without `dedicated` serves everything else of its use and purpose. `alone` (of the settings,
    not kept): what has a LAN here is meant to have none of the other family.
    """

    name: str
    use: PoolUse
    prefix: Prefix
    root_block: str
    slot: int
    purpose: str = ""
    dedicated: DedicatedClass | None = None
    level: int = 0
    owner: str = ""
    alone: bool = field(default=False, compare=False)


class NumberKind(StrEnum):
    VRF = "vrf"
    """Numbers VRFs province-wide, 1..65535; VRF name, RD and RT derive from it."""
    VLAN = "vlan"
    """802.1Q tags of LANs on a port and of links on a channel, from 100 up to 4094."""
    ASN = "asn"
    """32-bit private AS numbers (4200000000..4294967294, RFC 6996), unique in the province."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixEntry:
    """One prefix in use. A key has at most one entry a family, that of a prefix behind an outside network one in all (pool "").

    Attributes of D04: pool, organisation, purpose, level, unit, registration reference, dates.
    """

    key: PrefixKey
    prefix: Prefix
    pool: str
    state: EntryState
    since: date
    until: date | None = None
    party: Party = INFRASTRUCTURE
    organisation: str = ""
    purpose: str = ""
    level: int = 0
    unit: str = ""
    registration_ref: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEntry:
    """One number in use, unique among entries of the same kind and scope that are not released.

    ValueError for a key or scope that such a number has not.
    """

    kind: NumberKind
    scope: Scope
    key: NumberKey
    value: int
    state: EntryState
    since: date
    until: date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not fits(self.kind, self.scope, self.key):
            raise ValueError(f"no {self.kind} is of {self.key} in scope {self.scope}")


def fits(kind: NumberKind, scope: Scope, key: NumberKey) -> bool:
    """Return whether a number of a kind is unique in such a scope and given to such a thing."""
    match kind, scope, key:
        case NumberKind.VRF, ProvinceScope(), AttachmentOwner() | PurposeOwner():
            return True
        case NumberKind.ASN, ProvinceScope(), AttachmentOwner() | PurposeOnDevice() | DeviceOwner():
            return True
        case NumberKind.VLAN, LanScope(), LanKey():
            return True
        case NumberKind.VLAN, ChannelScope(channel), LinkKey(of_channel):
            return channel == of_channel
        case _:
            return False


def prefix_order(entry: PrefixEntry) -> tuple[object, ...]:
    """Return the sorting key of a prefix entry: key, family, prefix."""
    return (str(entry.key), entry.prefix, entry.state)


def number_order(entry: NumberEntry) -> tuple[str, str, str]:
    """Return the sorting key of a number entry: kind, scope, key."""
    return (entry.kind, str(entry.scope), str(entry.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPlan:
    """Pools, prefix entries and number entries, each sorted (by name; by key, family, prefix; by kind, scope, key)."""

    pools: tuple[Pool, ...] = ()
    prefixes: tuple[PrefixEntry, ...] = ()
    numbers: tuple[NumberEntry, ...] = ()

    def active(self, key: PrefixKey | None) -> Mapping[Family, Prefix]:
        """Return the active prefix of a key in each family that has one; nothing for what no entry is of."""
        return {
            entry.prefix.family: entry.prefix
            for entry in self.prefixes
            if entry.key == key and entry.state is EntryState.ACTIVE
        }
