"""The forms of routing: VRFs, interfaces, BGP, route maps and static routes, as the writer writes them, and what takes them back.

Data for `table`. The one idea: the order of a row is that of the writer, so that what is entered line by line is printed as it is
rendered.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.vendors.cisco_ios.execute.forms import Taking
from routing.vendors.cisco_ios.execute.writing import Order, Row, TakenBack, row, taking_row

_ASN = "1-4294967295"


def vrf_rows() -> Iterator[Row]:
    """Yield what stands in `vrf definition` (IOS-UP-05, IOS-UP-06)."""
    yield from row(
        "vrf", "description <x:text>", "description", (0,), back=TakenBack(Taking.ANY, short="no description")
    )
    yield from row("vrf", "rd <rd:rt>", "rd", (1,), act="rd", back=TakenBack(act="unsure"))
    yield from row(
        "vrf",
        "address-family <f:ipv4|ipv6>",
        "address-family {f}",
        (2, "f"),
        opens="vrf-family",
        back=TakenBack(act="no_vrf_family"),
    )
    yield from row("vrf-family", "import map <m:w>", "import map", (0,))
    yield from row(
        "vrf-family", "route-target <w:export|import> <t:rt>", "route-target {w} {t}", (1, "w", "x"), act="target"
    )


def interface_rows() -> Iterator[Row]:
    """Yield what stands on interfaces."""
    yield from row(
        "interface", "description <x:text>", "description", (0,), back=TakenBack(Taking.ANY, short="no description")
    )
    yield from row(
        "interface",
        "encapsulation dot1Q <vlan:1-4094>",
        "encapsulation",
        (1,),
        act="encapsulation",
        back=TakenBack(act="no_encapsulation"),
    )
    yield from row(
        "interface",
        "vrf forwarding <vrf:w>",
        "vrf forwarding",
        (2,),
        act="vrf",
        back=TakenBack(short="no vrf forwarding", act="no_vrf"),
    )
    yield from row("interface", "ip vrf forwarding <vrf:w>", "vrf forwarding", (2,), act="unsure", back=TakenBack(None))
    yield from row(
        "interface",
        "ip address <a:a4> <m:m4>",
        "ip address",
        (3, 0, "a", "m"),
        act="address4",
        back=TakenBack(act="no_address4"),
    )
    yield from row(
        "interface", "ip address <a:a4> <m:m4> secondary", "ip address {a}", (3, 1, "a", "m"), act="address4"
    )
    yield from taking_row("interface", "no ip address", "ip address", "no_addresses4")
    yield from row("interface", "ipv6 address <a:i6>", "ipv6 address {a}", (4, "a"), act="address6")
    yield from taking_row("interface", "no ipv6 address", "ipv6 address", "no_addresses6")
    for rank, words in enumerate(("ip access-group", "ipv6 traffic-filter")):
        yield from row("interface", f"{words} <acl:w> <way:in|out>", f"{words} {{way}}", (5, "way", rank))
    yield from row("interface", "shutdown", "shutdown", (6,), back=TakenBack(act="no_shutdown"))


def bgp_rows() -> Iterator[Row]:
    """Yield what stands in `router bgp` and in its address families."""
    yield from row(
        "bgp bgp-family",
        "bgp router-id <a:a4>",
        "bgp router-id",
        (0,),
        act="router_id",
        back=TakenBack(short="no bgp router-id", act="router_id"),
    )
    yield from row("bgp", "no bgp default ipv4-unicast", "bgp default ipv4-unicast", (1,), back=TakenBack(act="unsure"))
    yield from row("bgp", "address-family <f:ipv4|ipv6>", "address-family {f}", (20, "", "f"), opens="bgp-family")
    yield from row(
        "bgp",
        "address-family <f:ipv4|ipv6> vrf <vrf:w>",
        "address-family {f} vrf {vrf}",
        (20, "vrf", "f"),
        opens="bgp-family",
        act="bgp_family",
    )
    yield from _origin_rows()
    yield from _neighbor_rows("bgp", 10)
    yield from _neighbor_rows("bgp-family", 13)
    yield from row(
        "bgp-family",
        "maximum-paths <n:1-32>",
        "maximum-paths",
        (14,),
        back=TakenBack(Taking.ANY, short="no maximum-paths"),
    )


def _origin_rows() -> Iterator[Row]:
    kind = "bgp-family"
    yield from row(kind, "network <a:a4> mask <m:m4>", "network {a} {m}", (10, "a", "m"), act="ipv4")
    yield from row(kind, "network <p:p6>", "network {p}", (10, "p", 0), act="ipv6")
    for rest in ("", " summary-only"):
        yield from row(
            kind, f"aggregate-address <a:a4> <m:m4>{rest}", "aggregate-address {a} {m}", (11, "a", "m"), act="ipv4"
        )
        yield from row(kind, f"aggregate-address <p:p6>{rest}", "aggregate-address {p}", (11, "p", 0), act="ipv6")
    yield from row(kind, "redistribute <s:connected|static>", "redistribute {s}", (12, "s"), back=TakenBack(Taking.ANY))
    yield from row(
        kind,
        "redistribute <s:connected|static> route-map <m:w>",
        "redistribute {s}",
        (12, "s"),
        back=TakenBack(act="unsure"),
    )


def _neighbor_rows(kind: str, rank: int) -> Iterator[Row]:
    group: tuple[str, Order] = ("neighbor {peer}", (rank, "peer"))
    start = "neighbor <peer:ip>"
    yield from row(
        kind,
        f"{start} remote-as <as:{_ASN}>",
        "remote-as",
        (0,),
        group=group,
        act="neighbor",
        back=TakenBack(short=f"no {start} remote-as", act="no_neighbor"),
    )
    yield from taking_row(kind, f"no {start}", "remote-as", "no_neighbor")
    for rest in ("", " no-prepend", " no-prepend replace-as"):
        yield from row(
            kind,
            f"{start} local-as <as:{_ASN}>{rest}",
            "local-as",
            (1,),
            group=group,
            act="neighbor",
            back=TakenBack(Taking.ANY, short=f"no {start} local-as", act="no_session"),
        )
    yield from _attribute_rows(kind, group, start)


def _attribute_rows(kind: str, group: tuple[str, Order], start: str) -> Iterator[Row]:
    plain = (
        ("description", " <x:text>", 2),
        ("allowas-in", " [<n:1-10>]", 6),
        ("maximum-prefix", " <n:1-2147483647>", 11),
    )
    for word, rest, order in plain:
        yield from row(
            kind,
            f"{start} {word}{rest}",
            word,
            (order,),
            group=group,
            act="neighbor",
            back=TakenBack(Taking.ANY, short="" if "[" in rest else f"no {start} {word}"),
        )
    for word, order in (("shutdown", 3), ("activate", 4)):
        yield from row(
            kind, f"{start} {word}", word, (order,), group=group, act="neighbor", back=TakenBack(act="no_session")
        )
    yield from row(kind, f"{start} send-community both", "send-community", (5,), group=group, act="neighbor")
    yield from row(
        kind, f"{start} send-community", "send-community", (5,), group=group, act="unsure", back=TakenBack(None)
    )
    for order, words in ((7, "route-map"), (8, "prefix-list")):
        for step, way in enumerate(("in", "out")):
            yield from row(
                kind, f"{start} {words} <m:w> {way}", f"{words} {way}", (order + 2 * step,), group=group, act="neighbor"
            )


def policy_rows() -> Iterator[Row]:
    """Yield what stands in a clause of a route map; clauses and lists themselves are global."""
    kind = "route-map"
    lists = (("match ip address prefix-list", 0), ("match ipv6 address prefix-list", 1), ("match community", 2))
    for words, order in lists:
        yield from row(kind, f"{words} <names:text>", words, (order,), act="alone")
    yield from row(kind, "set community <names:text>", "set community", (3,), act="alone")
    for order, words in ((4, "local-preference"), (5, "metric")):
        yield from row(
            kind, f"set {words} <n:0-4294967295>", f"set {words}", (order,), back=TakenBack(short=f"no set {words}")
        )
    yield from row(kind, "set as-path prepend <names:text>", "set as-path prepend", (6,), act="alone")


def static_rows() -> Iterator[Row]:
    """Yield static routes: of the same prefix and way the last distance stands (IOS-STAT-08)."""
    ways = (("<h:{hop}>", "{h}", 0), ("<i:if>", "{i}", 1), ("<i:if> <h:{hop}>", "{i} {h}", 2))
    families: tuple[tuple[str, str, str, str, Order], ...] = (
        ("ip", "<a:a4> <m:m4>", "{a} {m}", "a4", ("a", "m")),
        ("ipv6", "<p:p6>", "{p}", "a6", ("p", 0)),
    )
    for rank, (word, prefix, shown, hop, by) in enumerate(families):
        for vrf, name in (("", ""), ("vrf <vrf:w> ", "vrf")):
            group = (f"{word} route{vrf and ' vrf {vrf}'} {shown}", (50, name, rank, *by))
            for way, key, order in ways:
                for distance in ("", " <d:1-255>"):
                    pattern = f"{word} route {vrf}{prefix} {way.replace('{hop}', hop)}{distance}"
                    yield from row(
                        "global",
                        pattern,
                        key,
                        (order, "text"),
                        group=group,
                        act="static",
                        back=TakenBack(Taking.SAME if distance else Taking.ANY),
                    )
            start = f"no {word} route {vrf}{prefix}"
            yield from taking_row("global", start, group[0], "whole")
