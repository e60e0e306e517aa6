"""The LANs that attachments need.

The one idea: a LAN's pool follows from what the attachment is (its class and purpose) and where it stands (root block
and level); its size from the declared hosts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from intents.prefix import Family
from intents.registry import AdministrativeUnit, Attachment, LegalService, OutsideNetwork, Registry, Tier
from ipam.address_plan import DedicatedClass, Pool, PoolUse
from ipam.inventory import families_at
from ipam.keys import LanKey, OrganisationParty, OutsideKey, OutsideParty, Party, SystemParty
from ipam.pool_choice import Choice, LanQuestion
from ipam.requests import EntryAttributes, PrefixRequest, Requests

FRAME = 3
"""Addresses of an IPv4 LAN that no host gets: the network, the broadcast and our interface."""


def request_lan(attachment: Attachment, requests: Requests) -> None:
    """Add the LAN prefixes of an attachment; an outside network's own prefixes and the link towards it."""
    if attachment.outside is not None:
        network = requests.registry.outside_networks.get(attachment.outside)
        if network is not None:
            _request_outside(attachment, network, requests)
        return
    spoken = sorted(families_at(requests.inventory, attachment.name))
    choices = {family: requests.pools.lan(_question(attachment, family, requests)) for family in spoken}
    unit = _unit(attachment, requests)
    if unit is None or not any(choice.pools for choice in choices.values()):
        _miss(attachment, unit, spoken, requests)
    elif _lacks_ipv4(choices, requests):
        _miss(attachment, unit, (Family.V4,), requests)
    for family, choice in choices.items():
        if choice.pools or choice.kept:
            requests.prefixes.append(_lan(attachment, family, choice if unit else _staying(choice), requests))


def lan_attributes(attachment: Attachment, requests: Requests) -> EntryAttributes:
    """Return what the entry of an attachment's prefix says beside it (D04)."""
    party, organisation = _party(attachment, requests.registry)
    site = requests.registry.sites.get(attachment.site)
    return EntryAttributes(
        party=party,
        organisation=organisation,
        purpose=attachment.purpose,
        level=site.level if site is not None else 0,
        unit=site.unit if site is not None else "",
        registration_ref=attachment.decision_ref or attachment.request_ref,
    )


def _party(attachment: Attachment, registry: Registry) -> tuple[Party, str]:
    """Return whose the traffic of an attachment is, and the organisation that answers for it ("" for an outside network)."""
    if attachment.system is not None:
        system = registry.systems.get(attachment.system)
        return SystemParty(attachment.system), str(system.owner) if system is not None else ""
    if attachment.outside is not None:
        return OutsideParty(attachment.outside), ""
    if attachment.organisation is None:
        raise ValueError(f"attachment {attachment.name} is nobody's")
    return OrganisationParty(attachment.organisation), str(attachment.organisation)


def lan_length(hosts: int, headroom: int, slot: int) -> int:
    """Return the length of the IPv4 prefix for `hosts` with `headroom` percent more, not longer than the slot."""
    needed = -(-hosts * (100 + headroom) // 100) + FRAME
    return min(slot, Family.V4.bits - (needed - 1).bit_length())


def _lan(attachment: Attachment, family: Family, choice: Choice, requests: Requests) -> PrefixRequest:
    slots = [pool.slot for pool in choice.pools] or [family.bits]
    length, fits = slots[0], family.bits
    if family is Family.V4:
        length = lan_length(attachment.hosts, requests.headroom, slots[0])
        fits = lan_length(attachment.hosts, 0, family.bits)  # headroom may be used up before a LAN has to move
    slot, first_other = _slot(attachment, choice.pools, requests)
    return PrefixRequest(
        key=LanKey(attachment.name),
        family=family,
        choice=choice,
        length=length,
        fits=fits,
        slot=slot,
        first_other=first_other,
        attributes=lan_attributes(attachment, requests),
        where=attachment.where,
    )


def _slot(attachment: Attachment, pools: tuple[Pool, ...], requests: Requests) -> tuple[int | None, int]:
    """Return the preferred slot of a commune's LAN and the first slot beyond all communes; (None, 0) elsewhere."""
    unit = _unit(attachment, requests)
    if not pools or pools[0].dedicated is None or pools[0].dedicated.tier is not Tier.COMMUNE or unit is None:
        return None, 0
    communes = requests.communes.get(unit.root_block, {})
    return communes.get(unit.key), len(communes)


def _question(attachment: Attachment, family: Family, requests: Requests) -> LanQuestion:
    site = requests.registry.sites.get(attachment.site)
    unit = _unit(attachment, requests)
    return LanQuestion(
        family=family,
        purpose=attachment.purpose,
        root_block=unit.root_block if unit is not None else "",
        level=site.level if site is not None else 0,
        member_of=class_of(attachment, requests.registry),
        public=attachment.legal_service is LegalService.DEDICATED_INTERNET,
    )


def class_of(attachment: Attachment, registry: Registry) -> DedicatedClass | None:
    """Return the class that an attachment of an organisation is a member of; systems and outside networks are in none."""
    organisation = registry.organisations.get(attachment.organisation) if attachment.organisation else None
    if organisation is None:
        return None
    return DedicatedClass(category=organisation.category, tier=organisation.tier, purpose=attachment.purpose)


def _unit(attachment: Attachment, requests: Requests) -> AdministrativeUnit | None:
    site = requests.registry.sites.get(attachment.site)
    return requests.registry.units.get(site.unit) if site is not None else None


def _staying(choice: Choice) -> Choice:
    """Return the choice of a LAN whose unit doesn't exist today: what it has stays, nothing new."""
    return Choice(kept=choice.kept)


def _lacks_ipv4(choices: Mapping[Family, Choice], requests: Requests) -> bool:
    """Return whether a LAN would have IPv6 alone where others have IPv4, and nobody says that it is meant so.

    Without IPv6 it would be a matter of D13, which is warned of.
    """
    others = requests.pools.has(PoolUse.LAN, Family.V4)
    return others and not choices[Family.V4].pools and not any(pool.alone for pool in choices[Family.V6].pools)


def _miss(
    attachment: Attachment, unit: AdministrativeUnit | None, families: Sequence[Family], requests: Requests
) -> None:
    key = LanKey(attachment.name)
    if unit is None:
        requests.lose(lan_attributes(attachment, requests).unit or "-", key, attachment.where)
    else:
        requests.miss((PoolUse.LAN, attachment.purpose, unit.root_block, _in_words(families)), key, attachment.where)


def _in_words(families: Sequence[Family]) -> str:
    return ", ".join(f"IPv{family.value}" for family in families)


def _request_outside(attachment: Attachment, network: OutsideNetwork, requests: Requests) -> None:
    attributes = lan_attributes(attachment, requests)
    spoken = families_at(requests.inventory, attachment.name)
    for number, prefix in enumerate(network.prefixes):
        if prefix.family not in spoken:
            continue
        requests.prefixes.append(
            PrefixRequest(
                key=OutsideKey(attachment.name, number),
                family=prefix.family,
                fixed=prefix,
                attributes=attributes,
                where=network.where,
            )
        )
    unit = _unit(attachment, requests)
    families = sorted({prefix.family for prefix in network.prefixes} & spoken)
    blocks = (unit.root_block if unit else "",)
    requests.pair(LanKey(attachment.name), attributes, blocks, attachment.where, families, every=True)
