"""What an interface section says of OSPF (`ip ospf …`, `ipv6 ospf …`), and the cost that follows from its port.

The one idea: a bandwidth is harmless for itself and noted all the same: what OSPF costs hangs on it.
Source: Cisco IOS IP Routing: OSPF Command Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intents.prefix import Family
from routing.model import LinePath, OspfNetwork
from routing.vendors.cisco_ios.names import interface_kind, small_number
from routing.vendors.cisco_ios.reader.medium import line_rate
from routing.vendors.cisco_ios.terms import ipv4
from routing.vendors.session_keys import ios_key

NOMINAL: Mapping[str, int] = {
    "Ethernet": 10_000, "FastEthernet": 100_000, "GigabitEthernet": 1_000_000, "TwoGigabitEthernet": 2_500_000,
    "FiveGigabitEthernet": 5_000_000, "TenGigabitEthernet": 10_000_000, "TwentyFiveGigE": 25_000_000,
    "FortyGigabitEthernet": 40_000_000, "FiftyGigE": 50_000_000, "HundredGigE": 100_000_000,
}  # fmt: skip
"""The bandwidth in kbit/s of a port that no line makes slower (IOS-OSPF-03)."""
_MOST_BANDWIDTH = 10_000_000
"""The largest bandwidth in kbit/s that every device takes; with more, or none, no cost is claimed (IOS-VAL-11)."""
_NETWORKS = {item.value: item for item in OspfNetwork}
_NUMBERS = {"cost": (1, 65535), "hello-interval": (1, 65535), "dead-interval": (1, 65535), "priority": (0, 255)}


@dataclass(slots=True)
class OspfSettings:
    """What lines say of OSPF of one family on an interface; `process` and `area` only if a line there enables it;
    `authentication`: "null", "simple" or "message-digest", with the keys that stand there."""

    process: str | None = None
    area: int | None = None
    line: tuple[int, LinePath] | None = None
    network: OspfNetwork | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    authentication: str | None = None
    key: str | None = None
    digest_keys: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class OspfPort:
    """What lines say of a port that OSPF looks at: its bandwidth in kbit/s, and its medium (medium.py)."""

    bandwidth: int | None = None
    medium: dict[str, str] = field(default_factory=dict)
    settings: dict[Family, OspfSettings] = field(default_factory=dict)


def read_ospf_line(port: OspfPort, words: list[str], line: tuple[int, LinePath]) -> bool:
    """Read a line about OSPF, or note a bandwidth; True if it is a whole line about OSPF."""
    match words:
        case ["ip", "ospf", *rest]:
            return _read_setting(port, Family.V4, rest, line)
        case ["ipv6", "ospf", *rest]:
            return _read_setting(port, Family.V6, rest, line)
        case ["bandwidth", number] if number.isdigit():
            port.bandwidth = small_number(number, _MOST_BANDWIDTH) or 0
            return False
        case _:
            return False


def _read_setting(port: OspfPort, family: Family, words: list[str], line: tuple[int, LinePath]) -> bool:
    said = port.settings.setdefault(family, OspfSettings())
    match words:
        case [process, "area", area] if small_number(process, 65535):
            number = area_number(area)
            if number is None or said.process not in (None, process):
                return False
            said.process, said.area, said.line = process, number, line
        case ["authentication" | "authentication-key" | "message-digest-key", *_] if family is Family.V4:
            return _read_authentication(said, words)
        case ["network", kind] if kind in _NETWORKS:
            said.network = _NETWORKS[kind]
        case [what, word] if what in _NUMBERS:
            low, high = _NUMBERS[what]
            number = small_number(word, high)
            if number is None or number < low:
                return False
            said.numbers[what] = number
        case _:
            return False
    return True


def _read_authentication(said: OspfSettings, words: list[str]) -> bool:
    match words:
        case ["authentication"]:
            said.authentication = "simple"
        case ["authentication", "message-digest" | "null" as kind]:
            said.authentication = kind
        case ["authentication-key", *kind, text] if kind in ([], ["0"], ["7"]):
            said.key = ios_key(kind[0] if kind else None, text, longest=8)
        case ["message-digest-key", number, "md5", *kind, text] if kind in ([], ["0"], ["7"]):
            key = small_number(number, 255)
            if not key:
                return False
            said.digest_keys[key] = ios_key(kind[0] if kind else None, text, longest=16)
        case _:
            return False
    return True


def authentication_of(said: OspfSettings, of_area: str) -> str:
    """Return what greetings carry: what the interface says beats its area; keys as marks, with their numbers (RFC-OSPF-09)."""
    match said.authentication or of_area:
        case "simple":
            return "simple without key" if said.key is None else f"simple {said.key}"
        case "message-digest":
            return " ".join(
                ["message-digest", *(f"{number} {key}" for number, key in sorted(said.digest_keys.items()))]
            )
        case _:
            return ""


def area_number(word: str) -> int | None:
    """Return the number of an area, written as one or as an address."""
    if "." in word:
        try:
            return ipv4(word)
        except ValueError:
            return None
    return small_number(word, 0xFFFFFFFF)


def cost_of(
    name: str, port: OspfPort, parent: OspfPort | None, reference: int, family: Family
) -> tuple[int | None, int | None]:
    """Return the cost of an interface (None: not known), and the kbit/s of its kind of port if the cost comes of them alone.

    `parent`: what is said of a sub-interface's port; `reference` in Mbit/s (IOS-OSPF-02).
    """
    said = port.settings.get(family)
    kind = interface_kind(name.partition(".")[0])
    if said is not None and "cost" in said.numbers:
        is_open = kind == "Loopback" and family is Family.V6
        return None if is_open else said.numbers["cost"], None
    if kind == "Loopback":
        usual = 1 if family is Family.V4 else 0  # IOS-OSPF-04
        return usual if port.bandwidth is None else None, None
    physical = port if parent is None else parent
    if port.bandwidth is not None:
        return _cost(reference, port.bandwidth), None
    if parent is not None and parent.bandwidth is not None:
        return None, None
    rate = line_rate(physical.medium)
    if rate:
        return _cost(reference, rate * 1000), None
    nominal = NOMINAL.get(kind)
    return (None, None) if nominal is None else (_cost(reference, nominal), nominal)


def _cost(reference: int, bandwidth: int) -> int | None:
    return min(max(reference * 1000 // bandwidth, 1), 65535) if bandwidth else None
