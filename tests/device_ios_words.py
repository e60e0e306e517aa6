"""The words of IOS-XE's configuration mode as a made-up device knows them: modes, their commands, and the order of printing.

The one idea: all that is known about a word stands in tables, read from Cisco's command references (Fundamentals, IP Addressing,
BGP, Security, MPLS); what is in none of them is a line that is kept as it was typed.
"""

from __future__ import annotations

# Mode -> the word that its prompt has in brackets.
PROMPTS = {
    "global": "config",
    "interface": "config-if",
    "subinterface": "config-subif",
    "vrf": "config-vrf",
    "vrf-family": "config-vrf-af",
    "bgp": "config-router",
    "bgp-family": "config-router-af",
    "router": "config-router",
    "route-map": "config-route-map",
    "acl4": "config-ext-nacl",
    "acl4-standard": "config-std-nacl",
    "acl6": "config-ipv6-acl",
    "line": "config-line",
    "archive": "config-archive",
    "archive-log": "config-archive-log-cfg",
    "tacacs": "config-server-tacacs",
    "radius": "config-radius-server",
    "aaa-group": "config-sg-tacacs+",
    "other": "config-other",
}
# Start of a section's head -> the same, where modes that take any command differ (Cisco's command references, "Command Modes").
PROMPTS_BY_HEAD = {
    "aaa group server radius": "config-sg-radius",
    "class-map": "config-cmap",
    "policy-map": "config-pmap",
    "key chain": "config-keychain",
    "object-group network": "config-network-group",
    "track": "config-track",
    "ip sla": "config-ip-sla",
    "crypto pki trustpoint": "ca-trustpoint",
    "control-plane": "config-cp",
    "redundancy": "config-red",
}

# Mode -> commands that open another mode: their words, the mode, and how many words the whole command has at least.
OPENERS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "global": (
        ("interface", "interface", 2),
        ("vrf definition", "vrf", 3),
        ("router bgp", "bgp", 3),
        ("router", "router", 2),
        ("route-map", "route-map", 2),
        ("ip access-list extended", "acl4", 4),
        ("ip access-list standard", "acl4-standard", 4),
        ("ipv6 access-list", "acl6", 3),
        ("line", "line", 3),
        ("archive", "archive", 1),
        ("tacacs server", "tacacs", 3),
        ("radius server", "radius", 3),
        ("aaa group server", "aaa-group", 5),
        ("class-map", "other", 2),
        ("policy-map", "other", 2),
        ("key chain", "other", 3),
        ("object-group", "other", 3),
        ("track", "other", 2),
        ("ip sla", "other", 3),
        ("crypto pki trustpoint", "other", 4),
        ("control-plane", "other", 1),
        ("redundancy", "other", 1),
    ),
    "vrf": (("address-family", "vrf-family", 2),),
    "bgp": (("address-family", "bgp-family", 2),),
    "archive": (("log config", "archive-log", 2),),
}

_GLOBAL = """
    aaa access-list alias archive arp banner boot call-home cdp class-map clock control-plane crypto default
    diagnostic do enable errdisable event exception file flow hostname interface ip ipv6 key license line lldp logging
    login mac memory monitor multilink netconf netconf-yang ntp object-group parser platform policy-map privilege
    process radius radius-server redundancy restconf route-map router scheduler service snmp snmp-server spanning-tree
    standby subscriber tacacs tacacs-server telemetry template tftp-server track transceiver username version vlan vrf
    vtp yang-interfaces"""

# Mode -> the first word, or the first two, of every command that it takes; None: any.
COMMANDS: dict[str, frozenset[str] | None] = {
    "global": frozenset(_GLOBAL.split()),
    "interface": frozenset(
        (
            "arp", "bandwidth", "bfd", "carrier-delay", "cdp", "delay", "description", "duplex", "encapsulation", "hold-queue",
            "keepalive", "lldp", "load-interval", "mpls", "mtu", "negotiation", "ntp", "service-policy", "shutdown", "speed",
            "switchport", "tunnel", "standby", "vrf forwarding", "ip address", "ip access-group", "ip mtu", "ip ospf",
            "ip helper-address", "ip redirects", "ip nat", "ip unreachables", "ip proxy-arp", "ip verify", "ip unnumbered",
            "ip tcp", "ip flow", "ip pim", "ip igmp", "ipv6 address", "ipv6 traffic-filter", "ipv6 enable", "ipv6 nd", "ipv6 mtu",
            "ipv6 ospf", "ipv6 redirects", "ipv6 unreachables", "ipv6 verify", "logging event", "snmp trap",
        )
    ),
    "vrf": frozenset(("rd", "description", "route-target", "address-family", "vnet", "import map", "export map")),
    "vrf-family": frozenset(("route-target", "import", "export", "maximum", "exit-address-family")),
    "bgp": frozenset(
        (
            "bgp", "neighbor", "network", "address-family", "redistribute", "aggregate-address", "maximum-paths", "timers",
            "distance", "default-information", "auto-summary", "synchronization",
        )
    ),
    "bgp-family": frozenset(
        (
            "bgp", "neighbor", "network", "redistribute", "aggregate-address", "maximum-paths", "distance", "default-information",
            "auto-summary", "synchronization", "exit-address-family", "import", "export", "table-map",
        )
    ),
    "router": None,
    "route-map": frozenset(("match", "set", "description", "continue")),
    "acl4": frozenset(("permit", "deny", "remark")),
    "acl4-standard": frozenset(("permit", "deny", "remark")),
    "acl6": frozenset(("permit", "deny", "remark", "sequence")),
    "line": frozenset(
        (
            "access-class", "authorization", "accounting", "databits", "exec", "exec-timeout", "history", "length",
            "location", "logging synchronous", "login authentication", "login local", "password", "privilege",
            "rotary", "session-limit", "session-timeout", "speed", "stopbits", "transport", "width",
            "ipv6 access-class",
        )
    ),
    "archive": frozenset(("log", "maximum", "path", "rollback", "time-period", "write-memory")),
    "archive-log": frozenset(("hidekeys", "logging", "notify", "record")),
    "tacacs": frozenset(("address", "key", "timeout", "port", "single-connection")),
    "radius": frozenset(("address", "key", "timeout", "retransmit")),
    "aaa-group": frozenset(("server", "deadtime", "ip tacacs", "ip radius", "ip vrf")),
    "other": None,
}  # fmt: skip
COMMANDS["subinterface"] = COMMANDS["interface"]

# Mode -> commands of which there is one: a further one takes its place.
SINGLE: dict[str, frozenset[str]] = {
    "global": frozenset(
        (
            "hostname", "ip domain name", "clock timezone", "enable secret", "enable password", "logging trap",
            "logging buffered", "logging origin-id", "logging console", "ntp source", "snmp-server trap-source", "ip ssh version",
            "ip ssh time-out", "ip ssh authentication-retries", "aaa session-id", "aaa authentication login default",
            "aaa authorization exec default", "aaa accounting exec default", "ip tcp synwait-time",
            "netconf-yang ssh ipv4", "netconf-yang ssh ipv6", "logging source-interface", "ip http access-class",
        )
    ),
    "interface": frozenset(
        (
            "description", "encapsulation", "vrf forwarding", "mtu", "bandwidth", "speed", "duplex", "ip mtu", "ipv6 mtu",
            "delay", "load-interval", "ip unnumbered", "keepalive",
        )
    ),
    "vrf": frozenset(("description", "rd")),
    "vrf-family": frozenset(("import map", "export map", "maximum routes")),
    "bgp": frozenset(("bgp router-id", "maximum-paths", "timers bgp", "bgp log-neighbor-changes")),
    "bgp-family": frozenset(("bgp router-id", "maximum-paths", "import path limit")),
    "route-map": frozenset(
        (
            "description", "continue", "set local-preference", "set metric", "set community", "set weight", "set origin",
            "set tag", "set ip next-hop", "set ipv6 next-hop", "set as-path prepend", "set extcommunity rt",
        )
    ),
    "line": frozenset(
        (
            "exec-timeout", "transport input", "transport output", "login authentication", "stopbits", "session-timeout",
            "password", "privilege level", "length", "width",
        )
    ),
    "archive": frozenset(("path", "maximum", "time-period")),
    "archive-log": frozenset(("logging size", "notify syslog")),
    "tacacs": frozenset(("address ipv4", "address ipv6", "key", "timeout", "port")),
    "aaa-group": frozenset(("ip tacacs source-interface", "ip vrf forwarding", "deadtime")),
}  # fmt: skip
SINGLE["subinterface"] = SINGLE["interface"]

# Mode -> commands of which there is one per following word (a name, a number).
KEYED: dict[str, frozenset[str]] = {
    "global": frozenset(
        ("username", "snmp-server user", "snmp-server group", "ntp authentication-key", "banner", "boot")
    ),
}

# Mode -> commands of which there is one per last word (a direction).
DIRECTED: dict[str, frozenset[str]] = {
    "interface": frozenset(("ip access-group", "ipv6 traffic-filter")),
    "subinterface": frozenset(("ip access-group", "ipv6 traffic-filter")),
}

# Mode -> commands that stand unless `no` is said, so that `no` is what is kept and printed.
USUAL: dict[str, frozenset[str]] = {
    "global": frozenset(
        (
            "ip http server", "ip http secure-server", "cdp run", "ip bootp server", "ip domain lookup", "ip gratuitous-arps",
            "ip source-route", "logging console", "service pad", "ip finger", "ip forward-protocol nd",
        )
    ),
    "interface": frozenset(
        ("ip redirects", "ip proxy-arp", "ip unreachables", "ipv6 redirects", "ipv6 unreachables", "cdp enable", "keepalive")
    ),
    "bgp": frozenset(("bgp default ipv4-unicast", "bgp log-neighbor-changes")),
    "line": frozenset(("exec",)),
}  # fmt: skip
USUAL["subinterface"] = USUAL["interface"]

# How many words a command has at least; fewer are "incomplete".
LEAST = {
    "hostname": 2, "ip address": 3, "description": 2, "encapsulation dot1Q": 3, "vrf forwarding": 3, "ip access-group": 4,
    "ipv6 traffic-filter": 4, "rd": 2, "route-target import": 3, "route-target export": 3, "neighbor": 3, "username": 2,
    "ip prefix-list": 5, "ipv6 prefix-list": 5, "permit": 2, "deny": 2, "match": 3, "set": 2, "banner": 2, "ip route": 4,
}  # fmt: skip

# The order in which a running configuration is printed; what is not named comes after what is, by its words.
ORDER: dict[str, tuple[str, ...]] = {
    "global": (
        "version", "service", "no service", "platform", "hostname", "boot", "vrf definition", "logging buffered", "no logging",
        "enable", "aaa", "clock", "no ip", "ip domain", "ipv6 unicast-routing", "login", "key", "archive", "username",
        "redundancy", "track", "class-map", "policy-map", "interface", "router", "no cdp", "ip forward-protocol", "ip",
        "logging", "ip access-list", "ip prefix-list", "ipv6", "ipv6 prefix-list", "route-map", "snmp-server", "tacacs", "radius",
        "ipv6 access-list", "control-plane", "banner", "line", "ntp", "netconf-yang",
    ),
    "interface": (
        "description", "mtu", "bandwidth", "encapsulation", "vrf forwarding", "ip address", "no ip address", "ip access-group",
        "ip", "shutdown", "ipv6 address", "ipv6 enable", "ipv6 traffic-filter", "ipv6",
    ),
    "vrf": ("description", "rd", "route-target", "address-family"),
    "vrf-family": ("import map", "export map", "route-target export", "route-target import"),
    "bgp": ("bgp", "no bgp", "neighbor", "timers", "address-family ipv4", "address-family ipv6"),
    "bgp-family": ("bgp", "network", "aggregate-address", "redistribute", "neighbor", "maximum-paths"),
    "route-map": ("description", "match", "set", "continue"),
}  # fmt: skip
ORDER["subinterface"] = ORDER["interface"]

# What a neighbour's lines are printed in the order of; the first must be there before any other.
NEIGHBOR = (
    "remote-as",
    "peer-group",
    "local-as",
    "description",
    "password",
    "update-source",
    "ebgp-multihop",
    "activate",
)
NEIGHBOR_DIRECTED = frozenset(("route-map", "prefix-list", "filter-list", "distribute-list"))
