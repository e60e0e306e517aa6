"""What a key of a session is, so that both ends can be compared, without keeping the key.

Turns a key as a platform writes it into a mark: equal marks, equal keys. The one idea: what is only veiled is unveiled (type 7 of
IOS, `$9$` of Junos), for two veils of one key look different; what no text shows (a key that the device itself encrypts, a hidden
one, a reference to where it is kept) has a mark of its own, which is compared with nothing (RFC-SESS-08).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from routing.model import KEY_NOT_SHOWN, Device
from routing.vendors.secrets import HIDDEN, is_reference

_VEIL7 = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_TYPE7 = re.compile(r"(\d\d)((?:[0-9A-Fa-f]{2})+)")
_LAST_SALT = 15

_FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
_ALPHABET = "".join(_FAMILIES)
_PADDING = {letter: 3 - number for number, family in enumerate(_FAMILIES) for letter in family}
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))
_VEILED = "$9$"
_ENCRYPTED = "$8$"
_ANY_LENGTH = 1 << 16


def ios_key(kind: str | None, text: str, longest: int = _ANY_LENGTH) -> str:
    """Return the mark of a key of IOS, of a type ("0", "7") or without one; one that is longer is refused or cut."""
    match kind:
        case None | "0":
            return _mark(text, longest)
        case "7":
            return _mark(_unveiled7(text), longest)
        case _:
            return KEY_NOT_SHOWN


def junos_key(text: str, longest: int = _ANY_LENGTH) -> str:
    """Return the mark of a key of Junos; one that is longer is refused."""
    if text.startswith(_ENCRYPTED):
        return KEY_NOT_SHOWN
    return _mark(_unveiled9(text.removeprefix(_VEILED)) if text.startswith(_VEILED) else text, longest)


def unveiled(text: str) -> str | None:
    """Return the key that a text of type 7, or `$9$`, veils; None if it veils none that is known."""
    return _unveiled9(text.removeprefix(_VEILED)) if text.startswith(_VEILED) else _unveiled7(text)


def has_keys(device: Device) -> bool:
    """Return whether anything of a device has a mark of a key."""
    return any(neighbor.guards for instance in device.bgp for neighbor in instance.neighbors) or any(
        item.authentication for process in device.ospf for item in process.interfaces
    )


def with_marks(device: Device, other: Device) -> Device:
    """Return a device that was read from a text without its keys, with the marks of the same device read with them."""
    guards = {
        (instance.vrf, near.family, near.address): near.guards for instance in other.bgp for near in instance.neighbors
    }
    said = {(one.vrf, one.family, item.name): item.authentication for one in other.ospf for item in one.interfaces}
    return replace(
        device,
        bgp=tuple(
            replace(
                one,
                neighbors=tuple(
                    replace(near, guards=guards.get((one.vrf, near.family, near.address), near.guards))
                    for near in one.neighbors
                ),
            )
            for one in device.bgp
        ),
        ospf=tuple(
            replace(
                one,
                interfaces=tuple(
                    replace(item, authentication=said.get((one.vrf, one.family, item.name), item.authentication))
                    for item in one.interfaces
                ),
            )
            for one in device.ospf
        ),
    )


def _mark(key: str | None, longest: int) -> str:
    """Return what stands for a key (None: not known): nobody reads the key off it at a glance."""
    if not key or is_reference(key) or HIDDEN in key or len(key) > longest:
        return KEY_NOT_SHOWN
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:16]


def _unveiled7(text: str) -> str | None:
    found = _TYPE7.fullmatch(text)
    if found is None or int(found[1]) > _LAST_SALT:
        return None
    salt, veiled = int(found[1]), bytes.fromhex(found[2])
    return _printable(byte ^ _VEIL7[(salt + place) % len(_VEIL7)] for place, byte in enumerate(veiled))


def _unveiled9(text: str) -> str | None:
    if not text or not set(text) <= set(_ALPHABET):
        return None
    before, rest = text[0], text[1 + _PADDING[text[0]] :]
    found: list[int] = []
    while rest:
        weights = _WEIGHTS[len(found) % len(_WEIGHTS)]
        letters, rest = rest[: len(weights)], rest[len(weights) :]
        if len(letters) < len(weights):
            return None
        found.append(sum(gap * weight for gap, weight in zip(_gaps(before + letters), weights, strict=True)))
        before = letters[-1]
    return _printable(value % 256 for value in found)


def _gaps(letters: str) -> Iterator[int]:
    """Yield how far each letter is behind the one before it."""
    places = [_ALPHABET.index(letter) for letter in letters]
    return ((other - one) % len(_ALPHABET) - 1 for one, other in pairwise(places))


def _printable(values: Iterable[int]) -> str | None:
    found = bytes(values)
    return found.decode("ascii") if all(0x20 < byte < 0x7F for byte in found) else None
