"""What an office may write into texts of Junos: names of physical ports, and the words of the baseline.

The one idea: a port has one name, which Junos prints; a unit of it is ours to make.
"""

from __future__ import annotations

import re

from intents.reason import because
from routing.vendors.vendor import WrittenFault, WrittenKind
from routing.vendors.written_text import domain_fault, line_fault, zone_fault, zone_parts

_EXAMPLE = "ge-0/0/1"
_NUMBER = r"(?:0|[1-9][0-9]{0,2})"
_PORT = re.compile(rf"(?:(?:ge|xe|et|fe|mge)-{_NUMBER}/{_NUMBER}/{_NUMBER}(?::{_NUMBER})?|ae{_NUMBER})\Z")
_OTHERS = re.compile(r"(?:lo|fxp|em|me|irb|st|gr|ip|vlan|reth)[0-9-]", re.IGNORECASE)
_SLIPS = re.compile(r"(ge|xe|et|fe|mge|ae)[- ]*([0-9].*)\Z", re.IGNORECASE)


def port_fault(name: str) -> WrittenFault | None:
    """Return why a name is not that of a physical port (or of a bundle of them)."""
    wanted = because("wanted_port", example=_EXAMPLE)
    if _PORT.match(name):
        return None
    parent, dot, _ = name.partition(".")
    meant = _guess(parent)
    if meant is not None:
        return WrittenFault(because("port_is_unit") if dot else because("port_not_full"), wanted, meant)
    if _OTHERS.match(name):
        return WrittenFault(because("port_not_physical", kind=re.split("[0-9]", name)[0]), wanted)
    return WrittenFault(because("port_not_known"), wanted)


def _guess(name: str) -> str | None:
    """Return the name that was probably meant: small letters, its hyphen, numbers as Junos prints them."""
    found = _SLIPS.match(name.strip())
    if found is None:
        return None
    kind, number = found[1].lower(), re.sub(r"0+(?=[0-9])", "", found[2]) if "00" in found[2] else found[2]
    meant = f"{kind}{number}" if kind == "ae" else f"{kind}-{number}"
    return meant if _PORT.match(meant) else None


def written_fault(kind: WrittenKind, text: str) -> WrittenFault | None:
    """Return why a text can't stand in texts of Junos as what it is."""
    match kind:
        case WrittenKind.DOMAIN_NAME:
            return domain_fault(text)
        case WrittenKind.TIMEZONE:
            parts = zone_parts(text)
            if parts is not None and parts[2]:
                return WrittenFault(because("zone_has_minutes"), because("wanted_whole_hours"))
            return zone_fault(text)
        case WrittenKind.BANNER:
            return line_fault(text, '"\\')
        case WrittenKind.DEVICE | WrittenKind.PURPOSE:
            return None
