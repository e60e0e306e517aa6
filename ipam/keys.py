"""What an entry of the address plan is for, as a value: keys of prefixes and numbers, scopes of numbers, and parties.

The one idea: a key says by its kind what it names, and its text is made and cut here and nowhere else. A name has no `/` in
it, an interface may have, so it comes last: no text can be cut in two ways, and what is no key is never half understood.
"""

from __future__ import annotations

from dataclasses import dataclass

from intents.registry import AttachmentName, OrganisationName, OutsideName, PurposeName, SystemName


class _Told:
    """What is shown as its text, and sorted as texts are: in the order of a lockfile's lines."""

    __slots__ = ()

    def __lt__(self, other: _Told) -> bool:
        return str(self) < str(other)


def _check(*names: str) -> None:
    """ValueError for a name that would be cut elsewhere when it is read back."""
    for name in names:
        if not name or "/" in name:
            raise ValueError(f"not a name in a key: {name!r}")


@dataclass(frozen=True, slots=True)
class AttachmentOwner(_Told):
    """An attachment whose VRF, AS number or sub-interface on a channel something is."""

    attachment: AttachmentName

    def __post_init__(self) -> None:
        _check(self.attachment)

    def __str__(self) -> str:
        return f"attachment/{self.attachment}"


@dataclass(frozen=True, slots=True)
class PurposeOwner(_Told):
    """A purpose whose VRF or sub-interface on a channel something is."""

    purpose: PurposeName

    def __post_init__(self) -> None:
        _check(self.purpose)

    def __str__(self) -> str:
        return f"purpose/{self.purpose}"


@dataclass(frozen=True, slots=True)
class PurposeOnDevice(_Told):
    """The VRF of a purpose on one device, where it presents an AS number of its own: on an edge, or a CPE's management VRF."""

    purpose: PurposeName
    device: str

    def __post_init__(self) -> None:
        _check(self.purpose, self.device)

    def __str__(self) -> str:
        return f"purpose/{self.purpose}/{self.device}"


@dataclass(frozen=True, slots=True)
class DeviceOwner(_Told):
    """A device with its AS number."""

    device: str

    def __post_init__(self) -> None:
        _check(self.device)

    def __str__(self) -> str:
        return f"device/{self.device}"


Owner = AttachmentOwner | PurposeOwner
"""Whose a VRF is, and every interface in it."""


@dataclass(frozen=True, slots=True)
class LanKey(_Told):
    """The LAN of an attachment; of an outside network's: the link towards it."""

    attachment: AttachmentName

    def __post_init__(self) -> None:
        _check(self.attachment)

    def __str__(self) -> str:
        return f"lan/{self.attachment}"


@dataclass(frozen=True, slots=True)
class LinkKey(_Told):
    """A pair of sub-interfaces on a channel: it serves an attachment's VRF, or joins a purpose's VRFs of both ends."""

    channel: str
    owner: Owner

    def __post_init__(self) -> None:
        _check(self.channel)

    def __str__(self) -> str:
        return f"link/{self.channel}/{self.owner}"


@dataclass(frozen=True, slots=True)
class LoopbackKey(_Told):
    """A device's own address."""

    device: str

    def __post_init__(self) -> None:
        _check(self.device)

    def __str__(self) -> str:
        return f"loopback/{self.device}"


@dataclass(frozen=True, slots=True)
class OutsideKey(_Told):
    """A prefix behind an outside network's attachment, numbered from 0 as they are written."""

    attachment: AttachmentName
    number: int

    def __post_init__(self) -> None:
        _check(self.attachment)
        if self.number < 0:
            raise ValueError(f"not the number of an outside prefix: {self.number}")

    def __str__(self) -> str:
        return f"outside/{self.attachment}/{self.number}"


PrefixKey = LanKey | LinkKey | LoopbackKey | OutsideKey
"""What a prefix is for."""
NumberKey = AttachmentOwner | PurposeOwner | PurposeOnDevice | DeviceOwner | LanKey | LinkKey
"""What a number is for: a VRF or AS number has an owner, a VLAN tag is of a LAN or a link."""


@dataclass(frozen=True, slots=True)
class ProvinceScope(_Told):
    """All of the network: VRF and AS numbers are unique in it."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class LanScope(_Told):
    """A port of a device on which LANs have tags."""

    device: str
    interface: str

    def __post_init__(self) -> None:
        _check(self.device)
        if not self.interface:
            raise ValueError("a scope of tags on no interface")

    def __str__(self) -> str:
        return f"lan/{self.device}/{self.interface}"


@dataclass(frozen=True, slots=True)
class ChannelScope(_Told):
    """A channel on which links have tags."""

    channel: str

    def __post_init__(self) -> None:
        _check(self.channel)

    def __str__(self) -> str:
        return f"channel/{self.channel}"


Scope = ProvinceScope | LanScope | ChannelScope
"""Where a number is unique."""
PROVINCE = ProvinceScope()


@dataclass(frozen=True, slots=True)
class OrganisationParty(_Told):
    """An organisation whose traffic a prefix carries."""

    organisation: OrganisationName

    def __post_init__(self) -> None:
        _check(self.organisation)

    def __str__(self) -> str:
        return f"organisation/{self.organisation}"


@dataclass(frozen=True, slots=True)
class SystemParty(_Told):
    """An information system whose traffic a prefix carries."""

    system: SystemName

    def __post_init__(self) -> None:
        _check(self.system)

    def __str__(self) -> str:
        return f"system/{self.system}"


@dataclass(frozen=True, slots=True)
class OutsideParty(_Told):
    """An outside network whose traffic a prefix carries."""

    outside: OutsideName

    def __post_init__(self) -> None:
        _check(self.outside)

    def __str__(self) -> str:
        return f"outside/{self.outside}"


@dataclass(frozen=True, slots=True)
class NoParty(_Told):
    """Nobody in particular: links and loopbacks are infrastructure."""

    def __str__(self) -> str:
        return ""


Party = OrganisationParty | SystemParty | OutsideParty | NoParty
"""Whose traffic a prefix carries."""
INFRASTRUCTURE = NoParty()


def parse_prefix_key(text: str) -> PrefixKey:
    """Return the key of a prefix that a text says; ValueError if it says none."""
    match text.split("/"):
        case ["lan", name]:
            return LanKey(AttachmentName(name))
        case ["link", channel, *whose]:
            return LinkKey(channel, _owner(whose))
        case ["loopback", device]:
            return LoopbackKey(device)
        case ["outside", name, number] if _is_number(number):
            return OutsideKey(AttachmentName(name), int(number))
        case _:
            raise ValueError(f"no key of a prefix: {text!r}")


def parse_number_key(text: str) -> NumberKey:
    """Return the key of a number that a text says; ValueError if it says none."""
    match text.split("/"):
        case ["device", device]:
            return DeviceOwner(device)
        case ["purpose", purpose, device]:
            return PurposeOnDevice(PurposeName(purpose), device)
        case ["attachment" | "purpose", _] as whose:
            return _owner(whose)
        case _:
            key = parse_prefix_key(text)
            if isinstance(key, LanKey | LinkKey):
                return key
            raise ValueError(f"no key of a number: {text!r}")


def parse_scope(text: str) -> Scope:
    """Return the scope of a number that a text says; ValueError if it says none."""
    match text.split("/", 2):
        case [""]:
            return PROVINCE
        case ["lan", device, interface]:
            return LanScope(device, interface)
        case ["channel", channel]:
            return ChannelScope(channel)
        case _:
            raise ValueError(f"no scope of a number: {text!r}")


def parse_party(text: str) -> Party:
    """Return the party that a text says; ValueError if it says none."""
    match text.split("/"):
        case [""]:
            return INFRASTRUCTURE
        case ["organisation", name]:
            return OrganisationParty(OrganisationName(name))
        case ["system", name]:
            return SystemParty(SystemName(name))
        case ["outside", name]:
            return OutsideParty(OutsideName(name))
        case _:
            raise ValueError(f"no party: {text!r}")


def _owner(words: list[str]) -> Owner:
    match words:
        case ["attachment", name]:
            return AttachmentOwner(AttachmentName(name))
        case ["purpose", name]:
            return PurposeOwner(PurposeName(name))
        case _:
            raise ValueError(f"no owner: {'/'.join(words)!r}")


def _is_number(text: str) -> bool:
    """Return whether a text is a whole number as we write it; ValueError for one that is longer than any."""
    return text.isascii() and text.isdigit() and str(int(text)) == text
