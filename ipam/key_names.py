"""Keys, scopes and parties of the address plan, and the names in them.

The one idea: whoever wants to see or change names gives a function from a name, and what it is a name of, to a name; where names
stand in a key is said once, here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from intents.reader.parser_context import NameKind
from intents.registry import AttachmentName, OrganisationName, OutsideName, PurposeName, SystemName
from ipam.keys import (
    AttachmentOwner,
    ChannelScope,
    DeviceOwner,
    LanKey,
    LanScope,
    LinkKey,
    LoopbackKey,
    NoParty,
    NumberKey,
    OrganisationParty,
    OutsideKey,
    OutsideParty,
    Owner,
    Party,
    PrefixKey,
    ProvinceScope,
    PurposeOnDevice,
    PurposeOwner,
    Scope,
    SystemParty,
)

Naming = Callable[[NameKind, str], str]
"""A name of a kind -> the name to put in its place."""


def name_prefix_key(key: PrefixKey, naming: Naming) -> PrefixKey:
    """Return the key of a prefix with other names in it."""
    match key:
        case LanKey() | LinkKey():
            return _vlan_key(key, naming)
        case LoopbackKey(device):
            return LoopbackKey(naming(NameKind.DEVICE, device))
        case OutsideKey(attachment, number):
            return OutsideKey(AttachmentName(naming(NameKind.ATTACHMENT, attachment)), number)
        case _:
            assert_never(key)


def name_number_key(key: NumberKey, naming: Naming) -> NumberKey:
    """Return the key of a number with other names in it."""
    match key:
        case AttachmentOwner() | PurposeOwner():
            return _owner(key, naming)
        case PurposeOnDevice(purpose, device):
            return PurposeOnDevice(PurposeName(naming(NameKind.PURPOSE, purpose)), naming(NameKind.DEVICE, device))
        case DeviceOwner(device):
            return DeviceOwner(naming(NameKind.DEVICE, device))
        case LanKey() | LinkKey():
            return _vlan_key(key, naming)
        case _:
            assert_never(key)


def _vlan_key(key: LanKey | LinkKey, naming: Naming) -> LanKey | LinkKey:
    match key:
        case LanKey(attachment):
            return LanKey(AttachmentName(naming(NameKind.ATTACHMENT, attachment)))
        case LinkKey(channel, owner):
            return LinkKey(naming(NameKind.CHANNEL, channel), _owner(owner, naming))
        case _:
            assert_never(key)


def _owner(owner: Owner, naming: Naming) -> Owner:
    match owner:
        case AttachmentOwner(attachment):
            return AttachmentOwner(AttachmentName(naming(NameKind.ATTACHMENT, attachment)))
        case PurposeOwner(purpose):
            return PurposeOwner(PurposeName(naming(NameKind.PURPOSE, purpose)))
        case _:
            assert_never(owner)


def name_scope(scope: Scope, naming: Naming) -> Scope:
    """Return a scope with another name of its device or channel."""
    match scope:
        case ProvinceScope():
            return scope
        case LanScope(device, interface):
            return LanScope(naming(NameKind.DEVICE, device), interface)
        case ChannelScope(channel):
            return ChannelScope(naming(NameKind.CHANNEL, channel))
        case _:
            assert_never(scope)


def name_party(party: Party, naming: Naming) -> Party:
    """Return a party with another name."""
    match party:
        case OrganisationParty(organisation):
            return OrganisationParty(OrganisationName(naming(NameKind.ORGANISATION, organisation)))
        case SystemParty(system):
            return SystemParty(SystemName(naming(NameKind.SYSTEM, system)))
        case OutsideParty(outside):
            return OutsideParty(OutsideName(naming(NameKind.OUTSIDE_NETWORK, outside)))
        case NoParty():
            return party
        case _:
            assert_never(party)
