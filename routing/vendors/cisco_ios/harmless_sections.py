"""Harmless lines inside sections: interfaces, BGP, lines, AAA servers, archive, certificates, counters of flows.

Data for `harmless`: reasons with their patterns. The one idea: the section header is part of the pattern, so that a
line that is harmless in one place is not so in another.
"""

from __future__ import annotations

_INTERFACE = r"interface \S+ "
_ROUTER = r"router bgp \S+ (?:address-family [^!]+? )?"
_OSPF = (r"router ospf \d+(?: vrf \S+)? ", r"ipv6 router ospf \d+ ")
_NEIGHBOR = r"router bgp \S+ (?:address-family [^!]+? )?neighbor \S+ "
_SESSION_TEMPLATE = r"router bgp \S+ template peer-session \S+ "
_POLICY_TEMPLATE = r"router bgp \S+ template peer-policy \S+ "
_VTY = r"line vty \d+(?: \d+)? "
_LINE = r"line (?:vty \d+(?: \d+)?|con 0|aux 0) "
_HOLD = r"(?:0|[3-9]|[1-9]\d+)"
"""A hold time that RFC 4271 4.2 allows (RFC-SESS-02); a minimum that the other end must keep is not on the list (IOS-SESS-02)."""
_CERTIFICATE = (
    r" certificate (?:(?:ca|self-signed|ra-sign|ra-encrypt) )?[0-9A-F]+(?: nvram:\S+|(?: [0-9A-F]+)*(?: quit)?)"
)
"""Hexadecimal lines up to `quit`; any other line is a command (IOS-GRAM-05)."""
_POLICY = r"policy-map \S+ class \S+ "


_LONG = r"(?:[1-9]\d{3,}|infinite)"
"""Seconds for which hosts keep what they were told, until they are told again (IOS-UP-18)."""


def _within(section: str, *lines: str) -> tuple[str, ...]:
    return tuple(section + line for line in lines)


SECTION_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("the physical port: supervision, counters", _within(
        _INTERFACE, r"media-type \S+",
        r"load-interval \d+", r"keepalive(?: \d+)*", r"no keepalive", r"carrier-delay .+", r"bandwidth(?: qos-reference)? \d+",
        r"delay \d+", r"hold-queue [1-9]\d* (?:in|out)", r"no mop (?:enabled|sysid)", r"mop (?:enabled|sysid)",
        r"dampening.*", r"transceiver .+", r"no fair-queue", r"plim qos .+",
        r"logging event .+", r"no logging event .+", r"snmp trap .+", r"no snmp trap .+", r"snmp ifindex persist",
        r"arp timeout \d+", r"no switchport", r"power inline auto", r"hold-queue [1-9]\d*",
    )),
    ("how long packets may be", _within(
        _INTERFACE, r"ip tcp adjust-mss \d+", r"ipv6 tcp adjust-mss \d+",
    )),
    ("neighbours see names and ports, nothing is forwarded by it", _within(
        _INTERFACE, r"cdp enable", r"no cdp enable", r"cdp log mismatch duplex", r"lldp (?:transmit|receive)",
        r"no lldp (?:transmit|receive)", r"no cdp tlv .+",
    )),
    ("messages that the interface sends on its own", _within(
        _INTERFACE, r"no ip redirects", r"ip redirects", r"no ip unreachables", r"ip unreachables", r"no ip mask-reply",
        r"no ip information-reply", r"no ipv6 redirects", r"ipv6 redirects", r"no ipv6 unreachables", r"ipv6 unreachables",
        r"ipv6 nd ra (?:interval (?:msec \d+|[1-9]\d{0,2})(?: \d+)?|lifetime [1-9]\d{3}|solicited unicast)",
        r"ipv6 nd (?:dad attempts \d+|ns-interval \d+|reachable-time \d+|managed-config-flag|other-config-flag)",
        r"ipv6 nd (?:cache expire \d+(?: refresh)?|nud retry \d+ \d+ \d+(?: \d+)?|router-preference (?:high|medium|low))",
        r"no ipv6 nd (?:cache|dad|managed-config-flag|ns-interval|nud|other-config-flag|prefix|reachable-time)(?: .*)?",
        r"no ipv6 nd router-preference(?: .*)?", rf"ipv6 nd prefix default {_LONG} {_LONG}", r"ipv6 mld .+",
        r"no ipv6 mld .+",
    )),
    ("answers ARP for others; what then arrives is judged as any packet", _within(
        _INTERFACE, r"no ip proxy-arp", r"ip proxy-arp", r"no ip local-proxy-arp", r"no ip gratuitous-arps",
        r"no ip directed-broadcast", r"arp arpa",
    )),
    ("switched off, or counts only", _within(
        _INTERFACE, r"no ip route-cache.*", r"ip route-cache.*", r"no ip virtual-reassembly.*", r"no ip nat (?:inside|outside)",
        r"ip flow (?:ingress|egress)", r"ip flow monitor \S+(?: sampler \S+)? (?:input|output)",
        r"ipv6 flow monitor \S+(?: sampler \S+)? (?:input|output)", r"ip nbar protocol-discovery.*", r"ip accounting .+",
        r"no ip accounting.*", r"no ip pim .+", r"no mpls ip", r"no ip policy.*", r"no service-policy .+",
        r"no ip verify .+", r"no ip helper-address.*", r"ntp disable", r"no ip igmp .+",
    )),
    ("how fast a dead neighbour is seen; strictly, a session would wait for it (IOS-SESS-03)", (
        *_within(_INTERFACE, r"bfd (?:interval \d+ min_rx \d+ multiplier \d+|template \S+|echo)", r"no bfd echo"),
        *_within(r"bfd-template single-hop \S+", r"", r" interval .+"),
        *_within(_NEIGHBOR, r"fall-over bfd", rf"timers \d+ {_HOLD}", r"advertisement-interval \d+"),
        *_within(_SESSION_TEMPLATE, r"fall-over bfd", rf"timers \d+ {_HOLD}"),
        *_within(_POLICY_TEMPLATE, r"advertisement-interval \d+"),
        *_within(_ROUTER, rf"timers bgp \d+ {_HOLD}", r"bgp update-delay \d+", r"bgp scan-time \d+"),
    )),
    ("how fast OSPF hears of changes, and how many of its equal ways are used at once: all are followed (RFC-OSPF-07)", tuple(
        process + line for process in _OSPF for line in (
            r"log-adjacency-changes(?: detail)?", r"no log-adjacency-changes", r"maximum-paths \d+",
            r"timers throttle (?:spf|lsa(?: all)?) \d+ \d+ \d+", r"timers lsa arrival \d+", r"timers pacing \S+ \d+",
        )
    )),
    ("stops a route only for minutes after it flapped; states without recent flaps are judged (IOS-DAMP-01)", _within(
        _ROUTER, r"bgp dampening(?: \d+(?: \d+ \d+ \d+)?)?",
    )),
    ("the null interface sends no errors", (r"interface Null0",)),
    ("how the BGP session is protected, or what is logged", (
        *_within(_NEIGHBOR, r"version 4", r"soft-reconfiguration inbound",
                 r"log-neighbor-changes(?: disable)?", r"transport path-mtu-discovery(?: disable)?",
                 r"ha-mode graceful-restart(?: disable)?"),
        *_within(_SESSION_TEMPLATE, r"version 4", r"transport path-mtu-discovery(?: disable)?"),
        *_within(_POLICY_TEMPLATE, r"soft-reconfiguration inbound"),
        *_within(_ROUTER, r"bgp log-neighbor-changes", r"no bgp log-neighbor-changes", r"bgp graceful-restart.*",
                 r"bgp asnotation dot", r"no auto-summary", r"no synchronization", r"no bgp fast-external-fallover",
                 r"bgp fast-external-fallover"),
    )),
    ("the session behind the access class", (
        *_within(_LINE, r"exec-timeout (?:0(?: 0)?|[1-9]\d*(?: \d+)?)", r"logging synchronous.*", r"history size \d+",
                 r"length \d+", r"width \d+", r"session-timeout \d+(?: output)?", r"absolute-timeout \d+",
                 r"privilege level (?:[1-9]|1[0-5])", r"login", r"login local", r"login authentication \S+",
                 r"password(?: \d)? \S+", r"authorization (?:exec|commands \d+) \S+", r"accounting (?:exec|commands \d+) \S+",
                 r"no motd-banner",
                 r"no exec-banner", r"transport preferred none", r"transport output .+", r"notify", r"escape-character \S+",
                 r"no vacant-message", r"ipv6 access-class \S+ out.*", r"access-class \S+ out.*", r"session-limit [1-9]\d*",
                 r"exec prompt timestamp", r"stopbits \d", r"logout-warning \d+", r"monitor"),
        *_within(_VTY, r"no access-class \S+ out.*"),
        r"line con 0", r"line aux 0", r"line (?:con|aux) 0 no exec",  # on a vty nobody would get a session (IOS-CTL-03)
        r"line con 0 (?:speed \d+|databits \d|parity \w+|flowcontrol \w+|stopbits \d)",
        r"line (?:con|aux) 0 transport input none", r"line con 0 media-type \w+",
    )),
    ("servers that the box asks", (
        r"tacacs server \S+", r"tacacs-server .+", r"radius-server .+", r"radius server \S+",
        *_within(r"tacacs server \S+ ", r"address ipv[46] \S+", r"key(?: \d)? \S+", r"timeout \d+", r"port \d+",
                 r"single-connection"),
        *_within(r"radius server \S+ ", r"address ipv[46] \S+(?: auth-port \d+)?(?: acct-port \d+)?", r"key(?: \d)? \S+",
                 r"timeout \d+", r"retransmit \d+", r"automate-tester .+"),
        r"aaa group server (?:tacacs\+|radius) \S+",
        *_within(r"aaa group server (?:tacacs\+|radius) \S+ ", r"server name \S+", r"server-private .+",
                 r"(?:ip )?vrf forwarding \S+", r"ip (?:tacacs|radius) source-interface \S+(?: vrf \S+)?",
                 r"deadtime \d+"),
        *_within(r"aaa accounting (?:exec|commands \d+|system|connection) \S+", r"", r" action-type \S+",
                 r" group \S+", r" broadcast"),
        *_within(r"aaa common-criteria policy \S+", r"",
                 r" (?:min-length|max-length|numeric-count|upper-case|lower-case|special-case|char-changes|lifetime) .+"),
    )),
    ("copies and diary of the configuration", (
        r"archive",
        *_within(r"archive ", r"path .+", r"maximum \d+", r"write-memory", r"time-period \d+", r"log config",
                 r"log config (?:logging enable|logging size \d+|notify syslog.*|hidekeys|record rc)"),
    )),
    ("keys and certificates of the box", (
        r"crypto pki trustpoint \S+",
        *_within(r"crypto pki trustpoint \S+ ", r"enrollment .+", r"subject-name .+", r"revocation-check .+",
                 r"rsakeypair .+", r"fqdn \S+", r"hash \S+", r"usage .+", r"source interface \S+", r"vrf \S+"),
        *_within(r"crypto pki certificate chain \S+", r"", _CERTIFICATE),
        r"key chain \S+",
        *_within(r"key chain \S+ ", r"key \d+", r"key \d+ (?:key-string|cryptographic-algorithm) .+",
                 r"key \d+ (?:accept|send)-lifetime .+"),
    )),
    ("classes and policies that nothing harmless binds: at the control plane they stop logins and sessions (IOS-CTL-01)", (
        r"control-plane", r"control-plane host",
        r"class-map (?:match-(?:any|all) )?\S+",
        *_within(r"class-map (?:match-(?:any|all) )?\S+ ", r"match .+", r"description .+"),
        r"policy-map \S+", r"policy-map \S+ class \S+", r"policy-map \S+ description .+",
        *_within(_POLICY, r"police .+", r"bandwidth .+", r"priority.*", r"set (?:dscp|precedence|qos-group) .+", r"drop",
                 r"fair-queue", r"shape .+", r"random-detect.*", r"queue-limit .+"),
    )),
    ("counts packets and exports the counts", (
        *_within(r"flow record \S+", r"", r" (?:match|collect|description) .+"),
        *_within(r"flow exporter \S+", r"", r" (?:destination|source|transport|template|option|dscp|ttl) .+",
                 r" (?:export-protocol|description) .+"),
        *_within(r"flow monitor \S+", r"", r" (?:record|exporter|cache|statistics|description) .+"),
        *_within(r"sampler \S+", r"", r" (?:mode|description) .+"),
        r"ip flow-export .+", r"ip flow-cache .+", r"ip flow-top-talkers(?: .+)?",
    )),
    ("reports of the box to its maker", (
        r"call-home", *_within(r"call-home ", r"(?:contact-email-addr|contact|phone-number|street-address|customer-id|site-id"
                               r"|mail-server|sender|rate-limit|source-ip-address|source-interface|http-proxy|data-privacy) .+",
                               r"(?:no )?http secure server-identity-check", r"alert-group all",
                               r"profile \S+", r"profile \S+ anonymous-reporting-only",
                               r"profile \S+ (?:active|no active|(?:no )?destination .+|reporting .+)"),
    )),
    ("one supervisor, or two that act as one", (r"redundancy", r"redundancy mode \S+")),
    ("optics are read out", (r"transceiver type all", r"transceiver type all monitoring")),
    ("a number of the VRF that nothing here uses", (r"vrf definition \S+ vpn id \S+",)),
)  # fmt: skip
