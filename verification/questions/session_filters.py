"""Whether a filter that is no fence lets every BGP session of the network's own routers pass.

The one idea: sessions are computed as if nothing filtered them, so a filter that stops any packet of one leaves routes in doubt:
on the way in, or on the way out (output filters of Junos see the device's own packets, BOTH-SESS-01).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import ESTABLISHED, Acl, AclEntry, Device, NonInitial
from verification.evidence.evidence import Evidence
from verification.packets.acl_sets import permitted
from verification.packets.flow_sets import NotExpressibleError, Span, rectangle, union_of
from verification.packets.header_space import header_space
from verification.packets.headers import HeaderMatch, header_match
from verification.verdicts.flow import TCP

_BGP = ((179, 179),)
_PACKET = HeaderMatch(protocols=(TCP,), non_initial=NonInitial.SKIP)
_MATCHES = (_PACKET._replace(destination_ports=_BGP), _PACKET._replace(source_ports=_BGP, tcp_flags=ESTABLISHED))
"""What opens a session, and what answers."""


def stopped_sessions(evidence: Evidence, device: Device) -> Iterator[Reason]:
    """Yield the filters of a device, other than fences, that stop packets of BGP sessions."""
    bound = [
        (item.name, binding.family, binding.acl)
        for item in device.interfaces
        if (device.name, item.name) not in evidence.topology.ports
        for binding in item.bindings
    ]
    for interface, family, name in bound:
        acl = evidence.acls.get((device.name, family, name))
        if acl is not None and acl.entries and _stops(family, acl.entries, _routers(evidence, family)):
            yield because("filter_stops_sessions", acl=name, interface=interface)


def _routers(evidence: Evidence, family: Family) -> tuple[Span, ...]:
    """Return the addresses that routers have in any declared state."""
    return union_of(span for state in evidence.states for span in state.pairs[family].routers)


@lru_cache(maxsize=256)
def _stops(family: Family, entries: tuple[AclEntry, ...], routers: tuple[Span, ...]) -> bool:
    """Return whether a filter stops any packet between the routers; once per content, for many devices share one."""
    space = header_space(family, {*_MATCHES, *(header_match(entry) for entry in entries)})
    try:
        passed = permitted(Acl(name="", family=family, entries=entries), space)
    except NotExpressibleError:
        return True
    return not all(passed.covers(rectangle(space, routers, routers, space.mask(match))) for match in _MATCHES)
