"""The harmless lines that make a complete Junos device: users, SSH, logging, time, SNMP, banner.

The one idea: secrets are references (`{{secret:NAME}}`) in quotes, so that putting the value in place never changes how a line
is split. No line here opens a way in that isn't modelled: SSH, NETCONF and SNMP come back as logins. Forms are those that
need no management instance (`system management-instance` moves an interface to another table).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from routing.model import LinePath
from routing.vendors.junos.tree import quote
from routing.vendors.vendor import BaselineSettings


def baseline(settings: BaselineSettings) -> tuple[LinePath, ...]:
    """Return the baseline's paths, sorted; KeyError if a secret that a line needs has no name."""
    return tuple(sorted((statement,) for statement in _statements(settings)))


def _secret(settings: BaselineSettings, what: str) -> str:
    return quote(f"{{{{secret:{settings.secret_names[what]}}}}}")


def _time_zone(text: str) -> str:
    """Return a zone `ICT 7` (a name, and hours east of Greenwich) as Junos names it: its hours count west, as POSIX' do."""
    match = re.fullmatch(r"\S+ ([+-]?\d{1,2})(?: 0+)?", text)
    return text if match is None else f"GMT{-int(match[1]):+d}" if int(match[1]) else "UTC"


def _statements(settings: BaselineSettings) -> Iterator[str]:
    yield f"system domain-name {settings.domain_name}"
    yield f"system time-zone {_time_zone(settings.timezone)}"
    yield f"system root-authentication encrypted-password {_secret(settings, 'enable')}"
    yield from _logins(settings)
    yield from _services()
    for server in settings.ntp_servers:
        yield f"system ntp server {server} key 1"
    yield f"system ntp authentication-key 1 type sha256 value {_secret(settings, 'ntp')}"
    yield "system ntp trusted-key 1"
    for server in settings.syslog_servers:
        yield f"system syslog host {server} any notice"
        yield f"system syslog host {server} authorization info"
        yield f"system syslog host {server} interactive-commands any"
        yield f"system syslog host {server} structured-data"
    yield "system syslog file messages any notice"
    yield "system syslog file messages authorization info"
    yield "system syslog file messages archive size 1m"
    yield "system syslog file messages archive files 10"
    yield "system no-redirects"
    yield "system commit persist-groups-inheritance"
    yield "system max-configurations-on-flash 49"
    yield "system ports console log-out-on-disconnect"
    yield from _snmp(settings)
    yield "protocols lldp port-id-subtype interface-name"


def _logins(settings: BaselineSettings) -> Iterator[str]:
    yield f"system login message {quote(settings.banner)}"
    yield "system login retry-options tries-before-disconnect 3"
    yield "system login retry-options backoff-threshold 1"
    yield "system login class TRUC-ADMIN idle-timeout 10"
    yield "system login class TRUC-ADMIN permissions all"
    yield "system login user truc class TRUC-ADMIN"
    yield f"system login user truc authentication encrypted-password {_secret(settings, 'admin')}"
    yield "system authentication-order tacplus"
    yield "system authentication-order password"
    for server in settings.tacacs_servers:
        yield f"system tacplus-server {server} secret {_secret(settings, 'tacacs')}"
        yield f"system tacplus-server {server} timeout 5"
    for event in ("login", "change-log", "interactive-commands"):
        yield f"system accounting events {event}"
    if settings.tacacs_servers:
        yield "system accounting destination tacplus"


def _services() -> Iterator[str]:
    yield "system services ssh root-login deny"
    yield "system services ssh protocol-version v2"
    yield "system services ssh client-alive-interval 60"
    yield "system services ssh client-alive-count-max 3"
    yield "system services ssh connection-limit 5"
    yield "system services ssh rate-limit 5"
    yield "system services netconf ssh connection-limit 5"
    yield "system services netconf rfc-compliant"


def _snmp(settings: BaselineSettings) -> Iterator[str]:
    user = "snmp v3 usm local-engine user truc"
    yield f"{user} authentication-sha authentication-password {_secret(settings, 'snmp_auth')}"
    yield f"{user} privacy-aes128 privacy-password {_secret(settings, 'snmp_priv')}"
    yield "snmp v3 vacm security-to-group security-model usm security-name truc group TRUC-READ"
    where = "snmp v3 vacm access group TRUC-READ default-context-prefix security-model usm security-level privacy"
    yield f"{where} read-view TRUC-ALL"
    yield f"{where} notify-view TRUC-ALL"
    yield "snmp view TRUC-ALL oid .1 include"
    for index, server in enumerate(settings.snmp_servers, 1):
        yield f"snmp v3 target-address TRUC-{index} address {server}"
        yield f"snmp v3 target-address TRUC-{index} target-parameters TRUC"
    yield "snmp v3 target-parameters TRUC parameters message-processing-model v3"
    yield "snmp v3 target-parameters TRUC parameters security-model usm"
    yield "snmp v3 target-parameters TRUC parameters security-level privacy"
    yield "snmp v3 target-parameters TRUC parameters security-name truc"
