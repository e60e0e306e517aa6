"""Tables and packets inspected -> JSON Lines, formats truc/routes/1 and truc/trace/1."""

from __future__ import annotations

from controller.jobs.inspected import Inspected
from controller.output.json_lines import Message, flow_message, print_message
from controller.output.terminal import Output
from controller.reports.redaction import redact_line
from intents.prefix import Family, format_address
from intents.reason import Reason, describe_reason
from verification.coverage.why import Necessity
from verification.inspection.tables import InspectedTable
from verification.inspection.traces import InspectedFlow
from verification.verdicts.flow import Hop, Line, Trace
from verification.verdicts.route_entry import RouteEntry
from verification.verdicts.verdict import Disputed, Holds, NotModelled


def print_links_json(output: Output, found: Inspected) -> None:
    """Write how the links are known."""
    texts = found.texts
    unclear = [
        {"prefix": str(i.prefix), "kind": str(i.kind), "places": [list(p) for p in i.places]} for i in texts.unclear
    ]
    links = [[i.name, i.a_device, i.a_interface, i.b_device, i.b_interface] for i in texts.network.links]
    print_message(output, {"type": "links", "known": str(texts.knowledge), "links": links, "unclear": unclear})


def print_table_json(output: Output, found: Inspected, table: InspectedTable, *, anyway: bool) -> None:
    """Write one table: its verdict, its differences, and its routes."""
    name = {"device": table.device, "vrf": table.vrf}
    print_message(output, {"type": "table", **name, **_verdict(found, table.verdict)})
    for item in table.disputes:
        sides = {
            "engine": None if item.engine is None else _route(found, item.engine),
            "walk": None if item.walk is None else _route(found, item.walk),
        }
        print_message(output, {"type": "dispute", **name, "prefix": str(item.prefix), **sides})
    if isinstance(table.verdict, NotModelled) and not anyway:
        return
    for entry in table.entries:
        print_message(output, {"type": "route", **name, **_route(found, entry)})


def print_flow_json(output: Output, found: Inspected, flow: InspectedFlow, *, anyway: bool) -> None:
    """Write how a packet fares: the verdict, then every way."""
    message = {"type": "packet", "flow": flow_message(flow.flow), "failure": str(flow.failure.name)}
    print_message(output, {**message, **_verdict(found, flow.verdict)})
    if isinstance(flow.verdict, NotModelled) and not anyway:
        return
    for trace in flow.traces:
        print_message(output, {"type": "way", **_trace(found, trace, flow.flow.family)})


def _verdict(found: Inspected, verdict: Holds | Disputed | NotModelled) -> Message:
    match verdict:
        case Holds(judges=judges):
            return {"verdict": "holds", "judges": list(judges)}
        case Disputed(one=one, other=other):
            return {"verdict": "disputed", "one": _said(found, one.in_words()), "other": _said(found, other.in_words())}
        case NotModelled(reason=reason, culprits=culprits):
            lines = [_line(found, (item.device, item.ref), item.line, item.text) for item in culprits]
            return {"verdict": "not modelled", "reason": _said(found, reason), "lines": lines}


def _said(found: Inspected, reason: Reason) -> str:
    text = describe_reason(reason, "en")
    for platform in sorted({device.platform for device in found.texts.network.devices.values()}):
        text = redact_line(platform, text)
    return text


def _line(found: Inspected, line: Line, number: int, text: str) -> Message:
    platform = found.texts.network.devices[line[0]].platform
    shown = redact_line(platform, text)
    thing = [redact_line(platform, part) for part in line[1]]
    return {"file": found.files.get(line[0], ""), "device": line[0], "line": number, "text": shown, "thing": thing}


def _thing(found: Inspected, line: Line | None) -> Message | None:
    if line is None:
        return None
    culprit = found.texts.culprit(*line)
    return _line(found, line, culprit.line, culprit.text)


def _route(found: Inspected, entry: RouteEntry) -> Message:
    return {
        "prefix": str(entry.prefix),
        "source": str(entry.source),
        "distance": entry.distance,
        **({"metric": entry.metric} if entry.metric else {}),
        "ways": [
            {
                "interface": way.interface,
                "next_hop": None if way.next_hop < 0 else format_address(entry.prefix.family, way.next_hop),
                "as_path": list(way.as_path),
                "line": _thing(found, way.line),
            }
            for way in entry.ways
        ],
    }


def print_why_json(output: Output, found: Inspected, necessity: Necessity | None) -> None:
    """Write the lines that a packet hangs on as one message; none if it does not arrive."""
    lines = [] if necessity is None else [_thing(found, line) for line in necessity.lines]
    print_message(output, {"type": "why", "each": necessity is not None and necessity.each, "lines": lines})


def _trace(found: Inspected, trace: Trace, family: Family) -> Message:
    hops = [_hop(found, hop, family) for hop in trace.hops]
    return {"disposition": str(trace.disposition), "deciding": _thing(found, trace.deciding), "hops": hops}


def _hop(found: Inspected, hop: Hop, family: Family) -> Message:
    route = hop.route
    return {
        "device": hop.device,
        "vrf": hop.vrf,
        "in": hop.in_interface,
        "out": hop.out_interface,
        "next_hop": None if hop.next_hop is None else format_address(family, hop.next_hop),
        "filters": [_thing(found, line) for line in hop.lines],
        "route": None
        if route is None
        else {
            "prefix": str(route.prefix),
            "source": str(route.source),
            "vrf": route.vrf,
            "as_path": list(route.as_path),
            "line": _thing(found, route.line),
        },
    }
