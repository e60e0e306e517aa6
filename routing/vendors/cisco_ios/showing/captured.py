"""What tells a captured IOS text from other texts, and the name that the device gives itself.

The one idea: other platforms borrow the look of IOS, so a text is taken for one only if nothing in it is known to be theirs.
"""

from __future__ import annotations

import re

from intents.reason import Reason, because
from routing.vendors.cisco_ios.layout import sections, split_lines
from routing.vendors.vendor import CapturedForms

FORMS = CapturedForms(
    signs=re.compile(
        r"^(?:hostname \S+|version \d+\.\d+|interface [A-Z][A-Za-z]+-?[A-Za-z]*\d\S*| ip(?:v6)? address \S+.*"
        r"|(?:no )?ip (?:route|cef|vrf|access-list|prefix-list|http|domain|forward-protocol|classless)\b.*|router bgp \d+"
        r"|line (?:vty|con|aux) .*|vrf definition \S+|route-map \S+ (?:permit|deny) \d+|access-list \d+ .*"
        r"|(?:no )?service \S+.*)\s*$",
        re.MULTILINE,
    ),
    # NX-OS, EOS, IOS-XR, FRR, ASA, ACOS: masks with a slash, sections and headers that IOS does not have.
    strangers=re.compile(
        r"^(?:\s+ip address \d+\.\d+\.\d+\.\d+/\d+|feature \S+|vdc \S+|boot nxos|!! IOS XR|\s+ipv4 address |end-policy|frr \S+"
        r"|ASA Version|\s+nameif |!.*\bEOS-\d|!RANCID-CONTENT-TYPE: (?!cisco\b)|!Command: show|.*\bACOS\b|slb \S+)",
        re.MULTILINE,
    ),
)


def host_name(text: str) -> str | None:
    """Return the name that a text gives its device: the last `hostname` at the top, None if there is none."""
    lines = split_lines(text)
    found = [
        lines[section.start].split() for section in sections(lines) if lines[section.start].startswith("hostname ")
    ]
    return found[-1][1] if found and len(found[-1]) == 2 else None


def why_not_whole(text: str) -> Reason | None:
    """Return what shows that a text does not reach to its end: a device prints `end` behind its last line."""
    said = [line.strip() for line in split_lines(text) if line.strip() and not line.startswith("!")]
    return None if said[-1:] == ["end"] else because("no_end", line=said[-1] if said else "")
