"""What an office may write into texts of IOS-XE: full names of physical ports, and the words of the baseline.

The one idea: IOS takes any unambiguous start of an interface's name (IOS-VAL-01) and prints the whole one; only the whole one is
admitted, so that one port has one name in the workspace, and the message offers it.
"""

from __future__ import annotations

import re

from intents.reason import because
from routing.vendors.cisco_ios.given_names import LONGEST_VRF
from routing.vendors.cisco_ios.names import ETHERNET_KINDS, KINDS, interface_kind, interface_name
from routing.vendors.vendor import WrittenFault, WrittenKind
from routing.vendors.written_text import domain_fault, line_fault, zone_fault

_EXAMPLE = "GigabitEthernet0/0/1"
_NUMBERED = re.compile(r"([A-Za-z-]+?)[- ]*([0-9].*)\Z")
_OTHER_STARTS = {"ge": "GigabitEthernet", "xe": "TenGigabitEthernet", "e": "Ethernet", "gige": "GigabitEthernet"}
"""Starts that are ambiguous on a device or none of its own, but that people write for one kind."""


def port_fault(name: str) -> WrittenFault | None:
    """Return why a name is not the full name of a physical port."""
    wanted = because("wanted_port", example=_EXAMPLE)
    parent, dot, _ = name.partition(".")
    full = interface_name(parent) or _guess(parent)
    if full is None:
        return WrittenFault(because("port_not_known"), wanted)
    if interface_kind(full) not in ETHERNET_KINDS:
        return WrittenFault(because("port_not_physical", kind=interface_kind(full)), wanted)
    if dot:
        return WrittenFault(because("port_is_unit"), wanted, full)
    return None if full == name else WrittenFault(because("port_not_full"), wanted, full)


def _guess(name: str) -> str | None:
    """Return the full name that was probably meant: blanks and small slips left out, a start that only one kind has."""
    found = _NUMBERED.match(name.strip())
    if found is None:
        return None
    start = found[1].lower()
    kinds = [kind for kind in KINDS if kind.lower().startswith(start)]
    kind = _OTHER_STARTS.get(start) or (kinds[0] if len(kinds) == 1 else None)
    return interface_name(f"{kind}{found[2].strip()}") if kind else None


def written_fault(kind: WrittenKind, text: str) -> WrittenFault | None:
    """Return why a text can't stand in texts of IOS-XE as what it is."""
    match kind:
        case WrittenKind.DOMAIN_NAME:
            return domain_fault(text)
        case WrittenKind.TIMEZONE:
            return zone_fault(text)
        case WrittenKind.BANNER:
            return line_fault(text, "^")  # IOS-GRAM-04: the delimiter is printed as ^C
        case WrittenKind.DEVICE:
            wanted = because("wanted_letter_first")
            return None if text[:1].isalpha() else WrittenFault(because("starts_with_no_letter"), wanted)
        case WrittenKind.PURPOSE:
            most = LONGEST_VRF - len("P-")
            wanted = because("wanted_shorter", limit=most)
            return (
                None
                if len(text) <= most
                else WrittenFault(because("text_too_long", length=len(text), limit=most), wanted)
            )
