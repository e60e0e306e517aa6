"""What whoever talks to a device needs of its platform: how it is asked, how it is changed, what it calls itself, what to hide.

The one idea: connections know how to talk, never in which words; these come from outside, as a rule from the platform's vendor
module, which is more than this.
"""

from __future__ import annotations

from typing import Protocol

from routing.vendors.entering import Entry
from routing.vendors.showing import Showing


class DeviceWords(Protocol):
    """The words of a platform; every `Vendor` has them."""

    showing: Showing
    entry: Entry

    def host_name(self, text: str) -> str | None:
        """Return the name that a text gives its device, None if it gives none."""
        ...

    def hide_secrets(self, text: str) -> str:
        """Return a text without what may be a secret."""
        ...
