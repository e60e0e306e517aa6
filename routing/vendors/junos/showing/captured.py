"""What tells a captured Junos text from other texts, and the name that the device gives itself."""

from __future__ import annotations

import re

from intents.reason import Reason, because
from routing.vendors.junos.groups import expand_groups
from routing.vendors.junos.tree import SET_FORM, read_statements, words
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

_CUT = frozenset({"block_not_closed", "without_semicolon", "comment_not_closed", "closes_nothing"})


def host_name(text: str) -> str | None:
    """Return the name that a text gives its device, perhaps by a group; None if there is none."""
    found = [words(item.text) for item in expand_groups(read_statements(text))[0] if item.fault is None]
    names = [item[2] for item in found if item[:2] == ["system", "host-name"] and len(item) == 3]
    return names[0] if names else None


def why_not_whole(text: str) -> Reason | None:
    """Return what shows that a text is cut: blocks that do not close, a last statement that is none, a last line without its end.

    Of `set` lines that end between two lines nothing shows it.
    """
    statements = read_statements(text)
    fault = next((item.fault for item in statements if item.fault is not None and item.fault.key in _CUT), None)
    if fault is not None or SET_FORM.search(text) is None:
        return fault
    last = max(statements, key=lambda item: item.line, default=None)
    if last is not None and last.fault is not None:
        return last.fault
    return None if text.endswith("\n") else because("last_line_open", line=text.rpartition("\n")[2])
