"""The fences of one faulty device alone: most faults stand in a packet filter, and need no other question to be seen.

Turns a device before and after a fault into what the fence questions say of the filters that changed. The one idea: a fence is
proved from its list, the policy and the plan, with nothing else of the network; so one list can be proved without the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import Acl, AttachmentPort, Device, Direction
from verification.evidence.declared_state import declared_states, matches_of, side_of
from verification.evidence.evidence import Given
from verification.packets.compare_acl import GapKind, check_destination_fence, check_source_fence
from verification.packets.header_space import header_space
from verification.packets.headers import header_match
from verification.questions.fences import fence_gap
from verification.verdicts.question import QuestionKind, traits_of


class FencesAlone:
    """What fences are asked with, of one network: the declared states, and what their `allowed` is made of in both families."""

    def __init__(self, given: Given) -> None:
        self._states = declared_states(given.bounds)
        self._matches = {family: matches_of(self._states, family) for family in Family}
        self._ports: dict[str, list[AttachmentPort]] = {}
        for port in given.network.ports:
            self._ports.setdefault(port.device, []).append(port)

    def complaint(self, before: Device, after: Device) -> tuple[bool, Reason] | None:
        """Return what a fence question says of a filter that the fault changed, None if nothing; False: it can't tell."""
        return next(self._complaints(before, after), None)

    def touches_fences_only(self, before: Device, after: Device) -> bool:
        """Return whether nothing but filters of attachments' ports differs, so that no other question can be touched."""
        return self._beyond_fences(before) == self._beyond_fences(after)

    def _beyond_fences(self, device: Device) -> tuple[object, ...]:
        """Return all that a device says, without the bindings on attachments' ports and lists that nothing else uses."""
        ports = {port.interface for port in self._ports.get(device.name, ())}
        interfaces = tuple(
            replace(item, bindings=(), description=None) if item.name in ports else replace(item, description=None)
            for item in device.interfaces
        )
        used = {(binding.family, binding.acl) for item in interfaces for binding in item.bindings}
        used |= {guard for login in device.logins for guard in login.acls}
        used |= {(item.family, item.acl) for item in device.control_filters}
        acls = tuple(acl for acl in device.acls if (acl.family, acl.name) in used)
        return (acls, replace(device, interfaces=interfaces, acls=(), harmless=()))

    def _complaints(self, before: Device, after: Device) -> Iterator[tuple[bool, Reason]]:
        for port in self._ports.get(before.name, ()):
            for family in Family:
                for direction in Direction if self._has_addresses(port, family) else ():
                    old, new = (bound_acl(device, port.interface, direction, family) for device in (before, after))
                    if (old is None) != (new is None) or (old and new and old.entries != new.entries):
                        yield from self._gap(port, direction, family, new)

    def _has_addresses(self, port: AttachmentPort, family: Family) -> bool:
        return any(state.own(AttachmentName(port.attachment), family) for state in self._states)

    def _gap(
        self, port: AttachmentPort, direction: Direction, family: Family, acl: Acl | None
    ) -> Iterator[tuple[bool, Reason]]:
        name = AttachmentName(port.attachment)
        matches = {header_match(entry) for entry in (acl.entries if acl is not None else ())}
        side = side_of(self._states, family, header_space(family, self._matches[family] | matches))
        here = (port.device, port.interface)
        if direction is Direction.IN:
            kind = QuestionKind.SOURCE_FENCE
            found = check_source_fence(acl, side.sent_from(name, port), side.unspoofed, here)
        else:
            kind = QuestionKind.DESTINATION_FENCE
            found = check_destination_fence(acl, side.delivered_to(name, port), side.unspoofed, lambda _: here)
        if found.problem is not None and not found.gaps:
            yield False, because("fence_not_expressible", attachment=name, why=found.problem)
        for gap in found.gaps[:1]:
            asked = because("question", kind=traits_of(kind).words.name, subject=name)
            wrong = fence_gap(direction, gap.flow, admits=gap.kind is GapKind.TOO_MUCH)
            yield True, because("question_says", question=asked, said=wrong)


def bound_acl(device: Device, interface: str, direction: Direction, family: Family) -> Acl | None:
    """Return the list that filters an interface in a direction; None if nothing does (unbound, undefined or empty)."""
    for item in device.interfaces:
        for binding in item.bindings if item.name == interface else ():
            if binding.direction is direction and binding.family is family:
                found = (acl for acl in device.acls if acl.name == binding.acl and acl.family is family)
                return next((acl for acl in found if acl.entries), None)
    return None
