"""Who can log in to a device: every way in, in every VRF, against the management stations' addresses.

The one idea: the sources that pass all filters of a way in are a set; whatever of it is no management station is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intents.prefix import Family, format_address
from intents.reason import because
from routing.model import Acl, AclEntry, Device, Login, LoginService
from routing.refs import control_filter_ref, login_ref
from verification.evidence.evidence import Evidence
from verification.packets.acl_sets import permitted_of
from verification.packets.flow_sets import FlowSet, NotExpressibleError, rectangle, span_of, union_of, whole
from verification.packets.login_headers import LOGIN_HEADERS
from verification.questions.network import NetworkFault


class UnplannedLogins:
    """Who gets through the filters of ways in, of all who are no management station: worked out once for each content."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._known: dict[tuple[LoginService, Family, tuple[tuple[AclEntry, ...], ...]], FlowSet] = {}

    def let_in(self, device: Device, service: LoginService, family: Family, names: Iterable[str]) -> FlowSet:
        """Return the packets of strangers that all filters let in; NotExpressibleError."""
        found = [self._evidence.acls.get((device.name, family, name)) for name in names]
        filters = tuple(acl.entries for acl in found if acl is not None and acl.entries)
        key = (service, family, filters)
        if key not in self._known:
            self._known[key] = self._work_out(service, family, filters)
        return self._known[key]

    def _work_out(self, service: LoginService, family: Family, filters: tuple[tuple[AclEntry, ...], ...]) -> FlowSet:
        space = self._evidence.sides[family].space
        sources = [item for state in self._evidence.states for item in state.declared.login_sources]
        stations = union_of(span_of(item) for item in sources if item.family is family)
        everything = whole(family)
        asked = rectangle(space, everything, everything, space.mask(LOGIN_HEADERS[service]))
        unplanned_logins = asked - rectangle(space, stations, everything, space.full)
        for entries in filters:
            unplanned_logins = permitted_of(Acl(name="", family=family, entries=entries), unplanned_logins)
        return unplanned_logins


def check_logins(unplanned_logins: UnplannedLogins, device: Device) -> Iterator[NetworkFault]:
    """Yield ways into a device that are open to somebody else than the management stations."""
    vrfs = ["", *(item.name for item in device.vrfs)]
    for login in device.logins:
        if login.service in (LoginService.TELNET, LoginService.HTTP):
            reason = because("service_open", service=login.service, device=device.name)
            yield NetworkFault(reason=reason, device=device.name, ref=login_ref(login.service))
        for family in login.families:
            for vrf in vrfs if login.vrfs is None else login.vrfs:
                fault = _open_to_others(unplanned_logins, device, login, family, vrf)
                if fault is not None:
                    yield fault
                    break


def _open_to_others(
    unplanned_logins: UnplannedLogins, device: Device, login: Login, family: Family, vrf: str
) -> NetworkFault | None:
    ref = login_ref(login.service)
    names = [name for of_family, name in login.acls if of_family is family]
    control = _control(device, family, vrf)
    if control is not None:
        names.append(control)
        ref = control_filter_ref(vrf or None, family)
    try:
        witness = unplanned_logins.let_in(device, login.service, family, names).witness()
    except NotExpressibleError:
        reason = because("login_filter_not_expressible", service=login.service)
        return NetworkFault(reason=reason, device=device.name, ref=ref, family=family)
    if witness is None:
        return None
    who = format_address(family, witness.source)
    where = because("the_vrf", vrf=vrf) if vrf else because("the_global_table")
    return NetworkFault(
        reason=because("login_open", service=login.service, device=device.name, where=where, source=who),
        device=device.name,
        ref=ref,
        family=family,
    )


def _control(device: Device, family: Family, vrf: str) -> str | None:
    own = [item.acl for item in device.control_filters if item.family is family and item.vrf == (vrf or None)]
    default = [item.acl for item in device.control_filters if item.family is family and item.vrf is None]
    return next(iter(own or default), None)
