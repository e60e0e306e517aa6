"""How IOS-XE shows its running configuration.

Sources: Cisco IOS Configuration Fundamentals Command Reference (show running-config, terminal length, terminal width). Captures
of real devices have as many bytes behind `Current configuration : N bytes` as it says, or more (a control character in a banner
is shown as two), never fewer.
"""

from __future__ import annotations

import re

from routing.vendors.showing import Showing

SHOWING = Showing(
    settings=("terminal length 0", "terminal width 0"),
    command="show running-config",
    prompt=re.compile(r"(?P<name>[\w.-]+)#"),
    without_rights=re.compile(r"[\w.-]+>"),
    last_line="end",
    announced=re.compile(r"^Current configuration : (\d+) bytes\n", re.MULTILINE),
    passing=re.compile(
        r"Building configuration\.\.\.$|Current configuration : \d+ bytes$|! Last configuration change at "
        r"|! NVRAM config last updated at |! No configuration change since last restart|Load for five secs: |Time source is "
        r"|No time source, "
    ),
    refusal=re.compile(r"%|Command authorization failed|\s*\^\n"),
)
