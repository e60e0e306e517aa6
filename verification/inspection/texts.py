"""What is looked at: devices as read from texts, the links between them and how they are known, and where lines are.

The one idea: no policy, no plan: whoever asks what stands on devices need not say what was wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.model import Network, Ref
from routing.subnet_links import UnclearSubnet
from verification.evidence.evidence import quote_line
from verification.verdicts.verdict import Culprit


class LinkKnowledge(StrEnum):
    """How the links between devices are known."""

    SUBNETS = "subnets"
    """Two interfaces in one subnet are taken to be joined."""
    TABLE = "table"
    """A table of cables says so."""
    WORKSPACE = "workspace"
    """The workspace's channels say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedTexts:
    """Devices and links; `lines` where each thing is said, `texts` line by line, `unknown` line numbers of what is not understood
    (in the order of the device's unknown lines); `unclear` are subnets that leave open who is joined to whom."""

    network: Network
    knowledge: LinkKnowledge
    lines: Mapping[str, Mapping[Ref, int]]
    texts: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, tuple[int, ...]]
    unclear: tuple[UnclearSubnet, ...] = ()

    def culprit(self, device: str, ref: Ref) -> Culprit:
        """Return the line of a device that says a thing."""
        return quote_line(self.lines, self.texts, device, ref)
