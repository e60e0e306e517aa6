"""A packet as people write it -> a `Flow`: what `describe_flow` prints can be read again.

The one idea: protocol, source, destination, details in brackets; every part is checked by itself, so that a message names the
part that is wrong and shows how it is written.
"""

from __future__ import annotations

import re

from intents.prefix import Address, Family, parse_address
from intents.reason import unclear
from verification.verdicts.flow import FLAG_NAMES, ICMP4, ICMP6, PROTOCOL_NAMES, SYN, TCP, UDP, Flow

_FLOW = re.compile(
    r"\s*(?P<protocol>protocol \d+|\w+)\s+(?P<source>\S+)\s*(?:->|>|→)\s*(?P<destination>\S+)"
    r"(?:\s+\[(?P<details>[^\[\]]*)\])?(?:\s+from\s+(?P<device>\S+)\s+(?P<interface>\S+))?\s*"
)
_ICMP = re.compile(r"type (\d{1,3})(?: code (\d{1,3}))?")
_NUMBERS = {name: number for number, name in PROTOCOL_NAMES.items()}
_ECHO = {ICMP4: 8, ICMP6: 128}
"""The type of an ICMP packet that says none: an echo request."""

Start = tuple[str, str]
"""Device and interface where a packet starts."""


def parse_start(text: str) -> Start:
    """Return device and interface of `DEVICE:INTERFACE`; UnclearError."""
    device, colon, interface = text.partition(":")
    if not colon or not device.strip() or not interface.strip():
        raise unclear("start_not_clear", text=text)
    return device.strip(), interface.strip()


def parse_flow(text: str, start: Start | None = None) -> Flow:
    """Return the packet that a text describes; `start` is where it starts if the text does not say it; UnclearError."""
    found = _FLOW.fullmatch(text)
    if found is None:
        raise unclear("flow_not_clear", text=text)
    source, source_port = _end(found["source"])
    destination, destination_port = _end(found["destination"])
    if source.family is not destination.family:
        raise unclear("flow_of_two_families", source=source, destination=destination)
    protocol = _protocol(found["protocol"], source.family)
    begun = (found["device"], found["interface"]) if found["device"] else start
    if begun is None:
        raise unclear("flow_without_start")
    details = found["details"]
    fragment = details is not None and details.strip().lower() == "fragment"
    flags, icmp = _details(None if fragment else details, protocol, fragment=fragment)
    _check_ports(protocol, fragment, found, (source_port, destination_port))
    return Flow(
        family=source.family,
        source=source.value,
        destination=destination.value,
        protocol=protocol,
        source_port=source_port or 0,
        destination_port=destination_port or 0,
        tcp_flags=flags,
        icmp_type=icmp[0],
        icmp_code=icmp[1],
        fragment=fragment,
        start_device=begun[0],
        start_interface=begun[1],
    )


def _protocol(word: str, family: Family) -> int:
    name = word.lower()
    known = _NUMBERS.get(name)
    if known is not None and (name not in ("icmp", "icmp6") or (name == "icmp6") is (family is Family.V6)):
        return known
    if known is not None:
        raise unclear("icmp_of_other_family", word=word)
    number = name.removeprefix("protocol ")
    if number.isascii() and number.isdigit() and len(number) <= 3 and int(number) <= 255:
        return int(number)
    raise unclear("protocol_not_clear", word=word)


def _end(text: str) -> tuple[Address, int | None]:
    """Return address and port of one end: `10.0.0.1`, `10.0.0.1:80`, `2001:db8::1`, `[2001:db8::1]:80`."""
    bracketed = re.fullmatch(r"\[([^\[\]]+)\](?::(\d+))?", text)
    if bracketed is not None:
        address, port = bracketed[1], bracketed[2]
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, None
    try:
        found = parse_address(address)
    except ValueError as error:
        raise unclear("end_not_clear", text=text) from error
    if port is not None and not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 1 << 16):
        raise unclear("end_not_clear", text=text)
    return found, None if port is None else int(port)


def _check_ports(protocol: int, fragment: bool, found: re.Match[str], ports: tuple[int | None, int | None]) -> None:
    has_ports = protocol in (TCP, UDP) and not fragment
    for text, port in zip((found["source"], found["destination"]), ports, strict=True):
        if has_ports and port is None:
            raise unclear("flow_port_missing", text=text)
        if not has_ports and port is not None:
            raise unclear("flow_port_unwanted", text=text)


def _details(details: str | None, protocol: int, *, fragment: bool) -> tuple[int, tuple[int, int]]:
    """Return TCP flags, and ICMP type and code; TCP that says no flags has SYN, ICMP that says no type is an echo request."""
    if fragment:
        return 0, (0, 0)
    if protocol == TCP:
        return (SYN if details is None else _flags(details)), (0, 0)
    if protocol in _ECHO:
        return 0, ((_ECHO[protocol], 0) if details is None else _icmp(details))
    if details is not None:
        raise unclear("details_not_wanted", details=details)
    return 0, (0, 0)


def _flags(details: str) -> int:
    words = details.upper().replace(",", " ").split()
    if words == ["NO", "FLAGS"]:
        return 0
    if not words or not set(words) <= set(FLAG_NAMES):
        raise unclear("flags_not_clear", details=details, names=" ".join(FLAG_NAMES))
    return sum(1 << FLAG_NAMES.index(word) for word in set(words))


def _icmp(details: str) -> tuple[int, int]:
    found = _ICMP.fullmatch(details.strip().lower())
    numbers = () if found is None else (int(found[1]), int(found[2] or 0))
    if not numbers or max(numbers) > 255:
        raise unclear("icmp_not_clear", details=details)
    return numbers[0], numbers[1]
