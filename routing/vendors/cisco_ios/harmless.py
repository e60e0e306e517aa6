"""Which lines change nothing that is judged: the closed list with a reason for each, and the look-up.

Turns the path of a line into a reason or None. The one idea: a line is harmless only if it can change neither what is
forwarded or filtered, nor which routes exist, nor from where somebody can log in; what is not listed is not harmless.
Patterns are matched against the whole path with single spaces; they are tried by their first word, and once per
spelling.
"""

from __future__ import annotations

import re
from functools import lru_cache

from routing.model import LinePath
from routing.vendors.cisco_ios.harmless_conditions import CONDITIONAL_PATTERNS
from routing.vendors.cisco_ios.harmless_sections import SECTION_PATTERNS

_METHOD = r"(?:group \S+|local|local-case|enable|line)"
_GROUPS = r"group \S+(?: group \S+)*"
_METHODS = rf"{_METHOD}(?: {_METHOD}| if-authenticated)*"

_GLOBAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("says which release wrote the text", (r"version [\w.]+",)),
    ("the banner is text for people", (r"banner (?:motd|login|exec|incoming|prompt-timeout|slip-ppp) [\s\S]+",)),
    ("how time stamps and log lines look", (
        r"service timestamps .+", r"no service timestamps .+", r"service sequence-numbers", r"clock .+", r"no clock .+",
    )),
    ("how passwords are stored", (
        r"service password-encryption", r"no service password-encryption", r"password encryption aes",
        r"security passwords min-length \d+",
        r"security authentication failure rate \d+(?: log)?",
    )),
    ("closes a dead session or is a small server that is off", (
        r"service tcp-keepalives-(?:in|out)", r"no service pad", r"no service finger", r"no service config",
        r"no service (?:tcp|udp)-small-servers", r"no service dhcp", r"no ip bootp server", r"no ip finger",
        r"no ip rcmd (?:rcp|rsh)-enable", r"no ip identd", r"no ip gratuitous-arps", r"no service call-home",
        r"service call-home", r"no service tcp-keepalives-(?:in|out)", r"service internal", r"service linenumber",
        r"no service udp-small-server", r"no service tcp-small-server", r"no ip ftp passive", r"ip ftp passive",
        r"no ip dhcp bootp ignore", r"ip dhcp bootp ignore", r"no restconf", r"no ip scp server enable",
    )),
    ("how the box starts and which licences it holds", (
        r"boot-start-marker", r"boot-end-marker", r"boot system .+", r"license (?:udi|smart|feature) .+",
        r"license boot (?:level|suite) (?!(?i:n|no|non|none)(?: |$))\S.*",
        r"diagnostic bootup level \w+", r"config-register 0x2102", r"no license smart enable",
        r"no service unsupported-transceiver", r"service unsupported-transceiver", r"memory-size iomem \d+",
    )),
    ("resources and supervision of the box itself", (
        r"platform (?:qfp utilization monitor load \d+|punt-keepalive disable-kernel-core|console (?:virtual|serial|auto))",
        r"platform hardware throughput level .+", r"no platform punt-keepalive disable-kernel-core",
        r"memory (?:free low-watermark|reserve) .+", r"process cpu .+", r"exception .+", r"buffers .+",
        r"scheduler allocate \d+ \d+", r"facility-alarm .+", r"errdisable recovery .+",
        r"multilink bundle-name authenticated", r"subscriber templating", r"file prompt \w+", r"alias exec .+",
        r"prompt \S+", r"no device-tracking logging theft", r"login on-(?:success|failure) log(?: every \d+)?",
        r"login on-(?:success|failure)", r"no scheduler allocate", r"process-max-time \d+", r"scheduler interval \d+",
        r"no exception core-file", r"parser config cache interface", r"no parser cache", r"parser cache",
        r"no service slave-log", r"service slave-log", r"service compress-config", r"no service nagle", r"service nagle",
        r"errdisable detect cause all", r"no network-clock synchronization automatic", r"no device-tracking",
    )),
    ("how often the box looks at its own broadband clients, none of which this text makes", (
        r"mmi polling-interval \d+", r"mmi snmp-timeout \d+", r"no mmi auto-configure", r"no mmi pvc",
    )),
    ("a container that nothing activates: a line below it is none of this list", (r"virtual-service csr_mgmt",)),
    ("an empty frame of a feature: a line below it is none of this list", (r"domain default",)),
    ("the format of measurements that no profile asks for", (r"ipv6 ioam timestamp",)),
    ("slows down guessing of passwords; whoever guesses also stops logins, for ten minutes at most (IOS-CTL-02)", (
        r"login delay \d", r"login block-for (?:[1-9]\d?|[1-5]\d\d|600) attempts (?:[3-9]|\d\d) within \d+",
    )),
    ("who is asked for which password, not from where", (
        r"aaa new-model", r"no aaa new-model", r"aaa session-id common", r"aaa local authentication .+",
        rf"aaa authentication (?:login|enable) \S+ {_METHODS}", r"aaa authentication attempts .+",
        r"aaa authentication (?:fail-message|banner) (?:\^C[^^]*\^C|(?P<end>[^\s^])(?:(?!(?P=end)).)*(?P=end))",
        rf"aaa authorization (?:exec|console|config-commands|commands \d+ \S+|exec \S+) {_METHODS}",
        r"aaa authorization (?:console|config-commands)", r"aaa password restriction",
        r"enable (?:secret|password)(?: level \d+)?(?: \d)? \S+",
        r"username \S+(?: privilege \d+)?(?: algorithm-type \w+)? (?:secret|password)(?: \d)? \S+",
    )),
    ("what is written down about sessions", (
        r"aaa accounting (?:exec|commands \d+|system|connection|network) \S+ (?:start-stop|stop-only) (?:broadcast )?"
        + _GROUPS,
        r"aaa accounting (?:update|send|delay-start|nested|suppress|redundancy) ?.*",
    )),
    ("from which address the box asks its servers", (
        r"ip (?:tacacs|radius|ftp|tftp) source-interface \S+(?: vrf \S+)?", r"ip tftp blocksize \d+",
        r"ip ssh source-interface \S+", r"ip http client source-interface \S+",
    )),
    ("names and name servers of the box", (
        r"ip domain (?:name|list)(?: vrf \S+)? \S+", r"ip domain-name(?: vrf \S+)? \S+", r"ip domain[ -]lookup.*",
        r"no ip domain[ -]lookup.*", r"ip name-server(?: vrf \S+)?(?: [\d.:A-Fa-f]+)+", r"ip host .+",
    )),
    ("how the SSH and web servers speak, not to whom", (
        r"ip ssh version 2", r"ip ssh (?:time-out|authentication-retries|maxstartups|window-size) [1-9]\d*",
        r"ip ssh break-string \S+", r"ip ssh server algorithm (?:encryption|mac|kex|hostkey|publickey) .+",
        r"ip ssh server algorithm authentication (?:\S+ )*(?:password|keyboard)(?: \S+)*",
        r"ip ssh client algorithm .+", r"ip ssh dh min size \d+", r"ip ssh logging events",
        r"ip ssh bulk-mode(?: \d+)?", r"ip scp server enable",
        r"ip http authentication (?:local|enable|aaa.*)",
        r"ip http (?:timeout-policy|max-connections|secure-ciphersuite|secure-trustpoint|tls-version) .+",
        r"ip http client .+", r"no ip http (?:authentication|client) .+", r"netconf-yang feature candidate-datastore",
        r"no ip ssh version",
    )),
    ("logs of the box", (r"logging .+", r"no logging .+")),
    ("time of the box", (r"ntp .+", r"no ntp .+")),
    ("what the SNMP agent tells and to whom it sends traps; versions 1 and 2c may make a community (IOS-SNMP-01)", (
        r"snmp-server (?:location|contact|chassis-id) .+", r"snmp-server enable traps.*", r"no snmp-server enable traps.*",
        r"snmp-server host \S+(?: vrf \S+)?(?: (?:traps|informs))? version 3 (?:auth|noauth|priv) .+",
        r"snmp-server (?:trap-source|source-interface|trap) .+", r"snmp-server ifindex persist",
        r"snmp-server (?:queue-length|packetsize|view|engineID|inform|cache|context|file-transfer) .*",
        r"snmp-server user \S+ \S+ v3(?: encrypted)? auth (?:md5|sha|sha-2 \d+) \S+(?: priv (?:des|3des|aes \d+) \S+)?",
        r"snmp-server tftp-server-list \S+", r"snmp ifmib ifindex persist",
        r"no snmp-server system-shutdown",
    )),
    ("neighbours see names and ports, nothing is forwarded by it", (
        r"cdp (?:run|timer \d+|holdtime \d+|advertise-v2|source-interface \S+)", r"no cdp (?:run|advertise-v2)",
        r"no cdp log mismatch duplex", r"cdp log mismatch duplex", r"no lldp tlv-select \S+",
        r"ethernet lmi ce", r"no ethernet lmi ce", r"cts logging verbose", r"lldp (?:run|timer \d+|holdtime \d+|reinit \d+)",
        r"lldp tlv-select .+", r"no lldp run", r"vtp (?:mode (?:transparent|off)|domain \S+|version \d)",
    )),
    ("routed interfaces run no spanning tree", (r"spanning-tree .+", r"no spanning-tree .+")),
    ("the default: packets are forwarded", (
        r"ip routing", r"ip cef(?: distributed)?", r"ipv6 cef", r"ip subnet-zero", r"ip classless", r"ip cef load-sharing .+",
        r"ip bgp-community new-format", r"no ip prefix-list sequence-number", r"ip prefix-list sequence-number",
        r"no ipv6 prefix-list sequence-number", r"ipv6 prefix-list sequence-number",
    )),
    ("packets with options or source routes are dropped; the packets judged have none", (
        r"ip options (?:drop|ignore)", r"no ip source-route", r"no ipv6 source-route",
    )),
    ("broadcasts are relayed only with a helper address, which is harmless for DHCP alone", (
        r"ip forward-protocol (?:nd|udp)(?: \S+)?", r"no ip forward-protocol (?:nd|udp)(?: \S+)?",
    )),
    ("sessions of the box itself", (
        r"ip tcp (?:synwait-time|window-size|queuemax) \d+", r"ip tcp mss (?:[5-9]\d\d|\d{4,5})",
        r"ip tcp (?:path-mtu-discovery|selective-ack|timestamp).*",
        r"ip icmp rate-limit unreachable.*", r"no ip icmp rate-limit unreachable(?: DF)?",
        r"ipv6 icmp error-interval .+", r"ipv6 hop-limit (?:[3-9]\d|[12]\d\d)",
        r"no ip icmp redirect.*",
    )),
    ("when hits of access lists are logged", (
        r"ip access-list (?:logging interval \d+|log-update threshold \d+|logging hash-generation)",
        r"ip access-list persistent",
        r"ipv6 access-list log-update threshold \d+",
    )),
    ("text for people", (
        r"ip prefix-list \S+ description .+", r"ipv6 prefix-list \S+ description .+", r"access-list \d+ remark.*",
        r"ip access-list (?:standard|extended) \S+ (?:\d+ )?remark.*",
        r"ipv6 access-list \S+ (?:sequence )?(?:\d+ )?remark.*", r"object-group (?:network|service) \S+ description .+",
        r"route-map \S+(?: \w+)?(?: \d+)? description .+",
    )),
    ("switched off", (
        r"no ip multicast-routing.*", r"no ip nat service .+", r"no mpls ip", r"no ip dhcp conflict logging",
        r"no ip igmp snooping", r"no ip dhcp snooping", r"no banner (?:motd|login|exec|incoming)", r"no fips",
    )),
    ("how fast a dead neighbour is seen", (r"bfd slow-timers \d+",)),
)  # fmt: skip

_ALWAYS: tuple[tuple[str, str], ...] = tuple(
    (pattern, reason) for reason, patterns in (*_GLOBAL, *SECTION_PATTERNS) for pattern in patterns
)
PATTERNS: tuple[tuple[str, str], ...] = (*_ALWAYS, *CONDITIONAL_PATTERNS)


def _by_first_word() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    found: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for pattern, reason in _ALWAYS:
        for word in _first_words(pattern):
            found.setdefault(word, []).append((re.compile(pattern), reason))
    return found


def _first_words(pattern: str) -> list[str]:
    """Return the words that a pattern can start with: a literal, or a group of literals."""
    head = pattern.partition(" ")[0]
    return head.removeprefix("(?:").removesuffix(")").split("|")


_INDEX = _by_first_word()


@lru_cache(maxsize=1 << 14)
def _reason(line: str) -> str | None:
    for pattern, reason in _INDEX.get(line.partition(" ")[0], ()):
        if pattern.fullmatch(line) is not None:
            return reason
    return None


_OPENS = re.compile(
    r"interface \S+(?: \S+)?|(?:ipv6 )?router ospf \d+(?: vrf \S+)?"
    r"|router bgp \S+|address-family .+|template peer-(?:session|policy) \S+"
    r"|vrf definition \S+|line .+|archive|log config"
    r"|(?:tacacs|radius) server \S+|aaa group server .+|aaa common-criteria policy \S+"
    r"|aaa accounting (?:exec|commands \d+|system|connection) \S+|crypto pki (?:trustpoint|certificate chain) \S+"
    r"|certificate .+|[0-9A-F]+(?: [0-9A-F]+)*|key chain \S+|key \d+|control-plane(?: host)?|class-map .+"
    r"|policy-map \S+|class \S+|flow (?:record|exporter|monitor) \S+|sampler \S+|call-home|profile .+|redundancy|bfd-template .+"
    r"|ip(?:v6)? access-list .+|object-group .+|route-map .+|transceiver type all"
)
"""Lines that lines below them belong to. What is indented below any other line is a command of its own all the same."""


def harmless_reason(path: LinePath) -> str | None:
    """Return why a line is harmless, or None if it is not on the list."""
    if any(_OPENS.fullmatch(part) is None for part in path[:-1]):
        return None
    if len(path) > 1 and path[0].startswith("interface "):
        path = ("interface X", *path[1:])  # one look-up for all interfaces
    return _reason(" ".join(" ".join(part.split()) for part in path))


def is_harmless(path: LinePath) -> bool:
    """Return whether a line is on the list of harmless lines."""
    return harmless_reason(path) is not None
