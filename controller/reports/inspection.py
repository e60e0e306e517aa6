"""Tables and packets inspected -> what a person reads of them.

The one idea: the verdict stands first, with the lines that leave something open; what is open is shown only if asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.jobs.inspected import Inspected
from controller.output.terminal import Output
from controller.reports.details import print_detail, quoted_line
from controller.reports.redaction import redact_line
from intents.messages import printable
from intents.prefix import Family, format_address
from verification.coverage.why import Necessity
from verification.inspection.tables import InspectedTable
from verification.inspection.texts import LinkKnowledge
from verification.inspection.traces import InspectedFlow
from verification.verdicts.failure import Failure
from verification.verdicts.flow import Disposition, Hop, Line, Trace, describe_flow
from verification.verdicts.route_entry import RouteEntry, RouteWay
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled

MOST_SHOWN = 20
"""Lines that leave something open, and subnets that join nobody; the rest is counted."""
Verdict = Holds | Disputed | NotModelled


def print_links(output: Output, found: Inspected) -> None:
    """Write how the links are known, and which subnets leave open who is joined to whom."""
    texts = found.texts
    output.say(f"links_{texts.knowledge}", count=len(texts.network.links), devices=len(texts.network.devices))
    for item in texts.unclear[:MOST_SHOWN]:
        places = ", ".join(f"{device} {interface}" for device, interface in item.places[:6])
        output.say(f"unclear_{item.kind}", prefix=item.prefix, count=len(item.places), places=printable(places))
    if len(texts.unclear) > MOST_SHOWN:
        output.say("more_subnets", count=len(texts.unclear) - MOST_SHOWN)


def print_table(output: Output, found: Inspected, table: InspectedTable, *, anyway: bool) -> None:
    """Write the routes of one VRF behind their verdict."""
    output.line()
    vrf = output.words("vrf_global") if table.vrf is None else output.words("vrf_named", vrf=printable(table.vrf))
    heading = output.words("table_heading", device=printable(table.device), vrf=vrf, count=len(table.entries))
    print_verdict(output, found, table.verdict, heading)
    for item in table.disputes:
        for judge, said in (("engine", item.engine), ("walk", item.walk)):
            print_detail(output, judge, f"{item.prefix} {_entry(output, said)}")
    if isinstance(table.verdict, NotModelled) and not anyway:
        return
    columns = ("prefix", "source", "distance", "interface", "next_hop", "as_path", "line")
    rows = [
        _row(found, entry, way, is_first=number == 0)
        for entry in table.entries
        for number, way in enumerate(entry.ways)
    ]
    if rows:
        output.table([output.words(f"column_{name}") for name in columns], rows, (2,))


def print_verdict(output: Output, found: Inspected, verdict: Verdict, heading: str) -> None:
    """Write a verdict with what it is about; what is not modelled with the lines that leave it open."""
    match verdict:
        case Holds(judges=judges):
            agreed = output.words("judges_agree", judges=", ".join(judges))
            output.line(f"{heading}: {output.paint(agreed, 'good')}")
        case Disputed(one=one, other=other):
            output.line(f"{output.paint(output.words('disputed').upper(), 'unsure')} {heading}")
            print_detail(output, "reason", output.in_words(one.in_words()))
            print_detail(output, "", output.in_words(other.in_words()))
        case NotModelled(reason=reason, culprits=culprits):
            output.line(f"{output.paint(output.words('not_modelled').upper(), 'unsure')} {heading}")
            print_detail(output, "reason", _covered(found, output.in_words(reason)))
            for number, item in enumerate(culprits[:MOST_SHOWN]):
                print_detail(output, "" if number else "line", quote(output, found, item))
            if len(culprits) > MOST_SHOWN:
                output.say("more_lines", count=len(culprits) - MOST_SHOWN)


def quote(output: Output, found: Inspected, culprit: Culprit) -> str:
    """Return a line with its place, what is secret in it covered."""
    file = found.files.get(culprit.device, culprit.device)
    text = redact_line(found.texts.network.devices[culprit.device].platform, culprit.text)
    return quoted_line(output, file, Culprit(device=culprit.device, ref=culprit.ref, line=culprit.line, text=text))


def _covered(found: Inspected, text: str) -> str:
    """Return words that may quote lines, covered as every platform covers its own."""
    for platform in sorted({device.platform for device in found.texts.network.devices.values()}):
        text = redact_line(platform, text)
    return text


def _row(found: Inspected, entry: RouteEntry, way: RouteWay, *, is_first: bool) -> list[str]:
    family = entry.prefix.family
    line = "-" if way.line is None else _place(found, way.line)
    return [
        str(entry.prefix) if is_first else "",
        str(entry.source) if is_first else "",
        _distance(entry) if is_first else "",
        printable(way.interface) or "-",
        "-" if way.next_hop < 0 else format_address(family, way.next_hop),
        " ".join(map(str, way.as_path)) or "-",
        printable(line),
    ]


def _distance(entry: RouteEntry) -> str:
    """Return the distance of a route, with OSPF's metric behind it."""
    return f"{entry.distance}/{entry.metric}" if entry.metric else str(entry.distance)


def _place(found: Inspected, line: Line) -> str:
    culprit = found.texts.culprit(*line)
    file = found.files.get(culprit.device, culprit.device)
    return f"{file}:{culprit.line}" if culprit.line else file


def _entry(output: Output, entry: RouteEntry | None) -> str:
    if entry is None:
        return output.words("no_route")
    ways = "; ".join(f"{way.interface or '-'} {' '.join(map(str, way.as_path))}".rstrip() for way in entry.ways)
    return f"{entry.source} [{_distance(entry)}] {ways}"


def print_flow(output: Output, found: Inspected, flow: InspectedFlow, *, anyway: bool) -> None:
    """Write how a packet fares behind the verdict on it: every way, hop by hop, with the lines that decide."""
    output.line()
    heading = f"{describe_flow(flow.flow, output.language)}{_under(output, flow.failure)}"
    print_verdict(output, found, flow.verdict, printable(heading))
    if isinstance(flow.verdict, NotModelled) and not anyway:
        return
    for number, trace in enumerate(flow.traces, start=1):
        _print_trace(output, found, trace, number, len(flow.traces), flow.flow.family)
    guessed = found.texts.knowledge is LinkKnowledge.SUBNETS
    if guessed and any(trace.disposition is Disposition.NEIGHBOR_UNREACHABLE for trace in flow.traces):
        output.say("trace_guessed_end")


def print_why(output: Output, found: Inspected, necessity: Necessity | None) -> None:
    """Write the lines that a packet hangs on, by the device where they stand."""
    output.line()
    if necessity is None:
        output.say("why_not")
        return
    if not necessity.lines:
        output.say("why_nothing")
        return
    shown = dict.fromkeys(quote(output, found, found.texts.culprit(*line)) for line in necessity.lines)
    output.say("why_each" if necessity.each else "why_together", count=len(shown))
    for line in shown:
        output.line(f"  {line}")


def _under(output: Output, failure: Failure) -> str:
    return output.words("trace_under", failure=output.in_words(failure.name.in_words())) if failure.name else ""


def _print_trace(output: Output, found: Inspected, trace: Trace, number: int, total: int, family: Family) -> None:
    end = output.paint(str(trace.disposition), "good" if trace.delivered else "bad")
    output.say("trace_way", number=number, total=total, end=end)
    for step, hop in enumerate(trace.hops, start=1):
        print_detail(output, "way" if step == 1 else "", f"{step}. {_hop(output, hop, family)}")
        for said in _lines_of_hop(output, found, hop):
            print_detail(output, "", f"   {said}")
    if not trace.hops:
        print_detail(output, "way", output.words("trace_no_start"))
    if trace.deciding is not None:
        print_detail(output, "line", quote(output, found, found.texts.culprit(*trace.deciding)))


def _hop(output: Output, hop: Hop, family: Family) -> str:
    vrf = "" if hop.vrf is None else f" [{hop.vrf}]"
    out = "" if hop.out_interface is None else f" -> {hop.out_interface}"
    next_hop = "" if hop.next_hop is None else f" ({format_address(family, hop.next_hop)})"
    return f"{hop.device}{vrf}: {hop.in_interface}{out}{next_hop}"


def _lines_of_hop(output: Output, found: Inspected, hop: Hop) -> list[str]:
    """Return the lines that decided at a hop: filters in order, then the route."""
    said = [output.words("trace_filter", line=quote(output, found, found.texts.culprit(*line))) for line in hop.lines]
    if hop.route is not None:
        route = hop.route
        path = f", AS {' '.join(map(str, route.as_path))}" if route.as_path else ""
        line = "" if route.line is None else f"; {quote(output, found, found.texts.culprit(*route.line))}"
        said.append(output.words("trace_route", prefix=route.prefix, source=f"{route.source}{path}", line=line))
    return said


def summary_of(verdicts: Mapping[str, int]) -> dict[str, int]:
    """Return how often each verdict was given, all of them named."""
    return {name: verdicts.get(name, 0) for name in ("hold", "disputed", "not_modelled")}
