"""Which single elements may fail, and what no longer works when one has.

The one idea: a `Failure` is spelled out when it is made, down to the ports that lose their signal, so that whoever
computes routes under it only has to look a port up. Assumption: a dead channel is noticed at both ends (loss of
signal, or a liveness protocol that takes the interface down), so routes through it go away; what stays up at one end
only is not modelled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from intents.reason import Reason, because
from routing.model import Network, PhysicalLink


class FailureKind(StrEnum):
    """What may have failed."""

    NONE = "none"
    DEVICE = "device"
    DUCT = "duct"
    LINK = "link"
    BACKBONE = "backbone"
    """Every backbone device at once: asked of A05 alone, no failure that can be expected."""


@dataclass(frozen=True, slots=True, order=True)
class FailureName:
    """Which element has failed; as text `device/core-1`, or `none` for the whole network."""

    kind: FailureKind
    element: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.element}" if self.element else str(self.kind)

    def __bool__(self) -> bool:
        return self.kind is not FailureKind.NONE

    def in_words(self) -> Reason:
        """Return what has failed."""
        match self.kind:
            case FailureKind.NONE:
                return because("failure_none")
            case FailureKind.DEVICE:
                return because("failure_device", name=self.element)
            case FailureKind.DUCT:
                return because("failure_duct", name=self.element)
            case FailureKind.LINK:
                return because("failure_link", name=self.element)
            case FailureKind.BACKBONE:
                return because("failure_backbone")
            case _:
                assert_never(self.kind)


NOTHING_FAILED = FailureName(FailureKind.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What has failed at one time.

    `interfaces` are (device, parent port) pairs that are down with all their sub-interfaces: those of the failed links
    and those that face a failed device. The interfaces of a failed device itself are not listed.
    """

    name: FailureName
    devices: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    interfaces: frozenset[tuple[str, str]] = frozenset()


NO_FAILURE = Failure(name=NOTHING_FAILED)


def device_failure(network: Network, device: str) -> Failure:
    """Return the failure of one device: all its links end at dead ports."""
    gone = [link for link in network.links if device in (link.a_device, link.b_device)]
    return Failure(
        name=FailureName(FailureKind.DEVICE, device),
        devices=frozenset({device}),
        links=_names(gone),
        interfaces=frozenset(end for end in _ends(gone) if end[0] != device),
    )


def link_failure(network: Network, link: str) -> Failure:
    """Return the failure of one channel or backbone link."""
    gone = [item for item in network.links if item.name == link]
    return Failure(name=FailureName(FailureKind.LINK, link), links=_names(gone), interfaces=_ends(gone))


def duct_failure(network: Network, duct: str) -> Failure:
    """Return the failure of one duct: every channel that lies in it fails together."""
    gone = [link for link in network.links if duct in link.ducts]
    return Failure(name=FailureName(FailureKind.DUCT, duct), links=_names(gone), interfaces=_ends(gone))


def failures(network: Network, devices: Collection[str]) -> tuple[Failure, ...]:
    """Return every single failure: of each of `devices`, of each link, and of each duct that more than one link
    shares.

    A duct with one link fails as that link does and is not listed again. Sorted by kind, then name; ValueError if a
    device is not in the network (its failure would change nothing, and a proof over it would say nothing).
    """
    missing = sorted(set(devices) - set(network.devices))
    if missing:
        raise ValueError(f"devices that are not in the network: {', '.join(missing)}")
    shared = sorted({duct for link in network.links for duct in link.ducts})
    ducts = [duct_failure(network, duct) for duct in shared]
    return (
        *(device_failure(network, device) for device in sorted(set(devices))),
        *(failure for failure in ducts if len(failure.links) > 1),
        *(link_failure(network, name) for name in sorted(link.name for link in network.links)),
    )


def _names(links: Iterable[PhysicalLink]) -> frozenset[str]:
    return frozenset(link.name for link in links)


def _ends(links: Iterable[PhysicalLink]) -> frozenset[tuple[str, str]]:
    ends: set[tuple[str, str]] = set()
    for link in links:
        ends.add((link.a_device, link.a_interface))
        ends.add((link.b_device, link.b_interface))
    return frozenset(ends)
