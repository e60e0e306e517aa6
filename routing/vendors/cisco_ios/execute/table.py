"""The closed table of what is executed: every form of a line that the writer writes, and what takes it back.

The one idea: what is not in the table is not executed; a harmless line is in it only if it is known what it takes the place of.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.vendors.cisco_ios.execute.forms import FormTable, Taking
from routing.vendors.cisco_ios.execute.plain_forms import plain_rows
from routing.vendors.cisco_ios.execute.routing_forms import (
    bgp_rows,
    interface_rows,
    policy_rows,
    static_rows,
    vrf_rows,
)
from routing.vendors.cisco_ios.execute.writing import Row, TakenBack, row, taking_row

_ANY = Taking.ANY


def _global_rows() -> Iterator[Row]:
    yield from row("global", "hostname <x:w>", "hostname", (0,), back=TakenBack(None))
    yield from row(
        "global",
        "vrf definition <vrf:w>",
        "vrf definition {vrf}",
        (10, "vrf"),
        opens="vrf",
        act="new_vrf",
        back=TakenBack(act="no_vrf_definition"),
    )
    yield from row("global", "ipv6 unicast-routing", order=(20,), back=TakenBack(act="no_ipv6"))
    yield from row(
        "global",
        "interface <if:if>",
        "interface {if}",
        (40, "if"),
        opens="interface",
        act="interface",
        back=TakenBack(act="no_interface"),
    )
    yield from taking_row("global", "default interface <if:if>", "interface {if}", "default_interface")
    yield from row("global", "router bgp <as:1-4294967295>", "router bgp", (45,), opens="bgp", act="bgp")
    yield from _list_rows()
    yield from _login_rows()


def _list_rows() -> Iterator[Row]:
    for rank, (words, opens) in enumerate(
        (("ip access-list extended", "acl4"), ("ip access-list standard", "acl-standard"), ("ipv6 access-list", "acl6"))
    ):
        key = "ipv6 access-list {acl}" if opens == "acl6" else "ip access-list {acl}"
        yield from row("global", f"{words} <acl:w>", key, (30, "acl", rank), opens=opens, act="access_list")
    for rank, word in enumerate(("ip", "ipv6")):
        group = (f"{word} prefix-list {{name}}", (31, rank, "name"))
        start = f"{word} prefix-list <name:w>"
        yield from row("global", f"{start} seq <n:1-4294967294> <rule:text>", "{n}", ("n",), group=group, act="rule")
        yield from row(
            "global",
            f"{start} <action:permit|deny> <rest:text>",
            "new",
            (),
            group=group,
            act="rule",
            back=TakenBack(None),
        )
        for pattern, place in ((f"no {start}", group[0]), (f"no {start} seq <n:1-4294967294>", "{n}")):
            yield from taking_row("global", pattern, place, "whole" if place == group[0] else "rule_away")
    yield from _named_list_rows()


def _named_list_rows() -> Iterator[Row]:
    group = ("ip community-list standard {name}", (32, "name"))
    yield from row(
        "global", "ip community-list standard <name:w> permit <names:text>", "permit {names}", (0, "text"), group=group
    )
    yield from taking_row("global", "no ip community-list standard <name:w>", group[0], "whole")
    clauses = ("route-map {name}", (33, "name"))
    yield from row(
        "global",
        "route-map <name:w> <action:permit|deny> <n:1-65535>",
        "{n}",
        ("n",),
        group=clauses,
        opens="route-map",
        act="clause",
    )
    yield from taking_row("global", "no route-map <name:w>", clauses[0], "whole")


def _login_rows() -> Iterator[Row]:
    for rank, word in enumerate(("server", "secure-server")):
        for start in ("no ", ""):
            yield from row("global", f"{start}ip http {word}", f"ip http {word}", (60, rank, 0), back=TakenBack(None))
    both = (("ipv4", 0), ("ipv6", 1))
    for family, rank in both:
        yield from row(
            "global", f"ip http access-class {family} <acl:w>", f"ip http access-class {family}", (60, 2, rank)
        )
    yield from row("global", "netconf-yang", order=(61, 0, 0), back=TakenBack(act="unsure"))
    for family, rank in both:
        pattern = f"netconf-yang ssh {family} access-list name <acl:w>"
        yield from row("global", pattern, f"netconf-yang ssh {family}", (61, 1, rank))
    yield from row(
        "global",
        "snmp-server group <name:w> v3 priv[ access <acls:text>]",
        "snmp-server group {name} v3 priv",
        (62, "name"),
        back=TakenBack(_ANY),
    )
    yield from row(
        "global",
        "line vty <from:0-997> <to:0-997>",
        "line vty {from} {to}",
        (90, "from"),
        opens="vty",
        act="vty",
        back=TakenBack(act="unsure"),
    )
    yield from row("vty", "access-class <acl:w> in[ vrf-also]", "access-class in", (0,))
    yield from row("vty", "ipv6 access-class <acl:w> in[ vrf-also]", "ipv6 access-class in", (1,))
    yield from row("vty", "transport input <x:text>", "transport input", (2,), back=TakenBack(None))


TABLE = FormTable(
    (*_global_rows(), *vrf_rows(), *interface_rows(), *bgp_rows(), *policy_rows(), *static_rows(), *plain_rows())
)
"""All forms."""
