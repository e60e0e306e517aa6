"""The table of statements: what the writer writes and the baseline has. Patterns are told in `schema`.

Data only. The one idea: a row is a place in the hierarchy, read off the vendor's documents of that place; an instance has the
rows of the default one behind its own name.
"""

from __future__ import annotations

_TIMES = "=1-4294967295"
_INSTANCE = (
    "protocols router-advertisement interface *",
    "routing-options router-id =",
    "routing-options autonomous-system independent-domain no-attrset",
    f"routing-options autonomous-system {_TIMES}",
    "routing-options static route * discard",
    "routing-options static route * next-hop *",
    f"routing-options static route * preference {_TIMES}",
    "routing-options rib * static route * discard",
    "routing-options rib * static route * next-hop *",
    f"routing-options rib * static route * preference {_TIMES}",
    "routing-options aggregate route * discard",
    "routing-options rib * aggregate route * discard",
    "protocols bgp multipath",
    "protocols bgp group * type =external|internal",
    "protocols bgp group * import *",
    "protocols bgp group * export *",
    f"protocols bgp group * family inet|inet6 unicast loops {_TIMES}",
    f"protocols bgp group * family inet|inet6 unicast prefix-limit maximum {_TIMES}",
    "protocols bgp group * family inet|inet6 unicast prefix-limit teardown",
    f"protocols bgp group * peer-as {_TIMES}",
    "protocols bgp group * passive",
    "protocols bgp group * remove-private",
    "protocols bgp group * remove-private !=...",
    "protocols bgp group * local-as !=...",
    "protocols bgp group * neighbor * description =",
)
_TERM = "firewall family inet|inet6 filter * term *"
_POLICY_TERMS = ("policy-options policy-statement * term *", "policy-options policy-statement *")
_SNMP_ACCESS = "snmp v3 vacm access group * default-context-prefix security-model usm security-level *"

LEAVES: tuple[str, ...] = (
    "system host-name =",
    "system domain-name =",
    "system time-zone =",
    "system root-authentication encrypted-password =",
    "system login message =",
    "system login retry-options * =",
    "system login class * idle-timeout =",
    "system login class * permissions *",
    "system login user * class =",
    "system login user * authentication encrypted-password =",
    "system authentication-order *",
    "system tacplus-server * secret|timeout =",
    "system accounting events *",
    "system accounting destination tacplus",
    "system services ssh root-login =",
    "system services ssh protocol-version *",
    "system services ssh client-alive-interval|client-alive-count-max|connection-limit|rate-limit =",
    "system services netconf ssh connection-limit =",
    "system services netconf rfc-compliant",
    "system ntp server * key =",
    "system ntp authentication-key * type =...",
    "system ntp trusted-key *",
    "system syslog host * structured-data",
    "system syslog host * * =",
    "system syslog file * archive size|files =",
    "system syslog file * * =",
    "system no-redirects",
    "system commit persist-groups-inheritance",
    "system max-configurations-on-flash =",
    "system ports console log-out-on-disconnect",
    "snmp location|contact =",
    "snmp v3 usm local-engine user * authentication-sha authentication-password =",
    "snmp v3 usm local-engine user * privacy-aes128 privacy-password =",
    "snmp v3 vacm security-to-group security-model usm security-name * group =",
    f"{_SNMP_ACCESS} read-view|notify-view =",
    "snmp view * oid * include",
    "snmp v3 target-address * address|target-parameters =",
    "snmp v3 target-parameters * parameters message-processing-model|security-model|security-level|security-name =",
    "protocols lldp port-id-subtype =",
    "interfaces * description =",
    "interfaces * disable",
    "interfaces * traps",
    "interfaces * vlan-tagging",
    "interfaces * unit * description =",
    "interfaces * unit * disable",
    "interfaces * unit * vlan-id =1-4094",
    "interfaces * unit * family inet|inet6 address *",
    "interfaces * unit * family inet|inet6 filter input|output =",
    *(
        f"{_TERM} from {condition} *"
        for condition in (
            "source-address", "destination-address", "protocol", "payload-protocol", "source-port", "destination-port",
            "icmp-type", "icmp-code", "fragment-offset",
        )
    ),
    f"{_TERM} from tcp-established",
    f"{_TERM} from is-fragment",
    f"{_TERM} from tcp-flags !=",
    f"{_TERM} then log",
    f"{_TERM} then syslog",
    f"{_TERM} then !=accept|discard|reject",
    "policy-options community * members *",
    "policy-options as-path * =",
    *(
        f"{term} {line}"
        for term in _POLICY_TERMS
        for line in (
            "from route-filter * exact|orlonger|longer", "from route-filter * upto|through|prefix-length-range *",
            "from protocol *", "from community *", "from as-path *", "from local-preference *", "from origin =",
            "then metric !=...", "then local-preference !=...", "then community add|set|delete *", "then next-hop =",
            "then as-path-prepend =", "then origin =", "then next term", "then !=accept|reject",
        )
    ),
    "routing-instances * instance-type =",
    "routing-instances * description =",
    "routing-instances * interface *",
    *_INSTANCE,
    *(f"routing-instances * {line}" for line in _INSTANCE),
)  # fmt: skip
"""Statements with all their words (JUN-EXEC-01, JUN-EXEC-02)."""

_GROUP = "protocols bgp group *"
CONTAINERS: tuple[str, ...] = (
    "interfaces *",
    "interfaces * unit *",
    "interfaces * unit * family inet|inet6",
    "firewall family inet|inet6 filter *",
    _TERM,
    *_POLICY_TERMS,
    "policy-options community *",
    "routing-instances *",
    *(
        f"{start}{line}"
        for start in ("", "routing-instances * ")
        for line in (_GROUP, f"{_GROUP} neighbor *", f"{_GROUP} family inet|inet6 unicast", "protocols bgp")
    ),
    "system services ssh",
    "system services telnet",
    "system services netconf ssh",
    "system services web-management http|https",
    "system login user *",
    "system login class *",
    "system ntp server *",
    "system syslog host|file *",
    "system tacplus-server *",
    "snmp",
    "snmp v3 target-address *",
    "snmp community *",
)
"""What stands with nothing below it, too: names of lists, and containers whose presence means something."""

ORDERED: tuple[str, ...] = (
    "firewall family inet|inet6 filter * term",
    "firewall filter * term",
    "policy-options policy-statement * term",
    "policy-options community * members",
    *(
        f"{term} {part}"
        for term in (_TERM, *_POLICY_TERMS)
        for part in ("from", "then", "from *", "then *", "then * *")
    ),
)
"""Starts behind which words stand in the order in which they were entered (JUN-GRAM-07, JUN-GRAM-08)."""
ORDERED_ANYWHERE = frozenset(
    {"import", "export", "apply-groups", "apply-groups-except", "input-list", "output-list", "authentication-order"}
)
"""Words behind which, wherever they stand, names keep the order in which they were entered."""
