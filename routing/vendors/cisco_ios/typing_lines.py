"""How IOS-XE takes a change: line by line in configuration mode, each of which acts at once.

Sources: Cisco, IOS-XE Configuration Fundamentals (configure terminal, prompts cut to 20 characters, write memory) and
"Configuration Rollback Confirmed Change" (the revert timer, in minutes, which needs an archive with a path). Every mode behind
which lines are typed shows itself in parentheses, by a name that need not begin with `config` (IOS-GRAM-11).
"""

from __future__ import annotations

import re

from routing.vendors.entering import LineEntry, RevertTimer

ENTRY = LineEntry(
    enter="configure terminal",
    leave="end",
    entered=re.compile(r"Enter configuration commands, one per line\.  End with CNTL/Z\.?"),
    busy=re.compile(r"Configuration mode is locked by process"),
    prompt=re.compile(r"(?P<name>[\w.-]+)\([^()\s]+\)#"),
    cut=20,
    save="write memory",
    saved=re.compile(r"^\[OK\]$", re.MULTILINE),
    timer=RevertTimer(
        arm="configure terminal revert timer {minutes}",
        confirm="configure confirm",
        needs=(re.compile(r"^archive$", re.MULTILINE), re.compile(r"^ path \S", re.MULTILINE)),
        armed=re.compile(r"Rollback Confirmed Change: Backing up current running config"),
        unarmed=re.compile(r"%\s?No Rollback Confirmed Change pending"),
        longest=120,
    ),
)
