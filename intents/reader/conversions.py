"""Text of one field -> a typed value, or a Complaint without a place.

The one idea: YAML fields and CSV cells share these conversions; whoever knows the place turns a Complaint into a Finding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from intents.prefix import Address, Prefix, parse_address, parse_interface, parse_prefix, prefix_of
from intents.reader.look_alikes import odd_letter
from intents.reader.lost_text import lost_letters
from intents.reader.reserved import reserved_in
from intents.reader.suggestions import suggest
from intents.reason import Reason, because
from intents.service import Range

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
LONGEST_TEXT = 300
UNIT_CODE = re.compile(r"[0-9]{1,8}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
_SERVER = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9a-fA-F:.]{2,45}\])(?::([0-9]{1,5}))?")
WEB_ADDRESS = (
    r"(https://([A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])|http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\]))"
    r"(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~/-]*)?"
)
"""What an address of a server may be: neither user nor password, query or fragment."""
_WHOLE = re.compile(r"0|[1-9][0-9]{0,18}")
_PORTS = re.compile(r"(0|[1-9][0-9]{0,4})(?:-(0|[1-9][0-9]{0,4}))?")

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a text cannot be converted: a code and its message parameters, but for the field's name."""

    code: str
    values: tuple[tuple[str, str | Reason], ...] = ()


def _refused(text: str, code: str, values: tuple[tuple[str, str], ...]) -> Complaint:
    """Return why a text is refused that should be plain: the letter in it that only looks plain, or else `code`."""
    odd = odd_letter(text)
    return Complaint(code, values) if odd is None else Complaint("TR142", tuple(odd.items()))


def to_line(text: str) -> str | Complaint:
    """Read words: one line of at most 300 characters, none of whose letters was lost on the way."""
    if "\n" in text:
        return Complaint("TR139", (("limit", str(LONGEST_TEXT)), ("reason", because("text_of_several_lines"))))
    if len(text) > LONGEST_TEXT:
        reason = because("text_too_long", length=len(text), limit=LONGEST_TEXT)
        return Complaint("TR139", (("limit", str(LONGEST_TEXT)), ("reason", reason)))
    lost = lost_letters(text)
    return text if lost is None else Complaint("TR148", (("reason", lost),))


def to_server(text: str) -> str | Complaint:
    """Read HOST or HOST:PORT, an IPv6 address in brackets."""
    found = _SERVER.fullmatch(text)
    return text if found and 0 < int(found[1] or 1) <= 65535 else Complaint("TR820", (("text", text),))


def to_web_address(text: str) -> str | Complaint:
    """Read https://HOST[:PORT][/PATH], or http:// on this machine; never with a user or a password in it."""
    return text if re.fullmatch(WEB_ADDRESS, text) else Complaint("TR151", (("text", text.rpartition("@")[2]),))


def to_name(text: str) -> str | Complaint:
    """Read a name: lower-case letters, digits and inner `-`, at most 48 characters."""
    return text if NAME.fullmatch(text) else _refused(text, "TR117", (("text", text),))


def to_date(text: str) -> date | Complaint:
    """Read a date `YYYY-MM-DD`."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    return _refused(text, "TR118", (("text", text),))


def to_moment(text: str) -> datetime | Complaint:
    """Read a date and a time `YYYY-MM-DD HH:MM`, in the time of the place."""
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    return _refused(text, "TR831", (("text", text),))


def to_one_of(text: str, allowed: Sequence[str]) -> str | Complaint:
    """Read one of a few words."""
    if text in allowed:
        return text
    values = (("text", text), ("allowed", ", ".join(allowed)), ("suggestion", suggest(text, allowed)))
    return _refused(text, "TR116", values)


def to_choice(text: str, choices: type[Choice]) -> Choice | Complaint:
    """Read a member of a closed enumeration by its identifier."""
    found = to_one_of(text, [item.value for item in choices])
    return choices(found) if isinstance(found, str) else found


def to_whole(text: str, low: int, high: int) -> int | Complaint:
    """Read a whole number between two bounds, both inclusive."""
    if not _WHOLE.fullmatch(text):
        return _refused(text, "TR122", (("text", text), ("low", str(low)), ("high", str(high))))
    value = int(text)
    return (
        value if low <= value <= high else Complaint("TR122", (("text", text), ("low", str(low)), ("high", str(high))))
    )


def to_prefix(text: str) -> Prefix | Complaint:
    """Read a prefix `address/length` without host bits, of addresses that are forwarded; the Complaint names the prefix that was
    probably meant, or the range that is reserved."""
    try:
        prefix = parse_prefix(text)
    except ValueError:
        pass
    else:
        return _reserved(text, prefix) or prefix
    try:
        suggestion = str(prefix_of(*parse_interface(text)))
    except ValueError:
        suggestion = ""
    return _refused(text, "TR123", (("text", text), ("suggestion", suggestion)))


def to_address(text: str) -> Address | Complaint:
    """Read one IPv4 or IPv6 address that is forwarded."""
    try:
        address = parse_address(text)
    except ValueError:
        return _refused(text, "TR123", (("text", text), ("suggestion", "")))
    return _reserved(text, Prefix(address.family, address.value, address.family.bits)) or address


def _reserved(text: str, prefix: Prefix) -> Complaint | None:
    found = reserved_in(prefix)
    if found is None:
        return None
    return Complaint("TR138", (("text", text), ("reserved", str(found[0])), ("source", found[1])))


def to_ports(text: str) -> Range | Complaint:
    """Read a port (1 to 65535) or a range `low-high` (0 to 65535)."""
    found = _PORTS.fullmatch(text)
    if found is not None:
        low = int(found.group(1))
        high = int(found.group(2)) if found.group(2) else low
        if low <= high <= 65535 and high > 0:  # nothing listens on port 0
            return low, high
    return _refused(text, "TR124", (("text", text),))
