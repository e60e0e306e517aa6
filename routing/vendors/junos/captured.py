"""What tells a captured Junos text from other texts, and the name that the device gives itself."""

from __future__ import annotations

import re

from routing.vendors.junos.groups import expand_groups
from routing.vendors.junos.tree import read_statements, words
from routing.vendors.vendor import CapturedForms

_TOPS = (
    "applications|chassis|class-of-service|firewall|forwarding-options|groups|interfaces|policy-options|protocols"
    "|routing-instances|routing-options|security|snmp|switch-options|system|vlans"
)
FORMS = CapturedForms(
    signs=re.compile(
        rf"^(?:set (?:{_TOPS}|version|apply-groups) \S.*|(?:{_TOPS}) \{{|version \S+;|\s+host-name \S+;"
        r"|## Last (?:commit|changed): .*)\s*$",
        re.MULTILINE,
    ),
    # VyOS, PAN-OS and Gaia write `set` lines, too, about things that Junos does not have.
    strangers=re.compile(
        r"^(?:set (?:interfaces ethernet|deviceconfig|network interface|system config-management|service ssh|mgt-config"
        r"|hostname|interface|static-route)\b|\s+ethernet eth\d+ \{)",
        re.MULTILINE,
    ),
)


def host_name(text: str) -> str | None:
    """Return the name that a text gives its device, perhaps by a group; None if there is none."""
    found = [words(item.text) for item in expand_groups(read_statements(text))[0] if item.fault is None]
    names = [item[2] for item in found if item[:2] == ["system", "host-name"] and len(item) == 3]
    return names[0] if names else None
