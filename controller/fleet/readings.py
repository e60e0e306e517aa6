"""What is known of a device before it is asked, and what becomes of asking it.

The one idea: whoever asks N devices gets N readings, each a text or a named reason why there is none; a device is never left out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from controller.fleet.credentials import CredentialReference
from intents.reason import Reason, because
from routing.vendors.device_tables import DeviceTables

KEY_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)
"""Types of host keys that can be pinned."""


class DeviceTransport(StrEnum):
    """How a device is talked to."""

    CLI = "cli"
    NETCONF = "netconf"


STANDARD_PORTS = {DeviceTransport.CLI: 22, DeviceTransport.NETCONF: 830}
"""RFC 4253 and RFC 6242."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKey:
    """The public key that a device is known by: its type and its base64 (RFC 4253, section 6.6). ValueError if it is none."""

    type: str
    base64: str

    def __post_init__(self) -> None:
        try:
            blob = base64.b64decode(self.base64, validate=True)
        except binascii.Error as error:
            raise ValueError("the key is no base64") from error
        name = self.type.encode()
        if self.type not in KEY_TYPES or blob[: 4 + len(name)] != len(name).to_bytes(4, "big") + name:
            raise ValueError("the key is not of its type")

    @property
    def fingerprint(self) -> str:
        """Return what `ssh-keygen -l` prints of the key."""
        digest = hashlib.sha256(base64.b64decode(self.base64)).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReach:
    """Where a device is, how it is talked to, and by which key it is known (None: nobody has written one down)."""

    device: str
    platform: str
    address: str
    port: int
    transport: DeviceTransport
    host_key: HostKey | None
    credentials: CredentialReference


class ReadingTrouble(StrEnum):
    """Why a device was not read; each is told by a code of its own."""

    KEY_DIFFERS = "key_differs"
    """The device shows another host key; no password was sent."""
    KEY_UNKNOWN = "key_unknown"
    """Nobody has written down its host key; it was not asked."""
    LOGIN = "login"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    DROPPED = "dropped"
    ANOTHER_NAME = "another_name"
    INCOMPLETE = "incomplete"
    UNEXPECTED = "unexpected"
    NOT_ASKED = "not_asked"
    """The run was interrupted before its turn came, or while it was asked."""
    FAULT = "fault"


PLAIN: Mapping[ReadingTrouble, Reason] = {
    ReadingTrouble.KEY_DIFFERS: because("reading_key_differs"),
    ReadingTrouble.KEY_UNKNOWN: because("reading_key_unknown"),
    ReadingTrouble.LOGIN: because("reading_login"),
    ReadingTrouble.UNREACHABLE: because("reading_unreachable"),
    ReadingTrouble.TIMEOUT: because("reading_timeout"),
    ReadingTrouble.DROPPED: because("reading_dropped"),
    ReadingTrouble.ANOTHER_NAME: because("reading_another_name"),
    ReadingTrouble.INCOMPLETE: because("reading_incomplete"),
    ReadingTrouble.UNEXPECTED: because("reading_unexpected"),
    ReadingTrouble.NOT_ASKED: because("reading_not_asked"),
    ReadingTrouble.FAULT: because("reading_fault"),
}
"""What is said where nothing more is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceText:
    """A device's whole configuration, as it shows it: secrets included. `seconds` is how long reading took; `tables` what it
    showed beside it (None: it was not asked)."""

    reach: DeviceReach
    text: str
    seconds: float
    tables: DeviceTables | None = None

    @property
    def data(self) -> bytes:
        """Return the text as bytes; what was no UTF-8 is as it came."""
        return self.text.encode("utf-8", errors="surrogateescape")

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text."""
        return hashlib.sha256(self.data).hexdigest()

    def __repr__(self) -> str:
        return f"DeviceText(device={self.reach.device!r}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A device that was not read, and why; `detail` never holds what a device or a library said beside its first words."""

    reach: DeviceReach
    trouble: ReadingTrouble
    detail: Reason
    seconds: float = 0.0


DeviceReading: TypeAlias = DeviceText | NotRead
HandOver: TypeAlias = Callable[[DeviceReading], None]
"""Takes a reading as soon as it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How devices are asked: how many at once, how many seconds each may take in all, and whether for their tables, too."""

    workers: int
    timeout: float
    tables: bool = False


class ProbeEnd(StrEnum):
    """What became of a probe: a connection is asked for over TCP."""

    CONNECTED = "connected"
    REFUSED = "refused"
    """Somebody answers that nothing listens: packets went there and back."""
    LOST = "lost"
    """Nobody answers, or a router says that there is no way."""
    UNTRIED = "untried"
    """The host from which it goes was not reached, or does not do it."""


@dataclass(slots=True)
class Stop:
    """How often a run was asked to end: once, after the devices that are being asked; twice, now. `is_unheard`: nobody asked, but
    nobody hears what it says any more."""

    asked: int = 0
    is_unheard: bool = False

    def lose_listener(self) -> None:
        """Have the run end after the devices that are being asked, for nobody hears of it any more."""
        if not self.asked:
            self.asked, self.is_unheard = 1, True


class ReadingError(Exception):
    """Ends the reading of one device."""

    def __init__(self, trouble: ReadingTrouble, detail: Reason | None = None) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.detail = detail or PLAIN[trouble]
