"""`clear ... soft in|out`: which sessions have the policies that stand now.

The one idea: a command without direction and without `soft` closes sessions, which is no step of a change here; a neighbour
inside a VRF is named behind its VRF in forms that differ between releases, and those without a source are not executed.
"""

from __future__ import annotations

from intents.reason import because
from routing.vendors.cisco_ios.execute.lines import entry_at
from routing.vendors.cisco_ios.execute.peering import BGP, WAYS, applied_again, neighbors_of
from routing.vendors.cisco_ios.execute.state import IosState, LineOutcome, PolicySession
from routing.vendors.execution import Refused, Unmodelled

_FAMILIES = {"vpnv4": "ipv4", "vpnv6": "ipv6", "ipv4": "ipv4", "ipv6": "ipv6"}


def execute_clear(state: IosState, text: str) -> LineOutcome:
    """Apply policies of sessions again (IOS-UP-16, IOS-EXEC-05)."""
    words = text.split()[1:]
    if words[:1] == ["ip"]:
        words = words[1:]
    match words:
        case ["bgp", "vpnv4" | "vpnv6" as family, "unicast", "vrf", vrf, who, *rest]:
            pass
        case ["bgp", "vrf", vrf, "ipv4" | "ipv6" as family, "unicast", who, *rest]:
            pass
        case ["bgp", "vrf", vrf, who, *rest] if who == "*" or who.isdigit():
            family = "ipv4"
        case ["bgp", "ipv4" | "ipv6" as family, "unicast", who, *rest]:
            vrf = ""
        case ["bgp", who, *rest] if who == "*" or who[0].isdigit() or ":" in who:
            family, vrf = ("ipv6" if ":" in who else "ipv4"), ""
        case _:
            return _unknown(state, text)
    ways = _ways(rest)
    if not ways:
        return _unknown(state, text)
    return _clear(state, vrf, _FAMILIES[family], who, ways)


def _ways(rest: list[str]) -> tuple[str, ...]:
    match rest:
        case ["soft"]:
            return WAYS
        case ["soft", "in" | "out" as way] | ["in" | "out" as way]:
            return (way,)
        case _:
            return ()


def _clear(state: IosState, vrf: str, family: str, who: str, ways: tuple[str, ...]) -> LineOutcome:
    sessions = [
        session
        for session in neighbors_of(state.root)
        if (session.vrf, session.family) == (vrf, family) and _is_meant(state, session, who)
    ]
    if not sessions and who != "*":
        return LineOutcome(state, (Refused(f'% BGP: Unknown neighbor - "{who}"'),))
    return LineOutcome(applied_again(state, sessions, ways))


def _is_meant(state: IosState, session: PolicySession, who: str) -> bool:
    """Return whether a session is named: by `*`, by its neighbour or by the neighbour's AS."""
    if who == "*" or who.upper() == session.peer:
        return True
    family = f"address-family {session.family} vrf {session.vrf}"
    home = (BGP, family) if session.vrf else (BGP,)
    made = entry_at(state.root, (*home, f"neighbor {session.peer}", "remote-as"))
    return made is not None and made.text.split()[-1] == who


def _unknown(state: IosState, text: str) -> LineOutcome:
    return LineOutcome(state, (Unmodelled(because("line_form_not_executed", line=text)),))
