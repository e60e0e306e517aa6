"""What a workspace fixes once for all of its network: shares, days, numbers, pools and the management plane.

The one idea: plain checked values, without a meaning of their own; a `PoolSpec` says what settings.yaml says and becomes a
pool in the room that knows addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from intents.approval import ApprovalSettings
from intents.finding import Where
from intents.prefix import Address, Prefix
from intents.registry import Category, OrganisationName, PurposeName, Tier

STORES = ("lockfile", "netbox")
"""Where an address plan may be kept."""
POOL_USES = ("root", "lan", "link", "loopback")


@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedSpec:
    """The class of organisations a pool is dedicated to; its purpose is the pool's."""

    category: Category
    tier: Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """One pool as written; `use` is one of POOL_USES; `purpose` is set for LAN pools only, `dedicated` for some of them;
    `slot` is a prefix length (a root pool that gives no slot has its own length); `owner` is an ownership domain or "";
    `alone`: that its LANs have no address of the other family is meant."""

    name: str
    use: str
    prefix: Prefix
    root_block: str
    slot: int
    purpose: PurposeName | None = None
    dedicated: DedicatedSpec | None = None
    level: int = 0
    owner: str = ""
    alone: bool = False
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A root block as the Central Post Department gave it: to one of the workspace's root blocks, or (`to`) to somebody else."""

    prefix: Prefix
    root_block: str
    to: str
    decision_ref: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretNames:
    """Names under which a device's secrets are kept in the secret store; never a secret itself."""

    tacacs: str
    snmp_auth: str
    snmp_priv: str
    ntp: str
    enable: str
    admin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementSettings:
    """The management plane of every device; `login_from` are the organisations (in purpose management) that may log in;
    `controllers`, `break_glass`: hosts of theirs from which devices are changed, and those for when these fail; `places` are
    where its fields are written."""

    domain_name: str
    ntp_servers: tuple[Address, ...]
    syslog_servers: tuple[Address, ...]
    tacacs_servers: tuple[Address, ...]
    snmp_servers: tuple[Address, ...]
    timezone: str
    banner: str
    login_from: tuple[OrganisationName, ...]
    secrets: SecretNames
    controllers: tuple[Address, ...] = ()
    break_glass: tuple[Address, ...] = ()
    places: Mapping[str, Where] = field(default_factory=dict)

    @property
    def hosts(self) -> tuple[Address, ...]:
        """The hosts that must always get into every device, () for any management station's."""
        return (*self.controllers, *self.break_glass) if self.controllers else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """settings.yaml: `default_on` stands for today where given; percents are of declared hosts and of a pool's addresses;
    `batfish` is HOST[:PORT] of the second judge, "" for none; `approval`: how many approve a change, None: nothing can be
    approved. `granted`: which root blocks were given, and to whom. `store` is one of STORES; `netbox` is the address of the
    NetBox that is meant, "" for none; `quality_ref` names the paper with the quality target of all services."""

    province: str
    default_on: date | None
    headroom_percent: int
    reserve_warning_percent: int
    quarantine_days: int
    route_target_asn: int
    pools: tuple[PoolSpec, ...]
    management: ManagementSettings
    granted: tuple[Grant, ...] = ()
    batfish: str = ""
    store: str = STORES[0]
    netbox: str = ""
    approval: ApprovalSettings | None = None
    quality_ref: str = ""
    where: Where
