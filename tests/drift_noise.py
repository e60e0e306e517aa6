"""The texts of the small example as devices show them: in their own order and spelling, secrets encoded, with what nobody typed.

What is added stands in running configurations of devices as they are published (see the sources of IOS-SHOW and JUN-SHOW); the
order and the encoding are those of the made-up devices, which know nothing of truc.
"""

from __future__ import annotations

import re
from random import Random

from tests.device_ios_edit import load_text
from tests.device_ios_exec import hide
from tests.device_junos_config import JunosConfig

HASH = "$9$abcdefghijklmn$ABCDEFGHIJabcdefghijabcdefghijabcdefghijabc"
IOS_FOREIGN = (
    "service call-home\n",
    "platform qfp utilization monitor load 80\n",
    "boot-start-marker\nboot system bootflash:packages.conf\nboot-end-marker\n",
    (
        "call-home\n contact-email-addr sch-smart-licensing@cisco.com\n"
        ' profile "CiscoTAC-1"\n  active\n  destination transport-method http\n!\n'
    ),
    "subscriber templating\nmultilink bundle-name authenticated\n",
    (
        "crypto pki trustpoint TP-self-signed-1234567890\n enrollment selfsigned\n revocation-check none\n"
        " rsakeypair TP-self-signed-1234567890\n!\n"
    ),
    (
        "crypto pki certificate chain TP-self-signed-1234567890\n certificate self-signed 01\n"
        "  30820330 30820218 A0030201 02020101 300D0609 2A864886 F70D0101 05050030\n  31312F30 2D060355\n  \tquit\n"
    ),
    "license udi pid C8300-1N1S-6T sn FDO2345A1BC\n",
    "memory free low-watermark processor 70177\n",
    "diagnostic bootup level minimal\nspanning-tree extend system-id\n",
    "redundancy\n mode none\n!\n",
    "control-plane\n!\n",
    (
        "vrf definition Mgmt-intf\n !\n address-family ipv4\n exit-address-family\n!\n"
        "interface GigabitEthernet0\n vrf forwarding Mgmt-intf\n no ip address\n shutdown\n negotiation auto\n!\n"
    ),
    "interface GigabitEthernet0/9/7\n no ip address\n shutdown\n negotiation auto\n!\n",
)  # fmt: skip
"""What devices show beside what they were told: each may stand before the name of the device."""
IOS_OTHERWISE: tuple[tuple[str, str], ...] = (
    (r"(?m)^(line (?:con|vty) .*\n(?: .*\n)*?) exec-timeout 10 0\n", r"\1"),
    (r"(?m)^logging trap informational\n", ""),
    (r"(?m)^ip ssh authentication-retries 3\n", ""),
    (r"(?m)^no service pad\n", ""),
    (r"(?m)^no cdp run\n", ""),
    (r"(?m)^ timeout 5\n", ""),
    (r"(?m)^ login authentication default\n", ""),
    (r"(?m)^(clock timezone \S+ \d+)$", r"\1 0"),
    (r"(?m)^ip domain name ", "ip domain-name "),
    (r"(?m)^no ip domain lookup$", "no ip domain-lookup"),
    (r"(?m)^(interface (?:Ten)?GigabitEthernet\S*\d)$(?=\n no ip address)", r"\1\n negotiation auto"),
    (r"(?m)^(router bgp \d+)$", r"\1\n bgp log-neighbor-changes"),
    (r"(?m)^ \d+ (permit|deny) ", r" \1 "),
    (r"\n", "\r\n"),
    (r"(?m)^!$", "!\n!"),
)
"""Forms of other releases, and defaults that are shown or not: each may be used or not."""


def as_shown(platform: str, text: str, random: Random) -> str:
    """Return the text of a device as it may show it one night."""
    known = re.sub(r"\{\{secret:(?:enable|admin)\}\}", HASH, text)
    known = re.sub(r"\{\{secret:[\w.-]+\}\}", "Abc12345", known)
    return _junos(known, random) if platform == "junos" else _ios(known, random)


def _ios(text: str, random: Random) -> str:
    shown = hide(load_text(text).shown()).replace("2026", str(random.randint(2026, 2030)))
    more = "".join(block for block in IOS_FOREIGN if random.random() < 0.5)
    shown = shown.replace("\nhostname ", f"\n{more}hostname ", 1)
    for pattern, other in IOS_OTHERWISE:
        if random.random() < 0.5:
            shown = re.sub(pattern, other, shown)
    return shown


def _junos(text: str, random: Random) -> str:
    text = re.sub(r'(authentication|privacy)-password "?\w+"?', r'\1-key "$9$abcdefghijklm"', text)
    config = JunosConfig(text)
    head = f"## Last commit: {random.randint(2026, 2030)}-11-30 08:00:00 ICT by truc\n"
    if random.random() < 0.5:
        secret = '"; ## SECRET-DATA'
        return f"{head}version 21.4R3.15;\n{config.brace_text()}".replace(
            '";', secret if random.random() < 0.5 else '";'
        )
    lines = config.set_text().splitlines(keepends=True)
    return f"{head}set version 21.4R3.15\n{''.join(lines)}set system login user truc uid 2000\n"
