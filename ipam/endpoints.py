"""Endpoints of a policy into prefixes: the only place where an endpoint gets addresses, for who builds and who judges.

The one idea: a class is its dedicated pools, whole (free, quarantined and future space included); everybody else is the
prefixes of their own active entries.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import TypeVar, assert_never

from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    SystemEndpoint,
)
from intents.prefix import Family, Prefix
from intents.registry import AttachmentName, OrganisationName
from ipam.address_plan import AddressPlan, EntryState, PoolUse, PrefixEntry
from ipam.keys import LanKey, OrganisationParty, OutsideKey, OutsideParty, Party, SystemParty

Key = TypeVar("Key")
Prefixes = tuple[Prefix, ...]
_Whose = tuple[Party, str, Family]
"""Party, purpose ("" for systems, which have one only) and family."""


class Resolver:
    """The addresses of every endpoint under one plan; all answers are sorted, and made once."""

    def __init__(self, plan: AddressPlan) -> None:
        active = [entry for entry in plan.prefixes if entry.state is EntryState.ACTIVE]
        lans = [(entry.key.attachment, entry) for entry in active if isinstance(entry.key, LanKey)]
        self._classes = _collect(
            ((*astuple(pool.dedicated), pool.prefix.family), pool.prefix)
            for pool in plan.pools
            if pool.dedicated is not None
        )
        self._lans = _collect((_whose(entry), entry.prefix) for _, entry in lans)
        self._outside = _collect(
            ((entry.party, entry.prefix.family), entry.prefix) for entry in active if isinstance(entry.key, OutsideKey)
        )
        self._attachments = {
            family: {name: entry.prefix for name, entry in lans if entry.prefix.family is family} for family in Family
        }
        self._starts = {
            family: sorted((prefix, name) for name, prefix in found.items())
            for family, found in self._attachments.items()
        }
        self._loopbacks = _of_use(plan, PoolUse.LOOPBACK)
        self._infrastructure = _of_use(plan, PoolUse.LINK, PoolUse.LOOPBACK)

    def prefixes(self, endpoint: Endpoint, family: Family) -> Prefixes:
        """Return what an endpoint stands for, without regard to its exceptions; () if it has nothing in the family."""
        match endpoint:
            case ClassEndpoint():
                return self._classes.get((endpoint.category, endpoint.tier, endpoint.purpose, family), ())
            case OrganisationEndpoint():
                return self._organisation(endpoint.organisation, endpoint.purpose, family)
            case SystemEndpoint():
                return self._lans.get((SystemParty(endpoint.system), "", family), ())
            case OutsideEndpoint():
                return self._outside.get((OutsideParty(endpoint.outside), family), ())
            case DevicesEndpoint():
                return self._loopbacks.get(family, ())
            case _:
                assert_never(endpoint)

    def excluded(self, endpoint: Endpoint, family: Family) -> Prefixes:
        """Return the parts of `prefixes(endpoint, family)` that it does not mean: LANs of excluded organisations."""
        if not isinstance(endpoint, ClassEndpoint) or not endpoint.excluding:
            return ()
        pools = self.prefixes(endpoint, family)
        found = {
            lan
            for name in endpoint.excluding
            for lan in self._organisation(name, endpoint.purpose, family)
            if any(pool.covers(lan) for pool in pools)
        }
        return tuple(sorted(found))

    def members(self, endpoint: Endpoint, family: Family) -> Mapping[OrganisationName, Prefixes]:
        """Return the LANs of today's organisations inside an endpoint, by name, excluded ones left out.

        This is what a rule inside one organisation (`same_organisation`) is about: each with itself.
        """
        match endpoint:
            case ClassEndpoint():
                return self._members(endpoint, family)
            case OrganisationEndpoint():
                lans = self.prefixes(endpoint, family)
                return {endpoint.organisation: lans} if lans else {}
            case SystemEndpoint() | OutsideEndpoint() | DevicesEndpoint():
                return {}
            case _:
                assert_never(endpoint)

    def lans(self, family: Family) -> Mapping[AttachmentName, Prefix]:
        """Return the active LAN of every attachment that has one (for an outside network: the link towards it)."""
        return self._attachments[family]

    def attachment_at(self, family: Family, address: int) -> AttachmentName | None:
        """Return the attachment in whose LAN an address lies, None if it lies in none."""
        starts = self._starts[family]
        place = bisect_right(starts, (Prefix(family, address, family.bits + 1), AttachmentName(""))) - 1
        if place >= 0 and starts[place][0].holds(address):
            return starts[place][1]
        return None

    def infrastructure(self, family: Family) -> Prefixes:
        """Return the pools of links and loopbacks: the addresses that routers have outside LANs."""
        return self._infrastructure.get(family, ())

    def _organisation(self, name: OrganisationName, purpose: str, family: Family) -> Prefixes:
        return self._lans.get((OrganisationParty(name), purpose, family), ())

    def _members(self, endpoint: ClassEndpoint, family: Family) -> dict[OrganisationName, Prefixes]:
        pools = self.prefixes(endpoint, family)
        found: dict[OrganisationName, Prefixes] = {}
        for (party, purpose, lan_family), prefixes in self._lans.items():
            if not isinstance(party, OrganisationParty) or purpose != endpoint.purpose or lan_family is not family:
                continue
            inside = tuple(lan for lan in prefixes if any(pool.covers(lan) for pool in pools))
            if inside and party.organisation not in endpoint.excluding:
                found[party.organisation] = inside
        return dict(sorted(found.items()))


def _collect(pairs: Iterable[tuple[Key, Prefix]]) -> dict[Key, Prefixes]:
    found: dict[Key, list[Prefix]] = {}
    for key, prefix in pairs:
        found.setdefault(key, []).append(prefix)
    return {key: tuple(sorted(prefixes)) for key, prefixes in found.items()}


def _of_use(plan: AddressPlan, *uses: PoolUse) -> dict[Family, Prefixes]:
    return _collect((pool.prefix.family, pool.prefix) for pool in plan.pools if pool.use in uses)


def _whose(entry: PrefixEntry) -> _Whose:
    purpose = "" if isinstance(entry.party, SystemParty) else entry.purpose
    return (entry.party, purpose, entry.prefix.family)
