"""How Junos shows its active configuration: as `set` lines, by its command line or by NETCONF.

Sources: Juniper, CLI User Guide (display set, no-more, set cli screen-length); Junos XML Protocol Operations Reference
(get-configuration: `format="set"`, `database="committed"`).
"""

from __future__ import annotations

import re

from routing.vendors.showing import Showing

SHOWING = Showing(
    settings=("set cli screen-length 0", "set cli screen-width 0"),
    command="show configuration | display set | no-more",
    prompt=re.compile(r"[\w.-]+@(?P<name>[\w.-]+)>"),
    netconf=(
        '<get-configuration xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" database="committed" format="set"/>',
        "configuration-set",
    ),
    passing=re.compile(r"## Last (?:commit|changed): |\{(?:master|primary|secondary|backup|linecard)[^}]*\}\s*$"),
    refusal=re.compile(r"error:|\s*\^\n|unknown command|syntax error"),
)
