"""Grammars of what an office writes and every platform's texts carry alike: domain names, time zones, one line of text.

The one idea: a text is admitted by what it may hold, never by what it may not, so that nothing in it can end the line, the quote
or the section that it stands in.
"""

from __future__ import annotations

import re
import unicodedata

from intents.reason import because
from routing.vendors.vendor import WrittenFault

LONGEST_LINE = 200
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
"""RFC 1035 2.3.1 and RFC 1123 2.1."""
_ZONE = re.compile(r"([A-Z]{3,7}) ([+-]?[0-9]{1,2})(?: ([0-9]{1,2}))?\Z")
_EAST, _WEST = 14, -12
"""The hours of Greenwich that clocks on earth show."""


def domain_fault(text: str) -> WrittenFault | None:
    """Return why a text is not a domain name."""
    if _DOMAIN.match(text):
        return None
    return WrittenFault(because("not_a_domain_name"), because("wanted_domain_name"))


def zone_parts(text: str) -> tuple[str, int, int] | None:
    """Return name, hours east of Greenwich and minutes of a zone such as `ICT 7` or `IST 5 30`; None if it is none."""
    found = _ZONE.match(text)
    if found is None:
        return None
    hours, minutes = int(found[2]), int(found[3] or 0)
    return (found[1], hours, minutes) if _WEST <= hours <= _EAST and minutes < 60 else None


def zone_fault(text: str) -> WrittenFault | None:
    """Return why a text is not a name of a zone with its hours (and minutes) east of Greenwich."""
    if zone_parts(text) is not None:
        return None
    return WrittenFault(because("not_a_zone"), because("wanted_zone", west=_WEST, east=_EAST))


def line_fault(text: str, without: str) -> WrittenFault | None:
    """Return why a text is not one short line of printable ASCII without the characters of `without`."""
    wanted = because("wanted_line", limit=LONGEST_LINE, without=" ".join(without))
    if len(text) > LONGEST_LINE:
        return WrittenFault(because("text_too_long", length=len(text), limit=LONGEST_LINE), wanted)
    odd = next((letter for letter in text if not " " <= letter <= "~" or letter in without), None)
    if odd is not None:
        name = unicodedata.name(odd, "a control character")
        return WrittenFault(because("text_holds_character", code_point=f"U+{ord(odd):04X}", name=name), wanted)
    if "{{" in text or "}}" in text:
        return WrittenFault(because("text_holds_reference"), wanted)
    if text != text.strip():
        return WrittenFault(because("text_has_blank_ends"), wanted)
    return None
