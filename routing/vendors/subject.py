"""What a line of configuration speaks of, in words that all platforms share: which thing it configures, and which it uses.

The one idea: whoever asks to whom lines belong asks it of things (an interface, a list, BGP of a VRF), and gives every line the
answer of the thing that it stands in.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class SubjectKind(StrEnum):
    """What kind of thing a line configures; all but OTHER are of the kinds that truc writes."""

    DEVICE = "device"
    """The device as a whole: its name, whether it forwards IPv6."""
    INTERFACE = "interface"
    VRF = "vrf"
    LIST = "list"
    """An access list or filter."""
    POLICY = "policy"
    """A route map or policy statement, and the lists of prefixes, communities and AS paths that these ask."""
    STATIC = "static"
    """Static routes, by VRF ("" the global table)."""
    BGP = "bgp"
    """BGP, by VRF ("" the global table)."""
    PROCESS = "process"
    """What BGP of all VRFs of a device shares."""
    LOGIN = "login"
    """Who may log in."""
    OTHER = "other"


class Subject(NamedTuple):
    """What a line configures, by kind and name, and the names of lists and policies that it uses (as `name` has them)."""

    kind: SubjectKind
    name: str = ""
    uses: tuple[str, ...] = ()


OTHER = Subject(SubjectKind.OTHER)
