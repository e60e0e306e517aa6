"""The closed list of Junos lines that change nothing this project judges, each with its reason.

The one idea: a line is harmless only if it can neither pass nor drop a packet, move a route, nor open a way into the device.
What merely looks like housekeeping but can (rpf-check, policers, scripts, class of service, event policies that change
the configuration, address selection) is left out, so that it is reported as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from routing.model import LinePath

_ACCESS = "who may do what once logged in; the ways in are modelled apart"
_OUTGOING = "the device talks to a management service; opens nothing"
_LOCAL = "display, storage or housekeeping on the device itself"
_LINK = "physical properties of a link; packets are neither chosen nor sent elsewhere"
_SESSION = "timers and authentication of a session, not its routes; what stands on the other end isn't in this text"
_UNUSED = "a definition; it means something only where another line names it"

_BGP = r"(?:routing-instances \S+ )?protocols bgp (?:group \S+ )?(?:neighbor \S+ )?"
_ROUTING = r"(?:routing-instances \S+ )?routing-options "

# One value to the end of the statement: behind a leaf, a `set` line may go on with the leaf's neighbours (JUN-GRAM-12).
_VALUE = r' (?:"(?:[^"\\]|\\.)*"|[^" ]+)$'

_OCTET = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ROUTER_ID = rf"router-id (?!0\.|127\.|22[4-9]\.|2[345]\d\.){_OCTET}(\.{_OCTET}){{3}}$"
"""The address of a host, as every other end expects (RFC-SESS-03)."""
_INSTANCE = r"(routing-options |protocols (bgp (group \S+ (neighbor \S+ )?)?|\S+ )?)"
_SECTION = (
    r"((interfaces (\S+ (unit \d+ (family \S+ )?)?)?|firewall (family \S+ )?(filter \S+ (term \S+ )?)?"
    r"|policy-options (policy-statement \S+ (term \S+ )?)?|(system|snmp|chassis|security|forwarding-options|class-of-service) "
    rf"|system (services|login|ntp|syslog) |routing-instances (\S+ {_INSTANCE}?)?|{_INSTANCE})?)"
)
"""Sections: behind anything else a line may say a statement first (JUN-GRAM-12)."""

_SSH = (
    r"system services (ssh|netconf ssh) ((root-login|ciphers|macs|key-exchange|hostkey-algorithm"
    r"|hostkey-algorithm-list"
    rf"|client-alive-count-max|client-alive-interval|fingerprint-hash|authentication-order){_VALUE}"
    r"|(max-sessions-per-connection|max-pre-authentication-packets|connection-limit|rate-limit) [1-9]\d*$"
    r"|protocol-version v2$|(tcp-forwarding|no-tcp-forwarding|log-key-changes)$)"
)
# Who may log in from where is not on the list: a key may be bound to sources, behind it or (quotes escaped) inside (JUN-UP-19).
_KEY = rf"(encrypted-password|ssh-[a-z0-9]+)(?!.*\\){_VALUE}"
_LOGIN = (  # nor is when, nor a class that may do nothing, or not what some pattern takes (JUN-UP-03, JUN-UP-04)
    rf"system login (user \S+ ((uid|full-name|class(?! unauthorized)){_VALUE}|authentication {_KEY})"
    rf"|(message|announcement){_VALUE}|(password|retry-options)( |$)"
    rf"|class \S+ ((permissions|idle-timeout|allow-(commands|configuration)){_VALUE}|login-alarms$))"
)
_SNMP = (
    rf"snmp ((location|contact|name|description|filter-interfaces){_VALUE}"
    r"|(filter-duplicates|nonvolatile|routing-instance-access)$"
    r"|(engine-id|view|trap-group|trap-options|health-monitor|rmon|v3|traceoptions)( |$))"
)
_CHASSIS = (
    r"chassis ((alarm|aggregated-devices|redundancy|config-button|lcd-menu|synchronization|routing-engine on-disk-failure)( |$)"
    r"|(craft-lockout|dump-on-panic)$)"
)
_ETHER = (
    r"interfaces \S+ (gigether-options|ether-options|fastether-options) (flow-control|no-flow-control|no-loopback)$"
)
_SESSIONS = _BGP + (
    r"((log-updown|mtu-discovery|precision-timers)$|(out-delay|tcp-mss) \d+$|hold-time (0|[3-9]|\d\d+)$"
    r"|bfd-liveness-detection (?!.*strict-bfd)\S+( |$)|(graceful-restart|traceoptions)( |$))"
)
_SYSTEM = (
    r"system ((license|saved-core-context|no-saved-core-context|dump-on-panic|compress-configuration-files"
    r"|no-compress-configuration-files|no-debugger-on-alt-break|auto-snapshot|diag-port-authentication)$|license "
    r"|(max-configurations-on-flash|max-configuration-rollbacks|saved-core-files) \d+$)"
)

HARMLESS: tuple[tuple[str, str], ...] = (
    (r"inactive: ", "deactivated: not in effect"),
    (r"protect ", "guards a line against change; says nothing itself"),
    (r"groups \S+( |$)", "in effect only where the group is applied; there it is read as if it stood there"),
    (rf"{_SECTION}apply-groups(-except)? \S+$", "what it brings in is read as if it stood there"),
    (rf"(?!set |delete ){_SECTION}apply-macro ", "free data for scripts; no daemon reads it"),
    (r"version \S+$", "the release that wrote the text"),
    (rf"system (domain-name|domain-search|name-server|time-zone){_VALUE}", _OUTGOING),
    (r"system (location|static-host-mapping)( |$)", _OUTGOING),
    (r"system (ntp|tacplus-server|tacplus-options|radius-server|radius-options|accounting)( |$)", _OUTGOING),
    (r"system (syslog|archival|tracing)( |$)", _OUTGOING),
    (r"system (authentication-order (password|tacplus|radius)$|password-options( |$))", _ACCESS),
    (rf"system root-authentication {_KEY}", _ACCESS),
    (_LOGIN, _ACCESS),
    (_SYSTEM, _LOCAL),
    (r"system commit ((synchronize|persist-groups-inheritance)$|notification( |$))", _LOCAL),
    (r"system ports (console|auxiliary)( |$)", _ACCESS),
    (r"system (no-redirects|no-redirects-ipv6|no-multicast-echo|no-ping-record-route|no-ping-time-stamp)$", _LOCAL),
    (_SSH, "options of a service that is itself modelled as a way in; who is in may reach what the device reaches"),
    (r"system services netconf ((rfc-compliant|yang-compliant)$|traceoptions( |$))", "options of a service modelled as a way in"),
    (_SNMP, "options of SNMP, itself modelled as a way in"),
    (r"snmp community \S+ (authorization (read-only|read-write)|view \S+)$", "options of SNMP, itself modelled as a way in"),
    (_CHASSIS, _LOCAL),
    (r"interfaces \S+ (hold-time( (up|down) \d+)+$|(traps|no-traps)$)", _LINK),
    (_ETHER, _LINK),
    (r"interfaces \S+ aggregated-ether-options (lacp|link-speed)( |$)", _LINK),
    (r"interfaces \S+ unit \d+ (bandwidth \S+|traps|no-traps)$", _LINK),
    (r"interfaces \S+ unit \d+ family inet6? (no-redirects|dad-disable)$", _LINK),
    (r"firewall( family \S+)? filter \S+ interface-specific$", "one counter per interface instead of one in all"),
    (r"firewall (three-color-policer|policer) ", _UNUSED),
    (r"policy-options (as-path-group|damping) ", _UNUSED),
    (_SESSIONS, _SESSION),
    (r"(?:routing-instances \S+ )?protocols bgp group \S+ description" + _VALUE, "a remark"),
    (_ROUTING + r"(nonstop-routing$|(graceful-restart|options syslog|traceoptions)( |$))", "how the routing daemon restarts"),
    (_ROUTING + _ROUTER_ID, "only BGP uses it here, and there is none in this instance"),
    (r"routing-options autonomous-system \d+ asdot-notation$", "how AS numbers are shown"),
    (r"security authentication-key-chains ", _UNUSED),
    (r"protocols (lldp|lldp-med|sflow)( |$)", "tells others about the device; takes no route from them"),
    (r"system extensions providers \S+ license-type \S+ deployment-scope \S+$", "who may sign packages for the device"),
    (r"system default-address-selection$", "source of own packets; eBGP on a link keeps its address (JUN-SRC-01)"),
    (r"forwarding-options storm-control-profiles \S+ all$", "limits bridged ports that apply it, which are not modelled"),
    (r"vlans default vlan-id \d+$", "a bridge without members, unless another line, which is not modelled, gives it some"),
    (r"protocols igmp-snooping vlan default$", "copies of multicast packets inside a bridge"),
    (r"chassis fpc \d+ pic \d+ number-of-ports \d+$", "ports of a card; those of the text are there (JUN-IF-05)"),
    (r"chassis network-services enhanced-ethernet$", "mode of the forwarding chips; no filter and no route"),
    (r"event-options (generate-event|traceoptions|destinations) ", "events without a policy do nothing"),
    (r"accounting-options ", "counters into files"),
)  # fmt: skip
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _ in HARMLESS))


_ORDERED = "system authentication-order "
"""The first method that accepts decides: entries stay in the order in which they were made (JUN-GRAM-08, JUN-UP-16)."""


def in_canonical_order(paths: Iterable[LinePath]) -> tuple[LinePath, ...]:
    """Return harmless lines once each, sorted; those of a list that its user orders keep their order."""
    return tuple(sorted(dict.fromkeys(paths), key=lambda path: (_ORDERED,) if path[0].startswith(_ORDERED) else path))


@lru_cache(maxsize=1 << 16)
def is_harmless(text: str) -> bool:
    """Return whether a statement is on the closed list."""
    return _ANY.match(text) is not None
