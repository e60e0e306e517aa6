"""What became of probes, beside what should: values that records hold.

The one idea: a wish and an end are two values, and who agrees with whom is asked where both are judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from controller.fleet.readings import ProbeEnd


class ProbeWish(StrEnum):
    """What shall become of a probe's packets."""

    ARRIVE = "arrive"
    STAY_OUT = "stay out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What became of one probe: from a probe host, to an address and a TCP port; `wish`: what should; `changes`: whether the plan
    is to change it."""

    host: str
    target: str
    port: int
    wish: ProbeWish
    changes: bool
    end: ProbeEnd

    @property
    def arrived(self) -> bool:
        """Return whether packets went there and back."""
        return self.end in {ProbeEnd.CONNECTED, ProbeEnd.REFUSED}
