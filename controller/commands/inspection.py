"""`truc routes` and `truc trace`: what tables texts make, and how one packet fares in them.

The one idea: both judges' meanings are asked, and what they say of each other's answer decides the exit code, not what was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from controller.boundary import check_folder, parse_day
from controller.jobs.inspected import Inspected, TextSource, inspect_source
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import finding_message, print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from controller.reports.inspection import print_flow, print_links, print_table, print_why, summary_of
from controller.reports.inspection_json import print_flow_json, print_links_json, print_table_json, print_why_json
from intents.finding import FindingsError, Severity, Where, make_finding
from intents.reader.suggestions import suggest
from intents.reason import UnclearError, because
from routing.model import Network
from routing.subnet_links import port_of
from verification.coverage.why import why_delivered
from verification.inspection.tables import Inspection
from verification.inspection.traces import inspect_flow
from verification.verdicts.failure import (
    NO_FAILURE,
    Failure,
    FailureKind,
    device_failure,
    duct_failure,
    link_failure,
)
from verification.verdicts.flow import Flow
from verification.verdicts.flow_text import Start, parse_flow, parse_start
from verification.verdicts.verdict import Disputed, Holds, NotModelled

ROUTES_FORMAT = "truc/routes/1"
TRACE_FORMAT = "truc/trace/1"
GLOBAL = "default"
"""What the global table is called where a VRF is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRequest:
    """What was asked for: where texts and links are, and whether what is not modelled is shown all the same."""

    path: Path | None = None
    platform: str | None = None
    links: Path | None = None
    workspace: Path | None = None
    on: str | None = None
    anyway: bool = False


def routes_command(output: Output, request: InspectionRequest, device: str, vrf: str | None) -> ExitCode:
    """Print the tables of a device; INCONCLUSIVE if one is disputed or not modelled. FindingsError, OSError. Writes nothing."""
    found = _inspect(output, request, ROUTES_FORMAT)
    devices = found.texts.network.devices
    if device not in devices:
        raise FindingsError(
            [make_finding("TR841", Where(), device=device, suggestion=suggest(device, sorted(devices)))]
        )
    inspection = Inspection(found.texts)
    output.progress("judge", 0, 0)
    tables = [inspection.table(device, name) for name in _vrfs(inspection, device, vrf)]
    for table in tables:
        if output.json:
            print_table_json(output, found, table, anyway=request.anyway)
        else:
            print_table(output, found, table, anyway=request.anyway)
    return _end(output, [table.verdict for table in tables], request)


def _vrfs(inspection: Inspection, device: str, vrf: str | None) -> tuple[str | None, ...]:
    """Return the VRFs asked for: all of a device, or one; FindingsError if there is none of that name."""
    known = inspection.vrfs(device)
    if vrf is None:
        return known
    if vrf in known:
        return (vrf,)
    if vrf == GLOBAL:
        return (None,)
    names = sorted(name or GLOBAL for name in known)
    raise FindingsError([make_finding("TR842", Where(device=device), vrf=vrf, suggestion=suggest(vrf, names))])


def refuse_words(words: Sequence[str]) -> NoReturn:
    """FindingsError: a folder and a packet are all that is followed."""
    problem = because("usage_packet", words=" ".join(words))
    raise FindingsError([make_finding("TR858", Where(), problem=problem, command="truc trace")])


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRequest:
    """Which packet, where it starts, what has failed, and whether the lines that it hangs on are wanted."""

    flow: str
    start: str | None = None
    failure: str | None = None
    why: bool = False


def trace_command(output: Output, request: InspectionRequest, asked: TraceRequest) -> ExitCode:
    """Print every way of a packet; INCONCLUSIVE if it is disputed or not modelled. FindingsError, OSError. Writes nothing."""
    packet = _parse(asked.flow, asked.start)
    found = _inspect(output, request, TRACE_FORMAT)
    _check_start(found, packet)
    failed = NO_FAILURE if asked.failure is None else find_failure(found.texts.network, asked.failure)
    walked = inspect_flow(Inspection(found.texts), packet, failed)
    if output.json:
        print_flow_json(output, found, walked, anyway=request.anyway)
    else:
        print_flow(output, found, walked, anyway=request.anyway)
    if asked.why and (request.anyway or not isinstance(walked.verdict, NotModelled)):
        output.progress("why", 0, 0)
        necessity = why_delivered(found.texts.network, found.texts.lines, packet, failed)
        (print_why_json if output.json else print_why)(output, found, necessity)
    return _end(output, [walked.verdict], request)


def _parse(flow: str, start: str | None) -> Flow:
    try:
        begun: Start | None = None if start is None else parse_start(start)
        return parse_flow(flow, begun)
    except UnclearError as error:
        raise FindingsError([make_finding("TR843", Where(), text=flow, detail=error.reason)]) from error


def _check_start(found: Inspected, flow: Flow) -> None:
    device = found.texts.network.devices.get(flow.start_device)
    if device is None:
        known = sorted(found.texts.network.devices)
        name = flow.start_device
        raise FindingsError([make_finding("TR841", Where(), device=name, suggestion=suggest(name, known))])
    names = [item.name for item in device.interfaces]
    if flow.start_interface not in names:
        where, suggestion = Where(device=device.name), suggest(flow.start_interface, names)
        finding = make_finding("TR844", where, interface=flow.start_interface, suggestion=suggestion)
        raise FindingsError([finding])


def find_failure(network: Network, text: str) -> Failure:
    """Return the failure that `device/NAME`, `link/NAME`, `link/DEVICE:INTERFACE` or `duct/NAME` names; FindingsError."""
    kind, _, element = text.partition("/")
    ducts = {duct for link in network.links for duct in link.ducts}
    links = {link.name: link.name for link in network.links}
    for link in network.links:
        links |= {f"{link.a_device}:{link.a_interface}": link.name, f"{link.b_device}:{link.b_interface}": link.name}
    if kind == FailureKind.DEVICE and element in network.devices:
        return device_failure(network, element)
    if kind == FailureKind.DUCT and element in ducts:
        return duct_failure(network, element)
    if kind == FailureKind.LINK and (element in links or port_of(element) in links):
        return link_failure(network, links.get(element) or links[port_of(element)])
    known = [*(f"device/{name}" for name in network.devices), *(f"link/{name}" for name in links)]
    suggestion = suggest(text, [*known, *(f"duct/{name}" for name in ducts)])
    raise FindingsError([make_finding("TR845", Where(), text=text, suggestion=suggestion)])


def _inspect(output: Output, request: InspectionRequest, name: str) -> Inspected:
    """Return what is inspected; how links are known and what is wrong with the texts is told."""
    if request.workspace is not None or request.path is None:
        check_folder(request.workspace or Path())
    source = TextSource(
        path=request.path,
        platform=request.platform,
        links=request.links,
        workspace=request.workspace,
        on=parse_day(request.on),
    )
    found = inspect_source(source, output)
    told = [item for item in found.findings if item.severity is not Severity.INFO]
    if output.json:
        start_messages(output, name)
        for finding in told:
            print_message(output, finding_message(finding, output.language))
        print_links_json(output, found)
    else:
        tell_findings(output, request.path or request.workspace or Path(), told)
        print_links(output, found)
    return found


def _end(output: Output, verdicts: list[Holds | Disputed | NotModelled], request: InspectionRequest) -> ExitCode:
    """Write what to do next, and return the exit code."""
    counts = _counts(verdicts)
    if output.json:
        print_message(output, {"type": "summary", **counts})
    else:
        worst = "not_modelled" if counts["not_modelled"] else "disputed" if counts["disputed"] else "hold"
        shown = "_shown" if worst == "not_modelled" and request.anyway else ""
        output.line()
        output.say(f"next_inspect_{worst}{shown}")
    return ExitCode.FINE if counts["hold"] == len(verdicts) else ExitCode.INCONCLUSIVE


def _counts(verdicts: list[Holds | Disputed | NotModelled]) -> Mapping[str, int]:
    names = {Holds: "hold", Disputed: "disputed", NotModelled: "not_modelled"}
    return summary_of(Counter(names[type(verdict)] for verdict in verdicts))
