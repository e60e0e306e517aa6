"""Who has which prefix, VLAN, VRF, RD, RT and ASN.

The one idea: a flat list of entries, each naming what it is for by a stable key, so that a plan diffs line by line and
everything derived (VRF names, RDs, route targets) is a pure function of a number in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intents.prefix import Family, Prefix
from intents.registry import Category, Tier


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
    `level` the access level. A pool without `dedicated` serves everything else of its use and purpose.
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


class NumberKind(StrEnum):
    VRF = "vrf"
    """Numbers VRFs province-wide (scope ""), 1..65535, keys `attachment/NAME` and `purpose/NAME`; VRF name, RD and RT derive
    from it."""
    VLAN = "vlan"
    """802.1Q tags: scope `lan/DEVICE/INTERFACE` with key `lan/ATTACHMENT`, or scope `channel/CHANNEL` with the key of the
    link prefix; from 100 up to 4094."""
    ASN = "asn"
    """32-bit private AS numbers (4200000000..4294967294, RFC 6996; scope ""): keys `device/NAME`, `attachment/NAME`, and
    `purpose/NAME/DEVICE` for a purpose VRF on an edge device, or the management VRF of a CPE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixEntry:
    """One prefix in use. Keys: `lan/ATTACHMENT`; `link/CHANNEL/attachment/NAME` and `link/CHANNEL/purpose/NAME` (the
    sub-interface pair on a channel that serves an attachment VRF, or joins two purpose VRFs); `loopback/DEVICE`;
    `outside/ATTACHMENT/N` (prefixes behind an outside network, N from 0, pool ""). A key has at most one entry a family,
    except `outside/…`, which has one.

    Attributes of D04: pool, organisation, purpose, level, unit, registration reference, dates.
    """

    key: str
    prefix: Prefix
    pool: str
    state: EntryState
    since: date
    until: date | None = None
    party: str = ""
    """Whose traffic it is: `organisation/NAME`, `system/NAME`, `outside/NAME`, or "" for infrastructure."""
    organisation: str = ""
    purpose: str = ""
    level: int = 0
    unit: str = ""
    registration_ref: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEntry:
    """One number in use, unique among entries of the same kind and scope that are not released."""

    kind: NumberKind
    scope: str
    key: str
    value: int
    state: EntryState
    since: date
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPlan:
    """Pools, prefix entries and number entries, each sorted (by name; by key, family, prefix; by kind, scope, key)."""

    pools: tuple[Pool, ...] = ()
    prefixes: tuple[PrefixEntry, ...] = ()
    numbers: tuple[NumberEntry, ...] = ()

    def active(self, key: str) -> Mapping[Family, Prefix]:
        """Return the active prefix of a key in each family that has one."""
        return {
            entry.prefix.family: entry.prefix
            for entry in self.prefixes
            if entry.key == key and entry.state is EntryState.ACTIVE
        }
